// SPDX-License-Identifier: MIT
//
// The command line: what is run with which settings, and what is refused with which words.
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

// Splits "conc -e x" at its blanks; an empty word is written as two quotes.
static Options read_line(const char *line) {
    static char words[400];
    static char *argv[40];
    static char nothing[] = "";
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "''") ? word : nothing;
    argv[argc] = NULL;
    return options_read(argc, argv);
}

static void expect_run(const char *line, Action action, const char *source, const char *arguments) {
    Options options = read_line(line);
    char joined[200] = "";
    for (int i = 0; i < options.argument_count; i++)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", i ? " " : "",
                 options.arguments[i]);
    cr_expect_eq(options.action, action, "%s: %s", line, options.problem);
    cr_expect_str_eq(options.source ? options.source : "none", source, "%s", line);
    cr_expect_str_eq(joined, arguments, "%s", line);
}

static void expect_problem(const char *line, const char *problem) {
    Options options = read_line(line);
    cr_expect_eq(options.action, ACTION_USAGE, "%s", line);
    cr_expect_str_eq(options.problem, problem, "%s", line);
}

Test(options, what_is_run) {
    expect_run("conc a.conc", ACTION_RUN_FILE, "a.conc", "");
    expect_run("conc a.conc -x --timeout 5", ACTION_RUN_FILE, "a.conc", "-x --timeout 5");
    expect_run("conc run a.conc b", ACTION_RUN_FILE, "a.conc", "b");
    expect_run("conc run run", ACTION_RUN_FILE, "run", "");
    expect_run("conc - a b", ACTION_RUN_STDIN, "-", "a b");
    expect_run("conc run -", ACTION_RUN_STDIN, "-", "");
    expect_run("conc -e print(1) a", ACTION_RUN_TEXT, "print(1)", "a");
    expect_run("conc -e ''", ACTION_RUN_TEXT, "", "");
    expect_run("conc -p 1+1", ACTION_PRINT, "1+1", "");
    expect_run("conc -c a.conc", ACTION_CHECK, "a.conc", "");
    expect_run("conc -- -e", ACTION_RUN_FILE, "-e", "");
    expect_run("conc", ACTION_REPL, "none", "");
    expect_run("conc -i", ACTION_REPL, "none", "");
    expect_run("conc -i a.conc b", ACTION_RUN_FILE, "a.conc", "b");
    cr_expect(read_line("conc -i a.conc").interactive);
    cr_expect(read_line("conc run -i a.conc").interactive);
    cr_expect_not(read_line("conc a.conc -i").interactive);
    cr_expect_eq(read_line("conc --help").action, ACTION_HELP);
    cr_expect_eq(read_line("conc -h").action, ACTION_HELP);
    cr_expect_eq(read_line("conc --version").action, ACTION_VERSION);
}

Test(options, what_to_explain) {
    cr_expect_eq(read_line("conc explain").action, ACTION_EXPLAIN);
    cr_expect_null(read_line("conc explain").source);
    cr_expect_str_eq(read_line("conc explain KeyError").source, "KeyError");
    expect_run("conc run explain", ACTION_RUN_FILE, "explain", "");
    expect_problem("conc explain KeyError IndexError",
                   "explain takes one name, not also IndexError");
}

Test(options, scripts_to_lay_out) {
    expect_run("conc fmt a.conc -", ACTION_FORMAT, "none", "a.conc -");
    expect_run("conc fmt -w a.conc --check", ACTION_FORMAT, "none", "a.conc --check");
    expect_run("conc fmt -- -w", ACTION_FORMAT, "none", "-w");
    expect_run("conc run fmt", ACTION_RUN_FILE, "fmt", "");
    cr_expect(read_line("conc fmt -w a.conc").rewrite);
    cr_expect(read_line("conc fmt --check a.conc").only_check);
    expect_problem("conc fmt", "fmt needs the path of a script");
    expect_problem("conc fmt -e", "fmt has no option -e");
    expect_problem("conc fmt -w --check a.conc", "fmt takes -w or --check, not both");
    expect_problem("conc fmt -w a.conc -", "fmt -w needs files, not standard input");
}

