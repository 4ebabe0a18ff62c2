// SPDX-License-Identifier: MIT
//
// The table of members. It needs no lock: a place is taken by one compare-and-swap on its number and given
// back by another, and a number says whether what else stands there is meant.
#include "sync/family.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/os.h"

// Forks so far that gave objects with a birth below `born` to somebody who knows the classes below `limit`.
typedef struct FamilyFork {
    uint64_t born;
    uint32_t limit;
} FamilyFork;

enum { PLACE_BITS = 16 };

static uint64_t born_of(uint64_t number) { return number >> PLACE_BITS; }

static FamilyMember *member_of(const Family *family, uint64_t number) {
    return &family->table->members[number % FAMILY_PLACES];
}

static void note_high(FamilyTable *table, uint32_t place) {
    uint32_t high = load_relaxed(&table->high);
    while (high <= place && !cas_seq(&table->high, &high, place + 1)) {
    }
}

// The first free place, for a member with this parent. Its number, or 0.
static uint64_t take_place(FamilyTable *table, uint64_t parent) {
    uint64_t born = add_seq(&table->born, 1) + 1;
    for (uint32_t place = 0; place < FAMILY_PLACES; place++) {
        FamilyMember *member = &table->members[place];
        uint64_t number = born << PLACE_BITS | place, nobody = 0;
        if (load_relaxed(&member->number) != 0)
            continue;
        note_high(table, place);
        if (!cas_seq(&member->number, &nobody, number))
            continue;
        store_relaxed(&member->parent, parent);
        return number;
    }
    return 0;
}

bool family_found(Family *family) {
    *family = (Family){.table = os_shared_alloc(sizeof(FamilyTable))};
    if (!family->table)
        return false;
    family->self = take_place(family->table, 0);
    return true;
}

void family_leave(Family *family) {
    family_left(family, family->self);
    os_pages_free(family->table, sizeof(FamilyTable));
    free(family->forks);
}

// --- who has what ---

// Follows its parents back to the creator, or to a fork that was too early. Where a parent has left, nobody
// can tell any more.
static bool may_have(const Family *family, uint64_t number, uint64_t creator, uint64_t birth) {
    while (number != creator) {
        if (born_of(number) <= birth)
            return false;
        uint64_t parent = load_relaxed(&member_of(family, number)->parent);
        if (parent == family->self || !family_alive(family, parent))
            return true;
        number = parent;
    }
    return true;
}

bool family_others(const Family *family, uint64_t creator, uint64_t birth) {
    uint32_t high = load_seq(&family->table->high);
    for (uint32_t place = 0; place < high; place++) {
        uint64_t number = load_seq(&family->table->members[place].number);
        if (number != 0 && number != family->self && may_have(family, number, creator, birth))
            return true;
    }
    return false;
}

uint32_t family_class_limit(const Family *family, uint64_t birth) {
    for (uint32_t i = 0; i < family->fork_count; i++)
        if (family->forks[i].born > birth)
            return family->forks[i].limit;
    return UINT32_MAX;
}

// Of forks with the same limit the latest stands for all.
static void note_fork(Family *family, uint64_t born, uint32_t limit) {
    if (family->fork_count > 0 && family->forks[family->fork_count - 1].limit == limit) {
        family->forks[family->fork_count - 1].born = born;
        return;
    }
    if (family->fork_count == family->fork_capacity) {
        family->fork_capacity = family->fork_capacity ? family->fork_capacity * 2 : 4;
        family->forks = os_realloc(family->forks, family->fork_capacity * sizeof *family->forks);
    }
    family->forks[family->fork_count++] = (FamilyFork){born, limit};
}

// --- bells ---

_Atomic uint32_t *family_bell(const Family *family) {
    return &member_of(family, family->self)->bell;
}

static void ring(FamilyMember *member) {
    add_seq(&member->bell, 1);
    os_futex_wake_shared(&member->bell, INT_MAX);
}

void family_ring(const Family *family, uint64_t number) {
    if (family_alive(family, number))
        ring(member_of(family, number));
}

void family_ring_all(const Family *family) {
    uint32_t high = load_seq(&family->table->high);
    for (uint32_t place = 0; place < high; place++)
        if (load_seq(&family->table->members[place].number) != 0)
            ring(&family->table->members[place]);
}

// --- fork and ends ---

bool family_reserve(Family *family, uint32_t class_limit) {
    family->newborn = take_place(family->table, family->self);
    if (family->newborn == 0) {
        errno = EAGAIN;
        return false;
    }
    note_fork(family, born_of(family->newborn), class_limit);
    return true;
}

uint64_t family_born(Family *family) {
    uint64_t number = family->newborn;
    family->newborn = 0;
    return number;
}

void family_unborn(Family *family) {
    uint64_t number = family_born(family);
    cas_seq(&member_of(family, number)->number, &number, 0);
}

void family_enter(Family *family, uint64_t id) {
    family->self = family_born(family);
    family->id = id;
}

uint64_t family_parent(const Family *family) {
    return load_relaxed(&member_of(family, family->self)->parent);
}

// Counted before the bells ring, so that who hears one finds it counted.
void family_left(const Family *family, uint64_t number) {
    uint64_t there = number;
    if (number == 0 || !cas_seq(&member_of(family, number)->number, &there, 0))
        return;
    add_seq(&family->table->left, 1);
    family_ring_all(family);
}
