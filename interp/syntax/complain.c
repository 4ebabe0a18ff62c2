// SPDX-License-Identifier: MIT
//
// What to say about a token that cannot stand where it stands: what was found, what would have been
// right, and, for habits from other languages, what conc writes instead. Which tokens would have
// been right is asked of the grammar's own tables, so the messages cannot get out of step with it.
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/translate.h"
#include "grammar.h"
#include "syntax/foreign.h"
#include "syntax/parser.h"

// ---- Words of the lexer -----------------------------------------------------------------------

void complain_character(Parser *parser, const Token *token) {
    const char *text = parser->source->bytes + token->at.start;
    utf8proc_int32_t c = 0;
    utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)token->at.length, &c);
    if (c < ' ' || c == 0x7F) {
        syntax_error(parser, token->at, NULL, "invalid non-printable character U+%04X",
                     (unsigned)c);
        return;
    }
    char hint[80];
    const char *ascii = foreign_character((unsigned)c);
    if (ascii)
        snprintf(hint, sizeof hint, translate(ascii[0] == 'a' ? "write %s" : "write `%s`"),
                 translate(ascii));
    const char *plain = c == '\\'  ? "only a line break may follow a backslash"
                        : c == '$' ? "a value stands in a string as \"${value}\""
                                   : NULL;
    if (c < 0x80)
        syntax_error(parser, token->at, plain, "invalid character '%c'", (char)c);
    else
        syntax_error(parser, token->at, ascii ? hint : NULL, "invalid character '%.*s' (U+%04X)",
                     (int)token->at.length, text, (unsigned)c);
}

void complain_operator(Parser *parser, const Token *token) {
    const char *text = parser->source->bytes + token->at.start;
    const char *hint = foreign_operator_hint(text, token->at.length);
    if (*text == '!' && text[1] == '(' && stream_word_before(parser, token->at.start))
        hint = "a call is written `f(...)`";
    syntax_error(parser, token->at, hint, "there is no operator '%.*s'", (int)token->at.length,
                 text);
}

// ---- Describing -------------------------------------------------------------------------------

enum { QUOTE_LIMIT = 30 };

static const char *describe(const Parser *parser, const Token *token, char *buffer, size_t size) {
    switch (token->code) {
    case TOKEN_END: return "end of text";
    case TOKEN_STRING:
    case TOKEN_TEMPLATE_START: return "string";
    case TOKEN_TEMPLATE_MIDDLE:
    case TOKEN_TEMPLATE_END: return "'}' of '${'";
    case TOKEN_TEMPLATE_FORMAT: return "format spec";
    case TOKEN_SEPARATOR:
        if (parser->source->bytes[token->at.start] == ';' && token->at.length)
            return "';'";
        if (parser->source->bytes[token->at.start] == '}')
            return "'}'";
        return token->at.start == parser->source->length ? "end of text" : "end of line";
    default: break;
    }
    const char *text = parser->source->bytes + token->at.start;
    uint32_t length = token->at.length;
    if (length > QUOTE_LIMIT)
        return token->code == TOKEN_NAME ? "name" : "number";
    snprintf(buffer, size, "'%.*s'", (int)length, text);
    return buffer;
}

// ---- What the grammar would take ----------------------------------------------------------------

bool parser_accepts(const Parser *parser, int code) {
    return grammar_accepts(parser->engine, code);
}

bool parser_accepts_expression(const Parser *parser) { return parser_accepts(parser, TOKEN_INT); }

bool parser_is_inside(const Parser *parser, const Token *token, BracketKind kind) {
    const Bracket *bracket = stream_around(&parser->stream, token);
    return bracket && bracket->kind == kind;
}

// ---- Messages ---------------------------------------------------------------------------------

static const char *stray(const Token *token) {
    switch (token->code) {
    case TOKEN_ELSE: return "'else' without 'if'";
    case TOKEN_CATCH: return "'catch' without 'try'";
    case TOKEN_FINALLY: return "'finally' without 'try'";
    case TOKEN_CASE: return "'case' outside of 'select'";
    default: return NULL;
    }
}

static void note_stray(Parser *parser, const Token *token) {
    if (!parser->stray)
        parser->stray = token->at.start;
}

// A statement in a class that is not even indented as its members are: the class's end is missing.
static bool is_behind_class(const Parser *parser, const Token *token) {
    const Bracket *open = stream_around(&parser->stream, token);
    return parser_is_inside(parser, token, BRACKET_CLASS) && (token->flags & TOKEN_STARTS_LINE) &&
           parser->stream.indent <= open->indent;
}

