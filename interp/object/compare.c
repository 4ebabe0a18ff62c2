// SPDX-License-Identifier: MIT
//
// Equality, order, truth, membership. Containers are compared element by element, to a bounded depth;
// while a script's `eq` or `less` may run, the containers stand in the fiber's roots.
#include "object/bytes.h"
#include "object/class.h"
#include "object/error.h"
#include "object/function.h"
#include "object/iterate.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/range.h"
#include "object/root.h"
#include "object/str.h"

enum { COMPARE_DEPTH = 1000, POLL_EVERY = 256 };

static bool equal_at(Fiber *fiber, Value a, Value b, bool *out, int depth);

bool value_truth(Fiber *fiber, Value v) {
    (void)fiber;
    if (value_is_int(v))
        return v != value_from_int(0);
    if (value_is_double(v))
        return value_to_double(v) != 0;
    if (!value_is_ref(v))
        return v == VALUE_TRUE;
    switch (value_to_ref(v)->kind) {
    case KIND_STR: return value_to_str(v)->size > 0;
    case KIND_BYTES: return value_to_bytes(v)->size > 0;
    case KIND_LIST: return list_length(value_to_list(v)) > 0;
    case KIND_MAP:
    case KIND_SET: return map_length(value_to_map(v)) > 0;
    case KIND_RANGE: return value_to_range(v)->length != value_from_int(0);
    default: return true;
    }
}

// --- equality ---

static bool too_deep(Fiber *fiber, int depth) {
    if (depth < COMPARE_DEPTH && thread_has_stack(fiber->thread, STACK_RESERVE))
        return false;
    throw_error(fiber, ERROR_RecursionError, "maximum recursion depth exceeded in comparison");
    return true;
}

static bool equal_lists(Fiber *fiber, List *a, List *b, bool *out, int depth) {
    *out = list_length(a) == list_length(b);
    for (size_t i = 0; *out; i++) {
        if (i % POLL_EVERY == 0 && !runtime_poll(fiber))
            return false;
        Value x = list_get(a, i), y = list_get(b, i);
        if (value_both_int(x, y)) {
            *out = x == y;
            continue;
        }
        if (x == VALUE_UNDEF || y == VALUE_UNDEF) {
            *out = x == y;
            return true;
        }
        if (!equal_at(fiber, x, y, out, depth))
            return false;
    }
    return true;
}

static bool equal_maps(Fiber *fiber, Map *a, Map *b, bool *out, int depth) {
    Value key, x, y;
    size_t position = 0;
    *out = map_length(a) == map_length(b);
    uint32_t mark = root_mark(fiber);
    while (*out) {
        root_release(fiber, mark);
        if (!runtime_poll(fiber))
            return false;
        if (!map_next(a, &position, &key, &x))
            break;
        root_push(fiber, key);
        root_push(fiber, x);
        if (!map_get(fiber, b, key, &y))
            return false;
        if (y == VALUE_UNDEF) {
            *out = false;
        } else if (a->header.kind == KIND_MAP && !equal_at(fiber, x, y, out, depth)) {
            return false;
        }
    }
    return true;
}

static const Class *class_of_instance(Value v) {
    return instance_shape((Instance *)value_to_ref(v))->of;
}

static bool equal_by_script(Fiber *fiber, Value a, Value b, bool *out) {
    const Class *c = class_of_instance(a);
    Value result = fiber_runtime(fiber)->call_method(fiber, c->eq, a, &b, 1);
    if (result == VALUE_UNDEF)
        return false;
    *out = value_truth(fiber, result);
    return true;
}

static bool has_eq(Value v) {
    return value_is_kind(v, KIND_INSTANCE) && class_of_instance(v)->eq != VALUE_UNDEF;
}

static bool equal_containers(Fiber *fiber, Value a, Value b, bool *out, int depth) {
    if (too_deep(fiber, depth))
        return false;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, a);
    root_push(fiber, b);
    bool ok = value_is_list(a)
                  ? equal_lists(fiber, value_to_list(a), value_to_list(b), out, depth + 1)
                  : equal_maps(fiber, value_to_map(a), value_to_map(b), out, depth + 1);
    root_release(fiber, mark);
    return ok;
}

