// SPDX-License-Identifier: MIT
//
// The methods of errors. Whatever a script gives as the message, the instance keeps text: so showing an
// error, which may happen when nothing else works any more, runs no script code.
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"

static Instance *self(const Value *args) { return (Instance *)value_to_ref(args[0]); }

// The message is kept as text, whatever was given.
static Value error_init(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value message = args[1];
    if (message == VALUE_UNDEF || message == VALUE_NIL)
        message = value_from_ref(fiber_runtime(fiber)->names[NAME_empty]);
    message = value_to_str_value(fiber, message);
    if (message == VALUE_UNDEF)
        return message;
    slot_set(instance_slot(self(args), ERROR_SLOT_MESSAGE), message);
    slot_set(instance_slot(self(args), ERROR_SLOT_CAUSE), VALUE_NIL);
    return VALUE_NIL;
}

static Value error_str(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value message = error_message(self(args));
    return value_is_str(message) ? message
                                 : value_from_ref(fiber_runtime(fiber)->names[NAME_empty]);
}

static Value error_trace(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value trace = slot_get(instance_slot(self(args), ERROR_SLOT_TRACE));
    return value_from_ref(fiber_runtime(fiber)->trace_text(fiber, trace));
}

const NativeSpec error_methods[] = {
    {"init", error_init, "message=nil", 0,
     "Error(message=nil): an error that can be thrown.\n    throw ValueError(\"too small\")"},
    {"str", error_str, "", 0, "str(): the message.\n    print(e)"},
    {"trace", error_trace, "", NATIVE_GETTER,
     "trace: where it was thrown and the calls that led there, as text; \"\" before it was "
     "thrown.\n"
     "    print(e.trace)"},
    {0},
};
