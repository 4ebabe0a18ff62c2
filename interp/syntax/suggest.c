// SPDX-License-Identifier: MIT
//
// What to try instead of a token that cannot stand where it stands: habits of other languages, and
// what is forgotten most. Each hint has to fit what the grammar would have taken there.
#include <string.h>

#include "grammar.h"
#include "syntax/foreign.h"
#include "syntax/parser.h"

static bool is_string(const Token *token) {
    return token->code == TOKEN_STRING || token->code == TOKEN_TEMPLATE_START;
}

static bool starts_operand(int code) {
    switch (code) {
    case TOKEN_NAME:
    case TOKEN_INT:
    case TOKEN_BIG_INT:
    case TOKEN_FLOAT:
    case TOKEN_STRING:
    case TOKEN_TEMPLATE_START:
    case TOKEN_MAP_OPEN:
    case TOKEN_NIL:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_SELF: return true;
    default: return false;
    }
}

// Within brackets, where the end or a comma could stand.
static bool within_list(const Parser *parser) {
    return !parser_accepts_expression(parser) &&
           (parser_accepts(parser, TOKEN_RPAREN) || parser_accepts(parser, TOKEN_RBRACKET) ||
            parser_accepts(parser, TOKEN_MAP_CLOSE));
}

// What follows the token in its line.
static char next_character(const Parser *parser, const Token *token) {
    const char *behind = parser->source->bytes + token->at.start + token->at.length;
    return behind[strspn(behind, " \t")];
}

// ---- By the token that stands there -------------------------------------------------------------

static const char *for_colon(const Parser *parser, const Token *token) {
    if (parser_accepts(parser, TOKEN_LBRACE))
        return next_character(parser, token) == '{' ? "leave the `:` out"
                                                    : "a block stands in `{ }`";
    bool declares = parser->earlier.code == TOKEN_LET || parser->earlier.code == TOKEN_CONST;
    if (parser->previous.code == TOKEN_NAME && (parser_accepts(parser, TOKEN_RPAREN) || declares))
        return "there are no type annotations";
    return NULL;
}

static const char *for_assign(const Parser *parser, const Token *token) {
    if (parser_accepts(parser, TOKEN_ARROW)) // `fn f(x) = x`
        return "a small function is written `fn f(x) => x + 1`";
    if (parser_accepts(parser, TOKEN_LBRACE))
        return "a comparison is written `==`";
    if (parser_is_inside(parser, token, BRACKET_CLASS))
        return "fields come to be in `fn init`: `self.x = ...`";
    if (parser->previous.code == TOKEN_NAME && parser_accepts(parser, TOKEN_RPAREN))
        return "an argument's label is written `name: value`";
    if (parser_accepts(parser, TOKEN_MAP_CLOSE) || parser_accepts(parser, TOKEN_COLON))
        return "an entry of a map is written `key: value`";
    return parser_accepts(parser, TOKEN_SEPARATOR) ? "write one assignment a statement" : NULL;
}

// A line ends where a block should start.
static const char *for_line(const Parser *parser, const Token *token) {
    const char *text = parser->source->bytes + token->at.start;
    if (*text != '\n' || !parser_accepts(parser, TOKEN_LBRACE))
        return NULL;
    if (parser->previous.code == TOKEN_MAP_CLOSE) // `if { }`
        return "the `{ }` is read as a map: what belongs before the block is missing";
    return text[strspn(text, " \t\r\n")] == '{' ? "the `{` stands on the same line"
                                                : "a block stands in `{ }`";
}

static const char *for_for(const Parser *parser) {
    if (parser_accepts(parser, TOKEN_MAP_CLOSE))
        return "there are no comprehensions: start with `{ }`, and fill it in a loop";
    return parser_accepts(parser, TOKEN_RBRACKET) || parser_accepts(parser, TOKEN_RPAREN)
               ? "there are no comprehensions: write `xs.map(fn (x) => ...)` or `xs.filter(...)`"
               : NULL;
}

static const char *for_star(const Parser *parser) {
    if (parser->previous.code == TOKEN_IMPORT)
        return "say which names: `from math import sqrt, pi`";
    return parser->previous.code == TOKEN_LPAREN || parser->previous.code == TOKEN_COMMA
               ? "a list is spread with `...`, and the rest parameter is `...rest`"
               : NULL;
}

static const char *for_parenthesis(const Parser *parser) {
    switch (parser->previous.code) {
    case TOKEN_CATCH: return "write `catch e: ValueError { ... }`";
    case TOKEN_SUPER: return "write `super.init(...)`";
    default: return NULL;
    }
}

