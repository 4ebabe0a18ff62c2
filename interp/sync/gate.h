// SPDX-License-Identifier: MIT
//
// Gate: what semaphores, events, latches, barriers and read-write locks are made of: an object where
// fibers wait in order of arrival, and a table that says when one of them may go on, and what it takes
// along. Whoever changes the object serves those who wait, under the same lock:
//
//   object_lock(&gate->header);
//   semaphore->free++;                 // the change
//   gate_serve(gate);                  // claims the first waiters that may go on, and takes for them
//   object_unlock(&gate->header);
//
// The taking is done by the one who serves, once the claim has succeeded, and before the waiter runs. So
// nothing is lost, whatever time-out or cancel comes at the same moment, and nobody who comes later is
// faster: while somebody waits, the first of them could not go on.
//
// But where threads take turns at short work (`overtaking`), handing over each time makes them wait for the
// kernel to bring the next one, each time. There the first waiter, if it is a thread that sleeps, is woken to
// look itself, and threads that run may be faster than it, for at most a millisecond; then it is handed over.
// Among those who wait the order of arrival holds.
#ifndef CONC_SYNC_GATE_H
#define CONC_SYNC_GATE_H

#include "base/text.h"
#include "sync/wait.h"

typedef struct Gate Gate;

typedef struct GateRules {
    // For reports: "a permit of a semaphore (acquire)".
    const char *what;
    // Under the gate's lock: could `fiber`, which asks for `ask`, go on now? `ahead`: others wait before
    // it. Asked of a waiter only while it is the first.
    bool (*open)(Gate *gate, Fiber *fiber, int ask, bool ahead);
    // Under the gate's lock: it goes on, and takes what it asks for. `carried` is what it brought along
    // (Waiter.value). NULL: nothing is taken.
    void (*take)(Gate *gate, Fiber *fiber, int ask, Value carried);
    // Threads that run may be faster than those that have to be woken; see above. `ask` is 0 or 1.
    bool overtaking;
    // A fiber that has to go on first, so that `fiber` can; NULL: none is known. Any attached thread,
    // without the lock: what it reads may be out of date. NULL itself: never known.
    Fiber *(*holder)(Gate *gate, Fiber *fiber);
    // Says more than `what` does ("held by thread 2 since x.conc:4:9"). The world is stopped. May be NULL.
    void (*describe)(Gate *gate, Fiber *fiber, Text *out);
} GateRules;

// The head of each of these objects.
struct Gate {
    Object header;          // its tiny lock guards all that is not said to be otherwise
    const GateRules *rules; // constant
    WaitQueue waiters;      // Waiter.extra: see gate.c; Waiter.value: what it carries
    Fiber *woken;       // has been the first waiter, and is on its way to look again; NULL: none
    uint64_t handed_at; // microseconds: when one that could be overtaken was handed over
    Slot name;          // a Str, for people; nil
};

// A gate of kind `kind` and `bytes` bytes, unnamed.
Gate *gate_new(LocalHeap *heap, KindId kind, size_t bytes, const GateRules *rules);
void gate_trace(Object *object, Tracer *tracer); // Kind.trace of those that refer to nothing else

// The value of a method's receiver. The kind has been checked by the call.
static inline Gate *value_to_gate(Value v) { return (Gate *)value_to_ref(v); }
// The gate that a fiber waits at whose Wait.object is `v`; NULL: none.
Gate *gate_of(Value v);

// WaitOps.step without a result: DONE where the fiber goes on, having taken; else it stands in the queue
// where a `waiter` is given.
WaitStep gate_step(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter);
// The same, for callers that hold the gate's lock.
WaitStep gate_step_locked(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter);
// Under the gate's lock: lets all go on that may, first come, first served.
void gate_serve(Gate *gate);
// The same as the last thing under the lock; `locked` is what shared_lock gave.
void gate_serve_and_unlock(Gate *gate, bool locked);
// Under the gate's lock, of a fiber that goes on or gives up: if it is the one that was woken, it is on its
// way no more, and the others are served. gate_step does so by itself.
void gate_arrived(Gate *gate, Fiber *fiber);
// In a forked child: the fiber is gone, which may have been on its way.
void gate_leave_behind(Gate *gate, const Fiber *fiber);
// Under the gate's lock: ends the first wait, so that it looks again (RETRY). False: nobody waits.
bool gate_wake_first(Gate *gate);

// Parts of WaitOps that most of them share. args[0] is the gate; there is one thing to ask for, and
// having it is true. finish: it was handed over; else the fiber competes again.
WaitStep gate_pass(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result);
WaitStep gate_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                     Value *result);
Value gate_late(Fiber *fiber, Value *args); // false

// For reports on fibers that wait at one (PARK_GATE).
void gate_describe(Gate *gate, Fiber *fiber, Text *out);
Fiber *gate_holder(Gate *gate, Fiber *fiber);

// The waiting calls of all gates, for select; ends with NULL.
extern const WaitOps *const gate_waits[];

#endif
