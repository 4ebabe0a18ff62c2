// SPDX-License-Identifier: MIT
//
// World: the threads of one Vm, and the right to stop them all (for the collector and for fork).
//
// A thread is in one of three states, in Thread.state:
//
//          thread_detach (itself)            world_stop saw the thread's poll word answered
//   ATTACHED ---------------> DETACHED       ATTACHED --- safepoint (itself) ---> STOPPED
//   ATTACHED <--------------- DETACHED       ATTACHED <-- safepoint returns ----- STOPPED
//          thread_attach (itself; waits while the world is stopped)
//
// Only an ATTACHED thread may touch heap objects. A thread detaches for as long as it sleeps or is
// in a system call that may block; it attaches again before it goes on. The world is stopped when
// no thread but the stopper is ATTACHED. Handshake: the stopper sets `stopping` and then reads each
// state; who attaches or goes on sets the state and then reads `stopping`; both sequentially consistent
// (Dekker).
#ifndef CONC_SCHED_WORLD_H
#define CONC_SCHED_WORLD_H

#include <pthread.h>

#include "base/mutex.h"
#include "heap/heap.h"

typedef struct World World;
typedef struct Thread Thread;
typedef struct Fiber Fiber;
struct Runtime; // object/runtime.h: what the objects' layer keeps for a Vm
struct Vm;      // vm/vm.h

// What the upper layers give the scheduler. Called on the fiber's own thread where not said otherwise.
typedef struct WorldHooks {
    // Runs `fiber` until it ends (true) or has to wait (false; then fiber->wait is armed); or, where it has to
    // wait, others in its place (thread_switch), until one of them ends.
    bool (*run_fiber)(Fiber *fiber);
    // Writes what a waiting fiber waits for, as a sentence part with its source line, for
    // deadlock reports: "lock `a` (held by thread 2 since x.conc:4)". The world is stopped.
    void (*describe_wait)(Fiber *fiber, char *text, size_t capacity);
    // Writes the place where the script has started the fiber; "" where that is nowhere. As above.
    void (*describe_start)(Fiber *fiber, char *text, size_t capacity);
    // The fiber that `fiber` waits for (owner of the lock, target of the join), or NULL. Called by
    // any attached thread while `fiber` may run on: it reads what it needs by relaxed atomics, and the
    // answer may be out of date. A Fiber's memory stays a Fiber's until the world ends.
    Fiber *(*waits_for)(Fiber *fiber);
    // The task `fiber` has waited without `await`, and others of its thread that could have run did
    // not for `nanoseconds`. Own thread, attached; its wait has ended, but nobody has asked why yet.
    void (*held_up)(Fiber *fiber, uint64_t nanoseconds);
    // Prints what runs to standard error (SIGQUIT). On the main thread, attached, no lock held; may
    // stop the world.
    void (*show)(Thread *thread);
    // Frames and whatever else it refers to. The world is stopped. See fiber_trace_registers. Not called for
    // a task that has not begun: it has nothing of the kind.
    void (*trace_fiber)(Fiber *fiber, Tracer *tracer);
} WorldHooks;

// Work from outside of the world that a thread does while it sleeps, as long as its poll word has POLL_WATCH, so that no
// other pthread need be woken for it: looking after child processes (process/watcher.c).
typedef enum WatchMoment {
    WATCH_RUNS,   // the script runs on, at a safepoint
    WATCH_BLOCKS, // the thread is about to detach for a system call that may block
    WATCH_SLEEPS, // it is about to sleep,
    WATCH_SLEPT,  // and has slept
} WatchMoment;

typedef struct WatchHooks {
    // Own thread, attached, no lock held: goes on with the watch, or hands it over and clears POLL_WATCH.
    void (*look)(Thread *thread, WatchMoment moment);
    // Own thread, detached: sleeps until the deadline, `wake`, or something was done. Wakes fibers of its own.
    void (*sleep)(World *world, uint64_t deadline);
    void (*wake)(World *world); // ends `sleep`. Any thread; async-signal-safe
} WatchHooks;

struct World {
    Heap *heap;
    struct Runtime *runtime;
    struct Vm *vm;
    WorldHooks hooks;
    const WatchHooks *watch; // set before the first POLL_WATCH
    struct Writer *writer;   // base/writer.h: to standard output and standard error

