// SPDX-License-Identifier: MIT
//
// What a thread does next: its ready queue, its inbox, and how it sleeps.
//
// A fiber that is woken arrives exactly once: through the inbox from another thread, directly from
// its own. It then is in the ready queue, or, where its thread sleeps for it alone, its sleep is over.
// READY is stored before it is sent, so what has arrived is READY.
//
// Sleeping: the sleeper says so in `wake` and then looks at inbox and poll word; a waker fills the inbox (or
// sets the bit) and then looks at `wake`; all sequentially consistent (Dekker). The inbox is emptied only
// by a thread that is attached and counted as awake, so that a full one always shows that somebody is left
// (deadlock.c).
#include "sched/schedule.h"

#include <assert.h>

#include "base/os.h"
#include "sched/alarm.h"
#include "sched/deadlock.h"
#include "sched/internal.h"
#include "sched/loop.h"
#include "sched/timer.h"

enum {
    DISPATCHES = 61, // fibers that run before timers and loop are looked at again
    SPIN_MOST = 500,
    YIELD_EVERY = 32,
    SPIN_LEAST = 10,
    WATCH_RETRY = 10000000, // nanoseconds
    SHORT_SLEEP = 100000,   // nanoseconds: had it spun a little longer, it need not have slept
    HELD_UP_LIMIT =
        100000000, // nanoseconds that a task may block the others of its thread unnoticed
};

// ---- The ready queue -----------------------------------------------------------------------------

static Fiber *ready_pop(Thread *thread) {
    Fiber *fiber = thread->ready_first;
    if (!fiber)
        return NULL;
    thread->ready_first = fiber->next_ready;
    fiber->queued = FIBER_NOWHERE;
    return fiber;
}

// The fiber is in the queue, mostly as its first.
static void ready_remove(Thread *thread, Fiber *fiber) {
    Fiber **at = &thread->ready_first, *previous = NULL;
    while (*at != fiber) {
        previous = *at;
        at = &(*at)->next_ready;
    }
    *at = fiber->next_ready;
    if (thread->ready_last == fiber)
        thread->ready_last = previous;
    fiber->queued = FIBER_NOWHERE;
}

// ---- Arriving ------------------------------------------------------------------------------------

void thread_send(Thread *thread, Fiber *fiber) {
    Fiber *head = load_relaxed(&thread->inbox);
    do
        fiber->next_ready = head;
    while (!cas_seq(&thread->inbox, &head, fiber));
    thread_wake(thread);
}

