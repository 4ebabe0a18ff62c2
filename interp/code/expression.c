// SPDX-License-Identifier: MIT
//
// Expressions: computes values into registers. Operands that are variables are used where they
// are; the left operand of a chain is computed in the register of the result, so that
// `a + b + c + ...` takes one register however long it is.
#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "code/generate.h"

// Integers beyond these are Big objects (heap/value.h).
static const int64_t small_max = ((int64_t)1 << 50) - 1, small_min = -((int64_t)1 << 50);

// ---- Constants --------------------------------------------------------------------------------

void load_move(Emitter *e, Register r, Register from) {
    if (r != from)
        emit(e, OP_MOVE, r, from, 0);
}

static void load_constant(Emitter *e, Register r, Constant constant) {
    emit_x(e, OP_LOAD_CONST, r, constant_add(e, constant));
}

// An integer that is no small one: its decimal digits, as Code wants them.
static Constant big_constant(Emitter *e, const char *digits, int base, bool negative) {
    mpz_t number;
    mpz_init(number);
    mpz_set_str(number, digits, base);
    if (negative)
        mpz_neg(number, number);
    char *text = mpz_get_str(NULL, 10, number);
    mpz_clear(number);
    size_t size = strlen(text);
    Constant constant = {.kind = CONSTANT_BIG, .size = size};
    constant.text = arena_copy(e->generator->arena, text, size);
    free(text);
    return constant;
}

static Constant int_constant(Emitter *e, int64_t integer) {
    if (integer >= small_min && integer <= small_max)
        return (Constant){.kind = CONSTANT_INT, .integer = integer};
    uint64_t size = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    char digits[24];
    uint32_t at = sizeof digits - 1;
    for (digits[at] = 0; size; size /= 10)
        digits[--at] = (char)('0' + size % 10);
    return big_constant(e, digits + at, 10, integer < 0);
}

void load_int(Emitter *e, Register r, int64_t integer) {
    if (integer >= INT16_MIN && integer <= INT16_MAX)
        emit_x(e, OP_LOAD_INT, r, (uint32_t)integer & 0xffff);
    else
        load_constant(e, r, int_constant(e, integer));
}

bool expression_small_int(const Expr *expr, int64_t low, int64_t high) {
    return expr->kind == EXPR_INT && expr->integer >= low && expr->integer <= high;
}

// -literal as a literal.
static bool negate_literal(Emitter *e, const Expr *operand, Register r) {
    if (operand->kind == EXPR_INT && operand->integer != INT64_MIN)
        load_int(e, r, -operand->integer);
    else if (operand->kind == EXPR_FLOAT)
        load_constant(e, r, (Constant){.kind = CONSTANT_FLOAT, .number = -operand->number});
    else if (operand->kind == EXPR_BIG_INT)
        load_constant(e, r, big_constant(e, operand->big.digits, operand->big.base, true));
    else
        return false;
    return true;
}

// ---- Operators --------------------------------------------------------------------------------

Opcode expression_opcode(BinaryOp op) {
    switch (op) {
    case BINARY_ADD: return OP_ADD;
    case BINARY_SUBTRACT: return OP_SUB;
    case BINARY_MULTIPLY: return OP_MUL;
    case BINARY_DIVIDE: return OP_DIV;
    case BINARY_FLOOR_DIVIDE: return OP_FLOORDIV;
    case BINARY_MODULO: return OP_MOD;
    case BINARY_POWER: return OP_POW;
    case BINARY_AND: return OP_BIT_AND;
    case BINARY_OR: return OP_BIT_OR;
    case BINARY_XOR: return OP_BIT_XOR;
    case BINARY_SHIFT_LEFT: return OP_SHIFT_LEFT;
    case BINARY_SHIFT_RIGHT: return OP_SHIFT_RIGHT;
    case BINARY_RANGE: return OP_NEW_RANGE;
    case BINARY_EQUAL: return OP_EQUAL;
    case BINARY_NOT_EQUAL: return OP_NOT_EQUAL;
    case BINARY_LESS: return OP_LESS;
    case BINARY_LESS_EQUAL: return OP_LESS_EQUAL;
    case BINARY_GREATER: return OP_GREATER;
    case BINARY_GREATER_EQUAL: return OP_GREATER_EQUAL;
    case BINARY_IN:
    case BINARY_NOT_IN: return OP_IN;
    case BINARY_IS:
    case BINARY_IS_NOT: return OP_IS;
    }
    __builtin_unreachable();
}

