// SPDX-License-Identifier: MIT
//
// Built-in functions over iterables, and the constructors of containers.
#include "native/tables.h"
#include "object/error.h"
#include "object/iterate.h"
#include "object/list.h"
#include "object/map.h"
#include "object/prepared_call.h"
#include "object/range.h"
#include "object/root.h"
#include "object/sort.h"
#include "object/str.h"

static bool given(Value v) { return v != VALUE_UNDEF; }
static Runtime *rt(Fiber *fiber) { return fiber_runtime(fiber); }

// A loop over args[at], whose state and list stay rooted: `Walk w; walk_start; while (walk_next)`.
typedef struct Walk {
    Value state[3];
    uint32_t mark;
    bool failed;
} Walk;

static bool walk_start(Fiber *fiber, Walk *walk, Value iterable) {
    walk->mark = root_mark(fiber);
    walk->failed = !iterate_start(fiber, iterable, walk->state);
    if (!walk->failed)
        root_push(fiber, walk->state[0]);
    return !walk->failed;
}

static bool walk_next(Fiber *fiber, Walk *walk, Value *out) {
    if (value_is_list(walk->state[0])) { // iterate_next, for what is most usual
        *out = list_get(value_to_list(walk->state[0]), (size_t)value_to_int(walk->state[1]));
        walk->state[1]++; // small: no list is so long
    } else if (value_is_str(walk->state[0])) {
        size_t at = (size_t)value_to_int(walk->state[1]);
        *out = str_next(fiber, value_to_str(walk->state[0]), &at);
        walk->state[1] = value_from_int((int64_t)at);
    } else if (!iterate_next(fiber, walk->state, out))
        walk->failed = true;
    if (!walk->failed && *out != VALUE_UNDEF)
        return true;
    root_release(fiber, walk->mark);
    return false;
}

static bool call1(Fiber *fiber, const PreparedCall *call, Value v, Value *out) {
    *out = runtime_poll(fiber) ? call_prepared(fiber, call, v, VALUE_UNDEF) : VALUE_UNDEF;
    return *out != VALUE_UNDEF;
}

// --- one value from many ---

// all() and any(): stops at the first value whose truth is `stop`.
static Value find_truth(Fiber *fiber, Value iterable, bool stop) {
    Walk walk;
    Value v;
    if (!walk_start(fiber, &walk, iterable))
        return VALUE_UNDEF;
    while (walk_next(fiber, &walk, &v)) {
        if (value_truth(fiber, v) != stop)
            continue;
        root_release(fiber, walk.mark);
        return value_from_bool(stop);
    }
    return walk.failed ? VALUE_UNDEF : value_from_bool(!stop);
}
static Value builtin_any(Fiber *fiber, Value *args, int count) {
    (void)count;
    return find_truth(fiber, args[1], true);
}
static Value builtin_all(Fiber *fiber, Value *args, int count) {
    (void)count;
    return find_truth(fiber, args[1], false);
}

static Value builtin_sum(Fiber *fiber, Value *args, int count) {
    (void)count;
    Walk walk;
    Value v, total = given(args[2]) ? args[2] : value_from_int(0);
    if (value_is_str(total))
        return throw_type(fiber, "sum() can't sum strings [use ''.join(seq) instead]");
    if (!walk_start(fiber, &walk, args[1]))
        return VALUE_UNDEF;
    while (walk_next(fiber, &walk, &v)) {
        if (value_both_int(total, v) && integer_add_small(total, v, &total))
            continue;
        if (value_is_double(total) && value_is_double(v)) {
            total = value_from_double(value_to_double(total) + value_to_double(v));
            continue;
        }
        total = value_operate(fiber, OPERATOR_ADD, total, v);
        args[2] = total; // rooted
        if (total != VALUE_UNDEF)
            continue;
        root_release(fiber, walk.mark);
        return VALUE_UNDEF;
    }
    return walk.failed ? VALUE_UNDEF : total;
}

// Of numbers alone, the first of equal ones; UNDEF where there is something else among them.
static Value extreme_number(const Value *values, size_t count, bool largest) {
    Value best = values[0];
    for (size_t i = 0; i < count; i++) {
        if (value_both_int(values[i], best)) {
            int64_t a = value_to_int(values[i]), b = value_to_int(best);
            if (largest ? a > b : a < b)
                best = values[i];
            continue;
        }
        if (!value_is_number(values[i]))
            return VALUE_UNDEF;
        int order = number_compare(values[i], best); // 2: not a number
        if (largest ? order > 0 && order != 2 : order < 0)
            best = values[i];
    }
    return best;
}

