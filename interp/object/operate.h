// SPDX-License-Identifier: MIT
//
// What the language does with any value: equality, order, truth, printing, arithmetic between
// non-numbers, indexing. Functions that take a Fiber may throw; those marked S may run script code
// (methods of instances) and so collect: their arguments must be rooted by the caller.
#ifndef CONC_OBJECT_OPERATE_H
#define CONC_OBJECT_OPERATE_H

#include "base/text.h"
#include "object/number.h"

bool value_truth(Fiber *fiber, Value v); // Python's rule; never throws, runs no script
bool value_equal(Fiber *fiber, Value a, Value b, bool *out); // S. False on error
// a < b. S. TypeError: "'<' not supported between instances of 'int' and 'str'" (`symbol` is what to name).
bool value_less(Fiber *fiber, Value a, Value b, const char *symbol, bool *out);
// a SYMBOL b for "<", "<=", ">", ">=" on anything but two numbers. S. (a <= b is `not b.less(a)`; sets: subset.)
bool value_compare(Fiber *fiber, Value a, Value b, const char *symbol, bool *out);
bool value_contains(Fiber *fiber, Value container, Value v, bool *out); // S: v in container
// The first element from `from` up to, not with, `to` that equals v, and its place. S. The list as it
// is at one moment is searched, whatever other threads do to it.
typedef enum FindResult { FIND_NONE, FIND_FOUND, FIND_ERROR } FindResult;
FindResult value_find(Fiber *fiber, Value list, Value v, size_t from, size_t to, size_t *at,
                      Value *element);
// Binary operator on anything: numbers, str + str, str * int, list + list, list * int, bytes, set | & - ^,
// map | map, str % ... (Python's printf-style). S.
Value value_operate(Fiber *fiber, Operator op, Value a, Value b);
// The same for `a op= b`: lists, sets and maps change themselves and are the result. S.
Value value_operate_in_place(Fiber *fiber, Operator op, Value a, Value b);
Value value_index(Fiber *fiber, Value container, Value index);             // S: container[index]
bool value_set_index(Fiber *fiber, Value container, Value index, Value v); // S
Value value_slice(Fiber *fiber, Value container, Value start, Value stop, Value step);
bool value_set_slice(Fiber *fiber, Value container, Value start, Value stop, Value step, Value v);
Value value_length(Fiber *fiber, Value v); // len()

// Printed forms (S). `value_to_text`: str(v), `value_repr`: repr(v). False on error.
bool value_to_text(Fiber *fiber, Value v, Text *out);
bool value_repr(Fiber *fiber, Value v, Text *out);
Value value_to_str_value(Fiber *fiber, Value v); // S: a Str, or UNDEF
// Python's format(v, spec). S.
bool value_format(Fiber *fiber, Value v, const char *spec, size_t size, Text *out);
const char *value_type_name(Runtime *runtime, Value v); // as type errors name it: "int", "Point"

// Iteration from C. The state is three rooted words (in the native's window or the fiber's roots).
// S. iterate_start: TypeError "'int' object is not iterable". iterate_next: false on error; *out UNDEF at the end.
bool iterate_start(Fiber *fiber, Value iterable, Value state[3]);
bool iterate_next(Fiber *fiber, Value state[3], Value *out);
// A fresh list of all elements. S.
Value iterate_to_list(Fiber *fiber, Value iterable);

#endif
