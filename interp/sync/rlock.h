// SPDX-License-Identifier: MIT
//
// RLocks: locks (sync/lock.h) that their owner may acquire again; released as often as acquired.
#ifndef CONC_SYNC_RLOCK_H
#define CONC_SYNC_RLOCK_H

#include "sync/lock.h"
#include "sync/wait.h"

typedef struct RLock {
    Lock lock;      // KIND_RLOCK; all that holds for locks holds for it
    uint64_t depth; // how often its owner has it; the owner's own
} RLock;

extern const Kind rlock_kind;

static inline bool value_is_rlock(Value v) { return value_is_kind(v, KIND_RLOCK); }
static inline RLock *value_to_rlock(Value v) { return (RLock *)value_to_ref(v); }

RLock *rlock_new(LocalHeap *heap);
extern const WaitOps rlock_acquire_wait;
// Native protocol: acquire(timeout=nil, blocking=true). True, or false after the time-out.
Value rlock_acquire(Fiber *fiber, Value *args, int count);
// False with LockError: the lock is not held by `fiber`.
bool rlock_release(Fiber *fiber, RLock *lock);

#endif
