// SPDX-License-Identifier: MIT
//
// Assignment: let, const, =, op=, and the targets of `for`. As in Python the right side is computed
// first, then the targets from left to right, each with its own container and index; op= computes
// container and index once.
#include "code/generate.h"

// ---- Targets that take a value from a register -------------------------------------------------

static void store_list(Emitter *e, const Target *targets, uint32_t count, Register list, Span at,
                       bool declare);

static void store_slice(Emitter *e, const Target *target, Register value) {
    Register row = expression_slice(e, target->slice.object, target->slice.start,
                                    target->slice.stop, target->slice.step);
    emit_at(e, target->at);
    emit(e, OP_SET_SLICE, row, value, 0);
}

static void store(Emitter *e, const Target *target, Register value, bool declare) {
    Register top = e->top;
    switch (target->kind) {
    case TARGET_NAME:
        if (declare) { // a plain local takes a register that stays
            variable_define(e, target->name.binding, target->at, value);
            if (e->top < e->locals)
                e->top = e->locals;
            return;
        }
        variable_assign(e, target->name.binding, target->at, value);
        break;
    case TARGET_MEMBER: {
        Register object = expression_any(e, target->member.object);
        emit_at(e, target->at);
        emit(e, OP_SET_FIELD, object, value, 0);
        emit_extra(e, site_add(e, target->member.name));
        break;
    }
    case TARGET_INDEX: {
        Register object = expression_any(e, target->index.object);
        Register index = expression_any(e, target->index.index);
        emit_at(e, target->at);
        emit(e, OP_SET_INDEX, object, index, value);
        break;
    }
    case TARGET_SLICE: store_slice(e, target, value); break;
    case TARGET_LIST:
        store_list(e, target->list.items, target->list.count, value, target->at, declare);
        return;
    }
    e->top = top;
}

static bool takes_register(const Target *target) {
    return target->kind == TARGET_NAME && variable_takes_register(target->name.binding);
}

static void unpack(Emitter *e, const Target *targets, uint32_t count, Register list, Register row,
                   Span at) {
    emit_at(e, at);
    for (uint32_t i = 0; i < count; i++) {
        if (!targets[i].is_rest)
            continue;
        emit(e, OP_UNPACK_REST, row, list, count);
        emit_extra(e, constant_int(e, i));
        return;
    }
    emit(e, OP_UNPACK, row, list, count);
}

static bool all_take_registers(const Target *targets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!takes_register(&targets[i]))
            return false;
    return true;
}

// Too many for the encoding of UNPACK?
static bool too_many(Emitter *e, uint32_t count) {
    if (count > UINT8_MAX)
        emit_limit(e, "it unpacks into more than 255 targets at once");
    return count > UINT8_MAX;
}

// Unpacks a list into targets. Variables that are declared take their registers in the row itself.
static void store_list(Emitter *e, const Target *targets, uint32_t count, Register list, Span at,
                       bool declare) {
    if (too_many(e, count))
        return;
    bool in_place = declare && all_take_registers(targets, count);
    Register row = e->top;
    for (uint32_t i = 0; i < count; i++)
        register_take(e);
    unpack(e, targets, count, list, row, at);
    if (declare && !in_place)
        e->locals = e->top; // what is declared comes above
    for (uint32_t i = 0; i < count; i++) {
        if (in_place)
            variable_adopt(e, targets[i].name.binding, row + i);
        else
            store(e, &targets[i], row + i, declare);
    }
    if (!declare)
        e->top = row;
}

// ---- let and const ----------------------------------------------------------------------------

// `let a, b = pair()`
static void let_list(Emitter *e, const Target *targets, uint32_t count, Expr *value, Span at) {
    if (too_many(e, count))
        return;
    if (all_take_registers(targets, count)) { // the list comes above the variables
        Register row = e->top;
        for (uint32_t i = 0; i < count; i++)
            register_take(e);
        unpack(e, targets, count, expression_any(e, value), row, at);
        e->top = row + count;
        for (uint32_t i = 0; i < count; i++)
            variable_adopt(e, targets[i].name.binding, row + i);
    } else {
        store_list(e, targets, count, expression_any(e, value), at, true);
    }
}