bool expression_constant(Emitter *e, const Expr *expr, uint32_t *number) {
    if (expr->kind == EXPR_INT)
        *number = constant_add(e, int_constant(e, expr->integer));
    else if (expr->kind == EXPR_FLOAT)
        *number = constant_add(e, (Constant){.kind = CONSTANT_FLOAT, .number = expr->number});
    else if (expr->kind == EXPR_STRING)
        *number = constant_string(e, expr->string.data, expr->string.length);
    else
        return false;
    return *number <= UINT8_MAX;
}

static bool is_number(const Expr *expr) {
    return expr->kind == EXPR_INT || expr->kind == EXPR_FLOAT;
}

// The form of an operator with a literal on its right side; OPCODE_COUNT if there is none.
static Opcode form_with_right(BinaryOp op) {
    switch (op) {
    case BINARY_ADD: return OP_ADD_CONST;
    case BINARY_SUBTRACT: return OP_SUB_CONST;
    case BINARY_MULTIPLY: return OP_MUL_CONST;
    case BINARY_DIVIDE: return OP_DIV_CONST;
    case BINARY_FLOOR_DIVIDE: return OP_FLOORDIV_CONST;
    case BINARY_MODULO: return OP_MOD_CONST;
    case BINARY_AND: return OP_BIT_AND_CONST;
    case BINARY_SHIFT_LEFT: return OP_SHIFT_LEFT_CONST;
    case BINARY_SHIFT_RIGHT: return OP_SHIFT_RIGHT_CONST;
    default: return OPCODE_COUNT;
    }
}

// The same for the left side.
static Opcode form_with_left(BinaryOp op) {
    switch (op) {
    case BINARY_ADD: return OP_CONST_ADD;
    case BINARY_SUBTRACT: return OP_CONST_SUB;
    case BINARY_MULTIPLY: return OP_CONST_MUL;
    case BINARY_DIVIDE: return OP_CONST_DIV;
    default: return OPCODE_COUNT;
    }
}

static bool operate_on_literal(Emitter *e, BinaryOp op, Span at, Register left, const Expr *right,
                               Register r) {
    emit_at(e, at);
    // ADD_INT with a negative number always stands for a subtraction: its errors say so.
    if (op == BINARY_ADD && expression_small_int(right, 0, 127)) {
        emit(e, OP_ADD_INT, r, left, (uint32_t)right->integer);
        return true;
    }
    if (op == BINARY_SUBTRACT && expression_small_int(right, 1, 128)) {
        emit(e, OP_ADD_INT, r, left, (uint32_t)-right->integer);
        return true;
    }
    Opcode form = form_with_right(op);
    uint32_t constant;
    if (form == OPCODE_COUNT || !is_number(right) || !expression_constant(e, right, &constant))
        return false;
    emit(e, form, r, left, constant);
    return true;
}

// `2 * x`: false where it is not of that form.
static bool literal_operate(Emitter *e, const Expr *expr, Register r) {
    Expr *left = expr->binary.left, *right = expr->binary.right;
    Opcode form = form_with_left(expr->binary.op);
    uint32_t constant;
    if (form == OPCODE_COUNT || !is_number(left) || is_number(right) ||
        !expression_constant(e, left, &constant))
        return false;
    Register operand = expression_operand(e, right, r);
    emit_at(e, expr->at);
    emit(e, form, r, operand, constant);
    return true;
}

void expression_operate(Emitter *e, BinaryOp op, Span at, Register left, Expr *right, Register r) {
    if (operate_on_literal(e, op, at, left, right, r))
        return;
    Register top = e->top;
    Register operand = left == r ? expression_any(e, right) : expression_operand(e, right, r);
    emit_at(e, at);
    if (op == BINARY_NOT_IN || op == BINARY_IS_NOT) {
        Register answer = register_fresh(e, r) ? r : register_take(e);
        emit(e, expression_opcode(op), answer, left, operand);
        emit(e, OP_NOT, r, answer, 0);
    } else {
        emit(e, expression_opcode(op), r, left, operand);
    }
    e->top = top;
}

