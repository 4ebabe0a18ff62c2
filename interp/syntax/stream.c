// SPDX-License-Identifier: MIT
//
// The token stream: what the lexer reads becomes what the grammar wants. Here it is decided
//   - which newlines end a statement,
//   - whether a brace opens a block, a class or a map,
//   - where a keyword is only a name, and where get, set, test and lock are more than one,
//   - and where a string goes on behind the ${ } in it.
// All of it follows from the tokens before, the stack of open brackets and a look at the characters
// that come next, so that the grammar stays free of conflicts.
//
// Invariant: the stack of brackets is that of all tokens given out so far.
#include <string.h>

#include "grammar.h"
#include "syntax/parser.h"

static uint32_t offset_of(const Parser *parser, const char *here) {
    return (uint32_t)(here - parser->source->bytes);
}

static bool is_name_start(char c) {
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || u == '_' || ((u | 32) >= 'a' && (u | 32) <= 'z');
}

static bool at_statement_start(const TokenStream *stream) {
    switch (stream->previous) {
    case TOKEN_END: // nothing yet
    case TOKEN_SEPARATOR:
    case TOKEN_LBRACE:
    case TOKEN_RBRACE: return true;
    default: return false;
    }
}

// ---- Brackets ---------------------------------------------------------------------------------

static Bracket *innermost(TokenStream *stream) {
    return stream->bracket_count ? &stream->brackets[stream->bracket_count - 1] : NULL;
}

static bool inside(TokenStream *stream, BracketKind kind) {
    Bracket *bracket = innermost(stream);
    return bracket && bracket->kind == kind;
}

static bool is_template(const Bracket *bracket) {
    return bracket->kind == BRACKET_TEMPLATE || bracket->kind == BRACKET_LONG_TEMPLATE;
}

static bool newlines_count(TokenStream *stream) {
    Bracket *bracket = innermost(stream);
    return !bracket || bracket->kind >= BRACKET_BLOCK;
}

uint32_t stream_block_level(const TokenStream *stream) {
    uint32_t level = stream->bracket_count;
    while (level && stream->brackets[level - 1].kind < BRACKET_BLOCK)
        level--;
    return level;
}

const Bracket *stream_around(const TokenStream *stream, const Token *token) {
    uint32_t count = stream->bracket_count;
    if (count && stream->brackets[count - 1].offset == token->at.start)
        count--;
    return count ? &stream->brackets[count - 1] : NULL;
}

bool stream_word_before(const Parser *parser, uint32_t offset) {
    const char *text = parser->source->bytes;
    return offset > 0 && (is_name_start(text[offset - 1]) ||
                          (text[offset - 1] >= '0' && text[offset - 1] <= '9'));
}

static const char *bracket_text(BracketKind kind) {
    static const char *const texts[] = {"(", "[", "{", "${", "${", "{", "{", "{"};
    return texts[kind];
}

static void report_unclosed(Parser *parser, const Bracket *bracket) {
    const char *text = bracket_text(bracket->kind);
    Span at = {bracket->offset, (uint32_t)strlen(text)};
    syntax_error(parser, at, NULL, "'%s' was never closed", text);
    if (bracket->kind >= BRACKET_BLOCK && parser->stream.misfit)
        diagnostic_cause(parser->diagnostics, (Span){parser->stream.misfit, 1},
                         "the `{` in line %u is closed by a `}` of another indentation",
                         parser->stream.misfit_line);
}

// A `}` that starts its line stands under the line of its `{`, or a brace between is missing: the
// first that does not is remembered for report_unclosed.
static void note_misfit(Parser *parser, const Token *token, const Bracket *open) {
    TokenStream *stream = &parser->stream;
    if (stream->misfit || !(token->flags & TOKEN_STARTS_LINE) || stream->indent == open->indent)
        return;
    stream->misfit = token->at.start;
    stream->misfit_line = source_line_of(parser->source, open->offset);
}

static void push(Parser *parser, BracketKind kind, uint32_t offset) {
    TokenStream *stream = &parser->stream;
    if (stream->bracket_count == BRACKET_LIMIT) {
        syntax_error(parser, ((Span){offset, 1}), NULL,
                     "too many nested brackets (the limit is %d)", BRACKET_LIMIT);
        parser->fatal = true;
        return;
    }
    stream->brackets[stream->bracket_count++] =
        (Bracket){.kind = kind, .offset = offset, .indent = stream->indent};
}

