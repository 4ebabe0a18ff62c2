// SPDX-License-Identifier: MIT
//
// Taking a native's arguments: each function is false with a TypeError (or what it says) where the
// value does not fit. An argument that was left out is VALUE_UNDEF. None of them runs script code.
#ifndef CONC_NATIVE_ARGUMENT_H
#define CONC_NATIVE_ARGUMENT_H

#include "object/bytes.h"
#include "object/number.h"
#include "object/str.h"
#include "object/str_search.h"

static inline bool argument_given(Value v) { return v != VALUE_UNDEF && v != VALUE_NIL; }

// An int or bool. Python's "'str' object cannot be interpreted as an integer".
bool argument_integer(Fiber *fiber, Value v, Value *out); // of any size
// OverflowError where it does not fit.
bool argument_int64(Fiber *fiber, Value v, int64_t *out);
// The same, or `fallback` where it was left out or is nil.
bool argument_int64_or(Fiber *fiber, Value v, int64_t fallback, int64_t *out);
// A bound of a search, as slices have it: nil or left out gives `fallback`, too large ones are clipped.
bool argument_bound(Fiber *fiber, Value v, int64_t fallback, int64_t *out);
// Start and end of a search among `length` things, made absolute: 0 <= *end <= length, 0 <= *start
// (which may be above *end: then nothing is found).
bool argument_range(Fiber *fiber, Value start, Value end, size_t length, size_t *from, size_t *to);
// Truth of an argument that was perhaps left out.
bool argument_truth(Fiber *fiber, Value v, bool fallback);

#endif
