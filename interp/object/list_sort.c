// SPDX-License-Identifier: MIT
//
// Sorting: a merge sort from the bottom up over runs that insertion sort makes (the simple half of
// timsort: T. Peters, listsort.txt). It sorts a private copy, so nobody sees a half-sorted list.
//
// With a key the keys are worked out first; what is sorted is pairs, which stand in two private lists
// (keys, values), rooted, as comparing may run script code and collect. The sort itself moves the pairs
// in plain memory and never drops one, so every value stays reachable from the private lists, which
// are written anew at the end.
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/root.h"
#include "object/sort.h"
#include "object/str.h"

typedef struct Pair {
    Value key, value;
} Pair;

typedef struct Sorter {
    Fiber *fiber;
    ListLess less; // NULL: by one of the plain orders
    void *context;
    bool (*plain)(Value a, Value b);
    bool failed;
} Sorter;

static bool int_less(Value a, Value b) { return (int64_t)(a << 13) < (int64_t)(b << 13); }
static bool double_less(Value a, Value b) { return value_to_double(a) < value_to_double(b); }
static bool str_less(Value a, Value b) { return str_compare(value_to_str(a), value_to_str(b)) < 0; }

static bool is_less(Sorter *sorter, Value a, Value b) {
    if (sorter->plain)
        return sorter->plain(a, b);
    bool less = false;
    if (!sorter->failed && !sorter->less(sorter->fiber, a, b, &less, sorter->context))
        sorter->failed = true;
    return less && !sorter->failed;
}

// Where all keys are of one plain type, C compares them.
static bool (*plain_order(const Pair *pairs, size_t count))(Value, Value) {
    bool ints = true, doubles = true, strings = true;
    for (size_t i = 0; i < count; i++) {
        Value v = pairs[i].key;
        ints &= value_is_int(v);
        doubles &= value_is_double(v);
        strings &= value_is_str(v);
    }
    return ints ? int_less : doubles ? double_less : strings ? str_less : NULL;
}

enum { RUN = 8 };

static void insertion_sort(Sorter *sorter, Pair *pairs, size_t count) {
    for (size_t i = 1; i < count; i++) {
        Pair p = pairs[i];
        size_t k = i;
        while (k > 0 && is_less(sorter, p.key, pairs[k - 1].key)) {
            pairs[k] = pairs[k - 1];
            k--;
        }
        pairs[k] = p;
    }
}

static void merge(Sorter *sorter, const Pair *from, Pair *to, size_t middle, size_t count) {
    size_t a = 0, b = middle, out = 0;
    // Runs that are in order already are the common case of sorted input.
    if (middle < count && !is_less(sorter, from[middle].key, from[middle - 1].key)) {
        memcpy(to, from, count * sizeof *from);
        return;
    }
    while (a < middle && b < count)
        to[out++] = is_less(sorter, from[b].key, from[a].key) ? from[b++] : from[a++];
    while (a < middle)
        to[out++] = from[a++];
    while (b < count)
        to[out++] = from[b++];
}

// Between two steps: Ctrl-C, a time limit and other threads' collections need not wait for the end.
static bool goes_on(Sorter *sorter) {
    if (!sorter->failed && !runtime_poll(sorter->fiber))
        sorter->failed = true;
    return !sorter->failed;
}

// Once it has failed nothing is moved any more.
static void merge_sort(Sorter *sorter, Pair *pairs, Pair *scratch, size_t count) {
    for (size_t i = 0; i < count && goes_on(sorter); i += RUN)
        insertion_sort(sorter, pairs + i, count - i < RUN ? count - i : RUN);
    Pair *from = pairs, *to = scratch;
    for (size_t width = RUN; width < count && goes_on(sorter); width *= 2) {
        for (size_t i = 0; i < count && goes_on(sorter); i += 2 * width) {
            size_t rest = count - i, both = rest < 2 * width ? rest : 2 * width;
            merge(sorter, from + i, to + i, rest < width ? rest : width, both);
        }
        Pair *t = from;
        from = to;
        to = t;
    }
    if (from != pairs && !sorter->failed)
        memcpy(pairs, from, count * sizeof *pairs);
}

static void reverse_pairs(Pair *pairs, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        Pair p = pairs[i];
        pairs[i] = pairs[count - 1 - i];
        pairs[count - 1 - i] = p;
    }
}

// Sorts `values` by `keys` (the same list where there is no key). Both are private and rooted.
static bool sort_lists(Fiber *fiber, List *keys, List *values, bool reverse, ListLess less,
                       void *context, bool use_plain) {
    size_t count = list_length(values);
    if (!heap_has_room(fiber->heap, count * 2 * sizeof(Pair)))
        return throw_memory(fiber, count * 2 * sizeof(Pair)) != VALUE_UNDEF;
    Pair *pairs = os_malloc((count * 2 + 1) * sizeof *pairs);
    for (size_t i = 0; i < count; i++)
        pairs[i] = (Pair){list_get(keys, i), list_get(values, i)};
    Sorter sorter = {fiber, less, context, use_plain ? plain_order(pairs, count) : NULL, false};
    // Stable in reverse: turned around before and after.
    if (reverse)
        reverse_pairs(pairs, count);
    merge_sort(&sorter, pairs, pairs + count, count);
    if (reverse)
        reverse_pairs(pairs, count);
    for (size_t i = 0; i < count && !sorter.failed; i++)
        list_set(fiber, values, i, pairs[i].value);
    free(pairs);
    return !sorter.failed;
}

bool list_sort(Fiber *fiber, List *list, ListLess less, void *context) {
    return sort_lists(fiber, list, list, false, less, context, false);
}

static bool natural_less(Fiber *fiber, Value a, Value b, bool *less, void *context) {
    (void)context;
    return value_less(fiber, a, b, "<", less);
}

static bool less_by_cmp(Fiber *fiber, Value a, Value b, bool *less, void *context) {
    Value pair[] = {a, b};
    Value order = fiber_runtime(fiber)->call(fiber, *(Value *)context, pair, 2);
    if (order == VALUE_UNDEF)
        return false;
    if (value_is_int(order)) {
        *less = value_to_int(order) < 0;
        return true;
    }
    return value_less(fiber, order, value_from_int(0), "<", less);
}

static bool given(Value v) { return v != VALUE_UNDEF && v != VALUE_NIL; }

static List *keys_of(Fiber *fiber, List *values, Value key) {
    List *keys = list_new(fiber->heap, list_length(values));
    root_push(fiber, value_from_ref(keys));
    for (size_t i = 0; i < list_length(values); i++) {
        Value v = list_get(values, i);
        Value k = fiber_runtime(fiber)->call(fiber, key, &v, 1);
        if (k == VALUE_UNDEF || !list_append(fiber, keys, k))
            return NULL;
    }
    return keys;
}

Value sorted_list(Fiber *fiber, Value iterable, Value key, Value reverse, Value cmp) {
    Value all = iterate_to_list(fiber, iterable);
    if (all == VALUE_UNDEF)
        return all;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, all);
    List *values = value_to_list(all), *keys = given(key) ? keys_of(fiber, values, key) : values;
    bool backwards = reverse != VALUE_UNDEF && value_truth(fiber, reverse);
    bool ok = keys && sort_lists(fiber, keys, values, backwards,
                                 given(cmp) ? less_by_cmp : natural_less, &cmp, !given(cmp));
    root_release(fiber, mark);
    return ok ? all : VALUE_UNDEF;
}
