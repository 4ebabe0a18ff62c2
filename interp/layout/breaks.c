// SPDX-License-Identifier: MIT
//
// Breaks. Blocks of one line are found by counting the gaps with a newline up to each word: no gap between
// the two braces has one. To fit a line only as much of it is measured as fits; a block that is broken is
// passed over at its own level only, so all lines together take time linear to the text (times the few
// words that a line has).
#include "layout/breaks.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "grammar.h"
#include "base/os.h"
#include "layout/spacing.h"

// ---- Where the author's newlines stay ----------------------------------------------------------

static bool is_empty_bracket(const Words *words, uint32_t close) {
    const Word *word = &words->items[close];
    return word_closes(word->code) && word->match == close - 1;
}

// Stands on the line of the word before it, comments apart.
static bool is_attached(const Words *words, uint32_t index) {
    if (words->items[index].comments)
        return false;
    if (is_empty_bracket(words, index) || word_goes_on(words, index))
        return true;
    return words->items[index].code == TOKEN_LBRACE && !word_starts_statement(words, index);
}

static bool gap_has_newline(const Word *word) { return word->newlines || word->comments; }

static void break_block(Words *words, uint32_t open) {
    uint32_t close = words->items[open].match;
    if (is_empty_bracket(words, close) && !words->items[close].comments)
        return;
    words->items[open + 1].breaks = words->items[close].breaks = true;
}

// Behind the block of a statement the next one starts a line, but for those that share the line of a block
// around them, or have a `;` between them.
static bool starts_line_behind_block(const Words *words, uint32_t index) {
    const Word *word = &words->items[index], *brace = word - 1;
    if (brace->code != TOKEN_RBRACE || !brace->of_statement || !word_starts_statement(words, index))
        return false;
    if (brace->breaks)
        return true;
    return !word->semicolon && (word->parent == NO_WORD || words->items[word->parent + 1].breaks);
}

void breaks_mark(Words *words) {
    uint32_t *lines = os_malloc(words->count * sizeof *lines), line = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        Word *word = &words->items[i];
        line += gap_has_newline(word);
        lines[i] = line;
        word->breaks =
            word->code == TOKEN_END || !i || (gap_has_newline(word) && !is_attached(words, i));
        if (word->code == TOKEN_RBRACE && lines[word->match] < line)
            break_block(words, word->match);
    }
    for (uint32_t i = 1; i < words->count; i++)
        if (starts_line_behind_block(words, i))
            words->items[i].breaks = true;
    free(lines);
}

// ---- What does not fit -------------------------------------------------------------------------

bool word_is_canonical(const Words *words, uint32_t index, const char **text) {
    const Word *word = &words->items[index];
    switch (word->code) {
    case TOKEN_ASYNC_FN: *text = "async fn"; break;
    case TOKEN_IS_NOT: *text = "is not"; break;
    case TOKEN_NOT_IN: *text = "not in"; break;
    default: return false;
    }
    return !memchr(word_text(words, index), '#', word->at.length); // comments are kept
}

uint32_t columns_of(const char *bytes, size_t length) {
    uint32_t columns = 0;
    for (size_t i = 0; i < length;) {
        if ((unsigned char)bytes[i] < 0x80) {
            columns += bytes[i] == '\t' ? 4 : 1;
            i++;
            continue;
        }
        utf8proc_int32_t c;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
                                                 (utf8proc_ssize_t)(length - i), &c);
        int width = size > 0 ? utf8proc_charwidth(c) : 1;
        columns += width > 0 ? (uint32_t)width : 0;
        i += size > 0 ? (size_t)size : 1;
    }
    return columns;
}

// Columns of a word's first line, `all` false where more lines follow.
static uint32_t word_columns(const Words *words, uint32_t index, bool *all) {
    const char *text;
    *all = true;
    if (word_is_canonical(words, index, &text))
        return (uint32_t)strlen(text);
    text = word_text(words, index);
    size_t length = words->items[index].at.length;
    const char *newline = memchr(text, '\n', length);
    *all = !newline;
    if (newline)
        length = (size_t)(newline - text);
    return length > 4 * LINE_LIMIT ? LINE_LIMIT + 1 : columns_of(text, length);
}

static bool fits(const Words *words, uint32_t first, uint32_t columns) {
    bool all;
    columns += word_columns(words, first, &all);
    for (uint32_t i = first + 1; all && !words->items[i].breaks && columns <= LINE_LIMIT; i++) {
        columns += words->items[i].semicolon && words->items[i].code != TOKEN_RBRACE;
        columns += spacing_before(words, i) + word_columns(words, i, &all);
    }
    return columns <= LINE_LIMIT;
}

// Each statement of the block gets a line.
static void break_statements(Words *words, uint32_t open) {
    uint32_t close = words->items[open].match;
    break_block(words, open);
    for (uint32_t i = open + 1; i < close; i++) {
        if (word_starts_statement(words, i))
            words->items[i].breaks = true;
        if (word_opens(words->items[i].code))
            i = words->items[i].match;
    }
    if (words->items[open].of_statement && word_starts_statement(words, close + 1))
        words->items[close + 1].breaks = true;
}

void breaks_fit(Words *words, uint32_t first, uint32_t indent) {
    if (fits(words, first, indent))
        return;
    for (uint32_t i = first; i == first || !words->items[i].breaks; i++) {
        uint32_t close = words->items[i].match;
        if (words->items[i].code == TOKEN_LBRACE && close > i + 1 && !words->items[i + 1].breaks) {
            break_statements(words, i);
            i = close;
        }
    }
}
