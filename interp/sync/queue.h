// SPDX-License-Identifier: MIT
//
// Queues: `queue(maxsize, order)`. Everything is under the queue's tiny lock, once the world is shared.
//
// Invariant: while somebody waits in `getters` the queue is empty, and while somebody waits in
// `putters` it is full (items and reserved places together). So waiters are served in order of
// arrival: an item goes straight from the putter to the first getter, and a place that a get frees
// goes to the first putter, whose item is put in (fifo, lifo) or which is given a reserved place and
// puts its item in itself (priority, where finding the place may run script code).
//
// Priority queues give the least item first, the oldest among equals. Items that C can compare
// (numbers, strings, lists of these) lie in a binary heap. The first item of another class turns the
// queue into a sorted list: its place is found by `less` of the scripts without the lock held, and
// holds if `version` has not changed meanwhile.
#ifndef CONC_SYNC_QUEUE_H
#define CONC_SYNC_QUEUE_H

#include "object/list.h"
#include "sched/fiber.h"
#include "sync/wait.h"

typedef enum QueueOrder { QUEUE_FIFO, QUEUE_LIFO, QUEUE_PRIORITY } QueueOrder;

// 128 bytes, and so at an address that is divided by 128 (heap/chunk.h): what the usual put and get touch
// is one cache line, and whoever waits stands in the other.
typedef struct Queue {
    Object header;
    uint8_t order; // QueueOrder; constant
    bool sorted;   // priority: a sorted list, least last, instead of a heap
    _Atomic bool closed;
    uint32_t reserved;     // places given to putters that are on their way
    size_t maxsize;        // 0: unbounded; constant
    _Atomic size_t length; // items
    size_t head;           // fifo: where the oldest item is
    Buffer *items;         // fifo: a ring; priority: pairs of item and number
    uint64_t unfinished;   // items put and not yet task_done
    uint64_t version;      // priority: counts changes
    uint64_t sequence;     // priority: number of the next item
    WaitQueue getters, putters, joiners;
} Queue;

extern const Kind queue_kind;

static inline bool value_is_queue(Value v) { return value_is_kind(v, KIND_QUEUE); }
static inline Queue *value_to_queue(Value v) { return (Queue *)value_to_ref(v); }
static inline size_t queue_length(Queue *queue) { return load_acquire(&queue->length); }

Queue *queue_new(LocalHeap *heap, size_t maxsize, QueueOrder order);

// Native protocol; args[0] is the queue. S: a priority queue of instances runs their `less`.
// args[1] item, args[2] time-out (scratch afterwards).
Value queue_put(Fiber *fiber, Value *args, int count);
Value queue_get(Fiber *fiber, Value *args, int count);  // args[1] time-out
Value queue_join(Fiber *fiber, Value *args, int count); // args[1] time-out
// The first call of these, without a time-out (UNDEF).
Value queue_put_first(Fiber *fiber, Value *args);
Value queue_get_first(Fiber *fiber, Value *args);
// The next item for `for x in q`; UNDEF without fiber->error where the queue is closed and empty.
Value queue_iterate(Fiber *fiber, Value *args, int count);
extern const WaitOps queue_put_wait, queue_get_wait, queue_join_wait;
bool queue_task_done(Fiber *fiber, Queue *queue); // ValueError: called too many times
void queue_close(Fiber *fiber, Queue *queue);
// In a forked child: a waiting putter is gone, and a place that was reserved for it free again.
void queue_forget_putter(Queue *queue, Fiber *putter);

#endif
