// SPDX-License-Identifier: MIT
//
// Filling the catalogue. The sections are an order for people; what stands in none of them comes last, under
// "Others", which a test wants to be empty.
#include "cli/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/translate.h"
#include "native/topics.h"
#include "native/tables.h"
#include "object/map.h"
#include "object/str.h"
#include "vm/help.h"

static const struct {
    const char *title;
    const char *names; // of built-ins, and of types that have no name in scripts
} sections[] = {
    {MESSAGE("Printing and files"), "print input open file format repr"},
    {MESSAGE("Numbers"), "int float bool abs round divmod pow min max sum bin oct hex"},
    {MESSAGE("Text and bytes"), "str bytes chr ord"},
    {MESSAGE("Collections"), "list map set range len sorted reversed enumerate zip filter any all"},
    {MESSAGE("Any value"), "type isinstance callable hash id help"},
    {MESSAGE("The script and the clock"), "assert exit running on_signal sleep time"},
    {MESSAGE("What runs at the same time"),
     "Handle Thread Process Task gather first Pool ProcessPool Job"},
    {MESSAGE("Queues and locks"),
     "queue lock RLock RWLock RWLockSide Semaphore BoundedSemaphore Event "
     "Condition Barrier Latch Once Atomic Local"},
};

// ---- Entries ------------------------------------------------------------------------------------

// Valid until the next one is added.
static CatalogueEntry *add(Catalogue *catalogue, const char *section, int owner) {
    if (catalogue->count == catalogue->capacity) {
        catalogue->capacity = catalogue->capacity ? 2 * catalogue->capacity : 256;
        catalogue->items =
            os_realloc(catalogue->items, catalogue->capacity * sizeof *catalogue->items);
    }
    CatalogueEntry *entry = &catalogue->items[catalogue->count++];
    *entry = (CatalogueEntry){.section = section, .owner = owner};
    return entry;
}

static CatalogueEntry *add_member(Catalogue *catalogue, int owner, const char *name) {
    CatalogueEntry *entry = add(catalogue, catalogue->items[owner].section, owner);
    text_format(&entry->name, "%s.%s", text_data(&catalogue->items[owner].name), name);
    return entry;
}

static void describe_native(CatalogueEntry *entry, const NativeSpec *spec) {
    help_native_head(spec, text_data(&entry->name), &entry->head);
    help_native_doc(spec, &entry->doc);
}

// Under its whole name: "async fn run(f)" is the head of `Once.run(f)`.
static void describe_closure(CatalogueEntry *entry, const Closure *closure) {
    Text head = {0};
    help_closure_head(closure, &head);
    const char *parameters = strchr(text_data(&head), '(');
    bool getter = strncmp(text_data(&head), "get ", 4) == 0;
    text_string(&entry->head, text_data(&entry->name));
    text_string(&entry->head, parameters && !getter ? parameters : "");
    Text doc = {0};
    help_closure_doc(closure, &doc);
    if (strncmp(text_data(&head), "async ", 6) == 0)
        help_waiting_doc(text_data(&doc), &entry->doc);
    else
        text_string(&entry->doc, text_data(&doc));
    text_free(&doc);
    text_free(&head);
}

// ---- Types --------------------------------------------------------------------------------------

// What the class itself has as member i: a function of it, or one that its base has not.
static bool is_own(const Class *c, uint32_t i) {
    Value function = c->members[i].function;
    if (value_is_kind(function, KIND_NATIVE))
        return ((Native *)value_to_ref(function))->owner == c;
    return help_own_method(c, i) != NULL;
}

static bool is_shown(const Class *c, uint32_t i) {
    const Member *member = &c->members[i];
    return is_own(c, i) && member->kind != MEMBER_SETTER && *str_data(member->name) != '_' &&
           strcmp(str_data(member->name), "init") != 0;
}

static void add_members(Catalogue *catalogue, const Class *c, int owner) {
    for (uint32_t i = 0; i < c->member_count; i++) {
        if (!is_shown(c, i))
            continue;
        CatalogueEntry *entry = add_member(catalogue, owner, str_data(c->members[i].name));
        Value function = c->members[i].function;
        if (value_is_kind(function, KIND_NATIVE))
            describe_native(entry, ((Native *)value_to_ref(function))->spec);
        else
            describe_closure(entry, (Closure *)value_to_ref(function));
    }
}

// "Pool(workers = nil)" of the class that is written in conc: its name, with the parameters of its init.
static void describe_script_class(CatalogueEntry *entry, const Class *c) {
    text_string(&entry->head, str_data(c->name));
    help_class_doc(c, &entry->doc);
    if (!value_is_kind(c->init, KIND_CLOSURE))
        return;
    Text head = {0};
    help_closure_head((Closure *)value_to_ref(c->init), &head);
    const char *parameters = strchr(text_data(&head), '(');
    text_string(&entry->head, parameters ? parameters : "");
    text_free(&head);
}

static void add_class(Catalogue *catalogue, const Runtime *runtime, const char *section,
                      const Class *c) {
    int index = (int)catalogue->count;
    CatalogueEntry *entry = add(catalogue, section, NO_OWNER);
    text_string(&entry->name, str_data(c->name));
    entry->base = c->base && c->base->name ? str_data(c->base->name) : NULL;
    if (value_is_kind(c->init, KIND_CLOSURE)) {
        describe_script_class(entry, c);
    } else {
        help_type_head(c, &entry->head);
        text_string(&entry->doc, help_type_doc(c));
    }
    if (c == runtime->types[TYPE_BOOL]) // the same table
        entry->base = "int";
    else
        add_members(catalogue, c, index);
}

