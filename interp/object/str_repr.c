// SPDX-License-Identifier: MIT
//
// The printed form of text as a value: in double quotes, with the escapes that conc's own string
// literals read, so that it can be put back into a script. What Python prints as it is, stands as it is.
#include "object/str.h"
#include "object/unicode.h"

static void repr_code_point(uint32_t c, const char *from, const char *to, Text *out) {
    switch (c) {
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

// Whether a character stands as it is, whatever is around it: most do.
static inline bool is_plain(char c, char quote) {
    return c >= ' ' && c < 0x7f && c != quote && c != '\\' && c != '$';
}

// An interpolation would begin at `$` before a brace; only double quotes know it.
static void repr_in(char quote, const char *at, size_t size, Text *out) {
    const char *end = at + size;
    text_char(out, quote);
    while (at < end) {
        const char *from = at;
        while (at < end && is_plain(*at, quote))
            at++;
        text_append(out, from, (size_t)(at - from));
        if (at == end)
            break;
        from = at;
        uint32_t c = utf8_next(&at);
        if (c == (uint32_t)quote || (c == '$' && quote == '"' && at < end && *at == '{'))
            text_char(out, '\\');
        repr_code_point(c, from, at, out);
    }
    text_char(out, quote);
}

void str_repr(const Str *s, Text *out) { repr_in('"', str_data(s), s->size, out); }

void str_quote(const char *data, size_t size, Text *out) {
    bool single = memchr(data, '\'', size) && !memchr(data, '"', size);
    repr_in(single ? '"' : '\'', data, size, out);
}
