// SPDX-License-Identifier: MIT
//
// Arithmetic between values that are not both numbers, and indexing.
#include "object/operate.h"

#include <string.h>

#include "object/bytes.h"
#include "object/error.h"
#include "object/format.h"
#include "object/list.h"
#include "object/map.h"
#include "object/range.h"
#include "object/root.h"
#include "object/str.h"

// --- binary operators ---

static Value unsupported(Fiber *fiber, Operator op, Value a, Value b) {
    static const char *const symbols[] = {"+",           "-", "*", "/", "//", "%",
                                          "** or pow()", "&", "|", "^", "<<", ">>"};
    Runtime *runtime = fiber_runtime(fiber);
    const char *left = value_type_name(runtime, a), *right = value_type_name(runtime, b);
    if (op == OPERATOR_ADD && value_is_str(a))
        return throw_type(fiber, "can only concatenate str (not \"%s\") to str", right);
    if (op == OPERATOR_ADD && value_is_list(a))
        return throw_type(fiber, "can only concatenate list (not \"%s\") to list", right);
    if (op == OPERATOR_MUL && (value_is_str(a) || value_is_list(a) || value_is_bytes(a)))
        return throw_type(fiber, "can't multiply sequence by non-int of type '%s'", right);
    if (op == OPERATOR_MUL && (value_is_str(b) || value_is_list(b) || value_is_bytes(b)))
        return throw_type(fiber, "can't multiply sequence by non-int of type '%s'", left);
    return throw_type(fiber, "unsupported operand type(s) for %s: '%s' and '%s'", symbols[op], left,
                      right);
}

static Value add_lists(Fiber *fiber, List *a, List *b) {
    List *both = list_concat(fiber, a, b);
    return both ? value_from_ref(both) : VALUE_UNDEF;
}

static Value repeat_list(Fiber *fiber, List *list, int64_t times) {
    List *once = list_copy(fiber, list);
    if (!once)
        return VALUE_UNDEF;
    size_t count = list_length(once), total;
    if (times < 0)
        times = 0;
    if (__builtin_mul_overflow(count, (size_t)times, &total) || total > SIZE_MAX / 16 ||
        (total > 512 && !heap_has_room(fiber->heap, total * sizeof(Slot))))
        return throw_memory(fiber, total > SIZE_MAX / 16 ? SIZE_MAX / 2 : total * sizeof(Slot));
    return value_from_ref(
        list_filled(fiber->heap, buffer_values(load_relaxed(&once->items)), count, (size_t)times));
}

static Value repeat(Fiber *fiber, Value sequence, Value times) {
    int64_t n;
    if (value_is_bool(times))
        times = value_from_int(times == VALUE_TRUE);
    if (!integer_to_int64(times, &n))
        return throw_error(fiber, ERROR_OverflowError,
                           "cannot fit 'int' into an index-sized integer");
    if (value_is_str(sequence))
        return str_repeat(fiber, value_to_str(sequence), n);
    if (value_is_bytes(sequence))
        return bytes_repeat(fiber, value_to_bytes(sequence), n);
    return repeat_list(fiber, value_to_list(sequence), n);
}

static bool repeatable(Value v) { return value_is_str(v) || value_is_list(v) || value_is_bytes(v); }
static bool is_count(Value v) { return value_is_integer(v) || value_is_bool(v); }

static bool map_update_from(Fiber *fiber, Map *to, Map *from) {
    Value key, v;
    size_t position = 0;
    while (map_next(from, &position, &key, &v))
        if (!map_set(fiber, to, key, v))
            return false;
    return true;
}

static Value merge_maps(Fiber *fiber, Map *a, Map *b) {
    Map *merged = map_copy_for(fiber, a, map_length(b));
    if (!merged)
        return VALUE_UNDEF;
    root_push(fiber, value_from_ref(merged));
    return map_update_from(fiber, merged, b) ? value_from_ref(merged) : VALUE_UNDEF;
}

