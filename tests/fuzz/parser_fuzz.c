// SPDX-License-Identifier: MIT
//
// Fuzz target: the whole front end on any text. A tree is printed, and its depth and spans checked;
// errors are drawn. Either there is a tree or there are errors.
#include <stdint.h>
#include <stdlib.h>

#include "script_mutator.h"
#include "syntax/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

static void check(bool condition) {
    if (!condition)
        abort();
}

static void check_span(const Source *source, Span span) {
    check(span.start <= source->length && span.length <= source->length - span.start);
}

static void check_errors(const Source *source, Diagnostics *errors) {
    Text out = {0};
    for (uint32_t i = 0; i < errors->count; i++)
        check_span(source, errors->items[i].at);
    diagnostics_render(&out, source, errors, true);
    text_free(&out);
}

static void check_tree(const Source *source, const Module *module) {
    Text out = {0};
    for (uint32_t i = 0; i < module->body.count; i++) {
        const Stmt *stmt = module->body.items[i];
        check(stmt->depth >= 1 && stmt->depth <= AST_DEPTH_LIMIT);
        check_span(source, stmt->at);
        check_span(source, stmt->whole);
    }
    ast_print(&out, module);
    text_free(&out);
}

static void parse(const Source *source, ParseMode mode) {
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Module *module;
    ParseStatus status = parse_source(source, mode, &arena, &errors, &module);
    check((status == PARSE_OK) == (module != NULL));
    check((status == PARSE_OK) == (errors.count == 0));
    if (module)
        check_tree(source, module);
    else
        check_errors(source, &errors);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Source *source = source_new("fuzz", (const char *)data, size);
    parse(source, PARSE_MODULE);
    parse(source, PARSE_EXPRESSION);
    source_free(source);
    return 0;
}

// Half of the changes are of bytes, as the front end's errors are half of what it does.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    if (seed & 1)
        return LLVMFuzzerMutate(data, size, capacity);
    script_harvest((const char *)data, size);
    return script_mutate((char *)data, size, capacity, seed, 30);
}
