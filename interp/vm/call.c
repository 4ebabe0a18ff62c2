// SPDX-License-Identifier: MIT
//
// Calls. The run loop has its own short path for the plain case (a closure that gets exactly its
// parameters); all else comes here.
#include "vm/call.h"

#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/spawn.h"
#include "sync/handle.h"
#include "sync/queue.h"
#include "sync/select.h"
#include "sync/wait.h"
#include "vm/bind.h"
#include "vm/hint.h"
#include "vm/unit.h"

Value *fiber_top(Fiber *fiber) {
    if (fiber->native_top)
        return fiber->native_top;
    if (fiber->frame_count == 0)
        return fiber->segment->words;
    const Frame *frame = &fiber->frames[fiber->frame_count - 1];
    return frame->base + frame->closure->proto->register_count + WINDOW_SLACK;
}

static Entered error(void) { return ENTERED_ERROR; }

static Entered recursion(Fiber *fiber) {
    throw_error(fiber, ERROR_RecursionError, "maximum recursion depth exceeded");
    return ENTERED_ERROR;
}

// Room for `count` more words from `base` on; moves the first `used` words where a new segment was
// opened (*first then becomes true).
static Value *window_ensure(Fiber *fiber, Value *base, size_t used, size_t count, bool *first) {
    Value *window = fiber_reserve(fiber, base, count + WINDOW_SLACK);
    *first = window != base;
    if (window && *first)
        memcpy(window, base, used * sizeof(Value));
    return window;
}

// C may call one script more.
static bool native_room(const Thread *thread) {
    return thread->native_depth < NATIVE_DEPTH_LIMIT && thread_has_stack(thread, STACK_RESERVE);
}

static bool frame_room(Fiber *fiber) {
    return fiber->frame_count < fiber->frame_capacity || fiber_grow_frames(fiber);
}

// Pushes the frame of `closure` for a window whose arguments are bound.
static Entered push_frame(Fiber *fiber, Closure *closure, Value *base, Value *result, bool first,
                          uint32_t flags) {
    if (fiber->frame_count)
        fiber->frames[fiber->frame_count - 1].pc = fiber->pc;
    Frame *frame = &fiber->frames[fiber->frame_count++];
    *frame = (Frame){.base = base,
                     .pc = closure->proto->words,
                     .closure = closure,
                     .result = result,
                     .flags = flags,
                     .first_in_segment = first};
    fiber->pc = closure->proto->words;
    return ENTERED_FRAME;
}

static Entered bare_async(Fiber *fiber, const Proto *proto) {
    const char *name = str_data(proto->name);
    throw_type(fiber,
               "'%s' is an async function: call it with `await %s()` or start it with `async %s()`",
               name, name, name);
    return ENTERED_ERROR;
}

// The rest of a script function's arguments, from base[1 + parameter_count] on, as one list there.
static void gather_rest(Fiber *fiber, const Proto *proto, Value *base, int bound) {
    uint32_t direct = proto->parameter_count;
    List *rest = list_from(fiber->heap, base + 1 + direct, (size_t)bound - direct);
    base[1 + direct] = value_from_ref(rest);
}

static Entered no_case(Fiber *fiber) {
    throw_type(fiber, "a case of a select is a call that waits, like q.get(), m.acquire(), "
                      "h.join() or sleep(1)");
    return ENTERED_ERROR;
}

// Does it get exactly its parameters, all of them by place?
static bool fits_exactly(const Proto *proto, int count, const LoadedLabels *labels) {
    return (uint32_t)count == proto->parameter_count && !labels && !proto->has_rest;
}

static Entered enter_plainly(Fiber *fiber, Closure *closure, Value *base, int count,
                             const LoadedLabels *labels, uint32_t flags, Value *result);

