// SPDX-License-Identifier: MIT
//
// Groups and time limits. The header says what they promise.
//
// Locks: the scope's tiny lock is never held together with a handle's. Cancelling all members takes
// them from `running` to `cancelled` one at a time under the lock, and cancels each without it; nothing
// collects in between, so the handle stays one even if it ends meanwhile.
#include "sync/cancel_scope.h"

#include <assert.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/number.h"
#include "object/operate.h"
#include "object/str.h"
#include "sched/alarm.h"
#include "sched/deadlock.h"
#include "sync/registry.h"
#include "sync/wait.h"

static void cancel_scope_trace(Object *object, Tracer *tracer) {
    CancelScope *scope = (CancelScope *)object;
    trace_object(tracer, scope->outer);
    for (Handle *h = scope->first_failed; h; h = h->group_next)
        trace_object(tracer, h);
    trace_value(tracer, slot_get(&scope->block_error));
    trace_value(tracer, slot_get(&scope->thrown));
}

const Kind cancel_scope_kind = {"scope", cancel_scope_trace, NULL};

// --- the stack of a fiber ---

static CancelScope *cancel_scope_enter(Fiber *fiber, CancelScopeKind kind) {
    CancelScope *scope = heap_alloc(fiber->heap, KIND_CANCEL_SCOPE, sizeof *scope);
    scope->kind = (uint8_t)kind;
    scope->owner = fiber;
    scope->forks = fiber->world->forks;
    scope->deadline = DEADLINE_NEVER;
    slot_set(&scope->block_error, VALUE_UNDEF);
    slot_set(&scope->thrown, VALUE_UNDEF);
    scope->outer = fiber->scope;
    fiber->scope = scope;
    return scope;
}

static void set_deadline(Fiber *fiber) {
    uint64_t earliest = DEADLINE_NEVER;
    for (const CancelScope *s = fiber->scope; s; s = s->outer)
        if (s->deadline < earliest)
            earliest = s->deadline;
    fiber->deadline = earliest;
    alarm_set(fiber->thread, earliest);
}

CancelScope *cancel_scope_enter_group(Fiber *fiber) {
    return cancel_scope_enter(fiber, SCOPE_GROUP);
}

CancelScope *cancel_scope_enter_timeout(Fiber *fiber, Value seconds) {
    uint64_t deadline;
    if (!wait_deadline(fiber, seconds, &deadline))
        return NULL;
    CancelScope *scope = cancel_scope_enter(fiber, SCOPE_TIMEOUT);
    scope->deadline = deadline == DEADLINE_LOOK ? deadline_after(0) : deadline;
    if (deadline != DEADLINE_NEVER)
        scope->seconds = wait_seconds(seconds);
    if (scope->deadline < fiber->deadline)
        set_deadline(fiber);
    return scope;
}

static void leave_timeout(Fiber *fiber, CancelScope *scope) {
    fiber->scope = scope->outer;
    if (fiber->deadline != DEADLINE_NEVER)
        set_deadline(fiber);
}

// --- throwing ---

bool cancel_scope_throw_cancel(Fiber *fiber) {
    for (CancelScope *s = fiber->scope; s; s = s->outer) {
        object_lock(&s->header);
        bool due = s->cancel == SCOPE_CANCEL_PENDING;
        if (due)
            s->cancel = SCOPE_CANCEL_THROWN;
        object_unlock(&s->header);
        if (!due)
            continue;
        sub_seq(&fiber->scope_cancels, 1);
        throw_error(fiber, ERROR_Cancelled, "cancelled, as another part of the group has failed");
        slot_set(&s->thrown, fiber->error);
        return true;
    }
    return false;
}

// The limit that passed first; of equal ones the outermost, as all within it is to end.
static CancelScope *expired_scope(Fiber *fiber, uint64_t now) {
    CancelScope *expired = NULL;
    for (CancelScope *s = fiber->scope; s; s = s->outer)
        if (s->deadline <= now && (!expired || s->deadline <= expired->deadline))
            expired = s;
    return expired;
}

