// SPDX-License-Identifier: MIT
//
// A ring in memory that the processes share, under a mutex that they share. Who waits is counted, so
// that no signal is sent in vain. Unbounded (0) is as big as there are items.
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Queue {
    pthread_mutex_t mutex;
    pthread_cond_t room, item;
    long capacity, head, length, putters, getters;
    long total; // of what the consumers have got
    long items[];
} Queue;

static Queue *queue_new(long capacity) {
    size_t size = sizeof(Queue) + (size_t)capacity * sizeof(long);
    Queue *q = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (q == MAP_FAILED)
        abort();
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&q->mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&q->room, &condition);
    pthread_cond_init(&q->item, &condition);
    q->capacity = capacity;
    return q;
}

static void put(Queue *q, long x) {
    pthread_mutex_lock(&q->mutex);
    while (q->length == q->capacity) {
        q->putters++;
        pthread_cond_wait(&q->room, &q->mutex);
        q->putters--;
    }
    q->items[(q->head + q->length++) % q->capacity] = x;
    bool wake = q->getters > 0;
    pthread_mutex_unlock(&q->mutex);
    if (wake)
        pthread_cond_signal(&q->item);
}

static long get(Queue *q) {
    pthread_mutex_lock(&q->mutex);
    while (q->length == 0) {
        q->getters++;
        pthread_cond_wait(&q->item, &q->mutex);
        q->getters--;
    }
    long x = q->items[q->head];
    q->head = (q->head + 1) % q->capacity;
    q->length--;
    bool wake = q->putters > 0;
    pthread_mutex_unlock(&q->mutex);
    if (wake)
        pthread_cond_signal(&q->room);
    return x;
}

static void produce(Queue *q, long from, long to) {
    for (long i = from; i < to; i++)
        put(q, i);
}

static void consume(Queue *q) {
    long sum = 0;
    for (long x; (x = get(q)) >= 0;)
        sum += x;
    pthread_mutex_lock(&q->mutex);
    q->total += sum;
    pthread_mutex_unlock(&q->mutex);
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    long producers = atol(argv[1]), consumers = atol(argv[2]), capacity = atol(argv[3]);
    long n = atol(argv[4]), each = n / producers;
    Queue *q = queue_new(capacity ? capacity : n + consumers);
    pid_t *children = calloc((size_t)producers, sizeof *children);
    for (long t = 0; t < consumers; t++)
        if (fork() == 0) {
            consume(q);
            _exit(0);
        }
    for (long t = 0; t < producers; t++)
        if ((children[t] = fork()) == 0) {
            produce(q, t * each, (t + 1) * each);
            _exit(0);
        }
    for (long t = 0; t < producers; t++)
        waitpid(children[t], NULL, 0);
    for (long t = 0; t < consumers; t++)
        put(q, -1);
    while (wait(NULL) > 0) {
    }
    printf("%ld\n", q->total);
    return 0;
}