// *out: a is greater than b, or less.
static bool is_beyond(Fiber *fiber, Value a, Value b, bool greater, bool *out) {
    if (!value_both_int(a, b))
        return value_compare(fiber, a, b, greater ? ">" : "<", out);
    *out = greater ? value_to_int(a) > value_to_int(b) : value_to_int(a) < value_to_int(b);
    return true;
}

// min and max over the list in args[3]; args[1] is key, args[2] default. The best value and its key
// stay in args[3 + ...] of the roots.
static Value extreme(Fiber *fiber, Value *args, List *values, const char *name, bool largest) {
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(values));
    Value key = given(args[1]) && args[1] != VALUE_NIL ? args[1] : VALUE_UNDEF;
    Value best = VALUE_UNDEF, best_key = VALUE_UNDEF;
    bool ok = true;
    if (!given(key) && list_length(values) > 0) {
        best = extreme_number(buffer_values(load_relaxed(&values->items)), list_length(values),
                              largest);
        if (given(best)) {
            root_release(fiber, mark);
            return best;
        }
    }
    uint32_t inner = root_mark(fiber);
    PreparedCall call = prepare_call(fiber, key, 1);
    for (size_t i = 0; ok && i < list_length(values); i++) {
        Value v = list_get(values, i), k = v;
        if (given(key))
            ok = call1(fiber, &call, v, &k);
        bool better = best == VALUE_UNDEF;
        root_release(fiber, inner);
        root_push(fiber, best_key);
        root_push(fiber, k);
        if (ok && !better)
            ok = is_beyond(fiber, k, best_key, largest, &better);
        if (!ok || !better)
            continue;
        best = v;
        best_key = k;
    }
    root_release(fiber, mark);
    if (!ok)
        return VALUE_UNDEF;
    if (best != VALUE_UNDEF)
        return best;
    if (given(args[2]))
        return args[2];
    return throw_value(fiber, "%s() arg is an empty sequence", name);
}

static Value extreme_of(Fiber *fiber, Value *args, int count, const char *name, bool largest) {
    if (count == 2)
        return throw_type(fiber, "%s expected at least 1 argument, got 0", name);
    if (count > 3 && given(args[2]))
        return throw_type(
            fiber, "Cannot specify a default for %s() with multiple positional arguments", name);
    if (count > 3 && !given(args[1])) {
        Value best = extreme_number(args + 3, (size_t)count - 2, largest);
        if (best != VALUE_UNDEF)
            return best;
    }
    if (count > 3)
        return extreme(fiber, args, list_from(fiber->heap, args + 3, (size_t)count - 2), name,
                       largest);
    Value values = iterate_to_list(fiber, args[3]);
    return given(values) ? extreme(fiber, args, value_to_list(values), name, largest) : VALUE_UNDEF;
}
static Value builtin_min(Fiber *fiber, Value *args, int count) {
    return extreme_of(fiber, args, count, "min", false);
}
static Value builtin_max(Fiber *fiber, Value *args, int count) {
    return extreme_of(fiber, args, count, "max", true);
}

// --- lists from iterables ---

static Value builtin_enumerate(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value number = given(args[2]) ? args[2] : value_from_int(0), v;
    if (!value_is_integer(number))
        return throw_type(fiber, "'%s' object cannot be interpreted as an integer",
                          value_type_name(rt(fiber), number));
    List *pairs =
        list_new(fiber->heap, value_is_list(args[1]) ? list_length(value_to_list(args[1])) : 0);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(pairs));
    Walk walk;
    bool ok = walk_start(fiber, &walk, args[1]);
    while (ok && walk_next(fiber, &walk, &v)) {
        ok = list_append(fiber, pairs, value_from_ref(list_pair(fiber->heap, number, v)));
        number = args[2] = integer_add(fiber, number, value_from_int(1)); // rooted
    }
    root_release(fiber, mark);
    return ok && !walk.failed ? value_from_ref(pairs) : VALUE_UNDEF;
}

// The elements number `i` of the lists args[1 .. count].
static List *zip_row(Fiber *fiber, const Value *args, int count, size_t i) {
    if (count == 2)
        return list_pair(fiber->heap, list_get(value_to_list(args[1]), i),
                         list_get(value_to_list(args[2]), i));
    List *row = list_new(fiber->heap, (size_t)count);
    for (int k = 1; k <= count; k++)
        list_append(fiber, row, list_get(value_to_list(args[k]), i));
    return row;
}

