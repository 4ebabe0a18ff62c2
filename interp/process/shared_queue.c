// SPDX-License-Identifier: MIT
//
// Queues between processes: waiting and serving. How items lie in the area is in shared_store.c.
//
// Whoever puts the first item tells the first getter; whoever frees the first place tells the first putter. One
// who was served, or gives up, tells the next. So all that wait are told one after another, and items and
// places go to them in their order; further puts and gets meanwhile have nobody to tell.
#include "process/shared_queue.h"

#include "base/os.h"
#include "object/error.h"
#include "process/shared_item.h"
#include "process/shared_plan.h"

enum { GETTERS, PUTTERS, JOINERS, LINES };
enum { SPINS_LEAST = 20, SPINS_MOST = 2000 };
#define EVERYBODY UINT64_MAX

const Kind shared_queue_kind = {"queue", shared_trace, shared_finalize};

static Area *area_of(const SharedQueue *queue) { return queue->shared.area; }
static Line *line_of(const SharedQueue *queue, int which) { return &area_of(queue)->lines[which]; }

// The area is held: how many of a line can be served.
static uint64_t served(Area *area, int which) {
    const StoreState *state = shared_store_state(area);
    uint64_t maxsize = shared_store_maxsize(area);
    switch (which) {
    case GETTERS: return state->closed && state->length == 0 ? EVERYBODY : state->length;
    case JOINERS: return state->unfinished == 0 ? EVERYBODY : 0;
    default:
        if (state->closed || maxsize == 0)
            return EVERYBODY;
        return state->length < maxsize ? maxsize - state->length : 0;
    }
}

static void attend(const Family *family, Shared *shared) {
    for (int which = 0; which < LINES; which++) {
        uint64_t count = served(shared->area, which);
        bool more = count > 0;
        const Ticket *ticket;
        LineWalk walk = {0};
        while (more &&
               (ticket = line_next(shared->area, &shared->area->lines[which], family, &walk))) {
            if (ticket->member == family->self)
                shared_wake((Waiter *)(uintptr_t)ticket->waiter);
            more = count == EVERYBODY;
        }
    }
}

// --- making and looking ---

// Takes address room for several times of what memory there is.
Value shared_queue_new(Fiber *fiber, size_t maxsize, QueueOrder order) {
    Area *area = shared_area(fiber, LINES, STORE_LEAST, os_physical_memory() * 4);
    if (!area)
        return VALUE_UNDEF;
    shared_store_init(area, order, maxsize);
    SharedQueue *queue = heap_alloc(fiber->heap, KIND_SHARED_QUEUE, sizeof *queue);
    queue->shared.area = area;
    queue->shared.attend = attend;
    return value_from_ref(queue);
}

size_t shared_queue_maxsize(SharedQueue *queue) { return shared_store_maxsize(area_of(queue)); }

size_t shared_queue_length(SharedQueue *queue) {
    bool closed;
    return shared_store_glance(area_of(queue), &closed);
}

bool shared_queue_closed(SharedQueue *queue) {
    bool closed;
    shared_store_glance(area_of(queue), &closed);
    return closed;
}

static Value throw_closed(Fiber *fiber) {
    return throw_error(fiber, ERROR_QueueClosed, "the queue is closed");
}

// --- what all waits have in common ---

// The area is held: may the waiter go on, or who comes new (NULL)?
static bool is_turn(Fiber *fiber, SharedQueue *queue, int which, const Waiter *waiter) {
    const Family *family = fiber_family(fiber);
    uint64_t count = served(area_of(queue), which);
    if (count == 0 || count == EVERYBODY)
        return count == EVERYBODY;
    Line *line = line_of(queue, which);
    if (!waiter)
        return line_empty(line) || !line_has(area_of(queue), line, family, count);
    size_t place = line_place(area_of(queue), line, family, waiter);
    return place == LINE_NOWHERE || place == 0;
}

// The first in the line, if it can be served by the first item or place that there is; NULL: it cannot, or
// has been told when that one came. `again`: also then.
static const Ticket *first_served(Fiber *fiber, SharedQueue *queue, int which, bool again) {
    Line *line = line_of(queue, which);
    uint64_t count = line_empty(line) ? 0 : served(area_of(queue), which);
    if (count == 0 || (count != 1 && !again))
        return NULL;
    return line_at(area_of(queue), line, fiber_family(fiber), 0);
}

// The area is held: everybody in the line may go on now.
static void tell_all(Fiber *fiber, SharedQueue *queue, int which) {
    if (line_empty(line_of(queue, which)))
        return;
    shared_tell(fiber, &queue->shared, line_of(queue, which));
    attend(fiber_family(fiber), &queue->shared);
}

