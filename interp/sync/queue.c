// SPDX-License-Identifier: MIT
//
// Queues: waiting and serving. How items lie in the buffer is in store.c. See the header for the
// invariant; every function here that takes no lock says who holds it.
#include "sync/queue.h"

#include "object/error.h"
#include "object/operate.h"
#include "sync/store.h"
#include "sync/wait.h"

static void queue_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((Queue *)object)->items);
}

const Kind queue_kind = {"queue", queue_trace, NULL};

Queue *queue_new(LocalHeap *heap, size_t maxsize, QueueOrder order) {
    Queue *queue = heap_alloc(heap, KIND_QUEUE, sizeof *queue);
    queue->order = (uint8_t)order;
    queue->maxsize = maxsize;
    return queue;
}

// --- serving, under the lock ---

static bool has_room(const Queue *queue) {
    return queue->maxsize == 0 || load_relaxed(&queue->length) + queue->reserved < queue->maxsize;
}

// Gives the item to the first getter. False if nobody waits.
static bool hand_to_getter(Queue *queue, Value item) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(&queue->getters)))
        if (waiter_claim(waiter, WAKE_HANDED)) {
            waiter->value = item;
            park_wake(waiter->fiber);
            return true;
        }
    return false;
}

// A place has become free: it goes to the first putter.
static void serve_putters(Queue *queue) {
    while (has_room(queue)) {
        Waiter *waiter = wait_queue_pop(&queue->putters);
        if (!waiter)
            return;
        if (!waiter_claim(waiter, WAKE_HANDED))
            continue;
        if (queue->order == QUEUE_PRIORITY) {
            queue->reserved++;
        } else {
            store_add(queue, waiter->value);
            queue->unfinished++;
        }
        park_wake(waiter->fiber);
    }
}

static void wake_all(WaitQueue *waiters, WakeReason reason) {
    Waiter *waiter;
    while ((waiter = wait_queue_pop(waiters)))
        if (waiter_claim(waiter, reason))
            park_wake(waiter->fiber);
}

static void leave(Fiber *fiber, Queue *queue) {
    object_lock(&queue->header);
    wait_queue_remove(&fiber->wait.waiter);
    object_unlock(&queue->header);
}

// --- put ---

typedef enum PutStep { PUT_DONE, PUT_FULL, PUT_CLOSED, PUT_MEMORY, PUT_PLAN } PutStep;

static void drop_reservation(Queue *queue, bool *reserved) {
    if (*reserved)
        queue->reserved--;
    *reserved = false;
}

// Under the lock: puts the item in, or says why not. A reserved place is used up or given back.
static PutStep put_step(Fiber *fiber, Queue *queue, Value item, const Plan *plan, bool *reserved) {
    if (load_relaxed(&queue->closed)) {
        drop_reservation(queue, reserved);
        return PUT_CLOSED;
    }
    if (hand_to_getter(queue, item)) {
        drop_reservation(queue, reserved);
        queue->unfinished++;
        serve_putters(queue);
        return PUT_DONE;
    }
    if (!*reserved && !has_room(queue))
        return PUT_FULL;
    if (!store_ensure(fiber->heap, queue))
        return PUT_MEMORY;
    if (queue->order != QUEUE_PRIORITY)
        store_add(queue, item);
    else if (!store_add_ordered(queue, item, plan))
        return PUT_PLAN;
    drop_reservation(queue, reserved);
    queue->unfinished++;
    return PUT_DONE;
}

static void give_back(Queue *queue, bool *reserved) {
    if (!*reserved)
        return;
    object_lock(&queue->header);
    drop_reservation(queue, reserved);
    serve_putters(queue);
    object_unlock(&queue->header);
}

// Puts with a plan as often as it takes. PUT_PLAN: a comparison threw.
static PutStep try_put(Fiber *fiber, Queue *queue, Value *args, bool *reserved) {
    Plan plan = {0};
    for (;;) {
        bool locked = shared_lock(fiber, &queue->header);
        PutStep step = put_step(fiber, queue, args[1], &plan, reserved);
        shared_unlock(&queue->header, locked);
        if (step != PUT_PLAN || !store_plan(fiber, queue, args, &plan))
            return step;
    }
}

