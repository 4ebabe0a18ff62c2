// SPDX-License-Identifier: MIT
//
// Gates: waiting in order of arrival, and serving. What each kind of gate asks for and takes is in a
// file of its own; the list of their waiting calls is at the end.
//
// Invariant, whenever the tiny lock is free: the first waiter could not go on, or another that was the
// first has been woken and is on its way (Gate.woken). That one is the first to come back, looks again, and
// serves the others, or stands in its old place again.
#include "sync/gate.h"

#include "base/os.h"
#include "base/translate.h"
#include "object/str.h"
#include "sync/barrier.h"
#include "sync/crew.h"
#include "sync/event.h"
#include "sync/latch.h"
#include "sync/rlock.h"
#include "sync/rwlock.h"
#include "sync/semaphore.h"
#include "sync/watch.h"

Gate *gate_new(LocalHeap *heap, KindId kind, size_t bytes, const GateRules *rules) {
    Gate *gate = heap_alloc(heap, kind, bytes);
    gate->rules = rules;
    store_relaxed(&gate->name, VALUE_NIL);
    return gate;
}

void gate_trace(Object *object, Tracer *tracer) {
    trace_value(tracer, slot_get(&((Gate *)object)->name));
}

Gate *gate_of(Value v) {
    if (!value_is_ref(v))
        return NULL;
    switch (value_to_ref(v)->kind) {
    case KIND_SEMAPHORE:
    case KIND_BOUNDED_SEMAPHORE:
    case KIND_EVENT:
    case KIND_LATCH:
    case KIND_BARRIER:
    case KIND_CREW:
    case KIND_WATCH:
    case KIND_CONDITION: return value_to_gate(v);
    case KIND_RWLOCK_SIDE: return &value_to_rwside(v)->lock->gate;
    default: return NULL;
    }
}

static void take(Gate *gate, Fiber *fiber, int ask, Value carried) {
    if (gate->rules->take)
        gate->rules->take(gate, fiber, ask, carried);
}

// --- being overtaken ---

enum { PATIENCE = 1000 }; // microseconds, as for locks

static uint64_t microseconds(void) { return os_now() / 1000; }

// Waiter.extra: what it asks for in the lowest bit, and above since when it may be overtaken, 0: never. A
// task may not: its thread may be busy, and it come late. Nor a case of a select, which would begin anew.
static Value overtakable(Gate *gate, Fiber *fiber, int ask, const Waiter *waiter) {
    bool may = gate->rules->overtaking && waiter == &fiber->wait.waiter && !wait_suspends(fiber) &&
               load_relaxed(&fiber->world->shared);
    return value_from_int((int64_t)(may ? microseconds() << 1 : 0) + ask);
}

static int ask_of(const Waiter *waiter) { return (int)(value_to_int(waiter->extra) & 1); }
static uint64_t since_of(const Waiter *waiter) {
    return (uint64_t)value_to_int(waiter->extra) >> 1;
}

// Whether threads that run may still be faster than the first waiter. It waits for a millisecond at most,
// and so does the next one then: somebody is handed over that often, and not more often, as each time costs
// two threads a switch.
static bool is_patient(const Gate *gate, const Waiter *first) {
    if (!gate->rules->overtaking || since_of(first) == 0)
        return false;
    uint64_t since = since_of(first);
    if (gate->handed_at > since)
        since = gate->handed_at;
    return microseconds() < since + PATIENCE;
}

static bool may_overtake(const Gate *gate) {
    const Waiter *first = gate->waiters.first;
    return !first || gate->woken || is_patient(gate, first);
}

// --- entering ---

static void enter(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter) {
    waiter->value = carried;
    if (gate->woken == fiber) { // it was the first, and still is
        gate->woken = NULL;
        wait_queue_push_first(&gate->waiters, waiter);
        return;
    }
    waiter->extra = overtakable(gate, fiber, ask, waiter);
    wait_queue_push(&gate->waiters, waiter);
}

