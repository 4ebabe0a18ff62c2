// SPDX-License-Identifier: MIT
//
// The registry. Its mutex is a leaf: under it nothing is allocated on the heap, nothing runs scripts.
// The collector takes it too (unpicked_clear), with the world stopped; no holder reaches a safepoint.
//
// Errors that wait to be picked up are kept here and not in the handle alone, since a handle that is
// collected cannot hand on an object that dies with it: the error is a root, the handle a weak word.
#include "sync/registry.h"

#include <signal.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/root.h"
#include "sched/alarm.h"
#include "sync/atomic_value.h"
#include "sync/barrier.h"
#include "sync/condition.h"
#include "sync/crew.h"
#include "sync/event.h"
#include "sync/latch.h"
#include "sync/fiber_local.h"
#include "sync/lock.h"
#include "sync/queue.h"
#include "sync/cancel_scope.h"
#include "sync/rlock.h"
#include "sync/rwlock.h"
#include "sync/semaphore.h"
#include "sync/watch.h"
#include "sync/select.h"
#include "sync/shared_lock.h"
#include "sync/wait.h"

// --- its mutex ---

// As long as the Vm has no pthread but this one that could look, it need not be locked. It is a pthread of the
// Vm that starts the first other one (registry_share, world_share), and not while it is locked.
static bool others_look(const Registry *registry) {
    return load_relaxed(&registry->shared) || load_relaxed(&registry->world->shared);
}

static void registry_lock(Registry *registry) {
    if (others_look(registry))
        mutex_lock(&registry->mutex);
}

static void registry_unlock(Registry *registry) {
    if (others_look(registry))
        mutex_unlock(&registry->mutex);
}

void registry_share(Registry *registry) { store_relaxed(&registry->shared, true); }

// --- roots ---

static void registry_trace(void *context, Tracer *tracer) {
    Registry *registry = context;
    for (Handle *h = registry->running; h; h = h->next)
        trace_object(tracer, h);
    for (Unpicked *u = registry->first_unpicked; u; u = u->next)
        trace_value(tracer, u->error);
    trace_value(tracer, registry->interrupt);
}

static void unpicked_clear(void *context, Heap *heap) {
    Registry *registry = context;
    bool lost = false;
    registry_lock(registry);
    for (Unpicked *u = registry->first_unpicked; u; u = u->next)
        if (u->handle && !heap_is_marked(heap, &u->handle->header)) {
            u->handle = NULL;
            lost = true;
        }
    registry_unlock(registry);
    if (lost && registry->world->main_thread)
        thread_notify(registry->world->main_thread, POLL_REPORT);
}

static void clear_locals(void *context, Heap *heap) {
    const Registry *registry = context;
    if (load_relaxed(&registry->has_locals)) // else no fiber is looked at
        fiber_locals_clear(registry->world, heap);
}

