// SPDX-License-Identifier: MIT
//
// Formatting in the style of printf: "%-5s %(name)08.3f" % arguments (after CPython's
// PyUnicode_Format). A number's layout is that of the mini language: the flags become a FormatSpec.
#include "object/format.h"

#include <stdlib.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"

typedef struct Percent {
    Fiber *fiber;
    Str *template;
    const char *at, *end;
    Value arguments;
    size_t used; // arguments taken
    Value named; // what the last %(name) chose; UNDEF: none
    Text out;
} Percent;

// One conversion, as its text says it.
typedef struct Conversion {
    bool left, plus, space, alternate, zero;
    int64_t width, precision; // -1: none
    char type;
} Conversion;

static bool fail(Percent *p, const char *message) {
    throw_value(p->fiber, "%s", translate(message));
    return false;
}

static const char *name_of(Percent *p, Value v) {
    return value_type_name(fiber_runtime(p->fiber), v);
}

// --- arguments ---

static bool next_argument(Percent *p, Value *out) {
    Value v = VALUE_UNDEF;
    if (p->named != VALUE_UNDEF)
        v = p->named;
    else if (value_is_list(p->arguments))
        v = list_get(value_to_list(p->arguments), p->used);
    else if (p->used == 0)
        v = p->arguments;
    p->used++;
    p->named = VALUE_UNDEF;
    if (v == VALUE_UNDEF) {
        throw_type(p->fiber, "not enough arguments for format string");
        return false;
    }
    root_push(p->fiber, v); // the list may lose it while a script prints it
    *out = v;
    return true;
}

static bool take_named(Percent *p) {
    if (!value_is_map(p->arguments)) {
        throw_type(p->fiber, "format requires a mapping");
        return false;
    }
    const char *start = ++p->at;
    for (int depth = 1; depth > 0; p->at++) {
        if (p->at == p->end)
            return fail(p, "incomplete format key");
        depth += (*p->at == '(') - (*p->at == ')');
    }
    Str *key = str_new(p->fiber->heap, start, (size_t)(p->at - start) - 1);
    p->named = map_get_str(value_to_map(p->arguments), key);
    if (p->named == VALUE_UNDEF) {
        throw_key(p->fiber, value_from_ref(key));
        return false;
    }
    return true;
}

// --- reading a conversion ---

static void take_flags(Percent *p, Conversion *c) {
    for (;; p->at++) {
        switch (*p->at) {
        case '-': c->left = true; break;
        case '+': c->plus = true; break;
        case ' ': c->space = true; break;
        case '#': c->alternate = true; break;
        case '0': c->zero = true; break;
        default: return;
        }
    }
}

// A number, or * for one from the arguments.
static bool take_count(Percent *p, int64_t *out, const char *too_big) {
    if (*p->at == '*') {
        Value v;
        p->at++;
        if (!next_argument(p, &v))
            return false;
        if (value_is_bool(v))
            v = value_from_int(v == VALUE_TRUE);
        if (value_is_int(v) && llabs(value_to_int(v)) <= INT32_MAX) {
            *out = value_to_int(v);
            return true;
        }
        throw_type(p->fiber, "* wants int");
        return false;
    }
    while (*p->at >= '0' && *p->at <= '9') {
        *out = (*out < 0 ? 0 : *out) * 10 + (*p->at++ - '0');
        if (*out > INT32_MAX)
            return fail(p, too_big);
    }
    return true;
}

static bool take_conversion(Percent *p, Conversion *c) {
    *c = (Conversion){.width = -1, .precision = -1};
    if (*p->at == '(' && !take_named(p))
        return false;
    take_flags(p, c);
    if (!take_count(p, &c->width, "width too big"))
        return false;
    if (c->width < -1 || (c->width == -1 && p->at[-1] == '*')) {
        c->left = true;
        c->width = -c->width;
    }
    if (*p->at == '.') {
        p->at++;
        c->precision = 0;
        if (!take_count(p, &c->precision, "precision too big"))
            return false;
        if (c->precision < 0)
            c->precision = 0;
    }
    if (*p->at == 'h' || *p->at == 'l' || *p->at == 'L')
        p->at++;
    if (p->at >= p->end)
        return fail(p, "incomplete format");
    c->type = *p->at++;
    return true;
}

// --- conversions ---

static FormatSpec spec_of(const Conversion *c, bool number) {
    return (FormatSpec){.fill = number && c->zero && !c->left ? '0' : ' ',
                        .align = c->left             ? '<'
                                 : number && c->zero ? '='
                                                     : '>',
                        .sign = c->plus    ? '+'
                                : c->space ? ' '
                                           : 0,
                        .alternate = c->alternate,
                        .width = c->width,
                        .precision = c->precision};
}

static bool put_text(Percent *p, const Conversion *c, Str *s) {
    FormatSpec spec = spec_of(c, false);
    spec.sign = 0;
    spec.alternate = false;
    return format_str(p->fiber, s, &spec, &p->out);
}

static bool convert_text(Percent *p, const Conversion *c, Value v) {
    if (c->type == 's' && value_is_str(v))
        return put_text(p, c, value_to_str(v));
    Text text = {0};
    bool good = c->type == 's' ? value_to_text(p->fiber, v, &text) : value_repr(p->fiber, v, &text);
    if (good)
        good = put_text(p, c, str_from_text(p->fiber->heap, &text));
    text_free(&text);
    return good;
}

