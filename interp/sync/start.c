// SPDX-License-Identifier: MIT
//
// Starting threads and tasks, and running them to their end.
//
// A task is a fiber on the starter's thread: it goes to the end of the ready queue, so that it never
// runs before its starter awaits or ends. A thread has a main fiber, which runs the call; then the
// tasks that it started run to their end; then its handle ends; then, if there are detached tasks left,
// they go on until they end or the script does.
#include <errno.h>

#include "object/error.h"
#include "object/list.h"
#include "sync/handle.h"
#include "sync/registry.h"
#include "sync/cancel_scope.h"

void handle_note_start(Fiber *fiber, Handle *handle) {
    const Runtime *runtime = fiber_runtime(fiber);
    if (runtime->where)
        runtime->where(fiber, &handle->start_proto, &handle->start_pc);
}

void handle_give_fiber(Handle *handle, Fiber *target) {
    target->handle = slot_get(&handle->instance);
    if (target->start[0] == VALUE_UNDEF) {
        target->start[0] = slot_get(&handle->callee);
        target->start[1] = slot_get(&handle->arguments);
    }
    bool locked = handle_lock(target, handle);
    store_release(&handle->fiber, target);
    store_release(&handle->state, HANDLE_RUNNING);
    for (; handle->cancels > 0; handle->cancels--)
        fiber_cancel(target);
    handle_unlock(handle, locked);
}

static Value list_of(Fiber *fiber, const Value *args, int count) {
    return count > 0 ? value_from_ref(list_from(fiber->heap, args, (size_t)count)) : VALUE_NIL;
}

static bool start_task(Fiber *fiber, Handle *handle, Value callee, const Value *args, int count) {
    Fiber *task = fiber_new(fiber->thread, true);
    if (!fiber_give_call(task, callee, args, (size_t)count))
        task->start[1] = list_of(fiber, args, count);
    handle->id = load_relaxed(&task->id);
    handle_give_fiber(handle, task);
    registry_add(fiber_registry(fiber), handle);
    thread_add_ready(fiber->thread, task);
    return true;
}

// A task of the thread that has not ended, or NULL.
static Fiber *next_task(Thread *thread, bool detached) {
    for (Fiber *f = thread->fibers; f; f = f->next) {
        if (!f->is_task || f->ended)
            continue;
        Handle *handle = handle_of(f->world->runtime, f->handle);
        if (detached || !handle || !load_relaxed(&handle->detached))
            return f;
    }
    return NULL;
}

void thread_run_tasks(Thread *thread, bool detached) {
    Fiber *task;
    while ((task = next_task(thread, detached)))
        thread_run_until_ended(thread, task);
}

static void thread_body(Thread *thread, void *argument) {
    Fiber *main = thread->main_fiber;
    Handle *handle = argument; // the registry keeps it
    thread_run_until_ended(thread, main);
    sync_fiber_ended(main);
    thread_run_tasks(thread, false);
    Value error = main->error;
    main->error = VALUE_UNDEF;
    handle_end(main, handle, error == VALUE_UNDEF ? main->result : VALUE_UNDEF, error);
    main->handle = VALUE_NIL;
    thread_run_tasks(thread, true);
}

// Ids are given out in order: one that a Thread object does not need, as it has its own, goes back.
void handle_take_id(Handle *handle, Fiber *main) {
    if (handle->id == 0) {
        handle->id = load_relaxed(&main->id);
        return;
    }
    uint64_t after = load_relaxed(&main->id) + 1;
    cas_acq_rel(&main->world->next_fiber_id, &after, after - 1);
    store_relaxed(&main->id, handle->id);
}

bool handle_launch(Fiber *fiber, Handle *handle, void (*body)(Thread *, void *)) {
    Thread *thread = thread_create(fiber->thread);
    if (!thread) {
        throw_runtime(fiber, "can't start new thread");
        return false;
    }
    handle_take_id(handle, thread->main_fiber);
    handle_give_fiber(handle, thread->main_fiber);
    registry_add(fiber_registry(fiber), handle);
    if (thread_launch(thread, body, handle))
        return true;
    registry_remove(fiber_registry(fiber), handle);
    object_lock(&handle->header);
    store_release(&handle->fiber, NULL);
    store_release(&handle->state, HANDLE_NEW);
    object_unlock(&handle->header);
    thread_discard(thread);
    throw_runtime(fiber, "can't start new thread");
    return false;
}

