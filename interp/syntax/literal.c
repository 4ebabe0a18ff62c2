// SPDX-License-Identifier: MIT
//
// Literals: the values that numbers and strings of the source text stand for. A bad one is reported
// at its own place, and has some value all the same, so that the parse goes on.
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/translate.h"
#include "grammar.h"
#include "syntax/parser.h"

// As Python's limit on int(): nothing here may take time quadratic to the text.
enum { INT_DIGIT_LIMIT = 4300 };

static Span span_of(const Parser *parser, const char *start, const char *end) {
    return (Span){(uint32_t)(start - parser->source->bytes), (uint32_t)(end - start)};
}

// ---- Strings ----------------------------------------------------------------------------------

static char *put_code_point(char *out, uint32_t c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 63));
        *out++ = (char)(0x80 | (c & 63));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 63));
        *out++ = (char)(0x80 | (c >> 6 & 63));
        *out++ = (char)(0x80 | (c & 63));
    }
    return out;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// \xHH: `in` is behind the x. Returns where to go on.
static const char *hex_escape(Parser *parser, const char *in, const char *end, char **out) {
    if (end - in < 2 || hex_digit(in[0]) < 0 || hex_digit(in[1]) < 0) {
        syntax_error(parser, span_of(parser, in - 2, in), "two hexadecimal digits follow: \\x41",
                     "truncated \\xXX escape");
        return in;
    }
    *out = put_code_point(*out, (uint32_t)(hex_digit(in[0]) * 16 + hex_digit(in[1])));
    return in + 2;
}

// \u{1F600}: `in` is behind the u.
static const char *unicode_escape(Parser *parser, const char *in, const char *end, char **out) {
    const char *start = in - 2;
    uint32_t c = 0;
    const char *here = in;
    if (here < end && *here == '{')
        for (here++; here < end && hex_digit(*here) >= 0 && here - in <= 8; here++)
            c = c << 4 | (uint32_t)hex_digit(*here);
    if (here == in || here == in + 1 || here == end || *here != '}') {
        syntax_error(parser, span_of(parser, start, in), "a code point is written \\u{1F600}",
                     "malformed \\u{...} escape");
        return in;
    }
    here++;
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
        syntax_error(parser, span_of(parser, start, here),
                     c > 0x10FFFF ? "the last one is \\u{10FFFF}" : "it is half of a character",
                     "illegal Unicode character");
        return here;
    }
    *out = put_code_point(*out, c);
    return here;
}

static const char simple_escapes[][2] = {
    {'n', '\n'}, {'t', '\t'}, {'r', '\r'},  {'0', '\0'},
    {'"', '"'},  {'$', '$'},  {'\\', '\\'}, {'\'', '\''},
};

static void bad_escape(Parser *parser, const char *in) {
    uint32_t length = 1; // in bytes, of the character behind the backslash
    while (((unsigned char)in[length] & 0xC0) == 0x80)
        length++;
    syntax_error(parser, span_of(parser, in - 1, in + length),
                 *in == '\n' || *in == '\r'
                     ? "a \"\"\"string\"\"\" may hold line breaks as they are"
                     : "a backslash is written `\\\\`; in '...' it is plain",
                 "invalid escape sequence '\\%.*s'", *in < ' ' && *in >= 0 ? 0 : (int)length, in);
}

// `in` is behind the backslash.
static const char *escape(Parser *parser, const char *in, const char *end, char **out) {
    if (*in == 'x')
        return hex_escape(parser, in + 1, end, out);
    if (*in == 'u')
        return unicode_escape(parser, in + 1, end, out);
    for (size_t i = 0; i < sizeof simple_escapes / sizeof *simple_escapes; i++) {
        if (*in == simple_escapes[i][0]) {
            *(*out)++ = simple_escapes[i][1];
            return in + 1;
        }
    }
    bad_escape(parser, in);
    return in + 1;
}

static Bytes bytes_until(char *data, char *out) {
    *out = '\0';
    return (Bytes){data, (uint32_t)(out - data)};
}

// The text of "..." and """...""" between two delimiters. No escape is longer than what it stands
// for, except for wrong ones. Line breaks become \n.
Bytes literal_text(Parser *parser, const char *start, const char *end, bool is_long) {
    char *data = arena_alloc(parser->arena, (size_t)(end - start) + 1), *out = data;
    for (const char *in = start; in < end;) {
        if (*in == '\\')
            in = escape(parser, in + 1, end, &out);
        else if (is_long && *in == '\r' && in[1] == '\n')
            in++;
        else
            *out++ = *in++;
    }
    return bytes_until(data, out);
}

Bytes literal_plain_text(Parser *parser, const char *start, const char *end) {
    char *data = arena_alloc(parser->arena, (size_t)(end - start) + 1), *out = data;
    for (const char *in = start; in < end;) {
        if (*in == '\\' && (in[1] == '\'' || in[1] == '\\'))
            in++;
        *out++ = *in++;
    }
    return bytes_until(data, out);
}

// ---- Numbers ----------------------------------------------------------------------------------

// The digits without underscores.
static char *plain_digits(Parser *parser, const char *text, size_t length) {
    char *digits = arena_alloc(parser->arena, length + 1), *out = digits;
    for (size_t i = 0; i < length; i++)
        if (text[i] != '_')
            *out++ = text[i];
    return digits;
}

static int base_of(const char *text, size_t length) {
    if (length < 2 || text[0] != '0')
        return 10;
    switch (text[1] | 32) {
    case 'x': return 16;
    case 'o': return 8;
    case 'b': return 2;
    default: return 10;
    }
}

static bool has_leading_zero(const char *digits) {
    return digits[0] == '0' && digits[strspn(digits, "0")] != '\0';
}

void literal_int(Parser *parser, Token *token) {
    const char *text = parser->source->bytes + token->at.start;
    int base = base_of(text, token->at.length);
    size_t prefix = base == 10 ? 0 : 2;
    char *digits = plain_digits(parser, text + prefix, token->at.length - prefix);
    if (base == 10 && has_leading_zero(digits))
        syntax_error(parser, token->at, "an octal number starts with 0o",
                     "leading zeros in decimal integer literals are not permitted");
    if (base == 10 && strlen(digits) > INT_DIGIT_LIMIT)
        syntax_error(parser, token->at, "hexadecimal literals (0x...) have no limit",
                     "integer literal has too many digits (the limit is %d)", INT_DIGIT_LIMIT);
    errno = 0;
    token->integer = strtoll(digits, NULL, base);
    if (errno == ERANGE) {
        token->code = TOKEN_BIG_INT;
        token->big.digits = digits;
        token->big.base = base;
    }
}

// The C locale is named, as a program around conc may have set another one.
void literal_float(Parser *parser, Token *token) {
    const char *text = parser->source->bytes + token->at.start;
    char *digits = plain_digits(parser, text, token->at.length);
    if (!parser->c_locale)
        parser->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    token->number = strtod_l(digits, NULL, (locale_t)parser->c_locale);
}

void literal_bad_number(Parser *parser, const Token *token) {
    static const struct {
        int base;
        const char *name;
    } bases[] = {{10, "decimal"}, {16, "hexadecimal"}, {8, "octal"}, {2, "binary"}};
    const char *text = parser->source->bytes + token->at.start;
    int base = base_of(text, token->at.length);
    const char *name = "decimal";
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (bases[i].base == base)
            name = bases[i].name;
    syntax_error(parser, token->at,
                 text[token->at.length - 1] == '_' ? "an underscore stands between two digits"
                 : base == 10                      ? "a name cannot start with a digit"
                                                   : NULL,
                 "invalid %s literal", translate(name));
}
