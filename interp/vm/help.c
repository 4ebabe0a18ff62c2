// SPDX-License-Identifier: MIT
//
// Help. Of a text: a function's head is the line on which it begins, up to its brace or arrow; what stands above it
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

// The comment above a line, without its marks.
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
}

static uint32_t line_of(const Closure *closure) {
    return unit_line(closure->proto->unit, closure->proto->code->offset);
}

// ---- Of scripts ---------------------------------------------------------------------------------

static bool is_lambda(const Closure *closure) { return *str_data(closure->proto->name) == '<'; }

void help_closure_head(const Closure *closure, Text *out) {
    const Unit *unit = closure->proto->unit;
    size_t size;
    const char *text = trimmed(unit, line_of(closure), &size);
    const char *start = text;
    if (is_lambda(closure)) // begins where the function does: it has no line of its own
        start = unit_text(unit) + closure->proto->code->offset;
    add_head(unit, start, size - (size_t)(start - text), out);
}

static void add_closure_doc(const Closure *closure, const char *indent, Text *out) {
    if (!is_lambda(closure))
        add_comment(closure->proto->unit, line_of(closure), indent, out);
}

void help_closure_doc(const Closure *closure, Text *out) { add_closure_doc(closure, "", out); }

const Closure *help_own_method(const Class *c, uint32_t i) {
    Value function = c->members[i].function;
    if (!value_is_kind(function, KIND_CLOSURE))
        return NULL;
    const Closure *closure = (Closure *)value_to_ref(function);
    return closure->home == c ? closure : NULL;
}

// The line above the method on which its class begins; 0: not found.
static uint32_t class_line(const Class *c, const Closure *method) {
    size_t name = strlen(str_data(c->name));
    for (uint32_t line = line_of(method); line > 0; line--) {
        size_t size;
        const char *text = trimmed(method->proto->unit, line, &size);
        if (size > 6 + name && memcmp(text, "class ", 6) == 0 &&
            memcmp(text + 6, str_data(c->name), name) == 0 && strchr(" {", text[6 + name]))
            return line;
    }
    return 0;
}

// Where the class stands. NULL: none of its own methods tells.
static const Unit *class_place(const Class *c, uint32_t *line) {
    for (uint32_t i = 0; i < c->member_count; i++) {
        const Closure *method = help_own_method(c, i);
        if (method && (*line = class_line(c, method)) > 0)
            return method->proto->unit;
    }
    return NULL;
}

bool help_class_head(const Class *c, Text *out) {
    uint32_t line;
    const Unit *unit = class_place(c, &line);
    if (!unit)
        return false;
    size_t size;
    const char *text = trimmed(unit, line, &size);
    add_head(unit, text, size, out);
    return true;
}

static bool add_class_doc(const Class *c, const char *indent, Text *out) {
    uint32_t line;
    const Unit *unit = class_place(c, &line);
    if (unit)
        add_comment(unit, line, indent, out);
    return unit != NULL;
}

bool help_class_doc(const Class *c, Text *out) { return add_class_doc(c, "", out); }

// ---- Of natives ---------------------------------------------------------------------------------

// The length of the parameter that begins there; a comma in a quoted default ends none.
static size_t parameter_size(const char *text) {
    bool quoted = false;
    size_t size = 0;
    for (; text[size] && (quoted || text[size] != ','); size++)
        if (text[size] == '"' && !(size > 0 && text[size - 1] == '\\'))
            quoted = !quoted;
    return size;
}

// "sep=nil" is `sep = nil`, "*xs" is `...xs`; an optional one without a default is in brackets.
static void add_parameter(const char *text, size_t size, Text *out) {
    const char *equals = memchr(text, '=', size);
    if (text[0] == '*' && text[1] != '*')
        text_format(out, "...%.*s", (int)size - 1, text + 1);
    else if (equals && equals + 1 == text + size)
        text_format(out, "[%.*s]", (int)size - 1, text);
    else if (equals)
        text_format(out, "%.*s = %.*s", (int)(equals - text), text, (int)(text + size - equals - 1),
                    equals + 1);
    else
        text_append(out, text, size);
}

void help_native_head(const NativeSpec *spec, const char *name, Text *out) {
    text_string(out, name);
    if (spec->flags & NATIVE_GETTER)
        return;
    text_char(out, '(');
    bool first = true;
    for (const char *at = spec->signature; *at;) {
        size_t size = parameter_size(at);
        if (*at != '_') {
            text_string(out, first ? "" : ", ");
            add_parameter(at, size, out);
            first = false;
        }
        at += size;
        at += strspn(at, ", ");
    }
    text_char(out, ')');
}

// What makes the values of a built-in class. NULL: they come from elsewhere; then `init` takes whatever it is
// given, to say from where.
static const NativeSpec *maker_of(const Class *c) {
    if (c->construct != VALUE_UNDEF && value_is_kind(c->construct, KIND_NATIVE))
        return ((Native *)value_to_ref(c->construct))->spec;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const Member *member = &c->members[i];
        if (strcmp(str_data(member->name), "init") == 0 &&
            value_is_kind(member->function, KIND_NATIVE)) {
            const NativeSpec *spec = ((Native *)value_to_ref(member->function))->spec;
            return strcmp(spec->signature, "*args") == 0 ? NULL : spec;
        }
    }
    return NULL;
}

