// SPDX-License-Identifier: MIT
//
// Starting the runtime's own pthreads. What is to run is handed over on the starter's stack, which
// stays until the new pthread says that it has it.
#include "base/service.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>

#include "base/os.h"

enum { SERVICE_STACK = 256 * 1024 };

typedef struct Start {
    void *(*body)(void *);
    void *argument;
    _Atomic uint32_t taken;
} Start;

static void *service_main(void *argument) {
    Start *start = argument;
    void *(*body)(void *) = start->body;
    void *own = start->argument;
    _Atomic uint32_t *taken = &start->taken;
    store_release(taken, 1); // the last touch: its place is the starter's again
    os_futex_wake(taken, 1);
    return body(own);
}

void service_block_signals(pthread_attr_t *attributes) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    sigset_t set;
    sigfillset(&set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&set, faults[i]);
    pthread_attr_setsigmask_np(attributes, &set);
}

bool service_start(pthread_t *pthread, void *(*body)(void *), void *argument) {
    Start start = {.body = body, .argument = argument};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, SERVICE_STACK);
    service_block_signals(&attributes);
    int error = pthread_create(pthread, &attributes, service_main, &start);
    pthread_attr_destroy(&attributes);
    while (!error && !load_acquire(&start.taken))
        os_futex_wait(&start.taken, 0, UINT64_MAX);
    if (error)
        errno = error;
    return error == 0;
}