Value handle_start(Fiber *fiber, HandleKind kind, Value callee, const Value *args, int count,
                   bool dropped) {
    Class *c = fiber_runtime(fiber)->types[kind == HANDLE_TASK ? TYPE_TASK : TYPE_THREAD];
    Instance *instance = handle_new(fiber, c, kind);
    Handle *handle = handle_of_new(instance);
    CancelScope *group = cancel_scope_of_start(fiber);
    handle->dropped = dropped && !group;
    handle_note_start(fiber, handle);
    if (!cancel_scope_add(fiber, group, handle))
        return VALUE_UNDEF;
    bool started;
    if (kind == HANDLE_TASK) {
        started = start_task(fiber, handle, callee, args, count);
    } else {
        slot_set(&handle->callee, callee);
        slot_set(&handle->arguments, list_of(fiber, args, count));
        started = handle_launch(fiber, handle, thread_body);
    }
    if (!started) {
        cancel_scope_remove(handle);
        return VALUE_UNDEF;
    }
    if (group)
        cancel_scope_started(fiber, handle);
    return value_from_ref(instance);
}

// --- start() of Thread and Process objects ---

// The instance's own `run`, where its class defines one in script.
static Value own_run(Fiber *fiber, Instance *instance) {
    const Class *c = instance_shape(instance)->of;
    int index = class_find(c, fiber_runtime(fiber)->names[NAME_run], false);
    if (index < 0 || c->members[index].kind != MEMBER_METHOD)
        return VALUE_UNDEF;
    Value function = c->members[index].function;
    if (!value_is_kind(function, KIND_CLOSURE))
        return VALUE_UNDEF;
    return value_from_ref(bound_new(fiber->heap, value_from_ref(instance), function));
}

bool handle_prepare(Fiber *fiber, Handle *handle) {
    Instance *instance = (Instance *)value_to_ref(slot_get(&handle->instance));
    Value run = own_run(fiber, instance);
    if (run != VALUE_UNDEF) {
        slot_set(&handle->callee, run);
        slot_set(&handle->arguments, VALUE_NIL);
    } else if (!value_is_callable(slot_get(&handle->callee))) {
        throw_type(fiber,
                   "nothing to run: give %s a function, or define run() in a class that extends it",
                   handle->kind == HANDLE_PROCESS ? "Process" : "Thread");
        return false;
    }
    return true;
}

bool handle_claim_start(Fiber *fiber, Handle *handle) {
    object_lock(&handle->header);
    bool fresh = load_relaxed(&handle->state) == HANDLE_NEW;
    if (fresh)
        store_release(&handle->state, HANDLE_RUNNING);
    object_unlock(&handle->header);
    if (!fresh)
        throw_runtime(fiber, handle->kind == HANDLE_PROCESS ? "cannot start a process twice"
                                                            : "threads can only be started once");
    return fresh;
}

bool handle_start_thread(Fiber *fiber, Handle *handle) {
    if (load_acquire(&handle->state) == HANDLE_NEW && !handle_prepare(fiber, handle))
        return false;
    if (!handle_claim_start(fiber, handle))
        return false;
    handle_note_start(fiber, handle);
    return handle_launch(fiber, handle, thread_body);
}

void handle_task_ended(Fiber *fiber) {
    Handle *handle = handle_of(fiber_runtime(fiber), fiber->handle);
    sync_fiber_ended(fiber);
    Value error = fiber->error;
    fiber->error = VALUE_UNDEF;
    if (handle)
        handle_end(fiber, handle, error == VALUE_UNDEF ? fiber->result : VALUE_UNDEF, error);
    fiber->handle = VALUE_NIL;
}
