// SPDX-License-Identifier: MIT
//
// For sched/*.c: the pthreads that run threads of the world (pool.c).
#ifndef CONC_SCHED_POOL_H
#define CONC_SCHED_POOL_H

#include "sched/thread.h"

// Runs body(thread, argument) and then the end of `thread` on a pthread. False with errno.
bool pool_run(Thread *thread, void (*body)(Thread *thread, void *argument), void *argument);

#endif
