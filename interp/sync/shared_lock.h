// SPDX-License-Identifier: MIT
//
// Locks between processes: `lock(shared: true)`. They belong to the fiber that acquired them, as the locks
// of lock.h do, and behave alike. LockCell.word is the whole state, for all processes:
//
//      0                      free
//      member << 8            held by a fiber of that member of the family; which one only that process
//                             knows (SharedLock.owner)
//      SHARED_LOCK_ABANDONED  its owner ended while holding it, or its process did: the next acquire throws
//                             LockError once, and frees it
//
// and in the low bits: WAITED, somebody stands in the line; WOKEN, the first in the line is on its way to
// compete; STARVING, the next release is to hand over; HANDED, it has been handed over to the waiter
// LockCell.handed of that member, which does not know yet.
#ifndef CONC_SYNC_SHARED_LOCK_H
#define CONC_SYNC_SHARED_LOCK_H

#include "sync/shared.h"

enum {
    SHARED_LOCK_WAITED = 1,
    SHARED_LOCK_ABANDONED = 2,
    SHARED_LOCK_WOKEN = 4,
    SHARED_LOCK_STARVING = 8,
    SHARED_LOCK_HANDED = 16,
};

typedef struct SharedLock {
    Shared shared;
    // Of a lock that this process holds:
    _Atomic(Fiber *) owner;             // NULL: about to be told, or on its way out
    struct SharedLock *next, *previous; // the owner's list: fiber->held_shared; owner's thread only
    _Atomic(const struct Proto *) proto;
    _Atomic(const uint32_t *) pc;
} SharedLock;

extern const Kind shared_lock_kind;
extern const WaitOps *const shared_lock_waits[]; // for selects; ends with NULL

static inline bool value_is_shared_lock(Value v) { return value_is_kind(v, KIND_SHARED_LOCK); }
static inline SharedLock *value_to_shared_lock(Value v) { return (SharedLock *)value_to_ref(v); }

// A new one; UNDEF with OSError. May collect.
Value shared_lock_new(Fiber *fiber);
// As lock_acquire, lock_release, lock_locked, lock_owner (NULL also where another process holds it).
Value shared_lock_acquire(Fiber *fiber, Value *args, int count);
bool shared_lock_release(Fiber *fiber, SharedLock *lock);
bool shared_lock_locked(SharedLock *lock);
Fiber *shared_lock_owner(const Fiber *fiber, SharedLock *lock);
// "thread 2 since x.conc:4:9", "process 3": who holds it, for reports. "" if nobody does.
void shared_lock_holder(Fiber *fiber, SharedLock *lock, char *text, size_t capacity);

// `fiber` ends: what it holds still is abandoned. Its own thread.
void shared_locks_abandon(Fiber *fiber);
void shared_locks_trace(Fiber *fiber, Tracer *tracer);

#endif
