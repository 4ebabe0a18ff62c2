// SPDX-License-Identifier: MIT
//
// The cut is rough on purpose: it has to bear what the front end refuses, and is only used to choose
// where a text is changed.
#include "script_pieces.h"

#include <ctype.h>
#include <string.h>

static const char *const keywords[] = {
    "and",      "as",     "async",   "await", "break",   "case",   "catch", "class",  "const",
    "continue", "else",   "extends", "false", "finally", "fn",     "for",   "from",   "group",
    "if",       "import", "in",      "is",    "let",     "lock",   "nil",   "not",    "or",
    "queue",    "return", "select",  "self",  "spawn",   "static", "super", "thread", "throw",
    "timeout",  "true",   "try",     "while", "with"};

static const char *const operators[] = {"**=", "//=", "<<=", ">>=", "...", "**", "//", "<<",
                                        ">>",  "==",  "!=",  "<=",  ">=",  "=>", "..", "+=",
                                        "-=",  "*=",  "/=",  "%=",  "&=",  "|=", "^="};

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || (c & 0x80); }

static bool is_keyword(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && !memcmp(keywords[i], word, length))
            return true;
    return false;
}

static uint32_t word_end(const Pieces *pieces, uint32_t at) {
    while (at < pieces->size && is_word(pieces->text[at]))
        at++;
    return at;
}

static char byte_at(const Pieces *pieces, uint32_t at) {
    return at < pieces->size ? pieces->text[at] : '\0';
}

static uint32_t number_end(const Pieces *pieces, uint32_t at) {
    at = word_end(pieces, at);
    if (byte_at(pieces, at) == '.' && isdigit((unsigned char)byte_at(pieces, at + 1)))
        at = word_end(pieces, at + 1);
    char last = byte_at(pieces, at - 1), sign = byte_at(pieces, at);
    if ((last == 'e' || last == 'E') && (sign == '-' || sign == '+'))
        at = word_end(pieces, at + 1);
    return at;
}

// Quotes inside of ${ } count for that expression, as long as the braces match on the way.
static uint32_t string_end(const Pieces *pieces, uint32_t at) {
    char quote = pieces->text[at];
    bool is_long = quote == '"' && byte_at(pieces, at + 1) == '"' && byte_at(pieces, at + 2) == '"';
    uint32_t depth = 0;
    for (at += is_long ? 3 : 1; at < pieces->size; at++) {
        char c = pieces->text[at];
        if (c == '\\')
            at++;
        else if (c == '\n' && !is_long)
            return at;
        else if (c == '$' && byte_at(pieces, at + 1) == '{' && quote == '"')
            depth++, at++;
        else if (c == '}' && depth)
            depth--;
        else if (c == quote && !depth &&
                 (!is_long || (byte_at(pieces, at + 1) == '"' && byte_at(pieces, at + 2) == '"')))
            return at + (is_long ? 3 : 1);
    }
    return pieces->size;
}

static uint32_t operator_end(const Pieces *pieces, uint32_t at) {
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        uint32_t length = (uint32_t)strlen(operators[i]);
        if (length <= pieces->size - at && !memcmp(pieces->text + at, operators[i], length))
            return at + length;
    }
    return at + 1;
}

static uint32_t skip_blanks(const Pieces *pieces, uint32_t at) {
    while (at < pieces->size && strchr(" \t\r", pieces->text[at]) && pieces->text[at])
        at++;
    if (byte_at(pieces, at) == '#')
        while (at < pieces->size && pieces->text[at] != '\n')
            at++;
    return at;
}

