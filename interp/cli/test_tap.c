// SPDX-License-Identifier: MIT
//
// The Test Anything Protocol, version 13: a plan, a line a test, and what there is to say of a failure as
// comments. A file that could not be run is a test that failed.
#include "cli/test_report.h"

#include "base/translate.h"

// "#" would begin a directive.
static void name(const char *text, Text *out) {
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            text_char(out, '\\');
        text_char(out, *text);
    }
}

void test_tap_begin(const TestPlan *plan, Text *out) {
    text_format(out, "TAP version 13\n1..%zu\n", plan->case_count + plan->broken_count);
    size_t number = 0;
    for (size_t i = 0; i < plan->file_count; i++) {
        if (!plan->files[i].broken)
            continue;
        text_format(out, "not ok %zu - ", ++number);
        name(plan->files[i].name, out);
        text_format(out, "\n# %s\n", translate("the file could not be run"));
    }
}

void test_tap_case(const TestPlan *plan, const TestOptions *options, size_t number, Text *out) {
    const TestCase *test = &plan->cases[number];
    bool passed = test->result.failed == 0 && test_has_ended(test, options);
    text_format(out, "%s %zu - ", passed ? "ok" : "not ok", plan->broken_count + number + 1);
    name(test->name, out);
    text_format(out, "\n# %s:%u, %.2f s\n", plan->files[test->file].name, test->line,
                test->result.seconds);
    Text runs = {0};
    test_describe_runs(test, options, &runs);
    text_indent(out, "# ", &runs);
    text_free(&runs);
    if (!passed && test->result.failed == 0)
        text_format(out, "# %s\n", translate("it has not ended"));
    text_indent(out, "# ", &test->result.why);
    if (test->result.output.length > 0 && (!passed || options->verbose)) {
        text_format(out, "# %s", translate("it printed:\n"));
        text_indent(out, "#   | ", &test->result.output);
    }
}

void test_tap_end(const TestPlan *plan, bool interrupted, Text *out) {
    (void)plan;
    if (interrupted)
        text_format(out, "Bail out! %s\n", translate("interrupted"));
}
