// SPDX-License-Identifier: MIT
//
// Fuzz target: any text either gives errors or Code that the verifier passes; and the verifier
// itself bears any words. The first byte chooses; the rest is the text, or mutations of a Code.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "code/compile.h"

static const CodeName builtins[] = {{"print", 5}, {"len", 3},    {"range", 5}, {"Error", 5},
                                    {"lock", 4},  {"Thread", 6}, {"sleep", 5}, {"ValueError", 10}};
static const CodeName known[] = {{"args", 4}};

static void flip(const Code *code, const uint8_t *data, size_t size) {
    uint32_t *words = malloc(code->word_count * sizeof *words + 1);
    memcpy(words, code->words, code->word_count * sizeof *words);
    for (size_t i = 0; i + 3 <= size; i += 3) {
        uint32_t at = ((uint32_t)data[i] << 8 | data[i + 1]) % code->word_count;
        words[at] ^= 1u << (data[i + 2] & 31);
    }
    Code broken = *code;
    broken.words = words;
    char why[100];
    if (code_verify(&broken, why, sizeof why)) {
        Text out = {0};
        code_disassemble(&broken, &out);
        text_free(&out);
    }
    free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 9)
        return 0;
    bool flips = data[0] & 1, give_last = data[0] & 2, redeclare = data[0] & 4;
    const uint8_t *changes = data + 1;
    data += 9;
    size -= 9;
    CompileOptions options = {.builtins = builtins,
                              .builtin_count = sizeof builtins / sizeof *builtins,
                              .known = known,
                              .known_count = 1,
                              .redeclare = redeclare,
                              .give_last = give_last};
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Source *source = source_new("fuzz.conc", (const char *)data, size);
    const ModuleCode *module = compile_source(&arena, source, false, &options, &errors, NULL);
    if (!module && !errors.count)
        abort();
    if (module) {
        char why[200];
        if (!code_verify(module->main, why, sizeof why)) {
            fprintf(stderr, "%s\n", why);
            abort();
        }
        if (flips)
            flip(module->main, changes, 8);
    }
    Text out = {0};
    if (module)
        code_disassemble(module->main, &out);
    else
        diagnostics_render(&out, source, &errors, false);
    text_free(&out);
    source_free(source);
    arena_free(&arena);
    return 0;
}
