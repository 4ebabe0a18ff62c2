// SPDX-License-Identifier: MIT
//
// Fuzz target: any text either gives errors or Code that the verifier passes; and the verifier
// itself bears any words.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "code/compile.h"
#include "script_mutator.h"

enum { FLIP_ROUNDS = 4 };

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

// What a text is compiled with, and how its Code is broken, is as good as random, but always the same
// for a text, so that any script can be an input.
static uint64_t hash_of(const uint8_t *data, size_t size) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static void check(const ModuleCode *module, uint64_t hash) {
    char why[200];
    if (!code_verify(module->main, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
    Text out = {0};
    code_disassemble(module->main, &out);
    text_free(&out);
    for (int round = 0; round < FLIP_ROUNDS; round++, hash *= 6364136223846793005u)
        flip(module->main, (const uint8_t *)&hash, sizeof hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t hash = hash_of(data, size);
    CompileOptions options = *script_compile_options();
    options.redeclare = hash & 1;
    options.give_last = hash & 2;
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Source *source = source_new("fuzz.conc", (const char *)data, size);
    const ModuleCode *module = compile_source(&arena, source, false, &options, &errors, NULL);
    if (!module == !errors.count)
        abort();
    if (module) {
        script_harvest((const char *)data, size);
        check(module, hash | 1);
    }
    Text out = {0};
    diagnostics_render(&out, source, &errors, false);
    text_free(&out);
    source_free(source);
    arena_free(&arena);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    return script_mutate((char *)data, size, capacity, seed, 70);
}