static Value unite_sets(Fiber *fiber, Map *a, Map *b) {
    Map *united = map_copy_for(fiber, a, map_length(b));
    if (!united)
        return VALUE_UNDEF;
    root_push(fiber, value_from_ref(united));
    SetWalk walk = set_add_all(fiber, united, b);
    bool ok = walk == SET_ASKS_SCRIPT ? map_update_from(fiber, united, b) : walk == SET_DONE;
    return ok ? value_from_ref(united) : VALUE_UNDEF;
}

// Adds to `to` each member of `from` whose being in `other` is `wanted`.
static bool select_members(Fiber *fiber, Map *to, Map *from, Map *other, bool wanted) {
    Value key, v, found;
    size_t position = 0;
    while (map_next(from, &position, &key, &v)) {
        if (!map_get(fiber, other, key, &found))
            return false;
        if ((found != VALUE_UNDEF) == wanted && !map_set(fiber, to, key, VALUE_NIL))
            return false;
    }
    return true;
}

static Value operate_sets(Fiber *fiber, Operator op, Map *a, Map *b) {
    if (op == OPERATOR_OR)
        return unite_sets(fiber, a, b);
    Map *result = set_new(fiber->heap);
    root_push(fiber, value_from_ref(result));
    SetWalk walk = op == OPERATOR_AND   ? set_intersect(fiber, result, a, b)
                   : op == OPERATOR_SUB ? set_subtract(fiber, result, a, b)
                                        : set_exclude(fiber, result, a, b);
    if (walk != SET_ASKS_SCRIPT)
        return walk == SET_DONE ? value_from_ref(result) : VALUE_UNDEF;
    bool ok = select_members(fiber, result, a, b, op == OPERATOR_AND);
    if (ok && op == OPERATOR_XOR)
        ok = select_members(fiber, result, b, a, false);
    return ok ? value_from_ref(result) : VALUE_UNDEF;
}

static bool is_set_operator(Operator op) {
    return op == OPERATOR_OR || op == OPERATOR_AND || op == OPERATOR_XOR || op == OPERATOR_SUB;
}

static Value operate_rooted(Fiber *fiber, Operator op, Value a, Value b) {
    if (op == OPERATOR_ADD) {
        if (value_is_str(a) && value_is_str(b))
            return str_concat(fiber, value_to_str(a), value_to_str(b));
        if (value_is_list(a) && value_is_list(b))
            return add_lists(fiber, value_to_list(a), value_to_list(b));
        if (value_is_bytes(a) && value_is_bytes(b))
            return bytes_concat(fiber, value_to_bytes(a), value_to_bytes(b));
    }
    if (op == OPERATOR_MUL && repeatable(a) && is_count(b))
        return repeat(fiber, a, b);
    if (op == OPERATOR_MUL && repeatable(b) && is_count(a))
        return repeat(fiber, b, a);
    if (op == OPERATOR_MOD && value_is_str(a))
        return format_percent(fiber, value_to_str(a), b);
    if (value_is_set(a) && value_is_set(b) && is_set_operator(op))
        return operate_sets(fiber, op, value_to_map(a), value_to_map(b));
    if (value_is_map(a) && value_is_map(b) && op == OPERATOR_OR)
        return merge_maps(fiber, value_to_map(a), value_to_map(b));
    return unsupported(fiber, op, a, b);
}

Value value_operate(Fiber *fiber, Operator op, Value a, Value b) {
    if (value_is_number(a) && value_is_number(b))
        return number_operate(fiber, op, a, b);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, a);
    root_push(fiber, b);
    Value result = operate_rooted(fiber, op, a, b);
    root_release(fiber, mark);
    return result;
}

// a op= b, member by member, so that what other threads put in meanwhile stays.
static bool set_operate_in_place(Fiber *fiber, Operator op, Map *a, Map *b) {
    Map *by = map_copy(fiber, op == OPERATOR_AND ? a : b);
    Value key, ignored, found, old;
    size_t position = 0;
    if (!by)
        return false;
    root_push(fiber, value_from_ref(by));
    while (map_next(by, &position, &key, &ignored)) {
        if (!map_get(fiber, op == OPERATOR_AND ? b : a, key, &found))
            return false;
        bool there = found != VALUE_UNDEF;
        bool leaves = op == OPERATOR_AND ? !there : op != OPERATOR_OR && there;
        bool comes = !there && (op == OPERATOR_OR || op == OPERATOR_XOR);
        if ((leaves && !map_delete(fiber, a, key, &old)) ||
            (comes && !map_set(fiber, a, key, VALUE_NIL)))
            return false;
    }
    return true;
}

