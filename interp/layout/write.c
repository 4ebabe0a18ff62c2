// SPDX-License-Identifier: MIT
//
// Write: the words in their order, with a stack of the brackets that are open.
//
// What is in brackets is indented by one level from the line that opened them, however many were opened
// there; a block of a statement from the statement. A line that goes on with what an earlier line began is
// indented by one level more.
//
// Invariant: the stack is that of the words written so far.
#include "layout/write.h"

#include <string.h>

#include "grammar.h"
#include "base/os.h"
#include "layout/breaks.h"
#include "layout/spacing.h"

enum { INDENT = 4, LEVEL_LIMIT = 501 }; // the parser's limit for brackets, and the text itself

typedef struct Level {
    uint32_t content; // blanks at the head of lines in it
    uint32_t close;   // and of one that starts with its closing bracket
    bool has_lines;   // a line has started in it, or
    bool item_behind; // had when its last item began: so that goes on further to the right
} Level;

typedef struct Writer {
    Words *words;
    Lines *lines;
    uint32_t index;  // the word that comes next
    uint32_t indent; // of the line that is written
    uint32_t depth;
    Level levels[LEVEL_LIMIT + 1];
} Writer;

static Word *next_word(const Writer *writer) { return &writer->words->items[writer->index]; }
static Level *innermost(Writer *writer) { return &writer->levels[writer->depth]; }

// ---- The heads of lines -----------------------------------------------------------------------

static bool starts_item(const Writer *writer) {
    int before = writer->index ? next_word(writer)[-1].code : TOKEN_END;
    return before == TOKEN_COMMA || word_opens(before);
}

static uint32_t indent_of_next(Writer *writer) {
    const Words *words = writer->words;
    const Level *level = innermost(writer);
    uint32_t index = writer->index;
    if (word_closes(next_word(writer)->code))
        return level->close;
    bool further;
    if (word_in_block(words, index))
        further = !word_starts_statement(words, index) && !word_goes_on(words, index);
    else
        further = level->item_behind && !starts_item(writer);
    return level->content + (further ? INDENT : 0);
}

static void open_level(Writer *writer) {
    const Word *word = next_word(writer);
    uint32_t base = word->of_statement ? innermost(writer)->content : writer->indent;
    writer->levels[++writer->depth] = (Level){.content = base + INDENT, .close = base};
}

// ---- Gaps -------------------------------------------------------------------------------------

// Whether a blank line may stand before the next word, and the comments in front of it.
static bool may_be_apart(const Writer *writer) {
    if (word_in_block(writer->words, writer->index))
        return word_starts_statement(writer->words, writer->index) ||
               word_closes(next_word(writer)->code);
    return starts_item(writer) || word_closes(next_word(writer)->code);
}

typedef struct GapLines {
    uint32_t newlines; // since the last thing that was written
    bool apart;        // blank lines may stand here
} GapLines;

static void write_blank(Writer *writer, const GapLines *gap) {
    if (gap->apart && gap->newlines > 1)
        lines_blank(writer->lines);
}

static void write_comment(Writer *writer, Span comment, GapLines *gap) {
    if (writer->index && !gap->newlines) {
        lines_end_comment(writer->lines, comment);
        return;
    }
    bool closes = word_closes(next_word(writer)->code);
    write_blank(writer, gap);
    lines_own_comment(writer->lines, comment,
                      closes ? innermost(writer)->content : indent_of_next(writer));
    gap->apart = may_be_apart(writer);
    gap->newlines = 0;
}

// The comments before the next word, and the blank lines around them.
static void write_comments(Writer *writer) {
    const Word *word = next_word(writer);
    Gap gap = gap_before(writer->words, writer->index);
    bool first = !writer->index || word_opens(word[-1].code);
    GapLines lines = {.apart = !first && may_be_apart(writer)};
    for (GapPiece piece; (piece = gap_next(&gap)) != GAP_END;) {
        if (piece == GAP_COMMENT)
            write_comment(writer, gap.comment, &lines);
        else
            lines.newlines += piece == GAP_NEWLINE || piece == GAP_JOIN;
    }
    if (!word_closes(word->code) && word->code != TOKEN_END)
        write_blank(writer, &lines);
}

static bool starts_with_letter(const Words *words, uint32_t index) {
    unsigned char c = (unsigned char)*word_text(words, index);
    return c >= 0x80 || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

// Whether a `\` has to stay at the end of the line, as its newline would count otherwise. Behind a word it
// stays in any case: what some of them mean depends on what is on the same line.
static bool needs_join(const Words *words, uint32_t index) {
    const Word *word = &words->items[index];
    if (!word->joined || word->separated || word->code == TOKEN_DOT || word_goes_on(words, index))
        return false;
    return starts_with_letter(words, index - 1) ||
           (word_in_block(words, index) && word_ends_operand(words, index - 1));
}

// `;` stays where statements share a line. Behind a comma a newline would not end the statement.
static bool needs_semicolon(const Writer *writer) {
    const Word *word = next_word(writer);
    if (!word->semicolon || !word->separated || !writer->index)
        return false;
    if (word[-1].code == TOKEN_COMMA)
        return true;
    return !word->breaks && word[-1].code != TOKEN_LBRACE && word->code != TOKEN_RBRACE;
}

static void start_line(Writer *writer) {
    uint32_t index = writer->index;
    if (index && needs_join(writer->words, index))
        text_string(&writer->lines->code, " \\");
    write_comments(writer);
    if (next_word(writer)->code == TOKEN_END)
        return;
    writer->indent = indent_of_next(writer);
    innermost(writer)->has_lines = true;
    breaks_fit(writer->words, index, writer->indent);
    lines_start(writer->lines, writer->indent);
}

// ---- Words ------------------------------------------------------------------------------------

// The bytes as they stand, but for line ends: they become LF, as all others do.
static void write_source(Text *code, const char *text, size_t length) {
    const char *end = text + length;
    for (const char *cr; (cr = memchr(text, '\r', (size_t)(end - text)));) {
        bool is_newline = cr + 1 < end && cr[1] == '\n';
        text_append(code, text, (size_t)(cr - text) + !is_newline);
        text = cr + 1;
    }
    text_append(code, text, (size_t)(end - text));
}

static void write_word(Writer *writer) {
    const char *text;
    uint32_t index = writer->index;
    Text *code = &writer->lines->code;
    if (word_is_canonical(writer->words, index, &text))
        text_string(code, text);
    else
        write_source(code, word_text(writer->words, index), next_word(writer)->at.length);
}

static void write_next(Writer *writer) {
    Text *code = &writer->lines->code;
    const Word *word = next_word(writer);
    if (needs_semicolon(writer))
        text_char(code, ';');
    if (word->breaks)
        start_line(writer);
    else if (spacing_before(writer->words, writer->index))
        text_char(code, ' ');
    if (starts_item(writer))
        innermost(writer)->item_behind = innermost(writer)->has_lines;
    write_word(writer);
    if (word_closes(word->code))
        writer->depth--;
    if (word_opens(word->code))
        open_level(writer);
}

bool words_write(Words *words, Lines *lines) {
    Writer writer = {.words = words, .lines = lines};
    for (; writer.index < words->count; writer.index++) {
        write_next(&writer);
        if (lines->code.length > SOURCE_SIZE_LIMIT)
            return false;
    }
    lines_end(lines);
    return true;
}
