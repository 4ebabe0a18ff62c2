// SPDX-License-Identifier: MIT
//
// Layout: a source text in the one style of the language, as `conc fmt` writes it.
//
//     Arena arena = {0};
//     Diagnostics errors = {.arena = &arena};
//     Text result = {0};
//     if (layout_source(source, &errors, &result) == LAYOUT_DONE) ...
//
// The result means what the source means and has all its comments: it is read again and compared before it
// is given out. Laid out once more it stays as it is. Knows no thread and no heap; several may go on at
// once. Takes time linear to the text, and a bounded depth of the C stack.
#ifndef CONC_LAYOUT_LAYOUT_H
#define CONC_LAYOUT_LAYOUT_H

#include "base/text.h"
#include "syntax/diagnostic.h"

typedef enum LayoutStatus {
    LAYOUT_DONE,
    LAYOUT_ERRORS,    // the source has syntax errors: they are in the diagnostics
    LAYOUT_TOO_LARGE, // the result would be larger than a source may be
    LAYOUT_DIFFERS,   // the result does not mean the same: an error of ours
} LayoutStatus;

// Appends the result to `out`, which the caller frees; nothing without LAYOUT_DONE.
LayoutStatus layout_source(const Source *source, Diagnostics *diagnostics, Text *out);

#endif