static bool makes_small(BinaryOp op) {
    return op == BINARY_MODULO || op == BINARY_AND || op == BINARY_FLOOR_DIVIDE ||
           op == BINARY_SHIFT_RIGHT;
}

// Within `(a * b + c) % m` or `(x >> n | x << 32 - n) & m`: the product, or what is shifted, may be wider than any
// value that the script gets to see.
static void expect_wide(Expr *expr) {
    if (expr->kind != EXPR_BINARY)
        return;
    switch (expr->binary.op) {
    case BINARY_MULTIPLY:
    case BINARY_SHIFT_LEFT: expr->binary.wide = true; break;
    case BINARY_SUBTRACT: expect_wide(expr->binary.left); break;
    case BINARY_ADD:
    case BINARY_OR:
    case BINARY_XOR:
        expect_wide(expr->binary.left);
        expect_wide(expr->binary.right);
        break;
    default: break;
    }
}

// The operator that was emitted last, in the form that may be wide.
static void widen(Emitter *e) {
    static const struct {
        uint8_t plain, wide;
    } forms[] = {{OP_MUL, OP_MUL_WIDE},
                 {OP_MUL_CONST, OP_MUL_CONST_WIDE},
                 {OP_CONST_MUL, OP_CONST_MUL_WIDE},
                 {OP_SHIFT_LEFT, OP_SHIFT_LEFT_WIDE},
                 {OP_SHIFT_LEFT_CONST, OP_SHIFT_LEFT_CONST_WIDE}};
    uint32_t *word = &e->words[e->word_count - 1];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (word_op(*word) == forms[i].plain) {
            *word = (*word & ~0xffu) | forms[i].wide;
            return;
        }
}

static void binary_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    if (makes_small(expr->binary.op))
        expect_wide(expr->binary.left);
    if (!literal_operate(e, expr, r)) {
        Register left = expression_operand(e, expr->binary.left, r);
        expression_operate(e, expr->binary.op, expr->at, left, expr->binary.right, r);
    }
    if (expr->binary.wide)
        widen(e);
    e->top = top;
}

static void unary_to(Emitter *e, Expr *expr, Register r) {
    static const Opcode opcodes[] = {
        [UNARY_NEGATE] = OP_NEGATE,
        [UNARY_PLUS] = OP_PLUS,
        [UNARY_INVERT] = OP_BIT_NOT,
        [UNARY_NOT] = OP_NOT,
    };
    emit_at(e, expr->at);
    if (expr->unary.op == UNARY_NEGATE && negate_literal(e, expr->unary.operand, r))
        return;
    Register top = e->top;
    Register operand = expression_operand(e, expr->unary.operand, r);
    emit_at(e, expr->at);
    emit(e, opcodes[expr->unary.op], r, operand, 0);
    e->top = top;
}

// `a and b` is a where a is falsy, else b.
static void logic_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register value = register_fresh(e, r) ? r : register_take(e);
    expression_to(e, expr->binary.left, value);
    emit_at(e, expr->at);
    uint32_t end = emit_jump(e, expr->kind == EXPR_AND ? OP_JUMP_FALSE : OP_JUMP_TRUE, value);
    expression_to(e, expr->binary.right, value);
    jump_here(e, end);
    load_move(e, r, value);
    e->top = top;
}

static void conditional_to(Emitter *e, Expr *expr, Register r) {
    Jumps otherwise = {0};
    condition_jump(e, expr->conditional.condition, false, &otherwise);
    expression_to(e, expr->conditional.yes, r);
    uint32_t end = emit_jump(e, OP_JUMP, 0);
    jumps_here(e, &otherwise);
    expression_to(e, expr->conditional.no, r);
    jump_here(e, end);
}

// ---- Building ---------------------------------------------------------------------------------

