// SPDX-License-Identifier: MIT
//
// Throwing. An error is an instance of a class that extends BaseError; its first slots are message,
// cause, trace, and whether the message is a missing key as it is written in a script (scripts cannot
// name the last two). `throw_*` set fiber->error and return VALUE_UNDEF, so that a native can
// say `return throw_value(fiber, "...")`. None of them runs script code, parks or collects.
#ifndef CONC_OBJECT_ERROR_H
#define CONC_OBJECT_ERROR_H

#include "base/translate.h"
#include "object/class.h"

enum { ERROR_SLOT_MESSAGE, ERROR_SLOT_CAUSE, ERROR_SLOT_TRACE, ERROR_SLOT_KEY, ERROR_SLOT_COUNT };

// The format is translated (base/translate.h); what is a message among the arguments, the caller does.
Value throw_error(Fiber *fiber, ErrorClass c, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define throw_type(fiber, ...)    throw_error(fiber, ERROR_TypeError, __VA_ARGS__)
#define throw_value(fiber, ...)   throw_error(fiber, ERROR_ValueError, __VA_ARGS__)
#define throw_index(fiber, ...)   throw_error(fiber, ERROR_IndexError, __VA_ARGS__)
#define throw_runtime(fiber, ...) throw_error(fiber, ERROR_RuntimeError, __VA_ARGS__)
Value throw_key(Fiber *fiber, Value key);        // KeyError, message: the key's repr
Value throw_memory(Fiber *fiber, size_t bytes);  // MemoryError: over the limit
Value throw_instance(Fiber *fiber, Value error); // an error instance as it is (keeps its trace)
// OSError: [Errno 2] No such file ...
Value throw_errno(Fiber *fiber, int number, const char *path);

// Gives the error that the fiber has just thrown a hint, one line of what to try; and notes, where
// causes of it stand, one a line. They are shown with its trace. Return VALUE_UNDEF.
// The hint is translated (base/translate.h), notes are texts of the reader already.
Value error_hint(Fiber *fiber, const char *hint);
Value error_note(Fiber *fiber, const char *notes);

// A new error instance that is not thrown. message: a Str or nil.
Instance *error_new(Fiber *fiber, Class *c, Value message);
bool value_is_error(Runtime *runtime, Value v);
bool error_is(Fiber *fiber, ErrorClass c); // the fiber's error is one of class c
// Takes the fiber's error away from it (fiber->error becomes UNDEF).
Value error_take(Fiber *fiber);
// What the field `message` holds: mostly a Str; scripts may set it to anything, or never (UNDEF).
Value error_message(Instance *error);

#endif
