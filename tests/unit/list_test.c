// SPDX-License-Identifier: MIT
//
// Lists: every operation against a plain array, what a reader without a lock may see, and the sort.
#include "../support/vm_support.h"
#include "object/sort.h"

// --- one thread, against an array ---

enum { MOST = 4000 };

static void expect_contents(List *list, const int64_t *model, size_t length) {
    cr_assert_eq(list_length(list), length);
    for (size_t i = 0; i < length; i++)
        cr_assert_eq(list_get(list, i), value_from_int(model[i]));
    // All slots behind the length are empty: the buffer alone tells what is there.
    Buffer *buffer = load_relaxed(&list->items);
    for (size_t i = length; i < buffer->capacity; i++)
        cr_assert_eq(slot_get(&buffer->slots[i]), VALUE_UNDEF);
    cr_assert_eq(list_get(list, length), VALUE_UNDEF);
    cr_assert_eq(list_get(list, SIZE_MAX), VALUE_UNDEF);
}

// Where Python's insert puts it.
static size_t insert_place(int64_t index, size_t length) {
    if (index < 0)
        index += (int64_t)length;
    if (index < 0)
        index = 0;
    return (size_t)index > length ? length : (size_t)index;
}

static void model_insert(int64_t *model, size_t *length, size_t at, int64_t number) {
    memmove(model + at + 1, model + at, (*length - at) * sizeof *model);
    model[at] = number;
    (*length)++;
}

static void model_delete(int64_t *model, size_t *length, size_t at) {
    memmove(model + at, model + at + 1, (*length - at - 1) * sizeof *model);
    (*length)--;
}

Test(list, operations) {
    static int64_t model[MOST];
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    List *list = list_new(fiber->heap, 0);
    vm_keep(vm, value_from_ref(list));
    Random random = {1};
    size_t length = 0;
    for (int64_t turn = 0; turn < 20000; turn++) {
        Value v = value_from_int(turn), extra[3] = {v, v, v};
        int64_t index = (int64_t)random_below(&random, 2 * length + 5) - (int64_t)length - 2;
        int64_t place = index < 0 ? index + (int64_t)length : index;
        bool there = place >= 0 && place < (int64_t)length;
        switch (random_below(&random, length < MOST - 10 ? 7 : 3)) {
        case 0:
        case 1:
            if (there) {
                cr_assert_eq(list_pop(fiber, list, index), value_from_int(model[place]));
                model_delete(model, &length, (size_t)place);
            } else {
                cr_assert_eq(list_pop(fiber, list, index), VALUE_UNDEF);
                cr_assert_str_eq(vm_take_error(vm, ERROR_IndexError),
                                 length ? "pop index out of range" : "pop from empty list");
            }
            break;
        case 2:
            cr_assert_eq(list_set(fiber, list, (size_t)place, v), there);
            if (there)
                model[place] = turn;
            break;
        case 3:
            cr_assert(list_insert(fiber, list, index, v));
            model_insert(model, &length, insert_place(index, length), turn);
            break;
        case 4:
            cr_assert(list_extend(fiber, list, extra, 3));
            for (int i = 0; i < 3; i++)
                model[length++] = turn;
            break;
        default: cr_assert(list_append(fiber, list, v)); model[length++] = turn;
        }
        if (turn % 50 == 0)
            expect_contents(list, model, length);
        if (turn % 1000 == 0)
            vm_collect(vm);
        if (turn % 7000 == 6999) {
            list_clear(fiber, list);
            length = 0;
            expect_contents(list, model, length);
        }
    }
    test_vm_free(vm);
}

Test(list, slices_are_copies) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    int64_t numbers[20];
    List *list = list_new(fiber->heap, 0);
    for (int64_t i = 0; i < 20; i++) {
        numbers[i] = i * i;
        list_append(fiber, list, value_from_int(i * i));
    }
    for (size_t from = 0; from < 23; from++)
        for (size_t to = 0; to < 23; to++) {
            size_t first = from > 20 ? 20 : from, last = to > 20 ? 20 : to;
            if (first > last)
                first = last;
            List *slice = list_slice(fiber, list, from, to);
            expect_contents(slice, numbers + first, last - first);
            list_append(fiber, slice, VALUE_NIL);
        }
    expect_contents(list, numbers, 20);
    test_vm_free(vm);
}

Test(list, become_takes_the_contents_over) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Value few[] = {value_from_int(1), value_from_int(2)};
    List *list = list_from(fiber->heap, few, 2), *after = list_from(fiber->heap, few, 1);
    List *before = list_copy(fiber, list);
    for (int64_t i = 5; i < 8; i++) // appended since: they come behind
        list_append(fiber, list, value_from_int(i));
    cr_expect_eq(list_become(fiber, list, before, after), BECOME_DONE);
    expect_contents(list, (int64_t[]){1, 5, 6, 7}, 4);
    cr_expect_eq(list_length(after), 0);
    list_append(fiber, after, value_from_int(9)); // the two share nothing
    list_append(fiber, list, value_from_int(3));
    expect_contents(list, (int64_t[]){1, 5, 6, 7, 3}, 5);
    expect_contents(after, (int64_t[]){9}, 1);
    // Any other change in between refuses it.
    cr_expect_eq(list_become(fiber, list, before, after), BECOME_CHANGED);
    before = list_copy(fiber, list);
    list_pop(fiber, list, -1);
    cr_expect_eq(list_become(fiber, list, before, after), BECOME_CHANGED);
    expect_contents(list, (int64_t[]){1, 5, 6, 7}, 4);
    test_vm_free(vm);
}

