// SPDX-License-Identifier: MIT
//
// The methods of sets. Sets are maps without values (object/map.h), and the operators of sets do the work:
// a.union(b, c) is a | b | c, with each argument made a set first. What those conversions make lies in the
// argument window meanwhile, where the collector finds it: iterating and hashing may run script code.
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"

static Map *self(const Value *args) { return value_to_map(args[0]); }
static Value nil_if(bool ok) { return ok ? VALUE_NIL : VALUE_UNDEF; }

static Value set_method_add(Fiber *fiber, Value *args, int count) {
    (void)count;
    return nil_if(map_set(fiber, self(args), args[1], VALUE_NIL));
}

static Value set_method_discard(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value old;
    return nil_if(map_delete(fiber, self(args), args[1], &old));
}

static Value set_method_remove(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value old;
    if (!map_delete(fiber, self(args), args[1], &old))
        return VALUE_UNDEF;
    return old == VALUE_UNDEF ? throw_key(fiber, args[1]) : VALUE_NIL;
}

static Value set_method_pop(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value key, v;
    if (!map_pop_last(fiber, self(args), &key, &v))
        return VALUE_UNDEF;
    return key == VALUE_UNDEF ? throw_error(fiber, ERROR_KeyError, "pop from an empty set") : key;
}

static Value set_method_clear(Fiber *fiber, Value *args, int count) {
    (void)count;
    map_clear(fiber, self(args));
    return VALUE_NIL;
}

static Value set_method_copy(Fiber *fiber, Value *args, int count) {
    (void)count;
    Map *copy = map_copy(fiber, self(args));
    return copy ? value_from_ref(copy) : VALUE_UNDEF;
}

// --- with other iterables. Each argument becomes a set first, in its place in args. ---

static bool to_sets(Fiber *fiber, Value *args, int count) {
    for (int i = 1; i <= count; i++) {
        if (value_is_set(args[i]))
            continue;
        Value list = iterate_to_list(fiber, args[i]);
        if (list == VALUE_UNDEF)
            return false;
        Map *set = set_new(fiber->heap);
        uint32_t mark = root_mark(fiber);
        root_push(fiber, list);
        args[i] = value_from_ref(set);
        bool ok = true;
        for (size_t k = 0; ok && k < list_length(value_to_list(list)); k++)
            ok = map_set(fiber, set, list_get(value_to_list(list), k), VALUE_NIL);
        root_release(fiber, mark);
        if (!ok)
            return false;
    }
    return true;
}

// self `op` each argument in turn.
static Value combine(Fiber *fiber, Value *args, int count, Operator op) {
    if (!to_sets(fiber, args, count))
        return VALUE_UNDEF;
    Value result = args[0];
    if (count == 0) {
        Map *copy = map_copy(fiber, self(args));
        return copy ? value_from_ref(copy) : VALUE_UNDEF;
    }
    for (int i = 1; i <= count && result != VALUE_UNDEF; i++)
        result = args[0] = value_operate(fiber, op, result, args[i]);
    return result;
}

static Value set_method_union(Fiber *fiber, Value *args, int count) {
    return combine(fiber, args, count, OPERATOR_OR);
}
static Value set_method_intersection(Fiber *fiber, Value *args, int count) {
    return combine(fiber, args, count, OPERATOR_AND);
}
static Value set_method_difference(Fiber *fiber, Value *args, int count) {
    return combine(fiber, args, count, OPERATOR_SUB);
}
static Value set_method_symmetric_difference(Fiber *fiber, Value *args, int count) {
    return combine(fiber, args, count, OPERATOR_XOR);
}

