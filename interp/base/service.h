// SPDX-License-Identifier: MIT
//
// Services: pthreads of the runtime's own, which are no threads of the world (the watcher of child
// processes, the alarm, the watchdog, the handlers of signals). They get no signals but those of their
// own faults.
#ifndef CONC_BASE_SERVICE_H
#define CONC_BASE_SERVICE_H

#include <pthread.h>
#include <stdbool.h>

// Runs body(argument) on a new pthread with a small stack, to be joined. Returns once it runs, so that a
// fork that follows does not meet it in its start. False with errno where the system has no more.
bool service_start(pthread_t *pthread, void *(*body)(void *), void *argument);
// The attribute of a pthread that blocks all signals but those of its own faults.
void service_block_signals(pthread_attr_t *attributes);

#endif
