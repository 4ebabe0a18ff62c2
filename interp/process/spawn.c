// SPDX-License-Identifier: MIT
//
// The parent's side: fork, signals, and reading what a child has sent when somebody looks.
#include "process/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/str.h"
#include "process/channel.h"
#include "process/child.h"
#include "process/message.h"
#include "process/watcher.h"
#include "sync/cancel_scope.h"
#include "sync/shared.h"

static Watcher *watcher_for(World *world) { return world->runtime->registry->watcher; }

// --- starting ---

// Nobody may ever ask for its end: its error has to be shown, or its group to be told.
static bool is_settled_at_once(const Handle *handle) {
    return handle->dropped || load_relaxed(&handle->group) != VALUE_UNDEF;
}

// In the parent, under the watcher's mutex: the child is watched. 0, or an errno: then it is gone.
static int watch_child(Watcher *watcher, Handle *handle, pid_t pid, int fd, uint64_t member) {
    Child *child = watcher_add(watcher, handle, pid, fd, is_settled_at_once(handle));
    if (child) {
        child->member = member;
        store_release(&handle->pid, pid);
        return 0;
    }
    int error = errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    sharing_left(watcher->world->runtime, member);
    return error;
}

// The watcher's mutex is held, and what the processes share stands still. 0, or an errno.
static int fork_between(Fiber *fiber, Handle *handle, Watcher *watcher, const int *ends) {
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child_run(fiber, handle, ends[1]);
    }
    int error = pid < 0 ? errno : 0;
    if (pid > 0)
        channels_left_to_child(slot_get(&handle->arguments));
    uint64_t member = sharing_after_fork(fiber_runtime(fiber), pid > 0);
    return error ? error : watch_child(watcher, handle, pid, ends[0], member);
}

// The world is stopped. In the parent: the child is watched. 0, or an errno.
static int fork_child(Fiber *fiber, Handle *handle) {
    Watcher *watcher = watcher_of(fiber->thread);
    int ends[2];
    if (!watcher || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return errno;
    world_before_fork(fiber->world);
    mutex_lock(&watcher->mutex);
    int error = sharing_before_fork(fiber_runtime(fiber))
                    ? fork_between(fiber, handle, watcher, ends)
                    : errno;
    mutex_unlock(&watcher->mutex);
    world_forked(fiber->world);
    close(ends[1]);
    watcher_tell(watcher, fiber->thread);
    if (error)
        close(ends[0]);
    return error;
}

static void settle(Fiber *fiber, Handle *handle);
static void settle_all(Fiber *fiber);
static void terminate_all(World *world, int signal);
static void wait_gone(World *world, uint64_t deadline);
static bool terminate(Fiber *fiber, Handle *handle);
static void each_child(World *world, void (*each)(void *context, Handle *handle, int64_t pid),
                       void *context);
static const ProcessHooks hooks = {settle,     settle_all,    terminate,
                                   each_child, terminate_all, wait_gone};

// The world is stopped; the handle is RUNNING, its call is set.
static bool start(Fiber *fiber, Handle *handle) {
    Registry *registry = fiber_registry(fiber);
    store_release(&registry->processes, &hooks);
    if (is_settled_at_once(handle))
        world_share(fiber->world, fiber->thread); // by the watcher, as a thread of the world
    handle_note_start(fiber, handle);
    registry_pending(registry, handle);
    world_external_begin(fiber->world);
    int error = fork_child(fiber, handle);
    if (!error && load_seq(&fiber->world->ending))
        terminate_all(fiber->world, SIGTERM);
    if (!error)
        return true;
    registry_not_pending(registry, handle);
    world_external_end(fiber->world);
    throw_errno(fiber, error, NULL);
    return false;
}

static void stop_world(Fiber *fiber) {
    while (!world_stop(fiber->world, fiber->thread)) {
    }
}

Value process_start(Fiber *fiber, Value callee, const Value *args, int count, bool dropped) {
    stop_world(fiber);
    Instance *instance =
        handle_new(fiber, fiber_runtime(fiber)->types[TYPE_PROCESS], HANDLE_PROCESS);
    Handle *handle = handle_of(fiber_runtime(fiber), value_from_ref(instance));
    handle->id = add_relaxed(&fiber->world->next_fiber_id, 1);
    CancelScope *group = cancel_scope_of_start(fiber);
    handle->dropped = dropped && !group;
    slot_set(&handle->callee, callee);
    slot_set(&handle->arguments, value_from_ref(list_from(fiber->heap, args, (size_t)count)));
    store_release(&handle->state, HANDLE_RUNNING);
    bool ok = cancel_scope_add(fiber, group, handle) && start(fiber, handle);
    if (ok)
        cancel_scope_started(fiber, handle);
    else
        cancel_scope_remove(handle);
    world_resume(fiber->world, fiber->thread);
    return ok ? value_from_ref(instance) : VALUE_UNDEF;
}

bool process_start_handle(Fiber *fiber, Handle *handle) {
    if (load_acquire(&handle->state) == HANDLE_NEW && !handle_prepare(fiber, handle))
        return false;
    if (!handle_claim_start(fiber, handle))
        return false;
    stop_world(fiber);
    bool ok = start(fiber, handle);
    if (!ok)
        store_release(&handle->state, HANDLE_NEW);
    world_resume(fiber->world, fiber->thread);
    return ok;
}

// --- the end of a child ---

static void describe_end(int status, Text *out) {
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        text_format(out, translate(" ended by signal %s%s"), name ? "SIG" : "", name ? name : "");
        if (!name)
            text_format(out, "%d", WTERMSIG(status));
    } else {
        text_format(out, translate(" exited with code %d"), WEXITSTATUS(status));
    }
}

