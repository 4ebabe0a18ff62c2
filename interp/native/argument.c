// SPDX-License-Identifier: MIT
//
// Arguments of natives. The texts of the errors are Python's.
#include "native/argument.h"

#include "object/error.h"
#include "object/operate.h"

bool argument_integer(Fiber *fiber, Value v, Value *out) {
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    *out = v;
    if (value_is_integer(v))
        return true;
    throw_type(fiber, "'%s' object cannot be interpreted as an integer",
               value_type_name(fiber_runtime(fiber), v));
    return false;
}

bool argument_int64(Fiber *fiber, Value v, int64_t *out) {
    if (!argument_integer(fiber, v, &v))
        return false;
    if (integer_to_int64(v, out))
        return true;
    throw_error(fiber, ERROR_OverflowError, "cannot fit 'int' into an index-sized integer");
    return false;
}

bool argument_int64_or(Fiber *fiber, Value v, int64_t fallback, int64_t *out) {
    *out = fallback;
    return !argument_given(v) || argument_int64(fiber, v, out);
}

bool argument_bound(Fiber *fiber, Value v, int64_t fallback, int64_t *out) {
    *out = fallback;
    if (!argument_given(v))
        return true;
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v)) {
        throw_type(fiber, "slice indices must be integers or nil");
        return false;
    }
    if (!integer_to_int64(v, out))
        *out = integer_sign(v) < 0 ? INT64_MIN : INT64_MAX;
    return true;
}

static size_t absolute(int64_t bound, size_t length) {
    if (bound < 0 && __builtin_add_overflow(bound, (int64_t)length, &bound))
        bound = 0;
    return bound < 0 ? 0 : (size_t)bound;
}

bool argument_range(Fiber *fiber, Value start, Value end, size_t length, size_t *from, size_t *to) {
    int64_t first, last;
    if (!argument_bound(fiber, start, 0, &first) || !argument_bound(fiber, end, INT64_MAX, &last))
        return false;
    *from = absolute(first, length);
    *to = absolute(last, length);
    if (*to > length)
        *to = length;
    return true;
}

bool argument_truth(Fiber *fiber, Value v, bool fallback) {
    return v == VALUE_UNDEF ? fallback : value_truth(fiber, v);
}
