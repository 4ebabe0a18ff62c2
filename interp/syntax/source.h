// SPDX-License-Identifier: MIT
//
// Source: one text of the language with its name, and the way from a byte offset to line and
// column. Tokens and nodes only keep offsets; lines are worked out when there is something to show.
// A Source does not change once made: any thread may read it.
#ifndef CONC_SYNTAX_SOURCE_H
#define CONC_SYNTAX_SOURCE_H

#include <stddef.h>
#include <stdint.h>

// Some bytes of a source: [start, start + length).
typedef struct Span {
    uint32_t start, length;
} Span;

// The least Span that holds both.
Span span_join(Span a, Span b);

enum { SOURCE_SIZE_LIMIT = 16 << 20 }; // larger texts are refused by parse_source

typedef struct Source {
    const char *name;            // as the user knows it: "scripts/mean.conc", "<string>"
    const char *bytes;           // NUL-terminated beyond `length`
    size_t length;               // may exceed SOURCE_SIZE_LIMIT: then only parse_source may see it
    const uint32_t *line_starts; // offset of each line's first byte
    uint32_t line_count;         // at least 1
} Source;

typedef struct SourcePlace {
    uint32_t line, column; // both from 1; the column counts code points
} SourcePlace;

// Copies name and bytes. Free it with source_free, after everything that points into it.
Source *source_new(const char *name, const char *bytes, size_t length);
void source_free(Source *source);

// Any offset is allowed: one beyond the end is taken as the end.
SourcePlace source_place(const Source *source, uint32_t offset);
uint32_t source_line_of(const Source *source, uint32_t offset);
// The bytes of a line (from 1) without its newline; a line that is not there is empty.
Span source_line(const Source *source, uint32_t line);

#endif
