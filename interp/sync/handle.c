// SPDX-License-Identifier: MIT
//
// Handles: what scripts hold of a started thing, and its end. Starting is in start.c.
#include "sync/handle.h"

#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/str.h"
#include "sync/registry.h"
#include "sync/cancel_scope.h"
#include "sync/crew.h"
#include "sync/wait.h"
#include "sync/watch.h"

static void handle_trace(Object *object, Tracer *tracer) {
    Handle *handle = (Handle *)object;
    trace_value(tracer, slot_get(&handle->name));
    trace_value(tracer, slot_get(&handle->result));
    trace_value(tracer, slot_get(&handle->error));
    trace_value(tracer, slot_get(&handle->instance));
    trace_value(tracer, slot_get(&handle->callee));
    trace_value(tracer, slot_get(&handle->arguments));
    trace_value(tracer, slot_get(&handle->group));
    trace_object(tracer, handle->watches);
    trace_object(tracer, handle->crew);
}

const Kind handle_kind = {"handle", handle_trace, NULL};

// --- making and finding ---

static Handle *attach_handle(Fiber *fiber, Instance *instance, HandleKind kind) {
    Handle *handle = heap_alloc(fiber->heap, KIND_HANDLE, sizeof *handle);
    handle->kind = (uint8_t)kind;
    store_relaxed(&handle->exit_code, HANDLE_NO_EXIT_CODE);
    slot_set(&handle->group, VALUE_UNDEF);
    slot_set(&handle->instance, value_from_ref(instance));
    slot_set(instance_slot(instance, 0), value_from_ref(handle));
    return handle;
}

static HandleKind kind_of_class(Runtime *runtime, const Class *c) {
    if (class_extends(c, runtime->types[TYPE_PROCESS]))
        return HANDLE_PROCESS;
    return class_extends(c, runtime->types[TYPE_TASK]) ? HANDLE_TASK : HANDLE_THREAD;
}

Handle *handle_init(Fiber *fiber, Instance *instance, Value callee, const Value *args, int count) {
    Handle *handle = handle_of(fiber_runtime(fiber), value_from_ref(instance));
    if (!handle) {
        const Class *c = instance_shape(instance)->of;
        handle = attach_handle(fiber, instance, kind_of_class(fiber_runtime(fiber), c));
        handle->id = add_relaxed(&fiber->world->next_fiber_id, 1);
    }
    List *list = list_from(fiber->heap, args, (size_t)count);
    slot_set(&handle->callee, callee == VALUE_UNDEF ? VALUE_NIL : callee);
    slot_set(&handle->arguments, value_from_ref(list));
    return handle;
}

Instance *handle_new(Fiber *fiber, Class *c, HandleKind kind) {
    Instance *instance = instance_new(fiber->heap, c);
    attach_handle(fiber, instance, kind);
    return instance;
}

Handle *handle_of(Runtime *runtime, Value v) {
    (void)runtime;
    if (!value_is_kind(v, KIND_INSTANCE))
        return NULL;
    Instance *instance = (Instance *)value_to_ref(v);
    if (instance_shape(instance)->field_count == 0)
        return NULL;
    Value first = slot_get(instance_slot(instance, 0)); // scripts never hold a bare Handle
    return value_is_kind(first, KIND_HANDLE) ? (Handle *)value_to_ref(first) : NULL;
}

Handle *handle_receiver(Fiber *fiber, Value v) {
    Handle *handle = handle_of(fiber_runtime(fiber), v);
    if (!handle)
        throw_runtime(fiber, "init of '%s' has not called super.init()",
                      value_type_name(fiber_runtime(fiber), v));
    return handle;
}

// --- descriptions ---

static const char *kind_word(const Handle *handle) {
    static const char *const names[] = {MESSAGE("thread"), MESSAGE("task"), MESSAGE("process"),
                                        MESSAGE("job")};
    return names[handle->kind];
}

