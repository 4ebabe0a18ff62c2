// SPDX-License-Identifier: MIT
//
// Timers: the fibers of one thread that wait with a deadline, in a binary heap. For sched/*.c; own
// thread only. A fiber knows its place (wait.timer_index), so that a wait that ends early leaves
// the heap in O(log n).
#ifndef CONC_SCHED_TIMER_H
#define CONC_SCHED_TIMER_H

#include "sched/fiber.h"

void timer_add(Thread *thread, Fiber *fiber);    // fiber->wait.fires_at is not DEADLINE_NEVER
void timer_remove(Thread *thread, Fiber *fiber); // nothing if it is in none
uint64_t timer_first(const Thread *thread);      // the earliest deadline, or DEADLINE_NEVER
// Claims and wakes every fiber whose deadline has passed.
void timer_fire(Thread *thread);
void timer_free(Thread *thread);

#endif
