// SPDX-License-Identifier: MIT
//
// A handler gets no argument of ours, so where it finds the main thread is the one piece of state in
// the program that hangs on no Vm.
#include "process/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "sched/thread.h"
#include "sync/shared.h"

enum { ORPHAN_GRACE = 2, STATUS_INTERRUPTED = 130 }; // seconds; status
enum { ONE_PRESS = 100000000 };                      // nanoseconds

static _Atomic(World *) target;
static _Atomic int lifeline = -1;
static _Atomic bool let_go; // by the parent: its end is not this process's
static _Atomic uint64_t interrupted_at, terminated_at;

// Whoever passes signals on (timeout, a supervisor) may send one to the process and then to its
// group: what comes within a tenth of a second is one Ctrl-C, and ends nothing by force.
static bool is_another(_Atomic uint64_t *last) {
    uint64_t now = os_now(), before = load_relaxed(last);
    if (before != 0 && now - before < ONE_PRESS)
        return false;
    store_relaxed(last, now);
    return true;
}

static void notify(uint32_t bit) {
    World *world = load_relaxed(&target);
    int saved = errno;
    if (world)
        thread_notify(world->main_thread, bit);
    errno = saved;
}

// The terminal sends Ctrl-C to all processes of a script; then it is the first one that decides.
static void on_interrupt(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    World *world = load_relaxed(&target);
    if (!world || (world->forked_child && info->si_code == SI_KERNEL))
        return;
    bool another = is_another(&interrupted_at);
    if (!load_relaxed(&world->ending) &&
        !(load_relaxed(&world->main_thread->poll) & POLL_INTERRUPT))
        notify(POLL_INTERRUPT);
    else if (another && !load_relaxed(&world->interactive))
        _exit(STATUS_INTERRUPTED);
}

// A script that has let the first one pass, or does not come to its end, ends by the second. A child is cancelled
// as often as somebody cancels it.
static void on_terminate(int signal) {
    World *world = load_relaxed(&target);
    bool before = load_relaxed(&terminated_at) != 0;
    if (is_another(&terminated_at) && before && world && !world->forked_child)
        signals_die(signal);
    notify(POLL_TERMINATE);
}

static void on_quit(int signal) {
    (void)signal;
    notify(POLL_SHOW);
}

static void stop_watching(int fd) {
    store_relaxed(&lifeline, -1);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_ASYNC);
}

// Who shares objects with it hears of it from its children: it may have been the family's first.
static void parent_is_gone(int signal) {
    World *world = load_relaxed(&target);
    if (world)
        sharing_parent_left(world->runtime);
    if (load_relaxed(&let_go))
        return;
    on_terminate(signal);
    alarm(ORPHAN_GRACE);
}

// What the parent says: a byte, that it lets go; the end, that it is gone.
static void on_lifeline(int signal) {
    int fd = load_relaxed(&lifeline), saved = errno;
    char byte;
    if (fd < 0)
        return;
    ssize_t got;
    while ((got = recv(fd, &byte, 1, MSG_DONTWAIT)) > 0)
        store_relaxed(&let_go, true);
    if (got == 0) {
        stop_watching(fd);
        parent_is_gone(signal);
    }
    errno = saved;
}

// Without SA_RESTART: system calls that block give EINTR, and their callers look at the poll word.
static void handle(int signal, void (*plain)(int), void (*informed)(int, siginfo_t *, void *)) {
    struct sigaction action = {0};
    if (informed) {
        action.sa_sigaction = informed;
        action.sa_flags |= SA_SIGINFO;
    } else {
        action.sa_handler = plain;
    }
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

void signals_default(int signal) {
    switch (signal) {
    case SIGPIPE: handle(signal, SIG_IGN, NULL); break;
    case SIGINT: handle(signal, NULL, on_interrupt); break;
    case SIGTERM: handle(signal, on_terminate, NULL); break;
    case SIGQUIT: handle(signal, on_quit, NULL); break;
    default: handle(signal, SIG_DFL, NULL); break;
    }
}

void signals_install(World *world) {
    store_relaxed(&target, world);
    static const int handled[] = {SIGPIPE, SIGINT, SIGTERM, SIGQUIT};
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        signals_default(handled[i]);
}

void signals_remove(void) {
    handle(SIGINT, SIG_DFL, NULL);
    handle(SIGTERM, SIG_DFL, NULL);
    handle(SIGQUIT, SIG_DFL, NULL);
    store_relaxed(&target, NULL);
}

static void block_all(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

static void unblock_all(void) {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

// The parent may have gone before the socket was watched, so the handler looks once by itself; with
// signals blocked: interrupted by itself it could read that the parent is gone before it has noted the
// byte that it read before.
static void watch(int fd) {
    store_relaxed(&lifeline, fd);
    store_relaxed(&let_go, false);
    handle(SIGIO, on_lifeline, NULL);
    handle(SIGALRM, SIG_DFL, NULL);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
    on_lifeline(SIGIO);
}

void signals_after_fork(World *world, int home) {
    block_all();
    signals_install(world);
    watch(home);
    unblock_all();
}

_Noreturn void signals_die(int signal) {
    handle(signal, SIG_DFL, NULL);
    unblock_all();
    raise(signal);
    _exit(128 + signal);
}
