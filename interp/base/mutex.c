// SPDX-License-Identifier: MIT
//
// Ranked mutexes. What a thread holds is kept in a thread-local word, one bit a rank, in builds
// with assertions only.
#include "base/mutex.h"

#include <assert.h>
#include <string.h>

#ifndef NDEBUG
static _Thread_local unsigned held;

// Nothing of this rank or of a later one may be held.
static void rank_take(MutexRank rank) {
    assert((held >> rank) == 0);
    held |= 1u << rank;
}
static void rank_drop(MutexRank rank) {
    assert(held & 1u << rank);
    held &= ~(1u << rank);
}
#else
static void rank_take(MutexRank rank) { (void)rank; }
static void rank_drop(MutexRank rank) { (void)rank; }
#endif

void mutex_init(Mutex *mutex, MutexRank rank) {
    pthread_mutex_init(&mutex->mutex, NULL);
    mutex->rank = rank;
}

void mutex_destroy(Mutex *mutex) { pthread_mutex_destroy(&mutex->mutex); }

void mutex_lock(Mutex *mutex) {
    rank_take(mutex->rank);
    pthread_mutex_lock(&mutex->mutex);
}

void mutex_unlock(Mutex *mutex) {
    rank_drop(mutex->rank); // first: once unlocked, the mutex may be gone
    pthread_mutex_unlock(&mutex->mutex);
}

void mutex_wait(Mutex *mutex, pthread_cond_t *condition) {
    pthread_cond_wait(condition, &mutex->mutex);
}

void mutex_after_fork(Mutex *mutex) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    if (memcmp(&mutex->mutex, &fresh, sizeof fresh) == 0)
        return; // most are: their pages need not be copied for that
    memset(&mutex->mutex, 0, sizeof mutex->mutex);
    mutex_init(mutex, mutex->rank);
}