static bool convert_character(Percent *p, const Conversion *c, Value v) {
    Conversion whole = *c;
    whole.precision = -1;
    if (value_is_str(v) && value_to_str(v)->length == 1)
        return put_text(p, &whole, value_to_str(v));
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v)) {
        throw_type(p->fiber, "%%c requires int or char");
        return false;
    }
    FormatSpec spec = spec_of(&whole, false);
    spec.sign = 0;
    spec.alternate = false;
    spec.type = 'c';
    return format_int(p->fiber, v, &spec, &p->out);
}

static bool convert_float(Percent *p, const Conversion *c, Value v) {
    double d;
    if (!number_take_double(p->fiber, v, &d))
        return false;
    FormatSpec spec = spec_of(c, true);
    spec.type = (uint32_t)c->type;
    return format_float(p->fiber, d, &spec, &p->out);
}

// The integer that %d and %x print; UNDEF with the error.
static Value take_integer(Percent *p, const Conversion *c, Value v) {
    bool decimal = strchr("diu", c->type) != NULL;
    if (value_is_bool(v))
        return value_from_int(v == VALUE_TRUE);
    if (value_is_integer(v))
        return v;
    if (decimal && value_is_double(v))
        return integer_from_double(p->fiber, value_to_double(v));
    return throw_type(p->fiber, "%%%c format: %s is required, not %s", c->type,
                      decimal ? translate("a real number") : translate("an integer"),
                      name_of(p, v));
}

// A precision is the least number of digits: they are filled up with zeros, as a width is.
static bool put_precise(Percent *p, const Conversion *c, Value v, FormatSpec spec) {
    Text digits = {0};
    FormatSpec inner = spec;
    bool signs = integer_sign(v) < 0 || spec.sign;
    int64_t prefix = spec.alternate && spec.type != 'd' ? 2 : 0;
    inner.width = c->precision + signs + prefix;
    inner.fill = '0';
    inner.align = '=';
    if (spec.fill == '0' && spec.width > inner.width)
        inner.width = spec.width;
    FormatSpec outer = {
        .fill = ' ', .align = c->left ? '<' : '>', .width = c->width, .precision = -1};
    bool good = format_int(p->fiber, v, &inner, &digits);
    if (good)
        good = format_str(p->fiber, str_from_text(p->fiber->heap, &digits), &outer, &p->out);
    text_free(&digits);
    return good;
}

static bool convert_integer(Percent *p, const Conversion *c, Value v) {
    v = take_integer(p, c, v);
    if (v == VALUE_UNDEF)
        return false;
    FormatSpec spec = spec_of(c, true);
    spec.type = strchr("diu", c->type) ? 'd' : (uint32_t)c->type;
    spec.precision = -1;
    if (c->precision > 0)
        return put_precise(p, c, v, spec);
    return format_int(p->fiber, v, &spec, &p->out);
}

static bool unsupported(Percent *p, const char *at) {
    const char *next = at;
    uint32_t c = utf8_next(&next);
    throw_value(p->fiber, "unsupported format character '%.*s' (0x%x) at index %zu",
                (int)(next - at), at, c,
                str_position(p->fiber->heap, p->template, (size_t)(at - str_data(p->template))));
    return false;
}

static bool convert(Percent *p, const Conversion *c) {
    Value v;
    if (!next_argument(p, &v))
        return false;
    if (c->type == '\0' || !strchr("sradiuoxXeEfFgGc", c->type))
        return unsupported(p, p->at - 1);
    switch (c->type) {
    case 's':
    case 'r':
    case 'a': return convert_text(p, c, v);
    case 'c': return convert_character(p, c, v);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': return convert_integer(p, c, v);
    default: return convert_float(p, c, v);
    }
}

static bool convert_all(Percent *p) {
    while (p->at < p->end) {
        const char *percent = memchr(p->at, '%', (size_t)(p->end - p->at));
        const char *stop = percent ? percent : p->end;
        text_append(&p->out, p->at, (size_t)(stop - p->at));
        p->at = stop;
        if (!percent)
            break;
        p->at++;
        if (*p->at == '%') {
            text_char(&p->out, *p->at++);
            continue;
        }
        Conversion c;
        if (!take_conversion(p, &c) || !convert(p, &c))
            return false;
    }
    size_t given = value_is_list(p->arguments)  ? list_length(value_to_list(p->arguments))
                   : value_is_map(p->arguments) ? 0
                                                : 1;
    if (p->used >= given)
        return true;
    throw_type(p->fiber, "not all arguments converted during string formatting");
    return false;
}

Value format_percent(Fiber *fiber, Str *template, Value arguments) {
    template = str_terminated(fiber->heap, template);
    Percent p = {.fiber = fiber,
                 .template = template,
                 .at = str_data(template),
                 .end = str_data(template) + template->size,
                 .arguments = arguments};
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(template));
    Value result = VALUE_UNDEF;
    if (convert_all(&p))
        result = value_from_ref(str_from_text(fiber->heap, &p.out));
    text_free(&p.out);
    root_release(fiber, mark);
    return result;
}