static void let_one(Emitter *e, Target *target, Expr *value, Span at) {
    if (target->kind == TARGET_LIST) {
        let_list(e, target->list.items, target->list.count, value, target->at);
        return;
    }
    Binding *binding = target->name.binding;
    Register top = e->top;
    if (variable_takes_register(binding)) {
        Register r = register_take(e);
        if (value)
            expression_to(e, value, r);
        else
            emit(e, OP_LOAD_NIL, r, 0, 0);
        variable_define_top(e, binding, at, r);
        return;
    }
    Register r = top;
    if (value)
        r = expression_any(e, value);
    else
        emit(e, OP_LOAD_NIL, r = register_take(e), 0, 0);
    variable_define_top(e, binding, at, r);
    e->top = top;
}

// True for `a, b = x, y`: each target has its expression.
static bool pairs_up(const Stmt *stmt) {
    const Expr *value = stmt->assign.value;
    if (!stmt->assign.unpacks || !value || value->kind != EXPR_LIST)
        return false;
    if (value->list.count != stmt->assign.count)
        return false;
    for (uint32_t i = 0; i < stmt->assign.count; i++)
        if (stmt->assign.targets[i].is_rest || value->list.items[i].spread)
            return false;
    return true;
}

// `let a, b = x, y`: all values first, in a row, which becomes the variables.
static void let_pairs(Emitter *e, Stmt *stmt) {
    uint32_t count = stmt->assign.count;
    Register row = e->top;
    for (uint32_t i = 0; i < count; i++)
        expression_to(e, stmt->assign.value->list.items[i].value, register_take(e));
    e->locals = e->top;
    for (uint32_t i = 0; i < count; i++) {
        const Target *target = &stmt->assign.targets[i];
        if (takes_register(target))
            variable_adopt(e, target->name.binding, row + i);
        else
            store(e, target, row + i, true);
    }
}

// Globals keep no register: what they came through is free again.
static bool declares_globals(const Target *target) {
    while (target->kind == TARGET_LIST && target->list.count)
        target = &target->list.items[0];
    const Binding *binding = target->kind == TARGET_NAME ? target->name.binding : NULL;
    return binding && binding->kind == BINDING_GLOBAL;
}

void assign_let(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    emit_at(e, stmt->at);
    if (pairs_up(stmt)) {
        let_pairs(e, stmt);
    } else if (stmt->assign.unpacks && !stmt->assign.value) {
        for (uint32_t i = 0; i < stmt->assign.count; i++)
            let_one(e, &stmt->assign.targets[i], NULL, stmt->assign.targets[i].at);
    } else if (stmt->assign.unpacks) {
        let_list(e, stmt->assign.targets, stmt->assign.count, stmt->assign.value, stmt->at);
    } else {
        let_one(e, &stmt->assign.targets[0], stmt->assign.value, stmt->assign.targets[0].at);
    }
    if (declares_globals(&stmt->assign.targets[0]))
        locals_end(e, locals);
}

void assign_new_targets(Emitter *e, const Target *targets, uint32_t count, bool unpacks,
                        Register r) {
    if (unpacks)
        store_list(e, targets, count, r, targets[0].at, true);
    else if (takes_register(&targets[0]))
        variable_adopt(e, targets[0].name.binding, r);
    else
        store(e, &targets[0], r, true);
}

// ---- Assignment -------------------------------------------------------------------------------

// A value that can be read after earlier targets are assigned: a literal, or a plain local that is
// none of them.
static bool reads_late(Emitter *e, const Expr *value, const Target *targets, uint32_t earlier) {
    if (value->kind == EXPR_INT || value->kind == EXPR_NIL || value->kind == EXPR_TRUE ||
        value->kind == EXPR_FALSE)
        return true;
    if (value->kind != EXPR_NAME || variable_register(e, value->name.binding) < 0)
        return false;
    for (uint32_t i = 0; i < earlier; i++) {
        if (targets[i].kind != TARGET_NAME)
            return false; // nested lists may name it
        if (targets[i].name.binding == value->name.binding)
            return false;
    }
    return true;
}

// `a, b = b, a + b`: values that must be read early go into temporaries, the others straight
// into their targets.
static void assign_pairs(Emitter *e, Stmt *stmt) {
    Register top = e->top;
    uint32_t count = stmt->assign.count;
    Register *row = arena_array(e->generator->arena, Register, count);
    bool *late = arena_array(e->generator->arena, bool, count);
    bool all_names = true;
    for (uint32_t i = 0; i < count; i++)
        all_names = all_names && stmt->assign.targets[i].kind == TARGET_NAME;
    for (uint32_t i = 0; i < count; i++) {
        Expr *value = stmt->assign.value->list.items[i].value;
        late[i] = all_names && reads_late(e, value, stmt->assign.targets, i);
        if (!late[i])
            row[i] = expression_next(e, value);
    }
    for (uint32_t i = 0; i < count; i++) {
        const Target *target = &stmt->assign.targets[i];
        if (late[i])
            variable_assign_expr(e, target->name.binding, target->at,
                                 stmt->assign.value->list.items[i].value);
        else
            store(e, target, row[i], false);
    }
    e->top = top;
}

