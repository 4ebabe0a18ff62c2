// SPDX-License-Identifier: MIT
//
// Help. A function's head is the line on which it begins, up to its brace or arrow; what stands above it
// are the lines before that begin with `#`.
#include "vm/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "object/str.h"
#include "vm/proto.h"
#include "vm/unit.h"

// The line's text without the blanks at its ends.
static const char *trimmed(const Unit *unit, uint32_t line, size_t *size) {
    const char *text = unit_line_text(unit, line, size);
    while (*size > 0 && isspace((unsigned char)*text)) {
        text++;
        --*size;
    }
    while (*size > 0 && isspace((unsigned char)text[*size - 1]))
        --*size;
    return text;
}

static void add_comment(const Unit *unit, uint32_t line, const char *indent, Text *out) {
    size_t size;
    uint32_t first = line;
    while (first > 1 && *trimmed(unit, first - 1, &size) == '#' && size > 0)
        first--;
    for (; first < line; first++) {
        const char *text = trimmed(unit, first, &size);
        size_t skip = size > 1 && text[1] == ' ' ? 2 : 1;
        text_format(out, "%s%.*s\n", indent, (int)(size - skip), text + skip);
    }
}

// What stands before the body.
static size_t head_size(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (text[i] == '{' || (text[i] == '=' && i + 1 < size && text[i + 1] == '>'))
            size = i;
    while (size > 0 && text[size - 1] == ' ')
        size--;
    return size;
}

// `timeout_ = nil` of what conc has written in conc is `timeout = nil` (load_parameters).
static void add_head(const Unit *unit, const char *text, size_t size, Text *out) {
    size = head_size(text, size);
    for (size_t i = 0; i < size; i++) {
        bool ends = i + 1 < size && strchr(" ,)", text[i + 1]);
        if (!(unit->embedded && text[i] == '_' && ends))
            text_char(out, text[i]);
    }
    text_char(out, '\n');
}

static uint32_t line_of(const Closure *closure) {
    return unit_line(closure->proto->unit, closure->proto->code->offset);
}

// Begins where the function does: a lambda has no line of its own, and no comment.
static void add_lambda(const Closure *closure, Text *out) {
    const Unit *unit = closure->proto->unit;
    size_t size;
    const char *line = unit_line_text(unit, line_of(closure), &size);
    const char *head = unit_text(unit) + closure->proto->code->offset;
    add_head(unit, head, size - (size_t)(head - line), out);
}

static void add_function(const Closure *closure, const char *indent, Text *out) {
    const Unit *unit = closure->proto->unit;
    uint32_t line = line_of(closure);
    char deeper[16];
    size_t size;
    snprintf(deeper, sizeof deeper, "%s    ", indent);
    const char *text = trimmed(unit, line, &size);
    text_string(out, indent);
    add_head(unit, text, size, out);
    add_comment(unit, line, deeper, out);
}

void help_closure(const Closure *closure, Text *out) {
    if (*closure->proto->name->data == '<')
        add_lambda(closure, out);
    else
        add_function(closure, "", out);
}

static const Closure *own_method(const Class *c, uint32_t i) {
    Value function = c->members[i].function;
    if (!value_is_kind(function, KIND_CLOSURE))
        return NULL;
    const Closure *closure = (Closure *)value_to_ref(function);
    return closure->home == c ? closure : NULL;
}

// The line above the method on which its class begins; 0: not found.
static uint32_t class_line(const Class *c, const Closure *method) {
    size_t name = strlen(c->name->data);
    for (uint32_t line = line_of(method); line > 0; line--) {
        size_t size;
        const char *text = trimmed(method->proto->unit, line, &size);
        if (size > 6 + name && memcmp(text, "class ", 6) == 0 &&
            memcmp(text + 6, c->name->data, name) == 0 && strchr(" {", text[6 + name]))
            return line;
    }
    return 0;
}

bool help_class(Class *c, Text *out) {
    const Closure *first = NULL;
    for (uint32_t i = 0; i < c->member_count && !first; i++)
        first = own_method(c, i);
    uint32_t line = first ? class_line(c, first) : 0;
    if (line == 0)
        return false;
    size_t size;
    const char *text = trimmed(first->proto->unit, line, &size);
    add_head(first->proto->unit, text, size, out);
    add_comment(first->proto->unit, line, "    ", out);
    for (uint32_t i = 0; i < c->member_count; i++)
        if (own_method(c, i) && *c->members[i].name->data != '_')
            add_function(own_method(c, i), "  ", out);
    return true;
}
