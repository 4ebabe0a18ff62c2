// SPDX-License-Identifier: MIT
//
// Calls of one function that a native makes again and again: what is the same each time is looked at once.
//
//     PreparedCall call = prepare_call(fiber, function, 1);
//     for each value: Value result = call_prepared(fiber, &call, value, VALUE_UNDEF);
//
// Nothing has to be given back. It holds until the native that has prepared it returns, whatever that does
// between two calls. The native keeps the function rooted, and asks runtime_poll at each turn of its loop: a
// function that neither loops nor calls does not.
#ifndef CONC_OBJECT_PREPARED_CALL_H
#define CONC_OBJECT_PREPARED_CALL_H

#include "object/runtime.h"

struct Closure; // object/function.h
struct Native;  // likewise

// `window` and what follows are for a function that gets exactly its parameters, or a plain native; NULL: any other
// callee.
typedef struct PreparedCall {
    Value callee;
    int count;      // of its arguments: 0 to 2
    Value *window;  // where it finds them
    Value receiver; // what stands in window[0]
    struct Closure *closure;
    const struct Native *native; // where there is no closure
} PreparedCall;

// Neither throws nor collects: what is wrong with the call is for the call to say.
static inline PreparedCall prepare_call(Fiber *fiber, Value callee, int count) {
    return fiber_runtime(fiber)->prepare_call(fiber, callee, count);
}

// Like runtime->call, with the arguments `a` and `b`; those that the call does not have are not looked at.
static inline Value call_prepared(Fiber *fiber, const PreparedCall *call, Value a, Value b) {
    return fiber_runtime(fiber)->call_prepared(fiber, call, a, b);
}

#endif
