// SPDX-License-Identifier: MIT
//
// A mutation is one to four edits of whole pieces: a statement goes, is doubled, comes from another
// script or gets something around it; an operand, a word, a number, an operator becomes another. What
// then does not compile is mended by what the compiler says: names that are declared nowhere become
// names of the script, statements that it does not like go.
#include "script_mutator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native/install.h"
#include "script_pieces.h"
#include "vm/vm.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity); // libFuzzer's own

enum {
    TEXT_LIMIT = 16384,
    DONOR_LIMIT = 8192,
    DONOR_SIZE = 240,
    MEND_ROUNDS = 12,
    BUILTIN_LIMIT = 400
};

static uint64_t random_state;

static uint32_t random_below(size_t limit) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 11) % limit);
}

// ---- Parts of other scripts ----------------------------------------------------------------------

typedef struct Donors {
    char texts[DONOR_LIMIT][DONOR_SIZE];
    uint32_t count;
} Donors;

static Donors statements, operands;
static Pieces pieces;

static void keep(Donors *donors, uint32_t first, uint32_t end) {
    if (first >= end)
        return;
    uint32_t start = pieces.items[first].start, size = pieces.items[end - 1].end - start;
    if (size >= DONOR_SIZE)
        return;
    uint32_t at = donors->count < DONOR_LIMIT ? donors->count++ : random_below(DONOR_LIMIT);
    memcpy(donors->texts[at], pieces.text + start, size);
    donors->texts[at][size] = '\0';
}

void script_harvest(const char *text, size_t size) {
    random_state |= 1;
    pieces_cut(&pieces, text, size);
    for (uint32_t i = 0; i < pieces.count; i++) {
        if (pieces_statement_starts(&pieces, i))
            keep(&statements, i, pieces_statement_end(&pieces, i));
        keep(&operands, i, pieces_operand_end(&pieces, i));
    }
}

// What few scripts of a corpus have. % is the statement that it is put around.
static const char *const templates[] = {
    "%; %",
    "if true { % }",
    "thread { % }",
    "spawn { % }",
    "(spawn { % }).join()",
    "let p1 = spawn { %; return [1, {'a': 1.5}, ValueError('x')] }; print(p1.join(), p1.exitcode)",
    "let p2 = Process(fn () { % }); p2.start(); p2.cancel(); p2.join()",
    "let p3 = spawn { % }; p3.kill('TERM'); p3.join(timeout: 0.1)",
    "async { % }",
    "await async { % }",
    "(thread { % }).join()",
    "let t1 = thread { % }; t1.cancel()",
    "let k1 = async { % }; k1.cancel()",
    "let k2 = async { % }; await k2.join(timeout: 0.01)",
    "let t2 = thread { % }; t2.join(timeout: 0.01)",
    "(thread { % }).detach()",
    "try { % } catch e { print(e, e.trace) }",
    "try { % } catch e: BaseError { print(repr(e)) }",
    "try { % } catch e: Cancelled { throw ValueError(1) } finally { print(1) }",
    "try { throw ValueError(2) } finally { % }",
    "for i1 in range(3) { % }",
    "for i2 in range(300) { % }",
    "while true { %; break }",
    "while true { % }",
    "group { thread { % }; async { % } }",
    "await group { async { % }; async { sleep(0.001) } }",
    "timeout 0.01 { % }",
    "timeout 0 { % }",
    "if true { let m1 = lock(); lock m1 { % } }",
    "if true { let m2 = lock(); await lock m2 { async { lock m2 { % } } } }",
    "fn f1() { % }\nf1()",
    "fn f2(a, b = 1, ...c) { % }\nf2(1); thread f2(2, b: 3); f2(1, 2, ...[3, 4])",
    "async fn f3() { % }\nawait f3(); async f3(); thread f3()",
    "fn f4(n) { if n { f4(n - 1) }; % }\nf4(20)",
    "class C1 { fn init() { % }\nfn iter() { return [1, 2] }\nfn eq(o) { return true }\n"
    "fn less(o) { return true }\nfn str() { return 'C1' }\nfn hash() { return 1 }\nfn close() { % "
    "}\n}\n"
    "with C1() as c1 { print(c1, c1 == c1, {c1: c1}) }",
    "class C2 extends Thread { fn init() { super.init() }\nfn run() { % }\n}\n"
    "let h2 = C2(); h2.start(); h2.join()",
    "let q1 = queue(1); thread { for x1 in q1 { % } }; q1.put(1); q1.put(2); q1.close()",
    "let q2 = queue(); async { for await x2 in q2 { % } }; await q2.put(1); q2.close()",
    "let q3 = queue(order: 'priority'); q3.put(2); q3.put(1); %; print(q3.get())",
    "select { case queue().get() { % }; case sleep(0.001) { % } }",
    "await select { case x3 = queue().get() { % }; else { % } }",
    "let c3 = [fn () { % }]; for g3 in c3 { thread g3() }",
    "print([1, 2, 3].map(fn (x4) { % }))",
    "print(sorted([3, 1, 2], key: fn (x5) { %; return -x5 }))",
};