// What the grammar waits for, if that can be said in a word or two.
static const char *expected(const Parser *parser, const Token *token) {
    static const struct {
        int code;
        const char *text;
    } closers[] = {
        {TOKEN_RPAREN, "',' or ')'"},
        {TOKEN_RBRACKET, "',' or ']'"},
        {TOKEN_MAP_CLOSE, "',' or '}'"},
        {TOKEN_TEMPLATE_END, "'}'"},
    };
    if (parser_accepts_expression(parser))
        return parser_accepts(parser, TOKEN_SEPARATOR) ? NULL : "an expression";
    if (parser->previous.code == TOKEN_SUPER)
        return "'.' and a method's name";
    if (parser_accepts(parser, TOKEN_LBRACE))
        return "'{'";
    if (parser_is_inside(parser, token, BRACKET_CLASS) && parser_accepts(parser, TOKEN_FN))
        return "a method";
    int previous = parser->previous.code;
    if ((previous == TOKEN_LPAREN || previous == TOKEN_COMMA) &&
        parser_accepts(parser, TOKEN_RPAREN))
        return parser_accepts(parser, TOKEN_NAME) ? "a parameter or ')'" : "an expression";
    for (size_t i = 0; i < sizeof closers / sizeof *closers; i++)
        if (parser_accepts(parser, closers[i].code))
            return parser_accepts(parser, TOKEN_COMMA) || closers[i].code == TOKEN_TEMPLATE_END
                       ? closers[i].text
                   : parser_accepts(parser, TOKEN_COLON) ? "':'"
                                                         : closers[i].text + sizeof "',' or " - 1;
    if (parser_accepts(parser, TOKEN_ELSE) && parser_accepts(parser, TOKEN_PLUS))
        return "'else'";
    if (parser_accepts(parser, TOKEN_COLON))
        return "':'";
    if (parser_accepts(parser, TOKEN_CASE))
        return "'case'";
    if (parser_accepts(parser, TOKEN_NAME))
        return "a name";
    if (parser_accepts(parser, TOKEN_LPAREN) && !parser_accepts(parser, TOKEN_SEPARATOR))
        return "'('";
    if (parser_accepts(parser, TOKEN_IN))
        return parser_accepts(parser, TOKEN_SEPARATOR) ? NULL : "'in'";
    if (parser_accepts(parser, TOKEN_IMPORT))
        return "'import'";
    return NULL;
}

// `retrun x`: a keyword that is nearly right.
static bool complain_misspelt(Parser *parser) {
    const Token *word = &parser->previous;
    const char *keyword = foreign_nearest_keyword(word->name->text, true);
    if (!keyword || strcmp(keyword, word->name->text) == 0) // `lock 5 { }`: spelt right
        return false;
    char hint[80];
    snprintf(hint, sizeof hint, translate("did you mean `%s`?"), keyword);
    syntax_error(parser, word->at, hint, "conc has no '%s'", word->name->text);
    return true;
}

// `elif x {`, `print "x"`: the word before the refused token is the mistake.
static bool complain_word(Parser *parser) {
    const Token *word = &parser->previous;
    if (word->code != TOKEN_NAME || parser->earlier.code == TOKEN_DOT)
        return false;
    ForeignUse use = foreign_word_use(word->name->text);
    int before = parser->earlier.code;
    bool starts = before == TOKEN_END || before == TOKEN_SEPARATOR || before == TOKEN_LBRACE ||
                  before == TOKEN_RBRACE;
    if (use == FOREIGN_NONE && starts && complain_misspelt(parser))
        return true;
    if (use == FOREIGN_NONE || use == FOREIGN_VALUE || (use != FOREIGN_EXPRESSION && !starts))
        return false;
    const char *name = word->name->text;
    syntax_error(
        parser, word->at, foreign_word_hint(name),
        use == FOREIGN_FUNCTION ? "missing parentheses in call to '%s'" : "conc has no '%s'", name);
    return true;
}

static const char *string_prefix_hint(char prefix) {
    switch (prefix | 32) {
    case 'f': return "strings interpolate as they are: \"${name}\"";
    case 'r': return "a plain string is written '...'";
    case 'b': return "bytes are made with `\"...\".encode()`";
    default: return "leave it out";
    }
}

static bool is_string(const Token *token) {
    return token->code == TOKEN_STRING || token->code == TOKEN_TEMPLATE_START;
}

