// SPDX-License-Identifier: MIT
//
// Watches: gather and first. See the header.
#include "sync/watch.h"

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"
#include "sched/fiber.h"
#include "sync/registry.h"

enum { MOST_NAMED = 10, LONGEST_LOOK = 1000 };

static void watch_trace(Object *object, Tracer *tracer) {
    Watch *watch = (Watch *)object;
    gate_trace(object, tracer);
    trace_object(tracer, watch->handles);
    trace_object(tracer, watch->decided);
}
static void link_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((WatchLink *)object)->watch);
    trace_object(tracer, ((WatchLink *)object)->next);
}

const Kind watch_kind = {"watch", watch_trace, NULL};
const Kind watch_link_kind = {"link", link_trace, NULL};

static Handle *handle_at(const Watch *watch, size_t i) {
    return handle_of(NULL, list_get(watch->handles, i));
}

// --- the gate ---

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber, (void)ask, (void)ahead;
    const Watch *watch = (Watch *)gate;
    return watch->decided || watch->left == 0;
}

// gather cannot go on before each of them; first only if all of them hang together.
static Fiber *holder(Gate *gate, Fiber *fiber) {
    const Watch *watch = (Watch *)gate;
    size_t count = list_length(watch->handles);
    Fiber *found = NULL;
    for (size_t i = 0; i < count && i < LONGEST_LOOK; i++) {
        Handle *handle = handle_at(watch, i);
        if (load_acquire(&handle->state) == HANDLE_ENDED)
            continue;
        Fiber *target = load_acquire(&handle->fiber);
        bool own = target && handle_is_task_of(handle, fiber->thread);
        if (watch->any && !own)
            return NULL;
        if (target && (own || !found))
            found = target;
    }
    return found;
}

static void describe(Gate *gate, Fiber *fiber, Text *out) {
    (void)fiber;
    const Watch *watch = (Watch *)gate;
    size_t named = 0, count = list_length(watch->handles);
    for (size_t i = 0; i < count; i++) {
        Handle *handle = handle_at(watch, i);
        if (load_acquire(&handle->state) == HANDLE_ENDED || named++ >= MOST_NAMED)
            continue;
        text_string(out, named > 1 ? translate(", ") : " ");
        handle_describe(handle, out);
    }
    if (named > MOST_NAMED)
        text_format(out, translate(" and %zu more"), named - MOST_NAMED);
}

static const GateRules gather_rules = {
    .what = MESSAGE("the ends of"), .open = open, .holder = holder, .describe = describe};
static const GateRules first_rules = {
    .what = MESSAGE("the first end of"), .open = open, .holder = holder, .describe = describe};

// --- ends ---

// Under the handle's lock, or where it has ended already. True: a fiber of `thread` waits.
static bool note_end(Watch *watch, Handle *handle, bool failed, const Thread *thread) {
    object_lock(&watch->gate.header);
    const Handle *decided = watch->decided;
    const Waiter *waiter = watch->gate.waiters.first;
    bool own = waiter && waiter->fiber->thread == thread;
    watch->left--;
    if ((watch->any || failed) && (!decided || handle->ended_at < decided->ended_at))
        watch->decided = handle;
    gate_serve(&watch->gate);
    object_unlock(&watch->gate.header);
    return own;
}

bool watch_ended(Handle *handle, bool failed, const Thread *thread) {
    const WatchLink *link = handle->watches;
    bool own = false;
    handle->watches = NULL;
    for (; link; link = link->next)
        if (!load_acquire(&link->watch->over))
            own |= note_end(link->watch, handle, failed, thread);
    return own;
}

void watch_gone(Handle *handle) {
    for (const WatchLink *link = handle->watches; link; link = link->next) {
        Watch *watch = link->watch;
        object_lock(&watch->gate.header);
        watch->look = true;
        gate_wake_first(&watch->gate);
        object_unlock(&watch->gate.header);
    }
}

// --- making ---

