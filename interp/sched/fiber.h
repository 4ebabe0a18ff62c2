// SPDX-License-Identifier: MIT
//
// Fiber: the unit that runs script code. A thread's main fiber, or a task. It has no C stack of its
// own: registers live in segments (which never move, so a window's address is stable), calls in a
// growable array of frames.
//
// Registers are scanned precisely: every word of a segment up to the top frame's end is a valid
// Value; what lies above is cleared by each collection, so a stale word never points to freed memory.
#ifndef CONC_SCHED_FIBER_H
#define CONC_SCHED_FIBER_H

#include <assert.h>

#include "base/translate.h"
#include "sched/park.h"
#include "sched/thread.h"

struct Closure;

// One call of a script function.
typedef struct Frame {
    Value *base;             // its window: base[0] callee or self, base[1..] parameters and locals
    const uint32_t *pc;      // the next instruction (saved at calls and safepoints)
    struct Closure *closure; // what runs
    Value *result;           // where its result goes
    uint32_t flags;          // vm/call.h: entered from C, await the result, ...
    bool first_in_segment;   // its window opened a segment: fiber_drop_segment when it returns
} Frame;

typedef struct Segment {
    struct Segment *previous;
    Value *end;
    Value words[];
} Segment;

// Fiber.queued: in no queue; in thread->ready; woken while the thread sleeps for it alone.
enum { FIBER_NOWHERE, FIBER_IN_READY, FIBER_ARRIVED };

struct Fiber {
    // Aligned, as sync/lock.h keeps flags in the low bits of a fiber's address.
    _Alignas(16) Thread *thread;
    World *world;
    LocalHeap *heap;     // the thread's
    _Atomic uint64_t id; // 1: the script's main fiber; 0: freed
    bool is_task;        // started by async; else its thread's main fiber,
    bool is_job;         // or a job that a thread of a Pool runs
    bool awaits;         // the native that is being called was called under `await`
    bool blocking;       // the thread sleeps for this fiber alone
    bool forced;         // ends by an error that no block of its script sees: the script is over
    bool ended;          // also: it was another thread's, and this is a forked child
    bool shielded;       // a wait that neither a cancel nor a `timeout` block ends
    uint8_t queued;      // FIBER_...: where it is once it was woken; own thread only

    Frame *frames; // frames[0 .. frame_count)
    uint32_t frame_count, frame_capacity;
    Segment *segment; // the newest

    // With what is above, all that a task before its first turn consists of.
    // End of the arguments of a native that C called; NULL: the newest frame's end.
    Value *native_top;
    Value start[2];         // what it is to run, before its first turn: fiber_give_call
    Value handle;           // the Handle of the task or thread; nil for the script's main fiber
    Fiber *next_ready;      // in the inbox or the ready queue
    Fiber *next, *previous; // thread->fibers

    Segment *spare;     // one that was dropped, kept for the next call
    const uint32_t *pc; // of the newest frame, saved before whatever may throw or collect

    // A native that returned VALUE_PARKED under `await`: called again when the fiber runs on.
    // The answer goes to *pending_result.
    Value (*pending)(Fiber *fiber, Value *args, int count);
    Value *pending_args, *pending_result;
    int pending_count;
    uint32_t c_calls; // nested C calls of scripts on this fiber: it cannot suspend then

    Value error;  // UNDEF: none. An error instance that is on its way up
    Value result; // of the call that it was started for, once ended

    Value *roots; // object/root.h: values that C code holds while scripts run; malloc'ed, traced
    uint32_t root_count, root_capacity;

    Wait wait;
    _Atomic uint32_t cancels;       // cancel() calls that have not been thrown yet
    _Atomic uint32_t scope_cancels; // groups around the running code that have failed: likewise
    uint64_t deadline;              // the earliest of the `timeout` blocks around the running code
    struct Lock *held_locks;        // sync/lock.h: what it holds, newest first; own thread only
    struct SharedLock *held_shared; // sync/shared_lock.h: likewise
    struct Hold *holds;             // sync/rwlock.h: likewise
    struct CancelScope *scope; // sync/cancel_scope.h: the innermost group or timeout block; traced
    struct CancelScope *start_scope; // the group that the next start belongs to; NULL: none
    void *locals;                    // upper layers' per-fiber data (sync/fiber_local.h)
};

// How people call it.
// Messages: what is shown to people is their translation.
static inline const char *fiber_kind(const Fiber *fiber) {
    return fiber->is_task ? MESSAGE("task") : fiber->is_job ? MESSAGE("job") : MESSAGE("thread");
}

// A new fiber of `thread`, in thread->fibers. Own thread only. handle is nil, error and result UNDEF.
Fiber *fiber_new(Thread *thread, bool is_task);
// In a forked child: a new main fiber of the forker's thread, which takes over the forker's memory for frames and
// registers, as its pages are here already. The forker runs no more, and is to be freed.
Fiber *fiber_new_heir(Fiber *forker);
// Frees it; it has ended and nobody refers to it any more (its handle has let go of it). Own thread.
// Tasks are freed by who runs them (thread_run_until_ended, park_block).
// Its memory stays a Fiber's (id 0, not waiting) until it is used again for another fiber.
void fiber_free(Fiber *fiber);

// Own thread: a new fiber, or one whose turn is to be over, goes to the end of the ready queue.
static inline void thread_add_ready(Thread *thread, Fiber *fiber) {
    assert(fiber->queued == FIBER_NOWHERE);
    fiber->queued = FIBER_IN_READY;
    fiber->next_ready = NULL;
    if (thread->ready_first)
        thread->ready_last->next_ready = fiber;
    else
        thread->ready_first = fiber;
    thread->ready_last = fiber;
}

// What `fiber`, which is new, is to run. start[0] is the callee then; start[1] the arguments' number, where
// they stand in its first registers from words[1] on, or, if that does not hold them, a list of them (which
// the caller stores: false).
bool fiber_give_call(Fiber *fiber, Value callee, const Value *args, size_t count);

// Room for `count` words above `top` of the newest segment: returns where the window starts (`top`
// itself or the start of a fresh segment, into which the caller copies the arguments).
// NULL where memory or depth is at its limit (the caller throws RecursionError).
Value *fiber_reserve(Fiber *fiber, Value *top, size_t count);
// Goes back to the segment before: its last frame returned.
void fiber_drop_segment(Fiber *fiber);
// Doubles the room for frames. False at the limit (world->max_depth): RecursionError.
bool fiber_grow_frames(Fiber *fiber);

// For hooks.trace_fiber: traces all registers, the newest segment's up to `top` (the end of the newest
// frame), and clears what lies above.
void fiber_trace_registers(Fiber *fiber, Tracer *tracer, Value *top);

#endif