void assign_statement(Emitter *e, Stmt *stmt) {
    Register top = e->top;
    const Target *target = &stmt->assign.targets[0];
    if (pairs_up(stmt)) {
        assign_pairs(e, stmt);
    } else if (stmt->assign.unpacks) {
        Register list = expression_any(e, stmt->assign.value);
        store_list(e, stmt->assign.targets, stmt->assign.count, list, stmt->at, false);
    } else if (target->kind == TARGET_NAME) {
        variable_assign_expr(e, target->name.binding, target->at, stmt->assign.value);
    } else {
        store(e, target, expression_any(e, stmt->assign.value), false);
    }
    e->top = top;
}

// ---- op= --------------------------------------------------------------------------------------

// The operator that was emitted last, in the form that changes lists, sets and maps themselves.
static void in_place(Emitter *e) {
    static const struct {
        uint8_t plain, in_place;
    } forms[] = {{OP_ADD, OP_ADD_IN_PLACE},         {OP_SUB, OP_SUB_IN_PLACE},
                 {OP_MUL, OP_MUL_IN_PLACE},         {OP_MUL_CONST, OP_MUL_CONST_IN_PLACE},
                 {OP_BIT_AND, OP_BIT_AND_IN_PLACE}, {OP_BIT_OR, OP_BIT_OR_IN_PLACE},
                 {OP_BIT_XOR, OP_BIT_XOR_IN_PLACE}};
    uint32_t *word = &e->words[e->word_count - 1];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (word_op(*word) == forms[i].plain) {
            *word = (*word & ~0xffu) | forms[i].in_place;
            return;
        }
}

static void operate_in_place(Emitter *e, Stmt *stmt, Register value) {
    expression_operate(e, stmt->augment.op, stmt->at, value, stmt->augment.value, value);
    in_place(e);
}

static void augment_name(Emitter *e, Stmt *stmt, Binding *binding) {
    int in_place = variable_register(e, binding);
    Span at = stmt->augment.target.at;
    if (in_place >= 0) {
        Register r = (Register)in_place;
        operate_in_place(e, stmt, r);
        return;
    }
    Register value = register_take(e);
    variable_to(e, binding, at, value);
    operate_in_place(e, stmt, value);
    variable_assign(e, binding, at, value);
}

static void augment_member(Emitter *e, Stmt *stmt, const Target *target) {
    Register object = expression_any(e, target->member.object);
    Register value = register_take(e);
    emit_at(e, target->at);
    emit(e, OP_GET_FIELD, value, object, 0);
    emit_extra(e, site_add(e, target->member.name));
    operate_in_place(e, stmt, value);
    emit_at(e, target->at);
    emit(e, OP_SET_FIELD, object, value, 0);
    emit_extra(e, site_add(e, target->member.name));
}

static void augment_index(Emitter *e, Stmt *stmt, const Target *target) {
    Register object = expression_any(e, target->index.object);
    Register index = expression_any(e, target->index.index);
    Register value = register_take(e);
    emit_at(e, target->at);
    emit(e, OP_GET_INDEX, value, object, index);
    operate_in_place(e, stmt, value);
    emit_at(e, target->at);
    emit(e, OP_SET_INDEX, object, index, value);
}

static void augment_slice(Emitter *e, Stmt *stmt, const Target *target) {
    Register row = expression_slice(e, target->slice.object, target->slice.start,
                                    target->slice.stop, target->slice.step);
    Register value = register_take(e);
    emit_at(e, target->at);
    emit(e, OP_GET_SLICE, value, row, 0);
    operate_in_place(e, stmt, value);
    emit_at(e, target->at);
    emit(e, OP_SET_SLICE, row, value, 0);
}

void assign_augment(Emitter *e, Stmt *stmt) {
    Register top = e->top;
    const Target *target = &stmt->augment.target;
    switch (target->kind) {
    case TARGET_NAME: augment_name(e, stmt, target->name.binding); break;
    case TARGET_MEMBER: augment_member(e, stmt, target); break;
    case TARGET_INDEX: augment_index(e, stmt, target); break;
    case TARGET_SLICE: augment_slice(e, stmt, target); break;
    case TARGET_LIST: break; // the grammar has none
    }
    e->top = top;
}