bool cancel_scope_throw_expired(Fiber *fiber) {
    if (fiber->shielded)
        return false;
    uint64_t now = fiber->deadline == DEADLINE_NEVER ? 0 : deadline_after(0);
    CancelScope *scope = fiber->deadline <= now ? expired_scope(fiber, now) : NULL;
    if (!scope)
        return false;
    scope->deadline = DEADLINE_NEVER;
    set_deadline(fiber);
    throw_error(fiber, ERROR_TimeoutError, "the block took longer than its time limit of %g s",
                scope->seconds);
    return true;
}

// --- members ---

static CancelScope *group_of(Handle *handle) {
    Value v = slot_get(&handle->group);
    return value_is_cancel_scope(v) ? value_to_cancel_scope(v) : NULL;
}

// Under the group's lock.
static void member_link(Handle **list, Handle *handle) {
    handle->group_previous = NULL;
    handle->group_next = *list;
    if (*list)
        (*list)->group_previous = handle;
    *list = handle;
}

static void member_unlink(CancelScope *group, Handle *handle) {
    Handle **list = handle->group_cancelled ? &group->cancelled : &group->running;
    if (handle->group_previous)
        handle->group_previous->group_next = handle->group_next;
    else
        *list = handle->group_next;
    if (handle->group_next)
        handle->group_next->group_previous = handle->group_previous;
    handle->group_next = handle->group_previous = NULL;
}

static Handle *take_uncancelled(CancelScope *group) {
    object_lock(&group->header);
    Handle *handle = group->running;
    if (handle) {
        member_unlink(group, handle);
        handle->group_cancelled = true;
        member_link(&group->cancelled, handle);
    }
    object_unlock(&group->header);
    return handle;
}

static void cancel_members(Fiber *fiber, CancelScope *group) {
    Handle *handle;
    while ((handle = take_uncancelled(group)))
        handle_cancel_along(fiber, handle);
}

CancelScope *cancel_scope_of_start(Fiber *fiber) {
    CancelScope *group = fiber->start_scope;
    fiber->start_scope = NULL;
    return group && group->forks == fiber->world->forks ? group : NULL;
}

bool cancel_scope_add(Fiber *fiber, CancelScope *group, Handle *handle) {
    if (!group)
        return true;
    object_lock(&group->header);
    bool open = !group->closed;
    if (open) {
        slot_set(&handle->group, value_from_ref(group));
        member_link(&group->running, handle);
        group->member_count++;
    }
    object_unlock(&group->header);
    if (!open)
        throw_runtime(fiber, "the group has ended: nothing can be started in it any more");
    return open;
}

// Under the group's lock: the last member that goes wakes the owner.
static void member_gone(CancelScope *group, Handle *handle) {
    member_unlink(group, handle);
    if (--group->member_count > 0)
        return;
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&group->waiters)))
        if (waiter_claim(waiter, WAKE_HANDED))
            park_wake(waiter->fiber);
}

void cancel_scope_remove(Handle *handle) {
    CancelScope *group = group_of(handle);
    if (!group)
        return;
    object_lock(&group->header);
    member_gone(group, handle);
    object_unlock(&group->header);
    slot_set(&handle->group, VALUE_UNDEF);
}

void cancel_scope_started(Fiber *fiber, Handle *handle) {
    CancelScope *group = group_of(handle);
    if (!group)
        return;
    object_lock(&group->header);
    bool failed = group->failed;
    object_unlock(&group->header);
    if (failed)
        cancel_members(fiber, group);
}

static bool is_a(Fiber *fiber, Value error, ErrorClass c) {
    Runtime *runtime = fiber_runtime(fiber);
    return value_is_instance_of(runtime, error, runtime->errors[c]);
}

static bool is_cancelled(Fiber *fiber, Value error) { return is_a(fiber, error, ERROR_Cancelled); }

