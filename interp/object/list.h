// SPDX-License-Identifier: MIT
//
// Lists. `items` is a Buffer that only grows by being replaced; the collector keeps the old one alive
// for a reader that still looks at it. Readers take no lock: they load the buffer, then the slot; an
// UNDEF slot is past the end. Writers hold the list's tiny lock once the world is shared
// (shared_lock), so each operation is atomic.
// Functions that take a Fiber may throw; none runs script code or collects.
#ifndef CONC_OBJECT_LIST_H
#define CONC_OBJECT_LIST_H

#include "object/runtime.h"

typedef struct Buffer {
    Object header;
    size_t capacity;
    Slot slots[];
} Buffer;

typedef struct List {
    Object header;
    _Atomic size_t length;
    _Atomic(Buffer *) items; // never NULL
} List;

// The slots as plain values: of a buffer that no other thread writes meanwhile.
static inline Value *buffer_values(Buffer *buffer) { return (Value *)(void *)buffer->slots; }

List *list_new(LocalHeap *heap, size_t capacity);
List *list_from(LocalHeap *heap, const Value *values, size_t count);
List *list_filled(LocalHeap *heap, const Value *values, size_t count,
                  size_t times);                    // values * times
List *list_pair(LocalHeap *heap, Value a, Value b); // [a, b]
static inline bool value_is_list(Value v) { return value_is_kind(v, KIND_LIST); }
static inline List *value_to_list(Value v) { return (List *)value_to_ref(v); }
static inline size_t list_length(List *list) { return load_acquire(&list->length); }
// The element, or UNDEF where there is none (any more): all slots from the length on are UNDEF, so
// the buffer alone tells.
static inline Value list_get(List *list, size_t index) {
    Buffer *b = load_acquire(&list->items);
    return __builtin_expect(index < b->capacity, 1) ? slot_get(&b->slots[index]) : VALUE_UNDEF;
}
// False: no such element (not thrown).
bool list_set(Fiber *fiber, List *list, size_t index, Value v);
bool list_append_slow(Fiber *fiber, List *list, Value v);
static inline bool list_append(Fiber *fiber, List *list, Value v) { // false with MemoryError
    if (__builtin_expect(load_relaxed(&fiber->world->shared), 0))
        return list_append_slow(fiber, list, v);
    size_t length = load_relaxed(&list->length);
    Buffer *buffer = load_relaxed(&list->items);
    if (__builtin_expect(length == buffer->capacity, 0))
        return list_append_slow(fiber, list, v);
    slot_set(&buffer->slots[length], v);
    store_release(&list->length, length + 1);
    return true;
}
bool list_insert(Fiber *fiber, List *list, int64_t index, Value v); // index as Python's insert
Value list_pop(Fiber *fiber, List *list, int64_t index);            // IndexError
bool list_extend(Fiber *fiber, List *list, const Value *values, size_t count);
// A copy of elements [from, to) as they were at one moment; clipped to the length.
List *list_slice(Fiber *fiber, List *list, size_t from, size_t to);
static inline List *list_copy(Fiber *fiber, List *list) {
    return list_slice(fiber, list, 0, SIZE_MAX);
}
// A new list of `count` elements, from the one at `from` on, every `step`th, down if that is negative. Of a list that has
// all of these and that no other thread changes meanwhile. NULL with MemoryError.
List *list_stride(Fiber *fiber, List *list, size_t from, int64_t step, size_t count);
// A new list of the elements of a, then those of b, each as they were at one moment. NULL with MemoryError.
List *list_concat(Fiber *fiber, List *a, List *b);
void list_clear(Fiber *fiber, List *list);
// list[from : from + count] = values, in a world of one thread (nobody reads meanwhile). False with MemoryError.
bool list_splice(Fiber *fiber, List *list, size_t from, size_t count, const Value *values,
                 size_t value_count);
// Takes the element at `index` out if it is `v` still; false: it is not.
bool list_take_out(Fiber *fiber, List *list, size_t index, Value v);
bool list_reverse(Fiber *fiber, List *list); // false with MemoryError
// The last step of what changes a list as a whole (sort, slice assignment): `after` was made of
// `before`, which was a copy of the list. Elements that were appended since come behind it, as if they
// had been appended after this step. `after` is empty then. CHANGED: something else has come in between,
// and nothing is done. ERROR: MemoryError.
typedef enum Become { BECOME_DONE, BECOME_CHANGED, BECOME_ERROR } Become;
Become list_become(Fiber *fiber, List *list, List *before, List *after);
// Sorts values[0..count) stably with merge sort (timsort's ideas: P. McIlroy, T. Peters), in place of
// a rooted private list. `less` may run script code; false with an error stops it.
typedef bool (*ListLess)(Fiber *fiber, Value a, Value b, bool *less, void *context);
bool list_sort(Fiber *fiber, List *private_list, ListLess less, void *context);

#endif
