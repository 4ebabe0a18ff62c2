// SPDX-License-Identifier: MIT
//
// Text: a growable byte buffer. The capacity always counts the closing NUL.
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

// Makes room for `more` bytes and the NUL.
static void text_reserve(Text *text, size_t more) {
    size_t need = text->length + more + 1;
    if (need < more)
        os_fatal("a text of %zu bytes is too long", more);
    if (need <= text->capacity)
        return;
    size_t capacity = text->capacity ? text->capacity * 2 : 64;
    if (capacity < need)
        capacity = need;
    text->data = os_realloc(text->data, capacity);
    text->capacity = capacity;
}

void text_append(Text *text, const char *data, size_t length) {
    text_reserve(text, length);
    if (length)
        memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_string(Text *text, const char *string) { text_append(text, string, strlen(string)); }
void text_char(Text *text, char c) { text_append(text, &c, 1); }

void text_format(Text *text, const char *format, ...) {
    va_list list;
    va_start(list, format);
    text_format_list(text, format, list);
    va_end(list);
}

// First into what room there is; once more where that was too small.
void text_format_list(Text *text, const char *format, va_list list) {
    va_list again;
    va_copy(again, list);
    text_reserve(text, 64);
    size_t room = text->capacity - text->length;
    int n = vsnprintf(text->data + text->length, room, format, list);
    if (n >= 0 && (size_t)n >= room) {
        text_reserve(text, (size_t)n);
        n = vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
    }
    va_end(again);
    if (n < 0)
        os_fatal("the format \"%s\" cannot be printed", format);
    text->length += (size_t)n;
}

void text_indent(Text *text, const char *indent, const Text *other) {
    const char *at = text_data(other), *end = at + other->length;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        text_string(text, indent);
        text_append(text, at, size);
        text_char(text, '\n');
        at += size + 1;
    }
}

void text_shorten(Text *text, size_t length) {
    assert(length <= text->length);
    text->length = length;
    if (text->data)
        text->data[length] = '\0';
}

void text_free(Text *text) {
    free(text->data);
    *text = (Text){0};
}

const char *text_data(const Text *text) { return text->data ? text->data : ""; }