static Value builtin_zip(Fiber *fiber, Value *args, int count) {
    size_t shortest = count ? SIZE_MAX : 0;
    for (int i = 1; i <= count; i++) {
        args[i] = iterate_to_list(fiber, args[i]);
        if (!given(args[i]))
            return VALUE_UNDEF;
        size_t length = list_length(value_to_list(args[i]));
        if (length < shortest)
            shortest = length;
    }
    List *rows = list_new(fiber->heap, shortest);
    for (size_t i = 0; i < shortest; i++)
        list_append(fiber, rows, value_from_ref(zip_row(fiber, args, count, i)));
    return value_from_ref(rows);
}

// Whether filter keeps the element; false with the error. The element is rooted meanwhile. No function: those that
// are truthy.
static bool is_kept(Fiber *fiber, const PreparedCall *function, Value v, bool *keep) {
    uint32_t mark = root_mark(fiber);
    Value answer = v;
    root_push(fiber, v);
    bool ok = function->callee == VALUE_NIL || call1(fiber, function, v, &answer);
    root_release(fiber, mark);
    *keep = ok && value_truth(fiber, answer);
    return ok;
}

static Value builtin_filter(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v;
    uint32_t mark = root_mark(fiber);
    List *kept = list_new(fiber->heap, 0);
    root_push(fiber, value_from_ref(kept));
    PreparedCall function = prepare_call(fiber, args[1], 1);
    Walk walk;
    bool ok = walk_start(fiber, &walk, args[2]), keep;
    while (ok && walk_next(fiber, &walk, &v))
        ok = is_kept(fiber, &function, v, &keep) && (!keep || list_append(fiber, kept, v));
    root_release(fiber, mark);
    return ok && !walk.failed ? value_from_ref(kept) : VALUE_UNDEF;
}

static Value builtin_reversed(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value of = args[1];
    if (!value_is_ref(of) || value_is_set(of))
        return throw_type(fiber, "'%s' object is not reversible", value_type_name(rt(fiber), of));
    Value all = iterate_to_list(fiber, of);
    if (!given(all))
        return all;
    List *list = value_to_list(all);
    size_t length = list_length(list);
    for (size_t i = 0; i < length / 2; i++) {
        Value low = list_get(list, i), high = list_get(list, length - 1 - i);
        list_set(fiber, list, i, high);
        list_set(fiber, list, length - 1 - i, low);
    }
    return all;
}

static Value builtin_sorted(Fiber *fiber, Value *args, int count) {
    (void)count;
    return sorted_list(fiber, args[1], args[2], args[3], args[4]);
}

// --- constructors ---

static Value list_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!given(args[1]))
        return value_from_ref(list_new(fiber->heap, 0));
    return iterate_to_list(fiber, args[1]);
}

static Value set_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    Map *set = set_new(fiber->heap);
    args[0] = value_from_ref(set);
    if (!given(args[1]))
        return args[0];
    Walk walk;
    Value v;
    if (!walk_start(fiber, &walk, args[1]))
        return VALUE_UNDEF;
    while (walk_next(fiber, &walk, &v)) {
        if (map_set(fiber, set, v, VALUE_NIL))
            continue;
        root_release(fiber, walk.mark);
        return VALUE_UNDEF;
    }
    return walk.failed ? VALUE_UNDEF : value_from_ref(set);
}

// One [key, value] pair into the map.
static bool take_pair(Fiber *fiber, Map *map, Value pair, size_t number) {
    Value list = iterate_to_list(fiber, pair);
    if (!given(list))
        return false;
    size_t length = list_length(value_to_list(list));
    if (length == 2)
        return map_set(fiber, map, list_get(value_to_list(list), 0),
                       list_get(value_to_list(list), 1));
    throw_value(fiber, "dictionary update sequence element #%zu has length %zu; 2 is required",
                number, length);
    return false;
}

bool map_update(Fiber *fiber, Map *map, Value from) {
    Value key, v;
    if (value_is_map(from)) {
        size_t position = 0;
        while (map_next(value_to_map(from), &position, &key, &v))
            if (!map_set(fiber, map, key, v))
                return false;
        return true;
    }
    Walk walk;
    size_t number = 0;
    if (!walk_start(fiber, &walk, from))
        return false;
    while (walk_next(fiber, &walk, &v)) {
        if (take_pair(fiber, map, v, number++))
            continue;
        root_release(fiber, walk.mark);
        return false;
    }
    return !walk.failed;
}

