// SPDX-License-Identifier: MIT
//
// The watcher. It uses epoll and not a libuv loop, since a forked child has to let go of it by closing
// two descriptors, without touching what it shares with its parent.
//
// A child's end is seen by the end of its socket: the kernel closes it when the process exits, just
// before it can be reaped, so that waiting for it then is short. Its own children close their copies
// first thing (child.c).
//
// Who is leaving is looked for whenever the watcher runs, else after a pause: its end wakes nobody. In a script
// that starts one process after the other, that and not waiting for the end takes 0.6 of the time.
#include "process/watcher.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/service.h"
#include "process/message.h"
#include "sync/shared.h"
#include "sync/watch.h"

enum { EVENTS = 32, READ_STEP = 65536, READ_STEPS = 16 };
enum { PAUSE_LEAST = 1, PAUSE_MOST = 1000 }; // milliseconds

void child_free(Child *child) {
    if (child->fd >= 0)
        close(child->fd);
    text_free(&child->message);
    free(child);
}

// --- the list; under the mutex ---

static void child_link(Watcher *watcher, Child *child) {
    child->next = watcher->children;
    if (child->next)
        child->next->previous = child;
    watcher->children = child;
}

static void child_unlink(Watcher *watcher, Child *child) {
    if (child->previous)
        child->previous->next = child->next;
    else
        watcher->children = child->next;
    if (child->next)
        child->next->previous = child->previous;
    if (child->handle)
        store_release(&child->handle->child, NULL);
}

Child *watcher_add(Watcher *watcher, Handle *handle, pid_t pid, int fd, bool at_once) {
    Child *child = os_calloc(1, sizeof *child);
    child->handle = handle;
    child->pid = pid;
    child->fd = fd;
    child->at_once = at_once;
    child_link(watcher, child);
    store_release(&handle->child, child);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = child};
    if (epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return child;
    int error = errno;
    child_unlink(watcher, child);
    child->fd = -1;
    child_free(child);
    errno = error;
    return NULL;
}

Child *watcher_take(Watcher *watcher, Handle *handle) {
    mutex_lock(&watcher->mutex);
    Child *child = load_relaxed(&handle->child);
    if (child && !child->gone)
        child = NULL;
    if (child)
        child_unlink(watcher, child);
    mutex_unlock(&watcher->mutex);
    return child;
}

static Child *take(Watcher *watcher, bool lost) {
    mutex_lock(&watcher->mutex);
    Child *child = watcher->children;
    while (child && !(child->gone && !child->at_once && (child->handle == NULL) == lost))
        child = child->next;
    if (child)
        child_unlink(watcher, child);
    mutex_unlock(&watcher->mutex);
    return child;
}

Child *watcher_take_any(Watcher *watcher) { return take(watcher, false); }
Child *watcher_take_lost(Watcher *watcher) { return take(watcher, true); }

bool watcher_quiet(Watcher *watcher, Handle *handle) {
    mutex_lock(&watcher->mutex);
    Child *child = load_relaxed(&handle->child);
    bool quiet = child && !child->gone && !child->quiet;
    if (quiet)
        child->quiet = true;
    mutex_unlock(&watcher->mutex);
    return quiet;
}

bool watcher_signal(Watcher *watcher, Handle *handle, int signal) {
    mutex_lock(&watcher->mutex);
    const Child *child = load_relaxed(&handle->child);
    bool sent = child && !child->reaping && kill(child->pid, signal) == 0;
    mutex_unlock(&watcher->mutex);
    return sent;
}

// --- the collector ---

static void watcher_trace(void *context, Tracer *tracer) {
    Watcher *watcher = context;
    if (watcher->epoll < 0)
        return;
    mutex_lock(&watcher->mutex);
    for (Child *c = watcher->children; c; c = c->next)
        if (!c->gone || c->at_once)
            trace_object(tracer, c->handle);
    mutex_unlock(&watcher->mutex);
}

static bool has_sent_result(const Child *child) {
    const Text *message = &child->message;
    return message->length > 5 && message->data[5] == MESSAGE_RESULT &&
           message_size(message->data, message->length) == message->length;
}

// A gone child that has sent a result, and nobody can ask for it any more, is forgotten.
static bool is_silent(const Child *child) {
    return child->status == 0 && (child->message.length == 0 || has_sent_result(child));
}

static void watcher_clear(void *context, Heap *heap) {
    Watcher *watcher = context;
    if (watcher->epoll < 0)
        return;
    bool lost = false;
    mutex_lock(&watcher->mutex);
    for (Child *c = watcher->children, *next; c; c = next) {
        next = c->next;
        if (!c->handle || heap_is_marked(heap, &c->handle->header))
            continue;
        c->handle = NULL;
        if (is_silent(c)) {
            child_unlink(watcher, c);
            child_free(c);
        } else {
            lost = true;
        }
    }
    mutex_unlock(&watcher->mutex);
    if (lost && watcher->world->main_thread)
        thread_notify(watcher->world->main_thread, POLL_REPORT);
}

