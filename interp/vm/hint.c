// SPDX-License-Identifier: MIT
//
// Hints: see the header. The names of operands are taken from the source text at the place of the
// instruction, which is where the operator, the member's name or the bracket stands.
#include "vm/hint.h"

#include <string.h>

#include "base/spelling.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/map.h"
#include "object/module.h"
#include "object/operate.h"
#include "object/str.h"
#include "vm/trace.h"
#include "vm/unit.h"

typedef void Operand(const Unit *unit, const Code *code, uint32_t pc, Text *out);

static void hint_set(Fiber *fiber, Text *hint) {
    if (hint->length)
        trace_hint(fiber, str_from_text(fiber->heap, hint));
    text_free(hint);
}

// "`count` is 0 here"
static void hint_value(Fiber *fiber, Operand *operand, Value v) {
    if (fiber->frame_count == 0 || fiber->native_top)
        return; // it is a native's operand, which stands nowhere
    const Proto *proto = fiber->frames[fiber->frame_count - 1].closure->proto;
    Text name = {0}, value = {0}, hint = {0};
    operand(proto->unit, proto->code, (uint32_t)(fiber->pc - 1 - proto->words), &name);
    value_repr(fiber, v, &value);
    if (name.length && strcmp(text_data(&name), text_data(&value)) != 0)
        text_format(&hint, translate("`%s` is %s here"), text_data(&name), text_data(&value));
    text_free(&name);
    text_free(&value);
    hint_set(fiber, &hint);
}

void hint_divisor(Fiber *fiber, Value divisor) {
    if (error_is(fiber, ERROR_ZeroDivisionError))
        hint_value(fiber, unit_operand, divisor);
}

void hint_nil(Fiber *fiber, Value v) {
    if (v == VALUE_NIL)
        hint_value(fiber, unit_callee, v);
}

void hint_declared(Fiber *fiber, const Proto *proto, uint32_t declared) {
    if (declared == DECLARED_ELSEWHERE)
        return;
    Text hint = {0};
    text_format(&hint, translate("it is declared in line %u"), unit_line(proto->unit, declared));
    hint_set(fiber, &hint);
}

// ---- Names that are nearly right --------------------------------------------------------------

static void try_name(Spelling *search, const Str *name) {
    spelling_try(search, name->data, name->size);
}

static void did_you_mean(Fiber *fiber, const Spelling *search) {
    if (!search->nearest)
        return;
    Text hint = {0};
    text_format(&hint, translate("did you mean `%.*s`?"), (int)search->nearest_size,
                search->nearest);
    hint_set(fiber, &hint);
}

static void try_members(Spelling *search, const Class *c) {
    for (uint32_t i = 0; i < c->member_count; i++)
        try_name(search, c->members[i].name);
}

static void try_fields(Spelling *search, Instance *instance) {
    const Shape *shape = instance_shape(instance);
    for (uint32_t i = 0; i < shape->field_count; i++)
        try_name(search, shape_field_name(shape, i));
}

static void try_static_fields(Spelling *search, Class *c) {
    for (; c; c = c->base) {
        Value statics = slot_get(&c->statics);
        if (statics == VALUE_UNDEF)
            continue;
        size_t position = 0;
        Value name, v;
        while (map_next(value_to_map(statics), &position, &name, &v))
            if (value_is_str(name))
                try_name(search, value_to_str(name));
    }
}

static void try_module(Spelling *search, const ModuleObject *module) {
    for (uint32_t i = 0; i < module->count; i++)
        if (slot_get(&module->slots[i]) != VALUE_UNDEF)
            try_name(search, module->names[i]);
}

void hint_member(Fiber *fiber, Value receiver, const Str *name) {
    if (receiver == VALUE_NIL) {
        hint_value(fiber, unit_receiver, receiver);
        return;
    }
    Spelling search;
    spelling_start(&search, name->data, name->size);
    if (value_is_kind(receiver, KIND_MODULE)) {
        try_module(&search, (ModuleObject *)value_to_ref(receiver));
    } else if (value_is_kind(receiver, KIND_CLASS)) {
        try_members(&search, (Class *)value_to_ref(receiver));
        try_static_fields(&search, (Class *)value_to_ref(receiver));
    } else {
        if (value_is_kind(receiver, KIND_INSTANCE))
            try_fields(&search, (Instance *)value_to_ref(receiver));
        try_members(&search, class_of(fiber_runtime(fiber), receiver));
    }
    did_you_mean(fiber, &search);
}

void hint_method(Fiber *fiber, const Class *c, const Str *name) {
    Spelling search;
    spelling_start(&search, name->data, name->size);
    try_members(&search, c);
    did_you_mean(fiber, &search);
}

void hint_label(Fiber *fiber, Str *const *parameters, uint32_t count, const Str *label) {
    Spelling search;
    spelling_start(&search, label->data, label->size);
    for (uint32_t i = 0; i < count; i++)
        try_name(&search, parameters[i]);
    did_you_mean(fiber, &search);
}