static Token invalid(const Parser *parser, unsigned flags) {
    const Lexer *lexer = &parser->stream.lexer;
    Span at = {offset_of(parser, lexer->token), (uint32_t)(lexer->cursor - lexer->token)};
    return (Token){.code = TOKEN_INVALID, .flags = flags, .at = at};
}

// `)` or `]`.
static int close(Parser *parser, BracketKind kind, int code) {
    TokenStream *stream = &parser->stream;
    Bracket *open = innermost(stream);
    if (open && open->kind == kind) {
        stream->bracket_count--;
        return code;
    }
    const char *text = kind == BRACKET_PAREN ? ")" : "]";
    Span at = {offset_of(parser, stream->lexer.token), 1};
    if (!open || open->kind >= BRACKET_BLOCK) {
        syntax_error(parser, at, NULL, "unmatched '%s'", text);
    } else {
        syntax_error(parser, at, NULL,
                     "closing parenthesis '%s' does not match opening parenthesis '%s'", text,
                     bracket_text(open->kind));
        diagnostic_cause(parser->diagnostics, (Span){open->offset, 1}, "`%s` is opened",
                         bracket_text(open->kind));
        if (!is_template(open))
            stream->bracket_count--;
    }
    return TOKEN_INVALID;
}

// Forgets what is open above `level`; a brace among it was that of a block: its `}` will come.
static void lose_blocks(Parser *parser, uint32_t level) {
    TokenStream *stream = &parser->stream;
    bool itself = parser->skipping && parser->wants_block; // `fn f() : {`
    uint32_t count = level;
    for (uint32_t i = itself ? level : level + 1; i < stream->bracket_count; i++)
        if (stream->brackets[i].kind == BRACKET_MAP) {
            stream->brackets[count] = stream->brackets[i];
            stream->brackets[count++].kind = BRACKET_LOST;
        }
    stream->bracket_count = count;
}

// A statement begins, or a block ends, inside of ( or [ or ${: that was never closed. Forgets what
// is open above `level`, and goes back to read the token again.
static Token forget_unclosed(Parser *parser, uint32_t level) {
    TokenStream *stream = &parser->stream;
    report_unclosed(parser, &stream->brackets[level]);
    lose_blocks(parser, level);
    stream->lexer.cursor = stream->lexer.token;
    Token token = invalid(parser, TOKEN_RESUME);
    stream->line_start = false;
    return token;
}

// What closes the bracket, a parenthesis say, comes in this line.
static bool closes_in_line(const Lexer *lexer, const Bracket *bracket) {
    char close = bracket->kind == BRACKET_PAREN ? ')' : ']';
    char open = bracket->kind == BRACKET_PAREN ? '(' : '[';
    uint32_t depth = 0;
    for (const char *at = lexer->cursor; *at && *at != '\n' && *at != '}'; at++) {
        if (*at == close && depth-- == 0)
            return true;
        depth += *at == open;
    }
    return false;
}

// `}`: of a map, a block or a class. The ${ } of strings has been dealt with.
static Token close_brace(Parser *parser, Token token) {
    TokenStream *stream = &parser->stream;
    uint32_t level = stream->bracket_count;
    while (level && (stream->brackets[level - 1].kind == BRACKET_PAREN ||
                     stream->brackets[level - 1].kind == BRACKET_SQUARE))
        level--;
    if (!level) {
        syntax_error(parser, token.at, NULL, "unmatched '}'");
        token.code = TOKEN_INVALID;
        return token;
    }
    if (level < stream->bracket_count) {
        if (closes_in_line(&stream->lexer, innermost(stream))) {
            syntax_error(parser, token.at, NULL, "unmatched '}'");
            token.code = TOKEN_INVALID;
            return token;
        }
        token = forget_unclosed(parser, level);
        token.flags = 0; // the brace itself shows where to go on
        return token;
    }
    if (inside(stream, BRACKET_MAP)) {
        token.code = TOKEN_MAP_CLOSE;
    } else if (inside(stream, BRACKET_LOST)) {
        token = (Token){.code = TOKEN_SEPARATOR, .at = {token.at.start, 0}};
    } else if (stream->previous != TOKEN_SEPARATOR && stream->previous != TOKEN_LBRACE &&
               token_can_end(stream->previous)) {
        stream->lexer.cursor = stream->lexer.token; // a `}` ends the statement before it, too
        return (Token){.code = TOKEN_SEPARATOR, .at = {token.at.start, 0}};
    } else {
        token.code = TOKEN_RBRACE;
        note_misfit(parser, &token, innermost(stream));
    }
    stream->bracket_count--;
    return token;
}

