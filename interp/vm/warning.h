// SPDX-License-Identifier: MIT
//
// Warnings while a script runs: what is no error, and most likely not meant. They go to standard error
// in the shape of errors, once a place, and change no status. `--no-warnings` is for who does mean it.
#ifndef CONC_VM_WARNING_H
#define CONC_VM_WARNING_H

#include <pthread.h>

#include "sched/fiber.h"

enum { WARNING_LIMIT = 32 }; // places of one run that are warned of

typedef struct Warnings {
    pthread_mutex_t mutex; // guards what follows; nobody parks or forks who holds it
    const uint32_t *places[WARNING_LIMIT];
    uint32_t count;
} Warnings;

void warnings_init(Warnings *warnings);
void warnings_free(Warnings *warnings);

// The task has waited without `await` while others of its thread could have run (WorldHooks).
void warn_held_up(Fiber *fiber, uint64_t nanoseconds);

#endif
