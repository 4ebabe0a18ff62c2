// SPDX-License-Identifier: MIT
//
// The life of threads and their three states. What a thread runs is the business of schedule.c.
//
// The memory of a Thread is used again for later threads and given back only with the world: a waker
// may still look whether a thread sleeps that has ended since (see thread_wake).
#include "sched/thread.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/os.h"
#include "sched/deadlock.h"
#include "sched/internal.h"
#include "sched/loop.h"
#include "sched/pool.h"
#include "sched/schedule.h"
#include "sched/timer.h"

// ---- Memory --------------------------------------------------------------------------------------

static Thread *thread_take(World *world) {
    mutex_lock(&world->pool_mutex);
    Thread *thread = world->free_threads;
    if (thread)
        world->free_threads = thread->next;
    mutex_unlock(&world->pool_mutex);
    return thread ? thread : os_calloc(1, sizeof *thread);
}

static void thread_return(World *world, Thread *thread) {
    mutex_lock(&world->pool_mutex);
    thread->next = world->free_threads;
    world->free_threads = thread;
    mutex_unlock(&world->pool_mutex);
}

void threads_free(World *world) {
    while (world->free_threads) {
        Thread *thread = world->free_threads;
        world->free_threads = thread->next;
        free(thread);
    }
}

// Fields that a late waker may look at are stored atomically.
static void thread_clear(Thread *thread, World *world) {
    store_relaxed(&thread->poll, heap_is_stressed(world->heap) ? POLL_COLLECT : 0);
    store_seq(&thread->state, THREAD_DETACHED);
    store_relaxed(&thread->pthread, 0);
    store_relaxed(&thread->inbox, NULL);
    store_relaxed(&thread->blocked, NULL);
    store_relaxed(&thread->alarm, DEADLINE_NEVER);
    thread->world = world;
    thread->main_fiber = thread->current = thread->fibers = NULL;
    thread->fiber_count = 0;
    thread->ready_first = thread->ready_last = NULL;
    thread->timers = NULL;
    thread->loop = NULL;
    thread->turn_depth = thread->native_depth = 0;
    thread->free_fibers = NULL;
    thread->free_fiber_count = 0;
    thread->spin = 0;
    thread->dispatches = 0;
    thread->random = 0;
    thread->has_tasks = false;
}

// ---- Making and ending ---------------------------------------------------------------------------

// The caller is no thread of the world: nothing but `entering` keeps the world from being stopped while
// it makes one.
static void world_enter(World *world) {
    mutex_lock(&world->mutex);
    while (load_relaxed(&world->stopping))
        mutex_wait(&world->mutex, &world->resumed);
    world->entering++;
    mutex_unlock(&world->mutex);
}

static void world_entered(World *world) {
    mutex_lock(&world->mutex);
    world->entering--;
    pthread_cond_signal(&world->changed);
    mutex_unlock(&world->mutex);
}

static void thread_link(Thread *thread) {
    World *world = thread->world;
    mutex_lock(&world->mutex);
    thread->previous = NULL;
    thread->next = world->threads;
    if (world->threads)
        world->threads->previous = thread;
    world->threads = thread;
    world->thread_count++;
    if (!world->main_thread)
        world->main_thread = thread;
    mutex_unlock(&world->mutex);
}

// The caller is attached, so the world is not stopped; but somebody may wait for this thread to stop.
static void thread_unlink(Thread *thread) {
    World *world = thread->world;
    mutex_lock(&world->mutex);
    if (thread->previous)
        thread->previous->next = thread->next;
    else
        world->threads = thread->next;
    if (thread->next)
        thread->next->previous = thread->previous;
    world->thread_count--;
    store_seq(&thread->state, THREAD_DETACHED);
    pthread_cond_signal(&world->changed);
    mutex_unlock(&world->mutex);
}

