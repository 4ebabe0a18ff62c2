// SPDX-License-Identifier: MIT
//
// The words behind `conc test`: options and paths in any order, and what is refused.
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/test_options.h"

// Splits "a.conc --jobs 2" at its blanks. To be freed.
static bool read_words(const char *line, TestOptions *out) {
    static char words[400];
    static char *all[42] = {"conc", "test"};
    int count = 2;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        all[count++] = word;
    all[count] = NULL;
    Options options = options_read(count, all);
    cr_assert_eq(options.action, ACTION_TEST);
    return test_options_read(&options, out);
}

static void expect_problem(const char *line, const char *problem) {
    TestOptions options;
    cr_expect_not(read_words(line, &options), "%s", line);
    cr_expect_str_eq(options.problem, problem);
    test_options_free(&options);
}

Test(test_options, what_is_left_out) {
    TestOptions options;
    cr_assert(read_words("a.conc", &options));
    cr_expect_eq(options.path_count, 1);
    cr_expect_str_eq(options.paths[0], "a.conc");
    cr_expect_eq(options.filter_count, 0);
    cr_expect_geq(options.jobs, 1);
    cr_expect_leq(options.jobs, TEST_JOBS_MOST);
    cr_expect_eq(options.repeat, 1);
    cr_expect_float_eq(options.timeout, TEST_TIMEOUT, 0);
    cr_expect_not(options.shuffle || options.tap || options.verbose || options.junit);
    test_options_free(&options);
}

Test(test_options, stand_before_and_behind_the_paths) {
    TestOptions options;
    cr_assert(
        read_words("--filter one a.conc -j3 --filter=two - --repeat 20 dir --tap -v", &options));
    cr_expect_eq(options.path_count, 3);
    cr_expect_str_eq(options.paths[1], "-");
    cr_expect_str_eq(options.paths[2], "dir");
    cr_expect_eq(options.filter_count, 2);
    cr_expect_str_eq(options.filters[1], "two");
    cr_expect_eq(options.jobs, 3);
    cr_expect_eq(options.repeat, 20);
    cr_expect(options.tap && options.verbose);
    test_options_free(&options);
    cr_assert(read_words("-j 4 --timeout 0.5 --max-memory 64M --junit=x.xml -- -v", &options));
    cr_expect_eq(options.jobs, 4);
    cr_expect_float_eq(options.timeout, 0.5, 0);
    cr_expect_eq(options.memory_limit, (size_t)64 << 20);
    cr_expect_str_eq(options.junit, "x.xml");
    cr_expect_eq(options.path_count, 1);
    cr_expect_str_eq(options.paths[0], "-v");
    test_options_free(&options);
}

Test(test_options, a_seed_may_be_left_out) {
    TestOptions options;
    cr_assert(read_words("--shuffle 77 a.conc", &options));
    cr_expect_eq(options.seed, 77);
    cr_expect_eq(options.path_count, 1);
    test_options_free(&options);
    cr_assert(read_words("--shuffle a.conc", &options));
    cr_expect(options.shuffle);
    cr_expect_eq(options.path_count, 1);
    test_options_free(&options);
    cr_assert(read_words("a.conc --shuffle=18446744073709551615", &options));
    cr_expect_eq(options.seed, UINT64_MAX);
    test_options_free(&options);
    expect_problem("a.conc --shuffle=18446744073709551616",
                   "--shuffle takes a whole number, not '18446744073709551616'");
}

Test(test_options, what_is_refused) {
    expect_problem("", "test needs the path of a script or a folder");
    expect_problem("--tap", "test needs the path of a script or a folder");
    expect_problem("a.conc --jobs", "--jobs needs a value");
    expect_problem("a.conc --jobs 257", "--jobs takes a number from 1 to 256, not '257'");
    expect_problem("a.conc --repeat -1", "--repeat takes a number from 1 to 1000000, not '-1'");
    expect_problem("a.conc --timeout inf",
                   "--timeout takes a number of seconds above 0, not 'inf'");
    expect_problem("a.conc --timeout 1s", "--timeout takes a number of seconds above 0, not '1s'");
    expect_problem("a.conc -vv", "test has no option -vv");
    expect_problem("a.conc --tap=x", "--tap takes no value");
    expect_problem("a.conc --jobsy", "test has no option --jobsy");
}
