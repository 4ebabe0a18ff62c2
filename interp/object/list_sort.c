// SPDX-License-Identifier: MIT
//
// Sorting: a natural merge sort (timsort: T. Peters, listsort.txt; which runs are merged when is
// powersort's rule: I. Munro, S. Wild). Runs that stand there already are found, short ones made longer by
// insertion, and merged; a merge that takes from one side all the time looks how far that goes on.
//
// It sorts a private copy, so nobody sees a half-sorted list. With a key the keys are worked out first.
// Keys and values stand in two private lists, rooted, as comparing may run script code and collect. The
// sort itself moves them in plain memory, so every value stays reachable from the private lists;
// that of the values is written anew at the end.
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/prepared_call.h"
#include "object/root.h"
#include "object/sort.h"
#include "object/str.h"

// What is sorted. `values` go where their keys go; NULL: the keys are all there is.
typedef struct Items {
    Value *keys, *values;
} Items;

// Where all keys are of one plain type, C compares them.
typedef enum Order { BY_LESS, BY_INT, BY_DOUBLE, BY_STR } Order;

typedef struct Sorter {
    Fiber *fiber;
    Order order;
    ListLess less; // of BY_LESS
    void *context;
    bool failed;
} Sorter;

static bool asked_less(Sorter *sorter, Value a, Value b) {
    bool less = false;
    if (!sorter->failed && !sorter->less(sorter->fiber, a, b, &less, sorter->context))
        sorter->failed = true;
    return less && !sorter->failed;
}

static inline bool is_less(Sorter *sorter, Value a, Value b) {
    switch (sorter->order) {
    case BY_INT: return (int64_t)(a << 13) < (int64_t)(b << 13);
    case BY_DOUBLE: return value_to_double(a) < value_to_double(b);
    case BY_STR: return str_compare(value_to_str(a), value_to_str(b)) < 0;
    default: return asked_less(sorter, a, b);
    }
}

static Order plain_order(const Value *keys, size_t count) {
    bool ints = true, doubles = true, strings = true;
    for (size_t i = 0; i < count; i++) {
        Value v = keys[i];
        ints &= value_is_int(v);
        doubles &= value_is_double(v);
        strings &= value_is_str(v);
    }
    return ints ? BY_INT : doubles ? BY_DOUBLE : strings ? BY_STR : BY_LESS;
}

static inline void move_one(Items to, size_t t, Items from, size_t f) {
    to.keys[t] = from.keys[f];
    if (to.values)
        to.values[t] = from.values[f];
}

static void move_many(Items to, size_t t, Items from, size_t f, size_t count) {
    memmove(to.keys + t, from.keys + f, count * sizeof(Value));
    if (to.values)
        memmove(to.values + t, from.values + f, count * sizeof(Value));
}

static void reverse_values(Value *values, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        Value v = values[i];
        values[i] = values[count - 1 - i];
        values[count - 1 - i] = v;
    }
}

static void reverse_items(Items items, size_t from, size_t count) {
    reverse_values(items.keys + from, count);
    if (items.values)
        reverse_values(items.values + from, count);
}

// --- runs ---

enum { SHORT_RUN = 32 };

// How many from `from` on are in order. What falls is turned around, if no two are equal.
static size_t find_run(Sorter *sorter, Items items, size_t from, size_t end) {
    const Value *keys = items.keys;
    size_t i = from + 1;
    if (i == end)
        return 1;
    bool falls = is_less(sorter, keys[i], keys[i - 1]);
    for (i++; i < end && is_less(sorter, keys[i], keys[i - 1]) == falls; i++)
        ;
    if (falls)
        reverse_items(items, from, i - from);
    return i - from;
}

// [from, sorted) is in order; [from, end) is afterwards.
static void insert_into_run(Sorter *sorter, Items items, size_t from, size_t sorted, size_t end) {
    for (; sorted < end; sorted++) {
        Value key = items.keys[sorted], value = items.values ? items.values[sorted] : key;
        size_t low = from, high = sorted;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (is_less(sorter, key, items.keys[middle]))
                high = middle;
            else
                low = middle + 1;
        }
        move_many(items, low + 1, items, low, sorted - low);
        items.keys[low] = key;
        if (items.values)
            items.values[low] = value;
    }
}

