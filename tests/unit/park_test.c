// SPDX-License-Identifier: MIT
//
// Waiting: hand-overs, time-outs, cancels, deadlocks, tasks and their loop; alone and in races.
#include <criterion/criterion.h>

#include <unistd.h>

#include "../support/sched_support.h"

static _Atomic int running;
static Box *box_a, *box_b;

static void boxes_as_roots(World *world) {
    Fiber *fiber = world->main_thread->main_fiber;
    box_a = box_new(fiber->heap);
    box_b = box_new(fiber->heap);
    *test_rooted(fiber, 0) = value_from_ref(box_a);
    *test_rooted(fiber, 1) = value_from_ref(box_b);
}

// ---- Hand-overs between threads ------------------------------------------------------------------

static void echo(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    uint64_t count = (uint64_t)(uintptr_t)argument;
    for (uint64_t i = 1; i <= count; i++) {
        WakeReason reason;
        uint64_t number = box_get_blocking(fiber, box_b, DEADLINE_NEVER, &reason);
        cr_assert_eq(number, i);
        box_put(fiber, box_a, number + 1);
        safepoint(fiber);
    }
    sub_seq(&running, 1);
}

static void ping_pong(bool stress, uint64_t count) {
    World *world = test_world_new(stress ? 0 : 1 << 20, stress);
    boxes_as_roots(world);
    Fiber *fiber = world->main_thread->main_fiber;
    store_seq(&running, 1);
    cr_assert(thread_start(world->main_thread, echo, (void *)(uintptr_t)count));
    for (uint64_t i = 1; i <= count; i++) {
        WakeReason reason;
        box_put(fiber, box_b, i);
        cr_assert_eq(box_get_blocking(fiber, box_a, DEADLINE_NEVER, &reason), i + 1);
        safepoint(fiber);
    }
    wait_for_zero(world->main_thread, &running);
    test_world_free(world);
}

Test(park, threads_hand_over, .timeout = 60) { ping_pong(false, 20000); }
Test(park, threads_hand_over_under_stress, .timeout = 60) { ping_pong(true, 2000); }

// ---- Nothing is lost between hand-overs, time-outs and cancels -----------------------------------

enum { PRODUCERS = 2, CONSUMERS = 3, PIECES = 4000 };
static _Atomic uint64_t taken, sum_taken;
static _Atomic(Fiber *) victims[CONSUMERS];
static Object victims_lock; // holds fibers alive while they are cancelled

static void produce(Thread *thread, void *argument) {
    (void)argument;
    for (uint64_t i = 1; i <= PIECES; i++) {
        box_put(thread->main_fiber, box_a, i);
        if (i % 16 == 0)
            os_yield();
        safepoint(thread->main_fiber);
    }
    sub_seq(&running, 1);
}

static void consume(Thread *thread, void *argument) {
    int self = (int)(intptr_t)argument;
    Fiber *fiber = thread->main_fiber;
    store_seq(&victims[self], fiber);
    unsigned random = (unsigned)self + 1;
    while (load_seq(&taken) < PRODUCERS * PIECES) {
        random = random * 1103515245 + 12345;
        WakeReason reason;
        uint64_t deadline = os_now() + (random >> 16) % 30 * 1000;
        uint64_t number = box_get_blocking(fiber, box_a, deadline, &reason);
        if (number) {
            add_seq(&taken, 1);
            add_seq(&sum_taken, number);
        } else if (reason == WAKE_CANCELLED) {
            sub_seq(&fiber->cancels, 1);
        } else {
            cr_assert_eq(reason, WAKE_TIMEOUT);
        }
        safepoint(fiber);
    }
    object_lock(&victims_lock);
    store_seq(&victims[self], NULL);
    object_unlock(&victims_lock);
    sub_seq(&running, 1);
}

static void cancel_at_random(Thread *thread, void *argument) {
    (void)argument;
    for (unsigned i = 0; load_seq(&taken) < PRODUCERS * PIECES; i++) {
        object_lock(&victims_lock);
        Fiber *victim = load_seq(&victims[i % CONSUMERS]);
        if (victim && load_seq(&victim->cancels) == 0)
            fiber_cancel(victim);
        object_unlock(&victims_lock);
        for (int k = 0; k < 200; k++)
            spin_hint();
        safepoint(thread->main_fiber);
    }
    sub_seq(&running, 1);
}