// The whole inbox, oldest first.
static Fiber *inbox_take(Thread *thread) {
    if (!load_relaxed(&thread->inbox))
        return NULL;
    Fiber *newest = exchange_acquire(&thread->inbox, NULL), *oldest = NULL;
    while (newest) {
        Fiber *next = newest->next_ready;
        newest->next_ready = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void thread_receive(Thread *thread) {
    for (Fiber *fiber = inbox_take(thread), *next; fiber; fiber = next) {
        next = fiber->next_ready;
        thread_arrive(thread, fiber);
    }
}

// Takes in all that has happened.
static void thread_look(Thread *thread) {
    thread->dispatches = 0;
    thread_receive(thread);
    timer_fire(thread);
    if (thread->loop && loop_has_sources(thread->loop))
        loop_poll(thread->loop);
}

// ---- Waking --------------------------------------------------------------------------------------

// The sleeper is counted as awake before its word changes, and counted out again if it changed by
// itself meanwhile. After the word has changed, `thread` may be another thread already: then a wake or
// a count too many does no harm.
void thread_wake(Thread *thread) {
    uint32_t wake = load_seq(&thread->wake);
    if (wake == SLEEP_AWAKE || wake == SLEEP_SENDING)
        return;
    World *world = thread->world;
    activity_add(world, ACTIVITY_AWAKE);
    if (wake == SLEEP_FUTEX && cas_seq(&thread->wake, &wake, SLEEP_AWAKE)) {
        os_futex_wake(&thread->wake, 1);
    } else if (wake == SLEEP_LOOP && cas_seq(&thread->wake, &wake, SLEEP_SENDING)) {
        loop_wake(thread->loop);
        store_seq(&thread->wake, SLEEP_AWAKE);
    } else if (wake == SLEEP_WATCH && cas_seq(&thread->wake, &wake, SLEEP_SENDING)) {
        world->watch->wake(world);
        store_seq(&thread->wake, SLEEP_AWAKE);
    } else {
        activity_add(world, -ACTIVITY_AWAKE);
    }
}

void thread_notify(Thread *thread, uint32_t bits) {
    or_seq(&thread->poll, bits);
    thread_wake(thread);
}

void thread_await_senders(Thread *thread) {
    while (load_seq(&thread->wake) == SLEEP_SENDING)
        os_yield();
}

// ---- Sleeping ------------------------------------------------------------------------------------

static bool has_news(Thread *thread, uint32_t attention) {
    return load_seq(&thread->inbox) || (load_seq(&thread->poll) & attention);
}

static bool spin_for_news(Thread *thread, uint32_t attention) {
    if (!thread->world->many_cpus)
        return false;
    for (uint32_t i = 0; i < thread->spin; i++) {
        if (load_relaxed(&thread->inbox) || (load_relaxed(&thread->poll) & attention))
            return true;
        if (i % YIELD_EVERY == YIELD_EVERY - 1)
            os_yield(); // who is to bring the news may wait for this very processor
        else
            spin_hint();
    }
    return false;
}

// Short sleeps make for longer spinning next time, long ones for shorter.
static void spin_adapt(Thread *thread, uint64_t slept) {
    uint32_t spin = slept < SHORT_SLEEP ? thread->spin * 2 + SPIN_LEAST : thread->spin / 2;
    thread->spin = spin > SPIN_MOST ? SPIN_MOST : spin < SPIN_LEAST ? SPIN_LEAST : spin;
}

// Counted as awake again, whoever ended the sleep: by the waker, or here.
static void sleep_end(Thread *thread, uint32_t how, uint64_t timed) {
    World *world = thread->world;
    uint32_t asleep = how;
    activity_add(world, ACTIVITY_AWAKE);
    if (!cas_seq(&thread->wake, &asleep, SLEEP_AWAKE)) {
        thread_await_senders(thread);
        activity_add(world, -ACTIVITY_AWAKE);
    }
    if (timed)
        activity_add(world, -timed);
}

// Sleeps until there is news or the deadline. The thread is detached. True if by this sleep nobody in
// the world was left awake: it has not slept then, and the main thread has to look.
static bool thread_sleep(Thread *thread, uint64_t deadline, uint32_t attention, bool alarm) {
    World *world = thread->world;
    Loop *loop = thread->loop;
    bool watches = !loop && thread_watches(thread);
    bool ends = deadline != DEADLINE_NEVER || (loop && loop_has_sources(loop)) || watches;
    uint64_t timed = ends ? ACTIVITY_TIMED : 0;
    uint32_t how = loop ? SLEEP_LOOP : watches ? SLEEP_WATCH : SLEEP_FUTEX;
    bool alone = false;
    store_seq(&thread->wake, how);
    uint64_t activity = activity_add(world, timed - ACTIVITY_AWAKE);
    if (!has_news(thread, attention)) {
        alone = activity == 0 && alarm && world->main_thread == thread;
        if (activity == 0 && !alone)
            activity_check(world, activity);
        if (!alone && loop)
            loop_sleep(loop, deadline);
        else if (watches)
            world->watch->sleep(world, deadline);
        else if (!alone)
            os_futex_wait(&thread->wake, SLEEP_FUTEX, deadline);
    }
    sleep_end(thread, how, timed);
    return alone;
}

// ---- Attention -----------------------------------------------------------------------------------

// Ctrl-C ends the wait of the fiber that the thread sleeps for, else of its main fiber.
static bool interrupt_waiting(Thread *thread) {
    Fiber *fiber = load_relaxed(&thread->blocked);
    if (!fiber)
        fiber = thread->main_fiber;
    if (!park_claim(fiber, WAKE_INTERRUPTED))
        return false;
    and_seq(&thread->poll, ~(uint32_t)POLL_INTERRUPT);
    park_wake(fiber);
    return true;
}

void thread_terminate(Thread *thread) {
    thread->world->terminated = true;
    Fiber *main = thread->main_fiber, *blocked = load_relaxed(&thread->blocked);
    Fiber *running = thread->current;
    fiber_cancel(main);
    if (blocked && blocked != main)
        fiber_cancel(blocked);
    if (running && running != main && running != blocked)
        fiber_cancel(running);
}

// Answers the poll word. True if that has woken fibers, or may have; *left: bits that are for others.
static bool thread_attend(Thread *thread, uint32_t *left) {
    uint32_t poll = load_seq(&thread->poll);
    bool answered = false;
    *left = 0;
    if (poll & POLL_TERMINATE) {
        and_seq(&thread->poll, ~(uint32_t)POLL_TERMINATE);
        thread_terminate(thread);
        answered = true;
    }
    if (poll & POLL_CANCELLED) {
        and_seq(&thread->poll, ~(uint32_t)POLL_CANCELLED);
        answered |= park_claim_cancelled(thread);
    }
    if (poll & POLL_SHOW) {
        and_seq(&thread->poll, ~(uint32_t)POLL_SHOW);
        thread->world->hooks.show(thread);
        answered = true;
    }
    if (poll & POLL_INTERRUPT) {
        if (interrupt_waiting(thread))
            answered = true;
        else
            *left = POLL_INTERRUPT;
    }
    return answered;
}

// One turn of waiting, for news other than `ignored` bits. False where waiting is for nothing: it is a
// deadlock, and nobody could be told.
static void thread_rest(Thread *thread, uint32_t ignored) {
    uint32_t attention = POLL_ATTENTION & ~ignored;
    uint64_t deadline = timer_first(thread);
    if (thread->has_tasks)
        loop_of(thread); // now, as what is detached does not allocate
    thread_watch(thread, WATCH_SLEEPS);
    if (thread_watches(thread) && thread->loop && deadline > os_now() + WATCH_RETRY)
        deadline = os_now() + WATCH_RETRY; // there was no pthread for it
    thread_detach_briefly(thread);
    if (spin_for_news(thread, attention)) {
        thread_attach(thread);
        return;
    }
    uint64_t start = os_now();
    bool alone = thread_sleep(thread, deadline, attention, true);
    thread_attach(thread);
    thread_watch(thread, WATCH_SLEPT);
    if (!alone) {
        spin_adapt(thread, os_now() - start);
    } else if (!deadlock_report(thread)) {
        thread_detach_briefly(thread);
        thread_sleep(thread, deadline, attention, false);
        thread_attach(thread);
    }
}

// ---- Running -------------------------------------------------------------------------------------

// A task that has ended is freed here: its handle has let go of it. See thread_switch: it need not be the one
// that was run first.
static void thread_run(Thread *thread, Fiber *fiber) {
    Fiber *outer = thread->current;
    thread->current = fiber;
    bool ended = thread->world->hooks.run_fiber(fiber);
    fiber = thread->current;
    thread->current = outer;
    if (!ended)
        return;
    fiber->ended = true;
    if (fiber->is_task)
        fiber_free(fiber);
}

// NULL where none is ready.
static Fiber *next_ready(Thread *thread) {
    if (!thread->ready_first || ++thread->dispatches > DISPATCHES)
        thread_look(thread);
    return ready_pop(thread);
}

Fiber *thread_switch(Thread *thread) {
    if (thread->turn_depth > 0 || ++thread->dispatches > DISPATCHES)
        return NULL;
    Fiber *next = ready_pop(thread);
    if (next)
        thread->current = next;
    return next;
}

// A task is freed as it ends, and its memory may be another fiber's then: hence the id.
static bool has_ended(Fiber *fiber, uint64_t id) {
    return fiber->ended || load_relaxed(&fiber->id) != id;
}

// Without a fiber to throw it in, Ctrl-C has to wait for one.
void thread_run_until_ended(Thread *thread, Fiber *fiber) {
    uint64_t id = load_relaxed(&fiber->id);
    bool is_new = fiber->queued == FIBER_NOWHERE && load_relaxed(&fiber->wait.state) == WAIT_IDLE;
    if (is_new && !fiber->ended)
        thread_add_ready(thread, fiber);
    while (!has_ended(fiber, id)) {
        Fiber *next = next_ready(thread);
        if (next) {
            thread_run(thread, next);
            continue;
        }
        uint32_t left;
        if (!thread_attend(thread, &left))
            thread_rest(thread, left);
    }
}

// ---- Blocking ------------------------------------------------------------------------------------

static void block_turn(Thread *thread, bool turn) {
    Fiber *next = turn ? ready_pop(thread) : NULL;
    if (next) {
        thread->turn_depth++;
        thread_run(thread, next);
        thread->turn_depth--;
        return;
    }
    uint32_t left;
    if (!thread_attend(thread, &left))
        thread_rest(thread, left);
}

// A task that blocks its thread holds up whatever else is ready there: since when that is so.
static void note_held_up(const Thread *thread, uint64_t *since) {
    if (*since == 0 && thread->ready_first)
        *since = os_now();
}

static void tell_held_up(Fiber *fiber, uint64_t since) {
    const WorldHooks *hooks = &fiber->world->hooks;
    uint64_t held = since ? os_now() - since : 0;
    if (held >= HELD_UP_LIMIT && hooks->held_up)
        hooks->held_up(fiber, held);
}

void park_block(Fiber *fiber, bool turn) {
    Thread *thread = fiber->thread;
    Fiber *outer = load_relaxed(&thread->blocked);
    bool holds_up = fiber->is_task && !turn;
    uint64_t since = 0;
    if (!turn)
        store_release(&thread->blocked, fiber);
    fiber->blocking = true;
    if (fiber->queued == FIBER_IN_READY) {
        ready_remove(thread, fiber);
        fiber->queued = FIBER_ARRIVED;
    }
    for (;;) {
        thread_look(thread);
        if (fiber->queued == FIBER_ARRIVED)
            break;
        if (holds_up)
            note_held_up(thread, &since);
        block_turn(thread, turn);
    }
    fiber->queued = FIBER_NOWHERE;
    fiber->blocking = false;
    store_release(&thread->blocked, outer);
    if (turn && load_relaxed(&thread->alarm) != fiber->deadline)
        alarm_set(thread, fiber->deadline); // it was that of those who ran meanwhile
    if (holds_up)
        tell_held_up(fiber, since);
}