// So that the runs of what is in no order are of one size, and a power of two in number, or a bit less.
static size_t least_run(size_t count) {
    size_t rest = 0;
    for (; count > SHORT_RUN; count /= 2)
        rest |= count & 1;
    return count + rest;
}

// --- merging ---

// Whether `k` belongs before `key`; of equal ones `after` decides.
static bool is_before(Sorter *sorter, Value k, Value key, bool after) {
    return after ? !is_less(sorter, key, k) : is_less(sorter, k, key);
}

// How many of the ordered keys [low, high) and of those before them belong before `key`.
static size_t bisect(Sorter *sorter, const Value *keys, size_t low, size_t high, Value key,
                     bool after) {
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(sorter, keys[middle], key, after))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// How many of `count` ordered keys belong before `key`, looked for from the start: few most likely.
static size_t few_before(Sorter *sorter, const Value *keys, size_t count, Value key, bool after) {
    size_t low = 0, step = 1;
    while (count - low >= step && is_before(sorter, keys[low + step - 1], key, after)) {
        low += step;
        step *= 2;
    }
    return bisect(sorter, keys, low, count - low < step ? count : low + step - 1, key, after);
}

// The same, looked for from the end: most of them most likely.
static size_t most_before(Sorter *sorter, const Value *keys, size_t count, Value key, bool after) {
    size_t high = count, step = 1;
    while (high >= step && !is_before(sorter, keys[high - step], key, after)) {
        high -= step;
        step *= 2;
    }
    return bisect(sorter, keys, high < step ? 0 : high - step + 1, high, key, after);
}

enum { STREAK = 7 }; // so often from one side: how far does it go on?

// Merges [start, middle) and [middle, end), the first of which is the shorter one.
static void merge_up(Sorter *sorter, Items items, Items scratch, size_t start, size_t middle,
                     size_t end) {
    size_t a = 0, most = middle - start, b = middle, to = start, more;
    int from_a = 0, from_b = 0;
    move_many(scratch, 0, items, start, most);
    while (a < most && b < end) {
        if (is_less(sorter, items.keys[b], scratch.keys[a])) {
            move_one(items, to++, items, b++);
            from_a = 0;
            if (++from_b < STREAK)
                continue;
            more = few_before(sorter, items.keys + b, end - b, scratch.keys[a], false);
            move_many(items, to, items, b, more);
            b += more;
            from_b = 0;
        } else {
            move_one(items, to++, scratch, a++);
            from_b = 0;
            if (++from_a < STREAK)
                continue;
            more = few_before(sorter, scratch.keys + a, most - a, items.keys[b], true);
            move_many(items, to, scratch, a, more);
            a += more;
            from_a = 0;
        }
        to += more;
    }
    move_many(items, to, scratch, a, most - a);
}

// The same from the end, where the second is the shorter one.
static void merge_down(Sorter *sorter, Items items, Items scratch, size_t start, size_t middle,
                       size_t end) {
    size_t a = middle, b = end - middle, to = end, more;
    int from_a = 0, from_b = 0;
    move_many(scratch, 0, items, middle, b);
    while (a > start && b > 0) {
        if (is_less(sorter, scratch.keys[b - 1], items.keys[a - 1])) {
            move_one(items, --to, items, --a);
            from_b = 0;
            if (++from_a < STREAK)
                continue;
            more = a - start -
                   most_before(sorter, items.keys + start, a - start, scratch.keys[b - 1], true);
            a -= more;
            move_many(items, to - more, items, a, more);
            from_a = 0;
        } else {
            move_one(items, --to, scratch, --b);
            from_a = 0;
            if (++from_b < STREAK)
                continue;
            more = b - most_before(sorter, scratch.keys, b, items.keys[a - 1], false);
            b -= more;
            move_many(items, to - more, scratch, b, more);
            from_b = 0;
        }
        to -= more;
    }
    move_many(items, start, scratch, 0, b);
}

static void merge(Sorter *sorter, Items items, Items scratch, size_t start, size_t middle,
                  size_t end) {
    const Value *keys = items.keys;
    // What is in its place already.
    start += few_before(sorter, keys + start, middle - start, keys[middle], true);
    if (start == middle)
        return;
    end = middle + most_before(sorter, keys + middle, end - middle, keys[middle - 1], false);
    if (middle - start <= end - middle)
        merge_up(sorter, items, scratch, start, middle, end);
    else
        merge_down(sorter, items, scratch, start, middle, end);
}

