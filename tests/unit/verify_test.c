// SPDX-License-Identifier: MIT
//
// The verifier: code made by hand, of which each piece breaks one rule. What it lets through, the VM
// runs without looking, so each rule that it did not hold to would be a crash.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "code/compile.h"

// Words of instructions.
#define ABC(op, a, b, c) ((uint32_t)(OP_##op) | (a) << 8 | (b) << 16 | (uint32_t)(c) << 24)
#define ABX(op, a, bx)   ((uint32_t)(OP_##op) | (a) << 8 | (uint32_t)(bx) << 16)
#define JMP(op, sj)      ((uint32_t)(OP_##op) | (uint32_t)(sj) << 8)
#define END              ABC(RETURN_NIL, 0, 0, 0)

static const Constant constants[] = {{.kind = CONSTANT_INT, .integer = 1},
                                     {.kind = CONSTANT_STRING, .text = "s", .size = 1}};
static const Site sites[] = {{{"m", 1}}};
static const CodeName label_names[] = {{"k", 1}, {"l", 1}, {"m", 1}};
static const Labels labels[] = {{1, label_names}, {3, label_names}, {UINT32_MAX, label_names}};
static const PlanMemberKind plan_kinds[3];
static const ClassPlan plans[] = {{{"C", 1}, 3, label_names, plan_kinds}};
static const Capture captures[] = {{.name = {"v", 1}}, {.is_cell = true, .name = {"c", 1}}};

// A sound frame of 6 registers around the words.
static Code code_of(const uint32_t *words, uint32_t count) {
    return (Code){.name = {"f", 1},
                  .register_count = 6,
                  .words = words,
                  .word_count = count,
                  .constants = constants,
                  .constant_count = 2,
                  .sites = sites,
                  .site_count = 1,
                  .labels = labels,
                  .labels_count = 3,
                  .plans = plans,
                  .plan_count = 1,
                  .captures = captures,
                  .capture_count = 2};
}

static const char *verdict(const Code *code) {
    static char why[120];
    strcpy(why, "");
    return code_verify(code, why, sizeof why) ? "sound" : why;
}

static const char *words_verdict(const uint32_t *words, uint32_t count) {
    // A copy of just this size, so that the address sanitizer sees each word read too far.
    uint32_t *copy = malloc(count * sizeof *copy);
    memcpy(copy, words, count * sizeof *copy);
    Code code = code_of(copy, count);
    const char *result = verdict(&code);
    free(copy);
    return result;
}
#define VERDICT(...)                                                                               \
    words_verdict((const uint32_t[]){__VA_ARGS__},                                                 \
                  sizeof(const uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))

Test(verify, sound_code_passes) {
    cr_expect_str_eq(VERDICT(END), "sound");
    cr_expect_str_eq(VERDICT(ABC(MOVE, 5, 0, 0), ABC(RETURN, 5, 0, 0)), "sound");
    cr_expect_str_eq(VERDICT(ABX(LOAD_CONST, 1, 1), ABC(GET_FIELD, 1, 1, 0), 0, END), "sound");
    cr_expect_str_eq(VERDICT(JMP(JUMP, 0), END), "sound");
    cr_expect_str_eq(VERDICT(ABC(CALL_LABELS, 1, 4, CALL_THREAD | CALL_DROPPED), 1, END), "sound");
    cr_expect_str_eq(VERDICT(ABC(NEW_CLASS, 2, 0, 0), 0, END), "sound");
    cr_expect_str_eq(VERDICT(ABC(FOR_PREPARE, 1, 0, 0), ABC(FOR_NEXT, 1, 0, 0), 2,
                             ABC(FOR_LOOP, 1, 0, 0), (uint32_t)-2, END),
                     "sound");
}

Test(verify, operands_are_within_their_tables) {
    cr_expect_str_eq(VERDICT(0xff), "f at 0: opcode 255");
    cr_expect_str_eq(VERDICT(ABC(MOVE, 6, 0, 0), END), "f at 0: registers 6 to 6 of 6");
    cr_expect_str_eq(VERDICT(ABC(MOVE, 0, 200, 0), END), "f at 0: registers 200 to 200 of 6");
    cr_expect_str_eq(VERDICT(ABX(LOAD_CONST, 0, 2), END), "f at 0: constant 2 of 2");
    cr_expect_str_eq(VERDICT(ABC(MUL_CONST, 0, 0, 9), END), "f at 0: constant 9 of 2");
    cr_expect_str_eq(VERDICT(ABC(GET_CAPTURE, 0, 2, 0), END), "f at 0: capture 2 of 2");
    cr_expect_str_eq(VERDICT(ABX(NEW_CLOSURE, 0, 0), END), "f at 0: function 0 of 0");
    cr_expect_str_eq(VERDICT(ABC(GET_FIELD, 0, 0, 0), 1, END), "f at 0: site 1 of 1");
    cr_expect_str_eq(VERDICT(ABC(CALL_LABELS, 0, 3, 0), 3, END), "f at 0: labels 3 of 3");
    cr_expect_str_eq(VERDICT(ABC(NEW_CLASS, 0, 0, 0), 1, END), "f at 0: plan 1 of 1");
    cr_expect_str_eq(VERDICT(ABC(FORMAT, 0, 0, 1), 2, END), "f at 0: constant 2 of 2");
}

