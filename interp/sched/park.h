// SPDX-License-Identifier: MIT
//
// The one way to wait. Locks, queues, joins, sleeps, I/O, child processes and select all do this:
//
//   object_lock(o);
//   if (it can be had now) { take it; object_unlock(o); return the result; }
//   park_arm(fiber, PARK_QUEUE_GET, object, deadline);     // from here on it can be claimed
//   wait_queue_push(&o->getters, &fiber->wait.waiter);     // in order of arrival
//   object_unlock(o);
//   return VALUE_PARKED;                                   // the caller suspends or blocks
//
// and whoever can let it go on, under the same object's lock:
//
//   while ((w = wait_queue_pop(&o->getters)))
//       if (waiter_claim(w, WAKE_HANDED)) { w->value = item; park_wake(w->fiber); break; }
//
// One claim decides who ends a wait: the hand-over, the time-out, a cancel, the deadlock report. A
// claim that fails changes nothing, so a waiter that timed out or was cancelled takes nothing along.
//
//   Wait.state:   IDLE --arm (own thread)--> ARMED --claim (anyone, compare-and-swap)--> CLAIMED
//                 CLAIMED --wake (the claimer, last touch)--> READY --finish (own thread)--> IDLE
//
// While the world has one thread, what only threads of the world can end (an item put into a queue, the end of
// a task) is armed without any atomic operation (park_arm_own):
//
//                 IDLE --arm--> OWN --claim--> CLAIMED    all by the own thread
//                               OWN --------> ARMED       by the own thread, as the world gets a second one
//
// A cancel from outside of the world (--timeout) leaves such a claim to the thread: POLL_CANCELLED.
//
// A native that returned PARKED is called again with the same arguments when its fiber is READY;
// park_outcome then says why. Before anything else it must take its waiter out of the object's
// queue (wait_queue_remove under the object's lock) unless the outcome is WAKE_HANDED.
#ifndef CONC_SCHED_PARK_H
#define CONC_SCHED_PARK_H

#include "heap/heap.h"
#include "sched/world.h"

typedef enum __attribute__((packed)) ParkKind {
    PARK_NONE,
    PARK_SLEEP,
    PARK_LOCK,
    PARK_JOIN, // a thread, a task or a child process
    PARK_QUEUE_GET,
    PARK_QUEUE_PUT,
    PARK_QUEUE_JOIN,
    PARK_IO,
    PARK_YIELD, // lets others run, goes on at once
    PARK_END,   // the end of the script waits for what was started
    PARK_GROUP, // a group waits for its members
    PARK_GATE,  // a semaphore, event, barrier ... (sync/gate.h)
    PARK_SELECT,
    PARK_IDLE, // a thread of a Pool waits for a job: no part of any deadlock
} ParkKind;

typedef enum __attribute__((packed)) WakeReason {
    WAKE_NONE,   // not waiting: the first call of the native
    WAKE_HANDED, // got what it waited for; already out of the object's queue
    WAKE_RETRY,  // look again (a lock became free, a handle has ended)
    WAKE_TIMEOUT,
    WAKE_CANCELLED,   // throw Cancelled
    WAKE_CLOSED,      // the queue was closed
    WAKE_DEADLOCK,    // throw DeadlockError; the report is in fiber->wait.report
    WAKE_INTERRUPTED, // throw Interrupted (main fiber of the main thread)
    WAKE_EXPIRED,     // a `timeout` block around the call has run out: fiber->deadline
} WakeReason;

enum { WAIT_IDLE, WAIT_OWN, WAIT_ARMED, WAIT_CLAIMED, WAIT_READY };
#define DEADLINE_NEVER UINT64_MAX

typedef struct WaitQueue WaitQueue;

// A place in some object's queue. Guarded by that object's lock.
typedef struct Waiter {
    struct Waiter *next, *previous;
    WaitQueue *queue; // NULL: in none
    Fiber *fiber;
    Value value; // what is put in, or what was handed over; traced with the fiber
    Value extra; // the kind's own (priority, ...); traced
} Waiter;

struct WaitQueue {
    Waiter *first, *last;
};

typedef struct Wait {
    _Atomic uint32_t state;
    uint32_t timer_index; // place in the thread's timer heap plus 1; 0: in none
    WakeReason reason;    // valid when CLAIMED or READY
    ParkKind kind;
    bool turns; // a thread's own code that waits so lets the thread's tasks run; set once armed
    // Likewise: with WAKE_HANDED waiter.value is what the call gives, and its native need not be asked.
    bool delivers;
    Value object;      // what it waits for; traced. nil if nothing
    uint64_t deadline; // of the call: nanoseconds of os_now, DEADLINE_NEVER
    uint64_t fires_at; // the earlier of that and the fiber's (a `timeout` block around the call)
    // WAKE_DEADLOCK: the message, and in further lines what to note beside it. malloc'ed; freed by who
    // throws it.
    char *report;
    Waiter waiter;
    Waiter *fired; // the waiter by which it was claimed (a select has several), or NULL
} Wait;

