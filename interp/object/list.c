// SPDX-License-Identifier: MIT
//
// Lists. Every change happens under shared_lock; what readers may see in between is noted at each.
#include "object/list.h"

#include <string.h>

#include "object/error.h"

static void buffer_trace(Object *object, Tracer *tracer) {
    Buffer *buffer = (Buffer *)object;
    trace_slots(tracer, buffer->slots, buffer->capacity);
}
const Kind buffer_kind = {"buffer", buffer_trace, NULL};

static void list_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, load_relaxed(&((List *)object)->items));
}
const Kind list_kind = {"list", list_trace, NULL};

// Whose first `filled` slots the caller writes at once; the others are UNDEF.
static Buffer *buffer_to_fill(LocalHeap *heap, size_t capacity, size_t filled) {
    Buffer *buffer = heap_alloc_unset(heap, KIND_BUFFER, sizeof *buffer + capacity * sizeof(Slot),
                                      sizeof *buffer);
    buffer->capacity = capacity;
    if (sizeof *buffer + capacity * sizeof(Slot) > HEAP_LARGE)
        memset(buffer->slots + filled, 0, (capacity - filled) * sizeof(Slot));
    return buffer;
}

static Buffer *buffer_new(LocalHeap *heap, size_t capacity) {
    Buffer *buffer = heap_alloc(heap, KIND_BUFFER, sizeof *buffer + capacity * sizeof(Slot));
    buffer->capacity = capacity;
    return buffer;
}

static List *list_of(LocalHeap *heap, Buffer *buffer, size_t length) {
    List *list = heap_alloc(heap, KIND_LIST, sizeof *list);
    store_relaxed(&list->items, buffer);
    store_relaxed(&list->length, length);
    return list;
}

List *list_new(LocalHeap *heap, size_t capacity) {
    return list_of(heap, buffer_new(heap, capacity), 0);
}

List *list_from(LocalHeap *heap, const Value *values, size_t count) {
    Buffer *buffer = buffer_to_fill(heap, count, count);
    memcpy(buffer->slots, values, count * sizeof(Value));
    return list_of(heap, buffer, count);
}

List *list_filled(LocalHeap *heap, const Value *values, size_t count, size_t times) {
    size_t total = count * times;
    Buffer *buffer = buffer_to_fill(heap, total, total);
    Value *slots = buffer_values(buffer);
    if (count == 1) {
        for (size_t i = 0; i < total; i++)
            slots[i] = values[0];
    } else {
        for (size_t i = 0; i < total; i += count)
            memcpy(slots + i, values, count * sizeof(Value));
    }
    return list_of(heap, buffer, total);
}

List *list_pair(LocalHeap *heap, Value a, Value b) {
    List *list = heap_alloc(heap, KIND_LIST, sizeof *list);
    Buffer *buffer = heap_alloc(heap, KIND_BUFFER, sizeof *buffer + 2 * sizeof(Slot));
    buffer->capacity = 2;
    store_relaxed(&buffer->slots[0], a);
    store_relaxed(&buffer->slots[1], b);
    store_relaxed(&list->items, buffer);
    store_relaxed(&list->length, 2);
    return list;
}

// Into a buffer that nobody else knows yet, out of a list that is locked: plain memory.
static void copy_slots(Slot *to, Slot *from, size_t count) {
    memcpy(to, from, count * sizeof(Slot));
}

// buffer_to_fill, or NULL with MemoryError.
static Buffer *buffer_checked(Fiber *fiber, size_t capacity, size_t filled) {
    size_t bytes = capacity * sizeof(Slot);
    if (bytes <= 4096 || heap_has_room(fiber->heap, bytes))
        return buffer_to_fill(fiber->heap, capacity, filled);
    throw_memory(fiber, bytes);
    return NULL;
}

// A buffer with room for `need` elements, holding the first `length` ones; not published yet.
// NULL with MemoryError.
static Buffer *grown(Fiber *fiber, Buffer *old, size_t length, size_t need) {
    size_t capacity = old->capacity + old->capacity / 2 + 4;
    if (capacity < need)
        capacity = need;
    Buffer *buffer = buffer_checked(fiber, capacity, length);
    if (buffer)
        copy_slots(buffer->slots, old->slots, length);
    return buffer;
}

// Room for `need` elements. Readers go on with the old buffer until the new one is published.
static Buffer *list_reserve(Fiber *fiber, List *list, size_t need) {
    Buffer *buffer = load_relaxed(&list->items);
    if (need <= buffer->capacity)
        return buffer;
    buffer = grown(fiber, buffer, load_relaxed(&list->length), need);
    if (buffer)
        store_release(&list->items, buffer);
    return buffer;
}

