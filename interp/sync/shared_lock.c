// SPDX-License-Identifier: MIT
//
// Locks between processes. Taking and releasing one that nobody waits for is one compare-and-swap. All
// else is under the area's mutex: there alone flags are set, and there alone a word without an owner
// changes but by taking the lock.
//
// Whoever was woken keeps its ticket until it has looked again. If it came too late it goes to the front of
// the line anew, and after LOCK_PATIENCE asks for the lock to be handed over (as sync/lock.c does).
//
// That the owner's process has ended is found by whoever looks: the member has left the family. The bells
// ring then, so those who wait look.
#include "sync/shared_lock.h"

#include <stdio.h>

#include "base/os.h"
#include "base/translate.h"
#include "object/error.h"
#include "sync/registry.h"

enum { MEMBER_SHIFT = 8, FLAGS = 255, SPINS = 100, LOCK_PATIENCE = 1000 }; // microseconds
enum { PASSING = SHARED_LOCK_WAITED | SHARED_LOCK_WOKEN };

// In the area's cell.
typedef struct LockCell {
    _Atomic uint64_t word;
    _Atomic uint64_t holder; // whose process it was last: Family.id; for texts
    uint64_t handed;         // a waiter's address
    uint64_t handed_at;      // microseconds
    uint64_t last_member;    // of ABANDONED: who held it
    uint64_t last_fiber;     // 0: its process ended as a whole
    bool last_was_task;
} LockCell;

const Kind shared_lock_kind = {"lock", shared_trace, shared_finalize};

static LockCell *cell_of(const SharedLock *lock) { return area_cell(lock->shared.area); }
static Line *line_of(const SharedLock *lock) { return &lock->shared.area->lines[0]; }
static uint64_t member_of(uint64_t word) { return word >> MEMBER_SHIFT; }
static bool is_free(uint64_t word) {
    return member_of(word) == 0 && !(word & SHARED_LOCK_ABANDONED);
}
static uint64_t microseconds(void) { return os_now() / 1000; }

static void attend(const Family *family, Shared *shared);

Value shared_lock_new(Fiber *fiber) {
    Area *area = shared_area(fiber, 1, 0, 0);
    if (!area)
        return VALUE_UNDEF;
    SharedLock *lock = heap_alloc(fiber->heap, KIND_SHARED_LOCK, sizeof *lock);
    lock->shared.area = area;
    lock->shared.attend = attend;
    return value_from_ref(lock);
}

bool shared_lock_locked(SharedLock *lock) { return !is_free(load_relaxed(&cell_of(lock)->word)); }

Fiber *shared_lock_owner(const Fiber *fiber, SharedLock *lock) {
    uint64_t word = load_relaxed(&cell_of(lock)->word);
    if (member_of(word) != fiber_family(fiber)->self)
        return NULL;
    return load_relaxed(&lock->owner);
}

// --- texts ---

static void place_of(Fiber *fiber, SharedLock *lock, char *text, size_t capacity) {
    const Runtime *runtime = fiber_runtime(fiber);
    const struct Proto *proto = load_relaxed(&lock->proto);
    text[0] = '\0';
    if (proto && runtime->place_of)
        runtime->place_of(proto, load_relaxed(&lock->pc), text, capacity);
}

static void name_process(uint64_t id, char *text, size_t capacity) {
    if (id == 0)
        snprintf(text, capacity, translate("the first process"));
    else
        snprintf(text, capacity, translate("process %llu"), (unsigned long long)id);
}

void shared_lock_holder(Fiber *fiber, SharedLock *lock, char *text, size_t capacity) {
    uint64_t member = member_of(load_relaxed(&cell_of(lock)->word));
    const Family *family = fiber_family(fiber);
    Fiber *owner = shared_lock_owner(fiber, lock);
    text[0] = '\0';
    if (owner) {
        char who[64], place[256];
        fiber_describe(owner, who, sizeof who);
        place_of(fiber, lock, place, sizeof place);
        snprintf(text, capacity, "%s%s%s", who, *place ? translate(" since ") : "", place);
    } else if (member != 0 && member != family->self) {
        name_process(load_relaxed(&cell_of(lock)->holder), text, capacity);
    }
}

