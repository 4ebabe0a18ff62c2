// SPDX-License-Identifier: MIT
//
// The header of every heap object, and the Kind that it leads to. The collector knows no kind: it
// asks the kind's functions. The list of kinds stands once, in heap/kinds.def.
#ifndef CONC_HEAP_OBJECT_H
#define CONC_HEAP_OBJECT_H

#include "base/atomic.h"
#include "heap/value.h"

typedef enum KindId {
#define KIND(NAME, name) KIND_##NAME,
#include "heap/kinds.def"
#undef KIND
    KIND_COUNT
} KindId;

// The tiny lock of an object: a futex word. 0 free, 1 held, 2 held and somebody sleeps on it.
// (U. Drepper, "Futexes are tricky", mutex 2.) It guards the object's own words for the length of
// one C operation. Whoever holds it must not allocate without bound, run script code, park, or
// reach a safepoint. See object_lock below.
typedef struct Object {
    uint16_t kind; // KindId; never changes
    uint8_t flags; // the kind's own; never changes once the object is shared
    uint8_t count; // the kind's own small number (inline slots of an instance)
    _Atomic uint32_t lock;
} Object;

typedef struct Tracer Tracer; // heap/heap.h
struct Heap;

// What a kind of object tells the collector. Constant tables, one per kind, registered with
// heap_register_kind before the first object of the kind is made.
typedef struct Kind {
    const char *name; // as type() names it: "list"
    // Reports every reference that the object holds (trace_value, trace_slots). Runs while the
    // world is stopped, for several objects at once on several threads; must not allocate, nor write.
    void (*trace)(Object *object, Tracer *tracer);
    // Frees what the object owns outside of the heap. NULL for most. Runs while the world is
    // stopped, after marking; must not allocate, nor touch other heap objects (they may be gone).
    void (*finalize)(Object *object, struct Heap *heap);
} Kind;

static inline bool value_is_kind(Value v, KindId kind) {
    return value_is_ref(v) && value_to_ref(v)->kind == kind;
}

void object_lock_slow(Object *object);
void object_unlock_slow(Object *object);

static inline void object_lock(Object *object) {
    uint32_t expected = 0;
    if (__builtin_expect(!cas_acquire(&object->lock, &expected, 1), 0))
        object_lock_slow(object);
}
static inline void object_unlock(Object *object) {
    if (__builtin_expect(exchange_release(&object->lock, 0) == 2, 0))
        object_unlock_slow(object);
}

// A shared slot of the heap: an element, a field, a cell. All script-visible words go through these.
typedef _Atomic uint64_t Slot;
static inline Value slot_get(Slot *slot) { return load_acquire(slot); }
static inline void slot_set(Slot *slot, Value v) { store_release(slot, v); }

#endif