Test(options, doc_takes_a_name_or_a_form) {
    expect_run("conc doc", ACTION_DOC, "none", "");
    expect_run("conc doc queue.get", ACTION_DOC, "queue.get", "");
    expect_run("conc run doc", ACTION_RUN_FILE, "doc", "");
    cr_expect_eq(read_line("conc doc len").doc_form, DOC_TEXT);
    cr_expect_eq(read_line("conc doc --markdown").doc_form, DOC_MARKDOWN);
    cr_expect_eq(read_line("conc doc --names").doc_form, DOC_NAMES);
    expect_problem("conc doc -x", "doc has no option -x");
    expect_problem("conc doc len print", "doc takes one name, not also 'print'");
    expect_problem("conc doc len --names", "doc takes no name with --markdown or --names");
}

Test(options, settings_stand_before_the_script) {
    Options options = read_line("conc --timeout 2.5 --max-memory=64M a.conc --timeout 9");
    cr_expect_eq(options.action, ACTION_RUN_FILE);
    cr_expect_float_eq(options.timeout, 2.5, 0);
    cr_expect_eq(options.memory_limit, (size_t)64 << 20);
    cr_expect_eq(options.argument_count, 2);
    options = read_line("conc --timeout=0.25 -e x");
    cr_expect_float_eq(options.timeout, 0.25, 0);
    cr_expect_eq(options.memory_limit, 0);
    cr_expect_not(options.no_warnings);
    cr_expect(read_line("conc --no-warnings a.conc").no_warnings);
    options = read_line("conc run --timeout 3 a.conc");
    cr_expect_eq(options.action, ACTION_RUN_FILE);
    cr_expect_float_eq(options.timeout, 3, 0);
    cr_expect_str_eq(options.source, "a.conc");
    cr_expect(read_line("conc --format=json a.conc").json);
    cr_expect(read_line("conc run --format json a.conc").json);
    cr_expect_not(read_line("conc --format=json --format=text a.conc").json);
    cr_expect_not(read_line("conc a.conc --format=json").json);
}

Test(options, what_is_refused) {
    expect_problem("conc --format", "--format needs a value");
    expect_problem("conc --format JSON a.conc", "--format takes json or text, not 'JSON'");
    expect_problem("conc -e", "-e needs a value");
    expect_problem("conc --timeout", "--timeout needs a value");
    expect_problem("conc --timeout soon a.conc",
                   "--timeout takes a number of seconds above 0, not 'soon'");
    expect_problem("conc --timeout -1 a.conc",
                   "--timeout takes a number of seconds above 0, not '-1'");
    expect_problem("conc --timeout nan a.conc",
                   "--timeout takes a number of seconds above 0, not 'nan'");
    expect_problem("conc --timeout inf a.conc",
                   "--timeout takes a number of seconds above 0, not 'inf'");
    expect_problem("conc --timeout= a.conc", "--timeout takes a number of seconds above 0, not ''");
    expect_problem("conc --max-memory lots a.conc",
                   "--max-memory takes a size as 64M or 2G, not 'lots'");
    expect_problem("conc --verbose a.conc", "there is no option --verbose");
    expect_problem("conc -x", "there is no option -x");
}

// A word of any length does not overflow the message.
Test(options, a_long_word) {
    char word[1000];
    memset(word, 'x', sizeof word - 1);
    word[0] = '-';
    word[sizeof word - 1] = '\0';
    char *argv[] = {word, word, NULL};
    Options options = options_read(2, argv);
    cr_expect_eq(options.action, ACTION_USAGE);
    cr_expect_eq(strlen(options.problem), sizeof options.problem - 1);
}

Test(options, no_words_at_all) {
    char *argv[] = {NULL};
    cr_expect_neq(options_read(0, argv).action, ACTION_USAGE);
}

static size_t bytes(const char *text) {
    size_t size = 0;
    return size_parse(text, &size) ? size : 0;
}

Test(options, sizes) {
    cr_expect_eq(bytes("100000"), 100000);
    cr_expect_eq(bytes("64k"), 64 * 1024);
    cr_expect_eq(bytes("64M"), (size_t)64 << 20);
    cr_expect_eq(bytes("1.5G"), (size_t)3 << 29);
    cr_expect_eq(bytes("2T"), (size_t)2 << 40);
    cr_expect_eq(bytes("2GiB"), (size_t)2 << 30);
    cr_expect_eq(bytes("2gb"), (size_t)2 << 30);
    static const char *const bad[] = {"",    "M",   "0",    "-1M", "1X",           "1MM",  "1M ",
                                      "nan", "inf", "1e30", "0.1", "99999999999T", "64Mx", "1iB"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(bytes(bad[i]), 0, "`%s`", bad[i]);
}
