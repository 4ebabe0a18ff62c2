// SPDX-License-Identifier: MIT
//
// The command line: what to run, and how.
#ifndef CONC_CLI_OPTIONS_H
#define CONC_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum Action {
    ACTION_RUN_FILE, // `source` is the path
    ACTION_RUN_STDIN,
    ACTION_REPL,     // nothing else was said
    ACTION_RUN_TEXT, // -e: `source` is the text
    ACTION_PRINT,    // -p: `source` is the expression
    ACTION_CHECK,    // -c: `source` is the path ("-": standard input)
    ACTION_FORMAT,   // conc fmt: `arguments` are the paths ("-": standard input), at least one
    ACTION_DOC,      // conc doc: `source` is the name, or NULL; `doc_form`
    ACTION_TEST,     // conc test: `arguments` are its options and paths (cli/test_options.h)
    ACTION_EXPLAIN,  // conc explain: `source` is the name, or NULL
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_USAGE, // `problem` says what is wrong
} Action;

typedef enum DocForm { DOC_TEXT, DOC_MARKDOWN, DOC_NAMES } DocForm;

typedef struct Options {
    Action action;
    const char *source;
    char *const *arguments; // of the script, or of the action
    int argument_count;
    bool interactive;    // -i: a REPL, after the script
    double timeout;      // seconds; 0: none
    size_t memory_limit; // bytes; 0: default
    bool json;           // --format=json: errors are JSON, one object a line
    bool no_warnings;    // --no-warnings
    bool rewrite;        // conc fmt -w: into the files
    bool only_check;     // conc fmt --check: names of files that would change
    DocForm doc_form;
    char problem[200];
} Options;

// Reads argv. Nothing is allocated; the result points into argv.
Options options_read(int argc, char **argv);

// "64M", "1.5G", "100000" in bytes. False where it is no size.
bool size_parse(const char *text, size_t *bytes);

#endif
