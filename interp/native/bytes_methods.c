// SPDX-License-Identifier: MIT
//
// The methods of bytes and its constructor: what str has, over bytes, with ASCII for case and white
// space.
#include "native/codec.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"

static Bytes *self(const Value *args) { return value_to_bytes(args[0]); }
static Piece piece_of(const Bytes *bytes) { return (Piece){bytes->data, bytes->size}; }
static const char *name_of(Fiber *fiber, Value v) {
    return value_type_name(fiber_runtime(fiber), v);
}
static Value part(Fiber *fiber, const Bytes *of, size_t from, size_t to) {
    return value_from_ref(bytes_new(fiber->heap, of->data + from, to - from));
}

static bool take_bytes(Fiber *fiber, Value v, Piece *out) {
    if (value_is_bytes(v)) {
        *out = piece_of(value_to_bytes(v));
        return true;
    }
    throw_type(fiber, "a bytes-like object is required, not '%s'", name_of(fiber, v));
    return false;
}

// --- searching ---

// What to look for: bytes, or one byte as an int (kept in *byte).
static bool take_needle(Fiber *fiber, Value v, char *byte, Piece *out) {
    if (value_is_bytes(v)) {
        *out = piece_of(value_to_bytes(v));
        return true;
    }
    if (!value_is_integer(v)) {
        throw_type(fiber, "argument should be integer or bytes-like object, not '%s'",
                   name_of(fiber, v));
        return false;
    }
    if (!value_is_int(v) || value_to_int(v) < 0 || value_to_int(v) > 255) {
        throw_value(fiber, "byte must be in range(0, 256)");
        return false;
    }
    *byte = (char)value_to_int(v);
    *out = (Piece){byte, 1};
    return true;
}

// The bounded part of the receiver; data NULL where not even nothing can be found in it.
static bool take_part(Fiber *fiber, Value *args, Piece *out, size_t *from) {
    size_t to;
    if (!argument_range(fiber, args[2], args[3], self(args)->size, from, &to))
        return false;
    *out = *from <= to ? (Piece){self(args)->data + *from, to - *from} : (Piece){NULL, 0};
    return true;
}

typedef size_t Search(Piece in, Piece needle);

static Value search(Fiber *fiber, Value *args, Search *direction, bool throws) {
    char byte;
    Piece needle, in;
    size_t from;
    if (!take_needle(fiber, args[1], &byte, &needle) || !take_part(fiber, args, &in, &from))
        return VALUE_UNDEF;
    size_t at = in.data ? direction(in, needle) : SEARCH_NONE;
    if (at != SEARCH_NONE)
        return value_from_int((int64_t)(from + at));
    return throws ? throw_value(fiber, "subsection not found") : value_from_int(-1);
}

static Value bytes_find(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_first, false);
}

static Value bytes_rfind(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_last, false);
}

static Value bytes_index(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_first, true);
}

static Value bytes_rindex(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_last, true);
}

static Value bytes_count(Fiber *fiber, Value *args, int count) {
    (void)count;
    char byte;
    Piece needle, in;
    size_t from;
    if (!take_needle(fiber, args[1], &byte, &needle) || !take_part(fiber, args, &in, &from))
        return VALUE_UNDEF;
    if (!in.data)
        return value_from_int(0);
    size_t found = needle.size ? search_count(in, needle) : in.size + 1;
    return value_from_int((int64_t)found);
}

typedef bool End(Piece in, Piece needle);
static bool starts(Piece in, Piece needle) { return search_starts(in, needle); }
static bool ends(Piece in, Piece needle) { return search_ends(in, needle); }

