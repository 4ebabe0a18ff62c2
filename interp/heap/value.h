// SPDX-License-Identifier: MIT
//
// Value: what a variable, an element or a field holds. One 64-bit word, so that a shared slot can
// be read and written by one relaxed atomic access.
//
//   0x0000'0000'0000'0000              UNDEF: no value (a hole; an argument left out; an error in C)
//   0x0000'0000'0000'0002 .. 000e      nil false true PARKED
//   0x0000'pppp'pppp'pppp              reference to a heap object (a pointer above 4096)
//   0x0001.. - 0xfff1..                double: its bits plus 2^48; NaN is stored as one pattern only
//   0xfff8.. - 0xffff..                small int: 51 bits, two's complement
//
// The offset for doubles (as JavaScriptCore's "NaN boxing" has it) leaves pointers as they are.
// Integers that do not fit 51 bits are Big objects (object/integer.h); results shrink back, so one
// integer has one form only, and small ints are equal exactly if their words are.
#ifndef CONC_HEAP_VALUE_H
#define CONC_HEAP_VALUE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t Value;
struct Object;

#define VALUE_UNDEF ((Value)0)
#define VALUE_NIL   ((Value)2)
#define VALUE_FALSE ((Value)4)
#define VALUE_TRUE  ((Value)6)
// A native's word that its fiber has been put in a queue and waits (sched/park.h). Never stored.
#define VALUE_PARKED ((Value)8)

#define VALUE_INT_TAG       ((Value)0xfff8 << 48)
#define VALUE_DOUBLE_OFFSET ((Value)1 << 48)
#define VALUE_INT_BITS      51
#define VALUE_INT_MAX       (((int64_t)1 << (VALUE_INT_BITS - 1)) - 1)
#define VALUE_INT_MIN       (-((int64_t)1 << (VALUE_INT_BITS - 1)))

static inline bool value_is_int(Value v) { return v >= VALUE_INT_TAG; }
// Both at once: the and of two words has all tag bits only if each has.
static inline bool value_both_int(Value a, Value b) { return (a & b) >= VALUE_INT_TAG; }
static inline bool value_is_ref(Value v) { return v < VALUE_DOUBLE_OFFSET && v > 4096; }
static inline bool value_is_double(Value v) {
    return v - VALUE_DOUBLE_OFFSET < VALUE_INT_TAG - VALUE_DOUBLE_OFFSET;
}
static inline bool value_is_bool(Value v) { return v == VALUE_TRUE || v == VALUE_FALSE; }

static inline bool int_fits_value(int64_t i) { return i >= VALUE_INT_MIN && i <= VALUE_INT_MAX; }
// `i` must fit (int_fits_value).
static inline Value value_from_int(int64_t i) { return (Value)i | VALUE_INT_TAG; }
static inline int64_t value_to_int(Value v) {
    return (int64_t)(v << (64 - VALUE_INT_BITS)) >> (64 - VALUE_INT_BITS);
}

// `d` must be no NaN.
static inline Value value_from_plain_double(double d) {
    Value bits;
    memcpy(&bits, &d, sizeof bits);
    return bits + VALUE_DOUBLE_OFFSET;
}
static inline Value value_from_double(double d) {
    if (__builtin_expect(d != d, 0))
        return ((Value)0x7ff8 << 48) + VALUE_DOUBLE_OFFSET;
    return value_from_plain_double(d);
}
static inline double value_to_double(Value v) {
    double d;
    v -= VALUE_DOUBLE_OFFSET;
    memcpy(&d, &v, sizeof d);
    return d;
}

static inline Value value_from_bool(bool b) { return b ? VALUE_TRUE : VALUE_FALSE; }
static inline Value value_from_ref(const void *object) { return (Value)(uintptr_t)object; }
static inline struct Object *value_to_ref(Value v) { return (struct Object *)(uintptr_t)v; }

#endif
