// SPDX-License-Identifier: MIT
//
// The parse: feeds the token stream to the grammar, and finds the way back after an error.
//
// After an error the rest of the statement is skipped, up to the separator or the brace that ends
// it in its own block (what is in braces inside of it is skipped as a whole). The grammar has
// `error SEPARATOR` as an alternative of each kind of statement list, so both then stand between two
// statements of the same block, and the next error found is one of its own.
#include "syntax/parse.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "grammar.h"
#include "base/os.h"
#include "syntax/parser.h"

// lemon's own functions, which no header declares.
void *grammarAlloc(void *(*allocate)(size_t), Parser *parser);
void grammar(void *engine, int code, Token token);
void grammarFree(void *engine, void (*release)(void *));

// ---- Texts that are none ----------------------------------------------------------------------

static bool check_size(Parser *parser) {
    const Source *source = parser->source;
    if (source->length <= SOURCE_SIZE_LIMIT)
        return true;
    syntax_error(parser, ((Span){0, 0}), NULL,
                 "the source is too large (%zu MB; the limit is %d MB)", source->length >> 20,
                 SOURCE_SIZE_LIMIT >> 20);
    return false;
}

static bool check_null(Parser *parser) {
    const Source *source = parser->source;
    const char *null = memchr(source->bytes, '\0', source->length);
    if (null)
        syntax_error(parser, ((Span){(uint32_t)(null - source->bytes), 1}), NULL,
                     "source code cannot contain null bytes");
    return !null;
}

static bool check_utf8(Parser *parser) {
    const unsigned char *bytes = (const unsigned char *)parser->source->bytes;
    size_t length = parser->source->length;
    for (size_t i = 0; i < length;) {
        if (bytes[i] < 0x80) {
            i++;
            continue;
        }
        utf8proc_int32_t c;
        utf8proc_ssize_t size = utf8proc_iterate(bytes + i, (utf8proc_ssize_t)(length - i), &c);
        if (size <= 0) {
            syntax_error(parser, ((Span){(uint32_t)i, 1}), "save the file as UTF-8",
                         "invalid UTF-8: byte 0x%02x", bytes[i]);
            return false;
        }
        i += (size_t)size;
    }
    return true;
}

// ---- Feeding ----------------------------------------------------------------------------------

static void note_token(TokenList *list, const Token *token) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 256;
        list->items = os_realloc(list->items, list->capacity * sizeof *list->items);
    }
    list->items[list->count++] = (TokenPlace){token->code, token->at};
}

void token_list_free(TokenList *list) {
    free(list->items);
    *list = (TokenList){0};
}

static void feed(Parser *parser, Token token) {
    parser->token = token;
    parser->reported = parser->diagnostics->count;
    if (parser->tokens)
        note_token(parser->tokens, &token);
    grammar(parser->engine, token.code, token);
    parser->earlier = parser->previous;
    parser->previous = token;
}

static bool gives_up(const Parser *parser) {
    return parser->fatal || parser->diagnostics->dropped > 0;
}

static void feed_separator(Parser *parser, uint32_t offset) {
    feed(parser, (Token){.code = TOKEN_SEPARATOR, .at = {offset, 0}});
    grammar_recovered(parser->engine);
    parser->failed = false;
}

// The level of brackets at which the statement around a refused token ends.
static uint32_t statement_level(const Parser *parser, const Token *token) {
    const TokenStream *stream = &parser->stream;
    if (token->code == TOKEN_LBRACE) { // it has been pushed, but belongs to what is skipped
        TokenStream before = {.bracket_count = stream->bracket_count - 1};
        memcpy(before.brackets, stream->brackets, before.bracket_count * sizeof(Bracket));
        return stream_block_level(&before);
    }
    return stream_block_level(stream);
}

// The tokens up to the one that ends the statement; gives that one back.
static Token skip(Parser *parser, Token token, uint32_t level) {
    const TokenStream *stream = &parser->stream;
    for (; token.code != TOKEN_END && !gives_up(parser); token = stream_next(parser)) {
        bool resumes = token.code == TOKEN_INVALID && (token.flags & TOKEN_RESUME);
        if ((token.code == TOKEN_SEPARATOR || resumes) && stream->bracket_count <= level)
            break;
        if (token.code == TOKEN_RBRACE && stream->bracket_count < level)
            break;
    }
    return token;
}