// self op= each argument in turn: element by element, as others may change the set meanwhile.
static Value update(Fiber *fiber, Value *args, int count, Operator op) {
    if (!to_sets(fiber, args, count))
        return VALUE_UNDEF;
    for (int i = 1; i <= count; i++)
        if (value_operate_in_place(fiber, op, args[0], args[i]) == VALUE_UNDEF)
            return VALUE_UNDEF;
    return VALUE_NIL;
}
static Value set_method_update(Fiber *fiber, Value *args, int count) {
    return update(fiber, args, count, OPERATOR_OR);
}
static Value set_method_intersection_update(Fiber *fiber, Value *args, int count) {
    return update(fiber, args, count, OPERATOR_AND);
}
static Value set_method_difference_update(Fiber *fiber, Value *args, int count) {
    return update(fiber, args, count, OPERATOR_SUB);
}
static Value set_method_symmetric_difference_update(Fiber *fiber, Value *args, int count) {
    return update(fiber, args, count, OPERATOR_XOR);
}

static Value set_method_issubset(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool yes;
    if (!to_sets(fiber, args, 1) || !value_compare(fiber, args[0], args[1], "<=", &yes))
        return VALUE_UNDEF;
    return value_from_bool(yes);
}
static Value set_method_issuperset(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool yes;
    if (!to_sets(fiber, args, 1) || !value_compare(fiber, args[0], args[1], ">=", &yes))
        return VALUE_UNDEF;
    return value_from_bool(yes);
}
static Value set_method_isdisjoint(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value both = combine(fiber, args, 1, OPERATOR_AND);
    return both == VALUE_UNDEF ? both : value_from_bool(map_length(value_to_map(both)) == 0);
}

const NativeSpec set_methods[] = {
    {"add", set_method_add, "value", 0,
     "Puts a value in. TypeError for lists, maps and sets.\n"
     "    s.add(1)"},
    {"remove", set_method_remove, "value", 0,
     "Takes a value out. KeyError if it is not there.\n"
     "    s.remove(1)"},
    {"discard", set_method_discard, "value", 0,
     "Takes a value out, if it is there.\n"
     "    s.discard(1)"},
    {"pop", set_method_pop, "", 0,
     "Takes some member out, and gives it. KeyError if the set is empty.\n"
     "    s.pop()"},
    {"clear", set_method_clear, "", 0,
     "Takes all members out.\n"
     "    s.clear()"},
    {"copy", set_method_copy, "", 0,
     "A new set of the same members.\n"
     "    s.copy()"},
    {"union", set_method_union, "*others", 0,
     "A new set of all members of the set and of other iterables.\n"
     "    s.union([1, 2])"},
    {"intersection", set_method_intersection, "*others", 0,
     "A new set of the members that all other iterables have, too.\n"
     "    s.intersection([1])"},
    {"difference", set_method_difference, "*others", 0,
     "A new set of the members that no other iterable has.\n"
     "    s.difference([1])"},
    {"symmetric_difference", set_method_symmetric_difference, "other", 0,
     "A new set of what either the set or the other iterable has, but not both.\n"
     "    s.symmetric_difference([1])"},
    {"update", set_method_update, "*others", 0,
     "Adds all elements of other iterables.\n"
     "    s.update([1, 2])"},
    {"intersection_update", set_method_intersection_update, "*others", 0,
     "Keeps only the members that all other iterables have, too.\n"
     "    s.intersection_update([1])"},
    {"difference_update", set_method_difference_update, "*others", 0,
     "Takes all elements of other iterables out.\n"
     "    s.difference_update([1])"},
    {"symmetric_difference_update", set_method_symmetric_difference_update, "other", 0,
     "Keeps the members that the other iterable has not, and adds what only that has.\n"
     "    s.symmetric_difference_update([1])"},
    {"issubset", set_method_issubset, "other", 0,
     "Whether the other iterable has all members of the set.\n"
     "    s.issubset([1, 2])"},
    {"issuperset", set_method_issuperset, "other", 0,
     "Whether the set has all elements of the other iterable.\n"
     "    s.issuperset([1])"},
    {"isdisjoint", set_method_isdisjoint, "other", 0,
     "Whether the set and the other iterable have nothing in common.\n"
     "    s.isdisjoint([3])"},
    {"map", iterable_map, "function", 0, ITERABLE_MAP_DOC},
    {"filter", iterable_filter, "function", 0, ITERABLE_FILTER_DOC},
    {"reduce", iterable_reduce, "function, init=", 0, ITERABLE_REDUCE_DOC},
    {0},
};
