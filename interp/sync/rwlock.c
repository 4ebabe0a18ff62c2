// SPDX-License-Identifier: MIT
//
// Read-write locks. Who may change what:
// - RWLock.holds, written, lost: under the tiny lock. Reports and circles of waits read the holds without
//   it, hence release and acquire: a Hold is whole where it is seen, and stays readable, as who reads is
//   attached and so nothing is collected meanwhile.
// - Fiber.holds and the counts of a Hold: the fiber's own thread, or who hands the lock over to it while
//   it waits. So acquiring again what one holds takes no lock.
#include "sync/rwlock.h"

#include <stdio.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"
#include "sched/fiber.h"

enum { LONGEST_LOOK = 100 }; // holders that a report or a search for circles looks at

static void rwlock_trace(Object *object, Tracer *tracer) {
    RWLock *lock = (RWLock *)object;
    gate_trace(object, tracer);
    trace_slots(tracer, lock->sides, 2);
    trace_object(tracer, lock->lost);
    for (Hold *hold = load_relaxed(&lock->holds); hold; hold = load_relaxed(&hold->next))
        trace_object(tracer, hold);
}
static void side_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((RWSide *)object)->lock);
}
static void hold_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((Hold *)object)->lock);
}

const Kind rwlock_kind = {"RWLock", rwlock_trace, NULL};
const Kind rwlock_side_kind = {"RWLockSide", side_trace, NULL};
const Kind hold_kind = {"hold", hold_trace, NULL};

// --- holds ---

// The fiber's own hold, or NULL. Its own thread.
static Hold *own_hold(const Fiber *fiber, const RWLock *lock) {
    Hold *hold = fiber->holds;
    while (hold && hold->lock != lock)
        hold = hold->next_held;
    return hold;
}

static uint32_t hold_count(Hold *hold, int ask) {
    return hold ? load_relaxed(&hold->counts[ask]) : 0;
}

static void hold_again(Hold *hold, int ask) {
    store_relaxed(&hold->counts[ask], hold_count(hold, ask) + 1);
}

// Under the tiny lock.
static void unlink_hold(RWLock *lock, Hold *hold) {
    Hold *at = load_relaxed(&lock->holds);
    if (at == hold) {
        store_release(&lock->holds, load_relaxed(&hold->next));
        return;
    }
    while (load_relaxed(&at->next) != hold)
        at = load_relaxed(&at->next);
    store_release(&at->next, load_relaxed(&hold->next));
}

// Own thread: the fiber has the hold from here on.
static void keep_hold(Fiber *fiber, Hold *hold) {
    hold->next_held = fiber->holds;
    fiber->holds = hold;
    if (fiber->frame_count == 0)
        return;
    store_relaxed(&hold->proto, fiber->frames[fiber->frame_count - 1].closure->proto);
    store_relaxed(&hold->pc, fiber->pc);
}

static void drop_hold(Fiber *fiber, const Hold *hold) {
    Hold **at = &fiber->holds;
    while (*at != hold)
        at = &(*at)->next_held;
    *at = hold->next_held;
}

// --- the rules; under the tiny lock ---

static bool open(Gate *gate, Fiber *fiber, int ask, bool ahead) {
    (void)fiber;
    RWLock *lock = (RWLock *)gate;
    if (ahead)
        return false;
    return ask == RWLOCK_WRITE ? !load_relaxed(&lock->holds) : !load_relaxed(&lock->written);
}

static void take(Gate *gate, Fiber *fiber, int ask, Value carried) {
    RWLock *lock = (RWLock *)gate;
    Hold *hold = (Hold *)value_to_ref(carried);
    store_relaxed(&hold->fiber, fiber);
    hold_again(hold, ask);
    store_release(&hold->next, load_relaxed(&lock->holds));
    store_release(&lock->holds, hold);
    if (ask == RWLOCK_WRITE)
        store_relaxed(&lock->written, true);
}

// Best one that waits itself: it may be part of a circle.
static Fiber *holder(Gate *gate, Fiber *fiber) {
    Fiber *found = NULL;
    Hold *hold = load_acquire(&((RWLock *)gate)->holds);
    for (int i = 0; hold && i < LONGEST_LOOK; i++, hold = load_acquire(&hold->next)) {
        Fiber *other = load_relaxed(&hold->fiber);
        if (!other || other == fiber)
            continue;
        if (wait_is_open(&other->wait))
            return other;
        found = other;
    }
    return found;
}

static void place_of(Runtime *runtime, Hold *hold, char *text, size_t capacity) {
    const struct Proto *proto = load_relaxed(&hold->proto);
    text[0] = '\0';
    if (proto && runtime->place_of)
        runtime->place_of(proto, load_relaxed(&hold->pc), text, capacity);
}

