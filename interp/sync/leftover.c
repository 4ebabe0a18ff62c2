// SPDX-License-Identifier: MIT
//
// Leftovers are the difference between two overviews, and between two sets of held locks. The locks of the
// first set are kept alive as roots, so that none of the second can have one's address.
#include "sync/leftover.h"

#include "base/translate.h"
#include "object/root.h"
#include "sync/lock.h"
#include "sync/registry.h"
#include "sync/rwlock.h"
#include "sync/shared_lock.h"

// ---- Locks ------------------------------------------------------------------------------------

typedef void EachLock(void *context, const char *kind, Value lock, const struct Proto *proto,
                      const uint32_t *pc);

static const char *hold_kind_of(const Hold *hold) {
    return load_relaxed(&hold->counts[RWLOCK_WRITE]) > 0 ? MESSAGE("the write side of an RWLock")
                                                         : MESSAGE("the read side of an RWLock");
}

static void each_lock(const Fiber *fiber, EachLock *each, void *context) {
    for (Lock *lock = fiber->held_locks; lock; lock = lock->next) {
        Value v = value_from_ref(lock);
        each(context, value_is_kind(v, KIND_RLOCK) ? MESSAGE("an RLock") : MESSAGE("a lock"), v,
             load_relaxed(&lock->proto), load_relaxed(&lock->pc));
    }
    for (SharedLock *lock = fiber->held_shared; lock; lock = lock->next)
        each(context, MESSAGE("a shared lock"), value_from_ref(lock), load_relaxed(&lock->proto),
             load_relaxed(&lock->pc));
    for (Hold *hold = fiber->holds; hold; hold = hold->next_held)
        if (load_relaxed(&hold->counts[RWLOCK_READ]) + load_relaxed(&hold->counts[RWLOCK_WRITE]) >
            0)
            each(context, hold_kind_of(hold), value_from_ref(hold), load_relaxed(&hold->proto),
                 load_relaxed(&hold->pc));
}

static void root_lock(void *context, const char *kind, Value lock, const struct Proto *proto,
                      const uint32_t *pc) {
    (void)kind;
    (void)proto;
    (void)pc;
    root_push(context, lock);
}

enum { SHOWN_MOST = 20 }; // of what runs; more are only counted

typedef struct Description {
    Fiber *fiber;
    const Leftovers *before;
    Text *out;
    size_t count, cancelled;
} Description;

static bool was_held(const Description *description, Value lock) {
    const Fiber *fiber = description->fiber;
    for (uint32_t i = description->before->roots; i < fiber->root_count; i++)
        if (fiber->roots[i] == lock)
            return true;
    return false;
}

static void describe_lock(void *context, const char *kind, Value lock, const struct Proto *proto,
                          const uint32_t *pc) {
    Description *description = context;
    char place[256] = "";
    if (was_held(description, lock))
        return;
    if (proto)
        fiber_runtime(description->fiber)->place_of(proto, pc, place, sizeof place);
    text_format(description->out, translate("%s that is held still%s%s\n"), translate(kind),
                *place ? translate(", acquired at ") : "", place);
    description->count++;
}

// ---- What runs --------------------------------------------------------------------------------

static bool was_running(const Overview *before, uint64_t id) {
    for (size_t i = 0; i < before->count; i++)
        if (before->rows[i].id == id)
            return true;
    return false;
}

static void describe_row(const OverviewRow *row, Text *out) {
    text_format(out, "%s %llu", translate(row->kind), (unsigned long long)row->id);
    if (row->name)
        text_format(out, " (%s)", row->name);
    if (row->pid)
        text_format(out, translate(", pid %lld"), (long long)row->pid);
    if (row->started)
        text_format(out, translate(", started at %s"), row->started);
    else if (row->pid) // only a ProcessPool starts processes in conc's own code
        text_string(out, translate(", of a ProcessPool that is not closed"));
    if (row->cancelled)
        text_string(out, translate(", was cancelled and has not ended"));
    else if (row->waits_for)
        text_format(out, translate(", waits for %s"), row->waits_for);
    else
        text_format(out, translate(", is %s"), translate(row->state));
    if (row->place && !row->pid)
        text_format(out, translate(", at %s"), row->place);
    text_char(out, '\n');
}

static void describe_running(Description *description) {
    Overview now;
    overview_take(description->fiber, &now);
    for (size_t i = 0; i < now.count; i++) {
        const OverviewRow *row = &now.rows[i];
        if (row->of_pool || was_running(&description->before->running, row->id))
            continue;
        if (description->count < SHOWN_MOST)
            describe_row(row, description->out);
        description->count++;
        description->cancelled += row->cancelled;
    }
    overview_free(&now);
    if (description->count > SHOWN_MOST)
        text_format(description->out, translate("and %zu more\n"), description->count - SHOWN_MOST);
}

// ---- The three steps --------------------------------------------------------------------------

void leftovers_note(Fiber *fiber, Leftovers *before) {
    before->roots = root_mark(fiber);
    overview_take(fiber, &before->running);
    each_lock(fiber, root_lock, fiber);
}

static Description describe(Fiber *fiber, const Leftovers *before, Text *out) {
    Description description = {.fiber = fiber, .before = before, .out = out};
    describe_running(&description);
    each_lock(fiber, describe_lock, &description);
    return description;
}

size_t leftovers_describe(Fiber *fiber, const Leftovers *before, double grace, Text *out) {
    enum { PAUSES_A_SECOND = 200 };
    uint64_t deadline = deadline_after(grace);
    size_t length = out->length;
    for (;;) {
        Description description = describe(fiber, before, out);
        bool may_end = description.count > 0 && description.count == description.cancelled;
        if (!may_end || os_now() >= deadline || !handles_turn(fiber, 1.0 / PAUSES_A_SECOND))
            return description.count;
        text_shorten(out, length);
    }
}

void leftovers_free(Fiber *fiber, Leftovers *before) {
    root_release(fiber, before->roots);
    overview_free(&before->running);
}
