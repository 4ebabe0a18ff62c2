// SPDX-License-Identifier: MIT
//
// Spelling: which of many names was meant by one that does not exist.
//
//     Spelling search;
//     spelling_start(&search, "apend", 5);
//     spelling_try(&search, "append", 6); // ... and all others that there are
//     if (search.nearest) ...             // did you mean `append`?
#ifndef CONC_BASE_SPELLING_H
#define CONC_BASE_SPELLING_H

#include <stddef.h>
#include <stdint.h>

enum { SPELLING_LENGTH = 40 }; // longer names are not searched for

typedef struct SpellingPoints {
    uint32_t items[SPELLING_LENGTH];
    uint32_t count;
} SpellingPoints;

typedef struct Spelling {
    SpellingPoints wanted;
    uint32_t distance;   // of the nearest so far; to begin with, what is too far
    const char *nearest; // NULL: none is near. Points to what spelling_try was given
    size_t nearest_size;
} Spelling;

// All names are UTF-8 and need no NUL. Of names that are equally near the first one tried is taken.
void spelling_start(Spelling *search, const char *wanted, size_t size);
void spelling_try(Spelling *search, const char *name, size_t size);

#endif
