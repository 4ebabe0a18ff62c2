// SPDX-License-Identifier: MIT
//
// The front end's door: source text in, tree or diagnostics out.
//
//     Arena arena = {0};
//     Diagnostics errors = {.arena = &arena};
//     Module *module;
//     if (parse_source(source, PARSE_MODULE, &arena, &errors, &module) == PARSE_OK) ...
//
// Knows no thread and no heap; several parses may go on at once, each with its own arena. Whatever
// the text is, it ends in time linear to the text, with a bounded depth of the C stack. Everything
// that it gives out lives in the arena, and copies what it needs of the source's bytes.
#ifndef CONC_SYNTAX_PARSE_H
#define CONC_SYNTAX_PARSE_H

#include "syntax/ast.h"
#include "syntax/diagnostic.h"

typedef enum ParseMode {
    PARSE_MODULE,     // statements
    PARSE_EXPRESSION, // one expression (conc -p): the module's only statement, a STMT_EXPR
} ParseMode;

typedef enum ParseStatus {
    PARSE_OK,
    PARSE_ERROR,      // at least one diagnostic was added
    PARSE_INCOMPLETE, // the same, but more text at the end could mend it: a REPL asks for more
} ParseStatus;

// *module is set with PARSE_OK, and NULL otherwise. Checks the syntax only: names, `await` and
// `return` in places where they make no sense are the compiler's to find.
ParseStatus parse_source(const Source *source, ParseMode mode, Arena *arena,
                         Diagnostics *diagnostics, Module **module);

// A token as the grammar was given it, in the order of the text. Its code is one of grammar.h.
typedef struct TokenPlace {
    int code;
    Span at;
} TokenPlace;

// Zero-initialise it; give its memory back with token_list_free.
typedef struct TokenList {
    TokenPlace *items;
    size_t count, capacity;
} TokenList;

void token_list_free(TokenList *list);

// parse_source of a module that also notes every token, SEPARATOR and END included, for tools that need to
// know what the text's words mean (layout/). The list is only whole with PARSE_OK.
ParseStatus parse_source_tokens(const Source *source, Arena *arena, Diagnostics *diagnostics,
                                Module **module, TokenList *tokens);

#endif
