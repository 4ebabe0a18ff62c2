// SPDX-License-Identifier: MIT
//
// The module _toolkit: what stdlib/toolkit.conc is made with, and scripts need not know.
#include "base/os.h"
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
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
    if (!value_is_callable(args[1]))
        return throw_type(fiber, "'%s' object is not callable",
                          value_type_name(fiber_runtime(fiber), args[1]));
    return crew_submit(fiber, value_to_crew(args[0]), args[1], value_to_list(args[2]));
}

static Value close_crew(Fiber *fiber, Value *args, int count) {
    (void)count;
    crew_close(fiber, value_to_crew(args[0]));
    return VALUE_NIL;
}

static Value crew_size(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_int(value_to_crew(args[0])->size);
}

const NativeSpec crew_methods[] = {
    {"submit", submit, "f, arguments", 0,
     "submit(f, arguments): the handle of a job that calls f with the elements of a list.\n"
     "    let job = crew.submit(f, [1, 2])"},
    {"close", close_crew, "", 0,
     "close(): no more jobs; threads that wait for one end.\n    crew.close()"},
    {"wait", crew_wait, "timeout=nil", NATIVE_WAITS,
     "wait(timeout=nil): waits until all jobs have ended. True, or false after the time-out, in "
     "seconds.\n"
     "    crew.wait()"},
    {"size", crew_size, "", NATIVE_GETTER, "size: how many threads at most.\n    print(crew.size)"},
    {0}};

const NativeSpec toolkit_functions[] = {
    {"is_async", is_async, "f", 0,
     "is_async(f): true if f is an async function or a waiting call.\n    is_async(sleep)  # true"},
    {"crew", construct_crew, "size=nil", 0,
     "crew(size=nil): threads that take jobs, `size` at most; nil: as many as the machine has "
     "CPUs.\n"
     "    let crew = crew(4)"},
    {0}};
