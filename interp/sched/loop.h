// SPDX-License-Identifier: MIT
//
// Loop: a thread's libuv loop, the only place of the scheduler that knows libuv. Callbacks run no
// script code: they claim and wake fibers of their own thread. Own thread only, but for loop_wake.
#ifndef CONC_SCHED_LOOP_H
#define CONC_SCHED_LOOP_H

#include "sched/fiber.h"

enum { LOOP_READABLE = 1, LOOP_WRITABLE = 2 };

// The thread's loop, made at the first call. NULL where the system gives none (out of descriptors).
Loop *loop_of(Thread *thread);
void loop_free(Thread *thread);
// In a forked child: the loop's descriptors are closed, all else is left as it is.
void loop_abandon(Thread *thread);

// Ends loop_sleep. Any thread; async-signal-safe.
void loop_wake(Loop *loop);
// Turns the loop until something has happened or the deadline has passed. The thread is detached.
void loop_sleep(Loop *loop, uint64_t deadline);
// Looks what has happened, without waiting.
void loop_poll(Loop *loop);
// True if something other than a fiber can end loop_sleep.
bool loop_has_sources(const Loop *loop);

// Wakes `fiber`, whose wait is armed (PARK_IO), with WAKE_RETRY once `fd` is ready for `events`. A fiber
// watches one at a time; several may watch the same. False with errno where the descriptor cannot be waited for (a plain file is
// always ready: EPERM). loop_unwatch has to follow when the native is called again, however it ended.
bool loop_watch_fd(Fiber *fiber, int fd, int events);
void loop_unwatch(Fiber *fiber);

#endif