    Mutex mutex;                 // guards `threads`, the stop, thread starts and ends
    pthread_cond_t changed;      // for the stopper: a thread's state changed
    pthread_cond_t resumed;      // for the stopped: `stopping` changed
    _Atomic uint32_t stopping;   // 1 while somebody wants the world stopped or has it
    _Atomic bool stopper_sleeps; // the stopper waits for `changed`; stored under the mutex
    _Atomic bool crowded; // at the last stop more threads ran than there are processors; likewise
    Thread *threads;      // all attached or detached threads, doubly linked
    uint32_t thread_count;
    uint32_t entering; // pthreads from outside that are on their way to become threads
    Thread *main_thread;
    _Atomic bool shared; // true from the start of a second thread on: objects lock. Never goes back
                         // (but in a forked child).
    _Atomic uint64_t next_fiber_id; // ids of threads, tasks and processes; the main fiber is 1

    // Deadlock accounting (sched/deadlock.h): who can still change something, in one word, so that it
    // is zero at the moment when nobody is left.
    _Atomic uint64_t activity;
    uint32_t max_depth; // frames of a fiber
    uint32_t cpus;      // processors
    bool many_cpus;     // more than one: spinning can help

    Mutex pool_mutex;      // guards what follows
    struct Worker *idle;   // pthreads that wait to be used again,
    uint32_t idle_count;   // and how many
    uint32_t worker_count; // pthreads made by thread_start that have not ended
    uint32_t starting;     // those among them that have not come to their first line yet
    struct Worker *ended;  // the last that has ended; it joined the one before itself
    pthread_cond_t workers_changed;
    bool pool_closed;
    struct StackSlab *stacks; // sched/stack.h: those with room
    Fiber *free_fibers;       // memory of fibers that were freed
    struct FiberSlab *slabs;  // the newest is the one that rooms are taken from
    uint32_t slab_count;
    Thread *free_threads; // memory of threads that have ended

    _Atomic(struct Alarm *) alarm; // sched/alarm.h; NULL until first needed

    _Atomic bool ending; // the script ends: cancel all (exit, Ctrl-C)
    // From then on (os_now) what still computes on the main thread, but for its main fiber, is ended by
    // force (poll_answer). DEADLINE_NEVER but while the script ends.
    _Atomic uint64_t force_at;
    // Somebody at a terminal goes on after whatever ends: Ctrl-C never ends the process by itself.
    _Atomic bool interactive;
    bool terminated;   // SIGTERM has cancelled the main fiber; the main thread's
    bool forked_child; // this process is a child made by spawn
    uint32_t forks;    // how many forks lie between this process and the script's first
};

World *world_new(Heap *heap, const WorldHooks *hooks);
void world_free(World *world); // all other threads have ended

// The caller is the only thread of the world, or it is shared already: there will be a second thread.
void world_share(World *world, Thread *self);

// Stops every other thread. Returns false where another thread was stopping the world at the same
// time (the caller has then waited at a safepoint for it, and looks again whether it still wants to).
// Called by an attached thread that holds no lock.
bool world_stop(World *world, Thread *self);
void world_resume(World *world, Thread *self);

// Around a fork, with the world stopped. From before to forked (in the parent) no pthread of the pool
// is in its start or its end, where the C library or a sanitizer may hold locks that the child would
// find held for ever. (glibc sees to those of malloc by itself, the address sanitizer does not; hence
// also the rule that a DETACHED thread, and those pthreads of the Vm that are no threads of the world,
// allocate nothing but under locks that the forker takes.)
void world_before_fork(World *world);
void world_forked(World *world);
// In the forked child, first thing: only `self` is left. Frees what the others owned, resets counts.
void world_after_fork(World *world, Thread *self);

// Sets bits of poll in every thread's poll word, wakes nobody.
void world_poll_all(World *world, uint32_t bits);
// The same, and wakes the threads that sleep, so that they look.
void world_notify_all(World *world, uint32_t bits);

// A source of wakes outside of the world is pending (a child process that runs, a watcher with work to
// do): as long as one is, nothing is a deadlock. Any thread. To be ended after it has woken whom it
// wakes; `begin` by a thread of the world, or by a source that is pending itself.
void world_external_begin(World *world);
void world_external_end(World *world);

#endif
