// SPDX-License-Identifier: MIT
//
// Locks. Who may change Lock.word: anyone who finds it free takes it by compare-and-swap; the owner
// frees it so; the flags change only under the tiny lock. As the owner's slow path holds the tiny
// lock, and nobody else can change a word with an owner in it but for the flags, it may store plainly.
//
// At most one woken waiter is on its way at a time (WOKEN), so releases meanwhile cost no wake-up:
// a running thread gets its thousand turns while the kernel brings a sleeping one back. One that
// arrives late again and again for LOCK_PATIENCE sets STARVING: the next release hands over.
#include "sync/lock.h"

#include <stdio.h>

#include "base/os.h"
#include "base/translate.h"
#include "object/error.h"
#include "sched/deadlock.h"
#include "sync/shared_lock.h"
#include "sync/wait.h"

enum { FLAGS = 15, SPIN_LEAST = 32, SPIN_MOST = 256 };
enum { LOCK_PATIENCE = 1000 }; // microseconds

static void lock_trace(Object *object, Tracer *tracer) {
    (void)object;
    (void)tracer;
}

const Kind lock_kind = {"lock", lock_trace, NULL};

Lock *lock_new(LocalHeap *heap) { return heap_alloc(heap, KIND_LOCK, sizeof(Lock)); }

static Fiber *owner_of(uintptr_t word) { return (Fiber *)(word & ~(uintptr_t)FLAGS); }
static bool is_free(uintptr_t word) {
    return (word & ~(uintptr_t)(LOCK_WAITED | LOCK_WOKEN | LOCK_STARVING)) == 0;
}

bool lock_locked(Lock *lock) { return !is_free(load_relaxed(&lock->word)); }

Fiber *lock_owner(Lock *lock) { return owner_of(load_acquire(&lock->word)); }

void lock_place(Runtime *runtime, Lock *lock, char *text, size_t capacity) {
    text[0] = '\0';
    const struct Proto *proto = load_relaxed(&lock->proto);
    if (proto && runtime->place_of)
        runtime->place_of(proto, load_relaxed(&lock->pc), text, capacity);
}

// --- what a fiber holds ---

static void hold(Fiber *fiber, Lock *lock) {
    const struct Proto *proto = NULL;
    if (fiber->frame_count > 0)
        proto = fiber->frames[fiber->frame_count - 1].closure->proto;
    lock_hold(fiber, lock, proto, fiber->pc);
}

static void let_go(Fiber *fiber, Lock *lock) {
    if (fiber->held_locks == lock)
        fiber->held_locks = lock->next;
    else
        lock->previous->next = lock->next;
    if (lock->next)
        lock->next->previous = lock->previous;
}

void locks_trace(Fiber *fiber, Tracer *tracer) {
    for (Lock *lock = fiber->held_locks; lock; lock = lock->next)
        trace_object(tracer, lock);
    shared_locks_trace(fiber, tracer);
}

// --- taking ---

static uint64_t microseconds(void) { return os_now() / 1000; }

// Takes it if it is free.
static inline bool try_take(Fiber *fiber, Lock *lock) {
    uintptr_t word = load_relaxed(&lock->word);
    while (is_free(word))
        if (lock_change_word(fiber, lock, &word, word | (uintptr_t)fiber)) {
            hold(fiber, lock);
            return true;
        }
    return false;
}

bool lock_take(Fiber *fiber, Lock *lock) {
    bool quiet = load_relaxed(&fiber->cancels) == 0 && !fiber->scope;
    return quiet && try_take(fiber, lock);
}

// Looks ever more rarely (exponential backoff): each look takes the word's cache line from the owner,
// who may well take the lock again a few times in between.
static bool spin_and_take(Fiber *fiber, Lock *lock) {
    if (!fiber->world->many_cpus || !load_relaxed(&fiber->world->shared))
        return false;
    for (int turns = SPIN_LEAST; turns <= SPIN_MOST; turns *= 2) {
        for (int i = 0; i < turns; i++)
            spin_hint();
        if (try_take(fiber, lock))
            return true;
    }
    return false;
}

