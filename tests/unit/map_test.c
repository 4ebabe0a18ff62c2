// SPDX-License-Identifier: MIT
//
// Maps and sets: order of insertion, growth and holes, equal keys of different types, keys with
// functions in script, look-ups while another thread changes the map.
#include <math.h>

#include "../support/vm_support.h"

// --- against a plain array of pairs in order ---

enum { KEYS = 300 };

typedef struct Model {
    int64_t keys[KEYS], values[KEYS];
    size_t count;
} Model;

static size_t model_find(const Model *m, int64_t key) {
    size_t i = 0;
    while (i < m->count && m->keys[i] != key)
        i++;
    return i;
}

static void model_set(Model *m, int64_t key, int64_t value) {
    size_t i = model_find(m, key);
    m->count += i == m->count;
    m->keys[i] = key;
    m->values[i] = value;
}

static bool model_delete(Model *m, int64_t key) {
    size_t i = model_find(m, key);
    if (i == m->count)
        return false;
    m->count--;
    memmove(m->keys + i, m->keys + i + 1, (m->count - i) * sizeof *m->keys);
    memmove(m->values + i, m->values + i + 1, (m->count - i) * sizeof *m->values);
    return true;
}

static void expect_contents(Map *map, const Model *m) {
    Value key, value;
    size_t position = 0, i = 0;
    cr_assert_eq(map_length(map), m->count);
    for (; map_next(map, &position, &key, &value); i++) {
        cr_assert_lt(i, m->count);
        cr_assert_eq(key, value_from_int(m->keys[i]));
        cr_assert_eq(value, value_from_int(m->values[i]));
    }
    cr_assert_eq(i, m->count);
}

// A table that is kept, and what it has to have.
typedef struct Kept {
    MapTable *table;
    size_t places;
    Model model;
} Kept;

static void expect_kept(const Kept *kept) {
    Value key, value;
    size_t position = 0, i = 0;
    for (; map_next_kept(kept->table, kept->places, &position, &key, &value); i++) {
        cr_assert_eq(key, value_from_int(kept->model.keys[i]));
        cr_assert_eq(value, value_from_int(kept->model.values[i]));
    }
    cr_assert(kept->places == 0 || i == kept->model.count);
}

Test(map, operations) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    static Model m;
    Random random = {1};
    static Kept kept;
    Map *map = map_new(fiber->heap);
    vm_keep(vm, value_from_ref(map));
    for (int64_t turn = 0; turn < 50000; turn++) {
        // Now mostly growing, now mostly shrinking.
        int64_t key = (int64_t)random_below(&random, KEYS);
        bool grows = turn / 2000 % 2 == 0;
        size_t at = model_find(&m, key), what = random_below(&random, 10);
        Value out = VALUE_NIL, k = value_from_int(key), v = value_from_int(turn);
        if (what < (grows ? 5u : 2u)) {
            cr_assert(map_set(fiber, map, k, v));
            model_set(&m, key, turn);
        } else if (what < 8) {
            cr_assert(map_delete(fiber, map, k, &out));
            cr_assert_eq(out, at < m.count ? value_from_int(m.values[at]) : VALUE_UNDEF);
            model_delete(&m, key);
        } else if (what == 8) {
            cr_assert(map_set_default(fiber, map, k, v, &out));
            cr_assert_eq(out, at < m.count ? value_from_int(m.values[at]) : v);
            if (at == m.count)
                model_set(&m, key, turn);
        } else if (m.count > 0) {
            cr_assert(map_pop_last(fiber, map, &k, &out));
            cr_assert_eq(k, value_from_int(m.keys[m.count - 1]));
            cr_assert_eq(out, value_from_int(m.values[m.count - 1]));
            m.count--;
        } else {
            cr_assert(map_pop_last(fiber, map, &k, &out));
            cr_assert_eq(k, VALUE_UNDEF);
        }
        key = (int64_t)random_below(&random, KEYS);
        at = model_find(&m, key);
        cr_assert(map_get(fiber, map, value_from_int(key), &out));
        cr_assert_eq(out, at < m.count ? value_from_int(m.values[at]) : VALUE_UNDEF);
        if (turn % 97 == 0)
            expect_contents(map, &m);
        if (turn % 53 == 0) {
            expect_kept(&kept);
            kept = (Kept){.model = m};
            kept.table = map_keep(fiber, map, &kept.places);
        }
        if (turn % 1000 == 0) {
            expect_kept(&kept);
            kept.places = 0; // what is kept is no root
            vm_collect(vm);
            expect_contents(map_copy(fiber, map), &m);
        }
        if (turn % 9973 == 0) {
            map_clear(fiber, map);
            m.count = 0;
        }
    }
    test_vm_free(vm);
}

Test(map, a_key_that_comes_back_is_the_last) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Map *map = map_new(fiber->heap);
    Value old;
    for (int64_t i = 1; i <= 3; i++)
        map_set(fiber, map, value_from_int(i), VALUE_NIL);
    map_set(fiber, map, value_from_int(1), VALUE_TRUE); // keeps its place
    map_delete(fiber, map, value_from_int(2), &old);
    map_set(fiber, map, value_from_int(2), VALUE_NIL);
    cr_expect_str_eq(vm_repr(vm, value_from_ref(map)), "{1: true, 3: nil, 2: nil}");
    test_vm_free(vm);
}

