// SPDX-License-Identifier: MIT
//
// Stopping the world, and what is left of it in a forked child. The handshake is in the header.
//
// Most stops are short collections. So a thread that is to stop, or is stopped, takes no mutex and is not
// put to sleep for them: it says STOPPED and spins a while; a stopper spins as well. Only who has waited in
// vain takes the mutex and sleeps, the stopper saying so in `stopper_sleeps` before it looks again.
//
// Whoever the stopper saw as not ATTACHED touches no heap object until the world is resumed: it may say
// ATTACHED, but then sees `stopping`, and takes it back.
#include "sched/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/writer.h"
#include "sched/alarm.h"
#include "sched/deadlock.h"
#include "sched/fiber.h"
#include "sched/internal.h"
#include "sched/loop.h"
#include "sched/pool.h"
#include "sched/stack.h"
#include "sched/timer.h"

enum { MAX_DEPTH = 100000, STOP_SPINS = 500, SPINS = 64 };
enum { SPIN_TIME = 200000 }; // nanoseconds

// ---- Life ----------------------------------------------------------------------------------------

static void collection_due(void *context) { world_poll_all(context, POLL_COLLECT); }

// Runs while the world is stopped, so the list of threads stands still.
static void trace_threads(void *context, Tracer *tracer) {
    World *world = context;
    for (Thread *thread = world->threads; thread; thread = thread->next)
        for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
            fiber_trace(fiber, tracer);
}

static void world_init_locks(World *world) {
    pthread_cond_init(&world->changed, NULL);
    pthread_cond_init(&world->resumed, NULL);
    pthread_cond_init(&world->workers_changed, NULL);
}

World *world_new(Heap *heap, const WorldHooks *hooks) {
    World *world = os_calloc(1, sizeof *world);
    world->heap = heap;
    world->hooks = *hooks;
    world->writer = writer_new();
    world->max_depth = MAX_DEPTH;
    world->cpus = (uint32_t)os_cpu_count();
    world->many_cpus = world->cpus > 1;
    store_relaxed(&world->next_fiber_id, 1);
    store_relaxed(&world->force_at, DEADLINE_NEVER);
    mutex_init(&world->mutex, RANK_WORLD);
    mutex_init(&world->pool_mutex, RANK_POOL);
    world_init_locks(world);
    heap_set_due_hook(heap, collection_due, world);
    heap_add_roots(heap, trace_threads, world);
    return world;
}

void world_free(World *world) {
    assert(!world->threads);
    alarm_free(world);
    writer_free(world->writer);
    thread_pool_free(world);
    stacks_free(world);
    heap_set_due_hook(world->heap, NULL, NULL);
    threads_free(world);
    fiber_slabs_free(world);
    pthread_cond_destroy(&world->changed);
    pthread_cond_destroy(&world->resumed);
    pthread_cond_destroy(&world->workers_changed);
    mutex_destroy(&world->mutex);
    mutex_destroy(&world->pool_mutex);
    free(world);
}

// ---- The stop ------------------------------------------------------------------------------------

// Then the processor is offered: who is waited for may wait for it.
static void spin_a_while(void) {
    for (int i = 0; i < SPINS; i++)
        spin_hint();
    os_yield();
}

// Pairs with the stopper, which sets `stopper_sleeps` and then looks at the states (Dekker).
void world_stands_still(World *world) {
    if (!load_seq(&world->stopper_sleeps))
        return;
    mutex_lock(&world->mutex);
    pthread_cond_signal(&world->changed);
    mutex_unlock(&world->mutex);
}

// Helps a collection that has much to do meanwhile.
static bool spin_until_resumed(World *world) {
    uint64_t end = os_now() + SPIN_TIME;
    while (load_acquire(&world->stopping)) {
        if (heap_help(world->heap))
            end = os_now() + SPIN_TIME;
        if (load_relaxed(&world->crowded) || os_now() >= end)
            return false;
        spin_a_while();
    }
    return true;
}

static void sleep_until_resumed(World *world) {
    mutex_lock(&world->mutex);
    while (load_relaxed(&world->stopping))
        mutex_wait(&world->mutex, &world->resumed);
    mutex_unlock(&world->mutex);
}

void world_wait_resumed(World *world, Thread *self) {
    do {
        store_seq(&self->state, THREAD_STOPPED);
        world_stands_still(world);
        if (!spin_until_resumed(world))
            sleep_until_resumed(world);
        store_seq(&self->state, THREAD_ATTACHED);
    } while (load_seq(&world->stopping));
}

// The mutex is held.
static bool others_stand_still(World *world, Thread *self) {
    if (world->entering > 0)
        return false;
    for (Thread *thread = world->threads; thread; thread = thread->next)
        if (thread != self && load_seq(&thread->state) == THREAD_ATTACHED)
            return false;
    return true;
}

// Most threads answer within a microsecond, and those that are in a long native mostly sooner than this one
// could be woken. The mutex is held, and free now and then: a thread may need it on its way to a safepoint.
static bool spin_until_still(World *world, Thread *self) {
    uint64_t end = 0;
    for (int turns = STOP_SPINS; !others_stand_still(world, self); turns--) {
        if (turns > 0 && world->many_cpus) {
            spin_hint();
            continue;
        }
        uint64_t now = os_now();
        end = end ? end : now + SPIN_TIME;
        if (load_relaxed(&world->crowded) || now >= end)
            return false;
        mutex_unlock(&world->mutex);
        spin_a_while();
        mutex_lock(&world->mutex);
    }
    return true;
}

