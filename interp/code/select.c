// SPDX-License-Identifier: MIT
//
// select: the calls of all cases are evaluated into a list, without being made; a hidden method waits
// until one of them has taken effect and says which; then comes a jump to that case's block.
#include "code/generate.h"

// The list of all cases, in a register of its own.
static Register case_list(Emitter *e, const Stmt *stmt) {
    Register list = register_local(e);
    emit(e, OP_NEW_LIST, list, 0, 0);
    for (uint32_t i = 0; i < stmt->select.count; i++) {
        Register top = e->top;
        Register made = register_take(e);
        call_to(e, stmt->select.cases[i].call, made, CALL_CASE);
        emit(e, OP_LIST_APPEND, list, made, 0);
        e->top = top;
    }
    return list;
}

// The number of the case that took effect, in a register of its own.
static Register wait_for_one(Emitter *e, const Stmt *stmt, Register select) {
    Register number = register_local(e), has_else = register_take(e);
    emit_at(e, stmt->at);
    emit(e, stmt->select.otherwise ? OP_LOAD_TRUE : OP_LOAD_FALSE, has_else, 0, 0);
    uint32_t mode = stmt->select.is_await ? CALL_AWAIT : CALL_PLAIN;
    load_move(e, number, call_named(e, OP_INVOKE, select, "wait", (int)has_else, mode, stmt->at));
    e->top = e->locals;
    return number;
}

static void case_block(Emitter *e, SelectCase *c, Register select) {
    Register locals = e->locals;
    if (c->target_count) {
        Register value = call_named(e, OP_INVOKE, select, "value", -1, CALL_PLAIN, c->at);
        e->locals = e->top;
        assign_new_targets(e, c->targets, c->target_count, c->unpacks, value);
    }
    statement_block(e, &c->body);
    locals_end(e, locals);
}

void select_statement(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    Jumps ends = {0};
    Register select = case_list(e, stmt);
    emit_at(e, stmt->at);
    emit(e, OP_NEW_SELECT, select, 0, 0);
    Register number = wait_for_one(e, stmt, select);
    for (uint32_t i = 0; i < stmt->select.count; i++) {
        bool last = i + 1 == stmt->select.count && !stmt->select.otherwise;
        Register top = e->top, wanted = register_take(e);
        load_int(e, wanted, i);
        uint32_t next = last ? 0 : emit_long_jump(e, OP_JUMP_IF_EQUAL, number, wanted, false);
        e->top = top;
        case_block(e, &stmt->select.cases[i], select);
        if (last)
            break;
        if (!e->terminated)
            jumps_add(e, &ends, emit_jump(e, OP_JUMP, 0));
        jump_here(e, next);
    }
    if (stmt->select.otherwise)
        statement_block(e, stmt->select.otherwise);
    jumps_here(e, &ends);
    locals_end(e, locals);
}
