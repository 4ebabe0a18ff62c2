// SPDX-License-Identifier: MIT
//
// What all waiting natives share: the time-out argument, the errors that end a wait from outside, and
// what a waiter says of itself in deadlock reports. And waiting calls in parts (WaitOps), of which
// wait_call makes a native, and select_wait (sync/select.h) a choice between several.
#ifndef CONC_SYNC_WAIT_H
#define CONC_SYNC_WAIT_H

#include "object/function.h"
#include "sched/park.h"

enum { DEADLINE_LOOK = 0 }; // do not wait at all

// The deadline for a time-out argument: seconds; nil or UNDEF: for ever; 0 or less: DEADLINE_LOOK.
// False with TypeError or ValueError (NaN).
bool wait_deadline(Fiber *fiber, Value timeout, uint64_t *deadline);
// For acquire(timeout=nil, blocking=true): args[1] becomes 0 where it shall not block.
void wait_note_blocking(Fiber *fiber, Value *args);
// The number that such an argument is; true is 1.
double wait_seconds(Value number);
// Throws what a wait that `reason` ended stands for: Cancelled, Interrupted, DeadlockError. UNDEF.
// Only for reasons that the caller does not handle itself.
Value wait_throw(Fiber *fiber, WakeReason reason);
// Before a waiting call, and at polls: throws what is due, a cancel or a time limit that has passed.
// False with the error. Own thread.
bool wait_due_slow(Fiber *fiber);
__attribute__((always_inline)) static inline bool wait_due(Fiber *fiber) {
    bool quiet = load_relaxed(&fiber->cancels) == 0 && !fiber->scope;
    return __builtin_expect(quiet, 1) || wait_due_slow(fiber);
}
// Calls f() to its end: neither a cancel nor a time limit is thrown in it. Its result, or UNDEF with its
// error. S.
Value wait_shielded(Fiber *fiber, Value f);
// The native that runs can let the fiber's thread go on with other fibers while it waits.
static inline bool wait_suspends(const Fiber *fiber) {
    return fiber->awaits && fiber->c_calls == 0;
}

// --- waiting calls in parts ---

typedef enum WaitStep {
    WAIT_DONE,    // it has taken effect: *result is its value, or UNDEF with the error thrown
    WAIT_NOT_NOW, // it would have to wait, or has to look again; nothing has happened
    WAIT_ENTERED, // the same, and the waiter stands in the object's queue
    WAIT_LOST,    // it could go on, but the wait has been claimed otherwise: nothing has happened
} WaitStep;

// `args` are the native's own, bound: args[0] the receiver. None of these runs script code or parks.
typedef struct WaitOps {
    NativeFunction call; // the native that it is; select finds the ops by it
    ParkKind kind;
    int timeout; // which of args is the time-out; 0: none
    // Under the object's tiny lock: goes on if it can. `waiter` is NULL (only look), or the fiber's wait
    // is armed: then it may only go on if wait_may_take says so (else LOST), and where it cannot go on
    // now it pushes the waiter (ENTERED). It may also take the wait back and say NOT_NOW: the caller
    // then looks again.
    WaitStep (*step)(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result);
    // The wait was ended by `waiter` with HANDED, RETRY or CLOSED, and it stands in no queue any more:
    // DONE, or NOT_NOW where it has to compete again.
    WaitStep (*finish)(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                       Value *result);
    // What the call gives after its time-out: a value, or UNDEF with the error thrown.
    Value (*late)(Fiber *fiber, Value *args);
    // The object under whose tiny lock the waiter stands in a queue; NULL: args[0]'s own. A waiter that
    // is pushed nowhere (sleep) needs none: `queued` is false then.
    Object *(*guard)(Value *args);
    // Under that lock: the waiter has left the queue without going on; others may be able to now. May be
    // NULL. Runs no script code.
    void (*left)(Value *args);
    bool queued;
    // Whether a thread's own code that waits so lets the thread's tasks run (the join of one of them).
    // NULL: no.
    bool (*turns)(Fiber *fiber, Value *args);
    bool own; // where `turns` says yes, only threads of the world end the wait (park_arm_own)
    // Where `step` enters the waiter elsewhere than in a WaitQueue: takes it out again, if it is in. NULL: no.
    void (*leave)(Value *args, Waiter *waiter);
    // Makes the call's value of what `step` or `finish` gave, once the wait is over and the waiter stands
    // nowhere any more. May run script code. UNDEF with the error. NULL: it is the value.
    Value (*unpack)(Fiber *fiber, Value *args, Value result);
} WaitOps;

// Adds a table that ends with NULL to what selects can wait for. While the Vm is being made only.
void wait_ops_add(Runtime *runtime, const WaitOps *const *table);
// The parts of a native, or NULL: it is no waiting call, or cannot be chosen from.
const WaitOps *wait_ops_of(const Runtime *runtime, NativeFunction function);
// The deadline of a call by its time-out argument. False with the error.
bool wait_call_deadline(Fiber *fiber, const WaitOps *ops, Value *args, uint64_t *deadline);
// Own thread, under the object's lock, with an armed wait: takes the wait back, so that the caller may
// go on at once. False: somebody has claimed it.
bool wait_may_take(Fiber *fiber, Waiter *waiter);
// Takes a waiter out of where it stands, if it stands anywhere.
void wait_call_leave(const WaitOps *ops, Value *args, Waiter *waiter);
// The call's value, of what `step` or `finish` gave with DONE.
Value wait_call_result(const WaitOps *ops, Fiber *fiber, Value *args, Value result);
// A native's body in terms of its parts; native protocol (VALUE_PARKED).
Value wait_call(const WaitOps *ops, Fiber *fiber, Value *args, int count);

// What the waiting `fiber` waits for. The world is stopped.
void wait_describe_object(Fiber *fiber, char *text, size_t capacity);
// Who held something as it ended, for the LockError that the next one gets. Written as that happens, and
// read by whoever throws, perhaps while it happens again: an answer out of date does no harm.
typedef struct LastOwner {
    uint64_t id;
    bool was_task;
    _Atomic(const struct Proto *) start_proto; // where the script has started it; NULL: nowhere
    _Atomic(const uint32_t *) start_pc;
} LastOwner;
void last_owner_set(LastOwner *last, Fiber *fiber);
// "thread 2 ended while it held the lock", where it acquired it ("": unknown), and a note of its start.
Value last_owner_throw(Fiber *fiber, const LastOwner *last, const char *place);

// WorldHooks.describe_wait and .waits_for.
void wait_describe(Fiber *fiber, char *text, size_t capacity);
void wait_describe_start(Fiber *fiber, char *text, size_t capacity);
Fiber *wait_target(Fiber *fiber);
// "thread 2", "task 5", "the main thread": how reports name a fiber. The fiber may run on or end.
void fiber_describe(Fiber *fiber, char *text, size_t capacity);

#endif
