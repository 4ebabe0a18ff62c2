// SPDX-License-Identifier: MIT
//
// Functions and classes: the head of a function (defaults of arguments that were left out, cells of
// parameters), its body as a Code of its own, and the plan of a class.
#include <string.h>

#include "code/generate.h"

static CodeName function_name(const Function *function) {
    if (function->kind == FUNCTION_BLOCK)
        return (CodeName){"<block>", 7};
    if (function->kind == FUNCTION_TEST)
        return (CodeName){"<test>", 6};
    if (!function->name)
        return (CodeName){"<lambda>", 8};
    return (CodeName){function->name->text, function->name->length};
}

// Each parameter has its register; a default is computed where none was given, in order, as a later
// default may use an earlier parameter.
static void parameters(Emitter *e, const Function *function) {
    for (uint32_t i = 0; i < function->param_count; i++)
        register_take(e);
    e->locals = e->top;
    for (uint32_t i = 0; i < function->param_count; i++) {
        const Param *param = &function->params[i];
        Register r = i + 1 < CODE_MAX_REGISTERS ? i + 1 : CODE_MAX_REGISTERS - 1;
        emit_at(e, param->at);
        if (param->value) {
            uint32_t given = emit_jump(e, OP_JUMP_DEFINED, r);
            expression_to(e, param->value, r);
            jump_here(e, given);
        }
        emit_at(e, param->at);
        variable_adopt(e, param->binding, r);
    }
}

static const CodeName *parameter_names(Emitter *e, const Function *function) {
    CodeName *names = arena_array(e->generator->arena, CodeName, function->param_count);
    for (uint32_t i = 0; i < function->param_count; i++) {
        const Name *name = function->params[i].name;
        names[i] = (CodeName){name->text, name->length};
    }
    return names;
}

static Code *function_code(Generator *generator, Emitter *outer, Function *function) {
    Emitter *e = emitter_new(generator, outer, function->scope);
    emit_at(e, function->at);
    parameters(e, function);
    statement_items(e, &function->body, false);
    emit_at(e, function->at);
    if (!e->terminated)
        emit(e, OP_RETURN_NIL, 0, 0, 0);
    const CodeName *names = parameter_names(e, function);
    Code *code = emitter_finish(e);
    uint32_t count = function->param_count;
    code->has_rest = count && function->params[count - 1].is_rest;
    code->parameter_count = (uint8_t)(count - code->has_rest);
    code->required_count = (uint8_t)function->required;
    code->name = function_name(function);
    code->offset = function->at.start;
    code->length = function->at.length;
    code->is_async = function->is_async;
    code->is_method = ((const FunctionScope *)function->scope)->self != NULL;
    code->parameters = names;
    return code;
}

// The code of a function as one more child; false at the limit.
static bool add_child(Emitter *e, Function *function) {
    Span at = e->place;
    const Code *code = function_code(e->generator, e, function);
    emit_at(e, at);
    if (e->child_count > UINT16_MAX) {
        emit_limit(e, "it has more than 65536 functions");
        return false;
    }
    *VECTOR_ADD(e, const Code *, children, child) = code;
    return true;
}

void function_to(Emitter *e, Function *function, Register r) {
    if (add_child(e, function))
        emit_x(e, OP_NEW_CLOSURE, r, e->child_count - 1);
}

// What it names of the module are slots, so it captures nothing, and needs no closure to be made for it.
void function_test(Emitter *e, Function *function) {
    if (add_child(e, function))
        e->generator->test = e->children[e->child_count - 1];
}

// ---- Classes ----------------------------------------------------------------------------------

static PlanMemberKind member_kind(const Function *method) {
    switch (method->kind) {
    case FUNCTION_GETTER: return PLAN_GETTER;
    case FUNCTION_SETTER: return PLAN_SETTER;
    case FUNCTION_STATIC: return PLAN_STATIC;
    default: return PLAN_METHOD;
    }
}

static uint32_t plan_add(Emitter *e, const ClassDecl *class_) {
    uint32_t count = class_->method_count;
    CodeName *names = arena_array(e->generator->arena, CodeName, count);
    PlanMemberKind *kinds = arena_array(e->generator->arena, PlanMemberKind, count);
    for (uint32_t i = 0; i < count; i++) {
        const Function *method = class_->methods[i];
        names[i] = (CodeName){method->name->text, method->name->length};
        kinds[i] = member_kind(method);
    }
    *VECTOR_ADD(e, ClassPlan, plans, plan) =
        (ClassPlan){{class_->name->text, class_->name->length}, count, names, kinds};
    return e->plan_count - 1;
}

void function_class(Emitter *e, ClassDecl *class_) {
    Binding *binding = class_->binding;
    Register top = e->top;
    Register base = register_take(e);
    if (class_->base)
        expression_to(e, class_->base, base);
    else
        emit(e, OP_LOAD_UNDEF, base, 0, 0);
    for (uint32_t i = 0; i < class_->method_count; i++) {
        emit_at(e, class_->methods[i]->at);
        function_to(e, class_->methods[i], register_take(e));
    }
    emit_at(e, class_->base ? class_->base->at : class_->at);
    emit(e, OP_NEW_CLASS, base, 0, 0);
    emit_extra(e, plan_add(e, class_));
    e->top = base + 1;
    variable_define_top(e, binding, class_->at, base);
    e->top = e->locals > top ? e->locals : top;
}

// ---- The module's text ------------------------------------------------------------------------

const Code *function_main(Generator *generator, FunctionScope *scope, Module *tree) {
    Emitter *e = emitter_new(generator, NULL, scope);
    statement_items(e, &tree->body, generator->options->give_last);
    if (!e->terminated)
        emit(e, OP_RETURN_NIL, 0, 0, 0);
    Code *code = emitter_finish(e);
    code->name = (CodeName){"<main>", 6};
    return code;
}
