// SPDX-License-Identifier: MIT
//
// Threads of the world: starting, ending, stopping, collecting, forking, all at once.
#include <criterion/criterion.h>

#include <sys/wait.h>
#include <unistd.h>

#include "../support/sched_support.h"

static _Atomic int running;

// ---- Collections while threads allocate ----------------------------------------------------------

enum { CHAIN = 200 };

// Builds chains and looks after them; what it holds is rooted in its main fiber.
static void allocate_and_check(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    int rounds = *(int *)argument;
    for (int round = 0; round < rounds; round++) {
        *test_rooted(fiber, 0) = VALUE_UNDEF;
        for (uint64_t i = 0; i < CHAIN; i++) {
            Item *item = heap_alloc(fiber->heap, KIND_CELL, sizeof *item + i % 40 * 16);
            item->number = i;
            slot_set(&item->next, *test_rooted(fiber, 0));
            *test_rooted(fiber, 0) = value_from_ref(item);
            safepoint(fiber);
        }
        uint64_t expected = CHAIN;
        for (Value v = *test_rooted(fiber, 0); v != VALUE_UNDEF;) {
            Item *item = (Item *)value_to_ref(v);
            cr_assert_eq(item->number, --expected);
            v = slot_get(&item->next);
        }
        cr_assert_eq(expected, 0);
    }
    sub_seq(&running, 1);
}

static void run_allocators(bool stress, int threads, int rounds) {
    World *world = test_world_new(stress ? 0 : 1 << 20, stress);
    Thread *main = world->main_thread;
    store_seq(&running, threads);
    for (int i = 0; i < threads; i++)
        cr_assert(thread_start(main, allocate_and_check, &rounds));
    wait_for_zero(main, &running);
    test_world_free(world);
}

Test(world, threads_allocate_and_collect, .timeout = 60) { run_allocators(false, 4, 2000); }
Test(world, threads_allocate_under_stress, .timeout = 60) { run_allocators(true, 3, 10); }

// ---- Starting and ending -------------------------------------------------------------------------

static void count_down(Thread *thread, void *argument) {
    (void)argument;
    heap_alloc(thread->heap, KIND_CELL, sizeof(Item));
    sub_seq(&running, 1);
}

Test(world, threads_are_started_again_and_again, .timeout = 60) {
    World *world = test_world_new(0, false);
    for (int i = 0; i < 2000; i++) {
        store_seq(&running, 1);
        cr_assert(thread_start(world->main_thread, count_down, NULL));
        wait_for_zero(world->main_thread, &running);
    }
    cr_assert_lt(world->worker_count, 10);
    test_world_free(world);
}

static void start_more(Thread *thread, void *argument) {
    int depth = (int)(intptr_t)argument;
    for (int i = 0; i < 3 && depth > 0; i++) {
        add_seq(&running, 1);
        if (!thread_start(thread, start_more, (void *)(intptr_t)(depth - 1)))
            sub_seq(&running, 1);
    }
    if (world_stop(thread->world, thread)) {
        if (depth % 2)
            heap_collect(thread->world->heap);
        world_resume(thread->world, thread);
    }
    sub_seq(&running, 1);
}

Test(world, threads_start_while_others_stop_the_world, .timeout = 60) {
    World *world = test_world_new(0, false);
    for (int i = 0; i < 5; i++) {
        store_seq(&running, 1);
        cr_assert(thread_start(world->main_thread, start_more, (void *)(intptr_t)4));
        wait_for_zero(world->main_thread, &running);
    }
    test_world_free(world);
}

// Objects that only the new thread's start refers to.
static void read_start(Thread *thread, void *argument) {
    (void)argument;
    Item *item = (Item *)value_to_ref(thread->main_fiber->start[0]);
    cr_assert_eq(item->number, 4711);
    sub_seq(&running, 1);
}

Test(world, the_start_of_a_thread_is_a_root) {
    World *world = test_world_new(0, true);
    Thread *main = world->main_thread;
    for (int i = 0; i < 50; i++) {
        Thread *thread = thread_create(main);
        Item *item = heap_alloc(main->heap, KIND_CELL, sizeof *item);
        item->number = 4711;
        thread->main_fiber->start[0] = value_from_ref(item);
        thread_safepoint(main);
        if (i % 5 == 0) {
            thread_discard(thread);
            continue;
        }
        store_seq(&running, 1);
        cr_assert(thread_launch(thread, read_start, NULL));
        wait_for_zero(main, &running);
    }
    test_world_free(world);
}

