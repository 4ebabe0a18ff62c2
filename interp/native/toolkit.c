// SPDX-License-Identifier: MIT
//
// The module _toolkit: what stdlib/toolkit.conc is made with, and scripts need not know.
#include "base/os.h"
#include "base/translate.h"
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/channel.h"
#include "process/spawn.h"
#include "sync/crew.h"
#include "vm/proto.h"

// Whether a call of it takes `await`.
static Value is_async(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    Value f = args[1];
    if (value_is_kind(f, KIND_BOUND))
        f = ((Bound *)value_to_ref(f))->function;
    if (value_is_kind(f, KIND_NATIVE))
        return value_from_bool(((Native *)value_to_ref(f))->spec->flags & NATIVE_WAITS);
    return value_from_bool(value_is_kind(f, KIND_CLOSURE) &&
                           ((Closure *)value_to_ref(f))->proto->is_async);
}

static bool check_callable(Fiber *fiber, Value f) {
    if (value_is_callable(f))
        return true;
    throw_type(fiber, "'%s' object is not callable", value_type_name(fiber_runtime(fiber), f));
    return false;
}

static Value construct_crew(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t size;
    if (!argument_int64_or(fiber, args[1], os_cpu_count(), &size))
        return VALUE_UNDEF;
    if (size < 1)
        return throw_value(fiber, "number of workers must be at least 1");
    return value_from_ref(crew_new(fiber, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size));
}

static Value submit(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!check_callable(fiber, args[1]))
        return VALUE_UNDEF;
    return crew_submit(fiber, crew_of_owner(args[0]), args[1], value_to_list(args[2]));
}

static Value close_crew(Fiber *fiber, Value *args, int count) {
    (void)count;
    crew_close(fiber, crew_of_owner(args[0]));
    return VALUE_NIL;
}

static Value crew_size(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_int(crew_of_owner(args[0])->size);
}

const NativeSpec crew_methods[] = {
    {"submit", submit, "f, arguments", 0,
     "The handle of a job that calls f with the elements of a list.\n"
     "    let job = crew.submit(f, [1, 2])"},
    {"close", close_crew, "", 0,
     "No more jobs; threads that wait for one end.\n"
     "    crew.close()"},
    {"wait", crew_wait, "timeout=nil", NATIVE_WAITS,
     "Waits until all jobs have ended. True, or false after the time-out, in seconds.\n"
     "    crew.wait()"},
    {"size", crew_size, "", NATIVE_GETTER,
     "How many threads at most.\n"
     "    print(crew.size)"},
    {0}};

// --- workers of a ProcessPool ---

static Value close_channel(Fiber *fiber, Value *args, int count) {
    (void)count;
    return channel_close(fiber, value_to_channel(args[0])) ? VALUE_NIL : VALUE_UNDEF;
}

const NativeSpec channel_methods[] = {
    {"send", channel_send, "value", NATIVE_WAITS,
     "Sends a copy. False where the other side has ended; TypeError where it cannot be sent.\n"
     "    channel.send([1, 2])"},
    {"receive", channel_receive, "", NATIVE_WAITS,
     "What the other side has sent; nil where it has ended.\n"
     "    let v = channel.receive()"},
    {"close", close_channel, "", 0,
     "The other side receives no more.\n"
     "    channel.close()"},
    {0}};

static Value channels(Fiber *fiber, Value *args, int count) {
    (void)args, (void)count;
    return channel_pair(fiber);
}

static Value background(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_of(fiber_runtime(fiber), args[1]);
    if (!handle || handle->kind != HANDLE_PROCESS)
        return throw_type(fiber, "background() needs a process");
    process_background(fiber, handle);
    return VALUE_NIL;
}

// What tells functions apart that a worker can be asked to call: closures of one text that capture nothing
// are all the same.
static Value key_of(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    if (!value_is_kind(args[1], KIND_CLOSURE))
        return args[1];
    const Closure *closure = (Closure *)value_to_ref(args[1]);
    bool plain = closure->capture_count == 0 && !closure->home;
    return plain ? value_from_int((int64_t)(uintptr_t)closure->proto) : args[1];
}

// A method with its object: [function, object]; else [f].
static Value parts_of(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!check_callable(fiber, args[1]))
        return VALUE_UNDEF;
    Value parts[] = {args[1], VALUE_UNDEF};
    size_t n = 1;
    if (value_is_kind(args[1], KIND_BOUND)) {
        const Bound *bound = (Bound *)value_to_ref(args[1]);
        parts[0] = bound->function;
        parts[n++] = bound->receiver;
    }
    return value_from_ref(list_from(fiber->heap, parts, n));
}

// The trace of an error that has come from a worker ends where its job was submitted, as that of a thread
// does. Gives the error.
static Value from_job(Fiber *fiber, Value *args, int count) {
    (void)count;
    Runtime *runtime = fiber_runtime(fiber);
    Handle *handle = handle_of(runtime, fiber->handle);
    if (!value_is_error(runtime, args[1]) || !handle)
        return args[1];
    Instance *error = (Instance *)value_to_ref(args[1]);
    Slot *trace = instance_slot(error, ERROR_SLOT_TRACE);
    Text text = {0};
    text_format(&text, "%s  ", str_data(runtime->trace_text(fiber, slot_get(trace))));
    handle_origin(runtime, handle, &text);
    text_char(&text, '\n');
    slot_set(trace, runtime->trace_from_text(fiber, str_from_text(fiber->heap, &text)));
    text_free(&text);
    return args[1];
}

static Value shielded(Fiber *fiber, Value *args, int count) {
    (void)count;
    return wait_shielded(fiber, args[1]);
}

static Value message(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "must be str, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    return value_from_ref(str_from_c(fiber->heap, translate(str_data(value_to_str(args[1])))));
}

static Value cancel_once(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[1]);
    if (!handle)
        return VALUE_UNDEF;
    handle_cancel_once(fiber, handle);
    return VALUE_NIL;
}

const NativeSpec toolkit_functions[] = {
    {"cancel_once", cancel_once, "handle", 0,
     "Handle.cancel(), unless it has been called before.\n"
     "    cancel_once(job)"},
    {"shielded", shielded, "f", 0,
     "Gives f(), which no cancel and no time limit ends: what is due is thrown by the next waiting "
     "call "
     "after it. For what is short and must not be left half done.\n"
     "    shielded(fn () => m.acquire())"},
    {"is_async", is_async, "f", 0,
     "True if f is an async function or a waiting call.\n"
     "    is_async(sleep)  # true"},
    {"crew", construct_crew, "size=nil", 0,
     "Threads that take jobs, `size` at most; nil: as many as the machine has CPUs.\n"
     "    let crew = crew(4)"},
    {"channels", channels, "", 0,
     "Two channels that are connected. The one that is an argument of a spawn is the child's.\n"
     "    let ends = channels()"},
    {"background", background, "process", 0,
     "The end of the script does not wait for it, and ends it.\n"
     "    background(p)"},
    {"key_of", key_of, "f", 0,
     "Equal for functions that do the same, as far as one can tell.\n"
     "    key_of(fn () => 1)"},
    {"message", message, "text", 0,
     "The text of an error in the language of whoever reads it.\n"
     "    throw ValueError(_toolkit.message(\"no such order\"))"},
    {"parts_of", parts_of, "f", 0,
     "Of a method with its object both, of any other function itself, in a list. TypeError for "
     "what is no function.\n"
     "    parts_of(xs.append)  # [append, xs]"},
    {"from_job", from_job, "error", 0,
     "The error, whose trace says from now on in which job it came.\n"
     "    throw from_job(e)"},
    {0}};
