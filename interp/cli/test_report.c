// SPDX-License-Identifier: MIT
//
// The report for people, and what both forms share. All output goes through `put`, which takes the progress
// line away first.
#include "cli/test_report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "vm/vm.h"

enum {
    PROGRESS_PAUSE = 50000000,
    WIDTH = 80
}; // nanoseconds between two drawings; columns where unknown

// ---- Output -----------------------------------------------------------------------------------

static void write_out(TestReport *report, const char *data, size_t length) {
    if (!report->failed_to_write && !os_write_all(STDOUT_FILENO, data, length))
        report->failed_to_write = true;
}

static void erase_progress(TestReport *report) {
    if (report->progress_shown)
        write_out(report, "\r\x1b[K", 4);
    report->progress_shown = false;
}

static void put(TestReport *report, Text *text) {
    if (text->length > 0) {
        erase_progress(report);
        write_out(report, text_data(text), text->length);
    }
    text_free(text);
}

// ---- One test ---------------------------------------------------------------------------------

bool test_has_ended(const TestCase *test, const TestOptions *options) {
    return test->result.ended == options->repeat;
}

void test_describe_runs(const TestCase *test, const TestOptions *options, Text *out) {
    const TestResult *result = &test->result;
    if (options->repeat > 1 && result->failed > 0)
        text_format(out, translate("failed %u of %u runs, first in run %u"), result->failed,
                    options->repeat, result->first_failed);
}

static void head(const TestReport *report, const TestCase *test, const char *word,
                 const char *colour, Text *out) {
    text_format(out, "%s%s%s %s (%s:%u, %.2f s", report->colour ? colour : "", word,
                report->colour ? "\x1b[0m" : "", test->name, report->plan->files[test->file].name,
                test->line, test->result.seconds);
    Text runs = {0};
    test_describe_runs(test, report->options, &runs);
    text_format(out, "%s%s)\n", runs.length ? translate("; ") : "", text_data(&runs));
    text_free(&runs);
}

static void printed(const TestCase *test, Text *out) {
    if (test->result.output.length == 0)
        return;
    text_string(out, translate("it printed:\n"));
    text_indent(out, "  | ", &test->result.output);
}

static bool same_text(const Text *a, const Text *b) {
    return a->length == b->length && !memcmp(text_data(a), text_data(b), a->length);
}

// Every test of a file whose top level fails tells the same: once is enough.
static bool was_told(const TestReport *report, const TestCase *test) {
    if (!test->result.broken || report->last_broken == SIZE_MAX)
        return false;
    const TestCase *before = &report->plan->cases[report->last_broken];
    return before->file == test->file && same_text(&before->result.why, &test->result.why);
}

static void failure(TestReport *report, size_t number, Text *out) {
    const TestCase *test = &report->plan->cases[number];
    head(report, test, translate("FAIL"), "\x1b[1;31m", out);
    if (was_told(report, test)) {
        text_string(out, translate("the script fails before its tests, as above\n\n"));
        return;
    }
    if (test->result.broken)
        text_string(out, translate("the script fails before its tests:\n"));
    text_append(out, text_data(&test->result.why), test->result.why.length);
    printed(test, out);
    text_char(out, '\n');
    if (test->result.broken)
        report->last_broken = number;
}

static void show_case(TestReport *report, size_t number, Text *out) {
    const TestCase *test = &report->plan->cases[number];
    if (report->options->tap) {
        test_tap_case(report->plan, report->options, number, out);
    } else if (test->result.failed > 0) {
        failure(report, number, out);
    } else if (report->options->verbose && test_has_ended(test, report->options)) {
        head(report, test, translate("ok  "), "\x1b[32m", out);
        printed(test, out);
    }
}

// ---- Progress ---------------------------------------------------------------------------------

static size_t terminal_width(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH;
}

// Cuts the text to so many columns; what is not ASCII is taken to need two.
static void cut_to_width(Text *text, size_t columns) {
    size_t at = 0, used = 0;
    while (at < text->length) {
        unsigned char c = (unsigned char)text->data[at];
        size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        used += c < 0x80 ? 1 : 2;
        if (used > columns)
            break;
        at += size;
    }
    if (at < text->length)
        text_shorten(text, at);
}