static Value map_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    Map *map = map_new(fiber->heap);
    args[0] = value_from_ref(map);
    if (given(args[1]) && !map_update(fiber, map, args[1]))
        return VALUE_UNDEF;
    if (given(args[2]) && !map_update(fiber, map, args[2]))
        return VALUE_UNDEF;
    return value_from_ref(map);
}

static Value range_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value zero = value_from_int(0), one = value_from_int(1);
    if (!given(args[2]))
        return range_new_checked(fiber, zero, args[1], one);
    return range_new_checked(fiber, args[1], args[2], given(args[3]) ? args[3] : one);
}

static Value type_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_ref(class_of(rt(fiber), args[1]));
}

const NativeSpec list_constructor = {"list", list_construct, "iterable=[]", 0,
                                     "A new list of the elements of an iterable. Lists are also "
                                     "written [1, 2]; they print, compare and slice as in Python.\n"
                                     "    list(0..3)  # [0, 1, 2]"};
const NativeSpec set_constructor = {
    "set", set_construct, "iterable=[]", 0,
    "A new set of the elements of an iterable, each one once. TypeError for lists, maps and sets, "
    "which cannot be in a set.\n"
    "    set([1, 1])  # {1}"};
const NativeSpec map_constructor = {
    "map", map_construct, "pairs={}, **more", 0,
    "A new map from another map or from [key, value] pairs, and from labels. Maps are also written "
    "{\"a\": 1}; they keep the order of their keys.\n"
    "    map([[\"a\", 1]])  # {\"a\": 1}"};
const NativeSpec range_constructor = {"range", range_construct, "start, stop=nil, step=1", 0,
                                      "The whole numbers from start up to, not with, stop; "
                                      "range(stop) begins at 0. ValueError for step 0.\n"
                                      "    list(range(3))  # [0, 1, 2]"};
const NativeSpec type_constructor = {"type", type_construct, "value", 0,
                                     "The type of a value; a class, which prints as its name.\n"
                                     "    type(1) == int   # true"};

const NativeSpec builtin_sequence_functions[] = {
    {"any", builtin_any, "iterable", 0,
     "Whether one element of an iterable is truthy.\n"
     "    any([0, 1])  # true"},
    {"all", builtin_all, "iterable", 0,
     "Whether every element of an iterable is truthy.\n"
     "    all([])  # true"},
    {"sum", builtin_sum, "iterable, start=0", 0,
     "The elements of an iterable added up. TypeError for what does not add.\n"
     "    sum([1, 2])  # 3"},
    {"min", builtin_min, "*values, key=nil, default=", 0,
     "The least of several values, or of the elements of one iterable. key: a function that gives "
     "what to compare. default: the result for an empty iterable; without it that is a "
     "ValueError.\n"
     "    min([3, 1])  # 1"},
    {"max", builtin_max, "*values, key=nil, default=", 0,
     "The greatest of several values, or of the elements of one iterable. key: a function that "
     "gives what to compare. default: the result for an empty iterable; without it that is a "
     "ValueError.\n"
     "    max(1, 2)  # 2"},
    {"enumerate", builtin_enumerate, "iterable, start=0", 0,
     "A list of [number, element], one for each element; the numbers begin at start. "
     "A loop `for i, x in enumerate(xs)` makes no list: it goes through xs as `for x in xs` does.\n"
     "    enumerate([\"a\", \"b\"])   # [[0, \"a\"], [1, \"b\"]]"},
    {"zip", builtin_zip, "*iterables", 0,
     "A list of rows, one element of each, as long as the shortest. A loop `for a, b in zip(xs, "
     "ys)` "
     "makes no list: it goes through both.\n"
     "    zip([1, 2], [\"a\", \"b\"])  # [[1, \"a\"], [2, \"b\"]]"},
    {"filter", builtin_filter, "function, iterable", 0,
     "A list of the elements for which function(element) is truthy; nil in its place: of those "
     "that are truthy themselves.\n"
     "    filter(fn (x) => x > 1, [1, 2])  # [2]"},
    {"reversed", builtin_reversed, "iterable", 0,
     "A list of the elements of an iterable, last first.\n"
     "    reversed([1, 2])  # [2, 1]"},
    {"sorted", builtin_sorted, "iterable, key=nil, reverse=false, cmp=nil", 0,
     "A new sorted list of the elements of an iterable; equal ones keep their order. key: a "
     "function that gives what to sort by; cmp(a, b) gives a number below, equal to or above 0; "
     "reverse: the greatest first. TypeError for what has no order.\n"
     "    sorted([3, 1], key: fn (x) => -x)  # [3, 1]"},
    {0},
};