bool list_set(Fiber *fiber, List *list, size_t index, Value v) {
    bool locked = shared_lock(fiber, &list->header);
    bool there = index < load_relaxed(&list->length);
    if (there)
        slot_set(&load_relaxed(&list->items)->slots[index], v);
    shared_unlock(&list->header, locked);
    return there;
}

bool list_append_slow(Fiber *fiber, List *list, Value v) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    Buffer *buffer = list_reserve(fiber, list, length + 1);
    if (buffer) {
        slot_set(&buffer->slots[length], v);
        store_release(&list->length, length + 1);
    }
    shared_unlock(&list->header, locked);
    return buffer != NULL;
}

bool list_extend(Fiber *fiber, List *list, const Value *values, size_t count) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    Buffer *buffer = list_reserve(fiber, list, length + count);
    if (buffer) {
        for (size_t i = 0; locked && i < count; i++)
            slot_set(&buffer->slots[length + i], values[i]);
        if (!locked)
            memcpy(buffer->slots + length, values, count * sizeof(Value));
        store_release(&list->length, length + count);
    }
    shared_unlock(&list->header, locked);
    return buffer != NULL;
}

// Moves `count` elements by one place. Where other threads read them (`seen`), from the end that is moved to, so that
// each place goes from its old value to its new one at once.
static void move_up(Slot *from, size_t count, bool seen) {
    if (!seen)
        memmove(from + 1, from, count * sizeof(Slot));
    for (size_t i = count; seen && i > 0; i--)
        slot_set(&from[i], load_relaxed(&from[i - 1]));
}
static void move_down(Slot *from, size_t count, bool seen) {
    if (!seen)
        memmove(from - 1, from, count * sizeof(Slot));
    for (size_t i = 0; seen && i < count; i++)
        slot_set(&from[i] - 1, load_relaxed(&from[i]));
}

bool list_insert(Fiber *fiber, List *list, int64_t index, Value v) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    if (index < 0)
        index += (int64_t)length;
    if (index < 0)
        index = 0;
    size_t at = (size_t)index > length ? length : (size_t)index;
    Buffer *buffer = list_reserve(fiber, list, length + 1);
    if (buffer) {
        move_up(buffer->slots + at, length - at, locked);
        slot_set(&buffer->slots[at], v);
        store_release(&list->length, length + 1);
    }
    shared_unlock(&list->header, locked);
    return buffer != NULL;
}

static Value remove_at(List *list, size_t index, bool seen) {
    size_t length = load_relaxed(&list->length);
    Buffer *buffer = load_relaxed(&list->items);
    Value v = load_relaxed(&buffer->slots[index]);
    move_down(buffer->slots + index + 1, length - index - 1, seen);
    store_release(&list->length, length - 1);
    slot_set(&buffer->slots[length - 1], VALUE_UNDEF);
    return v;
}

Value list_pop(Fiber *fiber, List *list, int64_t index) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    if (index < 0)
        index += (int64_t)length;
    bool there = index >= 0 && (size_t)index < length;
    Value v = there ? remove_at(list, (size_t)index, locked) : VALUE_UNDEF;
    shared_unlock(&list->header, locked);
    if (there)
        return v;
    return throw_index(fiber, length ? "pop index out of range" : "pop from empty list");
}

bool list_take_out(Fiber *fiber, List *list, size_t index, Value v) {
    bool locked = shared_lock(fiber, &list->header);
    bool there = index < load_relaxed(&list->length) &&
                 load_relaxed(&load_relaxed(&list->items)->slots[index]) == v;
    if (there)
        remove_at(list, index, locked);
    shared_unlock(&list->header, locked);
    return there;
}

List *list_slice(Fiber *fiber, List *list, size_t from, size_t to) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    if (to > length)
        to = length;
    if (from > to)
        from = to;
    size_t count = to - from, bytes = count * sizeof(Slot);
    List *copy = NULL;
    if (bytes > 4096 && !heap_has_room(fiber->heap, bytes)) {
        throw_memory(fiber, bytes);
    } else {
        copy = list_from(fiber->heap, buffer_values(load_relaxed(&list->items)) + from, count);
    }
    shared_unlock(&list->header, locked);
    return copy;
}

List *list_stride(Fiber *fiber, List *list, size_t from, int64_t step, size_t count) {
    Buffer *buffer = buffer_checked(fiber, count, count);
    if (!buffer)
        return NULL;
    Value *to = buffer_values(buffer), *at = buffer_values(load_relaxed(&list->items)) + from;
    for (size_t i = 0; i < count; i++, at += step)
        to[i] = *at;
    return list_of(fiber->heap, buffer, count);
}

