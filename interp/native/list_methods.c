// SPDX-License-Identifier: MIT
//
// The methods of lists, and map, filter and reduce of everything that can be iterated. Each method of a
// list is atomic by being one call of object/list.c; what takes longer (sort, reverse) works on a copy
// that no other thread sees and puts it into the list in one step. Where equality may run
// script code, each element is asked for anew by its index: the list may be another one by then.
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/sort.h"

static List *self(const Value *args) { return value_to_list(args[0]); }
static bool given(Value v) { return v != VALUE_UNDEF && v != VALUE_NIL; }
static Value nil_if(bool ok) { return ok ? VALUE_NIL : VALUE_UNDEF; }

// An optional whole-number argument. False with TypeError.
static bool take_int(Fiber *fiber, Value v, int64_t otherwise, int64_t *out) {
    *out = otherwise;
    if (!given(v))
        return true;
    if (value_is_bool(v))
        v = value_from_int(v == VALUE_TRUE);
    if (!value_is_integer(v)) {
        throw_type(fiber, "'%s' object cannot be interpreted as an integer",
                   value_type_name(fiber_runtime(fiber), v));
        return false;
    }
    if (!integer_to_int64(v, out))
        *out = integer_compare(v, value_from_int(0)) < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return true;
}

static Value list_method_append(Fiber *fiber, Value *args, int count) {
    (void)count;
    return nil_if(list_append(fiber, self(args), args[1]));
}

static Value list_method_extend(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value more = iterate_to_list(fiber, args[1]);
    if (more == VALUE_UNDEF)
        return more;
    List *from = value_to_list(more);
    // The copy's buffer holds plain values: slots and values are the same words.
    Value *values = (Value *)(void *)load_relaxed(&from->items)->slots;
    return nil_if(list_extend(fiber, self(args), values, list_length(from)));
}

static Value list_method_insert(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t index;
    if (!take_int(fiber, args[1], 0, &index))
        return VALUE_UNDEF;
    return nil_if(list_insert(fiber, self(args), index, args[2]));
}

static Value list_method_pop(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t index;
    if (!take_int(fiber, args[1], -1, &index))
        return VALUE_UNDEF;
    return list_pop(fiber, self(args), index);
}

static Value list_method_clear(Fiber *fiber, Value *args, int count) {
    (void)count;
    list_clear(fiber, self(args));
    return VALUE_NIL;
}

// The place of the first element that equals args[1] in [from, to); -1: none, -2: error.
static int64_t find(Fiber *fiber, const Value *args, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
        Value v = list_get(self(args), (size_t)i);
        bool same;
        if (v == VALUE_UNDEF)
            break;
        if (!value_equal(fiber, v, args[1], &same))
            return -2;
        if (same)
            return i;
    }
    return -1;
}

static Value list_method_remove(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t at = find(fiber, args, 0, INT64_MAX);
    if (at == -2)
        return VALUE_UNDEF;
    if (at == -1)
        return throw_value(fiber, "list.remove(x): x not in list");
    return nil_if(list_pop(fiber, self(args), at) != VALUE_UNDEF);
}

static int64_t clip(int64_t i, int64_t length) {
    if (i < 0)
        i += length;
    return i < 0 ? 0 : i;
}

static Value list_method_index(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t from, to, length = (int64_t)list_length(self(args));
    if (!take_int(fiber, args[2], 0, &from) || !take_int(fiber, args[3], INT64_MAX, &to))
        return VALUE_UNDEF;
    int64_t at = find(fiber, args, clip(from, length), clip(to, length));
    if (at == -2)
        return VALUE_UNDEF;
    if (at >= 0)
        return value_from_int(at);
    Text text = {0};
    if (!value_repr(fiber, args[1], &text)) {
        text_free(&text);
        return VALUE_UNDEF;
    }
    throw_value(fiber, "%s is not in list", text_data(&text));
    text_free(&text);
    return VALUE_UNDEF;
}

static Value list_method_count(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t times = 0;
    for (size_t i = 0;; i++) {
        Value v = list_get(self(args), i);
        bool same;
        if (v == VALUE_UNDEF)
            return value_from_int(times);
        if (!value_equal(fiber, v, args[1], &same))
            return VALUE_UNDEF;
        times += same;
    }
}

static Value list_method_sort(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value sorted = sorted_list(fiber, args[0], args[1], args[2], args[3]);
    if (sorted == VALUE_UNDEF)
        return sorted;
    list_replace(fiber, self(args), value_to_list(sorted));
    return VALUE_NIL;
}