static bool map_follows(const Lexer *lexer) {
    return lexer_key_follows(lexer) || *lexer_peek(lexer, true) == '}';
}

static bool opens_block(Parser *parser) {
    TokenStream *stream = &parser->stream;
    if (at_statement_start(stream))
        return !lexer_key_follows(&stream->lexer);
    switch (stream->previous) {
    case TOKEN_ELSE: return stream->else_of_block;
    case TOKEN_TRY:
    case TOKEN_CATCH:
    case TOKEN_FINALLY:
    case TOKEN_GROUP:
    case TOKEN_SELECT:
    case TOKEN_SPAWN:
    case TOKEN_THREAD:
    case TOKEN_ASYNC: return true;
    case TOKEN_IF: // what should stand between may have been forgotten
    case TOKEN_WHILE:
    case TOKEN_TIMEOUT:
    case TOKEN_LOCK:
    case TOKEN_CASE: return !map_follows(&stream->lexer);
    case TOKEN_RETURN: return false;
    default: return token_can_end(stream->previous);
    }
}

static int open_brace(Parser *parser, uint32_t offset) {
    TokenStream *stream = &parser->stream;
    bool block = opens_block(parser);
    if (!block) {
        push(parser, BRACKET_MAP, offset);
        return TOKEN_MAP_OPEN;
    }
    bool of_class = stream->class_head && stream->bracket_count == stream->class_level;
    if (of_class)
        stream->class_head = false;
    push(parser, of_class ? BRACKET_CLASS : BRACKET_BLOCK, offset);
    return TOKEN_LBRACE;
}

// ---- Strings ----------------------------------------------------------------------------------

// The line is broken beyond repair: forget its brackets, so that the next line is read as one.
static Token unterminated(Parser *parser, uint32_t quote, bool is_long) {
    TokenStream *stream = &parser->stream;
    const Bracket *open = innermost(stream);
    if (is_long && !parser->diagnostics->count)
        parser->incomplete = true;
    if (!is_long && open && open->kind == BRACKET_TEMPLATE && open->quote != quote)
        // The quote is the one that should end the string.
        syntax_error(parser, ((Span){open->offset, 2}), "an expression in a string ends with `}`",
                     "'${' was never closed");
    else
        syntax_error(parser, ((Span){quote, is_long ? 3 : 1}), NULL,
                     is_long ? "unterminated triple-quoted string literal"
                             : "unterminated string literal");
    stream->bracket_count = stream_block_level(stream);
    return invalid(parser, 0);
}

// A piece of a string, up to its end or to a `${`. It starts at `start`: with the string's opening
// quote, which is at `quote`, or with the `}` of the expression before.
static Token read_text(Parser *parser, uint32_t start, uint32_t quote, bool is_long) {
    TokenStream *stream = &parser->stream;
    const char *end;
    bool first = start == quote;
    LexText ending = lexer_scan_text(&stream->lexer, is_long, &end);
    if (ending == TEXT_UNTERMINATED)
        return unterminated(parser, quote, is_long);
    uint32_t behind = offset_of(parser, stream->lexer.cursor);
    Token token = {.at = {start, behind - start}};
    token.text = literal_text(parser, stream->lexer.token, end, is_long);
    if (ending == TEXT_EXPRESSION) {
        token.code = first ? TOKEN_TEMPLATE_START : TOKEN_TEMPLATE_MIDDLE;
        push(parser, is_long ? BRACKET_LONG_TEMPLATE : BRACKET_TEMPLATE, behind - 2);
        innermost(stream)->quote = quote;
    } else {
        token.code = first ? TOKEN_STRING : TOKEN_TEMPLATE_END;
    }
    return token;
}