static Value throw_already_held(Fiber *fiber, SharedLock *lock) {
    char place[256];
    place_of(fiber, lock, place, sizeof place);
    return throw_error(fiber, ERROR_DeadlockError, "the lock is already held by this %s%s%s",
                       fiber->is_task ? translate("task") : translate("thread"),
                       *place ? translate(", which acquired it at ") : "", place);
}

// "thread 2 of process 3", and where it acquired it, if that was in this process.
static Value throw_abandoned(Fiber *fiber, SharedLock *lock) {
    const LockCell *cell = cell_of(lock);
    char process[64], place[256] = "";
    name_process(load_relaxed(&cell->holder), process, sizeof process);
    if (cell->last_fiber == 0)
        return throw_error(fiber, ERROR_LockError, "%s ended while it held the lock", process);
    bool own = cell->last_member == fiber_family(fiber)->self;
    if (own)
        place_of(fiber, lock, place, sizeof place);
    return throw_error(fiber, ERROR_LockError, "%s %llu%s%s ended while it held the lock%s%s",
                       cell->last_was_task ? translate("task") : translate("thread"),
                       (unsigned long long)cell->last_fiber, own ? "" : translate(" of "),
                       own ? "" : process, *place ? translate(", acquired at ") : "", place);
}

static Value throw_not_owner(Fiber *fiber, SharedLock *lock) {
    char holder[512];
    shared_lock_holder(fiber, lock, holder, sizeof holder);
    if (!*holder)
        return throw_error(fiber, ERROR_LockError, "release of a lock that is not held");
    return throw_error(fiber, ERROR_LockError, "release of a lock that is held by %s", holder);
}

static Value throw_no_room(Fiber *fiber) {
    return throw_runtime(fiber, "too many wait for the lock");
}

// --- what a fiber holds ---

static void note_held(Fiber *fiber, SharedLock *lock) {
    store_relaxed(&cell_of(lock)->holder, fiber_family(fiber)->id);
    store_relaxed(&lock->owner, fiber);
    lock->previous = NULL;
    lock->next = fiber->held_shared;
    if (lock->next)
        lock->next->previous = lock;
    fiber->held_shared = lock;
    if (fiber->frame_count == 0)
        return;
    store_relaxed(&lock->proto, fiber->frames[fiber->frame_count - 1].closure->proto);
    store_relaxed(&lock->pc, fiber->pc);
}

static void note_released(Fiber *fiber, SharedLock *lock) {
    store_relaxed(&lock->owner, NULL);
    if (lock->previous)
        lock->previous->next = lock->next;
    else
        fiber->held_shared = lock->next;
    if (lock->next)
        lock->next->previous = lock->previous;
    lock->next = lock->previous = NULL;
}

void shared_locks_trace(Fiber *fiber, Tracer *tracer) {
    for (SharedLock *lock = fiber->held_shared; lock; lock = lock->next)
        trace_object(tracer, lock);
}

// --- taking ---

// Takes it if it is free.
static bool try_take(Fiber *fiber, SharedLock *lock) {
    LockCell *cell = cell_of(lock);
    uint64_t word = load_relaxed(&cell->word);
    while (is_free(word))
        if (cas_acq_rel(&cell->word, &word, word | fiber_family(fiber)->self << MEMBER_SHIFT)) {
            note_held(fiber, lock);
            return true;
        }
    return false;
}

static bool spin_and_take(Fiber *fiber, SharedLock *lock) {
    if (!fiber->world->many_cpus)
        return false;
    for (int i = 0; i < SPINS; i++) {
        spin_hint();
        if (is_free(load_relaxed(&cell_of(lock)->word)) && try_take(fiber, lock))
            return true;
    }
    return false;
}

// What follows, up to the steps, is under the area's mutex.

static void set_flags(LockCell *cell, uint64_t set, uint64_t clear) {
    uint64_t word = load_relaxed(&cell->word);
    while (!cas_acq_rel(&cell->word, &word, (word & ~clear) | set)) {
    }
}

// Makes a held or abandoned lock free and calls the first in the line, or hands it over. Gives its ticket.
static const Ticket *pass_on(const Family *family, SharedLock *lock, bool hand_over) {
    LockCell *cell = cell_of(lock);
    const Ticket *ticket = line_at(lock->shared.area, line_of(lock), family, 0);
    uint64_t word = ticket ? PASSING : 0;
    if (ticket && hand_over) {
        cell->handed = ticket->waiter;
        cell->handed_at = microseconds();
        word = ticket->member << MEMBER_SHIFT | SHARED_LOCK_HANDED | SHARED_LOCK_WAITED;
    }
    store_release(&cell->word, word);
    return ticket;
}

