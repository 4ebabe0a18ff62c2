// SPDX-License-Identifier: MIT
//
// Script mutator: changes the text of a script in the ways that scripts differ from one another, so
// that what a fuzzer runs mostly compiles. Bytes changed at random hardly ever do.
//
//     size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
//         return script_mutate((char *)data, size, capacity, seed, 90);
//     }
//
// For the one thread of a fuzzer. The result depends on the seed and on what script_harvest was
// given before.
#ifndef CONC_TESTS_SCRIPT_MUTATOR_H
#define CONC_TESTS_SCRIPT_MUTATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "code/compile.h"

// Keeps statements and expressions of a script (one that compiles) to be put into others.
void script_harvest(const char *text, size_t size);

// Changes data[0..size) in place and gives the new size, at most `capacity`. In `mended` of a hundred
// cases what does not compile any more is mended, by other names and by leaving statements out.
size_t script_mutate(char *data, size_t size, size_t capacity, unsigned seed, unsigned mended);

// The options with which a script without files of its own compiles as `conc` would compile it.
const CompileOptions *script_compile_options(void);

#endif
