// SPDX-License-Identifier: MIT
//
// The words of the language, for re2c. A rule is one line and only names its token. Several small
// scanners in plain functions, each for one situation; none keeps a state between calls.
//
// All texts are valid UTF-8 without NUL (parse_source checks first), so the NUL behind the last
// byte ends every scanner without a bounds check.
#include "syntax/lexer.h"

#include <string.h>

#include "grammar.h"
#include "syntax/token.h"

/*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYPEEK = "(unsigned char)*cursor";
    re2c:define:YYSKIP = "++cursor;";
    re2c:define:YYBACKUP = "marker = cursor;";
    re2c:define:YYRESTORE = "cursor = marker;";
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:yyfill:enable = 0;
    re2c:encoding:utf8 = 1;
*/
/*!re2c
    end        = [\x00];
    newline    = "\r"? "\n";
    blank      = [ \t\f\r];
    comment    = "#" [^\n\x00]*;
    continued  = "\\" blank* "\n";

    // Whatever is not ASCII may be part of a word here; scan_name then says exactly which is. So the
    // tables of Unicode stand once, and not in every state of every keyword.
    start      = [a-zA-Z_\x80-\U0010FFFF];
    continue   = start | [0-9];
    word       = start continue*;

    digits     = [0-9] ("_"? [0-9])*;
    exponent   = [eE] [+-]? digits;
    float      = digits "." digits exponent? | digits exponent;
    hex        = "0" [xX] ("_"? [0-9a-fA-F])+;
    octal      = "0" [oO] ("_"? [0-7])+;
    binary     = "0" [bB] ("_"? [01])+;
    int        = digits | hex | octal | binary;
    alnum      = [a-zA-Z_0-9];
    numberlike = [0-9] alnum* ("." [0-9] alnum*)?;

    plain      = "'" ([^'\\\n\x00] | "\\" [^\n\x00])*;
    key        = word | int | float | plain "'" | "\"" ([^"\\\n\x00$] | "\\" [^\n\x00])* "\"";
*/

// UAX #31: the name at lexer->token by XID_Start and XID_Continue, as far as the general categories
// give them. Where there is none: one character that has no place in the language.
static int scan_name(Lexer *lexer) {
    const char *cursor = lexer->token, *marker;
    /*!include:re2c "unicode_categories.re" */
    /*!re2c
    (L | Nl | "_") (L | Nl | "_" | Mn | Mc | Nd | Pc)* { lexer->cursor = cursor; return TOKEN_NAME; }
    [^]                                { lexer->cursor = cursor; return LEX_BAD_CHARACTER; }
    *                                  { lexer->cursor = cursor; return LEX_BAD_CHARACTER; }
    */
}

