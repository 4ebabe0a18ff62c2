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
    POLL_STOP = 1,      // somebody stops the world
    POLL_COLLECT = 2,   // a collection is due
    POLL_INTERRUPT = 4, // Ctrl-C (main thread): throw Interrupted
    POLL_MEMORY = 8,    // over the limit: MemoryError
    POLL_END = 16,      // the script ends: throw Cancelled in whatever runs (exit, timeout of ends)
    POLL_TIMEOUT = 32,  // a `timeout` block of a running fiber may have expired
};

typedef struct Loop Loop; // sched/loop.h

struct Thread {
    _Atomic uint32_t poll;
    _Atomic uint32_t state;
    World *world;
    LocalHeap *heap;
    Thread *next, *previous; // world->threads, under world->mutex
    pthread_t pthread;

    Fiber *main_fiber;
    Fiber *current;      // the fiber that runs now (innermost, when a loop turn is nested)
    Fiber *fibers;       // all fibers of this thread that have not ended; own thread only
    uint32_t fiber_count;

    _Atomic(Fiber *) inbox;   // fibers made ready by anyone: a stack, newest first (Treiber), taken whole
    Fiber *ready_first, *ready_last; // in order of waking; own thread only
    _Atomic uint32_t wake;    // futex word: 0 awake, 1 asleep on the futex, 2 asleep in the loop
    struct TimerHeap *timers; // fibers that wait with a deadline; own thread only
    Loop *loop;               // NULL until first needed
    uint32_t turn_depth;      // > 0: a native of the main fiber turns the loop (nested run)
    uint32_t native_depth;    // nesting of C calls into scripts, against C stack overflow
};

// The calling pthread becomes a thread of the world, ATTACHED, with a main fiber.
Thread *thread_attach_new(World *world);
// Ends it: its fibers have ended. The pthread itself goes on (and ends, or is used again).
void thread_detach_free(Thread *thread);

// Runs body(thread, argument) on another pthread that is attached to the world (a new one, or one
// that has ended its body and waits a little while to be used again: starting is then a wake-up).
// The calling thread stays attached. False where the system has no more threads (errno set).
bool thread_start(Thread *from, void (*body)(Thread *thread, void *argument), void *argument);
// Ends the pthreads that wait to be used again (end of the Vm, and before fork nothing is needed).
void thread_pool_free(World *world);

// Around a sleep or a blocking system call. Between them no heap object may be touched.
void thread_detach(Thread *thread);
void thread_attach(Thread *thread);

// Answers POLL_STOP and POLL_COLLECT (may collect, may wait while others do). The rest of the bits
// are the caller's (vm/interrupt.c). Returns the bits that are left.
uint32_t thread_safepoint(Thread *thread);

// --- scheduling; own thread only ---
// Takes the next ready fiber, or NULL at once if there is none.
Fiber *thread_next_ready(Thread *thread);
// Waits until some fiber is ready (or a signal asks for attention); turns the loop if there is one,
// fires timers that are due. Detaches while it sleeps. Reports a total deadlock to the main fiber.
void thread_wait_ready(Thread *thread);
// Runs `fiber` and all others that get ready on this thread, until `fiber` has ended.
void thread_run_until_ended(Thread *thread, Fiber *fiber);

#endif
