// SPDX-License-Identifier: MIT
//
// The first difference: down through lists and maps as long as both sides have the same kind of container
// at the same place. Other threads may change the containers meanwhile; then the answer is about what was
// found, and nothing breaks.
#include "vm/difference.h"

#include <stdio.h>
#include <string.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/str.h"

enum { PART_COLUMNS = 80, KEY_COLUMNS = 40, MOST_LEVELS = 20, CONTEXT = 10 };

// ---- Printed forms ----------------------------------------------------------------------------

static void join_lines(Text *text, size_t from) {
    size_t length = from;
    for (size_t i = from; i < text->length; i++) {
        bool blank = strchr("\n\r\t\v\f", text->data[i]) != NULL;
        if (blank || text->data[i] == ' ') {
            bool after_line = length > from && text->data[length - 1] == ' ' && blank;
            if (!after_line)
                text->data[length++] = ' ';
            while (blank && i + 1 < text->length && strchr(" \n\r\t", text->data[i + 1]))
                i++;
        } else {
            text->data[length++] = text->data[i];
        }
    }
    if (length < text->length)
        text_shorten(text, length);
}

void difference_fit(Text *text, size_t from, size_t columns) {
    if (text->length <= from)
        return;
    join_lines(text, from);
    const char *start = text->data + from, *end = text->data + text->length, *cut = start;
    size_t count = 0;
    for (const char *at = start; at < end; count++) {
        if (count == columns - 3)
            cut = at;
        at += utf8_size(*at);
    }
    if (count <= columns)
        return;
    text_shorten(text, (size_t)(cut - text->data));
    text_string(text, "...");
}

// A str method that fails is no reason to say nothing of the assertion; a cancel passes.
static bool show_type(Fiber *fiber, Value v, Text *out) {
    if (!error_is(fiber, ERROR_Error))
        return false;
    error_take(fiber);
    text_format(out, translate("<%s, whose str() fails>"),
                value_type_name(fiber_runtime(fiber), v));
    return true;
}

bool difference_show(Fiber *fiber, Value v, size_t columns, Text *out) {
    size_t from = out->length;
    if (!value_repr(fiber, v, out)) {
        text_shorten(out, from);
        return show_type(fiber, v, out);
    }
    difference_fit(out, from, columns);
    return true;
}

// ---- Walking down -----------------------------------------------------------------------------

typedef enum Step { STEP_DOWN, STEP_END, STEP_ERROR } Step;

typedef struct Walk {
    Fiber *fiber;
    Value a, b; // rooted
    Text path;
    Text *out;
} Walk;

static void say_where(Walk *walk, const char *where) {
    text_format(walk->out, translate("they first differ%s%s%s"), where,
                walk->path.length ? translate(" at ") : "", text_data(&walk->path));
}

static Step show_both(Walk *walk, Value a, Value b) {
    text_string(walk->out, ": ");
    if (!difference_show(walk->fiber, a, PART_COLUMNS, walk->out))
        return STEP_ERROR;
    text_string(walk->out, translate(" and "));
    return difference_show(walk->fiber, b, PART_COLUMNS, walk->out) ? STEP_END : STEP_ERROR;
}

static Step say_both(Walk *walk) {
    say_where(walk, "");
    return show_both(walk, walk->a, walk->b);
}

static Step go_down(Walk *walk, Value a, Value b) {
    root_push(walk->fiber, walk->a = a);
    root_push(walk->fiber, walk->b = b);
    return STEP_DOWN;
}

// "left has 2 elements more at [3]"; nothing where they are equally long.
static Step say_lengths(Walk *walk, size_t a, size_t b) {
    if (a == b)
        return STEP_END;
    size_t more = a > b ? a - b : b - a;
    text_format(
        walk->out,
        translate(more == 1 ? "%s has %zu element more%s%s" : "%s has %zu elements more%s%s"),
        translate(a > b ? "left" : "right"), more, walk->path.length ? translate(" at ") : "",
        text_data(&walk->path));
    return STEP_END;
}

static Step step_list(Walk *walk) {
    List *a = value_to_list(walk->a), *b = value_to_list(walk->b);
    size_t length = list_length(a) < list_length(b) ? list_length(a) : list_length(b);
    for (size_t i = 0; i < length; i++) {
        Value x = list_get(a, i), y = list_get(b, i);
        bool equal;
        if (x == VALUE_UNDEF || y == VALUE_UNDEF)
            return STEP_END; // it has become shorter
        uint32_t mark = root_mark(walk->fiber);
        root_push(walk->fiber, x);
        root_push(walk->fiber, y);
        if (!value_equal(walk->fiber, x, y, &equal))
            return STEP_ERROR;
        root_release(walk->fiber, mark);
        if (!equal) {
            text_format(&walk->path, "[%zu]", i);
            return go_down(walk, x, y);
        }
    }
    return say_lengths(walk, list_length(a), list_length(b));
}

static bool add_key(Walk *walk, Value key) {
    text_char(&walk->path, '[');
    bool ok = difference_show(walk->fiber, key, KEY_COLUMNS, &walk->path);
    text_char(&walk->path, ']');
    return ok;
}

