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

// See the header.
_Static_assert((sizeof(Queue) + HEAP_GRANULE - 1) / HEAP_GRANULE * HEAP_GRANULE == 128,
               "a queue is two cache lines");

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
        if (waiter_hand(waiter, item))
            return true;
    return false;
}

// A get has made room, where there was none: only then can anybody wait for it.
static bool was_full(const Queue *queue) {
    return queue->maxsize > 0 &&
           load_relaxed(&queue->length) + queue->reserved + 1 >= queue->maxsize;
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
            waiter->value = VALUE_NIL; // what put gives
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

// --- looking a while ---

enum { LOOK_FOR = 384, LOOK_EVERY = 24, LOOK_LEAST = 4 }; // turns of a spin

static bool nothing_to_take(Queue *queue) {
    return load_relaxed(&queue->length) == 0 && !load_relaxed(&queue->closed);
}
static bool no_place(Queue *queue) {
    return queue->maxsize > 0 && load_relaxed(&queue->length) >= queue->maxsize &&
           !load_relaxed(&queue->closed);
}

// Looks a while whether another thread changes that, before the fiber enters a queue: cheaper for both than
// one that enters, is found and woken. Rarely, so that the other gets on with some items in a row; but no
// more rarely than that one can go on. Where it cannot, turn and turn about is all there is, and being
// handed the item is quicker.
static void look_a_while(Fiber *fiber, Queue *queue, bool (*has_to_wait)(Queue *queue)) {
    World *world = fiber->world;
    size_t most = queue->maxsize > 0 ? queue->maxsize : LOOK_EVERY;
    if (most < LOOK_LEAST || wait_suspends(fiber) || !world->many_cpus ||
        !load_relaxed(&world->shared))
        return;
    size_t every = most < LOOK_EVERY ? most : LOOK_EVERY;
    for (size_t spent = 1; spent <= LOOK_FOR && load_relaxed(&fiber->thread->poll) == 0; spent++) {
        spin_hint();
        if (spent % every == 0 && !has_to_wait(queue))
            return;
    }
}

// A call begins, and has no time-out: it needs nothing of wait_call.
static bool waits_for_ever(const Fiber *fiber, Value timeout) {
    return load_relaxed(&fiber->wait.state) == WAIT_IDLE &&
           (timeout == VALUE_UNDEF || timeout == VALUE_NIL);
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
    if (load_relaxed(&queue->length) == 0 && hand_to_getter(queue, item)) {
        drop_reservation(queue, reserved);
        queue->unfinished++;
        if (queue->putters.first)
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
static Value throw_full(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_QueueFull, "the queue is full");
}

static Value put_outcome(Fiber *fiber, Queue *queue, PutStep step) {
    switch (step) {
    case PUT_DONE: return VALUE_NIL;
    case PUT_CLOSED: return throw_closed(fiber);
    case PUT_MEMORY: return throw_memory(fiber, load_relaxed(&queue->length) * sizeof(Value));
    default: return VALUE_UNDEF; // a comparison threw
    }
}

// Enters the putters, unless there is room by now, or the queue is closed.
static WaitStep park_put(Fiber *fiber, Queue *queue, Value item, Waiter *waiter) {
    WaitStep step = WAIT_ENTERED;
    bool locked = shared_lock(fiber, &queue->header);
    if (has_room(queue) || load_relaxed(&queue->closed) || !wait_queue_empty(&queue->getters)) {
        step = wait_may_take(fiber, waiter) ? WAIT_NOT_NOW : WAIT_LOST;
    } else {
        waiter->value = item;
        wait_queue_push(&queue->putters, waiter);
    }
    shared_unlock(&queue->header, locked);
    return step;
}

static WaitStep put_try(Fiber *fiber, Value *args, bool reserved, Value *result) {
    Queue *queue = value_to_queue(args[0]);
    PutStep step = try_put(fiber, queue, args, &reserved);
    if (step == PUT_FULL)
        return WAIT_NOT_NOW;
    give_back(queue, &reserved);
    *result = put_outcome(fiber, queue, step);
    return WAIT_DONE;
}

static WaitStep put_wait_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    if (waiter)
        return park_put(fiber, value_to_queue(args[0]), args[1], waiter);
    return put_try(fiber, args, false, result);
}

// A putter that has been served: its item is in, or (priority) it has a place for it.
static WaitStep put_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                           Value *result) {
    (void)count;
    waiter->value = VALUE_UNDEF;
    if (reason == WAKE_RETRY)
        return WAIT_NOT_NOW;
    if (reason == WAKE_HANDED && value_to_queue(args[0])->order == QUEUE_PRIORITY)
        return put_try(fiber, args, true, result);
    *result = reason == WAKE_HANDED ? VALUE_NIL : throw_closed(fiber);
    return WAIT_DONE;
}

