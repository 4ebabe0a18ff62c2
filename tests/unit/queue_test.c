// SPDX-License-Identifier: MIT
//
// Queues, driven from C as the VM drives them: each order against a plain array, the limit, closing,
// and that in races no item is lost or comes twice.
#include "../support/vm_support.h"
#include "base/os.h"
#include "sync/order.h"
#include "sync/queue.h"
#include "sync/registry.h"

// As the VM calls a waiting native without `await`.
static Value call(Fiber *fiber, NativeFunction native, Queue *queue, Value first, Value second,
                  int count) {
    Value args[6] = {value_from_ref(queue), first, second}, v;
    while ((v = native(fiber, args, count)) == VALUE_PARKED)
        park_block(fiber, false);
    return v;
}
static Value put(Fiber *fiber, Queue *queue, Value item, Value timeout) {
    return call(fiber, queue_put, queue, item, timeout, 2);
}
static Value get(Fiber *fiber, Queue *queue, Value timeout) {
    return call(fiber, queue_get, queue, timeout, VALUE_UNDEF, 1);
}

static Queue *kept_queue(Vm *vm, size_t maxsize, QueueOrder order) {
    Queue *queue = queue_new(vm_fiber(vm)->heap, maxsize, order);
    vm_keep(vm, value_from_ref(queue));
    return queue;
}

// --- one thread ---

// Which of the numbers the queue should give next.
static size_t next_of(const int64_t *model, size_t count, QueueOrder order) {
    size_t best = order == QUEUE_LIFO ? count - 1 : 0;
    for (size_t i = 1; order == QUEUE_PRIORITY && i < count; i++)
        if (model[i] / 1000 < model[best] / 1000)
            best = i;
    return best;
}

// Numbers n * 1000 + k. In a priority queue the item is [n, "nk"], so that lists and texts are compared,
// too; only n is looked at when it comes out.
static Value item_of(Vm *vm, int64_t number, QueueOrder order) {
    if (order != QUEUE_PRIORITY)
        return value_from_int(number);
    char text[20];
    snprintf(text, sizeof text, "%08lld", (long long)number);
    Value pair[] = {value_from_int(number / 1000), vm_str(vm, text)};
    return value_from_ref(list_from(vm_fiber(vm)->heap, pair, 2));
}

static void compare_with_array(QueueOrder order, size_t maxsize) {
    enum { MOST = 200 };
    static int64_t model[MOST];
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Queue *queue = kept_queue(vm, maxsize, order);
    Random random = {1};
    size_t count = 0;
    Value look = value_from_int(0);
    for (int64_t turn = 0; turn < 20000; turn++) {
        cr_assert_eq(queue_length(queue), count);
        bool full = count == (maxsize ? maxsize : MOST);
        if (random_below(&random, 20) < (turn / 500 % 2 ? 7u : 13u) && count < MOST) {
            int64_t number = (int64_t)random_below(&random, 9) * 1000 + turn % 1000;
            Value v = put(fiber, queue, item_of(vm, number, order), look);
            cr_assert_eq(v, full ? VALUE_UNDEF : VALUE_NIL);
            if (full)
                vm_take_error(vm, ERROR_QueueFull);
            else
                model[count++] = number;
        } else if (count == 0) {
            cr_assert_eq(get(fiber, queue, look), VALUE_UNDEF);
            vm_take_error(vm, ERROR_QueueEmpty);
        } else {
            size_t at = next_of(model, count, order);
            Value v = get(fiber, queue, look);
            if (order == QUEUE_PRIORITY)
                v = list_get(value_to_list(v), 0);
            cr_assert_eq(v, value_from_int(order == QUEUE_PRIORITY ? model[at] / 1000 : model[at]));
            memmove(model + at, model + at + 1, (count - at - 1) * sizeof *model);
            count--;
        }
        if (turn % 1000 == 0)
            vm_collect(vm);
    }
    test_vm_free(vm);
}

