// SPDX-License-Identifier: MIT
//
// The methods of maps. What lists a map, keys(), values() and items(), lists a copy of it: the map as it
// was at one moment, whatever other threads do to it meanwhile.
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/root.h"

static Map *self(const Value *args) { return value_to_map(args[0]); }
static Value nil_or(Value v) { return v == VALUE_UNDEF ? VALUE_NIL : v; }

static Value map_method_get(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v;
    if (!map_get(fiber, self(args), args[1], &v))
        return VALUE_UNDEF;
    return v == VALUE_UNDEF ? nil_or(args[2]) : v;
}

static Value list_of(List *list) { return list ? value_from_ref(list) : VALUE_UNDEF; }

static Value map_method_keys(Fiber *fiber, Value *args, int count) {
    (void)count;
    return list_of(map_list(fiber, self(args), MAP_KEYS));
}
static Value map_method_values(Fiber *fiber, Value *args, int count) {
    (void)count;
    return list_of(map_list(fiber, self(args), MAP_VALUES));
}
static Value map_method_items(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *both = map_list(fiber, self(args), MAP_BOTH);
    if (!both)
        return VALUE_UNDEF;
    size_t length = list_length(both);
    List *pairs = list_new(fiber->heap, length / 2);
    for (size_t i = 0; i < length; i += 2)
        list_append(
            fiber, pairs,
            value_from_ref(list_pair(fiber->heap, list_get(both, i), list_get(both, i + 1))));
    return value_from_ref(pairs);
}

static Value map_method_pop(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value old;
    if (!map_delete(fiber, self(args), args[1], &old))
        return VALUE_UNDEF;
    if (old != VALUE_UNDEF)
        return old;
    return args[2] == VALUE_UNDEF ? throw_key(fiber, args[1]) : args[2];
}

static Value map_method_popitem(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value key, v;
    if (!map_pop_last(fiber, self(args), &key, &v))
        return VALUE_UNDEF;
    if (key == VALUE_UNDEF)
        return throw_error(fiber, ERROR_KeyError, "popitem(): dictionary is empty");
    return value_from_ref(list_pair(fiber->heap, key, v));
}

static Value map_method_setdefault(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v;
    return map_set_default(fiber, self(args), args[1], nil_or(args[2]), &v) ? v : VALUE_UNDEF;
}

static Value map_method_update(Fiber *fiber, Value *args, int count) {
    (void)count;
    for (int i = 1; i <= 2; i++)
        if (args[i] != VALUE_UNDEF && !map_update(fiber, self(args), args[i]))
            return VALUE_UNDEF;
    return VALUE_NIL;
}

static Value map_method_clear(Fiber *fiber, Value *args, int count) {
    (void)count;
    map_clear(fiber, self(args));
    return VALUE_NIL;
}

static Value map_method_copy(Fiber *fiber, Value *args, int count) {
    (void)count;
    Map *copy = map_copy(fiber, self(args));
    return copy ? value_from_ref(copy) : VALUE_UNDEF;
}

static Value map_fromkeys(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value keys = iterate_to_list(fiber, args[1]);
    if (keys == VALUE_UNDEF)
        return keys;
    args[1] = keys;
    Map *map = map_new(fiber->heap);
    args[0] = value_from_ref(map);
    for (size_t i = 0; i < list_length(value_to_list(keys)); i++)
        if (!map_set(fiber, map, list_get(value_to_list(keys), i), nil_or(args[2])))
            return VALUE_UNDEF;
    return value_from_ref(map);
}

const NativeSpec map_methods[] = {
    {"get", map_method_get, "key, default=nil", 0,
     "The value of key; default, if there is none.\n"
     "    m.get(\"a\", 0)"},
    {"keys", map_method_keys, "", 0,
     "A list of the keys, in order.\n"
     "    m.keys()"},
    {"values", map_method_values, "", 0,
     "A list of the values, in order.\n"
     "    m.values()"},
    {"items", map_method_items, "", 0,
     "A list of [key, value], in order.\n"
     "    for k, v in m.items() { }"},
    {"pop", map_method_pop, "key, default=", 0,
     "Takes the key out, and gives its value; default, if there is none. KeyError if no default "
     "was given either.\n"
     "    m.pop(\"a\", nil)"},
    {"popitem", map_method_popitem, "", 0,
     "Takes the last pair out and gives it as [key, value]. KeyError if empty.\n"
     "    m.popitem()"},
    {"setdefault", map_method_setdefault, "key, default=nil", 0,
     "The value of key, which becomes default if it is missing; in one step.\n"
     "    m.setdefault(\"seen\", []).append(1)"},
    {"update", map_method_update, "pairs={}, **more", 0,
     "Sets all pairs of another map, or of a list of [key, value], and those of labels.\n"
     "    m.update({\"a\": 1})"},
    {"clear", map_method_clear, "", 0,
     "Takes all pairs out.\n"
     "    m.clear()"},
    {"copy", map_method_copy, "", 0,
     "A new map of the same pairs.\n"
     "    m.copy()"},
    {"fromkeys", map_fromkeys, "keys, value=nil", NATIVE_STATIC,
     "A map that has the elements of an iterable as keys, all with one value.\n"
     "    map.fromkeys([1, 2], 0)"},
    {0},
};
