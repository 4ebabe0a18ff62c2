// SPDX-License-Identifier: MIT
//
// A world without a VM, for tests of the scheduler: what a fiber runs is a C function that is called
// again after each wait, and a Box is an object that holds a number and a queue of waiters.
#ifndef CONC_TESTS_SCHED_SUPPORT_H
#define CONC_TESTS_SCHED_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "sched/deadlock.h"
#include "object/root.h"
#include "sched/fiber.h"
#include "sched/loop.h"

typedef struct Job Job;
// One turn. True: ended. False: fiber->wait is armed.
typedef bool (*Step)(Fiber *fiber, Job *job);
struct Job {
    Step step;
    int at;         // where the step goes on
    uint64_t count; // the test's own
    void *data;
    WakeReason reason;
};

// A queue of numbers, unbounded; a lock with an owner.
typedef struct Box {
    Object header;
    WaitQueue getters;
    Slot items; // a chain of Items, last in first out
    _Atomic(Fiber *) owner;
} Box;

typedef struct Item {
    Object header;
    Slot next;
    uint64_t number;
} Item;

static void item_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, &((Item *)object)->next, 1);
}
static void box_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, &((Box *)object)->items, 1);
}
static const Kind item_kind = {"item", item_trace, NULL};
static const Kind box_kind = {"box", box_trace, NULL};

static bool test_run_fiber(Fiber *fiber) {
    Job *job = fiber->locals;
    return job->step(fiber, job);
}
static void test_trace_fiber(Fiber *fiber, Tracer *tracer) {
    if (fiber->segment)
        fiber_trace_registers(fiber, tracer, fiber->segment->words);
}
static void test_describe(Fiber *fiber, char *text, size_t capacity) {
    snprintf(text, capacity, "%s", park_kind_name(fiber->wait.kind));
}
static Fiber *test_waits_for(Fiber *fiber) {
    Value v = __atomic_load_n(&fiber->wait.object, __ATOMIC_RELAXED);
    if (!value_is_ref(v))
        return NULL;
    return load_relaxed(&((Box *)value_to_ref(v))->owner);
}

// Word `number` of what is rooted by the fiber.
static inline Value *test_rooted(Fiber *fiber, uint32_t number) {
    while (fiber->root_count <= number)
        root_push(fiber, VALUE_UNDEF);
    return &fiber->roots[number];
}

static Value test_root; // one more root
static void test_trace_root(void *context, Tracer *tracer) {
    (void)context;
    trace_value(tracer, test_root);
}

static const WorldHooks test_hooks = {.run_fiber = test_run_fiber,
                                      .describe_wait = test_describe,
                                      .waits_for = test_waits_for,
                                      .trace_fiber = test_trace_fiber};

static World *test_world_new(size_t limit, bool stress) {
    Heap *heap = heap_new(&(HeapOptions){.memory_limit = limit, .stress = stress});
    heap_register_kind(heap, KIND_CELL, &item_kind);
    heap_register_kind(heap, KIND_QUEUE, &box_kind);
    World *world = world_new(heap, &test_hooks);
    heap_add_roots(heap, test_trace_root, NULL);
    test_root = VALUE_NIL;
    thread_attach_new(world);
    return world;
}

static void test_world_free(World *world) {
    Heap *heap = world->heap;
    thread_detach_free(world->main_thread);
    thread_pool_free(world);
    world_free(world);
    heap_free(heap);
}

static inline Box *box_new(LocalHeap *heap) { return heap_alloc(heap, KIND_QUEUE, sizeof(Box)); }

static inline void box_put(Fiber *fiber, Box *box, uint64_t number) {
    Item *item = heap_alloc(fiber->heap, KIND_CELL, sizeof *item);
    item->number = number;
    object_lock(&box->header);
    Waiter *w;
    while ((w = wait_queue_pop(&box->getters)))
        if (park_claim(w->fiber, WAKE_HANDED)) {
            w->value = value_from_ref(item);
            park_wake(w->fiber);
            break;
        }
    if (!w) {
        slot_set(&item->next, slot_get(&box->items));
        slot_set(&box->items, value_from_ref(item));
    }
    object_unlock(&box->header);
}

// As a waiting native: the item's number; 0 with *parked set; 0 after another outcome (*reason).
static inline uint64_t box_get(Fiber *fiber, Box *box, uint64_t deadline, bool *parked,
                               WakeReason *reason) {
    *parked = false;
    *reason = park_outcome(fiber);
    if (*reason == WAKE_HANDED)
        return ((Item *)value_to_ref(fiber->wait.waiter.value))->number;
    object_lock(&box->header);
    wait_queue_remove(&fiber->wait.waiter);
    uint64_t number = 0;
    Value v = slot_get(&box->items);
    if (*reason == WAKE_NONE && v != VALUE_UNDEF) {
        Item *item = (Item *)value_to_ref(v);
        slot_set(&box->items, slot_get(&item->next));
        number = item->number;
    } else if (*reason == WAKE_NONE) {
        park_arm(fiber, PARK_QUEUE_GET, value_from_ref(box), deadline);
        wait_queue_push(&box->getters, &fiber->wait.waiter);
        *parked = true;
    }
    object_unlock(&box->header);
    return number;
}

// Without `await`.
static inline uint64_t box_get_blocking(Fiber *fiber, Box *box, uint64_t deadline,
                                        WakeReason *reason) {
    bool parked;
    uint64_t number = box_get(fiber, box, deadline, &parked, reason);
    if (!parked)
        return number;
    park_block(fiber, false);
    return box_get(fiber, box, deadline, &parked, reason);
}

static inline void safepoint(Fiber *fiber) {
    if (load_relaxed(&fiber->thread->poll))
        thread_safepoint(fiber->thread);
}

static inline Fiber *task_new(Thread *thread, Job *job) {
    Fiber *fiber = fiber_new(thread, true);
    fiber->locals = job;
    fiber->awaits = true;
    thread_add_ready(thread, fiber);
    return fiber;
}

// Waits as the end of a script does, until *counter has come down to zero.
static inline void wait_for_zero(Thread *thread, _Atomic int *counter) {
    while (load_seq(counter) > 0) {
        park_arm(thread->main_fiber, PARK_SLEEP, VALUE_NIL, deadline_after(0.0005));
        park_block(thread->main_fiber, false);
        park_outcome(thread->main_fiber);
        thread_safepoint(thread);
    }
}

#endif
