// SPDX-License-Identifier: MIT
//
// What shared objects have in common, and the listener. The listener looks at a Shared only while some
// fiber of this process waits for it, which keeps it alive; list and count are under Sharing.mutex, which
// the listener holds for each of its turns, and a forker across the fork: so in the child nobody is in
// the middle of a turn.
//
// Order of locks: Sharing.mutex, then an area's mutex, under which nothing else is taken.
#include "sync/shared.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "sync/registry.h"

enum { LISTENER_STACK = 256 * 1024, AREAS_A_COLLECTION = 2048 };

// --- making ---

static Sharing *sharing_new(World *world) {
    Sharing *sharing = os_calloc(1, sizeof *sharing);
    sharing->world = world;
    if (!family_found(&sharing->family)) {
        free(sharing);
        return NULL;
    }
    mutex_init(&sharing->mutex, RANK_SHARING);
    return sharing;
}

static void sharing_drop(Sharing *sharing) {
    family_leave(&sharing->family);
    mutex_destroy(&sharing->mutex);
    free(sharing);
}

static Sharing *sharing_of(const Fiber *fiber) {
    return load_acquire(&fiber->world->runtime->registry->sharing);
}

// Of two threads that make it at once the second takes the first one's.
static bool sharing_ensure(Fiber *fiber) {
    if (sharing_of(fiber))
        return true;
    Sharing *made = sharing_new(fiber->world), *there = NULL;
    if (!made)
        return false;
    if (!cas_acq_rel(&fiber_registry(fiber)->sharing, &there, made))
        sharing_drop(made);
    return true;
}

const Family *fiber_family(const Fiber *fiber) { return &sharing_of(fiber)->family; }

// The heap counts what is inside of it: an area is pages of memory and far more addresses beside an object of a
// few bytes. So they ask for a collection of their own.
static void collect_after_many(Fiber *fiber) {
    Sharing *sharing = sharing_of(fiber);
    if (add_relaxed(&sharing->areas, 1) % AREAS_A_COLLECTION != AREAS_A_COLLECTION - 1)
        return;
    heap_request_collection(fiber->world->heap);
    thread_safepoint(fiber->thread);
}

// What cannot be had may be held by objects that nobody refers to any more.
Area *shared_area(Fiber *fiber, size_t lines, size_t least, size_t most) {
    Area *area = NULL;
    for (int attempt = 0; attempt < 2 && !area; attempt++) {
        if (attempt > 0) {
            heap_request_collection(fiber->world->heap);
            thread_safepoint(fiber->thread);
        }
        if (sharing_ensure(fiber))
            area = area_new(lines, least, most);
    }
    if (!area) {
        throw_errno(fiber, errno, NULL);
        return NULL;
    }
    collect_after_many(fiber);
    const Family *family = fiber_family(fiber);
    area->creator = family->self;
    area->birth = load_seq(&family->table->born);
    return area;
}

void shared_trace(Object *object, Tracer *tracer) {
    (void)object;
    (void)tracer;
}

void shared_finalize(Object *object, Heap *heap) {
    (void)heap;
    area_free(((Shared *)object)->area);
}

// --- looking ---

void shared_hold(Fiber *fiber, Shared *shared) { area_lock(shared->area, fiber->thread); }

void shared_release(Fiber *fiber, Shared *shared, const Ticket *next) {
    const Family *family = fiber_family(fiber);
    uint64_t member = next ? next->member : 0;
    if (member == family->self)
        shared->attend(family, shared);
    area_unlock(shared->area);
    if (member != 0 && member != family->self)
        family_ring(family, member);
}

// Neighbours in the line are often of one process: it is told once.
void shared_tell(Fiber *fiber, Shared *shared, Line *line) {
    const Family *family = fiber_family(fiber);
    const Ticket *ticket;
    LineWalk walk = {0};
    uint64_t told = 0;
    while ((ticket = line_next(shared->area, line, family, &walk))) {
        if (ticket->member != told && ticket->member != family->self)
            family_ring(family, ticket->member);
        told = ticket->member;
    }
}

// --- waiting ---

static bool may_be_ended(const Sharing *sharing, const Shared *shared) {
    return family_others(&sharing->family, shared->area->creator, shared->area->birth);
}

static void set_external(const Sharing *sharing, Shared *shared, bool external) {
    if (shared->external == external)
        return;
    shared->external = external;
    if (external)
        world_external_begin(sharing->world);
    else
        world_external_end(sharing->world);
}

static void link_waiting(Sharing *sharing, Shared *shared) {
    shared->previous = NULL;
    shared->next = sharing->waiting;
    if (shared->next)
        shared->next->previous = shared;
    sharing->waiting = shared;
}

static void unlink_waiting(Sharing *sharing, Shared *shared) {
    if (shared->previous)
        shared->previous->next = shared->next;
    else
        sharing->waiting = shared->next;
    if (shared->next)
        shared->next->previous = shared->previous;
    shared->next = shared->previous = NULL;
}

static bool listen(Sharing *sharing);

