// SPDX-License-Identifier: MIT
//
// Read-write locks: many readers or one writer. `rw.read` and `rw.write` are its two sides, each with
// acquire and release, so that `lock rw.read { }` serves. In order of arrival: a reader that comes after
// a waiting writer waits behind it, unless it reads already, or overtakes it (gate.h).
//
// It belongs to the fibers that hold it, each with a Hold of its own, which says how often and since
// where. Who ends while holding it abandons it: the next acquire of either side throws LockError, once.
#ifndef CONC_SYNC_RWLOCK_H
#define CONC_SYNC_RWLOCK_H

#include "sync/gate.h"

typedef struct RWLock {
    Gate gate; // Waiter.extra: RWLOCK_READ or _WRITE; Waiter.value: the Hold that it will have
    Slot sides[2];
    _Atomic bool written;         // some hold has the write side
    _Atomic(struct Hold *) holds; // linked by Hold.next
    struct Hold *lost;            // of a holder that has ended: the next acquire is told; else NULL
} RWLock;

// What scripts see as rw.read and rw.write.
typedef struct RWSide {
    Object header;
    RWLock *lock;
    int ask; // RWLOCK_READ, RWLOCK_WRITE
} RWSide;

enum { RWLOCK_READ, RWLOCK_WRITE };

typedef struct Hold {
    Object header;
    RWLock *lock;
    _Atomic(Fiber *) fiber;
    LastOwner last_owner;                // of one that was abandoned: its fiber
    _Atomic uint32_t counts[2];          // of reading and of writing; its fiber's own
    _Atomic(const struct Proto *) proto; // where it was first acquired
    _Atomic(const uint32_t *) pc;
    _Atomic(struct Hold *) next; // RWLock.holds, under the lock's tiny lock
    struct Hold *next_held;      // Fiber.holds; its fiber's own thread
} Hold;

extern const Kind rwlock_kind, rwlock_side_kind, hold_kind;

static inline RWLock *value_to_rwlock(Value v) { return (RWLock *)value_to_ref(v); }
static inline RWSide *value_to_rwside(Value v) { return (RWSide *)value_to_ref(v); }

RWLock *rwlock_new(LocalHeap *heap);
// acquire(timeout=nil, blocking=true, _) of a side: true, or false after the time-out. DeadlockError:
// write while reading; write again, without a time-out. LockError: see above.
extern const WaitOps rwlock_acquire_wait;
Value rwlock_acquire(Fiber *fiber, Value *args, int count);
// False with LockError: the fiber does not hold that side.
bool rwlock_release(Fiber *fiber, RWSide *side);
bool rwlock_locked(Fiber *fiber, RWSide *side); // by anybody

// `fiber` ends: what it holds still is abandoned. Its own thread.
void holds_abandon(Fiber *fiber);
void holds_trace(Fiber *fiber, Tracer *tracer);
// In a forked child: `fiber` is gone, or its holds go over to `heir`.
void holds_leave_behind(Fiber *fiber);
// The same for what was handed to it by `waiter` (of a side), if it was.
void hold_leave_behind(Fiber *fiber, const Waiter *waiter);
void holds_inherit(Fiber *forker, Fiber *heir);

#endif
