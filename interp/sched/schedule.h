// SPDX-License-Identifier: MIT
//
// For sched/*.c: how woken fibers come to their thread, and how a thread sleeps (schedule.c).
#ifndef CONC_SCHED_SCHEDULE_H
#define CONC_SCHED_SCHEDULE_H

#include "sched/fiber.h"

// Thread.wake. A waker moves a sleeping thread to AWAKE, by way of SENDING where it has to send to the
// loop: as long as that is so, the loop must not go away.
//
//   AWAKE --(own)--> FUTEX --(waker, or own)--------------------> AWAKE
//   AWAKE --(own)--> LOOP  --(waker)--> SENDING --(same waker)--> AWAKE
//                    LOOP  --(own)------------------------------> AWAKE
//   WATCH: like LOOP, of a thread that looks after child processes (World.watch)
enum { SLEEP_AWAKE, SLEEP_FUTEX, SLEEP_LOOP, SLEEP_WATCH, SLEEP_SENDING };

// What a sleeping thread has to look at.
enum { POLL_ATTENTION = POLL_INTERRUPT | POLL_TERMINATE | POLL_SHOW | POLL_CANCELLED };

// Own thread: a fiber that was woken goes into the ready queue, or ends the sleep for it.
static inline void thread_arrive(Thread *thread, Fiber *fiber) {
    if (fiber->blocking)
        fiber->queued = FIBER_ARRIVED;
    else
        thread_add_ready(thread, fiber);
}
// Any other thread: sends it to its thread. Last touch of the fiber.
void thread_send(Thread *thread, Fiber *fiber);
// Own thread: waits until no waker is in the middle of sending to the loop.
void thread_await_senders(Thread *thread);

#endif
