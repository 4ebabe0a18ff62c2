// SPDX-License-Identifier: MIT
//
// What the run loop does out of line: the general case of each instruction. "S" in operate.h's sense:
// they may run script code and collect; fiber->pc is saved before. False or UNDEF with the error.
#ifndef CONC_VM_SLOW_H
#define CONC_VM_SLOW_H

#include "object/operate.h"
#include "vm/call.h"
#include "vm/member.h"

typedef enum Comparison {
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_GREATER,
    COMPARE_GREATER_EQUAL
} Comparison;

bool slow_compare(Fiber *fiber, Comparison how, Value a, Value b, bool *out);
Value slow_operate(Fiber *fiber, Operator op, Value a, Value b);
// For x * y or x << y of small ints into base[r] which is none itself (MUL_WIDE and its like); fiber->pc is at what
// follows. Does as much of that as it can without an object in between, and gives where to go on. NULL: it is no
// word of the machine, or an error, and nothing is done.
const uint32_t *slow_wide(Fiber *fiber, const Proto *proto, Value *base, Operator op, uint32_t r,
                          Value x, Value y);
// a op= b: what can change itself does, and is the result.
Value slow_in_place(Fiber *fiber, Operator op, Value a, Value b);
Value slow_is(Fiber *fiber, Value v, Value of);
Value slow_negate(Fiber *fiber, Value v);
Value slow_plus(Fiber *fiber, Value v);
Value slow_bit_not(Fiber *fiber, Value v);

// receiver.name into *result; ENTERED_FRAME where a getter runs.
Entered slow_get_field(Fiber *fiber, Value receiver, LoadedSite *site, Value *result);
Entered slow_get_super(Fiber *fiber, Class *home, Value self, LoadedSite *site, Value *result);
Entered slow_set_field(Fiber *fiber, Value receiver, LoadedSite *site, Value v);
Entered slow_set_super(Fiber *fiber, Class *home, Value self, LoadedSite *site, Value v);
Entered slow_invoke(Fiber *fiber, Value *window, int count, LoadedSite *site,
                    const LoadedLabels *labels, uint32_t mode);
Entered slow_invoke_super(Fiber *fiber, Class *home, Value *window, int count, LoadedSite *site,
                          const LoadedLabels *labels, uint32_t mode);
// window[1] is the list of positional arguments, window[2..] the labelled ones.
Entered slow_call_spread(Fiber *fiber, Value *window, const LoadedLabels *labels, uint32_t mode);

Value slow_get_index(Fiber *fiber, Value container, Value index);
// `for` over range(row[1] .. row[given]) or, `bounds_only`, over row[1]..row[2]. True: row[0 .. 2] is the
// iteration state. False: row[0] and row[1 .. given] are as they were; what else is in row[0 .. 2] is nil.
bool slow_for_range(Fiber *fiber, Value *row, uint32_t given, bool bounds_only);
Value slow_closure(Fiber *fiber, Closure *parent, Proto *proto, Value *base);
Value slow_class(Fiber *fiber, const LoadedPlan *plan, Value *window);
Value slow_concat(Fiber *fiber, const Value *parts, uint32_t count);
Value slow_format(Fiber *fiber, Value v, Value spec); // spec UNDEF: str(v)
bool slow_unpack(Fiber *fiber, Value from, Value *targets, uint32_t count);
bool slow_unpack_rest(Fiber *fiber, Value from, Value *targets, uint32_t count, uint32_t before);
bool slow_extend(Fiber *fiber, Value list, Value from);
bool slow_lock_order(Fiber *fiber, Value *locks, uint32_t count);
void slow_throw(Fiber *fiber, Value error);
// NameError: the `let` of the module's slot, of K[name] at K[declared], has not run.
void slow_global_error(Fiber *fiber, const Proto *proto, uint32_t slot);
void slow_name_error(Fiber *fiber, const Proto *proto, uint32_t name, uint32_t declared);
// The same for register `index`'s variable or captured variable.
void slow_cell_error(Fiber *fiber, const Proto *proto, uint32_t index, bool capture);

#endif
