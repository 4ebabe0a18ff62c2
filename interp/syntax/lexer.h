// SPDX-License-Identifier: MIT
//
// Lexer: the next token's code and extent, and nothing else. It is generated from grammar/lexer.re.
// The text must be valid UTF-8, without NUL, and NUL-terminated at `end`. What a token means (is
// this brace a map's? does this newline count?) is the token stream's to say.
#ifndef CONC_SYNTAX_LEXER_H
#define CONC_SYNTAX_LEXER_H

#include <stdbool.h>

typedef struct Lexer {
    const char *start, *end; // of the text
    const char *token;       // start of the token that was read last
    const char *cursor;      // just behind it
    const char *marker;      // re2c's own
} Lexer;

// Skips blanks and comments, and reads one token: TOKEN_... or LEX_...
int lexer_scan(Lexer *lexer);

typedef enum LexText {
    TEXT_CLOSED,       // by its quote; the cursor is behind it
    TEXT_EXPRESSION,   // by `${`; the cursor is behind it
    TEXT_UNTERMINATED, // by a newline, which is not consumed, or by the end of the text
} LexText;

// Reads on inside a "string": up to its quote or a `${`. The text read is [token, *text_end).
LexText lexer_scan_text(Lexer *lexer, bool is_long, const char **text_end);
// Reads the format spec behind `:` in ${x:spec}, up to the `}`, which is not consumed. False if
// there is none before the line or the string ends.
bool lexer_scan_format(Lexer *lexer);

// The next character that is not blank; with `lines`, also beyond newlines and comments.
const char *lexer_peek(const Lexer *lexer, bool lines);
// Behind a newline: skips blank lines and comments. True if the next line goes on with the
// statement: it starts with `.name`, `else`, `catch` or `finally`.
bool lexer_skip_lines(Lexer *lexer);
// Behind a `{`: a simple key and a `:` follow.
bool lexer_key_follows(const Lexer *lexer);
// If `word` is the next token (as `fn` behind `async`), whatever the lines: its end, otherwise NULL.
const char *lexer_word_follows(const Lexer *lexer, const char *word);

#endif
