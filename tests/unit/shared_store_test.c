// SPDX-License-Identifier: MIT
//
// The store of shared queues against a model that is an array; and with a process that is killed in the
// middle of what it does, again and again: what it leaves is always whole.
#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "process/shared_store.h"

enum { MOST_ITEMS = 4000, SMALL_AREA = 64 << 20 };

static Area *store_new(QueueOrder order) {
    Area *area = area_new(0, STORE_LEAST, SMALL_AREA);
    cr_assert_not_null(area);
    shared_store_init(area, order, 0);
    return area;
}

static unsigned next_random(unsigned *random) {
    *random = *random * 1103515245 + 12345;
    return *random >> 8;
}

// An item is a packed list of two numbers and a text ("l", 3 elements): a priority, a number of its own, and
// as many bytes as that number says.
static size_t filler(unsigned number) {
    return number % 97 == 0 ? 40000 + number % 1000 : number * 31 % 400;
}

static void put_varint(char *out, size_t *size, uint64_t n) {
    for (; n >= 128; n >>= 7)
        out[(*size)++] = (char)(n | 128);
    out[(*size)++] = (char)n;
}

static size_t make_item(char *out, unsigned priority, unsigned number) {
    size_t size = 0, fill = filler(number);
    out[size++] = 'l';
    put_varint(out, &size, 3);
    out[size++] = 'i';
    put_varint(out, &size, (uint64_t)priority << 1);
    out[size++] = 'i';
    put_varint(out, &size, (uint64_t)number << 1);
    out[size++] = 's';
    put_varint(out, &size, fill);
    memset(out + size, 'a' + (int)(number % 26), fill);
    return size + fill;
}

static bool put_item(Area *area, unsigned priority, unsigned number) {
    static char item[50000];
    size_t size = make_item(item, priority, number);
    return shared_store_put(area, item, size, NULL) == STORE_PUT;
}

// Takes the next item; it has to be just that which was put.
static bool take_item(Area *area, unsigned priority, unsigned number) {
    static char got[50000], item[50000];
    size_t size = make_item(item, priority, number);
    if (shared_store_next_size(area) != size)
        return false;
    shared_store_take(area, got);
    return memcmp(got, item, size) == 0;
}

typedef struct Model {
    unsigned priorities[MOST_ITEMS], numbers[MOST_ITEMS];
    size_t length;
} Model;

static size_t model_next(const Model *model, QueueOrder order) {
    size_t next = order == QUEUE_LIFO ? model->length - 1 : 0;
    for (size_t i = 1; order == QUEUE_PRIORITY && i < model->length; i++)
        if (model->priorities[i] < model->priorities[next])
            next = i;
    return next;
}

static void model_remove(Model *model, size_t at) {
    model->length--;
    size_t behind = (model->length - at) * sizeof(unsigned);
    memmove(model->priorities + at, model->priorities + at + 1, behind);
    memmove(model->numbers + at, model->numbers + at + 1, behind);
}

static void against_model(QueueOrder order) {
    Area *area = store_new(order);
    static Model model;
    model.length = 0;
    unsigned random = 7, number = 0;
    area_lock_outside(area);
    for (int turn = 0; turn < 20000; turn++) {
        bool grows = turn / 1000 % 2 == 0, puts = next_random(&random) % 10 < (grows ? 7 : 3);
        if (puts && model.length < MOST_ITEMS) {
            unsigned priority = next_random(&random) % 50;
            cr_assert(put_item(area, priority, number));
            model.priorities[model.length] = priority;
            model.numbers[model.length++] = number++;
        } else if (model.length > 0) {
            size_t at = model_next(&model, order);
            cr_assert(take_item(area, model.priorities[at], model.numbers[at]), "turn %d", turn);
            model_remove(&model, at);
        }
        cr_assert_eq(shared_store_state(area)->length, model.length);
    }
    area_unlock(area);
    area_free(area);
}

Test(shared_store, fifo, .timeout = 120) { against_model(QUEUE_FIFO); }
Test(shared_store, lifo, .timeout = 120) { against_model(QUEUE_LIFO); }
Test(shared_store, priority, .timeout = 120) { against_model(QUEUE_PRIORITY); }

Test(shared_store, refuses_what_does_not_fit) {
    Area *area = store_new(QUEUE_FIFO);
    char *large = calloc(1, SMALL_AREA);
    area_lock_outside(area);
    cr_expect_eq(shared_store_put(area, large, SMALL_AREA, NULL), STORE_NO_ROOM);
    cr_expect_eq(shared_store_state(area)->length, 0);
    cr_expect_eq(shared_store_put(area, large, SMALL_AREA / 8, NULL), STORE_PUT);
    cr_expect_eq(shared_store_next_size(area), SMALL_AREA / 8);
    area_unlock(area);
    free(large);
    area_free(area);
}

