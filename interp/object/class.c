// SPDX-License-Identifier: MIT
//
// Classes: flat member tables, found by an open-addressing index.
#include "object/class.h"

#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/function.h"
#include "object/str.h"

enum { NEW_INSTANCE_SLOTS = 4, MOST_INLINE_SLOTS = 60 };

static void class_trace(Object *object, Tracer *tracer) {
    Class *c = (Class *)object;
    trace_object(tracer, c->name);
    trace_object(tracer, c->base);
    trace_object(tracer, c->payload_base);
    trace_object(tracer, c->root_shape);
    for (uint32_t i = 0; i < c->member_count; i++) {
        trace_object(tracer, c->members[i].name);
        trace_value(tracer, c->members[i].function);
    }
    trace_value(tracer, slot_get(&c->statics));
    trace_value(tracer, c->module_name);
    trace_value(tracer, c->construct);
}

static void class_finalize(Object *object, Heap *heap) {
    (void)heap;
    Class *c = (Class *)object;
    free(c->members);
    free(c->index);
}

const Kind class_kind = {"class", class_trace, class_finalize};

static uint32_t index_hash(const Str *name, bool setter) {
    return (uint32_t)((uintptr_t)name >> 4) * 2654435761u + setter;
}

static void index_add(Class *c, uint32_t number) {
    const Member *member = &c->members[number];
    uint32_t at = index_hash(member->name, member->kind == MEMBER_SETTER);
    while (c->index[at & c->index_mask])
        at++;
    c->index[at & c->index_mask] = number + 1;
}

static void index_build(Class *c) {
    uint32_t size = 4;
    while (size < c->member_count * 2)
        size *= 2;
    c->index = os_calloc(size, sizeof *c->index);
    c->index_mask = size - 1;
    for (uint32_t i = 0; i < c->member_count; i++)
        index_add(c, i);
}

int class_find(const Class *c, const Str *name, bool setter) {
    uint32_t at = index_hash(name, setter), number;
    while ((number = c->index[at & c->index_mask])) {
        const Member *member = &c->members[number - 1];
        if (member->name == name && (member->kind == MEMBER_SETTER) == setter)
            return (int)number - 1;
        at++;
    }
    return -1;
}

static bool overridden(const MemberSpec *own, uint32_t count, const Member *inherited) {
    for (uint32_t i = 0; i < count; i++)
        if (own[i].name == inherited->name &&
            (own[i].kind == MEMBER_SETTER) == (inherited->kind == MEMBER_SETTER))
            return true;
    return false;
}

static void set_home(Value function, Class *home) {
    if (value_is_kind(function, KIND_CLOSURE))
        ((Closure *)value_to_ref(function))->home = home;
}

static void members_fill(Class *c, const MemberSpec *own, uint32_t count) {
    uint32_t inherited = c->base ? c->base->member_count : 0;
    c->members = os_calloc(count + inherited + 1, sizeof *c->members);
    for (uint32_t i = 0; i < count; i++) {
        c->members[c->member_count++] = (Member){own[i].name, own[i].kind, own[i].function};
        set_home(own[i].function, c);
    }
    for (uint32_t i = 0; i < inherited; i++)
        if (!overridden(own, count, &c->base->members[i]))
            c->members[c->member_count++] = c->base->members[i];
    index_build(c);
}

static Value hook(Runtime *runtime, Class *c, RuntimeName name) {
    int number = class_find(c, runtime->names[name], false);
    if (number < 0 || c->members[number].kind != MEMBER_METHOD)
        return VALUE_UNDEF;
    return c->members[number].function;
}

static void hooks_fill(Runtime *runtime, Class *c) {
    c->init = hook(runtime, c, NAME_init);
    c->eq = hook(runtime, c, NAME_eq);
    c->less = hook(runtime, c, NAME_less);
    c->hash = hook(runtime, c, NAME_hash);
    c->str = hook(runtime, c, NAME_str);
    c->iter = hook(runtime, c, NAME_iter);
    c->next = hook(runtime, c, NAME_next);
}