// Of what is wrong in the tokens that were skipped, from error `reported` on, only an open bracket
// before the refused token counts: it explains that one, and takes its place.
static void forget_followers(Parser *parser, uint32_t reported, uint32_t refused) {
    Diagnostics *diagnostics = parser->diagnostics;
    bool explained = false;
    for (uint32_t i = diagnostics->count; i > reported && !parser->fatal; i--)
        if (diagnostics->items[i - 1].at.start < refused)
            explained = true;
        else
            diagnostic_forget(diagnostics, i - 1);
    if (explained && reported > 0 && diagnostics->items[reported - 1].at.start == refused)
        diagnostic_forget(diagnostics, reported - 1);
}

// The `{` of a block is missing: passes over its text, if that can be told. *token gets the separator
// that has been fed behind it.
static bool pass_body(Parser *parser, Token *token, uint32_t level) {
    if (token->code == TOKEN_END || token->code == TOKEN_RBRACE)
        return false;
    uint32_t head = parser->earlier.at.start + parser->earlier.at.length;
    uint32_t end = mend_body_end(parser, head);
    if (end == head)
        return false;
    TokenStream *stream = &parser->stream;
    stream->bracket_count = level;
    stream->lexer.cursor = parser->source->bytes + end;
    stream->previous = TOKEN_SEPARATOR;
    stream->class_head = false;
    feed_separator(parser, end);
    *token = (Token){.code = TOKEN_SEPARATOR, .at = {end, 0}};
    return true;
}

// Skips to where the next statement starts. The token that ends the skipped one has been fed on
// return, except for the end of the text, which is given back.
static Token recover(Parser *parser, Token token) {
    Diagnostics *diagnostics = parser->diagnostics;
    uint32_t level = statement_level(parser, &token), reported = diagnostics->count;
    if (token.code == TOKEN_RBRACE)
        level = parser->stream.bracket_count + 1; // of the block that it has just closed
    uint32_t refused = token.at.start;
    if (parser->wants_block && pass_body(parser, &token, level))
        return token;
    parser->skipping = true;
    token = skip(parser, token, level);
    parser->skipping = false;
    forget_followers(parser, reported, refused);
    if (token.code == TOKEN_END || gives_up(parser))
        return token;
    feed_separator(parser, token.at.start);
    if (token.code == TOKEN_RBRACE)
        feed(parser, token);
    return token;
}

static void parse_tokens(Parser *parser, ParseMode mode) {
    if (mode == PARSE_EXPRESSION) {
        parser->stream.previous = TOKEN_EXPRESSION_MODE;
        feed(parser, (Token){.code = TOKEN_EXPRESSION_MODE});
    }
    for (;;) {
        Token token = stream_next(parser);
        if (gives_up(parser))
            return;
        feed(parser, token);
        while (parser->failed && token.code != TOKEN_END && !gives_up(parser)) {
            parser->failed = false;
            token = recover(parser, token);
        }
        if (gives_up(parser))
            return;
        if (token.code == TOKEN_END) {
            if (parser->previous.code != TOKEN_END) {
                parser->silent = true; // an unfinished statement that has been complained about
                feed(parser, token);
            }
            return;
        }
    }
}

static ParseStatus parse(const Source *source, ParseMode mode, Arena *arena,
                         Diagnostics *diagnostics, Module **module, TokenList *tokens) {
    Parser *parser = os_calloc(1, sizeof *parser);
    *parser =
        (Parser){.source = source, .arena = arena, .diagnostics = diagnostics, .tokens = tokens};
    uint32_t errors_before = diagnostics->count;
    *module = NULL;
    if (check_size(parser) && check_null(parser) && check_utf8(parser)) {
        parser->engine = grammarAlloc(malloc, parser);
        if (!parser->engine)
            os_fatal("out of memory");
        stream_start(parser);
        parse_tokens(parser, mode);
        grammarFree(parser->engine, free);
    }
    if (parser->c_locale)
        freelocale((locale_t)parser->c_locale);
    bool failed = diagnostics->count > errors_before;
    ParseStatus status = !failed ? PARSE_OK : parser->incomplete ? PARSE_INCOMPLETE : PARSE_ERROR;
    if (!failed)
        *module = parser->module;
    free(parser);
    return status;
}

ParseStatus parse_source(const Source *source, ParseMode mode, Arena *arena,
                         Diagnostics *diagnostics, Module **module) {
    return parse(source, mode, arena, diagnostics, module, NULL);
}

ParseStatus parse_source_tokens(const Source *source, Arena *arena, Diagnostics *diagnostics,
                                Module **module, TokenList *tokens) {
    return parse(source, PARSE_MODULE, arena, diagnostics, module, tokens);
}