static void add_value(Catalogue *catalogue, const Runtime *runtime, const char *section,
                      const char *name, Value v) {
    if (value_is_kind(v, KIND_CLASS)) {
        add_class(catalogue, runtime, section, (Class *)value_to_ref(v));
    } else if (value_is_kind(v, KIND_NATIVE)) {
        CatalogueEntry *entry = add(catalogue, section, NO_OWNER);
        text_string(&entry->name, name);
        describe_native(entry, ((Native *)value_to_ref(v))->spec);
    }
}

// ---- Sections -----------------------------------------------------------------------------------

static Value builtin_named(const Runtime *runtime, const char *name, size_t size) {
    for (uint32_t i = 0; i < runtime->builtin_count; i++) {
        const Str *known = runtime->builtin_names[i];
        if (known->size == size && memcmp(str_data(known), name, size) == 0)
            return runtime->builtins[i];
    }
    for (int i = 0; i < TYPE_COUNT; i++) {
        const Str *known = runtime->types[i]->name;
        if (known->size == size && memcmp(str_data(known), name, size) == 0)
            return value_from_ref(runtime->types[i]);
    }
    return VALUE_UNDEF;
}

static void add_section(Catalogue *catalogue, const Runtime *runtime, const char *title,
                        const char *names) {
    while (*names) {
        char name[40] = "";
        size_t size = strcspn(names, " ");
        memcpy(name, names, size < sizeof name ? size : sizeof name - 1);
        add_value(catalogue, runtime, title, name, builtin_named(runtime, names, size));
        names += size;
        names += strspn(names, " ");
    }
}

static bool is_error(Runtime *runtime, Value v) {
    return value_is_kind(v, KIND_CLASS) &&
           class_extends((Class *)value_to_ref(v), runtime->errors[ERROR_BaseError]);
}

static bool has(const Catalogue *catalogue, const char *name) {
    return catalogue_find(catalogue, name, 0) < catalogue->count;
}

// Built-ins that are errors, or all that are not there yet.
static void add_rest(Catalogue *catalogue, Runtime *runtime, const char *title, bool errors) {
    for (uint32_t i = 0; i < runtime->builtin_count; i++) {
        const char *name = str_data(runtime->builtin_names[i]);
        if (is_error(runtime, runtime->builtins[i]) == errors && !has(catalogue, name))
            add_value(catalogue, runtime, title, name, runtime->builtins[i]);
    }
}

static void add_module(Catalogue *catalogue, const ModuleObject *module) {
    int index = (int)catalogue->count;
    CatalogueEntry *entry = add(catalogue, MESSAGE("Modules"), NO_OWNER);
    text_string(&entry->name, str_data(module->name));
    text_format(&entry->head, "import %s", str_data(module->name));
    text_string(&entry->doc, module->doc ? module->doc : "");
    for (uint32_t i = 0; i < module->count; i++) {
        Value v = slot_get(&module->slots[i]);
        entry = add_member(catalogue, index, str_data(module->names[i]));
        if (value_is_kind(v, KIND_NATIVE)) {
            describe_native(entry, ((Native *)value_to_ref(v))->spec);
            continue;
        }
        text_string(&entry->head, text_data(&entry->name));
        for (const NamedDouble *c = math_constants; c->name; c++)
            if (strcmp(c->name, str_data(module->names[i])) == 0)
                text_string(&entry->doc, c->doc);
    }
}

// Those whose name begins with "_" are conc's own.
static void add_modules(Catalogue *catalogue, Vm *vm) {
    Map *modules = value_to_map(slot_get(&vm->modules));
    size_t position = 0;
    Value key, v;
    while (map_next(modules, &position, &key, &v)) {
        const ModuleObject *module = (ModuleObject *)value_to_ref(v);
        if (!module->path && *str_data(module->name) != '_')
            add_module(catalogue, module);
    }
}

static void add_topics(Catalogue *catalogue) {
    for (const Topic *topic = topics; topic->names; topic++) {
        CatalogueEntry *entry = add(catalogue, MESSAGE("The language"), NO_OWNER);
        text_append(&entry->name, topic->names, strcspn(topic->names, " "));
        text_string(&entry->head, topic->form);
        text_string(&entry->doc, topic->doc);
        entry->aliases = topic->names;
    }
}

void catalogue_fill(Catalogue *catalogue, Vm *vm) {
    vm_run_text(vm, "<doc>", "Once", strlen("Once")); // loads what is written in conc
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        add_section(catalogue, vm->runtime, sections[i].title, sections[i].names);
    add_rest(catalogue, vm->runtime, MESSAGE("Errors"), true);
    add_rest(catalogue, vm->runtime, MESSAGE("Others"), false);
    add_modules(catalogue, vm);
    add_topics(catalogue);
}

void catalogue_free(Catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        text_free(&catalogue->items[i].name);
        text_free(&catalogue->items[i].head);
        text_free(&catalogue->items[i].doc);
    }
    free(catalogue->items);
    *catalogue = (Catalogue){0};
}

// ---- Finding ------------------------------------------------------------------------------------

size_t catalogue_find(const Catalogue *catalogue, const char *name, size_t from) {
    for (; from < catalogue->count; from++) {
        const CatalogueEntry *entry = &catalogue->items[from];
        if (strcmp(text_data(&entry->name), name) == 0 ||
            (entry->aliases && topic_has_name(entry->aliases, name)))
            break;
    }
    return from;
}

const char *catalogue_short_name(const CatalogueEntry *entry) {
    const char *name = text_data(&entry->name);
    const char *point = entry->owner == NO_OWNER ? NULL : strchr(name, '.');
    return point ? point + 1 : name;
}
