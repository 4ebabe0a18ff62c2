// SPDX-License-Identifier: MIT
//
// str.format: text with fields in braces (after CPython's string_format.h).
//
//     {[which][.attribute|[index]]...[!conversion][:spec]}     a spec may hold fields itself, once
#include "base/translate.h"
#include "object/class.h"
#include "object/error.h"
#include "object/format.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"

typedef struct Template {
    Fiber *fiber;
    const Value *args;
    size_t count;
    Value names;
    size_t automatic; // the next {}
    enum { NUMBERED_YET_UNKNOWN, NUMBERED_HERE, NUMBERED_BY_TEXT } numbering;
} Template;

typedef struct Span {
    const char *at, *end;
} Span;

static bool fail(Template *t, const char *message) {
    throw_value(t->fiber, "%s", translate(message));
    return false;
}

static bool expand(Template *t, Span text, int depth, Text *out);

// --- which value ---

// The span as a number; -1 if it is none. False where it is too large.
static bool span_number(Template *t, Span span, int64_t *out) {
    *out = span.at == span.end ? -1 : 0;
    for (; span.at < span.end; span.at++) {
        unsigned digit = (unsigned char)*span.at - (unsigned)'0';
        if (digit > 9) {
            *out = -1;
            return true;
        }
        if (*out > (INT64_MAX - 9) / 10)
            return fail(t, "Too many decimal digits in format string");
        *out = *out * 10 + digit;
    }
    return true;
}

static bool positional(Template *t, size_t number, Value *out) {
    if (number >= t->count) {
        throw_index(t->fiber, "Replacement index %zu out of range for positional args tuple",
                    number);
        return false;
    }
    *out = t->args[number];
    return true;
}

static bool named(Template *t, Span name, Value *out) {
    Str *key = str_new(t->fiber->heap, name.at, (size_t)(name.end - name.at));
    *out = t->names == VALUE_UNDEF ? VALUE_UNDEF : map_get_str(value_to_map(t->names), key);
    if (*out != VALUE_UNDEF)
        return true;
    throw_key(t->fiber, value_from_ref(key));
    return false;
}

static bool first_value(Template *t, Span which, Value *out) {
    int64_t number;
    if (!span_number(t, which, &number))
        return false;
    bool automatic = which.at == which.end;
    if (number < 0 && !automatic)
        return named(t, which, out);
    if (t->numbering == (automatic ? NUMBERED_BY_TEXT : NUMBERED_HERE))
        return fail(t, automatic
                           ? "cannot switch from manual field specification to automatic field "
                             "numbering"
                           : "cannot switch from automatic field numbering to manual field "
                             "specification");
    t->numbering = automatic ? NUMBERED_HERE : NUMBERED_BY_TEXT;
    return positional(t, automatic ? t->automatic++ : (size_t)number, out);
}

static bool attribute(Template *t, Span name, Value *v) {
    Runtime *runtime = fiber_runtime(t->fiber);
    size_t size = (size_t)(name.end - name.at);
    Value found = VALUE_UNDEF;
    if (value_is_kind(*v, KIND_INSTANCE))
        found = instance_get((Instance *)value_to_ref(*v),
                             str_intern(runtime, t->fiber->heap, name.at, size));
    if (found == VALUE_UNDEF) {
        throw_error(t->fiber, ERROR_AttributeError, "'%s' object has no attribute '%.*s'",
                    value_type_name(runtime, *v), (int)size, name.at);
        return false;
    }
    *v = found;
    return true;
}

static bool element(Template *t, Span index, Value *v) {
    int64_t number;
    if (!span_number(t, index, &number))
        return false;
    Value key =
        number >= 0
            ? integer_from_int64(t->fiber->heap, number)
            : value_from_ref(str_new(t->fiber->heap, index.at, (size_t)(index.end - index.at)));
    root_push(t->fiber, *v);
    root_push(t->fiber, key);
    *v = value_index(t->fiber, *v, key);
    return *v != VALUE_UNDEF;
}

// The field's name with its .attributes and [indices].
static bool find_value(Template *t, Span name, Value *v) {
    const char *at = name.at;
    while (at < name.end && *at != '.' && *at != '[')
        at++;
    if (!first_value(t, (Span){name.at, at}, v))
        return false;
    while (at < name.end) {
        char opening = *at++;
        const char *start = at;
        if (opening != '.' && opening != '[')
            return fail(t, "Only '.' or '[' may follow ']' in format field specifier");
        while (at < name.end && (opening == '[' ? *at != ']' : *at != '.' && *at != '['))
            at++;
        if (opening == '[' && at == name.end)
            return fail(t, "Missing ']' in format string");
        if (at == start)
            return fail(t, "Empty attribute in format string");
        Span part = {start, at};
        if (opening == '[')
            at++;
        if (!(opening == '.' ? attribute(t, part, v) : element(t, part, v)))
            return false;
    }
    return true;
}

