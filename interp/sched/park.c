// SPDX-License-Identifier: MIT
//
// The states of a wait. See the header for the drawing. Where a fiber goes
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
static inline void park_prepare(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline) {
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
    wait->turns = wait->delivers = false;
    if (fires_at != DEADLINE_NEVER)
        timer_add(fiber->thread, fiber);
}

static bool claim_cancelled(Fiber *fiber) {
    if (!cancel_pending(fiber) || fiber->shielded || !park_claim(fiber, WAKE_CANCELLED))
        return false;
    park_wake(fiber);
    return true;
}

void park_arm(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline) {
    park_prepare(fiber, kind, object, deadline);
    store_seq(&fiber->wait.state, WAIT_ARMED);
    claim_cancelled(fiber);
}

// No handshake is needed here: a cancel from outside sets a bit of the poll word after it has counted, and
// this thread looks at that before it sleeps.
void park_arm_own(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline) {
    if (load_relaxed(&fiber->world->shared)) {
        park_arm(fiber, kind, object, deadline);
        return;
    }
    park_prepare(fiber, kind, object, deadline);
    store_relaxed(&fiber->wait.state, WAIT_OWN);
    claim_cancelled(fiber);
}

void park_yield(Fiber *fiber) {
    park_arm_own(fiber, PARK_YIELD, VALUE_NIL, DEADLINE_NEVER);
    if (park_claim(fiber, WAKE_RETRY))
        park_wake(fiber);
}

bool park_claim_cancelled(Thread *thread) {
    bool any = claim_cancelled(thread->main_fiber);
    for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
        any |= claim_cancelled(fiber);
    return any;
}

// `shared` is set by now: who cancels from outside has set the bit, or claims by itself, or has counted before
// this looks.
void park_share(Thread *thread) {
    for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next) {
        if (load_relaxed(&fiber->wait.state) != WAIT_OWN)
            continue;
        store_seq(&fiber->wait.state, WAIT_ARMED);
        claim_cancelled(fiber);
    }
}

static void park_end(Fiber *fiber) {
    if (fiber->wait.timer_index != 0)
        timer_remove(fiber->thread, fiber);
    __atomic_store_n(&fiber->wait.kind, PARK_NONE, __ATOMIC_RELAXED);
    __atomic_store_n(&fiber->wait.object, VALUE_NIL, __ATOMIC_RELAXED);
}

bool park_disarm(Fiber *fiber) {
    uint32_t armed = WAIT_ARMED;
    if (load_relaxed(&fiber->wait.state) == WAIT_OWN)
        store_relaxed(&fiber->wait.state, WAIT_IDLE);
    else if (!cas_acq_rel(&fiber->wait.state, &armed, WAIT_IDLE))
        return false;
    park_end(fiber);
    return true;
}

bool park_was_handed(Fiber *fiber) {
    if (load_acquire(&fiber->wait.state) != WAIT_READY || fiber->wait.reason != WAKE_HANDED)
        return false;
    park_end(fiber);
    store_relaxed(&fiber->wait.state, WAIT_IDLE);
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
    if (load_relaxed(&fiber->wait.state) == WAIT_OWN && thread_is_own(fiber->thread))
        store_relaxed(&fiber->wait.state, WAIT_CLAIMED);
    else if (!cas_seq(&fiber->wait.state, &armed, WAIT_CLAIMED))
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

bool waiter_hand(Waiter *waiter, Value value) {
    if (!waiter_claim(waiter, WAKE_HANDED))
        return false;
    waiter->value = value;
    park_wake(waiter->fiber);
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
    else if (!load_seq(&fiber->world->shared) && !thread_is_own(fiber->thread))
        thread_notify(fiber->thread, POLL_CANCELLED);
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
