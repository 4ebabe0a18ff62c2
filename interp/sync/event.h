// SPDX-License-Identifier: MIT
//
// Events: a flag that one can wait for.
#ifndef CONC_SYNC_EVENT_H
#define CONC_SYNC_EVENT_H

#include "sync/gate.h"

typedef struct Event {
    Gate gate;
    _Atomic bool set;
} Event;

extern const Kind event_kind;

static inline Event *value_to_event(Value v) { return (Event *)value_to_ref(v); }

Event *event_new(LocalHeap *heap);
// Sets the flag, and lets all go on who wait; or clears it.
void event_change(Fiber *fiber, Event *event, bool set);

// wait(timeout=nil): true, or false after the time-out.
extern const WaitOps event_wait_wait;
Value event_wait(Fiber *fiber, Value *args, int count);

#endif
