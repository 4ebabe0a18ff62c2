// SPDX-License-Identifier: MIT
//
// Barriers. The last one to arrive ends the waits of all the others, so that the next generation finds
// an empty queue and cannot be mixed up with this one. If it finds that one of them has just left, by
// a time-out or a cancel, the barrier is broken, which it would have been a moment later anyway.
//
// With an action the last one first claims the others' waits (they cannot time out any more), calls the
// action without the lock, and then wakes them. Whoever arrives meanwhile waits in the queue as LATE and
// arrives again afterwards.
#include "sync/barrier.h"

#include "base/translate.h"
#include "object/error.h"
#include "sched/fiber.h"

enum { LATE = -1 };
#define ACTION_DUE VALUE_TRUE // a step's result: the caller has to call the action

static void barrier_trace(Object *object, Tracer *tracer) {
    Barrier *barrier = (Barrier *)object;
    gate_trace(object, tracer);
    trace_value(tracer, slot_get(&barrier->action));
    trace_value(tracer, slot_get(&barrier->timeout));
}

const Kind barrier_kind = {"Barrier", barrier_trace, NULL};

static const GateRules rules = {.what = MESSAGE("the others at a barrier")};

Barrier *barrier_new(LocalHeap *heap, int64_t parties, Value action, Value timeout) {
    Barrier *barrier = (Barrier *)gate_new(heap, KIND_BARRIER, sizeof *barrier, &rules);
    barrier->parties = parties;
    slot_set(&barrier->action, action);
    slot_set(&barrier->timeout, timeout);
    return barrier;
}

// --- under the lock ---

static bool is_acting(const Barrier *barrier) {
    const Fiber *actor = load_relaxed(&barrier->actor);
    return actor && load_relaxed(&actor->id) == barrier->actor_id;
}

// How many of the coming generation are there.
static int64_t arrivals(const Barrier *barrier) {
    const Waiter *last = barrier->gate.waiters.last;
    return last ? value_to_int(last->extra) + 1 : 0;
}

static void enter(Barrier *barrier, Waiter *waiter) {
    int64_t number = is_acting(barrier) ? LATE : arrivals(barrier);
    waiter->extra = value_from_int(number);
    waiter->value = VALUE_NIL;
    wait_queue_push(&barrier->gate.waiters, waiter);
}

// Wakes all of `queue`, whose waits are claimed: with their numbers, or with BrokenBarrier.
static void wake_claimed(WaitQueue *queue, bool broken) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(queue))) {
        waiter->value = broken ? VALUE_NIL : waiter->extra;
        park_wake(waiter->fiber);
    }
}

// The same, as if they had not been served: they arrive anew.
static void wake_again(WaitQueue *queue) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(queue))) {
        waiter->fiber->wait.reason = WAKE_RETRY;
        park_wake(waiter->fiber);
    }
}

static void break_waits(Barrier *barrier) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&barrier->gate.waiters)))
        if (waiter_claim(waiter, WAKE_HANDED)) {
            waiter->value = VALUE_NIL;
            park_wake(waiter->fiber);
        }
    barrier->spoiled = true;
}

// Claims the waits of all, into barrier->released. False: one has just left. Then the barrier is broken;
// or, where that one stood in a select which another case has ended, it waits on for the one that misses.
static bool claim_all(Barrier *barrier) {
    bool whole = true;
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&barrier->gate.waiters))) {
        if (waiter_claim(waiter, WAKE_HANDED)) {
            wait_queue_push(&barrier->released, waiter);
        } else {
            whole = false;
            if (waiter == &waiter->fiber->wait.waiter)
                store_relaxed(&barrier->broken, true);
        }
    }
    return whole;
}

typedef enum Arrival { ARRIVAL_WAITS, ARRIVAL_LAST, ARRIVAL_BROKEN, ARRIVAL_LOST } Arrival;

static Arrival arrive(Fiber *fiber, Barrier *barrier, Waiter *waiter) {
    bool broken = load_relaxed(&barrier->broken);
    if (!broken && (is_acting(barrier) || arrivals(barrier) < barrier->parties - 1))
        return ARRIVAL_WAITS;
    bool last = !broken && claim_all(barrier);
    broken = load_relaxed(&barrier->broken);
    if (broken)
        wake_claimed(&barrier->released, true);
    bool taken = (last || broken) && wait_may_take(fiber, waiter);
    if (taken)
        return last ? ARRIVAL_LAST : ARRIVAL_BROKEN;
    wake_again(&barrier->released);
    return last || broken ? ARRIVAL_LOST : ARRIVAL_WAITS;
}

static void begin_action(Fiber *fiber, Barrier *barrier) {
    store_relaxed(&barrier->actor, fiber);
    barrier->actor_id = load_relaxed(&fiber->id);
    barrier->spoiled = false;
}

// --- waiting ---

static Value throw_broken(Fiber *fiber) {
    return throw_error(fiber, ERROR_BrokenBarrier, "the barrier is broken");
}