// Every kind of object of this folder.
static void register_kinds(Heap *heap) {
    static const struct {
        KindId id;
        const Kind *kind;
    } list[] = {
        {KIND_HANDLE, &handle_kind},
        {KIND_LOCK, &lock_kind},
        {KIND_QUEUE, &queue_kind},
        {KIND_SHARED_LOCK, &shared_lock_kind},
        {KIND_CANCEL_SCOPE, &cancel_scope_kind},
        {KIND_SELECT, &select_kind},
        {KIND_SELECT_CASE, &select_case_kind},
        {KIND_RLOCK, &rlock_kind},
        {KIND_SEMAPHORE, &semaphore_kind},
        {KIND_BOUNDED_SEMAPHORE, &semaphore_kind},
        {KIND_EVENT, &event_kind},
        {KIND_LATCH, &latch_kind},
        {KIND_BARRIER, &barrier_kind},
        {KIND_CONDITION, &condition_kind},
        {KIND_RWLOCK, &rwlock_kind},
        {KIND_RWLOCK_SIDE, &rwlock_side_kind},
        {KIND_HOLD, &hold_kind},
        {KIND_CREW, &crew_kind},
        {KIND_CREW_OWNER, &crew_owner_kind},
        {KIND_WATCH, &watch_kind},
        {KIND_WATCH_LINK, &watch_link_kind},
        {KIND_ATOMIC, &atomic_value_kind},
        {KIND_LOCAL, &fiber_local_kind},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        heap_register_kind(heap, list[i].id, list[i].kind);
}

void sync_init(Runtime *runtime) {
    Registry *registry = os_calloc(1, sizeof *registry);
    registry->world = runtime->world;
    registry->home = -1;
    registry->interrupt = VALUE_UNDEF;
    mutex_init(&registry->mutex, RANK_REGISTRY);
    runtime->registry = registry;
    register_kinds(runtime->heap);
    heap_add_roots(runtime->heap, registry_trace, registry);
    heap_add_weak(runtime->heap, unpicked_clear, registry);
    heap_add_weak(runtime->heap, clear_locals, registry);
}

static void unpicked_free(Registry *registry) {
    for (Unpicked *u = registry->first_unpicked, *next; u; u = next) {
        next = u->next;
        free(u);
    }
    registry->first_unpicked = registry->last_unpicked = NULL;
}

void sync_free(Runtime *runtime) {
    Registry *registry = runtime->registry;
    if (!registry)
        return;
    sharing_free(runtime);
    unpicked_free(registry);
    for (Fiber *fiber = runtime->world->main_thread->fibers; fiber; fiber = fiber->next)
        fiber_locals_free(fiber);
    mutex_destroy(&registry->mutex);
    free(registry);
    runtime->registry = NULL;
}

void sync_trace_fiber(Fiber *fiber, Tracer *tracer) {
    if (fiber->held_locks || fiber->held_shared)
        locks_trace(fiber, tracer);
    if (fiber->holds)
        holds_trace(fiber, tracer);
    trace_object(tracer, fiber->scope);
}

void sync_fiber_ended(Fiber *fiber) {
    if (fiber->held_locks || fiber->held_shared)
        locks_abandon(fiber);
    if (fiber->holds)
        holds_abandon(fiber);
    if (fiber->locals)
        fiber_locals_free(fiber);
}

void sync_inherit(Fiber *forker, Fiber *heir) {
    locks_inherit(forker, heir);
    holds_inherit(forker, heir);
    fiber_locals_inherit(forker, heir);
}

// --- what runs ---

static void add_pending(Registry *registry, Handle *handle) {
    if (handle->pending || load_relaxed(&handle->detached))
        return;
    handle->pending = true;
    registry->pending++;
}

// The finishers look again by themselves.
static void wake_finishers(Registry *registry) {
    if (registry->pending > 0 && registry->running_count > 0)
        return;
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&registry->finishers)))
        if (waiter_claim(waiter, WAKE_RETRY))
            park_wake(waiter->fiber);
}

static void drop_pending(Registry *registry, Handle *handle) {
    if (!handle->pending)
        return;
    handle->pending = false;
    registry->pending--;
    wake_finishers(registry);
}

void registry_add(Registry *registry, Handle *handle) {
    registry_lock(registry);
    handle->previous = NULL;
    handle->next = registry->running;
    if (handle->next)
        handle->next->previous = handle;
    registry->running = handle;
    registry->running_count++;
    add_pending(registry, handle);
    if (registry->all_cancelled && load_relaxed(&handle->fiber)) // a job has none yet
        fiber_cancel(load_relaxed(&handle->fiber));
    registry_unlock(registry);
}

void registry_remove(Registry *registry, Handle *handle) {
    registry_lock(registry);
    if (handle->previous)
        handle->previous->next = handle->next;
    else
        registry->running = handle->next;
    if (handle->next)
        handle->next->previous = handle->previous;
    handle->next = handle->previous = NULL;
    registry->running_count--;
    drop_pending(registry, handle);
    wake_finishers(registry);
    registry_unlock(registry);
}

void registry_pending(Registry *registry, Handle *handle) {
    registry_lock(registry);
    add_pending(registry, handle);
    registry_unlock(registry);
}

void registry_not_pending(Registry *registry, Handle *handle) {
    registry_lock(registry);
    drop_pending(registry, handle);
    registry_unlock(registry);
}

void handle_detach(Fiber *fiber, Handle *handle) {
    Registry *registry = fiber_registry(fiber);
    registry_lock(registry);
    store_relaxed(&handle->detached, true);
    drop_pending(registry, handle);
    registry_unlock(registry);
}

// --- errors that nobody has picked up ---

void registry_keep_error(Registry *registry, Handle *handle, Value error) {
    Unpicked *u = os_malloc(sizeof *u);
    registry_lock(registry);
    if (load_relaxed(
            &handle->picked_up)) { // somebody has said beforehand that it is of no interest
        registry_unlock(registry);
        free(u);
        return;
    }
    *u = (Unpicked){.handle = handle, .error = error, .previous = registry->last_unpicked};
    if (u->previous)
        u->previous->next = u;
    else
        registry->first_unpicked = u;
    registry->last_unpicked = u;
    handle->unpicked = u;
    registry_unlock(registry);
}