// Rows of registers: of calls, lists, slices, loops.
Test(verify, rows_of_registers_end_within_the_frame) {
    static const char beyond[] = "f at 0: registers 3 to 6 of 6";
    cr_expect_str_eq(VERDICT(ABC(CALL, 3, 3, 0), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(INVOKE, 3, 3, 0), 0, END), beyond);
    cr_expect_str_eq(VERDICT(ABC(INVOKE_SUPER, 3, 3, 0), 0, END), beyond);
    cr_expect_str_eq(VERDICT(ABC(NEW_LIST, 0, 3, 4), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(CONCAT, 0, 3, 4), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(GET_SLICE, 0, 3, 0), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(SET_SLICE, 3, 0, 0), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(FOR_NEXT, 3, 0, 0), 0, END), beyond);
    cr_expect_str_eq(VERDICT(ABC(FOR_PAIRS, 0, 1, 3), 0, END),
                     "f at 0: pairs of source 3, 1 arguments");
    cr_expect_str_eq(VERDICT(ABC(FOR_PAIR_NEXT, 0, 0, 0), 0, END), "f at 0: registers 0 to 7 of 6");
    cr_expect_str_eq(VERDICT(ABC(UNPACK, 3, 0, 4), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(LOCK_ORDER, 3, 4, 0), END), beyond);
    cr_expect_str_eq(VERDICT(ABC(NEW_CLASS, 3, 0, 0), 0, END), beyond);
    cr_expect_str_eq(VERDICT(ABC(FOR_PREPARE, 4, 0, 0), END), "f at 0: registers 4 to 6 of 6");
    cr_expect_str_eq(VERDICT(ABC(CALL_SPREAD, 3, 0, 0), 1, END), "f at 0: registers 3 to 7 of 6");
    // A number of labels that would wrap around in 32 bits.
    cr_expect_str_neq(VERDICT(ABC(CALL_SPREAD, 3, 0, 0), 2, END), "sound");
}

Test(verify, what_operands_mean) {
    cr_expect_str_eq(VERDICT(ABC(CALL_LABELS, 0, 2, 0), 1, END),
                     "f at 0: more labels than arguments");
    cr_expect_str_eq(VERDICT(ABC(CALL, 0, 1, 6), END), "f at 0: mode 6");
    cr_expect_str_eq(VERDICT(ABC(CALL, 0, 1, 16), END), "f at 0: mode 16");
    cr_expect_str_eq(VERDICT(ABX(IMPORT, 0, 0), END), "f at 0: constant 0 is no string");
    cr_expect_str_eq(VERDICT(ABC(FORMAT, 0, 0, 1), 0, END), "f at 0: constant 0 is no string");
    cr_expect_str_eq(VERDICT(ABC(UNPACK_REST, 0, 0, 2), 1, END), "f at 0: the rest's place");
    cr_expect_str_eq(VERDICT(ABC(UNPACK_REST, 0, 0, 1), 0, END), "f at 0: the rest's place");
    cr_expect_str_eq(VERDICT(ABC(GET_CAPTURE, 0, 1, 0), END), "f at 0: capture 1 is a cell");
    cr_expect_str_eq(VERDICT(ABC(SET_CAPTURE_CELL, 0, 0, 0), END), "f at 0: capture 0 is no cell");
}

Test(verify, instructions_are_whole_and_jumps_meet_them) {
    cr_expect_str_eq(VERDICT(ABC(GET_FIELD, 0, 0, 0)), "f at 0: an instruction is cut off");
    cr_expect_str_eq(VERDICT(JMP(JUMP, 1), END), "f at 0: a jump to 2");
    cr_expect_str_eq(VERDICT(JMP(JUMP, -5), END), "f at 0: a jump to -4");
    cr_expect_str_eq(VERDICT(JMP(JUMP, 1), ABC(GET_FIELD, 0, 0, 0), 0, END), "f at 0: a jump to 2");
    cr_expect_str_eq(VERDICT(ABX(JUMP_TRUE, 0, 500), END), "f at 0: a jump to 501");
    cr_expect_str_eq(VERDICT(ABC(JUMP_IF_LESS, 0, 1, 0), 70000, END), "f at 0: a jump to 70002");
    // Only LOOP and FOR_LOOP go back, as only they look at the poll word.
    cr_expect_str_eq(VERDICT(END, JMP(JUMP, -2)), "f at 1: JUMP jumps back");
    cr_expect_str_eq(VERDICT(JMP(JUMP, -1)), "f at 0: JUMP jumps back");
    cr_expect_str_eq(VERDICT(JMP(LOOP, 0), END), "f at 0: LOOP jumps forwards");
    cr_expect_str_eq(VERDICT(ABC(LOAD_NIL, 0, 0, 0), JMP(LOOP, -2)), "sound");
}

