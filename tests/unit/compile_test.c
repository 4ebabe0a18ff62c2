// SPDX-License-Identifier: MIT
//
// The compiler: what each construct becomes, which names and places are errors, and that everything
// that it makes passes the verifier.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "code/compile.h"

// ---- Helpers ----------------------------------------------------------------------------------

static const CodeName builtins[] = {
    {"print", 5}, {"len", 3},  {"range", 5}, {"Error", 5},  {"ValueError", 10}, {"OSError", 7},
    {"lock", 4},  {"open", 4}, {"sleep", 5}, {"Thread", 6}, {"assert", 6},      {"enumerate", 9}};
static const CodeName known[] = {{"args", 4}, {"FIXED", 5}};
static const bool known_constant[] = {false, true};

typedef struct Compiled {
    Arena arena;
    Source *source;
    Diagnostics errors;
    const ModuleCode *module;
    Text listing; // or the errors
} Compiled;

static Compiled *compile_with(const char *text, size_t size, CompileOptions options) {
    Compiled *c = calloc(1, sizeof *c);
    options.builtins = builtins;
    options.builtin_count = sizeof builtins / sizeof *builtins;
    options.known = known;
    options.known_constant = known_constant;
    options.known_count = 2;
    c->errors.arena = &c->arena;
    c->source = source_new("test.conc", text, size);
    c->module = compile_source(&c->arena, c->source, false, &options, &c->errors, NULL);
    if (c->module) {
        char why[200] = "";
        cr_assert(code_verify(c->module->main, why, sizeof why), "%s\n%s", why, text);
        code_disassemble(c->module->main, &c->listing);
    } else {
        cr_assert(c->errors.count > 0, "no code and no error:\n%s", text);
        diagnostics_render(&c->listing, c->source, &c->errors, false);
    }
    return c;
}

static Compiled *compile(const char *text) {
    return compile_with(text, strlen(text), (CompileOptions){0});
}

static void compiled_free(Compiled *c) {
    text_free(&c->listing);
    source_free(c->source);
    arena_free(&c->arena);
    free(c);
}

// The code compiles, and its listing has each of the pieces (up to a NULL) in this order.
static void expect_listing(const char *text, const char *const *pieces) {
    Compiled *c = compile(text);
    const char *listing = text_data(&c->listing);
    cr_assert(c->module, "%s\n%s", text, listing);
    const char *at = listing;
    for (; *pieces; pieces++) {
        const char *found = strstr(at, *pieces);
        cr_assert(found, "no `%s` in\n%s\n%s", *pieces, text, listing);
        at = found + strlen(*pieces);
    }
    compiled_free(c);
}
#define EXPECT(text, ...) expect_listing(text, (const char *const[]){__VA_ARGS__, NULL})

static void expect_absent(const char *text, const char *piece) {
    Compiled *c = compile(text);
    cr_assert(c->module, "%s\n%s", text, text_data(&c->listing));
    cr_assert_not(strstr(text_data(&c->listing), piece), "`%s` in\n%s\n%s", piece, text,
                  text_data(&c->listing));
    compiled_free(c);
}

static void expect_error(const char *text, const char *kind, const char *message,
                         const char *hint) {
    Compiled *c = compile(text);
    cr_assert_not(c->module, "compiles:\n%s", text);
    const Diagnostic *first = &c->errors.items[0];
    cr_expect_str_eq(first->kind, kind, "%s", text);
    cr_expect_str_eq(first->message, message, "%s", text);
    cr_expect_str_eq(first->hint ? first->hint : "", hint ? hint : "", "%s", text);
    cr_expect_eq(first->at.length > 0, true);
    compiled_free(c);
}

// The error has a note, which points at offset `cause`.
static void expect_cause(const char *text, const char *note, uint32_t cause) {
    Compiled *c = compile(text);
    const Diagnostic *first = &c->errors.items[0];
    cr_assert_not(c->module, "compiles:\n%s", text);
    cr_expect_str_eq(first->note ? first->note : "", note, "%s", text);
    cr_expect_eq(first->cause.start, cause, "%s: %u", text, first->cause.start);
    compiled_free(c);
}