static Value at_end(Fiber *fiber, Value *args, End *end, const char *name) {
    Piece in;
    size_t from;
    if (!take_part(fiber, args, &in, &from))
        return VALUE_UNDEF;
    if (value_is_bytes(args[1]))
        return value_from_bool(in.data && end(in, piece_of(value_to_bytes(args[1]))));
    if (!value_is_list(args[1]))
        return throw_type(fiber, "%s first arg must be bytes or a list of bytes, not %s", name,
                          name_of(fiber, args[1]));
    for (size_t i = 0;; i++) {
        Value v = list_get(value_to_list(args[1]), i);
        Piece needle;
        if (v == VALUE_UNDEF)
            return VALUE_FALSE;
        if (!take_bytes(fiber, v, &needle))
            return VALUE_UNDEF;
        if (in.data && end(in, needle))
            return VALUE_TRUE;
    }
}

static Value bytes_startswith(Fiber *fiber, Value *args, int count) {
    (void)count;
    return at_end(fiber, args, starts, "startswith");
}

static Value bytes_endswith(Fiber *fiber, Value *args, int count) {
    (void)count;
    return at_end(fiber, args, ends, "endswith");
}

static Value bytes_removeprefix(Fiber *fiber, Value *args, int count) {
    (void)count;
    Piece prefix;
    if (!take_bytes(fiber, args[1], &prefix))
        return VALUE_UNDEF;
    if (!search_starts(piece_of(self(args)), prefix))
        return args[0];
    return part(fiber, self(args), prefix.size, self(args)->size);
}

static Value bytes_removesuffix(Fiber *fiber, Value *args, int count) {
    (void)count;
    Piece suffix;
    if (!take_bytes(fiber, args[1], &suffix))
        return VALUE_UNDEF;
    if (!search_ends(piece_of(self(args)), suffix))
        return args[0];
    return part(fiber, self(args), 0, self(args)->size - suffix.size);
}

// --- taking apart, joining, replacing ---

static bool is_space(char c) { return c == ' ' || (c >= 9 && c <= 13); }

static bool add(Fiber *fiber, List *list, const Bytes *of, size_t from, size_t to) {
    return list_append(fiber, list, part(fiber, of, from, to));
}

static bool split_words(Fiber *fiber, List *list, const Bytes *of, size_t most) {
    size_t at = 0;
    for (;;) {
        while (at < of->size && is_space(of->data[at]))
            at++;
        if (at == of->size)
            return true;
        size_t from = at;
        if (most == 0)
            return add(fiber, list, of, from, of->size);
        while (at < of->size && !is_space(of->data[at]))
            at++;
        if (!add(fiber, list, of, from, at))
            return false;
        most--;
    }
}

static bool split_parts(Fiber *fiber, List *list, const Bytes *of, Piece separator, size_t most) {
    size_t from = 0;
    for (; most > 0; most--) {
        size_t at = search_first((Piece){of->data + from, of->size - from}, separator);
        if (at == SEARCH_NONE)
            break;
        if (!add(fiber, list, of, from, from + at))
            return false;
        from += at + separator.size;
    }
    return add(fiber, list, of, from, of->size);
}

static Value bytes_split(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t most;
    Piece separator = {NULL, 0};
    if ((argument_given(args[1]) && !take_bytes(fiber, args[1], &separator)) ||
        !argument_int64_or(fiber, args[2], -1, &most))
        return VALUE_UNDEF;
    if (separator.data && separator.size == 0)
        return throw_value(fiber, "empty separator");
    List *list = list_new(fiber->heap, 8);
    size_t limit = most < 0 ? SIZE_MAX : (size_t)most;
    bool good = separator.data ? split_parts(fiber, list, self(args), separator, limit)
                               : split_words(fiber, list, self(args), limit);
    return good ? value_from_ref(list) : VALUE_UNDEF;
}

