// SPDX-License-Identifier: MIT
//
// Which tests there are to be run, in which order, and what has come of each.
#ifndef CONC_CLI_TEST_PLAN_H
#define CONC_CLI_TEST_PLAN_H

#include <sys/types.h>

#include "base/text.h"
#include "cli/test_options.h"

typedef struct TestFile {
    char *name; // as it is shown: the path, "<stdin>"
    char *text; // NULL: it could not be read
    size_t size;
    dev_t device; // of the file, so that none is run twice
    ino_t inode;
    bool broken; // unreadable, or it does not compile; that has been said
} TestFile;

// Of all runs of a test.
typedef struct TestResult {
    uint32_t started, ended, failed; // runs; those that an interrupt has cut off count as none
    uint32_t first_failed;           // the run's number, from 1
    bool broken;                     // the script did not come as far as its tests
    double seconds;                  // of all runs
    Text why;                        // of the first that failed: what conc has to say of it
    Text output; // of the same run, or where all have passed of the last: what the script printed
} TestResult;

typedef struct TestCase {
    size_t file;     // its number in the plan
    uint32_t number; // among the tests of its file
    uint32_t line;
    char *name; // on one line, control characters escaped
    TestResult result;
} TestCase;

typedef struct TestPlan {
    TestFile *files; // in the order of the command line, those of a folder by name
    size_t file_count;
    TestCase *cases; // in the order in which they are started
    size_t case_count;
    size_t broken_count; // of files
    size_t tested_count; // of files that have cases
    bool said_none;      // of some file, that it has no tests
    size_t found;        // tests, those left out by --filter included
} TestPlan;

// Reads and checks all files. What is wrong with one is said on standard error, and so is that it has no
// tests, if it was named itself; the others go on.
void test_plan_make(TestPlan *plan, const TestOptions *options);
void test_plan_free(TestPlan *plan);

#endif