static void unlink_unpicked(Registry *registry, Unpicked *u) {
    if (u->previous)
        u->previous->next = u->next;
    else
        registry->first_unpicked = u->next;
    if (u->next)
        u->next->previous = u->previous;
    else
        registry->last_unpicked = u->previous;
    if (u->handle)
        u->handle->unpicked = NULL;
}

void registry_picked_up(Registry *registry, Handle *handle) {
    if (load_acquire(&handle->picked_up))
        return;
    registry_lock(registry);
    store_release(&handle->picked_up, true);
    Unpicked *u = handle->unpicked;
    if (u)
        unlink_unpicked(registry, u);
    registry_unlock(registry);
    free(u);
}

// Takes the oldest out: any, or only one whose handle is gone. UNDEF: none.
static Value take_unpicked(Registry *registry, bool any) {
    registry_lock(registry);
    Unpicked *u = registry->first_unpicked;
    while (u && u->handle && !any)
        u = u->next;
    if (u)
        unlink_unpicked(registry, u);
    registry_unlock(registry);
    Value error = u ? u->error : VALUE_UNDEF;
    free(u);
    return error;
}

static bool report_unpicked(Fiber *main, bool any) {
    Registry *registry = fiber_registry(main);
    bool reported = false;
    Value error;
    while ((error = take_unpicked(registry, any)) != VALUE_UNDEF) {
        uint32_t mark = root_mark(main);
        root_push(main, error); // it is no root of the registry any more
        fiber_runtime(main)->report(main, error);
        root_release(main, mark);
        reported = true;
    }
    return reported;
}

static bool settle_and_report(Fiber *main, bool any) {
    const ProcessHooks *processes = load_acquire(&fiber_registry(main)->processes);
    if (processes)
        processes->settle_all(main);
    return report_unpicked(main, any);
}

void handles_report_lost(Fiber *main) { settle_and_report(main, false); }
bool handles_report_unpicked(Fiber *main) { return settle_and_report(main, true); }

// --- the end of a script ---

// Waits until `count` (of the registry) is 0 or `deadline` has passed.
static WakeReason wait_for_none(Fiber *main, const uint32_t *count, uint64_t deadline) {
    Registry *registry = fiber_registry(main);
    for (;;) {
        registry_lock(registry);
        if (*count == 0) {
            registry_unlock(registry);
            return WAKE_RETRY;
        }
        park_arm(main, PARK_END, VALUE_NIL, deadline);
        wait_queue_push(&registry->finishers, &main->wait.waiter);
        registry_unlock(registry);
        park_block(main, true);
        WakeReason reason = park_outcome(main);
        registry_lock(registry);
        wait_queue_remove(&main->wait.waiter);
        registry_unlock(registry);
        if (reason != WAKE_RETRY && reason != WAKE_HANDED)
            return reason;
    }
}

bool handles_finish(Fiber *main, bool *reported) {
    Registry *registry = fiber_registry(main);
    WakeReason reason = wait_for_none(main, &registry->pending, DEADLINE_NEVER);
    *reported = handles_report_unpicked(main);
    if (reason == WAKE_RETRY)
        return true;
    wait_throw(main, reason);
    return false;
}

bool handles_turn(Fiber *main, double seconds) {
    Registry *registry = fiber_registry(main);
    mutex_lock(&registry->mutex);
    const uint32_t *count =
        registry->running_count > 0 ? &registry->running_count : &registry->pending;
    mutex_unlock(&registry->mutex);
    WakeReason reason = wait_for_none(main, count, deadline_after(seconds));
    if (reason == WAKE_DEADLOCK) {
        free(main->wait.report);
        main->wait.report = NULL;
    }
    return reason == WAKE_RETRY || reason == WAKE_TIMEOUT;
}

void handles_cancel_all(World *world, const Fiber *except) {
    Registry *registry = world->runtime->registry;
    if (exchange_seq(&world->ending, true))
        return;
    registry_lock(registry);
    registry->all_cancelled = true;
    for (Handle *h = registry->running; h; h = h->next) {
        // A fiber takes itself out of this list, under the mutex, before it can go.
        Fiber *target = load_acquire(&h->fiber);
        if (target && target != except)
            fiber_cancel(target);
    }
    registry_unlock(registry);
    world_notify_all(world, POLL_END);
    const ProcessHooks *processes = load_acquire(&registry->processes);
    if (processes)
        processes->terminate_all(world, SIGTERM);
}

