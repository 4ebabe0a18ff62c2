// SPDX-License-Identifier: MIT
//
// Ranges: four integers of any size, of which the length follows from the other three. It is worked out
// once, when the range is made; so is every refusal. After that a range never changes, any thread may read
// it, and whatever is asked of it (an element, a slice, `in`) is arithmetic that takes the same time
// however long it is.
#include "object/range.h"

#include "object/error.h"
#include "object/integer.h"
#include "object/number.h"
#include "object/operate.h"

static void range_trace(Object *object, Tracer *tracer) {
    Range *range = (Range *)object;
    trace_value(tracer, range->start);
    trace_value(tracer, range->stop);
    trace_value(tracer, range->step);
    trace_value(tracer, range->length);
}
const Kind range_kind = {"range", range_trace, NULL};

static bool to_integer(Fiber *fiber, Value *v) {
    if (value_is_integer(*v))
        return true;
    if (value_is_bool(*v)) {
        *v = value_from_int(*v == VALUE_TRUE);
        return true;
    }
    throw_type(fiber, "'%s' object cannot be interpreted as an integer",
               value_type_name(fiber_runtime(fiber), *v));
    return false;
}

// (stop - start + step - sign) // step, not below 0.
static Value count_steps(Fiber *fiber, Value start, Value stop, Value step) {
    const Value zero = value_from_int(0);
    int sign = integer_compare(step, zero) > 0 ? 1 : -1;
    Value span = integer_sub(fiber, stop, start);
    if (span == VALUE_UNDEF)
        return span;
    span = integer_sub(fiber, integer_add(fiber, span, step), value_from_int(sign));
    Value count = integer_floordiv(fiber, span, step);
    return count != VALUE_UNDEF && integer_compare(count, zero) < 0 ? zero : count;
}

Value range_new_checked(Fiber *fiber, Value start, Value stop, Value step) {
    if (!to_integer(fiber, &start) || !to_integer(fiber, &stop) || !to_integer(fiber, &step))
        return VALUE_UNDEF;
    if (step == value_from_int(0))
        return throw_value(fiber, "range() arg 3 must not be zero");
    Value length = count_steps(fiber, start, stop, step);
    if (length == VALUE_UNDEF)
        return VALUE_UNDEF;
    Range *range = heap_alloc(fiber->heap, KIND_RANGE, sizeof *range);
    range->start = start;
    range->stop = stop;
    range->step = step;
    range->length = length;
    return value_from_ref(range);
}

static Value element(Fiber *fiber, Range *range, Value number) {
    Value offset = integer_mul(fiber, number, range->step);
    return offset == VALUE_UNDEF ? offset : integer_add(fiber, range->start, offset);
}

Value range_at(Fiber *fiber, Range *range, Value index) {
    const Value zero = value_from_int(0);
    if (value_is_bool(index))
        index = value_from_int(index == VALUE_TRUE);
    if (!value_is_integer(index))
        return throw_type(fiber, "range indices must be integers or slices, not %s",
                          value_type_name(fiber_runtime(fiber), index));
    if (integer_compare(index, zero) < 0)
        index = integer_add(fiber, index, range->length);
    if (index == VALUE_UNDEF)
        return VALUE_UNDEF;
    if (integer_compare(index, zero) < 0 || integer_compare(index, range->length) >= 0)
        return throw_index(fiber, "range object index out of range");
    return element(fiber, range, index);
}

// A bound of a slice of `length` numbers, as Python's slice.indices() has it; `fallback` for nil.
static bool slice_bound(Fiber *fiber, Value bound, Value length, bool down, Value fallback,
                        Value *out) {
    const Value zero = value_from_int(0), one = value_from_int(1);
    *out = fallback;
    if (bound == VALUE_NIL)
        return true;
    if (integer_compare(bound, zero) < 0)
        bound = integer_add(fiber, bound, length);
    Value low = down ? value_from_int(-1) : zero;
    Value high = down ? integer_sub(fiber, length, one) : length;
    if (bound == VALUE_UNDEF || high == VALUE_UNDEF)
        return false;
    *out = integer_compare(bound, low) < 0 ? low : integer_compare(bound, high) > 0 ? high : bound;
    return true;
}

static bool slice_part(Fiber *fiber, Value *part) {
    if (value_is_bool(*part))
        *part = value_from_int(*part == VALUE_TRUE);
    if (value_is_integer(*part) || *part == VALUE_NIL)
        return true;
    throw_type(fiber, "slice indices must be integers or nil");
    return false;
}

Value range_slice(Fiber *fiber, Range *range, Value start, Value stop, Value step) {
    const Value zero = value_from_int(0);
    if (!slice_part(fiber, &step) || !slice_part(fiber, &start) || !slice_part(fiber, &stop))
        return VALUE_UNDEF;
    if (step == VALUE_NIL)
        step = value_from_int(1);
    if (step == zero)
        return throw_value(fiber, "slice step cannot be zero");
    bool down = integer_compare(step, zero) < 0;
    Value last = integer_sub(fiber, range->length, value_from_int(1)), from, to;
    if (last == VALUE_UNDEF ||
        !slice_bound(fiber, start, range->length, down, down ? last : zero, &from) ||
        !slice_bound(fiber, stop, range->length, down, down ? value_from_int(-1) : range->length,
                     &to))
        return VALUE_UNDEF;
    from = element(fiber, range, from);
    to = from == VALUE_UNDEF ? from : element(fiber, range, to);
    step = to == VALUE_UNDEF ? to : integer_mul(fiber, range->step, step);
    return step == VALUE_UNDEF ? step : range_new_checked(fiber, from, to, step);
}

bool range_contains(Fiber *fiber, Range *range, Value v, bool *out) {
    *out = false;
    if (value_is_double(v)) {
        double d = value_to_double(v);
        if (d != d || d != floor(d) || isinf(d))
            return true;
        v = integer_from_double(fiber, d);
        if (v == VALUE_UNDEF)
            return false;
    }
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v))
        return true;
    Value offset = integer_sub(fiber, v, range->start);
    Value rest = offset == VALUE_UNDEF ? offset : integer_mod(fiber, offset, range->step);
    if (rest == VALUE_UNDEF)
        return false;
    if (rest != value_from_int(0))
        return true;
    Value number = integer_floordiv(fiber, offset, range->step);
    if (number == VALUE_UNDEF)
        return false;
    *out = integer_compare(number, value_from_int(0)) >= 0 &&
           integer_compare(number, range->length) < 0;
    return true;
}

bool range_equal(Value a, Value b) {
    Range *x = value_to_range(a), *y = value_to_range(b);
    if (integer_compare(x->length, y->length) != 0)
        return false;
    if (x->length == value_from_int(0))
        return true;
    if (integer_compare(x->start, y->start) != 0)
        return false;
    return x->length == value_from_int(1) || integer_compare(x->step, y->step) == 0;
}

uint32_t range_hash(Value v) {
    Range *range = value_to_range(v);
    uint32_t hash = number_hash(range->length);
    if (range->length == value_from_int(0))
        return hash;
    hash = hash * 31 + number_hash(range->start);
    return range->length == value_from_int(1) ? hash : hash * 31 + number_hash(range->step);
}

void range_repr(Range *range, Text *out) {
    text_string(out, "range(");
    integer_print(range->start, 10, out);
    text_string(out, ", ");
    integer_print(range->stop, 10, out);
    if (range->step != value_from_int(1)) {
        text_string(out, ", ");
        integer_print(range->step, 10, out);
    }
    text_char(out, ')');
}
