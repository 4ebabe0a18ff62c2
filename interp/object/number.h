// SPDX-License-Identifier: MIT
//
// Operators on numbers of any mix (int, big, float; bool counts as int, as in Python), and the
// printed form of floats. The VM's fast paths have seen to small ints and doubles; these do the rest.
#ifndef CONC_OBJECT_NUMBER_H
#define CONC_OBJECT_NUMBER_H

#include "object/integer.h"

typedef enum Operator {
    OPERATOR_ADD,
    OPERATOR_SUB,
    OPERATOR_MUL,
    OPERATOR_DIV,
    OPERATOR_FLOORDIV,
    OPERATOR_MOD,
    OPERATOR_POW,
    OPERATOR_AND,
    OPERATOR_OR,
    OPERATOR_XOR,
    OPERATOR_SHL,
    OPERATOR_SHR,
} Operator;

static inline bool value_is_number(Value v) { // int, big, float or bool
    return value_is_int(v) || value_is_double(v) || value_is_bool(v) || value_is_kind(v, KIND_BIG);
}
// Both are numbers. UNDEF with the error thrown.
Value number_operate(Fiber *fiber, Operator op, Value a, Value b);
// The same for integers of one or two words of the machine, as nearly all are, with such a result
// (object/integer_short.c). UNDEF, and nothing thrown, where one of the three is not; any values.
Value number_operate_short(LocalHeap *heap, Operator op, Value a, Value b);
Value number_negate(Fiber *fiber, Value a);
// <0, 0, >0, or 2 where one is NaN. Both are numbers.
int number_compare(Value a, Value b);
uint32_t number_hash(Value v);
double float_floordiv(double a, double b); // b is not 0
double float_mod(double a, double b);      // sign of b, as Python's
// x ** y of floats. UNDEF with ZeroDivisionError, OverflowError, ValueError (a complex result).
Value float_pow(Fiber *fiber, double x, double y);
uint32_t float_hash(double d); // equal to integer_hash of the same number
// round(v, digits): half to even, correctly rounded, as Python's. digits UNDEF or nil: to an int.
// v is a number. UNDEF with an error.
Value number_round(Fiber *fiber, Value v, Value digits);
Value number_abs(Fiber *fiber, Value v);
// [v // by, v % by]; false with ZeroDivisionError.
bool number_divmod(Fiber *fiber, Value v, Value by, Value out[2]);
// pow(base, exponent, modulus) of integers.
Value number_pow_mod(Fiber *fiber, Value base, Value exponent, Value modulus);
// A native's argument as a double. False with TypeError "must be real number, not str" or OverflowError
// "int too large to convert to float".
bool number_take_double(Fiber *fiber, Value v, double *out);
void float_repr(double d, Text *out); // Python's repr: shortest that reads back
// The decimal digits of |d|, finite: 0.d1d2d3... times 10 to the *point'th, without zeros at the end
// ("0", point 1 for zero). Gives how many. FLOAT_SHORTEST: the fewest that read back as d;
// FLOAT_SIGNIFICANT: at most `count` (from 1 on); FLOAT_DECIMALS: up to `count` after the point (none
// at all where it rounds to zero). Rounding is exact, half to even.
typedef enum FloatDigits { FLOAT_SHORTEST, FLOAT_SIGNIFICANT, FLOAT_DECIMALS } FloatDigits;
enum { FLOAT_DIGITS_MOST = 1500 };
size_t float_digits(double d, FloatDigits mode, int64_t count, char out[FLOAT_DIGITS_MOST],
                    int *point);
// Python's float(text). False where the text is none.
bool float_parse(const char *text, size_t size, double *out);

#endif
