// SPDX-License-Identifier: MIT
//
// Tables of what people bring along from other languages and keyboards.
#include "syntax/foreign.h"

#include <stddef.h>
#include <string.h>

typedef struct Hint {
    const char *word, *hint;
} Hint;

static const Hint words[] = {
    {"def", "a function is written `fn name(a, b) { ... }`"},
    {"func", "a function is written `fn name(a, b) { ... }`"},
    {"function", "a function is written `fn name(a, b) { ... }`"},
    {"lambda", "a small function is written `fn (x) => x + 1`"},
    {"elif", "write `else if`"},
    {"elsif", "write `else if`"},
    {"elseif", "write `else if`"},
    {"None", "conc writes `nil`"},
    {"null", "conc writes `nil`"},
    {"undefined", "conc writes `nil`"},
    {"True", "conc writes `true`"},
    {"False", "conc writes `false`"},
    {"this", "conc writes `self`"},
    {"print", "print is a function: `print(...)`"},
    {"var", "a variable is declared with `let`"},
    {"val", "a constant is declared with `const`"},
    {"mut", "a variable is declared with `let`"},
    {"raise", "an error is thrown with `throw`"},
    {"except", "write `catch e: ValueError { ... }`"},
    {"rescue", "write `catch e: ValueError { ... }`"},
    {"pass", "an empty block is written `{ }`"},
    {"del", "write `m.pop(key)` or `xs.pop(i)`"},
    {"delete", "write `m.pop(key)` or `xs.pop(i)`"},
    {"assert", "assert is a function: `assert(condition, message)`"},
    {"global", "a block sees the names of the blocks around it; just assign"},
    {"nonlocal", "a block sees the names of the blocks around it; just assign"},
    {"yield", "write a class with `iter()` and `next()`, or put the values into a queue"},
    {"new", "an instance is made by calling the class: `Point(1, 2)`"},
    {"switch", "write `if a == 1 { } else if a == 2 { }`"},
    {"match", "write `if a == 1 { } else if a == 2 { }`"},
    {"unless", "write `if not ...`"},
    {"until", "write `while not ...`"},
    {"loop", "write `while true { ... }`"},
    {"do", "write `while true { ... if c { break } }`"},
    {"end", "a block ends with `}`"},
    {"then", "the block stands in `{ }`"},
    {"of", "write `for x in xs { ... }`"},
    {"export", "all names of a module's top level can be imported"},
    {"struct", "write a class"},
    {"interface", "conc has classes, and no interfaces"},
    {"go", "write `thread f()`"},
    {"len", "len is a function: `len(xs)`"},
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

static const char *find(const Hint *hints, size_t count, const char *word, size_t length) {
    for (size_t i = 0; i < count; i++)
        if (strlen(hints[i].word) == length && !memcmp(hints[i].word, word, length))
            return hints[i].hint;
    return NULL;
}

const char *foreign_word_hint(const char *word) {
    return find(words, sizeof words / sizeof *words, word, strlen(word));
}

const char *foreign_operator_hint(const char *op, unsigned length) {
    return find(operators, sizeof operators / sizeof *operators, op, length);
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