static Value bytes_splitlines(Fiber *fiber, Value *args, int count) {
    (void)count;
    const Bytes *bytes = self(args);
    bool keep = argument_truth(fiber, args[1], false);
    List *list = list_new(fiber->heap, 8);
    for (size_t at = 0; at < bytes->size;) {
        size_t from = at;
        while (at < bytes->size && bytes->data[at] != '\n' && bytes->data[at] != '\r')
            at++;
        size_t to = at;
        if (at < bytes->size) // the data's NUL stands behind the last byte
            at += bytes->data[at] == '\r' && bytes->data[at + 1] == '\n' ? 2 : 1;
        if (!add(fiber, list, bytes, from, keep ? at : to))
            return VALUE_UNDEF;
    }
    return value_from_ref(list);
}

static Value partition(Fiber *fiber, Value *args, Search *direction) {
    Piece separator;
    if (!take_bytes(fiber, args[1], &separator))
        return VALUE_UNDEF;
    if (separator.size == 0)
        return throw_value(fiber, "empty separator");
    const Bytes *bytes = self(args);
    size_t at = direction(piece_of(bytes), separator);
    Value parts[3];
    if (at == SEARCH_NONE) {
        Value empty = part(fiber, bytes, 0, 0);
        bool last = direction == search_last;
        parts[0] = last ? empty : args[0];
        parts[1] = empty;
        parts[2] = last ? args[0] : empty;
    } else {
        parts[0] = part(fiber, bytes, 0, at);
        parts[1] = args[1];
        parts[2] = part(fiber, bytes, at + separator.size, bytes->size);
    }
    return value_from_ref(list_from(fiber->heap, parts, 3));
}

static Value bytes_partition(Fiber *fiber, Value *args, int count) {
    (void)count;
    return partition(fiber, args, search_first);
}

static Value bytes_rpartition(Fiber *fiber, Value *args, int count) {
    (void)count;
    return partition(fiber, args, search_last);
}

static Value finish(Fiber *fiber, Text *text, bool good) {
    Value v = VALUE_UNDEF;
    if (good && text->length > HEAP_LARGE && !heap_has_room(fiber->heap, text->length))
        throw_memory(fiber, text->length);
    else if (good)
        v = value_from_ref(bytes_new(fiber->heap, text_data(text), text->length));
    text_free(text);
    return v;
}

static Value bytes_join(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v = iterate_to_list(fiber, args[1]);
    if (v == VALUE_UNDEF)
        return VALUE_UNDEF;
    List *list = value_to_list(v);
    Piece separator = piece_of(self(args));
    size_t size = 0;
    for (size_t i = 0; i < list_length(list); i++) {
        Value item = list_get(list, i);
        if (!value_is_bytes(item))
            return throw_type(fiber, "sequence item %zu: expected a bytes-like object, %s found", i,
                              name_of(fiber, item));
        size += separator.size + value_to_bytes(item)->size;
    }
    if (!heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    Text text = {0};
    for (size_t i = 0; i < list_length(list); i++) {
        Value item = list_get(list, i);
        if (i)
            text_append(&text, separator.data, separator.size);
        text_append(&text, value_to_bytes(item)->data, value_to_bytes(item)->size);
    }
    return finish(fiber, &text, true);
}

static Value bytes_replace(Fiber *fiber, Value *args, int count) {
    (void)count;
    Piece old, by, rest = piece_of(self(args));
    int64_t most;
    if (!take_bytes(fiber, args[1], &old) || !take_bytes(fiber, args[2], &by) ||
        !argument_int64_or(fiber, args[3], -1, &most))
        return VALUE_UNDEF;
    size_t places = old.size ? search_count(rest, old) : rest.size + 1, size;
    if (most >= 0 && (size_t)most < places)
        places = (size_t)most;
    if (__builtin_mul_overflow(places, by.size, &size) || !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, PTRDIFF_MAX);
    Text text = {0};
    for (; places > 0; places--) {
        size_t at = old.size ? search_first(rest, old) : 0;
        size_t step = at + old.size;
        text_append(&text, rest.data, at);
        text_append(&text, by.data, by.size);
        if (!old.size && rest.size)
            text_append(&text, rest.data, step = 1);
        rest = (Piece){rest.data + step, rest.size - step};
    }
    text_append(&text, rest.data, rest.size);
    return finish(fiber, &text, true);
}

// --- case, trimming ---

static Value mapped(Fiber *fiber, const Bytes *bytes, char first, int shift) {
    Bytes *r = bytes_new(fiber->heap, bytes->data, bytes->size);
    for (size_t i = 0; i < r->size; i++)
        if ((unsigned char)(r->data[i] - first) < 26)
            r->data[i] = (char)(r->data[i] + shift);
    return value_from_ref(r);
}

static Value bytes_lower(Fiber *fiber, Value *args, int count) {
    (void)count;
    return mapped(fiber, self(args), 'A', 32);
}

static Value bytes_upper(Fiber *fiber, Value *args, int count) {
    (void)count;
    return mapped(fiber, self(args), 'a', -32);
}

static bool is_stripped(char c, Piece set) {
    return set.data ? memchr(set.data, c, set.size) != NULL : is_space(c);
}

static Value strip(Fiber *fiber, Value *args, bool left, bool right) {
    Piece set = {NULL, 0};
    const Bytes *bytes = self(args);
    if (argument_given(args[1]) && !take_bytes(fiber, args[1], &set))
        return VALUE_UNDEF;
    size_t from = 0, to = bytes->size;
    while (left && from < to && is_stripped(bytes->data[from], set))
        from++;
    while (right && to > from && is_stripped(bytes->data[to - 1], set))
        to--;
    return part(fiber, bytes, from, to);
}

static Value bytes_strip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, true, true);
}

