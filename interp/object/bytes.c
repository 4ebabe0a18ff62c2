// SPDX-License-Identifier: MIT
//
// Bytes. The data of any of them is followed by a NUL, so that C functions may read it as text, and
// is never changed after the function that made it has returned.
#include "object/bytes.h"

#include "object/error.h"
#include "object/integer.h"
#include "object/operate.h"
#include "object/str.h"
#include "object/str_search.h"

const Kind bytes_kind = {"bytes", NULL, NULL};

Bytes *bytes_new(LocalHeap *heap, const char *data, size_t size) {
    Bytes *bytes = heap_alloc(heap, KIND_BYTES, sizeof *bytes + size + 1);
    bytes->size = size;
    if (data && size)
        memcpy(bytes->data, data, size);
    return bytes;
}

uint32_t bytes_hash(Bytes *bytes) {
    uint32_t hash = load_relaxed(&bytes->hash);
    if (hash == 0) {
        hash = str_hash_bytes(bytes->data, bytes->size);
        store_relaxed(&bytes->hash, hash);
    }
    return hash;
}

bool bytes_equal(const Bytes *a, const Bytes *b) {
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

int bytes_compare(const Bytes *a, const Bytes *b) {
    size_t shared = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->data, b->data, shared);
    return order ? (order > 0) - (order < 0) : (a->size > b->size) - (a->size < b->size);
}

static bool room_for(Fiber *fiber, size_t size) {
    if (size <= HEAP_LARGE || heap_has_room(fiber->heap, size))
        return true;
    throw_memory(fiber, size);
    return false;
}

Value bytes_concat(Fiber *fiber, Bytes *a, Bytes *b) {
    if (!room_for(fiber, a->size + b->size))
        return VALUE_UNDEF;
    Bytes *r = bytes_new(fiber->heap, NULL, a->size + b->size);
    memcpy(r->data, a->data, a->size);
    memcpy(r->data + a->size, b->data, b->size);
    return value_from_ref(r);
}

Value bytes_repeat(Fiber *fiber, Bytes *bytes, int64_t count) {
    size_t size;
    if (count <= 0 || bytes->size == 0)
        return value_from_ref(bytes_new(fiber->heap, NULL, 0));
    if (__builtin_mul_overflow(bytes->size, (size_t)count, &size) || size > PTRDIFF_MAX)
        return throw_memory(fiber, PTRDIFF_MAX);
    if (!room_for(fiber, size))
        return VALUE_UNDEF;
    Bytes *r = bytes_new(fiber->heap, NULL, size);
    for (size_t at = 0; at < size; at += bytes->size)
        memcpy(r->data + at, bytes->data, bytes->size);
    return value_from_ref(r);
}

Value bytes_at(Fiber *fiber, Bytes *bytes, int64_t index) {
    if (index < 0)
        index += (int64_t)bytes->size;
    if (index < 0 || (size_t)index >= bytes->size)
        return throw_index(fiber, "index out of range");
    return value_from_int((unsigned char)bytes->data[index]);
}

Value bytes_slice(Fiber *fiber, Bytes *bytes, size_t start, int64_t step, size_t count) {
    if (!room_for(fiber, count))
        return VALUE_UNDEF;
    Bytes *r = bytes_new(fiber->heap, NULL, count);
    for (size_t i = 0; i < count; i++)
        r->data[i] = bytes->data[(int64_t)start + (int64_t)i * step];
    return value_from_ref(r);
}

bool bytes_contains(Fiber *fiber, Bytes *bytes, Value v, bool *out) {
    Piece in = {bytes->data, bytes->size};
    if (value_is_bytes(v)) {
        const Bytes *part = value_to_bytes(v);
        *out = search_first(in, (Piece){part->data, part->size}) != SEARCH_NONE;
        return true;
    }
    if (!value_is_integer(v)) {
        throw_type(fiber, "a bytes-like object is required, not '%s'",
                   value_type_name(fiber_runtime(fiber), v));
        return false;
    }
    if (!value_is_int(v) || value_to_int(v) < 0 || value_to_int(v) > 255) {
        throw_value(fiber, "byte must be in range(0, 256)");
        return false;
    }
    *out = memchr(in.data, (int)value_to_int(v), in.size) != NULL;
    return true;
}

// Python's: in single quotes, unless there are single and no double ones in it.
void bytes_repr(const Bytes *bytes, Text *out) {
    bool single = memchr(bytes->data, '\'', bytes->size) != NULL;
    bool twice = memchr(bytes->data, '"', bytes->size) != NULL;
    char quote = single && !twice ? '"' : '\'';
    text_char(out, 'b');
    text_char(out, quote);
    for (size_t i = 0; i < bytes->size; i++) {
        unsigned char c = (unsigned char)bytes->data[i];
        if (c == '\\' || c == (unsigned char)quote)
            text_format(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            text_string(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        else if (c >= ' ' && c < 0x7f)
            text_char(out, (char)c);
        else
            text_format(out, "\\x%02x", c);
    }
    text_char(out, quote);
}
