// SPDX-License-Identifier: MIT
//
// Words: from tokens to what a layout needs to know. One pass for the list and its gaps, one for the
// brackets; both take time linear to the text.
#include "layout/words.h"

#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "base/os.h"

// ---- Gaps -------------------------------------------------------------------------------------

static uint32_t text_start(const Source *source) {
    return !strncmp(source->bytes, "\xEF\xBB\xBF", 3) ? 3 : 0; // a byte order mark is no text
}

Gap gap_before(const Words *words, uint32_t index) {
    const Source *source = words->source;
    uint32_t start = text_start(source);
    if (index)
        start = words->items[index - 1].at.start + words->items[index - 1].at.length;
    return (Gap){.cursor = source->bytes + start,
                 .end = source->bytes + words->items[index].at.start,
                 .source = source};
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }

static void read_comment(Gap *gap) {
    const char *start = gap->cursor;
    const char *end = memchr(start, '\n', (size_t)(gap->end - start));
    gap->cursor = end = end ? end : gap->end;
    while (is_blank(end[-1]))
        end--;
    gap->comment = (Span){(uint32_t)(start - gap->source->bytes), (uint32_t)(end - start)};
}

GapPiece gap_next(Gap *gap) {
    while (gap->cursor < gap->end) {
        switch (*gap->cursor) {
        case '\n': gap->cursor++; return GAP_NEWLINE;
        case ';': gap->cursor++; return GAP_SEMICOLON;
        case '#': read_comment(gap); return GAP_COMMENT;
        case '\\':
            gap->cursor = memchr(gap->cursor, '\n', (size_t)(gap->end - gap->cursor));
            gap->cursor++;
            return GAP_JOIN;
        default: gap->cursor++; // a blank, or a comma that has been dropped
        }
    }
    return GAP_END;
}

static void read_gap(const Words *words, uint32_t index) {
    Word *word = &words->items[index];
    Gap gap = gap_before(words, index);
    uint32_t newlines = 0;
    for (GapPiece piece; (piece = gap_next(&gap)) != GAP_END;) {
        newlines += piece == GAP_NEWLINE || piece == GAP_JOIN;
        word->comments |= piece == GAP_COMMENT;
        word->semicolon |= piece == GAP_SEMICOLON;
        word->joined |= piece == GAP_JOIN;
    }
    word->newlines = (uint8_t)(newlines < 2 ? newlines : 2);
}

// A `\` counts only where no newline of its own stands beside it.
static void read_joins(const Words *words, uint32_t index) {
    Word *word = &words->items[index];
    Gap gap = gap_before(words, index);
    for (GapPiece piece; word->joined && (piece = gap_next(&gap)) != GAP_END;)
        word->joined = piece != GAP_NEWLINE && piece != GAP_COMMENT;
}

// ---- The list ---------------------------------------------------------------------------------

// The token behind the string that starts at `index`, and the string's end.
static size_t pass_template(const TokenList *tokens, size_t index, uint32_t *end) {
    for (uint32_t depth = 0;; index++) {
        const TokenPlace *token = &tokens->items[index];
        depth += token->code == TOKEN_TEMPLATE_START;
        depth -= token->code == TOKEN_TEMPLATE_END;
        *end = token->at.start + token->at.length;
        if (!depth)
            return index + 1;
    }
}

// Whether the comma at the list's end, in front of the bracket that is next, says nothing.
static bool drops_comma(const Words *words) {
    const Word *next = &words->items[words->count - 1];
    if (words->count < 3 || next[-1].code != TOKEN_COMMA)
        return false;
    if (next->newlines || next->comments || next[-1].newlines || next[-1].comments)
        return false;
    return next->code == TOKEN_RPAREN || next->code == TOKEN_RBRACKET ||
           next->code == TOKEN_MAP_CLOSE;
}

static void add_word(Words *words, int code, Span at, bool separated) {
    uint32_t index = words->count++;
    words->items[index] = (Word){.code = code, .at = at, .separated = separated, .parent = NO_WORD};
    read_gap(words, index);
    read_joins(words, index);
    if (drops_comma(words)) {
        words->items[index - 1] = words->items[index];
        words->count--;
    }
}

static void collect(Words *words, const TokenList *tokens) {
    bool separated = false;
    for (size_t i = 0; i < tokens->count;) {
        const TokenPlace *token = &tokens->items[i++];
        if (token->code == TOKEN_SEPARATOR) {
            separated = true;
            continue;
        }
        Span at = token->at;
        int code = token->code;
        if (code == TOKEN_END)
            at = (Span){(uint32_t)words->source->length, 0};
        if (code == TOKEN_TEMPLATE_START) {
            uint32_t end;
            i = pass_template(tokens, i - 1, &end);
            at.length = end - at.start;
            code = TOKEN_STRING;
        }
        add_word(words, code, at, separated);
        separated = false;
    }
}