// --- the watcher's own pthread ---

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

// Under the mutex. True while some are left.
static bool reap_leaving(Watcher *watcher, int options) {
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
    watcher->any_leaving = reap_leaving(watcher, WNOHANG);
    mutex_unlock(&watcher->mutex);
}

typedef enum Progress { PROGRESS_RUNS, PROGRESS_HAS_RESULT, PROGRESS_ENDS } Progress;

// Under the mutex, as it allocates (world_before_fork): reads what is there, not for too long.
static Progress child_read(Child *child) {
    char buffer[READ_STEP];
    for (int i = 0; i < READ_STEPS; i++) {
        ssize_t got = recv(child->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return PROGRESS_ENDS;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got < 0)
            continue;
        text_append(&child->message, buffer, (size_t)got);
        if (child->member == 0 && has_sent_result(child))
            return PROGRESS_HAS_RESULT;
    }
    return PROGRESS_RUNS;
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

// Who left is reaped before new ends are published: the joiner may fork at once, and that is slower while another
// CPU runs in the same memory.
static void *watcher_main(void *argument) {
    Watcher *watcher = argument;
    struct epoll_event events[EVENTS];
    int pause = PAUSE_LEAST;
    for (;;) {
        int count = epoll_wait(watcher->epoll, events, EVENTS, watcher->any_leaving ? pause : -1);
        pause = count > 0 ? PAUSE_LEAST : pause < PAUSE_MOST ? pause * 2 : PAUSE_MOST;
        if (watcher->any_leaving)
            look_who_left(watcher);
        for (int i = 0; i < count; i++) {
            Child *child = events[i].data.ptr;
            if (!child)
                return NULL; // the bell
            child_look(watcher, child);
        }
    }
}

// --- making and ending ---

static void close_descriptors(Watcher *watcher) {
    if (watcher->epoll >= 0)
        close(watcher->epoll);
    if (watcher->bell >= 0)
        close(watcher->bell);
    watcher->epoll = watcher->bell = -1;
}

static bool watcher_begin(Watcher *watcher) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    registry_share(watcher->world->runtime->registry);
    watcher->epoll = epoll_create1(EPOLL_CLOEXEC);
    watcher->bell = eventfd(0, EFD_CLOEXEC);
    if (watcher->epoll >= 0 && watcher->bell >= 0 &&
        epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, watcher->bell, &event) == 0 &&
        service_start(&watcher->pthread, watcher_main, watcher))
        return true;
    int error = errno;
    close_descriptors(watcher);
    errno = error;
    return false;
}

// In a forked child there is a Watcher already, without descriptors.
Watcher *watcher_of(World *world) {
    Registry *registry = world->runtime->registry;
    Watcher *watcher = registry->watcher;
    if (!watcher) {
        watcher = os_calloc(1, sizeof *watcher);
        watcher->world = world;
        watcher->epoll = watcher->bell = -1;
        mutex_init(&watcher->mutex, RANK_PROCESSES);
        heap_add_roots(world->heap, watcher_trace, watcher);
        heap_add_weak(world->heap, watcher_clear, watcher);
        registry->watcher = watcher;
    }
    if (watcher->epoll >= 0 || watcher_begin(watcher))
        return watcher;
    return NULL;
}

static void forget_children(Watcher *watcher) {
    while (watcher->children) {
        Child *child = watcher->children;
        child_unlink(watcher, child);
        child_free(child);
    }
}

// No zombie is left; nor is waited for one that somebody has stopped.
static void end_leaving(Watcher *watcher) {
    for (Child *child = watcher->children; child; child = child->next)
        if (child->leaving)
            kill(child->pid, SIGKILL);
    reap_leaving(watcher, 0);
}

void watcher_free(Watcher *watcher) {
    if (watcher->epoll >= 0) {
        os_write_all(watcher->bell, &(uint64_t){1}, sizeof(uint64_t));
        pthread_join(watcher->pthread, NULL);
    }
    end_leaving(watcher);
    forget_children(watcher);
    close_descriptors(watcher);
    mutex_destroy(&watcher->mutex);
    free(watcher);
}

// The parent's children are not this process's: their handles count as ended, without a result. Their memory is
// left alone: to free it would copy the pages where it lies.
void watcher_after_fork(Watcher *watcher) {
    mutex_after_fork(&watcher->mutex, RANK_PROCESSES);
    for (Child *child = watcher->children; child; child = child->next) {
        if (child->fd >= 0)
            close(child->fd);
        if (!child->handle)
            continue;
        child->handle->joiners = (WaitQueue){0};
        child->handle->pending = false;
        store_relaxed(&child->handle->child, NULL);
        store_relaxed(&child->handle->gone, false);
        store_relaxed(&child->handle->state, HANDLE_ENDED);
    }
    watcher->children = NULL;
    watcher->any_leaving = false;
    close_descriptors(watcher);
}
