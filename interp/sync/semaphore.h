// SPDX-License-Identifier: MIT
//
// Semaphores: a number of permits. acquire takes one, or waits for it; release gives some back. They
// belong to nobody: whoever likes may release.
#ifndef CONC_SYNC_SEMAPHORE_H
#define CONC_SYNC_SEMAPHORE_H

#include "sync/gate.h"

typedef struct Semaphore {
    Gate gate;
    _Atomic int64_t permits;
    int64_t limit; // constant; more are refused. INT64_MAX: any number
} Semaphore;

extern const Kind semaphore_kind;

static inline Semaphore *value_to_semaphore(Value v) { return (Semaphore *)value_to_ref(v); }

// `permits` is at least 0. A bounded one never has more than that.
Semaphore *semaphore_new(LocalHeap *heap, int64_t permits, bool bounded);
// `count` is at least 1. False with ValueError: more than a bounded one may have.
bool semaphore_release(Fiber *fiber, Semaphore *semaphore, int64_t count);

// acquire(timeout=nil, blocking=true): true, or false after the time-out.
extern const WaitOps semaphore_acquire_wait;
Value semaphore_acquire(Fiber *fiber, Value *args, int count);

#endif
