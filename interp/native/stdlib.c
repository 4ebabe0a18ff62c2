// SPDX-License-Identifier: MIT
//
// Finds the embedded modules. There are few: a walk over the table does.
#include "native/stdlib.h"

#include <string.h>

const char *stdlib_text(const char *name, size_t *size) {
    for (const StdlibModule *module = stdlib_modules; module->name; module++) {
        if (strcmp(module->name, name) == 0) {
            *size = module->size;
            return module->text;
        }
    }
    return NULL;
}