static Entered enter_closure(Fiber *fiber, Closure *closure, Value *base, int count,
                             const LoadedLabels *labels, uint32_t mode, uint32_t flags,
                             Value *result) {
    const Proto *proto = closure->proto;
    if (mode == CALL_CASE)
        return no_case(fiber);
    if (proto->is_async && mode != CALL_AWAIT)
        return proto->unit->embedded
                   ? enter_plainly(fiber, closure, base, count, labels, flags, result)
                   : bare_async(fiber, proto);
    if (mode == CALL_AWAIT && !proto->is_async)
        flags |= FRAME_AWAIT;
    if (!frame_room(fiber))
        return recursion(fiber);
    uint32_t given =
        (uint32_t)count > proto->parameter_count ? (uint32_t)count : proto->parameter_count;
    uint32_t need = given + 2 > proto->register_count ? given + 2 : proto->register_count;
    bool first;
    Value *window = window_ensure(fiber, base, (size_t)count + 1, need, &first);
    if (!window)
        return recursion(fiber);
    int bound = count;
    if (!fits_exactly(proto, count, labels)) {
        Signature signature = signature_of_proto(proto);
        if (!bind_arguments(fiber, &signature, window, count, labels, &bound)) {
            segments_release(fiber, base);
            return ENTERED_ERROR;
        }
        if (proto->has_rest)
            gather_rest(fiber, proto, window, bound);
    }
    return push_frame(fiber, closure, window, base, first, flags);
}

// Shielded: a group of a task that has failed lets its members end, whatever they need for it.
static Value block_for(Fiber *fiber, NativeFunction native, Value *args, int count) {
    Value v;
    do {
        park_block(fiber, fiber->wait.turns && (!fiber->is_task || fiber->shielded));
        v = native(fiber, args, count);
    } while (v == VALUE_PARKED);
    return v;
}

static Entered native_answer(Value v, Value *result) {
    if (__builtin_expect(v == VALUE_UNDEF, 0))
        return error();
    *result = v;
    return ENTERED_VALUE;
}

// `await f()` of a native that does not wait but gives a handle: waits for the handle.
Entered call_await(Fiber *fiber, Value *args, Value *result) {
    Handle *handle = handle_of(fiber_runtime(fiber), args[0]);
    if (!handle) {
        throw_type(fiber, "'%s' object can't be awaited",
                   value_type_name(fiber_runtime(fiber), args[0]));
        return ENTERED_ERROR;
    }
    if (!wait_due(fiber))
        return ENTERED_ERROR;
    Value v = handle_result_now(handle);
    if (v != VALUE_UNDEF) {
        *result = v;
        return ENTERED_VALUE;
    }
    fiber->awaits = true;
    v = handle_await(fiber, args, 0);
    while (v == VALUE_PARKED && fiber->c_calls > 0) {
        park_block(fiber, fiber->wait.turns && !fiber->is_task);
        v = handle_await(fiber, args, 0);
    }
    if (v != VALUE_PARKED)
        return native_answer(v, result);
    fiber->pending = handle_await;
    fiber->pending_args = args;
    fiber->pending_count = 0;
    fiber->pending_result = result;
    return ENTERED_PARKED;
}

// The native has given VALUE_PARKED.
static inline Entered park_native(Fiber *fiber, NativeFunction native, Value *base, int count,
                                  uint32_t mode, Value *result) {
    if (mode != CALL_AWAIT || fiber->c_calls > 0)
        return native_answer(block_for(fiber, native, base, count), result);
    fiber->pending = native;
    fiber->pending_args = base;
    fiber->pending_count = count;
    fiber->pending_result = result;
    return ENTERED_PARKED;
}

// What the first call of a native that may wait has given.
static inline Entered first_answer(Fiber *fiber, Value v, NativeFunction native, Value *window,
                                   int count, uint32_t mode) {
    return v == VALUE_PARKED ? park_native(fiber, native, window, count, mode, window)
                             : native_answer(v, window);
}

Entered call_waiting(Fiber *fiber, const Native *native, Value *window, uint32_t given,
                     uint32_t mode) {
    if (!wait_due(fiber))
        return ENTERED_ERROR;
    call_leave_out(native, window, given);
    fiber->awaits = mode == CALL_AWAIT;
    int count = (int)native->parameter_count;
    return first_answer(fiber, native->function(fiber, window, count), native->function, window,
                        count, mode);
}

