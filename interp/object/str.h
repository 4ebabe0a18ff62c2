// SPDX-License-Identifier: MIT
//
// Strings: immutable UTF-8 text. Length and indices count code points. Data is inline and
// NUL-terminated (NUL may also stand inside). Equal interned strings are one object.
// No function here runs script code or collects; those that may throw take a Fiber.
#ifndef CONC_OBJECT_STR_H
#define CONC_OBJECT_STR_H

#include "base/text.h"
#include "object/runtime.h"

enum { STR_ASCII = 1, STR_INTERNED = 2 }; // Object.flags; INTERNED is set before it is shared

struct Str {
    Object header;
    _Atomic uint32_t hash;   // 0: not computed yet
    uint32_t reserved;
    size_t size;             // bytes
    size_t length;           // code points
    _Atomic(void *) index;   // where every 64th code point starts; made at need for long non-ASCII text (OPAQUE object)
    char data[];
};

// Text is to be valid UTF-8 (str_valid checks; str_from_utf8_lossy puts U+FFFD for what is not).
Str *str_new(LocalHeap *heap, const char *data, size_t size);
Str *str_from_c(LocalHeap *heap, const char *text);
Str *str_format(LocalHeap *heap, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str *str_from_text(LocalHeap *heap, const Text *text);
Str *str_from_utf8_lossy(LocalHeap *heap, const char *data, size_t size);
bool str_valid(const char *data, size_t size);
Str *str_intern(Runtime *runtime, LocalHeap *heap, const char *data, size_t size);
Str *str_intern_c(Runtime *runtime, LocalHeap *heap, const char *text);
Str *str_interned(Runtime *runtime, LocalHeap *heap, Str *s); // the interned one that equals s

uint32_t str_hash(Str *s);
bool str_equal(Str *a, Str *b);
int str_compare(const Str *a, const Str *b); // by code points: <0, 0, >0
Value str_concat(Fiber *fiber, Str *a, Str *b); // UNDEF with MemoryError
// Byte offset of code point `i` (0 <= i <= length).
size_t str_offset(LocalHeap *heap, Str *s, size_t i);
Value str_at(Fiber *fiber, Str *s, int64_t index);    // negative counts from the end; IndexError
Str *str_substring(LocalHeap *heap, Str *s, size_t from, size_t to); // code points

static inline bool value_is_str(Value v) { return value_is_kind(v, KIND_STR); }
static inline Str *value_to_str(Value v) { return (Str *)value_to_ref(v); }

// Python's repr of text: quotes, escapes. conc's repr uses double quotes.
void str_repr(const Str *s, Text *out);

#endif