const WaitOps queue_put_wait = {.call = queue_put,
                                .kind = PARK_QUEUE_PUT,
                                .timeout = 2,
                                .step = put_wait_step,
                                .finish = put_finish,
                                .late = throw_full,
                                .queued = true};

// A put of the usual kind, in one step under the lock: the item goes in, or the fiber waits.
static Value put_or_park(Fiber *fiber, Queue *queue, Value *args) {
    bool reserved = false;
    bool locked = shared_lock(fiber, &queue->header);
    PutStep step = put_step(fiber, queue, args[1], NULL, &reserved);
    if (step == PUT_FULL) {
        park_arm_own(fiber, PARK_QUEUE_PUT, args[0], DEADLINE_NEVER);
        fiber->wait.delivers = true;
        fiber->wait.waiter.value = args[1];
        wait_queue_push(&queue->putters, &fiber->wait.waiter);
    }
    shared_unlock(&queue->header, locked);
    return step == PUT_FULL ? VALUE_PARKED : put_outcome(fiber, queue, step);
}

Value queue_put_first(Fiber *fiber, Value *args) {
    Queue *queue = value_to_queue(args[0]);
    if (queue->order == QUEUE_PRIORITY)
        return wait_call(&queue_put_wait, fiber, args, 2);
    if (no_place(queue))
        look_a_while(fiber, queue, no_place);
    return put_or_park(fiber, queue, args);
}

Value queue_put(Fiber *fiber, Value *args, int count) {
    if (waits_for_ever(fiber, args[2]))
        return queue_put_first(fiber, args);
    if (value_to_queue(args[0])->order != QUEUE_PRIORITY && park_was_handed(fiber)) {
        fiber->wait.waiter.value = VALUE_UNDEF;
        return VALUE_NIL;
    }
    return wait_call(&queue_put_wait, fiber, args, count);
}

// --- get ---

static Value throw_empty(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_QueueEmpty, "the queue is empty");
}

// Where the queue is closed and empty *result stays UNDEF, and nothing is thrown.
static WaitStep get_step(Fiber *fiber, Queue *queue, Waiter *waiter, Value *result) {
    bool goes = load_relaxed(&queue->length) > 0 || load_relaxed(&queue->closed);
    if (!goes && waiter)
        wait_queue_push(&queue->getters, waiter);
    if (!goes)
        return waiter ? WAIT_ENTERED : WAIT_NOT_NOW;
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    if (load_relaxed(&queue->length) > 0) {
        *result = store_take(queue);
        if (was_full(queue))
            serve_putters(queue);
    }
    return WAIT_DONE;
}

static WaitStep iterate_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    Queue *queue = value_to_queue(args[0]);
    bool locked = shared_lock(fiber, &queue->header);
    WaitStep step = get_step(fiber, queue, waiter, result);
    shared_unlock(&queue->header, locked);
    return step;
}

static WaitStep iterate_finish(Fiber *fiber, Value *args, int count, Waiter *waiter,
                               WakeReason reason, Value *result) {
    (void)fiber, (void)args, (void)count;
    if (reason == WAKE_RETRY)
        return WAIT_NOT_NOW;
    *result = reason == WAKE_HANDED ? waiter->value : VALUE_UNDEF;
    waiter->value = VALUE_UNDEF;
    return WAIT_DONE;
}

static WaitStep or_closed(Fiber *fiber, WaitStep step, const Value *result) {
    if (step == WAIT_DONE && *result == VALUE_UNDEF)
        throw_closed(fiber);
    return step;
}

