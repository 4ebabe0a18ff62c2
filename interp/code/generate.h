// SPDX-License-Identifier: MIT
//
// Inside of the code generator: what its files share. One file a noun:
//   variable.c    reading, assigning and declaring names
//   expression.c  values            call.c       calls, starts, await
//   condition.c   jumps on a condition       assertion.c   assert
//   assign.c      targets: let, assignment, unpacking
//   statement.c   statements, loops, blocks
//   select.c      select
//   unwind.c      try, with, lock, group, timeout: what runs when control leaves a block
//   function.c    functions and classes
//
// Convention for values: `..._to(e, x, r)` leaves the value in `r`. If `r` is a variable it is written
// by the last instruction only (the expression may read it until then); if it is a temporary
// (register_fresh) it may hold parts of the value before. `..._any` gives a register that holds the
// value: a variable's own, or a new temporary on top.
#ifndef CONC_CODE_GENERATE_H
#define CONC_CODE_GENERATE_H

#include "code/emit.h"

// --- variable.c
void variable_to(Emitter *e, Binding *binding, Span at, Register r);
Register variable_any(Emitter *e, Binding *binding, Span at);
// The register that the variable lives in, uncelled and set, or -1.
int variable_register(Emitter *e, const Binding *binding);
Register variable_self(Emitter *e);
void variable_self_to(Emitter *e, Register r);
void variable_assign(Emitter *e, Binding *binding, Span at, Register value);
// Assigns the value of an expression, computed in place where that can be.
void variable_assign_expr(Emitter *e, Binding *binding, Span at, Expr *value);
// Declarations. `value` is any register; for a plain local it is copied into one of its own.
void variable_define(Emitter *e, Binding *binding, Span at, Register value);
// The topmost temporary `r` holds the value; a plain local takes it over as its register.
void variable_define_top(Emitter *e, Binding *binding, Span at, Register r);
// The value is in place in `r`, which the caller has kept for the variable (parameters, loops).
void variable_adopt(Emitter *e, Binding *binding, Register r);
// True if variable_define_top would take the register over.
bool variable_takes_register(const Binding *binding);
void variable_make_early(Emitter *e, Binding *binding); // its cell, at its block's start
typedef struct Location {
    bool is_capture; // else a register
    bool is_cell;
    uint32_t index;
} Location;
Location variable_locate(Emitter *e, const Binding *binding);

// --- expression.c
void expression_to(Emitter *e, Expr *expr, Register r);
Register expression_any(Emitter *e, Expr *expr);
Register expression_next(Emitter *e, Expr *expr); // always a new temporary on top
// Any register, but a temporary only if it is `r`; spares one where `r` is a temporary itself.
Register expression_operand(Emitter *e, Expr *expr, Register r);
void expression_drop(Emitter *e, Expr *expr); // for its effect
Opcode expression_opcode(BinaryOp op);
// r = left op right, where the right side is an expression and left is in a register.
void expression_operate(Emitter *e, BinaryOp op, Span at, Register left, Expr *right, Register r);
bool expression_small_int(const Expr *expr, int64_t low, int64_t high); // an int literal within
// A literal (a number that fits, a string) as a constant whose number fits 8 bits; false: it is none.
bool expression_constant(Emitter *e, const Expr *expr, uint32_t *number);
void load_int(Emitter *e, Register r, int64_t integer);
void load_move(Emitter *e, Register r, Register from);
// `object` and the bounds (nil where left out) in four new temporaries; gives the first.
Register expression_slice(Emitter *e, Expr *object, Expr *start, Expr *stop, Expr *step);

// --- call.c
void call_to(Emitter *e, Expr *call, Register r, uint32_t mode);
void start_to(Emitter *e, Expr *start, Register r, bool dropped);
void await_to(Emitter *e, Expr *await, Register r);
// Calls method `name` of the value in `receiver` by `op` (INVOKE or CLEANUP), with what is in register
// `argument` (-1: without arguments); gives the result's temporary.
Register call_named(Emitter *e, Opcode op, Register receiver, const char *name, int argument,
                    uint32_t mode, Span at);
// ACQUIRE or RELEASE of the lock in that register; `name` is the method that it stands for.
void call_guard(Emitter *e, Opcode op, Register lock, const char *name, uint32_t mode, Span at);

// --- condition.c
// Jumps (into `out`) if the truth of `expr` is `when`, else goes on.
void condition_jump(Emitter *e, Expr *expr, bool when, Jumps *out);
typedef struct Sides {
    Register left, right; // temporaries, which the caller lets go of, or variables' own registers
    Expr *right_literal;  // in no register: this literal
} Sides;
// The same for a comparison, `in` or `is`, which leaves both sides where they are. False: it is none of them.
bool condition_compare(Emitter *e, Expr *expr, bool when, Jumps *out, Sides *sides);

// --- assertion.c
// A call of the built-in assert with a condition and maybe a message, in the plain way.
bool assertion_is(const Emitter *e, const Expr *expr);
void assertion_check(Emitter *e, Expr *call); // gives no value

// --- assign.c
void assign_let(Emitter *e, Stmt *stmt);
void assign_statement(Emitter *e, Stmt *stmt);
void assign_augment(Emitter *e, Stmt *stmt);
// Declares the targets of a `for` or `case` from the value in `r`, which has been kept for it.
void assign_new_targets(Emitter *e, const Target *targets, uint32_t count, bool unpacks,
                        Register r);

// --- statement.c
void statement_block(Emitter *e, Block *block);
void statement_items(Emitter *e, Block *block, bool give_last);

// --- select.c
void select_statement(Emitter *e, Stmt *stmt);

// --- unwind.c
void unwind_try(Emitter *e, Stmt *stmt);
void unwind_with(Emitter *e, Stmt *stmt);
void unwind_lock(Emitter *e, Stmt *stmt);
void unwind_group(Emitter *e, Stmt *stmt);
void unwind_timeout(Emitter *e, Stmt *stmt);
void unwind_return(Emitter *e, Register value); // through all that surrounds it
void unwind_break(Emitter *e, bool is_continue);
typedef struct LoopJumps {
    Jumps breaks, continues;
} LoopJumps;
void unwind_loop_enter(Emitter *e, LoopJumps *jumps);
void unwind_loop_leave(Emitter *e);

// --- function.c
void function_to(Emitter *e, Function *function, Register r);
void function_class(Emitter *e, ClassDecl *class_);
void function_test(Emitter *e, Function *function); // of the module's text; emits nothing there
const Code *function_main(Generator *generator, FunctionScope *scope, Module *tree);

#endif
