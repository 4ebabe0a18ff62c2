// SPDX-License-Identifier: MIT
//
// Tokens. Their codes come from the grammar (TOKEN_... in the generated grammar.h); the lexer adds
// a few below zero that only the token stream sees.
#ifndef CONC_SYNTAX_TOKEN_H
#define CONC_SYNTAX_TOKEN_H

#include "syntax/ast.h"
#include "syntax/source.h"

enum {
    TOKEN_END = 0, // the end of the text, as lemon has it
    LEX_NEWLINE = -1,
    LEX_OPEN_BRACE = -2,    // `{`: of a block, a class or a map
    LEX_CLOSE_BRACE = -3,   // `}`: the same, or the end of ${ }
    LEX_STRING = -4,        // `"`
    LEX_LONG_STRING = -5,   // `"""`
    LEX_PLAIN_STRING = -6,  // 'whole'
    LEX_BROKEN_STRING = -7, // 'without an end
    LEX_BAD_NUMBER = -8,
    LEX_BAD_CHARACTER = -9,
    LEX_BAD_OPERATOR = -10, // of another language: && || ! ++ ...
};

typedef enum TokenFlag {
    TOKEN_IS_KEYWORD = 1, // a NAME whose spelling is a keyword (lock, queue, a method's name)
    TOKEN_STARTS_LINE = 2,
    TOKEN_LAST = 4,   // a SEPARATOR with nothing behind it
    TOKEN_RESUME = 8, // an INVALID: the statement ends here, go on with the next token
} TokenFlag;

typedef struct Token {
    int code;
    unsigned flags;
    Span at;
    union {
        const Name *name; // NAME
        Bytes text;       // STRING and the pieces of an interpolated one
        int64_t integer;  // INT
        double number;    // FLOAT
        struct {
            const char *digits;
            int base;
        } big; // BIG_INT
    };
} Token;

bool token_is_keyword(int code);
// Whether a statement or an operand may end with this token: then a newline behind it counts, and
// an opening brace behind it is no map's.
bool token_can_end(int code);

#endif
