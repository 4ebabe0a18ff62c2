// SPDX-License-Identifier: MIT
//
// Crews. A crew's tiny lock guards its jobs and its idle threads: while a thread is idle no job is queued.
// Lock order: a handle's lock is not taken under it, nor the other way round.
#include "sync/crew.h"

#include <stdlib.h>

#include "base/translate.h"
#include "object/error.h"
#include "sched/fiber.h"
#include "sync/registry.h"

static void crew_trace(Object *object, Tracer *tracer) {
    gate_trace(object, tracer);
    for (Handle *job = ((Crew *)object)->first_job; job; job = job->next_job)
        trace_object(tracer, job);
}

const Kind crew_kind = {"crew", crew_trace, NULL};

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber, (void)ask, (void)ahead;
    return ((Crew *)gate)->pending == 0;
}

static const GateRules rules = {.what = MESSAGE("the jobs of a pool"), .open = open};

static void close_locked(Crew *crew) {
    crew->closed = true;
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&crew->idle)))
        if (waiter_claim(waiter, WAKE_CLOSED))
            park_wake(waiter->fiber);
}

static void owner_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((CrewOwner *)object)->crew);
}

// The crew is there still if a thread of it is: then that ends. The world is stopped, so nobody has its lock.
static void owner_finalize(Object *object, Heap *heap) {
    Crew *crew = ((CrewOwner *)object)->crew;
    if (heap_is_marked(heap, &crew->gate.header))
        close_locked(crew);
}

const Kind crew_owner_kind = {"crew", owner_trace, owner_finalize};

CrewOwner *crew_new(Fiber *fiber, uint32_t size) {
    CrewOwner *owner = heap_alloc(fiber->heap, KIND_CREW_OWNER, sizeof *owner);
    Crew *crew = (Crew *)gate_new(fiber->heap, KIND_CREW, sizeof *crew, &rules);
    crew->size = size;
    crew->forks = fiber->world->forks;
    owner->crew = crew;
    return owner;
}

// --- under the crew's lock ---

// In a forked child the threads are gone, and the jobs are the parent's.
static void look_where(const Fiber *fiber, Crew *crew) {
    if (crew->forks == fiber->world->forks)
        return;
    crew->forks = fiber->world->forks;
    crew->started = 0;
    crew->pending = 0;
    crew->first_job = crew->last_job = NULL;
}

static void push_job(Crew *crew, Handle *job) {
    job->next_job = NULL;
    if (crew->last_job)
        crew->last_job->next_job = job;
    else
        crew->first_job = job;
    crew->last_job = job;
}

static Handle *pop_job(Crew *crew) {
    Handle *job = crew->first_job;
    if (!job)
        return NULL;
    crew->first_job = job->next_job;
    if (!crew->first_job)
        crew->last_job = NULL;
    job->next_job = NULL;
    return job;
}

static bool hand_to_idle(Crew *crew, const Handle *job) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&crew->idle)))
        if (waiter_claim(waiter, WAKE_HANDED)) {
            waiter->value = value_from_ref(job);
            park_wake(waiter->fiber);
            return true;
        }
    return false;
}

// --- a thread of the crew ---

typedef enum Next { NEXT_JOB, NEXT_PARKED, NEXT_NONE } Next;

// The next job; or the thread waits for one; or, where there will be none, it is the crew's no more.
static Next next_step(Fiber *main, Crew *crew, Handle **job) {
    Next next = NEXT_JOB;
    object_lock(&crew->gate.header);
    *job = pop_job(crew);
    bool ends = crew->closed || load_seq(&main->world->ending) || load_seq(&main->cancels) > 0;
    if (!*job && !ends) {
        next = NEXT_PARKED;
        park_arm(main, PARK_IDLE, value_from_ref(crew), DEADLINE_NEVER);
        wait_queue_push(&crew->idle, &main->wait.waiter);
    } else if (!*job) {
        next = NEXT_NONE;
        crew->started--;
    }
    object_unlock(&crew->gate.header);
    return next;
}

// Waits for a job. NULL: to be asked again. Tasks that jobs have left behind go on meanwhile.
static Handle *wait_for_job(Fiber *main, Crew *crew) {
    park_block(main, true);
    Waiter *waiter = &main->wait.waiter;
    if (park_outcome(main) == WAKE_HANDED) {
        Handle *job = (Handle *)value_to_ref(waiter->value);
        waiter->value = VALUE_UNDEF;
        return job;
    }
    object_lock(&crew->gate.header);
    wait_queue_remove(waiter);
    object_unlock(&crew->gate.header);
    return NULL;
}

static Handle *next_job(Fiber *main, Crew *crew) {
    Handle *job = NULL;
    for (;;) {
        Next next = next_step(main, crew, &job);
        if (next == NEXT_PARKED)
            job = wait_for_job(main, crew);
        if (job || next == NEXT_NONE)
            return job;
    }
}

static bool take_job(Handle *job) {
    object_lock(&job->header);
    bool taken = job->job == JOB_QUEUED;
    if (taken)
        job->job = JOB_TAKEN;
    object_unlock(&job->header);
    return taken;
}

static void job_ended(Fiber *fiber, Crew *crew) {
    object_lock(&crew->gate.header);
    look_where(fiber, crew);
    if (crew->pending > 0)
        crew->pending--;
    gate_serve(&crew->gate);
    object_unlock(&crew->gate.header);
}

static void end_cancelled(Fiber *fiber, Crew *crew, Handle *job) {
    Value saved = fiber->error;
    throw_error(fiber, ERROR_Cancelled, "cancelled");
    Value error = error_take(fiber);
    fiber->error = saved;
    handle_end(fiber, job, VALUE_UNDEF, error);
    job_ended(fiber, crew);
}