void handle_default_name(const Handle *handle, Text *out) {
    text_format(out, "%s %llu", kind_word(handle), (unsigned long long)handle->id);
}

void handle_describe(Handle *handle, Text *out) {
    text_format(out, "%s %llu", translate(kind_word(handle)), (unsigned long long)handle->id);
    Value name = slot_get(&handle->name);
    if (value_is_str(name))
        text_format(out, " (%.*s)", (int)value_to_str(name)->size, str_data(value_to_str(name)));
}

void handle_start_place(Runtime *runtime, Handle *handle, char *text, size_t capacity) {
    text[0] = '\0';
    if (handle->start_proto && runtime->place_of)
        runtime->place_of(handle->start_proto, handle->start_pc, text, capacity);
}

void handle_origin(Runtime *runtime, Handle *handle, Text *out) {
    if (load_acquire(&handle->state) == HANDLE_NEW)
        return;
    text_string(out, translate("in "));
    handle_describe(handle, out);
    char place[512];
    handle_start_place(runtime, handle, place, sizeof place);
    if (*place)
        text_format(out, translate(", started at %s"), place);
}

// --- the end ---

// True if one of them is a fiber of `thread`.
static bool wake_joiners(Handle *handle, const Thread *thread) {
    Waiter *waiter;
    bool own = false;
    while ((waiter = wait_queue_pop(&handle->joiners))) {
        Fiber *joiner = waiter->fiber;
        if (!waiter_claim(waiter, WAKE_HANDED))
            continue;
        own |= joiner->thread == thread;
        park_wake(joiner);
    }
    return own;
}

void handle_number_end(Registry *registry, Handle *handle) {
    if (handle->ended_at == 0)
        handle->ended_at = add_relaxed(&registry->ends, 1) + 1;
}

static bool store_end(Fiber *fiber, Handle *handle, Value result, Value error) {
    bool locked = handle_lock(fiber, handle);
    slot_set(&handle->result, result);
    slot_set(&handle->error, error);
    slot_set(&handle->callee, VALUE_NIL); // what it ran need not live as long as the handle
    slot_set(&handle->arguments, VALUE_NIL);
    store_release(&handle->fiber, NULL);
    store_release(&handle->state, HANDLE_ENDED);
    handle_number_end(fiber_registry(fiber), handle);
    bool own = wake_joiners(handle, fiber->thread);
    own |= watch_ended(handle, error != VALUE_UNDEF, fiber->thread);
    handle_unlock(handle, locked);
    return own;
}

static bool is_error(Fiber *fiber, Value error, ErrorClass c) {
    Runtime *runtime = fiber_runtime(fiber);
    return error != VALUE_UNDEF && value_is_instance_of(runtime, error, runtime->errors[c]);
}

// Ctrl-C met a task that ran on the main thread, or held it up, and the task has not caught it.
static bool is_interrupt(Fiber *fiber, const Handle *handle, Value error) {
    return handle->kind == HANDLE_TASK && fiber->thread == fiber->world->main_thread &&
           is_error(fiber, error, ERROR_Interrupted);
}

// Nobody of the thread has heard of it by a join: it is the main fiber's, once, however many tasks it
// ends by their joins of each other.
static void interrupt_main(Thread *thread, Value error) {
    Registry *registry = thread->world->runtime->registry;
    if (registry->interrupt == error)
        return;
    registry->interrupt = error;
    if (park_claim(thread->main_fiber, WAKE_INTERRUPTED))
        park_wake(thread->main_fiber);
    else
        or_seq(&thread->poll, POLL_INTERRUPT);
}

// Cancelled is no error that anybody has to see; nor is what happens while the script ends.
static bool error_counts(Fiber *fiber, const Handle *handle, Value error) {
    return error != VALUE_UNDEF && !load_relaxed(&fiber->world->ending) &&
           !is_error(fiber, error, ERROR_Cancelled) && !is_interrupt(fiber, handle, error);
}

