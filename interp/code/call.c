// SPDX-License-Identifier: MIT
//
// Calls: a row of new registers on top, callee (or receiver) first, then the arguments; the result
// comes back in the first. A start (spawn, thread, async) is the same call in another mode.
// Arguments that are spread, or too many for a row, go into a list.
#include <string.h>

#include "code/generate.h"

enum { ROW_LIMIT = 100 }; // positional arguments in a row; more go into a list

typedef struct CallShape {
    uint32_t positional, labelled;
    bool needs_list;
} CallShape;

static CallShape call_shape(const Expr *call) {
    CallShape shape = {0};
    for (uint32_t i = 0; i < call->call.count; i++) {
        const Argument *argument = &call->call.arguments[i];
        if (argument->label)
            shape.labelled++;
        else
            shape.positional++;
        if (argument->spread)
            shape.needs_list = true;
    }
    if (shape.positional > ROW_LIMIT)
        shape.needs_list = true;
    return shape;
}

// The labels of a call, in the order of the text.
static uint32_t labels_add(Emitter *e, const Expr *call, uint32_t count) {
    CodeName *names = count ? arena_array(e->generator->arena, CodeName, count) : NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < call->call.count && n < count; i++) {
        const Name *label = call->call.arguments[i].label;
        if (label)
            names[n++] = (CodeName){label->text, label->length};
    }
    *VECTOR_ADD(e, Labels, labels, labels) = (Labels){count, names};
    return e->labels_count - 1;
}

static void labelled_values(Emitter *e, const Expr *call) {
    for (uint32_t i = 0; i < call->call.count; i++)
        if (call->call.arguments[i].label)
            expression_next(e, call->call.arguments[i].value);
}

static void positional_values(Emitter *e, const Expr *call) {
    for (uint32_t i = 0; i < call->call.count; i++)
        if (!call->call.arguments[i].label)
            expression_next(e, call->call.arguments[i].value);
}

static void positional_list(Emitter *e, const Expr *call) {
    Register list = register_take(e);
    emit_at(e, call->at);
    emit(e, OP_NEW_LIST, list, 0, 0);
    for (uint32_t i = 0; i < call->call.count; i++) {
        const Argument *argument = &call->call.arguments[i];
        if (argument->label)
            continue;
        Register top = e->top;
        Register value = expression_any(e, argument->value);
        emit_at(e, argument->at);
        emit(e, argument->spread ? OP_LIST_EXTEND : OP_LIST_APPEND, list, value, 0);
        e->top = top;
    }
}

// ---- The kinds of calls -----------------------------------------------------------------------

// The start that follows belongs to the group. `group` is a Binding or NULL.
static void emit_group(Emitter *e, void *group) {
    if (!group)
        return;
    Register top = e->top;
    emit(e, OP_IN_GROUP, variable_any(e, group, e->place), 0, 0);
    e->top = top;
}

// The callee is in `base`, the topmost register.
static void call_value(Emitter *e, const Expr *call, CallShape shape, Register base,
                       uint32_t mode) {
    if (shape.needs_list) {
        positional_list(e, call);
        labelled_values(e, call);
        emit_at(e, call->at);
        emit_group(e, call->call.group);
        emit(e, OP_CALL_SPREAD, base, 0, mode);
        emit_extra(e, labels_add(e, call, shape.labelled));
        return;
    }
    positional_values(e, call);
    labelled_values(e, call);
    uint32_t count = shape.positional + shape.labelled;
    emit_at(e, call->at);
    emit_group(e, call->call.group);
    emit(e, shape.labelled ? OP_CALL_LABELS : OP_CALL, base, count, mode);
    if (shape.labelled)
        emit_extra(e, labels_add(e, call, shape.labelled));
}

// For what is most likely a queue's: the method that is called so is not looked for.
static Opcode invoke_opcode(const Name *name, CallShape shape, uint32_t mode) {
    if (mode <= CALL_AWAIT && shape.positional == 0 && strcmp(name->text, "get") == 0)
        return OP_QUEUE_GET;
    if (mode <= CALL_AWAIT && shape.positional == 1 && strcmp(name->text, "put") == 0)
        return OP_QUEUE_PUT;
    return OP_INVOKE;
}

