// SPDX-License-Identifier: MIT
//
// JSON: strings are the only part with a rule to keep.
#include "base/json.h"

#include <stdbool.h>
#include <string.h>

void json_name(Text *out, const char *name) {
    if (out->length && !strchr("{[", out->data[out->length - 1]))
        text_char(out, ',');
    text_format(out, "\"%s\":", name);
}

// The length of the UTF-8 sequence at `bytes`; 0: it is none, or too long, or a surrogate.
static size_t sequence(const unsigned char *bytes, size_t size) {
    unsigned lead = bytes[0];
    size_t need = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (need == 0 || need > size || lead > 0xF4)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    bool bad = (lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xED && bytes[1] > 0x9F) ||
               (lead == 0xF0 && bytes[1] < 0x90) || (lead == 0xF4 && bytes[1] > 0x8F);
    return bad ? 0 : need;
}

static void put_ascii(Text *out, char c) {
    if (c == '"' || c == '\\')
        text_format(out, "\\%c", c);
    else if (c == '\n')
        text_string(out, "\\n");
    else if (c == '\t')
        text_string(out, "\\t");
    else if ((unsigned char)c < ' ' || c == 0x7F)
        text_format(out, "\\u%04x", (unsigned)c);
    else
        text_char(out, c);
}

void json_string(Text *out, const char *bytes, size_t size) {
    text_char(out, '"');
    for (size_t i = 0; i < size;) {
        size_t length = sequence((const unsigned char *)bytes + i, size - i);
        if (length == 0)
            text_string(out, "\xEF\xBF\xBD");
        else if (length == 1)
            put_ascii(out, bytes[i]);
        else
            text_append(out, bytes + i, length);
        i += length ? length : 1;
    }
    text_char(out, '"');
}

void json_text(Text *out, const char *name, const char *text) {
    json_name(out, name);
    if (text)
        json_string(out, text, strlen(text));
    else
        text_string(out, "null");
}

void json_number(Text *out, const char *name, uint64_t number) {
    json_name(out, name);
    text_format(out, "%llu", (unsigned long long)number);
}

void json_null(Text *out, const char *name) { json_text(out, name, NULL); }