Test(queue, first_in_first_out) { compare_with_array(QUEUE_FIFO, 0); }
Test(queue, first_in_first_out_with_a_limit) { compare_with_array(QUEUE_FIFO, 13); }
Test(queue, last_in_first_out) { compare_with_array(QUEUE_LIFO, 0); }
Test(queue, last_in_first_out_with_a_limit) { compare_with_array(QUEUE_LIFO, 13); }
Test(queue, least_first) { compare_with_array(QUEUE_PRIORITY, 0); }
Test(queue, least_first_with_a_limit) { compare_with_array(QUEUE_PRIORITY, 13); }

// Equal items come in the order in which they were put in, whether C compares them or a script.
Test(queue, the_oldest_of_equals_first) {
    Vm *vm = test_vm_new();
    ModuleObject *module =
        vm_module(vm, "class Job { fn init(n, k) { self.n = n; self.k = k }\n"
                      "  fn less(o) { return self.n < o.n } fn str() => \"${self.n}.${self.k}\" }\n"
                      "fn job(n, k) => Job(n, k)\n");
    Fiber *fiber = vm_fiber(vm);
    Random random = {2};
    for (int turn = 0; turn < 30; turn++) {
        Queue *queue = kept_queue(vm, 0, QUEUE_PRIORITY);
        for (int64_t k = 0; k < 60; k++) {
            Value both[] = {value_from_int((int64_t)random_below(&random, 4)), value_from_int(k)};
            Value item = vm_call(fiber, vm_global(vm, module, "job"), both, 2);
            cr_assert_eq(put(fiber, queue, vm_keep(vm, item), VALUE_UNDEF), VALUE_NIL);
            if (k % 5 == 4)
                get(fiber, queue, VALUE_UNDEF);
        }
        int n = -1, k = -1, last_n, last_k;
        while (queue_length(queue) > 0) {
            last_n = n;
            last_k = k;
            const char *shown = vm_repr(vm, get(fiber, queue, VALUE_UNDEF));
            cr_assert_eq(sscanf(shown, "%d.%d", &n, &k), 2);
            cr_assert(n > last_n || (n == last_n && k > last_k), "%d.%d after %d.%d", n, k, last_n,
                      last_k);
        }
    }
    test_vm_free(vm);
}