static Value list_method_reverse(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *copy = list_copy(fiber, self(args));
    if (!copy)
        return VALUE_UNDEF;
    size_t length = list_length(copy);
    for (size_t i = 0; i < length / 2; i++) {
        Value low = list_get(copy, i), high = list_get(copy, length - 1 - i);
        list_set(fiber, copy, i, high);
        list_set(fiber, copy, length - 1 - i, low);
    }
    list_replace(fiber, self(args), copy);
    return VALUE_NIL;
}

static Value list_method_copy(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *copy = list_copy(fiber, self(args));
    return copy ? value_from_ref(copy) : VALUE_UNDEF;
}

// --- map, filter, reduce: of every iterable ---

Value iterable_map(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value all = iterate_to_list(fiber, args[0]);
    if (all == VALUE_UNDEF)
        return all;
    args[0] = all;
    List *list = value_to_list(all);
    for (size_t i = 0; i < list_length(list); i++) {
        Value v = list_get(list, i);
        v = fiber_runtime(fiber)->call(fiber, args[1], &v, 1);
        if (v == VALUE_UNDEF)
            return v;
        list_set(fiber, list, i, v); // the copy is ours
    }
    return all;
}

Value iterable_filter(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value all = iterate_to_list(fiber, args[0]);
    if (all == VALUE_UNDEF)
        return all;
    args[0] = all;
    List *list = value_to_list(all), *kept = list_new(fiber->heap, 0);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(kept));
    bool ok = true;
    for (size_t i = 0; ok && i < list_length(list); i++) {
        Value v = list_get(list, i);
        Value keep = fiber_runtime(fiber)->call(fiber, args[1], &v, 1);
        ok = keep != VALUE_UNDEF && (!value_truth(fiber, keep) || list_append(fiber, kept, v));
    }
    root_release(fiber, mark);
    return ok ? value_from_ref(kept) : VALUE_UNDEF;
}

Value iterable_reduce(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value all = iterate_to_list(fiber, args[0]);
    if (all == VALUE_UNDEF)
        return all;
    args[0] = all;
    List *list = value_to_list(all);
    size_t i = 0;
    Value total = args[2] == VALUE_UNDEF ? list_get(list, i++) : args[2];
    if (total == VALUE_UNDEF)
        return throw_type(fiber, "reduce() of empty iterable with no initial value");
    for (; i < list_length(list); i++) {
        Value pair[] = {total, list_get(list, i)};
        total = fiber_runtime(fiber)->call(fiber, args[1], pair, 2);
        if (total == VALUE_UNDEF)
            return total;
    }
    return total;
}

const NativeSpec list_methods[] = {
    {"append", list_method_append, "value", 0,
     "append(value): adds it at the end.\n    xs.append(1)"},
    {"extend", list_method_extend, "iterable", 0,
     "extend(iterable): adds all its elements at the end, in one step.\n    xs.extend([1, 2])"},
    {"insert", list_method_insert, "index, value", 0,
     "insert(index, value): puts it before the element at index.\n    xs.insert(0, \"first\")"},
    {"remove", list_method_remove, "value", 0,
     "remove(value): takes the first element out that equals it. ValueError if there is none.\n    "
     "xs.remove(3)"},
    {"pop", list_method_pop, "index=-1", 0,
     "pop(index=-1): takes an element out and gives it. IndexError if there is none.\n    "
     "xs.pop()"},
    {"clear", list_method_clear, "", 0, "clear(): takes all elements out.\n    xs.clear()"},
    {"index", list_method_index, "value, start=0, stop=nil", 0,
     "index(value, start=0, stop=nil): the place of the first element that equals it. ValueError "
     "if there is\n"
     "none.\n    [5, 6].index(6)  # 1"},
    {"count", list_method_count, "value", 0,
     "count(value): how many elements equal it.\n    [1, 1].count(1)  # 2"},
    {"sort", list_method_sort, "key=nil, reverse=false, cmp=nil", 0,
     "sort(key=nil, reverse=false, cmp=nil): sorts the list; equal elements keep their order. key "
     "gives what to\n"
     "sort by; cmp(a, b) gives a number below, equal to or above 0. TypeError for what has no "
     "order.\n"
     "    xs.sort(key: fn (x) => -x)"},
    {"reverse", list_method_reverse, "", 0, "reverse(): turns the order around.\n    xs.reverse()"},
    {"copy", list_method_copy, "", 0,
     "copy(): a new list of the same elements.\n    let ys = xs.copy()"},
    {"map", iterable_map, "function", 0, ITERABLE_MAP_DOC},
    {"filter", iterable_filter, "function", 0, ITERABLE_FILTER_DOC},
    {"reduce", iterable_reduce, "function, init=", 0, ITERABLE_REDUCE_DOC},
    {0},
};
