// SPDX-License-Identifier: MIT
//
// Mutexes with a rank. The lock order is the order of this list: a thread that holds a mutex takes
// only ones that stand further down. A build with assertions checks it at every lock.
// (After Go's lockrank.go.) The tiny locks of objects come before all of these, and nobody holds two
// of them but where heap/object.h says so.
#ifndef CONC_BASE_MUTEX_H
#define CONC_BASE_MUTEX_H

#include <pthread.h>

#define MUTEX_RANKS(X)                                                                             \
    X(ALARM)     /* Alarm.mutex: when which thread is to look at the clock */                      \
    X(WORLD)     /* World.mutex: threads, the stop, starts and ends */                             \
    X(POOL)      /* World.pool_mutex: pthreads that wait to be used again, free fibers */          \
    X(HEAP)      /* Heap.mutex: chunks, large objects, local heaps */                              \
    X(MARKING)   /* Heap.marking: work that markers give each other */                             \
    X(PROCESSES) /* Watcher.mutex: the children; its holder may take a handle's tiny lock */       \
    X(REGISTRY)  /* Registry.mutex: what was started */                                            \
    X(SHARING)   /* Sharing.mutex: shared objects that are waited for; then an area's mutex */
typedef enum MutexRank {
#define X(name) RANK_##name,
    MUTEX_RANKS(X)
#undef X
        RANK_COUNT
} MutexRank;

typedef struct Mutex {
    pthread_mutex_t mutex;
    MutexRank rank;
} Mutex;

void mutex_init(Mutex *mutex, MutexRank rank);
void mutex_destroy(Mutex *mutex);
void mutex_lock(Mutex *mutex);
void mutex_unlock(Mutex *mutex);
// Waits for `condition` as pthread_cond_wait does.
void mutex_wait(Mutex *mutex, pthread_cond_t *condition);
// In a forked child: free again, whoever held it in the parent; but not the one that forked: what that one holds is
// its own here, to be unlocked.
void mutex_after_fork(Mutex *mutex);

#endif
