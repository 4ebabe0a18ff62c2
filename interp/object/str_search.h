// SPDX-License-Identifier: MIT
//
// Searching in bytes, for str and bytes alike: UTF-8 lets a valid needle be found only where a code
// point starts. Offsets are bytes; SEARCH_NONE: not there. An empty needle is found at once.
#ifndef CONC_OBJECT_STR_SEARCH_H
#define CONC_OBJECT_STR_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#define SEARCH_NONE ((size_t)-1)

typedef struct Piece {
    const char *data;
    size_t size;
} Piece;

size_t search_first(Piece in, Piece needle);
size_t search_last(Piece in, Piece needle);
size_t search_count(Piece in, Piece needle); // without overlap; the needle is not empty
static inline bool search_starts(Piece in, Piece needle) {
    return needle.size <= in.size && __builtin_memcmp(in.data, needle.data, needle.size) == 0;
}
static inline bool search_ends(Piece in, Piece needle) {
    return needle.size <= in.size &&
           __builtin_memcmp(in.data + (in.size - needle.size), needle.data, needle.size) == 0;
}

#endif