static uint32_t error_count(const char *text) {
    Compiled *c = compile(text);
    uint32_t count = c->errors.count;
    compiled_free(c);
    return count;
}

// ---- Values and operators ---------------------------------------------------------------------

Test(compile, locals_are_operands_in_place) {
    EXPECT("fn f(a, b) { let c = a + b; return c * a }", "ADD                r3 = r1 r2",
           "MUL                r4 = r3 r1", "RETURN             r4");
    EXPECT("fn f(a) { a = a + 1; return a }", "ADD_INT            r1 = r1 1",
           "RETURN             r1");
    expect_absent("fn f(a, b) { let c = a + b; c += a * 2; return c }", "MOVE");
}

Test(compile, small_numbers_stand_in_the_instruction) {
    EXPECT("fn f(a) { return a - 1 }", "ADD_INT            r2 = r1 -1");
    EXPECT("fn f(a) { return a + 127 }", "ADD_INT            r2 = r1 127");
    EXPECT("fn f(a) { return a + 128 }", "ADD_CONST          r2 = r1 128");
    EXPECT("fn f(a) { return a + -1 }", "ADD_CONST          r2 = r1 -1");
    EXPECT("fn f(a) { return 1 - a * 2.5 }", "MUL_CONST          r2 = r1 2.5",
           "CONST_SUB          r2 = r2 1");
    EXPECT("fn f(a) { return a % 10 }", "MOD_CONST          r2 = r1 10");
    EXPECT("fn f(a) { return a / 2.5 }", "DIV_CONST          r2 = r1 2.5");
    EXPECT("let x = -5", "LOAD_INT           r1 = -5");
    EXPECT("let x = -(2.5)", "LOAD_CONST         r1 = -2.5");
}

Test(compile, big_integers_become_decimal) {
    EXPECT("let x = 0xffffffffffffffffffff", "1208925819614629174706175");
    EXPECT("let x = -0x8000000000000000", "-9223372036854775808");
    EXPECT("let x = 1125899906842624", "LOAD_CONST         r1 = 1125899906842624");
}

Test(compile, long_chains_take_few_registers) {
    Text text = {0};
    text_string(&text, "fn f(a) { return a");
    for (int i = 0; i < 400; i++)
        text_string(&text, " + (a * a)");
    text_string(&text, " }");
    Compiled *c = compile(text_data(&text));
    cr_assert(c->module, "%s", text_data(&c->listing));
    cr_expect_leq(c->module->main->children[0]->register_count, 5);
    compiled_free(c);
    text_free(&text);
}

Test(compile, equal_constants_are_one) {
    Compiled *c = compile("let a = [\"x\", \"x\", 1.5, 1.5, 100000, 100000, 0.0, -0.0]");
    cr_expect_eq(c->module->main->constant_count, 5);
    compiled_free(c);
}

Test(compile, strings_are_formatted_and_joined) {
    EXPECT("fn f(x) { return \"a${x:.2f}b${x}\" }", "LOAD_CONST         r2 = \"a\"",
           "MOVE               r3 = r1", "FORMAT             r3 1 \".2f\"",
           "LOAD_CONST         r4 = \"b\"", "FORMAT             r5 0",
           "CONCAT             r2 = r2 4");
}

Test(compile, values_are_complete_before_a_variable_is_written) {
    EXPECT("fn f(x, y) { x = y and x; return x }", "MOVE               r3 = r2",
           "JUMP_FALSE         r3", "MOVE               r3 = r1", "MOVE               r1 = r3");
    EXPECT("fn f(x) { x = {\"a\": x}; return x }", "NEW_MAP            r2",
           "MOVE               r1 = r2");
    EXPECT("fn f(x, xs) { x = x not in xs; return x }", "IN                 r3 = r1 r2",
           "NOT                r1 = r3");
}

