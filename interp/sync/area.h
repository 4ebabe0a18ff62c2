// SPDX-License-Identifier: MIT
//
// Area: memory that a process shares with those forked from it later: one shared object each. It has no
// name in the system, and the kernel gives it back with the last process that maps it, however that one
// ends. What lies in it holds no pointer into a heap, and stays whole when a process is killed in the
// middle of a change:
//
//   The mutex is robust: where its holder was killed, the kernel hands it to the next, who goes on as if
//   nothing had happened. So whoever changes something does it in an order in which the area is whole
//   after every single store: what is new is written where nobody looks yet, then one word publishes it.
//
// The address room of an area is taken at the start, much more than is used: so it never moves, and what
// one process adds all others see where they expect it. Memory is taken page by page where it is touched.
#ifndef CONC_SYNC_AREA_H
#define CONC_SYNC_AREA_H

#include <pthread.h>

#include "sched/thread.h"
#include "sync/line.h"

enum { AREA_LINES = 3, AREA_CELL = 512, AREA_PAGE = 4096 };

typedef struct Area {
    pthread_mutex_t mutex; // robust, between processes; guards all that is not said to be atomic
    size_t bytes;          // of the whole area; constant, as are the next four
    size_t data_bytes;     // of them the kind's own data, from `data` on
    size_t data;
    uint64_t creator; // the member (sync/family.h) that made it
    uint64_t birth;   // and how many members there had been by then
    Line lines[AREA_LINES];
} Area;

// A new area with `lines` lines and between `least` and `most` bytes of data, as much as can be had.
// Zeroed but for its head. NULL with errno.
Area *area_new(size_t lines, size_t least, size_t most);
void area_free(Area *area); // for this process
// The kind's own fixed words, up to the first page's end; and its data.
static inline void *area_cell(Area *area) { return (char *)area + AREA_CELL; }
static inline char *area_data(Area *area) { return (char *)area + area->data; }

// Own thread, attached. Spins a little; then sleeps detached, so other threads may collect meanwhile.
// Whoever holds it is quick: it runs no script, parks nowhere and reaches no safepoint.
void area_lock(Area *area, Thread *thread);
// The same for a pthread that is no thread of the world.
void area_lock_outside(Area *area);
void area_unlock(Area *area);

#endif