// Under the handle's lock: links of watches that are over go.
static void add_link(Fiber *fiber, Watch *watch, Handle *handle) {
    WatchLink **at = &handle->watches;
    while (*at) {
        if (load_acquire(&(*at)->watch->over))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    WatchLink *link = heap_alloc(fiber->heap, KIND_WATCH_LINK, sizeof *link);
    link->watch = watch;
    link->next = handle->watches;
    handle->watches = link;
}

static void watch_handle(Fiber *fiber, Watch *watch, Handle *handle) {
    object_lock(&handle->header);
    bool ended = load_relaxed(&handle->state) == HANDLE_ENDED;
    if (!ended)
        add_link(fiber, watch, handle);
    object_unlock(&handle->header);
    if (ended)
        note_end(watch, handle, slot_get(&handle->error) != VALUE_UNDEF, NULL);
}

static bool check_handle(Fiber *fiber, Value v, const char *name) {
    Handle *handle = handle_of(fiber_runtime(fiber), v);
    if (!handle)
        throw_type(fiber, "%s() needs handles, not '%s'", name,
                   value_type_name(fiber_runtime(fiber), v));
    else if (load_acquire(&handle->state) == HANDLE_NEW)
        throw_runtime(fiber, "%s() needs handles that have been started", name);
    else if (load_relaxed(&handle->fiber) == fiber)
        throw_error(fiber, ERROR_DeadlockError, "%s() cannot wait for the one that calls it", name);
    else
        return true;
    return false;
}

static bool check_handles(Fiber *fiber, List *handles, bool any) {
    const char *name = any ? "first" : "gather";
    size_t count = list_length(handles);
    if (any && count == 0) {
        throw_value(fiber, "first() needs at least one handle");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!check_handle(fiber, list_get(handles, i), name))
            return false;
    return true;
}

// The call's watch, made at its first step. NULL with the error.
static Watch *watch_of_call(Fiber *fiber, Value *args, bool any) {
    if (value_is_kind(args[0], KIND_WATCH) &&
        !load_relaxed(&((Watch *)value_to_ref(args[0]))->over))
        return (Watch *)value_to_ref(args[0]);
    Value handles = iterate_to_list(fiber, args[1]);
    if (handles == VALUE_UNDEF || !check_handles(fiber, value_to_list(handles), any))
        return NULL;
    args[1] = handles;
    Watch *watch = (Watch *)gate_new(fiber->heap, KIND_WATCH, sizeof *watch,
                                     any ? &first_rules : &gather_rules);
    args[0] = value_from_ref(watch);
    watch->any = any;
    watch->handles = value_to_list(handles);
    watch->left = list_length(watch->handles);
    watch->look = true;
    for (size_t i = 0, count = list_length(watch->handles); i < count; i++)
        watch_handle(fiber, watch, handle_at(watch, i));
    return watch;
}

// --- outcomes ---

// Cancels all that have not ended. `expected`: nobody has to pick up what they end with.
static void cancel_rest(Fiber *fiber, const Watch *watch, bool expected) {
    for (size_t i = 0, count = list_length(watch->handles); i < count; i++) {
        Handle *handle = handle_at(watch, i);
        if (expected)
            registry_picked_up(fiber_registry(fiber), handle);
        if (load_acquire(&handle->state) != HANDLE_ENDED)
            handle_cancel_along(fiber, handle);
    }
}

static Value results_of(Fiber *fiber, const Watch *watch) {
    size_t count = list_length(watch->handles);
    List *results = list_new(fiber->heap, count);
    for (size_t i = 0; i < count; i++)
        if (!list_append(fiber, results, slot_get(&handle_at(watch, i)->result)))
            return VALUE_UNDEF;
    return value_from_ref(results);
}

static Value outcome(Fiber *fiber, Watch *watch) {
    store_release(&watch->over, true);
    Handle *decided = watch->decided;
    if (!decided)
        return results_of(fiber, watch);
    cancel_rest(fiber, watch, true);
    Value error = slot_get(&decided->error);
    return error == VALUE_UNDEF ? slot_get(&decided->result) : throw_instance(fiber, error);
}

static Value late(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_TimeoutError, "some of what was waited for still runs");
}

// --- the wait ---

// Processes whose children have gone are settled, which notes their ends.
static void settle_gone(Fiber *fiber, Watch *watch) {
    for (size_t i = 0, count = list_length(watch->handles); i < count; i++)
        handle_settle(fiber, handle_at(watch, i));
}

