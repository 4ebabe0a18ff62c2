// SPDX-License-Identifier: MIT
//
// The child process of one run of a test.
#ifndef CONC_CLI_TEST_CHILD_H
#define CONC_CLI_TEST_CHILD_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/atomic.h"
#include "cli/test_plan.h"

// What the child leaves in memory that it shares with its parent, as its last word: an exit status or what
// it writes could come from the script.
enum { VERDICT_NONE, VERDICT_PASSED, VERDICT_FAILED, VERDICT_BROKEN };

typedef struct TestChild {
    const TestFile *file;
    uint32_t number; // among the tests of the file
    size_t memory_limit;
    bool colour;
    int output; // what the script prints, and
    int report; // what conc has to say
    pid_t parent;
    sigset_t signals; // the mask to be restored
    _Atomic(uint32_t) *verdict;
} TestChild;

// In the new process, which has one thread: runs the test and ends the process.
_Noreturn void test_child_run(const TestChild *child);

#endif