// Instances of a class start with the fields that every instance of its base starts with: those
// that built-in classes reserve (errors, handles).
static Shape *first_shape(Runtime *runtime, LocalHeap *heap, Class *c) {
    Shape *shape = shape_root_new(runtime, heap, c);
    uint32_t reserved = c->base ? c->base->reserved : 0;
    for (uint32_t i = 0; i < reserved; i++)
        shape = shape_with(runtime, heap, shape, shape_field_name(c->base->root_shape, i));
    c->reserved = reserved;
    return shape;
}

// --- all classes ---

static void classes_forget(void *context, Heap *heap) {
    Runtime *runtime = context; // the world is stopped
    size_t kept = 0;
    for (size_t i = 0; i < runtime->class_count; i++)
        if (heap_is_marked(heap, &runtime->classes[i]->header))
            runtime->classes[kept++] = runtime->classes[i];
    runtime->class_count = kept;
}

void classes_init(Runtime *runtime) {
    pthread_mutex_init(&runtime->class_mutex, NULL);
    heap_add_weak(runtime->heap, classes_forget, runtime);
}

void classes_free(Runtime *runtime) {
    pthread_mutex_destroy(&runtime->class_mutex);
    free(runtime->classes);
}

static void classes_add(Runtime *runtime, Class *c) {
    pthread_mutex_lock(&runtime->class_mutex);
    if (runtime->class_count == runtime->class_capacity) {
        runtime->class_capacity = runtime->class_capacity ? runtime->class_capacity * 2 : 128;
        runtime->classes =
            os_realloc(runtime->classes, runtime->class_capacity * sizeof *runtime->classes);
    }
    runtime->classes[runtime->class_count++] = c;
    pthread_mutex_unlock(&runtime->class_mutex);
}

Class *class_with_id(Runtime *runtime, uint32_t id) {
    Class *found = NULL;
    pthread_mutex_lock(&runtime->class_mutex);
    for (size_t i = 0; i < runtime->class_count && !found; i++)
        if (runtime->classes[i]->id == id)
            found = runtime->classes[i];
    pthread_mutex_unlock(&runtime->class_mutex);
    return found;
}

// --- making ---

Class *class_new(Runtime *runtime, LocalHeap *heap, Str *name, Class *base, const MemberSpec *own,
                 uint32_t count) {
    Class *c = heap_alloc(heap, KIND_CLASS, sizeof *c);
    c->id = add_relaxed(&runtime->next_shape_id, 1);
    c->name = name;
    c->base = base;
    c->payload_base = base ? base->payload_base : NULL;
    c->module_name = VALUE_NIL;
    members_fill(c, own, count);
    hooks_fill(runtime, c);
    c->root_shape = first_shape(runtime, heap, c);
    store_relaxed(&c->slot_hint, base ? load_relaxed(&base->slot_hint) : NEW_INSTANCE_SLOTS);
    classes_add(runtime, c);
    return c;
}

void class_reserve(Runtime *runtime, LocalHeap *heap, Class *c, Str *name) {
    c->root_shape = shape_with(runtime, heap, c->root_shape, name);
    c->reserved++;
    store_relaxed(&c->slot_hint, c->reserved);
}

bool class_extends(const Class *c, const Class *base) {
    for (; c; c = c->base)
        if (c == base)
            return true;
    return false;
}

bool value_is_instance_of(Runtime *runtime, Value v, const Class *c) {
    if (c == runtime->types[TYPE_OBJECT])
        return true;
    Class *of = class_of(runtime, v);
    if (class_extends(of, c))
        return true;
    return of == runtime->types[TYPE_BOOL] && c == runtime->types[TYPE_INT]; // as in Python
}

Instance *instance_new(LocalHeap *heap, Class *c) {
    uint32_t slots = load_relaxed(&c->slot_hint);
    Instance *instance = heap_alloc(heap, KIND_INSTANCE, sizeof *instance + slots * sizeof(Slot));
    instance->header.count = (uint8_t)slots;
    store_relaxed(&instance->shape, c->root_shape);
    return instance;
}

// An instance has grown to `fields`: the next ones of its class are made as large.
void class_learn_slots(Class *c, uint32_t fields) {
    uint32_t hint = load_relaxed(&c->slot_hint);
    if (fields > hint && fields <= MOST_INLINE_SLOTS)
        store_relaxed(&c->slot_hint, fields);
}
