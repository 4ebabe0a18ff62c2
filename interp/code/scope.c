// SPDX-License-Identifier: MIT
//
// Scopes and bindings: tables of names, notes for the analysis of captures, and the search for a
// name that the user may have meant.
#include "code/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/spelling.h"

static uint32_t pointer_hash(const void *pointer) {
    uint64_t bits = (uint64_t)(uintptr_t)pointer;
    return (uint32_t)(bits * 0x9e3779b97f4a7c15u >> 32);
}

static Binding **table_slot(const NameTable *table, const Name *name) {
    uint32_t i = pointer_hash(name) & (table->capacity - 1);
    while (table->slots[i] && table->slots[i]->name != name)
        i = (i + 1) & (table->capacity - 1);
    return &table->slots[i];
}

static void table_grow(Arena *arena, NameTable *table) {
    NameTable larger = {.capacity = table->capacity ? table->capacity * 2 : 8,
                        .count = table->count};
    larger.slots = arena_array(arena, Binding *, larger.capacity);
    for (uint32_t i = 0; i < table->capacity; i++)
        if (table->slots[i])
            *table_slot(&larger, table->slots[i]->name) = table->slots[i];
    *table = larger;
}

Scope *scope_new(Arena *arena, Scope *parent, FunctionScope *function) {
    Scope *scope = arena_new(arena, Scope);
    scope->parent = parent;
    scope->function = function;
    return scope;
}

Binding *scope_find(const Scope *scope, const Name *name) {
    return scope->names.count ? *table_slot(&scope->names, name) : NULL;
}

Binding *scope_add(Arena *arena, Scope *scope, const Name *name, BindingKind kind) {
    Binding *binding = arena_new(arena, Binding);
    binding->name = name;
    binding->kind = kind;
    if (kind == BINDING_LOCAL) {
        binding->owner = scope->function;
        binding->loop = scope->function->loop ? scope->function->loop->number : 0;
    }
    if (scope->names.count * 2 >= scope->names.capacity)
        table_grow(arena, &scope->names);
    *table_slot(&scope->names, name) = binding;
    scope->names.count++;
    if (scope->count == scope->capacity) {
        uint32_t capacity = scope->capacity ? scope->capacity * 2 : 4;
        Binding **order = arena_array(arena, Binding *, capacity);
        if (scope->count)
            memcpy(order, scope->order, scope->count * sizeof *order);
        scope->order = order;
        scope->capacity = capacity;
    }
    scope->order[scope->count++] = binding;
    return binding;
}

// The outermost loop that is being walked and that the declaration is not in; 0: none. What happens
// in such a loop may happen again after anything else in it.
static uint32_t repeating_loop(const Binding *binding) {
    uint32_t found = 0;
    for (Loop *loop = binding->owner->loop; loop && loop->number != binding->loop;
         loop = loop->outer)
        found = loop->number;
    return found;
}

void binding_note_capture(Binding *binding, const FunctionScope *by) {
    for (const FunctionScope *f = by; f != binding->owner; f = f->parent) {
        if (f->own == binding) { // the function is its own callee: nothing to capture
            binding->self_captured = true;
            return;
        }
    }
    binding->captured = true;
    if (!binding->ready)
        binding->early = true;
    if (binding->assign_loop && binding->assign_loop == repeating_loop(binding))
        binding->stale = true;
}

void binding_note_assign(Binding *binding, const FunctionScope *by) {
    binding->assigned = true;
    if (by != binding->owner) {
        binding_note_capture(binding, by);
        binding->stale = true;
        return;
    }
    if (binding->captured)
        binding->stale = true;
    binding->assign_loop = repeating_loop(binding);
}

// A function that reads its own name takes itself for it only while nobody assigns that name.
static bool own_name_changes(const Binding *binding) {
    return binding->self_captured && binding->assigned;
}

bool binding_in_cell(const Binding *binding) {
    return (binding->captured && (binding->early || binding->stale)) || own_name_changes(binding);
}

bool binding_is_early(const Binding *binding) {
    return (binding->captured && binding->early) || own_name_changes(binding);
}

const char *scope_suggest(Arena *arena, const Scope *scope, const CompileOptions *options,
                          const Name *name) {
    Spelling search;
    spelling_start(&search, name->text, name->length);
    for (const Scope *s = scope; s && s->parent; s = s->parent)
        for (uint32_t i = 0; i < s->count; i++)
            spelling_try(&search, s->order[i]->name->text, s->order[i]->name->length);
    for (uint32_t i = 0; i < options->known_count; i++)
        spelling_try(&search, options->known[i].text, options->known[i].size);
    for (uint32_t i = 0; i < options->builtin_count; i++)
        spelling_try(&search, options->builtins[i].text, options->builtins[i].size);
    return search.nearest ? arena_copy(arena, search.nearest, search.nearest_size) : NULL;
}
