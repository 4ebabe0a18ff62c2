// SPDX-License-Identifier: MIT
//
// Turns of fibers, and the life of a script.
#include "vm/run.h"

#include <unistd.h>

#include "base/os.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/list.h"
#include "object/root.h"
#include "object/str.h"
#include "sched/alarm.h"
#include "sync/handle.h"
#include "sync/overview.h"
#include "sync/registry.h"
#include "sync/wait.h"
#include "vm/call.h"
#include "vm/trace.h"
#include "vm/warning.h"

// --- one turn of a fiber ---

// What runs in the new fiber may wait as if under `await`, where it can: an async function or a
// waiting native is called so; a plain function is called plainly.
static uint32_t start_mode(Value callee) {
    if (value_is_kind(callee, KIND_BOUND))
        callee = ((Bound *)value_to_ref(callee))->function;
    if (value_is_kind(callee, KIND_CLOSURE))
        return ((Closure *)value_to_ref(callee))->proto->is_async ? CALL_AWAIT : CALL_PLAIN;
    if (value_is_kind(callee, KIND_NATIVE))
        return ((Native *)value_to_ref(callee))->spec->flags & NATIVE_WAITS ? CALL_AWAIT
                                                                            : CALL_PLAIN;
    return CALL_PLAIN;
}

// Begins a fiber whose first call needs no more than its frame. False: nothing has happened.
static bool begin_plainly(Fiber *fiber) {
    Value count = fiber->start[1], *base = fiber->segment->words;
    if (!value_is_int(count)) // the arguments do not stand there
        return false;
    base[0] = fiber->start[0];
    if (!call_begin(fiber, base, (int)value_to_int(count)))
        return false;
    fiber->start[0] = fiber->start[1] = VALUE_UNDEF;
    fiber->native_top = NULL;
    return true;
}

static Entered first_turn(Fiber *fiber) {
    if (begin_plainly(fiber))
        return ENTERED_FRAME;
    Value callee = fiber->start[0], arguments = fiber->start[1];
    bool placed = value_is_int(arguments); // they stand there already
    size_t count = placed                     ? (size_t)value_to_int(arguments)
                   : value_is_list(arguments) ? list_length(value_to_list(arguments))
                                              : 0;
    Value *base = fiber_reserve(fiber, fiber->segment->words, count + 1 + WINDOW_SLACK);
    if (!base) {
        throw_error(fiber, ERROR_RecursionError, "maximum recursion depth exceeded");
        return ENTERED_ERROR;
    }
    base[0] = callee;
    for (size_t i = 0; i < count && !placed; i++)
        base[i + 1] = list_get(value_to_list(arguments), i);
    fiber->start[0] = fiber->start[1] = VALUE_UNDEF;
    fiber->native_top = base + count + 1 + WINDOW_SLACK;
    Entered entered = call_enter(fiber, base, (int)count, NULL, start_mode(callee), &fiber->result);
    if (entered != ENTERED_FRAME)
        return entered;
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
    if (fiber->frame_count == 0)
        return status_of(call_resume(fiber)); // a native waits by itself
    return interpret(fiber);
}

// The thread's alarm is that of the fiber that runs.
static inline void alarm_follow(Thread *thread, const Fiber *fiber) {
    if (fiber->deadline != load_relaxed(&thread->alarm))
        alarm_set(thread, fiber->deadline);
}

Fiber *run_next(Thread *thread) {
    Fiber *first = thread->ready_first;
    if (!first || (first->start[0] != VALUE_UNDEF && !begin_plainly(first)) ||
        first->frame_count == 0)
        return NULL; // not in the middle of script code, nor about to begin some
    Fiber *next = thread_switch(thread);
    if (next)
        alarm_follow(thread, next);
    return next;
}

static bool run_fiber(Fiber *fiber) {
    Thread *thread = fiber->thread;
    alarm_follow(thread, fiber);
    RunStatus status = turn(fiber);
    fiber = thread->current; // see run_next
    if (status == RUN_WAITS)
        return false;
    if (status == RUN_ERROR)
        fiber->result = VALUE_UNDEF;
    fiber->ended = true;
    fiber->native_top = NULL;
    if (fiber->is_task)
        handle_task_ended(fiber);
    return true;
}