// In the world and counted as awake, but detached, and nobody's pthread yet.
static Thread *thread_new(World *world) {
    Thread *thread = thread_take(world);
    thread_clear(thread, world);
    thread->heap = local_heap_new(world->heap);
    thread->main_fiber = thread->current = fiber_new(thread, false);
    activity_add(world, ACTIVITY_AWAKE);
    thread_link(thread);
    return thread;
}

void thread_begin(Thread *thread, size_t stack) {
    store_relaxed(&thread->pthread, pthread_self());
    thread->stack_end = (const char *)__builtin_frame_address(0) - stack;
    thread_attach(thread);
}

Thread *thread_attach_new(World *world) {
    world_enter(world);
    Thread *thread = thread_new(world);
    world_entered(world);
    thread_begin(thread, os_stack_size());
    return thread;
}

Thread *thread_create(Thread *from) {
    world_share(from->world, from);
    return thread_new(from->world);
}

// Everything that a thread has, but for its place in the world.
static void thread_release(Thread *thread) {
    thread_await_senders(thread);
    loop_free(thread);
    while (thread->fibers) {
        thread->fibers->queued = FIBER_NOWHERE;
        fiber_free(thread->fibers);
    }
    timer_free(thread);
    fibers_return_cached(thread);
    local_heap_free(thread->heap);
}

// Released before it is unlinked: its fibers are part of the roots until then, and it is attached, so
// that no collection runs meanwhile.
static void thread_end(Thread *thread) {
    World *world = thread->world;
    thread_release(thread);
    thread_unlink(thread);
    store_relaxed(&thread->pthread, 0);
    thread_return(world, thread);
    activity_check(world, activity_add(world, -ACTIVITY_AWAKE));
}

void thread_detach_free(Thread *thread) { thread_end(thread); }

// The calling thread is attached, so no collection runs here either.
void thread_discard(Thread *thread) { thread_end(thread); }

bool thread_launch(Thread *thread, void (*body)(Thread *thread, void *argument), void *argument) {
    return pool_run(thread, body, argument);
}

bool thread_start(Thread *from, void (*body)(Thread *thread, void *argument), void *argument) {
    Thread *thread = thread_create(from);
    if (thread_launch(thread, body, argument))
        return true;
    int error = errno;
    thread_discard(thread);
    errno = error;
    return false;
}

// ---- States --------------------------------------------------------------------------------------

void thread_detach(Thread *thread) {
    thread_watch(thread, WATCH_BLOCKS);
    thread_detach_briefly(thread);
}

void thread_detach_briefly(Thread *thread) {
    assert(load_relaxed(&thread->state) == THREAD_ATTACHED);
    store_seq(&thread->state, THREAD_DETACHED);
    world_stands_still(thread->world);
}

void thread_attach(Thread *thread) {
    store_seq(&thread->state, THREAD_ATTACHED);
    if (load_seq(&thread->world->stopping))
        world_wait_resumed(thread->world, thread);
}

// Another thread may collect first, and then this one finds that none is due any more.
static void thread_collect(Thread *thread) {
    World *world = thread->world;
    if (!heap_collection_due(world->heap))
        return;
    if (!world_stop(world, thread))
        return;
    heap_collect(world->heap);
    world_resume(world, thread);
    if (heap_over_limit(world->heap))
        or_seq(&thread->poll, POLL_MEMORY);
}

uint32_t thread_safepoint(Thread *thread) {
    uint32_t poll = load_relaxed(&thread->poll);
    if (poll & POLL_STOP) {
        if (load_seq(&thread->world->stopping))
            world_wait_resumed(thread->world, thread);
    }
    if (poll & POLL_COLLECT) {
        if (!heap_is_stressed(thread->world->heap))
            and_seq(&thread->poll, ~(uint32_t)POLL_COLLECT);
        thread_collect(thread);
    }
    return load_relaxed(&thread->poll) & ~(uint32_t)(POLL_STOP | POLL_COLLECT);
}
