// SPDX-License-Identifier: MIT
//
// Conditions: jumps on the truth of an expression without making a bool of it. Comparisons and
// jump are one instruction; `and`, `or` and `not` are jumps only. The jump says which truth it
// expects instead of turning the comparison round, as `not (a < b)` isn't `a >= b` for NaN.
#include "code/generate.h"

// ---- Comparisons ------------------------------------------------------------------------------

typedef struct Comparison {
    Opcode jump, jump_int, jump_const; // OPCODE_COUNT: not a comparison
    bool negated;                      // `!=` is "not equal"
} Comparison;

#define JUMPS(NAME) OP_JUMP_IF_##NAME, OP_JUMP_IF_##NAME##_INT, OP_JUMP_IF_##NAME##_CONST
static Comparison comparison_of(BinaryOp op) {
    switch (op) {
    case BINARY_EQUAL: return (Comparison){JUMPS(EQUAL), false};
    case BINARY_NOT_EQUAL: return (Comparison){JUMPS(EQUAL), true};
    case BINARY_LESS: return (Comparison){JUMPS(LESS), false};
    case BINARY_LESS_EQUAL: return (Comparison){JUMPS(LESS_EQUAL), false};
    case BINARY_GREATER: return (Comparison){JUMPS(GREATER), false};
    case BINARY_GREATER_EQUAL: return (Comparison){JUMPS(GREATER_EQUAL), false};
    default: return (Comparison){OPCODE_COUNT, OPCODE_COUNT, OPCODE_COUNT, false};
    }
}
#undef JUMPS

static void comparison_jump(Emitter *e, Expr *expr, Comparison comparison, bool when, Jumps *out,
                            Sides *sides) {
    Expr *right = expr->binary.right;
    Opcode jump = comparison.jump;
    uint32_t operand;
    sides->left = expression_any(e, expr->binary.left);
    if (expression_small_int(right, INT8_MIN, INT8_MAX)) {
        sides->right_literal = right;
        operand = (uint32_t)right->integer;
        jump = comparison.jump_int;
    } else if (expression_constant(e, right, &operand)) {
        sides->right_literal = right;
        jump = comparison.jump_const;
    } else {
        operand = sides->right = expression_any(e, right);
    }
    emit_at(e, expr->at);
    bool truth = comparison.negated ? !when : when;
    jumps_add(e, out, emit_long_jump(e, jump, sides->left, operand, truth));
}

static bool is_negated(BinaryOp op) { return op == BINARY_NOT_IN || op == BINARY_IS_NOT; }

// `in` and `is`; for `x not in xs` and `x is not T` the jump turns the answer round.
static void answer_jump(Emitter *e, Expr *expr, bool when, Jumps *out, Sides *sides) {
    bool truth = is_negated(expr->binary.op) ? !when : when;
    sides->left = expression_any(e, expr->binary.left);
    sides->right = expression_any(e, expr->binary.right);
    Register answer = register_take(e);
    emit_at(e, expr->at);
    emit(e, expression_opcode(expr->binary.op), answer, sides->left, sides->right);
    jumps_add(e, out, emit_jump(e, truth ? OP_JUMP_TRUE : OP_JUMP_FALSE, answer));
}

bool condition_compare(Emitter *e, Expr *expr, bool when, Jumps *out, Sides *sides) {
    if (expr->kind != EXPR_BINARY)
        return false;
    Comparison comparison = comparison_of(expr->binary.op);
    if (comparison.jump != OPCODE_COUNT)
        comparison_jump(e, expr, comparison, when, out, sides);
    else if (is_negated(expr->binary.op) || expr->binary.op == BINARY_IN ||
             expr->binary.op == BINARY_IS)
        answer_jump(e, expr, when, out, sides);
    else
        return false;
    return true;
}

// Without the negation the answer is a value like any other, which needs one register less.
static bool binary_jump(Emitter *e, Expr *expr, bool when, Jumps *out) {
    if (expr->binary.op == BINARY_IN || expr->binary.op == BINARY_IS)
        return false;
    Register top = e->top;
    Sides sides = {0};
    bool compares = condition_compare(e, expr, when, out, &sides);
    e->top = top;
    return compares;
}

// ---- and, or, constants -----------------------------------------------------------------------

static void logic_jump(Emitter *e, Expr *expr, bool when, Jumps *out) {
    bool decides = expr->kind == EXPR_OR; // the truth of the left side that decides it all
    if (when == decides) {
        condition_jump(e, expr->binary.left, when, out);
        condition_jump(e, expr->binary.right, when, out);
    } else {
        Jumps decided = {0};
        condition_jump(e, expr->binary.left, decides, &decided);
        condition_jump(e, expr->binary.right, when, out);
        jumps_here(e, &decided);
    }
}

// The truth of a literal: 0, 1, or -1 if it is none.
static int literal_truth(const Expr *expr) {
    switch (expr->kind) {
    case EXPR_TRUE:
    case EXPR_BIG_INT: return 1;
    case EXPR_FALSE:
    case EXPR_NIL: return 0;
    case EXPR_INT: return expr->integer != 0;
    case EXPR_FLOAT: return expr->number != 0;
    case EXPR_STRING: return expr->string.length != 0;
    default: return -1;
    }
}

void condition_jump(Emitter *e, Expr *expr, bool when, Jumps *out) {
    int literal = literal_truth(expr);
    if (literal >= 0) {
        emit_at(e, expr->at);
        if ((literal == 1) == when)
            jumps_add(e, out, emit_jump(e, OP_JUMP, 0));
        return;
    }
    if (expr->kind == EXPR_UNARY && expr->unary.op == UNARY_NOT) {
        condition_jump(e, expr->unary.operand, !when, out);
        return;
    }
    if (expr->kind == EXPR_AND || expr->kind == EXPR_OR) {
        logic_jump(e, expr, when, out);
        return;
    }
    if (expr->kind == EXPR_BINARY && binary_jump(e, expr, when, out))
        return;
    Register top = e->top;
    Register r = expression_any(e, expr);
    emit_at(e, expr->at);
    jumps_add(e, out, emit_jump(e, when ? OP_JUMP_TRUE : OP_JUMP_FALSE, r));
    e->top = top;
}
