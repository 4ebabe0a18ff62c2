// SPDX-License-Identifier: MIT
//
// Searching in text. Bounds and results count code points; the search itself is over bytes.
#include "native/str_methods.h"

#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"

Str *str_argument(Fiber *fiber, Value v) {
    if (value_is_str(v))
        return value_to_str(v);
    throw_type(fiber, "must be str, not %s", value_type_name(fiber_runtime(fiber), v));
    return NULL;
}

// The part of the receiver that args[2] and args[3] bound; `offset` is where it starts, in bytes.
// data NULL: start lies beyond the end, where not even an empty text is.
static bool take_part(Fiber *fiber, Value *args, Piece *part, size_t *offset) {
    Str *s = str_self(args);
    size_t from, to;
    if (args[2] == VALUE_UNDEF && args[3] == VALUE_UNDEF) {
        *offset = 0;
        *part = str_piece(s);
        return true;
    }
    if (!argument_range(fiber, args[2], args[3], s->length, &from, &to))
        return false;
    *part = (Piece){NULL, 0};
    if (from > to)
        return true;
    *offset = str_offset(fiber->heap, s, from);
    *part = (Piece){str_data(s) + *offset, str_offset(fiber->heap, s, to) - *offset};
    return true;
}

typedef size_t Search(Piece in, Piece needle);

// The code point where it is, -1, or UNDEF with an error.
static Value search(Fiber *fiber, Value *args, Search *direction) {
    Str *needle = str_argument(fiber, args[1]);
    Piece part;
    size_t offset;
    if (!needle || !take_part(fiber, args, &part, &offset))
        return VALUE_UNDEF;
    size_t at = part.data ? direction(part, str_piece(needle)) : SEARCH_NONE;
    if (at == SEARCH_NONE)
        return value_from_int(-1);
    return value_from_int((int64_t)str_position(fiber->heap, str_self(args), offset + at));
}

static Value or_throw(Fiber *fiber, Value position) {
    if (position == value_from_int(-1))
        return throw_value(fiber, "substring not found");
    return position;
}

Value str_find(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_first);
}

Value str_rfind(Fiber *fiber, Value *args, int count) {
    (void)count;
    return search(fiber, args, search_last);
}

Value str_index(Fiber *fiber, Value *args, int count) {
    (void)count;
    return or_throw(fiber, search(fiber, args, search_first));
}

Value str_rindex(Fiber *fiber, Value *args, int count) {
    (void)count;
    return or_throw(fiber, search(fiber, args, search_last));
}

static size_t code_points(Piece piece) {
    size_t count = 0;
    for (size_t i = 0; i < piece.size; i++)
        count += ((unsigned char)piece.data[i] & 0xc0) != 0x80;
    return count;
}

Value str_count(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *needle = str_argument(fiber, args[1]);
    Piece part;
    size_t offset;
    if (!needle || !take_part(fiber, args, &part, &offset))
        return VALUE_UNDEF;
    if (!part.data)
        return value_from_int(0);
    if (needle->size == 0)
        return value_from_int((int64_t)code_points(part) + 1);
    return value_from_int((int64_t)search_count(part, str_piece(needle)));
}

// --- ends ---

typedef bool End(Piece in, Piece needle);

// True where one of the alternatives (a text, or a list of texts) is at that end.
static Value at_end(Fiber *fiber, Value *args, End *end, const char *name) {
    Piece part;
    size_t offset;
    Runtime *runtime = fiber_runtime(fiber);
    if (!take_part(fiber, args, &part, &offset))
        return VALUE_UNDEF;
    if (value_is_str(args[1]))
        return value_from_bool(part.data && end(part, str_piece(value_to_str(args[1]))));
    if (!value_is_list(args[1]))
        return throw_type(fiber, "%s first arg must be str or a list of str, not %s", name,
                          value_type_name(runtime, args[1]));
    List *list = value_to_list(args[1]);
    for (size_t i = 0;; i++) {
        Value v = list_get(list, i);
        if (v == VALUE_UNDEF)
            return VALUE_FALSE;
        if (!value_is_str(v))
            return throw_type(fiber, "list for %s must only contain str, not %s", name,
                              value_type_name(runtime, v));
        if (part.data && end(part, str_piece(value_to_str(v))))
            return VALUE_TRUE;
    }
}

static bool starts(Piece in, Piece needle) { return search_starts(in, needle); }
static bool ends(Piece in, Piece needle) { return search_ends(in, needle); }

Value str_startswith(Fiber *fiber, Value *args, int count) {
    (void)count;
    return at_end(fiber, args, starts, "startswith");
}

Value str_endswith(Fiber *fiber, Value *args, int count) {
    (void)count;
    return at_end(fiber, args, ends, "endswith");
}

static Str *affix(Fiber *fiber, Value v, const char *name) {
    if (value_is_str(v))
        return value_to_str(v);
    throw_type(fiber, "%s() argument must be str, not %s", name,
               value_type_name(fiber_runtime(fiber), v));
    return NULL;
}

Value str_removeprefix(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args), *prefix = affix(fiber, args[1], "removeprefix");
    if (!prefix)
        return VALUE_UNDEF;
    if (!search_starts(str_piece(s), str_piece(prefix)))
        return args[0];
    return value_from_ref(str_part(fiber->heap, s, prefix->size, s->size - prefix->size));
}

Value str_removesuffix(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args), *suffix = affix(fiber, args[1], "removesuffix");
    if (!suffix)
        return VALUE_UNDEF;
    if (!search_ends(str_piece(s), str_piece(suffix)))
        return args[0];
    return value_from_ref(str_part(fiber->heap, s, 0, s->size - suffix->size));
}
