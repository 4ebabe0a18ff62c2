// SPDX-License-Identifier: MIT
//
// Bytes: immutable, for input and output. Data is inline and followed by a NUL.
// No function here runs script code or collects; those that may throw take a Fiber.
#ifndef CONC_OBJECT_BYTES_H
#define CONC_OBJECT_BYTES_H

#include "base/text.h"
#include "object/runtime.h"

typedef struct Bytes {
    Object header;
    _Atomic uint32_t hash; // 0: not computed yet
    uint32_t reserved;
    size_t size;
    char data[];
} Bytes;

// Data NULL: zeros, to be filled in.
Bytes *bytes_new(LocalHeap *heap, const char *data, size_t size);
static inline bool value_is_bytes(Value v) { return value_is_kind(v, KIND_BYTES); }
static inline Bytes *value_to_bytes(Value v) { return (Bytes *)value_to_ref(v); }

uint32_t bytes_hash(Bytes *bytes);
bool bytes_equal(const Bytes *a, const Bytes *b);
int bytes_compare(const Bytes *a, const Bytes *b);             // -1, 0, 1
Value bytes_concat(Fiber *fiber, Bytes *a, Bytes *b);          // UNDEF with MemoryError
Value bytes_repeat(Fiber *fiber, Bytes *bytes, int64_t count); // UNDEF with MemoryError
Value bytes_at(Fiber *fiber, Bytes *bytes, int64_t index);     // an int; IndexError
// Bytes start, start + step, ... (`count` of them, all within). UNDEF with MemoryError.
Value bytes_slice(Fiber *fiber, Bytes *bytes, size_t start, int64_t step, size_t count);
// `v in bytes`, for an int or bytes. False with TypeError or ValueError.
bool bytes_contains(Fiber *fiber, Bytes *bytes, Value v, bool *out);
void bytes_repr(const Bytes *bytes, Text *out); // b'...'

#endif