// xs *= n. No script runs in here, so that it can start again where another thread was quicker.
static Value repeat_in_place(Fiber *fiber, Value list, Value times) {
    for (;;) {
        List *before = list_copy(fiber, value_to_list(list));
        Value result = before ? repeat(fiber, value_from_ref(before), times) : VALUE_UNDEF;
        if (result == VALUE_UNDEF)
            return result;
        Become how = list_become(fiber, value_to_list(list), before, value_to_list(result));
        if (how != BECOME_CHANGED)
            return how == BECOME_DONE ? list : VALUE_UNDEF;
    }
}

static Value in_place_rooted(Fiber *fiber, Operator op, Value a, Value b) {
    if (value_is_list(a) && op == OPERATOR_ADD) {
        Value more = iterate_to_list(fiber, b);
        if (more == VALUE_UNDEF)
            return more;
        List *from = value_to_list(more);
        // A private list's slots are plain values.
        Value *values = (Value *)(void *)load_relaxed(&from->items)->slots;
        return list_extend(fiber, value_to_list(a), values, list_length(from)) ? a : VALUE_UNDEF;
    }
    if (value_is_list(a) && op == OPERATOR_MUL && is_count(b))
        return repeat_in_place(fiber, a, b);
    if (value_is_set(a) && value_is_set(b) && is_set_operator(op))
        return set_operate_in_place(fiber, op, value_to_map(a), value_to_map(b)) ? a : VALUE_UNDEF;
    if (value_is_map(a) && value_is_map(b) && op == OPERATOR_OR)
        return map_update_from(fiber, value_to_map(a), value_to_map(b)) ? a : VALUE_UNDEF;
    return operate_rooted(fiber, op, a, b); // which says why that is none
}

Value value_operate_in_place(Fiber *fiber, Operator op, Value a, Value b) {
    bool changes = value_is_list(a) || value_is_map(a) || value_is_set(a);
    if (!changes)
        return value_operate(fiber, op, a, b);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, a);
    root_push(fiber, b);
    Value result = in_place_rooted(fiber, op, a, b);
    root_release(fiber, mark);
    return result;
}

// --- indices ---

static Value bad_index(Fiber *fiber, const char *what, Value index) {
    const char *type = value_type_name(fiber_runtime(fiber), index);
    if (strcmp(what, "string") == 0) // Python words these two differently
        return throw_type(fiber, "string indices must be integers, not '%s'", type);
    return throw_type(fiber, "%s indices must be integers or slices, not %s", what, type);
}

// An index as a number; false with the error. Bools count as 0 and 1.
static bool take_index(Fiber *fiber, const char *what, Value index, int64_t *out) {
    if (value_is_bool(index))
        index = value_from_int(index == VALUE_TRUE);
    if (!value_is_integer(index))
        return bad_index(fiber, what, index) != VALUE_UNDEF;
    if (integer_to_int64(index, out))
        return true;
    return throw_index(fiber, "cannot fit 'int' into an index-sized integer") != VALUE_UNDEF;
}

static Value list_at(Fiber *fiber, List *list, Value index) {
    int64_t i;
    if (!take_index(fiber, "list", index, &i))
        return VALUE_UNDEF;
    if (i < 0)
        i += (int64_t)list_length(list);
    Value v = i < 0 ? VALUE_UNDEF : list_get(list, (size_t)i);
    return v == VALUE_UNDEF ? throw_index(fiber, "list index out of range") : v;
}

