// SPDX-License-Identifier: MIT
//
// Variables: the instruction that reads, assigns or declares a name, by where it lives: a register,
// a cell in a register, a capture of the closure, a slot of the module, a built-in.
#include "code/generate.h"

Location variable_locate(Emitter *e, const Binding *binding) {
    if (binding->owner == e->scope)
        return (Location){.is_cell = binding_in_cell(binding), .index = binding->reg};
    // A function that is known by a name that never changes finds itself as its callee.
    if (e->scope->own == binding && !binding->assigned)
        return (Location){.index = 0};
    for (uint32_t i = 0; i < e->capture_count; i++)
        if (e->captured[i] == binding)
            return (Location){.is_capture = true, .is_cell = e->captures[i].is_cell, .index = i};
    Location from = variable_locate(e->outer, binding);
    if (e->capture_count == UINT8_MAX) {
        emit_limit(e, "it uses more than 255 variables of functions around it");
        return from;
    }
    uint32_t count = e->capture_count;
    *(const Binding **)vector_add(e->generator->arena, &e->captured, &count, &e->captured_capacity,
                                  sizeof binding) = binding;
    CodeName name = {"self", 4};
    if (binding->name)
        name = (CodeName){binding->name->text, binding->name->length};
    *VECTOR_ADD(e, Capture, captures, capture) = (Capture){.from_capture = from.is_capture,
                                                           .is_cell = from.is_cell,
                                                           .index = (uint8_t)from.index,
                                                           .name = name,
                                                           .declared = binding->at.start};
    return (Location){.is_capture = true, .is_cell = from.is_cell, .index = e->capture_count - 1};
}

// Its own function's text uses it before its `let`, and there is no cell that would tell.
static bool not_made(const Emitter *e, const Binding *binding) {
    return binding->kind == BINDING_LOCAL && binding->owner == e->scope && !binding->made &&
           !binding_is_early(binding);
}

static void throw_name(Emitter *e, const Binding *binding) {
    emit_x(e, OP_THROW_NAME, 0, constant_string(e, binding->name->text, binding->name->length));
    emit_extra(e, constant_int(e, binding->at.start));
}

// ---- Reading ----------------------------------------------------------------------------------

int variable_register(Emitter *e, const Binding *binding) {
    if (binding->kind != BINDING_LOCAL || not_made(e, binding))
        return -1;
    Location at = variable_locate(e, binding);
    return at.is_capture || at.is_cell ? -1 : (int)at.index;
}

static void local_to(Emitter *e, const Binding *binding, Register r) {
    if (not_made(e, binding)) {
        throw_name(e, binding);
        return;
    }
    Location at = variable_locate(e, binding);
    if (at.is_capture)
        emit(e, at.is_cell ? OP_GET_CAPTURE_CELL : OP_GET_CAPTURE, r, at.index, 0);
    else if (at.is_cell)
        emit(e, OP_GET_CELL, r, at.index, 0);
    else
        load_move(e, r, at.index);
}

static void load_builtin(Emitter *e, Register r, uint32_t number) {
    if (e->generator->builtin_limit <= number)
        e->generator->builtin_limit = number + 1;
    emit_x(e, OP_GET_BUILTIN, r, number);
}

void variable_to(Emitter *e, Binding *binding, Span at, Register r) {
    emit_at(e, at);
    switch (binding->kind) {
    case BINDING_LOCAL: local_to(e, binding, r); break;
    case BINDING_GLOBAL: emit_x(e, OP_GET_GLOBAL, r, binding->number); break;
    case BINDING_BUILTIN: load_builtin(e, r, binding->number); break;
    }
}

Register variable_any(Emitter *e, Binding *binding, Span at) {
    int in_place = variable_register(e, binding);
    if (in_place >= 0)
        return (Register)in_place;
    Register r = register_take(e);
    variable_to(e, binding, at, r);
    return r;
}

// Closures within a method capture `self` like a variable.
static Binding *self_binding(const Emitter *e) {
    const FunctionScope *f = e->scope;
    while (!f->self)
        f = f->parent;
    return f->self;
}

Register variable_self(Emitter *e) { return variable_any(e, self_binding(e), e->place); }

void variable_self_to(Emitter *e, Register r) { variable_to(e, self_binding(e), e->place, r); }

// ---- Assigning --------------------------------------------------------------------------------

void variable_assign(Emitter *e, Binding *binding, Span at, Register value) {
    emit_at(e, at);
    if (binding->kind == BINDING_GLOBAL) {
        emit_x(e, OP_SET_GLOBAL, value, binding->number);
        return;
    }
    if (not_made(e, binding)) {
        throw_name(e, binding);
        return;
    }
    Location where = variable_locate(e, binding);
    if (where.is_capture)
        emit(e, OP_SET_CAPTURE_CELL, value, where.index, 0);
    else if (where.is_cell)
        emit(e, OP_SET_CELL, where.index, value, 0);
    else
        load_move(e, where.index, value);
}

void variable_assign_expr(Emitter *e, Binding *binding, Span at, Expr *value) {
    int in_place = variable_register(e, binding);
    if (in_place >= 0) {
        expression_to(e, value, (Register)in_place);
        return;
    }
    Register top = e->top;
    variable_assign(e, binding, at, expression_any(e, value));
    e->top = top;
}

// ---- Declaring --------------------------------------------------------------------------------

bool variable_takes_register(const Binding *binding) {
    return binding->kind == BINDING_LOCAL && !binding_is_early(binding);
}

void variable_make_early(Emitter *e, Binding *binding) {
    Register r = register_take(e);
    register_keep(e, r, binding);
    binding->reg = (uint8_t)r;
    emit(e, OP_LOAD_UNDEF, r, 0, 0);
    emit(e, OP_NEW_CELL, r, 0, 0);
}

void variable_adopt(Emitter *e, Binding *binding, Register r) {
    binding->made = true;
    if (binding_is_early(binding)) {
        emit(e, OP_SET_CELL, binding->reg, r, 0);
        return;
    }
    register_keep(e, r, binding);
    binding->reg = (uint8_t)r;
    if (binding_in_cell(binding))
        emit(e, OP_NEW_CELL, r, 0, 0);
}

void variable_define_top(Emitter *e, Binding *binding, Span at, Register r) {
    emit_at(e, at);
    if (binding->kind == BINDING_GLOBAL) {
        emit_x(e, OP_SET_GLOBAL, r, binding->number);
        binding->made = true;
    } else {
        variable_adopt(e, binding, r);
    }
}

void variable_define(Emitter *e, Binding *binding, Span at, Register value) {
    emit_at(e, at);
    if (variable_takes_register(binding)) {
        Register r = register_take(e);
        load_move(e, r, value);
        variable_adopt(e, binding, r);
    } else {
        variable_define_top(e, binding, at, value);
    }
}
