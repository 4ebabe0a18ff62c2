// SPDX-License-Identifier: MIT
//
// Where a block ends whose opening brace is missing: its `}` may well be there, or its text is only
// indented. What belongs to it is passed over with the statement, so that it gives no errors of its
// own. This reads characters, not tokens: a guess about a broken text is good enough.
#include <string.h>

#include "syntax/parser.h"

static uint32_t indentation(const char *text, const char *at) {
    while (at > text && at[-1] != '\n')
        at--;
    return (uint32_t)strspn(at, " \t");
}

static bool starts_line(const char *text, const char *at) {
    while (at > text && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    return at == text || at[-1] == '\n';
}

// Behind the string or the comment that starts at `at`, if one does.
static const char *pass_text(const char *at) {
    if (*at == '#')
        return at + strcspn(at, "\n");
    char quote = *at++;
    for (; *at && *at != '\n' && *at != quote; at++)
        if (*at == '\\' && at[1])
            at++;
    return at + (*at == quote);
}

// The `}` that closes what has been open at `at`; NULL: there is none.
static const char *closing_brace(const char *at) {
    uint32_t depth = 0;
    while (*at) {
        if (*at == '#' || *at == '"' || *at == '\'') {
            at = pass_text(at);
            continue;
        }
        if (*at == '}' && depth-- == 0)
            return at;
        depth += *at == '{';
        at++;
    }
    return NULL;
}

// The first line behind `at` that is not indented deeper than `indent`.
static const char *dedent(const char *text, const char *at, uint32_t indent) {
    for (;;) {
        at += strcspn(at, "\n");
        if (!*at)
            return at;
        at++;
        const char *word = at + strspn(at, " \t\r");
        if (*word && *word != '\n' && *word != '#' && indentation(text, word) <= indent)
            return at;
    }
}

// `else`, or another word that goes on with a statement, stands at `at`.
static bool goes_on(const char *at) {
    static const char *const words[] = {"else",   "elif",  "elsif",  "except",
                                        "rescue", "catch", "finally"};
    at += strspn(at, " \t\r");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncmp(at, words[i], strlen(words[i])))
            return true;
    return false;
}

static const char *braced_end(const char *brace) {
    const char *behind = brace + 1;
    while (goes_on(behind)) {
        const char *open = behind + strcspn(behind, "{\n");
        const char *close = *open == '{' ? closing_brace(open + 1) : NULL;
        if (!close)
            break;
        behind = close + 1;
    }
    return behind;
}

static const char *indented_end(const char *text, const char *at, uint32_t indent) {
    const char *end = dedent(text, at, indent);
    while (goes_on(end))
        end = dedent(text, end, indent);
    return end;
}

uint32_t mend_body_end(const Parser *parser, uint32_t offset) {
    const char *text = parser->source->bytes, *at = text + offset;
    const char *line_end = at + strcspn(at, "\n");
    if (memchr(at, '{', (size_t)(line_end - at)))
        return offset; // it is there, only something else stands before it
    uint32_t indent = indentation(text, at);
    const char *brace = closing_brace(at);
    if (brace &&
        (brace < line_end || (starts_line(text, brace) && indentation(text, brace) == indent)))
        return (uint32_t)(braced_end(brace) - text);
    const char *body = line_end + strspn(line_end, " \t\r\n");
    if (!*body || *body == '{' || indentation(text, body) <= indent)
        return offset;
    return (uint32_t)(indented_end(text, at, indent) - text);
}