static const char *const plain_operands[] = {"nil",
                                             "true",
                                             "0",
                                             "-1",
                                             "1.5",
                                             "''",
                                             "[]",
                                             "{}",
                                             "set([1])",
                                             "0..10",
                                             "\"a${1}b\"",
                                             "bytes(3)",
                                             "lock()",
                                             "queue()",
                                             "fn () => 1",
                                             "Thread(print, 1)",
                                             "ValueError('x')",
                                             "2 ** 100",
                                             "float('nan')",
                                             "[[1], [2]]",
                                             "{'a': 1}",
                                             "thread { 1 }",
                                             "async { 1 }",
                                             "range(5)",
                                             "int",
                                             "print",
                                             "args",
                                             "'a' * 1000",
                                             "list(range(1000))"};

static const char *const numbers[] = {"0",
                                      "1",
                                      "2",
                                      "-1",
                                      "3",
                                      "7",
                                      "64",
                                      "100",
                                      "255",
                                      "1000",
                                      "0.0",
                                      "-0.0",
                                      "0.001",
                                      "1e308",
                                      "1e-320",
                                      "0.5",
                                      "1125899906842623",
                                      "1125899906842624",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "2147483648",
                                      "4294967296",
                                      "1_0",
                                      "0xffff",
                                      "1e16",
                                      "99999999999999999999999"};

static const char *const operators[] = {
    "+",  "-", "*",  "/", "//", "%",  "**",  "<<", ">>", "&",  "|",      "^",     "==",
    "!=", "<", "<=", ">", ">=", "..", "and", "or", "in", "is", "not in", "is not"};
static const char *const assignments[] = {
    "=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", "<<=", "|=", "&=", "^="};
static const char *const prefixes[] = {"await ", "thread ", "async ", "not ", "-", "~", "..."};

// Of methods and attributes.
static const char *const members[] = {
    "append",  "pop",     "insert", "remove", "clear",  "sort",   "reverse", "index",
    "count",   "get",     "put",    "items",  "keys",   "values", "update",  "setdefault",
    "add",     "union",   "join",   "cancel", "done",   "name",   "id",      "detach",
    "acquire", "release", "locked", "size",   "close",  "empty",  "full",    "task_done",
    "message", "trace",   "cause",  "split",  "format", "map",    "filter",  "reduce",
    "start",   "run",     "copy",   "extend", "discard"};

#define PICK(table) ((table)[random_below(sizeof(table) / sizeof *(table))])

// ---- One edit ------------------------------------------------------------------------------------

static char script[TEXT_LIMIT + 1];
static uint32_t script_size;

// Replaces script[start..end). False, and nothing changes, where the result would be too long.
static bool replace(uint32_t start, uint32_t end, const char *with, size_t length) {
    if (script_size - (end - start) + length > TEXT_LIMIT)
        return false;
    memmove(script + start + length, script + end, script_size - end);
    memcpy(script + start, with, length);
    script_size = script_size - (end - start) + (uint32_t)length;
    script[script_size] = '\0';
    return true;
}

static void replace_piece(uint32_t index, const char *with) {
    replace(pieces.items[index].start, pieces.items[index].end, with, strlen(with));
}

static bool starts_operand(uint32_t index) { return pieces_operand_end(&pieces, index) > index; }
static bool starts_statement(uint32_t index) { return pieces_statement_starts(&pieces, index); }
static bool is_member(uint32_t index) { return index > 0 && piece_is(&pieces, index - 1, "."); }
static bool is_name(uint32_t index) {
    return pieces.items[index].kind == PIECE_WORD && !is_member(index);
}
static bool is_member_name(uint32_t index) {
    return pieces.items[index].kind <= PIECE_KEYWORD && is_member(index);
}
static bool is_number(uint32_t index) { return pieces.items[index].kind == PIECE_NUMBER; }
static bool is_operator(uint32_t index) {
    return pieces.items[index].kind == PIECE_OPERATOR && !piece_is(&pieces, index, ".") &&
           !piece_is(&pieces, index, ",") && !piece_is(&pieces, index, ":") &&
           !piece_is(&pieces, index, "=>") && !piece_is(&pieces, index, "...");
}

// Some piece of which `is` holds; PIECE_LIMIT if there is none.
static uint32_t choose(bool (*is)(uint32_t index)) {
    uint32_t chosen = PIECE_LIMIT, seen = 0;
    for (uint32_t i = 0; i < pieces.count; i++)
        if (is(i) && random_below(++seen) == 0)
            chosen = i;
    return chosen;
}