static void run_trace(Fiber *fiber, Tracer *tracer) {
    for (uint32_t i = 0; i < fiber->frame_count; i++)
        trace_object(tracer, fiber->frames[i].closure);
    fiber_trace_registers(fiber, tracer, fiber_top(fiber));
    sync_trace_fiber(fiber, tracer);
}

void run_show(Thread *thread) {
    Overview overview;
    Text text = {0};
    overview_take(thread->current, &overview);
    overview_print(&overview, &text);
    writer_put(thread->world->writer, vm_report_fd(fiber_vm(thread->current)), text_data(&text),
               text.length);
    text_free(&text);
    overview_free(&overview);
}

const WorldHooks run_hooks = {
    .run_fiber = run_fiber,
    .describe_wait = wait_describe,
    .describe_start = wait_describe_start,
    .waits_for = wait_target,
    .held_up = warn_held_up,
    .show = run_show,
    .trace_fiber = run_trace,
};

// --- ending ---

bool script_end(Vm *vm, int status, Fiber *caller) {
    int nobody = -1;
    if (!cas_seq(&vm->exit_status, &nobody, status))
        return false;
    watchdog_force(&vm->watchdog, END_GRACE + 0.5);
    Fiber *main = vm->world->main_thread->main_fiber; // in a child, of the thread that forked
    if (caller != main)
        fiber_cancel(main);
    handles_cancel_all(vm->world, caller);
    return true;
}

// Shows the error that ended the top level or the wait for the rest. The status that it stands for;
// *at_once: the rest of the script is not waited for.
static int settle(Vm *vm, Fiber *fiber, Value error, bool *at_once) {
    Runtime *runtime = vm->runtime;
    bool cancelled = value_is_instance_of(runtime, error, runtime->errors[ERROR_Cancelled]);
    if (cancelled && load_relaxed(&vm->exit_status) >= 0)
        return STATUS_DONE;
    if (cancelled && vm->world->terminated) {
        *at_once = true;
        return STATUS_TERMINATED;
    }
    error_report(fiber, error);
    bool deadlock = value_is_instance_of(runtime, error, runtime->errors[ERROR_DeadlockError]);
    if (deadlock)
        handles_report_unpicked(fiber); // they may be why nobody came any more
    bool interrupted = value_is_instance_of(runtime, error, runtime->errors[ERROR_Interrupted]);
    *at_once = deadlock || interrupted;
    return interrupted ? STATUS_INTERRUPT : STATUS_ERROR;
}

// What the end of the process is to say, if its top level has ended with `status`.
static int exit_status(Vm *vm, int status) {
    int asked = load_relaxed(&vm->exit_status);
    if (asked >= 0)
        return asked;
    if (load_relaxed(&vm->deadlocked) && status <= STATUS_ERROR)
        return STATUS_DEADLOCK;
    return status == STATUS_DONE && load_relaxed(&vm->failed) ? STATUS_ERROR : status;
}

// `status`: of what has run before.
static int end(Vm *vm, Fiber *fiber, int status, bool wait) {
    bool at_once = false, reported = false;
    if (wait && load_relaxed(&vm->exit_status) < 0 && !handles_finish(fiber, &reported)) {
        int later = settle(vm, fiber, error_take(fiber), &at_once);
        if (status == STATUS_DONE)
            status = later;
    }
    vm->stuck = !handles_end_all(fiber, END_GRACE); // detached threads and tasks, if nothing else
    if (!vm->stuck)
        watchdog_end(&vm->watchdog);
    return exit_status(vm, status);
}

int run_end(Vm *vm, Fiber *fiber, bool wait) { return end(vm, fiber, STATUS_DONE, wait); }

int run_script(Vm *vm, Fiber *fiber) {
    if (vm->options.timeout > 0)
        watchdog_ask(&vm->watchdog, vm->options.timeout);
    thread_run_until_ended(vm->thread, fiber);
    int status = STATUS_DONE;
    bool at_once = false;
    Value result = fiber->result;
    if (fiber->error != VALUE_UNDEF)
        status = settle(vm, fiber, error_take(fiber), &at_once);
    status = end(vm, fiber, status, !at_once);
    fiber->result = result;
    return status;
}

void vm_end_process(Vm *vm, int status) {
    if (vm->stuck)
        _exit(status);
    vm_free(vm);
}