Value value_index(Fiber *fiber, Value container, Value index) {
    int64_t i;
    Value v;
    switch (value_is_ref(container) ? value_to_ref(container)->kind : KIND_FREE) {
    case KIND_LIST: return list_at(fiber, value_to_list(container), index);
    case KIND_MAP:
        if (!map_get(fiber, value_to_map(container), index, &v))
            return VALUE_UNDEF;
        return v == VALUE_UNDEF ? throw_key(fiber, index) : v;
    case KIND_STR:
        if (!take_index(fiber, "string", index, &i))
            return VALUE_UNDEF;
        return str_at(fiber, value_to_str(container), i);
    case KIND_BYTES:
        if (!take_index(fiber, "byte", index, &i))
            return VALUE_UNDEF;
        return bytes_at(fiber, value_to_bytes(container), i);
    case KIND_RANGE: return range_at(fiber, value_to_range(container), index);
    default:
        return throw_type(fiber, "'%s' object is not subscriptable",
                          value_type_name(fiber_runtime(fiber), container));
    }
}

bool value_set_index(Fiber *fiber, Value container, Value index, Value v) {
    int64_t i;
    if (value_is_map(container))
        return map_set(fiber, value_to_map(container), index, v);
    if (value_is_list(container)) {
        List *list = value_to_list(container);
        if (!take_index(fiber, "list", index, &i))
            return false;
        if (i < 0)
            i += (int64_t)list_length(list);
        if (i >= 0 && list_set(fiber, list, (size_t)i, v))
            return true;
        throw_index(fiber, "list assignment index out of range");
        return false;
    }
    throw_type(fiber, "'%s' object does not support item assignment",
               value_type_name(fiber_runtime(fiber), container));
    return false;
}

// --- slices ---

typedef struct Slice {
    int64_t start, step, count;
} Slice;

static bool slice_part(Fiber *fiber, Value v, int64_t *out) {
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v)) {
        throw_type(fiber, "slice indices must be integers or nil");
        return false;
    }
    if (!integer_to_int64(v, out))
        *out = integer_compare(v, value_from_int(0)) < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return true;
}

static int64_t clip(int64_t i, int64_t length, int64_t low, int64_t high) {
    if (i < 0)
        i += length;
    return i < low ? low : i > high ? high : i;
}

// As Python's slice.indices().
static bool slice_resolve(Fiber *fiber, Value start, Value stop, Value step, size_t size,
                          Slice *out) {
    int64_t length = (int64_t)size, from, to, by = 1;
    if (step != VALUE_NIL && !slice_part(fiber, step, &by))
        return false;
    if (by == 0) {
        throw_value(fiber, "slice step cannot be zero");
        return false;
    }
    int64_t low = by > 0 ? 0 : -1, high = by > 0 ? length : length - 1;
    from = by > 0 ? low : high;
    to = by > 0 ? high : low;
    if (start != VALUE_NIL) {
        if (!slice_part(fiber, start, &from))
            return false;
        from = clip(from, length, low, high);
    }
    if (stop != VALUE_NIL) {
        if (!slice_part(fiber, stop, &to))
            return false;
        to = clip(to, length, low, high);
    }
    int64_t span = by > 0 ? to - from : from - to, stride = by > 0 ? by : -by;
    *out = (Slice){from, by, span > 0 ? (span - 1) / stride + 1 : 0};
    return true;
}

static Value slice_list(Fiber *fiber, List *list, Slice s) {
    if (s.step == 1)
        return value_from_ref(
            list_slice(fiber, list, (size_t)s.start, (size_t)(s.start + s.count)));
    List *result = list_stride(fiber, list, (size_t)s.start, s.step, (size_t)s.count);
    return result ? value_from_ref(result) : VALUE_UNDEF;
}