enum { PIECES = 32 }; // values that are gathered in registers at once

// Where a row of new temporaries for `r` starts: at r itself if it is the topmost.
static Register row_start(Emitter *e, Register r) {
    return register_topmost(e, r) ? r : register_take(e);
}

static void list_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    uint32_t count = expr->list.count, first = 0;
    const Argument *items = expr->list.items;
    while (first < count && first < PIECES && !items[first].spread)
        first++;
    if (first == count) { // all at once, straight into its place
        Register row = e->top;
        for (uint32_t i = 0; i < count; i++) {
            if (i == 0 && register_topmost(e, r))
                expression_to(e, items[0].value, row = r);
            else
                expression_next(e, items[i].value);
        }
        emit_at(e, expr->at);
        emit(e, OP_NEW_LIST, r, count ? row : 0, count);
    } else {
        Register list = row_start(e, r);
        Register row = e->top;
        for (uint32_t i = 0; i < first; i++)
            expression_next(e, items[i].value);
        emit_at(e, expr->at);
        emit(e, OP_NEW_LIST, list, first ? row : 0, first);
        for (uint32_t i = first; i < count; i++) {
            e->top = row;
            Register item = expression_any(e, items[i].value);
            emit_at(e, items[i].value->at);
            emit(e, items[i].spread ? OP_LIST_EXTEND : OP_LIST_APPEND, list, item, 0);
        }
        load_move(e, r, list);
    }
    e->top = top;
}

static void map_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register map = register_fresh(e, r) ? r : register_take(e);
    emit_at(e, expr->at);
    emit(e, OP_NEW_MAP, map, 0, 0);
    for (uint32_t i = 0; i < expr->map.count; i++) {
        Register row = e->top;
        Register key = expression_any(e, expr->map.entries[i].key);
        Register value = expression_any(e, expr->map.entries[i].value);
        emit_at(e, expr->map.entries[i].key->at);
        emit(e, OP_MAP_STORE, map, key, value);
        e->top = row;
    }
    load_move(e, r, map);
    e->top = top;
}

static void part_to(Emitter *e, const StringPart *part, Register r) {
    if (!part->value) {
        emit_x(e, OP_LOAD_CONST, r, constant_string(e, part->text.data, part->text.length));
        return;
    }
    expression_to(e, part->value, r);
    emit_at(e, part->value->at);
    bool has_spec = part->has_format && part->text.length;
    emit(e, OP_FORMAT, r, 0, has_spec);
    emit_extra(e, has_spec ? constant_string(e, part->text.data, part->text.length) : 0);
}

static void interpolation_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register row = row_start(e, r);
    uint32_t gathered = 0;
    for (uint32_t i = 0; i < expr->interpolation.count; i++) {
        if (gathered == PIECES) { // join what there is, go on behind it
            emit(e, OP_CONCAT, row, row, gathered);
            e->top = row + 1;
            gathered = 1;
        }
        emit_at(e, expr->at);
        part_to(e, &expr->interpolation.parts[i], gathered ? register_take(e) : row);
        gathered++;
    }
    emit_at(e, expr->at);
    emit(e, OP_CONCAT, r, row, gathered);
    e->top = top;
}

// ---- Members and elements ---------------------------------------------------------------------

static void member_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register object = expression_operand(e, expr->member.object, r);
    emit_at(e, expr->at);
    emit(e, OP_GET_FIELD, r, object, 0);
    emit_extra(e, site_add(e, expr->member.name));
    e->top = top;
}

static void super_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    emit_at(e, expr->at);
    Register self = variable_self(e);
    emit(e, OP_GET_SUPER, r, self, 0);
    emit_extra(e, site_add(e, expr->super.name));
    e->top = top;
}

static void index_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register object = expression_operand(e, expr->index.object, r);
    Register index = expression_any(e, expr->index.index);
    emit_at(e, expr->at);
    emit(e, OP_GET_INDEX, r, object, index);
    e->top = top;
}

