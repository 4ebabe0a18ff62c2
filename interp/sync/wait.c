// SPDX-License-Identifier: MIT
//
// Waiting, as the natives see it. Reports look at fibers that may run on: what they read are words
// that stay readable (a Fiber's memory stays a Fiber's), and an answer out of date does no harm.
#include "sync/wait.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/number.h"
#include "object/operate.h"
#include "object/str.h"
#include "sched/alarm.h"
#include "sched/deadlock.h"
#include "sync/gate.h"
#include "sync/handle.h"
#include "sync/lock.h"
#include "sync/cancel_scope.h"
#include "sync/select.h"
#include "sync/shared_lock.h"

double wait_seconds(Value number) {
    if (value_is_double(number))
        return value_to_double(number);
    return value_is_integer(number) ? integer_to_double(number) : (double)(number == VALUE_TRUE);
}

bool wait_deadline(Fiber *fiber, Value timeout, uint64_t *deadline) {
    *deadline = DEADLINE_NEVER;
    if (timeout == VALUE_UNDEF || timeout == VALUE_NIL)
        return true;
    if (!value_is_number(timeout)) {
        throw_type(fiber, "timeout must be a number of seconds or nil, not '%s'",
                   value_type_name(fiber_runtime(fiber), timeout));
        return false;
    }
    double seconds = wait_seconds(timeout);
    if (isnan(seconds)) {
        throw_value(fiber, "Invalid value NaN (not a number)");
        return false;
    }
    *deadline = seconds > 0 ? deadline_after(seconds) : DEADLINE_LOOK;
    return true;
}

void wait_note_blocking(Fiber *fiber, Value *args) {
    if (args[2] != VALUE_UNDEF && !value_truth(fiber, args[2]))
        args[1] = value_from_int(0);
}

// The count of cancels goes down by the one that is thrown.
static bool take_cancel(Fiber *fiber) {
    uint32_t cancels = load_relaxed(&fiber->cancels);
    while (cancels > 0)
        if (cas_acq_rel(&fiber->cancels, &cancels, cancels - 1))
            return true;
    return false;
}

// One of cancel(), or of a group around the call.
static Value throw_cancelled(Fiber *fiber) {
    if (!take_cancel(fiber) && cancel_scope_throw_cancel(fiber))
        return VALUE_UNDEF;
    return throw_error(fiber, ERROR_Cancelled, "cancelled");
}

bool wait_due_slow(Fiber *fiber) {
    if (fiber->shielded)
        return true;
    if (load_relaxed(&fiber->cancels) > 0 || load_relaxed(&fiber->scope_cancels) > 0) {
        throw_cancelled(fiber);
        return false;
    }
    return !cancel_scope_throw_expired(fiber);
}

Value wait_shielded(Fiber *fiber, Value f) {
    bool before = fiber->shielded;
    fiber->shielded = true;
    Value v = fiber_runtime(fiber)->call(fiber, f, NULL, 0);
    fiber->shielded = before;
    alarm_set(fiber->thread, fiber->deadline); // it may have rung meanwhile
    return v;
}

static Value throw_expired(Fiber *fiber) {
    bool thrown = cancel_scope_throw_expired(fiber);
    assert(thrown);
    (void)thrown;
    return VALUE_UNDEF;
}

static Value throw_deadlock(Fiber *fiber) {
    char *report = fiber->wait.report;
    fiber->wait.report = NULL;
    char *notes = report ? strchr(report, '\n') : NULL;
    if (notes)
        *notes++ = '\0';
    throw_error(fiber, ERROR_DeadlockError, "%s", report ? report : translate("deadlock"));
    if (notes)
        error_note(fiber, notes);
    free(report);
    return VALUE_UNDEF;
}

void last_owner_set(LastOwner *last, Fiber *fiber) {
    const Handle *handle = handle_of(fiber_runtime(fiber), fiber->handle);
    last->id = load_relaxed(&fiber->id);
    last->was_task = fiber->is_task;
    store_relaxed(&last->start_proto, handle ? handle->start_proto : NULL);
    store_relaxed(&last->start_pc, handle ? handle->start_pc : NULL);
}

static void note_start(Fiber *fiber, const LastOwner *last, const char *who) {
    Runtime *runtime = fiber_runtime(fiber);
    const struct Proto *proto = load_relaxed(&last->start_proto);
    const uint32_t *pc = load_relaxed(&last->start_pc);
    char place[256] = "", note[320];
    if (proto && pc && runtime->place_of)
        runtime->place_of(proto, pc, place, sizeof place);
    snprintf(note, sizeof note, translate("%s was started at %s"), who, place);
    if (*place)
        error_note(fiber, note);
}

Value last_owner_throw(Fiber *fiber, const LastOwner *last, const char *place) {
    char who[40];
    snprintf(who, sizeof who, "%s %llu", translate(last->was_task ? "task" : "thread"),
             (unsigned long long)last->id);
    throw_error(fiber, ERROR_LockError, "%s ended while it held the lock%s%s", who,
                *place ? translate(", acquired at ") : "", place);
    note_start(fiber, last, who);
    return VALUE_UNDEF;
}