static Token read_plain(Parser *parser, Token token) {
    const char *text = parser->source->bytes + token.at.start;
    token.code = TOKEN_STRING;
    token.text = literal_plain_text(parser, text + 1, text + token.at.length - 1);
    return token;
}

// Behind the expression of ${expr}: the `}`, or `:` and a format spec.
static bool read_template(Parser *parser, Token *token) {
    TokenStream *stream = &parser->stream;
    Bracket *open = innermost(stream);
    if (!open || !is_template(open))
        return false;
    if (token->code == LEX_CLOSE_BRACE) {
        stream->bracket_count--;
        *token =
            read_text(parser, token->at.start, open->quote, open->kind == BRACKET_LONG_TEMPLATE);
        return true;
    }
    if (*stream->lexer.token != ':')
        return false;
    stream->lexer.cursor = stream->lexer.token + 1; // `:=5` is a format spec as well
    uint32_t start = open->offset;
    if (lexer_scan_format(&stream->lexer)) {
        size_t length = (size_t)(stream->lexer.cursor - stream->lexer.token);
        token->code = TOKEN_TEMPLATE_FORMAT;
        token->text.data = arena_copy(parser->arena, stream->lexer.token, length);
        token->text.length = (uint32_t)length;
        token->at.length = (uint32_t)length + 1;
        return true;
    }
    syntax_error(parser, ((Span){start, 2}),
                 "a format spec ends with the `}`, and holds no brackets", "'${' was never closed");
    stream->bracket_count = stream_block_level(stream);
    token->code = TOKEN_INVALID;
    return true;
}

// ---- Words ------------------------------------------------------------------------------------

static bool is_label(Parser *parser, const Token *token) {
    TokenStream *stream = &parser->stream;
    if (!inside(stream, BRACKET_PAREN) || token->code == TOKEN_NAME)
        return false;
    if (stream->previous != TOKEN_LPAREN && stream->previous != TOKEN_COMMA)
        return false;
    return *lexer_peek(&stream->lexer, true) == ':';
}

// `lock` is a statement's keyword where a name follows; `lock (` may be either: the grammar decides
// when it sees what is behind the parenthesis (stmt_from_items).
static bool lock_is_keyword(TokenStream *stream) {
    if (!at_statement_start(stream) && !stream->await_starts)
        return false;
    char next = *lexer_peek(&stream->lexer, false);
    return is_name_start(next) || next == '{';
}

// Whether this keyword is an ordinary name here; sets the flags of such a name.
static bool keyword_is_name(Parser *parser, Token *token) {
    TokenStream *stream = &parser->stream;
    switch (stream->previous) {
    case TOKEN_DOT:
    case TOKEN_GET:
    case TOKEN_SET: return true;
    case TOKEN_FN:
    case TOKEN_ASYNC_FN:
        if (*lexer_peek(&stream->lexer, false) != '(')
            return false;
        if (!inside(stream, BRACKET_CLASS))
            token->flags |= TOKEN_IS_KEYWORD;
        return true;
    default: break;
    }
    if (is_label(parser, token))
        return true;
    if (token->code == TOKEN_QUEUE || (token->code == TOKEN_LOCK && !lock_is_keyword(stream))) {
        token->flags |= TOKEN_IS_KEYWORD;
        return true;
    }
    return false;
}

static bool spells(const Parser *parser, const Token *token, const char *word) {
    return token->at.length == strlen(word) &&
           !memcmp(parser->source->bytes + token->at.start, word, token->at.length);
}

// In a class, `get` and `set` with a name behind them; elsewhere, `test` with a string.
static int special_word(Parser *parser, const Token *token) {
    TokenStream *stream = &parser->stream;
    if (!at_statement_start(stream))
        return TOKEN_NAME;
    char next = *lexer_peek(&stream->lexer, false);
    if (spells(parser, token, "test") && (next == '"' || next == '\''))
        return TOKEN_TEST;
    if (!inside(stream, BRACKET_CLASS) || !is_name_start(next))
        return TOKEN_NAME;
    if (spells(parser, token, "get"))
        return TOKEN_GET;
    return spells(parser, token, "set") ? TOKEN_SET : TOKEN_NAME;
}