Test(park, nothing_is_lost, .timeout = 60) {
    World *world = test_world_new(1 << 20, false);
    boxes_as_roots(world);
    Thread *main = world->main_thread;
    store_seq(&taken, 0);
    store_seq(&sum_taken, 0);
    store_seq(&running, PRODUCERS + CONSUMERS + 1);
    for (int i = 0; i < CONSUMERS; i++)
        cr_assert(thread_start(main, consume, (void *)(intptr_t)i));
    for (int i = 0; i < PRODUCERS; i++)
        cr_assert(thread_start(main, produce, NULL));
    cr_assert(thread_start(main, cancel_at_random, NULL));
    wait_for_zero(main, &running);
    cr_assert_eq(load_seq(&taken), PRODUCERS * PIECES);
    cr_assert_eq(load_seq(&sum_taken), (uint64_t)PRODUCERS * PIECES * (PIECES + 1) / 2);
    test_world_free(world);
}

// ---- Cancel before the wait ----------------------------------------------------------------------

Test(park, a_pending_cancel_ends_the_next_wait) {
    World *world = test_world_new(0, false);
    Fiber *fiber = world->main_thread->main_fiber;
    fiber_cancel(fiber);
    park_arm(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(60));
    cr_assert_not(park_disarm(fiber));
    park_block(fiber, false);
    cr_assert_eq(park_outcome(fiber), WAKE_CANCELLED);
    cr_assert_eq(park_outcome(fiber), WAKE_NONE);
    store_seq(&fiber->cancels, 0);
    park_arm(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(60));
    cr_assert(park_disarm(fiber));
    test_world_free(world);
}

Test(park, deadlines) {
    cr_assert_leq(deadline_after(-1), os_now());
    cr_assert_leq(deadline_after(NAN), os_now());
    cr_assert_eq(deadline_after(INFINITY), DEADLINE_NEVER);
    cr_assert_eq(deadline_after(1e300), DEADLINE_NEVER);
    cr_assert_gt(deadline_after(10), os_now() + 9000000000u);
}

// ---- Tasks ---------------------------------------------------------------------------------------

static uint64_t last_woken;
static int asleep, armed;

static bool sleep_once(Fiber *fiber, Job *job) {
    switch (job->at++) {
    case 0: park_arm(fiber, PARK_SLEEP, VALUE_NIL, job->count); return false;
    default:
        cr_assert_eq(park_outcome(fiber), WAKE_TIMEOUT);
        cr_assert_geq(os_now(), job->count);
        // On a slow machine some sleep on while others are still going to bed.
        if (armed == asleep--)
            cr_assert_geq(job->count, last_woken);
        armed--;
        last_woken = job->count;
        return true;
    }
}

// The main fiber waits as `await` does: armed, while the thread runs its tasks.
static bool await_tasks(Fiber *fiber, Job *job) {
    if (job->at++ > 0)
        park_outcome(fiber);
    if (asleep == 0)
        return true;
    park_arm(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(0.01));
    return false;
}

static void run_sleepers(int count, uint64_t spread) {
    World *world = test_world_new(0, false);
    Thread *main = world->main_thread;
    Job *jobs = os_calloc((size_t)count, sizeof *jobs);
    Fiber **fibers = os_calloc((size_t)count, sizeof *fibers);
    uint64_t start = os_now() + 20000000 + (uint64_t)count * 3000; // all are armed by then
    last_woken = 0;
    asleep = count;
    armed = 0;
    for (int i = 0; i < count; i++) {
        jobs[i] = (Job){.step = sleep_once, .count = start + (uint64_t)(i * 7919 % count) * spread};
        fibers[i] = task_new(main, &jobs[i]);
    }
    Job wait = {.step = await_tasks};
    main->main_fiber->locals = &wait;
    thread_run_until_ended(main, main->main_fiber);
    for (int i = 0; i < count; i++) {
        cr_assert(fibers[i]->ended);
    }
    cr_assert_eq(main->fiber_count, 1);
    free(jobs);
    free(fibers);
    test_world_free(world);
}

Test(park, tasks_sleep_in_order) { run_sleepers(50, 1500000); }
Test(park, a_hundred_thousand_sleepers, .timeout = 60) { run_sleepers(100000, 1000); }

