// SPDX-License-Identifier: MIT
//
// For sched/pool.c: the C stacks of its pthreads, cut from slabs. The C library maps, protects and unmaps one by one, and
// each time the other processors have to be told: a third of what many threads at once cost.
#ifndef CONC_SCHED_STACK_H
#define CONC_SCHED_STACK_H

#include "base/os.h"
#include "sched/thread.h"

typedef struct StackSlab StackSlab;

enum { STACK_BYTES = NATIVE_STACK - OS_PAGE }; // below is a page that nobody may touch

typedef struct Stack {
    StackSlab *slab;
    char *low; // where its STACK_BYTES begin; NULL: it is the C library's to make one
} Stack;

// Any pthread; no mutex of the world's is held. What was touched by an earlier one is not cleared.
Stack stack_take(World *world);
// Its pthread has been joined, or was not made.
void stack_return(World *world, Stack stack);
void stacks_free(World *world); // all have been returned

#endif