// Words that only a statement starts with: at the start of a line inside ( ) or [ ], they show that
// a bracket was forgotten.
static bool must_start_statement(Parser *parser, int code) {
    switch (code) {
    case TOKEN_LET:
    case TOKEN_CONST:
    case TOKEN_CLASS:
    case TOKEN_IMPORT:
    case TOKEN_RETURN:
    case TOKEN_THROW:
    case TOKEN_TRY:
    case TOKEN_WHILE:
    case TOKEN_FOR:
    case TOKEN_BREAK:
    case TOKEN_CONTINUE: return true;
    case TOKEN_FN: return is_name_start(*lexer_peek(&parser->stream.lexer, false));
    default: return false;
    }
}

// `async fn`, `is not` and `not in` are one token each: the grammar could not tell them from the
// start of an operand otherwise.
static void join_words(Parser *parser, Token *token) {
    TokenStream *stream = &parser->stream;
    const char *end = NULL;
    int code = token->code;
    if (code == TOKEN_ASYNC) {
        end = lexer_word_follows(&stream->lexer, "fn");
        code = TOKEN_ASYNC_FN;
    } else if (code == TOKEN_IS) {
        end = lexer_word_follows(&stream->lexer, "not");
        code = TOKEN_IS_NOT;
    } else if (code == TOKEN_NOT && token_can_end(stream->previous)) {
        end = lexer_word_follows(&stream->lexer, "in");
        code = TOKEN_NOT_IN;
    }
    if (!end)
        return;
    stream->lexer.cursor = end;
    token->code = code;
    token->at.length = offset_of(parser, end) - token->at.start;
}

static Token read_word(Parser *parser, Token token) {
    TokenStream *stream = &parser->stream;
    if (token_is_keyword(token.code)) {
        if (keyword_is_name(parser, &token)) {
            token.code = TOKEN_NAME;
        } else if ((token.flags & TOKEN_STARTS_LINE) && !newlines_count(stream) &&
                   must_start_statement(parser, token.code)) {
            return forget_unclosed(parser, stream_block_level(stream));
        }
    } else if (stream->previous != TOKEN_DOT) {
        token.code = special_word(parser, &token);
    }
    join_words(parser, &token);
    if (token.code == TOKEN_CLASS) {
        stream->class_head = true;
        stream->class_level = stream->bracket_count;
    }
    if (token.code == TOKEN_NAME)
        token.name = names_intern(&parser->names, parser->arena,
                                  parser->source->bytes + token.at.start, token.at.length);
    return token;
}

// ---- All together -----------------------------------------------------------------------------

// `i++`, `++i`: never an operator here, as -(-x) can be written --x.
static bool is_increment(TokenStream *stream) {
    const char *cursor = stream->lexer.cursor;
    if (*cursor != cursor[-1])
        return false;
    if (at_statement_start(stream))
        return true;
    Lexer behind = stream->lexer;
    behind.cursor++;
    return strchr("\n;)}],#", *lexer_peek(&behind, false)) != NULL; // or the end: '\0'
}

static Token read_sign(Parser *parser, Token token) {
    TokenStream *stream = &parser->stream;
    if (is_increment(stream)) {
        stream->lexer.cursor++;
        token.at.length++;
        complain_operator(parser, &token);
        token.code = TOKEN_INVALID;
    }
    return token;
}

static Token classify(Parser *parser, Token token) {
    if (read_template(parser, &token))
        return token;
    switch (token.code) {
    case LEX_OPEN_BRACE: token.code = open_brace(parser, token.at.start); return token;
    case LEX_CLOSE_BRACE: return close_brace(parser, token);
    case TOKEN_LPAREN: push(parser, BRACKET_PAREN, token.at.start); return token;
    case TOKEN_LBRACKET: push(parser, BRACKET_SQUARE, token.at.start); return token;
    case TOKEN_RPAREN: token.code = close(parser, BRACKET_PAREN, token.code); return token;
    case TOKEN_RBRACKET: token.code = close(parser, BRACKET_SQUARE, token.code); return token;
    case LEX_STRING: return read_text(parser, token.at.start, token.at.start, false);
    case LEX_LONG_STRING: return read_text(parser, token.at.start, token.at.start, true);
    case LEX_PLAIN_STRING: return read_plain(parser, token);
    case LEX_BROKEN_STRING: return unterminated(parser, token.at.start, false);
    case TOKEN_INT: literal_int(parser, &token); return token;
    case TOKEN_FLOAT: literal_float(parser, &token); return token;
    case TOKEN_PLUS:
    case TOKEN_MINUS: return read_sign(parser, token);
    case LEX_BAD_NUMBER:
        literal_bad_number(parser, &token);
        token.code = TOKEN_INT;
        token.integer = 0;
        return token;
    case LEX_BAD_CHARACTER:
        complain_character(parser, &token);
        token.code = TOKEN_INVALID;
        return token;
    case LEX_BAD_OPERATOR:
        complain_operator(parser, &token);
        token.code = TOKEN_INVALID;
        return token;
    default:
        if (token.code == TOKEN_NAME || token_is_keyword(token.code))
            return read_word(parser, token);
        return token;
    }
}