// An owner that is gone has abandoned the lock; one that had not even taken it leaves it free.
static void settle_owner(const Family *family, SharedLock *lock) {
    LockCell *cell = cell_of(lock);
    uint64_t word = load_relaxed(&cell->word), member = member_of(word);
    if (member == 0 || member == family->self || family_alive(family, member))
        return;
    uint64_t state = word & SHARED_LOCK_HANDED ? 0 : SHARED_LOCK_ABANDONED;
    cell->last_member = member;
    cell->last_fiber = 0;
    store_release(&cell->word, state | SHARED_LOCK_WAITED);
}

static bool is_handed_to(const Family *family, SharedLock *lock, const Waiter *waiter) {
    const LockCell *cell = cell_of(lock);
    uint64_t word = load_relaxed(&cell->word);
    return word & SHARED_LOCK_HANDED && member_of(word) == family->self &&
           cell->handed == (uintptr_t)waiter;
}

// The waiter that is to hear of it: to whom the lock was handed; or the first in the line, where the lock is
// free, or where it has been said that somebody is on its way (WOKEN): whoever releases the lock relies on
// that, even if others were faster meanwhile. NULL: none, or it is another process's.
static Waiter *whose_turn(const Family *family, SharedLock *lock, uint64_t word) {
    if (word & SHARED_LOCK_HANDED)
        return member_of(word) == family->self ? (Waiter *)(uintptr_t)cell_of(lock)->handed : NULL;
    if (member_of(word) != 0 && !(word & SHARED_LOCK_WOKEN))
        return NULL;
    const Ticket *first = line_at(lock->shared.area, line_of(lock), family, 0);
    return first && first->member == family->self ? (Waiter *)(uintptr_t)first->waiter : NULL;
}

static void attend(const Family *family, Shared *shared) {
    SharedLock *lock = (SharedLock *)shared;
    LockCell *cell = cell_of(lock);
    settle_owner(family, lock);
    uint64_t word = load_relaxed(&cell->word);
    Waiter *waiter = whose_turn(family, lock, word);
    if (waiter && shared_wake(waiter) && member_of(word) == 0)
        set_flags(cell, SHARED_LOCK_WOKEN, 0);
}

// What an acquire finds.
typedef enum Taking { TAKING_DONE, TAKING_ABANDONED, TAKING_WAITS } Taking;

// Takes the lock, or marks it so that its release looks at the line. `since`: 0, or when the waiter, which
// was woken and comes too late, began to wait: it will be the first again, so nobody else is on its way.
static Taking take(Fiber *fiber, SharedLock *lock, uint64_t since) {
    LockCell *cell = cell_of(lock);
    settle_owner(fiber_family(fiber), lock);
    if (since && cell->handed_at > since)
        since = cell->handed_at;
    uint64_t set = SHARED_LOCK_WAITED, clear = since ? SHARED_LOCK_WOKEN : 0;
    if (since && microseconds() > since + LOCK_PATIENCE)
        set |= SHARED_LOCK_STARVING;
    for (;;) {
        if (try_take(fiber, lock))
            return TAKING_DONE;
        uint64_t word = load_relaxed(&cell->word);
        if (word & SHARED_LOCK_ABANDONED)
            return TAKING_ABANDONED;
        if (!is_free(word) && cas_acq_rel(&cell->word, &word, (word | set) & ~clear))
            return TAKING_WAITS;
    }
}

// --- the parts of acquire ---

// A waiter that came too late carries since when it waits from one turn to the next.
static Value lateness(uint64_t since) { return value_from_double(-(double)since); }
static uint64_t take_lateness(Waiter *waiter) {
    Value v = waiter->value;
    waiter->value = VALUE_UNDEF;
    return value_is_double(v) && value_to_double(v) < 0 ? (uint64_t)-value_to_double(v) : 0;
}

static WaitStep give_up(Fiber *fiber, Waiter *waiter, Value (*why)(Fiber *fiber), Value *result) {
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    *result = why(fiber);
    return WAIT_DONE;
}