static WaitStep refuse(Fiber *fiber, Waiter *waiter, Value (*why)(Fiber *fiber), Value *result) {
    if (!wait_may_take(fiber, waiter))
        return WAIT_LOST;
    *result = why(fiber);
    return WAIT_DONE;
}

static Value throw_no_room(Fiber *fiber) {
    return throw_runtime(fiber, "too many wait for the queue");
}

// The armed waiter enters the line; where it is its turn, the wait is taken back, and the caller looks again.
static WaitStep enter(Fiber *fiber, SharedQueue *queue, int which, Waiter *waiter, Value *result) {
    if (!shared_enter(fiber, &queue->shared))
        return refuse(fiber, waiter, shared_throw_no_listener, result);
    WaitStep step = WAIT_ENTERED;
    shared_hold(fiber, &queue->shared);
    if (is_turn(fiber, queue, which, NULL))
        step = wait_may_take(fiber, waiter) ? WAIT_NOT_NOW : WAIT_LOST;
    else if (!shared_stand(fiber, &queue->shared, line_of(queue, which), waiter, 0, false))
        step = refuse(fiber, waiter, throw_no_room, result);
    shared_release(fiber, &queue->shared, NULL);
    if (step != WAIT_ENTERED)
        shared_leave(fiber, &queue->shared, NULL);
    return step;
}

// The area is held.
static void take_out(Fiber *fiber, SharedQueue *queue, int which, const Waiter *waiter) {
    line_remove(area_of(queue), line_of(queue, which), fiber_family(fiber), waiter);
}

// The waiter goes away, having been served or not: the next one may be the first now.
static void leave(Value *args, Waiter *waiter, int which) {
    SharedQueue *queue = value_to_shared_queue(args[0]);
    Fiber *fiber = waiter->fiber;
    if (!shared_stands(&queue->shared, waiter))
        return;
    shared_hold(fiber, &queue->shared);
    take_out(fiber, queue, which, waiter);
    shared_release(fiber, &queue->shared, first_served(fiber, queue, which, true));
    shared_leave(fiber, &queue->shared, waiter);
}

// Looks for a little while: the other process is often just about to. Longer where that helped last time.
static void spin(Fiber *fiber, SharedQueue *queue, bool (*is_ready)(SharedQueue *queue)) {
    if (!fiber->world->many_cpus || fiber->thread->ready_first || is_ready(queue))
        return;
    uint32_t most = load_relaxed(&queue->spins) + SPINS_LEAST, i = 0;
    for (; i < most && !is_ready(queue); i++)
        spin_hint();
    uint32_t next = i < most ? most * 2 : most / 2;
    store_relaxed(&queue->spins, next < SPINS_MOST ? next : SPINS_MOST);
}

static bool is_first_call(const Fiber *fiber) {
    return load_relaxed(&fiber->wait.state) == WAIT_IDLE;
}

// --- put ---

static Value throw_full(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_QueueFull, "the queue is full");
}

typedef enum Putting { PUTTING_DONE, PUTTING_REFUSED, PUTTING_WAITS, PUTTING_PLAN } Putting;

// The area is held. `waiter`: NULL, or it has a place in the line.
static Putting put_held(Fiber *fiber, SharedQueue *queue, const SharedItem *item,
                        const StorePlan *plan, const Waiter *waiter) {
    Area *area = area_of(queue);
    if (!is_turn(fiber, queue, PUTTERS, waiter))
        return PUTTING_WAITS;
    if (shared_store_state(area)->closed) {
        throw_closed(fiber);
        return PUTTING_REFUSED;
    }
    StorePut put = STORE_NO_ROOM;
    if (shared_store_state(area)->live + item->size <= heap_limit(fiber->world->heap))
        put = shared_store_put(area, item->data, item->size, plan);
    if (put == STORE_PLAN)
        return PUTTING_PLAN;
    if (put == STORE_NO_ROOM) {
        throw_memory(fiber, item->size);
        return PUTTING_REFUSED;
    }
    if (waiter)
        take_out(fiber, queue, PUTTERS, waiter);
    return PUTTING_DONE;
}