Test(compile, long_lists_and_calls) {
    Text text = {0};
    text_string(&text, "let xs = [0");
    for (int i = 1; i < 1000; i++)
        text_format(&text, ", %d", i);
    text_string(&text, "]\nprint(0");
    for (int i = 1; i < 1000; i++)
        text_format(&text, ", %d", i);
    text_string(&text, ")\nlet s = \"");
    for (int i = 0; i < 1000; i++)
        text_format(&text, "${xs[%d]} ", i);
    text_string(&text, "\"");
    Compiled *c = compile(text_data(&text));
    cr_assert(c->module, "%s", text_data(&c->listing));
    cr_expect(strstr(text_data(&c->listing), "LIST_APPEND"));
    cr_expect(strstr(text_data(&c->listing), "CALL_SPREAD"));
    compiled_free(c);
    text_free(&text);
}

// ---- Conditions -------------------------------------------------------------------------------

Test(compile, comparisons_jump) {
    EXPECT("fn f(a, b) { if a < b { return 1 } }", "JUMP_IF_LESS       r1 r2 0");
    EXPECT("fn f(a, b) { if not (a < b) { return 1 } }", "JUMP_IF_LESS       r1 r2 1");
    EXPECT("fn f(a) { while a != 5 { a -= 1 } }", "JUMP_IF_EQUAL_INT  r1 5 1", "LOOP");
    EXPECT("fn f(a) { if a >= -128 { return 1 } }", "JUMP_IF_GREATER_EQUAL_INT r1 -128 0");
    EXPECT("fn f(a) { if a == 128 { return 1 } }", "JUMP_IF_EQUAL_CONST r1 128 0");
    EXPECT("fn f(a) { if a != 'x' { return 1 } }", "JUMP_IF_EQUAL_CONST r1 \"x\" 1");
    EXPECT("fn f(a, b) { if a and (b or not a) { return 1 } }", "JUMP_FALSE         r1",
           "JUMP_TRUE          r2", "JUMP_TRUE          r1");
    EXPECT("fn f(a, b) { if a not in b { return 1 } }", "IN                 r3",
           "JUMP_TRUE          r3");
}

Test(compile, literal_conditions_are_not_tested) {
    expect_absent("while true { print(1) }", "JUMP_");
    EXPECT("if false { print(1) }\nprint(2)", "JUMP ");
}

Test(compile, jumps_to_jumps_are_short) {
    EXPECT(
        "fn f(a, b) { if a { if b { print(0) } else { print(1) } } else { print(2) }\nprint(3) }",
        "JUMP_FALSE         r1 -> 10", "JUMP               -> 13", "JUMP               -> 13");
    EXPECT("fn f(a) { if a { print(1) } else { print(2) } }", "CALL               r2 1 0",
           "RETURN_NIL", "CALL               r2 1 0", "RETURN_NIL");
}

// ---- Loops ------------------------------------------------------------------------------------

Test(compile, for_turns_with_one_instruction) {
    EXPECT("fn f(xs) { for x in xs { print(x) } }", "FOR_PREPARE        r2",
           "FOR_NEXT           r2 0 -> 9", "GET_BUILTIN        r6 = builtin 0",
           "FOR_LOOP           r2 0 -> 4");
    EXPECT("for await x in args { }", "FOR_NEXT           r1 1", "FOR_LOOP           r1 1");
    EXPECT("for x in range(3) { }", "LOAD_INT           r2 = 3", "FOR_RANGE          r1 1 0 -> 6",
           "CALL               r1 1 0", "FOR_PREPARE        r1");
    EXPECT("for x in 2..3 { }", "FOR_RANGE          r1 2 1 -> 6", "NEW_RANGE          r1 = r2 r3",
           "FOR_PREPARE        r1", "FOR_NEXT           r1 0");
    EXPECT("for i, x in enumerate(args, 1) { print(i, x) }", "FOR_PAIRS          r1 2 0 -> 10",
           "CALL               r1 2 0", "FOR_PREPARE        r1", "FOR_PAIR_NEXT      r1 -> 18",
           "MOVE               r10 = r4", "MOVE               r11 = r8",
           "FOR_PAIR_LOOP      r1 -> 12");
    EXPECT("for k, v in args.items() { }", "FOR_PAIRS          r1 0 2",
           "INVOKE             r1 0 0");
    EXPECT("for a, b, c in args.items() { }", "FOR_PREPARE        r1",
           "UNPACK             r5 = r4 3");
    EXPECT("for a, b in args { }", "UNPACK             r5 = r4 2");
    EXPECT("for a, ...b in args { }", "UNPACK_REST        r5 = r4 2 1");
}

