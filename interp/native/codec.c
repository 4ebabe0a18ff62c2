// SPDX-License-Identifier: MIT
//
// Encodings. A name is compared without case, hyphens and underscores.
#include "native/codec.h"

#include <ctype.h>
#include <stdio.h>

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"

typedef enum Codec { CODEC_NONE, CODEC_UTF8, CODEC_ASCII, CODEC_LATIN1 } Codec;
typedef enum OnError { ON_ERROR_NONE, ON_ERROR_STRICT, ON_ERROR_IGNORE, ON_ERROR_REPLACE } OnError;

static Codec codec_by_name(const char *name) {
    static const struct {
        const char *name;
        Codec codec;
    } names[] = {{"utf8", CODEC_UTF8},     {"u8", CODEC_UTF8},         {"ascii", CODEC_ASCII},
                 {"usascii", CODEC_ASCII}, {"646", CODEC_ASCII},       {"latin1", CODEC_LATIN1},
                 {"latin", CODEC_LATIN1},  {"iso88591", CODEC_LATIN1}, {"l1", CODEC_LATIN1},
                 {"8859", CODEC_LATIN1}};
    char plain[16];
    size_t size = 0;
    for (; *name && size < sizeof plain - 1; name++)
        if (*name != '-' && *name != '_' && *name != ' ')
            plain[size++] = (char)tolower((unsigned char)*name);
    plain[size] = '\0';
    for (size_t i = 0; !*name && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(plain, names[i].name) == 0)
            return names[i].codec;
    return CODEC_NONE;
}

static const char *codec_title(Codec codec) {
    return codec == CODEC_UTF8 ? "utf-8" : codec == CODEC_ASCII ? "ascii" : "latin-1";
}

// Both arguments. False with an error.
static bool take_codec(Fiber *fiber, Value encoding, Value errors, const char *function,
                       Codec *codec, OnError *on_error) {
    *codec = CODEC_UTF8;
    *on_error = ON_ERROR_STRICT;
    if (encoding == VALUE_UNDEF && errors == VALUE_UNDEF)
        return true; // each line of a file
    Value values[] = {encoding, errors};
    for (int i = 0; i < 2; i++) {
        if (values[i] == VALUE_UNDEF || value_is_str(values[i]))
            continue;
        throw_type(fiber, "%s() argument '%s' must be str, not %s", function,
                   i ? "errors" : "encoding", value_type_name(fiber_runtime(fiber), values[i]));
        return false;
    }
    const char *wanted =
        encoding == VALUE_UNDEF ? "utf8" : str_terminated(fiber->heap, value_to_str(encoding))->own;
    *codec = codec_by_name(wanted);
    if (*codec == CODEC_NONE) {
        throw_value(fiber, "unknown encoding: %s", wanted);
        return false;
    }
    if (errors == VALUE_UNDEF)
        return true;
    const char *name = str_terminated(fiber->heap, value_to_str(errors))->own;
    *on_error = strcmp(name, "strict") == 0    ? ON_ERROR_STRICT
                : strcmp(name, "ignore") == 0  ? ON_ERROR_IGNORE
                : strcmp(name, "replace") == 0 ? ON_ERROR_REPLACE
                                               : ON_ERROR_NONE;
    if (*on_error == ON_ERROR_NONE)
        throw_value(fiber, "unknown error handler name '%s'", name);
    return *on_error != ON_ERROR_NONE;
}

// --- encoding ---

// All characters from `at` on that cannot be encoded are named together.
static Value cannot_encode(Fiber *fiber, Codec codec, const char *at, const char *end,
                           size_t position, uint32_t limit) {
    uint32_t c = utf8_next(&at);
    size_t last = position;
    while (at < end && utf8_next(&at) >= limit)
        last++;
    if (last > position)
        return throw_value(fiber,
                           "'%s' codec can't encode characters in position %zu-%zu: ordinal not in "
                           "range(%u)",
                           codec_title(codec), position, last, limit);
    const char *form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
    char name[16];
    snprintf(name, sizeof name, form, c);
    return throw_value(fiber,
                       "'%s' codec can't encode character '%s' in position %zu: ordinal not in "
                       "range(%u)",
                       codec_title(codec), name, position, limit);
}

static Value encode_narrow(Fiber *fiber, Str *s, Codec codec, OnError on_error) {
    const uint32_t limit = codec == CODEC_ASCII ? 0x80 : 0x100;
    Bytes *bytes = bytes_new(fiber->heap, NULL, s->length);
    const char *at = str_data(s), *end = str_data(s) + s->size;
    size_t size = 0;
    for (size_t position = 0; at < end; position++) {
        const char *here = at;
        uint32_t c = utf8_next(&at);
        if (c < limit)
            bytes->data[size++] = (char)c;
        else if (on_error == ON_ERROR_STRICT)
            return cannot_encode(fiber, codec, here, end, position, limit);
        else if (on_error == ON_ERROR_REPLACE)
            bytes->data[size++] = '?';
    }
    bytes->size = size;
    return value_from_ref(bytes);
}