Entered call_queue_get(Fiber *fiber, Value *window, uint32_t mode) {
    if (!wait_due(fiber))
        return ENTERED_ERROR;
    fiber->awaits = mode == CALL_AWAIT;
    window[1] = VALUE_UNDEF; // the time-out
    return first_answer(fiber, queue_get_first(fiber, window), queue_get, window, 1, mode);
}

Entered call_queue_put(Fiber *fiber, Value *window, uint32_t mode) {
    if (!wait_due(fiber))
        return ENTERED_ERROR;
    fiber->awaits = mode == CALL_AWAIT;
    window[2] = VALUE_UNDEF; // the time-out
    return first_answer(fiber, queue_put_first(fiber, window), queue_put, window, 2, mode);
}

// Arguments that are left out are UNDEF.
static bool bind_native(Fiber *fiber, const Native *native, Value *base, int count,
                        const LoadedLabels *labels, int *bound) {
    uint32_t given = (uint32_t)count;
    *bound = count;
    bool plain = !labels && !native->rest;
    if (plain && given == native->parameter_count && !native->takes_labels)
        return true;
    if (!plain || given >= native->parameter_count || given < native->required_count) {
        Signature signature = signature_of_native(native);
        return bind_arguments(fiber, &signature, base, count, labels, bound);
    }
    call_leave_out(native, base, given);
    *bound = (int)native->parameter_count;
    return true;
}

// A case of a select: its arguments are bound, nothing is called.
static Entered enter_case(Fiber *fiber, const Native *native, Value *base, int count,
                          const LoadedLabels *labels, Value *result) {
    const WaitOps *ops = wait_ops_of(fiber_runtime(fiber), native->spec->function);
    int bound;
    if (!ops)
        return no_case(fiber);
    if (!bind_native(fiber, native, base, count, labels, &bound))
        return ENTERED_ERROR;
    return native_answer(value_from_ref(select_case_new(fiber->heap, ops, base, bound)), result);
}

static Entered enter_native(Fiber *fiber, const Native *native, Value *base, int count,
                            const LoadedLabels *labels, uint32_t mode, Value *result) {
    int bound;
    if (mode == CALL_CASE)
        return enter_case(fiber, native, base, count, labels, result);
    if (!bind_native(fiber, native, base, count, labels, &bound))
        return ENTERED_ERROR;
    bool waits = native->spec->flags & NATIVE_WAITS;
    if (waits && !(native->spec->flags & NATIVE_SHIELDED) && !wait_due(fiber))
        return ENTERED_ERROR;
    fiber->awaits = mode == CALL_AWAIT;
    Value v = native->function(fiber, base, bound);
    if (v == VALUE_PARKED)
        return park_native(fiber, native->function, base, bound, mode, result);
    if (mode == CALL_AWAIT && !waits && v != VALUE_UNDEF) {
        base[0] = v;
        return call_await(fiber, base, result);
    }
    return native_answer(v, result);
}

// Makes an instance and runs its init; the instance is the value.
static Entered enter_class(Fiber *fiber, Class *c, Value *base, int count,
                           const LoadedLabels *labels, Value *result) {
    if (c->construct != VALUE_UNDEF)
        return enter_native(fiber, (Native *)value_to_ref(c->construct), base, count, labels,
                            CALL_PLAIN, result);
    base[0] = value_from_ref(instance_new(fiber->heap, c));
    if (c->init == VALUE_UNDEF) {
        if (count == 0)
            return native_answer(base[0], result);
        throw_type(fiber, "%s() takes no arguments", str_data(c->name));
        return ENTERED_ERROR;
    }
    if (value_is_kind(c->init, KIND_CLOSURE))
        return enter_closure(fiber, (Closure *)value_to_ref(c->init), base, count, labels,
                             CALL_PLAIN, FRAME_KEEP_SELF, result);
    Value self = base[0], ignored;
    Entered entered = enter_native(fiber, (Native *)value_to_ref(c->init), base, count, labels,
                                   CALL_PLAIN, &ignored);
    return entered == ENTERED_VALUE ? native_answer(self, result) : entered;
}