// The mutex is held.
static void sleep_until_still(World *world, Thread *self) {
    store_seq(&world->stopper_sleeps, true);
    while (!others_stand_still(world, self))
        mutex_wait(&world->mutex, &world->changed);
    store_relaxed(&world->stopper_sleeps, false);
}

// The mutex is held. Where more threads run than there are processors, who spins holds up the others.
static void raise_stop(World *world, Thread *self) {
    uint32_t running = 0;
    for (Thread *thread = world->threads; thread; thread = thread->next) {
        running += load_relaxed(&thread->state) != THREAD_DETACHED;
        if (thread != self)
            or_seq(&thread->poll, POLL_STOP);
    }
    store_relaxed(&world->crowded, running > world->cpus);
}

// `stopping` is set without the mutex, so that of two threads that both want to stop the world the second
// stops at once, instead of waiting for a mutex whose holder waits for it.
bool world_stop(World *world, Thread *self) {
    uint32_t nobody = 0;
    if (!cas_seq(&world->stopping, &nobody, 1)) {
        world_wait_resumed(world, self);
        return false;
    }
    mutex_lock(&world->mutex);
    raise_stop(world, self);
    if (!spin_until_still(world, self))
        sleep_until_still(world, self);
    mutex_unlock(&world->mutex);
    return true;
}

void world_resume(World *world, Thread *self) {
    mutex_lock(&world->mutex);
    for (Thread *thread = world->threads; thread; thread = thread->next)
        if (thread != self)
            and_seq(&thread->poll, ~(uint32_t)POLL_STOP);
    store_seq(&world->stopping, 0);
    pthread_cond_broadcast(&world->resumed);
    mutex_unlock(&world->mutex);
}

// ---- Poll words ----------------------------------------------------------------------------------

void world_poll_all(World *world, uint32_t bits) {
    mutex_lock(&world->mutex);
    for (Thread *thread = world->threads; thread; thread = thread->next)
        or_seq(&thread->poll, bits);
    mutex_unlock(&world->mutex);
}

void world_notify_all(World *world, uint32_t bits) {
    mutex_lock(&world->mutex);
    for (Thread *thread = world->threads; thread; thread = thread->next)
        thread_notify(thread, bits);
    mutex_unlock(&world->mutex);
}

// ---- Fork ---------------------------------------------------------------------------------------------

void world_before_fork(World *world) { pool_settle(world); }
void world_forked(World *world) { mutex_unlock(&world->pool_mutex); }

// A fiber that is not in this process: its claims fail, and it counts as ended. Its memory stays, as
// queues and locks may lead to it.
static void fiber_abandon(Fiber *fiber) {
    store_relaxed(&fiber->wait.state, WAIT_IDLE);
    fiber->wait.timer_index = 0;
    fiber->queued = FIBER_NOWHERE;
    fiber->ended = true;
}

static void thread_abandon(Thread *thread) {
    for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
        fiber_abandon(fiber);
    loop_abandon(thread);
}

// Of the forking thread only the fiber that runs is left.
static void thread_keep_current(Thread *self) {
    Fiber *current = self->current;
    for (Fiber *fiber = self->fibers; fiber; fiber = fiber->next)
        if (fiber != current)
            fiber_abandon(fiber);
    current->next = current->previous = NULL;
    self->fibers = current;
    self->fiber_count = 1;
    self->main_fiber = current;
    timer_free(self);
    loop_abandon(self);
    store_relaxed(&self->inbox, NULL);
    self->ready_first = self->ready_last = NULL;
    self->turn_depth = 0;
    self->has_tasks = false;
    store_relaxed(&self->blocked, NULL);
    store_relaxed(&self->wake, 0);
    store_relaxed(&self->alarm, DEADLINE_NEVER);
    store_relaxed(&self->pthread, pthread_self());
    and_seq(&self->poll, ~(uint32_t)(POLL_STOP | POLL_WATCH));
    self->next = self->previous = NULL;
}

void world_share(World *world, Thread *self) {
    if (load_relaxed(&world->shared))
        return;
    store_seq(&world->shared, true);
    park_share(self);
}

void world_after_fork(World *world, Thread *self) {
    mutex_after_fork(&world->mutex);
    mutex_unlock(&world->pool_mutex); // of world_before_fork
    world_init_locks(world);
    for (Thread *thread = world->threads; thread; thread = thread->next)
        if (thread != self)
            thread_abandon(thread);
    thread_keep_current(self);
    heap_after_fork(world->heap, self->heap);
    world->threads = world->main_thread = self;
    world->thread_count = 1;
    world->entering = 0;
    world->idle = world->ended = NULL;
    world->stacks = NULL; // this thread may stand on one of them
    world->idle_count = 0;
    world->worker_count = world->starting = 0;
    store_relaxed(&world->stopping, 0);
    store_relaxed(&world->stopper_sleeps, false);
    store_relaxed(&world->shared, false);
    store_relaxed(&world->ending, false);
    store_relaxed(&world->force_at, DEADLINE_NEVER);
    world->terminated = false;
    store_relaxed(&world->activity, ACTIVITY_AWAKE);
    world->forked_child = true;
    world->forks++;
    alarm_after_fork(world);
    writer_after_fork(world->writer);
}
