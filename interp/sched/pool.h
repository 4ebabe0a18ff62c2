// SPDX-License-Identifier: MIT
//
// For sched/*.c: the pthreads that run threads of the world (pool.c).
#ifndef CONC_SCHED_POOL_H
#define CONC_SCHED_POOL_H

#include "sched/thread.h"

// Returns once every pthread of the pool runs a body or waits for one, or is gone, with the pool's mutex
// held, so that it stays so: see world_before_fork.
void pool_settle(World *world);
// Runs body(thread, argument) and then the end of `thread` on a pthread. False with errno.
bool pool_run(Thread *thread, void (*body)(Thread *thread, void *argument), void *argument);

#endif
