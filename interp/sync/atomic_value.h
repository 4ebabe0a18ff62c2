// SPDX-License-Identifier: MIT
//
// Atomics: one value that threads change in single steps.
#ifndef CONC_SYNC_ATOMIC_VALUE_H
#define CONC_SYNC_ATOMIC_VALUE_H

#include "object/runtime.h"

typedef struct AtomicValue {
    Object header;
    Slot value;
} AtomicValue;

extern const Kind atomic_value_kind;

static inline AtomicValue *value_to_atomic(Value v) { return (AtomicValue *)value_to_ref(v); }

AtomicValue *atomic_value_new(LocalHeap *heap, Value v);
// The new value: the old plus `n`, both numbers. UNDEF with TypeError.
Value atomic_value_add(Fiber *fiber, AtomicValue *atomic, Value n);
Value atomic_value_swap(AtomicValue *atomic, Value v); // gives the old one
// Stores args[2] if it equals args[1]; args[0] is the atomic. S (eq). True, false; UNDEF with the error.
Value atomic_value_compare_swap(Fiber *fiber, Value *args);

#endif
