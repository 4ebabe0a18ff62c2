// SPDX-License-Identifier: MIT
//
// Tables of what people bring along from other languages and keyboards.
#include "syntax/foreign.h"

#include <stddef.h>
#include <string.h>

#include "base/spelling.h"

typedef struct Hint {
    const char *word, *hint;
} Hint;

#define THREADING                                                                                  \
    "threads are built in: `thread f()`, `lock()`, `Event()`, `Semaphore(n)`, `Local()`"
#define ASYNCIO "tasks are built in: `async f()`, `await`, `gather(tasks)`, `timeout 1 { }`"
#define MULTIPROCESSING                                                                            \
    "processes are built in: `spawn f()`, `ProcessPool(n)`, `queue(shared: true)`"

static const struct {
    const char *word;
    ForeignUse use;
    const char *hint;
} words[] = {
    {"def", FOREIGN_STATEMENT, "a function is written `fn name(a, b) { ... }`"},
    {"fun", FOREIGN_STATEMENT, "a function is written `fn name(a, b) { ... }`"},
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
    {"mut", FOREIGN_EXPRESSION, "leave it out: every variable can be assigned again"},
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
    {"do", FOREIGN_STATEMENT, "a block stands in `{ }`"},
    {"end", FOREIGN_STATEMENT, "a block ends with `}`"},
    {"then", FOREIGN_VALUE, "the block stands in `{ }`"},
    {"of", FOREIGN_VALUE, "write `for x in xs { ... }`"},
    {"export", FOREIGN_STATEMENT, "all names of a module's top level can be imported"},
    {"struct", FOREIGN_STATEMENT, "write a class"},
    {"interface", FOREIGN_STATEMENT, "conc has classes, and no interfaces"},
    {"go", FOREIGN_STATEMENT, "write `thread f()`"},
    {"len", FOREIGN_FUNCTION, "len is a function: `len(xs)`"},
    {"local", FOREIGN_STATEMENT, "a variable is declared with `let`"},
    {"auto", FOREIGN_STATEMENT, "a variable is declared with `let`"},
    {"defer", FOREIGN_STATEMENT,
     "write `try { ... } finally { ... }`, or `with open(path) as f { }`"},
    {"begin", FOREIGN_STATEMENT, "a block stands in `{ }`"},
    {"foreach", FOREIGN_STATEMENT, "write `for x in xs { ... }`"},
    {"require", FOREIGN_FUNCTION, "write `import math`, or `import \"file.conc\"`"},
    {"include", FOREIGN_FUNCTION, "write `import \"file.conc\"`"},
    {"echo", FOREIGN_STATEMENT, "write `print(...)`"},
    {"puts", FOREIGN_STATEMENT, "write `print(...)`"},
    {"println", FOREIGN_STATEMENT, "write `print(...)`"},
    {"printf", FOREIGN_STATEMENT, "write `print(\"%d\" % x)` or `print(\"${x:.2f}\")`"},
    {"console", FOREIGN_VALUE, "write `print(...)`"},
    {"NULL", FOREIGN_VALUE, "conc writes `nil`"},
    {"Nil", FOREIGN_VALUE, "conc writes `nil`"},
    {"NaN", FOREIGN_VALUE, "write `math.nan`, after `import math`"},
    {"Infinity", FOREIGN_VALUE, "write `math.inf`, after `import math`"},
    {"dict", FOREIGN_VALUE, "a dictionary is a map: `{\"a\": 1}`, `map()`"},
    {"tuple", FOREIGN_VALUE, "there are no tuples: write a list, `[a, b]`"},
    {"frozenset", FOREIGN_VALUE, "write `set(xs)`"},
    {"bytearray", FOREIGN_VALUE,
     "bytes cannot be changed: collect them in a list, and make `bytes(xs)`"},
    {"string", FOREIGN_VALUE, "the type is called `str`"},
    {"boolean", FOREIGN_VALUE, "the type is called `bool`"},
    {"object", FOREIGN_VALUE, "write `class Name { }`: a class needs no base"},
    {"Exception", FOREIGN_VALUE, "the class of errors is called `Error`"},
    {"BaseException", FOREIGN_VALUE, "the class is called `BaseError`"},
    {"KeyboardInterrupt", FOREIGN_VALUE, "the class is called `Interrupted`"},
    {"CancelledError", FOREIGN_VALUE, "the class is called `Cancelled`"},
    {"Mutex", FOREIGN_VALUE, "a lock is made by `lock()`"},
    {"mutex", FOREIGN_VALUE, "a lock is made by `lock()`"},
    {"Lock", FOREIGN_VALUE, "a lock is made by `lock()`"},
    {"Queue", FOREIGN_VALUE, "a queue is made by `queue()`"},
    {"chan", FOREIGN_VALUE, "a channel is a `queue(maxsize)`"},
    {"Channel", FOREIGN_VALUE, "a channel is a `queue(maxsize)`"},
    {"ThreadPool", FOREIGN_VALUE, "a pool of threads is made by `Pool(n)`"},
    {"ThreadPoolExecutor", FOREIGN_VALUE, "a pool of threads is made by `Pool(n)`"},
    {"ProcessPoolExecutor", FOREIGN_VALUE, "a pool of processes is made by `ProcessPool(n)`"},
    {"Promise", FOREIGN_VALUE, "write `async f()`: a task can be awaited"},
    {"setTimeout", FOREIGN_VALUE, "write `async { await sleep(1); f() }`"},
    {"fork", FOREIGN_VALUE, "a process is started with `spawn f()`"},
    {"threading", FOREIGN_VALUE, THREADING},
    {"asyncio", FOREIGN_VALUE, ASYNCIO},
    {"multiprocessing", FOREIGN_VALUE, MULTIPROCESSING},
    {"instanceof", FOREIGN_VALUE, "write `x is Type`"},
    {"typeof", FOREIGN_EXPRESSION, "write `type(x)`"},
    {"cls", FOREIGN_VALUE, "a static function has no class as an argument: write the class's name"},
    {"__name__", FOREIGN_VALUE,
     "a file's `test` blocks run under `conc test` only; there is no `__name__`"},
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

// The same letters in another order: of short words nothing else is near enough.
static bool is_jumbled(const char *word, const char *of) {
    char left[SPELLING_LENGTH] = "";
    strncpy(left, of, sizeof left - 1);
    for (; *word; word++) {
        char *found = strchr(left, *word);
        if (!found)
            return false;
        *found = ' ';
    }
    return left[strspn(left, " ")] == '\0';
}

const char *foreign_nearest_keyword(const char *word, bool statement) {
    static const char *const statements[] = {
        "await",  "async", "case",   "catch",  "class", "const", "else",   "finally", "for",
        "from",   "group", "if",     "import", "let",   "lock",  "return", "select",  "spawn",
        "static", "super", "thread", "throw",  "try",   "while", "with",   "timeout", "fn"};
    static const char *const values[] = {"nil",   "true",     "false",  "self",
                                         "break", "continue", "return", "else"};
    const char *const *words_tried = statement ? statements : values;
    size_t count =
        statement ? sizeof statements / sizeof *statements : sizeof values / sizeof *values;
    Spelling search;
    spelling_start(&search, word, strlen(word));
    for (size_t i = 0; i < count; i++)
        spelling_try(&search, words_tried[i], strlen(words_tried[i]));
    bool is_short = strlen(word) < 4;
    return search.nearest && is_short && !is_jumbled(word, search.nearest) ? NULL : search.nearest;
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

// ---- Modules, labels and members ----------------------------------------------------------------

static const char *find_hint(const Hint *hints, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(hints[i].word, word) == 0)
            return hints[i].hint;
    return NULL;
}

const char *foreign_module_hint(const char *name) {
    static const Hint modules[] = {
        {"threading", THREADING},
        {"asyncio", ASYNCIO},
        {"multiprocessing", MULTIPROCESSING},
        {"queue", "queues are built in: `queue()`, `queue(order: \"priority\")`"},
        {"concurrent", "pools are built in: `Pool(n)` and `ProcessPool(n)`"},
        {"subprocess", "a process is started with `spawn f()`; other programs cannot be run"},
        {"signal",
         "a process is signalled with `p.kill(\"SIGTERM\")`; Ctrl-C throws `Interrupted`"},
        {"sys", "the arguments are in `args`, and `exit(n)` ends the script"},
        {"typing", "there are no type annotations"},
        {"contextlib", "whatever has a `close()` can stand in `with x as y { }`"},
        {"builtins", "what is built in needs no import"},
    };
    return find_hint(modules, sizeof modules / sizeof *modules, name);
}

const char *foreign_label_hint(const char *label) {
    static const Hint labels[] = {
        {"target", "the function comes first, then its arguments: `Thread(f, 1, 2)`"},
        {"daemon", "write `t.detach()`: the script's end does not wait for it"},
        {"blocking", "write `timeout: 0` not to wait"},
        {"block", "write `timeout: 0` not to wait"},
        {"encoding", "text is UTF-8; read bytes with the mode `\"rb\"`, and decode them"},
    };
    return find_hint(labels, sizeof labels / sizeof *labels, label);
}

#define LENGTH "write `len(x)`"
#define EMPTY  "what is empty is false: write `if not x`"
#define WITHIN "write `y in x`"
#define SLICE  "write `x[start:end]`"
#define EACH   "write `for y in x { ... }`"
#define STORE  "write `m[key] = value`"

const ForeignMember foreign_members[] = {
    // Containers and strings.
    {"push", "append", NULL},
    {"push", "put", NULL},
    {"push", "add", NULL},
    {"push_back", "append", NULL},
    {"add", "append", NULL},
    {"append", "add", NULL},
    {"insert", "add", NULL},
    {"unshift", "insert", "write `xs.insert(0, x)`"},
    {"prepend", "insert", "write `xs.insert(0, x)`"},
    {"shift", "pop", "write `xs.pop(0)`"},
    {"length", NULL, LENGTH},
    {"Length", NULL, LENGTH},
    {"size", NULL, LENGTH},
    {"len", NULL, LENGTH},
    {"count", NULL, LENGTH},
    {"isEmpty", NULL, EMPTY},
    {"is_empty", NULL, EMPTY},
    {"empty", NULL, EMPTY},
    {"includes", NULL, WITHIN},
    {"include", NULL, WITHIN},
    {"contains", NULL, WITHIN},
    {"has", NULL, WITHIN},
    {"has_key", NULL, WITHIN},
    {"containsKey", NULL, WITHIN},
    {"hasOwnProperty", NULL, WITHIN},
    {"indexOf", "find", NULL},
    {"indexOf", "index", NULL},
    {"lastIndexOf", "rfind", NULL},
    {"forEach", NULL, EACH},
    {"each", NULL, EACH},
    {"slice", NULL, SLICE},
    {"substring", NULL, SLICE},
    {"substr", NULL, SLICE},
    {"sub", NULL, SLICE},
    {"charAt", "upper", "write `s[i]`"},
    {"concat", NULL, "write `x + y`"},
    {"toString", NULL, "write `str(x)`"},
    {"to_s", NULL, "write `str(x)`"},
    {"toSorted", NULL, "write `sorted(x)`"},
    {"sorted", NULL, "write `sorted(x)`"},
    {"sum", NULL, "write `sum(x)`"},
    {"min", NULL, "write `min(x)`"},
    {"max", NULL, "write `max(x)`"},
    {"first", NULL, "write `x[0]`"},
    {"last", NULL, "write `x[-1]`"},
    {"join", "append", "write `\", \".join(xs)`"},
    {"collect", "map", NULL},
    {"inject", "reduce", NULL},
    {"fold", "reduce", NULL},
    {"remove", "pop", "write `m.pop(key)`"},
    {"delete", "pop", "write `x.pop(key)`"},
    {"put", "update", STORE},
    {"set", "update", STORE},
    {"entries", "items", NULL},
    {"iteritems", "items", NULL},
    {"trim", "strip", NULL},
    {"trimStart", "lstrip", NULL},
    {"trimEnd", "rstrip", NULL},
    {"ltrim", "lstrip", NULL},
    {"rtrim", "rstrip", NULL},
    {"toUpperCase", "upper", NULL},
    {"upcase", "upper", NULL},
    {"uppercase", "upper", NULL},
    {"toLowerCase", "lower", NULL},
    {"downcase", "lower", NULL},
    {"lowercase", "lower", NULL},
    {"hasPrefix", "startswith", NULL},
    {"start_with", "startswith", NULL},
    {"hasSuffix", "endswith", NULL},
    {"end_with", "endswith", NULL},
    {"replaceAll", "replace", NULL},
    {"gsub", "replace", NULL},
    // Locks, queues, handles and the rest of the toolkit.
    {"lock", "acquire", NULL},
    {"unlock", "release", NULL},
    {"Lock", "acquire", NULL},
    {"Unlock", "release", NULL},
    {"close", "acquire", "a lock is held with `lock m { ... }`"},
    {"send", "put", NULL},
    {"enqueue", "put", NULL},
    {"recv", "get", NULL},
    {"receive", "get", NULL},
    {"take", "get", NULL},
    {"dequeue", "get", NULL},
    {"pop", "put", "did you mean `get`?"},
    {"wait", "join", NULL},
    {"result", "join", NULL},
    {"get", "join", NULL},
    {"isAlive", "join", "write `not h.done`"},
    {"terminate", "cancel", NULL},
    {"interrupt", "cancel", NULL},
    {"stop", "cancel", NULL},
    {"abort", "cancel", NULL},
    {"then", "join", "write `await h`"},
    {"signal", "notify", NULL},
    {"broadcast", "notify_all", NULL},
    {"notifyAll", "notify_all", NULL},
    {"inc", "compare_swap", "write `a.add(1)`"},
    {"increment", "compare_swap", "write `a.add(1)`"},
    {"dec", "compare_swap", "write `a.add(-1)`"},
    {"decrement", "compare_swap", "write `a.add(-1)`"},
    {"fetch_add", "compare_swap", "write `a.add(n)`: it gives the new value"},
    {"load", "compare_swap", "did you mean `get`?"},
    {"store", "compare_swap", "did you mean `set`?"},
    {"value", "compare_swap", "write `a.get()`"},
    {"compareAndSet", "compare_swap", NULL},
    {"compare_exchange", "compare_swap", NULL},
    {"exchange", "swap", NULL},
    {"countDown", "count_down", NULL},
    {"execute", "submit", NULL},
    {"shutdown", "submit", "did you mean `close`?"},
    {NULL, NULL, NULL},
};