Entered call_method(Fiber *fiber, Value function, Value *base, int count,
                    const LoadedLabels *labels, uint32_t mode, Value *result) {
    if (value_is_kind(function, KIND_CLOSURE))
        return enter_closure(fiber, (Closure *)value_to_ref(function), base, count, labels, mode, 0,
                             result);
    return enter_native(fiber, (Native *)value_to_ref(function), base, count, labels, mode, result);
}

// `Point.move(p, 1)`: a method that is called as a function takes self from its first argument.
static bool wants_self(Value callee) {
    if (value_is_kind(callee, KIND_CLOSURE))
        return ((Closure *)value_to_ref(callee))->proto->is_method;
    if (!value_is_kind(callee, KIND_NATIVE))
        return false;
    const Native *native = (Native *)value_to_ref(callee);
    return native->owner && !(native->spec->flags & NATIVE_STATIC);
}

static bool take_self(Fiber *fiber, Value *base, int *count, const LoadedLabels *labels) {
    if (*count <= (int)(labels ? labels->count : 0)) {
        throw_type(fiber,
                   "a method that is called as a function needs its object as the first argument");
        return false;
    }
    Value function = base[0];
    const Class *owner = value_is_kind(function, KIND_NATIVE)
                             ? ((Native *)value_to_ref(function))->owner
                             : ((Closure *)value_to_ref(function))->home;
    if (owner && !value_is_instance_of(fiber_runtime(fiber), base[1], owner)) {
        throw_type(fiber, "a method of '%s' cannot be called on '%s'", str_data(owner->name),
                   value_type_name(fiber_runtime(fiber), base[1]));
        return false;
    }
    memmove(base, base + 1, (size_t)*count * sizeof(Value));
    (*count)--;
    return true;
}

// A built-in type that extends another one (locks that processes share) has its own C functions under the
// same names: it is these that know its objects.
static Value serving(Fiber *fiber, Value function, Value self) {
    if (!value_is_kind(function, KIND_NATIVE) || value_is_kind(self, KIND_INSTANCE))
        return function;
    const Native *native = (Native *)value_to_ref(function);
    const Class *c = class_of(fiber_runtime(fiber), self);
    if (c == native->owner)
        return function;
    Str *name = str_intern_c(fiber_runtime(fiber), fiber->heap, native->spec->name);
    int number = class_find(c, name, false);
    return number < 0 ? function : c->members[number].function;
}

Entered call_enter(Fiber *fiber, Value *base, int count, const LoadedLabels *labels, uint32_t mode,
                   Value *result) {
    Value callee = base[0];
    if (wants_self(callee)) {
        if (!take_self(fiber, base, &count, labels))
            return ENTERED_ERROR;
        callee = serving(fiber, callee, base[0]);
        return call_method(fiber, callee, base, count, labels, mode, result);
    }
    if (value_is_kind(callee, KIND_CLOSURE) || value_is_kind(callee, KIND_NATIVE))
        return call_method(fiber, callee, base, count, labels, mode, result);
    if (value_is_kind(callee, KIND_BOUND)) {
        Bound *bound = (Bound *)value_to_ref(callee);
        base[0] = bound->receiver;
        return call_method(fiber, bound->function, base, count, labels, mode, result);
    }
    if (value_is_kind(callee, KIND_CLASS)) {
        if (mode == CALL_CASE)
            return no_case(fiber);
        Entered entered =
            enter_class(fiber, (Class *)value_to_ref(callee), base, count, labels, result);
        if (mode != CALL_AWAIT || entered == ENTERED_ERROR || entered == ENTERED_FRAME)
            return entered;
        base[0] = *result;
        return call_await(fiber, base, result);
    }
    throw_type(fiber, "'%s' object is not callable", value_type_name(fiber_runtime(fiber), callee));
    hint_operand(fiber, callee);
    return ENTERED_ERROR;
}

bool call_begin(Fiber *fiber, Value *base, int count) {
    if (!value_is_kind(base[0], KIND_CLOSURE))
        return false;
    Closure *closure = (Closure *)value_to_ref(base[0]);
    const Proto *proto = closure->proto;
    ptrdiff_t need = proto->register_count + WINDOW_SLACK;
    if (proto->is_method || !fits_exactly(proto, count, NULL) || fiber->segment->end - base < need)
        return false;
    push_frame(fiber, closure, base, &fiber->result, false, FRAME_ENTRY);
    return true;
}