// The first item that C cannot compare turns the heap into a sorted list.
Test(queue, numbers_among_instances) {
    Vm *vm = test_vm_new();
    ModuleObject *module =
        vm_module(vm, "class Size { fn init(n) { self.n = n }\n"
                      "  fn less(o) { return self.n < (o.n if isinstance(o, Size) else o) }\n"
                      "  fn str() => \"S${self.n}\" }\n"
                      "let items = [5, 1, 9, 3, Size(7), Size(2), Size(7)]\n"
                      "class Plain { }\n"
                      "let plain = Plain()\n");
    Fiber *fiber = vm_fiber(vm);
    Queue *queue = kept_queue(vm, 0, QUEUE_PRIORITY);
    List *items = value_to_list(vm_global(vm, module, "items"));
    Value plain = vm_global(vm, module, "plain"), look = value_from_int(0);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(put(fiber, queue, list_get(items, i), VALUE_UNDEF), VALUE_NIL);
    // What has no order with the others is refused, and the queue is as it was.
    cr_expect_eq(put(fiber, queue, plain, VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_TypeError);
    cr_expect_eq(queue_length(queue), 4);
    for (size_t i = 4; i < 7; i++)
        cr_assert_eq(put(fiber, queue, list_get(items, i), VALUE_UNDEF), VALUE_NIL);
    static const char *const order[] = {"1", "S2", "3", "5", "S7", "S7", "9"};
    for (size_t i = 0; i < 7; i++)
        cr_expect_str_eq(vm_repr(vm, get(fiber, queue, look)), order[i]);
    cr_expect_eq(put(fiber, queue, plain, VALUE_UNDEF), VALUE_NIL); // the only one needs no order
    cr_expect_eq(get(fiber, queue, look), plain);
    test_vm_free(vm);
}

Test(queue, order_that_c_can_tell) {
    Vm *vm = test_vm_new();
    Value one = value_from_int(1), two = value_from_double(2);
    Value big = integer_parse(vm_fiber(vm)->heap, "1000000000000000000000", 22, 10);
    Value short_list[] = {one}, long_list[] = {one, two};
    Value a = value_from_ref(list_from(vm_fiber(vm)->heap, short_list, 1));
    Value b = value_from_ref(list_from(vm_fiber(vm)->heap, long_list, 2));
    cr_expect_lt(order_of(one, two), 0);
    cr_expect_gt(order_of(big, two), 0);
    cr_expect_eq(order_of(one, VALUE_TRUE), 0);
    cr_expect_lt(order_of(vm_str(vm, "a"), vm_str(vm, "b")), 0);
    cr_expect_lt(order_of(a, b), 0);
    cr_expect_eq(order_of(a, a), 0);
    cr_expect_eq(order_of(one, vm_str(vm, "a")), ORDER_UNKNOWN);
    cr_expect_eq(order_of(VALUE_NIL, VALUE_NIL), ORDER_UNKNOWN);
    cr_expect_eq(order_of(a, one), ORDER_UNKNOWN);
    list_append(vm_fiber(vm), value_to_list(a), a); // lists that hold themselves end, too
    list_append(vm_fiber(vm), value_to_list(b), b);
    list_set(vm_fiber(vm), value_to_list(b), 1, b);
    cr_expect_eq(order_of(a, b), ORDER_UNKNOWN);
    test_vm_free(vm);
}

Test(queue, closing) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Queue *queue = kept_queue(vm, 0, QUEUE_FIFO);
    put(fiber, queue, value_from_int(1), VALUE_UNDEF);
    put(fiber, queue, value_from_int(2), VALUE_UNDEF);
    queue_close(fiber, queue);
    queue_close(fiber, queue);
    cr_expect_eq(put(fiber, queue, VALUE_NIL, VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_QueueClosed);
    cr_expect_eq(get(fiber, queue, VALUE_UNDEF), value_from_int(1)); // what is left comes out
    cr_expect_eq(call(fiber, queue_iterate, queue, VALUE_UNDEF, VALUE_UNDEF, 0), value_from_int(2));
    cr_expect_eq(call(fiber, queue_iterate, queue, VALUE_UNDEF, VALUE_UNDEF, 0), VALUE_UNDEF);
    cr_expect_eq(fiber->error, VALUE_UNDEF);
    cr_expect_eq(get(fiber, queue, VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_QueueClosed);
    test_vm_free(vm);
}

Test(queue, task_done_and_join) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Queue *queue = kept_queue(vm, 0, QUEUE_FIFO);
    Value look = value_from_int(0);
    cr_expect_eq(call(fiber, queue_join, queue, VALUE_UNDEF, VALUE_UNDEF, 1), VALUE_NIL);
    put(fiber, queue, VALUE_NIL, VALUE_UNDEF);
    put(fiber, queue, VALUE_NIL, VALUE_UNDEF);
    get(fiber, queue, VALUE_UNDEF);
    get(fiber, queue, VALUE_UNDEF);
    cr_expect_eq(call(fiber, queue_join, queue, look, VALUE_UNDEF, 1), VALUE_UNDEF);
    vm_take_error(vm, ERROR_TimeoutError);
    cr_expect(queue_task_done(fiber, queue));
    cr_expect(queue_task_done(fiber, queue));
    cr_expect_not(queue_task_done(fiber, queue));
    cr_expect_str_eq(vm_take_error(vm, ERROR_ValueError), "task_done() called too many times");
    cr_expect_eq(call(fiber, queue_join, queue, VALUE_UNDEF, VALUE_UNDEF, 1), VALUE_NIL);
    test_vm_free(vm);
}

Test(queue, time_outs) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Queue *queue = kept_queue(vm, 1, QUEUE_FIFO);
    cr_expect_eq(get(fiber, queue, value_from_double(0.001)), VALUE_UNDEF);
    vm_take_error(vm, ERROR_QueueEmpty);
    put(fiber, queue, VALUE_TRUE, VALUE_UNDEF);
    cr_expect_eq(put(fiber, queue, VALUE_FALSE, value_from_double(0.001)), VALUE_UNDEF);
    vm_take_error(vm, ERROR_QueueFull);
    cr_expect_eq(get(fiber, queue, VALUE_UNDEF), VALUE_TRUE);
    cr_expect_eq(queue_length(queue), 0); // the late putter left nothing
    cr_expect(wait_queue_empty(&queue->putters) && wait_queue_empty(&queue->getters));
    cr_expect_eq(get(fiber, queue, vm_str(vm, "soon")), VALUE_UNDEF);
    vm_take_error(vm, ERROR_TypeError);
    test_vm_free(vm);
}

