// SPDX-License-Identifier: MIT
//
// What the command itself has to complain of, scripts apart.
#ifndef CONC_CLI_FAILURE_H
#define CONC_CLI_FAILURE_H

// Says on standard error why `what` (a path, "<stdin>") could not be read, understood or written. STATUS_USAGE.
int command_failed(const char *what, const char *why);
// At the end of what was printed with stdio: `status`, or where it could not be written, that with a complaint.
int command_printed(int status);

#endif
