// SPDX-License-Identifier: MIT
//
// The standard modules that are written in conc: the files of stdlib/, embedded by the build
// (tests/support/embed.cmake). Constant data; any thread may read it.
#ifndef CONC_NATIVE_STDLIB_H
#define CONC_NATIVE_STDLIB_H

#include <stddef.h>

typedef struct StdlibModule {
    const char *name; // as `import` names it: the file's name without ".conc"
    const char *text; // UTF-8, NUL-terminated beyond `size`
    size_t size;
} StdlibModule;

// In the order of their names; ends with a row whose name is NULL. The build writes this table.
extern const StdlibModule stdlib_modules[];

// The text of a module; NULL where there is none. Made for VmOptions.embedded_module.
const char *stdlib_text(const char *name, size_t *size);

#endif
