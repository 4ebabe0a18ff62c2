// SPDX-License-Identifier: MIT
//
// What the watch does: it reads what children send, publishes their ends, reaps them. And who does it: the thread that
// started them, while it sleeps, or the pthread.
//
// While the world has one thread and that has no loop, it has the *duty* (Watcher.duty, POLL_WATCH): its sleeps are
// turns of the watch, and a start with its join is one wake, of the thread that waits, in a process without a
// second thread. It hands the duty over to the pthread, which is made then and has it from there on, before it sleeps
// in a loop or blocks in the system, once there are other threads, and where it has run for PATIENCE without
// sleeping. Only the thread itself takes the duty and gives it up, attached; so it stands still in a stopped world.
//
// A child's end is seen by the end of its socket: the kernel closes it when the process exits, just
// before it can be reaped, so that waiting for it then is short. Its own children close their copies
// first thing (child.c).
//
// Who is leaving is looked for whenever the watcher runs, else after a pause: its end wakes nobody. In a script
// that starts one process after the other, that and not waiting for the end takes 0.6 of the time.
#include "process/watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/service.h"
#include "process/message.h"
#include "sync/shared.h"
#include "sync/watch.h"

enum { EVENTS = 32, READ_STEP = 65536, READ_STEPS = 16, READ_FIRST = 512 };
enum { PAUSE_LEAST = 1, PAUSE_MOST = 1000 };      // milliseconds
enum { PATIENCE = 5000000, LOOK_EVERY = 100000 }; // nanoseconds

// --- the end of a child ---

// Under the mutex: the child is there still, gone, and for this caller to take. (Another may have been
// allocated at its place meanwhile, but only this pthread makes children gone.)
static bool is_listed(const Watcher *watcher, const Child *child) {
    for (const Child *c = watcher->children; c; c = c->next)
        if (c == child)
            return c->gone;
    return false;
}

// A child whose end is to be seen at once, whoever looks: as a thread of the world for that long.
// process_start has made the world a shared one. A joiner may have settled it already.
static void settle_at_once(Watcher *watcher, Child *child) {
    Thread *thread = thread_attach_new(watcher->world);
    mutex_lock(&watcher->mutex);
    bool mine = is_listed(watcher, child);
    if (mine)
        child_unlink(watcher, child);
    mutex_unlock(&watcher->mutex);
    if (mine)
        child_settle(thread->main_fiber, child);
    thread_detach_free(thread);
}

static void wake_joiners(Handle *handle) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&handle->joiners)))
        if (waiter_claim(waiter, WAKE_HANDED))
            park_wake(waiter->fiber);
}