Test(compile, continue_goes_through_the_poll) {
    EXPECT("fn f(a) { while a { if a { continue } a = 1 } }", "JUMP               -> 4",
           "LOOP               -> 0");
}

// ---- Assignment -------------------------------------------------------------------------------

Test(compile, swaps_keep_what_is_still_read) {
    EXPECT("fn f(a, b) { a, b = b, a }", "MOVE               r3 = r1", "MOVE               r1 = r2",
           "MOVE               r2 = r3");
    EXPECT("fn f(a, b) { a, b = b, a + b }", "ADD                r3 = r1 r2",
           "MOVE               r1 = r2", "MOVE               r2 = r3");
    EXPECT("fn f(a, xs) { xs[a], a = a, xs }", "MOVE               r3 = r1",
           "SET_INDEX          r2 r1 r3");
}

Test(compile, augmented_targets_are_computed_once) {
    EXPECT("fn f(xs, i) { xs[i()] += 2 }", "CALL               r3 0 0",
           "GET_INDEX          r4 = r1 r3", "ADD_INT            r4 = r4 2",
           "SET_INDEX          r1 r3 r4");
    EXPECT("fn f(o) { o.n -= 1 }", "GET_FIELD          r2 = r1 .n", "ADD_INT            r2 = r2 -1",
           "SET_FIELD          r1 r2 .n");
}

Test(compile, globals_leave_no_registers_behind) {
    Text text = {0};
    for (int i = 0; i < 500; i++)
        text_format(&text, "let a%d, (b%d, c%d) = f()\n", i, i, i);
    text_string(&text, "fn f() { return 1, [2, 3] }\n");
    Compiled *c = compile(text_data(&text));
    cr_assert(c->module, "%s", text_data(&c->listing));
    cr_expect_eq(c->module->global_count, 2 + 1500 + 1);
    cr_expect_leq(c->module->main->register_count, 10);
    compiled_free(c);
    text_free(&text);
}

// ---- Calls and starts -------------------------------------------------------------------------

Test(compile, calls) {
    EXPECT("fn f(o) { return o.m(1, n: 2) }", "INVOKE_LABELS      r2 2 0 .m labels n");
    EXPECT("fn f(o) { let x = o.m(1); return x }", "INVOKE             r2 1 0 .m",
           "RETURN             r2");
    EXPECT("fn f(o, xs) { o.m(...xs, 1, k: 2) }", "GET_FIELD          r3 = r1 .m",
           "NEW_LIST           r4", "LIST_EXTEND        r4 r2", "LIST_APPEND        r4",
           "CALL_SPREAD        r3 0 labels k");
    EXPECT("class A extends Thread { fn init(x) { super.init(x); super.go } }",
           "MOVE               r2 = r0", "INVOKE_SUPER       r2 1 0 .init",
           "GET_SUPER          r2 = r0 .go");
}

Test(compile, starts_and_waits) {
    EXPECT("fn f() { }\nlet t = thread f()\nspawn f()\nasync { await sleep(1) }",
           "CALL               r1 0 4", "CALL               r1 0 11", "NEW_CLOSURE",
           "CALL               r1 0 13", "async fn <block>", "CALL               r1 1 1");
    EXPECT("fn f(o) { thread o.m(1) }", "GET_FIELD          r2 = r1 .m",
           "CALL               r2 1 12");
    EXPECT("await args", "AWAIT              r1");
    EXPECT("await args.join()", "INVOKE             r1 0 1 .join");
}

// ---- Captured variables -----------------------------------------------------------------------

Test(compile, constants_of_a_closure_are_copied) {
    EXPECT("fn f(a) { let b = a; return fn () => a + b }", "fn <lambda>",
           "GET_CAPTURE        r1 = capture 0 a", "capture 0 from register 1: a",
           "capture 1 from register 2: b");
    expect_absent("fn f(a) { a = 2; a += 1; return fn () => a }", "CELL");
    expect_absent("fn f(xs) { for x in xs { let y = x; y += 1; print(fn () => x + y) } }", "CELL");
}

