// SPDX-License-Identifier: MIT
//
// Searching. Forwards by the C library's memmem (two-way: Crochemore and Perrin 1991), which is
// linear; backwards by the last byte and a comparison, which is quadratic at worst, so long needles
// backwards are searched for forwards.
#include "object/str_search.h"

#include <string.h>

enum { SHORT_NEEDLE = 32 };

size_t search_first(Piece in, Piece needle) {
    if (needle.size == 0)
        return 0;
    if (needle.size > in.size)
        return SEARCH_NONE;
    const char *at = needle.size == 1 ? memchr(in.data, needle.data[0], in.size)
                                      : memmem(in.data, in.size, needle.data, needle.size);
    return at ? (size_t)(at - in.data) : SEARCH_NONE;
}

// The last of all places, found one after the other (they may overlap).
static size_t last_forwards(Piece in, Piece needle) {
    size_t last = SEARCH_NONE, from = 0;
    for (;;) {
        size_t at = search_first((Piece){in.data + from, in.size - from}, needle);
        if (at == SEARCH_NONE)
            return last;
        last = from + at;
        from = last + 1;
    }
}

size_t search_last(Piece in, Piece needle) {
    if (needle.size == 0)
        return in.size;
    if (needle.size > in.size)
        return SEARCH_NONE;
    if (needle.size > SHORT_NEEDLE)
        return last_forwards(in, needle);
    for (size_t room = in.size - needle.size + 1; room > 0;) {
        const char *at = memrchr(in.data, needle.data[0], room);
        if (!at)
            return SEARCH_NONE;
        if (memcmp(at, needle.data, needle.size) == 0)
            return (size_t)(at - in.data);
        room = (size_t)(at - in.data);
    }
    return SEARCH_NONE;
}

size_t search_count(Piece in, Piece needle) {
    size_t count = 0;
    for (;;) {
        size_t at = search_first(in, needle);
        if (at == SEARCH_NONE)
            return count;
        count++;
        in.data += at + needle.size;
        in.size -= at + needle.size;
    }
}
