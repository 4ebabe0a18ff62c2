// SPDX-License-Identifier: MIT
//
// The methods of str, by file: str_methods.c (the table; case, kinds of characters, padding, trimming,
// formats), str_find.c (searching), str_split.c (taking apart, joining, replacing). All are natives.
#ifndef CONC_NATIVE_STR_METHODS_H
#define CONC_NATIVE_STR_METHODS_H

#include "native/argument.h"

static inline Piece str_piece(const Str *s) { return (Piece){str_data(s), s->size}; }
static inline Str *str_self(const Value *args) { return value_to_str(args[0]); }
// The argument as text; NULL with TypeError "must be str, not int".
Str *str_argument(Fiber *fiber, Value v);

Value str_find(Fiber *fiber, Value *args, int count);
Value str_rfind(Fiber *fiber, Value *args, int count);
Value str_index(Fiber *fiber, Value *args, int count);
Value str_rindex(Fiber *fiber, Value *args, int count);
Value str_count(Fiber *fiber, Value *args, int count);
Value str_startswith(Fiber *fiber, Value *args, int count);
Value str_endswith(Fiber *fiber, Value *args, int count);
Value str_removeprefix(Fiber *fiber, Value *args, int count);
Value str_removesuffix(Fiber *fiber, Value *args, int count);

Value str_split(Fiber *fiber, Value *args, int count);
Value str_rsplit(Fiber *fiber, Value *args, int count);
Value str_splitlines(Fiber *fiber, Value *args, int count);
Value str_partition(Fiber *fiber, Value *args, int count);
Value str_rpartition(Fiber *fiber, Value *args, int count);
Value str_join(Fiber *fiber, Value *args, int count);
Value str_replace(Fiber *fiber, Value *args, int count);

#endif
