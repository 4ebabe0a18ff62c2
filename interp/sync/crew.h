// SPDX-License-Identifier: MIT
//
// Crew: threads that take jobs, the inside of a Pool (stdlib/toolkit.conc).
//
// A job is a handle of its own kind. It runs as a fiber of its own on one of the crew's threads, so that it
// has its own Locals, locks and cancels; what runs there is that thread's own code, and no task. Threads are
// started one by one as jobs come, and wait for more until the crew is closed. The end of the script waits for
// jobs, not for these threads.
//
//   job:  QUEUED --a thread takes it--> TAKEN --ends--> (HANDLE_ENDED)
//         QUEUED --cancel()-----------> DROPPED, and ended by who has cancelled it
#ifndef CONC_SYNC_CREW_H
#define CONC_SYNC_CREW_H

#include "object/list.h"
#include "sync/gate.h"
#include "sync/handle.h"

typedef struct Crew {
    Gate gate;                    // who waits for all jobs to have ended
    uint32_t size;                // constant: how many threads at most
    uint32_t started;             // threads
    uint32_t forks;               // World.forks of the process that the threads are in
    bool closed;                  // no more jobs
    uint64_t pending;             // jobs that have not ended
    Handle *first_job, *last_job; // QUEUED (and DROPPED) ones, by Handle.next_job
    WaitQueue idle;               // main fibers of threads that wait for a job
} Crew;

// What scripts hold of a crew. Its threads hold the crew itself, so they can tell that nobody is left who could
// give them a job: when the owner is collected, the crew is closed.
typedef struct CrewOwner {
    Object header;
    Crew *crew;
} CrewOwner;

enum { JOB_QUEUED, JOB_TAKEN, JOB_DROPPED }; // Handle.job, under the handle's lock

extern const Kind crew_kind, crew_owner_kind;

static inline Crew *value_to_crew(Value v) { return (Crew *)value_to_ref(v); }
static inline Crew *crew_of_owner(Value v) { return ((CrewOwner *)value_to_ref(v))->crew; }

CrewOwner *crew_new(Fiber *fiber, uint32_t size); // at least 1
// A job that calls `callee` with the list's elements; the instance of Job. UNDEF with RuntimeError: closed, or
// there is no thread to be had.
Value crew_submit(Fiber *fiber, Crew *crew, Value callee, List *arguments);
void crew_close(Fiber *fiber, Crew *crew);
// Cancels a job that no thread has taken. False: one has, or it has ended.
bool crew_drop_job(Fiber *fiber, Handle *job);

// args[0] the owner. wait(timeout=nil): waits until all jobs have ended; true, or false after the time-out. DeadlockError in a
// job of this crew.
extern const WaitOps crew_wait_wait;
Value crew_wait(Fiber *fiber, Value *args, int count);

#endif
