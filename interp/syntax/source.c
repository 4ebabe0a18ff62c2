// SPDX-License-Identifier: MIT
//
// Sources: the table of line starts is made at once, so that a Source never changes afterwards.
#include "syntax/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"

Span span_join(Span a, Span b) {
    uint32_t start = a.start < b.start ? a.start : b.start;
    uint32_t end_a = a.start + a.length, end_b = b.start + b.length;
    return (Span){start, (end_a > end_b ? end_a : end_b) - start};
}

static char *copy(const char *bytes, size_t length) {
    char *result = os_malloc(length + 1);
    if (length)
        memcpy(result, bytes, length);
    result[length] = '\0';
    return result;
}

static uint32_t count_lines(const char *bytes, size_t length) {
    uint32_t lines = 1;
    const char *end = bytes + length;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        lines++;
        bytes++;
    }
    return lines;
}

Source *source_new(const char *name, const char *bytes, size_t length) {
    Source *source = os_calloc(1, sizeof *source);
    source->name = copy(name, strlen(name));
    source->bytes = copy(bytes, length);
    source->length = length;
    // A text beyond the limit is only told to be one; its offsets might not fit.
    size_t known = length <= SOURCE_SIZE_LIMIT ? length : 0;
    source->line_count = count_lines(source->bytes, known);
    uint32_t *starts = os_malloc(source->line_count * sizeof *starts), line = 1;
    starts[0] = 0;
    for (uint32_t i = 0; line < source->line_count; i++)
        if (source->bytes[i] == '\n')
            starts[line++] = i + 1;
    source->line_starts = starts;
    return source;
}

void source_free(Source *source) {
    if (!source)
        return;
    free((char *)source->name);
    free((char *)source->bytes);
    free((uint32_t *)source->line_starts);
    free(source);
}

uint32_t source_line_of(const Source *source, uint32_t offset) {
    uint32_t low = 0, high = source->line_count; // line_starts[low] <= offset < line_starts[high]
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low + 1;
}

Span source_line(const Source *source, uint32_t line) {
    if (line < 1 || line > source->line_count)
        return (Span){(uint32_t)source->length, 0};
    uint32_t start = source->line_starts[line - 1];
    uint32_t end = line < source->line_count             ? source->line_starts[line] - 1
                   : source->length <= SOURCE_SIZE_LIMIT ? (uint32_t)source->length
                                                         : start;
    if (end > start && source->bytes[end - 1] == '\r')
        end--;
    return (Span){start, end - start};
}

SourcePlace source_place(const Source *source, uint32_t offset) {
    if (offset > source->length)
        offset = (uint32_t)source->length;
    uint32_t line = source_line_of(source, offset);
    uint32_t column = 1;
    uint32_t start = source->line_starts[line - 1];
    if (start == 0 && !strncmp(source->bytes, "\xEF\xBB\xBF", 3))
        start = 3; // a byte order mark is no character of the text
    for (uint32_t i = start; i < offset; i++)
        if (((unsigned char)source->bytes[i] & 0xC0) != 0x80)
            column++;
    return (SourcePlace){line, column};
}
