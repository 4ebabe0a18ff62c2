// SPDX-License-Identifier: MIT
//
// Running the tests of a plan, each run in a process of its own, several at a time.
#ifndef CONC_CLI_TEST_RUN_H
#define CONC_CLI_TEST_RUN_H

#include "cli/test_report.h"

// Runs them all, notes the results in the plan and keeps the report going. The signal that has cut it short
// (SIGINT, SIGTERM, SIGHUP), or 0; -1 with errno where no process can be started. No process that was
// started here is left, and none that those have started. The calling process has one thread.
int test_run_all(TestPlan *plan, const TestOptions *options, TestReport *report);

#endif
