// SPDX-License-Identifier: MIT
//
// For sched/*.c: what its files tell each other and nobody else needs.
#ifndef CONC_SCHED_INTERNAL_H
#define CONC_SCHED_INTERNAL_H

#include "sched/fiber.h"

// fiber.c
void fiber_trace(Fiber *fiber, Tracer *tracer); // the world is stopped
void fibers_return_cached(Thread *thread);
void fiber_slabs_free(World *world);

// world.c: the own thread found `stopping` set: waits as STOPPED until the world goes on, then it is
// ATTACHED.
void world_wait_resumed(World *world, Thread *self);
// The own thread has just stored a state that is not ATTACHED: tells a stopper that sleeps.
void world_stands_still(World *world);

// thread.c
void threads_free(World *world);                 // the memory of threads that have ended
void thread_begin(Thread *thread, size_t stack); // on the pthread that is to run it: attaches

#endif