Test(compile, assigned_captures_live_in_cells) {
    EXPECT("fn f() { let n = 0; return fn () { n += 1; return n } }", "NEW_CELL           r1",
           "GET_CAPTURE_CELL", "SET_CAPTURE_CELL");
    EXPECT("fn f(a) { let g = fn () => a; a = 2; return g }", "NEW_CELL           r1",
           "SET_CELL           r1 r3");
    EXPECT("fn f(xs) { let n = 0; for x in xs { n += 1; print(fn () => n) } }",
           "NEW_CELL           r2");
    EXPECT("fn f(n) { while n { n = n - 1; print(fn () => n) } }", "NEW_CELL           r1");
}

Test(compile, hoisted_functions_meet_in_cells) {
    EXPECT("fn f() { fn a() => b()\nfn b() => a()\nreturn a }", "LOAD_UNDEF         r1",
           "NEW_CELL           r1", "NEW_CLOSURE        r2", "NEW_CLOSURE        r3",
           "SET_CELL           r1 r3");
    EXPECT("fn f() { let g = fn () => g(); return g }", "LOAD_UNDEF         r1",
           "NEW_CELL           r1", "SET_CELL           r1");
}

Test(compile, a_function_is_its_own_callee) {
    EXPECT("fn f() { fn g(n) { return g(n - 1) }\nreturn g }", "fn g(n)",
           "MOVE               r2 = r0");
    EXPECT("fn f() { fn g(n) { return fn () => g(n) }\nreturn g }", "capture 0 from register 0: g");
    EXPECT("fn f() { fn g() { g = 1 }\nreturn g }", "NEW_CELL", "SET_CAPTURE_CELL");
}

Test(compile, self_is_captured) {
    EXPECT("class A { fn m() { return fn () => fn () => self.x } }",
           "capture 0 from register 0: self", "capture 0 from capture 0: self");
    EXPECT("class A extends Thread { fn m() { return fn () => super.m(1) } }",
           "GET_CAPTURE        r1 = capture 0 self", "INVOKE_SUPER       r1 1 0 .m");
    EXPECT("class A { fn m() { thread { self.x = 1 } } }", "fn <block>",
           "capture 0 from register 0: self");
}

Test(compile, defaults_see_earlier_parameters) {
    EXPECT("fn f(a, b = a, c = fn () => b) { a = 1; return c }", "JUMP_DEFINED       r2 -> 2",
           "MOVE               r2 = r1", "JUMP_DEFINED       r3", "NEW_CLOSURE");
    EXPECT("fn f(a = 1, b = fn () => a) { a = 2; return b }", "LOAD_INT           r1 = 1",
           "NEW_CELL           r1", "NEW_CLOSURE        r2");
    expect_error("fn f(a = b, b = 1) { }", "NameError", "name 'b' is not defined", NULL);
}

// ---- Names ------------------------------------------------------------------------------------

Test(compile, names_of_a_block_are_known_in_all_of_it) {
    EXPECT("fn f() { print(x); let x = 1 }", "THROW_NAME", "\"x\"");
    EXPECT("let x = 1\nfn f() { let x = x }", "THROW_NAME");
    EXPECT("print(later)\nlet later = 1", "GET_GLOBAL");
    EXPECT("f()\nfn f() { }", "NEW_CLOSURE", "SET_GLOBAL", "GET_GLOBAL", "CALL");
    EXPECT("let len = len\nprint(len)", "GET_GLOBAL", "SET_GLOBAL");
    EXPECT("print(args)", "GET_GLOBAL         r2 = global 0");
    EXPECT("let args = 1", "SET_GLOBAL         r1 global 0");
}