int lexer_scan(Lexer *lexer) {
    const char *cursor = lexer->cursor, *marker;
#define TOKEN(code)               \
    do {                          \
        lexer->cursor = cursor;   \
        return (code);            \
    } while (0)
    for (;;) {
        lexer->token = cursor;
        /*!re2c
        end         { lexer->cursor = lexer->end; return TOKEN_END; }
        blank+      { continue; }
        comment     { continue; }
        continued   { continue; }
        newline     { TOKEN(LEX_NEWLINE); }
        ";"         { TOKEN(TOKEN_SEPARATOR); }

        "and"       { TOKEN(TOKEN_AND); }
        "as"        { TOKEN(TOKEN_AS); }
        "async"     { TOKEN(TOKEN_ASYNC); }
        "await"     { TOKEN(TOKEN_AWAIT); }
        "break"     { TOKEN(TOKEN_BREAK); }
        "case"      { TOKEN(TOKEN_CASE); }
        "catch"     { TOKEN(TOKEN_CATCH); }
        "class"     { TOKEN(TOKEN_CLASS); }
        "const"     { TOKEN(TOKEN_CONST); }
        "continue"  { TOKEN(TOKEN_CONTINUE); }
        "else"      { TOKEN(TOKEN_ELSE); }
        "extends"   { TOKEN(TOKEN_EXTENDS); }
        "false"     { TOKEN(TOKEN_FALSE); }
        "finally"   { TOKEN(TOKEN_FINALLY); }
        "fn"        { TOKEN(TOKEN_FN); }
        "for"       { TOKEN(TOKEN_FOR); }
        "from"      { TOKEN(TOKEN_FROM); }
        "group"     { TOKEN(TOKEN_GROUP); }
        "if"        { TOKEN(TOKEN_IF); }
        "import"    { TOKEN(TOKEN_IMPORT); }
        "in"        { TOKEN(TOKEN_IN); }
        "is"        { TOKEN(TOKEN_IS); }
        "let"       { TOKEN(TOKEN_LET); }
        "lock"      { TOKEN(TOKEN_LOCK); }
        "nil"       { TOKEN(TOKEN_NIL); }
        "not"       { TOKEN(TOKEN_NOT); }
        "or"        { TOKEN(TOKEN_OR); }
        "queue"     { TOKEN(TOKEN_QUEUE); }
        "return"    { TOKEN(TOKEN_RETURN); }
        "select"    { TOKEN(TOKEN_SELECT); }
        "self"      { TOKEN(TOKEN_SELF); }
        "spawn"     { TOKEN(TOKEN_SPAWN); }
        "static"    { TOKEN(TOKEN_STATIC); }
        "super"     { TOKEN(TOKEN_SUPER); }
        "thread"    { TOKEN(TOKEN_THREAD); }
        "throw"     { TOKEN(TOKEN_THROW); }
        "timeout"   { TOKEN(TOKEN_TIMEOUT); }
        "true"      { TOKEN(TOKEN_TRUE); }
        "try"       { TOKEN(TOKEN_TRY); }
        "while"     { TOKEN(TOKEN_WHILE); }
        "with"      { TOKEN(TOKEN_WITH); }
        [a-zA-Z_][a-zA-Z_0-9]* { TOKEN(TOKEN_NAME); }
        word        { return scan_name(lexer); }

        int         { TOKEN(TOKEN_INT); }
        float       { TOKEN(TOKEN_FLOAT); }
        numberlike  { TOKEN(LEX_BAD_NUMBER); }

        "\""        { TOKEN(LEX_STRING); }
        "\"\"\""    { TOKEN(LEX_LONG_STRING); }
        plain "'"   { TOKEN(LEX_PLAIN_STRING); }
        plain       { TOKEN(LEX_BROKEN_STRING); }

        "("         { TOKEN(TOKEN_LPAREN); }
        ")"         { TOKEN(TOKEN_RPAREN); }
        "["         { TOKEN(TOKEN_LBRACKET); }
        "]"         { TOKEN(TOKEN_RBRACKET); }
        "{"         { TOKEN(LEX_OPEN_BRACE); }
        "}"         { TOKEN(LEX_CLOSE_BRACE); }
        ","         { TOKEN(TOKEN_COMMA); }
        ":"         { TOKEN(TOKEN_COLON); }
        "."         { TOKEN(TOKEN_DOT); }
        ".."        { TOKEN(TOKEN_RANGE); }
        "..."       { TOKEN(TOKEN_ELLIPSIS); }
        "=>"        { TOKEN(TOKEN_ARROW); }
        "="         { TOKEN(TOKEN_ASSIGN); }

        "+"         { TOKEN(TOKEN_PLUS); }
        "-"         { TOKEN(TOKEN_MINUS); }
        "*"         { TOKEN(TOKEN_STAR); }
        "/"         { TOKEN(TOKEN_SLASH); }
        "//"        { TOKEN(TOKEN_DOUBLE_SLASH); }
        "%"         { TOKEN(TOKEN_PERCENT); }
        "**"        { TOKEN(TOKEN_POWER); }
        "&"         { TOKEN(TOKEN_AMPERSAND); }
        "|"         { TOKEN(TOKEN_PIPE); }
        "^"         { TOKEN(TOKEN_CARET); }
        "<<"        { TOKEN(TOKEN_SHIFT_LEFT); }
        ">>"        { TOKEN(TOKEN_SHIFT_RIGHT); }
        ("+" | "-" | "*" | "/" | "//" | "%" | "**" | "&" | "|" | "^" | "<<" | ">>") "=" {
            TOKEN(TOKEN_AUGMENT);
        }
        "~"         { TOKEN(TOKEN_TILDE); }
        "=="        { TOKEN(TOKEN_EQUAL); }
        "!="        { TOKEN(TOKEN_NOT_EQUAL); }
        "<"         { TOKEN(TOKEN_LESS); }
        "<="        { TOKEN(TOKEN_LESS_EQUAL); }
        ">"         { TOKEN(TOKEN_GREATER); }
        ">="        { TOKEN(TOKEN_GREATER_EQUAL); }

        "&&" | "||" | "!" | "===" | "!==" | "<>" | "->" | ":=" | "?" | "?." | "??" | "@" | "/*" {
            TOKEN(LEX_BAD_OPERATOR);
        }
        [^]         { TOKEN(LEX_BAD_CHARACTER); }
        *           { TOKEN(LEX_BAD_CHARACTER); }
        */
    }
#undef TOKEN
}