WaitStep gate_step_locked(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter) {
    bool ahead = gate->woken != fiber && !may_overtake(gate);
    if (gate->rules->open(gate, fiber, ask, ahead)) {
        bool taken = wait_may_take(fiber, waiter);
        if (taken)
            take(gate, fiber, ask, carried);
        gate_arrived(gate, fiber);
        return taken ? WAIT_DONE : WAIT_LOST;
    }
    if (!waiter)
        return WAIT_NOT_NOW;
    enter(gate, fiber, ask, carried, waiter);
    return WAIT_ENTERED;
}

WaitStep gate_step(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter) {
    bool locked = shared_lock(fiber, &gate->header);
    WaitStep step = gate_step_locked(gate, fiber, ask, carried, waiter);
    shared_unlock(&gate->header, locked);
    return step;
}

// --- serving ---

// The first waiter goes on, having taken.
static void hand_over(Gate *gate, Waiter *waiter) {
    if (!waiter_claim(waiter, WAKE_HANDED))
        return;
    take(gate, waiter->fiber, ask_of(waiter), waiter->value);
    if (gate->rules->overtaking && since_of(waiter) > 0)
        gate->handed_at = microseconds();
    park_wake(waiter->fiber);
}

// Gives the fiber that is to look itself, and is still to be woken: one that may be overtaken, unless `hand`.
// What it waits for is there for all meanwhile.
static Fiber *serve(Gate *gate, bool hand) {
    Waiter *waiter;
    while (!gate->woken && (waiter = gate->waiters.first) &&
           gate->rules->open(gate, waiter->fiber, ask_of(waiter), false)) {
        bool looks = !hand && is_patient(gate, waiter);
        wait_queue_remove(waiter);
        if (!looks)
            hand_over(gate, waiter);
        else if (waiter_claim(waiter, WAKE_RETRY))
            return gate->woken = waiter->fiber;
    }
    return NULL;
}

void gate_serve(Gate *gate) {
    Fiber *looks = serve(gate, false);
    if (looks)
        park_wake(looks);
}

// Who is to look comes for the tiny lock at once: so it is woken when that is free.
void gate_serve_and_unlock(Gate *gate, bool locked) {
    Fiber *looks = serve(gate, false);
    shared_unlock(&gate->header, locked);
    if (looks)
        park_wake(looks);
}

void gate_arrived(Gate *gate, Fiber *fiber) {
    if (gate->woken != fiber)
        return;
    gate->woken = NULL;
    (void)serve(gate, true); // all at once, and not one after another as each is woken
}

void gate_leave_behind(Gate *gate, const Fiber *fiber) {
    if (gate->woken == fiber)
        gate->woken = NULL;
}

bool gate_wake_first(Gate *gate) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&gate->waiters)))
        if (waiter_claim(waiter, WAKE_RETRY)) {
            park_wake(waiter->fiber);
            return true;
        }
    return false;
}

WaitStep gate_pass(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    *result = VALUE_TRUE;
    return gate_step(value_to_gate(args[0]), fiber, 0, VALUE_UNDEF, waiter);
}

WaitStep gate_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                     Value *result) {
    (void)fiber;
    (void)args;
    (void)count;
    waiter->value = VALUE_UNDEF;
    if (reason != WAKE_HANDED)
        return WAIT_NOT_NOW;
    *result = VALUE_TRUE;
    return WAIT_DONE;
}

Value gate_late(Fiber *fiber, Value *args) {
    (void)fiber;
    (void)args;
    return VALUE_FALSE;
}

void gate_describe(Gate *gate, Fiber *fiber, Text *out) {
    Value name = slot_get(&gate->name);
    text_string(out, translate(gate->rules->what));
    if (value_is_str(name))
        text_format(out, " '%.*s'", (int)value_to_str(name)->size, str_data(value_to_str(name)));
    if (gate->rules->describe)
        gate->rules->describe(gate, fiber, out);
}

Fiber *gate_holder(Gate *gate, Fiber *fiber) {
    return gate->rules->holder ? gate->rules->holder(gate, fiber) : NULL;
}

const WaitOps *const gate_waits[] = {
    &semaphore_acquire_wait, &event_wait_wait,
    &latch_wait_wait,        &barrier_wait_wait,
    &rwlock_acquire_wait,    &rlock_acquire_wait,
    &watch_gather_wait,      &watch_first_wait,
    &crew_wait_wait,         NULL,
};