void help_type_head(const Class *c, Text *out) {
    const NativeSpec *maker = maker_of(c);
    if (maker)
        help_native_head(maker, str_data(c->name), out);
    else
        text_string(out, str_data(c->name));
}

const char *help_type_doc(const Class *c) {
    const NativeSpec *maker = c->doc ? NULL : maker_of(c);
    return c->doc ? c->doc : maker && maker->doc ? maker->doc : "";
}

void help_native_doc(const NativeSpec *spec, Text *out) {
    const char *doc = spec->doc ? spec->doc : "";
    if (spec->flags & NATIVE_WAITS)
        help_waiting_doc(doc, out);
    else
        text_string(out, doc);
}

// ---- Layout -------------------------------------------------------------------------------------

static size_t width_of(const char *text, size_t size) {
    size_t width = 0;
    for (size_t i = 0; i < size; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

// Words up to an indented line, or the end; gives what follows.
static const char *add_words(const char *doc, const char *indent, size_t width, Text *out) {
    size_t column = 0;
    while (*doc && strncmp(doc, "\n    ", 5) != 0) {
        size_t size = strcspn(doc, " \n");
        size_t word = width_of(doc, size);
        if (column > 0 && column + 1 + word > width) {
            text_char(out, '\n');
            column = 0;
        }
        text_string(out, column == 0 ? indent : " ");
        column += column == 0 ? strlen(indent) + word : 1 + word;
        text_append(out, doc, size);
        doc += size;
        if (strncmp(doc, "\n    ", 5) != 0)
            doc += strspn(doc, " \n");
    }
    if (column > 0)
        text_char(out, '\n');
    return doc + strspn(doc, "\n");
}

// Sentences that tell of await already need no more.
void help_waiting_doc(const char *doc, Text *out) {
    const char *example = strstr(doc, "\n    ");
    size_t size = example ? (size_t)(example - doc) : strlen(doc);
    while (size > 0 && doc[size - 1] == '\n')
        size--;
    text_append(out, doc, size);
    if (!memmem(doc, size, "await", 5))
        text_string(out, " It waits, with or without `await`.");
    text_string(out, example ? example : "");
}

void help_lay_out(const char *doc, const char *indent, size_t width, Text *out) {
    bool above = false;
    while (*doc) {
        if (strncmp(doc, "    ", 4) == 0) {
            size_t size = strcspn(doc, "\n");
            text_format(out, "%s%s%.*s\n", above ? "\n" : "", indent, (int)size, doc);
            doc += size;
            doc += *doc == '\n';
            above = false;
        } else {
            doc = add_words(doc, indent, width, out);
            above = true;
        }
    }
}

// ---- help() -------------------------------------------------------------------------------------

enum { HELP_WIDTH = 80 };

void help_native(const NativeSpec *spec, Text *out) {
    help_native_head(spec, spec->name, out);
    text_char(out, '\n');
    Text doc = {0};
    help_native_doc(spec, &doc);
    help_lay_out(text_data(&doc), "    ", HELP_WIDTH, out);
    text_free(&doc);
}

void help_closure(const Closure *closure, Text *out) {
    help_closure_head(closure, out);
    text_char(out, '\n');
    add_closure_doc(closure, "    ", out);
}

static void add_script_class(const Class *c, Text *out) {
    text_char(out, '\n');
    add_class_doc(c, "    ", out);
    for (uint32_t i = 0; i < c->member_count; i++) {
        const Closure *method = help_own_method(c, i);
        if (!method || *str_data(c->members[i].name) == '_')
            continue;
        text_string(out, "  ");
        help_closure_head(method, out);
        text_char(out, '\n');
        add_closure_doc(method, "      ", out);
    }
}

// A setter has the name of its getter.
static bool is_shown(const Class *c, uint32_t i) {
    const Member *member = &c->members[i];
    return member->kind != MEMBER_SETTER && *str_data(member->name) != '_' &&
           strcmp(str_data(member->name), "init") != 0;
}

static void add_member_names(const Class *c, Text *out) {
    Text names = {0};
    for (uint32_t i = 0; i < c->member_count; i++)
        if (is_shown(c, i))
            text_format(&names, "%s%s",
                        names.length ? ", " : "Members: ", str_data(c->members[i].name));
    if (names.length)
        text_char(out, '\n');
    help_lay_out(text_data(&names), "    ", HELP_WIDTH, out);
    text_free(&names);
}

void help_class(const Class *c, Text *out) {
    if (help_class_head(c, out)) {
        add_script_class(c, out);
        return;
    }
    help_type_head(c, out);
    text_char(out, '\n');
    help_lay_out(help_type_doc(c), "    ", HELP_WIDTH, out);
    add_member_names(c, out);
}

void help_module(const ModuleObject *module, Text *out) {
    text_format(out, "module %s\n", str_data(module->name));
    help_lay_out(module->doc ? module->doc : "", "    ", HELP_WIDTH, out);
    Text names = {0};
    for (uint32_t i = 0; i < module->count; i++)
        text_format(&names, "%s%s", i ? ", " : "Names: ", str_data(module->names[i]));
    text_char(out, '\n');
    help_lay_out(text_data(&names), "    ", HELP_WIDTH, out);
    text_free(&names);
}
