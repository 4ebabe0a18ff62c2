// SPDX-License-Identifier: MIT
//
// The methods of lists, and map, filter and reduce of everything that can be iterated. Each method of a
// list is atomic by being one call of object/list.c; what takes longer (sort, reverse) works on a copy
// that no other thread sees and puts it into the list in one step. Where equality may run
// script code, each element is asked for anew by its index: the list may be another one by then.
#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/prepared_call.h"
#include "object/root.h"
#include "object/sort.h"

static List *self(const Value *args) { return value_to_list(args[0]); }
static Value nil_if(bool ok) { return ok ? VALUE_NIL : VALUE_UNDEF; }

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
    if (!argument_int64(fiber, args[1], &index))
        return VALUE_UNDEF;
    return nil_if(list_insert(fiber, self(args), index, args[2]));
}

static Value list_method_pop(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t index = -1;
    if (args[1] != VALUE_UNDEF && !argument_int64(fiber, args[1], &index))
        return VALUE_UNDEF;
    return list_pop(fiber, self(args), index);
}

static Value list_method_clear(Fiber *fiber, Value *args, int count) {
    (void)count;
    list_clear(fiber, self(args));
    return VALUE_NIL;
}

static Value list_method_remove(Fiber *fiber, Value *args, int count) {
    (void)count;
    for (;;) {
        size_t at;
        Value element;
        switch (value_find(fiber, args[0], args[1], 0, SIZE_MAX, &at, &element)) {
        case FIND_ERROR: return VALUE_UNDEF;
        case FIND_NONE: return throw_value(fiber, "list.remove(x): x not in list");
        case FIND_FOUND: break;
        }
        if (list_take_out(fiber, self(args), at, element))
            return VALUE_NIL;
    }
}

static Value not_in_list(Fiber *fiber, Value v) {
    Text text = {0};
    if (value_repr(fiber, v, &text))
        throw_value(fiber, "%s is not in list", text_data(&text));
    text_free(&text);
    return VALUE_UNDEF;
}

static Value list_method_index(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t from, to, at;
    Value element;
    if (!argument_range(fiber, args[2], args[3], list_length(self(args)), &from, &to))
        return VALUE_UNDEF;
    switch (value_find(fiber, args[0], args[1], from, to, &at, &element)) {
    case FIND_ERROR: return VALUE_UNDEF;
    case FIND_NONE: return not_in_list(fiber, args[1]);
    default: return value_from_int((int64_t)at);
    }
}

static Value list_method_count(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t times = 0;
    List *copy = list_copy(fiber, self(args));
    if (!copy)
        return VALUE_UNDEF;
    args[0] = value_from_ref(copy);
    for (size_t i = 0;; i++) {
        Value v = list_get(copy, i);
        bool same;
        if (v == VALUE_UNDEF)
            return value_from_int(times);
        if (!value_equal(fiber, v, args[1], &same))
            return VALUE_UNDEF;
        times += same;
    }
}

// Sorts a copy, which then takes the list's place. Python's error where a script that compares, or
// another thread, changed the list meanwhile in a way that leaves no order to tell.
static Value list_method_sort(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *before = list_copy(fiber, self(args));
    if (!before)
        return VALUE_UNDEF;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(before));
    Value sorted = sorted_list(fiber, value_from_ref(before), args[1], args[2], args[3]);
    root_release(fiber, mark);
    if (sorted == VALUE_UNDEF)
        return sorted;
    switch (list_become(fiber, self(args), before, value_to_list(sorted))) {
    case BECOME_DONE: return VALUE_NIL;
    case BECOME_CHANGED: return throw_value(fiber, "list modified during sort");
    default: return VALUE_UNDEF;
    }
}

static Value list_method_reverse(Fiber *fiber, Value *args, int count) {
    (void)count;
    return nil_if(list_reverse(fiber, self(args)));
}

