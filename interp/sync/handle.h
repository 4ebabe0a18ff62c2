// SPDX-License-Identifier: MIT
//
// Handle: the state of a started thread, task or process, and of its end. What scripts hold is an
// instance of Thread, Task or Process (or of a class that extends one): slot 0 of the instance is
// the Handle. All words are guarded by the handle's tiny lock where not said otherwise.
//
//   NEW --start--> RUNNING --end (the one who ran it; for a process who settles it)--> ENDED
//
// The end stores result or error, then wakes all waiters. An error is "picked up" by every join and
// await that throws it; one that nobody picked up is reported once: at once where the handle was
// dropped at the start, else when the handle is collected or the script ends (sync/registry.h).
// Cancelled is none.
//
// A process's end comes in two steps: the watcher (process/watcher.c), which touches no heap object,
// notes that the child has gone, and wakes the joiners; whoever looks at the handle next reads the
// child's message and ends the handle (handle_settle).
#ifndef CONC_SYNC_HANDLE_H
#define CONC_SYNC_HANDLE_H

#include "base/text.h"
#include "object/class.h"
#include "object/function.h"
#include "sched/park.h"
#include "sync/wait.h"

typedef enum HandleKind { HANDLE_THREAD, HANDLE_TASK, HANDLE_PROCESS, HANDLE_JOB } HandleKind;
typedef enum HandleState { HANDLE_NEW, HANDLE_RUNNING, HANDLE_ENDED } HandleState;
enum { HANDLE_NO_EXIT_CODE = INT32_MIN };

typedef struct Handle {
    Object header;
    uint8_t kind;           // HandleKind; constant
    _Atomic uint8_t state;  // HandleState
    bool dropped;           // started as a statement of its own; constant from the start on
    _Atomic bool detached;  // written under the registry's mutex
    _Atomic bool picked_up; // some join has thrown the error
    bool pending;           // the end of the script waits for it; under the registry's mutex
    _Atomic bool gone;      // a process's child has ended: its message waits to be read
    uint8_t job;            // of a Pool's jobs: JOB_... (sync/crew.h)
    uint16_t cancels;       // cancel() calls before it had a fiber
    _Atomic bool cancelled; // somebody has cancelled it
    bool group_cancelled;   // under the group's lock
    // Of a process; the process's id is 0 before the start.
    _Atomic int32_t exit_code; // HANDLE_NO_EXIT_CODE while it runs
    _Atomic int32_t pid;
    struct Unpicked *unpicked; // its error in the registry, under the registry's mutex
    uint64_t id;               // constant
    Slot name;                 // a Str
    Slot result;               // once ENDED: the value, or UNDEF with
    Slot error;                // the error
    Slot instance;             // what scripts hold
    Slot callee, arguments;    // what it runs; arguments is a List
    // Where it was started: code and pc (Runtime.place_of); or NULL.
    const struct Proto *start_proto;
    const uint32_t *start_pc;
    WaitQueue joiners;
    _Atomic(Fiber *) fiber;         // RUNNING thread or task: its fiber; else NULL
    struct Handle *next, *previous; // RUNNING threads and tasks: Registry.running, under its mutex
    struct WatchLink *watches;      // sync/watch.h: who waits for it with others; under its lock
    uint64_t ended_at; // counts all ends, and children that have gone, in their order; 0: not yet
    Slot group;        // the CancelScope whose member it is (sync/cancel_scope.h), or UNDEF
    struct Handle *group_next, *group_previous; // under the group's lock
    // jobs of a Pool (sync/crew.h)
    struct Crew *crew;       // constant; NULL for all else
    struct Handle *next_job; // under the crew's lock
    // a process's: process/: pipe and buffers, until the handle is settled
    _Atomic(struct Child *) child;
} Handle;

extern const Kind handle_kind;

// Its tiny lock. What becomes of a task is the world's threads' business alone: while there is one, it needs none.
static inline bool handle_lock(Fiber *fiber, Handle *handle) {
    if (handle->kind == HANDLE_TASK)
        return shared_lock(fiber, &handle->header);
    object_lock(&handle->header);
    return true;
}
static inline void handle_unlock(Handle *handle, bool locked) {
    shared_unlock(&handle->header, locked);
}

// --- making and finding ---
// Gives the instance of a class that extends Thread, Task or Process its handle.
// By init of the class, so that `super.init()` does it; a second call changes callee and arguments only.
Handle *handle_init(Fiber *fiber, Instance *instance, Value callee, const Value *args, int count);
// A new instance of built-in class `c` (types[TYPE_THREAD], ...) with its handle.
Instance *handle_new(Fiber *fiber, Class *c, HandleKind kind);
// The handle of a value, or NULL if it is none.
Handle *handle_of(Runtime *runtime, Value v);
// The same of an instance that handle_new has made.
static inline Handle *handle_of_new(Instance *instance) {
    return (Handle *)value_to_ref(slot_get(instance_slot(instance, 0)));
}
// The same for a native's receiver; NULL with the error thrown (RuntimeError where a subclass's init
// has not called super.init()).
Handle *handle_receiver(Fiber *fiber, Value v);

