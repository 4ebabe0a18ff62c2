// SPDX-License-Identifier: MIT
//
// Conditions. A wait has two halves: it stands in the queue first and lets go of the lock then, so that no
// notify in between is missed; and when it was ended, however it was, it takes the lock again before it
// says why. The second half cannot be cancelled or timed out: the block around the wait releases the lock.
//
// The halves are one native, which is called again each time its fiber is woken; what it has to remember
// lies in words of its arguments (Scratch).
#include "sync/condition.h"

#include "base/os.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"
#include "sync/rlock.h"

// Offsets of the words.
typedef enum Scratch {
    SCRATCH_LOCK, // first, as lock_acquire takes it from here
    SCRATCH_HALF, // which half: UNDEF none
    SCRATCH_DEPTH,
    SCRATCH_OUTCOME, // of the first half: true, false, or an error
} Scratch;
enum { HALF_WAITS = 1, HALF_ACQUIRES = 2 };
enum {
    WAIT_SCRATCH = 2,
    WAIT_FOR_SCRATCH = 3,
    WAIT_FOR_END = WAIT_FOR_SCRATCH + CONDITION_SCRATCH
};

static void condition_trace(Object *object, Tracer *tracer) {
    gate_trace(object, tracer);
    trace_value(tracer, slot_get(&((Condition *)object)->lock));
}

const Kind condition_kind = {"Condition", condition_trace, NULL};

static const GateRules rules = {.what = MESSAGE("a condition to be notified")};

Condition *condition_new(LocalHeap *heap, Value lock) {
    Condition *condition = (Condition *)gate_new(heap, KIND_CONDITION, sizeof *condition, &rules);
    slot_set(&condition->lock, lock);
    return condition;
}

static bool is_held(Fiber *fiber, Condition *condition) {
    return lock_owner(value_to_lock(slot_get(&condition->lock))) == fiber;
}

static void notify(Condition *condition, int64_t count) {
    object_lock(&condition->gate.header);
    Waiter *waiter;
    while (count > 0 && (waiter = wait_queue_pop(&condition->gate.waiters)))
        if (waiter_claim(waiter, WAKE_HANDED)) {
            park_wake(waiter->fiber);
            count--;
        }
    object_unlock(&condition->gate.header);
}

// --- the first half ---

static void release_wholly(Fiber *fiber, Value *scratch) {
    Value lock = scratch[SCRATCH_LOCK];
    if (value_is_rlock(lock)) {
        scratch[SCRATCH_DEPTH] = value_from_int((int64_t)value_to_rlock(lock)->depth);
        value_to_rlock(lock)->depth = 0;
    }
    lock_release(fiber, value_to_lock(lock));
}

static Value begin(Fiber *fiber, Condition *condition, Value *scratch, uint64_t deadline) {
    object_lock(&condition->gate.header);
    park_arm(fiber, PARK_GATE, value_from_ref(condition), deadline);
    wait_queue_push(&condition->gate.waiters, &fiber->wait.waiter);
    object_unlock(&condition->gate.header);
    scratch[SCRATCH_LOCK] = slot_get(&condition->lock);
    scratch[SCRATCH_HALF] = value_from_int(HALF_WAITS);
    release_wholly(fiber, scratch);
    return VALUE_PARKED;
}

static Value outcome_of(Fiber *fiber, WakeReason reason) {
    if (reason == WAKE_HANDED)
        return VALUE_TRUE;
    if (reason == WAKE_TIMEOUT)
        return VALUE_FALSE;
    wait_throw(fiber, reason);
    return error_take(fiber);
}

static void woken(Fiber *fiber, Condition *condition, Value *scratch) {
    WakeReason reason = park_outcome(fiber);
    object_lock(&condition->gate.header);
    wait_queue_remove(&fiber->wait.waiter);
    object_unlock(&condition->gate.header);
    scratch[SCRATCH_OUTCOME] = outcome_of(fiber, reason);
    scratch[SCRATCH_HALF] = value_from_int(HALF_ACQUIRES);
}

// --- the second half ---

// One that was notified, and is to throw all the same, passes the notification on.
static void set_error(Fiber *fiber, Condition *condition, Value *scratch) {
    if (scratch[SCRATCH_OUTCOME] == VALUE_TRUE)
        notify(condition, 1);
    scratch[SCRATCH_OUTCOME] = error_take(fiber);
}

