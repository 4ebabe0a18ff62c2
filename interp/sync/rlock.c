// SPDX-License-Identifier: MIT
//
// RLocks. Only the owner reads or writes the depth, so acquiring again touches nothing shared.
#include "sync/rlock.h"

#include "object/operate.h"

static void rlock_trace(Object *object, Tracer *tracer) {
    (void)object;
    (void)tracer;
}

const Kind rlock_kind = {"RLock", rlock_trace, NULL};

RLock *rlock_new(LocalHeap *heap) { return heap_alloc(heap, KIND_RLOCK, sizeof(RLock)); }

Value rlock_acquire(Fiber *fiber, Value *args, int count) {
    RLock *lock = value_to_rlock(args[0]);
    uint64_t ignored;
    // Not one that waited and to which it was handed over: lock_acquire has to note that it has it.
    bool again = load_relaxed(&fiber->wait.state) == WAIT_IDLE;
    if (again && lock_owner(&lock->lock) == fiber) {
        if (!wait_deadline(fiber, args[1], &ignored))
            return VALUE_UNDEF;
        lock->depth++;
        return VALUE_TRUE;
    }
    Value v = lock_acquire(fiber, args, count);
    if (v == VALUE_TRUE)
        lock->depth = 1;
    return v;
}

// Had by the lock's own step: once.
static WaitStep had(const Value *args, WaitStep step, const Value *result) {
    if (step == WAIT_DONE && *result == VALUE_TRUE)
        value_to_rlock(args[0])->depth = 1;
    return step;
}

static WaitStep step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    RLock *lock = value_to_rlock(args[0]);
    if (lock_owner(&lock->lock) != fiber)
        return had(args, lock_acquire_wait.step(fiber, args, count, waiter, result), result);
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    lock->depth++;
    *result = VALUE_TRUE;
    return WAIT_DONE;
}

static WaitStep finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                       Value *result) {
    return had(args, lock_acquire_wait.finish(fiber, args, count, waiter, reason, result), result);
}

static Value late(Fiber *fiber, Value *args) { return lock_acquire_wait.late(fiber, args); }

const WaitOps rlock_acquire_wait = {.call = rlock_acquire,
                                    .kind = PARK_LOCK,
                                    .timeout = 1,
                                    .step = step,
                                    .finish = finish,
                                    .late = late,
                                    .queued = true};

bool rlock_release(Fiber *fiber, RLock *lock) {
    if (lock_owner(&lock->lock) == fiber && --lock->depth > 0)
        return true;
    return lock_release(fiber, &lock->lock);
}