// ---- Brackets ---------------------------------------------------------------------------------

bool word_opens(int code) {
    return code == TOKEN_LPAREN || code == TOKEN_LBRACKET || code == TOKEN_LBRACE ||
           code == TOKEN_MAP_OPEN;
}

bool word_closes(int code) {
    return code == TOKEN_RPAREN || code == TOKEN_RBRACKET || code == TOKEN_RBRACE ||
           code == TOKEN_MAP_CLOSE;
}

static bool is_function(int code) { return code == TOKEN_FN || code == TOKEN_ASYNC_FN; }

// The block of spawn, thread, async, or of a function without a name, is a part of an expression.
static bool block_of_statement(const Words *words, uint32_t brace) {
    const Word *items = words->items;
    if (!brace || items[brace].separated)
        return true;
    switch (items[brace - 1].code) {
    case TOKEN_SPAWN:
    case TOKEN_THREAD:
    case TOKEN_ASYNC: return false;
    case TOKEN_RPAREN: {
        uint32_t open = items[brace - 1].match;
        return !open || !is_function(items[open - 1].code);
    }
    default: return true;
    }
}

static void match_brackets(Words *words) {
    uint32_t open = NO_WORD;
    for (uint32_t i = 0; i < words->count; i++) {
        Word *word = &words->items[i];
        if (word_closes(word->code)) {
            word->match = open;
            words->items[open].match = i;
            word->of_statement = words->items[open].of_statement;
            open = words->items[open].parent;
        }
        word->parent = open;
        if (word_opens(word->code)) {
            word->of_statement = word->code == TOKEN_LBRACE && block_of_statement(words, i);
            open = i;
        }
    }
}

Words words_new(const Source *source, const TokenList *tokens) {
    Words words = {.source = source, .items = os_malloc(tokens->count * sizeof(Word))};
    collect(&words, tokens);
    match_brackets(&words);
    return words;
}

void words_free(Words *words) {
    free(words->items);
    words->items = NULL;
}

// ---- Questions --------------------------------------------------------------------------------

bool word_ends_operand(const Words *words, uint32_t index) {
    const Word *word = &words->items[index];
    switch (word->code) {
    case TOKEN_RETURN:
    case TOKEN_BREAK:
    case TOKEN_CONTINUE: return false;
    case TOKEN_RBRACE: return !word->of_statement;
    default: return token_can_end(word->code);
    }
}

bool word_is_sign(const Words *words, uint32_t index) {
    const Word *word = &words->items[index];
    if (word->code != TOKEN_MINUS && word->code != TOKEN_PLUS)
        return false;
    return !index || word->separated || !word_ends_operand(words, index - 1);
}

static bool in_select(const Words *words, uint32_t index) {
    uint32_t parent = words->items[index].parent;
    return parent != NO_WORD && parent && words->items[parent].code == TOKEN_LBRACE &&
           words->items[parent - 1].code == TOKEN_SELECT;
}

bool word_goes_on(const Words *words, uint32_t index) {
    if (!index || words->items[index].separated)
        return false;
    const Word *before = &words->items[index - 1];
    if (before->code != TOKEN_RBRACE || !before->of_statement)
        return false;
    switch (words->items[index].code) {
    case TOKEN_CATCH:
    case TOKEN_FINALLY: return true;
    case TOKEN_ELSE: return !in_select(words, index);
    default: return false;
    }
}

bool word_starts_statement(const Words *words, uint32_t index) {
    const Word *word = &words->items[index];
    if (word->code == TOKEN_RBRACE)
        return false;
    if (!index || word->separated || word->code == TOKEN_END)
        return true;
    if (!word_in_block(words, index))
        return false;
    const Word *before = word - 1;
    if (before->code == TOKEN_LBRACE)
        return true;
    return before->code == TOKEN_RBRACE && before->of_statement && !word_goes_on(words, index);
}

bool word_in_block(const Words *words, uint32_t index) {
    uint32_t parent = words->items[index].parent;
    return parent == NO_WORD || words->items[parent].code == TOKEN_LBRACE;
}

const char *word_text(const Words *words, uint32_t index) {
    return words->source->bytes + words->items[index].at.start;
}

bool word_spells(const Words *words, uint32_t index, const char *text) {
    size_t length = strlen(text);
    return words->items[index].at.length == length &&
           !memcmp(word_text(words, index), text, length);
}
