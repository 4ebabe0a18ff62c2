// SPDX-License-Identifier: MIT
//
// What the command itself has to complain of, scripts apart.
#ifndef CONC_CLI_FAILURE_H
#define CONC_CLI_FAILURE_H

// Says on standard error why `what` (a path, "<stdin>") could not be read, understood or written. STATUS_USAGE.
int command_failed(const char *what, const char *why);

#endif