// Nothing is pending while the native runs: it may call scripts.
Entered call_resume(Fiber *fiber) {
    NativeFunction native = fiber->pending;
    fiber->pending = NULL;
    if (fiber->wait.delivers && park_was_handed(fiber)) {
        *fiber->pending_result = fiber->wait.waiter.value;
        fiber->wait.waiter.value = VALUE_UNDEF;
        return ENTERED_VALUE;
    }
    Value v = native(fiber, fiber->pending_args, fiber->pending_count);
    if (v == VALUE_PARKED) {
        fiber->pending = native;
        return ENTERED_PARKED;
    }
    return native_answer(v, fiber->pending_result);
}

// --- starting ---

// The arguments of a start are bound where it stands, so that a call that does not fit fails there.
// Parameters that are left out stay UNDEF, and their defaults are worked out by the call.
static bool bind_start(Fiber *fiber, Value *base, int *count, const LoadedLabels *labels) {
    Value function = base[0];
    if (value_is_kind(function, KIND_BOUND))
        function = ((Bound *)value_to_ref(function))->function;
    if (wants_self(base[0]))
        return true; // bound by the call
    Signature signature;
    if (value_is_kind(function, KIND_CLOSURE)) {
        const Proto *proto = ((Closure *)value_to_ref(function))->proto;
        if (fits_exactly(proto, *count, labels))
            return true;
        signature = signature_of_proto(proto);
    } else if (value_is_kind(function, KIND_NATIVE) && labels) {
        signature = signature_of_native((Native *)value_to_ref(function));
    } else if (labels) {
        throw_type(fiber, "labelled arguments cannot be given to '%s' here",
                   value_type_name(fiber_runtime(fiber), base[0]));
        error_hint(fiber, "give them in a block: `thread { f(label: 1) }`");
        return false;
    } else {
        return true;
    }
    return bind_arguments(fiber, &signature, base, *count, labels, count);
}

// A window that has room for the parameters that are left out: the one that is given, or a copy above the frame.
// NULL: no memory, or too deep.
static Value *start_window(Fiber *fiber, Value *base, int count) {
    Value function = base[0];
    if (value_is_kind(function, KIND_BOUND))
        function = ((Bound *)value_to_ref(function))->function;
    if (!value_is_kind(function, KIND_CLOSURE))
        return base;
    size_t parameters = ((Closure *)value_to_ref(function))->proto->parameter_count;
    if (parameters <= (size_t)count + WINDOW_SLACK)
        return base;
    Value *wide = fiber_reserve(fiber, fiber_top(fiber), parameters + WINDOW_SLACK);
    if (wide)
        memcpy(wide, base, ((size_t)count + 1) * sizeof(Value));
    return wide;
}

static Value start_bound(Fiber *fiber, Value *base, int count, const LoadedLabels *labels,
                         uint32_t mode) {
    if (!bind_start(fiber, base, &count, labels))
        return VALUE_UNDEF;
    bool dropped = mode & CALL_DROPPED;
    switch (mode & CALL_MODE) {
    case CALL_SPAWN: return process_start(fiber, base[0], base + 1, count, dropped);
    case CALL_THREAD: return handle_start(fiber, HANDLE_THREAD, base[0], base + 1, count, dropped);
    default: return handle_start(fiber, HANDLE_TASK, base[0], base + 1, count, dropped);
    }
}

static Value start_call(Fiber *fiber, Value *base, int count, const LoadedLabels *labels,
                        uint32_t mode) {
    if (!value_is_callable(base[0]))
        return throw_type(fiber, "'%s' object is not callable",
                          value_type_name(fiber_runtime(fiber), base[0]));
    Value *window = start_window(fiber, base, count);
    if (!window) {
        recursion(fiber);
        return VALUE_UNDEF;
    }
    Value handle = start_bound(fiber, window, count, labels, mode);
    if (window != base)
        segments_release(fiber, base);
    return handle;
}

Value call_start(Fiber *fiber, Value *base, int count, const LoadedLabels *labels, uint32_t mode) {
    Value handle = start_call(fiber, base, count, labels, mode);
    fiber->start_scope = NULL;
    return handle;
}