static bool equal_at(Fiber *fiber, Value a, Value b, bool *out, int depth) {
    if (value_both_int(a, b)) {
        *out = a == b;
        return true;
    }
    if (value_is_number(a) && value_is_number(b)) {
        *out = number_compare(a, b) == 0;
        return true;
    }
    *out = a == b;
    if (a == b)
        return true;
    if (has_eq(a))
        return equal_by_script(fiber, a, b, out);
    if (has_eq(b))
        return equal_by_script(fiber, b, a, out);
    if (!value_is_ref(a) || !value_is_ref(b))
        return true;
    uint16_t kind = value_to_ref(a)->kind;
    if (kind != value_to_ref(b)->kind)
        return true;
    switch (kind) {
    case KIND_STR: *out = str_equal(value_to_str(a), value_to_str(b)); return true;
    case KIND_BYTES: *out = bytes_equal(value_to_bytes(a), value_to_bytes(b)); return true;
    case KIND_RANGE: *out = range_equal(a, b); return true;
    case KIND_BOUND: {
        Bound *x = (Bound *)value_to_ref(a), *y = (Bound *)value_to_ref(b);
        *out = x->receiver == y->receiver && x->function == y->function;
        return true;
    }
    case KIND_LIST:
    case KIND_MAP:
    case KIND_SET: return equal_containers(fiber, a, b, out, depth);
    default: return true;
    }
}

bool value_equal(Fiber *fiber, Value a, Value b, bool *out) {
    return equal_at(fiber, a, b, out, 0);
}

// --- order ---

static bool not_supported(Fiber *fiber, Value a, Value b, const char *symbol) {
    Runtime *runtime = fiber_runtime(fiber);
    throw_type(fiber, "'%s' not supported between instances of '%s' and '%s'", symbol,
               value_type_name(runtime, a), value_type_name(runtime, b));
    return false;
}

static bool has_less(Value v) {
    return value_is_kind(v, KIND_INSTANCE) && class_of_instance(v)->less != VALUE_UNDEF;
}

static bool less_by_script(Fiber *fiber, Value a, Value b, bool *out) {
    const Class *c = class_of_instance(a);
    Value result = fiber_runtime(fiber)->call_method(fiber, c->less, a, &b, 1);
    if (result == VALUE_UNDEF)
        return false;
    *out = value_truth(fiber, result);
    return true;
}

// The result of a comparison from the order of the operands: below, equal to or above 0; 2: unordered.
static bool by_order(const char *symbol, int order) {
    if (order == 2)
        return false;
    if (symbol[0] == '<')
        return symbol[1] ? order <= 0 : order < 0;
    return symbol[1] ? order >= 0 : order > 0;
}

static bool compare_at(Fiber *fiber, Value a, Value b, const char *symbol, bool *out, int depth);

// Lists: by the first elements that differ, else by length.
static bool compare_lists(Fiber *fiber, Value a, Value b, const char *symbol, bool *out,
                          int depth) {
    if (too_deep(fiber, depth))
        return false;
    List *x = value_to_list(a), *y = value_to_list(b);
    uint32_t mark = root_mark(fiber);
    root_push(fiber, a);
    root_push(fiber, b);
    bool ok = true, same = true;
    uint32_t inner = root_mark(fiber);
    for (size_t i = 0; ok && same; i++) {
        Value p = list_get(x, i), q = list_get(y, i);
        if (p == VALUE_UNDEF || q == VALUE_UNDEF) {
            *out = by_order(symbol, (p != VALUE_UNDEF) - (q != VALUE_UNDEF));
            break;
        }
        root_release(fiber, inner);
        root_push(fiber, p);
        root_push(fiber, q);
        ok = equal_at(fiber, p, q, &same, depth + 1);
        if (ok && !same)
            ok = compare_at(fiber, p, q, symbol, out, depth + 1);
    }
    root_release(fiber, mark);
    return ok;
}