// Under the group's lock. A block that runs still gets a Cancelled.
static void cancel_block(CancelScope *group) {
    if (group->leaving || group->cancel != SCOPE_CANCEL_NONE)
        return;
    Fiber *owner = group->owner;
    group->cancel = SCOPE_CANCEL_PENDING;
    add_seq(&owner->scope_cancels, 1);
    if (park_claim(owner, WAKE_CANCELLED))
        park_wake(owner);
}

// Under the group's lock.
static void add_failed(CancelScope *group, Handle *handle) {
    if (group->last_failed)
        group->last_failed->group_next = handle;
    else
        group->first_failed = handle;
    group->last_failed = handle;
    group->failed_count++;
}

void cancel_scope_member_ended(Fiber *fiber, Handle *handle, Value error) {
    CancelScope *group = group_of(handle);
    if (!group)
        return;
    bool failed = error != VALUE_UNDEF && !is_cancelled(fiber, error), first = false;
    object_lock(&group->header);
    if (failed) {
        first = !group->failed;
        group->failed = true;
        cancel_block(group);
    }
    member_gone(group, handle);
    if (failed)
        add_failed(group, handle);
    object_unlock(&group->header);
    if (first)
        cancel_members(fiber, group);
}

// --- the end of a group ---

// `error` has ended the block, or the wait for the members: they are cancelled, and the wait goes on,
// whatever comes.
static void block_failed(Fiber *fiber, CancelScope *group, Value error) {
    fiber->shielded = true;
    object_lock(&group->header);
    bool known = slot_get(&group->block_error) != VALUE_UNDEF || error == slot_get(&group->thrown);
    if (!known || is_a(fiber, error, ERROR_Interrupted)) {
        slot_set(&group->block_error, error);
        group->failed_before = group->failed_count;
    }
    group->failed = true;
    object_unlock(&group->header);
    cancel_members(fiber, group);
}

// The block is over: a Cancelled for it that it has not had is taken back.
static void begin_leave(Fiber *fiber, CancelScope *group, Value error) {
    object_lock(&group->header);
    group->leaving = true;
    bool pending = group->cancel == SCOPE_CANCEL_PENDING;
    group->cancel = pending ? SCOPE_CANCEL_NONE : group->cancel;
    object_unlock(&group->header);
    if (pending)
        sub_seq(&fiber->scope_cancels, 1);
    if (error == VALUE_UNDEF && !wait_due(fiber))
        error = error_take(fiber);
    if (error != VALUE_UNDEF)
        block_failed(fiber, group, error);
}

// What woke the owner, other than the end of the last member.
static void woken(Fiber *fiber, CancelScope *group, WakeReason reason) {
    object_lock(&group->header);
    wait_queue_remove(&fiber->wait.waiter);
    object_unlock(&group->header);
    if (fiber->shielded && reason != WAKE_DEADLOCK && reason != WAKE_INTERRUPTED)
        return; // counted, and thrown by the next waiting call
    wait_throw(fiber, reason);
    block_failed(fiber, group, error_take(fiber));
    if (reason == WAKE_INTERRUPTED) // Ctrl-C ends also those that only compute
        world_notify_all(fiber->world, POLL_END);
}

// Under the group's lock.
static bool has_own_task(const Fiber *fiber, const CancelScope *group) {
    for (int i = 0; i < 2; i++)
        for (Handle *h = i ? group->cancelled : group->running; h; h = h->group_next)
            if (handle_is_task_of(h, fiber->thread))
                return true;
    return false;
}

static bool all_ended(Fiber *fiber, CancelScope *group) {
    object_lock(&group->header);
    bool ended = group->member_count == 0;
    if (ended) {
        group->closed = true;
    } else {
        park_arm(fiber, PARK_GROUP, value_from_ref(group), DEADLINE_NEVER);
        fiber->wait.turns = has_own_task(fiber, group);
        wait_queue_push(&group->waiters, &fiber->wait.waiter);
    }
    object_unlock(&group->header);
    return ended;
}

