// SPDX-License-Identifier: MIT
//
// Text: a growable byte buffer to build output in. Zero-initialise it (Text t = {0}); text_free it.
#ifndef CONC_BASE_TEXT_H
#define CONC_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Text {
    char *data; // NUL-terminated whenever not NULL
    size_t length, capacity;
} Text;

void text_append(Text *text, const char *data, size_t length);
void text_string(Text *text, const char *string);
void text_char(Text *text, char c);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_format_list(Text *text, const char *format, va_list list);
void text_free(Text *text);
// The bytes, NUL-terminated even when empty; owned by `text`.
const char *text_data(const Text *text);

#endif
