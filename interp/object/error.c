// SPDX-License-Identifier: MIT
//
// Errors. Making one captures the trace of the fiber's calls (a hook of vm/).
#include "object/error.h"

#include <errno.h>
#include <stdlib.h>

#include "base/translate.h"
#include "object/operate.h"
#include "object/str.h"

Instance *error_new(Fiber *fiber, Class *c, Value message) {
    Instance *error = instance_new(fiber->heap, c);
    Runtime *runtime = fiber_runtime(fiber);
    slot_set(instance_slot(error, ERROR_SLOT_MESSAGE), message);
    slot_set(instance_slot(error, ERROR_SLOT_CAUSE), VALUE_NIL);
    Value trace = runtime->capture_trace ? runtime->capture_trace(fiber) : VALUE_NIL;
    slot_set(instance_slot(error, ERROR_SLOT_TRACE), trace);
    return error;
}

static Value throw_with(Fiber *fiber, ErrorClass c, Value message) {
    fiber->error = value_from_ref(error_new(fiber, fiber_runtime(fiber)->errors[c], message));
    return VALUE_UNDEF;
}

Value throw_error(Fiber *fiber, ErrorClass c, const char *format, ...) {
    Text text = {0};
    va_list list;
    va_start(list, format);
    text_format_list(&text, translate(format), list);
    va_end(list);
    Str *message = str_from_utf8_lossy(fiber->heap, text_data(&text), text.length);
    text_free(&text);
    return throw_with(fiber, c, value_from_ref(message));
}

Value throw_key(Fiber *fiber, Value key) {
    Text text = {0};
    // Keys that print by script are named by their type: throwing runs no script.
    if (value_is_kind(key, KIND_INSTANCE))
        text_format(&text, "<%s instance>", value_type_name(fiber_runtime(fiber), key));
    else
        value_repr(fiber, key, &text);
    Str *message = str_from_text(fiber->heap, &text);
    text_free(&text);
    throw_with(fiber, ERROR_KeyError, value_from_ref(message));
    slot_set(instance_slot((Instance *)value_to_ref(fiber->error), ERROR_SLOT_KEY), VALUE_TRUE);
    return VALUE_UNDEF;
}

Value throw_memory(Fiber *fiber, size_t bytes) {
    heap_request_collection(fiber->world->heap); // what was let go of may make room
    if (bytes >= PTRDIFF_MAX / 2)                // not a number that tells anything
        return throw_error(fiber, ERROR_MemoryError, "out of memory");
    return throw_error(fiber, ERROR_MemoryError, "out of memory: %zu bytes more are over the limit",
                       bytes);
}

Value throw_instance(Fiber *fiber, Value error) {
    Instance *instance = (Instance *)value_to_ref(error);
    Slot *trace = instance_slot(instance, ERROR_SLOT_TRACE);
    Value none = slot_get(trace);
    if (none == VALUE_UNDEF || none == VALUE_NIL) {
        Runtime *runtime = fiber_runtime(fiber);
        if (runtime->capture_trace)
            slot_set(trace, runtime->capture_trace(fiber));
    }
    fiber->error = error;
    return VALUE_UNDEF;
}

Value throw_errno(Fiber *fiber, int number, const char *path) {
    char why[128];
    const char *text = strerror_r(number, why, sizeof why);
    if (!path)
        return throw_error(fiber, ERROR_OSError, "[Errno %d] %s", number, translate(text));
    throw_error(fiber, ERROR_OSError, "[Errno %d] %s: '%s'", number, translate(text), path);
    if (number == ENOENT && path[0] != '/')
        error_hint(fiber, "a relative path starts at the folder in which conc was started");
    return VALUE_UNDEF;
}

Value error_hint(Fiber *fiber, const char *hint) {
    Runtime *runtime = fiber_runtime(fiber);
    if (runtime->hint)
        runtime->hint(fiber, str_from_c(fiber->heap, translate(hint)));
    return VALUE_UNDEF;
}

Value error_note(Fiber *fiber, const char *notes) {
    Runtime *runtime = fiber_runtime(fiber);
    if (runtime->note)
        runtime->note(fiber, str_from_c(fiber->heap, notes));
    return VALUE_UNDEF;
}

bool value_is_error(Runtime *runtime, Value v) {
    return value_is_kind(v, KIND_INSTANCE) &&
           value_is_instance_of(runtime, v, runtime->errors[ERROR_BaseError]);
}

bool error_is(Fiber *fiber, ErrorClass c) {
    Runtime *runtime = fiber_runtime(fiber);
    return fiber->error != VALUE_UNDEF &&
           value_is_instance_of(runtime, fiber->error, runtime->errors[c]);
}

Value error_take(Fiber *fiber) {
    Value error = fiber->error;
    fiber->error = VALUE_UNDEF;
    return error;
}

Value error_message(Instance *error) { return slot_get(instance_slot(error, ERROR_SLOT_MESSAGE)); }
