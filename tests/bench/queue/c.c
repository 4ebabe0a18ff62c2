// SPDX-License-Identifier: MIT
//
// A ring under a mutex. Who waits is counted, so that no signal is sent in vain.
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t room = PTHREAD_COND_INITIALIZER, item = PTHREAD_COND_INITIALIZER;
static long *items, capacity, head, length, putters, getters;
static long each; // items of a producer

static void put(long x) {
    pthread_mutex_lock(&mutex);
    while (length == capacity) {
        putters++;
        pthread_cond_wait(&room, &mutex);
        putters--;
    }
    items[(head + length++) % capacity] = x;
    bool wake = getters > 0;
    pthread_mutex_unlock(&mutex);
    if (wake)
        pthread_cond_signal(&item);
}

static long get(void) {
    pthread_mutex_lock(&mutex);
    while (length == 0) {
        getters++;
        pthread_cond_wait(&item, &mutex);
        getters--;
    }
    long x = items[head];
    head = (head + 1) % capacity;
    length--;
    bool wake = putters > 0;
    pthread_mutex_unlock(&mutex);
    if (wake)
        pthread_cond_signal(&room);
    return x;
}

static void *producer(void *number) {
    long t = (long)number;
    for (long i = 0; i < each; i++)
        put(t * each + i);
    return NULL;
}

static void *consumer(void *unused) {
    (void)unused;
    long sum = 0;
    for (long x; (x = get()) >= 0;)
        sum += x;
    return (void *)sum;
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    long producer_count = atol(argv[1]), consumer_count = atol(argv[2]), total = 0;
    capacity = atol(argv[3]);
    each = atol(argv[4]) / producer_count;
    items = calloc((size_t)capacity, sizeof *items);
    pthread_t *producers = calloc((size_t)producer_count, sizeof *producers);
    pthread_t *consumers = calloc((size_t)consumer_count, sizeof *consumers);
    for (long t = 0; t < consumer_count; t++)
        pthread_create(&consumers[t], NULL, consumer, NULL);
    for (long t = 0; t < producer_count; t++)
        pthread_create(&producers[t], NULL, producer, (void *)t);
    for (long t = 0; t < producer_count; t++)
        pthread_join(producers[t], NULL);
    for (long t = 0; t < consumer_count; t++)
        put(-1);
    for (long t = 0; t < consumer_count; t++) {
        void *sum;
        pthread_join(consumers[t], &sum);
        total += (long)sum;
    }
    printf("%ld\n", total);
    return 0;
}
