// SPDX-License-Identifier: MIT
//
// Binding: the slow path of calls (labels, defaults, rest). A call that gives exactly the
// parameters never comes here.
#include "vm/bind.h"

#include "base/text.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/map.h"
#include "object/str.h"
#include "vm/hint.h"

Signature signature_of_proto(const Proto *proto) {
    return (Signature){.name = str_data(proto->name),
                       .proto = proto,
                       .parameters = proto->parameters,
                       .parameter_count = proto->parameter_count,
                       .required_count = proto->required_count,
                       .has_rest = proto->has_rest};
}

Signature signature_of_native(const Native *native) {
    return (Signature){.name = native->spec->name,
                       .parameters = native->parameters,
                       .parameter_count = native->parameter_count,
                       .required_count = native->required_count,
                       .has_rest = native->rest,
                       .takes_labels = native->takes_labels,
                       .labels_only = native->rest && native->spec->signature[0] == '*'};
}

static bool throw_text(Fiber *fiber, const Signature *s, Text *text) {
    throw_type(fiber, "%s", text_data(text));
    text_free(text);
    if (s->proto)
        note_function(fiber, s->proto);
    return false;
}

// "add() takes 2 positional arguments but 3 were given"
static bool too_many(Fiber *fiber, const Signature *s, uint32_t given) {
    Text text = {0};
    text_string(&text, s->name);
    uint32_t most = s->labels_only ? 0 : s->parameter_count - s->takes_labels;
    if (s->required_count < most)
        text_format(&text, translate("() takes from %u to %u positional arguments"),
                    s->required_count, most);
    else
        text_format(&text,
                    translate(most == 1 ? "() takes %u positional argument"
                                        : "() takes %u positional arguments"),
                    most);
    text_format(&text, translate(given == 1 ? " but %u was given" : " but %u were given"), given);
    return throw_text(fiber, s, &text);
}

// "add() missing 2 required positional arguments: 'a' and 'b'"
static bool missing(Fiber *fiber, const Signature *s, const Value *base) {
    uint32_t count = 0, seen = 0;
    for (uint32_t i = 0; i < s->required_count; i++)
        count += base[i + 1] == VALUE_UNDEF;
    Text text = {0};
    text_string(&text, s->name);
    text_format(&text,
                translate(count == 1 ? "() missing %u required positional argument: "
                                     : "() missing %u required positional arguments: "),
                count);
    for (uint32_t i = 0; i < s->required_count; i++) {
        if (base[i + 1] != VALUE_UNDEF)
            continue;
        if (seen)
            text_string(&text, translate(seen + 1 < count ? ", " : count > 2 ? ", and " : " and "));
        text_format(&text, "'%s'", str_data(s->parameters[i]));
        seen++;
    }
    return throw_text(fiber, s, &text);
}

static int find_parameter(const Signature *s, const Str *name) {
    for (uint32_t i = 0; i < s->parameter_count - s->takes_labels; i++)
        if (s->parameters[i] == name)
            return (int)i;
    return -1;
}

// A label that is no parameter's goes into a map, where the native takes such.
static bool keep_label(Fiber *fiber, Value *map, Str *label, Value v) {
    if (*map == VALUE_UNDEF)
        *map = value_from_ref(map_new(fiber->heap));
    return map_set_str(fiber, value_to_map(*map), label, v);
}

static bool misplaced_label(Fiber *fiber, const Signature *s, const Str *label, bool unknown) {
    Text text = {0};
    text_string(&text, s->name);
    text_format(&text,
                translate(unknown ? "() got an unexpected keyword argument '%s'"
                                  : "() got multiple values for argument '%s'"),
                str_data(label));
    throw_text(fiber, s, &text);
    if (unknown)
        hint_label(fiber, s->parameters, s->parameter_count - s->takes_labels, label);
    return false;
}

// Puts the labelled values where they belong. The parameters from base[1] on stand already.
static bool place_labelled(Fiber *fiber, const Signature *s, Value *base, const Value *labelled,
                           const LoadedLabels *labels) {
    for (uint32_t i = 0; i < labels->count; i++) {
        int where = find_parameter(s, labels->names[i]);
        if (where < 0 && s->takes_labels) {
            if (!keep_label(fiber, &base[s->parameter_count], labels->names[i], labelled[i]))
                return false;
            continue;
        }
        if (where < 0 || base[where + 1] != VALUE_UNDEF)
            return misplaced_label(fiber, s, labels->names[i], where < 0);
        base[where + 1] = labelled[i];
    }
    return true;
}

bool bind_arguments(Fiber *fiber, const Signature *s, Value *base, int count,
                    const LoadedLabels *labels, int *bound) {
    Value labelled[CODE_MAX_REGISTERS];
    uint32_t label_count = labels ? labels->count : 0;
    uint32_t positional = (uint32_t)count - label_count;
    uint32_t named = s->parameter_count - s->takes_labels; // the last one holds other labels
    uint32_t direct = s->labels_only ? 0 : positional < named ? positional : named;
    uint32_t rest = positional - direct;
    if (rest && !s->has_rest)
        return too_many(fiber, s, positional);
    memcpy(labelled, base + 1 + positional, label_count * sizeof(Value));
    memmove(base + 1 + s->parameter_count, base + 1 + direct, rest * sizeof(Value));
    for (uint32_t i = direct; i < s->parameter_count; i++)
        base[i + 1] = VALUE_UNDEF;
    if (label_count && !place_labelled(fiber, s, base, labelled, labels))
        return false;
    for (uint32_t i = 0; i < s->required_count; i++)
        if (base[i + 1] == VALUE_UNDEF)
            return missing(fiber, s, base);
    *bound = (int)(s->parameter_count + rest);
    return true;
}