static Value bytes_lstrip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, true, false);
}

static Value bytes_rstrip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, false, true);
}

// --- text ---

static Value bytes_decode(Fiber *fiber, Value *args, int count) {
    (void)count;
    const Bytes *bytes = self(args);
    return codec_decode(fiber, bytes->data, bytes->size, args[1], args[2], "decode");
}

static Value bytes_hex(Fiber *fiber, Value *args, int count) {
    (void)count;
    const Bytes *bytes = self(args);
    Text text = {0};
    if (args[1] != VALUE_UNDEF && (!value_is_str(args[1]) || value_to_str(args[1])->size != 1))
        return throw_value(fiber, "sep must be length 1.");
    if (bytes->size > HEAP_LARGE && !heap_has_room(fiber->heap, bytes->size * 3))
        return throw_memory(fiber, bytes->size * 3);
    for (size_t i = 0; i < bytes->size; i++) {
        unsigned char c = (unsigned char)bytes->data[i];
        if (i && args[1] != VALUE_UNDEF)
            text_char(&text, str_data(value_to_str(args[1]))[0]);
        text_char(&text, "0123456789abcdef"[c >> 4]);
        text_char(&text, "0123456789abcdef"[c & 15]);
    }
    Value v = value_from_ref(str_from_text(fiber->heap, &text));
    text_free(&text);
    return v;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static Value bytes_fromhex(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "fromhex() argument must be str, not %s", name_of(fiber, args[1]));
    Str *s = str_terminated(fiber->heap, value_to_str(args[1])); // the NUL ends a half pair
    Text text = {0};
    for (size_t i = 0; i < s->size; i++) {
        if (is_space(str_data(s)[i]))
            continue;
        int high = hex_digit(str_data(s)[i]), low = hex_digit(str_data(s)[i + (high >= 0)]);
        if (high < 0 || low < 0) {
            throw_value(fiber, "non-hexadecimal number found in fromhex() arg at position %zu",
                        str_position(fiber->heap, s, i + (high >= 0)));
            return finish(fiber, &text, false);
        }
        text_char(&text, (char)(high << 4 | low));
        i++;
    }
    return finish(fiber, &text, true);
}

// --- the constructor ---