bool call_takes_argument(Value callee) {
    bool bound = value_is_kind(callee, KIND_BOUND);
    if (bound)
        callee = ((Bound *)value_to_ref(callee))->function;
    if (value_is_kind(callee, KIND_CLOSURE)) {
        const Proto *proto = ((Closure *)value_to_ref(callee))->proto;
        return proto->parameter_count > 0 || proto->has_rest;
    }
    if (value_is_kind(callee, KIND_NATIVE)) {
        const Native *native = (Native *)value_to_ref(callee);
        return native->parameter_count > 0 || native->rest;
    }
    return false;
}

// --- from C ---

// Runs what call_enter began, to its value.
static Value finish(Fiber *fiber, Entered entered, const Value *result) {
    if (entered == ENTERED_VALUE)
        return *result;
    if (entered == ENTERED_ERROR)
        return VALUE_UNDEF;
    fiber->frames[fiber->frame_count - 1].flags |= FRAME_ENTRY;
    return interpret(fiber) == RUN_DONE ? *result : VALUE_UNDEF;
}

static Value call_from_c(Fiber *fiber, Value function, Value first, bool method, const Value *args,
                         int count) {
    Thread *thread = fiber->thread;
    if (!native_room(thread)) {
        recursion(fiber);
        return VALUE_UNDEF;
    }
    Value *saved_top = fiber->native_top, *top = fiber_top(fiber);
    const uint32_t *saved_pc = fiber->pc;
    Value *base = fiber_reserve(fiber, top, (size_t)count + 1 + WINDOW_SLACK);
    if (!base) {
        recursion(fiber);
        return VALUE_UNDEF;
    }
    base[0] = first;
    if (count > 0) // `args` may be NULL then
        memcpy(base + 1, args, (size_t)count * sizeof(Value));
    fiber->native_top = base + count + 1 + WINDOW_SLACK;
    thread->native_depth++;
    fiber->c_calls++;
    Entered entered = method ? call_method(fiber, function, base, count, NULL, CALL_PLAIN, base)
                             : call_enter(fiber, base, count, NULL, CALL_PLAIN, base);
    if (entered == ENTERED_FRAME)
        fiber->native_top = NULL;
    Value v = finish(fiber, entered, base);
    fiber->c_calls--;
    thread->native_depth--;
    segments_release(fiber, top);
    fiber->native_top = saved_top;
    fiber->pc = saved_pc;
    return v;
}

// The closure that a call of `callee` with `count` arguments enters, if it gets exactly its parameters; what stands
// in its window's first place. Else NULL.
static Closure *plain_callee(Value callee, int count, Value *receiver) {
    bool bound = value_is_kind(callee, KIND_BOUND);
    *receiver = callee;
    if (bound) {
        *receiver = ((Bound *)value_to_ref(callee))->receiver;
        callee = ((Bound *)value_to_ref(callee))->function;
    }
    if (!value_is_kind(callee, KIND_CLOSURE))
        return NULL;
    Closure *closure = (Closure *)value_to_ref(callee);
    int fitting = bound ? closure->proto->method_count : closure->proto->plain_count;
    return fitting == count ? closure : NULL;
}

// Where the window of a plain call is to be, of a function with so many registers. NULL: there is no room here, and
// the general way finds it elsewhere or throws. Between two calls a native leaves the fiber as it has found it, so
// one answer holds for all.
static Value *plain_window(Fiber *fiber, uint32_t registers) {
    if (!native_room(fiber->thread) || !frame_room(fiber))
        return NULL;
    Value *window = fiber_top(fiber);
    return fiber->segment->end - window < registers + 2 * WINDOW_SLACK ? NULL : window;
}

// Calls `closure` with what stands in its window.
static inline Value run_plain(Fiber *fiber, Closure *closure, Value *window) {
    Thread *thread = fiber->thread;
    Value *saved_top = fiber->native_top;
    const uint32_t *saved_pc = fiber->pc;
    push_frame(fiber, closure, window, window, false, FRAME_ENTRY);
    fiber->native_top = NULL;
    thread->native_depth++;
    fiber->c_calls++;
    RunStatus status = interpret(fiber);
    fiber->c_calls--;
    thread->native_depth--;
    fiber->native_top = saved_top;
    fiber->pc = saved_pc;
    return status == RUN_DONE ? window[0] : VALUE_UNDEF;
}