// Between two steps: Ctrl-C, a time limit and other threads' collections need not wait for the end.
static bool goes_on(Sorter *sorter) {
    if (!sorter->failed && !runtime_poll(sorter->fiber))
        sorter->failed = true;
    return !sorter->failed;
}

typedef struct Run {
    size_t start;
    int power; // of the border to the run before
} Run;

// The depth at which the border between [start, middle) and [middle, end) stands in a tree that
// halves `count` again and again (powersort).
static int border_power(size_t start, size_t middle, size_t end, size_t count) {
    size_t a = start + middle, b = middle + end; // twice the places of the runs' middles
    int power = 1;
    while (a >= count || b < count) {
        if (a >= count) {
            a -= count;
            b -= count;
        }
        a *= 2;
        b *= 2;
        power++;
    }
    return power;
}

// Scratch has room for half of them. Once it has failed the order means nothing any more.
static void merge_sort(Sorter *sorter, Items items, Items scratch, size_t count) {
    Run runs[8 * sizeof(size_t) + 2]; // their powers rise
    size_t depth = 0, least = least_run(count), start = 0, end;
    for (; start < count && goes_on(sorter); start = end) {
        end = start + find_run(sorter, items, start, count);
        if (end - start < least) {
            size_t wanted = count - start < least ? count : start + least;
            insert_into_run(sorter, items, start, end, wanted);
            end = wanted;
        }
        int power = depth ? border_power(runs[depth - 1].start, start, end, count) : 0;
        for (; depth > 1 && runs[depth - 1].power > power; depth--)
            merge(sorter, items, scratch, runs[depth - 2].start, runs[depth - 1].start, start);
        runs[depth++] = (Run){start, power};
    }
    for (; depth > 1 && goes_on(sorter); depth--)
        merge(sorter, items, scratch, runs[depth - 2].start, runs[depth - 1].start, count);
}

static void read_values(List *list, Value *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = list_get(list, i);
}

// Sorts `values` by `keys` (the same list where there is no key). Both are private and rooted.
static bool sort_lists(Fiber *fiber, List *keys, List *values, bool reverse, ListLess less,
                       void *context, bool use_plain) {
    size_t count = list_length(values), half = count / 2 + 1;
    size_t both = (count + half) * sizeof(Value) * (keys == values ? 1 : 2);
    if (!heap_has_room(fiber->heap, both))
        return throw_memory(fiber, both) != VALUE_UNDEF;
    Value *room = os_malloc(both);
    Items items = {room, NULL}, scratch = {room + count, NULL};
    read_values(keys, items.keys, count);
    if (keys != values) {
        items.values = room + count + half;
        scratch.values = items.values + count;
        read_values(values, items.values, count);
    }
    Order order = use_plain ? plain_order(items.keys, count) : BY_LESS;
    Sorter sorter = {fiber, order, less, context, false};
    // Stable in reverse: turned around before and after.
    if (reverse)
        reverse_items(items, 0, count);
    merge_sort(&sorter, items, scratch, count);
    if (reverse)
        reverse_items(items, 0, count);
    const Value *sorted = items.values ? items.values : items.keys;
    Buffer *buffer = load_relaxed(&values->items);
    for (size_t i = 0; i < count && !sorter.failed; i++)
        slot_set(&buffer->slots[i], sorted[i]);
    free(room);
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
    Value order = call_prepared(fiber, context, a, b);
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
    PreparedCall call = prepare_call(fiber, key, 1);
    for (size_t i = 0; i < list_length(values); i++) {
        if (!runtime_poll(fiber))
            return NULL;
        Value k = call_prepared(fiber, &call, list_get(values, i), VALUE_UNDEF);
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
    PreparedCall by = prepare_call(fiber, cmp, 2);
    bool backwards = reverse != VALUE_UNDEF && value_truth(fiber, reverse);
    bool ok = keys && sort_lists(fiber, keys, values, backwards,
                                 given(cmp) ? less_by_cmp : natural_less, &by, !given(cmp));
    root_release(fiber, mark);
    return ok ? all : VALUE_UNDEF;
}