Test(list, take_out_and_reverse) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    List *list = list_new(fiber->heap, 0);
    for (int64_t i = 0; i < 5; i++)
        list_append(fiber, list, value_from_int(i));
    cr_expect(!list_take_out(fiber, list, 2, value_from_int(3)));
    cr_expect(!list_take_out(fiber, list, 7, VALUE_UNDEF));
    cr_expect(list_take_out(fiber, list, 2, value_from_int(2)));
    cr_expect(list_reverse(fiber, list));
    expect_contents(list, (int64_t[]){4, 3, 1, 0}, 4);
    test_vm_free(vm);
}

Test(list, appending_grows_in_few_steps) {
    Vm *vm = test_vm_new();
    List *list = list_new(vm_fiber(vm)->heap, 0);
    Buffer *buffer = NULL;
    size_t steps = 0;
    for (int64_t i = 0; i < 100000; i++) {
        list_append(vm_fiber(vm), list, value_from_int(i));
        steps += load_relaxed(&list->items) != buffer;
        buffer = load_relaxed(&list->items);
    }
    cr_expect_lt(steps, 40);
    cr_expect_lt(buffer->capacity, 200000);
    test_vm_free(vm);
}

Test(list, beyond_the_limit_is_a_memory_error) {
    Vm *vm = vm_new(&(VmOptions){.install = natives_install, .memory_limit = 64 << 20});
    List *list = list_new(vm_fiber(vm)->heap, 0);
    size_t length = 0;
    while (list_append(vm_fiber(vm), list, VALUE_NIL))
        length++;
    vm_take_error(vm, ERROR_MemoryError);
    cr_expect_eq(list_length(list), length);
    cr_expect_eq(list_get(list, length - 1), VALUE_NIL);
    test_vm_free(vm);
}

// --- several threads ---

enum { WRITERS = 2, PIECES = 20000 };
static List *shared_list;
static _Atomic int writing, rounds; // writers that go on; what the reader has done

// Puts in its own numbers in order, and takes some out again.
static void write_numbers(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    int64_t base = (int64_t)(intptr_t)argument * PIECES;
    for (int64_t i = 0; i < PIECES; i++) {
        list_append(fiber, shared_list, value_from_int(base + i));
        if (i % 4 == 3 && list_pop(fiber, shared_list, -1) == VALUE_UNDEF)
            error_take(fiber);
        do // not done before the reader has looked a few times
            thread_safepoint(thread);
        while (i == PIECES / 2 && load_seq(&rounds) < 20);
    }
    sub_seq(&writing, 1);
}

Test(list, readers_need_no_lock, .timeout = 100) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    shared_list = list_new(fiber->heap, 0);
    vm_keep(vm, value_from_ref(shared_list));
    store_seq(&writing, WRITERS);
    store_seq(&rounds, 0);
    for (intptr_t i = 0; i < WRITERS; i++)
        cr_assert(thread_start(vm->thread, write_numbers, (void *)i));
    while (load_seq(&writing) > 0) {
        for (size_t i = 0; i < 64; i++) {
            Value v = list_get(shared_list, list_length(shared_list) - i);
            cr_assert(v == VALUE_UNDEF || value_is_int(v));
        }
        List *copy = list_slice(fiber, shared_list, 0, 100);
        for (size_t i = 0; i < list_length(copy); i++)
            cr_assert(value_is_int(list_get(copy, i)), "a hole in a copy");
        add_seq(&rounds, 1);
        thread_safepoint(vm->thread);
    }
    cr_expect_eq(list_length(shared_list), WRITERS * PIECES / 4 * 3);
    // What each thread left stands in its order.
    int64_t last[WRITERS] = {-1, -1};
    for (size_t i = 0; i < list_length(shared_list); i++) {
        int64_t number = value_to_int(list_get(shared_list, i));
        cr_assert_gt(number, last[number / PIECES]);
        last[number / PIECES] = number;
    }
    test_vm_free(vm);
}

// --- the sort ---

// Numbers n * 1000 + k, ordered by n alone: k shows whether equal ones keep their order.
static size_t comparisons;
static bool less_by_thousands(Fiber *fiber, Value a, Value b, bool *less, void *context) {
    (void)fiber;
    (void)context;
    comparisons++;
    *less = value_to_int(a) / 1000 < value_to_int(b) / 1000;
    return true;
}

