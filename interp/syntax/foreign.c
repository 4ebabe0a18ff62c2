// SPDX-License-Identifier: MIT
//
// Tables of what people bring along from other languages and keyboards.
#include "syntax/foreign.h"

#include <stddef.h>
#include <string.h>

typedef struct Hint {
    const char *word, *hint;
} Hint;

static const struct {
    const char *word;
    ForeignUse use;
    const char *hint;
} words[] = {
    {"def", FOREIGN_STATEMENT, "a function is written `fn name(a, b) { ... }`"},
    {"func", FOREIGN_EXPRESSION, "a function is written `fn name(a, b) { ... }`"},
    {"function", FOREIGN_EXPRESSION, "a function is written `fn name(a, b) { ... }`"},
    {"lambda", FOREIGN_EXPRESSION, "a small function is written `fn (x) => x + 1`"},
    {"elif", FOREIGN_STATEMENT, "write `else if`"},
    {"elsif", FOREIGN_STATEMENT, "write `else if`"},
    {"elseif", FOREIGN_STATEMENT, "write `else if`"},
    {"None", FOREIGN_VALUE, "conc writes `nil`"},
    {"null", FOREIGN_VALUE, "conc writes `nil`"},
    {"undefined", FOREIGN_VALUE, "conc writes `nil`"},
    {"True", FOREIGN_VALUE, "conc writes `true`"},
    {"False", FOREIGN_VALUE, "conc writes `false`"},
    {"this", FOREIGN_VALUE, "conc writes `self`"},
    {"print", FOREIGN_FUNCTION, "print is a function: `print(...)`"},
    {"var", FOREIGN_STATEMENT, "a variable is declared with `let`"},
    {"val", FOREIGN_STATEMENT, "a constant is declared with `const`"},
    {"mut", FOREIGN_STATEMENT, "a variable is declared with `let`"},
    {"raise", FOREIGN_STATEMENT, "an error is thrown with `throw`"},
    {"except", FOREIGN_STATEMENT, "write `catch e: ValueError { ... }`"},
    {"rescue", FOREIGN_STATEMENT, "write `catch e: ValueError { ... }`"},
    {"pass", FOREIGN_STATEMENT, "an empty block is written `{ }`"},
    {"del", FOREIGN_STATEMENT, "write `m.pop(key)` or `xs.pop(i)`"},
    {"delete", FOREIGN_STATEMENT, "write `m.pop(key)` or `xs.pop(i)`"},
    {"assert", FOREIGN_FUNCTION, "assert is a function: `assert(condition, message)`"},
    {"global", FOREIGN_STATEMENT, "a block sees the names of the blocks around it; just assign"},
    {"nonlocal", FOREIGN_STATEMENT, "a block sees the names of the blocks around it; just assign"},
    {"yield", FOREIGN_STATEMENT,
     "write a class with `iter()` and `next()`, or put the values into a queue"},
    {"new", FOREIGN_EXPRESSION, "an instance is made by calling the class: `Point(1, 2)`"},
    {"switch", FOREIGN_STATEMENT, "write `if a == 1 { } else if a == 2 { }`"},
    {"match", FOREIGN_STATEMENT, "write `if a == 1 { } else if a == 2 { }`"},
    {"unless", FOREIGN_STATEMENT, "write `if not ...`"},
    {"until", FOREIGN_STATEMENT, "write `while not ...`"},
    {"loop", FOREIGN_STATEMENT, "write `while true { ... }`"},
    {"do", FOREIGN_STATEMENT, "write `while true { ... if c { break } }`"},
    {"end", FOREIGN_STATEMENT, "a block ends with `}`"},
    {"then", FOREIGN_VALUE, "the block stands in `{ }`"},
    {"of", FOREIGN_VALUE, "write `for x in xs { ... }`"},
    {"export", FOREIGN_STATEMENT, "all names of a module's top level can be imported"},
    {"struct", FOREIGN_STATEMENT, "write a class"},
    {"interface", FOREIGN_STATEMENT, "conc has classes, and no interfaces"},
    {"go", FOREIGN_STATEMENT, "write `thread f()`"},
    {"len", FOREIGN_FUNCTION, "len is a function: `len(xs)`"},
};

static const Hint operators[] = {
    {"&&", "write `and`"},
    {"||", "write `or`"},
    {"!", "write `not`"},
    {"===", "write `==`"},
    {"!==", "write `!=`"},
    {"<>", "write `!=`"},
    {"++", "write `x += 1`"},
    {"--", "write `x -= 1`"},
    {"->", "a small function is written `fn (x) => x + 1`; there are no type annotations"},
    {":=", "declare with `let x = ...`"},
    {"?", "a choice is written `a if c else b`"},
    {"?.", "write `x.name if x != nil else nil`"},
    {"?\?", "write `x if x != nil else y`"},
    {"@", "there are no decorators: write `f = decorate(f)`"},
    {"/*", "a comment is written `# ...`, to the end of the line"},
};

enum { WORD_COUNT = sizeof words / sizeof *words };

static size_t find_word(const char *word) {
    size_t i = 0;
    while (i < WORD_COUNT && strcmp(words[i].word, word) != 0)
        i++;
    return i;
}

const char *foreign_word_hint(const char *word) {
    size_t i = find_word(word);
    return i < WORD_COUNT ? words[i].hint : NULL;
}

ForeignUse foreign_word_use(const char *word) {
    size_t i = find_word(word);
    return i < WORD_COUNT ? words[i].use : FOREIGN_NONE;
}

const char *foreign_operator_hint(const char *op, unsigned length) {
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strlen(operators[i].word) == length && !memcmp(operators[i].word, op, length))
            return operators[i].hint;
    return NULL;
}

const char *foreign_character(unsigned c) {
    static const struct {
        unsigned code_point;
        const char *text;
    } all[] = {
        {0x3000, "a space"}, {0xA0, "a space"}, {0x3002, "."},  {0x3001, ","},  {0x201C, "\""},
        {0x201D, "\""},      {0x2018, "'"},     {0x2019, "'"},  {0x300C, "\""}, {0x300D, "\""},
        {0x3010, "["},       {0x3011, "]"},     {0x2013, "-"},  {0x2014, "-"},  {0x2212, "-"},
        {0xD7, "*"},         {0xF7, "/"},       {0x2260, "!="}, {0x2264, "<="}, {0x2265, ">="},
        {0x2026, "..."},     {0x2192, "=>"},    {0xFF08, "("},  {0xFF09, ")"},  {0xFF3B, "["},
        {0xFF3D, "]"},       {0xFF5B, "{"},     {0xFF5D, "}"},  {0xFF0C, ","},  {0xFF1A, ":"},
        {0xFF1B, ";"},       {0xFF0E, "."},     {0xFF1D, "="},  {0xFF0B, "+"},  {0xFF0D, "-"},
        {0xFF0A, "*"},       {0xFF0F, "/"},     {0xFF1C, "<"},  {0xFF1E, ">"},  {0xFF01, "not"},
        {0xFF02, "\""},      {0xFF07, "'"},     {0xFF03, "#"},  {0xFF05, "%"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].code_point == c)
            return all[i].text;
    return NULL;
}