// Tasks of one thread served by another one.
static bool task_gets(Fiber *fiber, Job *job) {
    for (;;) {
        bool parked;
        WakeReason reason;
        uint64_t number = box_get(fiber, box_a, DEADLINE_NEVER, &parked, &reason);
        if (parked)
            return false;
        cr_assert_gt(number, 0);
        add_seq(&sum_taken, number);
        safepoint(fiber);
        if (++job->count == 200) {
            asleep--;
            return true;
        }
    }
}

Test(park, tasks_are_woken_by_other_threads, .timeout = 60) {
    World *world = test_world_new(1 << 20, false);
    boxes_as_roots(world);
    Thread *main = world->main_thread;
    enum { TASKS = PIECES * PRODUCERS / 200 };
    static Job jobs[TASKS];
    memset(jobs, 0, sizeof jobs);
    asleep = TASKS;
    store_seq(&sum_taken, 0);
    store_seq(&running, PRODUCERS);
    for (int i = 0; i < TASKS; i++) {
        jobs[i].step = task_gets;
        task_new(main, &jobs[i]);
    }
    for (int i = 0; i < PRODUCERS; i++)
        cr_assert(thread_start(main, produce, NULL));
    Job wait = {.step = await_tasks};
    main->main_fiber->locals = &wait;
    thread_run_until_ended(main, main->main_fiber);
    cr_assert_eq(load_seq(&sum_taken), (uint64_t)PRODUCERS * PIECES * (PIECES + 1) / 2);
    wait_for_zero(main, &running);
    test_world_free(world);
}

// A thread's own code waits without `await` for what its task does.
static bool put_after_sleep(Fiber *fiber, Job *job) {
    if (job->at++ == 0) {
        park_arm(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(0.005));
        return false;
    }
    cr_assert_eq(park_outcome(fiber), WAKE_TIMEOUT);
    cr_assert_eq(fiber->thread->turn_depth, 1);
    box_put(fiber, box_a, 7);
    return true;
}

Test(park, blocking_with_turns_runs_tasks) {
    World *world = test_world_new(0, false);
    boxes_as_roots(world);
    Fiber *fiber = world->main_thread->main_fiber;
    Job job = {.step = put_after_sleep};
    task_new(world->main_thread, &job);
    bool parked;
    WakeReason reason;
    box_get(fiber, box_a, DEADLINE_NEVER, &parked, &reason);
    cr_assert(parked);
    park_block(fiber, true);
    cr_assert_eq(box_get(fiber, box_a, DEADLINE_NEVER, &parked, &reason), 7);
    test_world_free(world);
}

static int pipe_ends[2];
static bool wait_for_pipe(Fiber *fiber, Job *job) {
    if (job->at++ == 0) {
        park_arm(fiber, PARK_IO, VALUE_NIL, DEADLINE_NEVER);
        cr_assert(loop_watch_fd(fiber, pipe_ends[0], LOOP_READABLE));
        return false;
    }
    cr_assert_eq(park_outcome(fiber), WAKE_RETRY);
    loop_unwatch(fiber);
    char c;
    cr_assert_eq(read(pipe_ends[0], &c, 1), 1);
    return true;
}

static void write_pipe(Thread *thread, void *argument) {
    (void)argument;
    thread_detach(thread);
    usleep(20000);
    cr_assert_eq(write(pipe_ends[1], "x", 1), 1);
    thread_attach(thread);
    sub_seq(&running, 1);
}

Test(park, descriptors) {
    World *world = test_world_new(0, false);
    Thread *main = world->main_thread;
    cr_assert_eq(pipe(pipe_ends), 0);
    Job job = {.step = wait_for_pipe};
    main->main_fiber->locals = &job;
    store_seq(&running, 1);
    cr_assert(thread_start(main, write_pipe, NULL));
    thread_run_until_ended(main, main->main_fiber);
    wait_for_zero(main, &running);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    test_world_free(world);
}

// ---- Attention -----------------------------------------------------------------------------------

static void interrupt_main(Thread *thread, void *argument) {
    (void)argument;
    Thread *main = thread->world->main_thread;
    thread_detach(thread);
    usleep(20000);
    thread_attach(thread);
    thread_notify(main, POLL_INTERRUPT);
    sub_seq(&running, 1);
}