static size_t take(uint32_t first, uint32_t end, char *out, size_t capacity) {
    uint32_t start = pieces.items[first].start, size = pieces.items[end - 1].end - start;
    if (first >= end || size >= capacity)
        size = 0;
    memcpy(out, script + start, size);
    out[size] = '\0';
    return size;
}

static const char *donor(const Donors *donors) {
    return donors->count ? donors->texts[random_below(donors->count)] : "nil";
}

static void insert_statement(uint32_t index, const char *text) {
    char line[TEXT_LIMIT];
    int length = snprintf(line, sizeof line, "%s\n", text);
    uint32_t at = index < PIECE_LIMIT ? pieces.items[index].start : script_size;
    if (length > 0 && (size_t)length < sizeof line)
        replace(at, at, line, (size_t)length);
}

static void edit_remove(void) {
    uint32_t first = choose(starts_statement);
    if (first == PIECE_LIMIT)
        return;
    uint32_t end = pieces_statement_end(&pieces, first);
    replace(pieces.items[first].start, pieces.items[end - 1].end, "", 0);
}

static void edit_repeat(void) {
    static char text[TEXT_LIMIT];
    uint32_t first = choose(starts_statement);
    if (first == PIECE_LIMIT)
        return;
    take(first, pieces_statement_end(&pieces, first), text, sizeof text);
    insert_statement(choose(starts_statement), text);
}

static void edit_insert(void) { insert_statement(choose(starts_statement), donor(&statements)); }

static void edit_exchange(void) {
    uint32_t first = choose(starts_statement);
    if (first == PIECE_LIMIT)
        return;
    uint32_t end = pieces_statement_end(&pieces, first);
    const char *text = donor(&statements);
    replace(pieces.items[first].start, pieces.items[end - 1].end, text, strlen(text));
}

// From one statement to three go into the template together.
static void edit_wrap(void) {
    static char inner[TEXT_LIMIT], text[4 * TEXT_LIMIT];
    uint32_t first = choose(starts_statement);
    if (first == PIECE_LIMIT)
        return;
    uint32_t end = pieces_statement_end(&pieces, first);
    for (uint32_t more = random_below(3); more && end + 1 < pieces.count; more--)
        if (starts_statement(end + 1))
            end = pieces_statement_end(&pieces, end + 1);
    take(first, end, inner, sizeof inner);
    size_t length = 0, inner_length = strlen(inner);
    for (const char *at = PICK(templates); *at; at++) {
        const char *part = *at == '%' ? inner : at;
        size_t size = *at == '%' ? inner_length : 1;
        if (length + size >= sizeof text)
            return;
        memcpy(text + length, part, size);
        length += size;
    }
    replace(pieces.items[first].start, pieces.items[end - 1].end, text, length);
}

static void edit_operand(void) {
    uint32_t first = choose(starts_operand);
    if (first == PIECE_LIMIT)
        return;
    uint32_t end = pieces_operand_end(&pieces, first);
    const char *text = random_below(3) ? donor(&operands) : PICK(plain_operands);
    replace(pieces.items[first].start, pieces.items[end - 1].end, text, strlen(text));
}

static void edit_prefix(void) {
    uint32_t index = choose(starts_operand);
    if (index == PIECE_LIMIT)
        return;
    const char *prefix = PICK(prefixes);
    replace(pieces.items[index].start, pieces.items[index].start, prefix, strlen(prefix));
}

// A name of the script, or now and then a built-in one.
static const char *some_name(char *out, size_t capacity) {
    const CompileOptions *options = script_compile_options();
    uint32_t index = random_below(4) ? choose(is_name) : PIECE_LIMIT;
    if (index != PIECE_LIMIT && take(index, index + 1, out, capacity))
        return out;
    CodeName builtin = options->builtins[random_below(options->builtin_count)];
    snprintf(out, capacity, "%.*s", (int)builtin.size, builtin.text);
    return out;
}

static void edit_name(void) {
    char name[100];
    uint32_t index = choose(is_name);
    if (index != PIECE_LIMIT)
        replace_piece(index, some_name(name, sizeof name));
}

static void edit_member(void) {
    uint32_t index = choose(is_member_name);
    if (index != PIECE_LIMIT)
        replace_piece(index, PICK(members));
}

static void edit_number(void) {
    uint32_t index = choose(is_number);
    if (index != PIECE_LIMIT)
        replace_piece(index, PICK(numbers));
}

static void edit_operator(void) {
    uint32_t index = choose(is_operator);
    if (index == PIECE_LIMIT)
        return;
    const Piece *piece = &pieces.items[index];
    bool assigns = script[piece->end - 1] == '=' && !piece_is(&pieces, index, "==") &&
                   !piece_is(&pieces, index, "!=") && !piece_is(&pieces, index, "<=") &&
                   !piece_is(&pieces, index, ">=");
    char text[20];
    snprintf(text, sizeof text, " %s ", assigns ? PICK(assignments) : PICK(operators));
    replace_piece(index, text);
}