// args[2] is true where barrier_wait has called, which sees to the action.
static bool may_act(Fiber *fiber, Barrier *barrier, const Value *args) {
    if (args[2] != VALUE_TRUE)
        throw_runtime(fiber, "a barrier with an action cannot be a case of select");
    else if (load_relaxed(&barrier->actor) == fiber)
        throw_error(fiber, ERROR_DeadlockError, "the action of a barrier cannot wait at it");
    else
        return true;
    return false;
}

static WaitStep step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    Barrier *barrier = value_to_barrier(args[0]);
    bool act = slot_get(&barrier->action) != VALUE_NIL;
    if (act && !may_act(fiber, barrier, args)) {
        *result = VALUE_UNDEF;
        return WAIT_DONE;
    }
    bool locked = shared_lock(fiber, &barrier->gate.header);
    Arrival arrival = arrive(fiber, barrier, waiter);
    if (arrival == ARRIVAL_WAITS && waiter)
        enter(barrier, waiter);
    if (arrival == ARRIVAL_LAST && act)
        begin_action(fiber, barrier);
    else if (arrival == ARRIVAL_LAST)
        wake_claimed(&barrier->released, false);
    shared_unlock(&barrier->gate.header, locked);
    switch (arrival) {
    case ARRIVAL_WAITS: return waiter ? WAIT_ENTERED : WAIT_NOT_NOW;
    case ARRIVAL_LOST: return WAIT_LOST;
    case ARRIVAL_BROKEN: *result = throw_broken(fiber); return WAIT_DONE;
    default: *result = act ? ACTION_DUE : value_from_int(barrier->parties - 1); return WAIT_DONE;
    }
}

static WaitStep finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                       Value *result) {
    (void)args;
    (void)count;
    Value number = waiter->value;
    waiter->value = VALUE_UNDEF;
    if (reason != WAKE_HANDED)
        return WAIT_NOT_NOW;
    *result = number == VALUE_NIL ? throw_broken(fiber) : number;
    return WAIT_DONE;
}

static Value late(Fiber *fiber, Value *args) {
    barrier_break(fiber, value_to_barrier(args[0]), false);
    return throw_broken(fiber);
}

// Under the lock: those behind one that has left move up.
static void left(Value *args) {
    Barrier *barrier = value_to_barrier(args[0]);
    int64_t number = 0;
    if (is_acting(barrier))
        return;
    for (Waiter *waiter = barrier->gate.waiters.first; waiter; waiter = waiter->next)
        waiter->extra = value_from_int(number++);
}

const WaitOps barrier_wait_wait = {.call = barrier_wait,
                                   .kind = PARK_GATE,
                                   .timeout = 1,
                                   .step = step,
                                   .finish = finish,
                                   .late = late,
                                   .left = left,
                                   .queued = true};

// The action has been called: the others go on, and those who have come meanwhile arrive again. True:
// the barrier was broken meanwhile.
static bool end_action(Barrier *barrier, bool failed) {
    object_lock(&barrier->gate.header);
    bool broken = failed || barrier->spoiled;
    if (failed)
        store_relaxed(&barrier->broken, true);
    wake_claimed(&barrier->released, broken);
    store_relaxed(&barrier->actor, NULL);
    while (gate_wake_first(&barrier->gate)) {
    }
    object_unlock(&barrier->gate.header);
    return broken;
}

static Value act(Fiber *fiber, Barrier *barrier) {
    bool awaits = fiber->awaits;
    Value v = fiber_runtime(fiber)->call(fiber, slot_get(&barrier->action), NULL, 0);
    fiber->awaits = awaits;
    bool broken = end_action(barrier, v == VALUE_UNDEF);
    if (v == VALUE_UNDEF)
        return v;
    return broken ? throw_broken(fiber) : value_from_int(barrier->parties - 1);
}

// The wait was ended by something else than the others, or its time-out (`late` sees to that).
static bool was_ended(const Fiber *fiber) {
    if (load_relaxed(&fiber->wait.state) == WAIT_IDLE)
        return false;
    WakeReason reason = fiber->wait.reason;
    return reason != WAKE_HANDED && reason != WAKE_RETRY && reason != WAKE_TIMEOUT;
}

Value barrier_wait(Fiber *fiber, Value *args, int count) {
    Barrier *barrier = value_to_barrier(args[0]);
    bool ended = was_ended(fiber);
    if (args[1] == VALUE_UNDEF || args[1] == VALUE_NIL)
        args[1] = slot_get(&barrier->timeout);
    args[2] = VALUE_TRUE;
    Value v = wait_call(&barrier_wait_wait, fiber, args, count);
    if (ended)
        barrier_break(fiber, barrier, false);
    return v == ACTION_DUE ? act(fiber, barrier) : v;
}

// --- the rest ---

void barrier_break(Fiber *fiber, Barrier *barrier, bool reset) {
    bool locked = shared_lock(fiber, &barrier->gate.header);
    break_waits(barrier);
    store_relaxed(&barrier->broken, !reset);
    shared_unlock(&barrier->gate.header, locked);
}

int64_t barrier_waiting(Fiber *fiber, Barrier *barrier) {
    bool locked = shared_lock(fiber, &barrier->gate.header);
    int64_t waiting = is_acting(barrier) ? 0 : arrivals(barrier);
    shared_unlock(&barrier->gate.header, locked);
    return waiting;
}
