// SPDX-License-Identifier: MIT
//
// Finding deadlocks, and saying who waits for what.
//
// Circles are followed twice: first while everything runs, from one fiber to the one that it waits for, on
// what may be out of date already; only where that leads back to the start, once more with the world
// stopped. A wait is published before its thread follows the circle, so of several that close one
// circle the last to publish finds it; and as the world is stopped by one at a time, and that one ends
// its own wait, the circle is found once.
#include "sched/deadlock.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "base/translate.h"
#include "sched/fiber.h"
#include "sched/schedule.h"

enum { LONGEST_WALK = 1000, MOST_WAITERS = 30, DESCRIPTION = 400 };

uint64_t activity_add(World *world, uint64_t change) {
    return add_seq(&world->activity, change) + change;
}

void activity_check(World *world, uint64_t activity) {
    if (activity == 0 && world->main_thread)
        thread_wake(world->main_thread);
}

void world_external_begin(World *world) { activity_add(world, ACTIVITY_EXTERNAL); }
void world_external_end(World *world) {
    activity_check(world, activity_add(world, -ACTIVITY_EXTERNAL));
}

// ---- Reports -------------------------------------------------------------------------------------

static void name_fiber(Text *text, Fiber *fiber) {
    const Thread *main = fiber->world->main_thread;
    if (main && main->main_fiber == fiber)
        text_string(text, translate("the main thread"));
    else
        text_format(text, "%s %llu", translate(fiber_kind(fiber)),
                    (unsigned long long)load_relaxed(&fiber->id));
}

// What is said of a deadlock, and where those were started that it is said of.
typedef struct Report {
    Text message, starts;
} Report;

// The report as Wait.report has it.
static char *report_end(Report *report) {
    text_append(&report->message, text_data(&report->starts), report->starts.length);
    text_free(&report->starts);
    return report->message.data;
}

static void note_start(Text *text, Fiber *fiber) {
    char place[DESCRIPTION] = "";
    const WorldHooks *hooks = &fiber->world->hooks;
    if (hooks->describe_start)
        hooks->describe_start(fiber, place, sizeof place);
    if (!place[0])
        return;
    text_char(text, '\n');
    name_fiber(text, fiber);
    text_format(text, translate(" was started at %s"), place);
}

static void describe(Text *text, Fiber *fiber) {
    char what[DESCRIPTION] = "";
    const WorldHooks *hooks = &fiber->world->hooks;
    if (hooks->describe_wait)
        hooks->describe_wait(fiber, what, sizeof what);
    name_fiber(text, fiber);
    text_string(text, translate(" waits for "));
    text_string(text, what[0] ? what : translate(park_kind_name(fiber->wait.kind)));
}

static bool is_waiting(Fiber *fiber) { return wait_is_open(&fiber->wait); }
static bool is_idle(const Fiber *fiber) { return fiber->wait.kind == PARK_IDLE; }

// Whether its thread sleeps for it alone, and tasks that are ready there cannot run. The world is stopped.
static bool holds_up(const Thread *thread, const Fiber *fiber) {
    return thread->ready_first && load_relaxed(&thread->blocked) == fiber;
}

// Every fiber that waits; what is too much for a message is counted.
static char *report_all(World *world) {
    Report report = {0};
    size_t count = 0;
    text_string(&report.message, translate("all that is left waits for each other: "));
    for (Thread *thread = world->threads; thread; thread = thread->next) {
        for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next) {
            if (!is_waiting(fiber) || is_idle(fiber) || ++count > MOST_WAITERS)
                continue;
            if (count > 1)
                text_string(&report.message, translate("; "));
            describe(&report.message, fiber);
            if (holds_up(thread, fiber))
                text_string(&report.message, translate("; under `await` it could go on"));
            note_start(&report.starts, fiber);
        }
    }
    if (count > MOST_WAITERS)
        text_format(&report.message, translate("; and %zu more"), count - MOST_WAITERS);
    return report_end(&report);
}

// ---- The total deadlock --------------------------------------------------------------------------

// The world is stopped. Everybody but `self` is asleep, and nothing is on its way to anybody.
static bool nobody_is_left(World *world) {
    if (load_seq(&world->activity) != ACTIVITY_AWAKE)
        return false;
    for (Thread *thread = world->threads; thread; thread = thread->next)
        if (load_seq(&thread->inbox) || load_seq(&thread->poll) & POLL_ATTENTION)
            return false;
    return true;
}

