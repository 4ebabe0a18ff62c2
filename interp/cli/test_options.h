// SPDX-License-Identifier: MIT
//
// The words behind `conc test`: options and paths, in any order.
#ifndef CONC_CLI_TEST_OPTIONS_H
#define CONC_CLI_TEST_OPTIONS_H

#include <stdint.h>

#include "cli/options.h"

enum { TEST_TIMEOUT = 60, TEST_JOBS_MOST = 256 }; // seconds

typedef struct TestOptions {
    const char **paths; // files, folders, "-"; at least one
    int path_count;
    const char **filters; // a test is run if its name contains one of them; none: all are
    int filter_count;
    int jobs;
    uint32_t repeat;
    double timeout; // seconds a test may take; --timeout before `test` means the same
    size_t memory_limit;
    bool shuffle;
    uint64_t seed;
    bool tap, verbose;
    const char *junit; // the path, or NULL
    char problem[200];
} TestOptions;

// Reads what ACTION_TEST has as arguments. False with `problem`. To be freed either way; points into argv.
bool test_options_read(const Options *options, TestOptions *out);
void test_options_free(TestOptions *options);

#endif