// The order matters: the error is kept before anyone can join, and shown before the end of the script
// stops waiting for this handle.
void handle_end(Fiber *fiber, Handle *handle, Value result, Value error) {
    Registry *registry = fiber_registry(fiber);
    bool in_group = slot_get(&handle->group) != VALUE_UNDEF; // then the group throws the error
    bool counts = error_counts(fiber, handle, error) && !in_group;
    if (counts && !handle->dropped)
        registry_keep_error(registry, handle, error);
    bool heard = store_end(fiber, handle, result, error) || in_group;
    if (in_group)
        cancel_scope_member_ended(fiber, handle, error);
    if (is_interrupt(fiber, handle, error) && !heard)
        interrupt_main(fiber->thread, error);
    if (counts && handle->dropped) {
        store_release(&handle->picked_up, true);
        fiber_runtime(fiber)->report(fiber, error);
    }
    if (handle->kind == HANDLE_PROCESS)
        registry_not_pending(registry, handle);
    else
        registry_remove(registry, handle);
}

void handle_settle(Fiber *fiber, Handle *handle) {
    if (!load_acquire(&handle->gone))
        return;
    const ProcessHooks *processes = load_acquire(&fiber_registry(fiber)->processes);
    if (processes)
        processes->settle(fiber, handle);
}

bool handle_done(Fiber *fiber, Handle *handle) {
    handle_settle(fiber, handle);
    return load_acquire(&handle->state) == HANDLE_ENDED;
}

void handle_cancel_along(Fiber *fiber, Handle *handle) {
    if (!load_seq(&fiber->world->ending))
        handle_cancel(fiber, handle);
}

void handle_cancel_once(Fiber *fiber, Handle *handle) {
    if (!load_acquire(&handle->cancelled))
        handle_cancel_along(fiber, handle);
}

bool handle_cancel(Fiber *fiber, Handle *handle) {
    store_release(&handle->cancelled, true);
    if (handle->kind == HANDLE_PROCESS) {
        const ProcessHooks *processes = load_acquire(&fiber_registry(fiber)->processes);
        return processes && processes->terminate(fiber, handle);
    }
    if (handle->kind == HANDLE_JOB && crew_drop_job(fiber, handle))
        return true;
    object_lock(&handle->header);
    bool running = load_relaxed(&handle->state) != HANDLE_ENDED;
    Fiber *target = load_relaxed(&handle->fiber);
    if (running && target)
        fiber_cancel(target);
    else if (running && handle->cancels < UINT16_MAX)
        handle->cancels++;
    object_unlock(&handle->header);
    return running;
}

// --- join ---

// In a forked child: what the parent has started is not here, and has ended without result or error.
static Value throw_elsewhere(Fiber *fiber, Handle *handle) {
    Text who = {0};
    handle_describe(handle, &who);
    throw_runtime(fiber, "cannot join %s: it was started by the parent of this process",
                  text_data(&who));
    text_free(&who);
    return VALUE_UNDEF;
}

static Value outcome(Fiber *fiber, Handle *handle) {
    Value error = slot_get(&handle->error), result = slot_get(&handle->result);
    if (error == VALUE_UNDEF && result == VALUE_UNDEF)
        return throw_elsewhere(fiber, handle);
    if (error == VALUE_UNDEF)
        return result;
    registry_picked_up(fiber_registry(fiber), handle);
    return throw_instance(fiber, error);
}

static Value throw_timeout(Fiber *fiber, Handle *handle) {
    Text who = {0};
    handle_describe(handle, &who);
    throw_error(fiber, ERROR_TimeoutError, "%s is still running", text_data(&who));
    text_free(&who);
    return VALUE_UNDEF;
}

static Value throw_self(Fiber *fiber, const Handle *handle) {
    return throw_error(fiber, ERROR_DeadlockError, "cannot join current %s",
                       translate(kind_word(handle)));
}

