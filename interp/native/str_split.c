// SPDX-License-Identifier: MIT
//
// Taking text apart, joining and replacing. A list that is being filled is not yet known to anybody
// else; one that a script gave is copied first, as others may change it meanwhile.
#include "native/str_methods.h"

#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/unicode.h"

typedef struct Parts {
    Fiber *fiber;
    Str *of;
    List *list;
    size_t left; // splits that are still allowed
} Parts;

static bool add(Parts *parts, size_t from, size_t to) {
    Str *part = str_part(parts->fiber->heap, parts->of, from, to - from);
    return list_append(parts->fiber, parts->list, value_from_ref(part));
}

// --- by a separator ---

static bool split_forwards(Parts *parts, Piece separator) {
    Str *s = parts->of;
    size_t from = 0;
    for (; parts->left > 0; parts->left--) {
        size_t at = search_first((Piece){str_data(s) + from, s->size - from}, separator);
        if (at == SEARCH_NONE)
            break;
        if (!add(parts, from, from + at))
            return false;
        from += at + separator.size;
    }
    return add(parts, from, s->size);
}

static bool split_backwards(Parts *parts, Piece separator) {
    Str *s = parts->of;
    size_t to = s->size;
    for (; parts->left > 0; parts->left--) {
        size_t at = search_last((Piece){str_data(s), to}, separator);
        if (at == SEARCH_NONE)
            break;
        if (!add(parts, at + separator.size, to))
            return false;
        to = at;
    }
    return add(parts, 0, to);
}

// --- by white space ---

static inline bool is_space(uint32_t c) {
    return c > ' ' && c < 0x7f ? false : c == ' ' || c == '\n' || unicode_is_space(c);
}

static size_t skip_forwards(const Str *s, size_t from, bool space) {
    const char *at = str_data(s) + from, *end = str_data(s) + s->size;
    while (at < end) {
        const char *next = at;
        if (is_space(utf8_next(&next)) != space)
            break;
        at = next;
    }
    return (size_t)(at - str_data(s));
}

static size_t skip_backwards(const Str *s, size_t to, bool space) {
    const char *at = str_data(s) + to;
    while (at > str_data(s)) {
        const char *before = utf8_before(at), *p = before;
        if (is_space(utf8_next(&p)) != space)
            break;
        at = before;
    }
    return (size_t)(at - str_data(s));
}

static bool words_forwards(Parts *parts) {
    Str *s = parts->of;
    size_t from = skip_forwards(s, 0, true);
    for (; from < s->size && parts->left > 0; parts->left--) {
        size_t to = skip_forwards(s, from, false);
        if (!add(parts, from, to))
            return false;
        from = skip_forwards(s, to, true);
    }
    return from == s->size || add(parts, from, s->size);
}

static bool words_backwards(Parts *parts) {
    Str *s = parts->of;
    size_t to = skip_backwards(s, s->size, true);
    for (; to > 0 && parts->left > 0; parts->left--) {
        size_t from = skip_backwards(s, to, false);
        if (!add(parts, from, to))
            return false;
        to = skip_backwards(s, from, true);
    }
    return to == 0 || add(parts, 0, to);
}

static void reverse(List *list) {
    size_t count = list_length(list);
    Slot *slots = load_relaxed(&list->items)->slots;
    for (size_t i = 0; i < count / 2; i++) {
        Value v = slot_get(&slots[i]);
        slot_set(&slots[i], slot_get(&slots[count - 1 - i]));
        slot_set(&slots[count - 1 - i], v);
    }
}