static bool take_look(Watch *watch) {
    object_lock(&watch->gate.header);
    bool look = watch->look;
    watch->look = false;
    object_unlock(&watch->gate.header);
    return look;
}

// With an armed wait: one that has to look first takes it back.
static WaitStep enter(Fiber *fiber, Watch *watch, Waiter *waiter) {
    object_lock(&watch->gate.header);
    WaitStep step;
    if (watch->look)
        step = wait_may_take(fiber, waiter) ? WAIT_NOT_NOW : WAIT_LOST;
    else
        step = gate_step_locked(&watch->gate, fiber, 0, VALUE_UNDEF, waiter);
    object_unlock(&watch->gate.header);
    return step;
}

static WaitStep step_of(Fiber *fiber, Value *args, Waiter *waiter, Value *result, bool any) {
    *result = VALUE_UNDEF;
    Watch *watch = watch_of_call(fiber, args, any);
    if (!watch)
        return WAIT_DONE;
    if (!waiter && take_look(watch))
        settle_gone(fiber, watch);
    WaitStep step =
        waiter ? enter(fiber, watch, waiter) : gate_step(&watch->gate, fiber, 0, VALUE_UNDEF, NULL);
    if (step == WAIT_DONE)
        *result = outcome(fiber, watch);
    return step;
}

static WaitStep gather_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    return step_of(fiber, args, waiter, result, false);
}
static WaitStep first_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    return step_of(fiber, args, waiter, result, true);
}

static WaitStep finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                       Value *result) {
    WaitStep step = gate_finish(fiber, args, count, waiter, reason, result);
    if (step == WAIT_DONE)
        *result = outcome(fiber, (Watch *)value_to_ref(args[0]));
    return step;
}

static bool turns(Fiber *fiber, Value *args) { // a step has been before
    const Watch *watch = (Watch *)value_to_ref(args[0]);
    for (size_t i = 0, count = list_length(watch->handles); i < count; i++)
        if (handle_is_task_of(handle_at(watch, i), fiber->thread))
            return true;
    return false;
}

// Under its lock. A select that waits on makes another watch.
static void left(Value *args) { store_release(&((Watch *)value_to_ref(args[0]))->over, true); }

const WaitOps watch_gather_wait = {.call = watch_gather,
                                   .kind = PARK_GATE,
                                   .timeout = 2,
                                   .step = gather_step,
                                   .finish = finish,
                                   .late = late,
                                   .left = left,
                                   .queued = true,
                                   .turns = turns};
const WaitOps watch_first_wait = {.call = watch_first,
                                  .kind = PARK_GATE,
                                  .timeout = 2,
                                  .step = first_step,
                                  .finish = finish,
                                  .late = late,
                                  .left = left,
                                  .queued = true,
                                  .turns = turns};

// A cancel, a time limit around the call, a deadlock.
static bool was_ended(const Fiber *fiber) {
    if (load_relaxed(&fiber->wait.state) == WAIT_IDLE)
        return false;
    WakeReason reason = fiber->wait.reason;
    return reason != WAKE_HANDED && reason != WAKE_RETRY && reason != WAKE_TIMEOUT;
}

// A cancel or a time limit that is due already ends the wait before it begins.
static bool may_begin(Fiber *fiber, Value *args, bool any) {
    if (load_relaxed(&fiber->wait.state) != WAIT_IDLE)
        return true;
    Watch *watch = watch_of_call(fiber, args, any);
    if (!watch)
        return false;
    if (wait_due(fiber))
        return true;
    store_release(&watch->over, true);
    cancel_rest(fiber, watch, false);
    return false;
}

static Value call(const WaitOps *ops, Fiber *fiber, Value *args, int count) {
    if (!may_begin(fiber, args, ops == &watch_first_wait))
        return VALUE_UNDEF;
    bool ended = was_ended(fiber);
    Value v = wait_call(ops, fiber, args, count);
    if (ended)
        cancel_rest(fiber, (Watch *)value_to_ref(args[0]), false);
    return v;
}

Value watch_gather(Fiber *fiber, Value *args, int count) {
    return call(&watch_gather_wait, fiber, args, count);
}
Value watch_first(Fiber *fiber, Value *args, int count) {
    return call(&watch_first_wait, fiber, args, count);
}