static Value from_integers(Fiber *fiber, List *list) {
    size_t count = list_length(list);
    Bytes *bytes = bytes_new(fiber->heap, NULL, count);
    for (size_t i = 0; i < count; i++) {
        Value v = list_get(list, i);
        if (!argument_integer(fiber, v == VALUE_UNDEF ? VALUE_NIL : v, &v))
            return VALUE_UNDEF;
        if (!value_is_int(v) || value_to_int(v) < 0 || value_to_int(v) > 255)
            return throw_value(fiber, "bytes must be in range(0, 256)");
        bytes->data[i] = (char)value_to_int(v);
    }
    return value_from_ref(bytes);
}

static Value zeros(Fiber *fiber, Value v) {
    int64_t size;
    if (!argument_int64(fiber, v, &size))
        return VALUE_UNDEF;
    if (size < 0)
        return throw_value(fiber, "negative count");
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, (size_t)size))
        return throw_memory(fiber, (size_t)size);
    return value_from_ref(bytes_new(fiber->heap, NULL, (size_t)size));
}

static Value bytes_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    bool encoded = args[2] != VALUE_UNDEF || args[3] != VALUE_UNDEF;
    Value v = args[1];
    if (v == VALUE_UNDEF)
        return value_from_ref(bytes_new(fiber->heap, NULL, 0));
    if (value_is_str(v)) {
        if (!encoded)
            return throw_type(fiber, "string argument without an encoding");
        return codec_encode(fiber, value_to_str(v), args[2], args[3], "bytes");
    }
    if (encoded)
        return throw_type(fiber, "encoding without a string argument");
    if (value_is_bytes(v))
        return v;
    if (value_is_integer(v) || value_is_bool(v))
        return zeros(fiber, v);
    if (!value_is_ref(v))
        return throw_type(fiber, "cannot convert '%s' object to bytes", name_of(fiber, v));
    Value list = iterate_to_list(fiber, v);
    return list == VALUE_UNDEF ? VALUE_UNDEF : from_integers(fiber, value_to_list(list));
}

const NativeSpec bytes_constructor = {
    "bytes", bytes_construct, "value=nil, encoding=nil, errors=nil", 0,
    "bytes(text, encoding): the text as bytes, as encode() makes them. bytes(n): n zeros. "
    "bytes(iterable): of ints from 0 to 255 (ValueError for others).\n"
    "    bytes(\"é\", \"utf-8\")   # b'\\xc3\\xa9'"};

