// SPDX-License-Identifier: MIT
//
// Queues between processes: `queue(n, shared: true)`. They behave as those of sync/queue.h do; items travel
// as copies, made when they are put, and stay in the queue whatever becomes of who has put them.
//
// Whoever waits keeps its place in its line until it has taken what it waits for, and only the first of the
// line may; one who comes new goes on at once when there are more items, or places, than wait for them. So
// all are served in order of arrival, in whatever process they are, and nothing is reserved for somebody
// who may be killed.
#ifndef CONC_PROCESS_SHARED_QUEUE_H
#define CONC_PROCESS_SHARED_QUEUE_H

#include "sync/queue.h"
#include "sync/shared.h"

typedef struct SharedQueue {
    Shared shared;
    _Atomic uint32_t spins; // how long to look before waiting; adapts
} SharedQueue;

extern const Kind shared_queue_kind;
extern const WaitOps *const shared_queue_waits[]; // for selects; ends with NULL

static inline bool value_is_shared_queue(Value v) { return value_is_kind(v, KIND_SHARED_QUEUE); }
static inline SharedQueue *value_to_shared_queue(Value v) { return (SharedQueue *)value_to_ref(v); }

// A new one; UNDEF with OSError. May collect.
Value shared_queue_new(Fiber *fiber, size_t maxsize, QueueOrder order);
size_t shared_queue_maxsize(SharedQueue *queue);
size_t shared_queue_length(SharedQueue *queue);
bool shared_queue_closed(SharedQueue *queue);

// As queue_put and its like. S, as keys of maps may have a hash, and items a `less`, in script. TypeError:
// the item cannot be sent; MemoryError: it does not fit.
Value shared_queue_put(Fiber *fiber, Value *args,
                       int count); // args[1] item (scratch), [2] time-out
Value shared_queue_get(Fiber *fiber, Value *args, int count);
Value shared_queue_join(Fiber *fiber, Value *args, int count);
Value shared_queue_iterate(Fiber *fiber, Value *args, int count);
bool shared_queue_task_done(Fiber *fiber, SharedQueue *queue); // ValueError: called too many times
void shared_queue_close(Fiber *fiber, SharedQueue *queue);

#endif