static uintptr_t flags_of_queue(const Lock *lock) {
    return wait_queue_empty(&lock->waiters) ? 0 : LOCK_WAITED;
}

// Under the tiny lock, for an owned or abandoned word: makes it free and wakes the first waiter, or
// hands it over.
static void pass_on(Lock *lock, bool hand_over) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&lock->waiters))) {
        Fiber *next = waiter->fiber;
        if (!waiter_claim(waiter, hand_over ? WAKE_HANDED : WAKE_RETRY))
            continue;
        if (hand_over)
            lock->handed_at = microseconds();
        uintptr_t word = hand_over ? (uintptr_t)next : LOCK_WOKEN;
        store_release(&lock->word, word | flags_of_queue(lock));
        park_wake(next);
        return;
    }
    store_release(&lock->word, 0);
}

static Value throw_already_held(Fiber *fiber, Lock *lock) {
    char place[256];
    lock_place(fiber_runtime(fiber), lock, place, sizeof place);
    throw_error(fiber, ERROR_DeadlockError, "the lock is already held by this %s%s%s",
                translate(fiber_kind(fiber)), *place ? translate(", which acquired it at ") : "",
                place);
    return error_hint(fiber, "an `RLock()` can be acquired again by the one that holds it");
}

static Value throw_abandoned(Fiber *fiber, Lock *lock) {
    char place[256];
    lock_place(fiber_runtime(fiber), lock, place, sizeof place);
    return last_owner_throw(fiber, &lock->last_owner, place);
}

// At the queue's end, noting since when; or at its head one that was woken and came too late.
static void enter_queue(Lock *lock, Waiter *waiter, bool again) {
    if (again) {
        wait_queue_push_first(&lock->waiters, waiter);
        return;
    }
    waiter->extra = value_from_int((int64_t)microseconds());
    wait_queue_push(&lock->waiters, waiter);
}

typedef enum Step { STEP_TAKEN, STEP_PARKED, STEP_ABANDONED, STEP_NEVER, STEP_LATE } Step;

static bool starves(const Lock *lock, const Waiter *waiter) {
    uint64_t since = (uint64_t)value_to_int(waiter->extra);
    if (lock->handed_at > since)
        since = lock->handed_at;
    return microseconds() > since + LOCK_PATIENCE;
}

// Under the tiny lock. `woken`: this fiber is the one that WOKEN stands for.
static Step acquire_step(Fiber *fiber, Lock *lock, uint64_t deadline, bool woken) {
    uintptr_t word = load_relaxed(&lock->word);
    for (;;) {
        uintptr_t flags = word & FLAGS;
        if (woken)
            flags &= ~(uintptr_t)LOCK_WOKEN;
        if (is_free(word)) {
            uintptr_t taken = (uintptr_t)fiber | flags;
            if (!cas_acq_rel(&lock->word, &word, taken))
                continue;
            hold(fiber, lock);
            return STEP_TAKEN;
        }
        if (word & LOCK_ABANDONED) {
            pass_on(lock, false);
            return STEP_ABANDONED;
        }
        if (deadline == DEADLINE_NEVER && owner_of(word) == fiber)
            return STEP_NEVER;
        bool park = deadline != DEADLINE_LOOK;
        if (park)
            flags |= LOCK_WAITED;
        if (park && woken && starves(lock, &fiber->wait.waiter))
            flags |= LOCK_STARVING;
        if (cas_acq_rel(&lock->word, &word, (word & ~(uintptr_t)FLAGS) | flags))
            return park ? STEP_PARKED : STEP_LATE;
    }
}

static Value acquire_slow(Fiber *fiber, Lock *lock, uint64_t deadline, bool woken) {
    object_lock(&lock->header);
    Step step = acquire_step(fiber, lock, deadline, woken);
    if (step == STEP_PARKED) {
        park_arm(fiber, PARK_LOCK, value_from_ref(lock), deadline);
        enter_queue(lock, &fiber->wait.waiter, woken);
    }
    object_unlock(&lock->header);
    switch (step) {
    case STEP_TAKEN: return VALUE_TRUE;
    case STEP_PARKED:
        if (deadline == DEADLINE_NEVER)
            deadlock_check(fiber, false);
        return VALUE_PARKED;
    case STEP_ABANDONED: return throw_abandoned(fiber, lock);
    case STEP_NEVER: return throw_already_held(fiber, lock);
    default: return VALUE_FALSE;
    }
}

