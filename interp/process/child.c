// SPDX-License-Identifier: MIT
//
// A child process. The world was stopped when it was forked, so no lock of the runtime is held by a
// thread that is gone; then each layer lets go of what is the parent's. Only the thread that forked is
// here; a new main fiber runs the call. The C stack below belongs to calls that never return.
#include "process/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "object/error.h"
#include "object/root.h"
#include "object/str.h"
#include "process/handlers.h"
#include "process/channel.h"
#include "process/message.h"
#include "process/signals.h"
#include "process/watcher.h"
#include "sync/registry.h"
#include "sync/shared.h"

enum { STATUS_ERROR = 1, END_GRACE = 2 };

// --- after the fork ---

static void close_home_of_parent(Registry *registry, int home) {
    if (registry->home >= 0)
        close(registry->home);
    registry->home = home;
}

static Fiber *new_main_fiber(Fiber *forker, Handle *handle) {
    Thread *thread = forker->thread;
    Fiber *main = fiber_new_heir(forker);
    store_relaxed(&main->id, handle->id);
    thread->main_fiber = thread->current = main;
    handle_give_fiber(handle, main);
    store_relaxed(&handle->pid, getpid());
    return main;
}

// Each layer in its order. Gives the child's main fiber.
static Fiber *after_fork(Fiber *forker, Handle *handle, int home) {
    Thread *thread = forker->thread;
    World *world = thread->world;
    Registry *registry = world->runtime->registry;
    close_home_of_parent(registry, home);
    watcher_after_fork(registry->watcher);
    channels_after_fork(registry, slot_get(&handle->arguments));
    sharing_enter_child(world->runtime, handle->id);
    sync_after_fork(world, forker);
    world_after_fork(world, thread);
    store_relaxed(&world->interactive, false);
    if (world->runtime->after_fork)
        world->runtime->after_fork(world);
    Fiber *main = new_main_fiber(forker, handle);
    sync_inherit(forker, main);
    fiber_free(forker);
    signals_after_fork(world, home);
    handlers_after_fork(world);
    return main;
}

// --- the way home ---

// False where it cannot be sent. A parent that is gone (EPIPE) gets nothing.
static bool send_message(int fd, const Text *message) {
    size_t sent = 0;
    while (sent < message->length) {
        ssize_t n = send(fd, message->data + sent, message->length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EPIPE;
        sent += (size_t)n;
    }
    return true;
}

static bool is_error(Fiber *fiber, Value error, ErrorClass c) {
    return value_is_instance_of(fiber_runtime(fiber), error, fiber_runtime(fiber)->errors[c]);
}

// For an error that carries what cannot be sent: its class and its message have to do. The message is
// a field, which scripts may have set to anything.
static Value stand_in(Fiber *main, Instance *error) {
    const char *name = str_data(instance_shape(error)->of->name);
    Value message = error_message(error);
    if (value_is_str(message) && value_to_str(message)->size > 0)
        throw_error(main, ERROR_ProcessError, "%s: %s", name,
                    str_terminated(main->heap, value_to_str(message))->own);
    else
        throw_error(main, ERROR_ProcessError, "%s", name);
    return error_take(main);
}

// What cannot be sent is an error that says so.
static void write_end(Fiber *main, Value result, Value error, uint32_t class_limit, Text *out) {
    MessageKind kind = error == VALUE_UNDEF ? MESSAGE_RESULT : MESSAGE_ERROR;
    if (message_write(main, kind, error == VALUE_UNDEF ? result : error, class_limit, out))
        return;
    Value refusal = error_take(main);
    if (error != VALUE_UNDEF)
        refusal = stand_in(main, (Instance *)value_to_ref(error));
    if (!message_write(main, MESSAGE_ERROR, refusal, class_limit, out))
        main->error = VALUE_UNDEF;
}

_Noreturn static void end_with(Fiber *main, int home, const Text *message, Value error) {
    bool sent = send_message(home, message);
    if (error == VALUE_UNDEF)
        _exit(sent ? 0 : STATUS_ERROR);
    if (is_error(main, error, ERROR_Cancelled))
        signals_die(SIGTERM);
    if (is_error(main, error, ERROR_Interrupted))
        signals_die(SIGINT);
    _exit(STATUS_ERROR);
}

// exit() was called somewhere in this process: it ends with that status, and sends nothing.
static int asked_status(Fiber *main) {
    const Runtime *runtime = fiber_runtime(main);
    return runtime->asked_status ? runtime->asked_status(main->world) : -1;
}

// The top of the child's script: waits for what it started; then all that is left ends. That runs scripts,
// so *error is rooted meanwhile; the caller releases the roots.
static void finish(Fiber *main, Value *error) {
    bool reported;
    bool at_once = *error != VALUE_UNDEF && (is_error(main, *error, ERROR_Cancelled) ||
                                             is_error(main, *error, ERROR_Interrupted));
    if (!at_once && asked_status(main) < 0 && !handles_finish(main, &reported)) {
        Value later = error_take(main);
        root_push(main, later);
        if (*error == VALUE_UNDEF)
            *error = later;
    }
    handles_end_all(main, END_GRACE);
}

_Noreturn void child_run(Fiber *forker, Handle *handle, int home) {
    uint32_t class_limit = load_relaxed(&fiber_runtime(forker)->next_shape_id);
    Fiber *main = after_fork(forker, handle, home);
    thread_run_until_ended(main->thread, main);
    sync_fiber_ended(main);
    uint32_t mark = root_mark(main);
    Value result = main->result, error = main->error;
    main->error = VALUE_UNDEF;
    root_push(main, result);
    root_push(main, error);
    finish(main, &error);
    int asked = asked_status(main);
    if (asked >= 0)
        _exit(asked);
    Text message = {0};
    write_end(main, result, error, class_limit, &message);
    root_release(main, mark);
    end_with(main, home, &message, error);
}
