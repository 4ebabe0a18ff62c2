// SPDX-License-Identifier: MIT
//
// Scopes and bindings: tables of names, notes for the analysis of captures, and the search for a
// name that the user may have meant.
#include "code/scope.h"

#include <stdlib.h>
#include <string.h>

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

// ---- Suggestions ------------------------------------------------------------------------------

enum { SUGGEST_LENGTH = 40 };

typedef struct Points {
    uint32_t items[SUGGEST_LENGTH];
    uint32_t count;
} Points;

// Code points of a name; false if it is too long to bother.
static bool points_from(const char *text, size_t size, Points *out) {
    out->count = 0;
    for (size_t i = 0; i < size;) {
        if (out->count == SUGGEST_LENGTH)
            return false;
        uint32_t point = (unsigned char)text[i++];
        while (i < size && ((unsigned char)text[i] & 0xc0) == 0x80)
            point = point << 6 | ((unsigned char)text[i++] & 0x3f);
        out->items[out->count++] = point;
    }
    return true;
}

// Damerau's distance: insert, delete, replace, and swap of neighbours.
static uint32_t edit_distance(const Points *a, const Points *b) {
    uint32_t rows[3][SUGGEST_LENGTH + 1];
    for (uint32_t j = 0; j <= b->count; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a->count; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t j = 1; j <= b->count; j++) {
            bool same = a->items[i - 1] == b->items[j - 1];
            uint32_t best = above[j - 1] + !same;
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a->items[i - 1] == b->items[j - 2] &&
                a->items[i - 2] == b->items[j - 1] && above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a->count % 3][b->count];
}

typedef struct Search {
    Points wanted;
    uint32_t distance; // of the best so far
    const char *text;
    size_t size;
} Search;

static void search_try(Search *search, const char *text, size_t size) {
    Points points;
    if (!points_from(text, size, &points))
        return;
    uint32_t longer = points.count > search->wanted.count ? points.count : search->wanted.count;
    uint32_t distance = edit_distance(&search->wanted, &points);
    if (distance < search->distance && distance < longer) {
        search->distance = distance;
        search->text = text;
        search->size = size;
    }
}

const char *scope_suggest(Arena *arena, const Scope *scope, const CompileOptions *options,
                          const Name *name) {
    Search search = {.text = NULL};
    if (!points_from(name->text, name->length, &search.wanted))
        return NULL;
    search.distance = search.wanted.count / 3 + 1; // must be nearer than that
    if (search.distance < 2)
        search.distance = 2;
    for (const Scope *s = scope; s && s->parent; s = s->parent)
        for (uint32_t i = 0; i < s->count; i++)
            search_try(&search, s->order[i]->name->text, s->order[i]->name->length);
    for (uint32_t i = 0; i < options->known_count; i++)
        search_try(&search, options->known[i].text, options->known[i].size);
    for (uint32_t i = 0; i < options->builtin_count; i++)
        search_try(&search, options->builtins[i].text, options->builtins[i].size);
    return search.text ? arena_copy(arena, search.text, search.size) : NULL;
}
