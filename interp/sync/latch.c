// SPDX-License-Identifier: MIT
//
// Latches. While somebody waits the count is above 0.
#include "sync/latch.h"

#include "base/translate.h"

const Kind latch_kind = {"Latch", gate_trace, NULL};

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber;
    (void)ask;
    (void)ahead;
    return load_relaxed(&((Latch *)gate)->count) == 0;
}

static const GateRules rules = {.what = MESSAGE("a latch to be counted down"), .open = open};

Latch *latch_new(LocalHeap *heap, int64_t count) {
    Latch *latch = (Latch *)gate_new(heap, KIND_LATCH, sizeof *latch, &rules);
    store_relaxed(&latch->count, count);
    return latch;
}

void latch_count_down(Fiber *fiber, Latch *latch, int64_t count) {
    bool locked = shared_lock(fiber, &latch->gate.header);
    int64_t left = load_relaxed(&latch->count) - count;
    store_relaxed(&latch->count, left > 0 ? left : 0);
    gate_serve(&latch->gate);
    shared_unlock(&latch->gate.header, locked);
}

Value latch_wait(Fiber *fiber, Value *args, int count) {
    return wait_call(&latch_wait_wait, fiber, args, count);
}

const WaitOps latch_wait_wait = {.call = latch_wait,
                                 .kind = PARK_GATE,
                                 .timeout = 1,
                                 .step = gate_pass,
                                 .finish = gate_finish,
                                 .late = gate_late,
                                 .queued = true};
