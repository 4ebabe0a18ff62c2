// SPDX-License-Identifier: MIT
//
// Shared: what locks, queues and atomics that processes share have in common. A script holds a Shared
// object of its own heap; what it leads to lies in an area (sync/area.h). A forked child has a copy of the
// Shared, which leads to the same area.
//
// Waiting. A fiber that has to wait stands in a line of the area, with the address of its waiter, and in
// no other queue; the area's mutex is what park.h calls the object's lock. Whoever lets it go on finds its
// ticket: one of its own process it claims and wakes right there (`attend`); for one of another process it
// rings that one's bell. There the listener, a pthread of each process that waits, hears it, and attends to all
// objects that somebody here waits for. Nobody is given anything: whose turn it is looks again, with its
// ticket still in its place, and takes it then. So a process that is killed takes nothing along.
//
// A wait for a shared object can be ended from outside as long as another process may have the object
// (world_external_begin); whether one may is looked at again when a member of the family has left.
#ifndef CONC_SYNC_SHARED_H
#define CONC_SYNC_SHARED_H

#include "base/mutex.h"
#include "sync/area.h"
#include "sync/wait.h"

typedef struct Shared {
    Object header;
    Area *area;
    // Wakes whoever of this process can go on. The area's mutex is held. Any pthread.
    void (*attend)(const Family *family, struct Shared *shared);
    // Under Sharing.mutex:
    struct Shared *next, *previous; // Sharing.waiting
    uint32_t waiters;               // fibers of this process that wait for it, or are about to
    bool external;                  // somebody outside can end their waits: world_external_begin
} Shared;

// What a Vm keeps for it. Made with the first shared object.
typedef struct Sharing {
    World *world;
    Family family;
    Mutex mutex; // guards the list of those that are waited for, and the listener's start
    Shared *waiting;
    _Atomic uint64_t areas; // that have been made
    pthread_t listener;
    bool listens;
    _Atomic uint32_t begun; // by the listener: it is out of the C library's start
    _Atomic bool ending;
} Sharing;

// --- objects ---
// An area for a new object (see area_new). NULL with the error: OSError. May collect.
Area *shared_area(Fiber *fiber, size_t lines, size_t least, size_t most);
void shared_trace(Object *object, Tracer *tracer); // for Kind.trace: it leads to nothing
void shared_finalize(Object *object, Heap *heap);  // for Kind.finalize: lets go of the area
const Family *fiber_family(const Fiber *fiber);    // there is one as soon as there is an object

// Around each look at the area. While it is held nothing may park, run a script or reach a safepoint.
// `next` is a ticket of the area or NULL: whoever may go on now; it is told. Attends for its own process.
void shared_hold(Fiber *fiber, Shared *shared);
void shared_release(Fiber *fiber, Shared *shared, const Ticket *next);
// While it is held: tells all other processes that stand in the line.
void shared_tell(Fiber *fiber, Shared *shared, Line *line);

// --- waiting: for the steps of WaitOps ---
// Before the area is held: somebody is about to wait. False: there is no thread for the listener.
bool shared_enter(Fiber *fiber, Shared *shared);
Value shared_throw_no_listener(Fiber *fiber); // what the call throws then
// While it is held: the armed waiter stands in the line from here on. False: the line is full.
bool shared_stand(Fiber *fiber, Shared *shared, Line *line, Waiter *waiter, uint64_t since,
                  bool front);
// Whether this waiter has been told to stand in a line of this object, and not to leave it since.
static inline bool shared_stands(const Shared *shared, const Waiter *waiter) {
    return waiter->extra == value_from_ref(shared);
}
// While it is not held: the waiter, whose ticket has been taken out, waits no more; or who was about to
// (NULL) need not.
void shared_leave(Fiber *fiber, Shared *shared, Waiter *waiter);
// For `attend`: ends the wait of a waiter of this process. Its ticket stays. False: it had ended already.
bool shared_wake(Waiter *waiter);

// --- fork and ends: for process/ and registry.c ---
// Around a fork, with the world stopped. Nothing where nothing is shared. False with errno: no child can
// be had; then sharing_after_fork need not be called.
bool sharing_before_fork(Runtime *runtime);
uint64_t sharing_after_fork(Runtime *runtime, bool born); // in the parent: the child's number, or 0
void sharing_enter_child(Runtime *runtime, uint64_t id);  // in the child: its handle's id
void sharing_left(Runtime *runtime, uint64_t number);     // a child has ended. Any pthread
void sharing_parent_left(Runtime *runtime);               // async-signal-safe
void sharing_free(Runtime *runtime);

#endif
