// SPDX-License-Identifier: MIT
//
// Families: who is a member, who may have what; and the lines in which their waiters stand.
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "sync/area.h"

// The same table, seen by another member.
static Family child_of(Family *parent, uint32_t class_limit) {
    cr_assert(family_reserve(parent, class_limit));
    Family child = *parent;
    child.forks = os_malloc(sizeof(uint64_t) * 2 * parent->fork_capacity);
    memcpy(child.forks, parent->forks, sizeof(uint64_t) * 2 * parent->fork_capacity);
    family_enter(&child, 9);
    cr_assert_eq(family_born(parent), child.self);
    return child;
}

// Of a child only what is its own: the table is the parent's still.
static void forget_child(Family *child) { free(child->forks); }

Test(family, numbers_never_come_again) {
    Family first;
    cr_assert(family_found(&first));
    Family child = child_of(&first, 10);
    uint64_t was = child.self;
    cr_expect(family_alive(&first, was));
    family_left(&first, was);
    cr_expect_not(family_alive(&first, was));
    family_left(&first, was); // told twice
    Family next = child_of(&first, 10);
    cr_expect_neq(next.self, was);
    cr_expect_eq(next.self % FAMILY_PLACES, was % FAMILY_PLACES, "the place is used again");
    cr_expect_eq(next.self >> FAMILY_NUMBER_BITS, 0);
    forget_child(&child);
    forget_child(&next);
    family_leave(&first);
}

Test(family, who_may_have_what) {
    Family first;
    cr_assert(family_found(&first));
    Family early = child_of(&first, 10);
    uint64_t birth = load_relaxed(&first.table->born); // of an object that `first` makes now
    cr_expect_not(family_others(&first, first.self, birth));
    Family late = child_of(&first, 10);
    cr_expect(family_others(&first, first.self, birth));
    family_left(&first, late.self);
    cr_expect_not(family_others(&first, first.self, birth), "the early child does not have it");
    Family grandchild = child_of(&early, 10);
    cr_expect_not(family_others(&first, first.self, birth), "nor has the early child's child");
    cr_expect(family_others(&grandchild, first.self, birth), "its maker is there");
    forget_child(&grandchild);
    forget_child(&late);
    forget_child(&early);
    family_leave(&first);
}

Test(family, class_limits) {
    Family first;
    cr_assert(family_found(&first));
    uint64_t birth = load_relaxed(&first.table->born);
    cr_expect_eq(family_class_limit(&first, birth), UINT32_MAX, "nobody else has it");
    Family children[3];
    children[0] = child_of(&first, 10);
    children[1] = child_of(&first, 10);
    uint64_t later = load_relaxed(&first.table->born);
    children[2] = child_of(&first, 20);
    cr_expect_eq(family_class_limit(&first, birth), 10);
    cr_expect_eq(family_class_limit(&first, later), 20);
    for (int i = 0; i < 3; i++)
        forget_child(&children[i]);
    family_leave(&first);
}

// --- lines ---

enum { WAITERS = 8 };
static Waiter waiters[WAITERS];

static void push(Area *area, const Family *who, int waiter, bool front) {
    Ticket ticket = {who->self, (uintptr_t)&waiters[waiter], 0};
    cr_assert(line_push(area, &area->lines[0], ticket, front));
}

static int at(Area *area, const Family *who, size_t place) {
    const Ticket *ticket = line_at(area, &area->lines[0], who, place);
    return ticket ? (int)((Waiter *)(uintptr_t)ticket->waiter - waiters) : -1;
}

Test(family, line_in_order_of_arrival) {
    Family first;
    cr_assert(family_found(&first));
    Area *area = area_new(1, 0, 0);
    Line *line = &area->lines[0];
    for (int round = 0; round < 3; round++) {
        cr_expect(line_empty(line));
        for (int i = 0; i < 5; i++)
            push(area, &first, i, false);
        push(area, &first, 5, true);
        cr_expect_eq(at(area, &first, 0), 5);
        cr_expect_eq(at(area, &first, 5), 4);
        cr_expect_eq(at(area, &first, 6), -1);
        line_remove(area, line, &first, &waiters[2]);
        cr_expect_eq(line_place(area, line, &first, &waiters[3]), 3);
        cr_expect_eq(line_place(area, line, &first, &waiters[2]), LINE_NOWHERE);
        cr_expect_eq(line_remove(area, line, &first, &waiters[2]).member, 0);
        LineWalk walk = {0};
        int count = 0;
        while (line_next(area, line, &first, &walk))
            count++;
        cr_expect_eq(count, 5);
        cr_expect(line_has(area, line, &first, 5));
        cr_expect_not(line_has(area, line, &first, 6));
        for (int i = 0; i < 6; i++)
            line_remove(area, line, &first, &waiters[i]);
    }
    area_free(area);
}

Test(family, tickets_of_the_dead_count_for_nothing) {
    Family first;
    cr_assert(family_found(&first));
    Family child = child_of(&first, 0);
    Area *area = area_new(1, 0, 0);
    push(area, &child, 0, false);
    push(area, &first, 0, false);
    push(area, &child, 1, false);
    cr_expect_eq(line_place(area, &area->lines[0], &first, &waiters[0]), 1);
    family_left(&first, child.self);
    cr_expect_eq(line_place(area, &area->lines[0], &first, &waiters[0]), 0);
    cr_expect_eq(at(area, &first, 1), -1);
    line_remove(area, &area->lines[0], &first, &waiters[0]);
    cr_expect(line_empty(&area->lines[0]));
    area_free(area);
    forget_child(&child);
    family_leave(&first);
}

Test(family, line_of_many) {
    Family first;
    cr_assert(family_found(&first));
    Area *area = area_new(1, 0, 0);
    Ticket ticket = {first.self, 1, 0};
    for (int i = 0; i < LINE_CAPACITY; i++)
        cr_assert(line_push(area, &area->lines[0], ticket, i % 2));
    cr_expect_not(line_push(area, &area->lines[0], ticket, false));
    area_free(area);
}