static Piece piece_at(const Pieces *pieces, uint32_t at) {
    char c = pieces->text[at];
    Piece piece = {.start = at, .end = at + 1, .partner = pieces->count};
    if (c == '\n' || c == ';') {
        piece.kind = PIECE_BREAK;
    } else if (c == '"' || c == '\'') {
        piece.kind = PIECE_STRING;
        piece.end = string_end(pieces, at);
    } else if (isdigit((unsigned char)c)) {
        piece.kind = PIECE_NUMBER;
        piece.end = number_end(pieces, at);
    } else if (is_word(c)) {
        piece.end = word_end(pieces, at);
        piece.kind = is_keyword(pieces->text + at, piece.end - at) ? PIECE_KEYWORD : PIECE_WORD;
    } else if (c == '(' || c == '[' || c == '{') {
        piece.kind = PIECE_OPEN;
    } else if (c == ')' || c == ']' || c == '}') {
        piece.kind = PIECE_CLOSE;
    } else {
        piece.kind = PIECE_OPERATOR;
        piece.end = operator_end(pieces, at);
    }
    return piece;
}

static void match_brackets(Pieces *pieces) {
    static uint32_t open[PIECE_LIMIT];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == PIECE_OPEN) {
            open[depth++] = i;
        } else if (pieces->items[i].kind == PIECE_CLOSE && depth) {
            uint32_t partner = open[--depth];
            pieces->items[i].partner = partner;
            pieces->items[partner].partner = i;
        }
    }
}

void pieces_cut(Pieces *pieces, const char *text, size_t size) {
    pieces->text = text;
    pieces->size = (uint32_t)size;
    pieces->count = 0;
    uint32_t at = skip_blanks(pieces, 0);
    while (at < pieces->size && pieces->count < PIECE_LIMIT) {
        Piece piece = piece_at(pieces, at);
        pieces->items[pieces->count++] = piece;
        at = skip_blanks(pieces, piece.end);
    }
    match_brackets(pieces);
}

bool piece_is(const Pieces *pieces, uint32_t index, const char *spelling) {
    if (index >= pieces->count)
        return false;
    const Piece *piece = &pieces->items[index];
    size_t length = piece->end - piece->start;
    return strlen(spelling) == length && !memcmp(pieces->text + piece->start, spelling, length);
}

bool pieces_statement_starts(const Pieces *pieces, uint32_t index) {
    PieceKind kind = pieces->items[index].kind;
    if (kind == PIECE_BREAK || kind == PIECE_CLOSE)
        return false;
    return index == 0 || pieces->items[index - 1].kind == PIECE_BREAK ||
           piece_is(pieces, index - 1, "{");
}

static bool goes_on(const Pieces *pieces, uint32_t index) {
    while (index < pieces->count && pieces->items[index].kind == PIECE_BREAK)
        index++;
    return piece_is(pieces, index, "else") || piece_is(pieces, index, "catch") ||
           piece_is(pieces, index, "finally") || piece_is(pieces, index, ".");
}

uint32_t pieces_statement_end(const Pieces *pieces, uint32_t index) {
    while (index < pieces->count) {
        const Piece *piece = &pieces->items[index];
        if (piece->kind == PIECE_CLOSE)
            return index;
        if (piece->kind == PIECE_BREAK && !goes_on(pieces, index))
            return index;
        index = piece->kind == PIECE_OPEN ? piece->partner + 1 : index + 1;
    }
    return index;
}

static bool is_close_behind(const Pieces *pieces, uint32_t index) {
    return pieces->items[index].start == pieces->items[index - 1].end;
}

uint32_t pieces_operand_end(const Pieces *pieces, uint32_t index) {
    const Piece *piece = &pieces->items[index];
    if (piece->kind > PIECE_STRING && piece->kind != PIECE_OPEN)
        return index;
    if (piece->kind == PIECE_KEYWORD && !piece_is(pieces, index, "self") &&
        !piece_is(pieces, index, "nil") && !piece_is(pieces, index, "true") &&
        !piece_is(pieces, index, "false"))
        return index;
    uint32_t end = piece->kind == PIECE_OPEN ? piece->partner + 1 : index + 1;
    while (end < pieces->count && is_close_behind(pieces, end)) {
        if (piece_is(pieces, end, "(") || piece_is(pieces, end, "["))
            end = pieces->items[end].partner + 1;
        else if (piece_is(pieces, end, ".") && end + 1 < pieces->count)
            end += 2;
        else
            break;
    }
    return end;
}
