// SPDX-License-Identifier: MIT
//
// Words: a text's tokens as a layout sees them. A string is one word, whatever ${ } it has; separators
// are no words but marks on the gap in front of the next one. What a word means (whose brace is this, is
// this minus a sign) is asked here, and answered from the words around it.
//
// A gap is what stands between two words: blanks, newlines, comments, `;`, and a `\` that joins lines.
#ifndef CONC_LAYOUT_WORDS_H
#define CONC_LAYOUT_WORDS_H

#include "syntax/parse.h"
#include "syntax/token.h"

typedef struct Word {
    int code; // TOKEN_...; the last word is TOKEN_END
    Span at;
    uint32_t match;    // of a bracket: the other one
    uint32_t parent;   // the opening bracket around it; NO_WORD: none
    uint8_t newlines;  // of the gap before it: 0, 1, or 2 for more
    bool comments;     // the gap has some
    bool separated;    // a statement ends in the gap
    bool semicolon;    // the gap has a `;`
    bool joined;       // the gap has a `\` before a newline, and nothing else that ends a line
    bool of_statement; // a brace of a block that belongs to a statement, not to an expression
    bool breaks;       // it starts a line of the layout (breaks.h)
} Word;

enum { NO_WORD = UINT32_MAX };

typedef struct Words {
    const Source *source;
    Word *items;
    uint32_t count; // the end included, so at least 1
} Words;

// From the tokens of a text that was parsed without errors; free it with words_free, before the source.
Words words_new(const Source *source, const TokenList *tokens);
void words_free(Words *words);

// The gap in front of a word, piece by piece.
typedef enum GapPiece { GAP_END, GAP_NEWLINE, GAP_COMMENT, GAP_SEMICOLON, GAP_JOIN } GapPiece;
typedef struct Gap {
    const char *cursor, *end;
    Span comment; // of GAP_COMMENT, without blanks at its end
    const Source *source;
} Gap;
Gap gap_before(const Words *words, uint32_t index);
GapPiece gap_next(Gap *gap);

bool word_opens(int code);  // ( [ {
bool word_closes(int code); // ) ] }
// An operand may end with this word, so that what follows is an operator, a call or an index.
bool word_ends_operand(const Words *words, uint32_t index);
// A minus or plus that is a sign, not an operator between two values.
bool word_is_sign(const Words *words, uint32_t index);
bool word_starts_statement(const Words *words, uint32_t index);
// `else`, `catch` or `finally` behind the block of the same statement.
bool word_goes_on(const Words *words, uint32_t index);
// It stands directly in a block, or in no bracket at all: here a newline ends a statement.
bool word_in_block(const Words *words, uint32_t index);
bool word_spells(const Words *words, uint32_t index, const char *text);
const char *word_text(const Words *words, uint32_t index);

#endif