static void run_job(Thread *thread, Crew *crew, Handle *job) {
    Fiber *fiber = fiber_new(thread, false);
    fiber->is_job = true;
    handle_take_id(job, fiber);
    handle_give_fiber(job, fiber);
    thread_run_until_ended(thread, fiber);
    sync_fiber_ended(fiber);
    thread_run_tasks(thread, false);
    Value error = fiber->error;
    fiber->error = VALUE_UNDEF;
    handle_end(fiber, job, error == VALUE_UNDEF ? fiber->result : VALUE_UNDEF, error);
    fiber->handle = VALUE_NIL;
    fiber_free(fiber);
    job_ended(thread->main_fiber, crew);
}

static void crew_body(Thread *thread, void *argument) {
    Fiber *main = thread->main_fiber;
    Handle *handle = argument; // the registry keeps it, and it keeps the crew
    Crew *crew = value_to_crew(slot_get(&handle->callee));
    Handle *job;
    while ((job = next_job(main, crew))) {
        if (!take_job(job))
            continue;
        if (load_seq(&main->world->ending))
            end_cancelled(main, crew, job);
        else
            run_job(thread, crew, job);
    }
    sync_fiber_ended(main);
    handle_end(main, handle, VALUE_NIL, VALUE_UNDEF);
    main->handle = VALUE_NIL;
    thread_run_tasks(thread, true);
}

static bool start_thread(Fiber *fiber, Crew *crew) {
    Class *c = fiber_runtime(fiber)->types[TYPE_THREAD];
    Instance *instance = handle_new(fiber, c, HANDLE_THREAD);
    Handle *handle = handle_of(fiber_runtime(fiber), value_from_ref(instance));
    slot_set(&handle->callee, value_from_ref(crew)); // called by nobody
    slot_set(&handle->arguments, VALUE_NIL);
    store_relaxed(&handle->detached, true);
    return handle_launch(fiber, handle, crew_body);
}

// --- jobs ---

typedef enum Submitted { SUBMITTED, SUBMITTED_FIRST, SUBMITTED_NEVER } Submitted;

// SUBMITTED_FIRST: one more thread is to be started for it, and is counted already.
static Submitted submit_step(Fiber *fiber, Crew *crew, Handle *job) {
    Submitted submitted = SUBMITTED;
    object_lock(&crew->gate.header);
    look_where(fiber, crew);
    if (crew->closed) {
        submitted = SUBMITTED_NEVER;
    } else {
        crew->pending++;
        if (!hand_to_idle(crew, job)) {
            push_job(crew, job);
            if (crew->started < crew->size) {
                crew->started++;
                submitted = SUBMITTED_FIRST;
            }
        }
    }
    object_unlock(&crew->gate.header);
    return submitted;
}

// No thread could be started. True: there are others, which will do the job.
static bool do_without(Crew *crew) {
    object_lock(&crew->gate.header);
    bool others = --crew->started > 0;
    object_unlock(&crew->gate.header);
    return others;
}

static Handle *job_new(Fiber *fiber, Crew *crew, Value callee, List *arguments) {
    Instance *instance = handle_new(fiber, fiber_runtime(fiber)->types[TYPE_JOB], HANDLE_JOB);
    Handle *job = handle_of(fiber_runtime(fiber), value_from_ref(instance));
    job->id = add_relaxed(&fiber->world->next_fiber_id, 1);
    job->crew = crew;
    slot_set(&job->callee, callee);
    slot_set(&job->arguments, value_from_ref(arguments));
    handle_note_start(fiber, job);
    store_release(&job->state, HANDLE_RUNNING);
    return job;
}

Value crew_submit(Fiber *fiber, Crew *crew, Value callee, List *arguments) {
    Handle *job = job_new(fiber, crew, callee, arguments);
    registry_add(fiber_registry(fiber), job);
    Submitted submitted = submit_step(fiber, crew, job);
    if (submitted == SUBMITTED_NEVER) {
        registry_remove(fiber_registry(fiber), job);
        return throw_runtime(fiber, "the pool is closed");
    }
    if (submitted == SUBMITTED_FIRST && !start_thread(fiber, crew) && !do_without(crew)) {
        Value error = error_take(fiber);
        crew_drop_job(fiber, job);
        return throw_instance(fiber, error);
    }
    fiber->error = VALUE_UNDEF; // of a thread that could not be started
    return slot_get(&job->instance);
}

bool crew_drop_job(Fiber *fiber, Handle *job) {
    object_lock(&job->header);
    bool dropped = job->job == JOB_QUEUED && load_relaxed(&job->state) == HANDLE_RUNNING;
    if (dropped)
        job->job = JOB_DROPPED;
    object_unlock(&job->header);
    if (dropped)
        end_cancelled(fiber, job->crew, job);
    return dropped;
}

// --- the end ---

void crew_close(Fiber *fiber, Crew *crew) {
    object_lock(&crew->gate.header);
    look_where(fiber, crew);
    close_locked(crew);
    object_unlock(&crew->gate.header);
}

Value crew_wait(Fiber *fiber, Value *args, int count) {
    if (value_is_kind(args[0], KIND_CREW_OWNER)) // else it is called again
        args[0] = value_from_ref(crew_of_owner(args[0]));
    const Handle *own = handle_of(fiber_runtime(fiber), fiber->handle);
    if (own && own->crew == value_to_crew(args[0]))
        return throw_error(fiber, ERROR_DeadlockError,
                           "a job of a pool cannot wait for the pool's jobs to end");
    return wait_call(&crew_wait_wait, fiber, args, count);
}

const WaitOps crew_wait_wait = {.call = crew_wait,
                                .kind = PARK_GATE,
                                .timeout = 1,
                                .step = gate_pass,
                                .finish = gate_finish,
                                .late = gate_late,
                                .queued = true};
