// SPDX-License-Identifier: MIT
//
// The states of a wait, and queues of waiters. See the header for the drawing. Where a fiber goes
// once it is woken is the business of schedule.c.
//
// Cancel and arm meet as in Dekker's handshake: a cancel counts and then tries to claim, an arm
// publishes the wait and then looks at the count; so one of the two sees the other.
#include "sched/park.h"

#include <assert.h>
#include <math.h>

#include "base/os.h"
#include "base/translate.h"
#include "sched/fiber.h"
#include "sched/schedule.h"
#include "sched/timer.h"

uint64_t deadline_after(double seconds) {
    uint64_t now = os_now();
    if (!(seconds > 0))
        return now;
    double nanoseconds = seconds * 1e9;
    if (nanoseconds >= 9e18)
        return DEADLINE_NEVER;
    return now + (uint64_t)nanoseconds;
}

static bool cancel_pending(Fiber *fiber) {
    return load_seq(&fiber->cancels) > 0 || load_seq(&fiber->scope_cancels) > 0;
}

// Kind, object and fires_at are read by threads that follow circles of waits, hence the atomic stores.
void park_arm(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline) {
    Wait *wait = &fiber->wait;
    assert(load_relaxed(&wait->state) == WAIT_IDLE);
    __atomic_store_n(&wait->kind, kind, __ATOMIC_RELAXED);
    __atomic_store_n(&wait->object, object, __ATOMIC_RELAXED);
    wait->reason = WAKE_NONE;
    wait->deadline = deadline;
    uint64_t block = fiber->shielded ? DEADLINE_NEVER : fiber->deadline;
    uint64_t fires_at = deadline < block ? deadline : block;
    __atomic_store_n(&wait->fires_at, fires_at, __ATOMIC_RELAXED);
    wait->waiter.fiber = fiber;
    wait->fired = NULL;
    wait->turns = false;
    if (fires_at != DEADLINE_NEVER)
        timer_add(fiber->thread, fiber);
    store_seq(&wait->state, WAIT_ARMED);
    if (cancel_pending(fiber) && !fiber->shielded && park_claim(fiber, WAKE_CANCELLED))
        park_wake(fiber);
}

static void park_end(Fiber *fiber) {
    timer_remove(fiber->thread, fiber);
    __atomic_store_n(&fiber->wait.kind, PARK_NONE, __ATOMIC_RELAXED);
    __atomic_store_n(&fiber->wait.object, VALUE_NIL, __ATOMIC_RELAXED);
}

bool park_disarm(Fiber *fiber) {
    uint32_t armed = WAIT_ARMED;
    if (!cas_acq_rel(&fiber->wait.state, &armed, WAIT_IDLE))
        return false;
    park_end(fiber);
    return true;
}

WakeReason park_outcome(Fiber *fiber) {
    uint32_t state = load_acquire(&fiber->wait.state);
    if (state == WAIT_IDLE)
        return WAKE_NONE;
    assert(state == WAIT_READY);
    WakeReason reason = fiber->wait.reason;
    park_end(fiber);
    store_relaxed(&fiber->wait.state, WAIT_IDLE);
    return reason;
}

bool park_claim(Fiber *fiber, WakeReason reason) {
    uint32_t armed = WAIT_ARMED;
    if (!cas_seq(&fiber->wait.state, &armed, WAIT_CLAIMED))
        return false;
    fiber->wait.reason = reason;
    return true;
}

bool waiter_claim(Waiter *waiter, WakeReason reason) {
    if (!park_claim(waiter->fiber, reason))
        return false;
    waiter->fiber->wait.fired = waiter;
    return true;
}

void park_wake(Fiber *fiber) {
    Thread *thread = fiber->thread;
    store_release(&fiber->wait.state, WAIT_READY);
    if (thread_is_own(thread))
        thread_arrive(thread, fiber);
    else
        thread_send(thread, fiber);
}

void fiber_cancel(Fiber *fiber) {
    add_seq(&fiber->cancels, 1);
    if (park_claim(fiber, WAKE_CANCELLED))
        park_wake(fiber);
}

const char *park_kind_name(ParkKind kind) {
    switch (kind) {
    case PARK_NONE: return MESSAGE("nothing");
    case PARK_SLEEP: return "sleep";
    case PARK_LOCK: return "lock";
    case PARK_JOIN: return "join";
    case PARK_QUEUE_GET: return "queue.get";
    case PARK_QUEUE_PUT: return "queue.put";
    case PARK_QUEUE_JOIN: return "queue.join";
    case PARK_IO: return MESSAGE("input or output");
    case PARK_YIELD: return MESSAGE("its turn");
    case PARK_END: return MESSAGE("the end of what was started");
    case PARK_GROUP: return "group";
    case PARK_GATE: return MESSAGE("a gate");
    case PARK_SELECT: return "select";
    case PARK_IDLE: return MESSAGE("a job");
    default: return MESSAGE("something");
    }
}

// ---- Queues of waiters ---------------------------------------------------------------------------

void wait_queue_push(WaitQueue *queue, Waiter *waiter) {
    waiter->queue = queue;
    waiter->next = NULL;
    waiter->previous = queue->last;
    if (queue->last)
        queue->last->next = waiter;
    else
        queue->first = waiter;
    queue->last = waiter;
}

void wait_queue_remove(Waiter *waiter) {
    WaitQueue *queue = waiter->queue;
    if (!queue)
        return;
    if (waiter->previous)
        waiter->previous->next = waiter->next;
    else
        queue->first = waiter->next;
    if (waiter->next)
        waiter->next->previous = waiter->previous;
    else
        queue->last = waiter->previous;
    waiter->queue = NULL;
    waiter->next = waiter->previous = NULL;
}

Waiter *wait_queue_pop(WaitQueue *queue) {
    Waiter *first = queue->first;
    if (first)
        wait_queue_remove(first);
    return first;
}
