// SPDX-License-Identifier: MIT
//
// Turns of fibers, and the life of a script.
#include "vm/run.h"

#include "object/error.h"
#include "object/list.h"
#include "object/str.h"
#include "sync/handle.h"
#include "vm/call.h"
#include "vm/trace.h"

// --- one turn of a fiber ---

// What runs in the new fiber may wait as if under `await`, where it can: an async function or a
// waiting native is called so; a plain function is called plainly.
static uint32_t start_mode(Value callee) {
    if (value_is_kind(callee, KIND_BOUND)) callee = ((Bound *)value_to_ref(callee))->function;
    if (value_is_kind(callee, KIND_CLOSURE))
        return ((Closure *)value_to_ref(callee))->proto->is_async ? CALL_AWAIT : CALL_PLAIN;
    if (value_is_kind(callee, KIND_NATIVE))
        return ((Native *)value_to_ref(callee))->spec->flags & NATIVE_WAITS ? CALL_AWAIT : CALL_PLAIN;
    return CALL_PLAIN;
}

static Entered first_turn(Fiber *fiber) {
    Value callee = fiber->start[0], arguments = fiber->start[1];
    size_t count = value_is_list(arguments) ? list_length(value_to_list(arguments)) : 0;
    Value *base = fiber_reserve(fiber, fiber->segment->words, count + 1 + 2 * WINDOW_SLACK);
    if (!base) {
        throw_error(fiber, ERROR_RecursionError, "maximum recursion depth exceeded");
        return ENTERED_ERROR;
    }
    base[0] = callee;
    for (size_t i = 0; i < count; i++) base[i + 1] = list_get(value_to_list(arguments), i);
    fiber->start[0] = VALUE_UNDEF;
    fiber->native_top = base + count + 1 + WINDOW_SLACK;
    Entered entered =
        call_enter(fiber, base, (int)count, NULL, start_mode(callee), &fiber->result);
    if (entered != ENTERED_FRAME) return entered;
    fiber->native_top = NULL;
    Frame *frame = &fiber->frames[fiber->frame_count - 1];
    frame->flags |= FRAME_ENTRY;
    frame->result = &fiber->result;
    return ENTERED_FRAME;
}

static RunStatus status_of(Entered entered) {
    switch (entered) {
    case ENTERED_VALUE: return RUN_DONE;
    case ENTERED_PARKED: return RUN_WAITS;
    default: return RUN_ERROR;
    }
}

static RunStatus turn(Fiber *fiber) {
    if (fiber->start[0] != VALUE_UNDEF) {
        Entered entered = first_turn(fiber);
        return entered == ENTERED_FRAME ? interpret(fiber) : status_of(entered);
    }
    if (fiber->frame_count == 0) return status_of(call_resume(fiber)); // a native waits by itself
    return interpret(fiber);
}

static bool run_fiber(Fiber *fiber) {
    Thread *thread = fiber->thread;
    Fiber *outer = thread->current;
    thread->current = fiber;
    RunStatus status = turn(fiber);
    thread->current = outer;
    if (status == RUN_WAITS) return false;
    if (status == RUN_ERROR) fiber->result = VALUE_UNDEF;
    fiber->ended = true;
    fiber->native_top = NULL;
    return true;
}

static void run_throw(Fiber *fiber, const char *error_class, const char *message) {
    Runtime *runtime = fiber_runtime(fiber);
    for (int i = 0; i < ERROR_CLASS_COUNT; i++)
        if (!strcmp(runtime->errors[i]->name->data, error_class)) {
            throw_error(fiber, (ErrorClass)i, "%s", message);
            return;
        }
}

static void run_trace(Fiber *fiber, Tracer *tracer) {
    for (uint32_t i = 0; i < fiber->frame_count; i++)
        trace_object(tracer, fiber->frames[i].closure);
    fiber_trace_registers(fiber, tracer, fiber_top(fiber));
}

const WorldHooks run_hooks = {
    .run_fiber = run_fiber,
    .throw_error = run_throw,
    .trace_fiber = run_trace,
};