// `thread(f, 1)`: what starts something is no function.
static bool is_in_start(const Parser *parser, const Token *token) {
    static const char *const starts[] = {"thread", "spawn", "async"};
    const char *text = parser->source->bytes;
    const Bracket *bracket = stream_around(&parser->stream, token);
    size_t end = bracket ? bracket->offset : 0;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t size = strlen(starts[i]);
        if (end >= size && memcmp(text + end - size, starts[i], size) == 0)
            return true;
    }
    return false;
}

static const char *for_comma(const Parser *parser, const Token *token) {
    if (!parser_accepts(parser, TOKEN_RPAREN))
        return NULL;
    return is_in_start(parser, token)
               ? "write the call itself: `thread f(1)`, `spawn f(1)`, `async f(1)`"
               : "there are no tuples: write `[a, b]`";
}

static const char *for_token(const Parser *parser, const Token *token) {
    int earlier = parser->earlier.code;
    switch (token->code) {
    case TOKEN_COMMA: return for_comma(parser, token);
    case TOKEN_IN:
        return parser_accepts(parser, TOKEN_RPAREN) ? "write `for x in xs { ... }`" : NULL;
    case TOKEN_ARROW: return "a small function is written `fn (x) => x + 1`";
    case TOKEN_DOT:
        return earlier == TOKEN_IMPORT || earlier == TOKEN_FROM
                   ? "write `from math import sqrt`, or `import \"folder/file.conc\"`"
                   : NULL;
    case TOKEN_COLON: return for_colon(parser, token);
    case TOKEN_ASSIGN: return for_assign(parser, token);
    case TOKEN_DOUBLE_SLASH: return "a comment is written `# ...`";
    case TOKEN_FOR: return for_for(parser);
    case TOKEN_AS:
        return parser_accepts(parser, TOKEN_COLON) ? "write `catch e: ValueError { ... }`" : NULL;
    case TOKEN_LPAREN: return for_parenthesis(parser);
    case TOKEN_STAR:
    case TOKEN_POWER: return for_star(parser);
    case TOKEN_LET:
    case TOKEN_CONST:
        return parser_is_inside(parser, token, BRACKET_CLASS)
                   ? "fields come to be in `fn init`: `self.x = ...`"
                   : NULL;
    case TOKEN_SEPARATOR: return for_line(parser, token);
    default:
        return starts_operand(token->code) && within_list(parser) ? "a comma may be missing" : NULL;
    }
}

// ---- By the words around it ---------------------------------------------------------------------

static const char *for_strings(const Parser *parser, const Token *token) {
    int before = parser->previous.code;
    if (!is_string(token) || (before != TOKEN_STRING && before != TOKEN_TEMPLATE_END))
        return NULL;
    return within_list(parser) ? "put a comma between them, or join them with `+`"
                               : "strings are joined with `+`";
}

static const char *for_name(const Parser *parser, const Token *token) {
    bool in_class = parser_is_inside(parser, token, BRACKET_CLASS);
    if (token->code != TOKEN_NAME || ((token->flags & TOKEN_STARTS_LINE) && !in_class))
        return NULL;
    char behind = next_character(parser, token);
    const char *word = token->name->text, *hint = foreign_word_hint(word);
    if (behind == '(' && foreign_word_use(word) == FOREIGN_FUNCTION)
        hint = NULL; // it is called as it should be
    if (hint || !in_class || !parser_accepts(parser, TOKEN_FN))
        return hint;
    if (behind == '=')
        return "fields come to be in `fn init`: `self.x = ...`";
    return behind == '(' ? "a method is written `fn name(...) { ... }`" : NULL;
}

// `int x = 1`, `say "x"`: two words at the start of a statement.
static const char *for_two_words(const Parser *parser, const Token *token) {
    switch (parser->earlier.code) {
    case TOKEN_END:
    case TOKEN_SEPARATOR:
    case TOKEN_LBRACE:
    case TOKEN_RBRACE: break;
    default: return NULL;
    }
    if (parser->previous.code != TOKEN_NAME || !starts_operand(token->code))
        return NULL;
    return token->code == TOKEN_NAME
               ? "declare a variable with `let x = ...`, call a function with `f(...)`"
               : "a function is called with `f(...)`";
}

// In the braces of `=> { ... }`.
static bool is_arrow_block(const Parser *parser, const Token *token) {
    if (!parser_is_inside(parser, token, BRACKET_MAP))
        return false;
    const char *text = parser->source->bytes;
    uint32_t offset = stream_around(&parser->stream, token)->offset;
    while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\n'))
        offset--;
    return offset >= 2 && !memcmp(text + offset - 2, "=>", 2);
}

const char *suggest(const Parser *parser, const Token *token) {
    const char *hint = for_name(parser, token);
    if (!hint)
        hint = for_strings(parser, token);
    if (!hint && is_arrow_block(parser, token))
        hint = "`=> {` starts a map; a function with statements is written `fn (x) { ... }`";
    if (!hint)
        hint = for_token(parser, token);
    return hint ? hint : for_two_words(parser, token);
}