static WaitStep stand(Fiber *fiber, SharedLock *lock, Waiter *waiter, uint64_t since,
                      Value *result) {
    if (!waiter)
        return WAIT_NOT_NOW;
    uint64_t from = since ? since : microseconds();
    if (shared_stand(fiber, &lock->shared, line_of(lock), waiter, from, since != 0))
        return WAIT_ENTERED;
    return give_up(fiber, waiter, throw_no_room, result);
}

// The area is held. *next: whose turn it is afterwards.
static WaitStep step_held(Fiber *fiber, SharedLock *lock, Waiter *waiter, Value *result,
                          const Ticket **next) {
    const Family *family = fiber_family(fiber);
    uint64_t since = waiter ? take_lateness(waiter) : 0;
    switch (take(fiber, lock, since)) {
    case TAKING_DONE:
        if (wait_may_take(fiber, waiter))
            return WAIT_DONE;
        note_released(fiber, lock);
        *next = pass_on(family, lock, false);
        return WAIT_LOST;
    case TAKING_ABANDONED:
        if (!wait_may_take(fiber, waiter))
            return WAIT_LOST;
        *result = throw_abandoned(fiber, lock);
        *next = pass_on(family, lock, false);
        return WAIT_DONE;
    default: return stand(fiber, lock, waiter, since, result);
    }
}

static bool owner_is_there(Fiber *fiber, const SharedLock *lock) {
    uint64_t word = load_relaxed(&cell_of(lock)->word);
    return member_of(word) != 0 && family_alive(fiber_family(fiber), member_of(word));
}

static WaitStep acquire_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    SharedLock *lock = value_to_shared_lock(args[0]);
    const Ticket *next = NULL;
    *result = VALUE_TRUE;
    if (!waiter && try_take(fiber, lock))
        return WAIT_DONE;
    if (!waiter && owner_is_there(fiber, lock))
        return WAIT_NOT_NOW;
    if (waiter && !shared_enter(fiber, &lock->shared))
        return give_up(fiber, waiter, shared_throw_no_listener, result);
    shared_hold(fiber, &lock->shared);
    WaitStep step = step_held(fiber, lock, waiter, result, &next);
    shared_release(fiber, &lock->shared, next);
    if (waiter && step != WAIT_ENTERED)
        shared_leave(fiber, &lock->shared, NULL);
    return step;
}

// The area is held; the waiter's ticket has been taken out.
static WaitStep finish_held(Fiber *fiber, SharedLock *lock, Waiter *waiter, uint64_t since,
                            Value *result, const Ticket **next) {
    const Family *family = fiber_family(fiber);
    LockCell *cell = cell_of(lock);
    if (is_handed_to(family, lock, waiter)) {
        set_flags(cell, 0, SHARED_LOCK_HANDED);
        note_held(fiber, lock);
        return WAIT_DONE;
    }
    set_flags(cell, 0, SHARED_LOCK_WOKEN);
    switch (take(fiber, lock, since)) {
    case TAKING_DONE: return WAIT_DONE;
    case TAKING_ABANDONED:
        *result = throw_abandoned(fiber, lock);
        *next = pass_on(family, lock, false);
        return WAIT_DONE;
    default: waiter->value = lateness(since); return WAIT_NOT_NOW;
    }
}

static WaitStep acquire_finish(Fiber *fiber, Value *args, int count, Waiter *waiter,
                               WakeReason reason, Value *result) {
    (void)count;
    (void)reason;
    SharedLock *lock = value_to_shared_lock(args[0]);
    const Ticket *next = NULL;
    *result = VALUE_TRUE;
    shared_hold(fiber, &lock->shared);
    uint64_t since =
        line_remove(lock->shared.area, line_of(lock), fiber_family(fiber), waiter).since;
    WaitStep step = finish_held(fiber, lock, waiter, since, result, &next);
    shared_release(fiber, &lock->shared, next);
    shared_leave(fiber, &lock->shared, waiter);
    return step;
}