// --- several threads ---

enum { PUTTERS = 2, GETTERS = 2, ITEMS = 4000 };

static struct {
    Queue *queue;
    Value timeout; // of puts and gets; UNDEF: none
    _Atomic int putting, running;
    _Atomic uint32_t times[PUTTERS][ITEMS]; // how often each item came out
    _Atomic uint64_t late;
    _Atomic bool out_of_order;
} race;

static void put_items(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    int64_t who = (intptr_t)argument;
    for (int64_t i = 0; i < ITEMS; i++) {
        while (put(fiber, race.queue, value_from_int(who * ITEMS + i), race.timeout) ==
               VALUE_UNDEF) {
            cr_assert(error_is(fiber, ERROR_QueueFull));
            error_take(fiber);
            add_seq(&race.late, 1);
            thread_safepoint(thread);
        }
        thread_safepoint(thread);
    }
    if (sub_seq(&race.putting, 1) == 1)
        queue_close(fiber, race.queue);
    sub_seq(&race.running, 1);
}

static void get_items(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    int64_t last[PUTTERS] = {-1, -1};
    for (;;) {
        Value v = get(fiber, race.queue, race.timeout);
        thread_safepoint(thread);
        if (v == VALUE_UNDEF) {
            bool closed = error_is(fiber, ERROR_QueueClosed);
            cr_assert(closed || error_is(fiber, ERROR_QueueEmpty));
            error_take(fiber);
            if (closed)
                break;
            add_seq(&race.late, 1);
            continue;
        }
        int64_t who = value_to_int(v) / ITEMS, number = value_to_int(v) % ITEMS;
        add_seq(&race.times[who][number], 1);
        if (race.queue->order == QUEUE_FIFO && number < last[who])
            store_seq(&race.out_of_order, true);
        last[who] = number;
    }
    sub_seq(&race.running, 1);
}

static void run_race(QueueOrder order, size_t maxsize, Value timeout) {
    Vm *vm = test_vm_new();
    memset(&race, 0, sizeof race);
    race.queue = kept_queue(vm, maxsize, order);
    race.timeout = timeout;
    store_seq(&race.putting, PUTTERS);
    store_seq(&race.running, PUTTERS + GETTERS);
    for (intptr_t i = 0; i < PUTTERS; i++)
        cr_assert(thread_start(vm->thread, put_items, (void *)i));
    for (intptr_t i = 0; i < GETTERS; i++)
        cr_assert(thread_start(vm->thread, get_items, (void *)i));
    while (load_seq(&race.running) > 0) {
        cr_assert(maxsize == 0 || queue_length(race.queue) <= maxsize);
        thread_safepoint(vm->thread);
        os_yield();
    }
    for (int who = 0; who < PUTTERS; who++)
        for (int i = 0; i < ITEMS; i++)
            cr_assert_eq(load_seq(&race.times[who][i]), 1, "item %d of %d came %u times", i, who,
                         load_seq(&race.times[who][i]));
    cr_expect_not(load_seq(&race.out_of_order), "one getter met one putter's items out of order");
    cr_expect_eq(race.queue->reserved, 0);
    cr_expect(wait_queue_empty(&race.queue->putters) && wait_queue_empty(&race.queue->getters));
    test_vm_free(vm);
}

