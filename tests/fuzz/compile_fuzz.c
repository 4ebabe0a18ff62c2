// SPDX-License-Identifier: MIT
//
// Fuzz target: any text either gives errors or Code that the verifier passes; and the verifier
// itself bears any words. The first byte chooses; the rest is the text, or mutations of a Code.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "code/compile.h"

// Enough for the scripts of the corpus to compile.
static const char builtin_text[] =
    "print len range input str int float bool list map set bytes type repr min max sum abs round "
    "any "
    "all enumerate zip filter reversed sorted isinstance callable hash id chr ord assert exit time "
    "sleep lock queue open Thread Process Error Cancelled ValueError TypeError KeyError IndexError "
    "AttributeError RuntimeError ZeroDivisionError OSError TimeoutError LockError DeadlockError "
    "QueueEmpty QueueFull QueueClosed StopIteration NameError RecursionError";

static CodeName builtins[80];
static uint32_t builtin_count;

static void split_builtins(void) {
    for (const char *at = builtin_text; *at && builtin_count < 80;) {
        size_t size = strcspn(at, " ");
        builtins[builtin_count++] = (CodeName){at, (uint32_t)size};
        at += size + (at[size] == ' ');
    }
}

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
    if (!builtin_count)
        split_builtins();
    bool flips = data[0] & 1, give_last = data[0] & 2, redeclare = data[0] & 4;
    const uint8_t *changes = data + 1;
    data += 9;
    size -= 9;
    CompileOptions options = {.builtins = builtins,
                              .builtin_count = builtin_count,
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
