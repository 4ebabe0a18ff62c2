// SPDX-License-Identifier: MIT
//
// The module _toolkit: what stdlib/toolkit.conc is made with, and scripts need not know.
#include "native/tables.h"
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

const NativeSpec toolkit_functions[] = {
    {"is_async", is_async, "f", 0,
     "is_async(f): true if f is an async function or a waiting call.\n    is_async(sleep)  # true"},
    {0}};