Test(park, interrupt_ends_a_sleep) {
    World *world = test_world_new(0, false);
    Fiber *fiber = world->main_thread->main_fiber;
    store_seq(&running, 1);
    cr_assert(thread_start(world->main_thread, interrupt_main, NULL));
    park_arm(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(30));
    park_block(fiber, false);
    cr_assert_eq(park_outcome(fiber), WAKE_INTERRUPTED);
    cr_assert_eq(load_seq(&world->main_thread->poll) & POLL_INTERRUPT, 0);
    wait_for_zero(world->main_thread, &running);
    test_world_free(world);
}

static void wait_to_be_ended(Thread *thread, void *argument) {
    (void)argument;
    WakeReason reason;
    box_get_blocking(thread->main_fiber, box_a, DEADLINE_NEVER, &reason);
    cr_assert_eq(reason, WAKE_CANCELLED);
    sub_seq(&running, 1);
}

Test(park, threads_that_sleep_are_cancelled) {
    World *world = test_world_new(0, false);
    boxes_as_roots(world);
    store_seq(&running, 3);
    Thread *threads[3];
    for (int i = 0; i < 3; i++) {
        threads[i] = thread_create(world->main_thread);
        cr_assert(thread_launch(threads[i], wait_to_be_ended, NULL));
    }
    for (int i = 0; i < 3; i++) {
        usleep((unsigned)i * 5000);
        fiber_cancel(threads[i]->main_fiber);
        thread_notify(threads[i], POLL_END);
    }
    wait_for_zero(world->main_thread, &running);
    test_world_free(world);
}

// ---- Deadlocks -----------------------------------------------------------------------------------

Test(park, alone_it_waits_for_ever) {
    World *world = test_world_new(0, false);
    boxes_as_roots(world);
    Fiber *fiber = world->main_thread->main_fiber;
    WakeReason reason;
    box_get_blocking(fiber, box_a, DEADLINE_NEVER, &reason);
    cr_assert_eq(reason, WAKE_DEADLOCK);
    cr_assert_str_eq(fiber->wait.report,
                     "all that is left waits for each other: the main thread waits for queue.get");
    test_world_free(world);
}

static void wait_for_ever(Thread *thread, void *argument) {
    (void)argument;
    WakeReason reason;
    add_seq(&running, 1);
    cr_assert_eq(box_get_blocking(thread->main_fiber, box_b, DEADLINE_NEVER, &reason), 1);
    sub_seq(&running, 1);
}

static void all_wait(bool main_first, bool tasks) {
    World *world = test_world_new(0, false);
    boxes_as_roots(world);
    Thread *main = world->main_thread;
    main->has_tasks = tasks;
    store_seq(&running, 0);
    for (int i = 0; i < 3; i++)
        cr_assert(thread_start(main, wait_for_ever, NULL));
    if (!main_first)
        while (load_seq(&running) < 3)
            usleep(1000);
    WakeReason reason;
    box_get_blocking(main->main_fiber, box_a, DEADLINE_NEVER, &reason);
    cr_assert_eq(reason, WAKE_DEADLOCK);
    cr_assert_not_null(strstr(main->main_fiber->wait.report, "thread 4 waits for queue.get"));
    for (uint64_t i = 0; i < 3; i++)
        box_put(main->main_fiber, box_b, 1);
    wait_for_zero(main, &running);
    test_world_free(world);
}

Test(park, total_deadlock, .timeout = 60) {
    for (int i = 0; i < 50; i++)
        all_wait(i % 2, i % 3 == 0);
}

// The last one that could have woken somebody ends.
static void just_end(Thread *thread, void *argument) {
    (void)argument;
    thread_detach(thread);
    usleep(10000);
    thread_attach(thread);
}

Test(park, deadlock_by_an_end) {
    World *world = test_world_new(0, false);
    boxes_as_roots(world);
    WakeReason reason;
    cr_assert(thread_start(world->main_thread, just_end, NULL));
    box_get_blocking(world->main_thread->main_fiber, box_a, DEADLINE_NEVER, &reason);
    cr_assert_eq(reason, WAKE_DEADLOCK);
    world_external_begin(world);
    cr_assert(thread_start(world->main_thread, just_end, NULL));
    park_arm(world->main_thread->main_fiber, PARK_SLEEP, VALUE_NIL, deadline_after(0.03));
    park_block(world->main_thread->main_fiber, false);
    cr_assert_eq(park_outcome(world->main_thread->main_fiber), WAKE_TIMEOUT);
    world_external_end(world);
    test_world_free(world);
}

