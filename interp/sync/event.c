// SPDX-License-Identifier: MIT
//
// Events. While somebody waits the flag is clear. Whoever waits when it is set goes on, even if it is
// cleared again before he runs: the hand-over has told him.
#include "sync/event.h"

#include "base/translate.h"

const Kind event_kind = {"Event", gate_trace, NULL};

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber;
    (void)ask;
    (void)ahead;
    return load_relaxed(&((Event *)gate)->set);
}

static const GateRules rules = {.what = MESSAGE("an event to be set"), .open = open};

Event *event_new(LocalHeap *heap) {
    return (Event *)gate_new(heap, KIND_EVENT, sizeof(Event), &rules);
}

void event_change(Fiber *fiber, Event *event, bool set) {
    bool locked = shared_lock(fiber, &event->gate.header);
    store_relaxed(&event->set, set);
    gate_serve(&event->gate);
    shared_unlock(&event->gate.header, locked);
}

Value event_wait(Fiber *fiber, Value *args, int count) {
    return wait_call(&event_wait_wait, fiber, args, count);
}

const WaitOps event_wait_wait = {.call = event_wait,
                                 .kind = PARK_GATE,
                                 .timeout = 1,
                                 .step = gate_pass,
                                 .finish = gate_finish,
                                 .late = gate_late,
                                 .queued = true};
