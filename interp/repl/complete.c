// SPDX-License-Identifier: MIT
//
// Completion. A chain of names before the cursor (`a.b.` or `f(`) is followed as far as it can be without
// running anything.
#include "repl/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "object/list.h"
#include "object/map.h"
#include "object/str.h"
#include "repl/commands.h"
#include "repl/scan.h"
#include "syntax/keywords.h"
#include "vm/proto.h"

// ---- Collecting -----------------------------------------------------------------------------------

typedef struct Search {
    const Session *session;
    Runtime *runtime;
    const char *text;
    size_t size;
    const char *word; // what the candidates begin with
    size_t word_size;
    Completion *out;
} Search;

static void add(Search *search, const char *name, size_t size, const char *suffix) {
    Completion *out = search->out;
    if (size < search->word_size || memcmp(name, search->word, search->word_size) != 0)
        return;
    if (*name == '_' && search->word_size == 0) // what begins so is nobody's business
        return;
    if (out->count == out->capacity) {
        out->capacity = out->capacity ? out->capacity * 2 : 32;
        out->items = os_realloc(out->items, out->capacity * sizeof *out->items);
    }
    char *item = os_malloc(size + strlen(suffix) + 1);
    memcpy(item, name, size);
    strcpy(item + size, suffix);
    out->items[out->count++] = item;
}

// What can be called is offered with its bracket.
static void add_value(Search *search, const Str *name, Value v) {
    if (v != VALUE_UNDEF)
        add(search, str_data(name), name->size, value_is_callable(v) ? "(" : "");
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(Completion *out) {
    size_t kept = 0;
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, by_text);
    for (size_t i = 0; i < out->count; i++)
        if (kept > 0 && strcmp(out->items[kept - 1], out->items[i]) == 0)
            free(out->items[i]);
        else
            out->items[kept++] = out->items[i];
    out->count = kept;
}

void completion_free(Completion *completion) {
    for (size_t i = 0; i < completion->count; i++)
        free(completion->items[i]);
    free(completion->items);
    *completion = (Completion){0};
}

// ---- What a chain of names stands for -------------------------------------------------------------

// UNDEF: nothing, or nothing that can be told.
static Value value_of_name(const Search *search, const Str *name) {
    Value v = module_get(search->session->module, name);
    for (uint32_t i = 0; i < search->runtime->builtin_count && v == VALUE_UNDEF; i++)
        if (search->runtime->builtin_names[i] == name)
            v = search->runtime->builtins[i];
    return v;
}

static Class *class_behind(Value v) {
    return value_is_kind(v, KIND_CLASS) ? (Class *)value_to_ref(v) : NULL;
}

static Value method_of(const Class *c, const Str *name) {
    int number = class_find(c, name, false);
    if (number < 0 || c->members[number].kind == MEMBER_GETTER)
        return VALUE_UNDEF;
    return c->members[number].function;
}

static Value value_of_member(const Search *search, Value of, const Str *name) {
    if (value_is_kind(of, KIND_MODULE))
        return module_get((ModuleObject *)value_to_ref(of), name);
    if (class_behind(of))
        return method_of(class_behind(of), name);
    Value v = VALUE_UNDEF;
    if (value_is_kind(of, KIND_INSTANCE))
        v = instance_get((Instance *)value_to_ref(of), name);
    return v != VALUE_UNDEF ? v : method_of(class_of(search->runtime, of), name);
}

static size_t word_start(const char *text, size_t end) {
    while (end > 0 && scan_is_name(text[end - 1]))
        end--;
    return end;
}

// The list or text that is written right before `end`: one of its type. UNDEF: none is.
static Value literal_before(const Search *search, size_t end) {
    const char *text = search->text;
    if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\''))
        return value_from_ref(search->runtime->names[NAME_str]);
    if (end == 0 || text[end - 1] != ']')
        return VALUE_UNDEF;
    Scan inside;
    scan(text, end - 1, &inside);
    if (inside.depth == 0 || inside.depth > SCAN_DEPTH)
        return VALUE_UNDEF;
    size_t bracket = inside.open[inside.depth - 1];
    bool indexes =
        bracket > 0 && (scan_is_name(text[bracket - 1]) || strchr(")]\"'", text[bracket - 1]));
    return indexes ? VALUE_UNDEF : value_from_ref(list_new(search->session->fiber->heap, 0));
}