// The one that the main thread sleeps for, its main fiber, or any that waits there.
static Fiber *claim_waiting(Thread *thread) {
    Fiber *blocked = load_relaxed(&thread->blocked);
    if (blocked)
        return park_claim(blocked, WAKE_DEADLOCK) ? blocked : NULL;
    if (park_claim(thread->main_fiber, WAKE_DEADLOCK))
        return thread->main_fiber;
    for (Fiber *fiber = thread->fibers; fiber; fiber = fiber->next)
        if (park_claim(fiber, WAKE_DEADLOCK))
            return fiber;
    return NULL;
}

// The trace of the one that is told has its start already.
static void forget_start(char *report, Fiber *told) {
    Text start = {0};
    note_start(&start, told);
    char *found = start.length ? strstr(report, start.data) : NULL;
    if (found)
        memmove(found, found + start.length, strlen(found + start.length) + 1);
    text_free(&start);
}

bool deadlock_report(Thread *self) {
    World *world = self->world;
    if (!world_stop(world, self))
        return true;
    Fiber *told = NULL;
    bool real = nobody_is_left(world);
    if (real) {
        char *report = report_all(world);
        told = claim_waiting(self);
        if (told) {
            forget_start(report, told);
            told->wait.report = report;
        } else {
            free(report);
        }
    }
    world_resume(world, self);
    if (told)
        park_wake(told);
    return told || !real;
}

// ---- Circles -------------------------------------------------------------------------------------

// Who has to go on before `fiber` can: whoever its whole thread sleeps for, else whom it waits for.
// `self` is about to put its thread to sleep, where `blocks`.
static Fiber *next_in_chain(Fiber *fiber, Fiber *self, bool blocks) {
    Thread *thread = __atomic_load_n(&fiber->thread, __ATOMIC_ACQUIRE);
    if (fiber != self && thread) {
        Fiber *blocked = load_acquire(&thread->blocked);
        if (blocks && thread == self->thread)
            blocked = self;
        if (blocked && blocked != fiber)
            return blocked;
    }
    return is_waiting(fiber) ? fiber->world->hooks.waits_for(fiber) : NULL;
}

static bool closes_circle(Fiber *self, bool blocks) {
    Fiber *fiber = self;
    for (int i = 0; i < LONGEST_WALK; i++) {
        fiber = next_in_chain(fiber, self, blocks);
        if (!fiber)
            return false;
        if (fiber == self)
            return true;
    }
    return false;
}

// The world is stopped; the circle is there.
static char *report_circle(Fiber *self, bool blocks) {
    Report report = {0};
    Text *text = &report.message;
    Fiber *fiber = self;
    size_t count = 0;
    text_string(text, translate("a circle of waits: "));
    do {
        if (count > 0)
            text_string(text, translate("; "));
        if (is_waiting(fiber)) {
            describe(text, fiber);
        } else {
            name_fiber(text, fiber);
            text_string(text,
                        translate(" cannot run, as its thread sleeps (`await` would let it run)"));
        }
        if (fiber != self) // its trace has it
            note_start(&report.starts, fiber);
        fiber = next_in_chain(fiber, self, blocks);
    } while (fiber != self && ++count < MOST_WAITERS);
    if (blocks && !closes_circle(self, false) && !strstr(text_data(text), "`await`"))
        text_string(text, translate("; under `await` it could go on"));
    return report_end(&report);
}

bool deadlock_check(Fiber *self, bool turns) {
    World *world = self->world;
    bool suspends = self->awaits && self->c_calls == 0;
    bool blocks = !suspends && !turns;
    if (!world->hooks.waits_for || !closes_circle(self, blocks))
        return false;
    while (!world_stop(world, self->thread)) {
    }
    char *report = NULL;
    bool found = closes_circle(self, blocks);
    if (found)
        report = report_circle(self, blocks);
    if (found && park_claim(self, WAKE_DEADLOCK))
        self->wait.report = report;
    else {
        free(report);
        found = false;
    }
    world_resume(world, self->thread);
    if (found)
        park_wake(self);
    return found;
}
