// SPDX-License-Identifier: MIT
//
// Gates: waiting in order of arrival, and serving. What each kind of gate asks for and takes is in a
// file of its own; the list of their waiting calls is at the end.
//
// Invariant, whenever the tiny lock is free: the first waiter could not go on. So one that comes while
// others wait may go on only where the rules let it overtake (a reader that reads already).
#include "sync/gate.h"

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

static void enter(Gate *gate, int ask, Value carried, Waiter *waiter) {
    waiter->extra = value_from_int(ask);
    waiter->value = carried;
    wait_queue_push(&gate->waiters, waiter);
}

WaitStep gate_step_locked(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter) {
    if (gate->rules->open(gate, fiber, ask, !wait_queue_empty(&gate->waiters))) {
        if (!wait_may_take(fiber, waiter))
            return WAIT_LOST;
        take(gate, fiber, ask, carried);
        return WAIT_DONE;
    }
    if (!waiter)
        return WAIT_NOT_NOW;
    enter(gate, ask, carried, waiter);
    return WAIT_ENTERED;
}

WaitStep gate_step(Gate *gate, Fiber *fiber, int ask, Value carried, Waiter *waiter) {
    bool locked = shared_lock(fiber, &gate->header);
    WaitStep step = gate_step_locked(gate, fiber, ask, carried, waiter);
    shared_unlock(&gate->header, locked);
    return step;
}

void gate_serve(Gate *gate) {
    Waiter *waiter;
    while ((waiter = gate->waiters.first)) {
        int ask = (int)value_to_int(waiter->extra);
        if (!gate->rules->open(gate, waiter->fiber, ask, false))
            return;
        wait_queue_remove(waiter);
        if (!waiter_claim(waiter, WAKE_HANDED))
            continue;
        take(gate, waiter->fiber, ask, waiter->value);
        park_wake(waiter->fiber);
    }
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
