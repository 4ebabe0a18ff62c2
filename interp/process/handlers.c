// SPDX-License-Identifier: MIT
//
// The C handler of a signal sets a bit and rings a bell, an eventfd, which is all that it may do. The
// pthread that waits for the bell attaches itself to the world for as long as it takes to start a
// thread for each signal that has come.
#include "process/handlers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/os.h"
#include "base/service.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/signals.h"
#include "sync/registry.h"

enum { SIGNALS = 65 };

typedef struct SignalHandlers {
    World *world;
    Slot handlers[SIGNALS]; // functions, or nil
    uint32_t count;         // of handlers that are set; under the registry's mutex
    pthread_t pthread;
    bool running; // the pthread is there
    _Atomic bool ending;
} SignalHandlers;

// What the C handler finds; signals are the process's, so this hangs on no Vm (see signals.c).
static _Atomic uint64_t arrived;
static _Atomic int bell = -1;

static void on_signal(int signal) {
    int saved = errno, fd = load_relaxed(&bell);
    or_seq(&arrived, (uint64_t)1 << (signal - 1));
    if (fd >= 0)
        os_write_all(fd, &(uint64_t){1}, sizeof(uint64_t));
    errno = saved;
}

static void handlers_trace(void *context, Tracer *tracer) {
    SignalHandlers *all = context;
    for (int i = 0; i < SIGNALS; i++)
        trace_value(tracer, slot_get(&all->handlers[i]));
}

// Made at the first call, by whoever is first.
static SignalHandlers *handlers_of(World *world) {
    Registry *registry = world->runtime->registry;
    SignalHandlers *all = load_acquire(&registry->signal_handlers);
    if (all)
        return all;
    SignalHandlers *fresh = os_calloc(1, sizeof *fresh);
    fresh->world = world;
    for (int i = 0; i < SIGNALS; i++)
        slot_set(&fresh->handlers[i], VALUE_NIL);
    if (!cas_acq_rel(&registry->signal_handlers, &all, fresh)) {
        free(fresh);
        return all;
    }
    heap_add_roots(world->heap, handlers_trace, fresh);
    return fresh;
}

// --- the pthread ---

static void start_handler(Fiber *fiber, int signal, Value handler) {
    char name[32];
    Text text = {0};
    text_format(&text, "SIG%s", sigabbrev_np(signal));
    snprintf(name, sizeof name, "%s", text_data(&text));
    text_free(&text);
    Value argument = value_from_ref(str_from_c(fiber->heap, name));
    int wanted = fiber_runtime(fiber)->takes_argument(handler) ? 1 : 0;
    if (handle_start(fiber, HANDLE_THREAD, handler, &argument, wanted, true) == VALUE_UNDEF)
        fiber_runtime(fiber)->report(fiber, error_take(fiber));
}

static void start_handlers(SignalHandlers *all, uint64_t signals) {
    Thread *thread = thread_attach_new(all->world);
    for (int signal = 1; signal < SIGNALS; signal++) {
        Value handler = slot_get(&all->handlers[signal]);
        if ((signals >> (signal - 1) & 1) && handler != VALUE_NIL)
            start_handler(thread->main_fiber, signal, handler);
    }
    thread_detach_free(thread);
}

static void *handlers_main(void *argument) {
    SignalHandlers *all = argument;
    uint64_t rings;
    while (!load_acquire(&all->ending)) {
        if (read(load_relaxed(&bell), &rings, sizeof rings) < 0 && errno != EINTR)
            return NULL;
        uint64_t signals = exchange_seq(&arrived, 0);
        if (signals && !load_acquire(&all->ending) && !load_relaxed(&all->world->ending))
            start_handlers(all, signals);
    }
    return NULL;
}

static bool start_service(SignalHandlers *all) {
    int fd = eventfd(0, EFD_CLOEXEC);
    if (fd < 0)
        return false;
    store_relaxed(&bell, fd);
    store_relaxed(&all->ending, false);
    all->running = service_start(&all->pthread, handlers_main, all);
    return all->running;
}

// --- setting ---

static bool can_be_handled(int signal) {
    return signal != SIGKILL && signal != SIGSTOP && signal != SIGSEGV && signal != SIGBUS &&
           signal != SIGFPE && signal != SIGILL && signal != SIGIO && signal > 0 &&
           signal < SIGNALS && sigabbrev_np(signal);
}

static void install(int signal, bool by_script) {
    if (!by_script) {
        signals_default(signal);
        return;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

// Registry's mutex: one setter at a time.
static Value exchange(SignalHandlers *all, int signal, Value handler) {
    Value before = slot_get(&all->handlers[signal]);
    bool had = before != VALUE_NIL, has = handler != VALUE_NIL;
    slot_set(&all->handlers[signal], handler);
    if (has && !had && all->count++ == 0)
        world_external_begin(all->world);
    if (had && !has && --all->count == 0)
        world_external_end(all->world);
    install(signal, has);
    return before;
}

Value handlers_set(Fiber *fiber, int signal, Value handler) {
    if (!can_be_handled(signal))
        return throw_value(fiber, "signal %d cannot be handled", signal);
    if (handler != VALUE_NIL && !value_is_callable(handler))
        return throw_type(fiber, "a handler is a function or nil, not '%s'",
                          value_type_name(fiber_runtime(fiber), handler));
    Registry *registry = fiber_registry(fiber);
    SignalHandlers *all = handlers_of(fiber->world);
    if (handler != VALUE_NIL)
        world_share(fiber->world, fiber->thread); // handlers run on a thread of their own
    mutex_lock(&registry->mutex);
    bool ready = handler == VALUE_NIL || all->running || start_service(all);
    Value before = ready ? exchange(all, signal, handler) : VALUE_UNDEF;
    mutex_unlock(&registry->mutex);
    if (!ready)
        return throw_errno(fiber, errno, NULL);
    return before;
}

// --- ends ---

void handlers_free(World *world) {
    SignalHandlers *all = load_acquire(&world->runtime->registry->signal_handlers);
    if (!all)
        return;
    for (int signal = 1; signal < SIGNALS; signal++)
        if (slot_get(&all->handlers[signal]) != VALUE_NIL)
            signals_default(signal);
    if (all->running) {
        store_release(&all->ending, true);
        os_write_all(load_relaxed(&bell), &(uint64_t){1}, sizeof(uint64_t));
        pthread_join(all->pthread, NULL);
        close(load_relaxed(&bell));
        store_relaxed(&bell, -1);
    }
    free(all);
    store_relaxed(&world->runtime->registry->signal_handlers, NULL);
}

void handlers_after_fork(World *world) {
    SignalHandlers *all = load_acquire(&world->runtime->registry->signal_handlers);
    if (!all)
        return;
    if (all->running)
        close(load_relaxed(&bell));
    store_relaxed(&bell, -1);
    store_relaxed(&arrived, 0);
    all->running = false;
    if (all->count == 0)
        return;
    world_external_begin(world);
    world_share(world, world->main_thread);
    start_service(all);
    for (int signal = 1; signal < SIGNALS; signal++)
        if (slot_get(&all->handlers[signal]) != VALUE_NIL)
            install(signal, true);
}