static void describe(Gate *gate, Fiber *fiber, Text *out) {
    RWLock *lock = (RWLock *)gate;
    Hold *hold = load_relaxed(&lock->holds);
    const char *before =
        load_relaxed(&lock->written) ? translate(", written by ") : translate(", read by ");
    for (int i = 0; hold && i < LONGEST_LOOK; i++, hold = load_relaxed(&hold->next)) {
        char who[64], place[256];
        fiber_describe(load_relaxed(&hold->fiber), who, sizeof who);
        place_of(fiber_runtime(fiber), hold, place, sizeof place);
        text_format(out, "%s%s%s%s", before, who, *place ? translate(" since ") : "", place);
        before = translate(" and ");
    }
}

static const GateRules rules = {.what = MESSAGE("a read-write lock"),
                                .open = open,
                                .take = take,
                                .overtaking = true,
                                .holder = holder,
                                .describe = describe};

static void add_side(LocalHeap *heap, RWLock *lock, int ask) {
    RWSide *side = heap_alloc(heap, KIND_RWLOCK_SIDE, sizeof *side);
    side->lock = lock;
    side->ask = ask;
    slot_set(&lock->sides[ask], value_from_ref(side));
}

RWLock *rwlock_new(LocalHeap *heap) {
    RWLock *lock = (RWLock *)gate_new(heap, KIND_RWLOCK, sizeof *lock, &rules);
    add_side(heap, lock, RWLOCK_READ);
    add_side(heap, lock, RWLOCK_WRITE);
    return lock;
}

// --- acquiring ---

static Value throw_held(Fiber *fiber, Hold *hold, const char *what) {
    char place[256];
    place_of(fiber_runtime(fiber), hold, place, sizeof place);
    return throw_error(fiber, ERROR_DeadlockError, "%s by this %s%s%s", translate(what),
                       translate(fiber_kind(fiber)),
                       *place ? translate(", which acquired it at ") : "", place);
}

static Value throw_read(Fiber *fiber, Hold *hold) {
    throw_held(fiber, hold, "the lock cannot be taken for writing, as it is read");
    return error_hint(fiber, "end reading before writing, or write from the start");
}

static Value throw_abandoned(Fiber *fiber, Hold *hold) {
    char place[256];
    place_of(fiber_runtime(fiber), hold, place, sizeof place);
    return last_owner_throw(fiber, &hold->last_owner, place);
}

// The fiber has `own` already: it reads again; or it cannot have what it asks for. NOT_NOW: it may wait.
static WaitStep step_again(Fiber *fiber, Hold *own, int ask, Waiter *waiter, Value *result) {
    if (ask == RWLOCK_WRITE && hold_count(own, RWLOCK_WRITE) > 0)
        return WAIT_NOT_NOW;
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    *result = VALUE_TRUE;
    if (ask == RWLOCK_READ)
        hold_again(own, ask);
    else
        *result = throw_read(fiber, own);
    return WAIT_DONE;
}

// Under the tiny lock: whoever comes first after a holder that has ended is told. Gives that hold.
static Hold *take_lost(RWLock *lock) {
    Hold *lost = lock->lost;
    lock->lost = NULL;
    gate_serve(&lock->gate);
    return lost;
}

static WaitStep step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    RWSide *side = value_to_rwside(args[0]);
    RWLock *lock = side->lock;
    Hold *own = own_hold(fiber, lock);
    WaitStep again = own ? step_again(fiber, own, side->ask, waiter, result) : WAIT_NOT_NOW;
    if (again != WAIT_NOT_NOW)
        return again;
    if (!value_is_kind(args[3], KIND_HOLD)) { // made once for the call
        Hold *fresh = heap_alloc(fiber->heap, KIND_HOLD, sizeof *fresh);
        fresh->lock = lock;
        args[3] = value_from_ref(fresh);
    }
    bool locked = shared_lock(fiber, &lock->gate.header);
    if (lock->lost) {
        Hold *lost = wait_may_take(fiber, waiter) ? take_lost(lock) : NULL;
        gate_arrived(&lock->gate, fiber);
        shared_unlock(&lock->gate.header, locked);
        *result = lost ? throw_abandoned(fiber, lost) : VALUE_UNDEF;
        return lost ? WAIT_DONE : WAIT_LOST;
    }
    WaitStep taken = gate_step_locked(&lock->gate, fiber, side->ask, args[3], waiter);
    shared_unlock(&lock->gate.header, locked);
    if (taken == WAIT_DONE)
        keep_hold(fiber, (Hold *)value_to_ref(args[3]));
    *result = VALUE_TRUE;
    return taken;
}

