// SPDX-License-Identifier: MIT
//
// Spacing: a blank between any two words, but for what is listed here. An operator between two values has a
// blank on both sides, a sign has none behind it. `a:b` in a slice and `a..b` are tight, as long as neither
// side has an operator of its own: xs[i:i + 1] would read as (xs[i:i]) + 1, so it is xs[i : i + 1].
#include "layout/spacing.h"

#include "grammar.h"

// ---- Operators between values -----------------------------------------------------------------

// Those that bind tighter than `..`.
static bool is_arithmetic(const Words *words, uint32_t index) {
    switch (words->items[index].code) {
    case TOKEN_PLUS:
    case TOKEN_MINUS: return !word_is_sign(words, index);
    case TOKEN_STAR:
    case TOKEN_SLASH:
    case TOKEN_DOUBLE_SLASH:
    case TOKEN_PERCENT:
    case TOKEN_POWER:
    case TOKEN_PIPE:
    case TOKEN_CARET:
    case TOKEN_AMPERSAND:
    case TOKEN_SHIFT_LEFT:
    case TOKEN_SHIFT_RIGHT: return true;
    default: return false;
    }
}

static bool is_loose(int code) {
    switch (code) {
    case TOKEN_IF:
    case TOKEN_OR:
    case TOKEN_AND:
    case TOKEN_EQUAL:
    case TOKEN_NOT_EQUAL:
    case TOKEN_LESS:
    case TOKEN_LESS_EQUAL:
    case TOKEN_GREATER:
    case TOKEN_GREATER_EQUAL:
    case TOKEN_IN:
    case TOKEN_NOT_IN:
    case TOKEN_IS:
    case TOKEN_IS_NOT:
    case TOKEN_ARROW: return true;
    default: return false;
    }
}

// ---- Slices -----------------------------------------------------------------------------------

static bool in_slice(const Words *words, uint32_t colon) {
    uint32_t parent = words->items[colon].parent;
    return parent != NO_WORD && words->items[parent].code == TOKEN_LBRACKET;
}

static bool spaced_colon(const Words *words, uint32_t colon) {
    const Word *items = words->items;
    int before = items[colon - 1].code, behind = items[colon + 1].code;
    if (before == TOKEN_LBRACKET || before == TOKEN_COLON || behind == TOKEN_COLON ||
        behind == TOKEN_RBRACKET)
        return false;
    uint32_t open = items[colon].parent;
    for (uint32_t i = open + 1; i < items[open].match; i++) {
        if (word_opens(items[i].code))
            i = items[i].match;
        else if (is_arithmetic(words, i) || is_loose(items[i].code))
            return true;
    }
    return false;
}

// ---- Ranges -----------------------------------------------------------------------------------

// What an operand of `..` may consist of, besides operators that bind tighter and what is in brackets.
static bool is_part_of_operand(const Words *words, uint32_t index) {
    switch (words->items[index].code) {
    case TOKEN_DOT:
    case TOKEN_TILDE:
    case TOKEN_MINUS:
    case TOKEN_PLUS:
    case TOKEN_AWAIT: return true;
    default: return words->items[index].code != TOKEN_RBRACE && word_ends_operand(words, index);
    }
}

static bool operator_before(const Words *words, uint32_t index) {
    while (index-- > 0) {
        const Word *word = &words->items[index];
        if (is_arithmetic(words, index))
            return true;
        if (!is_part_of_operand(words, index))
            return false;
        if (word_closes(word->code))
            index = word->match;
        if (words->items[index].separated)
            return false;
    }
    return false;
}

static bool operator_behind(const Words *words, uint32_t index) {
    while (++index < words->count) {
        const Word *word = &words->items[index];
        if (word->separated || word_closes(word->code))
            return false;
        if (is_arithmetic(words, index))
            return true;
        if (word_opens(word->code) && word->code != TOKEN_LBRACE)
            index = word->match;
        else if (!is_part_of_operand(words, index))
            return false;
    }
    return false;
}

static bool spaced_range(const Words *words, uint32_t range) {
    return operator_before(words, range) || operator_behind(words, range);
}

// ---- Pairs ------------------------------------------------------------------------------------

// The name `lock` in `lock (a) { }`: which reads like a call, but is a statement.
static bool is_lock_statement(const Words *words, uint32_t name) {
    const Word *items = words->items;
    if (items[name].code != TOKEN_NAME || !word_spells(words, name, "lock"))
        return false;
    bool awaits = name && items[name - 1].code == TOKEN_AWAIT;
    if (!word_starts_statement(words, name - awaits))
        return false;
    int behind = items[items[name + 1].match + 1].code;
    return behind == TOKEN_LBRACE || behind == TOKEN_COMMA;
}

// `(` or `[`: of a call or an index, which is tight, or on its own.
static bool blank_before_bracket(const Words *words, uint32_t index) {
    const Word *word = &words->items[index];
    if (word->separated || !word_ends_operand(words, index - 1))
        return true;
    return word->code == TOKEN_LPAREN && is_lock_statement(words, index - 1);
}

static bool blank_behind_sign(const Words *words, uint32_t sign) {
    const Word *a = &words->items[sign], *b = a + 1;
    return b->code == a->code && b->at.start > a->at.start + a->at.length;
}

static bool tight_behind(const Words *words, uint32_t index) {
    switch (words->items[index].code) {
    case TOKEN_LPAREN:
    case TOKEN_LBRACKET:
    case TOKEN_MAP_OPEN:
    case TOKEN_DOT:
    case TOKEN_TILDE:
    case TOKEN_ELLIPSIS: return true;
    case TOKEN_PLUS:
    case TOKEN_MINUS: return word_is_sign(words, index) && !blank_behind_sign(words, index);
    case TOKEN_COLON: return in_slice(words, index) && !spaced_colon(words, index);
    case TOKEN_RANGE: return !spaced_range(words, index);
    default: return false;
    }
}

static bool tight_before(const Words *words, uint32_t index) {
    switch (words->items[index].code) {
    case TOKEN_RPAREN:
    case TOKEN_RBRACKET:
    case TOKEN_MAP_CLOSE:
    case TOKEN_COMMA:
    case TOKEN_DOT: return true;
    case TOKEN_LPAREN:
    case TOKEN_LBRACKET: return !blank_before_bracket(words, index);
    case TOKEN_COLON: return !in_slice(words, index) || !spaced_colon(words, index);
    case TOKEN_RANGE: return !spaced_range(words, index);
    default: return false;
    }
}

bool spacing_before(const Words *words, uint32_t index) {
    return !tight_behind(words, index - 1) && !tight_before(words, index);
}