static Step say_only(Walk *walk, const char *side, bool is_map, Value key) {
    text_format(walk->out, translate(is_map ? "only %s has the key " : "only %s has the element "),
                translate(side));
    if (!difference_show(walk->fiber, key, KEY_COLUMNS, walk->out))
        return STEP_ERROR;
    if (walk->path.length)
        text_format(walk->out, translate(" at %s"), text_data(&walk->path));
    return STEP_END;
}

// A key of `from` that `in` has not, or (of maps) with another value there. *step says what comes then.
static bool odd_key(Walk *walk, Value from, Value in, const char *side, Step *step) {
    bool is_map = value_is_map(from);
    size_t position = 0;
    Value key, v, other;
    while (map_next(value_to_map(from), &position, &key, &v)) {
        bool equal = true;
        uint32_t mark = root_mark(walk->fiber);
        root_push(walk->fiber, key);
        root_push(walk->fiber, v);
        *step = STEP_ERROR;
        if (!map_get(walk->fiber, value_to_map(in), key, &other))
            return true;
        root_push(walk->fiber, other == VALUE_UNDEF ? VALUE_NIL : other);
        if (other == VALUE_UNDEF) {
            *step = say_only(walk, side, is_map, key);
            return true;
        }
        if (is_map && !value_equal(walk->fiber, v, other, &equal))
            return true;
        if (!equal) {
            *step = add_key(walk, key) ? go_down(walk, v, other) : STEP_ERROR;
            return true;
        }
        root_release(walk->fiber, mark);
    }
    return false;
}

static Step step_map(Walk *walk) {
    Step step = STEP_END;
    if (!odd_key(walk, walk->a, walk->b, MESSAGE("left"), &step))
        odd_key(walk, walk->b, walk->a, MESSAGE("right"), &step);
    return step;
}

// ---- Strings ----------------------------------------------------------------------------------

static size_t line_size(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return (size_t)((newline ? newline : end) - at);
}

// Showing a string runs no script code, so that the two need no roots.
static Step say_strings(Walk *walk, const char *a, size_t a_size, const char *b, size_t b_size) {
    LocalHeap *heap = walk->fiber->heap;
    return show_both(walk, value_from_ref(str_new(heap, a, a_size)),
                     value_from_ref(str_new(heap, b, b_size)));
}

// The bytes in which both begin, cut between code points.
static size_t common_size(const Str *a, const Str *b) {
    size_t most = a->size < b->size ? a->size : b->size, size = 0;
    while (size < most && str_data(a)[size] == str_data(b)[size])
        size++;
    while (size > 0 && size < most && ((unsigned char)str_data(a)[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static Step step_line(Walk *walk, const Str *a, const Str *b, size_t common) {
    size_t line = 1, start = 0;
    for (size_t i = 0; i < common; i++)
        if (str_data(a)[i] == '\n') {
            line++;
            start = i + 1;
        }
    char where[40];
    snprintf(where, sizeof where, translate(" in line %zu"), line);
    say_where(walk, where);
    return say_strings(walk, str_data(a) + start,
                       line_size(str_data(a) + start, str_data(a) + a->size), str_data(b) + start,
                       line_size(str_data(b) + start, str_data(b) + b->size));
}

static bool has_lines(const Str *s) { return memchr(str_data(s), '\n', s->size) != NULL; }

static Step step_str(Walk *walk) {
    const Str *a = value_to_str(walk->a), *b = value_to_str(walk->b);
    size_t common = common_size(a, b), index = 0;
    if (has_lines(a) || has_lines(b))
        return step_line(walk, a, b, common);
    if (a->length <= PART_COLUMNS && b->length <= PART_COLUMNS)
        return walk->path.length ? say_both(walk) : STEP_END;
    for (const char *at = str_data(a); at < str_data(a) + common; index++)
        at += utf8_size(*at);
    const char *from = str_data(a) + common;
    for (int i = 0; i < CONTEXT && from > str_data(a); i++)
        from = utf8_before(from);
    size_t start = (size_t)(from - str_data(a));
    char where[40];
    snprintf(where, sizeof where, translate(" at index %zu"), index);
    say_where(walk, where);
    return say_strings(walk, str_data(a) + start, a->size - start, str_data(b) + start,
                       b->size - start);
}

// ---- All kinds --------------------------------------------------------------------------------

static Step step(Walk *walk) {
    if (value_is_list(walk->a) && value_is_list(walk->b))
        return step_list(walk);
    if ((value_is_map(walk->a) && value_is_map(walk->b)) ||
        (value_is_set(walk->a) && value_is_set(walk->b)))
        return step_map(walk);
    if (value_is_str(walk->a) && value_is_str(walk->b))
        return step_str(walk);
    return walk->path.length ? say_both(walk) : STEP_END;
}

bool difference_describe(Fiber *fiber, Value a, Value b, Text *out) {
    Walk walk = {.fiber = fiber, .a = a, .b = b, .out = out};
    uint32_t mark = root_mark(fiber);
    Step next = STEP_DOWN;
    for (int level = 0; next == STEP_DOWN; level++)
        next = level < MOST_LEVELS ? step(&walk) : say_both(&walk);
    root_release(fiber, mark);
    text_free(&walk.path);
    if (next != STEP_ERROR)
        return true;
    if (!error_is(fiber, ERROR_Error))
        return false;
    error_take(fiber); // an eq or hash method of the script's
    text_shorten(out, 0);
    return true;
}
