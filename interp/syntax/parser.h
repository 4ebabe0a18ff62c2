// SPDX-License-Identifier: MIT
//
// What the parts of the front end share during one parse: the token stream, the grammar's actions
// and the error messages. Nobody outside syntax/ and grammar/ includes this.
#ifndef CONC_SYNTAX_PARSER_H
#define CONC_SYNTAX_PARSER_H

#include "syntax/ast.h"
#include "syntax/diagnostic.h"
#include "syntax/lexer.h"
#include "syntax/names.h"
#include "syntax/parse.h"
#include "syntax/token.h"

enum { BRACKET_LIMIT = 500 }; // open at once

typedef enum BracketKind {
    BRACKET_PAREN,
    BRACKET_SQUARE,
    BRACKET_MAP,
    BRACKET_TEMPLATE,      // the ${ } of a "string"
    BRACKET_LONG_TEMPLATE, // the ${ } of a """string"""
    BRACKET_BLOCK,         // from here on, newlines count inside
    BRACKET_CLASS,
    BRACKET_LOST, // the block of a statement that has been complained about
} BracketKind;

typedef struct Bracket {
    BracketKind kind;
    uint32_t offset;
    uint32_t quote;  // of a template: where its string starts
    uint32_t indent; // of its line
} Bracket;

// Turns the lexer's tokens into the grammar's (stream.c).
typedef struct TokenStream {
    Lexer lexer;
    Bracket brackets[BRACKET_LIMIT];
    uint32_t bracket_count;
    int previous;         // code of the token given out last
    bool await_starts;    // previous is an `await` at the start of a statement
    bool else_of_block;   // previous is an `else` behind a block
    bool line_start;      // the next token is the first of its line
    uint32_t indent;      // of the line that the token given out last is in
    bool class_head;      // between `class` and its `{`
    uint32_t class_level; // bracket_count there
    uint32_t misfit;      // the first `}` that is indented otherwise than the line of its `{`; or 0
    uint32_t misfit_line; // of that `{`
} TokenStream;

typedef struct Parser {
    const Source *source;
    Arena *arena;
    Diagnostics *diagnostics;
    NameTable names;
    TokenStream stream;
    Module *module;          // the grammar's result
    Token token;             // the one that the grammar sees
    Token previous, earlier; // the two before it
    void *engine;            // lemon's state
    bool failed;             // the grammar refused `token`
    bool silent;             // ... which has been reported already
    bool wants_block;        // ... where a block should start
    bool skipping;           // the rest of its statement is passed over
    uint32_t reported;       // errors before `token`
    uint32_t stray;          // the first token that shows a brace to be missing before it; or 0
    bool fatal;              // give up
    bool incomplete;         // more lines could mend the first error
    TokenList *tokens;       // where each token is noted; NULL: nowhere
    void *c_locale;          // locale_t for strtod, NULL until needed
} Parser;

// ---- stream.c
void stream_start(Parser *parser);
Token stream_next(Parser *parser);
// Brackets that are open up to the innermost block's, itself included.
uint32_t stream_block_level(const TokenStream *stream);
// The innermost bracket around a refused token, what it opens itself aside; or NULL.
const Bracket *stream_around(const TokenStream *stream, const Token *token);
// A word ends where `offset` is.
bool stream_word_before(const Parser *parser, uint32_t offset);

// ---- mend.c: behind the text of a block whose `{` should stand at `offset`; `offset` itself: unknown
uint32_t mend_body_end(const Parser *parser, uint32_t offset);

// ---- literal.c: from source text to values; errors become diagnostics
Bytes literal_text(Parser *parser, const char *start, const char *end, bool is_long);
Bytes literal_plain_text(Parser *parser, const char *start, const char *end);
void literal_int(Parser *parser, Token *token);
void literal_float(Parser *parser, Token *token);
void literal_bad_number(Parser *parser, const Token *token);

// ---- complain.c: what to say about a token that cannot stand where it stands
void complain(Parser *parser, const Token *token);
void complain_character(Parser *parser, const Token *token);
void complain_operator(Parser *parser, const Token *token);
// Whether the grammar could go on with such a token, or with an expression, in place of the refused one.
bool parser_accepts(const Parser *parser, int code);
bool parser_accepts_expression(const Parser *parser);
// Whether the innermost bracket around `token` is of that kind; one that the token opens itself does not count.
bool parser_is_inside(const Parser *parser, const Token *token, BracketKind kind);
// ---- suggest.c: what to try instead; NULL: nothing comes to mind
const char *suggest(const Parser *parser, const Token *token);
// Whether the grammar could go on with this token (grammar.y).
bool grammar_accepts(void *engine, int code);
// After an error has been reported and the tokens skipped: be ready to report the next (grammar.y).
void grammar_recovered(void *engine);

// A syntax error; `hint` may be NULL.
#define syntax_error(parser, at, hint, ...)                                                        \
    diagnostic_add((parser)->diagnostics, "SyntaxError", (at), (hint), __VA_ARGS__)

#endif