static Value throw_unstarted(Fiber *fiber, const Handle *handle) {
    throw_runtime(fiber, "cannot join %s before it is started", translate(kind_word(handle)));
    return error_hint(fiber, "its `start()` starts it");
}

typedef enum JoinState { JOIN_WAITS, JOIN_ENDED, JOIN_NEW, JOIN_SELF, JOIN_SETTLE } JoinState;

// Under the handle's lock.
static JoinState join_state(Fiber *fiber, Handle *handle) {
    uint8_t state = load_relaxed(&handle->state);
    if (state != HANDLE_RUNNING)
        return state == HANDLE_ENDED ? JOIN_ENDED : JOIN_NEW;
    if (load_relaxed(&handle->gone) && load_acquire(&handle->child))
        return JOIN_SETTLE;
    return load_relaxed(&handle->fiber) == fiber ? JOIN_SELF : JOIN_WAITS;
}

static WaitStep join_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    Handle *handle = handle_of(fiber_runtime(fiber), args[0]);
    JoinState state;
    do {
        handle_settle(fiber, handle);
        bool locked = handle_lock(fiber, handle);
        state = join_state(fiber, handle);
        if (state == JOIN_WAITS && waiter)
            wait_queue_push(&handle->joiners, waiter);
        handle_unlock(handle, locked);
    } while (state == JOIN_SETTLE);
    if (state == JOIN_WAITS)
        return waiter ? WAIT_ENTERED : WAIT_NOT_NOW;
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    *result = state == JOIN_ENDED  ? outcome(fiber, handle)
              : state == JOIN_SELF ? throw_self(fiber, handle)
                                   : throw_unstarted(fiber, handle);
    return WAIT_DONE;
}

// To be looked at again: a process's end may have to be read first.
static WaitStep join_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                            Value *result) {
    (void)waiter, (void)reason;
    return join_step(fiber, args, count, NULL, result);
}

static Value join_late(Fiber *fiber, Value *args) {
    return throw_timeout(fiber, handle_of(fiber_runtime(fiber), args[0]));
}

bool handle_is_task_of(Handle *handle, const Thread *thread) {
    Fiber *target = load_acquire(&handle->fiber);
    return handle->kind == HANDLE_TASK && target &&
           __atomic_load_n(&target->thread, __ATOMIC_RELAXED) == thread;
}

static bool is_own_task(Fiber *fiber, Value *args) {
    Handle *handle = handle_of(fiber_runtime(fiber), args[0]);
    return handle && handle_is_task_of(handle, fiber->thread);
}

static Object *join_guard(Value *args) {
    return value_to_ref(slot_get(instance_slot((Instance *)value_to_ref(args[0]), 0)));
}

const WaitOps handle_join_wait = {.call = handle_join,
                                  .kind = PARK_JOIN,
                                  .timeout = 1,
                                  .step = join_step,
                                  .finish = join_finish,
                                  .late = join_late,
                                  .guard = join_guard,
                                  .queued = true,
                                  .turns = is_own_task,
                                  .own = true};
static const WaitOps await_wait = {.call = handle_await,
                                   .kind = PARK_JOIN,
                                   .step = join_step,
                                   .finish = join_finish,
                                   .late = join_late,
                                   .guard = join_guard,
                                   .queued = true,
                                   .turns = is_own_task,
                                   .own = true};

Value handle_join(Fiber *fiber, Value *args, int count) {
    if (!handle_receiver(fiber, args[0]))
        return VALUE_UNDEF;
    return wait_call(&handle_join_wait, fiber, args, count);
}

Value handle_await(Fiber *fiber, Value *args, int count) {
    if (!handle_of(fiber_runtime(fiber), args[0]))
        return throw_type(fiber, "'%s' object can't be awaited",
                          value_type_name(fiber_runtime(fiber), args[0]));
    return wait_call(&await_wait, fiber, args, count);
}
