// SPDX-License-Identifier: MIT
//
// Selects. See the header for the way they work.
#include "sync/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/translate.h"
#include "sched/thread.h"
#include "sync/gate.h"
#include "sync/lock.h"
#include "sync/rwlock.h"

static void trace_case(Object *object, Tracer *tracer) {
    SelectCase *c = (SelectCase *)object;
    for (int i = 0; i <= c->count; i++)
        trace_value(tracer, c->args[i]);
    trace_value(tracer, c->waiter.value);
    trace_value(tracer, c->waiter.extra);
}

static void trace_select(Object *object, Tracer *tracer) {
    trace_object(tracer, ((Select *)object)->cases);
    trace_value(tracer, ((Select *)object)->value);
}

const Kind select_case_kind = {"case", trace_case, NULL};
const Kind select_kind = {"select", trace_select, NULL};

SelectCase *select_case_new(LocalHeap *heap, const WaitOps *ops, const Value *args, int count) {
    size_t words = (size_t)count + 1;
    SelectCase *c = heap_alloc(heap, KIND_SELECT_CASE, sizeof *c + words * sizeof(Value));
    c->ops = ops;
    c->count = count;
    memcpy(c->args, args, words * sizeof(Value));
    return c;
}

Select *select_new(LocalHeap *heap, List *cases) {
    Select *select = heap_alloc(heap, KIND_SELECT, sizeof *select);
    select->cases = cases;
    select->value = VALUE_NIL;
    return select;
}

static SelectCase *case_at(const Select *select, size_t i) {
    return (SelectCase *)value_to_ref(list_get(select->cases, i));
}

// What the case gave becomes its call's value. Its waiters stand nowhere any more. S.
static Value chosen(Fiber *fiber, Select *select, size_t i, Value given) {
    SelectCase *c = case_at(select, i);
    Value value = wait_call_result(c->ops, fiber, c->args, given);
    if (value == VALUE_UNDEF)
        return VALUE_UNDEF;
    select->value = value;
    return value_from_int((int64_t)i);
}

// --- the order in which cases are tried ---

enum { ORDER_INLINE = 16 };

typedef struct Order {
    size_t count;
    uint16_t inline_items[ORDER_INLINE], *items;
} Order;

// xorshift32 (Marsaglia).
static uint32_t next_random(Thread *thread) {
    uint32_t x = thread->random ? thread->random : (uint32_t)os_now() | 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return thread->random = x;
}

// A random permutation (Fisher and Yates, inside out).
static void order_make(Order *order, Thread *thread, size_t count) {
    order->count = count;
    order->items = order->inline_items;
    if (count > ORDER_INLINE)
        order->items = os_malloc(count * sizeof *order->items);
    for (size_t i = 0; i < count; i++) {
        size_t j = next_random(thread) % (i + 1);
        order->items[i] = order->items[j];
        order->items[j] = (uint16_t)i;
    }
}

static void order_free(Order *order) {
    if (order->items != order->inline_items)
        free(order->items);
}

// --- waiting ---

// True where some case could go on at once: *answer is the answer.
static bool try_cases(Fiber *fiber, Select *select, const Order *order, Value *answer) {
    for (size_t k = 0; k < order->count; k++) {
        SelectCase *c = case_at(select, order->items[k]);
        Value value = VALUE_UNDEF;
        if (c->ops->step(fiber, c->args, c->count, NULL, &value) != WAIT_DONE)
            continue;
        *answer = chosen(fiber, select, order->items[k], value);
        return true;
    }
    return false;
}

// Takes all waiters but `fired`, which is out already, from their queues.
static void leave_all(const Select *select, const Waiter *fired) {
    for (size_t i = 0; i < list_length(select->cases); i++) {
        SelectCase *c = case_at(select, i);
        if (&c->waiter != fired)
            wait_call_leave(c->ops, c->args, &c->waiter);
        c->waiter.value = VALUE_UNDEF;
    }
}

typedef enum Entering { ENTERING_WAITS, ENTERING_ANSWERED, ENTERING_AGAIN } Entering;

// The wait is armed. One after another the waiters enter their queues.
static Entering enter_cases(Fiber *fiber, Select *select, const Order *order, Value *answer) {
    for (size_t k = 0; k < order->count; k++) {
        SelectCase *c = case_at(select, order->items[k]);
        Value value = VALUE_UNDEF;
        c->waiter.fiber = fiber;
        WaitStep step = c->ops->step(fiber, c->args, c->count, &c->waiter, &value);
        if (step == WAIT_ENTERED)
            continue;
        if (step == WAIT_LOST)
            return ENTERING_WAITS; // for what has been claimed
        leave_all(select, NULL);
        if (step == WAIT_NOT_NOW)
            return ENTERING_AGAIN;
        *answer = chosen(fiber, select, order->items[k], value);
        return ENTERING_ANSWERED;
    }
    return ENTERING_WAITS;
}