// The receiver (self, for super) is in `base`.
static void call_member(Emitter *e, const Expr *call, CallShape shape, Register base,
                        const Name *name, bool is_super, uint32_t mode) {
    const Opcode opcodes[2][2] = {{invoke_opcode(name, shape, mode), OP_INVOKE_LABELS},
                                  {OP_INVOKE_SUPER, OP_INVOKE_SUPER_LABELS}};
    positional_values(e, call);
    labelled_values(e, call);
    emit_at(e, call->at);
    emit(e, opcodes[is_super][shape.labelled > 0], base, shape.positional + shape.labelled, mode);
    emit_extra(e, site_add(e, name));
    if (shape.labelled)
        emit_extra(e, labels_add(e, call, shape.labelled));
}

void call_to(Emitter *e, Expr *call, Register r, uint32_t mode) {
    if (mode == CALL_PLAIN && assertion_is(e, call)) {
        assertion_check(e, call);
        emit(e, OP_LOAD_NIL, r, 0, 0);
        return;
    }
    Register top = e->top;
    Register base = register_topmost(e, r) ? r : register_take(e);
    CallShape shape = call_shape(call);
    Expr *callee = call->call.callee;
    bool in_row = mode < CALL_SPAWN && !shape.needs_list;
    if (in_row && callee->kind == EXPR_MEMBER) {
        expression_to(e, callee->member.object, base);
        call_member(e, call, shape, base, callee->member.name, false, mode);
    } else if (in_row && callee->kind == EXPR_SUPER) {
        emit_at(e, callee->at);
        variable_self_to(e, base);
        call_member(e, call, shape, base, callee->super.name, true, mode);
    } else {
        expression_to(e, callee, base);
        call_value(e, call, shape, base, mode);
    }
    load_move(e, r, base);
    e->top = top;
}

Register call_named(Emitter *e, Opcode op, Register receiver, const char *name, int argument,
                    uint32_t mode, Span at) {
    emit_at(e, at);
    Register base = register_take(e);
    load_move(e, base, receiver);
    if (argument >= 0)
        load_move(e, register_take(e), (Register)argument);
    emit(e, op, base, argument >= 0, mode);
    *VECTOR_ADD(e, Site, sites, site) = (Site){{name, (uint32_t)strlen(name)}};
    emit_extra(e, e->site_count - 1);
    return base;
}

void call_guard(Emitter *e, Opcode op, Register lock, const char *name, uint32_t mode, Span at) {
    emit_at(e, at);
    Register top = e->top;
    emit(e, op, register_take(e), lock, mode);
    *VECTOR_ADD(e, Site, sites, site) = (Site){{name, (uint32_t)strlen(name)}};
    emit_extra(e, e->site_count - 1);
    e->top = top;
}

// ---- Starts and await -------------------------------------------------------------------------

void start_to(Emitter *e, Expr *start, Register r, bool dropped) {
    static const uint32_t modes[] = {
        [START_SPAWN] = CALL_SPAWN, [START_THREAD] = CALL_THREAD, [START_ASYNC] = CALL_ASYNC};
    uint32_t mode = modes[start->start.kind] | (dropped ? CALL_DROPPED : 0);
    if (start->start.call) {
        start->start.call->at = start->at; // "started at" means the word `thread`
        call_to(e, start->start.call, r, mode);
        return;
    }
    Register top = e->top;
    Register base = register_topmost(e, r) ? r : register_take(e);
    function_to(e, start->start.block, base);
    emit_at(e, start->at);
    emit_group(e, start->start.group);
    emit(e, OP_CALL, base, 0, mode);
    load_move(e, r, base);
    e->top = top;
}

void await_to(Emitter *e, Expr *await, Register r) {
    Expr *value = await->await.value;
    if (value->kind == EXPR_CALL) {
        call_to(e, value, r, CALL_AWAIT);
        return;
    }
    Register top = e->top;
    Register base = register_topmost(e, r) ? r : register_take(e);
    expression_to(e, value, base);
    emit_at(e, await->at);
    emit(e, OP_AWAIT, base, 0, 0);
    load_move(e, r, base);
    e->top = top;
}