// The last error is one of the text at `at`.
static bool is_within(const Parser *parser, Span at) {
    uint32_t start = parser->diagnostics->items[parser->diagnostics->count - 1].at.start;
    return start >= at.start && start < at.start + at.length;
}

// f"...", r"...", b"...", u"..."
static bool complain_prefix(Parser *parser, const Token *token) {
    const Token *prefix = &parser->previous;
    if (!is_string(token) || prefix->code != TOKEN_NAME || prefix->at.length > 2 ||
        prefix->at.start + prefix->at.length != token->at.start)
        return false;
    while (parser->diagnostics->count && is_within(parser, token->at)) // of its escapes
        diagnostic_forget(parser->diagnostics, parser->diagnostics->count - 1);
    syntax_error(parser, prefix->at, string_prefix_hint(prefix->name->text[0]),
                 "a string has no prefix '%s'", prefix->name->text);
    return true;
}

static bool complain_template(Parser *parser, const Token *token) {
    bool open = parser->previous.code == TOKEN_TEMPLATE_START ||
                parser->previous.code == TOKEN_TEMPLATE_MIDDLE;
    if (!open || (token->code != TOKEN_TEMPLATE_MIDDLE && token->code != TOKEN_TEMPLATE_END &&
                  token->code != TOKEN_TEMPLATE_FORMAT))
        return false;
    syntax_error(parser, ((Span){token->at.start, 1}),
                 "a dollar sign and a brace are written `\\${`", "empty expression in '${ }'");
    return true;
}

static const char *keyword_hint(const Parser *parser, const Token *token) {
    int before = parser->previous.code;
    if (token->code == TOKEN_SELF)
        return "every method has `self` without declaring it: leave it out";
    if (before == TOKEN_LPAREN && parser->earlier.code == TOKEN_FOR)
        return "write `for i in range(n) { ... }`";
    if (before == TOKEN_IMPORT || before == TOKEN_FROM)
        return "what it names is built in, and needs no import";
    return "choose another name";
}

// Where an error about the token points: at the end of the text it is what stands last there.
static Span place_of(const Parser *parser, const Token *token) {
    const Token *last = &parser->previous;
    if (token->at.start < parser->source->length || !last->at.length)
        return token->at;
    return (Span){last->at.start + last->at.length, 0};
}

// Inside of brackets that an earlier line has opened: where.
static void note_opening(Parser *parser, const Token *token) {
    const Bracket *open = stream_around(&parser->stream, token);
    if (!open || open->kind >= BRACKET_BLOCK ||
        source_line_of(parser->source, open->offset) ==
            source_line_of(parser->source, token->at.start))
        return;
    Span at = {open->offset, 1};
    diagnostic_cause(parser->diagnostics, at, "`%c` is opened", parser->source->bytes[at.start]);
}

static void complain_generally(Parser *parser, const Token *token) {
    char buffer[4 * QUOTE_LIMIT];
    const char *found = translate(describe(parser, token, buffer, sizeof buffer));
    const char *hint = suggest(parser, token);
    const char *wanted = expected(parser, token);
    Span place = place_of(parser, token);
    if (stray(token) || is_behind_class(parser, token))
        note_stray(parser, token);
    if (token_is_keyword(token->code) && parser_accepts(parser, TOKEN_NAME) &&
        !parser_accepts_expression(parser))
        syntax_error(parser, token->at, keyword_hint(parser, token), "%s is a keyword, not a name",
                     found);
    else if (stray(token))
        syntax_error(parser, token->at, NULL, "%s", translate(stray(token)));
    else if (wanted)
        syntax_error(parser, place, hint, "expected %s, found %s", translate(wanted), found);
    else
        syntax_error(parser, place, hint, "invalid syntax: unexpected %s", found);
    note_opening(parser, token);
}

void complain(Parser *parser, const Token *token) {
    bool silent = parser->silent;
    parser->silent = false;
    parser->wants_block =
        !parser_accepts_expression(parser) && parser_accepts(parser, TOKEN_LBRACE);
    if (silent || parser->fatal || token->code == TOKEN_INVALID)
        return;
    if (parser->diagnostics->count > parser->reported)
        return; // what this token ends is wrong already
    if (token->code == TOKEN_END && !parser->diagnostics->count)
        parser->incomplete = true;
    if (!complain_prefix(parser, token) && !complain_word(parser) &&
        !complain_template(parser, token))
        complain_generally(parser, token);
}