// The lock may have been handed to this waiter meanwhile, or it may be the one of which it was said that it
// is on its way: then the next one has to be called, or the owner to be told that nobody is.
static void acquire_leave(Value *args, Waiter *waiter) {
    SharedLock *lock = value_to_shared_lock(args[0]);
    Fiber *fiber = waiter->fiber;
    waiter->value = VALUE_UNDEF;
    if (!shared_stands(&lock->shared, waiter))
        return;
    const Family *family = fiber_family(fiber);
    const Ticket *next = NULL;
    shared_hold(fiber, &lock->shared);
    bool handed = is_handed_to(family, lock, waiter);
    line_remove(lock->shared.area, line_of(lock), family, waiter);
    if (handed) {
        next = pass_on(family, lock, true);
    } else {
        set_flags(cell_of(lock), 0, SHARED_LOCK_WOKEN);
        if (member_of(load_relaxed(&cell_of(lock)->word)) == 0)
            next = line_at(lock->shared.area, line_of(lock), family, 0);
    }
    shared_release(fiber, &lock->shared, next);
    shared_leave(fiber, &lock->shared, waiter);
}

static Value acquire_late(Fiber *fiber, Value *args) {
    (void)fiber;
    (void)args;
    return VALUE_FALSE;
}

static const WaitOps acquire_wait = {.call = shared_lock_acquire,
                                     .kind = PARK_LOCK,
                                     .timeout = 1,
                                     .step = acquire_step,
                                     .finish = acquire_finish,
                                     .late = acquire_late,
                                     .leave = acquire_leave};
const WaitOps *const shared_lock_waits[] = {&acquire_wait, NULL};

// Before it waits: not for itself, and not at once.
Value shared_lock_acquire(Fiber *fiber, Value *args, int count) {
    SharedLock *lock = value_to_shared_lock(args[0]);
    if (load_relaxed(&fiber->wait.state) == WAIT_IDLE) {
        uint64_t deadline;
        wait_note_blocking(fiber, args);
        if (!wait_call_deadline(fiber, &acquire_wait, args, &deadline))
            return VALUE_UNDEF;
        if (try_take(fiber, lock))
            return VALUE_TRUE;
        bool own = shared_lock_owner(fiber, lock) == fiber;
        if (own && deadline == DEADLINE_NEVER)
            return throw_already_held(fiber, lock);
        if (!own && spin_and_take(fiber, lock))
            return VALUE_TRUE;
    }
    return wait_call(&acquire_wait, fiber, args, count);
}

// --- releasing ---

static void release_slow(Fiber *fiber, SharedLock *lock) {
    shared_hold(fiber, &lock->shared);
    bool hand_over = load_relaxed(&cell_of(lock)->word) & SHARED_LOCK_STARVING;
    const Ticket *next = pass_on(fiber_family(fiber), lock, hand_over);
    shared_release(fiber, &lock->shared, next);
}

bool shared_lock_release(Fiber *fiber, SharedLock *lock) {
    if (shared_lock_owner(fiber, lock) != fiber) {
        throw_not_owner(fiber, lock);
        return false;
    }
    LockCell *cell = cell_of(lock);
    uint64_t word = load_relaxed(&cell->word);
    note_released(fiber, lock);
    for (;;) {
        uint64_t woken = word & (SHARED_LOCK_WOKEN | SHARED_LOCK_STARVING);
        if (word & SHARED_LOCK_WAITED && woken != SHARED_LOCK_WOKEN) {
            release_slow(fiber, lock);
            return true;
        }
        if (cas_acq_rel(&cell->word, &word, word & PASSING))
            return true;
    }
}

// --- owners that end ---

static bool is_whole_process(const Fiber *fiber) {
    const Thread *main = fiber->world->main_thread;
    return main && main->main_fiber == fiber;
}

static void abandon(Fiber *fiber, SharedLock *lock) {
    LockCell *cell = cell_of(lock);
    const Family *family = fiber_family(fiber);
    shared_hold(fiber, &lock->shared);
    note_released(fiber, lock);
    cell->last_member = family->self;
    cell->last_fiber = is_whole_process(fiber) ? 0 : load_relaxed(&fiber->id);
    cell->last_was_task = fiber->is_task;
    store_release(&cell->word, SHARED_LOCK_ABANDONED | SHARED_LOCK_WAITED);
    const Ticket *next = line_at(lock->shared.area, line_of(lock), family, 0);
    shared_release(fiber, &lock->shared, next);
}

void shared_locks_abandon(Fiber *fiber) {
    while (fiber->held_shared)
        abandon(fiber, fiber->held_shared);
}
