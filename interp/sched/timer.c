// SPDX-License-Identifier: MIT
//
// The binary heap of deadlines. entries[0] is the earliest; the children of i are 2i+1 and 2i+2. The
// deadline stands in the entry, so that sifting does not touch the fibers but to tell their places.
#include "sched/timer.h"

#include <stdlib.h>

#include "base/os.h"

typedef struct TimerEntry {
    uint64_t deadline;
    Fiber *fiber;
} TimerEntry;

typedef struct TimerHeap {
    TimerEntry *entries;
    uint32_t count, capacity;
} TimerHeap;

static void timer_place(TimerHeap *timers, uint32_t i, TimerEntry entry) {
    timers->entries[i] = entry;
    entry.fiber->wait.timer_index = i + 1;
}

static void timer_sift_up(TimerHeap *timers, uint32_t i, TimerEntry entry) {
    while (i > 0 && timers->entries[(i - 1) / 2].deadline > entry.deadline) {
        timer_place(timers, i, timers->entries[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    timer_place(timers, i, entry);
}

static void timer_sift_down(TimerHeap *timers, uint32_t i, TimerEntry entry) {
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= timers->count)
            break;
        if (child + 1 < timers->count &&
            timers->entries[child + 1].deadline < timers->entries[child].deadline)
            child++;
        if (timers->entries[child].deadline >= entry.deadline)
            break;
        timer_place(timers, i, timers->entries[child]);
        i = child;
    }
    timer_place(timers, i, entry);
}

void timer_add(Thread *thread, Fiber *fiber) {
    if (!thread->timers)
        thread->timers = os_calloc(1, sizeof *thread->timers);
    TimerHeap *timers = thread->timers;
    if (timers->count == timers->capacity) {
        timers->capacity = timers->capacity ? timers->capacity * 2 : 4;
        timers->entries = os_realloc(timers->entries, timers->capacity * sizeof(TimerEntry));
    }
    timers->count++;
    timer_sift_up(timers, timers->count - 1, (TimerEntry){fiber->wait.fires_at, fiber});
}

void timer_remove(Thread *thread, Fiber *fiber) {
    if (fiber->wait.timer_index == 0)
        return;
    TimerHeap *timers = thread->timers;
    uint32_t i = fiber->wait.timer_index - 1;
    fiber->wait.timer_index = 0;
    TimerEntry last = timers->entries[--timers->count];
    if (i == timers->count)
        return;
    if (i > 0 && timers->entries[(i - 1) / 2].deadline > last.deadline)
        timer_sift_up(timers, i, last);
    else
        timer_sift_down(timers, i, last);
}

uint64_t timer_first(const Thread *thread) {
    const TimerHeap *timers = thread->timers;
    return timers && timers->count > 0 ? timers->entries[0].deadline : DEADLINE_NEVER;
}

void timer_fire(Thread *thread) {
    if (timer_first(thread) == DEADLINE_NEVER)
        return;
    uint64_t now = os_now();
    while (timer_first(thread) <= now) {
        Fiber *fiber = thread->timers->entries[0].fiber;
        timer_remove(thread, fiber);
        bool own = fiber->wait.deadline <= fiber->wait.fires_at;
        if (park_claim(fiber, own ? WAKE_TIMEOUT : WAKE_EXPIRED))
            park_wake(fiber);
    }
}

void timer_free(Thread *thread) {
    if (thread->timers)
        free(thread->timers->entries);
    free(thread->timers);
    thread->timers = NULL;
}