static void leave_queue(Fiber *fiber, Lock *lock) {
    object_lock(&lock->header);
    wait_queue_remove(&fiber->wait.waiter);
    object_unlock(&lock->header);
}

static Value acquire_again(Fiber *fiber, Lock *lock, WakeReason reason, uint64_t deadline) {
    if (reason == WAKE_HANDED) {
        hold(fiber, lock);
        return VALUE_TRUE;
    }
    if (reason == WAKE_RETRY)
        return acquire_slow(fiber, lock, deadline, true);
    leave_queue(fiber, lock);
    return reason == WAKE_TIMEOUT ? VALUE_FALSE : wait_throw(fiber, reason);
}

// False with the error. Without arguments there is nothing to look at.
static bool acquire_deadline(Fiber *fiber, Value *args, int count, uint64_t *deadline) {
    *deadline = DEADLINE_NEVER;
    if (count == 0 || (args[1] == VALUE_UNDEF && args[2] == VALUE_UNDEF))
        return true;
    wait_note_blocking(fiber, args);
    return wait_deadline(fiber, args[1], deadline);
}

Value lock_acquire(Fiber *fiber, Value *args, int count) {
    Lock *lock = value_to_lock(args[0]);
    if (__builtin_expect(load_relaxed(&fiber->wait.state) == WAIT_IDLE, 1)) {
        uint64_t deadline;
        if (!acquire_deadline(fiber, args, count, &deadline))
            return VALUE_UNDEF;
        if (__builtin_expect(try_take(fiber, lock), 1))
            return VALUE_TRUE;
        if (lock_owner(lock) != fiber && spin_and_take(fiber, lock))
            return VALUE_TRUE;
        return acquire_slow(fiber, lock, deadline, false);
    }
    uint64_t deadline = fiber->wait.deadline;
    return acquire_again(fiber, lock, park_outcome(fiber), deadline);
}

// --- as a case of a select ---

// One's own lock is waited for like any other: another case may end the wait.
static WaitStep select_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    Lock *lock = value_to_lock(args[0]);
    object_lock(&lock->header);
    uintptr_t word = load_relaxed(&lock->word);
    bool goes = is_free(word) || (word & LOCK_ABANDONED), taken_back = goes || !waiter;
    if (goes && !wait_may_take(fiber, waiter)) {
        object_unlock(&lock->header);
        return WAIT_LOST;
    }
    Step step = acquire_step(fiber, lock, taken_back ? DEADLINE_LOOK : DEADLINE_NEVER - 1, false);
    if (step == STEP_PARKED)
        enter_queue(lock, waiter, false);
    object_unlock(&lock->header);
    *result = VALUE_TRUE;
    switch (step) {
    case STEP_PARKED: return WAIT_ENTERED;
    case STEP_ABANDONED: *result = throw_abandoned(fiber, lock); return WAIT_DONE;
    case STEP_TAKEN: // it may have become free just now
        if (taken_back || wait_may_take(fiber, waiter))
            return WAIT_DONE;
        lock_release(fiber, lock);
        return WAIT_LOST;
    default: return WAIT_NOT_NOW;
    }
}

static WaitStep select_finish(Fiber *fiber, Value *args, int count, Waiter *waiter,
                              WakeReason reason, Value *result) {
    (void)count, (void)waiter;
    Lock *lock = value_to_lock(args[0]);
    *result = VALUE_TRUE;
    if (reason == WAKE_HANDED) {
        hold(fiber, lock);
        return WAIT_DONE;
    }
    object_lock(&lock->header);
    Step step = acquire_step(fiber, lock, DEADLINE_LOOK, true);
    object_unlock(&lock->header);
    if (step == STEP_ABANDONED)
        *result = throw_abandoned(fiber, lock);
    return step == STEP_LATE ? WAIT_NOT_NOW : WAIT_DONE;
}

