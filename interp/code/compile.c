// SPDX-License-Identifier: MIT
//
// The compiler's doors: parse, resolve, generate. Generation only starts on a text whose names are
// all resolved, so it has no case for a broken tree.
#include "code/compile.h"

#include <string.h>

#include "code/generate.h"
#include "syntax/parse.h"

static int64_t builtin_number(const CompileOptions *options, const char *name) {
    size_t size = strlen(name);
    for (uint32_t i = 0; i < options->builtin_count; i++)
        if (options->builtins[i].size == size && memcmp(options->builtins[i].text, name, size) == 0)
            return i;
    return -1;
}

const ModuleCode *compile_module(Arena *arena, const Source *source, struct Module *tree,
                                 const CompileOptions *options, Diagnostics *diagnostics) {
    uint32_t errors = diagnostics->count + diagnostics->dropped;
    Globals globals = {0};
    FunctionScope *scope = resolve_module(arena, source, tree, options, diagnostics, &globals);
    if (diagnostics->count + diagnostics->dropped > errors)
        return NULL;
    Generator generator = {.arena = arena, .diagnostics = diagnostics, .options = options};
    generator.error_class = builtin_number(options, "Error");
    generator.assert_function = builtin_number(options, "assert");
    const Code *main = function_main(&generator, scope, tree);
    if (generator.failed)
        return NULL;
    ModuleCode *module = arena_new(arena, ModuleCode);
    *module = (ModuleCode){.main = main,
                           .globals = globals.names,
                           .constant = globals.constant,
                           .declared = globals.declared,
                           .global_count = globals.count,
                           .test = generator.test,
                           .builtin_limit = generator.builtin_limit};
    return module;
}

const ModuleCode *compile_source(Arena *arena, const Source *source, bool expression,
                                 const CompileOptions *options, Diagnostics *diagnostics,
                                 bool *incomplete) {
    Module *tree;
    ParseStatus status = parse_source(source, expression ? PARSE_EXPRESSION : PARSE_MODULE, arena,
                                      diagnostics, &tree);
    if (incomplete)
        *incomplete = status == PARSE_INCOMPLETE;
    return status == PARSE_OK ? compile_module(arena, source, tree, options, diagnostics) : NULL;
}