// Putting in and taking out for ever does not make the table grow.
Test(map, holes_are_used_again) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Map *map = map_new(fiber->heap);
    vm_keep(vm, value_from_ref(map));
    for (int64_t i = 0; i < 10; i++)
        map_set(fiber, map, value_from_int(i), VALUE_NIL);
    vm_collect(vm);
    size_t before = heap_used(vm->heap);
    for (int64_t i = 0; i < 100000; i++) {
        Value old;
        map_set(fiber, map, value_from_int(i + 10), VALUE_NIL);
        map_delete(fiber, map, value_from_int(i), &old);
    }
    cr_expect_eq(map_length(map), 10);
    vm_collect(vm);
    cr_expect_lt(heap_used(vm->heap), before + 4096);
    test_vm_free(vm);
}

// --- keys ---

static Value get(Vm *vm, Map *map, Value key) {
    Value v;
    cr_assert(map_get(vm_fiber(vm), map, key, &v));
    return v;
}

Test(map, equal_keys_of_all_types_are_one) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Map *map = map_new(fiber->heap);
    Value big = integer_parse(fiber->heap, "100000000000000000000000", 24, 10);
    map_set(fiber, map, value_from_int(1), vm_str(vm, "one"));
    map_set(fiber, map, value_from_double(0.0), vm_str(vm, "zero"));
    map_set(fiber, map, big, vm_str(vm, "big"));
    map_set(fiber, map, vm_str(vm, "key"), vm_str(vm, "text"));
    map_set(fiber, map, VALUE_NIL, vm_str(vm, "nil"));
    cr_expect_str_eq(vm_repr(vm, get(vm, map, VALUE_TRUE)), "\"one\"");
    cr_expect_str_eq(vm_repr(vm, get(vm, map, value_from_double(1.0))), "\"one\"");
    cr_expect_str_eq(vm_repr(vm, get(vm, map, VALUE_FALSE)), "\"zero\"");
    cr_expect_str_eq(vm_repr(vm, get(vm, map, value_from_double(-0.0))), "\"zero\"");
    Value again = integer_parse(fiber->heap, "100000000000000000000000", 24, 10);
    cr_expect_neq(big, again);
    cr_expect_str_eq(vm_repr(vm, get(vm, map, again)), "\"big\"");
    cr_expect_str_eq(vm_repr(vm, get(vm, map, vm_str(vm, "key"))), "\"text\"");
    cr_expect_eq(get(vm, map, vm_str(vm, "Key")), VALUE_UNDEF);
    cr_expect_str_eq(vm_repr(vm, get(vm, map, VALUE_NIL)), "\"nil\"");
    // The double next to 1e23 is another number.
    cr_expect_eq(get(vm, map, value_from_double(1e23)), VALUE_UNDEF);
    map_set(fiber, map, value_from_double(1.0), VALUE_TRUE);
    cr_expect_eq(map_length(map), 5);
    test_vm_free(vm);
}

Test(map, what_cannot_be_a_key) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Map *map = map_new(fiber->heap);
    Value out;
    Value list = value_from_ref(list_new(fiber->heap, 0));
    cr_expect_not(map_set(fiber, map, list, VALUE_NIL));
    cr_expect_str_eq(vm_take_error(vm, ERROR_TypeError), "unhashable type: 'list'");
    cr_expect_not(map_get(fiber, map, value_from_ref(map), &out));
    cr_expect_str_eq(vm_take_error(vm, ERROR_TypeError), "unhashable type: 'map'");
    cr_expect_not(map_delete(fiber, map, value_from_ref(set_new(fiber->heap)), &out));
    cr_expect_str_eq(vm_take_error(vm, ERROR_TypeError), "unhashable type: 'set'");
    cr_expect_eq(map_length(map), 0);
    test_vm_free(vm);
}

// Keys that all fall on one another still are found.
Test(map, keys_of_one_hash) {
    Vm *vm = test_vm_new();
    ModuleObject *module = vm_module(vm, "class Key { fn init(n) { self.n = n } fn hash() => 7; fn "
                                         "eq(o) { return self.n == o.n } }\n"
                                         "let keys = []\n"
                                         "for i in 0..60 { keys.append(Key(i)) }\n"
                                         "fn fresh(i) => Key(i)\n");
    Fiber *fiber = vm_fiber(vm);
    List *keys = value_to_list(vm_global(vm, module, "keys"));
    Map *map = map_new(fiber->heap);
    vm_keep(vm, value_from_ref(map));
    Value out;
    for (size_t i = 0; i < 60; i++)
        cr_assert(map_set(fiber, map, list_get(keys, i), value_from_int((int64_t)i)));
    for (size_t i = 0; i < 60; i += 3)
        cr_assert(map_delete(fiber, map, list_get(keys, i), &out));
    for (size_t i = 0; i < 60; i++) {
        Value number = value_from_int((int64_t)i);
        Value key = vm_keep(vm, vm_call(fiber, vm_global(vm, module, "fresh"), &number, 1));
        cr_assert(map_get(fiber, map, key, &out));
        cr_assert_eq(out, i % 3 ? number : VALUE_UNDEF);
    }
    test_vm_free(vm);
}

