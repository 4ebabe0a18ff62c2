// SPDX-License-Identifier: MIT
//
// Ranges: `a..b` and range(a, b, step): the numbers start, start + step, ... before stop. Constant, so
// any thread may read one. All parts are integers of any size; nothing here runs script code, collects or
// takes time by the range's length. Functions that take a Fiber may throw (MemoryError besides what
// they say).
#ifndef CONC_OBJECT_RANGE_H
#define CONC_OBJECT_RANGE_H

#include "base/text.h"
#include "object/runtime.h"

typedef struct Range {
    Object header;
    Value start, stop, step; // integers; step is not 0
    Value length;            // an integer, not below 0: how many numbers there are
} Range;

static inline bool value_is_range(Value v) { return value_is_kind(v, KIND_RANGE); }
static inline Range *value_to_range(Value v) { return (Range *)value_to_ref(v); }

// Of any values, bools among them. UNDEF with TypeError where one is no integer, ValueError for step 0.
Value range_new_checked(Fiber *fiber, Value start, Value stop, Value step);
// The number at an index of any type; below 0 it counts from the end. UNDEF with IndexError or TypeError.
Value range_at(Fiber *fiber, Range *range, Value index);
// range[start:stop:step], a range; nil where one is left out. UNDEF with TypeError or ValueError.
Value range_slice(Fiber *fiber, Range *range, Value start, Value stop, Value step);
// Whether v, of any type, equals one of the numbers. False on error.
bool range_contains(Fiber *fiber, Range *range, Value v, bool *out);
// As in Python: equal if they give the same numbers. Both are ranges; equal ones have one hash.
bool range_equal(Value a, Value b);
uint32_t range_hash(Value v);
void range_repr(Range *range, Text *out); // appends "range(0, 10, 2)"

#endif
