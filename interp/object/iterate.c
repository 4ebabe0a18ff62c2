// SPDX-License-Identifier: MIT
//
// Iteration, once for `for`, for natives and for spreads. The state is three words in the caller's keeping
// (iterate.h draws it) and no object, so a loop over a built-in container allocates nothing. A position is
// an index, never a pointer: a container may change under the loop, by its own script or by other threads,
// and the next step looks at it as it is then. Lists are followed as they grow or shrink; maps and sets
// count their changes of size in a version, and a loop that meets another version throws.
#include "object/iterate.h"

#include <assert.h>

#include "object/bytes.h"
#include "object/class.h"
#include "object/error.h"
#include "object/function.h"
#include "object/list.h"
#include "object/map.h"
#include "object/range.h"
#include "object/root.h"
#include "object/str.h"

static Value call_method(Fiber *fiber, Value receiver, Value method) {
    return fiber_runtime(fiber)->call_method(fiber, method, receiver, NULL, 0);
}

static bool is_countable(Value v) {
    const int64_t most = VALUE_INT_MAX / 4;
    return value_is_int(v) && value_to_int(v) <= most && value_to_int(v) >= -most;
}

bool iterate_count(Value start, Value stop, Value step, Value state[3]) {
    if (!is_countable(start) || !is_countable(stop) || !is_countable(step))
        return false;
    int64_t stride = value_to_int(step), distance = value_to_int(stop) - value_to_int(start);
    if (stride < 0) {
        distance = -distance;
        stride = -stride;
    }
    if (stride == 0)
        return false;
    int64_t count = stride == 1 ? distance : (distance + stride - 1) / stride;
    state[0] = start;
    state[1] = value_from_int(count > 0 ? count : 0);
    state[2] = step;
    return true;
}

static int64_t version_of(Map *map) {
    return (int64_t)(load_acquire(&map->version) & (uint64_t)VALUE_INT_MAX);
}

static bool start_object(Fiber *fiber, Value iterable, Value state[3]) {
    Runtime *runtime = fiber_runtime(fiber);
    Class *c = class_of(runtime, iterable);
    if (c->iter == VALUE_UNDEF && c->next == VALUE_UNDEF) {
        throw_type(fiber, "'%s' object is not iterable", value_type_name(runtime, iterable));
        return false;
    }
    if (c->iter != VALUE_UNDEF) {
        state[0] = call_method(fiber, iterable, c->iter);
        if (state[0] == VALUE_UNDEF)
            return false;
    }
    Value next = class_of(runtime, state[0])->next;
    if (value_is_kind(next, KIND_NATIVE))
        state[2] = next;
    if (next != VALUE_UNDEF)
        return true;
    // What iter() gives may be a list or the like as well, but not again something with an iter().
    if (value_is_ref(state[0]) && !value_is_kind(state[0], KIND_INSTANCE))
        return iterate_start(fiber, state[0], state);
    throw_type(fiber, "iter() returned non-iterator of type '%s'",
               value_type_name(runtime, state[0]));
    return false;
}

bool iterate_start(Fiber *fiber, Value iterable, Value state[3]) {
    state[0] = iterable;
    state[1] = value_from_int(0);
    state[2] = VALUE_NIL;
    if (!value_is_ref(iterable))
        return start_object(fiber, iterable, state);
    switch (value_to_ref(iterable)->kind) {
    case KIND_RANGE: {
        const Range *range = value_to_range(iterable);
        iterate_count(range->start, range->stop, range->step, state);
        return true;
    }
    case KIND_MAP:
    case KIND_SET: state[2] = value_from_int(version_of(value_to_map(iterable))); return true;
    case KIND_LIST:
    case KIND_STR:
    case KIND_BYTES: return true;
    default: return start_object(fiber, iterable, state);
    }
}

static bool next_number(Value state[3], Value *out) {
    int64_t left = value_to_int(state[1]);
    if (left == 0)
        return true;
    *out = state[0];
    state[0] = value_from_int(value_to_int(state[0]) + value_to_int(state[2]));
    state[1] = value_from_int(left - 1);
    return true;
}

static bool next_key(Fiber *fiber, Value state[3], Value *out) {
    Map *map = value_to_map(state[0]);
    if (version_of(map) != value_to_int(state[2])) {
        throw_runtime(fiber, value_is_set(state[0]) ? "Set changed size during iteration"
                                                    : "dictionary changed size during iteration");
        error_hint(fiber, "go through a copy: `for x in list(xs) { ... }`");
        return false;
    }
    size_t position = (size_t)value_to_int(state[1]);
    Value key, value;
    if (map_next(map, &position, &key, &value))
        *out = key;
    state[1] = value_from_int((int64_t)position);
    return true;
}

static bool next_of_range(Fiber *fiber, Value state[3], Value *out) {
    Range *range = value_to_range(state[0]);
    if (integer_compare(state[1], range->length) >= 0)
        return true;
    *out = range_at(fiber, range, state[1]);
    state[1] = integer_add(fiber, state[1], value_from_int(1));
    return *out != VALUE_UNDEF;
}

