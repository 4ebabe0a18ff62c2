// SPDX-License-Identifier: MIT
//
// The one shape of the command's own complaints.
#include "cli/failure.h"

#include <stdio.h>

#include "base/translate.h"
#include "vm/vm.h"

int command_failed(const char *what, const char *why) {
    fprintf(stderr, "conc: %s: %s\n", what, translate(why));
    return STATUS_USAGE;
}