Test(verify, the_end_is_not_run_over) {
    cr_expect_str_eq(VERDICT(ABC(LOAD_NIL, 0, 0, 0)), "f at 1: runs over the end");
    cr_expect_str_eq(VERDICT(ABX(JUMP_TRUE, 0, 1), END, ABC(LOAD_NIL, 0, 0, 0)),
                     "f at 3: runs over the end");
    cr_expect_str_eq(VERDICT(ABC(THROW, 0, 0, 0)), "sound");
}

// --- cells and values ---

Test(verify, a_cell_is_not_taken_for_a_value) {
    const uint32_t make = ABC(NEW_CELL, 1, 0, 0);
    cr_expect_str_eq(VERDICT(make, ABC(RETURN, 1, 0, 0)), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(MOVE, 2, 1, 0), END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(ADD, 2, 0, 1), END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, make, END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(NEW_LIST, 2, 0, 3), END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(CALL, 0, 1, 0), END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(SET_CELL, 1, 1, 0), END), "f at 1: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(make, ABC(GET_CELL, 2, 1, 0), ABC(RETURN, 2, 0, 0)), "sound");
    cr_expect_str_eq(VERDICT(make, ABC(LOAD_NIL, 1, 0, 0), ABC(RETURN, 1, 0, 0)), "sound");
    // A call writes over all that lies above it.
    cr_expect_str_eq(VERDICT(ABC(NEW_CELL, 3, 0, 0), ABC(CALL, 1, 0, 0), ABC(RETURN, 3, 0, 0)),
                     "sound");
}

Test(verify, a_value_is_not_taken_for_a_cell) {
    cr_expect_str_eq(VERDICT(ABC(GET_CELL, 0, 1, 0), END), "f at 0: r1 may hold no cell");
    cr_expect_str_eq(VERDICT(ABC(SET_CELL, 1, 0, 0), END), "f at 0: r1 may hold no cell");
}

// Where two ways meet that disagree, the register may only be written.
Test(verify, ways_that_disagree) {
    const uint32_t branch = ABX(JUMP_TRUE, 0, 1), make = ABC(NEW_CELL, 1, 0, 0);
    cr_expect_str_eq(VERDICT(branch, make, ABC(RETURN, 1, 0, 0)), "f at 2: r1 may hold a cell");
    cr_expect_str_eq(VERDICT(branch, make, ABC(GET_CELL, 2, 1, 0), END),
                     "f at 2: r1 may hold no cell");
    cr_expect_str_eq(VERDICT(branch, make, ABC(LOAD_NIL, 1, 0, 0), ABC(RETURN, 1, 0, 0)), "sound");
    // The second turn of a loop meets what the first has made.
    cr_expect_str_eq(VERDICT(ABC(RETURN, 1, 0, 0)), "sound");
    cr_expect_str_eq(VERDICT(ABX(JUMP_TRUE, 1, 2), make, JMP(LOOP, -3), END),
                     "f at 0: r1 may hold a cell");
}

// A handler is entered with what holds at any instruction that it covers.
Test(verify, handlers) {
    const uint32_t words[] = {ABC(LOAD_NIL, 2, 0, 0), ABC(NEW_CELL, 1, 0, 0),
                              ABC(LOAD_NIL, 2, 0, 0), END, ABC(RETURN, 1, 0, 0)};
    Handler handler = {.start = 0, .end = 1, .handler = 4, .target = 3};
    Code code = code_of(words, 5);
    code.handlers = &handler;
    code.handler_count = 1;
    cr_expect_str_eq(verdict(&code), "sound");
    handler.end = 3; // covers the cell
    cr_expect_str_eq(verdict(&code), "f at 4: r1 may hold a cell");
    handler.target = 1; // the error is put where the cell was
    cr_expect_str_eq(verdict(&code), "sound");
    handler.target = 6;
    cr_expect_str_eq(verdict(&code), "f at 4: registers 6 to 6 of 6");
    handler = (Handler){.start = 2, .end = 2, .handler = 4};
    cr_expect_str_eq(verdict(&code), "f at 2: handler 0");
    handler = (Handler){.start = 0, .end = 6, .handler = 4};
    cr_expect_str_eq(verdict(&code), "f at 0: handler 0");
    handler = (Handler){.start = 0, .end = 1, .handler = 5};
    cr_expect_str_eq(verdict(&code), "f at 0: handler 0");
}

