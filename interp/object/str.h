// SPDX-License-Identifier: MIT
//
// Strings: immutable UTF-8 text. Length and indices count code points. The text stands in the object
// itself and is NUL-terminated (NUL may also stand inside), but for one that `+` made by appending to
// a long one (STR_STORED, object/str.c): read it by str_data, and where C wants a NUL take str_terminated.
// Equal interned strings are one object, and never of the second sort.
// No function here runs script code or collects; those that may throw take a Fiber.
#ifndef CONC_OBJECT_STR_H
#define CONC_OBJECT_STR_H

#include "base/text.h"
#include "object/runtime.h"
#include "object/utf8.h"

enum { STR_LONG = 256 };
// Object.flags. INTERNED is set before the string is shared. JOINED: `+` has made it.
enum { STR_ASCII = 1, STR_INTERNED = 2, STR_JOINED = 4, STR_STORED = 8 };

struct Str {
    Object header; // text never changes, so nobody locks it: the lock's word holds its hash
    size_t size;   // bytes
    size_t length; // code points
    char
        own[]; // the text, or where it stands. From STR_LONG bytes on, room for a reference follows
};

// What texts share that grow by `+`: bytes up to `used` never change, those behind it are nobody's.
typedef struct StrStore {
    Object header; // KIND_OPAQUE
    size_t capacity;
    _Atomic size_t used;
    char data[];
} StrStore;

static inline StrStore *str_store(const Str *s) { // of a STR_STORED one
    return *(StrStore *const *)(const void *)s->own;
}
static inline const char *str_data(const Str *s) {
    return __builtin_expect(s->header.flags & STR_STORED, 0) ? str_store(s)->data : s->own;
}
// `s`, or a copy of it that is no STR_STORED one: there `own` is the text, with a NUL behind it.
Str *str_terminated(LocalHeap *heap, Str *s);

// Text is to be valid UTF-8 (str_valid checks; str_from_utf8_lossy puts U+FFFD for what is not).
Str *str_new(LocalHeap *heap, const char *data, size_t size);
// A string of `size` bytes whose text the caller writes to `own` before anything else, then str_finish.
Str *str_reserve(LocalHeap *heap, size_t size);
void str_finish(Str *s); // counts code points
// The same for `size` bytes (no more than reserved) that may not be UTF-8: then false, and it is no text.
bool str_finish_valid(Str *s, size_t size);
// Bytes [offset, offset + size) of `s`, cut between code points. An ASCII text's parts need no counting.
Str *str_part(LocalHeap *heap, const Str *s, size_t offset, size_t size);
// A copy of ASCII text.
Str *str_ascii(LocalHeap *heap, const char *data, size_t size);
// NULL where it is no valid UTF-8.
Str *str_if_valid(LocalHeap *heap, const char *data, size_t size);
Str *str_from_c(LocalHeap *heap, const char *text);
Str *str_from_code_point(LocalHeap *heap, uint32_t c); // c is one: below 0x110000, no surrogate
Str *str_format(LocalHeap *heap, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str *str_from_text(LocalHeap *heap, const Text *text);
Str *str_from_utf8_lossy(LocalHeap *heap, const char *data, size_t size);
bool str_valid(const char *data, size_t size);
// Bytes of the longest valid beginning.
size_t str_valid_prefix(const char *data, size_t size);
Str *str_intern(Runtime *runtime, LocalHeap *heap, const char *data, size_t size);
Str *str_intern_c(Runtime *runtime, LocalHeap *heap, const char *text);
Str *str_interned(Runtime *runtime, LocalHeap *heap, Str *s); // the interned one that equals s
// The table of interned strings: made before the first is interned; registers itself as weak.
void str_intern_init(Runtime *runtime);
void str_intern_free(Runtime *runtime);

uint32_t str_hash_made(Str *s);
static inline uint32_t str_hash(Str *s) {
    uint32_t hash = load_relaxed(&s->header.lock); // 0: not worked out yet
    return __builtin_expect(hash != 0, 1) ? hash : str_hash_made(s);
}
uint32_t str_hash_bytes(const void *data, size_t size); // never 0; bytes hash alike
bool str_equal(Str *a, Str *b);
int str_compare(const Str *a, const Str *b);    // by code points: -1, 0, 1
Value str_concat(Fiber *fiber, Str *a, Str *b); // UNDEF with MemoryError
// "" where count <= 0; UNDEF with MemoryError.
Value str_repeat(Fiber *fiber, Str *s, int64_t count);
// Byte offset of code point `i` (0 <= i <= length).
size_t str_offset(LocalHeap *heap, Str *s, size_t i);
// Code points before byte `offset`, which is where one starts.
size_t str_position(LocalHeap *heap, Str *s, size_t offset);
Value str_at(Fiber *fiber, Str *s, int64_t index); // negative counts from the end; IndexError
// Code points; from <= to <= length.
Str *str_substring(LocalHeap *heap, Str *s, size_t from, size_t to);
// The code points start, start + step, ... (`count` of them, all within the text). UNDEF with MemoryError.
Value str_slice(Fiber *fiber, Str *s, size_t start, int64_t step, size_t count);
// Iteration: the character at byte *offset, which moves on; UNDEF at the end. Starts at 0.
Value str_next(Fiber *fiber, Str *s, size_t *offset);
bool str_contains(const Str *s, const Str *part);

static inline bool value_is_str(Value v) { return value_is_kind(v, KIND_STR); }
static inline Str *value_to_str(Value v) { return (Str *)value_to_ref(v); }
static inline bool str_is_ascii(const Str *s) { return s->header.flags & STR_ASCII; }

// Python's repr of text, quoted in double quotes with the escapes that conc reads.
void str_repr(const Str *s, Text *out);
// The same in single quotes (double ones if there are single ones in it): as error texts quote it.
void str_quote(const char *data, size_t size, Text *out);

#endif
