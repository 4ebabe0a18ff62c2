// SPDX-License-Identifier: MIT
//
// What all waiting natives share: the time-out argument, the errors that end a wait from outside, and
// what a waiter says of itself in deadlock reports.
#ifndef CONC_SYNC_WAIT_H
#define CONC_SYNC_WAIT_H

#include "object/runtime.h"
#include "sched/park.h"

enum { DEADLINE_LOOK = 0 }; // do not wait at all

// The deadline for a time-out argument: seconds; nil or UNDEF: for ever; 0 or less: DEADLINE_LOOK.
// False with TypeError or ValueError (NaN).
bool wait_deadline(Fiber *fiber, Value timeout, uint64_t *deadline);
// Throws what a wait that `reason` ended stands for: Cancelled, Interrupted, DeadlockError. UNDEF.
// Only for reasons that the caller does not handle itself.
Value wait_throw(Fiber *fiber, WakeReason reason);
// The native that runs can let the fiber's thread go on with other fibers while it waits.
static inline bool wait_suspends(const Fiber *fiber) {
    return fiber->awaits && fiber->c_calls == 0;
}

// WorldHooks.describe_wait and .waits_for.
void wait_describe(Fiber *fiber, char *text, size_t capacity);
Fiber *wait_target(Fiber *fiber);
// "thread 2", "task 5", "the main thread": how reports name a fiber. The fiber may run on or end.
void fiber_describe(Fiber *fiber, char *text, size_t capacity);

#endif
