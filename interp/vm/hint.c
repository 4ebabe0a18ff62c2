// SPDX-License-Identifier: MIT
//
// Hints: see the header. The names of operands are taken from the source text at the place of the
// instruction, which is where the operator, the member's name or the bracket stands.
#include "vm/hint.h"

#include <string.h>

#include "base/spelling.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/module.h"
#include "object/operate.h"
#include "object/str.h"
#include "syntax/foreign.h"
#include "vm/trace.h"
#include "vm/unit.h"
#include "vm/vm.h"

typedef void Operand(const Unit *unit, const Code *code, uint32_t pc, Text *out);

static void hint_set(Fiber *fiber, Text *hint) {
    if (hint->length)
        trace_hint(fiber, str_from_text(fiber->heap, hint));
    text_free(hint);
}

static void hint_text(Fiber *fiber, const char *text) {
    Text hint = {0};
    text_string(&hint, translate(text));
    hint_set(fiber, &hint);
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

static bool is_sized(Value v) {
    return value_is_str(v) || value_is_list(v) || value_is_map(v) || value_is_kind(v, KIND_SET) ||
           value_is_kind(v, KIND_BYTES) || value_is_kind(v, KIND_RANGE);
}

void hint_divisor(Fiber *fiber, Value divisor) {
    if (error_is(fiber, ERROR_ZeroDivisionError))
        hint_value(fiber, unit_operand, divisor);
}

void hint_operand(Fiber *fiber, Value v) {
    enum { LONGEST = 40 };
    bool is_short = value_is_str(v) && value_to_str(v)->size <= LONGEST;
    if (v == VALUE_NIL || value_is_bool(v) || value_is_int(v) || value_is_double(v) || is_short)
        hint_value(fiber, unit_callee, v);
}

void hint_operands(Fiber *fiber, Value a, Value b, bool adds) {
    if (!error_is(fiber, ERROR_TypeError))
        return;
    if (b == VALUE_NIL)
        hint_value(fiber, unit_operand, b);
    else if (a == VALUE_NIL)
        hint_value(fiber, unit_receiver, a);
    else if (adds && (value_is_kind(a, KIND_BYTES) || value_is_kind(b, KIND_BYTES)))
        hint_text(fiber, "`s.encode()` gives bytes, and `b.decode()` a string");
    else if (adds && value_is_str(a) != value_is_str(b))
        hint_text(fiber, "write `str(x)`, or put the value into the string: \"${x}\"");
}

void hint_index(Fiber *fiber, Value container, Value index) {
    if (!error_is(fiber, ERROR_IndexError) || !value_is_int(index) || !is_sized(container))
        return;
    int64_t length = value_is_list(container)  ? (int64_t)list_length(value_to_list(container))
                     : value_is_str(container) ? (int64_t)value_to_str(container)->length
                                               : -1;
    Text hint = {0};
    if (length == 0)
        text_string(&hint, translate("it is empty"));
    else if (length > 0)
        text_format(&hint, translate("the index is %lld, and the last one is %lld"),
                    (long long)value_to_int(index), (long long)length - 1);
    hint_set(fiber, &hint);
}

void hint_iterable(Fiber *fiber, Value v) {
    if (v == VALUE_NIL)
        hint_value(fiber, unit_callee, v);
    else if (value_is_int(v))
        hint_text(fiber, "`range(n)` gives the numbers below n");
}

void hint_thrown(Fiber *fiber, Value v) {
    if (value_is_str(v))
        hint_text(fiber, "write `throw RuntimeError(\"...\")`");
    else if (value_is_kind(v, KIND_INSTANCE) || value_is_kind(v, KIND_CLASS))
        hint_text(fiber, "let the class extend `Error`");
}

void note_function(Fiber *fiber, const Proto *callee) {
    const Str *name = callee->name;
    if (!callee->unit->embedded && str_data(name)[0] != '<')
        note_declared(fiber, callee, (CodeName){str_data(name), (uint32_t)name->size},
                      callee->code->offset);
}

void note_declared(Fiber *fiber, const Proto *proto, CodeName name, uint32_t declared) {
    if (declared == DECLARED_ELSEWHERE)
        return;
    Text note = {0};
    text_format(&note, translate("`%.*s` is declared at "), (int)name.size, name.text);
    unit_offset_place(proto->unit, declared, &note);
    trace_note(fiber, str_from_text(fiber->heap, &note));
    text_free(&note);
}

// ---- Names that are nearly right --------------------------------------------------------------

static void try_name(Spelling *search, const Str *name) {
    spelling_try(search, str_data(name), name->size);
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

static bool has_member(const Class *c, const char *name) {
    for (uint32_t i = 0; i < c->member_count; i++)
        if (strcmp(str_data(c->members[i].name), name) == 0)
            return true;
    return false;
}

// What conc writes for a member of that name of other languages, if this receiver can do it.
static bool foreign_member(Fiber *fiber, Value receiver, const Str *name) {
    const Class *c = class_of(fiber_runtime(fiber), receiver);
    for (const ForeignMember *f = foreign_members; f->word; f++) {
        if (strcmp(f->word, str_data(name)) != 0)
            continue;
        if (f->instead ? !has_member(c, f->instead) : !is_sized(receiver))
            continue;
        Text hint = {0};
        if (f->hint)
            text_string(&hint, translate(f->hint));
        else
            text_format(&hint, translate("did you mean `%s`?"), f->instead);
        hint_set(fiber, &hint);
        return true;
    }
    return false;
}

void hint_member(Fiber *fiber, Value receiver, const Str *name) {
    if (receiver == VALUE_NIL) {
        hint_value(fiber, unit_receiver, receiver);
        return;
    }
    bool outer = value_is_kind(receiver, KIND_MODULE) || value_is_kind(receiver, KIND_CLASS);
    if (!outer && foreign_member(fiber, receiver, name))
        return;
    Spelling search;
    spelling_start(&search, str_data(name), name->size);
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
    spelling_start(&search, str_data(name), name->size);
    try_members(&search, c);
    did_you_mean(fiber, &search);
}

void hint_module(Fiber *fiber, const Str *name) {
    const char *foreign = foreign_module_hint(str_data(name));
    if (foreign) {
        hint_text(fiber, foreign);
        return;
    }
    Spelling search;
    spelling_start(&search, str_data(name), name->size);
    size_t position = 0;
    Value key, v;
    while (map_next(value_to_map(slot_get(&fiber_vm(fiber)->modules)), &position, &key, &v))
        if (value_is_str(key) && !strchr(str_data(value_to_str(key)), '/'))
            try_name(&search, value_to_str(key));
    if (search.nearest) {
        did_you_mean(fiber, &search);
        return;
    }
    Text hint = {0};
    text_format(&hint, translate("a file is imported by its path: `import \"%s.conc\"`"),
                str_data(name));
    hint_set(fiber, &hint);
}

void hint_import(Fiber *fiber, const ModuleObject *module, const Str *name) {
    Spelling search;
    spelling_start(&search, str_data(name), name->size);
    try_module(&search, module);
    did_you_mean(fiber, &search);
}

// "it takes `width` and `height`"
static void list_labels(Fiber *fiber, Str *const *parameters, uint32_t count) {
    enum { MOST = 8 };
    Text hint = {0};
    if (count > 0 && count <= MOST)
        text_string(&hint, translate("it takes "));
    for (uint32_t i = 0; i < count && count <= MOST; i++)
        text_format(&hint, "%s`%s`",
                    i == 0          ? ""
                    : i + 1 < count ? translate(", ")
                                    : translate(" and "),
                    str_data(parameters[i]));
    hint_set(fiber, &hint);
}

void hint_label(Fiber *fiber, Str *const *parameters, uint32_t count, const Str *label) {
    const char *foreign = foreign_label_hint(str_data(label));
    if (foreign) {
        hint_text(fiber, foreign);
        return;
    }
    Spelling search;
    spelling_start(&search, str_data(label), label->size);
    for (uint32_t i = 0; i < count; i++)
        try_name(&search, parameters[i]);
    if (search.nearest)
        did_you_mean(fiber, &search);
    else
        list_labels(fiber, parameters, count);
}