// As often as it takes to find the item's place. *result is UNDEF where something was thrown.
static WaitStep put_item(Fiber *fiber, SharedQueue *queue, const SharedItem *item,
                         const Waiter *waiter, Value *result) {
    StorePlan plan = {0};
    *result = VALUE_UNDEF;
    for (;;) {
        const Ticket *next = NULL;
        shared_hold(fiber, &queue->shared);
        Putting putting = put_held(fiber, queue, item, &plan, waiter);
        if (putting == PUTTING_DONE)
            next = first_served(fiber, queue, GETTERS, false);
        shared_release(fiber, &queue->shared, next);
        switch (putting) {
        case PUTTING_DONE: *result = VALUE_NIL; return WAIT_DONE;
        case PUTTING_WAITS: return WAIT_NOT_NOW;
        case PUTTING_REFUSED: return WAIT_DONE;
        default: break;
        }
        if (!shared_plan(fiber, &queue->shared, item, &plan))
            return WAIT_DONE;
    }
}

static WaitStep put_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    SharedQueue *queue = value_to_shared_queue(args[0]);
    if (waiter)
        return enter(fiber, queue, PUTTERS, waiter, result);
    SharedItem item;
    *result = VALUE_UNDEF;
    if (!shared_item_pack(fiber, &queue->shared, args[1], &item))
        return WAIT_DONE;
    WaitStep step = put_item(fiber, queue, &item, NULL, result);
    if (step == WAIT_NOT_NOW)
        args[1] = shared_item_keep(fiber, &item, args[1]);
    shared_item_free(&item);
    return step;
}

static WaitStep put_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                           Value *result) {
    (void)count, (void)reason;
    SharedQueue *queue = value_to_shared_queue(args[0]);
    SharedItem item;
    WaitStep step = WAIT_DONE;
    *result = VALUE_UNDEF;
    if (shared_item_pack(fiber, &queue->shared, args[1], &item)) {
        step = put_item(fiber, queue, &item, waiter, result);
        shared_item_free(&item);
    }
    leave(args, waiter, PUTTERS);
    return step;
}

static void put_leave(Value *args, Waiter *waiter) { leave(args, waiter, PUTTERS); }

static const WaitOps put_wait = {.call = shared_queue_put,
                                 .kind = PARK_QUEUE_PUT,
                                 .timeout = 2,
                                 .step = put_step,
                                 .finish = put_finish,
                                 .late = throw_full,
                                 .leave = put_leave};

static bool has_place(SharedQueue *queue) {
    size_t maxsize = shared_queue_maxsize(queue);
    return maxsize == 0 || shared_queue_length(queue) < maxsize || shared_queue_closed(queue);
}

Value shared_queue_put(Fiber *fiber, Value *args, int count) {
    if (is_first_call(fiber) && args[2] != value_from_int(0))
        spin(fiber, value_to_shared_queue(args[0]), has_place);
    return wait_call(&put_wait, fiber, args, count);
}

// --- get ---

static Value throw_empty(Fiber *fiber, Value *args) {
    (void)args;
    return throw_error(fiber, ERROR_QueueEmpty, "the queue is empty");
}

// The area is held, and it is the caller's turn. Where the queue is closed and empty *result stays UNDEF,
// and nothing is thrown.
static void get_held(Fiber *fiber, SharedQueue *queue, Value *result, const Ticket **next) {
    Area *area = area_of(queue);
    if (shared_store_state(area)->length == 0)
        return;
    *result = shared_item_take(fiber, area);
    *next = first_served(fiber, queue, PUTTERS, false);
    const StoreState *state = shared_store_state(area);
    if (state->closed && state->length == 0)
        tell_all(fiber, queue, GETTERS); // for whom nothing is left
}

static WaitStep iterate_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    SharedQueue *queue = value_to_shared_queue(args[0]);
    *result = VALUE_UNDEF;
    if (waiter)
        return enter(fiber, queue, GETTERS, waiter, result);
    bool closed;
    if (shared_store_glance(area_of(queue), &closed) == 0 && !closed)
        return WAIT_NOT_NOW;
    const Ticket *next = NULL;
    shared_hold(fiber, &queue->shared);
    bool turn = is_turn(fiber, queue, GETTERS, NULL);
    if (turn)
        get_held(fiber, queue, result, &next);
    shared_release(fiber, &queue->shared, next);
    return turn ? WAIT_DONE : WAIT_NOT_NOW;
}

static WaitStep iterate_finish(Fiber *fiber, Value *args, int count, Waiter *waiter,
                               WakeReason reason, Value *result) {
    (void)count, (void)reason;
    SharedQueue *queue = value_to_shared_queue(args[0]);
    const Ticket *next = NULL;
    *result = VALUE_UNDEF;
    shared_hold(fiber, &queue->shared);
    bool turn = is_turn(fiber, queue, GETTERS, waiter);
    take_out(fiber, queue, GETTERS, waiter);
    if (turn)
        get_held(fiber, queue, result, &next);
    shared_release(fiber, &queue->shared, next);
    leave(args, waiter, GETTERS);
    return turn ? WAIT_DONE : WAIT_NOT_NOW;
}