// Threads that wait without a deadline, always with one who will go on: never a deadlock.
enum { RELAYS = 4, LAPS = 3000 };
static Box *relay[RELAYS];
static void run_relay(Thread *thread, void *argument) {
    int self = (int)(intptr_t)argument;
    for (int lap = 0; lap < LAPS; lap++) {
        WakeReason reason;
        uint64_t number =
            box_get_blocking(thread->main_fiber, relay[self], DEADLINE_NEVER, &reason);
        cr_assert_eq(reason == WAKE_NONE || reason == WAKE_HANDED, true);
        box_put(thread->main_fiber, relay[(self + 1) % RELAYS], number + 1);
        safepoint(thread->main_fiber);
    }
    sub_seq(&running, 1);
}

Test(park, no_false_deadlock, .timeout = 60) {
    for (int round = 0; round < 3; round++) {
        World *world = test_world_new(1 << 20, false);
        Fiber *fiber = world->main_thread->main_fiber;
        world->main_thread->has_tasks = round == 2;
        for (int i = 0; i < RELAYS; i++) {
            relay[i] = box_new(fiber->heap);
            *test_rooted(fiber, i) = value_from_ref(relay[i]);
        }
        store_seq(&running, RELAYS - 1);
        for (int i = 1; i < RELAYS; i++)
            cr_assert(thread_start(world->main_thread, run_relay, (void *)(intptr_t)i));
        box_put(fiber, relay[0], 1);
        add_seq(&running, 1);
        run_relay(world->main_thread, (void *)(intptr_t)0);
        wait_for_zero(world->main_thread, &running);
        test_world_free(world);
    }
}

// ---- Circles -------------------------------------------------------------------------------------

static WakeReason lock_box(Fiber *fiber, Box *box) {
    for (;;) {
        object_lock(&box->header);
        wait_queue_remove(&fiber->wait.waiter);
        if (!load_relaxed(&box->owner)) {
            store_relaxed(&box->owner, fiber);
            object_unlock(&box->header);
            return WAKE_NONE;
        }
        park_arm(fiber, PARK_LOCK, value_from_ref(box), DEADLINE_NEVER);
        wait_queue_push(&box->getters, &fiber->wait.waiter);
        object_unlock(&box->header);
        deadlock_check(fiber, false);
        park_block(fiber, false);
        WakeReason reason = park_outcome(fiber);
        if (reason == WAKE_RETRY)
            continue;
        object_lock(&box->header);
        wait_queue_remove(&fiber->wait.waiter);
        object_unlock(&box->header);
        return reason;
    }
}

static void unlock_box(Box *box) {
    object_lock(&box->header);
    store_relaxed(&box->owner, NULL);
    Waiter *w;
    while ((w = wait_queue_pop(&box->getters)))
        if (park_claim(w->fiber, WAKE_RETRY)) {
            park_wake(w->fiber);
            break;
        }
    object_unlock(&box->header);
}

static _Atomic int deadlocks, locked;
static void lock_both(Thread *thread, void *argument) {
    Box *first = argument ? box_a : box_b, *second = argument ? box_b : box_a;
    Fiber *fiber = thread->main_fiber;
    for (int i = 0; i < 1500; i++) {
        cr_assert_eq(lock_box(fiber, first), WAKE_NONE);
        WakeReason reason = lock_box(fiber, second);
        if (reason == WAKE_DEADLOCK) {
            cr_assert_not_null(strstr(fiber->wait.report, "a circle of waits: "));
            free(fiber->wait.report);
            fiber->wait.report = NULL;
            add_seq(&deadlocks, 1);
        } else {
            cr_assert_eq(reason, WAKE_NONE);
            add_seq(&locked, 1);
            unlock_box(second);
        }
        unlock_box(first);
        safepoint(fiber);
    }
    sub_seq(&running, 1);
}

Test(park, circles_are_found_by_one, .timeout = 60) {
    World *world = test_world_new(1 << 20, false);
    boxes_as_roots(world);
    store_seq(&running, 2);
    store_seq(&locked, 0);
    store_seq(&deadlocks, 0);
    cr_assert(thread_start(world->main_thread, lock_both, box_a));
    cr_assert(thread_start(world->main_thread, lock_both, NULL));
    wait_for_zero(world->main_thread, &running);
    cr_assert_eq(load_seq(&locked) + load_seq(&deadlocks), 3000);
    test_world_free(world);
}