static void edit_bytes(void) {
    script_size = (uint32_t)LLVMFuzzerMutate((uint8_t *)script, script_size, TEXT_LIMIT);
    script[script_size] = '\0';
}

static void edit_once(void) {
    static void (*const edits[])(void) = {edit_remove, edit_remove,   edit_repeat,  edit_insert,
                                          edit_insert, edit_exchange, edit_wrap,    edit_wrap,
                                          edit_wrap,   edit_operand,  edit_operand, edit_operand,
                                          edit_prefix, edit_name,     edit_name,    edit_member,
                                          edit_number, edit_operator, edit_bytes};
    pieces_cut(&pieces, script, script_size);
    PICK(edits)();
}

// ---- Mending -------------------------------------------------------------------------------------

const CompileOptions *script_compile_options(void) {
    static CompileOptions options;
    static CodeName names[BUILTIN_LIMIT];
    static const CodeName known[] = {{"args", 4}};
    static Arena arena;
    if (options.builtins)
        return &options;
    VmOptions how = {.install = natives_install};
    Vm *vm = vm_new(&how);
    for (uint32_t i = 0; i < vm->runtime->builtin_count && i < BUILTIN_LIMIT; i++) {
        CodeName name = vm->builtin_names[i];
        names[i] = (CodeName){arena_copy(&arena, name.text, name.size), name.size};
        options.builtin_count++;
    }
    vm_free(vm);
    options.builtins = names;
    options.known = known;
    options.known_count = 1;
    return &options;
}

// The innermost statement around the offset goes; where none is, the rest of the line.
static void leave_out(uint32_t offset) {
    uint32_t first = PIECE_LIMIT;
    for (uint32_t i = 0; i < pieces.count && pieces.items[i].start <= offset; i++) {
        if (!starts_statement(i))
            continue;
        uint32_t end = pieces_statement_end(&pieces, i);
        if (end > i && pieces.items[end - 1].end >= offset)
            first = i;
    }
    if (first != PIECE_LIMIT) {
        uint32_t end = pieces_statement_end(&pieces, first);
        replace(pieces.items[first].start, pieces.items[end - 1].end, "", 0);
        return;
    }
    offset = offset < script_size ? offset : script_size;
    replace(offset, offset + (uint32_t)strcspn(script + offset, "\n"), "", 0);
}

static void mend(const Diagnostic *error) {
    static uint32_t fresh;
    char name[100];
    pieces_cut(&pieces, script, script_size);
    if (error->at.start + error->at.length > script_size)
        return;
    if (strstr(error->message, "twice")) {
        snprintf(name, sizeof name, "v%u", fresh++ % 1000);
        replace(error->at.start, error->at.start + error->at.length, name, strlen(name));
    } else if (!strcmp(error->kind, "NameError") && random_below(8)) {
        some_name(name, sizeof name);
        replace(error->at.start, error->at.start + error->at.length, name, strlen(name));
    } else {
        leave_out(error->at.start);
    }
}

// The error that stands last in the text, so that the places of the others stay right.
static const Diagnostic *last_before(const Diagnostics *errors, uint32_t offset) {
    const Diagnostic *last = NULL;
    for (uint32_t i = 0; i < errors->count; i++)
        if (errors->items[i].at.start < offset &&
            (!last || errors->items[i].at.start > last->at.start))
            last = &errors->items[i];
    return last;
}

// One round: compiles, and mends every error found. True where there was none.
static bool mend_all(void) {
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Source *source = source_new("fuzz.conc", script, script_size);
    bool compiles =
        compile_source(&arena, source, false, script_compile_options(), &errors, NULL) != NULL;
    uint32_t before = UINT32_MAX;
    for (const Diagnostic *error; (error = last_before(&errors, before)); before = error->at.start)
        mend(error);
    source_free(source);
    arena_free(&arena);
    return compiles;
}

size_t script_mutate(char *data, size_t size, size_t capacity, unsigned seed, unsigned mended) {
    random_state = seed * 0x9E3779B97F4A7C15u + 1;
    size = size < TEXT_LIMIT ? size : TEXT_LIMIT;
    memcpy(script, data, size);
    script[size] = '\0';
    script_size = (uint32_t)size;
    for (uint32_t count = 1 + random_below(4); count; count--)
        edit_once();
    if (random_below(100) < mended)
        for (int round = 0; round < MEND_ROUNDS && !mend_all(); round++)
            ;
    if (script_size > capacity)
        script_size = (uint32_t)capacity;
    memcpy(data, script, script_size);
    return script_size;
}