static WaitStep or_closed(Fiber *fiber, WaitStep step, const Value *result) {
    if (step == WAIT_DONE && *result == VALUE_UNDEF && fiber->error == VALUE_UNDEF)
        throw_closed(fiber);
    return step;
}

static WaitStep get_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    return or_closed(fiber, iterate_step(fiber, args, count, waiter, result), result);
}

static WaitStep get_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                           Value *result) {
    return or_closed(fiber, iterate_finish(fiber, args, count, waiter, reason, result), result);
}

static void get_leave(Value *args, Waiter *waiter) { leave(args, waiter, GETTERS); }

static Value get_unpack(Fiber *fiber, Value *args, Value result) {
    (void)args;
    return shared_item_open(fiber, result);
}

static const WaitOps get_wait = {.call = shared_queue_get,
                                 .kind = PARK_QUEUE_GET,
                                 .timeout = 1,
                                 .step = get_step,
                                 .finish = get_finish,
                                 .late = throw_empty,
                                 .leave = get_leave,
                                 .unpack = get_unpack};
static const WaitOps iterate_wait = {.call = shared_queue_iterate,
                                     .kind = PARK_QUEUE_GET,
                                     .step = iterate_step,
                                     .finish = iterate_finish,
                                     .late = throw_empty,
                                     .leave = get_leave,
                                     .unpack = get_unpack};

static bool has_news(SharedQueue *queue) {
    return shared_queue_length(queue) > 0 || shared_queue_closed(queue);
}

Value shared_queue_get(Fiber *fiber, Value *args, int count) {
    if (is_first_call(fiber) && args[1] != value_from_int(0))
        spin(fiber, value_to_shared_queue(args[0]), has_news);
    return wait_call(&get_wait, fiber, args, count);
}

Value shared_queue_iterate(Fiber *fiber, Value *args, int count) {
    if (is_first_call(fiber))
        spin(fiber, value_to_shared_queue(args[0]), has_news);
    return wait_call(&iterate_wait, fiber, args, count);
}

// --- task_done, join, close ---

bool shared_queue_task_done(Fiber *fiber, SharedQueue *queue) {
    Area *area = area_of(queue);
    shared_hold(fiber, &queue->shared);
    bool enough = shared_store_state(area)->unfinished > 0;
    if (enough)
        shared_store_done(area);
    if (enough && shared_store_state(area)->unfinished == 0)
        tell_all(fiber, queue, JOINERS);
    shared_release(fiber, &queue->shared, NULL);
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
    SharedQueue *queue = value_to_shared_queue(args[0]);
    *result = VALUE_NIL;
    if (waiter)
        return enter(fiber, queue, JOINERS, waiter, result);
    shared_hold(fiber, &queue->shared);
    bool done = is_turn(fiber, queue, JOINERS, NULL);
    shared_release(fiber, &queue->shared, NULL);
    return done ? WAIT_DONE : WAIT_NOT_NOW;
}

// Woken: they were all done. There may be new ones by now.
static WaitStep join_finish(Fiber *fiber, Value *args, int count, Waiter *waiter, WakeReason reason,
                            Value *result) {
    (void)fiber, (void)count, (void)reason;
    *result = VALUE_NIL;
    leave(args, waiter, JOINERS);
    return WAIT_DONE;
}

static void join_leave(Value *args, Waiter *waiter) { leave(args, waiter, JOINERS); }

static const WaitOps join_wait = {.call = shared_queue_join,
                                  .kind = PARK_QUEUE_JOIN,
                                  .timeout = 1,
                                  .step = join_step,
                                  .finish = join_finish,
                                  .late = throw_unfinished,
                                  .leave = join_leave};

Value shared_queue_join(Fiber *fiber, Value *args, int count) {
    return wait_call(&join_wait, fiber, args, count);
}

void shared_queue_close(Fiber *fiber, SharedQueue *queue) {
    shared_hold(fiber, &queue->shared);
    shared_store_close(area_of(queue));
    tell_all(fiber, queue, GETTERS);
    tell_all(fiber, queue, PUTTERS);
    shared_release(fiber, &queue->shared, NULL);
}

const WaitOps *const shared_queue_waits[] = {&put_wait, &get_wait, &join_wait, NULL};
