// SPDX-License-Identifier: MIT
//
// assert(condition, message), where that is the built-in: a jump on the condition, as `if` has it. The
// message and what the report shows are only worked out where it fails, from the values that were compared.
#include <string.h>

#include "code/generate.h"

bool assertion_is(const Emitter *e, const Expr *expr) {
    if (expr->kind != EXPR_CALL || expr->call.callee->kind != EXPR_NAME)
        return false;
    const Binding *callee = expr->call.callee->name.binding;
    if (callee->kind != BINDING_BUILTIN || (int64_t)callee->number != e->generator->assert_function)
        return false;
    const Argument *arguments = expr->call.arguments;
    uint32_t count = expr->call.count;
    if (count < 1 || count > 2 || arguments[0].label || arguments[0].spread)
        return false;
    return count == 1 || (!arguments[1].spread &&
                          (!arguments[1].label || !strcmp(arguments[1].label->text, "message")));
}

static bool is_literal(const Expr *expr) { return expr->kind <= EXPR_STRING; }

// Jumps where the condition's truth is `when`; gives how many values there are to show.
static uint32_t check(Emitter *e, Expr *condition, bool when, Jumps *holds, Sides *sides) {
    if (condition_compare(e, condition, when, holds, sides))
        return 2;
    if (is_literal(condition)) {
        condition_jump(e, condition, when, holds);
        return 0;
    }
    sides->left = expression_any(e, condition);
    emit_at(e, condition->at);
    jumps_add(e, holds, emit_jump(e, when ? OP_JUMP_TRUE : OP_JUMP_FALSE, sides->left));
    return 1;
}

static void values_in_row(Emitter *e, const Sides *sides, uint32_t count) {
    if (count > 0)
        load_move(e, register_take(e), sides->left);
    if (count < 2)
        return;
    if (sides->right_literal)
        expression_next(e, sides->right_literal);
    else
        load_move(e, register_take(e), sides->right);
}

static bool should_be_equal(const Expr *condition, bool when) {
    if (condition->kind != EXPR_BINARY)
        return false;
    return condition->binary.op == (when ? BINARY_EQUAL : BINARY_NOT_EQUAL);
}

void assertion_check(Emitter *e, Expr *call) {
    Register top = e->top;
    Jumps holds = {0};
    Sides sides = {0};
    Expr *condition = call->call.arguments[0].value;
    bool when = true;
    for (; condition->kind == EXPR_UNARY && condition->unary.op == UNARY_NOT; when = !when)
        condition = condition->unary.operand;
    uint32_t count = check(e, condition, when, &holds, &sides);
    Register row = register_take(e);
    if (call->call.count > 1)
        expression_to(e, call->call.arguments[1].value, row);
    else
        emit(e, OP_LOAD_UNDEF, row, 0, 0);
    values_in_row(e, &sides, count);
    emit_at(e, call->at);
    emit(e, OP_THROW_ASSERTION, row, count, should_be_equal(condition, when));
    jumps_here(e, &holds);
    e->top = top;
}
