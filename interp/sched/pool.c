// SPDX-License-Identifier: MIT
//
// Workers: the pthreads below threads. A worker whose body has ended waits a while for the next one,
// first spinning, then asleep: starting a thread is then a store, or a wake. A worker that waits is no
// part of the world.
//
// Each worker joins the one that ended before it, so that at most one that has ended is left to be joined,
// and what starts and ends is known to pool_settle.
//
// Worker.word:  SPINS --(itself)--> SLEEPS
//               SPINS or SLEEPS --(pool_run, which took it from the list)--> HAS_JOB
//               SPINS or SLEEPS --(thread_pool_free, likewise)--> HAS_TO_END
// A worker that gives up takes itself from the list; if it is not there any more, its word is about
// to change.
#include "sched/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/service.h"
#include "sched/internal.h"
#include "sched/stack.h"

enum { SPINS, SLEEPS, HAS_JOB, HAS_TO_END };
enum { IDLE_SPINS = 400, IDLE_MOST = 64 };
#define IDLE_TIME ((uint64_t)3 * 1000 * 1000 * 1000)

typedef struct Worker {
    struct Worker *next; // world->idle
    World *world;
    pthread_t pthread;
    _Atomic uint32_t word;
    Thread *thread;
    void (*body)(Thread *thread, void *argument);
    void *argument;
    Stack stack;
} Worker;

// ---- Waiting for the next body -------------------------------------------------------------------

// False if there are enough, or nobody will come. Where others wait already, it need not be quick.
static bool worker_enlist(Worker *worker) {
    World *world = worker->world;
    mutex_lock(&world->pool_mutex);
    bool wanted = !world->pool_closed && world->idle_count < IDLE_MOST;
    if (wanted) {
        store_relaxed(&worker->word, world->idle_count == 0 ? SPINS : SLEEPS);
        worker->next = world->idle;
        world->idle = worker;
        world->idle_count++;
    }
    mutex_unlock(&world->pool_mutex);
    return wanted;
}

// True if it was in the list.
static bool worker_withdraw(Worker *worker) {
    World *world = worker->world;
    mutex_lock(&world->pool_mutex);
    Worker **at = &world->idle;
    while (*at && *at != worker)
        at = &(*at)->next;
    bool found = *at == worker;
    if (found) {
        *at = worker->next;
        world->idle_count--;
    }
    mutex_unlock(&world->pool_mutex);
    return found;
}

static void worker_spin(Worker *worker) {
    if (!worker->world->many_cpus)
        return;
    for (int i = 0; i < IDLE_SPINS && load_relaxed(&worker->word) == SPINS; i++)
        spin_hint();
}

// False if the worker is to end.
static bool worker_rest(Worker *worker) {
    if (!worker_enlist(worker))
        return false;
    worker_spin(worker);
    uint32_t spins = SPINS;
    cas_acq_rel(&worker->word, &spins, SLEEPS);
    uint64_t deadline = os_now() + IDLE_TIME;
    while (load_acquire(&worker->word) == SLEEPS) {
        if (os_futex_wait(&worker->word, SLEEPS, deadline))
            continue;
        if (worker_withdraw(worker))
            return false;
        deadline = UINT64_MAX;
    }
    return load_acquire(&worker->word) == HAS_JOB;
}

static void worker_hand(Worker *worker, uint32_t word) {
    if (atomic_exchange_explicit(&worker->word, word, memory_order_acq_rel) == SLEEPS)
        os_futex_wake(&worker->word, 1);
}

// ---- The pthread ---------------------------------------------------------------------------------

static void worker_begin(Worker *worker) {
    World *world = worker->world;
    worker->pthread = pthread_self();
    mutex_lock(&world->pool_mutex);
    if (--world->starting == 0)
        pthread_cond_broadcast(&world->workers_changed);
    mutex_unlock(&world->pool_mutex);
}

// Waits for the end of a pthread that has come to its last line.
static void worker_join(Worker *worker) {
    if (!worker)
        return;
    pthread_join(worker->pthread, NULL);
    stack_return(worker->world, worker->stack);
    free(worker);
}

// The world may be freed as soon as this one has been joined.
static void worker_end(Worker *worker) {
    World *world = worker->world;
    mutex_lock(&world->pool_mutex);
    Worker *before = world->ended;
    world->ended = worker;
    if (--world->worker_count == 0)
        pthread_cond_broadcast(&world->workers_changed);
    mutex_unlock(&world->pool_mutex);
    worker_join(before);
}

static void *worker_main(void *argument) {
    Worker *worker = argument;
    worker_begin(worker);
    do {
        thread_begin(worker->thread, NATIVE_STACK);
        worker->body(worker->thread, worker->argument);
        thread_detach_free(worker->thread);
    } while (worker_rest(worker));
    worker_end(worker);
    return NULL;
}

static int worker_create(Worker *worker) {
    pthread_attr_t attributes;
    pthread_t pthread;
    pthread_attr_init(&attributes);
    worker->stack = stack_take(worker->world);
    if (worker->stack.low)
        pthread_attr_setstack(&attributes, worker->stack.low, STACK_BYTES);
    else
        pthread_attr_setstacksize(&attributes, NATIVE_STACK);
    service_block_signals(&attributes);
    int error = pthread_create(&pthread, &attributes, worker_main, worker);
    pthread_attr_destroy(&attributes);
    return error;
}

// ---- For threads ---------------------------------------------------------------------------------

static Worker *pool_take(World *world) {
    mutex_lock(&world->pool_mutex);
    Worker *worker = world->idle;
    if (worker) {
        world->idle = worker->next;
        world->idle_count--;
    } else {
        world->worker_count++;
        world->starting++;
    }
    mutex_unlock(&world->pool_mutex);
    return worker;
}

static bool pool_add(World *world, Worker job) {
    Worker *worker = os_malloc(sizeof *worker);
    *worker = job;
    int error = worker_create(worker);
    if (error == 0)
        return true;
    stack_return(world, worker->stack);
    free(worker);
    mutex_lock(&world->pool_mutex);
    world->worker_count--;
    world->starting--;
    pthread_cond_broadcast(&world->workers_changed);
    mutex_unlock(&world->pool_mutex);
    errno = error;
    return false;
}

bool pool_run(Thread *thread, void (*body)(Thread *thread, void *argument), void *argument) {
    World *world = thread->world;
    Worker *worker = pool_take(world);
    if (!worker)
        return pool_add(world, (Worker){.world = world,
                                        .word = HAS_JOB,
                                        .thread = thread,
                                        .body = body,
                                        .argument = argument});
    worker->thread = thread;
    worker->body = body;
    worker->argument = argument;
    worker_hand(worker, HAS_JOB);
    return true;
}

void thread_pool_free(World *world) {
    mutex_lock(&world->pool_mutex);
    world->pool_closed = true;
    while (world->idle) {
        Worker *worker = world->idle;
        world->idle = worker->next;
        world->idle_count--;
        worker_hand(worker, HAS_TO_END);
    }
    while (world->worker_count > 0)
        mutex_wait(&world->pool_mutex, &world->workers_changed);
    Worker *last = world->ended;
    world->ended = NULL;
    mutex_unlock(&world->pool_mutex);
    worker_join(last);
}

void pool_settle(World *world) {
    mutex_lock(&world->pool_mutex);
    while (world->starting > 0 || world->ended) {
        Worker *last = world->ended;
        if (!last) {
            mutex_wait(&world->pool_mutex, &world->workers_changed);
            continue;
        }
        world->ended = NULL;
        mutex_unlock(&world->pool_mutex);
        worker_join(last);
        mutex_lock(&world->pool_mutex);
    }
}