// ---- Stops ---------------------------------------------------------------------------------------

static uint64_t unguarded; // written only with the world stopped

static void stop_and_count(Thread *thread, void *argument) {
    (void)argument;
    for (int n = 0; n < 300;) {
        thread_safepoint(thread);
        if (n % 7 == 0) {
            thread_detach(thread);
            thread_attach(thread);
        }
        if (!world_stop(thread->world, thread))
            continue;
        unguarded++;
        n++;
        world_resume(thread->world, thread);
    }
    sub_seq(&running, 1);
}

Test(world, one_stops_at_a_time, .timeout = 60) {
    World *world = test_world_new(0, false);
    unguarded = 0;
    store_seq(&running, 4);
    for (int i = 0; i < 4; i++)
        cr_assert(thread_start(world->main_thread, stop_and_count, NULL));
    wait_for_zero(world->main_thread, &running);
    cr_assert_eq(unguarded, 1200);
    test_world_free(world);
}

// ---- Fork ----------------------------------------------------------------------------------------

static _Atomic bool enough;

static void churn(Thread *thread, void *argument) {
    (void)argument;
    while (!load_seq(&enough)) {
        *test_rooted(thread->main_fiber, 0) = VALUE_UNDEF;
        for (int i = 0; i < 50; i++)
            heap_alloc(thread->heap, KIND_CELL, sizeof(Item) + (size_t)i * 16);
        safepoint(thread->main_fiber);
    }
    sub_seq(&running, 1);
}

static void child_body(World *world, Thread *self) {
    world_after_fork(world, self);
    int rounds = 20;
    allocate_and_check(self, &rounds);
    while (!world_stop(world, self)) {
    }
    heap_collect(world->heap);
    world_resume(world, self);
    store_seq(&running, 1);
    if (!thread_start(self, count_down, NULL))
        _exit(2);
    wait_for_zero(self, &running);
    _exit(world->thread_count >= 1 && load_seq(&world->activity) >= 1 ? 0 : 3);
}

// The thread sanitizer does not start threads in a forked child.
#if defined(__SANITIZE_THREAD__)
enum { FORKS = 0 };
#elif defined(__has_feature)
enum { FORKS = __has_feature(thread_sanitizer) ? 0 : 30 };
#else
enum { FORKS = 30 };
#endif

Test(world, fork_while_others_run, .timeout = 60) {
    World *world = test_world_new(1 << 20, false);
    Thread *main = world->main_thread;
    store_seq(&running, 3);
    store_seq(&enough, false);
    for (int i = 0; i < 3; i++)
        cr_assert(thread_start(main, churn, NULL));
    for (int i = 0; i < FORKS; i++) {
        while (!world_stop(world, main)) {
        }
        world_before_fork(world);
        pid_t child = fork();
        if (child == 0)
            child_body(world, main);
        world_forked(world);
        world_resume(world, main);
        int status = -1;
        thread_detach(main);
        waitpid(child, &status, 0);
        thread_attach(main);
        cr_assert_eq(status, 0);
    }
    store_seq(&enough, true);
    wait_for_zero(main, &running);
    test_world_free(world);
}

// ---- Fibers' stacks ------------------------------------------------------------------------------

Test(world, registers_grow_by_segments) {
    World *world = test_world_new(0, true);
    Fiber *fiber = fiber_new(world->main_thread, true);
    Value *top = fiber->segment->words;
    size_t segments = 1;
    for (int i = 0; i < 20000; i++) {
        Value *window = fiber_reserve(fiber, top, 20);
        cr_assert_not_null(window);
        if (window != top)
            segments++;
        window[0] = value_from_int(i);
        top = window + 10;
    }
    cr_assert_gt(segments, 5);
    thread_safepoint(world->main_thread);
    cr_assert_eq(fiber->segment->words[0], VALUE_UNDEF); // above the top, as the test has no frames
    while (fiber->segment->previous)
        fiber_drop_segment(fiber);
    cr_assert_eq(fiber->segment->words[0], value_from_int(0));
    while (fiber_grow_frames(fiber)) {
    }
    cr_assert_eq(fiber->frame_capacity, world->max_depth);
    top = fiber->segment->words;
    Value *window = top;
    size_t words = 0;
    while ((window = fiber_reserve(fiber, top, 100000))) {
        top = fiber->segment->end;
        words += 100000;
    }
    cr_assert_lt(words * sizeof(Value), (size_t)256 << 20);
    test_world_free(world);
}
