// SPDX-License-Identifier: MIT
//
// The printed form of text as a value: in double quotes, with the escapes that conc's own string
// literals read, so that it can be put back into a script. What Python prints as it is, stands as it is.
#include "object/str.h"
#include "object/unicode.h"

static void repr_code_point(uint32_t c, const char *from, const char *to, Text *out) {
    switch (c) {
    case '"': text_string(out, "\\\""); return;
    case '\\': text_string(out, "\\\\"); return;
    case '\n': text_string(out, "\\n"); return;
    case '\r': text_string(out, "\\r"); return;
    case '\t': text_string(out, "\\t"); return;
    default: break;
    }
    if (unicode_is_printable(c))
        text_append(out, from, (size_t)(to - from));
    else
        text_format(out, c < 0x100 ? "\\x%02x" : "\\u{%x}", c);
}

void str_repr(const Str *s, Text *out) {
    text_char(out, '"');
    const char *at = s->data, *end = s->data + s->size;
    while (at < end) {
        const char *from = at;
        uint32_t c = utf8_next(&at);
        // An interpolation would begin here.
        if (c == '$' && at < end && *at == '{')
            text_char(out, '\\');
        repr_code_point(c, from, at, out);
    }
    text_char(out, '"');
}
