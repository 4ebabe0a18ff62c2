// SPDX-License-Identifier: MIT
//
// Overview: what runs in a Vm at one moment: its threads, tasks and child processes, what each waits
// for, and where it is. For running(), and for SIGQUIT.
#ifndef CONC_SYNC_OVERVIEW_H
#define CONC_SYNC_OVERVIEW_H

#include "base/text.h"
#include "sync/handle.h"

typedef struct OverviewRow {
    const char *kind;  // "thread", "task", "job", "process"; a constant
    const char *state; // "running", "ready" (it could go on), "waiting"; a constant
    uint64_t id;       // 1: the script's own thread
    int64_t pid;       // of a process; else 0
    char *name;        // NULL: it has none
    char *waits_for;   // NULL: it does not wait
    char *place; // "file:line:column" where it is, a process: where it was started; NULL: unknown
} OverviewRow;

typedef struct Overview {
    OverviewRow *rows; // by id
    size_t count, capacity;
} Overview;

// Looks at everything with the world stopped for that moment; allocates nothing on the heap. The
// thread is attached and holds no lock; may collect. To be freed with overview_free.
void overview_take(Fiber *fiber, Overview *overview);
void overview_free(Overview *overview);
// How many rows there are without the script's own thread.
size_t overview_others(const Overview *overview);

typedef enum OverviewEnd { OVERVIEW_UNKNOWN, OVERVIEW_CANCELLED, OVERVIEW_KILLED } OverviewEnd;
// Ends what has this id: a thread or task is cancelled, also if it only computes; a process gets SIGTERM, and
// SIGKILL where somebody has cancelled it before. The thread is attached and holds no lock; may collect.
OverviewEnd overview_end(Fiber *fiber, uint64_t id);
// A line a row: "thread 2 (loader) waits for an item in a queue (get), at x.conc:3:9".
void overview_print(const Overview *overview, Text *out);

#endif
