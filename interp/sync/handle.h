// SPDX-License-Identifier: MIT
//
// Handle: the state of a started thread, task or process, and of its end. What scripts hold is an
// instance of Thread, Task or Process (or of a class that extends one): slot 0 of the instance is
// the Handle. All words are guarded by the handle's tiny lock where not said otherwise.
//
//   NEW --start--> RUNNING --end (the one who ran it; for a process the watcher)--> ENDED
//
// The end stores result or error, then wakes all waiters. An error is "picked up" by every join and
// await that throws it; one that nobody picked up is reported once: at once where the handle was
// dropped at the start, else when the handle is collected or the script ends. Cancelled is none.
#ifndef CONC_SYNC_HANDLE_H
#define CONC_SYNC_HANDLE_H

#include "object/class.h"
#include "object/function.h"
#include "sched/park.h"

typedef enum HandleKind { HANDLE_THREAD, HANDLE_TASK, HANDLE_PROCESS } HandleKind;
typedef enum HandleState { HANDLE_NEW, HANDLE_RUNNING, HANDLE_ENDED } HandleState;

typedef struct Handle {
    Object header;
    uint8_t kind;              // HandleKind; constant
    _Atomic uint8_t state;     // HandleState
    bool dropped;              // started as a statement of its own
    bool detached;
    _Atomic bool picked_up;
    bool reported;
    uint64_t id;               // constant from the start on
    Slot name;                 // a Str
    Slot result;               // once ENDED: the value, or UNDEF with
    Slot error;                // the error
    Slot instance;             // what scripts hold
    Slot callee, arguments;    // NEW (Thread(f, ...)): what start() will run
    char *started_at;          // "file:line:column" of the start; malloc'ed
    WaitQueue joiners;
    Fiber *fiber;              // RUNNING thread or task: its fiber; else NULL
    // processes
    int64_t pid;
    _Atomic int32_t exit_code; // INT32_MIN while it runs
    struct Child *child;       // process/: pipe and buffers while it runs
} Handle;

// A new handle in an instance of class `c` (types[TYPE_THREAD] ... or a subclass).
Instance *handle_new(Fiber *fiber, Class *c, HandleKind kind);
// The handle of a value, or NULL if it is none.
Handle *handle_of(Runtime *runtime, Value v);

// Starts `callee(args...)` as a thread or task (processes: process/spawn.h). UNDEF with the error.
Value handle_start(Fiber *fiber, HandleKind kind, Value callee, const Value *args, int count,
                   bool dropped);
// Ends it (any thread that runs it): stores, wakes, reports if dropped. Exactly one of result, error is UNDEF.
void handle_end(Fiber *fiber, Handle *handle, Value result, Value error);

// The waiting call `join`: native protocol (VALUE_PARKED). args[0] the instance, args[1] the time-out.
Value handle_join(Fiber *fiber, Value *args, int count);
// `await h`: as join without a time-out. v is any value; TypeError if it is no handle.
Value handle_await(Fiber *fiber, Value *args, int count);

#endif