static bool subset(Fiber *fiber, Map *a, Map *b, bool proper, bool *out) {
    Value key, ignored, found;
    size_t position = 0;
    *out = map_length(a) <= map_length(b) && !(proper && map_length(a) == map_length(b));
    while (*out && map_next(a, &position, &key, &ignored)) {
        if (!map_get(fiber, b, key, &found))
            return false;
        *out = found != VALUE_UNDEF;
    }
    return true;
}

static bool compare_sets(Fiber *fiber, Value a, Value b, const char *symbol, bool *out) {
    if (symbol[0] == '>') {
        Value t = a;
        a = b;
        b = t;
    }
    uint32_t mark = root_mark(fiber);
    root_push(fiber, a);
    root_push(fiber, b);
    bool ok = subset(fiber, value_to_map(a), value_to_map(b), symbol[1] == '\0', out);
    root_release(fiber, mark);
    return ok;
}

static bool compare_instances(Fiber *fiber, Value a, Value b, const char *symbol, bool *out) {
    bool swapped = (symbol[0] == '>') != (symbol[1] == '='); // a > b is b < a; a <= b is not b < a
    Value x = swapped ? b : a, y = swapped ? a : b;
    if (!has_less(x))
        return not_supported(fiber, a, b, symbol);
    if (!less_by_script(fiber, x, y, out))
        return false;
    if (symbol[1] == '=')
        *out = !*out;
    return true;
}

static bool compare_at(Fiber *fiber, Value a, Value b, const char *symbol, bool *out, int depth) {
    if (value_is_number(a) && value_is_number(b)) {
        *out = by_order(symbol, number_compare(a, b));
        return true;
    }
    if (value_is_ref(a) && value_is_ref(b) && value_to_ref(a)->kind == value_to_ref(b)->kind) {
        switch (value_to_ref(a)->kind) {
        case KIND_STR:
            *out = by_order(symbol, str_compare(value_to_str(a), value_to_str(b)));
            return true;
        case KIND_BYTES:
            *out = by_order(symbol, bytes_compare(value_to_bytes(a), value_to_bytes(b)));
            return true;
        case KIND_LIST: return compare_lists(fiber, a, b, symbol, out, depth);
        case KIND_SET: return compare_sets(fiber, a, b, symbol, out);
        default: break;
        }
    }
    if (has_less(a) || has_less(b))
        return compare_instances(fiber, a, b, symbol, out);
    return not_supported(fiber, a, b, symbol);
}

bool value_compare(Fiber *fiber, Value a, Value b, const char *symbol, bool *out) {
    return compare_at(fiber, a, b, symbol, out, 0);
}

bool value_less(Fiber *fiber, Value a, Value b, const char *symbol, bool *out) {
    (void)symbol;
    return compare_at(fiber, a, b, "<", out, 0);
}

// --- membership ---

// Whether two values are equal, where that takes no script and no look into containers.
typedef enum Plainly { PLAINLY_EQUAL, PLAINLY_OTHER, PLAINLY_UNKNOWN } Plainly;
static Plainly plainly_equal(Value a, Value b) {
    if (value_is_number(a) && value_is_number(b))
        return number_compare(a, b) == 0 ? PLAINLY_EQUAL : PLAINLY_OTHER;
    if (a == b)
        return PLAINLY_EQUAL;
    if (has_eq(a) || has_eq(b))
        return PLAINLY_UNKNOWN;
    if (!value_is_ref(a) || !value_is_ref(b) || value_to_ref(a)->kind != value_to_ref(b)->kind)
        return PLAINLY_OTHER;
    if (!value_is_str(a))
        return PLAINLY_UNKNOWN;
    return str_equal(value_to_str(a), value_to_str(b)) ? PLAINLY_EQUAL : PLAINLY_OTHER;
}