// What next() has given; StopIteration is the end.
static bool answer(Fiber *fiber, Value v, Value *out) {
    *out = v;
    if (__builtin_expect(v != VALUE_UNDEF, 1))
        return true;
    if (!error_is(fiber, ERROR_StopIteration))
        return false;
    error_take(fiber);
    return true;
}

static bool next_of_object(Fiber *fiber, Value state[3], Value *out) {
    Class *c = class_of(fiber_runtime(fiber), state[0]);
    return answer(fiber, call_method(fiber, state[0], c->next), out);
}

// The native gets the state as its arguments, so that a turn makes no bound method, nor calls by way of the VM.
static bool next_of_native(Fiber *fiber, Value state[3], Value *out) {
    Value v = ((const Native *)value_to_ref(state[2]))->function(fiber, state, 0);
    assert(v != VALUE_PARKED);
    return answer(fiber, v, out);
}

bool iterate_next(Fiber *fiber, Value state[3], Value *out) {
    *out = VALUE_UNDEF;
    if (!runtime_poll(fiber))
        return false;
    if (value_is_int(state[0]))
        return next_number(state, out);
    if (value_is_ref(state[2]))
        return next_of_native(fiber, state, out);
    size_t at = (size_t)(value_is_int(state[1]) ? value_to_int(state[1]) : 0);
    switch (value_to_ref(state[0])->kind) {
    case KIND_LIST:
        *out = list_get(value_to_list(state[0]), at);
        state[1] = value_from_int((int64_t)at + 1);
        return true;
    case KIND_MAP:
    case KIND_SET: return next_key(fiber, state, out);
    case KIND_STR:
        *out = str_next(fiber, value_to_str(state[0]), &at);
        state[1] = value_from_int((int64_t)at);
        return true;
    case KIND_BYTES:
        if (at < value_to_bytes(state[0])->size)
            *out = value_from_int((uint8_t)value_to_bytes(state[0])->data[at]);
        state[1] = value_from_int((int64_t)at + 1);
        return true;
    case KIND_RANGE: return next_of_range(fiber, state, out);
    default: return next_of_object(fiber, state, out);
    }
}

// The numbers of a range that all are small ints.
static List *count_to_list(Fiber *fiber, Value state[3]) {
    size_t count = (size_t)value_to_int(state[1]);
    int64_t number = value_to_int(state[0]), step = value_to_int(state[2]);
    if (count > 512 && !heap_has_room(fiber->heap, count * sizeof(Slot))) {
        throw_memory(fiber, count * sizeof(Slot));
        return NULL;
    }
    List *list = list_new(fiber->heap, count);
    Value *values = buffer_values(load_relaxed(&list->items));
    for (size_t i = 0; i < count; i++, number += step)
        values[i] = value_from_int(number);
    store_relaxed(&list->length, count);
    return list;
}

// The characters of a text.
static List *text_to_list(Fiber *fiber, Str *text) {
    if (text->length > 512 && !heap_has_room(fiber->heap, text->length * sizeof(Slot))) {
        throw_memory(fiber, text->length * sizeof(Slot));
        return NULL;
    }
    List *list = list_new(fiber->heap, text->length);
    Value v;
    for (size_t at = 0; (v = str_next(fiber, text, &at)) != VALUE_UNDEF;)
        list_append(fiber, list, v);
    return list;
}

// Of what needs no script to be gone over, and does not change meanwhile: *list, NULL with MemoryError. Else false.
static bool plain_to_list(Fiber *fiber, Value iterable, List **list) {
    Value state[3];
    if (value_is_list(iterable))
        *list = list_copy(fiber, value_to_list(iterable));
    else if (value_is_str(iterable))
        *list = text_to_list(fiber, value_to_str(iterable));
    else if (value_is_range(iterable) &&
             iterate_count(value_to_range(iterable)->start, value_to_range(iterable)->stop,
                           value_to_range(iterable)->step, state))
        *list = count_to_list(fiber, state);
    else
        return false;
    return true;
}

// The state and the list stand in the fiber's roots while scripts may run.
Value iterate_to_list(Fiber *fiber, Value iterable) {
    List *plain;
    if (plain_to_list(fiber, iterable, &plain))
        return plain ? value_from_ref(plain) : VALUE_UNDEF;
    uint32_t mark = root_mark(fiber);
    // Of a map that other threads may change: as it is at one moment.
    bool changes =
        load_relaxed(&fiber->world->shared) && (value_is_map(iterable) || value_is_set(iterable));
    Map *copy = changes ? map_copy(fiber, value_to_map(iterable)) : NULL;
    if (changes && !copy)
        return VALUE_UNDEF;
    if (copy)
        iterable = value_from_ref(copy);
    List *list = list_new(fiber->heap, value_is_ref(iterable) ? 0 : 4);
    Value result = value_from_ref(list), state[3], v;
    root_push(fiber, iterable);
    root_push(fiber, result);
    bool ok = iterate_start(fiber, iterable, state);
    if (ok)
        root_push(fiber, state[0]);
    while (ok && (ok = iterate_next(fiber, state, &v)) && v != VALUE_UNDEF)
        ok = list_append(fiber, list, v);
    root_release(fiber, mark);
    return ok ? result : VALUE_UNDEF;
}