Value codec_encode(Fiber *fiber, Str *s, Value encoding, Value errors, const char *function) {
    Codec codec;
    OnError on_error;
    if (!take_codec(fiber, encoding, errors, function, &codec, &on_error))
        return VALUE_UNDEF;
    if (s->size > HEAP_LARGE && !heap_has_room(fiber->heap, s->size))
        return throw_memory(fiber, s->size);
    if (codec == CODEC_UTF8 || str_is_ascii(s))
        return value_from_ref(bytes_new(fiber->heap, str_data(s), s->size));
    return encode_narrow(fiber, s, codec, on_error);
}

// --- decoding ---

// How many bytes of an invalid sequence belong together, and why it is invalid (as Python says it).
static size_t invalid_utf8(const char *data, size_t left, const char **why) {
    unsigned char lead = (unsigned char)data[0];
    *why = MESSAGE("invalid start byte");
    if (lead < 0xc2 || lead > 0xf4)
        return 1;
    size_t need = utf8_size((char)lead), have = 1;
    // A sequence is continued as long as some ending would make it valid.
    while (have < need && have < left) {
        bool first = have == 1;
        unsigned char next = (unsigned char)data[have];
        bool fits = (next & 0xc0) == 0x80;
        if (first && fits)
            fits = !(lead == 0xe0 && next < 0xa0) && !(lead == 0xed && next > 0x9f) &&
                   !(lead == 0xf0 && next < 0x90) && !(lead == 0xf4 && next > 0x8f);
        if (!fits)
            break;
        have++;
    }
    *why = have == left ? MESSAGE("unexpected end of data") : MESSAGE("invalid continuation byte");
    return have;
}

static Value cannot_decode(Fiber *fiber, const char *data, size_t at, size_t size,
                           const char *why) {
    if (size == 1)
        return throw_value(fiber, "'utf-8' codec can't decode byte 0x%02x in position %zu: %s",
                           (unsigned char)data[at], at, translate(why));
    return throw_value(fiber, "'utf-8' codec can't decode bytes in position %zu-%zu: %s", at,
                       at + size - 1, translate(why));
}

static Value decode_utf8(Fiber *fiber, const char *data, size_t size, OnError on_error) {
    Str *valid = str_if_valid(fiber->heap, data, size);
    if (valid)
        return value_from_ref(valid);
    Text text = {0};
    Value result = VALUE_UNDEF;
    size_t at = 0, good = str_valid_prefix(data, size);
    for (;;) {
        text_append(&text, data + at, good);
        at += good;
        if (at == size)
            break;
        const char *why;
        size_t bad = invalid_utf8(data + at, size - at, &why);
        if (on_error == ON_ERROR_STRICT) {
            cannot_decode(fiber, data, at, bad, why);
            goto end;
        }
        if (on_error == ON_ERROR_REPLACE)
            text_string(&text, "\xef\xbf\xbd");
        at += bad;
        good = str_valid_prefix(data + at, size - at);
    }
    result = value_from_ref(str_from_text(fiber->heap, &text));
end:
    text_free(&text);
    return result;
}

static Value decode_narrow(Fiber *fiber, const char *data, size_t size, Codec codec,
                           OnError on_error) {
    Text text = {0};
    char bytes[UTF8_MOST];
    Value result = VALUE_UNDEF;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c < 0x80 || codec == CODEC_LATIN1) {
            text_append(&text, bytes, utf8_put(bytes, c));
        } else if (on_error == ON_ERROR_STRICT) {
            throw_value(fiber,
                        "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not in "
                        "range(128)",
                        c, i);
            goto end;
        } else if (on_error == ON_ERROR_REPLACE) {
            text_string(&text, "\xef\xbf\xbd");
        }
    }
    result = value_from_ref(str_from_text(fiber->heap, &text));
end:
    text_free(&text);
    return result;
}

Value codec_decode(Fiber *fiber, const char *data, size_t size, Value encoding, Value errors,
                   const char *function) {
    Codec codec;
    OnError on_error;
    if (!take_codec(fiber, encoding, errors, function, &codec, &on_error))
        return VALUE_UNDEF;
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, size * 2))
        return throw_memory(fiber, size * 2);
    if (codec == CODEC_UTF8)
        return decode_utf8(fiber, data, size, on_error);
    return decode_narrow(fiber, data, size, codec, on_error);
}
