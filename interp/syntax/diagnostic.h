// SPDX-License-Identifier: MIT
//
// Diagnostics: errors about a source text, collected while it is read and shown afterwards, in the
// shape that uncaught errors have as well:
//
//     error: SyntaxError: cannot assign to constant 'LIMIT'
//       --> scripts/mean.conc:4:5
//        |
//      4 |     LIMIT = 10
//        |     ^^^^^
//       note: `LIMIT` is declared at scripts/mean.conc:1:7
//       hint: ...
//
// A note names the place of a cause, a hint says what to try. The runtime shows its errors with the
// same pieces (diagnostic_head, _excerpt, _note, _hint).
#ifndef CONC_SYNTAX_DIAGNOSTIC_H
#define CONC_SYNTAX_DIAGNOSTIC_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/translate.h"
#include "syntax/source.h"

enum { DIAGNOSTIC_LIMIT = 20 }; // more errors of one source are counted, not kept

typedef struct Diagnostic {
    const char *kind;    // "SyntaxError", "NameError"; a constant. NULL: it is a warning
    const char *message; // one line, in the arena
    const char *hint;    // one line, in the arena, or NULL
    const char *note;    // what stands at `cause`: one line, in the arena, or NULL
    Span at, cause;
} Diagnostic;

typedef struct Diagnostics {
    Arena *arena; // where messages go; set it before the first diagnostic_add
    Diagnostic items[DIAGNOSTIC_LIMIT];
    uint32_t count;     // of items
    uint32_t dropped;   // errors beyond the limit
    Diagnostic *latest; // what diagnostic_add has just added; NULL if it passed the error over
} Diagnostics;

// Adds an error (or a warning: `kind` NULL, in a list of their own); `hint` (or NULL) is copied. Hint and
// format are translated (base/translate.h). A second error at the same offset is passed over, as
// it can only be a consequence of the first.
void diagnostic_add(Diagnostics *diagnostics, const char *kind, Span at, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

// Says of the error that was added just now where its cause stands: "note: TEXT at NAME:LINE:COLUMN".
// Does nothing where that error was passed over.
void diagnostic_cause(Diagnostics *diagnostics, Span cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Takes back an error that turned out to be a consequence of another.
void diagnostic_forget(Diagnostics *diagnostics, uint32_t index);

// Puts them in the order of their places.
void diagnostics_sort(Diagnostics *diagnostics);
// All errors in order of their place, a blank line between, and how many more there were.
void diagnostics_render(Text *out, const Source *source, Diagnostics *diagnostics, bool colour);

// The pieces. Each ends with a newline.
// "error: KIND: MESSAGE"; an empty or NULL message leaves "error: KIND".
void diagnostic_head(Text *out, const char *kind, const char *message, bool colour);
// "warning: MESSAGE".
void diagnostic_warning(Text *out, const char *message, bool colour);
// The place, the source line and the carets. Long lines are cut to a window around the place.
void diagnostic_excerpt(Text *out, const Source *source, Span at, bool colour);
// What a note of the item says, with its place; nothing where it has none.
void diagnostic_put_note(Text *out, const Source *source, const Diagnostic *item);
void diagnostic_note(Text *out, const char *note, bool colour);
void diagnostic_hint(Text *out, const char *hint, bool colour);

#endif
