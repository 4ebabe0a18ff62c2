// SPDX-License-Identifier: MIT
//
// Whole messages, with their header; and the shortest way for small values, which are most of what goes
// through a queue: the same bytes as message_pack's, without its tables.
#include "process/message.h"

#include <string.h>

#include "object/number.h"
#include "object/str.h"

enum { VERSION = 1 };
static const char MAGIC[4] = {'C', 'O', 'N', 'C'};

size_t message_size(const char *data, size_t size) {
    if (size < MESSAGE_HEADER)
        return memcmp(data, MAGIC, size < 4 ? size : 4) ? SIZE_MAX : 0;
    bool good = !memcmp(data, MAGIC, 4) && data[4] == VERSION &&
                (data[5] == MESSAGE_RESULT || data[5] == MESSAGE_ERROR) && !data[6] && !data[7];
    uint64_t length = 0;
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)(uint8_t)data[8 + i] << (8 * i);
    return good && length < SIZE_MAX / 2 ? MESSAGE_HEADER + (size_t)length : SIZE_MAX;
}

static void set_length(Text *out, size_t start) {
    uint64_t length = out->length - start - MESSAGE_HEADER;
    for (int i = 0; i < 8; i++)
        out->data[start + 8 + (size_t)i] = (char)(length >> (8 * i));
}

bool message_write(Fiber *fiber, MessageKind kind, Value v, uint32_t class_limit, Text *out) {
    size_t start = out->length;
    const char header[MESSAGE_HEADER] = {MAGIC[0], MAGIC[1], MAGIC[2],
                                         MAGIC[3], VERSION,  (char)kind};
    text_append(out, header, sizeof header);
    bool ok = message_pack(fiber, v, class_limit, out);
    if (ok)
        set_length(out, start);
    else
        text_shorten(out, start);
    return ok;
}

MessageStatus message_read(Fiber *fiber, const char *data, size_t size, MessageKind *kind,
                           Value *out) {
    if (size < MESSAGE_HEADER || message_size(data, size) != size)
        return MESSAGE_MALFORMED;
    *kind = (MessageKind)data[5];
    return message_unpack(fiber, data + MESSAGE_HEADER, size - MESSAGE_HEADER, out);
}

// --- small values ---

static size_t small_int(int64_t i, char *out) {
    uint64_t n = (uint64_t)i << 1 ^ (uint64_t)(i >> 63);
    size_t size = 0;
    out[size++] = 'i';
    for (; n >= 128; n >>= 7)
        out[size++] = (char)(n | 128);
    out[size++] = (char)n;
    return size;
}

size_t message_pack_small(Value v, char *out) {
    if (value_is_int(v))
        return small_int(value_to_int(v), out);
    if (value_is_double(v)) {
        double d = value_to_double(v);
        out[0] = 'd';
        memcpy(out + 1, &d, sizeof d);
        return 1 + sizeof d;
    }
    if (value_is_str(v)) {
        const Str *s = value_to_str(v);
        if (s->size >= MESSAGE_SHARED_STR)
            return 0;
        out[0] = 's';
        out[1] = (char)s->size;
        memcpy(out + 2, str_data(s), s->size);
        return 2 + s->size;
    }
    if (value_is_ref(v))
        return 0;
    out[0] = v == VALUE_TRUE ? 't' : v == VALUE_FALSE ? 'f' : 'n';
    return 1;
}

static Value read_small_int(const char *data, size_t size) {
    uint64_t n = 0;
    for (size_t i = 1; i < size && i < 9; i++)
        n |= (uint64_t)(data[i] & 127) << (7 * (i - 1));
    int64_t v = (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
    return size < 10 && int_fits_value(v) ? value_from_int(v) : VALUE_UNDEF;
}

Value message_unpack_small(Fiber *fiber, const char *data, size_t size) {
    double d;
    switch (data[0]) {
    case 'i': return read_small_int(data, size);
    case 'n': return VALUE_NIL;
    case 't': return VALUE_TRUE;
    case 'f': return VALUE_FALSE;
    case 'd':
        if (size != 1 + sizeof d)
            return VALUE_UNDEF;
        memcpy(&d, data + 1, sizeof d);
        return value_from_double(d);
    case 's':
        if (size < 2 || (size_t)data[1] != size - 2 || size >= MESSAGE_SMALL ||
            !str_valid(data + 2, size - 2))
            return VALUE_UNDEF;
        return value_from_ref(str_new(fiber->heap, data + 2, size - 2));
    default: return VALUE_UNDEF;
    }
}