// The same for a native.
static inline Value run_native(Fiber *fiber, const Native *native, Value *window, uint32_t given) {
    Thread *thread = fiber->thread;
    Value *saved_top = fiber->native_top;
    call_leave_out(native, window, given);
    fiber->native_top = window + native->parameter_count + 1 + WINDOW_SLACK;
    thread->native_depth++;
    fiber->c_calls++;
    Value v = native->function(fiber, window, (int)native->parameter_count);
    fiber->c_calls--;
    thread->native_depth--;
    fiber->native_top = saved_top;
    return v;
}

PreparedCall vm_prepare_call(Fiber *fiber, Value callee, int count) {
    PreparedCall call = {.callee = callee, .count = count};
    call.closure = plain_callee(callee, count, &call.receiver);
    if (call.closure)
        call.window = plain_window(fiber, call.closure->proto->register_count);
    else if ((call.native = plain_native(callee, (uint32_t)count)))
        call.window = plain_window(fiber, 0);
    return call;
}

// Two words are stored whatever the call has: behind the arguments there are registers that nobody has
// written yet.
Value vm_call_prepared(Fiber *fiber, const PreparedCall *call, Value a, Value b) {
    Value *window = call->window;
    if (!window) {
        Value args[] = {a, b};
        return call_from_c(fiber, VALUE_UNDEF, call->callee, false, args, call->count);
    }
    window[0] = call->receiver;
    window[1] = a;
    window[2] = b;
    return call->closure ? run_plain(fiber, call->closure, window)
                         : run_native(fiber, call->native, window, (uint32_t)call->count);
}

// One call of a closure that gets exactly its parameters. False: there is no room (plain_window).
static bool call_plainly(Fiber *fiber, Closure *closure, Value receiver, const Value *args,
                         int count, Value *result) {
    Value *window = plain_window(fiber, closure->proto->register_count);
    if (!window)
        return false;
    window[0] = receiver;
    for (int i = 0; i < count; i++)
        store_relaxed((Slot *)&window[i + 1], args[i]); // no call of memcpy for one or two
    *result = run_plain(fiber, closure, window);
    return true;
}

// An async function of a part of conc, called without `await`: what it awaits holds up the thread. The C
// frame makes it so (see park_native).
static Entered enter_plainly(Fiber *fiber, Closure *closure, Value *base, int count,
                             const LoadedLabels *labels, uint32_t flags, Value *result) {
    Thread *thread = fiber->thread;
    if (!native_room(thread))
        return recursion(fiber);
    const uint32_t *saved_pc = fiber->pc;
    Value *saved_top = fiber->native_top;
    thread->native_depth++;
    fiber->c_calls++;
    Entered entered = enter_closure(fiber, closure, base, count, labels, CALL_AWAIT, flags, result);
    if (entered == ENTERED_FRAME)
        fiber->native_top = NULL;
    Value v = finish(fiber, entered, base);
    fiber->c_calls--;
    thread->native_depth--;
    fiber->native_top = saved_top;
    fiber->pc = saved_pc;
    return native_answer(v, result);
}

Value vm_call(Fiber *fiber, Value callee, const Value *args, int count) {
    Value receiver, result;
    Closure *closure = plain_callee(callee, count, &receiver);
    if (closure && call_plainly(fiber, closure, receiver, args, count, &result))
        return result;
    return call_from_c(fiber, VALUE_UNDEF, callee, false, args, count);
}

Value vm_call_method(Fiber *fiber, Value function, Value receiver, const Value *args, int count) {
    Value result;
    if (value_is_kind(function, KIND_CLOSURE)) {
        Closure *closure = (Closure *)value_to_ref(function);
        if (closure->proto->method_count == count &&
            call_plainly(fiber, closure, receiver, args, count, &result))
            return result;
    }
    return call_from_c(fiber, function, receiver, true, args, count);
}
