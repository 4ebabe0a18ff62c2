// SPDX-License-Identifier: MIT
//
// Text: a growable byte buffer to build output in. Zero-initialise it (Text t = {0}); text_free it, once
// it is done with: that gives its memory back and leaves it empty, ready to be used again.
// Appending never fails (os_fatal without memory), so whoever builds what a script can make large asks
// heap_has_room first. Bytes may be anything, NUL included. One Text belongs to one thread at a time.
#ifndef CONC_BASE_TEXT_H
#define CONC_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Text {
    char *data; // NUL-terminated whenever not NULL
    size_t length, capacity;
} Text;

void text_append(Text *text, const char *data, size_t length); // not of the text's own bytes
void text_string(Text *text, const char *string);
void text_char(Text *text, char c);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(Text *text, const char *format, va_list list);
// Appends `other` with `indent` before each line, and a newline behind the last.
void text_indent(Text *text, const char *indent, const Text *other);
// Takes back what was appended since the text was `length` bytes long.
void text_shorten(Text *text, size_t length);
void text_free(Text *text);
// The bytes, NUL-terminated even when empty; owned by `text`.
const char *text_data(const Text *text);

#endif
