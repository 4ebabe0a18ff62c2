// SPDX-License-Identifier: MIT
//
// Locks: `lock()`. They belong to the fiber (thread or task) that acquired them.
//
// Lock.word is the whole state; taking and releasing a lock that nobody waits for is one
// compare-and-swap:
//
//      0                  free
//      a Fiber            held by it
//      LOCK_ABANDONED     its owner ended while holding it: the next acquire throws LockError once,
//                         and frees it
//
// and in the low bits: LOCK_WAITED, somebody stands in the queue; LOCK_WOKEN, a waiter has been taken out
// and is on its way to compete; LOCK_STARVING, the next release is to hand over.
//
// A release wakes the first waiter, which then competes (barging: a running thread may be faster, and
// a lock that is passed on only at the pace of wake-ups is slow). A waiter that came too late again and
// again for a millisecond gets the lock handed over, so none starves. (As Go's sync.Mutex.)
#ifndef CONC_SYNC_LOCK_H
#define CONC_SYNC_LOCK_H

#include "object/function.h"
#include "sched/fiber.h"
#include "sync/wait.h"

enum { LOCK_WAITED = 1, LOCK_ABANDONED = 2, LOCK_WOKEN = 4, LOCK_STARVING = 8 };

typedef struct Lock {
    Object header; // its tiny lock guards `waiters` and the flags
    _Atomic uintptr_t word;
    WaitQueue waiters;
    // The owner's list: fiber->held_locks, the last first; owner's thread only. Nothing while it is free;
    // and `previous` nothing for the first.
    struct Lock *next, *previous;
    // Where it was acquired; written by the owner, read by reports.
    _Atomic(const struct Proto *) proto;
    _Atomic(const uint32_t *) pc;
    uint64_t handed_at;   // when it was last handed over, in microseconds of os_now
    LastOwner last_owner; // of LOCK_ABANDONED: the fiber that ended
} Lock;

extern const Kind lock_kind;

// Also of an RLock (sync/rlock.h), which begins with a Lock.
static inline bool value_is_lock(Value v) {
    return value_is_kind(v, KIND_LOCK) || value_is_kind(v, KIND_RLOCK);
}
static inline Lock *value_to_lock(Value v) { return (Lock *)value_to_ref(v); }

Lock *lock_new(LocalHeap *heap);
// Native protocol. args[0] the lock, args[1] the time-out, args[2] blocking; count is 0 where the lock is all there
// is. True, or false after the time-out.
// DeadlockError, LockError, and what wait_throw throws.
Value lock_acquire(Fiber *fiber, Value *args, int count);
// The same where it need not wait, for the run loop; with nothing to be thrown first. False: nothing has
// happened, and lock_acquire decides.
bool lock_take(Fiber *fiber, Lock *lock);
extern const WaitOps lock_acquire_wait; // for select; lock_acquire has a path of its own
// False with LockError: the lock is not held by `fiber`.
bool lock_release(Fiber *fiber, Lock *lock);
// The same without an error, for the run loop: false, and nothing has happened.
bool lock_give_back(Fiber *fiber, Lock *lock);
// The second half of a release: the fiber has forgotten the lock, and its word is made free.
void lock_free_word(Fiber *fiber, Lock *lock);
bool lock_locked(Lock *lock);
// The fiber that holds it, or NULL. Any thread; may be out of date at once.
Fiber *lock_owner(Lock *lock);
// "x.conc:4:9", where it was acquired; "" if unknown. With the world stopped, or by the owner.
void lock_place(Runtime *runtime, Lock *lock, char *text, size_t capacity);

// `fiber` ends: what it holds still is abandoned. Its own thread.
void locks_abandon(Fiber *fiber);
// In a forked child: nobody waits for the lock any more; its owner `fiber` is gone.
void lock_forget_waiters(Lock *lock);
void lock_leave_behind(Lock *lock, Fiber *fiber);
// What `forker` holds goes over to the child's new main fiber.
void locks_inherit(Fiber *forker, Fiber *heir);
void locks_trace(Fiber *fiber, Tracer *tracer);

// --- the usual case, for the run loop: nobody waits, and what was taken last is freed first ---

// lock->word from *word to `next`, as a compare-and-swap; a thread that is alone needs none.
static inline bool lock_change_word(Fiber *fiber, Lock *lock, uintptr_t *word, uintptr_t next) {
    if (load_relaxed(&fiber->world->shared))
        return cas_acq_rel(&lock->word, word, next);
    store_relaxed(&lock->word, next);
    return true;
}

// The fiber has the word: notes that it holds it, and where it was taken.
static inline void lock_hold(Fiber *fiber, Lock *lock, const struct Proto *proto,
                             const uint32_t *pc) {
    lock->next = fiber->held_locks;
    if (lock->next)
        lock->next->previous = lock;
    fiber->held_locks = lock;
    store_relaxed(&lock->proto, proto);
    store_relaxed(&lock->pc, pc);
}

// False: nothing has happened, and lock_take decides. The script stands at `pc` of `proto`.
static inline bool lock_take_quick(Fiber *fiber, Lock *lock, const struct Proto *proto,
                                   const uint32_t *pc) {
    uintptr_t word = load_relaxed(&lock->word);
    if (word != 0 || load_relaxed(&fiber->cancels) != 0 || fiber->scope)
        return false;
    if (!lock_change_word(fiber, lock, &word, (uintptr_t)fiber))
        return false;
    lock_hold(fiber, lock, proto, pc);
    return true;
}

// False: nothing has happened, and lock_give_back decides.
static inline bool lock_give_back_quick(Fiber *fiber, Lock *lock) {
    uintptr_t word = load_relaxed(&lock->word);
    if (word != (uintptr_t)fiber || fiber->held_locks != lock)
        return false;
    fiber->held_locks = lock->next;
    if (!lock_change_word(fiber, lock, &word, 0))
        lock_free_word(fiber, lock);
    return true;
}

#endif
