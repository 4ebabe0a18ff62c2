// SPDX-License-Identifier: MIT
//
// The alarm's pthread sleeps until the earliest alarm of all threads. `next` says what it sleeps for,
// DEADLINE_NEVER while it is awake. Handshake: a thread sets its alarm and then reads `next`; the
// pthread sets `next` to NEVER, then reads the alarms, all under the mutex. So either the pthread sees
// the new alarm, or the thread sees NEVER (or a later deadline), takes the mutex and rings the bell.
#include "sched/alarm.h"

#include <stdlib.h>
#include <time.h>

#include "base/os.h"
#include "base/service.h"
#include "sched/park.h"

struct Alarm {
    World *world;
    Mutex mutex;
    pthread_cond_t bell;
    _Atomic uint64_t next;
    pthread_t pthread;
    bool ending; // under the mutex
};

// Under the mutex: rings what is due. The earliest of the rest.
static uint64_t ring_due(World *world) {
    uint64_t earliest = DEADLINE_NEVER, now = os_now();
    mutex_lock(&world->mutex);
    for (Thread *thread = world->threads; thread; thread = thread->next) {
        uint64_t deadline = load_seq(&thread->alarm);
        if (deadline <= now && cas_seq(&thread->alarm, &deadline, DEADLINE_NEVER))
            thread_notify(thread, POLL_TIMEOUT);
        else if (deadline < earliest)
            earliest = deadline;
    }
    mutex_unlock(&world->mutex);
    return earliest;
}

static void sleep_until(struct Alarm *alarm, uint64_t deadline) {
    struct timespec until = {.tv_sec = (time_t)(deadline / 1000000000u),
                             .tv_nsec = (long)(deadline % 1000000000u)};
    if (deadline == DEADLINE_NEVER)
        pthread_cond_wait(&alarm->bell, &alarm->mutex.mutex);
    else
        pthread_cond_clockwait(&alarm->bell, &alarm->mutex.mutex, CLOCK_MONOTONIC, &until);
}

static void *alarm_main(void *argument) {
    struct Alarm *alarm = argument;
    mutex_lock(&alarm->mutex);
    while (!alarm->ending) {
        store_seq(&alarm->next, DEADLINE_NEVER);
        uint64_t earliest = ring_due(alarm->world);
        store_seq(&alarm->next, earliest == DEADLINE_NEVER ? DEADLINE_NEVER - 1 : earliest);
        sleep_until(alarm, earliest);
    }
    mutex_unlock(&alarm->mutex);
    return NULL;
}

static struct Alarm *alarm_new(World *world) {
    struct Alarm *alarm = os_calloc(1, sizeof *alarm);
    alarm->world = world;
    store_relaxed(&alarm->next, DEADLINE_NEVER);
    mutex_init(&alarm->mutex, RANK_ALARM);
    pthread_cond_init(&alarm->bell, NULL);
    if (service_start(&alarm->pthread, alarm_main, alarm))
        return alarm;
    mutex_destroy(&alarm->mutex);
    free(alarm);
    return NULL;
}

static struct Alarm *alarm_of(World *world) {
    struct Alarm *alarm = load_acquire(&world->alarm);
    if (alarm)
        return alarm;
    mutex_lock(&world->mutex);
    alarm = load_relaxed(&world->alarm);
    if (!alarm)
        store_release(&world->alarm, alarm = alarm_new(world));
    mutex_unlock(&world->mutex);
    return alarm;
}

void alarm_set(Thread *thread, uint64_t deadline) {
    uint64_t force_at = load_relaxed(&thread->world->force_at);
    if (thread == thread->world->main_thread && force_at < deadline)
        deadline = force_at;
    store_seq(&thread->alarm, deadline);
    if (deadline == DEADLINE_NEVER)
        return;
    struct Alarm *alarm = alarm_of(thread->world);
    if (!alarm || deadline >= load_seq(&alarm->next))
        return;
    mutex_lock(&alarm->mutex);
    pthread_cond_signal(&alarm->bell);
    mutex_unlock(&alarm->mutex);
}

void alarm_free(World *world) {
    struct Alarm *alarm = load_acquire(&world->alarm);
    store_relaxed(&world->alarm, NULL);
    if (!alarm)
        return;
    mutex_lock(&alarm->mutex);
    alarm->ending = true;
    pthread_cond_signal(&alarm->bell);
    mutex_unlock(&alarm->mutex);
    pthread_join(alarm->pthread, NULL);
    pthread_cond_destroy(&alarm->bell);
    mutex_destroy(&alarm->mutex);
    free(alarm);
}

// Its memory is let go of: its mutex and condition may be in any state.
void alarm_after_fork(World *world) { store_relaxed(&world->alarm, NULL); }
