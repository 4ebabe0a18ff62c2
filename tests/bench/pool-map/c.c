// SPDX-License-Identifier: MIT
//
// Threads that take jobs, parts of the range, from a list under a mutex.
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Job {
    struct Job *next;
    long from, to;
} Job;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER; // a job, or the end
static Job *first, **end = &first;
static bool closed;
static long *results, waiting;
static long (*function)(long);

static void submit(long from, long to) {
    Job *job = malloc(sizeof *job);
    *job = (Job){.from = from, .to = to};
    pthread_mutex_lock(&mutex);
    *end = job;
    end = &job->next;
    bool wake = waiting > 0;
    pthread_mutex_unlock(&mutex);
    if (wake)
        pthread_cond_signal(&more);
}

static void close_pool(void) {
    pthread_mutex_lock(&mutex);
    closed = true;
    pthread_mutex_unlock(&mutex);
    pthread_cond_broadcast(&more);
}

// NULL: there will be no more.
static Job *take(void) {
    pthread_mutex_lock(&mutex);
    while (!first && !closed) {
        waiting++;
        pthread_cond_wait(&more, &mutex);
        waiting--;
    }
    Job *job = first;
    if (job && !(first = job->next))
        end = &first;
    pthread_mutex_unlock(&mutex);
    return job;
}

static void *worker(void *unused) {
    for (Job *job; (job = take());) {
        for (long i = job->from; i < job->to; i++)
            results[i] = function(i);
        free(job);
    }
    return unused;
}

static long next(long x) { return x + 1; }

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    long workers = atol(argv[1]), n = atol(argv[2]), chunk = atol(argv[3]), total = 0;
    if (chunk == 0)
        chunk = n / (8 * workers) + 1;
    pthread_t *threads = calloc((size_t)workers, sizeof *threads);
    results = calloc((size_t)n, sizeof *results);
    function = next;
    for (long w = 0; w < workers; w++)
        pthread_create(&threads[w], NULL, worker, NULL);
    for (long from = 0; from < n; from += chunk)
        submit(from, from + chunk < n ? from + chunk : n);
    close_pool();
    for (long w = 0; w < workers; w++)
        pthread_join(threads[w], NULL);
    for (long i = 0; i < n; i++)
        total += results[i];
    assert(total == n * (n + 1) / 2);
    printf("%ld\n", total);
    return 0;
}
