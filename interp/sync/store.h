// SPDX-License-Identifier: MIT
//
// How the items of a queue lie in its buffer: a ring (fifo), a stack (lifo), a binary heap or a sorted
// list of pairs (priority; see sync/queue.h). The caller holds the queue's lock, but for store_plan.
#ifndef CONC_SYNC_STORE_H
#define CONC_SYNC_STORE_H

#include "sync/queue.h"

// Where an item goes in a sorted list; holds as long as the queue's version is `version`.
typedef struct Plan {
    bool made, sort; // sort: turn the heap into a sorted list first
    uint64_t version;
    size_t position;
} Plan;

// Room for one more item, and for those of all reserved places. False: it would pass the limit of memory.
bool store_ensure(LocalHeap *heap, Queue *queue);
// fifo, lifo; there is room.
void store_add(Queue *queue, Value item);
// priority. False: a plan is needed first, as scripts have to compare, or the plan does not hold.
bool store_add_ordered(Queue *queue, Value item, const Plan *plan);
// The next item; there is one.
Value store_take(Queue *queue);
// Finds the place of args[1]; args[2] is scratch, rooted. Runs script code, without the lock. False with
// the error that a comparison threw.
bool store_plan(Fiber *fiber, Queue *queue, Value *args, Plan *plan);

#endif