static WaitStep finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                       Value *result) {
    WaitStep done = gate_finish(fiber, args, count, waiter, reason, result);
    if (done == WAIT_DONE)
        keep_hold(fiber, (Hold *)value_to_ref(args[3]));
    return done;
}

static Object *guard(Value *args) { return &value_to_rwside(args[0])->lock->gate.header; }

// Under the tiny lock: readers behind a writer that has given up can go on.
static void left(Value *args) { gate_serve(&value_to_rwside(args[0])->lock->gate); }

const WaitOps rwlock_acquire_wait = {.call = rwlock_acquire,
                                     .kind = PARK_GATE,
                                     .timeout = 1,
                                     .step = step,
                                     .finish = finish,
                                     .late = gate_late,
                                     .guard = guard,
                                     .left = left,
                                     .queued = true};

Value rwlock_acquire(Fiber *fiber, Value *args, int count) {
    wait_note_blocking(fiber, args);
    RWSide *side = value_to_rwside(args[0]);
    Hold *own = own_hold(fiber, side->lock);
    bool forever = args[1] == VALUE_UNDEF || args[1] == VALUE_NIL;
    if (forever && side->ask == RWLOCK_WRITE && hold_count(own, RWLOCK_WRITE) > 0)
        return throw_held(fiber, own, "the write lock is already held");
    return wait_call(&rwlock_acquire_wait, fiber, args, count);
}

// --- releasing ---

static Value throw_not_held(Fiber *fiber, const RWSide *side) {
    return throw_error(fiber, ERROR_LockError, "release of a %s lock that this %s does not hold",
                       side->ask == RWLOCK_WRITE ? translate("write") : translate("read"),
                       translate(fiber_kind(fiber)));
}

bool rwlock_release(Fiber *fiber, RWSide *side) {
    RWLock *lock = side->lock;
    Hold *hold = own_hold(fiber, lock);
    uint32_t held = hold_count(hold, side->ask);
    if (held == 0) {
        throw_not_held(fiber, side);
        return false;
    }
    store_relaxed(&hold->counts[side->ask], held - 1);
    bool reads = hold_count(hold, RWLOCK_READ) > 0, writes = hold_count(hold, RWLOCK_WRITE) > 0;
    if (held > 1 || writes)
        return true;
    if (!reads)
        drop_hold(fiber, hold);
    bool locked = shared_lock(fiber, &lock->gate.header);
    if (!reads)
        unlink_hold(lock, hold);
    if (side->ask == RWLOCK_WRITE || !reads)
        store_relaxed(&lock->written, false);
    gate_serve_and_unlock(&lock->gate, locked);
    return true;
}

bool rwlock_locked(Fiber *fiber, RWSide *side) {
    (void)fiber;
    RWLock *lock = side->lock;
    bool written = load_relaxed(&lock->written);
    return side->ask == RWLOCK_WRITE ? written : load_relaxed(&lock->holds) && !written;
}

// --- holders that end ---

static void abandon(Fiber *fiber, Hold *hold) {
    RWLock *lock = hold->lock;
    last_owner_set(&hold->last_owner, fiber);
    unlink_hold(lock, hold);
    store_relaxed(&lock->written, false);
    lock->lost = hold;
}

void holds_abandon(Fiber *fiber) {
    Hold *hold;
    while ((hold = fiber->holds)) {
        fiber->holds = hold->next_held;
        object_lock(&hold->lock->gate.header);
        abandon(fiber, hold);
        gate_wake_first(&hold->lock->gate);
        object_unlock(&hold->lock->gate.header);
    }
}

void holds_trace(Fiber *fiber, Tracer *tracer) {
    for (Hold *hold = fiber->holds; hold; hold = hold->next_held)
        trace_object(tracer, hold);
}

// The lock may have been handed over to a fiber that has not run since, and so does not list its hold yet.
void hold_leave_behind(Fiber *fiber, const Waiter *waiter) {
    const Wait *wait = &fiber->wait;
    bool handed = load_relaxed(&wait->state) >= WAIT_CLAIMED && wait->reason == WAKE_HANDED;
    if (handed && wait->fired == waiter)
        abandon(fiber, (Hold *)value_to_ref(waiter->value));
}

void holds_leave_behind(Fiber *fiber) {
    if (value_is_kind(fiber->wait.object, KIND_RWLOCK_SIDE))
        hold_leave_behind(fiber, &fiber->wait.waiter);
    for (Hold *hold = fiber->holds; hold; hold = hold->next_held)
        abandon(fiber, hold);
    fiber->holds = NULL;
}

void holds_inherit(Fiber *forker, Fiber *heir) {
    heir->holds = forker->holds;
    forker->holds = NULL;
    for (Hold *hold = heir->holds; hold; hold = hold->next_held)
        store_relaxed(&hold->fiber, heir);
}
