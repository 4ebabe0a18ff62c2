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
    if (lock_owner(&lock->lock) == fiber) {
        lock->depth++;
        return VALUE_TRUE;
    }
    if (args[2] != VALUE_UNDEF && !value_truth(fiber, args[2]))
        args[1] = value_from_int(0);
    Value v = lock_acquire(fiber, args, count);
    if (v == VALUE_TRUE)
        lock->depth = 1;
    return v;
}

bool rlock_release(Fiber *fiber, RLock *lock) {
    if (lock_owner(&lock->lock) == fiber && --lock->depth > 0)
        return true;
    return lock_release(fiber, &lock->lock);
}
