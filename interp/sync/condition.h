// SPDX-License-Identifier: MIT
//
// Conditions: waiting, with a lock let go of meanwhile, until somebody who holds the lock says that what
// it guards has changed. As Python's threading.Condition.
#ifndef CONC_SYNC_CONDITION_H
#define CONC_SYNC_CONDITION_H

#include "sync/gate.h"
#include "sync/lock.h"

typedef struct Condition {
    Gate gate; // no rules but its description: notify picks who goes on
    Slot lock; // constant: a Lock or an RLock
} Condition;

extern const Kind condition_kind;

static inline Condition *value_to_condition(Value v) { return (Condition *)value_to_ref(v); }

Condition *condition_new(LocalHeap *heap, Value lock);

// Native protocol. The lock must be held by the fiber (else RuntimeError), and is again when they end, also
// by an error. So many words of args behind the arguments are their own.
enum { CONDITION_SCRATCH = 4 };
// args[1] the time-out. True, or false after it.
Value condition_wait(Fiber *fiber, Value *args, int count);
// args[1] a function, args[2] the time-out: waits until it gives something truthy. What it gave last. S.
Value condition_wait_for(Fiber *fiber, Value *args, int count);
// Ends the first `count` waits. False with RuntimeError: the fiber does not hold the lock.
bool condition_notify(Fiber *fiber, Condition *condition, int64_t count);
// acquire and release of its lock; args[0] the condition.
Value condition_acquire(Fiber *fiber, Value *args, int count);
bool condition_release(Fiber *fiber, Condition *condition);

#endif
