// SPDX-License-Identifier: MIT
//
// Thread: a pthread that is attached to the world. It runs fibers: its main fiber and the tasks
// started on it; a fiber never moves to another thread. Its ready queue takes fibers from any
// thread; its timers are its own.
#ifndef CONC_SCHED_THREAD_H
#define CONC_SCHED_THREAD_H

#include "sched/world.h"

enum { THREAD_ATTACHED, THREAD_DETACHED, THREAD_STOPPED };

// Bits of the poll word. Zero: nothing to do. Looked at on backward jumps, calls, after natives.
enum {
    POLL_STOP = 1,        // somebody stops the world
    POLL_COLLECT = 2,     // a collection is due
    POLL_INTERRUPT = 4,   // Ctrl-C (main thread): throw Interrupted
    POLL_MEMORY = 8,      // over the limit: MemoryError
    POLL_END = 16,        // the script ends: what runs looks whether it was cancelled
    POLL_TIMEOUT = 32,    // a `timeout` block of a running fiber may have expired
    POLL_REPORT = 64,     // main thread: errors of handles that were collected wait to be reported
    POLL_TERMINATE = 128, // main thread: SIGTERM: cancel its main fiber
    POLL_SHOW = 256,      // main thread: SIGQUIT: print what runs
    POLL_CANCELLED = 512, // a wait that is this thread's alone was cancelled (park.h)
    POLL_WATCH = 1024, // own thread sets and clears it: looks after child processes (World.watch)
};

typedef struct Loop Loop; // sched/loop.h

// Bytes of C stack of a thread that thread_start made.
#ifdef NDEBUG
enum { NATIVE_STACK = 1 << 20 };
#else
enum { NATIVE_STACK = 8 << 20 };
#endif

struct Thread {
    _Atomic uint32_t poll;
    _Atomic uint32_t state;
    World *world;
    LocalHeap *heap;
    Thread *next, *previous; // world->threads, under world->mutex
    _Atomic pthread_t pthread;
    _Atomic uint64_t alarm; // sched/alarm.h: when POLL_TIMEOUT is to be set

    Fiber *main_fiber;
    Fiber *current; // the fiber that runs now (innermost, when a loop turn is nested)
    Fiber *fibers;  // all fibers of this thread that have not ended; own thread only
    uint32_t fiber_count;

    _Atomic(Fiber *)
        inbox; // fibers made ready by anyone: a stack, newest first (Treiber), taken whole
    Fiber *ready_first, *ready_last; // in order of waking; own thread only
    _Atomic uint32_t wake;    // futex word, see thread.c: awake, asleep on the futex or in the loop
    struct TimerHeap *timers; // fibers that wait with a deadline; own thread only; NULL: none yet
    Loop *loop;               // NULL until first needed
    uint32_t turn_depth;      // > 0: a native of the main fiber turns the loop (nested run)
    uint32_t native_depth;    // nesting of C calls into scripts
    const char *stack_end;    // how far down its C stack goes, about

    _Atomic(Fiber *) blocked; // the fiber for which alone the thread sleeps (innermost), or NULL
    Fiber *free_fibers;       // a few, for quick reuse
    uint32_t free_fiber_count;
    uint32_t spin;       // how long to spin before sleeping, in turns; adapts
    uint32_t dispatches; // fibers run since timers and loop were looked at
    uint32_t random;     // state of a generator, for fair choices; 0: not yet
    bool has_tasks;      // has ever started a task: sleeps in its loop
};

// The calling pthread becomes a thread of the world, ATTACHED, with a main fiber. The first one is the
// world's main thread.
Thread *thread_attach_new(World *world);
// False where there are no `bytes` left of the C stack of the calling thread. What recurses in C by
// what scripts have made asks first, and gives a RecursionError.
static inline bool thread_has_stack(const Thread *thread, size_t bytes) {
    return (intptr_t)__builtin_frame_address(0) - (intptr_t)thread->stack_end > (intptr_t)bytes;
}
// For what C does not nest by itself: formatting, GMP, a few calls of the C library.
enum { STACK_RESERVE = NATIVE_STACK / 5 };

// Ends it: its fibers have ended. The pthread itself goes on (and ends, or is used again).
void thread_detach_free(Thread *thread);

// Runs body(thread, argument) on another pthread that is attached to the world (a new one, or one
// that has ended its body and waits a little while to be used again: starting is then a wake-up).
// The calling thread stays attached. False where the system has no more threads (errno set).
// The body ends attached, its fibers ended; the thread then ends itself (thread_detach_free).
// In the body, C stack for NATIVE_STACK bytes; all signals are blocked.
bool thread_start(Thread *from, void (*body)(Thread *thread, void *argument), void *argument);
// The same in two steps, for a body whose argument refers to heap objects: the new thread is part of
// the world at once, and what is stored in its main fiber (start, handle) is traced. Then either
// thread_launch, once; or, instead of it, thread_discard.
Thread *thread_create(Thread *from);
bool thread_launch(Thread *thread, void (*body)(Thread *thread, void *argument), void *argument);
void thread_discard(Thread *thread);
// Ends the pthreads that wait to be used again (end of the Vm, and before fork nothing is needed).
void thread_pool_free(World *world);

// Around a sleep or a blocking system call. Between them no heap object may be touched.
void thread_detach(Thread *thread);
// The same for what hardly takes any time: the thread goes on looking after child processes.
void thread_detach_briefly(Thread *thread);
void thread_attach(Thread *thread);

// Answers POLL_STOP and POLL_COLLECT (may collect, may wait while others do). The rest of the bits
// are the caller's (vm/interrupt.c). Returns the bits that are left.
uint32_t thread_safepoint(Thread *thread);

static inline bool thread_watches(const Thread *thread) {
    return load_relaxed(&thread->poll) & POLL_WATCH;
}
static inline void thread_watch(Thread *thread, WatchMoment moment) {
    if (__builtin_expect(thread_watches(thread), 0))
        thread->world->watch->look(thread, moment);
}

// Sets bits of the poll word and wakes the thread, so that it looks. Any thread; async-signal-safe.
void thread_notify(Thread *thread, uint32_t bits);
// Wakes the thread if it sleeps. Any thread; async-signal-safe.
void thread_wake(Thread *thread);
// The main thread, for POLL_TERMINATE: cancels its main fiber, and a task that it sleeps for or runs: else
// the main fiber would not come to its turn.
void thread_terminate(Thread *thread);
// True on the pthread that runs `thread`.
static inline bool thread_is_own(Thread *thread) {
    return load_relaxed(&thread->pthread) == pthread_self();
}

// --- scheduling; own thread only ---
// For hooks.run_fiber, whose fiber has to wait: the first of those that are ready, to be run in its place, as the
// current one; run_fiber then answers for whichever is current as it returns. NULL: it has to return, so that
// the thread looks at what else has happened, or as it is not the thread's own turn (`turn_depth`).
Fiber *thread_switch(Thread *thread);
// Runs `fiber` (which is new, or ready, or waits) and all others that get ready on this thread, until
// `fiber` has ended. A task is freed when hooks.run_fiber says that it has ended.
// While none is ready it sleeps, detached, in the loop if there is one, until a timer is due or somebody
// wakes it; a total deadlock is reported to the main fiber. POLL_INTERRUPT and POLL_TERMINATE are answered
// here and in park_block, where they find a fiber that waits: it is woken with WAKE_INTERRUPTED, or the
// main fiber is cancelled.
void thread_run_until_ended(Thread *thread, Fiber *fiber);

#endif
