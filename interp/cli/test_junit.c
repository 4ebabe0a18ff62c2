// SPDX-License-Identifier: MIT
//
// The XML that build servers read: a test suite a file, in the shape that JUnit's Ant task has given it.
// Whatever a script prints, the file is well-formed: what XML has no place for becomes U+FFFD.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "cli/test_report.h"
#include "object/str.h"

// ---- Text in XML ------------------------------------------------------------------------------

static void character(unsigned char c, Text *out) {
    switch (c) {
    case '<': text_string(out, "&lt;"); break;
    case '>': text_string(out, "&gt;"); break; // "]]>" may not stand in text
    case '&': text_string(out, "&amp;"); break;
    case '"': text_string(out, "&quot;"); break;
    case '\n': text_string(out, "&#10;"); break; // would become a space in an attribute
    case '\t': text_string(out, "&#9;"); break;
    default:
        if (c < 0x20)
            text_string(out, "\uFFFD");
        else
            text_char(out, (char)c);
    }
}

// U+FFFE and U+FFFF are characters of UTF-8, but none of XML.
static bool is_noncharacter(const char *at) {
    return !memcmp(at, "\xef\xbf\xbe", 3) || !memcmp(at, "\xef\xbf\xbf", 3);
}

// "\x1b[1;31m": colours.
static size_t escape_size(const char *at, size_t left) {
    if (left < 3 || at[0] != '\x1b' || at[1] != '[')
        return 0;
    size_t size = 2;
    while (size < left && strchr("0123456789;", at[size]))
        size++;
    return size < left ? size + 1 : 0;
}

static void valid_text(const char *data, size_t length, Text *out) {
    for (size_t i = 0; i < length; i++) {
        size_t escape = escape_size(data + i, length - i);
        if (escape > 0) {
            i += escape - 1;
        } else if (length - i >= 3 && is_noncharacter(data + i)) {
            text_string(out, "\uFFFD");
            i += 2;
        } else {
            character((unsigned char)data[i], out);
        }
    }
}

static void escaped(const char *data, size_t length, Text *out) {
    while (length > 0) {
        size_t valid = str_valid_prefix(data, length);
        valid_text(data, valid, out);
        data += valid;
        length -= valid;
        if (length > 0) {
            text_string(out, "\uFFFD");
            data++;
            length--;
        }
    }
}

static void attribute(const char *key, const char *value, Text *out) {
    text_format(out, " %s=\"", key);
    escaped(value, strlen(value), out);
    text_char(out, '"');
}

static void element(const char *tag, const Text *content, Text *out) {
    if (content->length == 0)
        return;
    text_format(out, "      <%s>", tag);
    escaped(text_data(content), content->length, out);
    text_format(out, "</%s>\n", tag);
}

static void remark(const char *start, const char *message, Text *out) {
    text_string(out, start);
    attribute("message", message, out);
    text_string(out, "/>\n");
}

// ---- Suites and cases -------------------------------------------------------------------------

typedef struct Totals {
    size_t tests, failures, skipped;
    double seconds;
} Totals;

static bool is_skipped(const TestCase *test, const TestOptions *options) {
    return test->result.failed == 0 && !test_has_ended(test, options);
}

static Totals totals(const TestPlan *plan, const TestOptions *options, size_t file) {
    Totals sum = {0};
    for (size_t i = 0; i < plan->case_count; i++) {
        const TestCase *test = &plan->cases[i];
        if (test->file != file)
            continue;
        sum.tests++;
        sum.failures += test->result.failed > 0;
        sum.skipped += is_skipped(test, options);
        sum.seconds += test->result.seconds;
    }
    return sum;
}

static void without_escapes(const Text *from, Text *out) {
    for (size_t i = 0; i < from->length; i++) {
        size_t escape = escape_size(from->data + i, from->length - i);
        if (escape > 0)
            i += escape - 1;
        else
            text_char(out, from->data[i]);
    }
}

// "error: AssertionError: ..." without its first word, in whichever language, and how often.
static void headline(const TestCase *test, const TestOptions *options, const char *why, Text *out) {
    Text runs = {0}, label = {0};
    text_format(&label, "%s: ", translate("error"));
    const char *end = strchrnul(why, '\n'), *message = strstr(why, text_data(&label));
    if (message && message < end)
        why = message + label.length;
    text_append(out, why, (size_t)(end - why));
    test_describe_runs(test, options, &runs);
    if (runs.length > 0)
        text_format(out, " (%s)", text_data(&runs));
    text_free(&runs);
    text_free(&label);
}

static void failure(const TestCase *test, const TestOptions *options, Text *out) {
    Text why = {0}, first = {0};
    without_escapes(&test->result.why, &why);
    headline(test, options, text_data(&why), &first);
    text_string(out, "      <failure");
    attribute("message", text_data(&first), out);
    text_string(out, ">");
    escaped(text_data(&why), why.length, out);
    text_string(out, "</failure>\n");
    text_free(&why);
    text_free(&first);
}

static void test_case(const TestPlan *plan, const TestOptions *options, const TestCase *test,
                      Text *out) {
    text_string(out, "    <testcase");
    attribute("name", test->name, out);
    attribute("classname", plan->files[test->file].name, out);
    attribute("file", plan->files[test->file].name, out);
    text_format(out, " line=\"%u\" time=\"%.3f\">\n", test->line, test->result.seconds);
    if (test->result.failed > 0)
        failure(test, options, out);
    else if (is_skipped(test, options))
        remark("      <skipped", translate("interrupted"), out);
    element("system-out", &test->result.output, out);
    text_string(out, "    </testcase>\n");
}

static void suite(const TestPlan *plan, const TestOptions *options, size_t file, Text *out) {
    const TestFile *of = &plan->files[file];
    Totals sum = totals(plan, options, file);
    if (sum.tests == 0 && !of->broken)
        return;
    text_string(out, "  <testsuite");
    attribute("name", of->name, out);
    text_format(out,
                " tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"%zu\" time=\"%.3f\">\n",
                sum.tests + of->broken, sum.failures, of->broken, sum.skipped, sum.seconds);
    if (of->broken) {
        text_string(out, "    <testcase");
        attribute("name", of->name, out);
        attribute("classname", of->name, out);
        text_string(out, " time=\"0\">\n");
        remark("      <error", translate("the file could not be run"), out);
        text_string(out, "    </testcase>\n");
    }
    for (size_t i = 0; i < plan->case_count; i++)
        if (plan->cases[i].file == file)
            test_case(plan, options, &plan->cases[i], out);
    text_string(out, "  </testsuite>\n");
}

bool test_junit_write(const TestPlan *plan, const TestOptions *options, const char *path) {
    Text out = {0};
    text_string(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < plan->file_count; i++)
        suite(plan, options, i, &out);
    text_string(&out, "</testsuites>\n");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && os_write_all(fd, text_data(&out), out.length);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        error = errno;
        ok = false;
    }
    text_free(&out);
    errno = error;
    return ok;
}
