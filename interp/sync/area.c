// SPDX-License-Identifier: MIT
//
// Areas. A thread that has to sleep for the mutex only waits until it is free, and takes it afterwards,
// attached again: had it the mutex in its hands while it waits for the world to go on, a process that
// stands still for its collector would hold up all others.
#include "sync/area.h"

#include <errno.h>

#include "base/os.h"

enum { SPINS = 60, SPIN_HINTS = 8 };

static void mutex_init_robust(pthread_mutex_t *mutex) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static size_t whole_pages(size_t bytes) { return (bytes + AREA_PAGE - 1) / AREA_PAGE * AREA_PAGE; }

Area *area_new(size_t lines, size_t least, size_t most) {
    size_t data = AREA_PAGE + whole_pages(lines * LINE_BYTES);
    for (size_t want = most;; want /= 2) {
        if (want < least)
            want = least;
        Area *area = os_shared_alloc(data + whole_pages(want));
        if (!area && want > least)
            continue;
        if (!area)
            return NULL;
        mutex_init_robust(&area->mutex);
        area->bytes = data + whole_pages(want);
        area->data = data;
        area->data_bytes = whole_pages(want);
        for (size_t i = 0; i < lines; i++)
            line_init(&area->lines[i], AREA_PAGE + i * LINE_BYTES);
        return area;
    }
}

void area_free(Area *area) { os_pages_free(area, area->bytes); }

// The answer of one of pthread's calls: is the mutex held now?
static bool holds(Area *area, int answer) {
    if (answer == EOWNERDEAD)
        answer = pthread_mutex_consistent(&area->mutex);
    return answer == 0;
}

static bool spin_and_lock(Area *area, bool many_cpus) {
    for (int i = 0; i < (many_cpus ? SPINS : 1); i++) {
        if (holds(area, pthread_mutex_trylock(&area->mutex)))
            return true;
        for (int j = 0; j < SPIN_HINTS; j++)
            spin_hint();
    }
    return false;
}

void area_lock(Area *area, Thread *thread) {
    while (!spin_and_lock(area, thread->world->many_cpus)) {
        thread_detach(thread);
        area_lock_outside(area);
        area_unlock(area);
        thread_attach(thread);
    }
}

void area_lock_outside(Area *area) {
    if (!holds(area, pthread_mutex_lock(&area->mutex)))
        os_fatal("the mutex of a shared object is broken");
}

void area_unlock(Area *area) { pthread_mutex_unlock(&area->mutex); }