static Value throw_closed(Fiber *fiber) {
    return throw_error(fiber, ERROR_QueueClosed, "the queue is closed");
}
static Value throw_full(Fiber *fiber) {
    return throw_error(fiber, ERROR_QueueFull, "the queue is full");
}

// True: entered into the putters. False: there is room by now, or the queue is closed.
static bool park_put(Fiber *fiber, Queue *queue, Value item, uint64_t deadline) {
    bool locked = shared_lock(fiber, &queue->header);
    bool waits =
        !has_room(queue) && !load_relaxed(&queue->closed) && wait_queue_empty(&queue->getters);
    if (waits) {
        fiber->wait.waiter.value = item;
        park_arm(fiber, PARK_QUEUE_PUT, value_from_ref(queue), deadline);
        wait_queue_push(&queue->putters, &fiber->wait.waiter);
    }
    shared_unlock(&queue->header, locked);
    return waits;
}

static Value put(Fiber *fiber, Queue *queue, Value *args, uint64_t deadline, bool reserved) {
    for (;;) {
        PutStep step = try_put(fiber, queue, args, &reserved);
        switch (step) {
        case PUT_DONE: return VALUE_NIL;
        case PUT_CLOSED: return throw_closed(fiber);
        case PUT_PLAN: give_back(queue, &reserved); return VALUE_UNDEF;
        case PUT_MEMORY:
            give_back(queue, &reserved);
            return throw_memory(fiber, load_relaxed(&queue->length) * sizeof(Value));
        default: break;
        }
        if (deadline == DEADLINE_LOOK)
            return throw_full(fiber);
        if (park_put(fiber, queue, args[1], deadline))
            return VALUE_PARKED;
    }
}

static Value put_again(Fiber *fiber, Queue *queue, Value *args, WakeReason reason,
                       uint64_t deadline) {
    fiber->wait.waiter.value = VALUE_UNDEF;
    if (reason == WAKE_HANDED)
        return queue->order == QUEUE_PRIORITY ? put(fiber, queue, args, deadline, true) : VALUE_NIL;
    leave(fiber, queue);
    switch (reason) {
    case WAKE_RETRY: return put(fiber, queue, args, deadline, false);
    case WAKE_TIMEOUT: return throw_full(fiber);
    case WAKE_CLOSED: return throw_closed(fiber);
    default: return wait_throw(fiber, reason);
    }
}

Value queue_put(Fiber *fiber, Value *args, int count) {
    Queue *queue = value_to_queue(args[0]);
    uint64_t deadline = fiber->wait.deadline;
    WakeReason reason = park_outcome(fiber);
    if (reason != WAKE_NONE)
        return put_again(fiber, queue, args, reason, deadline);
    if (!wait_deadline(fiber, count > 1 ? args[2] : VALUE_UNDEF, &deadline))
        return VALUE_UNDEF;
    return put(fiber, queue, args, deadline, false);
}

// --- get ---

static Value throw_empty(Fiber *fiber) {
    return throw_error(fiber, ERROR_QueueEmpty, "the queue is empty");
}

typedef enum GetStep { GET_DONE, GET_EMPTY, GET_CLOSED, GET_PARKED } GetStep;

// Under the lock: takes an item, or enters the getters (not with DEADLINE_LOOK).
static GetStep get_step(Fiber *fiber, Queue *queue, uint64_t deadline, Value *item) {
    if (load_relaxed(&queue->length) > 0) {
        *item = store_take(queue);
        if (queue->putters.first)
            serve_putters(queue);
        return GET_DONE;
    }
    if (load_relaxed(&queue->closed))
        return GET_CLOSED;
    if (deadline == DEADLINE_LOOK)
        return GET_EMPTY;
    park_arm(fiber, PARK_QUEUE_GET, value_from_ref(queue), deadline);
    wait_queue_push(&queue->getters, &fiber->wait.waiter);
    return GET_PARKED;
}

// `at_end`: UNDEF without an error where the queue is closed and empty.
static Value get(Fiber *fiber, Queue *queue, uint64_t deadline, bool at_end) {
    Value item = VALUE_UNDEF;
    bool locked = shared_lock(fiber, &queue->header);
    GetStep step = get_step(fiber, queue, deadline, &item);
    shared_unlock(&queue->header, locked);
    switch (step) {
    case GET_DONE: return item;
    case GET_PARKED: return VALUE_PARKED;
    case GET_EMPTY: return throw_empty(fiber);
    default: return at_end ? VALUE_UNDEF : throw_closed(fiber);
    }
}