const NativeSpec bytes_methods[] = {
    {"count", bytes_count, "part, start=nil, end=nil", 0,
     "How often bytes (or one byte, an int) occur in [start:end], without overlap.\n"
     "    bytes([0, 1, 0]).count(0)   # 2"},
    {"decode", bytes_decode, "encoding=\"utf-8\", errors=\"strict\"", 0,
     "The text that the bytes are. encoding: utf-8, ascii or latin-1. errors: \"strict\" "
     "(ValueError), \"ignore\" or \"replace\".\n"
     "    bytes([195, 169]).decode()   # \"é\""},
    {"endswith", bytes_endswith, "suffix, start=nil, end=nil", 0,
     "Whether it ends with `suffix`, or with one of a list of them.\n"
     "    \"a.gz\".encode().endswith(\".gz\".encode())   # true"},
    {"find", bytes_find, "part, start=nil, end=nil", 0,
     "Where bytes (or one byte, an int) first are, in [start:end]; -1 if nowhere.\n"
     "    bytes([1, 2]).find(2)   # 1"},
    {"fromhex", bytes_fromhex, "text", NATIVE_STATIC,
     "Bytes of pairs of hexadecimal digits. ValueError for other text.\n"
     "    bytes.fromhex(\"01 ff\")   # b'\\x01\\xff'"},
    {"hex", bytes_hex, "sep=nil", 0,
     "Two hexadecimal digits for each byte, as text, with `sep` between them. ValueError unless "
     "that is one character.\n"
     "    bytes([1, 255]).hex()   # \"01ff\""},
    {"index", bytes_index, "part, start=nil, end=nil", 0,
     "As find(), but ValueError if it is nowhere.\n"
     "    bytes([1, 2]).index(2)   # 1"},
    {"join", bytes_join, "parts", 0,
     "The bytes of an iterable, joined, with these between them.\n"
     "    bytes([0]).join([bytes([1]), bytes([2])])   # b'\\x01\\x00\\x02'"},
    {"lower", bytes_lower, "", 0,
     "The bytes with ASCII letters in lower case.\n"
     "    \"ABC\".encode().lower()   # b'abc'"},
    {"lstrip", bytes_lstrip, "bytes=nil", 0,
     "The bytes without the white space at their start; or without all that is in `bytes`.\n"
     "    \" a \".encode().lstrip()   # b'a '"},
    {"partition", bytes_partition, "separator", 0,
     "[before, separator, after], at the first separator; [all, empty, empty] if there is none. "
     "ValueError for an empty separator.\n"
     "    \"k=v\".encode().partition(\"=\".encode())   # [b'k', b'=', b'v']"},
    {"removeprefix", bytes_removeprefix, "prefix", 0,
     "The bytes without `prefix`, where they start with it.\n"
     "    \"unhappy\".encode().removeprefix(\"un\".encode())   # b'happy'"},
    {"removesuffix", bytes_removesuffix, "suffix", 0,
     "The bytes without `suffix`, where they end with it.\n"
     "    \"a.gz\".encode().removesuffix(\".gz\".encode())   # b'a'"},
    {"replace", bytes_replace, "old, new, count=-1", 0,
     "The bytes with `old` replaced by `new`: the first `count` times; below 0: always.\n"
     "    \"aab\".encode().replace(\"a\".encode(), \"x\".encode())   # b'xxb'"},
    {"rfind", bytes_rfind, "part, start=nil, end=nil", 0,
     "Where bytes (or one byte, an int) last are, in [start:end]; -1 if nowhere.\n"
     "    bytes([1, 1]).rfind(1)   # 1"},
    {"rindex", bytes_rindex, "part, start=nil, end=nil", 0,
     "As rfind(), but ValueError if it is nowhere.\n"
     "    bytes([1, 1]).rindex(1)   # 1"},
    {"rpartition", bytes_rpartition, "separator", 0,
     "As partition(), at the last separator; [empty, empty, all] if there is none.\n"
     "    \"a.b.c\".encode().rpartition(\".\".encode())   # [b'a.b', b'.', b'c']"},
    {"rstrip", bytes_rstrip, "bytes=nil", 0,
     "The bytes without the white space at their end; or without all that is in `bytes`.\n"
     "    \" a \".encode().rstrip()   # b' a'"},
    {"split", bytes_split, "sep=nil, maxsplit=-1", 0,
     "A list of the parts between separators, after at most `maxsplit` splits (below 0: all); "
     "without a separator, between white space. ValueError for an empty separator.\n"
     "    \"a b\".encode().split()   # [b'a', b'b']"},
    {"splitlines", bytes_splitlines, "keepends=false", 0,
     "A list of the lines; with their ends, if keepends.\n"
     "    bytes([65, 10, 66]).splitlines()   # [b'A', b'B']"},
    {"startswith", bytes_startswith, "prefix, start=nil, end=nil", 0,
     "Whether it starts with `prefix`, or with one of a list of them.\n"
     "    \"conc\".encode().startswith(\"co\".encode())   # true"},
    {"strip", bytes_strip, "bytes=nil", 0,
     "The bytes without the white space at both ends; or without all that is in `bytes`.\n"
     "    \" a \".encode().strip()   # b'a'"},
    {"upper", bytes_upper, "", 0,
     "The bytes with ASCII letters as capitals.\n"
     "    \"abc\".encode().upper()   # b'ABC'"},
    {NULL, NULL, NULL, 0, NULL}};
