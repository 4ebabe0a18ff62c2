// SPDX-License-Identifier: MIT
//
// What a run of tests prints: for people, with a progress line on a terminal, or as TAP; and the JUnit file.
// Tests are shown in the order of the plan, each as soon as all before it are shown, so that the same run
// prints the same whatever --jobs is.
#ifndef CONC_CLI_TEST_REPORT_H
#define CONC_CLI_TEST_REPORT_H

#include "cli/test_plan.h"

typedef struct TestReport {
    const TestPlan *plan;
    const TestOptions *options;
    bool colour, terminal; // of standard output
    bool progress_shown;   // the progress line stands there
    bool failed_to_write;  // standard output is gone
    size_t shown;          // cases
    size_t last_broken;    // the case whose report told of its file's top level; SIZE_MAX: none
    uint64_t started;      // times of os_now
    uint64_t progress_at;  // when the line was last drawn
} TestReport;

typedef struct TestCounts {
    size_t passed, failed, left; // left: an interrupt came before they had ended
} TestCounts;

void test_report_begin(TestReport *report, const TestPlan *plan, const TestOptions *options);
// Something has ended or started: shows what can be shown. `running` is a test that runs, or NULL.
void test_report_update(TestReport *report, const TestCase *running);
// All that is not shown yet, and the summary.
TestCounts test_report_end(TestReport *report, bool interrupted);

bool test_has_ended(const TestCase *test, const TestOptions *options);
// "failed 2 of 5 runs, first run 3"; nothing for a test that is run once.
void test_describe_runs(const TestCase *test, const TestOptions *options, Text *out);

// test_tap.c
void test_tap_begin(const TestPlan *plan, Text *out);
void test_tap_case(const TestPlan *plan, const TestOptions *options, size_t number, Text *out);
void test_tap_end(const TestPlan *plan, bool interrupted, Text *out);

// test_junit.c: false with errno.
bool test_junit_write(const TestPlan *plan, const TestOptions *options, const char *path);

#endif
