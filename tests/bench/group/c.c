// SPDX-License-Identifier: MIT
//
// The limit for tasks without stacks, on one thread: each is allocated, stands in a list of those that
// are ready, and its last act is to count itself out of its group.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Task {
    struct Task *next;
    long i, steps;
    long *group; // how many of its tasks have not ended
} Task;

static Task *first, **end = &first; // the ready ones
static long total;

static void make_ready(Task *task) {
    task->next = NULL;
    *end = task;
    end = &task->next;
}

static void start(long i, long *group) {
    Task *task = malloc(sizeof *task);
    *task = (Task){.i = i, .group = group};
    ++*group;
    make_ready(task);
}

// A task's body: it yields, and adds.
static void step(Task *task) {
    if (task->steps++ == 0) {
        make_ready(task);
        return;
    }
    total += task->i % 7;
    --*task->group;
    free(task);
}

static void run_until_ended(const long *group) {
    while (*group > 0) {
        Task *task = first;
        first = task->next;
        if (!first)
            end = &first;
        step(task);
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    long tasks = atol(argv[1]), rounds = atol(argv[2]), right = 0;
    for (long r = 0; r < rounds; r++) {
        long group = 0;
        for (long i = 0; i < tasks; i++)
            start(i, &group);
        run_until_ended(&group);
    }
    for (long i = 0; i < tasks; i++)
        right += rounds * (i % 7);
    assert(total == right);
    printf("%ld\n", total);
    return 0;
}
