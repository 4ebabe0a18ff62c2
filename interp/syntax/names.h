// SPDX-License-Identifier: MIT
//
// Names of one parse: normalised (NFC) and interned, so that equal names are equal pointers.
#ifndef CONC_SYNTAX_NAMES_H
#define CONC_SYNTAX_NAMES_H

#include <stddef.h>

#include "syntax/ast.h"

// Zero-initialise it; everything in it lives in the arena.
typedef struct NameTable {
    const Name **slots; // open addressing; the size is a power of two
    uint32_t count, size;
} NameTable;

// `text` is valid UTF-8.
const Name *names_intern(NameTable *table, Arena *arena, const char *text, size_t length);

#endif
