// SPDX-License-Identifier: MIT
//
// Loading. Everything but the constants is allocated in the unit's arena.
#include "vm/load.h"

#include "base/os.h"
#include "object/integer.h"
#include "object/str.h"

static Str *load_name(Fiber *fiber, CodeName name) {
    return str_intern(fiber->world->runtime, fiber->heap, name.text, name.size);
}

static Str **load_names(Fiber *fiber, Unit *unit, const CodeName *names, uint32_t count) {
    Str **loaded = arena_array(&unit->arena, Str *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        loaded[i] = load_name(fiber, names[i]);
    return loaded;
}

// Short strings are interned, so that they compare by pointer with names and with each other.
static Value load_string(Fiber *fiber, const Constant *constant) {
    enum { INTERN_BELOW = 48 };
    Str *s = constant->size < INTERN_BELOW
                 ? str_intern(fiber->world->runtime, fiber->heap, constant->text, constant->size)
                 : str_new(fiber->heap, constant->text, constant->size);
    return value_from_ref(s);
}

static Value load_constant(Fiber *fiber, const Constant *constant) {
    switch (constant->kind) {
    case CONSTANT_INT: return value_from_int(constant->integer);
    case CONSTANT_FLOAT: return value_from_double(constant->number);
    case CONSTANT_BIG: return integer_parse(fiber->heap, constant->text, constant->size, 10);
    case CONSTANT_STRING: return load_string(fiber, constant);
    }
    return VALUE_NIL;
}

static LoadedPlan load_plan(Fiber *fiber, Unit *unit, const ClassPlan *plan) {
    return (LoadedPlan){.name = load_name(fiber, plan->name),
                        .count = plan->member_count,
                        .names = load_names(fiber, unit, plan->names, plan->member_count),
                        .kinds = plan->kinds};
}

static void unit_remember(Unit *unit, Proto *proto) {
    if (unit->proto_count == unit->proto_capacity) {
        unit->proto_capacity = unit->proto_capacity ? unit->proto_capacity * 2 : 16;
        unit->protos = os_realloc(unit->protos, unit->proto_capacity * sizeof *unit->protos);
    }
    unit->protos[unit->proto_count++] = proto;
}

static void load_tables(Fiber *fiber, Unit *unit, Proto *proto, const Code *code) {
    proto->sites = arena_array(&unit->arena, LoadedSite, code->site_count + 1);
    for (uint32_t i = 0; i < code->site_count; i++)
        proto->sites[i].name = load_name(fiber, code->sites[i].name);
    proto->labels = arena_array(&unit->arena, LoadedLabels, code->labels_count + 1);
    for (uint32_t i = 0; i < code->labels_count; i++) {
        const Labels *labels = &code->labels[i];
        proto->labels[i].count = labels->count;
        proto->labels[i].names = load_names(fiber, unit, labels->names, labels->count);
    }
    proto->plans = arena_array(&unit->arena, LoadedPlan, code->plan_count + 1);
    for (uint32_t i = 0; i < code->plan_count; i++)
        proto->plans[i] = load_plan(fiber, unit, &code->plans[i]);
}

// A parameter cannot be called like a keyword, but a label can (`timeout: 2`): in what conc has written in
// conc the parameter `timeout_` has that label.
static Str **load_parameters(Fiber *fiber, Unit *unit, const Code *code) {
    uint32_t count = code->parameter_count + (code->has_rest ? 1u : 0u);
    Str **names = load_names(fiber, unit, code->parameters, count);
    for (uint32_t i = 0; i < count && unit->embedded; i++)
        if (names[i]->size > 1 && str_data(names[i])[names[i]->size - 1] == '_')
            names[i] = str_intern(fiber_runtime(fiber), fiber->heap, str_data(names[i]),
                                  names[i]->size - 1);
    return names;
}

// Children are loaded depth first; nesting is bounded by the parser.
static Proto *load_code(Fiber *fiber, Unit *unit, const Code *code, ModuleObject *module) {
    Proto *proto = arena_new(&unit->arena, Proto);
    proto->words = code->words;
    proto->module = module;
    proto->globals = module->slots;
    proto->register_count = code->register_count;
    proto->parameter_count = code->parameter_count;
    proto->required_count = code->required_count;
    proto->has_rest = code->has_rest;
    proto->is_async = code->is_async;
    proto->is_method = code->is_method;
    proto->method_count = code->has_rest || code->is_async ? PLAIN_NEVER : code->parameter_count;
    proto->plain_count = code->is_method ? PLAIN_NEVER : proto->method_count;
    proto->capture_count = code->capture_count;
    proto->name = load_name(fiber, code->name);
    proto->parameters = load_parameters(fiber, unit, code);
    proto->code = code;
    proto->unit = unit;
    proto->constants = arena_array(&unit->arena, Value, code->constant_count + 1);
    for (uint32_t i = 0; i < code->constant_count; i++)
        proto->constants[i] = load_constant(fiber, &code->constants[i]);
    load_tables(fiber, unit, proto, code);
    proto->children = arena_array(&unit->arena, Proto *, code->child_count + 1);
    for (uint32_t i = 0; i < code->child_count; i++)
        proto->children[i] = load_code(fiber, unit, code->children[i], module);
    unit_remember(unit, proto);
    return proto;
}

Closure *unit_load(Vm *vm, Fiber *fiber, Unit *unit, ModuleObject *module) {
    const ModuleCode *code = unit->code;
    for (uint32_t i = 0; i < code->global_count; i++)
        module_define(module, load_name(fiber, code->globals[i]), code->constant[i]);
    unit->main = load_code(fiber, unit, code->main, module);
    pthread_mutex_lock(&vm->mutex);
    unit->next = vm->units;
    vm->units = unit;
    pthread_mutex_unlock(&vm->mutex);
    return closure_new(fiber->heap, unit->main, 0);
}

static void proto_trace(Proto *proto, Tracer *tracer) {
    const Code *code = proto->code;
    trace_object(tracer, proto->name);
    trace_object(tracer, proto->module);
    for (uint32_t i = 0; i < code->constant_count; i++)
        trace_value(tracer, proto->constants[i]);
    for (uint32_t i = 0; i < code->site_count; i++)
        trace_object(tracer, proto->sites[i].name);
    for (uint32_t i = 0; i < code->labels_count; i++)
        for (uint32_t k = 0; k < proto->labels[i].count; k++)
            trace_object(tracer, proto->labels[i].names[k]);
    for (uint32_t i = 0; i < code->plan_count; i++) {
        trace_object(tracer, proto->plans[i].name);
        for (uint32_t k = 0; k < proto->plans[i].count; k++)
            trace_object(tracer, proto->plans[i].names[k]);
    }
    uint32_t parameters = proto->parameter_count + (proto->has_rest ? 1u : 0u);
    for (uint32_t i = 0; i < parameters; i++)
        trace_object(tracer, proto->parameters[i]);
}

void units_trace(Vm *vm, Tracer *tracer) {
    for (Unit *unit = vm->units; unit; unit = unit->next)
        for (uint32_t i = 0; i < unit->proto_count; i++)
            proto_trace(unit->protos[i], tracer);
}
