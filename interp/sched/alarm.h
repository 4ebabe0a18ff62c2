// SPDX-License-Identifier: MIT
//
// Alarm: sets POLL_TIMEOUT in the poll word of a thread that computes once a deadline has passed. (A
// fiber that waits is woken by its thread's timers.) One pthread a world, made at the first alarm; it
// is no thread of the world and touches nothing but poll words.
#ifndef CONC_SCHED_ALARM_H
#define CONC_SCHED_ALARM_H

#include "sched/thread.h"

// Own thread. The thread's one alarm is at `deadline` from now on (os_now; DEADLINE_NEVER: none); the main
// thread's not later than world->force_at.
// Cheap: takes a lock only where the deadline is earlier than what the alarm's pthread sleeps for.
// Without a pthread to be had the alarm never rings; waits still end in time.
void alarm_set(Thread *thread, uint64_t deadline);
// The world ends: ends the pthread. Before the memory of threads goes.
void alarm_free(World *world);
// In a forked child: the pthread is not there.
void alarm_after_fork(World *world);

#endif