Value value_slice(Fiber *fiber, Value container, Value start, Value stop, Value step) {
    Slice s;
    switch (value_is_ref(container) ? value_to_ref(container)->kind : KIND_FREE) {
    case KIND_LIST: {
        List *list = value_to_list(container);
        if (step != VALUE_NIL &&
            load_relaxed(&fiber->world->shared)) // its length is to stay as it is
            list = list_copy(fiber, list);
        if (!list || !slice_resolve(fiber, start, stop, step, list_length(list), &s))
            return VALUE_UNDEF;
        return slice_list(fiber, list, s);
    }
    case KIND_STR: {
        Str *str = value_to_str(container);
        if (!slice_resolve(fiber, start, stop, step, str->length, &s))
            return VALUE_UNDEF;
        return str_slice(fiber, str, (size_t)s.start, s.step, (size_t)s.count);
    }
    case KIND_BYTES: {
        Bytes *bytes = value_to_bytes(container);
        if (!slice_resolve(fiber, start, stop, step, bytes->size, &s))
            return VALUE_UNDEF;
        return bytes_slice(fiber, bytes, (size_t)s.start, s.step, (size_t)s.count);
    }
    case KIND_RANGE: return range_slice(fiber, value_to_range(container), start, stop, step);
    default:
        return throw_type(fiber, "'%s' object is not subscriptable",
                          value_type_name(fiber_runtime(fiber), container));
    }
}

// What `before` becomes by before[start:stop] = values; what stood there is replaced, whatever the lengths.
static List *spliced(Fiber *fiber, List *before, List *values, Slice s) {
    size_t tail = (size_t)(s.start + s.count), length = list_length(before);
    Value *old = buffer_values(load_relaxed(&before->items));
    List *after = list_slice(fiber, before, 0, (size_t)s.start);
    bool ok = after && list_extend(fiber, after, buffer_values(load_relaxed(&values->items)),
                                   list_length(values));
    return ok && list_extend(fiber, after, old + tail, length - tail) ? after : NULL;
}

// The same with a step: as many as there are.
static List *stepped(Fiber *fiber, List *before, List *values, Slice s) {
    if (list_length(values) != (size_t)s.count) {
        throw_value(fiber, "attempt to assign sequence of size %zu to extended slice of size %lld",
                    list_length(values), (long long)s.count);
        return NULL;
    }
    List *after = list_copy(fiber, before);
    for (int64_t i = 0; after && i < s.count; i++)
        list_set(fiber, after, (size_t)(s.start + i * s.step), list_get(values, (size_t)i));
    return after;
}

// No script runs in here: it can start again where another thread was quicker.
static bool assign_slice(Fiber *fiber, List *list, List *values, Value start, Value stop,
                         Value step) {
    Slice s;
    if (!load_relaxed(&fiber->world->shared) && step == VALUE_NIL)
        return slice_resolve(fiber, start, stop, step, list_length(list), &s) &&
               list_splice(fiber, list, (size_t)s.start, (size_t)s.count,
                           buffer_values(load_relaxed(&values->items)), list_length(values));
    for (;;) {
        List *before = list_copy(fiber, list);
        if (!before || !slice_resolve(fiber, start, stop, step, list_length(before), &s))
            return false;
        List *after =
            s.step == 1 ? spliced(fiber, before, values, s) : stepped(fiber, before, values, s);
        if (!after)
            return false;
        Become how = list_become(fiber, list, before, after);
        if (how != BECOME_CHANGED)
            return how == BECOME_DONE;
    }
}

bool value_set_slice(Fiber *fiber, Value container, Value start, Value stop, Value step, Value v) {
    if (!value_is_list(container)) {
        throw_type(fiber, "'%s' object does not support slice assignment",
                   value_type_name(fiber_runtime(fiber), container));
        return false;
    }
    Value values = iterate_to_list(fiber, v);
    return values != VALUE_UNDEF &&
           assign_slice(fiber, value_to_list(container), value_to_list(values), start, stop, step);
}

Value value_length(Fiber *fiber, Value v) {
    switch (value_is_ref(v) ? value_to_ref(v)->kind : KIND_FREE) {
    case KIND_STR: return value_from_int((int64_t)value_to_str(v)->length);
    case KIND_BYTES: return value_from_int((int64_t)value_to_bytes(v)->size);
    case KIND_LIST: return value_from_int((int64_t)list_length(value_to_list(v)));
    case KIND_MAP:
    case KIND_SET: return value_from_int((int64_t)map_length(value_to_map(v)));
    case KIND_RANGE: return value_to_range(v)->length;
    default:
        return throw_type(fiber, "object of type '%s' has no len()",
                          value_type_name(fiber_runtime(fiber), v));
    }
}