// What stands right before `end`.
static Value value_before(const Search *search, size_t end) {
    const char *text = search->text;
    size_t start = word_start(text, end);
    if (start == end || isdigit((unsigned char)text[start]))
        return literal_before(search, end);
    const Str *name =
        str_intern(search->runtime, search->session->fiber->heap, text + start, end - start);
    if (start == 0 || text[start - 1] != '.')
        return value_of_name(search, name);
    Value of = value_before(search, start - 1);
    return of == VALUE_UNDEF ? of : value_of_member(search, of, name);
}

// ---- Members --------------------------------------------------------------------------------------

static void add_class_members(Search *search, const Class *c, bool of_class) {
    for (uint32_t i = 0; i < c->member_count; i++)
        if ((c->members[i].kind == MEMBER_STATIC) == of_class)
            add(search, str_data(c->members[i].name), c->members[i].name->size,
                c->members[i].kind == MEMBER_GETTER || c->members[i].kind == MEMBER_SETTER ? ""
                                                                                           : "(");
}

static void add_fields(Search *search, Instance *instance) {
    const Shape *shape = instance_shape(instance);
    for (uint32_t i = instance_shape(instance)->of->reserved; i < shape->field_count; i++)
        add_value(search, shape_field_name(shape, i), slot_get(instance_slot(instance, i)));
}

static void add_module_names(Search *search, const ModuleObject *module) {
    for (uint32_t i = 0; i < module->count; i++)
        add_value(search, module->names[i], slot_get(&module->slots[i]));
}

static void add_members(Search *search, Value of) {
    if (value_is_kind(of, KIND_MODULE)) {
        add_module_names(search, (ModuleObject *)value_to_ref(of));
        return;
    }
    if (class_behind(of)) {
        add_class_members(search, class_behind(of), true);
        return;
    }
    if (value_is_kind(of, KIND_INSTANCE))
        add_fields(search, (Instance *)value_to_ref(of));
    add_class_members(search, class_of(search->runtime, of), false);
}

// ---- Labels of the call around --------------------------------------------------------------------

static void add_labels(Search *search, Str *const *names, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        add(search, str_data(names[i]), names[i]->size, ": ");
}

static Value init_of(const Class *c) {
    return c->construct && c->construct != VALUE_UNDEF ? c->construct : c->init;
}

static void add_labels_of(Search *search, Value callee) {
    if (class_behind(callee))
        callee = init_of(class_behind(callee));
    if (value_is_kind(callee, KIND_CLOSURE)) {
        const Proto *proto = ((Closure *)value_to_ref(callee))->proto;
        add_labels(search, proto->parameters, proto->parameter_count);
    } else if (value_is_kind(callee, KIND_NATIVE)) {
        const Native *native = (Native *)value_to_ref(callee);
        add_labels(search, native->parameters, native->parameter_count);
    }
}

// A label stands behind the bracket or a comma.
static bool may_be_label(const Search *search, size_t start) {
    while (start > 0 && strchr(" \n\t", search->text[start - 1]))
        start--;
    return start > 0 && (search->text[start - 1] == '(' || search->text[start - 1] == ',');
}

static void add_call_labels(Search *search, const Scan *scan, size_t start) {
    if (scan->depth == 0 || scan->depth > SCAN_DEPTH || !may_be_label(search, start))
        return;
    size_t bracket = scan->open[scan->depth - 1];
    Value callee = search->text[bracket] == '(' ? value_before(search, bracket) : VALUE_UNDEF;
    if (callee != VALUE_UNDEF)
        add_labels_of(search, callee);
}

// ---- Names ----------------------------------------------------------------------------------------

// What the input itself names so far.
static void add_words(Search *search, size_t before) {
    for (size_t i = 0; i < before;) {
        size_t start = i;
        while (i < before && scan_is_name(search->text[i]))
            i++;
        if (i > start && !isdigit((unsigned char)search->text[start]) && i - start > 1)
            add(search, search->text + start, i - start, "");
        i += i == start;
    }
}