Test(shared_store, counts_and_closes) {
    Area *area = store_new(QUEUE_FIFO);
    bool closed;
    area_lock_outside(area);
    put_item(area, 1, 1);
    put_item(area, 1, 2);
    cr_expect_eq(shared_store_state(area)->unfinished, 2);
    cr_expect(take_item(area, 1, 1));
    shared_store_done(area);
    cr_expect_eq(shared_store_state(area)->unfinished, 1);
    cr_expect_eq(shared_store_glance(area, &closed), 1);
    cr_expect_not(closed);
    shared_store_close(area);
    cr_expect_eq(shared_store_glance(area, &closed), 1);
    cr_expect(closed);
    area_unlock(area);
    area_free(area);
}

// What C cannot compare goes where the plan says, if that still holds.
Test(shared_store, plans) {
    Area *area = store_new(QUEUE_PRIORITY);
    StorePlan plan = {.made = true};
    char got;
    area_lock_outside(area);
    cr_expect_eq(shared_store_put(area, "?", 1, NULL), STORE_PUT, "alone it need not be compared");
    cr_expect_eq(shared_store_put(area, "!", 1, NULL), STORE_PLAN);
    plan.version = shared_store_state(area)->version;
    cr_expect_eq(shared_store_put(area, "!", 1, &plan), STORE_PLAN, "first the heap is sorted");
    cr_expect(shared_store_state(area)->sorted);
    cr_expect_eq(shared_store_put(area, "!", 1, &plan), STORE_PLAN, "the plan is out of date");
    plan.version = shared_store_state(area)->version;
    plan.place = 1;
    cr_expect_eq(shared_store_put(area, "!", 1, &plan), STORE_PUT);
    cr_expect_eq(shared_store_item_size(area, 0), 1);
    shared_store_item(area, 0, &got);
    cr_expect_eq(got, '?');
    shared_store_take(area, &got);
    cr_expect_eq(got, '!', "the last place comes first");
    shared_store_take(area, &got);
    cr_expect_eq(got, '?');
    area_unlock(area);
    area_free(area);
}

// --- kills ---

_Noreturn static void work_until_killed(Area *area, unsigned random) {
    for (;;) {
        area_lock_outside(area);
        uint64_t length = shared_store_state(area)->length;
        if (length < 50 || (length < 400 && next_random(&random) % 2)) {
            unsigned number = next_random(&random) % 5000;
            put_item(area, number % 13, number);
        } else {
            static char out[50000];
            shared_store_take(area, out);
        }
        area_unlock(area);
    }
}

// Each item is what it says of itself, and a priority queue gives them in order.
static void expect_whole(Area *area, bool ordered) {
    static char got[50000], item[50000];
    unsigned before = 0;
    for (uint64_t left = shared_store_state(area)->length; left > 0; left--) {
        size_t size = shared_store_next_size(area);
        cr_assert_lt(size, sizeof got);
        shared_store_take(area, got);
        unsigned priority = (uint8_t)got[3] >> 1, low = (uint8_t)got[5], number = (low & 127) >> 1;
        if (low & 128)
            number |= (unsigned)(uint8_t)got[6] << 6;
        cr_assert_eq(make_item(item, priority, number), size);
        cr_assert_eq(memcmp(got, item, size), 0);
        cr_assert(!ordered || priority >= before);
        before = priority;
    }
    cr_assert_eq(shared_store_state(area)->length, 0);
}

static void kill_again_and_again(QueueOrder order) {
    Area *area = store_new(order);
    unsigned random = 5;
    for (unsigned round = 0; round < 60; round++) {
        pid_t children[2];
        for (unsigned i = 0; i < 2; i++) {
            children[i] = fork();
            if (children[i] == 0)
                work_until_killed(area, round * 2 + i + 1);
        }
        usleep(500 + next_random(&random) % 3000);
        for (int i = 0; i < 2; i++) {
            kill(children[i], SIGKILL);
            waitpid(children[i], NULL, 0);
        }
        area_lock_outside(area);
        expect_whole(area, order == QUEUE_PRIORITY);
        area_unlock(area);
    }
    area_free(area);
}

Test(shared_store, killed_in_a_ring, .timeout = 120) { kill_again_and_again(QUEUE_FIFO); }
Test(shared_store, killed_in_a_stack, .timeout = 120) { kill_again_and_again(QUEUE_LIFO); }
Test(shared_store, killed_in_a_heap, .timeout = 120) { kill_again_and_again(QUEUE_PRIORITY); }
