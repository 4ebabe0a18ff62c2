// SPDX-License-Identifier: MIT
//
// The methods of ranges. A range is constant and is never written out: count and index are worked out from
// its ends and its step, with integers of any size.
#include "native/tables.h"
#include "object/error.h"
#include "object/integer.h"
#include "object/operate.h"
#include "object/range.h"

static Range *self(const Value *args) { return value_to_range(args[0]); }

static Value range_start(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return self(args)->start;
}
static Value range_stop(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return self(args)->stop;
}
static Value range_step(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return self(args)->step;
}

static Value range_method_count(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool there;
    if (!range_contains(fiber, self(args), args[1], &there))
        return VALUE_UNDEF;
    return value_from_int(there);
}

static Value range_method_index(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool there;
    if (!range_contains(fiber, self(args), args[1], &there))
        return VALUE_UNDEF;
    if (!there) {
        Text text = {0};
        if (value_repr(fiber, args[1], &text))
            throw_value(fiber, "%s is not in range", text_data(&text));
        text_free(&text);
        return VALUE_UNDEF;
    }
    Value v = args[1];
    if (value_is_double(v))
        v = integer_from_double(fiber, value_to_double(v));
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    Value offset = integer_sub(fiber, v, self(args)->start);
    return offset == VALUE_UNDEF ? offset : integer_floordiv(fiber, offset, self(args)->step);
}

const NativeSpec range_methods[] = {
    {"start", range_start, "", NATIVE_GETTER,
     "The first number.\n"
     "    (2..5).start  # 2"},
    {"stop", range_stop, "", NATIVE_GETTER,
     "The number before which it ends.\n"
     "    (2..5).stop  # 5"},
    {"step", range_step, "", NATIVE_GETTER,
     "The distance of its numbers.\n"
     "    (2..5).step  # 1"},
    {"count", range_method_count, "value", 0,
     "1 if the value is in the range, else 0.\n"
     "    (0..3).count(2)"},
    {"index", range_method_index, "value", 0,
     "The place of a value in the range. ValueError if it is not in it.\n"
     "    (5..9).index(6)  # 1"},
    {"map", iterable_map, "function", 0, ITERABLE_MAP_DOC},
    {"filter", iterable_filter, "function", 0, ITERABLE_FILTER_DOC},
    {"reduce", iterable_reduce, "function, init=", 0, ITERABLE_REDUCE_DOC},
    {0},
};