// Those that are written in conc are only there once a text has asked for one (vm/prelude.h).
static void add_builtin(Search *search, uint32_t number) {
    const Str *name = search->runtime->builtin_names[number];
    if (number < search->runtime->prelude_first)
        add_value(search, name, search->runtime->builtins[number]);
    else
        add(search, str_data(name), name->size, "(");
}

static void add_names(Search *search, size_t before) {
    for (size_t i = 0; syntax_keywords[i]; i++)
        add(search, syntax_keywords[i], strlen(syntax_keywords[i]), "");
    for (uint32_t i = 0; i < search->runtime->builtin_count; i++)
        add_builtin(search, i);
    add_module_names(search, search->session->module);
    add_words(search, before);
}

static void add_commands(Search *search) {
    search->word--; // with the colon
    search->word_size++;
    search->out->start--;
    for (const ReplCommand *c = repl_commands; c->name; c++)
        add(search, c->name, strlen(c->name), *c->argument ? " " : "");
}

// ---- Imports --------------------------------------------------------------------------------------

static void add_modules(Search *search) {
    Map *modules = value_to_map(slot_get(&search->session->vm->modules));
    size_t position = 0;
    Value key, module;
    while (map_next(modules, &position, &key, &module))
        if (!strpbrk(str_data(value_to_str(key)), "/<"))
            add(search, str_data(value_to_str(key)), value_to_str(key)->size, "");
}

static void add_names_of(Search *search, const char *name, size_t size) {
    Str *key = str_intern(search->runtime, search->session->fiber->heap, name, size);
    Value module = map_get_str(value_to_map(slot_get(&search->session->vm->modules)), key);
    if (!value_is_kind(module, KIND_MODULE))
        return;
    const ModuleObject *object = (ModuleObject *)value_to_ref(module);
    for (uint32_t i = 0; i < object->count; i++)
        add(search, str_data(object->names[i]), object->names[i]->size, "");
}

// Behind `import`, `from` and `from NAME import`, at the start of a line.
static bool add_imports(Search *search) {
    size_t line = search->out->start;
    while (line > 0 && search->text[line - 1] != '\n')
        line--;
    const char *text = search->text + line, *word = search->word;
    bool from = strncmp(text, "from ", 5) == 0;
    if (text + (from ? 5 : 7) == word && (from || strncmp(text, "import ", 7) == 0)) {
        add_modules(search);
        return true;
    }
    size_t name = from ? strcspn(text + 5, " ") : 0;
    if (!from || strncmp(text + 5 + name, " import ", 8) != 0 || word < text + 5 + name + 8)
        return false;
    add_names_of(search, text + 5, name);
    return true;
}

// ---- All of it ------------------------------------------------------------------------------------

// `:load ` and `:save `.
static bool takes_path(const char *text, size_t size) {
    return size > 5 && (memcmp(text, ":load ", 6) == 0 || memcmp(text, ":save ", 6) == 0);
}

static void find(Search *search, const Scan *scan) {
    size_t start = search->out->start;
    bool member = start > 0 && search->text[start - 1] == '.';
    bool spread = start > 1 && search->text[start - 2] == '.';
    if (start == 1 && search->text[0] == ':') {
        add_commands(search);
    } else if (member && !spread) {
        Value of = value_before(search, start - 1);
        if (of != VALUE_UNDEF)
            add_members(search, of);
    } else if (!add_imports(search) && strncmp(search->text, ":kill ", 6) != 0) {
        add_call_labels(search, scan, start);
        add_names(search, start);
    }
}

void complete(const Session *session, const char *text, size_t size, Completion *out) {
    Scan state;
    scan(text, size, &state);
    *out = (Completion){.start = word_start(text, size)};
    if (takes_path(text, size) || state.in_string) {
        out->path = true;
        out->start = state.in_string ? state.string : 6;
        return;
    }
    if (state.in_comment)
        return;
    Search search = {.session = session,
                     .runtime = session->vm->runtime,
                     .text = text,
                     .size = size,
                     .word = text + out->start,
                     .word_size = size - out->start,
                     .out = out};
    find(&search, &state);
    sort(out);
}
