// SPDX-License-Identifier: MIT
//
// conc fmt: scripts in the one style, printed, written back or only looked at.
#ifndef CONC_CLI_FMT_H
#define CONC_CLI_FMT_H

#include "cli/options.h"

// Does what an ACTION_FORMAT asks for, file by file; what is wrong with one is said on standard error, and the
// others follow. The status: 2 if a file could not be read, understood or written, otherwise 1 if --check found
// one that would change, otherwise 0. Runs no script and needs no Vm.
int fmt_run(const Options *options);

#endif
