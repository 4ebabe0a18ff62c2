// SPDX-License-Identifier: MIT
//
// The one shape of the command's own complaints.
#include "cli/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/translate.h"
#include "vm/vm.h"

int command_failed(const char *what, const char *why) {
    fprintf(stderr, "conc: %s: %s\n", what, translate(why));
    return STATUS_USAGE;
}

int command_printed(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return command_failed("<stdout>", strerror(errno));
}
