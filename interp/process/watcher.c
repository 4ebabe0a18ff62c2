// SPDX-License-Identifier: MIT
//
// The list of children, what the collector sees of it, and the making and ending of the watcher. It uses epoll and not
// a libuv loop, since a forked child has to let go of it by closing two descriptors, without touching what it
// shares with its parent.
#include "process/watcher.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/os.h"
#include "process/message.h"

void child_free(Child *child) {
    if (child->fd >= 0)
        close(child->fd);
    text_free(&child->message);
    free(child);
}

// --- the list; under the mutex ---

void child_link(Watcher *watcher, Child *child) {
    child->next = watcher->children;
    if (child->next)
        child->next->previous = child;
    watcher->children = child;
}

void child_unlink(Watcher *watcher, Child *child) {
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

bool child_has_sent_result(const Child *child) {
    const Text *message = &child->message;
    return message->length > 5 && message->data[5] == MESSAGE_RESULT &&
           message_size(message->data, message->length) == message->length;
}

// A gone child that has sent a result, and nobody can ask for it any more, is forgotten.
static bool is_silent(const Child *child) {
    return child->status == 0 && (child->message.length == 0 || child_has_sent_result(child));
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

// --- making and ending ---

static void close_descriptors(Watcher *watcher) {
    if (watcher->epoll >= 0)
        close(watcher->epoll);
    if (watcher->bell >= 0)
        close(watcher->bell);
    watcher->epoll = watcher->bell = -1;
}

static bool open_descriptors(Watcher *watcher) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    registry_share(watcher->world->runtime->registry);
    watcher->epoll = epoll_create1(EPOLL_CLOEXEC);
    watcher->bell = eventfd(0, EFD_CLOEXEC);
    if (watcher->epoll >= 0 && watcher->bell >= 0 &&
        epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, watcher->bell, &event) == 0)
        return true;
    int error = errno;
    close_descriptors(watcher);
    errno = error;
    return false;
}

static Watcher *watcher_new(World *world) {
    Watcher *watcher = os_calloc(1, sizeof *watcher);
    watcher->world = world;
    watcher->epoll = watcher->bell = -1;
    mutex_init(&watcher->mutex, RANK_PROCESSES);
    heap_add_roots(world->heap, watcher_trace, watcher);
    heap_add_weak(world->heap, watcher_clear, watcher);
    world->runtime->registry->watcher = watcher;
    world->watch = &watcher_hooks;
    return watcher;
}

// In a forked child there is a Watcher already, without descriptors.
Watcher *watcher_of(Thread *thread) {
    World *world = thread->world;
    Watcher *watcher = world->runtime->registry->watcher;
    if (!watcher)
        watcher = watcher_new(world);
    if (watcher->epoll < 0 && !open_descriptors(watcher))
        return NULL;
    return watcher_on_duty(watcher, thread) ? watcher : NULL;
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
    watcher_reap(watcher, 0);
}

void watcher_free(Watcher *watcher) {
    watcher_end(watcher);
    end_leaving(watcher);
    forget_children(watcher);
    close_descriptors(watcher);
    mutex_destroy(&watcher->mutex);
    free(watcher);
}

// The parent's children are not this process's: their handles count as ended, without a result. Their memory is
// left alone: to free it would copy the pages where it lies.
void watcher_after_fork(Watcher *watcher) {
    mutex_unlock(&watcher->mutex); // of the forker, as is the thread here
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
    watcher->duty = NULL;
    watcher->any_leaving = watcher->running = false;
    close_descriptors(watcher);
}
