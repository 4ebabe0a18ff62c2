// SPDX-License-Identifier: MIT
//
// Watchdog: the pthread of a Vm that looks at the clock, as the script's threads may be in any state:
// it asks a script to end that takes too long (--timeout), and ends the process by force where a script
// that was asked to end has not done so in time.
//
// It is no thread of the world, touches atomics only and allocates nothing (world_before_fork), and has
// ended before anything that it looks at is freed.
#ifndef CONC_VM_WATCHDOG_H
#define CONC_VM_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>

#include "base/atomic.h"

struct Vm;

typedef struct Watchdog {
    struct Vm *vm;
    _Atomic uint64_t ask_at;   // times of os_now; UINT64_MAX: never
    _Atomic uint64_t force_at; //
    double limit;              // the seconds of ask_at, for the message
    _Atomic uint32_t news;     // a futex: changes with the times
    _Atomic bool ending;
    _Atomic bool runs; // there is a pthread, or is about to be
    pthread_t pthread;
} Watchdog;

// Also in a forked child, which has no such pthread.
void watchdog_init(Watchdog *dog, struct Vm *vm);
// Asks the script to end with STATUS_TIMEOUT in so many seconds. Before the script runs.
void watchdog_ask(Watchdog *dog, double seconds);
// Ends the process in so many seconds, with the status that the script was asked to end with, and its
// children by SIGKILL. By script_end, once.
void watchdog_force(Watchdog *dog, double seconds);
// Calls it off, and ends the pthread. The main thread, outside of the script.
void watchdog_end(Watchdog *dog);

#endif
