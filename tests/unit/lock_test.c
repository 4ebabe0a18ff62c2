// SPDX-License-Identifier: MIT
//
// Locks, driven from C as the VM drives them: who owns, who waits, who is told what, in races.
#include "../support/vm_support.h"
#include "base/os.h"
#include "sync/lock.h"
#include "sync/registry.h"

// As the VM calls a waiting native without `await`.
static Value acquire(Fiber *fiber, Lock *lock, Value timeout) {
    Value args[3] = {value_from_ref(lock), timeout, VALUE_UNDEF}, v;
    while ((v = lock_acquire(fiber, args, 2)) == VALUE_PARKED)
        park_block(fiber, false);
    return v;
}

static Lock *kept_lock(Vm *vm) {
    Lock *lock = lock_new(vm_fiber(vm)->heap);
    vm_keep(vm, value_from_ref(lock));
    return lock;
}

static _Atomic int running, step;

static void wait_step(Thread *thread, int until) {
    while (load_seq(&step) < until) {
        thread_safepoint(thread);
        os_yield();
    }
}

// Waits until somebody stands in the lock's queue: from then on the other has parked, or is about to.
static void wait_for_waiter(Thread *thread, Lock *lock) {
    while (!(load_seq(&lock->word) & LOCK_WAITED)) {
        thread_safepoint(thread);
        os_yield();
    }
}

static void wait_for_end(Vm *vm) {
    while (load_seq(&running) > 0) {
        thread_safepoint(vm->thread);
        os_yield();
    }
}

static void start(Vm *vm, void (*body)(Thread *thread, void *argument), void *argument) {
    add_seq(&running, 1);
    cr_assert(thread_start(vm->thread, body, argument));
}

Test(lock, one_fiber) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Lock *lock = kept_lock(vm);
    Value look = value_from_int(0);
    cr_expect_not(lock_locked(lock));
    cr_expect_null(lock_owner(lock));
    cr_expect_not(lock_release(fiber, lock));
    cr_expect_str_eq(vm_take_error(vm, ERROR_LockError), "release of a lock that is not held");
    cr_expect_eq(acquire(fiber, lock, VALUE_UNDEF), VALUE_TRUE);
    cr_expect(lock_locked(lock));
    cr_expect_eq(lock_owner(lock), fiber);
    // Again by oneself: never without a time-out, no with one.
    cr_expect_eq(acquire(fiber, lock, VALUE_UNDEF), VALUE_UNDEF);
    vm_take_error(vm, ERROR_DeadlockError);
    cr_expect_eq(acquire(fiber, lock, look), VALUE_FALSE);
    cr_expect_eq(acquire(fiber, lock, value_from_double(0.001)), VALUE_FALSE);
    cr_expect_eq(lock_owner(lock), fiber);
    cr_expect(lock_release(fiber, lock));
    cr_expect_not(lock_locked(lock));
    cr_expect_eq(acquire(fiber, lock, look), VALUE_TRUE);
    cr_expect(lock_release(fiber, lock));
    cr_expect_eq(acquire(fiber, lock, vm_str(vm, "soon")), VALUE_UNDEF); // though it is free
    vm_take_error(vm, ERROR_TypeError);
    cr_expect_not(lock_locked(lock));
    test_vm_free(vm);
}

Test(lock, held_locks_are_a_list_in_any_order) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Lock *locks[5];
    for (int i = 0; i < 5; i++) {
        locks[i] = lock_new(fiber->heap); // kept by being held
        acquire(fiber, locks[i], VALUE_UNDEF);
    }
    vm_collect(vm);
    static const int order[] = {2, 0, 4, 3, 1};
    for (int i = 0; i < 5; i++) {
        cr_assert(lock_release(fiber, locks[order[i]]));
        for (int k = i + 1; k < 5; k++)
            cr_assert_eq(lock_owner(locks[order[k]]), fiber);
    }
    cr_expect_null(fiber->held_locks);
    test_vm_free(vm);
}

// --- between threads ---

typedef struct Contest {
    Lock *lock;
    uint64_t number; // guarded by the lock alone
    int turns;
    Value timeout;
    _Atomic uint64_t late;
} Contest;
static Contest contest;

static void compete(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    for (int i = 0; i < contest.turns; i++) {
        Value v = acquire(fiber, contest.lock, contest.timeout);
        if (v == VALUE_TRUE) {
            contest.number++;
            cr_assert(lock_release(fiber, contest.lock));
        } else {
            cr_assert_eq(v, VALUE_FALSE);
            add_seq(&contest.late, 1);
        }
        thread_safepoint(thread);
    }
    sub_seq(&running, 1);
}

static void run_contest(int threads, int turns, Value timeout) {
    Vm *vm = test_vm_new();
    contest = (Contest){.lock = kept_lock(vm), .turns = turns, .timeout = timeout};
    for (int i = 0; i < threads; i++)
        start(vm, compete, NULL);
    wait_for_end(vm);
    cr_expect_eq(contest.number + load_seq(&contest.late), (uint64_t)(threads * turns));
    cr_expect_eq(load_seq(&contest.lock->word), 0);
    cr_expect(wait_queue_empty(&contest.lock->waiters));
    test_vm_free(vm);
}

Test(lock, one_at_a_time, .timeout = 100) { run_contest(4, 5000, VALUE_UNDEF); }
Test(lock, one_at_a_time_with_time_outs, .timeout = 100) {
    run_contest(4, 2000, value_from_double(0.00005));
}