Test(compile, classes_are_hoisted_after_their_bases) {
    EXPECT("C()\nclass C extends B { }\nclass B extends A { }\nclass A extends Thread { }",
           "class A", "class B", "class C", "CALL");
    EXPECT("print(1)\nlet base = Thread\nclass C extends base { }\nclass D extends C { }", "CALL",
           "class C", "class D");
    EXPECT("class A extends B { }\nclass B extends A { }", "GET_GLOBAL", "class A", "class B");
}

Test(compile, errors_of_names) {
    expect_error("print(totl)\nlet total = 1", "NameError", "name 'totl' is not defined",
                 "did you mean `total`?");
    expect_error("x = 1", "NameError", "name 'x' is not declared",
                 "write `let x = ...` to declare it");
    expect_error("let count = 1\ncuont += 1", "NameError", "name 'cuont' is not declared",
                 "write `let cuont = ...` to declare it, or did you mean `count`?");
    expect_error("let 计数器 = 1\nprint(计数机)", "NameError", "name '计数机' is not defined",
                 "did you mean `计数器`?");
    expect_error("const A = 1\nA = 2", "SyntaxError", "cannot assign to constant 'A'", NULL);
    expect_cause("const A = 1\nA = 2", "`A` is declared", 6);
    expect_cause("fn f() { const A = 1; return fn () { A += 1 } }", "`A` is declared", 15);
    expect_cause("FIXED = 2", "", 0);
    expect_cause("fn f(b, a, a) { }", "`a` is declared", 8);
    expect_cause("class A { fn m() { }\nget m() { } }", "`m` is declared", 13);
    expect_error("FIXED = 2", "SyntaxError", "cannot assign to constant 'FIXED'", NULL);
    expect_error("let a = 1\nlet a = 2", "SyntaxError", "name 'a' is declared twice in this block",
                 NULL);
    expect_cause("let a = 1\nlet a = 2", "`a` is declared", 4);
    expect_error("print = 1", "SyntaxError", "cannot assign to the built-in 'print'",
                 "write `let print = ...` to have a variable of that name");
    expect_error("fn f(a, a) { }", "SyntaxError", "duplicate argument 'a' in function definition",
                 NULL);
    expect_error("class A { fn m() { }\nget m() { } }", "SyntaxError",
                 "'m' is declared twice in class 'A'", NULL);
}

Test(compile, blocks_open_scopes) {
    EXPECT("let a = 1\n{ let a = 2\n{ let a = 3 } }", "SET_GLOBAL", "LOAD_INT           r1 = 2",
           "LOAD_INT           r2 = 3");
    EXPECT("fn f(a) { let a = 2\nreturn a }", "LOAD_INT           r2 = 2", "RETURN             r2");
    expect_error("{ let inner = 1 }\nprint(inner)", "NameError", "name 'inner' is not defined",
                 NULL);
    expect_error("for x in args { }\nprint(x)", "NameError", "name 'x' is not defined", NULL);
    expect_error("try { } catch e { }\nprint(e)", "NameError", "name 'e' is not defined", NULL);
}

Test(compile, an_unknown_name_is_reported_once) {
    cr_expect_eq(error_count("print(u, u)\nu = 1\nprint(v)"), 2);
    cr_expect_eq(error_count("test \"t\" { print(w) }"), 1);
}

Test(compile, errors_of_place) {
    expect_error("fn f() { await sleep(1) }", "SyntaxError", "'await' outside async function",
                 "declare the function around it with `async fn`");
    expect_error("thread { await sleep(1) }", "SyntaxError", "'await' outside async function",
                 "this block runs by itself: put what awaits into `async { }`");
    expect_error("async fn f() { return fn () => await sleep(1) }", "SyntaxError",
                 "'await' outside async function",
                 "declare the function around it with `async fn`");
    expect_error("fn f(m) { await lock m { } }", "SyntaxError", "'await' outside async function",
                 "declare the function around it with `async fn`");
    expect_error("fn f(q) { for await x in q { } }", "SyntaxError",
                 "'await' outside async function",
                 "declare the function around it with `async fn`");
    expect_error("return 1", "SyntaxError", "'return' outside function",
                 "`exit()` ends a script before its end");
    expect_error("break", "SyntaxError", "'break' outside loop", NULL);
    expect_error("while true { fn () { continue } }", "SyntaxError",
                 "'continue' not properly in loop", NULL);
    expect_error("self.x = 1", "SyntaxError", "'self' outside of a method", NULL);
    expect_error("class A { static fn f() { return super.g() } }", "SyntaxError",
                 "'super' outside of a method", "a static function has no instance");
}

