// SPDX-License-Identifier: MIT
//
// conc test: runs the test blocks of scripts.
#ifndef CONC_CLI_TEST_H
#define CONC_CLI_TEST_H

#include "cli/options.h"

// Does what an ACTION_TEST asks for. The status: 130 or 143 if a signal has cut it short; 2 if the words make no sense,
// or a file could not be read or does not compile; 1 if a test failed or there is none; 0 if all have passed.
int test_command(const Options *options);

#endif
