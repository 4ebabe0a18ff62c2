// SPDX-License-Identifier: MIT
//
// Latches: a count that only goes down; whoever waits goes on once it is 0, for good.
#ifndef CONC_SYNC_LATCH_H
#define CONC_SYNC_LATCH_H

#include "sync/gate.h"

typedef struct Latch {
    Gate gate;
    _Atomic int64_t count;
} Latch;

extern const Kind latch_kind;

static inline Latch *value_to_latch(Value v) { return (Latch *)value_to_ref(v); }

Latch *latch_new(LocalHeap *heap, int64_t count); // at least 0
// Counts down by `count`, at least 1; not below 0.
void latch_count_down(Fiber *fiber, Latch *latch, int64_t count);

// wait(timeout=nil): true, or false after the time-out.
extern const WaitOps latch_wait_wait;
Value latch_wait(Fiber *fiber, Value *args, int count);

#endif
