// SPDX-License-Identifier: MIT
//
// conc doc: what there is, and what it is for.
#ifndef CONC_CLI_DOC_H
#define CONC_CLI_DOC_H

#include "cli/options.h"
#include "vm/vm.h"

// Does what the options of ACTION_DOC ask for, with a Vm that has run nothing. The exit status.
int doc_run(const Options *options, Vm *vm);

#endif