void wait_describe_start(Fiber *fiber, char *text, size_t capacity) {
    Runtime *runtime = fiber_runtime(fiber);
    Handle *handle = handle_of(runtime, fiber->handle);
    text[0] = '\0';
    if (handle)
        handle_start_place(runtime, handle, text, capacity);
}

Value wait_throw(Fiber *fiber, WakeReason reason) {
    switch (reason) {
    case WAKE_INTERRUPTED: return throw_error(fiber, ERROR_Interrupted, "interrupted");
    case WAKE_DEADLOCK: return throw_deadlock(fiber);
    case WAKE_EXPIRED: return throw_expired(fiber);
    default: return throw_cancelled(fiber);
    }
}

// --- waiting calls in parts ---

void wait_ops_add(Runtime *runtime, const WaitOps *const *table) {
    size_t room = sizeof runtime->waits / sizeof *runtime->waits, count = 0;
    while (runtime->waits[count])
        count++;
    for (; *table; table++) {
        assert(count + 1 < room);
        runtime->waits[count++] = *table;
    }
    (void)room;
}

const WaitOps *wait_ops_of(const Runtime *runtime, NativeFunction function) {
    const WaitOps *const *ops = runtime->waits;
    while (*ops && (*ops)->call != function)
        ops++;
    return *ops;
}

bool wait_call_deadline(Fiber *fiber, const WaitOps *ops, Value *args, uint64_t *deadline) {
    return wait_deadline(fiber, ops->timeout ? args[ops->timeout] : VALUE_UNDEF, deadline);
}

bool wait_may_take(Fiber *fiber, Waiter *waiter) { return !waiter || park_disarm(fiber); }

void wait_call_leave(const WaitOps *ops, Value *args, Waiter *waiter) {
    if (ops->leave)
        ops->leave(args, waiter);
    if (!ops->queued)
        return;
    Object *guard = ops->guard ? ops->guard(args) : value_to_ref(args[0]);
    object_lock(guard);
    wait_queue_remove(waiter);
    if (ops->left)
        ops->left(args);
    object_unlock(guard);
}

Value wait_call_result(const WaitOps *ops, Fiber *fiber, Value *args, Value result) {
    return ops->unpack && result != VALUE_UNDEF ? ops->unpack(fiber, args, result) : result;
}

// Goes on, or waits.
static Value wait_or_park(const WaitOps *ops, Fiber *fiber, Value *args, int count,
                          uint64_t deadline) {
    Value result = VALUE_UNDEF;
    WaitStep step;
    do {
        if (ops->step(fiber, args, count, NULL, &result) == WAIT_DONE)
            return wait_call_result(ops, fiber, args, result);
        if (deadline == DEADLINE_LOOK)
            return ops->late(fiber, args);
        bool turns = ops->turns && ops->turns(fiber, args);
        if (turns && ops->own)
            park_arm_own(fiber, ops->kind, args[0], deadline);
        else
            park_arm(fiber, ops->kind, args[0], deadline);
        fiber->wait.turns = turns;
        step = ops->step(fiber, args, count, &fiber->wait.waiter, &result);
    } while (step == WAIT_NOT_NOW);
    if (step == WAIT_DONE)
        return wait_call_result(ops, fiber, args, result);
    if (deadline == DEADLINE_NEVER)
        deadlock_check(fiber, fiber->wait.turns && !fiber->is_task);
    return VALUE_PARKED;
}

Value wait_call(const WaitOps *ops, Fiber *fiber, Value *args, int count) {
    uint64_t deadline = fiber->wait.deadline;
    WakeReason reason = park_outcome(fiber);
    Waiter *waiter = &fiber->wait.waiter;
    Value result = VALUE_UNDEF;
    switch (reason) {
    case WAKE_NONE:
        if (!wait_call_deadline(fiber, ops, args, &deadline))
            return VALUE_UNDEF;
        return wait_or_park(ops, fiber, args, count, deadline);
    case WAKE_HANDED:
    case WAKE_RETRY:
    case WAKE_CLOSED:
        if (ops->finish(fiber, args, count, waiter, reason, &result) == WAIT_DONE)
            return wait_call_result(ops, fiber, args, result);
        return wait_or_park(ops, fiber, args, count, deadline);
    default: break;
    }
    wait_call_leave(ops, args, waiter);
    return reason == WAKE_TIMEOUT ? ops->late(fiber, args) : wait_throw(fiber, reason);
}

// --- reports ---

void fiber_describe(Fiber *fiber, char *text, size_t capacity) {
    unsigned long long id = load_relaxed(&fiber->id);
    const World *world = fiber->world;
    if (!fiber->is_task && world->main_thread && world->main_thread->main_fiber == fiber)
        snprintf(text, capacity, translate("the main thread"));
    else
        snprintf(text, capacity, "%s %llu", translate(fiber_kind(fiber)), id);
}