static int32_t exit_code_of(int status) {
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// Under the mutex: the end is there to be seen.
static void publish_end(Watcher *watcher, Child *child, int status) {
    Handle *handle = child->handle;
    Registry *registry = watcher->world->runtime->registry;
    child->status = status;
    child->gone = true;
    object_lock(&handle->header);
    store_release(&handle->exit_code, exit_code_of(status));
    store_release(&handle->gone, true);
    handle_number_end(registry, handle);
    wake_joiners(handle);
    watch_gone(handle);
    object_unlock(&handle->header);
    if (!child->at_once)
        registry_not_pending(registry, handle);
}

// The end has been published, and the mutex given back. `child` may have been freed.
static void after_end(Watcher *watcher, Child *child, bool at_once, bool quiet) {
    World *world = watcher->world;
    if (at_once)
        settle_at_once(watcher, child);
    if (!quiet)
        world_external_end(world);
}

static void child_ended(Watcher *watcher, Child *child) {
    mutex_lock(&watcher->mutex);
    child->reaping = true;
    mutex_unlock(&watcher->mutex);
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    // Closing it is not enough: a child that was forked meanwhile may still have a copy open.
    epoll_ctl(watcher->epoll, EPOLL_CTL_DEL, child->fd, NULL);
    sharing_left(watcher->world->runtime, child->member);
    mutex_lock(&watcher->mutex);
    close(child->fd); // under the mutex: whoever finds the number may use it
    child->fd = -1;
    bool at_once = child->at_once, quiet = child->quiet;
    publish_end(watcher, child, status);
    mutex_unlock(&watcher->mutex);
    after_end(watcher, child, at_once, quiet);
}

// Under the mutex: what has come is the handle's, the process is nobody's any more.
static Child *child_split(Watcher *watcher, Child *child) {
    Child *gone = os_malloc(sizeof *gone);
    *gone = *child;
    gone->fd = -1;
    gone->previous = NULL;
    child->handle = NULL;
    child->message = (Text){0};
    child->leaving = child->reaping = watcher->any_leaving = true;
    child_link(watcher, gone);
    if (gone->handle)
        store_release(&gone->handle->child, gone);
    return gone;
}

// It exits with 0, whatever becomes of it on the way.
static void child_leaves(Watcher *watcher, Child *child) {
    epoll_ctl(watcher->epoll, EPOLL_CTL_DEL, child->fd, NULL);
    mutex_lock(&watcher->mutex);
    Child *gone = child_split(watcher, child);
    bool at_once = gone->at_once, quiet = gone->quiet;
    publish_end(watcher, gone, 0);
    mutex_unlock(&watcher->mutex);
    after_end(watcher, gone, at_once, quiet);
}

static bool is_reaped(pid_t pid, int options) {
    pid_t got;
    do
        got = waitpid(pid, NULL, options);
    while (got < 0 && errno == EINTR);
    return got != 0;
}

bool watcher_reap(Watcher *watcher, int options) {
    bool left = false;
    for (Child *child = watcher->children, *next; child; child = next) {
        next = child->next;
        if (!child->leaving)
            continue;
        if (!is_reaped(child->pid, options)) {
            left = true;
            continue;
        }
        child_unlink(watcher, child);
        child_free(child);
    }
    return left;
}

static void look_who_left(Watcher *watcher) {
    mutex_lock(&watcher->mutex);
    watcher->any_leaving = watcher_reap(watcher, WNOHANG);
    mutex_unlock(&watcher->mutex);
}

typedef enum Progress { PROGRESS_RUNS, PROGRESS_HAS_RESULT, PROGRESS_ENDS } Progress;

static Progress child_read_into(Child *child, char *buffer, size_t size, int steps) {
    for (int i = 0; i < steps; i++) {
        ssize_t got = recv(child->fd, buffer, size, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return PROGRESS_ENDS;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got < 0)
            continue;
        text_append(&child->message, buffer, (size_t)got);
        if (child->member == 0 && child_has_sent_result(child))
            return PROGRESS_HAS_RESULT;
    }
    return PROGRESS_RUNS;
}

__attribute__((noinline)) static Progress child_read_much(Child *child) {
    char buffer[READ_STEP];
    return child_read_into(child, buffer, sizeof buffer, READ_STEPS);
}

// Under the mutex, as it allocates (world_before_fork): reads what is there, not for too long. Most results are short,
// and pages of the stack that are not written need not be copied after the next fork.
static Progress child_read(Child *child) {
    char buffer[READ_FIRST];
    Progress progress = child_read_into(child, buffer, sizeof buffer, 1);
    return progress == PROGRESS_RUNS ? child_read_much(child) : progress;
}

static void child_look(Watcher *watcher, Child *child) {
    mutex_lock(&watcher->mutex);
    Progress progress = child_read(child);
    mutex_unlock(&watcher->mutex);
    if (progress == PROGRESS_HAS_RESULT)
        child_leaves(watcher, child);
    else if (progress == PROGRESS_ENDS)
        child_ended(watcher, child);
}

// --- a turn of the watch ---

static void bell_heard(const Watcher *watcher) {
    uint64_t rings;
    while (read(watcher->bell, &rings, sizeof rings) < 0 && errno == EINTR) {
    }
}

// Who left is reaped before new ends are published: the joiner may fork at once, and that is slower while another
// CPU runs in the same memory. Only the pthread settles who is to be settled at once.
static void watcher_turn(Watcher *watcher, int most) {
    struct epoll_event events[EVENTS];
    int pause = watcher->any_leaving ? watcher->pause : -1;
    int timeout = pause < 0 || (most >= 0 && most < pause) ? most : pause;
    int count = epoll_wait(watcher->epoll, events, EVENTS, timeout);
    watcher->pause = count > 0                     ? PAUSE_LEAST
                     : watcher->pause < PAUSE_MOST ? watcher->pause * 2
                                                   : PAUSE_MOST;
    if (watcher->any_leaving)
        look_who_left(watcher);
    for (int i = 0; i < count; i++) {
        Child *child = events[i].data.ptr;
        if (!child)
            bell_heard(watcher);
        else if (!child->at_once || watcher->running)
            child_look(watcher, child);
    }
}

// --- the pthread ---

static void *watcher_main(void *argument) {
    Watcher *watcher = argument;
    while (!load_acquire(&watcher->ending))
        watcher_turn(watcher, -1);
    return NULL;
}

static bool pthread_begin(Watcher *watcher) {
    watcher->running = true;
    if (service_start(&watcher->pthread, watcher_main, watcher))
        return true;
    watcher->running = false;
    return false;
}

void watcher_end(Watcher *watcher) {
    if (!watcher->running)
        return;
    store_release(&watcher->ending, true);
    os_write_all(watcher->bell, &(uint64_t){1}, sizeof(uint64_t));
    pthread_join(watcher->pthread, NULL);
    watcher->running = false;
}

// --- the duty ---

// Who sleeps in a loop cannot, nor who may be needed by others when it sleeps.
static bool can_have_duty(const Thread *thread) {
    return !load_relaxed(&thread->world->shared) && !thread->loop && !thread->has_tasks;
}

static void duty_end(Watcher *watcher, Thread *thread) {
    watcher->duty = NULL;
    and_seq(&thread->poll, ~(uint32_t)POLL_WATCH);
}

// Where the system has no pthread left it is tried again at the next moment.
static bool duty_hand_over(Watcher *watcher, Thread *thread) {
    if (!pthread_begin(watcher))
        return false;
    duty_end(watcher, thread);
    return true;
}

bool watcher_on_duty(Watcher *watcher, Thread *thread) {
    if (watcher->running || (watcher->duty && watcher->duty != thread))
        return true;
    if (!can_have_duty(thread))
        return watcher->duty ? duty_hand_over(watcher, thread) : pthread_begin(watcher);
    if (watcher->duty)
        return true;
    watcher->duty = thread;
    watcher->due = os_now() + PATIENCE;
    or_seq(&thread->poll, POLL_WATCH);
    return true;
}

void watcher_tell(Watcher *watcher, const Thread *thread) {
    if (watcher->duty && watcher->duty != thread)
        thread_wake(watcher->duty);
}

static bool is_anything_left(Watcher *watcher) {
    bool left = false;
    mutex_lock(&watcher->mutex);
    for (Child *child = watcher->children; child && !left; child = child->next)
        left = !child->gone;
    mutex_unlock(&watcher->mutex);
    return left;
}

static void duty_look(Thread *thread, WatchMoment moment) {
    Watcher *watcher = thread->world->runtime->registry->watcher;
    uint64_t now = os_now();
    bool can = can_have_duty(thread);
    if (can && (moment == WATCH_SLEEPS || (moment == WATCH_RUNS && now < watcher->look_at)))
        return;
    watcher->look_at = now + LOOK_EVERY;
    if (watcher->any_leaving && moment != WATCH_SLEPT)
        look_who_left(watcher);
    if (moment == WATCH_SLEPT)
        watcher->due = now + PATIENCE;
    if (!is_anything_left(watcher))
        duty_end(watcher, thread);
    else if (!can || moment == WATCH_BLOCKS || now >= watcher->due)
        duty_hand_over(watcher, thread);
}

static void duty_sleep(World *world, uint64_t deadline) {
    int most = -1;
    if (deadline != DEADLINE_NEVER) {
        uint64_t now = os_now(), until = os_sleep_until(deadline);
        uint64_t left =
            until > now ? (until - now + 999999) / 1000000 : 0; // rounded up, as in a loop
        most = left < INT32_MAX ? (int)left : INT32_MAX;
    }
    watcher_turn(world->runtime->registry->watcher, most);
}

static void duty_wake(World *world) {
    os_write_all(world->runtime->registry->watcher->bell, &(uint64_t){1}, sizeof(uint64_t));
}

const WatchHooks watcher_hooks = {duty_look, duty_sleep, duty_wake};