static Value split(Fiber *fiber, Value *args, bool backwards) {
    int64_t most;
    if (argument_given(args[1]) && !value_is_str(args[1]))
        return throw_type(fiber, "must be str or nil, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    if (!argument_int64_or(fiber, args[2], -1, &most))
        return VALUE_UNDEF;
    Parts parts = {fiber, str_self(args), list_new(fiber->heap, 8),
                   most < 0 ? SIZE_MAX : (size_t)most};
    bool good;
    if (!argument_given(args[1])) {
        good = backwards ? words_backwards(&parts) : words_forwards(&parts);
    } else {
        Piece separator = str_piece(value_to_str(args[1]));
        if (separator.size == 0)
            return throw_value(fiber, "empty separator");
        good = backwards ? split_backwards(&parts, separator) : split_forwards(&parts, separator);
    }
    if (!good)
        return VALUE_UNDEF;
    if (backwards)
        reverse(parts.list);
    return value_from_ref(parts.list);
}

Value str_split(Fiber *fiber, Value *args, int count) {
    (void)count;
    return split(fiber, args, false);
}

Value str_rsplit(Fiber *fiber, Value *args, int count) {
    (void)count;
    return split(fiber, args, true);
}

// --- lines ---

static bool is_line_end(uint32_t c) {
    return (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

Value str_splitlines(Fiber *fiber, Value *args, int count) {
    (void)count;
    Parts parts = {fiber, str_self(args), list_new(fiber->heap, 8), 0};
    Str *s = parts.of;
    bool keep = argument_truth(fiber, args[1], false);
    const char *at = str_data(s), *end = str_data(s) + s->size;
    while (at < end) {
        const char *start = at, *stop = at;
        while (at < end) {
            uint32_t c = utf8_next(&at);
            if (is_line_end(c)) {
                if (c == '\r' && at < end && *at == '\n')
                    at++;
                break;
            }
            stop = at;
        }
        if (!add(&parts, (size_t)(start - str_data(s)), (size_t)((keep ? at : stop) - str_data(s))))
            return VALUE_UNDEF;
    }
    return value_from_ref(parts.list);
}

// --- in three ---

static Value three(Fiber *fiber, Value a, Value b, Value c) {
    return value_from_ref(list_from(fiber->heap, (Value[]){a, b, c}, 3));
}

static Value partition(Fiber *fiber, Value *args, bool backwards) {
    Str *s = str_self(args), *separator = str_argument(fiber, args[1]);
    if (!separator)
        return VALUE_UNDEF;
    if (separator->size == 0)
        return throw_value(fiber, "empty separator");
    size_t at = backwards ? search_last(str_piece(s), str_piece(separator))
                          : search_first(str_piece(s), str_piece(separator));
    if (at == SEARCH_NONE) {
        Value empty = value_from_ref(str_new(fiber->heap, "", 0));
        return backwards ? three(fiber, empty, empty, args[0])
                         : three(fiber, args[0], empty, empty);
    }
    size_t after = at + separator->size;
    return three(fiber, value_from_ref(str_part(fiber->heap, s, 0, at)), args[1],
                 value_from_ref(str_part(fiber->heap, s, after, s->size - after)));
}

Value str_partition(Fiber *fiber, Value *args, int count) {
    (void)count;
    return partition(fiber, args, false);
}

Value str_rpartition(Fiber *fiber, Value *args, int count) {
    (void)count;
    return partition(fiber, args, true);
}

// --- joining ---

// The texts of a private list with the separator between them.
static Value join_list(Fiber *fiber, Str *separator, List *list) {
    size_t count = list_length(list), size = 0, length = 0;
    bool ascii = count < 2 || str_is_ascii(separator);
    for (size_t i = 0; i < count; i++) {
        Value v = list_get(list, i);
        if (!value_is_str(v))
            return throw_type(fiber, "sequence item %zu: expected str instance, %s found", i,
                              value_type_name(fiber_runtime(fiber), v));
        size += value_to_str(v)->size + (i ? separator->size : 0);
        length += value_to_str(v)->length + (i ? separator->length : 0);
        ascii = ascii && str_is_ascii(value_to_str(v));
    }
    if (count == 1)
        return list_get(list, 0);
    if (size > HEAP_LARGE && !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, size);
    Str *joined = str_reserve(fiber->heap, size);
    char *to = joined->own;
    for (size_t i = 0; i < count; i++) {
        const Str *part = value_to_str(list_get(list, i));
        if (i)
            to = (char *)memcpy(to, str_data(separator), separator->size) + separator->size;
        to = (char *)memcpy(to, str_data(part), part->size) + part->size;
    }
    joined->length = length;
    joined->header.flags |= ascii ? STR_ASCII : 0;
    return value_from_ref(joined);
}

Value str_join(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *list;
    if (value_is_list(args[1])) {
        list = list_copy(fiber, value_to_list(args[1]));
        if (!list)
            return VALUE_UNDEF;
    } else {
        Value fresh = iterate_to_list(fiber, args[1]);
        if (fresh == VALUE_UNDEF)
            return VALUE_UNDEF;
        list = value_to_list(fresh);
    }
    return join_list(fiber, str_self(args), list);
}

// --- replacing ---

static Value replace_empty(Fiber *fiber, Str *s, const Str *by, size_t most) {
    size_t places = s->length + 1 < most ? s->length + 1 : most;
    size_t size;
    if (__builtin_mul_overflow(places, by->size, &size) || (size += s->size) > PTRDIFF_MAX ||
        !heap_has_room(fiber->heap, size))
        return throw_memory(fiber, PTRDIFF_MAX);
    Str *r = str_reserve(fiber->heap, size);
    char *to = r->own;
    const char *at = str_data(s), *end = str_data(s) + s->size;
    for (; places > 0; places--) {
        to = (char *)memcpy(to, str_data(by), by->size) + by->size;
        if (at < end) {
            size_t step = utf8_size(*at);
            to = (char *)memcpy(to, at, step) + step;
            at += step;
        }
    }
    memcpy(to, at, (size_t)(end - at));
    str_finish(r);
    return value_from_ref(r);
}

// How often `old` is replaced, at most `most` times.
static size_t count_places(Piece in, Piece old, size_t most) {
    size_t count = 0;
    for (; count < most; count++) {
        size_t at = search_first(in, old);
        if (at == SEARCH_NONE)
            break;
        in = (Piece){in.data + at + old.size, in.size - at - old.size};
    }
    return count;
}

static Value replace(Fiber *fiber, Str *s, Piece old, const Str *by, size_t most) {
    Piece rest = str_piece(s);
    size_t places = count_places(rest, old, most), added;
    if (places == 0)
        return value_from_ref(s);
    size_t kept = s->size - places * old.size;
    if (__builtin_mul_overflow(places, by->size, &added) || added > PTRDIFF_MAX - kept ||
        (kept + added > HEAP_LARGE && !heap_has_room(fiber->heap, kept + added)))
        return throw_memory(fiber, PTRDIFF_MAX);
    Str *r = str_reserve(fiber->heap, kept + added);
    char *to = r->own;
    for (; places > 0; places--) {
        size_t at = search_first(rest, old);
        to = (char *)memcpy(to, rest.data, at) + at;
        to = (char *)memcpy(to, str_data(by), by->size) + by->size;
        rest = (Piece){rest.data + at + old.size, rest.size - at - old.size};
    }
    memcpy(to, rest.data, rest.size);
    str_finish(r);
    return value_from_ref(r);
}

Value str_replace(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t most;
    for (int i = 1; i <= 2; i++)
        if (!value_is_str(args[i]))
            return throw_type(fiber, "replace() argument %d must be str, not %s", i,
                              value_type_name(fiber_runtime(fiber), args[i]));
    if (!argument_int64_or(fiber, args[3], -1, &most))
        return VALUE_UNDEF;
    Str *old = value_to_str(args[1]), *by = value_to_str(args[2]);
    size_t limit = most < 0 ? SIZE_MAX : (size_t)most;
    if (old->size == 0)
        return limit ? replace_empty(fiber, str_self(args), by, limit) : args[0];
    return replace(fiber, str_self(args), str_piece(old), by, limit);
}
