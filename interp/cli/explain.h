// SPDX-License-Identifier: MIT
//
// conc explain: what an error means, when it comes, what to do, with a wrong and a right program. The texts
// are grammar/errors/*.md, embedded by the build (tests/support/embed.cmake). Constant data.
#ifndef CONC_CLI_EXPLAIN_H
#define CONC_CLI_EXPLAIN_H

#include <stddef.h>

typedef struct Explanation {
    const char *name; // of the error's class, or of a mistake: the file's name without ".md"
    const char *text; // UTF-8, NUL-terminated beyond `size`; grammar/errors/README.md has its form
    size_t size;
} Explanation;

// In the order of their names; ends with a row whose name is NULL. The build writes this table.
extern const Explanation explanations[];

// Prints the explanation of `name`, or the list of all where it is NULL. The status: STATUS_USAGE, with what
// may have been meant on standard error, where there is none.
int explain_run(const char *name);

#endif
