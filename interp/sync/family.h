// SPDX-License-Identifier: MIT
//
// Family: the processes that may share objects (sync/area.h): the one that made the first of them, and
// whom it and its children forked since. Each is a member, with a number that no other one ever has, in
// a table that all of them map. Each member has a bell: a word on which it waits for the others.
//
//   number:  how many members there had been when it was born, and its place in the table:
//            born << 16 | place. 0 is nobody. It has at most FAMILY_NUMBER_BITS bits.
//
//   place:   FREE --reserve (parent, before it forks)--> TAKEN --left (who saw its end)--> FREE
//
// The end of a member is told by its parent, which reaps it (process/watcher.c), by its children, whose
// lifeline it held (process/signals.c), or by itself.
#ifndef CONC_SYNC_FAMILY_H
#define CONC_SYNC_FAMILY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/atomic.h"

enum { FAMILY_PLACES = 1 << 16, FAMILY_NUMBER_BITS = 56 };

// Shared by all members; atomic words.
typedef struct FamilyMember {
    _Atomic uint64_t number; // 0: the place is free
    _Atomic uint64_t parent; // its parent's number; 0: none
    _Atomic uint32_t bell;   // counts rings
    uint32_t unused[11];     // a cache line each
} FamilyMember;

typedef struct FamilyTable {
    _Atomic uint64_t born; // members so far
    _Atomic uint32_t left; // counts ends
    _Atomic uint32_t high; // places used so far
    FamilyMember members[FAMILY_PLACES];
} FamilyTable;

// What one process knows; its own thing but for the table.
typedef struct Family {
    FamilyTable *table;
    uint64_t self; // this process's number
    uint64_t id;   // and its handle's id in its parent, as in "process 3"; 0: it is the first one
    uint64_t newborn; // reserved for the child that is about to be forked; 0: none
    struct FamilyFork *forks;
    uint32_t fork_count, fork_capacity;
} Family;

// A new family with this process alone. False with errno.
bool family_found(Family *family);
void family_leave(Family *family); // and frees: the Vm ends

static inline const FamilyMember *family_place(const Family *family, uint64_t number) {
    return &family->table->members[number % FAMILY_PLACES];
}
static inline bool family_alive(const Family *family, uint64_t number) {
    return load_acquire(&family_place(family, number)->number) == number;
}
// May anybody else have an object that `creator` made when `birth` members had been born?
bool family_others(const Family *family, uint64_t creator, uint64_t birth);
// Ids of classes below this one are known to everybody who has an object with this birth.
uint32_t family_class_limit(const Family *family, uint64_t birth);

// --- bells ---
void family_ring(const Family *family, uint64_t number); // nothing if it has left
void family_ring_all(const Family *family);
_Atomic uint32_t *family_bell(const Family *family); // this process's own

// --- fork and ends ---
// Before a fork, whose child will know the classes below `class_limit`. False with errno: the family is as
// large as it can be.
bool family_reserve(Family *family, uint32_t class_limit);
// After it, in the parent: the child's number; or nobody, as there is no child.
uint64_t family_born(Family *family);
void family_unborn(Family *family);
void family_enter(Family *family, uint64_t id); // after it, in the child
uint64_t family_parent(const Family *family);   // this process's parent's number; 0: none
// Its process is gone. Nothing happens if that is known already. Any pthread; async-signal-safe.
void family_left(const Family *family, uint64_t number);

#endif
