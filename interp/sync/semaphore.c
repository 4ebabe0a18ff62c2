// SPDX-License-Identifier: MIT
//
// Semaphores. A release hands its permits to those who wait, or wakes the first one to take one (gate.h).
#include "sync/semaphore.h"

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"

const Kind semaphore_kind = {"Semaphore", gate_trace, NULL};

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber;
    (void)ask;
    return !ahead && load_relaxed(&((Semaphore *)gate)->permits) > 0;
}

static void take(Gate *gate, Fiber *fiber, int ask, Value carried) {
    (void)fiber;
    (void)ask;
    (void)carried;
    sub_relaxed(&((Semaphore *)gate)->permits, 1);
}

static const GateRules rules = {
    .what = MESSAGE("a permit of a semaphore"), .open = open, .take = take, .overtaking = true};

Semaphore *semaphore_new(LocalHeap *heap, int64_t permits, bool bounded) {
    Semaphore *semaphore = (Semaphore *)gate_new(
        heap, bounded ? KIND_BOUNDED_SEMAPHORE : KIND_SEMAPHORE, sizeof *semaphore, &rules);
    store_relaxed(&semaphore->permits, permits);
    semaphore->limit = bounded ? permits : INT64_MAX;
    return semaphore;
}

bool semaphore_release(Fiber *fiber, Semaphore *semaphore, int64_t count) {
    bool locked = shared_lock(fiber, &semaphore->gate.header);
    int64_t permits = load_relaxed(&semaphore->permits);
    bool fits = count <= semaphore->limit - permits;
    if (fits)
        store_relaxed(&semaphore->permits, permits + count);
    gate_serve_and_unlock(&semaphore->gate, locked);
    if (!fits)
        throw_value(fiber, "Semaphore released too many times");
    return fits;
}

Value semaphore_acquire(Fiber *fiber, Value *args, int count) {
    wait_note_blocking(fiber, args);
    return wait_call(&semaphore_acquire_wait, fiber, args, count);
}

const WaitOps semaphore_acquire_wait = {.call = semaphore_acquire,
                                        .kind = PARK_GATE,
                                        .timeout = 1,
                                        .step = gate_pass,
                                        .finish = gate_finish,
                                        .late = gate_late,
                                        .queued = true};