static WaitStep get_wait_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    return or_closed(fiber, iterate_step(fiber, args, count, waiter, result), result);
}

static WaitStep get_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                           Value *result) {
    return or_closed(fiber, iterate_finish(fiber, args, count, waiter, reason, result), result);
}

const WaitOps queue_get_wait = {.call = queue_get,
                                .kind = PARK_QUEUE_GET,
                                .timeout = 1,
                                .step = get_wait_step,
                                .finish = get_finish,
                                .late = throw_empty,
                                .queued = true};
static const WaitOps iterate_wait = {.call = queue_iterate,
                                     .kind = PARK_QUEUE_GET,
                                     .step = iterate_step,
                                     .finish = iterate_finish,
                                     .late = throw_empty,
                                     .queued = true};

// Takes an item, or waits, in one step under the lock. UNDEF: closed and empty; nothing is thrown.
static Value get_or_park(Fiber *fiber, Queue *queue) {
    Value item = VALUE_UNDEF;
    if (nothing_to_take(queue))
        look_a_while(fiber, queue, nothing_to_take);
    bool locked = shared_lock(fiber, &queue->header);
    if (load_relaxed(&queue->length) > 0) {
        item = store_take(queue);
        if (was_full(queue))
            serve_putters(queue);
    } else if (!load_relaxed(&queue->closed)) {
        park_arm_own(fiber, PARK_QUEUE_GET, value_from_ref(queue), DEADLINE_NEVER);
        fiber->wait.delivers = true;
        wait_queue_push(&queue->getters, &fiber->wait.waiter);
        item = VALUE_PARKED;
    }
    shared_unlock(&queue->header, locked);
    return item;
}

static Value take_handed(Fiber *fiber) {
    Value item = fiber->wait.waiter.value;
    fiber->wait.waiter.value = VALUE_UNDEF;
    return item;
}

Value queue_get_first(Fiber *fiber, Value *args) {
    Value item = get_or_park(fiber, value_to_queue(args[0]));
    return item == VALUE_UNDEF ? throw_closed(fiber) : item;
}

Value queue_get(Fiber *fiber, Value *args, int count) {
    if (waits_for_ever(fiber, args[1]))
        return queue_get_first(fiber, args);
    if (park_was_handed(fiber))
        return take_handed(fiber);
    return wait_call(&queue_get_wait, fiber, args, count);
}

Value queue_iterate(Fiber *fiber, Value *args, int count) {
    if (waits_for_ever(fiber, VALUE_UNDEF))
        return get_or_park(fiber, value_to_queue(args[0]));
    if (park_was_handed(fiber))
        return take_handed(fiber);
    return wait_call(&iterate_wait, fiber, args, count);
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

static Value throw_unfinished(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_TimeoutError, "some items of the queue are not done yet");
}

static WaitStep join_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    Queue *queue = value_to_queue(args[0]);
    WaitStep step = WAIT_DONE;
    bool locked = shared_lock(fiber, &queue->header);
    if (queue->unfinished == 0)
        step = wait_may_take(fiber, waiter) ? WAIT_DONE : WAIT_LOST;
    else if (waiter)
        wait_queue_push(&queue->joiners, waiter);
    if (queue->unfinished > 0)
        step = waiter ? WAIT_ENTERED : WAIT_NOT_NOW;
    shared_unlock(&queue->header, locked);
    *result = VALUE_NIL;
    return step;
}

static WaitStep join_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                            Value *result) {
    (void)fiber, (void)args, (void)count, (void)waiter;
    *result = VALUE_NIL;
    return reason == WAKE_RETRY ? WAIT_NOT_NOW : WAIT_DONE;
}

const WaitOps queue_join_wait = {.call = queue_join,
                                 .kind = PARK_QUEUE_JOIN,
                                 .timeout = 1,
                                 .step = join_step,
                                 .finish = join_finish,
                                 .late = throw_unfinished,
                                 .queued = true};

Value queue_join(Fiber *fiber, Value *args, int count) {
    return wait_call(&queue_join_wait, fiber, args, count);
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
