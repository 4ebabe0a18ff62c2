// SPDX-License-Identifier: MIT
//
// Lines, and the comments at their ends. A column of comments is found by where the author's comments begin,
// and set by how wide the lines have become; laid out again it is found again, in the same place.
#include "layout/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "layout/breaks.h"

static Line *last_line(Lines *lines) {
    return lines->count ? &lines->items[lines->count - 1] : NULL;
}

void lines_end(Lines *lines) {
    if (lines->count)
        last_line(lines)->end = lines->code.length;
}

static Line *add_line(Lines *lines) {
    lines_end(lines);
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? lines->capacity * 2 : 64;
        lines->items = os_realloc(lines->items, lines->capacity * sizeof *lines->items);
    }
    Line *line = &lines->items[lines->count++];
    *line = (Line){.start = lines->code.length, .end = lines->code.length};
    return line;
}

static void add_blanks(Text *text, size_t count) {
    for (; count; count--)
        text_char(text, ' ');
}

void lines_start(Lines *lines, uint32_t indent) {
    add_line(lines);
    add_blanks(&lines->code, indent);
}

void lines_blank(Lines *lines) { add_line(lines); }

// ---- Comments ---------------------------------------------------------------------------------

// The column of the source in which it starts.
static uint32_t source_column(const Lines *lines, Span comment) {
    const Source *source = lines->source;
    Span line = source_line(source, source_line_of(source, comment.start));
    return columns_of(source->bytes + line.start, comment.start - line.start);
}

void lines_end_comment(Lines *lines, Span comment) {
    Line *line = last_line(lines);
    line->comment = comment;
    line->column = source_column(lines, comment);
}

void lines_own_comment(Lines *lines, Span comment, uint32_t indent) {
    const Line *above = last_line(lines);
    uint32_t column = above && above->comment.length ? source_column(lines, comment) : 0;
    if (column && column == above->column) {
        Line *line = add_line(lines);
        line->comment = comment;
        line->column = column;
        return;
    }
    lines_start(lines, indent);
    text_append(&lines->code, lines->source->bytes + comment.start, comment.length);
}

// ---- The text ---------------------------------------------------------------------------------

// Of the last of its lines, if a string goes over several.
static uint32_t line_columns(const Lines *lines, const Line *line) {
    const char *code = text_data(&lines->code) + line->start;
    size_t length = line->end - line->start;
    const char *newline = memrchr(code, '\n', length);
    size_t passed = newline ? (size_t)(newline + 1 - code) : 0;
    return columns_of(code + passed, length - passed);
}

// The lines from `first` whose comments stay in one column: how many, and where that is.
static size_t comment_column(const Lines *lines, size_t first, uint32_t *column) {
    size_t i = first;
    *column = 0;
    for (; i < lines->count; i++) {
        const Line *line = &lines->items[i];
        if (!line->comment.length || line->column != lines->items[first].column)
            break;
        uint32_t columns = line_columns(lines, line);
        *column = columns > *column ? columns : *column;
    }
    *column += 2;
    return i - first;
}

void lines_write(const Lines *lines, Text *out) {
    size_t left = 0; // lines of the column of comments that has begun
    uint32_t column = 0;
    for (size_t i = 0; i < lines->count && out->length <= SOURCE_SIZE_LIMIT; i++) {
        const Line *line = &lines->items[i];
        text_append(out, text_data(&lines->code) + line->start, line->end - line->start);
        if (line->comment.length) {
            if (!left)
                left = comment_column(lines, i, &column);
            left--;
            add_blanks(out, column - line_columns(lines, line));
            text_append(out, lines->source->bytes + line->comment.start, line->comment.length);
        }
        text_char(out, '\n');
    }
}

void lines_free(Lines *lines) {
    text_free(&lines->code);
    free(lines->items);
    *lines = (Lines){.source = lines->source};
}
