// SPDX-License-Identifier: MIT
//
// A mutex of glibc, which threads that find it locked wait for in the kernel at once.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long each, k;

static void *run(void *unused) {
    for (long i = 0; i < each; i++) {
        pthread_mutex_lock(&mutex);
        k++;
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    long count = atol(argv[1]);
    each = atol(argv[2]) / count;
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    for (long t = 0; t < count; t++)
        pthread_create(&threads[t], NULL, run, NULL);
    for (long t = 0; t < count; t++)
        pthread_join(threads[t], NULL);
    printf("%ld\n", k);
    return 0;
}