// Inside "..." and """...""": what ends a piece of text. An escape is skipped whole, its meaning is
// worked out later (literal.c).
LexText lexer_scan_text(Lexer *lexer, bool is_long, const char **text_end) {
    const char *cursor = lexer->cursor, *marker;
    lexer->token = cursor;
    for (;;) {
        const char *here = cursor;
        /*!re2c
        end             { *text_end = lexer->cursor = lexer->end; return TEXT_UNTERMINATED; }
        "${"            { *text_end = here; lexer->cursor = cursor; return TEXT_EXPRESSION; }
        "\\" [^\n\x00]  { continue; }
        [^"$\\\r\n\x00]+ { continue; }
        "\"\"\""        { goto triple; }
        "\""            { goto quote; }
        newline         { goto line; }
        [^]             { continue; }
        *               { continue; }
        */
    triple:
        if (is_long) {
            *text_end = here;
            lexer->cursor = cursor;
            return TEXT_CLOSED;
        }
    quote:
        if (!is_long) {
            *text_end = here;
            lexer->cursor = here + 1;
            return TEXT_CLOSED;
        }
        continue;
    line:
        if (!is_long) {
            *text_end = lexer->cursor = here;
            return TEXT_UNTERMINATED;
        }
    }
}

bool lexer_scan_format(Lexer *lexer) {
    const char *cursor = lexer->cursor, *marker;
    lexer->token = cursor;
    /*!re2c
    [^{}"\r\n\x00]+ { lexer->cursor = cursor; return *cursor == '}'; }
    *              { return *lexer->token == '}'; }
    */
}

const char *lexer_peek(const Lexer *lexer, bool lines) {
    const char *cursor = lexer->cursor, *marker;
    for (;;) {
        const char *here = cursor;
        /*!re2c
        (blank | continued)+ { continue; }
        comment              { if (lines) continue; else return here; }
        newline              { if (lines) continue; else return here; }
        end                  { return here; }
        *                    { return here; }
        */
    }
}

bool lexer_skip_lines(Lexer *lexer) {
    lexer->cursor = lexer_peek(lexer, true);
    const char *cursor = lexer->cursor, *marker;
    /*!re2c
    "." blank* start { return true; }
    "else"           { return lexer_word_follows(lexer, "else") != NULL; }
    "catch"          { return lexer_word_follows(lexer, "catch") != NULL; }
    "finally"        { return lexer_word_follows(lexer, "finally") != NULL; }
    *                { return false; }
    */
}

bool lexer_key_follows(const Lexer *lexer) {
    const char *cursor = lexer->cursor, *marker;
    /*!re2c
    (blank | newline | comment "\n")* key blank* ":" { return true; }
    *                                                { return false; }
    */
}

const char *lexer_word_follows(const Lexer *lexer, const char *word) {
    const char *here = lexer_peek(lexer, true);
    size_t length = strlen(word);
    if (strncmp(here, word, length) != 0)
        return NULL;
    unsigned char next = (unsigned char)here[length];
    bool goes_on = next >= 0x80 || next == '_' || (next >= '0' && next <= '9') ||
                   ((next | 32) >= 'a' && (next | 32) <= 'z');
    return goes_on ? NULL : here + length;
}