// `eq` takes the map apart while it is being looked up in: no crash, an answer that fits what is there.
Test(map, eq_that_changes_the_map) {
    Vm *vm = test_vm_new();
    ModuleObject *module =
        vm_module(vm, "let m = {}\n"
                      "let left = 40\n"
                      "class Key { fn init(n) { self.n = n } fn hash() => 7\n"
                      "  fn eq(o) {\n"
                      "    if left > 0 { left -= 1; m.clear(); for i in 0..left { m[i] = i } }\n"
                      "    return isinstance(o, Key) and self.n == o.n } }\n"
                      "fn fill() { for i in 0..5 { m[Key(i)] = i } }\n"
                      "let key = Key(3)\n");
    Fiber *fiber = vm_fiber(vm);
    Map *map = value_to_map(vm_global(vm, module, "m"));
    for (int turn = 0; turn < 50; turn++) {
        cr_assert(vm_call(fiber, vm_global(vm, module, "fill"), NULL, 0) != VALUE_UNDEF);
        cr_assert(map_set(fiber, map, vm_global(vm, module, "key"), VALUE_TRUE));
        cr_expect_eq(get(vm, map, vm_global(vm, module, "key")), VALUE_TRUE);
    }
    test_vm_free(vm);
}

// --- change while somebody looks ---

Test(map, going_over_a_map_that_changes) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Random random = {3};
    Map *map = map_new(fiber->heap);
    for (int64_t i = 0; i < 50; i++)
        map_set(fiber, map, value_from_int(i), VALUE_NIL);
    for (int turn = 0; turn < 2000; turn++) {
        size_t position = random_below(&random, 200), seen = 0;
        Value key, value, old;
        while (map_next(map, &position, &key, &value)) {
            cr_assert(value_is_int(key));
            cr_assert_eq(value, VALUE_NIL);
            Value other = value_from_int((int64_t)random_below(&random, 100));
            if (random_below(&random, 2))
                map_delete(fiber, map, other, &old);
            else if (seen < 100)
                map_set(fiber, map, other, VALUE_NIL);
            if (turn % 100 == 50)
                map_clear(fiber, map);
            cr_assert_lt(++seen, 100000);
        }
    }
    test_vm_free(vm);
}

Test(map, version_tells_of_keys_only) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Map *map = map_new(fiber->heap);
    Value old;
    uint64_t version = load_relaxed(&map->version);
    map_set(fiber, map, value_from_int(1), VALUE_NIL);
    cr_expect_neq(load_relaxed(&map->version), version);
    version = load_relaxed(&map->version);
    map_set(fiber, map, value_from_int(1), VALUE_TRUE);
    map_delete(fiber, map, value_from_int(2), &old);
    cr_expect_eq(load_relaxed(&map->version), version);
    map_delete(fiber, map, value_from_int(1), &old);
    cr_expect_neq(load_relaxed(&map->version), version);
    test_vm_free(vm);
}

static Map *shared_map;
static _Atomic bool churning;
static _Atomic int rounds;
enum { STAYING = 50, CHURN = 30000 };

// Puts keys in and takes them out, so that the table is rebuilt again and again.
static void churn(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    Random random = {4};
    for (int64_t i = 0; i < CHURN; i++) {
        Value old, key = value_from_int(STAYING + (int64_t)random_below(&random, 200));
        if (i % 2)
            map_set(fiber, shared_map, key, key);
        else
            map_delete(fiber, shared_map, key, &old);
        do // not done before the reader has looked a few times
            thread_safepoint(thread);
        while (i == CHURN / 2 && load_seq(&rounds) < 20);
    }
    store_seq(&churning, false);
}

Test(map, readers_need_no_lock, .timeout = 100) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    shared_map = map_new(fiber->heap);
    vm_keep(vm, value_from_ref(shared_map));
    for (int64_t i = 0; i < STAYING; i++)
        map_set(fiber, shared_map, value_from_int(i), value_from_int(i));
    store_seq(&churning, true);
    store_seq(&rounds, 0);
    cr_assert(thread_start(vm->thread, churn, NULL));
    while (load_seq(&churning)) {
        for (int64_t i = 0; i < STAYING + 200; i += 7) { // a key that stays is found at any moment
            Value v = get(vm, shared_map, value_from_int(i));
            cr_assert(v == value_from_int(i) || (i >= STAYING && v == VALUE_UNDEF));
        }
        Map *copy = map_copy(fiber, shared_map);
        Value key, value;
        size_t position = 0, count = 0;
        while (map_next(copy, &position, &key, &value)) {
            cr_assert_eq(key, value);
            count++;
        }
        cr_assert_eq(count, map_length(copy));
        cr_assert_geq(count, STAYING);
        add_seq(&rounds, 1);
        thread_safepoint(vm->thread);
    }
    test_vm_free(vm);
}