static void take_when_free(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    Value v = acquire(fiber, contest.lock, contest.timeout);
    store_seq(&step, v == VALUE_TRUE ? 1 : 2);
    if (v == VALUE_TRUE)
        lock_release(fiber, contest.lock);
    sub_seq(&running, 1);
}

Test(lock, release_wakes_who_waits, .timeout = 100) {
    Vm *vm = test_vm_new();
    contest = (Contest){.lock = kept_lock(vm), .timeout = VALUE_UNDEF};
    store_seq(&step, 0);
    acquire(vm_fiber(vm), contest.lock, VALUE_UNDEF);
    start(vm, take_when_free, NULL);
    wait_for_waiter(vm->thread, contest.lock);
    cr_expect_eq(load_seq(&step), 0);
    lock_release(vm_fiber(vm), contest.lock);
    wait_step(vm->thread, 1);
    cr_expect_eq(load_seq(&step), 1);
    wait_for_end(vm);
    test_vm_free(vm);
}

Test(lock, a_waiter_that_comes_too_late, .timeout = 100) {
    Vm *vm = test_vm_new();
    contest = (Contest){.lock = kept_lock(vm), .timeout = value_from_double(0.001)};
    store_seq(&step, 0);
    acquire(vm_fiber(vm), contest.lock, VALUE_UNDEF);
    start(vm, take_when_free, NULL); // comes too late, and takes nothing along
    wait_step(vm->thread, 1);
    cr_expect_eq(load_seq(&step), 2);
    cr_expect_eq(lock_owner(contest.lock), vm_fiber(vm));
    wait_for_end(vm);
    lock_release(vm_fiber(vm), contest.lock);
    cr_expect_eq(load_seq(&contest.lock->word), 0);
    test_vm_free(vm);
}

static void release_what_is_not_ours(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    cr_assert_not(lock_release(fiber, contest.lock));
    cr_assert(error_is(fiber, ERROR_LockError));
    error_take(fiber);
    sub_seq(&running, 1);
}

Test(lock, only_the_owner_releases, .timeout = 100) {
    Vm *vm = test_vm_new();
    contest = (Contest){.lock = kept_lock(vm)};
    acquire(vm_fiber(vm), contest.lock, VALUE_UNDEF);
    start(vm, release_what_is_not_ours, NULL);
    wait_for_end(vm);
    cr_expect_eq(lock_owner(contest.lock), vm_fiber(vm));
    lock_release(vm_fiber(vm), contest.lock);
    test_vm_free(vm);
}

static void end_while_holding(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    acquire(fiber, contest.lock, VALUE_UNDEF);
    store_seq(&step, 1);
    if (argument)
        wait_for_waiter(thread, contest.lock);
    locks_abandon(fiber);
    cr_assert_null(fiber->held_locks);
    sub_seq(&running, 1);
}

// The next acquire throws, once; then the lock is free.
Test(lock, an_owner_that_ended, .timeout = 100) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    for (int waits = 0; waits < 2; waits++) { // comes after the end, or waits before it
        contest = (Contest){.lock = kept_lock(vm)};
        store_seq(&step, 0);
        start(vm, end_while_holding, waits ? vm : NULL);
        wait_step(vm->thread, 1);
        if (!waits) {
            wait_for_end(vm);
            cr_expect(lock_locked(contest.lock));
            cr_expect_null(lock_owner(contest.lock));
        }
        cr_expect_eq(acquire(fiber, contest.lock, VALUE_UNDEF), VALUE_UNDEF);
        cr_expect_not_null(
            strstr(vm_take_error(vm, ERROR_LockError), "ended while it held the lock"));
        cr_expect_eq(acquire(fiber, contest.lock, VALUE_UNDEF), VALUE_TRUE);
        cr_expect(lock_release(fiber, contest.lock));
        wait_for_end(vm);
    }
    test_vm_free(vm);
}

// --- cancels ---

static _Atomic(Fiber *) victim;
static Object victim_guard; // holds the victim alive while it is cancelled

static void wait_to_be_cancelled(Thread *thread, void *argument) {
    (void)argument;
    Fiber *fiber = thread->main_fiber;
    store_seq(&victim, fiber);
    Value v = acquire(fiber, contest.lock, VALUE_UNDEF);
    object_lock(&victim_guard);
    store_seq(&victim, NULL);
    object_unlock(&victim_guard);
    cr_assert_eq(v, VALUE_UNDEF);
    cr_assert(error_is(fiber, ERROR_Cancelled));
    error_take(fiber);
    cr_assert_eq(load_seq(&fiber->cancels), 0);
    sub_seq(&running, 1);
}

Test(lock, a_cancelled_waiter_takes_nothing_along, .timeout = 100) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    contest = (Contest){.lock = kept_lock(vm)};
    acquire(fiber, contest.lock, VALUE_UNDEF);
    start(vm, wait_to_be_cancelled, NULL);
    wait_for_waiter(vm->thread, contest.lock);
    object_lock(&victim_guard);
    fiber_cancel(load_seq(&victim));
    object_unlock(&victim_guard);
    wait_for_end(vm);
    cr_expect_eq(lock_owner(contest.lock), fiber);
    lock_release(fiber, contest.lock);
    cr_expect_eq(acquire(fiber, contest.lock, value_from_int(0)), VALUE_TRUE);
    lock_release(fiber, contest.lock);
    test_vm_free(vm);
}
