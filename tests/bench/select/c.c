// SPDX-License-Identifier: MIT
//
// Rings under one mutex. The selecting thread takes from the first ring that has an item, and starts to
// look one further each time; without any it waits for a condition that every put signals. Who waits
// is counted, so that no signal is sent in vain.
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Ring {
    long *items, head, length, putters;
    pthread_cond_t room;
} Ring;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t any = PTHREAD_COND_INITIALIZER; // some ring has got an item
static bool selecting;                                // somebody waits for that
static Ring *rings;
static long count, producers, capacity, n;

static void put(Ring *ring, long x) {
    pthread_mutex_lock(&mutex);
    while (ring->length == capacity) {
        ring->putters++;
        pthread_cond_wait(&ring->room, &mutex);
        ring->putters--;
    }
    ring->items[(ring->head + ring->length++) % capacity] = x;
    bool wake = selecting;
    pthread_mutex_unlock(&mutex);
    if (wake)
        pthread_cond_signal(&any);
}

// The number of a ring that has an item, looked for from `start` on; -1: none has.
static long find(long start) {
    for (long i = 0; i < count; i++) {
        long k = (start + i) % count;
        if (rings[k].length > 0)
            return k;
    }
    return -1;
}

// Gives the item, and in *k the number of its ring.
static long select_item(long start, long *k) {
    pthread_mutex_lock(&mutex);
    while ((*k = find(start)) < 0) {
        selecting = true;
        pthread_cond_wait(&any, &mutex);
        selecting = false;
    }
    Ring *ring = &rings[*k];
    long x = ring->items[ring->head];
    ring->head = (ring->head + 1) % capacity;
    ring->length--;
    bool wake = ring->putters > 0;
    pthread_mutex_unlock(&mutex);
    if (wake)
        pthread_cond_signal(&ring->room);
    return x;
}

static void *producer(void *number) {
    long t = (long)number;
    for (long i = t * n / producers; i < (t + 1) * n / producers; i++)
        put(&rings[i % count], i / count);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    count = atol(argv[1]), producers = atol(argv[2]), capacity = atol(argv[3]), n = atol(argv[4]);
    rings = calloc((size_t)count, sizeof *rings);
    for (long k = 0; k < count; k++) {
        rings[k].items = calloc((size_t)capacity, sizeof(long));
        pthread_cond_init(&rings[k].room, NULL);
    }
    pthread_t thread;
    for (long t = 0; t < producers; t++)
        pthread_create(&thread, NULL, producer, (void *)t);
    long total = 0, k;
    for (long i = 0; i < n; i++) {
        long x = select_item(i, &k);
        total += x * count + k;
    }
    assert(total == n * (n - 1) / 2);
    printf("%ld\n", total);
    return 0;
}
