// SPDX-License-Identifier: MIT
//
// Deadlocks: the total one (all that is left waits on each other) and circles of waits.
//
// World.activity counts in one word: threads that are awake, threads whose sleep ends by itself (a
// deadline, a descriptor), and sources outside. It is zero only when nobody is left to wake anybody:
// a thread counts itself out in its last step to sleep, and is counted in again by its waker, before
// that one can go to sleep. Who makes it zero wakes the main thread; the main thread, when it makes it
// zero itself, stops the world, makes sure, and ends its own wait with WAKE_DEADLOCK.
#ifndef CONC_SCHED_DEADLOCK_H
#define CONC_SCHED_DEADLOCK_H

#include "sched/park.h"

#define ACTIVITY_AWAKE    ((uint64_t)1)
#define ACTIVITY_TIMED    ((uint64_t)1 << 24)
#define ACTIVITY_EXTERNAL ((uint64_t)1 << 48)

// Own thread, attached, no lock held; `self` is armed and in the queue of what it waits for, without
// a deadline. Looks whether its wait closes a circle (hooks.waits_for). If so, its wait is claimed with
// WAKE_DEADLOCK and a report, and true is given; of several that close one circle at once, one is
// told. Either way the native then returns VALUE_PARKED. `turns`: its thread will run its other
// fibers meanwhile. May stop the world, hence collect.
bool deadlock_check(Fiber *self, bool turns);

// The main thread, attached, with nothing to run. False where it is a deadlock but nobody of this thread
// waits, so that nobody can be told.
bool deadlock_report(Thread *self);
// Adds to the activity; gives what it is then.
uint64_t activity_add(World *world, uint64_t change);
// Wakes the main thread if nobody is left: it will make sure.
void activity_check(World *world, uint64_t activity);

#endif
