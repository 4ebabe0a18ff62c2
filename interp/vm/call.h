// SPDX-License-Identifier: MIT
//
// Calls: binding arguments, pushing frames, and calls from C into scripts.
#ifndef CONC_VM_CALL_H
#define CONC_VM_CALL_H

#include "object/function.h"
#include "object/prepared_call.h"
#include "sched/fiber.h"
#include "vm/proto.h"

// Frame.flags
enum {
    FRAME_ENTRY = 1,     // called from C: its return ends the run loop
    FRAME_KEEP_SELF = 2, // an init: the result is self
    FRAME_AWAIT = 4,     // a plain function under `await`: a handle that it returns is awaited
    FRAME_DISCARD = 8,   // a setter: the result is dropped
};

// How deep C may nest calls into scripts before RecursionError; where the C stack is smaller, less.
enum { NATIVE_DEPTH_LIMIT = 1000 };
// Free words behind a window: the parameters that a native is not given stand there.
enum { WINDOW_SLACK = NATIVE_MOST_PARAMETERS + 1 };

typedef enum Entered {
    ENTERED_FRAME,  // a frame was pushed: run it
    ENTERED_VALUE,  // a native has answered: the value is in *result
    ENTERED_PARKED, // a native waits: the fiber has to be suspended (only under await)
    ENTERED_ERROR,
} Entered;

// Calls base[0] with base[1 .. count]; `labels` names the last ones (or NULL). The window must be
// followed by WINDOW_SLACK free words of its segment. `mode` is CALL_PLAIN or CALL_AWAIT.
Entered call_enter(Fiber *fiber, Value *base, int count, const LoadedLabels *labels, uint32_t mode,
                   Value *result);
// The same for a callee whose receiver stands in base[0]: `function` is a Closure or Native.
Entered call_method(Fiber *fiber, Value function, Value *base, int count,
                    const LoadedLabels *labels, uint32_t mode, Value *result);
// The first call of a fiber, whose frame array is empty: where base[0] is a function that gets exactly its
// parameters, and its window has room, pushes its frame, with FRAME_ENTRY and fiber->result. False: nothing
// has happened, and call_enter is to be asked.
bool call_begin(Fiber *fiber, Value *base, int count);
// Starts base[0](base[1..]) as `mode` says (CALL_SPAWN, ...); the handle, or UNDEF with the error.
Value call_start(Fiber *fiber, Value *base, int count, const LoadedLabels *labels, uint32_t mode);

// Whether a callable takes one argument at least.
bool call_takes_argument(Value callee);
// From C: calls, waits where it has to, gives the result or UNDEF with fiber->error.
Value vm_call(Fiber *fiber, Value callee, const Value *args, int count);
Value vm_call_method(Fiber *fiber, Value function, Value receiver, const Value *args, int count);
// For calls that are repeated: object/prepared_call.h.
PreparedCall vm_prepare_call(Fiber *fiber, Value callee, int count);
Value vm_call_prepared(Fiber *fiber, const PreparedCall *call, Value a, Value b);

// `await v` of a value: args[0] is v; as call_enter.
Entered call_await(Fiber *fiber, Value *args, Value *result);

// The native that a call with `count` arguments may run without further ado: a function, or a type's
// constructor. Else NULL.
static inline Native *plain_native(Value callee, uint32_t count) {
    bool constructs = value_is_kind(callee, KIND_CLASS);
    if (constructs)
        callee = ((Class *)value_to_ref(callee))->construct;
    if (!value_is_kind(callee, KIND_NATIVE))
        return NULL;
    Native *native = (Native *)value_to_ref(callee);
    return (constructs || !native->owner) && native_takes(native, count) ? native : NULL;
}

// Where free registers begin: above the newest frame, or a native's arguments.
Value *fiber_top(Fiber *fiber);
// Drops segments until the newest holds `top`: what was opened for calls that are over.
static inline void segments_release(Fiber *fiber, const Value *top) {
    while (top < fiber->segment->words || top > fiber->segment->end)
        fiber_drop_segment(fiber);
}
// Calls a native that native_waits says yes to, with `given` arguments from window[1] on; the result comes
// to *window. Where it has to wait, and `mode` is CALL_AWAIT, its fiber is to be suspended: PARKED.
Entered call_waiting(Fiber *fiber, const Native *native, Value *window, uint32_t given,
                     uint32_t mode);
// The same for get() and put(item) of a queue, which is in window[0].
Entered call_queue_get(Fiber *fiber, Value *window, uint32_t mode);
Entered call_queue_put(Fiber *fiber, Value *window, uint32_t mode);
// Arguments that are left out are UNDEF. They are one or two: by atomic stores the compiler makes no call
// of memset of it.
static inline void call_leave_out(const Native *native, Value *window, uint32_t given) {
    for (uint32_t i = given; i < native->parameter_count; i++)
        store_relaxed((Slot *)&window[i + 1], VALUE_UNDEF);
}
// Calls the native that has been parked again: as call_enter.
Entered call_resume(Fiber *fiber);

// vm/interpret.c: runs the newest frame, whose FRAME_ENTRY is set, to its end. Where its fiber has to wait it may
// go on with other fibers (run_next): then the answer is for the thread's current one.
typedef enum RunStatus { RUN_DONE, RUN_ERROR, RUN_WAITS } RunStatus;
RunStatus interpret(Fiber *fiber);

// vm/interrupt.c: answers the poll word. False with an error thrown (Interrupted, MemoryError, ...).
bool poll_answer(Fiber *fiber);

#endif