Register expression_slice(Emitter *e, Expr *object, Expr *start, Expr *stop, Expr *step) {
    Register row = expression_next(e, object);
    Expr *bounds[] = {start, stop, step};
    for (uint32_t i = 0; i < 3; i++) {
        if (bounds[i])
            expression_next(e, bounds[i]);
        else
            emit(e, OP_LOAD_NIL, register_take(e), 0, 0);
    }
    return row;
}

static void slice_to(Emitter *e, Expr *expr, Register r) {
    Register top = e->top;
    Register row = expression_slice(e, expr->slice.object, expr->slice.start, expr->slice.stop,
                                    expr->slice.step);
    emit_at(e, expr->at);
    emit(e, OP_GET_SLICE, r, row, 0);
    e->top = top;
}

// ---- Any expression ---------------------------------------------------------------------------

void expression_to(Emitter *e, Expr *expr, Register r) {
    emit_at(e, expr->at);
    switch (expr->kind) {
    case EXPR_NIL: emit(e, OP_LOAD_NIL, r, 0, 0); break;
    case EXPR_TRUE: emit(e, OP_LOAD_TRUE, r, 0, 0); break;
    case EXPR_FALSE: emit(e, OP_LOAD_FALSE, r, 0, 0); break;
    case EXPR_INT: load_int(e, r, expr->integer); break;
    case EXPR_BIG_INT:
        load_constant(e, r, big_constant(e, expr->big.digits, expr->big.base, false));
        break;
    case EXPR_FLOAT:
        load_constant(e, r, (Constant){.kind = CONSTANT_FLOAT, .number = expr->number});
        break;
    case EXPR_STRING:
        emit_x(e, OP_LOAD_CONST, r, constant_string(e, expr->string.data, expr->string.length));
        break;
    case EXPR_INTERPOLATION: interpolation_to(e, expr, r); break;
    case EXPR_NAME: variable_to(e, expr->name.binding, expr->at, r); break;
    case EXPR_SELF: variable_self_to(e, r); break;
    case EXPR_SUPER: super_to(e, expr, r); break;
    case EXPR_LIST: list_to(e, expr, r); break;
    case EXPR_MAP: map_to(e, expr, r); break;
    case EXPR_UNARY: unary_to(e, expr, r); break;
    case EXPR_BINARY: binary_to(e, expr, r); break;
    case EXPR_AND:
    case EXPR_OR: logic_to(e, expr, r); break;
    case EXPR_CONDITIONAL: conditional_to(e, expr, r); break;
    case EXPR_CALL: call_to(e, expr, r, CALL_PLAIN); break;
    case EXPR_INDEX: index_to(e, expr, r); break;
    case EXPR_SLICE: slice_to(e, expr, r); break;
    case EXPR_MEMBER: member_to(e, expr, r); break;
    case EXPR_FUNCTION: function_to(e, expr->function, r); break;
    case EXPR_START: start_to(e, expr, r, false); break;
    case EXPR_AWAIT: await_to(e, expr, r); break;
    }
}

Register expression_next(Emitter *e, Expr *expr) {
    Register r = register_take(e);
    expression_to(e, expr, r);
    return r;
}

Register expression_any(Emitter *e, Expr *expr) {
    if (expr->kind == EXPR_NAME)
        return variable_any(e, expr->name.binding, expr->at);
    emit_at(e, expr->at);
    if (expr->kind == EXPR_SELF)
        return variable_self(e);
    return expression_next(e, expr);
}

Register expression_operand(Emitter *e, Expr *expr, Register r) {
    if (!register_fresh(e, r))
        return expression_any(e, expr);
    if (expr->kind == EXPR_NAME) {
        int in_place = variable_register(e, expr->name.binding);
        if (in_place >= 0)
            return (Register)in_place;
    } else if (expr->kind == EXPR_SELF && e->scope->self) {
        return 0;
    }
    expression_to(e, expr, r);
    return r;
}

void expression_drop(Emitter *e, Expr *expr) {
    if (assertion_is(e, expr)) {
        assertion_check(e, expr);
        return;
    }
    Register top = e->top;
    Register r = register_take(e);
    if (expr->kind == EXPR_START)
        start_to(e, expr, r, true);
    else
        expression_to(e, expr, r);
    e->top = top;
}
