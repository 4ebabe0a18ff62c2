// SPDX-License-Identifier: MIT
//
// Shapes and the fields of instances.
#include "object/class.h"
#include "object/str.h"

// --- shapes ---

static void shape_trace(Object *object, Tracer *tracer) {
    Shape *shape = (Shape *)object;
    trace_object(tracer, shape->of);
    trace_object(tracer, shape->parent);
    trace_object(tracer, shape->name);
    trace_object(tracer, load_relaxed(&shape->first_child));
    trace_object(tracer, shape->sibling);
}

const Kind shape_kind = {"shape", shape_trace, NULL};

Shape *shape_root_new(Runtime *runtime, LocalHeap *heap, Class *of) {
    Shape *shape = heap_alloc(heap, KIND_SHAPE, sizeof *shape);
    shape->id = add_relaxed(&runtime->next_shape_id, 1);
    shape->of = of;
    return shape;
}

int shape_find(const Shape *shape, const Str *name) {
    for (; shape->name; shape = shape->parent)
        if (shape->name == name)
            return (int)shape->field_count - 1;
    return -1;
}

Str *shape_field_name(const Shape *shape, uint32_t slot) {
    while (shape->field_count > slot + 1)
        shape = shape->parent;
    return shape->name;
}

static Shape *find_child(Shape *shape, const Str *name) {
    Shape *child = load_acquire(&shape->first_child);
    while (child && child->name != name)
        child = child->sibling;
    return child;
}

Shape *shape_with(Runtime *runtime, LocalHeap *heap, Shape *shape, Str *name) {
    Shape *child = find_child(shape, name);
    if (child)
        return child;
    object_lock(&shape->header);
    child = find_child(shape, name); // somebody may have been faster
    if (!child) {
        child = shape_root_new(runtime, heap, shape->of);
        child->field_count = shape->field_count + 1;
        child->parent = shape;
        child->name = name;
        child->sibling = load_relaxed(&shape->first_child);
        store_release(&shape->first_child, child);
    }
    object_unlock(&shape->header);
    return child;
}

// --- instances ---

static void overflow_trace(Overflow *chunk, Tracer *tracer) {
    for (; chunk; chunk = load_relaxed(&chunk->next)) {
        trace_object(tracer, chunk);
        trace_slots(tracer, chunk->slots, OVERFLOW_SLOTS);
    }
}

static void instance_trace(Object *object, Tracer *tracer) {
    Instance *instance = (Instance *)object;
    trace_object(tracer, load_relaxed(&instance->shape));
    trace_slots(tracer, instance->slots, instance->header.count);
    overflow_trace(load_relaxed(&instance->overflow), tracer);
}

const Kind instance_kind = {"instance", instance_trace, NULL};

Slot *instance_slot_far(Instance *instance, uint32_t number) {
    number -= instance->header.count;
    Overflow *chunk = load_acquire(&instance->overflow);
    for (; number >= OVERFLOW_SLOTS; number -= OVERFLOW_SLOTS)
        chunk = load_acquire(&chunk->next);
    return &chunk->slots[number];
}

// Makes the chunk that holds slot `number`, if it is not there. Under the instance's lock.
static void overflow_ensure(LocalHeap *heap, Instance *instance, uint32_t number) {
    if (number < instance->header.count)
        return;
    number -= instance->header.count;
    _Atomic(Overflow *) *link = &instance->overflow;
    for (;; number -= OVERFLOW_SLOTS) {
        Overflow *chunk = load_acquire(link);
        if (!chunk) {
            chunk = heap_alloc(heap, KIND_OPAQUE, sizeof *chunk); // traced by the instance
            store_release(link, chunk);
        }
        if (number < OVERFLOW_SLOTS)
            return;
        link = &chunk->next;
    }
}

Value instance_get(Instance *instance, const Str *name) {
    int slot = shape_find(instance_shape(instance), name);
    return slot < 0 ? VALUE_UNDEF : slot_get(instance_slot(instance, (uint32_t)slot));
}

static void add_field(Fiber *fiber, Instance *instance, Str *name, Value v) {
    Shape *shape = instance_shape(instance);
    Shape *next = shape_with(fiber_runtime(fiber), fiber->heap, shape, name);
    overflow_ensure(fiber->heap, instance, shape->field_count);
    slot_set(instance_slot(instance, shape->field_count), v);
    store_release(&instance->shape, next);
    class_learn_slots(shape->of, next->field_count);
}

void instance_set(Fiber *fiber, Instance *instance, Str *name, Value v) {
    int slot = shape_find(instance_shape(instance), name);
    if (slot < 0) {
        bool locked = shared_lock(fiber, &instance->header);
        slot = shape_find(instance_shape(instance), name);
        if (slot < 0)
            add_field(fiber, instance, name, v);
        shared_unlock(&instance->header, locked);
        if (slot < 0)
            return;
    }
    slot_set(instance_slot(instance, (uint32_t)slot), v);
}
