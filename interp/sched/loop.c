// SPDX-License-Identifier: MIT
//
// The loop of a thread. One uv_async takes the wakes from other threads, one uv_timer is armed for the
// earliest deadline of the thread's timers, each watched descriptor has a uv_poll.
#include "sched/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/os.h"

typedef struct Watch {
    uv_poll_t poll;
    struct Watch *next;
    Fiber *fiber;
    int own_fd; // a duplicate, as libuv watches a descriptor once a loop; -1: none
} Watch;

struct Loop {
    uv_loop_t uv;
    uv_async_t async;
    uv_timer_t timer;
    Watch *watches;
    Watch *
        spare; // closed, to be used again: the loop is turned by a detached thread, which frees nothing
};

static void on_wake(uv_async_t *async) { (void)async; }
// A timer that is due when a turn begins is run before the loop waits: the turn must not wait then.
static void on_timer(uv_timer_t *timer) { uv_stop(timer->loop); }

Loop *loop_of(Thread *thread) {
    if (thread->loop)
        return thread->loop;
    Loop *loop = os_calloc(1, sizeof *loop);
    if (uv_loop_init(&loop->uv) != 0)
        goto no_loop;
    if (uv_async_init(&loop->uv, &loop->async, on_wake) != 0)
        goto no_async;
    uv_timer_init(&loop->uv, &loop->timer);
    loop->uv.data = loop;
    thread->loop = loop;
    return loop;
no_async:
    uv_loop_close(&loop->uv);
no_loop:
    free(loop);
    return NULL;
}

static void watch_closed(uv_handle_t *handle) {
    Watch *watch = handle->data;
    Loop *loop = handle->loop->data;
    watch->next = loop->spare;
    loop->spare = watch;
}

static void watch_close(Watch *watch) {
    uv_close((uv_handle_t *)&watch->poll, watch_closed);
    if (watch->own_fd >= 0)
        close(watch->own_fd);
}

// libuv closes its descriptors by a system call of its own, which no sanitizer sees.
static void tell_closed(const uv_loop_t *uv) {
    const int own[] = {uv->backend_fd, uv->async_io_watcher.fd, uv->async_wfd, uv->signal_pipefd[0],
                       uv->signal_pipefd[1]};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] >= 0)
            os_tell_closed(own[i]);
}

void loop_free(Thread *thread) {
    Loop *loop = thread->loop;
    if (!loop)
        return;
    thread->loop = NULL;
    for (Watch *watch = loop->watches, *next; watch; watch = next) {
        next = watch->next;
        watch_close(watch);
    }
    uv_close((uv_handle_t *)&loop->async, NULL);
    uv_close((uv_handle_t *)&loop->timer, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    for (Watch *watch = loop->spare, *next; watch; watch = next) {
        next = watch->next;
        free(watch);
    }
    tell_closed(&loop->uv);
    if (uv_loop_close(&loop->uv) == 0)
        free(loop);
}

// The set that epoll watches is shared with the parent: it must not be changed, only let go of. Threads
// other than the forking one may have been anywhere inside of libuv, so their loop is not touched.
void loop_abandon(Thread *thread) {
    Loop *loop = thread->loop;
    if (!loop)
        return;
    thread->loop = NULL;
    if (loop->uv.async_io_watcher.fd >= 0)
        close(loop->uv.async_io_watcher.fd);
    if (uv_backend_fd(&loop->uv) >= 0)
        close(uv_backend_fd(&loop->uv));
}

void loop_wake(Loop *loop) { uv_async_send(&loop->async); }

// libuv counts in milliseconds: rounded up, so that the deadline has passed when it wakes.
static void loop_arm_timer(Loop *loop, uint64_t deadline) {
    if (deadline == DEADLINE_NEVER) {
        uv_timer_stop(&loop->timer);
        return;
    }
    uv_update_time(&loop->uv);
    uint64_t now = os_now();
    uint64_t left = deadline > now ? (deadline - now + 999999) / 1000000 : 0;
    uv_timer_start(&loop->timer, on_timer, left, 0);
}

void loop_sleep(Loop *loop, uint64_t deadline) {
    loop_arm_timer(loop, os_sleep_until(deadline));
    uv_run(&loop->uv, UV_RUN_ONCE);
}

void loop_poll(Loop *loop) { uv_run(&loop->uv, UV_RUN_NOWAIT); }

bool loop_has_sources(const Loop *loop) { return loop->watches != NULL; }

// ---- Descriptors ---------------------------------------------------------------------------------

static void on_ready(uv_poll_t *poll, int status, int events) {
    (void)status; // an error is found again by who reads or writes
    (void)events;
    Watch *watch = poll->data;
    uv_poll_stop(poll);
    if (park_claim(watch->fiber, WAKE_RETRY))
        park_wake(watch->fiber);
}

static Watch *watch_take(Loop *loop) {
    Watch *watch = loop->spare;
    if (!watch)
        return os_calloc(1, sizeof *watch);
    loop->spare = watch->next;
    memset(watch, 0, sizeof *watch);
    return watch;
}

// libuv makes the descriptor non-blocking, and with it those of all processes that share it: a terminal
// would stay so after the script.
static int poll_init(Loop *loop, Watch *watch, int fd) {
    int flags = fcntl(fd, F_GETFL);
    int status = uv_poll_init(&loop->uv, &watch->poll, fd);
    if (flags >= 0 && !(flags & O_NONBLOCK))
        fcntl(fd, F_SETFL, flags);
    return status;
}

// 0, or an error of libuv's.
static int watch_init(Loop *loop, Watch *watch, int fd) {
    watch->own_fd = -1;
    int status = poll_init(loop, watch, fd);
    if (status != UV_EEXIST)
        return status;
    watch->own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (watch->own_fd < 0)
        return -errno;
    status = poll_init(loop, watch, watch->own_fd);
    if (status != 0)
        close(watch->own_fd);
    return status;
}

bool loop_watch_fd(Fiber *fiber, int fd, int events) {
    Loop *loop = loop_of(fiber->thread);
    if (!loop) {
        errno = EMFILE;
        return false;
    }
    Watch *watch = watch_take(loop);
    int status = watch_init(loop, watch, fd);
    if (status != 0) {
        watch->next = loop->spare;
        loop->spare = watch;
        errno = -status;
        return false;
    }
    watch->fiber = fiber;
    watch->poll.data = watch;
    int wanted =
        (events & LOOP_READABLE ? UV_READABLE : 0) | (events & LOOP_WRITABLE ? UV_WRITABLE : 0);
    status = uv_poll_start(&watch->poll, wanted, on_ready);
    if (status != 0) {
        watch_close(watch);
        errno = -status;
        return false;
    }
    watch->next = loop->watches;
    loop->watches = watch;
    return true;
}

void loop_unwatch(Fiber *fiber) {
    Loop *loop = fiber->thread->loop;
    if (!loop)
        return;
    for (Watch **at = &loop->watches; *at; at = &(*at)->next) {
        Watch *watch = *at;
        if (watch->fiber != fiber)
            continue;
        *at = watch->next;
        uv_poll_stop(&watch->poll);
        watch_close(watch);
        return;
    }
}
