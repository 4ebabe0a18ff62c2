// SPDX-License-Identifier: MIT
//
// Script pieces: a rough cut of any text into words, numbers, strings, operators and brackets, and of
// those into statements and operands. Texts that are no script are cut somehow.
#ifndef CONC_TESTS_SCRIPT_PIECES_H
#define CONC_TESTS_SCRIPT_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum PieceKind {
    PIECE_WORD,
    PIECE_KEYWORD,
    PIECE_NUMBER,
    PIECE_STRING,
    PIECE_OPERATOR,
    PIECE_OPEN,
    PIECE_CLOSE,
    PIECE_BREAK, // a newline or a semicolon
} PieceKind;

typedef struct Piece {
    PieceKind kind;
    uint32_t start, end; // bytes of the text
    uint32_t partner;    // of a bracket: the piece that matches it; itself if there is none
} Piece;

enum { PIECE_LIMIT = 4096 };

typedef struct Pieces {
    const char *text;
    uint32_t size;
    Piece items[PIECE_LIMIT];
    uint32_t count;
} Pieces;

// Cuts a text; what comes after PIECE_LIMIT pieces is left out. Keeps `text`.
void pieces_cut(Pieces *pieces, const char *text, size_t size);
bool piece_is(const Pieces *pieces, uint32_t index, const char *spelling);

// Whether a statement may start with this piece.
bool pieces_statement_starts(const Pieces *pieces, uint32_t index);
// Behind the last piece of the statement that starts here.
uint32_t pieces_statement_end(const Pieces *pieces, uint32_t index);
// Behind the last piece of the operand that starts here, calls and members included; `index` itself
// where none does.
uint32_t pieces_operand_end(const Pieces *pieces, uint32_t index);

#endif