// --- starting and ending ---
// Starts `callee(args...)` as a thread or task (processes: process/spawn.h). The instance of Thread or
// Task; UNDEF with the error (OSError). The arguments are copied. Runs no script, does not collect.
Value handle_start(Fiber *fiber, HandleKind kind, Value callee, const Value *args, int count,
                   bool dropped);
// `t.start()` of a Thread object. False with RuntimeError where it has been started already.
bool handle_start_thread(Fiber *fiber, Handle *handle);
// What start() runs: the instance's own `run`, else the function that it was given. Sets callee and
// arguments. False with the error thrown: nothing to run.
bool handle_prepare(Fiber *fiber, Handle *handle);
// NEW to RUNNING, by exactly one caller. False with RuntimeError "threads can only be started once".
bool handle_claim_start(Fiber *fiber, Handle *handle);
// Notes where `fiber` is now as the place of the start.
void handle_note_start(Fiber *fiber, Handle *handle);
// Starts the handle's thread, which runs `body`. False with RuntimeError.
bool handle_launch(Fiber *fiber, Handle *handle, void (*body)(Thread *thread, void *handle));
// The new fiber gets the handle's id, or if that has none yet, gives it its own.
void handle_take_id(Handle *handle, Fiber *fiber);
// Runs the tasks of this thread to their ends; the detached ones, too, or only the others.
void thread_run_tasks(Thread *thread, bool detached);
// Gives `fiber`, which is new, the handle's call to run, and the handle its fiber; it is RUNNING then.
void handle_give_fiber(Handle *handle, Fiber *fiber);

// For hooks.run_fiber: `fiber`, a task, has ended (fiber->result or fiber->error is set): marks the
// locks that it holds, ends its handle, frees the fiber. Runs no script, does not collect.
// Main fibers of threads are ended by those who run them.
void handle_task_ended(Fiber *fiber);
// Ends it (any attached thread): stores, wakes; reports if dropped. Exactly one of result, error is UNDEF.
void handle_end(Fiber *fiber, Handle *handle, Value result, Value error);
// Ends the handle of a process whose child has gone; nothing for any other.
void handle_settle(Fiber *fiber, Handle *handle);

// Under the handle's lock: its end gets a number, if it has none. For handle.c and the watcher.
struct Registry;
void handle_number_end(struct Registry *registry, Handle *handle);

// What it has given, where it has ended with a value that needs no more than to be read; else UNDEF: ask
// handle_await.
static inline Value handle_result_now(Handle *handle) {
    if (load_acquire(&handle->state) != HANDLE_ENDED || slot_get(&handle->error) != VALUE_UNDEF)
        return VALUE_UNDEF;
    return slot_get(&handle->result);
}

// --- natives' bodies ---
// The waiting call `join`: native protocol (VALUE_PARKED). args[0] the instance, args[1] the time-out. Throws RuntimeError before the start, DeadlockError where it would wait for itself.
Value handle_join(Fiber *fiber, Value *args, int count);
extern const WaitOps handle_join_wait;
// `await h`: as join without a time-out. v is any value; TypeError if it is no handle.
Value handle_await(Fiber *fiber, Value *args, int count);
// Cancels a thread or task; sends SIGTERM to a process. False if it has ended. Any attached thread; does
// not collect.
bool handle_cancel(Fiber *fiber, Handle *handle);
// For what is cancelled as something else has ended: a member of a group, of gather. Nothing where the script
// ends: that has cancelled all, and once is enough.
void handle_cancel_along(Fiber *fiber, Handle *handle);
// The same, unless anybody has cancelled it before.
void handle_cancel_once(Fiber *fiber, Handle *handle);
bool handle_done(Fiber *fiber, Handle *handle); // it has ended

// It is a task of `thread` that has not ended. Any attached thread.
bool handle_is_task_of(Handle *handle, const Thread *thread);

// "thread 2", for scripts: in English whatever the language. Any attached thread.
void handle_default_name(const Handle *handle, Text *out);
// "thread 2 (loader)": kind, number, and the name if it was given one, for people. Any attached thread.
void handle_describe(Handle *handle, Text *out);
// "in thread 2, started at x.conc:3:9", for traces; nothing where it was not started.
void handle_origin(Runtime *runtime, Handle *handle, Text *out);
// Where the script has started it; "" where that is nowhere.
void handle_start_place(Runtime *runtime, Handle *handle, char *text, size_t capacity);

#endif
