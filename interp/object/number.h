// SPDX-License-Identifier: MIT
//
// Operators on numbers of any mix (int, big, float; bool counts as int, as in Python), and the
// printed form of floats. The VM's fast paths have seen to small ints and doubles; these do the rest.
#ifndef CONC_OBJECT_NUMBER_H
#define CONC_OBJECT_NUMBER_H

#include "object/integer.h"

typedef enum Operator {
    OPERATOR_ADD, OPERATOR_SUB, OPERATOR_MUL, OPERATOR_DIV, OPERATOR_FLOORDIV, OPERATOR_MOD,
    OPERATOR_POW, OPERATOR_AND, OPERATOR_OR, OPERATOR_XOR, OPERATOR_SHL, OPERATOR_SHR,
} Operator;

bool value_is_number(Value v); // int, big, float or bool
// Both are numbers. UNDEF with the error thrown.
Value number_operate(Fiber *fiber, Operator op, Value a, Value b);
Value number_negate(Fiber *fiber, Value a);
// <0, 0, >0, or 2 where one is NaN. Both are numbers.
int number_compare(Value a, Value b);
uint32_t number_hash(Value v);
double float_floordiv(double a, double b); // b is not 0
double float_mod(double a, double b);      // sign of b, as Python's
void float_repr(double d, Text *out);      // Python's repr: shortest that reads back
// Python's float(text). False where the text is none.
bool float_parse(const char *text, size_t size, double *out);

#endif
