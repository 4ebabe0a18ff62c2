// SPDX-License-Identifier: MIT
//
// Each option is one row of a table: its names, what it takes, and the function that reads that.
#include "cli/test_options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/translate.h"

typedef struct Words {
    char *const *next, *const *end;
} Words;

static bool problem(TestOptions *options, const char *format, const char *word) {
    snprintf(options->problem, sizeof options->problem, translate(format), word);
    return false;
}

// ---- What options take ------------------------------------------------------------------------

static bool whole_number(const char *text, uint64_t low, uint64_t high, uint64_t *out) {
    char *end;
    errno = 0;
    if (!isdigit((unsigned char)*text))
        return false;
    *out = strtoull(text, &end, 10);
    return !*end && errno == 0 && *out >= low && *out <= high;
}

static bool take_filter(TestOptions *options, const char *value) {
    options->filters[options->filter_count++] = value;
    return true;
}

static bool take_jobs(TestOptions *options, const char *value) {
    uint64_t number;
    if (!whole_number(value, 1, TEST_JOBS_MOST, &number))
        return problem(options, "--jobs takes a number from 1 to 256, not '%s'", value);
    options->jobs = (int)number;
    return true;
}

static bool take_repeat(TestOptions *options, const char *value) {
    uint64_t number;
    if (!whole_number(value, 1, 1000000, &number))
        return problem(options, "--repeat takes a number from 1 to 1000000, not '%s'", value);
    options->repeat = (uint32_t)number;
    return true;
}

static bool take_timeout(TestOptions *options, const char *value) {
    char *end;
    options->timeout = strtod(value, &end);
    if (end == value || *end || !(options->timeout > 0) || isinf(options->timeout))
        return problem(options, "--timeout takes a number of seconds above 0, not '%s'", value);
    return true;
}

static bool take_memory(TestOptions *options, const char *value) {
    if (!size_parse(value, &options->memory_limit))
        return problem(options, "--max-memory takes a size as 64M or 2G, not '%s'", value);
    return true;
}

static bool take_junit(TestOptions *options, const char *value) {
    options->junit = value;
    return true;
}

static bool take_shuffle(TestOptions *options, const char *value) {
    options->shuffle = true;
    if (!value)
        options->seed = os_now() % 1000000; // short enough to be typed again
    else if (!whole_number(value, 0, UINT64_MAX, &options->seed))
        return problem(options, "--shuffle takes a whole number, not '%s'", value);
    return true;
}

static bool take_tap(TestOptions *options, const char *value) {
    (void)value;
    return options->tap = true;
}

static bool take_verbose(TestOptions *options, const char *value) {
    (void)value;
    return options->verbose = true;
}

// ---- Which option it is -----------------------------------------------------------------------

typedef enum Takes { TAKES_NOTHING, TAKES_VALUE, TAKES_SEED } Takes;

static const struct Option {
    const char *name, *short_name;
    Takes takes;
    bool (*take)(TestOptions *options, const char *value);
} all[] = {
    {"--filter", NULL, TAKES_VALUE, take_filter},
    {"--jobs", "-j", TAKES_VALUE, take_jobs},
    {"--repeat", NULL, TAKES_VALUE, take_repeat},
    {"--timeout", NULL, TAKES_VALUE, take_timeout},
    {"--max-memory", NULL, TAKES_VALUE, take_memory},
    {"--junit", NULL, TAKES_VALUE, take_junit},
    {"--shuffle", NULL, TAKES_SEED, take_shuffle},
    {"--tap", NULL, TAKES_NOTHING, take_tap},
    {"--verbose", "-v", TAKES_NOTHING, take_verbose},
};

static const struct Option *find(const char *word) {
    size_t size = strcspn(word, "=");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if ((strlen(all[i].name) == size && !memcmp(all[i].name, word, size)) ||
            (all[i].short_name && !strncmp(word, all[i].short_name, 2) && word[1] != '-' &&
             (!word[2] || all[i].takes == TAKES_VALUE)))
            return &all[i];
    return NULL;
}

static bool is_number(const char *word) {
    return *word && word[strspn(word, "0123456789")] == '\0';
}

// --jobs=8, -j8
static const char *value_within(const char *word) {
    const char *equals = strchr(word, '=');
    if (word[1] != '-')
        return word[2] ? word + 2 : NULL;
    return equals ? equals + 1 : NULL;
}

// False: the value is missing, or there is one too many. A seed may be left out.
static bool value_of(TestOptions *options, const struct Option *option, const char *word,
                     Words *words, const char **value) {
    *value = value_within(word);
    if (option->takes == TAKES_NOTHING)
        return !*value || problem(options, "%s takes no value", option->name);
    if (*value ||
        (option->takes == TAKES_SEED && (words->next == words->end || !is_number(*words->next))))
        return true;
    if (words->next == words->end)
        return problem(options, "%s needs a value", option->name);
    *value = *words->next++;
    return true;
}

static bool take_option(TestOptions *options, const char *word, Words *words) {
    const struct Option *option = find(word);
    const char *value;
    if (!option)
        return problem(options, "test has no option %s", word);
    return value_of(options, option, word, words, &value) && option->take(options, value);
}

bool test_options_read(const Options *options, TestOptions *out) {
    size_t room = (size_t)options->argument_count + 1;
    *out = (TestOptions){.jobs = os_cpu_count(),
                         .repeat = 1,
                         .timeout = options->timeout > 0 ? options->timeout : TEST_TIMEOUT,
                         .memory_limit = options->memory_limit};
    if (out->jobs > TEST_JOBS_MOST)
        out->jobs = TEST_JOBS_MOST;
    out->paths = os_calloc(room, sizeof *out->paths);
    out->filters = os_calloc(room, sizeof *out->filters);
    Words words = {options->arguments, options->arguments + options->argument_count};
    bool only_paths = false;
    while (words.next < words.end) {
        const char *word = *words.next++;
        if (only_paths || word[0] != '-' || !word[1])
            out->paths[out->path_count++] = word;
        else if (!strcmp(word, "--"))
            only_paths = true;
        else if (!take_option(out, word, &words))
            return false;
    }
    return out->path_count > 0 || problem(out, "%s needs the path of a script or a folder", "test");
}

void test_options_free(TestOptions *options) {
    free(options->paths);
    free(options->filters);
}