static void add_error(Fiber *fiber, List *errors, Value error) {
    for (size_t i = 0; i < list_length(errors); i++)
        if (list_get(errors, i) == error)
            return;
    list_append(fiber, errors, error);
}

// All that failed, in order. A Cancelled of the block counts only where nothing else has failed.
static List *all_errors(Fiber *fiber, CancelScope *group) {
    List *errors = list_new(fiber->heap, group->failed_count + 1);
    Value block = slot_get(&group->block_error);
    if (group->failed_count > 0 && block != VALUE_UNDEF && is_cancelled(fiber, block))
        block = VALUE_UNDEF;
    uint32_t number = 0;
    for (Handle *h = group->first_failed; h; h = h->group_next, number++) {
        if (block != VALUE_UNDEF && number == group->failed_before)
            add_error(fiber, errors, block);
        add_error(fiber, errors, slot_get(&h->error));
    }
    if (block != VALUE_UNDEF && number == group->failed_before)
        add_error(fiber, errors, block);
    return errors;
}

// An error that came out of a group within this one brings the errors of that one along.
static void note_errors(Fiber *fiber, Instance *error, List *errors) {
    Str *name = fiber_runtime(fiber)->names[NAME_errors];
    int slot = shape_find(instance_shape(error), name);
    if (slot < 0 || list_length(errors) > 1)
        instance_set(fiber, error, name, value_from_ref(errors));
}

static Value group_result(Fiber *fiber, CancelScope *group) {
    fiber->shielded = false;
    fiber->scope = group->outer;
    List *errors = all_errors(fiber, group);
    if (list_length(errors) == 0)
        return VALUE_NIL;
    Value error = list_get(errors, 0);
    if (!is_cancelled(fiber, error))
        note_errors(fiber, (Instance *)value_to_ref(error), errors);
    return throw_instance(fiber, error);
}

static Value leave_group(Fiber *fiber, CancelScope *group, Value error) {
    WakeReason reason = park_outcome(fiber);
    if (reason == WAKE_NONE)
        begin_leave(fiber, group, error);
    else if (reason != WAKE_HANDED)
        woken(fiber, group, reason);
    if (all_ended(fiber, group))
        return group_result(fiber, group);
    deadlock_check(fiber, fiber->wait.turns && (!fiber->is_task || fiber->shielded));
    return VALUE_PARKED;
}

Value cancel_scope_leave(Fiber *fiber, Value *args, int count) {
    (void)count;
    CancelScope *scope = value_to_cancel_scope(args[0]);
    assert(scope == fiber->scope);
    if (scope->kind == SCOPE_GROUP)
        return leave_group(fiber, scope, args[1]);
    leave_timeout(fiber, scope);
    return VALUE_NIL;
}

// --- reports ---

Fiber *cancel_scope_waits_for(Fiber *fiber, CancelScope *group) {
    Fiber *found = NULL;
    object_lock(&group->header);
    for (int i = 0; i < 2; i++)
        for (Handle *h = i ? group->cancelled : group->running; h; h = h->group_next) {
            Fiber *member = load_acquire(&h->fiber);
            if (member && (!found || handle_is_task_of(h, fiber->thread)))
                found = member;
        }
    object_unlock(&group->header);
    return found;
}

void cancel_scope_describe(CancelScope *group, Text *out) {
    enum { MOST_NAMED = 5 };
    uint32_t named = 0;
    text_format(out, translate("the end of the members of a group (%u left"), group->member_count);
    for (int i = 0; i < 2; i++)
        for (Handle *h = i ? group->cancelled : group->running; h && named < MOST_NAMED;
             h = h->group_next) {
            text_string(out, named++ ? translate(", ") : ": ");
            handle_describe(h, out);
        }
    text_char(out, ')');
}