static Value process_error(Fiber *fiber, Child *child, const char *more) {
    Text text = {0};
    if (child->handle)
        handle_describe(child->handle, &text);
    else
        text_format(&text, translate("process with pid %d"), (int)child->pid);
    if (WIFSIGNALED(child->status) || WEXITSTATUS(child->status) != 0 || !more)
        describe_end(child->status, &text);
    if (more)
        text_string(&text, translate(more));
    throw_error(fiber, ERROR_ProcessError, "%s", text_data(&text));
    text_free(&text);
    return error_take(fiber);
}

// What the child's bytes and status come to: *result or *error; the other stays UNDEF.
static void read_end(Fiber *fiber, Child *child, Value *result, Value *error) {
    const Text *bytes = &child->message;
    MessageKind kind = MESSAGE_RESULT;
    if (bytes->length == 0) {
        if (child->status == 0)
            *result = VALUE_NIL; // exit(0)
        else
            *error = process_error(fiber, child, NULL);
        return;
    }
    size_t whole = message_size(bytes->data, bytes->length);
    if (whole == 0 || (whole != SIZE_MAX && whole > bytes->length)) {
        *error = process_error(fiber, child, " before all of its result had come");
        return;
    }
    Value v = VALUE_UNDEF;
    switch (message_read(fiber, bytes->data, bytes->length, &kind, &v)) {
    case MESSAGE_THREW: *error = error_take(fiber); return;
    case MESSAGE_OK:
        if (kind == MESSAGE_RESULT) {
            *result = v;
            return;
        }
        if (value_is_error(fiber_runtime(fiber), v)) {
            *error = v;
            return;
        }
        break;
    default: break;
    }
    *error = process_error(fiber, child, " sent something that is no result");
}

// The fiber may have an error or a result of its own under way: it is put aside.
void child_settle(Fiber *fiber, Child *child) {
    Runtime *runtime = fiber_runtime(fiber);
    Value saved = fiber->error, result = VALUE_UNDEF, error = VALUE_UNDEF;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, saved);
    if (child->handle)
        root_push(fiber, value_from_ref(child->handle));
    fiber->error = VALUE_UNDEF;
    read_end(fiber, child, &result, &error);
    fiber->error = saved;
    root_push(fiber, error);
    if (child->handle)
        handle_end(fiber, child->handle, result, error);
    else if (error != VALUE_UNDEF &&
             !value_is_instance_of(runtime, error, runtime->errors[ERROR_Cancelled]))
        runtime->report(fiber, error);
    root_release(fiber, mark);
    child_free(child);
}

static void settle(Fiber *fiber, Handle *handle) {
    Watcher *watcher = watcher_for(fiber->world);
    Child *child = watcher && load_acquire(&handle->child) ? watcher_take(watcher, handle) : NULL;
    if (child)
        child_settle(fiber, child);
}

static void settle_all(Fiber *fiber) {
    Watcher *watcher = watcher_for(fiber->world);
    Child *child;
    while (watcher && (child = watcher_take_any(watcher)))
        child_settle(fiber, child);
    while (watcher && (child = watcher_take_lost(watcher)))
        child_settle(fiber, child);
}

// --- signals ---