static Value list_method_copy(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *copy = list_copy(fiber, self(args));
    return copy ? value_from_ref(copy) : VALUE_UNDEF;
}

// --- map, filter, reduce: of every iterable ---

// The result of the function for each element takes the element's place: the copy is nobody else's.
Value iterable_map(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value all = iterate_to_list(fiber, args[0]);
    if (all == VALUE_UNDEF)
        return all;
    args[0] = all;
    List *list = value_to_list(all);
    Slot *slots = load_relaxed(&list->items)->slots;
    size_t length = list_length(list);
    PreparedCall call = prepare_call(fiber, args[1], 1);
    for (size_t i = 0; i < length; i++) {
        Value v = runtime_poll(fiber)
                      ? call_prepared(fiber, &call, slot_get(&slots[i]), VALUE_UNDEF)
                      : VALUE_UNDEF;
        if (v == VALUE_UNDEF)
            return v;
        slot_set(&slots[i], v);
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
    PreparedCall call = prepare_call(fiber, args[1], 1);
    bool ok = true;
    for (size_t i = 0; ok && i < list_length(list); i++) {
        Value v = list_get(list, i);
        Value keep =
            runtime_poll(fiber) ? call_prepared(fiber, &call, v, VALUE_UNDEF) : VALUE_UNDEF;
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
    PreparedCall call = prepare_call(fiber, args[1], 2);
    for (; i < list_length(list); i++) {
        args[2] = total; // rooted
        if (!runtime_poll(fiber))
            return VALUE_UNDEF;
        total = call_prepared(fiber, &call, total, list_get(list, i));
        if (total == VALUE_UNDEF)
            return total;
    }
    return total;
}

const NativeSpec list_methods[] = {
    {"append", list_method_append, "value", 0,
     "Adds a value at the end.\n"
     "    xs.append(1)"},
    {"extend", list_method_extend, "iterable", 0,
     "Adds all elements of an iterable at the end, in one step.\n"
     "    xs.extend([1, 2])"},
    {"insert", list_method_insert, "index, value", 0,
     "Puts a value before the element at index; at the end, if that is too far.\n"
     "    xs.insert(0, \"first\")"},
    {"remove", list_method_remove, "value", 0,
     "Takes the first element out that equals the value. ValueError if there is none.\n"
     "    xs.remove(3)"},
    {"pop", list_method_pop, "index=-1", 0,
     "Takes the element at index out, and gives it; -1 is the last one. IndexError if there is "
     "none.\n"
     "    xs.pop()"},
    {"clear", list_method_clear, "", 0,
     "Takes all elements out.\n"
     "    xs.clear()"},
    {"index", list_method_index, "value, start=0, stop=nil", 0,
     "The index of the first element, in [start:stop], that equals the value. ValueError if there "
     "is none.\n"
     "    [5, 6].index(6)  # 1"},
    {"count", list_method_count, "value", 0,
     "How many elements equal the value.\n"
     "    [1, 1].count(1)  # 2"},
    {"sort", list_method_sort, "key=nil, reverse=false, cmp=nil", 0,
     "Sorts the list itself; equal elements keep their order. key: a function that gives what to "
     "sort by; cmp(a, b) gives a number below, equal to or above 0; reverse: the greatest first. "
     "TypeError for what has no order.\n"
     "    xs.sort(key: fn (x) => -x)"},
    {"reverse", list_method_reverse, "", 0,
     "Turns the order of the elements around, in the list itself.\n"
     "    xs.reverse()"},
    {"copy", list_method_copy, "", 0,
     "A new list of the same elements.\n"
     "    let ys = xs.copy()"},
    {"map", iterable_map, "function", 0, ITERABLE_MAP_DOC},
    {"filter", iterable_filter, "function", 0, ITERABLE_FILTER_DOC},
    {"reduce", iterable_reduce, "function, init=", 0, ITERABLE_REDUCE_DOC},
    {0},
};