// An owner that ended while it held the lock, or a cancel, is told of, but the lock is taken all the same.
static Value acquire_again(Fiber *fiber, Condition *condition, Value *scratch) {
    fiber->shielded = true;
    Value v = lock_acquire(fiber, scratch, 0);
    while (v == VALUE_UNDEF && !error_is(fiber, ERROR_DeadlockError)) {
        set_error(fiber, condition, scratch);
        v = lock_acquire(fiber, scratch, 0);
    }
    if (v == VALUE_PARKED)
        return v;
    fiber->shielded = false;
    if (v == VALUE_UNDEF)
        return v;
    if (value_is_rlock(scratch[SCRATCH_LOCK]))
        value_to_rlock(scratch[SCRATCH_LOCK])->depth =
            (uint64_t)value_to_int(scratch[SCRATCH_DEPTH]);
    Value outcome = scratch[SCRATCH_OUTCOME];
    return value_is_bool(outcome) ? outcome : throw_instance(fiber, outcome);
}

static Value go_on(Fiber *fiber, Condition *condition, Value *scratch) {
    if (scratch[SCRATCH_HALF] == value_from_int(HALF_WAITS))
        woken(fiber, condition, scratch);
    return acquire_again(fiber, condition, scratch);
}

// --- natives ---

static Value throw_unheld(Fiber *fiber, const char *what) {
    throw_runtime(fiber, "cannot %s on un-acquired lock", what);
    return error_hint(fiber, "hold its lock around the call: `lock c { ... }`");
}

// The deadline of a wait that begins; 0 is now, as the lock is let go of in any case. False with the error.
static bool may_begin(Fiber *fiber, Condition *condition, Value timeout, uint64_t *deadline) {
    if (!is_held(fiber, condition)) {
        throw_unheld(fiber, "wait");
        return false;
    }
    if (!wait_deadline(fiber, timeout, deadline))
        return false;
    if (*deadline == DEADLINE_LOOK)
        *deadline = os_now();
    return true;
}

Value condition_wait(Fiber *fiber, Value *args, int count) {
    (void)count;
    Condition *condition = value_to_condition(args[0]);
    Value *scratch = args + WAIT_SCRATCH;
    uint64_t deadline;
    if (load_relaxed(&fiber->wait.state) != WAIT_IDLE)
        return go_on(fiber, condition, scratch);
    if (!may_begin(fiber, condition, args[1], &deadline))
        return VALUE_UNDEF;
    return begin(fiber, condition, scratch, deadline);
}

static uint64_t end_of(const Value *args) {
    Value end = args[WAIT_FOR_END]; // microseconds, so that it fits
    return end == VALUE_NIL ? DEADLINE_NEVER : (uint64_t)value_to_int(end) * 1000;
}

static Value ask(Fiber *fiber, Value predicate) {
    bool awaits = fiber->awaits;
    Value v = fiber_runtime(fiber)->call(fiber, predicate, NULL, 0);
    fiber->awaits = awaits;
    return v;
}

// Asks; then waits, unless the time is up.
static Value ask_or_wait(Fiber *fiber, Value *args) {
    Condition *condition = value_to_condition(args[0]);
    Value v = ask(fiber, args[1]);
    if (v == VALUE_UNDEF || value_truth(fiber, v))
        return v;
    uint64_t end = end_of(args);
    if (os_now() >= end)
        return v;
    if (!is_held(fiber, condition))
        return throw_unheld(fiber, "wait");
    return begin(fiber, condition, args + WAIT_FOR_SCRATCH, end);
}

Value condition_wait_for(Fiber *fiber, Value *args, int count) {
    (void)count;
    Condition *condition = value_to_condition(args[0]);
    if (load_relaxed(&fiber->wait.state) != WAIT_IDLE) {
        Value v = go_on(fiber, condition, args + WAIT_FOR_SCRATCH);
        return v == VALUE_PARKED || v == VALUE_UNDEF ? v : ask_or_wait(fiber, args);
    }
    uint64_t deadline;
    if (!may_begin(fiber, condition, args[2], &deadline))
        return VALUE_UNDEF;
    bool forever = deadline == DEADLINE_NEVER;
    args[WAIT_FOR_END] = forever ? VALUE_NIL : value_from_int((int64_t)(deadline / 1000));
    return ask_or_wait(fiber, args);
}

bool condition_notify(Fiber *fiber, Condition *condition, int64_t count) {
    if (!is_held(fiber, condition)) {
        throw_unheld(fiber, "notify");
        return false;
    }
    notify(condition, count);
    return true;
}

// Called again it finds the lock itself in args[0].
Value condition_acquire(Fiber *fiber, Value *args, int count) {
    if (value_is_kind(args[0], KIND_CONDITION))
        args[0] = slot_get(&value_to_condition(args[0])->lock);
    return value_is_rlock(args[0]) ? rlock_acquire(fiber, args, count)
                                   : lock_acquire(fiber, args, count);
}

bool condition_release(Fiber *fiber, Condition *condition) {
    Value lock = slot_get(&condition->lock);
    return value_is_rlock(lock) ? rlock_release(fiber, value_to_rlock(lock))
                                : lock_release(fiber, value_to_lock(lock));
}