static TestCounts count(const TestReport *report) {
    TestCounts counts = {0};
    for (size_t i = 0; i < report->plan->case_count; i++) {
        const TestCase *test = &report->plan->cases[i];
        if (test->result.failed > 0)
            counts.failed++;
        else if (test_has_ended(test, report->options))
            counts.passed++;
        else
            counts.left++;
    }
    return counts;
}

static void draw_progress(TestReport *report, const TestCase *running) {
    uint64_t now = os_now();
    if (!report->terminal || !running || now - report->progress_at < PROGRESS_PAUSE)
        return;
    report->progress_at = now;
    TestCounts counts = count(report);
    Text line = {0};
    text_format(&line, "[%zu/%zu] ", counts.passed + counts.failed, report->plan->case_count);
    if (counts.failed > 0)
        text_format(&line, translate("%zu failed; "), counts.failed);
    text_string(&line, running->name);
    cut_to_width(&line, terminal_width() - 1);
    text_string(&line, "\x1b[K");
    write_out(report, "\r", 1);
    write_out(report, text_data(&line), line.length);
    text_free(&line);
    report->progress_shown = true;
}

// ---- The whole run ----------------------------------------------------------------------------

static bool is_terminal(void) {
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void test_report_begin(TestReport *report, const TestPlan *plan, const TestOptions *options) {
    const char *no_colour = getenv("NO_COLOR");
    *report = (TestReport){.plan = plan, .options = options, .last_broken = SIZE_MAX};
    report->terminal = !options->tap && is_terminal();
    report->colour = report->terminal && !(no_colour && *no_colour);
    report->started = os_now();
    Text out = {0};
    if (options->tap)
        test_tap_begin(plan, &out);
    put(report, &out);
}

void test_report_update(TestReport *report, const TestCase *running) {
    Text out = {0};
    while (report->shown < report->plan->case_count &&
           test_has_ended(&report->plan->cases[report->shown], report->options))
        show_case(report, report->shown++, &out);
    put(report, &out);
    draw_progress(report, running);
}

static void show_rest(TestReport *report, Text *out) {
    for (; report->shown < report->plan->case_count; report->shown++)
        show_case(report, report->shown, out);
}

static void summary(const TestReport *report, TestCounts counts, bool interrupted, Text *out) {
    const TestPlan *plan = report->plan;
    bool bad = counts.failed > 0 || plan->broken_count > 0 || interrupted;
    if (report->colour)
        text_string(out, bad ? "\x1b[1;31m" : "\x1b[32m");
    if (interrupted)
        text_string(out, translate("interrupted: "));
    text_format(out, translate("%zu passed"), counts.passed);
    if (counts.failed > 0)
        text_format(out, translate(", %zu failed"), counts.failed);
    if (counts.left > 0)
        text_format(out, translate(", %zu not ended"), counts.left);
    if (plan->broken_count > 0)
        text_format(out,
                    translate(plan->broken_count == 1 ? ", %zu file could not be run"
                                                      : ", %zu files could not be run"),
                    plan->broken_count);
    text_format(out, translate(" in %.2f s"), (double)(os_now() - report->started) / 1e9);
    size_t files = plan->tested_count + plan->broken_count;
    text_format(out, translate(files == 1 ? " (%zu file)" : " (%zu files)"), files);
    text_string(out, report->colour ? "\x1b[0m\n" : "\n");
    if (report->options->shuffle)
        text_format(out, translate("the order again: --shuffle %llu\n"),
                    (unsigned long long)report->options->seed);
}

TestCounts test_report_end(TestReport *report, bool interrupted) {
    Text out = {0};
    TestCounts counts = count(report);
    show_rest(report, &out);
    if (report->options->tap)
        test_tap_end(report->plan, interrupted, &out);
    else
        summary(report, counts, interrupted, &out);
    put(report, &out);
    erase_progress(report);
    return counts;
}