// The first step of value_find, under the list's lock: goes as far as equality is plain.
static Plainly find_plainly(Fiber *fiber, List *list, Value v, size_t *at, size_t to,
                            Value *element) {
    bool locked = shared_lock(fiber, &list->header);
    Plainly how = PLAINLY_OTHER;
    for (; *at < to; (*at)++) {
        *element = list_get(list, *at);
        if (*element == VALUE_UNDEF)
            break;
        how = plainly_equal(*element, v);
        if (how != PLAINLY_OTHER)
            break;
    }
    shared_unlock(&list->header, locked);
    return how;
}

static FindResult find_by_asking(Fiber *fiber, List *list, Value v, size_t *at, size_t to,
                                 Value *element) {
    for (; *at < to; (*at)++) {
        bool same;
        *element = list_get(list, *at);
        if (*element == VALUE_UNDEF)
            break;
        uint32_t mark = root_mark(fiber);
        root_push(fiber, *element);
        bool ok = value_equal(fiber, *element, v, &same);
        root_release(fiber, mark);
        if (!ok)
            return FIND_ERROR;
        if (same)
            return FIND_FOUND;
    }
    return FIND_NONE;
}

// An element that others' pops move past the place that is looked at would be missed: so the search
// happens under the lock, or, where scripts have to be asked, in a copy.
FindResult value_find(Fiber *fiber, Value list, Value v, size_t from, size_t to, size_t *at,
                      Value *element) {
    *at = from;
    Plainly how = find_plainly(fiber, value_to_list(list), v, at, to, element);
    if (how != PLAINLY_UNKNOWN)
        return how == PLAINLY_EQUAL ? FIND_FOUND : FIND_NONE;
    List *in = value_to_list(list);
    if (load_relaxed(&fiber->world->shared)) {
        *at = from;
        in = list_copy(fiber, in);
    }
    if (!in)
        return FIND_ERROR;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(in));
    FindResult result = find_by_asking(fiber, in, v, at, to, element);
    root_release(fiber, mark);
    return result;
}

static bool contains_in_list(Fiber *fiber, Value list, Value v, bool *out) {
    size_t at;
    Value element;
    FindResult result = value_find(fiber, list, v, 0, SIZE_MAX, &at, &element);
    *out = result == FIND_FOUND;
    return result != FIND_ERROR;
}

static bool contains_by_iteration(Fiber *fiber, Value container, Value v, bool *out) {
    Value state[3], element;
    uint32_t mark = root_mark(fiber);
    *out = false;
    bool ok = iterate_start(fiber, container, state);
    if (!ok && error_is(fiber, ERROR_TypeError)) {
        error_take(fiber);
        throw_type(fiber, "argument of type '%s' is not iterable",
                   value_type_name(fiber_runtime(fiber), container));
    }
    if (ok)
        root_push(fiber, state[0]);
    while (ok && !*out && (ok = iterate_next(fiber, state, &element)) && element != VALUE_UNDEF)
        ok = value_equal(fiber, element, v, out);
    root_release(fiber, mark);
    return ok;
}

bool value_contains(Fiber *fiber, Value container, Value v, bool *out) {
    Value found;
    if (!value_is_ref(container))
        return contains_by_iteration(fiber, container, v, out);
    switch (value_to_ref(container)->kind) {
    case KIND_LIST: return contains_in_list(fiber, container, v, out);
    case KIND_MAP:
    case KIND_SET:
        if (!map_get(fiber, value_to_map(container), v, &found))
            return false;
        *out = found != VALUE_UNDEF;
        return true;
    case KIND_STR:
        if (!value_is_str(v)) {
            throw_type(fiber, "'in <string>' requires string as left operand, not %s",
                       value_type_name(fiber_runtime(fiber), v));
            return false;
        }
        *out = str_contains(value_to_str(container), value_to_str(v));
        return true;
    case KIND_BYTES: return bytes_contains(fiber, value_to_bytes(container), v, out);
    case KIND_RANGE: return range_contains(fiber, value_to_range(container), v, out);
    default: return contains_by_iteration(fiber, container, v, out);
    }
}