// ---- try, with, lock --------------------------------------------------------------------------

Test(compile, catch_tries_its_classes_in_order) {
    EXPECT("try { print(1) } catch e: ValueError | OSError { print(e) } catch e { }",
           "GET_BUILTIN        r3 = builtin 4", "IS                 r2 = r1 r3",
           "GET_BUILTIN        r3 = builtin 5", "GET_BUILTIN        r3 = builtin 3",
           "RETHROW            r1", "errors in 0 to 3 go to 4 in r1");
    EXPECT("class Error { }\ntry { print(1) } catch e { }", "CALL",
           "GET_BUILTIN        r3 = builtin 3", "IS");
}

Test(compile, finally_knows_how_it_was_entered) {
    EXPECT("fn f(xs) { for x in xs { try { if x { break } return x } finally { print(1) } } }",
           "LOAD_INT           r6 = 2", "MOVE               r7 = r5", "LOAD_INT           r6 = 4",
           "LOAD_INT           r6 = 0", "LOAD_INT           r6 = 1", "JUMP_IF_EQUAL_INT  r6 0 1",
           "JUMP_IF_EQUAL_INT  r6 2 0", "JUMP_IF_EQUAL_INT  r6 4 0", "RETURN             r7",
           "RETHROW            r7");
}

Test(compile, returns_run_what_surrounds_them_in_order) {
    EXPECT("fn f(a, b) { lock a { with b { try { return 1 } finally { print(2) } } } }",
           "LOAD_INT           r5 = 4", "GET_BUILTIN", "JUMP_IF_EQUAL_INT  r5 4 0", ".close",
           ".release", "RETURN             r6", "RETHROW            r6");
}

Test(compile, locks_are_held_only_once_acquired) {
    Compiled *c = compile("fn f(a, b) { lock a, b { print(1) } }");
    cr_assert(c->module);
    cr_expect(strstr(text_data(&c->listing), "LOCK_ORDER         r3 2"));
    const Code *f = c->module->main->children[0];
    cr_assert_eq(f->handler_count, 3); // the block, the second acquire, the second release
    cr_expect_lt(f->handlers[1].start, f->handlers[0].start);
    cr_expect_leq(f->handlers[0].end, f->handlers[0].handler);
    compiled_free(c);
    EXPECT("await lock args { }", "ACQUIRE            r2 = r1 1 .acquire",
           "RELEASE            r2 = r1 0 .release");
}

// ---- Options ----------------------------------------------------------------------------------

Test(compile, the_last_value_is_given) {
    Compiled *c = compile_with("let x = 1\nx", 11, (CompileOptions){.give_last = true});
    cr_expect(strstr(text_data(&c->listing), "RETURN             r1"));
    cr_expect_not(strstr(text_data(&c->listing), "RETURN_NIL"));
    compiled_free(c);
}

Test(compile, a_later_input_may_redeclare) {
    Compiled *c = compile_with("let FIXED = 1", 13, (CompileOptions){.redeclare = true});
    cr_assert(c->module);
    cr_expect(strstr(text_data(&c->listing), "SET_GLOBAL         r1 global 1"));
    cr_expect_eq(c->module->global_count, 2);
    cr_expect_not(c->module->constant[1]);
    compiled_free(c);
}

Test(compile, imports) {
    EXPECT("import math", "IMPORT             r1 = \"math\"", "SET_GLOBAL");
    EXPECT("import \"lib/util.conc\" as util", "\"lib/util.conc\"");
    EXPECT("import \"math\" as m", "\"./math\"");
    EXPECT("fn f() { from math import sqrt, pi as p; return sqrt(p) }", "IMPORT             r1",
           "IMPORT_NAME        r2 = r1 .sqrt", "IMPORT_NAME        r3 = r1 .pi");
}

