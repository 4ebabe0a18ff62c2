// SPDX-License-Identifier: MIT
//
// Operands by name. Forwards the lexer reads; backwards nothing can, so that looks at characters, and
// only takes what stands in one line.
#include "syntax/operand.h"

#include "grammar.h"
#include "syntax/lexer.h"
#include "syntax/token.h"

static int next_code(Lexer *lexer) {
    int code = lexer_scan(lexer);
    while (code == LEX_NEWLINE)
        code = lexer_scan(lexer);
    return code;
}

static bool is_word(const Lexer *lexer, int code) {
    return code == TOKEN_NAME || (token_is_keyword(code) && lexer->cursor > lexer->token);
}

// Reads `a.b.c`; its end, or NULL. The lexer then stands behind it.
static const char *scan_chain(Lexer *lexer) {
    int code = next_code(lexer);
    if (code != TOKEN_NAME && code != TOKEN_SELF)
        return NULL;
    for (;;) {
        const char *end = lexer->cursor;
        if (next_code(lexer) != TOKEN_DOT) {
            lexer->cursor = end;
            return end;
        }
        if (!is_word(lexer, next_code(lexer)))
            return NULL;
    }
}

// What follows belongs to the operand, or, behind an augmented assignment, to its right side.
static bool goes_on(Lexer *lexer, bool assigns) {
    int code = lexer_scan(lexer);
    if (!assigns)
        return code == TOKEN_LPAREN || code == TOKEN_LBRACKET || code == TOKEN_POWER;
    return code != LEX_NEWLINE && code != TOKEN_SEPARATOR && code != LEX_CLOSE_BRACE &&
           code != TOKEN_END;
}

Span operand_behind(const Source *source, Span operator) {
    Span none = {operator.start, 0};
    const char *cursor = source->bytes + operator.start + operator.length;
    bool assigns = operator.length> 1 && cursor[-1] == '=';
    Lexer lexer = {.start = source->bytes, .end = source->bytes + source->length, .cursor = cursor};
    Lexer first = lexer;
    next_code(&first);
    const char *end = scan_chain(&lexer);
    if (!end || goes_on(&lexer, assigns))
        return none;
    return (Span){(uint32_t)(first.token - source->bytes), (uint32_t)(end - first.token)};
}

static bool in_word(char c) {
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || u == '_' || ((u | 32) >= 'a' && (u | 32) <= 'z') || (u >= '0' && u <= '9');
}

Span operand_before(const Source *source, Span at, bool whole) {
    const char *text = source->bytes;
    uint32_t end = at.start;
    if (whole && in_word(text[end]))
        end += at.length;
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '.'))
        end--;
    uint32_t start = end;
    while (start > 0 && (in_word(text[start - 1]) || text[start - 1] == '.'))
        start--;
    bool is_name = start < end && !(text[start] >= '0' && text[start] <= '9') && text[start] != '.';
    return (Span){start, is_name ? end - start : 0};
}

// ---- A whole argument -------------------------------------------------------------------------

static bool skip_expression(Lexer *lexer);

// Behind the opening quote.
static bool skip_string(Lexer *lexer, bool is_long) {
    const char *end;
    for (;;) {
        LexText ending = lexer_scan_text(lexer, is_long, &end);
        if (ending != TEXT_EXPRESSION)
            return ending == TEXT_CLOSED;
        if (!skip_expression(lexer))
            return false;
    }
}

// Reads on to the token behind which `depth` changes: 1 behind an opening bracket, -1 at a closing one, and
// 0 for all else.
static bool skip_token(Lexer *lexer, int *code, int *depth) {
    *code = lexer_scan(lexer);
    *depth = 0;
    switch (*code) {
    case TOKEN_LPAREN:
    case TOKEN_LBRACKET:
    case LEX_OPEN_BRACE: *depth = 1; return true;
    case TOKEN_RPAREN:
    case TOKEN_RBRACKET:
    case LEX_CLOSE_BRACE: *depth = -1; return true;
    case LEX_STRING:
    case LEX_LONG_STRING: return skip_string(lexer, *code == LEX_LONG_STRING);
    default: return *code != TOKEN_END;
    }
}

// Behind a `${`: up to its `}` and behind that. A colon outside of all brackets begins a format spec.
static bool skip_expression(Lexer *lexer) {
    int code, step, depth = 0;
    while (depth >= 0) {
        if (!skip_token(lexer, &code, &step))
            return false;
        if (code == TOKEN_COLON && depth == 0 && !lexer_scan_format(lexer))
            return false;
        depth += step;
    }
    return true;
}

Span operand_argument(const Source *source, Span name) {
    Span none = {name.start, 0};
    const char *bytes = source->bytes;
    Lexer lexer = {
        .start = bytes, .end = bytes + source->length, .cursor = bytes + name.start + name.length};
    if (next_code(&lexer) != TOKEN_LPAREN)
        return none;
    Lexer first = lexer;
    next_code(&first);
    const char *end = lexer.cursor;
    int code, step, depth = 0;
    for (;;) {
        if (!skip_token(&lexer, &code, &step))
            return none;
        depth += step;
        if (depth < 0 || (depth == 0 && code == TOKEN_COMMA))
            break;
        if (code != LEX_NEWLINE)
            end = lexer.cursor;
    }
    return (Span){(uint32_t)(first.token - bytes), (uint32_t)(end - first.token)};
}

// ---- A whole call -----------------------------------------------------------------------------

// Behind the bracket that closes the one at `offset`; 0: not in this line.
static uint32_t behind_brackets(const char *text, uint32_t offset) {
    uint32_t depth = 0;
    char quote = '\0';
    for (; text[offset] && text[offset] != '\n'; offset++) {
        char c = text[offset];
        if (quote) {
            if (c == '\\' && text[offset + 1])
                offset++;
            else if (c == quote)
                quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '{') {
            depth++;
        } else if ((c == ')' || c == ']' || c == '}') && --depth == 0) {
            return offset + 1;
        }
    }
    return 0;
}

Span operand_call(const Source *source, Span at) {
    const char *text = source->bytes;
    Span none = {at.start, 0};
    uint32_t open = at.start + at.length, start = at.start;
    uint32_t end = text[open] == '(' ? behind_brackets(text, open) : 0;
    if (start > 0 && text[start - 1] == '.') {
        Span receiver = operand_before(source, at, false);
        if (!receiver.length)
            return none;
        start = receiver.start;
    }
    return end ? (Span){start, end - start} : none;
}