// --- heads, places, functions within ---

Test(verify, heads) {
    const uint32_t words[] = {END};
    Code code = code_of(words, 1);
    code.parameter_count = 5;
    cr_expect_str_eq(verdict(&code), "sound");
    code.has_rest = true;
    cr_expect_str_eq(verdict(&code), "f at 0: 6 registers");
    code = code_of(words, 1);
    code.required_count = 1;
    cr_expect_str_eq(verdict(&code), "f at 0: more parameters are required than there are");
    code = code_of(words, 1);
    code.register_count = 251;
    cr_expect_str_eq(verdict(&code), "f at 0: 251 registers");
    code = code_of(words, 0);
    cr_expect_str_eq(verdict(&code), "f at 0: no instructions");
}

Test(verify, places) {
    const uint32_t words[] = {ABC(GET_FIELD, 0, 0, 0), 0, END};
    Place places[] = {{0, 0, 1}, {2, 5, 1}};
    Code code = code_of(words, 3);
    code.places = places;
    code.place_count = 2;
    cr_expect_str_eq(verdict(&code), "sound");
    places[1].pc = 1; // within an instruction
    cr_expect_str_eq(verdict(&code), "f at 1: place 1");
    places[1].pc = 0;
    cr_expect_str_eq(verdict(&code), "f at 0: place 1");
    places[0].pc = 2;
    cr_expect_str_eq(verdict(&code), "f at 2: place 0");
}

Test(verify, captures_of_functions_within) {
    const uint32_t inner_words[] = {END};
    const uint32_t words[] = {ABX(NEW_CLOSURE, 0, 0), END};
    Capture of_inner = {.index = 1, .name = {"v", 1}};
    Code inner = {.name = {"g", 1},
                  .register_count = 1,
                  .words = inner_words,
                  .word_count = 1,
                  .captures = &of_inner,
                  .capture_count = 1};
    const Code *children[] = {&inner};
    Code code = code_of(words, 2);
    code.children = children;
    code.child_count = 1;
    cr_expect_str_eq(verdict(&code), "sound");
    of_inner.is_cell = true; // r1 holds a value
    cr_expect_str_eq(verdict(&code), "f at 0: r1 may hold no cell");
    of_inner.index = 6;
    cr_expect_str_eq(verdict(&code), "f at 0: captured 6 of 6");
    of_inner = (Capture){.from_capture = true, .is_cell = true, .index = 1};
    cr_expect_str_eq(verdict(&code), "sound");
    of_inner.index = 0; // a copied value
    cr_expect_str_eq(verdict(&code), "f at 0: capture 0 of function 0");
    of_inner.index = 2;
    cr_expect_str_eq(verdict(&code), "f at 0: captured 2 of 2");
    of_inner = (Capture){.index = 1};
    inner.register_count = 0;
    cr_expect_str_eq(verdict(&code), "g at 0: 0 registers");
}

// --- compiled code that is damaged ---

Test(verify, broken_words_are_found_or_harmless) {
    static const char text[] =
        "fn f(a, b = 1, ...rest) {\n"
        "  let n = 0\n"
        "  let g = fn () { n += 1; return self_like }\n"
        "  for x, y in rest { lock a { if x < y { break } n += x[y:1] } }\n"
        "  try { b.m(1, k: 2) } catch e: ValueError { print(\"${e}\") } finally { n = 2 }\n"
        "  return [n, {\"a\": g}]\n"
        "}\n"
        "let self_like = 1\n";
    static const CodeName builtins[] = {{"print", 5}, {"Error", 5}, {"ValueError", 10}};
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Source *source = source_new("test.conc", text, strlen(text));
    CompileOptions options = {.builtins = builtins, .builtin_count = 3};
    const ModuleCode *module = compile_source(&arena, source, false, &options, &errors, NULL);
    cr_assert(module);
    const Code *whole = module->main->children[0];
    uint32_t *words = malloc(whole->word_count * sizeof *words);
    Code broken = *whole;
    broken.words = words;
    uint32_t found = 0;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        memcpy(words, whole->words, whole->word_count * sizeof *words);
        words[(uint32_t)rand() % whole->word_count] ^= 1u << (rand() % 32);
        char why[100];
        found += !code_verify(&broken, why, sizeof why);
    }
    cr_expect_gt(found, 5000);
    free(words);
    source_free(source);
    arena_free(&arena);
}
