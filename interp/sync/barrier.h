// SPDX-License-Identifier: MIT
//
// Barriers: `parties` fibers wait for each other; when the last of them has come all go on, and the
// next generation can come. If one of them leaves early, by a time-out or a cancel, the barrier is
// broken: the others get BrokenBarrier, and so does whoever comes, until reset().
#ifndef CONC_SYNC_BARRIER_H
#define CONC_SYNC_BARRIER_H

#include "sync/gate.h"

typedef struct Barrier {
    Gate gate; // Waiter.extra: the number of the arrival in its generation; LATE: see barrier.c
    int64_t parties; // constant
    Slot action;     // constant: what the last one calls before the others go on; nil: nothing
    Slot timeout;    // constant: of waits that give none
    _Atomic bool broken;
    // The fiber that calls the action, NULL: none does. Then `released` are the others, whose waits it has
    // claimed; `spoiled`: they are to get BrokenBarrier all the same.
    _Atomic(Fiber *) actor;
    uint64_t actor_id; // an actor that is not there any more (in a forked child) acts no more
    WaitQueue released;
    bool spoiled;
} Barrier;

extern const Kind barrier_kind;

static inline Barrier *value_to_barrier(Value v) { return (Barrier *)value_to_ref(v); }

// action: callable or nil; timeout: a number or nil.
Barrier *barrier_new(LocalHeap *heap, int64_t parties, Value action, Value timeout);
// Those who wait get BrokenBarrier. reset: the barrier is as new then; else it is broken.
void barrier_break(Fiber *fiber, Barrier *barrier, bool reset);
// How many wait now.
int64_t barrier_waiting(Fiber *fiber, Barrier *barrier);

// wait(timeout=nil, _): the number of the arrival, 0 to parties - 1. BrokenBarrier, also after the
// time-out. S: runs the action, and throws what it throws. A barrier with an action cannot be waited for
// but by barrier_wait itself (RuntimeError).
extern const WaitOps barrier_wait_wait;
Value barrier_wait(Fiber *fiber, Value *args, int count);

#endif