// What is open at the end of the text. Errors behind the place where its `}` should have been follow
// from that.
static void report_open(Parser *parser, const Bracket *open) {
    Diagnostics *diagnostics = parser->diagnostics;
    uint32_t from = parser->stream.misfit, stray = parser->stray;
    if (open->kind == BRACKET_LOST)
        return;
    if (stray > open->offset)
        from = open->offset;
    for (uint32_t i = diagnostics->count; open->kind >= BRACKET_BLOCK && from && i > 0; i--)
        if (diagnostics->items[i - 1].at.start >= from)
            diagnostic_forget(diagnostics, i - 1);
    report_unclosed(parser, open);
}

// The end: closes the last statement, and says what was left open.
static Token read_end(Parser *parser, Token token) {
    TokenStream *stream = &parser->stream;
    if (stream->bracket_count) {
        if (!parser->diagnostics->count)
            parser->incomplete = true;
        report_open(parser, innermost(stream));
        stream->bracket_count = 0;
        parser->silent = true;
    } else if (token_can_end(stream->previous) && stream->previous != TOKEN_INVALID) {
        token.code = TOKEN_SEPARATOR;
        token.flags |= TOKEN_LAST;
        stream->lexer.cursor = stream->lexer.token;
    }
    return token;
}

// Of the line whose first token is at `offset`: so many blanks stand before it.
static uint32_t indentation(const Parser *parser, uint32_t offset) {
    const char *text = parser->source->bytes;
    uint32_t start = offset;
    while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t'))
        start--;
    return offset - start;
}

static Token read_token(Parser *parser) {
    TokenStream *stream = &parser->stream;
    Lexer *lexer = &stream->lexer;
    for (;;) {
        Token token = {.code = lexer_scan(lexer)};
        token.at.start = offset_of(parser, lexer->token);
        token.at.length = (uint32_t)(lexer->cursor - lexer->token);
        if (token.code == LEX_NEWLINE) {
            bool counts = newlines_count(stream) && token_can_end(stream->previous);
            bool goes_on = lexer_skip_lines(lexer);
            stream->line_start = true;
            if (!counts || goes_on)
                continue;
            token.code = TOKEN_SEPARATOR;
            if (lexer->cursor == lexer->end)
                token.flags |= TOKEN_LAST;
            return token;
        }
        if (stream->line_start) {
            token.flags |= TOKEN_STARTS_LINE;
            stream->indent = indentation(parser, token.at.start);
        }
        stream->line_start = false;
        return token.code == TOKEN_END ? read_end(parser, token) : classify(parser, token);
    }
}

Token stream_next(Parser *parser) {
    TokenStream *stream = &parser->stream;
    bool starts = at_statement_start(stream);
    Token token = read_token(parser);
    stream->await_starts = token.code == TOKEN_AWAIT && starts;
    stream->else_of_block = token.code == TOKEN_ELSE && starts && newlines_count(stream);
    if (token.code == TOKEN_SEPARATOR && stream->class_head &&
        stream->bracket_count <= stream->class_level)
        stream->class_head = false;
    stream->previous = token.code;
    return token;
}

void stream_start(Parser *parser) {
    TokenStream *stream = &parser->stream;
    const char *text = parser->source->bytes;
    Lexer *lexer = &stream->lexer;
    lexer->start = lexer->token = lexer->cursor = text;
    lexer->end = text + parser->source->length;
    if (!strncmp(text, "\xEF\xBB\xBF", 3)) // a byte order mark
        lexer->cursor += 3;
    stream->line_start = true;
}
