// SPDX-License-Identifier: MIT
//
// The scan. A `${` in a string is an open bracket whose character is '$': what it holds is code again, and
// the string goes on behind its brace.
#include "repl/scan.h"

#include <ctype.h>
#include <string.h>

typedef struct Scanner {
    const char *text;
    size_t size, at;
    Scan *out;
    char quotes[SCAN_DEPTH + 1]; // of the strings around, by depth; 0: code
    bool triple[SCAN_DEPTH + 1];
} Scanner;

bool scan_is_name(char c) { return isalnum((unsigned char)c) || c == '_' || (c & 0x80); }

static size_t level(const Scanner *s) {
    return s->out->depth < SCAN_DEPTH ? s->out->depth : SCAN_DEPTH;
}

static void open_bracket(Scanner *s) {
    if (s->out->depth < SCAN_DEPTH)
        s->out->open[s->out->depth] = s->at;
    s->out->depth++;
    s->quotes[level(s)] = 0;
}

static bool next_is(const Scanner *s, const char *what) {
    size_t size = strlen(what);
    return s->size - s->at >= size && memcmp(s->text + s->at, what, size) == 0;
}

static void open_string(Scanner *s) {
    size_t n = level(s);
    s->quotes[n] = s->text[s->at];
    s->triple[n] = next_is(s, "\"\"\"");
    s->at += s->triple[n] ? 2 : 0;
    s->out->string = s->at + 1;
}

static void step_code(Scanner *s) {
    switch (s->text[s->at]) {
    case '#':
        while (s->at + 1 < s->size && s->text[s->at + 1] != '\n')
            s->at++;
        s->out->in_comment = s->at + 1 == s->size;
        break;
    case '(':
    case '[':
    case '{': open_bracket(s); break;
    case ')':
    case ']':
    case '}': s->out->depth -= s->out->depth > 0; break;
    case '"':
    case '\'': open_string(s); break;
    default: break;
    }
}

static void step_string(Scanner *s) {
    size_t n = level(s);
    char c = s->text[s->at], quote = s->quotes[n];
    if (c == '\\') {
        s->at++;
    } else if (quote == '"' && next_is(s, "${")) {
        open_bracket(s);
        s->at++;
    } else if (s->triple[n] ? next_is(s, "\"\"\"") : c == quote || c == '\n') {
        s->at += s->triple[n] ? 2 : 0;
        s->quotes[n] = 0;
    }
}

void scan(const char *text, size_t size, Scan *out) {
    Scanner s = {.text = text, .size = size, .out = out};
    *out = (Scan){0};
    for (; s.at < size; s.at++)
        if (s.quotes[level(&s)])
            step_string(&s);
        else
            step_code(&s);
    out->in_string = s.quotes[level(&s)] != 0;
}