// Whatever happens while the script ends ends no sooner than all has ended or the deadline has passed.
static WakeReason wait_for_end(Fiber *main, uint64_t deadline) {
    for (;;) {
        store_relaxed(&main->cancels, 0);
        WakeReason reason = wait_for_none(main, &fiber_registry(main)->running_count, deadline);
        if (reason == WAKE_RETRY || reason == WAKE_TIMEOUT)
            return reason;
        if (reason == WAKE_DEADLOCK) {
            free(main->wait.report);
            main->wait.report = NULL;
            return reason;
        }
    }
}

// The world can be used again.
static void end_is_over(Registry *registry) {
    registry_lock(registry);
    registry->all_cancelled = false;
    registry_unlock(registry);
    store_relaxed(&registry->world->force_at, DEADLINE_NEVER);
    store_seq(&registry->world->ending, false);
}

bool handles_end_all(Fiber *main, double seconds) {
    Registry *registry = fiber_registry(main);
    uint64_t deadline = deadline_after(seconds);
    handles_cancel_all(main->world, main);
    store_relaxed(&main->world->force_at, deadline);
    if (main->thread->fiber_count > 1)
        alarm_set(main->thread, deadline);
    and_seq(&main->thread->poll, ~(uint32_t)POLL_END); // it is this thread that ends the others
    WakeReason reason = wait_for_end(main, deadline);
    store_relaxed(&main->cancels, 0);
    const ProcessHooks *processes = load_acquire(&registry->processes);
    if (processes)
        processes->wait_gone(main->world, deadline);
    registry_lock(registry);
    unpicked_free(registry);
    registry_unlock(registry);
    if (reason == WAKE_RETRY)
        end_is_over(registry);
    return reason == WAKE_RETRY;
}

// ---- After fork ----------------------------------------------------------------------------------

// Handles of the parent's threads and tasks count as ended, without result or error (see handle_join).
static void registry_after_fork(Registry *registry) {
    mutex_after_fork(&registry->mutex);
    for (Handle *h = registry->running, *next; h; h = next) {
        next = h->next;
        h->next = h->previous = NULL;
        h->pending = false;
        h->joiners = (WaitQueue){0};
        store_relaxed(&h->fiber, NULL);
        store_relaxed(&h->state, HANDLE_ENDED);
    }
    registry->running = NULL;
    registry->running_count = registry->pending = 0;
    registry->all_cancelled = false;
    registry->finishers = (WaitQueue){0};
    unpicked_free(registry);
}

// A lock may have been handed over to a fiber that has not run since, and so does not list it yet.
static Lock *handed_lock(Fiber *fiber) {
    uint32_t state = load_relaxed(&fiber->wait.state);
    if (fiber->wait.kind != PARK_LOCK || state < WAIT_CLAIMED || fiber->wait.reason != WAKE_HANDED)
        return NULL;
    return value_is_lock(fiber->wait.object) ? value_to_lock(fiber->wait.object) : NULL;
}

static void leave_fiber_behind(Fiber *fiber, Fiber *forker) {
    Wait *wait = &fiber->wait;
    if (wait->kind == PARK_QUEUE_PUT && value_is_queue(wait->object))
        queue_forget_putter(value_to_queue(wait->object), fiber);
    wait_queue_remove(&wait->waiter);
    if (wait->kind == PARK_GATE && gate_of(wait->object))
        gate_leave_behind(gate_of(wait->object), fiber);
    fiber->held_shared = NULL; // they are the parent's
    if (wait->kind == PARK_SELECT && value_is_kind(wait->object, KIND_SELECT))
        select_leave_behind((Select *)value_to_ref(wait->object), fiber);
    Lock *handed = handed_lock(fiber);
    if (wait->kind == PARK_LOCK && value_is_lock(wait->object))
        lock_forget_waiters(value_to_lock(wait->object));
    if (handed && lock_owner(handed) == fiber)
        lock_leave_behind(handed, fiber);
    if (fiber == forker)
        return;
    holds_leave_behind(fiber);
    for (Lock *lock = fiber->held_locks, *next; lock; lock = next) {
        next = lock->next;
        lock_leave_behind(lock, fiber);
    }
    fiber->held_locks = NULL;
}

void sync_after_fork(World *world, Fiber *forker) {
    registry_after_fork(world->runtime->registry);
    for (Thread *thread = world->threads; thread; thread = thread->next)
        for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
            leave_fiber_behind(fiber, forker);
}
