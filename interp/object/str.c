// SPDX-License-Identifier: MIT
//
// Strings. Invariant: data is valid UTF-8, `length` counts its code points, and STR_ASCII is set
// exactly when both are equal; so ASCII text is indexed by byte. Other text is walked, from the
// nearest of the offsets in `index` where it is long (every 64th code point; made once at need,
// published whole, and kept alive by the string).
//
// A text that grows by `+`, piece by piece, is not copied each time: from the second `+` on a long result
// stands in a store with room behind it, and the next piece is written there, if nobody else has appended to
// the same text before. Each result is a Str of its own, so that all of them stay what they are,
// whoever else holds them; only the bytes are shared.
#include "object/str.h"

#include <endian.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/os.h"
#include "object/error.h"
#include "object/str_search.h"

enum { INDEX_STEP = 64 }; // text of less than STR_LONG bytes is walked from its ends

typedef struct Index {
    Object header;    // KIND_OPAQUE
    size_t offsets[]; // of code points 64, 128, ...
} Index;

// What `own` holds of a STR_STORED text.
typedef struct Stored {
    StrStore *store;
    _Atomic(Index *) index;
} Stored;

static Stored *stored(Str *s) { return (Stored *)(void *)s->own; }

static size_t str_bytes(size_t size) {
    size_t bytes = sizeof(Str) + size + 1;
    if (size >= STR_LONG)
        bytes = (bytes + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *) + sizeof(void *);
    return bytes;
}

// Where a long text keeps its index, NULL as long as there is none: behind its data.
static _Atomic(Index *) *str_index(Str *s) {
    if (s->header.flags & STR_STORED)
        return &stored(s)->index;
    return (_Atomic(Index *) *)(void *)((char *)s + str_bytes(s->size) - sizeof(void *));
}

static void str_trace(Object *object, Tracer *tracer) {
    Str *s = (Str *)object;
    if (s->size >= STR_LONG)
        trace_object(tracer, load_relaxed(str_index(s)));
    if (s->header.flags & STR_STORED)
        trace_object(tracer, str_store(s));
}

const Kind str_kind = {"str", str_trace, NULL};

// --- checking and counting ---

static bool has_high_bit(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word & 0x8080808080808080u;
}