static Value select_late(Fiber *fiber, Value *args) {
    (void)fiber, (void)args;
    return VALUE_FALSE;
}

const WaitOps lock_acquire_wait = {.call = lock_acquire,
                                   .kind = PARK_LOCK,
                                   .timeout = 1,
                                   .step = select_step,
                                   .finish = select_finish,
                                   .late = select_late,
                                   .queued = true};

// --- releasing ---

static void release_slow(Lock *lock) {
    object_lock(&lock->header);
    pass_on(lock, load_relaxed(&lock->word) & LOCK_STARVING);
    object_unlock(&lock->header);
}

static Value throw_not_owner(Fiber *fiber, Lock *lock) {
    Fiber *owner = lock_owner(lock);
    if (!owner)
        return throw_error(fiber, ERROR_LockError, "release of a lock that is not held");
    char who[64], place[256];
    fiber_describe(owner, who, sizeof who);
    lock_place(fiber_runtime(fiber), lock, place, sizeof place);
    return throw_error(fiber, ERROR_LockError, "release of a lock that is held by %s%s%s", who,
                       *place ? translate(", which acquired it at ") : "", place);
}

void lock_free_word(Fiber *fiber, Lock *lock) {
    uintptr_t word = load_relaxed(&lock->word);
    do {
        bool wakes = (word & LOCK_WAITED) && (word & (LOCK_WOKEN | LOCK_STARVING)) != LOCK_WOKEN;
        if (__builtin_expect(wakes, 0)) {
            release_slow(lock);
            return;
        }
    } while (!lock_change_word(fiber, lock, &word, word & (LOCK_WAITED | LOCK_WOKEN)));
}

bool lock_release(Fiber *fiber, Lock *lock) {
    uintptr_t word = load_relaxed(&lock->word);
    if (__builtin_expect(owner_of(word) != fiber, 0)) {
        throw_not_owner(fiber, lock);
        return false;
    }
    let_go(fiber, lock);
    lock_free_word(fiber, lock);
    return true;
}

bool lock_give_back(Fiber *fiber, Lock *lock) {
    return lock_owner(lock) == fiber && lock_release(fiber, lock);
}

// --- owners that end ---

static void abandon(Fiber *fiber, Lock *lock) {
    last_owner_set(&lock->last_owner, fiber);
    let_go(fiber, lock);
    object_lock(&lock->header);
    Waiter *waiter;
    uintptr_t word = LOCK_ABANDONED;
    Fiber *next = NULL;
    while ((waiter = wait_queue_pop(&lock->waiters)))
        if (waiter_claim(waiter, WAKE_RETRY)) {
            next = waiter->fiber;
            word |= LOCK_WOKEN;
            break;
        }
    store_release(&lock->word, word | flags_of_queue(lock));
    if (next)
        park_wake(next);
    object_unlock(&lock->header);
}

void locks_abandon(Fiber *fiber) {
    shared_locks_abandon(fiber);
    while (fiber->held_locks)
        abandon(fiber, fiber->held_locks);
}

// --- after fork ---

void lock_forget_waiters(Lock *lock) {
    lock->waiters = (WaitQueue){0};
    uintptr_t word = load_relaxed(&lock->word);
    store_relaxed(&lock->word, word & ~(uintptr_t)(LOCK_WAITED | LOCK_WOKEN | LOCK_STARVING));
}

void lock_leave_behind(Lock *lock, Fiber *fiber) {
    last_owner_set(&lock->last_owner, fiber);
    lock->next = lock->previous = NULL;
    lock->waiters = (WaitQueue){0};
    store_relaxed(&lock->word, LOCK_ABANDONED);
}

void locks_inherit(Fiber *forker, Fiber *heir) {
    heir->held_locks = forker->held_locks;
    forker->held_locks = NULL;
    for (Lock *lock = heir->held_locks; lock; lock = lock->next) {
        lock->waiters = (WaitQueue){0};
        store_relaxed(&lock->word, (uintptr_t)heir);
    }
}
