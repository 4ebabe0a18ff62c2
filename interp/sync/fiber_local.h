// SPDX-License-Identifier: MIT
//
// Locals: objects whose fields every fiber, thread or task, has of its own. As Python's threading.local.
//
// The fields are kept by the fiber, so that reading and writing them takes no lock. They live as long as both
// the fiber and the Local: the Local traces its fields in all fibers, and a fiber drops the fields of Locals
// that were collected.
#ifndef CONC_SYNC_FIBER_LOCAL_H
#define CONC_SYNC_FIBER_LOCAL_H

#include "object/map.h"
#include "sched/fiber.h"

typedef struct FiberLocal {
    Object header;
    World *world; // constant
} FiberLocal;

extern const Kind fiber_local_kind;

static inline bool value_is_fiber_local(Value v) { return value_is_kind(v, KIND_LOCAL); }
static inline FiberLocal *value_to_fiber_local(Value v) { return (FiberLocal *)value_to_ref(v); }

FiberLocal *fiber_local_new(Fiber *fiber);
// Own thread. UNDEF: the fiber has no such field.
Value fiber_local_get(const Fiber *fiber, const FiberLocal *local, const Str *name);
// Own thread. False with MemoryError.
bool fiber_local_set(Fiber *fiber, FiberLocal *local, Str *name, Value v);

void fiber_locals_free(Fiber *fiber); // its fields are gone; own thread
// The weak part of a collection: drops the fields of Locals that are not marked.
void fiber_locals_clear(World *world, Heap *heap);
// In a forked child: the new main fiber has what the forker had.
void fiber_locals_inherit(Fiber *forker, Fiber *heir);

#endif