bool process_signal(Fiber *fiber, Handle *handle, int signal) {
    Watcher *watcher = watcher_for(fiber->world);
    return watcher && watcher_signal(watcher, handle, signal);
}

static bool terminate(Fiber *fiber, Handle *handle) {
    return process_signal(fiber, handle, SIGTERM);
}

static int signal_by_name(const char *name) {
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < NSIG; i++) {
        const char *known = sigabbrev_np(i);
        if (known && strcmp(known, name) == 0)
            return i;
    }
    return -1;
}

int process_signal_number(Fiber *fiber, Value signal) {
    if (signal == VALUE_UNDEF)
        return SIGTERM;
    int64_t number = -1;
    if (value_is_str(signal)) {
        number = signal_by_name(str_terminated(fiber->heap, value_to_str(signal))->own);
        if (number < 0)
            throw_value(fiber, "unknown signal '%s'",
                        str_terminated(fiber->heap, value_to_str(signal))->own);
    } else if (value_is_integer(signal)) {
        if (!integer_to_int64(signal, &number) || number < 0 || number >= NSIG)
            number = -1;
        if (number < 0)
            throw_value(fiber, "signal number out of range");
    } else {
        throw_type(fiber, "a signal is a name or a number, not '%s'",
                   value_type_name(fiber_runtime(fiber), signal));
    }
    return (int)number;
}

void process_background(Fiber *fiber, Handle *handle) {
    Watcher *watcher = watcher_for(fiber->world);
    handle_detach(fiber, handle);
    registry_picked_up(fiber_registry(fiber), handle);
    if (watcher && watcher_quiet(watcher, handle))
        world_external_end(fiber->world);
    // The sleep of who is on duty counts as one that ends.
    thread_watch(fiber->thread, WATCH_BLOCKS);
    if (watcher)
        watcher_tell(watcher, fiber->thread);
}

void process_detach(Fiber *fiber, Handle *handle) {
    Watcher *watcher = watcher_for(fiber->world);
    if (!watcher)
        return;
    mutex_lock(&watcher->mutex);
    Child *child = load_relaxed(&handle->child);
    bool tell = child && !child->detached && child->fd >= 0;
    if (tell) {
        child->detached = true;
        send(child->fd, "D", 1, MSG_NOSIGNAL | MSG_DONTWAIT); // signals.c reads it there
    }
    mutex_unlock(&watcher->mutex);
}

// --- the end of the script ---

static void each_child(World *world, void (*each)(void *context, Handle *handle, int64_t pid),
                       void *context) {
    Watcher *watcher = watcher_for(world);
    if (!watcher)
        return;
    mutex_lock(&watcher->mutex);
    for (Child *child = watcher->children; child; child = child->next)
        if (child->handle && !child->gone)
            each(context, child->handle, child->pid);
    mutex_unlock(&watcher->mutex);
}

static void terminate_all(World *world, int signal) {
    Watcher *watcher = watcher_for(world);
    if (!watcher)
        return;
    mutex_lock(&watcher->mutex);
    for (Child *child = watcher->children; child; child = child->next) {
        if (child->detached || child->reaping || (signal == SIGTERM && child->told))
            continue;
        kill(child->pid, signal);
        child->told = true;
    }
    mutex_unlock(&watcher->mutex);
}

static bool any_left(Watcher *watcher) {
    bool left = false;
    mutex_lock(&watcher->mutex);
    for (Child *child = watcher->children; child; child = child->next)
        left |= !child->detached && !child->gone && !child->leaving;
    mutex_unlock(&watcher->mutex);
    return left;
}

// True once none is left; false at the deadline.
static bool none_left_by(Watcher *watcher, uint64_t deadline) {
    const struct timespec pause = {.tv_nsec = 500000};
    while (any_left(watcher)) {
        if (os_now() >= deadline)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static void wait_gone(World *world, uint64_t deadline) {
    Watcher *watcher = watcher_for(world);
    if (!watcher)
        return;
    Thread *thread = world->main_thread;
    thread_detach(thread);
    if (!none_left_by(watcher, deadline)) {
        terminate_all(world, SIGKILL);
        none_left_by(watcher, os_now() + 1000000000u);
    }
    thread_attach(thread);
}

void processes_free(World *world) {
    channels_free(world->runtime->registry);
    Watcher *watcher = watcher_for(world);
    if (watcher)
        watcher_free(watcher);
    world->runtime->registry->watcher = NULL;
}
