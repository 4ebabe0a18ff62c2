// SPDX-License-Identifier: MIT
//
// Atomics: loops of compare-and-swap on one word. What is compared in between, numbers by their value and
// instances by their `eq`, was there at the moment of the swap.
#include "sync/atomic_value.h"

#include "object/error.h"
#include "object/operate.h"

static void atomic_value_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, &((AtomicValue *)object)->value, 1);
}

const Kind atomic_value_kind = {"Atomic", atomic_value_trace, NULL};

AtomicValue *atomic_value_new(LocalHeap *heap, Value v) {
    AtomicValue *atomic = heap_alloc(heap, KIND_ATOMIC, sizeof *atomic);
    slot_set(&atomic->value, v);
    return atomic;
}

Value atomic_value_add(Fiber *fiber, AtomicValue *atomic, Value n) {
    uint64_t old = slot_get(&atomic->value);
    for (;;) {
        if (!value_is_number(old) || !value_is_number(n))
            return throw_type(fiber, "an Atomic that holds '%s' cannot add '%s'",
                              value_type_name(fiber_runtime(fiber), old),
                              value_type_name(fiber_runtime(fiber), n));
        Value sum = number_operate(fiber, OPERATOR_ADD, old, n);
        if (sum == VALUE_UNDEF || cas_acq_rel(&atomic->value, &old, sum))
            return sum;
    }
}

Value atomic_value_swap(AtomicValue *atomic, Value v) {
    uint64_t old = slot_get(&atomic->value);
    while (!cas_acq_rel(&atomic->value, &old, v)) {
    }
    return old;
}

Value atomic_value_compare_swap(Fiber *fiber, Value *args) {
    AtomicValue *atomic = value_to_atomic(args[0]);
    for (;;) {
        uint64_t current = args[3] = slot_get(&atomic->value); // rooted there while it is compared
        bool equal;
        if (!value_equal(fiber, current, args[1], &equal))
            return VALUE_UNDEF;
        if (!equal)
            return VALUE_FALSE;
        if (cas_acq_rel(&atomic->value, &current, args[2]))
            return VALUE_TRUE;
    }
}