bool shared_enter(Fiber *fiber, Shared *shared) {
    Sharing *sharing = sharing_of(fiber);
    mutex_lock(&sharing->mutex);
    bool listens = listen(sharing);
    if (listens && shared->waiters++ == 0) {
        link_waiting(sharing, shared);
        set_external(sharing, shared, may_be_ended(sharing, shared));
    }
    mutex_unlock(&sharing->mutex);
    return listens;
}

Value shared_throw_no_listener(Fiber *fiber) {
    return throw_runtime(fiber, "can't start new thread");
}

void shared_leave(Fiber *fiber, Shared *shared, Waiter *waiter) {
    Sharing *sharing = sharing_of(fiber);
    if (waiter)
        waiter->extra = VALUE_UNDEF;
    mutex_lock(&sharing->mutex);
    if (--shared->waiters == 0) {
        unlink_waiting(sharing, shared);
        set_external(sharing, shared, false);
    }
    mutex_unlock(&sharing->mutex);
}

bool shared_stand(Fiber *fiber, Shared *shared, Line *line, Waiter *waiter, uint64_t since,
                  bool front) {
    Ticket ticket = {fiber_family(fiber)->self, (uintptr_t)waiter, since};
    if (!line_push(shared->area, line, ticket, front))
        return false;
    waiter->extra = value_from_ref(shared);
    return true;
}

bool shared_wake(Waiter *waiter) {
    Fiber *fiber = waiter->fiber;
    if (!waiter_claim(waiter, WAKE_RETRY))
        return false;
    park_wake(fiber);
    return true;
}

// --- the listener ---

static void attend_all(Sharing *sharing) {
    for (Shared *shared = sharing->waiting; shared; shared = shared->next) {
        area_lock_outside(shared->area);
        shared->attend(&sharing->family, shared);
        area_unlock(shared->area);
    }
}

// After everybody has been woken who can be.
static void look_who_is_left(Sharing *sharing) {
    for (Shared *shared = sharing->waiting; shared; shared = shared->next)
        if (shared->external)
            set_external(sharing, shared, may_be_ended(sharing, shared));
}

static void *listener_main(void *argument) {
    Sharing *sharing = argument;
    store_seq(&sharing->begun, 1);
    os_futex_wake(&sharing->begun, 1);
    _Atomic uint32_t *bell = family_bell(&sharing->family);
    uint32_t known = 0; // ends of members that have been taken into account
    while (!load_seq(&sharing->ending)) {
        uint32_t heard = load_seq(bell), left = load_seq(&sharing->family.table->left);
        mutex_lock(&sharing->mutex);
        attend_all(sharing);
        if (left != known)
            look_who_is_left(sharing);
        mutex_unlock(&sharing->mutex);
        known = left;
        if (!load_seq(&sharing->ending))
            os_futex_wait_shared(bell, heard, UINT64_MAX);
    }
    return NULL;
}

static void await_begin(Sharing *sharing) {
    while (!load_seq(&sharing->begun))
        os_futex_wait(&sharing->begun, 0, UINT64_MAX);
}

// Under the mutex, which a forker takes too: so nobody forks while the new pthread is in its start, where
// the C library may hold locks. There is a listener then. False: the system has no thread for it.
static bool listen(Sharing *sharing) {
    if (sharing->listens)
        return true;
    store_seq(&sharing->begun, 0);
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, LISTENER_STACK);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&sharing->listener, &attributes, listener_main, sharing);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    sharing->listens = error == 0;
    if (sharing->listens)
        await_begin(sharing);
    return sharing->listens;
}

// --- fork and ends ---

bool sharing_before_fork(Runtime *runtime) {
    Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (!sharing)
        return true;
    if (!family_reserve(&sharing->family, load_relaxed(&runtime->next_shape_id)))
        return false;
    mutex_lock(&sharing->mutex);
    return true;
}

// All that is waited for here the child has now, too.
uint64_t sharing_after_fork(Runtime *runtime, bool born) {
    Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (!sharing)
        return 0;
    uint64_t number = 0;
    if (born)
        number = family_born(&sharing->family);
    else
        family_unborn(&sharing->family);
    for (Shared *shared = sharing->waiting; born && shared; shared = shared->next)
        set_external(sharing, shared, true);
    mutex_unlock(&sharing->mutex);
    return number;
}

void sharing_enter_child(Runtime *runtime, uint64_t id) {
    Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (!sharing)
        return;
    mutex_unlock(&sharing->mutex); // of sharing_before_fork
    while (sharing->waiting) {
        Shared *shared = sharing->waiting;
        unlink_waiting(sharing, shared);
        shared->waiters = 0;
        shared->external = false;
    }
    sharing->listens = false;
    family_enter(&sharing->family, id);
}

void sharing_left(Runtime *runtime, uint64_t number) {
    const Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (sharing)
        family_left(&sharing->family, number);
}

void sharing_parent_left(Runtime *runtime) {
    const Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (sharing)
        family_left(&sharing->family, family_parent(&sharing->family));
}

void sharing_free(Runtime *runtime) {
    Sharing *sharing = load_acquire(&runtime->registry->sharing);
    if (!sharing)
        return;
    if (sharing->listens) {
        store_seq(&sharing->ending, true);
        family_ring(&sharing->family, sharing->family.self);
        pthread_join(sharing->listener, NULL);
    }
    sharing_drop(sharing);
    store_release(&runtime->registry->sharing, NULL);
}
