// SPDX-License-Identifier: MIT
//
// Locals. Fiber.locals is a small table, Local to map of fields, that only the fiber's thread reads and
// writes, and the collector, with the world stopped. A script has few Locals: looking through them does.
#include "sync/fiber_local.h"

#include <stdlib.h>

#include "base/os.h"
#include "object/map.h"
#include "sched/world.h"
#include "sync/registry.h"

typedef struct Entry {
    const FiberLocal *local;
    Map *fields;
} Entry;

typedef struct Locals {
    uint32_t count, capacity;
    Entry entries[];
} Locals;

static Map *fields_of(const Fiber *fiber, const FiberLocal *local) {
    const Locals *locals = fiber->locals;
    for (uint32_t i = 0; locals && i < locals->count; i++)
        if (locals->entries[i].local == local)
            return locals->entries[i].fields;
    return NULL;
}

static void local_trace(Object *object, Tracer *tracer) {
    const FiberLocal *local = (FiberLocal *)object;
    for (Thread *thread = local->world->threads; thread; thread = thread->next)
        for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
            trace_object(tracer, fields_of(fiber, local));
}

const Kind fiber_local_kind = {"Local", local_trace, NULL};

FiberLocal *fiber_local_new(Fiber *fiber) {
    FiberLocal *local = heap_alloc(fiber->heap, KIND_LOCAL, sizeof *local);
    local->world = fiber->world;
    store_relaxed(&fiber_registry(fiber)->has_locals, true);
    return local;
}

Value fiber_local_get(const Fiber *fiber, const FiberLocal *local, const Str *name) {
    Map *fields = fields_of(fiber, local);
    return fields ? map_get_str(fields, (Str *)name) : VALUE_UNDEF;
}

static Map *add_fields(Fiber *fiber, const FiberLocal *local) {
    Locals *locals = fiber->locals;
    uint32_t count = locals ? locals->count : 0;
    if (!locals || count == locals->capacity) {
        uint32_t capacity = count ? count * 2 : 4;
        locals = os_realloc(locals, sizeof *locals + capacity * sizeof(Entry));
        locals->capacity = capacity;
        fiber->locals = locals;
    }
    Map *fields = map_new(fiber->heap);
    locals->entries[count] = (Entry){local, fields};
    locals->count = count + 1;
    return fields;
}

bool fiber_local_set(Fiber *fiber, FiberLocal *local, Str *name, Value v) {
    Map *fields = fields_of(fiber, local);
    return map_set_str(fiber, fields ? fields : add_fields(fiber, local), name, v);
}

static void clear(Locals *locals, Heap *heap) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < locals->count; i++)
        if (heap_is_marked(heap, &locals->entries[i].local->header))
            locals->entries[kept++] = locals->entries[i];
    locals->count = kept;
}

void fiber_locals_clear(World *world, Heap *heap) {
    for (Thread *thread = world->threads; thread; thread = thread->next)
        for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
            if (fiber->locals)
                clear(fiber->locals, heap);
}

void fiber_locals_free(Fiber *fiber) {
    free(fiber->locals);
    fiber->locals = NULL;
}

void fiber_locals_inherit(Fiber *forker, Fiber *heir) {
    heir->locals = forker->locals;
    forker->locals = NULL;
}