Test(list, sort_is_stable_at_every_length) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Random random = {2};
    for (size_t length = 0; length < 600; length++) {
        List *list = list_new(fiber->heap, length);
        vm_keep(vm, value_from_ref(list));
        size_t groups = 1 + random_below(&random, 30);
        int64_t sum = 0;
        for (size_t i = 0; i < length; i++) {
            int64_t number = (int64_t)random_below(&random, groups) * 1000 + (int64_t)i;
            sum += number;
            list_append(fiber, list, value_from_int(number));
        }
        cr_assert(list_sort(fiber, list, less_by_thousands, NULL));
        cr_assert_eq(list_length(list), length);
        for (size_t i = 0; i < length; i++) {
            sum -= value_to_int(list_get(list, i));
            if (i > 0)
                cr_assert_lt(value_to_int(list_get(list, i - 1)), value_to_int(list_get(list, i)));
        }
        cr_assert_eq(sum, 0);
    }
    test_vm_free(vm);
}

Test(list, sorted_input_takes_linear_time) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    List *list = list_new(fiber->heap, 0);
    vm_keep(vm, value_from_ref(list));
    for (int64_t i = 0; i < 10000; i++)
        list_append(fiber, list, value_from_int(i * 1000));
    comparisons = 0;
    cr_assert(list_sort(fiber, list, less_by_thousands, NULL));
    cr_expect_leq(comparisons, 20000);
    test_vm_free(vm);
}

static bool less_that_throws(Fiber *fiber, Value a, Value b, bool *less, void *context) {
    *less = value_to_int(a) < value_to_int(b);
    if (++comparisons < *(size_t *)context)
        return true;
    throw_value(fiber, "no more");
    return false;
}

Test(list, an_error_stops_the_sort) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    for (size_t limit = 1; limit < 300; limit += 7) {
        List *list = list_new(fiber->heap, 0);
        vm_keep(vm, value_from_ref(list));
        for (int64_t i = 0; i < 100; i++)
            list_append(fiber, list, value_from_int(i * 37 % 100));
        comparisons = 0;
        cr_assert_not(list_sort(fiber, list, less_that_throws, &limit));
        cr_assert_eq(comparisons, limit, "%zu comparisons after the error", comparisons - limit);
        cr_assert_str_eq(vm_take_error(vm, ERROR_ValueError), "no more");
        bool there[100] = {false};
        for (size_t i = 0; i < 100; i++) // nothing is lost
            there[value_to_int(list_get(list, i))] = true;
        for (size_t i = 0; i < 100; i++)
            cr_assert(there[i]);
    }
    test_vm_free(vm);
}

// What scripts see: keys, comparisons and `less` in script, which also collect.
Test(list, sorted_by_scripts) {
    Vm *vm = test_vm_new();
    ModuleObject *module =
        vm_module(vm, "class Size { fn init(n) { self.n = n } fn less(o) { return self.n < o.n }\n"
                      "  fn str() => \"S${self.n}\" }\n"
                      "let sizes = [3, 1, 2].map(fn (n) => Size(n))\n"
                      "let words = [\"bb\", \"a\", \"dd\", \"c\"]\n"
                      "fn length(s) => len(s)\n"
                      "fn backwards(a, b) { return b - a }\n");
    Fiber *fiber = vm_fiber(vm);
    Value words = vm_global(vm, module, "words"), length = vm_global(vm, module, "length");
    Value none = VALUE_UNDEF, numbers = vm_keep(vm, value_from_ref(list_new(fiber->heap, 0)));
    for (int64_t i = 0; i < 50; i++)
        list_append(fiber, value_to_list(numbers), value_from_int(i * 7 % 50));
    cr_expect_str_eq(vm_repr(vm, sorted_list(fiber, words, none, none, none)),
                     "[\"a\", \"bb\", \"c\", \"dd\"]");
    cr_expect_str_eq(vm_repr(vm, sorted_list(fiber, words, length, none, none)),
                     "[\"a\", \"c\", \"bb\", \"dd\"]");
    cr_expect_str_eq(vm_repr(vm, sorted_list(fiber, words, length, VALUE_TRUE, none)),
                     "[\"bb\", \"dd\", \"a\", \"c\"]"); // stable in reverse, too
    Value sorted = sorted_list(fiber, vm_global(vm, module, "sizes"), none, none, none);
    cr_expect_str_eq(vm_repr(vm, sorted), "[S1, S2, S3]");
    sorted = sorted_list(fiber, numbers, none, none, vm_global(vm, module, "backwards"));
    for (size_t i = 0; i < 50; i++)
        cr_assert_eq(list_get(value_to_list(sorted), i), value_from_int(49 - (int64_t)i));
    list_append(fiber, value_to_list(numbers), vm_str(vm, "x"));
    cr_expect_eq(sorted_list(fiber, numbers, none, none, none), VALUE_UNDEF);
    cr_expect_str_eq(vm_take_error(vm, ERROR_TypeError),
                     "'<' not supported between instances of 'str' and 'int'");
    test_vm_free(vm);
}