static bool have_high_bits(const char *p) { // of four words
    uint64_t words[4];
    memcpy(words, p, sizeof words);
    return (words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u;
}

// Bytes of ASCII at the start.
static size_t ascii_prefix(const char *data, size_t size) {
    size_t i = 0;
    if (size >= 8) {
        while (i + 32 <= size && !have_high_bits(data + i))
            i += 32;
        while (i + 8 <= size && !has_high_bit(data + i))
            i += 8;
        if (i + 8 > size && !has_high_bit(data + size - 8))
            return size;
    }
    while (i < size && !((unsigned char)data[i] & 0x80))
        i++;
    return i;
}

// How many of eight bytes continue a code point (10xxxxxx).
static size_t count_continuing(const char *p) {
    const uint64_t each = 0x0101010101010101u;
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return (size_t)(((word >> 7 & ~(word >> 6) & each) * each) >> 56);
}

// Code points of valid text: the bytes that continue none.
static size_t count_code_points(const char *data, size_t size) {
    size_t i = ascii_prefix(data, size), count = i;
    for (; i + 8 <= size; i += 8)
        count += 8 - count_continuing(data + i);
    for (; i < size; i++)
        count += ((unsigned char)data[i] & 0xc0) != 0x80;
    return count;
}

// Size of the valid code point at `p`; 0 where there is none (Unicode 15, table 3-7).
static size_t valid_code_point(const unsigned char *p, size_t left) {
    unsigned char lead = p[0];
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0) // most
        return left >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    size_t size = utf8_size((char)lead);
    if (lead < 0xc2 || lead > 0xf4 || size > left)
        return 0;
    unsigned char low = 0x80, high = 0xbf;
    if (lead == 0xe0)
        low = 0xa0;
    if (lead == 0xed)
        high = 0x9f;
    if (lead == 0xf0)
        low = 0x90;
    if (lead == 0xf4)
        high = 0x8f;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

size_t str_valid_prefix(const char *data, size_t size) {
    size_t i = 0;
    while (i < size) {
        bool ascii = !((unsigned char)data[i] & 0x80);
        size_t step = ascii ? ascii_prefix(data + i, size - i)
                            : valid_code_point((const unsigned char *)data + i, size - i);
        if (!step)
            break;
        i += step;
    }
    return i;
}

bool str_valid(const char *data, size_t size) { return str_valid_prefix(data, size) == size; }

// The code points of text that may be no UTF-8: false then. What is ASCII, as most is, is gone over once.
static bool count_valid(const char *data, size_t size, size_t *length) {
    size_t ascii = ascii_prefix(data, size), rest = size - ascii;
    if (rest > 0 && !str_valid(data + ascii, rest))
        return false;
    *length = ascii + (rest > 0 ? count_code_points(data + ascii, rest) : 0);
    return true;
}

// --- making ---

Str *str_reserve(LocalHeap *heap, size_t size) {
    size_t bytes = str_bytes(size);
    Str *s = heap_alloc_unset(heap, KIND_STR, bytes, sizeof *s);
    if (bytes > HEAP_LARGE)
        memset(s->own + size, 0, bytes - sizeof *s - size); // the NUL, and no index
    s->size = size;
    return s;
}

Str *str_ascii(LocalHeap *heap, const char *data, size_t size) {
    Str *s = str_reserve(heap, size);
    memcpy(s->own, data, size);
    s->length = size;
    s->header.flags |= STR_ASCII;
    return s;
}

static void set_length(Str *s, size_t length) {
    s->length = length;
    if (length == s->size)
        s->header.flags |= STR_ASCII;
}

void str_finish(Str *s) { set_length(s, count_code_points(str_data(s), s->size)); }

bool str_finish_valid(Str *s, size_t size) {
    s->size = size;
    memset(s->own + size, 0, str_bytes(size) - sizeof *s - size); // the NUL, and no index
    size_t length;
    bool valid = count_valid(s->own, size, &length);
    if (valid)
        set_length(s, length);
    return valid;
}

Str *str_new(LocalHeap *heap, const char *data, size_t size) {
    Str *s = str_reserve(heap, size);
    if (size)
        memcpy(s->own, data, size);
    str_finish(s);
    return s;
}

Str *str_if_valid(LocalHeap *heap, const char *data, size_t size) {
    size_t length;
    if (!count_valid(data, size, &length))
        return NULL;
    Str *s = str_reserve(heap, size);
    memcpy(s->own, data, size);
    set_length(s, length);
    return s;
}

Str *str_part(LocalHeap *heap, const Str *s, size_t offset, size_t size) {
    return str_is_ascii(s) ? str_ascii(heap, str_data(s) + offset, size)
                           : str_new(heap, str_data(s) + offset, size);
}

Str *str_from_c(LocalHeap *heap, const char *text) { return str_new(heap, text, strlen(text)); }

Str *str_from_code_point(LocalHeap *heap, uint32_t c) {
    char bytes[UTF8_MOST];
    return str_new(heap, bytes, utf8_put(bytes, c));
}

Str *str_from_text(LocalHeap *heap, const Text *text) {
    return str_new(heap, text_data(text), text->length);
}

Str *str_format(LocalHeap *heap, const char *format, ...) {
    Text text = {0};
    va_list list;
    va_start(list, format);
    text_format_list(&text, format, list);
    va_end(list);
    Str *s = str_from_utf8_lossy(heap, text_data(&text), text.length);
    text_free(&text);
    return s;
}

Str *str_from_utf8_lossy(LocalHeap *heap, const char *data, size_t size) {
    size_t good = str_valid_prefix(data, size);
    if (good == size)
        return str_new(heap, data, size);
    Text text = {0};
    while (good < size) {
        text_append(&text, data, good);
        text_string(&text, "\xef\xbf\xbd");
        data += good + 1;
        size -= good + 1;
        good = str_valid_prefix(data, size);
    }
    text_append(&text, data, size);
    Str *s = str_from_text(heap, &text);
    text_free(&text);
    return s;
}

Str *str_terminated(LocalHeap *heap, Str *s) {
    return s->header.flags & STR_STORED ? str_new(heap, str_data(s), s->size) : s;
}

// --- hash, equality, order ---

static uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Eight bytes at a time, each multiplied in (the folded multiplication of wyhash, Wang Yi).
uint32_t str_hash_bytes(const void *data, size_t size) {
    const uint64_t first = 0x9e3779b97f4a7c15u, second = 0xd6e8feb86659fd93u;
    const char *p = data;
    uint64_t h = first ^ size, word;
    for (; size >= 8; size -= 8, p += 8) {
        memcpy(&word, p, 8);
        h = fold(h ^ word, second);
    }
    word = 0;
    if (size)
        memcpy(&word, p, size);
    h = fold(h ^ word, second);
    uint32_t hash = (uint32_t)(h ^ h >> 32);
    return hash ? hash : 1;
}

uint32_t str_hash_made(Str *s) {
    uint32_t hash = str_hash_bytes(str_data(s), s->size);
    store_relaxed(&s->header.lock, hash);
    return hash;
}

bool str_equal(Str *a, Str *b) {
    if (a == b)
        return true;
    if (a->size != b->size || (a->header.flags & b->header.flags & STR_INTERNED))
        return false;
    return memcmp(str_data(a), str_data(b), a->size) == 0;
}

// The first bytes as a number that is ordered as they are; there is always room for them.
static inline uint64_t first_word(const Str *s) {
    uint64_t word;
    memcpy(&word, str_data(s), sizeof word);
    word = be64toh(word);
    return s->size < sizeof word ? word & ~(UINT64_MAX >> 8 * s->size) : word;
}

// UTF-8 is ordered as its code points are.
int str_compare(const Str *a, const Str *b) {
    uint64_t first_a = first_word(a), first_b = first_word(b);
    if (first_a != first_b) // mostly
        return first_a < first_b ? -1 : 1;
    size_t shared = a->size < b->size ? a->size : b->size;
    int order = memcmp(str_data(a), str_data(b), shared);
    return order ? (order > 0) - (order < 0) : (a->size > b->size) - (a->size < b->size);
}

bool str_contains(const Str *s, const Str *part) {
    return search_first((Piece){str_data(s), s->size}, (Piece){str_data(part), part->size}) !=
           SEARCH_NONE;
}

// --- joining ---

// A text of `size` bytes at the start of `store`; what it is made of says the rest.
static Str *text_in(LocalHeap *heap, StrStore *store, size_t size) {
    Str *s = heap_alloc(heap, KIND_STR, sizeof *s + sizeof(Stored));
    s->size = size;
    s->header.flags |= STR_STORED;
    stored(s)->store = store;
    return s;
}

// Takes the `more` bytes behind `end`; false: no room, or another text goes on there.
static bool store_take(StrStore *store, size_t end, size_t more) {
    return store->capacity - end >= more &&
           cas_acq_rel(&store->used, &end, end + more); // the other's bytes are not looked at
}

// A new store that begins with `a`, and room for `size` bytes at least: the next texts will be longer.
// NULL: there is no memory to spare.
static StrStore *store_new(LocalHeap *heap, const Str *a, size_t size) {
    size_t capacity = size + (a->header.flags & STR_STORED ? size / 2 : size / 8);
    if (capacity > HEAP_LARGE && !heap_has_room(heap, capacity))
        return NULL;
    StrStore *store = heap_alloc(heap, KIND_OPAQUE, sizeof *store + capacity + 1);
    store->capacity = capacity;
    store_relaxed(&store->used, size);
    memcpy(store->data, str_data(a), a->size);
    return store;
}

// `a` with `b` behind it, in a store; NULL where that does not pay.
static Str *append_stored(LocalHeap *heap, const Str *a, const Str *b, size_t size) {
    if (!(a->header.flags & (STR_JOINED | STR_STORED)) || size < STR_LONG)
        return NULL;
    StrStore *store = a->header.flags & STR_STORED ? str_store(a) : NULL;
    if (!store || !store_take(store, a->size, b->size))
        store = store_new(heap, a, size);
    if (!store)
        return NULL;
    memcpy(store->data + a->size, str_data(b), b->size);
    return text_in(heap, store, size);
}

static Str *append_copied(LocalHeap *heap, const Str *a, const Str *b, size_t size) {
    Str *s = str_reserve(heap, size);
    memcpy(s->own, str_data(a), a->size);
    memcpy(s->own + a->size, str_data(b), b->size);
    s->header.flags |= STR_JOINED;
    return s;
}

Value str_concat(Fiber *fiber, Str *a, Str *b) {
    if (b->size == 0)
        return value_from_ref(a);
    if (a->size == 0)
        return value_from_ref(b);
    size_t size = a->size + b->size;
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    Str *s = append_stored(fiber->heap, a, b, size);
    if (!s)
        s = append_copied(fiber->heap, a, b, size);
    s->length = a->length + b->length;
    s->header.flags |= a->header.flags & b->header.flags & STR_ASCII;
    return value_from_ref(s);
}

Value str_repeat(Fiber *fiber, Str *s, int64_t count) {
    if (count == 1)
        return value_from_ref(s);
    if (count <= 0 || s->size == 0)
        return value_from_ref(str_new(fiber->heap, "", 0));
    size_t size;
    if (__builtin_mul_overflow(s->size, (size_t)count, &size) || size > PTRDIFF_MAX)
        return throw_memory(fiber, PTRDIFF_MAX);
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    Str *r = str_reserve(fiber->heap, size);
    memcpy(r->own, str_data(s), s->size);
    for (size_t done = s->size; done < size; done *= 2)
        memcpy(r->own + done, r->own, done < size - done ? done : size - done);
    r->length = s->length * (size_t)count;
    r->header.flags |= s->header.flags & STR_ASCII;
    return value_from_ref(r);
}

// --- positions ---

static const char *walk(const char *at, size_t code_points) {
    while (code_points--)
        at += utf8_size(*at);
    return at;
}

static const char *walk_back(const char *at, size_t code_points) {
    while (code_points--)
        at = utf8_before(at);
    return at;
}

// Two threads may both make one; either is good, and the loser's is garbage.
static Index *index_of(LocalHeap *heap, Str *s) {
    Index *index = load_acquire(str_index(s));
    if (index)
        return index;
    size_t count = s->length / INDEX_STEP;
    index = heap_alloc(heap, KIND_OPAQUE, sizeof *index + count * sizeof(size_t));
    const char *at = str_data(s);
    for (size_t i = 0; i < count; i++) {
        at = walk(at, INDEX_STEP);
        index->offsets[i] = (size_t)(at - str_data(s));
    }
    store_release(str_index(s), index);
    return index;
}

size_t str_offset(LocalHeap *heap, Str *s, size_t i) {
    if (str_is_ascii(s))
        return i;
    if (s->size < STR_LONG) {
        if (i <= s->length / 2)
            return (size_t)(walk(str_data(s), i) - str_data(s));
        return (size_t)(walk_back(str_data(s) + s->size, s->length - i) - str_data(s));
    }
    size_t place = i / INDEX_STEP;
    size_t from = place ? index_of(heap, s)->offsets[place - 1] : 0;
    return (size_t)(walk(str_data(s) + from, i % INDEX_STEP) - str_data(s));
}

size_t str_position(LocalHeap *heap, Str *s, size_t offset) {
    if (str_is_ascii(s))
        return offset;
    if (s->size < STR_LONG)
        return count_code_points(str_data(s), offset);
    const Index *index = index_of(heap, s);
    size_t low = 0, high = s->length / INDEX_STEP; // the last entry at or before `offset`
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (index->offsets[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    size_t from = low ? index->offsets[low - 1] : 0;
    return low * INDEX_STEP + count_code_points(str_data(s) + from, offset - from);
}

// The character at byte `offset`. ASCII ones are made once and for all.
static Value character(Fiber *fiber, const Str *s, size_t offset) {
    unsigned char lead = (unsigned char)str_data(s)[offset];
    if (lead < ASCII_COUNT)
        return value_from_ref(fiber_runtime(fiber)->ascii[lead]);
    return value_from_ref(str_new(fiber->heap, str_data(s) + offset, utf8_size((char)lead)));
}

Value str_at(Fiber *fiber, Str *s, int64_t index) {
    if (index < 0)
        index += (int64_t)s->length;
    if (index < 0 || (size_t)index >= s->length)
        return throw_index(fiber, "string index out of range");
    return character(fiber, s, str_offset(fiber->heap, s, (size_t)index));
}

Value str_next(Fiber *fiber, Str *s, size_t *offset) {
    if (*offset >= s->size)
        return VALUE_UNDEF;
    size_t from = *offset;
    *offset += utf8_size(str_data(s)[from]);
    return character(fiber, s, from);
}

Str *str_substring(LocalHeap *heap, Str *s, size_t from, size_t to) {
    if (from == 0 && to == s->length)
        return s;
    size_t start = str_offset(heap, s, from), end = str_offset(heap, s, to);
    return str_part(heap, s, start, end - start);
}

Value str_slice(Fiber *fiber, Str *s, size_t start, int64_t step, size_t count) {
    if (!heap_has_room(fiber->heap, count))
        return throw_memory(fiber, count);
    if (step == 1 || count == 0)
        return value_from_ref(str_substring(fiber->heap, s, start, start + count));
    if (str_is_ascii(s)) {
        Str *r = str_reserve(fiber->heap, count);
        for (size_t i = 0; i < count; i++)
            r->own[i] = str_data(s)[(int64_t)start + (int64_t)i * step];
        str_finish(r);
        return value_from_ref(r);
    }
    Text text = {0};
    const char *at = str_data(s) + str_offset(fiber->heap, s, start);
    for (size_t i = 0; i < count; i++) {
        text_append(&text, at, utf8_size(*at));
        if (i + 1 < count)
            at = step > 0 ? walk(at, (size_t)step) : walk_back(at, (size_t)-step);
    }
    Str *r = str_from_text(fiber->heap, &text);
    text_free(&text);
    return value_from_ref(r);
}