Test(queue, nothing_is_lost, .timeout = 100) { run_race(QUEUE_FIFO, 0, VALUE_UNDEF); }
Test(queue, nothing_is_lost_at_the_limit, .timeout = 100) { run_race(QUEUE_FIFO, 2, VALUE_UNDEF); }
Test(queue, nothing_is_lost_last_in_first_out, .timeout = 100) {
    run_race(QUEUE_LIFO, 3, VALUE_UNDEF);
}
Test(queue, nothing_is_lost_with_priorities, .timeout = 100) {
    run_race(QUEUE_PRIORITY, 2, VALUE_UNDEF);
}
Test(queue, nothing_is_lost_with_time_outs, .timeout = 100) {
    run_race(QUEUE_FIFO, 1, value_from_double(0.00002));
    run_race(QUEUE_PRIORITY, 1, value_from_double(0.00002));
}

// --- who waits is served in order of arrival ---

enum { WAITERS = 5 };
static _Atomic int64_t got[WAITERS];

static void get_one(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    Value v = get(fiber, race.queue, VALUE_UNDEF);
    store_seq(&got[(intptr_t)argument], value_is_int(v) ? value_to_int(v) : -2);
    if (v == VALUE_UNDEF)
        error_take(fiber);
    sub_seq(&race.running, 1);
}

static size_t waiting(Queue *queue) {
    size_t count = 0;
    object_lock(&queue->header);
    for (Waiter *w = queue->getters.first; w; w = w->next)
        count++;
    object_unlock(&queue->header);
    return count;
}

static void start_waiters(Vm *vm) {
    race.queue = kept_queue(vm, 0, QUEUE_FIFO);
    store_seq(&race.running, WAITERS);
    for (intptr_t i = 0; i < WAITERS; i++) {
        store_seq(&got[i], -1);
        cr_assert(thread_start(vm->thread, get_one, (void *)i));
        while (waiting(race.queue) < (size_t)i + 1) {
            thread_safepoint(vm->thread);
            os_yield();
        }
    }
}

static void wait_for_waiters(Vm *vm) {
    while (load_seq(&race.running) > 0) {
        thread_safepoint(vm->thread);
        os_yield();
    }
}

Test(queue, getters_are_served_in_order_of_arrival, .timeout = 100) {
    Vm *vm = test_vm_new();
    start_waiters(vm);
    for (int64_t i = 0; i < WAITERS; i++)
        put(vm_fiber(vm), race.queue, value_from_int(i), VALUE_UNDEF);
    cr_expect_eq(queue_length(race.queue), 0); // each went straight to one that waited
    wait_for_waiters(vm);
    for (int64_t i = 0; i < WAITERS; i++)
        cr_expect_eq(load_seq(&got[i]), i);
    test_vm_free(vm);
}

Test(queue, closing_wakes_all, .timeout = 100) {
    Vm *vm = test_vm_new();
    start_waiters(vm);
    put(vm_fiber(vm), race.queue, value_from_int(7), VALUE_UNDEF);
    queue_close(vm_fiber(vm), race.queue);
    wait_for_waiters(vm);
    cr_expect_eq(load_seq(&got[0]), 7);
    for (int64_t i = 1; i < WAITERS; i++)
        cr_expect_eq(load_seq(&got[i]), -2);
    test_vm_free(vm);
}
