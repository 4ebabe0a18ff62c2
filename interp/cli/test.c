// SPDX-License-Identifier: MIT
//
// conc test, from the words of the command line to the status. This process runs no script: each run of a test
// has a process of its own (test_run.c), which makes its own Vm (test_child.c).
#include "cli/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/translate.h"
#include "cli/failure.h"
#include "cli/test_run.h"
#include "vm/vm.h"

// Pipes and files that are opened later are not to get the number of a standard stream that is closed.
static void fill_standard_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", O_RDWR);
}

// Found out before the tests run, and not after them.
static bool can_write(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int say_none(const TestPlan *plan, const TestOptions *options) {
    if (plan->found > 0)
        fprintf(stderr, translate("conc: no test's name contains '%s'%s (of %zu)\n"),
                options->filters[0],
                options->filter_count > 1 ? translate(" or another --filter") : "", plan->found);
    else if (!plan->said_none)
        command_failed(options->paths[0], "no tests in this folder's scripts");
    return STATUS_ERROR;
}

static int status_of(const TestPlan *plan, TestCounts counts, int signal) {
    if (signal == SIGINT)
        return STATUS_INTERRUPT;
    if (signal > 0)
        return STATUS_TERMINATED;
    if (plan->broken_count > 0)
        return STATUS_USAGE;
    return counts.failed > 0 ? STATUS_ERROR : STATUS_DONE;
}

static int run_plan(TestPlan *plan, const TestOptions *options) {
    TestReport report;
    test_report_begin(&report, plan, options);
    int signal = test_run_all(plan, options, &report);
    int error = errno;
    TestCounts counts = test_report_end(&report, signal > 0);
    if (signal < 0)
        return command_failed(translate("the tests cannot be run"), strerror(error));
    if (report.failed_to_write)
        return command_failed("<stdout>", "the results could not be written");
    return status_of(plan, counts, signal);
}

static int run(const TestOptions *options) {
    TestPlan plan;
    if (options->junit && !can_write(options->junit))
        return command_failed(options->junit, strerror(errno));
    test_plan_make(&plan, options);
    int status;
    if (plan.case_count > 0 || plan.broken_count > 0)
        status = run_plan(&plan, options);
    else
        status = say_none(&plan, options);
    if (options->junit && !test_junit_write(&plan, options, options->junit))
        status = command_failed(options->junit, strerror(errno));
    test_plan_free(&plan);
    return status;
}

int test_command(const Options *options) {
    TestOptions how;
    int status = STATUS_USAGE;
    fill_standard_streams();
    if (test_options_read(options, &how))
        status = run(&how);
    else
        fprintf(stderr, translate("conc: %s (conc --help tells more)\n"), how.problem);
    test_options_free(&how);
    return status;
}