List *list_concat(Fiber *fiber, List *a, List *b) {
    List *more = load_relaxed(&fiber->world->shared) ? list_copy(fiber, b) : b;
    if (!more)
        return NULL;
    bool locked = shared_lock(fiber, &a->header);
    size_t first = list_length(a), second = list_length(more);
    size_t bytes = (first + second) * sizeof(Slot);
    List *both = NULL;
    if (bytes > 4096 && !heap_has_room(fiber->heap, bytes)) {
        throw_memory(fiber, bytes);
    } else {
        Buffer *buffer = buffer_to_fill(fiber->heap, first + second, first + second);
        copy_slots(buffer->slots, load_relaxed(&a->items)->slots, first);
        copy_slots(buffer->slots + first, load_relaxed(&more->items)->slots, second);
        both = list_of(fiber->heap, buffer, first + second);
    }
    shared_unlock(&a->header, locked);
    return both;
}

bool list_splice(Fiber *fiber, List *list, size_t from, size_t count, const Value *values,
                 size_t value_count) {
    size_t length = load_relaxed(&list->length), after = length - count + value_count;
    Buffer *buffer = list_reserve(fiber, list, after);
    if (!buffer)
        return false;
    Slot *at = buffer->slots + from;
    memmove(at + value_count, at + count, (length - from - count) * sizeof(Slot));
    memcpy(at, values, value_count * sizeof(Value));
    if (after < length)
        memset(buffer->slots + after, 0, (length - after) * sizeof(Slot)); // UNDEF
    store_release(&list->length, after);
    return true;
}

void list_clear(Fiber *fiber, List *list) {
    bool locked = shared_lock(fiber, &list->header);
    Buffer *empty = buffer_new(fiber->heap, 0);
    store_release(&list->length, 0);
    store_release(&list->items, empty);
    shared_unlock(&list->header, locked);
}

// The list has a new buffer. Between the stores a reader sees at most the shorter of both.
static void publish(List *list, Buffer *items, size_t length) {
    if (length < load_relaxed(&list->length))
        store_release(&list->length, length);
    store_release(&list->items, items);
    store_release(&list->length, length);
}

// In a world of one thread in place; else in a new buffer, as readers are to see either order whole.
bool list_reverse(Fiber *fiber, List *list) {
    bool locked = shared_lock(fiber, &list->header);
    size_t length = load_relaxed(&list->length);
    Buffer *old = load_relaxed(&list->items);
    if (!locked) {
        Value *low = buffer_values(old), *high = low + length;
        while (low < high) {
            Value v = *low;
            *low++ = *--high;
            *high = v;
        }
        return true;
    }
    Buffer *turned = buffer_checked(fiber, length, length);
    if (turned) {
        for (size_t i = 0; i < length; i++)
            store_relaxed(&turned->slots[i], load_relaxed(&old->slots[length - 1 - i]));
        publish(list, turned, length);
    }
    shared_unlock(&list->header, locked);
    return turned != NULL;
}

static bool starts_with(List *list, List *before) {
    size_t count = load_relaxed(&before->length);
    if (load_relaxed(&list->length) < count)
        return false;
    Slot *now = load_relaxed(&list->items)->slots, *then = load_relaxed(&before->items)->slots;
    for (size_t i = 0; i < count; i++)
        if (load_relaxed(&now[i]) != load_relaxed(&then[i]))
            return false;
    return true;
}

Become list_become(Fiber *fiber, List *list, List *before, List *after) {
    bool locked = shared_lock(fiber, &list->header);
    Become how = BECOME_CHANGED;
    if (starts_with(list, before)) {
        size_t count = load_relaxed(&before->length), length = load_relaxed(&after->length);
        size_t behind = load_relaxed(&list->length) - count; // appended since
        Slot *now = load_relaxed(&list->items)->slots;
        Buffer *items = load_relaxed(&after->items);
        if (length + behind > items->capacity)
            items = grown(fiber, items, length, length + behind);
        if (items) {
            copy_slots(items->slots + length, now + count, behind);
            publish(list, items, length + behind);
        }
        how = items ? BECOME_DONE : BECOME_ERROR;
    }
    shared_unlock(&list->header, locked);
    if (how == BECOME_DONE) { // `after` must not share the buffer any longer
        store_relaxed(&after->items, buffer_new(fiber->heap, 0));
        store_relaxed(&after->length, 0);
    }
    return how;
}
