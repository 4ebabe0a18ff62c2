// SPDX-License-Identifier: MIT
//
// Scan: what is open at the end of a text that need not be finished: brackets, a string, a comment. For
// indenting and completing, where the parser has nothing to say yet.
#ifndef CONC_REPL_SCAN_H
#define CONC_REPL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_DEPTH = 64 };

typedef struct Scan {
    size_t open[SCAN_DEPTH]; // where the brackets that are open stand, outermost first
    size_t depth;            // how many; those beyond SCAN_DEPTH are counted only
    bool in_comment;
    bool in_string;
    size_t string; // where the text of that string begins, behind its quotes
} Scan;

// `text` is UTF-8; any bytes will do.
void scan(const char *text, size_t size, Scan *out);

// Bytes of names: letters, digits, `_`, and whatever is not ASCII.
bool scan_is_name(char c);

#endif