static void describe_lock(Fiber *fiber, Lock *lock, char *text, size_t capacity) {
    Fiber *owner = lock_owner(lock);
    if (!owner) {
        snprintf(text, capacity, translate("a lock"));
        return;
    }
    char who[64], place[256];
    fiber_describe(owner, who, sizeof who);
    lock_place(fiber_runtime(fiber), lock, place, sizeof place);
    snprintf(text, capacity, translate("a lock held by %s%s%s"), who,
             *place ? translate(" since ") : "", place);
}

static void describe_shared_lock(Fiber *fiber, SharedLock *lock, char *text, size_t capacity) {
    char holder[360];
    shared_lock_holder(fiber, lock, holder, sizeof holder);
    snprintf(text, capacity, translate("a shared lock%s%s"), *holder ? translate(" held by ") : "",
             holder);
}

static void describe_join(Fiber *fiber, char *text, size_t capacity) {
    Handle *handle = handle_of(fiber_runtime(fiber), fiber->wait.object);
    Text out = {0};
    if (handle)
        handle_describe(handle, &out);
    else
        text_string(&out, translate("something"));
    snprintf(text, capacity, translate("the end of %s"), text_data(&out));
    text_free(&out);
}

static void describe_group(CancelScope *group, char *text, size_t capacity) {
    Text out = {0};
    cancel_scope_describe(group, &out);
    snprintf(text, capacity, "%s", text_data(&out));
    text_free(&out);
}

static void describe_gate(Fiber *fiber, char *text, size_t capacity) {
    Text out = {0};
    gate_describe(gate_of(fiber->wait.object), fiber, &out);
    snprintf(text, capacity, "%s", text_data(&out));
    text_free(&out);
}

static void describe_select(Select *select, char *text, size_t capacity) {
    Text out = {0};
    select_describe(select, &out);
    snprintf(text, capacity, "%s", text_data(&out));
    text_free(&out);
}

static const char *plain_description(ParkKind kind) {
    switch (kind) {
    case PARK_SLEEP: return MESSAGE("the end of a sleep");
    case PARK_QUEUE_GET: return MESSAGE("an item in a queue (get)");
    case PARK_QUEUE_PUT: return MESSAGE("room in a queue (put)");
    case PARK_QUEUE_JOIN: return MESSAGE("the items of a queue to be done (join)");
    case PARK_IO: return MESSAGE("input or output");
    case PARK_IDLE: return MESSAGE("a job");
    case PARK_END: return MESSAGE("the end of what the script has started");
    default: return MESSAGE("its turn");
    }
}

void wait_describe_object(Fiber *fiber, char *text, size_t capacity) {
    Value object = fiber->wait.object;
    if (fiber->wait.kind == PARK_LOCK && value_is_lock(object))
        describe_lock(fiber, value_to_lock(object), text, capacity);
    else if (fiber->wait.kind == PARK_LOCK && value_is_shared_lock(object))
        describe_shared_lock(fiber, value_to_shared_lock(object), text, capacity);
    else if (fiber->wait.kind == PARK_SELECT && value_is_kind(object, KIND_SELECT))
        describe_select((Select *)value_to_ref(object), text, capacity);
    else if (fiber->wait.kind == PARK_GROUP && value_is_cancel_scope(object))
        describe_group(value_to_cancel_scope(object), text, capacity);
    else if (fiber->wait.kind == PARK_JOIN)
        describe_join(fiber, text, capacity);
    else if (fiber->wait.kind == PARK_GATE && gate_of(object))
        describe_gate(fiber, text, capacity);
    else
        snprintf(text, capacity, "%s", translate(plain_description(fiber->wait.kind)));
}

void wait_describe(Fiber *fiber, char *text, size_t capacity) {
    char what[400], place[256] = "";
    wait_describe_object(fiber, what, sizeof what);
    Runtime *runtime = fiber_runtime(fiber);
    if (runtime->place && fiber->frame_count > 0)
        runtime->place(fiber, place, sizeof place);
    snprintf(text, capacity, "%s%s%s", what, *place ? translate(", at ") : "", place);
}

// Nobody for a wait with a deadline: it ends by itself.
Fiber *wait_target(Fiber *fiber) {
    Value object = __atomic_load_n(&fiber->wait.object, __ATOMIC_RELAXED);
    if (__atomic_load_n(&fiber->wait.fires_at, __ATOMIC_RELAXED) != DEADLINE_NEVER)
        return NULL;
    switch (__atomic_load_n(&fiber->wait.kind, __ATOMIC_RELAXED)) {
    case PARK_LOCK:
        if (value_is_shared_lock(object))
            return shared_lock_owner(fiber, value_to_shared_lock(object));
        return value_is_lock(object) ? lock_owner(value_to_lock(object)) : NULL;
    case PARK_JOIN: {
        Handle *handle = handle_of(fiber_runtime(fiber), object);
        return handle ? load_acquire(&handle->fiber) : NULL;
    }
    case PARK_GROUP:
        return value_is_cancel_scope(object)
                   ? cancel_scope_waits_for(fiber, value_to_cancel_scope(object))
                   : NULL;
    case PARK_GATE: {
        Gate *gate = gate_of(object);
        return gate ? gate_holder(gate, fiber) : NULL;
    }
    default: return NULL;
    }
}