// The earliest time-out of all cases; *first: whose it is.
static uint64_t first_deadline(const Select *select, size_t *first) {
    uint64_t deadline = DEADLINE_NEVER;
    *first = 0;
    for (size_t i = 0; i < list_length(select->cases); i++)
        if (case_at(select, i)->deadline < deadline) {
            deadline = case_at(select, i)->deadline;
            *first = i;
        }
    return deadline;
}

// False with the error: a time-out that is none.
static bool set_deadlines(Fiber *fiber, Select *select) {
    for (size_t i = 0; i < list_length(select->cases); i++) {
        SelectCase *c = case_at(select, i);
        if (!wait_call_deadline(fiber, c->ops, c->args, &c->deadline))
            return false;
    }
    return true;
}

static Value late(Fiber *fiber, Select *select, size_t i) {
    SelectCase *c = case_at(select, i);
    Value value = c->ops->late(fiber, c->args);
    if (value == VALUE_UNDEF)
        return VALUE_UNDEF;
    select->value = value;
    return value_from_int((int64_t)i);
}

static bool any_turns(Fiber *fiber, const Select *select) {
    for (size_t i = 0; i < list_length(select->cases); i++) {
        SelectCase *c = case_at(select, i);
        if (c->ops->turns && c->ops->turns(fiber, c->args))
            return true;
    }
    return false;
}

static Value try_or_park(Fiber *fiber, Select *select, const Order *order, bool has_else) {
    Value answer = VALUE_UNDEF;
    for (;;) {
        if (try_cases(fiber, select, order, &answer))
            return answer;
        if (has_else)
            return value_from_int(-1);
        size_t first;
        uint64_t deadline = first_deadline(select, &first);
        if (deadline == DEADLINE_LOOK)
            return late(fiber, select, first);
        park_arm(fiber, PARK_SELECT, value_from_ref(select), deadline);
        fiber->wait.turns = any_turns(fiber, select);
        switch (enter_cases(fiber, select, order, &answer)) {
        case ENTERING_WAITS: return VALUE_PARKED;
        case ENTERING_ANSWERED: return answer;
        case ENTERING_AGAIN: break;
        }
    }
}

static Value go_on(Fiber *fiber, Select *select, bool has_else) {
    Order order;
    order_make(&order, fiber->thread, list_length(select->cases));
    Value answer = try_or_park(fiber, select, &order, has_else);
    order_free(&order);
    return answer;
}

// The case whose waiter ended the wait.
static size_t fired_case(const Select *select, const Waiter *fired) {
    size_t i = 0;
    while (&case_at(select, i)->waiter != fired)
        i++;
    return i;
}

static Value woken(Fiber *fiber, Select *select, WakeReason reason, bool has_else) {
    if (reason != WAKE_HANDED && reason != WAKE_RETRY && reason != WAKE_CLOSED) {
        leave_all(select, NULL);
        if (reason != WAKE_TIMEOUT)
            return wait_throw(fiber, reason);
        size_t first;
        first_deadline(select, &first);
        return late(fiber, select, first);
    }
    size_t i = fired_case(select, fiber->wait.fired);
    SelectCase *c = case_at(select, i);
    Value value = VALUE_UNDEF, item = c->waiter.value;
    leave_all(select, &c->waiter);
    c->waiter.value = item;
    if (c->ops->finish(fiber, c->args, c->count, &c->waiter, reason, &value) == WAIT_DONE)
        return chosen(fiber, select, i, value);
    return go_on(fiber, select, has_else);
}

Value select_wait(Fiber *fiber, Value *args, int count) {
    (void)count;
    Select *select = (Select *)value_to_ref(args[0]);
    bool has_else = args[1] == VALUE_TRUE;
    WakeReason reason = park_outcome(fiber);
    if (reason != WAKE_NONE)
        return woken(fiber, select, reason, has_else);
    return set_deadlines(fiber, select) ? go_on(fiber, select, has_else) : VALUE_UNDEF;
}

Value select_value(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return ((Select *)value_to_ref(args[0]))->value;
}

void select_leave_behind(Select *select, Fiber *fiber) {
    for (size_t i = 0; i < list_length(select->cases); i++) {
        SelectCase *c = case_at(select, i);
        wait_queue_remove(&c->waiter);
        if (value_is_kind(c->args[0], KIND_RWLOCK_SIDE))
            hold_leave_behind(fiber, &c->waiter);
        if (c->ops->kind == PARK_LOCK && lock_owner(value_to_lock(c->args[0])) == fiber)
            lock_leave_behind(value_to_lock(c->args[0]), fiber);
    }
}

static void describe_case(const SelectCase *c, const char *before, Text *out) {
    const Gate *gate = gate_of(c->args[0]);
    text_format(out, "%s%s", before,
                translate(gate ? gate->rules->what : park_kind_name(c->ops->kind)));
}

void select_describe(Select *select, Text *out) {
    text_string(out, translate("one of: "));
    for (size_t i = 0; i < list_length(select->cases); i++)
        describe_case(case_at(select, i), i ? translate(", ") : "", out);
}
