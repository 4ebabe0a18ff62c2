// SPDX-License-Identifier: MIT
//
// Lines: what is laid out, before the comments at the ends of lines are set. Comments that the author
// began in one column, on lines below each other, stay in one column; any other stands two blanks behind
// its line.
#ifndef CONC_LAYOUT_LINES_H
#define CONC_LAYOUT_LINES_H

#include <stdbool.h>

#include "base/text.h"
#include "syntax/source.h"

typedef struct Line {
    size_t start,
        end;         // of its code in `code`: blanks at its head included, newlines in it possible
    Span comment;    // at its end; empty: none
    uint32_t column; // of the comment in the source
} Line;

// Zero-initialise it, but for the source; lines_free gives its memory back.
typedef struct Lines {
    const Source *source;
    Text code;
    Line *items;
    size_t count, capacity;
} Lines;

// A new line with `indent` blanks at its head; text_... of `code` then adds to it.
void lines_start(Lines *lines, uint32_t indent);
// A comment at the end of the last line. Nothing may be added to that line any more.
void lines_end_comment(Lines *lines, Span comment);
// A line that is only a comment; it goes on in the column of the comment above where the author has set it so.
void lines_own_comment(Lines *lines, Span comment, uint32_t indent);
void lines_blank(Lines *lines);
// Behind the last line.
void lines_end(Lines *lines);

// Stops where `out` has become larger than a source may be.
void lines_write(const Lines *lines, Text *out);
void lines_free(Lines *lines);

#endif