Test(compile, tests_are_checked_and_passed_over) {
    expect_absent("test \"t\" { await sleep(1)\nprint(1) }", "CALL");
}

Test(compile, a_test_that_is_asked_for_is_a_function_of_its_own) {
    const char *text = "test \"a\" { f() }\nfn f() { }\ntest \"b\" { let x = 7; f(x) }";
    Compiled *c = compile_with(text, strlen(text), (CompileOptions){.test = 2});
    cr_assert(c->module);
    cr_assert(c->module->test);
    cr_expect_eq(c->module->test->capture_count, 0);
    cr_expect(strstr(text_data(&c->listing), "r1 = 7"));
    cr_expect_eq(c->module->main->child_count, 2);
    compiled_free(c);
}

Test(compile, tests_stand_at_the_top_level) {
    cr_expect_eq(error_count("test \"t\" { }"), 0);
    cr_expect_eq(error_count("if true { test \"t\" { } }"), 1);
    cr_expect_eq(error_count("fn f() { test \"t\" { } }"), 1);
    cr_expect_eq(error_count("test \"a\" { test \"b\" { } }"), 1);
}

Test(compile, assert_is_a_jump) {
    EXPECT("fn f(x, y) { assert(x == y) }", "JUMP_IF_EQUAL      r1 r2", "THROW_ASSERTION");
    EXPECT("fn f(x) { assert(not x, g()) }\nfn g() { }", "JUMP_FALSE         r1", "CALL",
           "THROW_ASSERTION");
    EXPECT("fn f(x) { assert(...x) }", "CALL_SPREAD");
    expect_absent("fn f(x, assert) { assert(x == 1) }", "THROW_ASSERTION");
}

Test(compile, groups_own_the_starts_of_their_text) {
    EXPECT("group { thread f() }\nfn f() { }", "ENTER_GROUP        r1 =", "IN_GROUP           r1",
           "CALL", ".leave");
    expect_absent("group { }\nthread f()\nfn f() { }", "IN_GROUP");
}

// ---- Limits -----------------------------------------------------------------------------------

static void expect_limit(Text *text, const char *message) {
    Compiled *c = compile(text_data(text));
    cr_assert_not(c->module);
    cr_expect(strstr(c->errors.items[0].message, message), "%s", c->errors.items[0].message);
    compiled_free(c);
    text_free(text);
}

Test(compile, too_many_locals) {
    Text text = {0};
    text_string(&text, "fn f() {\n");
    for (int i = 0; i < 260; i++)
        text_format(&text, "let v%d = %d\n", i, i);
    text_string(&text, "}\n");
    expect_limit(&text, "this function is too large: more than 250 variables");
}

Test(compile, too_many_parameters) {
    Text text = {0};
    text_string(&text, "fn f(a0");
    for (int i = 1; i < 300; i++)
        text_format(&text, ", a%d = %d", i, i);
    text_string(&text, ") { return a299 }\n");
    expect_limit(&text, "this function is too large");
}

Test(compile, too_many_constants) {
    Text text = {0};
    text_string(&text, "let x = 0\n");
    for (int i = 0; i < 66000; i++)
        text_format(&text, "x = %d.5\n", i);
    expect_limit(&text, "it has more than 65536 constants");
}

Test(compile, too_many_globals) {
    Text text = {0};
    for (int i = 0; i < 66000; i++)
        text_format(&text, "let v%d = 0\n", i);
    expect_limit(&text, "a module has at most 65536 global names");
}

Test(compile, too_long_blocks) {
    Text text = {0};
    text_string(&text, "if args {\n");
    for (int i = 0; i < 20000; i++)
        text_string(&text, "print(args)\n");
    text_string(&text, "}\n");
    expect_limit(&text, "a block in it is too long");
}

Test(compile, many_functions_and_names_take_linear_time) {
    Text text = {0};
    for (int i = 0; i < 20000; i++)
        text_format(&text, "fn f%d(a) { return f%d(a) }\n", i, 19999 - i);
    Compiled *c = compile(text_data(&text));
    cr_assert(c->module);
    compiled_free(c);
    text_free(&text);
}