// Armed, and nobody has claimed it.
static inline bool wait_is_open(const Wait *wait) {
    uint32_t state = load_seq(&wait->state);
    return state == WAIT_ARMED || state == WAIT_OWN;
}

// Deadline in `seconds` from now (at once if not above 0; DEADLINE_NEVER for infinity).
uint64_t deadline_after(double seconds);

// Own thread only. Arms the wait; the fiber is not in any state to sleep on before that. Leaves
// waiter.value and waiter.extra alone. Where a cancel is pending the wait is claimed at once, and a
// `timeout` block around it ends it with WAKE_EXPIRED; neither while the fiber is shielded.
void park_arm(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline);
// The same for a wait that only threads of the world can end, and none of its other pthreads (a watcher of
// processes, a listener); but for a cancel, which may come from any.
void park_arm_own(Fiber *fiber, ParkKind kind, Value object, uint64_t deadline);
// Own thread: a wait that is over at once, with WAKE_RETRY (or WAKE_CANCELLED): the fiber goes to the end of the
// ready queue.
void park_yield(Fiber *fiber);
// Own thread: takes an armed wait back where the caller found that it need not wait after all.
// False where somebody has claimed it already (then it must be waited out: return VALUE_PARKED).
bool park_disarm(Fiber *fiber);
// Own thread, when the native is called again: why it was woken (WAKE_NONE on the first call);
// ends the wait (state IDLE).
WakeReason park_outcome(Fiber *fiber);
// The same where that is all there is to do: true if it was woken with WAKE_HANDED, and the wait has ended.
// False: nothing has happened.
bool park_was_handed(Fiber *fiber);

// Any thread; for the armed fiber in a queue whose object lock the caller holds (so that the fiber
// cannot leave). True: the caller, and only it, ends this wait, and must call park_wake.
bool park_claim(Fiber *fiber, WakeReason reason);
// The same by one of its waiters, which was popped from its queue: the fiber learns which.
bool waiter_claim(Waiter *waiter, WakeReason reason);
// Claims with WAKE_HANDED, gives the waiter `value`, and wakes. False: nothing has happened.
bool waiter_hand(Waiter *waiter, Value value);
// Any thread: makes the claimed fiber ready. The last touch: the fiber may be gone afterwards.
void park_wake(Fiber *fiber);

// Own thread: waits without `await`: the thread sleeps until the wait is READY. Fires timers,
// runs no other fiber - but where `turn` is set (a thread's own code waits for a task of its own
// thread) it runs the thread's other fibers meanwhile. Detaches; may collect. Then
// park_outcome says why.
void park_block(Fiber *fiber, bool turn);
// How the waiting ones are called in reports: "queue.get" and the like.
const char *park_kind_name(ParkKind kind);

// Cancels: counts, and claims the wait if there is one. Any pthread; the caller knows that the
// fiber is alive (holds its handle's lock).
void fiber_cancel(Fiber *fiber);
// Own thread: claims the waits that were cancelled while only it could do that (POLL_CANCELLED). True if there
// was one.
bool park_claim_cancelled(Thread *thread);
// Own thread, the only one of the world: the waits that it alone could end are anybody's from now on.
void park_share(Thread *thread);

static inline bool wait_queue_empty(const WaitQueue *queue) { return !queue->first; }

// Sets waiter->queue.
static inline void wait_queue_push(WaitQueue *queue, Waiter *waiter) {
    waiter->queue = queue;
    waiter->next = NULL;
    waiter->previous = queue->last;
    if (queue->last)
        queue->last->next = waiter;
    else
        queue->first = waiter;
    queue->last = waiter;
}

// The same, before all others: for one that has stood there before.
static inline void wait_queue_push_first(WaitQueue *queue, Waiter *waiter) {
    waiter->queue = queue;
    waiter->previous = NULL;
    waiter->next = queue->first;
    if (queue->first)
        queue->first->previous = waiter;
    else
        queue->last = waiter;
    queue->first = waiter;
}

// Nothing if it is in none.
static inline void wait_queue_remove(Waiter *waiter) {
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

// NULL if empty; clears waiter->queue.
static inline Waiter *wait_queue_pop(WaitQueue *queue) {
    Waiter *first = queue->first;
    if (!first)
        return NULL;
    queue->first = first->next;
    if (first->next)
        first->next->previous = NULL;
    else
        queue->last = NULL;
    first->queue = NULL;
    first->next = NULL;
    return first;
}

#endif
