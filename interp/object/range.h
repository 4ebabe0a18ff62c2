// SPDX-License-Identifier: MIT
//
// Ranges: `a..b` and range(a, b, step). Constant.
#ifndef CONC_OBJECT_RANGE_H
#define CONC_OBJECT_RANGE_H

#include "base/text.h"
#include "object/runtime.h"

typedef struct Range {
    Object header;
    Value start, stop, step; // integers; step is not 0
    Value length;            // an integer
} Range;

static inline bool value_is_range(Value v) { return value_is_kind(v, KIND_RANGE); }
static inline Range *value_to_range(Value v) { return (Range *)value_to_ref(v); }

// TypeError where one is no integer, ValueError for step 0.
Value range_new_checked(Fiber *fiber, Value start, Value stop, Value step);
Value range_at(Fiber *fiber, Range *range, Value index); // IndexError, TypeError
// range[start:stop:step], a range; nil where one is left out.
Value range_slice(Fiber *fiber, Range *range, Value start, Value stop, Value step);
bool range_contains(Fiber *fiber, Range *range, Value v, bool *out);
bool range_equal(Value a, Value b);
uint32_t range_hash(Value v);
void range_repr(Range *range, Text *out);

#endif