// --- fields ---

typedef struct Field {
    Span name, spec;
    char conversion; // 0: none
} Field;

// Takes apart what stands between the braces.
static bool read_field(Template *t, Span inside, Field *field) {
    const char *at = inside.at;
    bool in_index = false;
    while (at < inside.end && (in_index || (*at != ':' && *at != '!'))) {
        if (*at == '{')
            return fail(t, "unexpected '{' in field name");
        in_index = *at == '[' || (in_index && *at != ']');
        at++;
    }
    *field = (Field){.name = {inside.at, at}, .spec = {inside.end, inside.end}};
    if (at < inside.end && *at == '!') {
        at++;
        if (at == inside.end)
            return fail(t, "end of string while looking for conversion specifier");
        field->conversion = *at++;
        if (at < inside.end && *at != ':')
            return fail(t, "expected ':' after conversion specifier");
        if (field->conversion == '\0' || !strchr("rsa", field->conversion)) {
            throw_value(t->fiber, "Unknown conversion specifier %c", field->conversion);
            return false;
        }
    }
    if (at < inside.end)
        field->spec.at = at + 1;
    return true;
}

static bool convert(Template *t, char conversion, Value *v) {
    Text text = {0};
    bool good =
        conversion == 's' ? value_to_text(t->fiber, *v, &text) : value_repr(t->fiber, *v, &text);
    if (good)
        *v = value_from_ref(str_from_text(t->fiber->heap, &text));
    text_free(&text);
    return good;
}

static bool put_field(Template *t, Span inside, int depth, Text *out) {
    Field field = {0};
    Value v = VALUE_UNDEF;
    if (!read_field(t, inside, &field) || !find_value(t, field.name, &v))
        return false;
    root_push(t->fiber, v);
    if (field.conversion && !convert(t, field.conversion, &v))
        return false;
    root_push(t->fiber, v);
    size_t spec_size = (size_t)(field.spec.end - field.spec.at);
    if (!memchr(field.spec.at, '{', spec_size))
        return value_format(t->fiber, v, field.spec.at, spec_size, out);
    Text spec = {0};
    bool good = expand(t, field.spec, depth - 1, &spec) &&
                value_format(t->fiber, v, text_data(&spec), spec.length, out);
    text_free(&spec);
    return good;
}

// Where the field that begins at `at` ends: at its closing brace. Braces in an index are part of it.
static const char *field_end(const char *at, const char *end) {
    bool in_name = true, in_index = false;
    int depth = 1;
    for (; at < end; at++) {
        in_index = (in_name && *at == '[') || (in_index && *at != ']');
        if (in_index)
            continue;
        in_name = in_name && *at != ':' && *at != '!';
        depth += (*at == '{') - (*at == '}');
        if (depth == 0)
            return at;
    }
    return NULL;
}

static bool expand(Template *t, Span text, int depth, Text *out) {
    if (depth == 0)
        return fail(t, "Max string recursion exceeded");
    while (text.at < text.end) {
        size_t plain = strcspn(text.at, "{}");
        if (plain > (size_t)(text.end - text.at))
            plain = (size_t)(text.end - text.at);
        text_append(out, text.at, plain);
        text.at += plain;
        if (text.at == text.end)
            break;
        char brace = *text.at++;
        if (brace == '\0' || (text.at < text.end && *text.at == brace)) {
            text_char(out, brace); // a doubled brace; or a NUL, which strcspn stops at
            text.at += brace != '\0';
            continue;
        }
        if (brace == '}')
            return fail(t, "Single '}' encountered in format string");
        if (text.at == text.end)
            return fail(t, "Single '{' encountered in format string");
        const char *end = field_end(text.at, text.end);
        if (!end)
            return fail(t, "expected '}' before end of string");
        if (!put_field(t, (Span){text.at, end}, depth, out))
            return false;
        text.at = end + 1;
    }
    return true;
}

Value format_template(Fiber *fiber, Str *template, const Value *args, size_t count, Value names) {
    enum { DEPTH = 2 };
    Template t = {.fiber = fiber, .args = args, .count = count, .names = names};
    Text out = {0};
    uint32_t mark = root_mark(fiber);
    template = str_terminated(fiber->heap, template);
    root_push(fiber, value_from_ref(template));
    Value result = VALUE_UNDEF;
    if (expand(&t, (Span){str_data(template), str_data(template) + template->size}, DEPTH, &out))
        result = value_from_ref(str_from_text(fiber->heap, &out));
    text_free(&out);
    root_release(fiber, mark);
    return result;
}