static Value get_again(Fiber *fiber, Queue *queue, WakeReason reason, uint64_t deadline,
                       bool at_end) {
    if (reason == WAKE_HANDED) {
        Value item = fiber->wait.waiter.value;
        fiber->wait.waiter.value = VALUE_UNDEF;
        return item;
    }
    leave(fiber, queue);
    switch (reason) {
    case WAKE_RETRY: return get(fiber, queue, deadline, at_end);
    case WAKE_TIMEOUT: return throw_empty(fiber);
    case WAKE_CLOSED: return at_end ? VALUE_UNDEF : throw_closed(fiber);
    default: return wait_throw(fiber, reason);
    }
}

Value queue_get(Fiber *fiber, Value *args, int count) {
    Queue *queue = value_to_queue(args[0]);
    uint64_t deadline = fiber->wait.deadline;
    WakeReason reason = park_outcome(fiber);
    if (reason != WAKE_NONE)
        return get_again(fiber, queue, reason, deadline, false);
    if (!wait_deadline(fiber, count > 0 ? args[1] : VALUE_UNDEF, &deadline))
        return VALUE_UNDEF;
    return get(fiber, queue, deadline, false);
}

Value queue_iterate(Fiber *fiber, Value *args, int count) {
    (void)count;
    Queue *queue = value_to_queue(args[0]);
    WakeReason reason = park_outcome(fiber);
    if (reason != WAKE_NONE)
        return get_again(fiber, queue, reason, DEADLINE_NEVER, true);
    return get(fiber, queue, DEADLINE_NEVER, true);
}

// --- task_done, join, close ---

bool queue_task_done(Fiber *fiber, Queue *queue) {
    bool locked = shared_lock(fiber, &queue->header);
    bool enough = queue->unfinished > 0;
    if (enough && --queue->unfinished == 0)
        wake_all(&queue->joiners, WAKE_HANDED);
    shared_unlock(&queue->header, locked);
    if (!enough)
        throw_value(fiber, "task_done() called too many times");
    return enough;
}

static Value throw_unfinished(Fiber *fiber) {
    return throw_error(fiber, ERROR_TimeoutError, "some items of the queue are not done yet");
}

static Value join(Fiber *fiber, Queue *queue, uint64_t deadline) {
    bool locked = shared_lock(fiber, &queue->header);
    bool unfinished = queue->unfinished > 0, waits = unfinished && deadline != DEADLINE_LOOK;
    if (waits) {
        park_arm(fiber, PARK_QUEUE_JOIN, value_from_ref(queue), deadline);
        wait_queue_push(&queue->joiners, &fiber->wait.waiter);
    }
    shared_unlock(&queue->header, locked);
    if (waits)
        return VALUE_PARKED;
    return unfinished ? throw_unfinished(fiber) : VALUE_NIL;
}

Value queue_join(Fiber *fiber, Value *args, int count) {
    Queue *queue = value_to_queue(args[0]);
    uint64_t deadline = fiber->wait.deadline;
    WakeReason reason = park_outcome(fiber);
    if (reason == WAKE_NONE) {
        if (!wait_deadline(fiber, count > 0 ? args[1] : VALUE_UNDEF, &deadline))
            return VALUE_UNDEF;
        return join(fiber, queue, deadline);
    }
    if (reason == WAKE_HANDED)
        return VALUE_NIL;
    leave(fiber, queue);
    switch (reason) {
    case WAKE_RETRY: return join(fiber, queue, deadline);
    case WAKE_TIMEOUT: return throw_unfinished(fiber);
    default: return wait_throw(fiber, reason);
    }
}

void queue_close(Fiber *fiber, Queue *queue) {
    bool locked = shared_lock(fiber, &queue->header);
    store_release(&queue->closed, true);
    wake_all(&queue->getters, WAKE_CLOSED);
    wake_all(&queue->putters, WAKE_CLOSED);
    shared_unlock(&queue->header, locked);
}

void queue_forget_putter(Queue *queue, Fiber *putter) {
    bool handed =
        load_relaxed(&putter->wait.state) >= WAIT_CLAIMED && putter->wait.reason == WAKE_HANDED;
    if (handed && queue->order == QUEUE_PRIORITY && queue->reserved > 0)
        queue->reserved--;
}
