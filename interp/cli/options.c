// SPDX-License-Identifier: MIT
//
// Options of conc itself stand before the script; everything after it is the script's.
#include "cli/options.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/translate.h"

bool size_parse(const char *text, size_t *bytes) {
    char *end;
    double number = strtod(text, &end);
    static const char units[] = "KMGT";
    if (end == text || !(number > 0))
        return false;
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (*end && !unit)
        return false;
    if (unit) {
        for (const char *u = units; u <= unit; u++)
            number *= 1024;
        end++;
        if (*end == 'i')
            end++;
        if (*end == 'B' || *end == 'b')
            end++;
    }
    if (*end || number >= (double)(SIZE_MAX / 2))
        return false;
    *bytes = (size_t)number;
    return *bytes > 0;
}

typedef struct Reader {
    char **next, **end;
    Options options;
} Reader;

static void problem(Reader *reader, const char *format, const char *word) {
    reader->options.action = ACTION_USAGE;
    snprintf(reader->options.problem, sizeof reader->options.problem, translate(format), word);
}

// The value of option `name`: what follows "=", or the next word. NULL with the problem noted.
static const char *option_value(Reader *reader, const char *word, const char *name) {
    const char *equals = strchr(word, '=');
    if (equals && word[1] == '-')
        return equals + 1;
    if (reader->next < reader->end)
        return *reader->next++;
    problem(reader, "%s needs a value", name);
    return NULL;
}

static void script_arguments(Reader *reader) {
    reader->options.arguments = reader->next;
    reader->options.argument_count = (int)(reader->end - reader->next);
}

static void take_action(Reader *reader, Action action, const char *word) {
    const char *value = option_value(reader, word, word);
    if (!value)
        return;
    reader->options.action = action;
    reader->options.source = value;
    script_arguments(reader);
}

static bool is_option(const char *word, const char *name) {
    size_t size = strlen(name);
    return strncmp(word, name, size) == 0 && (word[size] == '\0' || word[size] == '=');
}

static void take_timeout(Reader *reader, const char *word) {
    const char *value = option_value(reader, word, "--timeout");
    char *end;
    if (!value)
        return;
    reader->options.timeout = strtod(value, &end);
    if (end == value || *end || !(reader->options.timeout > 0) || isinf(reader->options.timeout))
        problem(reader, "--timeout takes a number of seconds above 0, not '%s'", value);
}

static void take_memory(Reader *reader, const char *word) {
    const char *value = option_value(reader, word, "--max-memory");
    if (value && !size_parse(value, &reader->options.memory_limit))
        problem(reader, "--max-memory takes a size as 64M or 2G, not '%s'", value);
}

static void take_error_format(Reader *reader, const char *word) {
    const char *value = option_value(reader, word, "--format");
    if (!value)
        return;
    reader->options.json = !strcmp(value, "json");
    if (!reader->options.json && strcmp(value, "text") != 0)
        problem(reader, "--format takes json or text, not '%s'", value);
}

// True where the word was an option that goes on (more may follow).
static bool take_setting(Reader *reader, const char *word) {
    if (is_option(word, "--timeout"))
        take_timeout(reader, word);
    else if (is_option(word, "--max-memory"))
        take_memory(reader, word);
    else if (is_option(word, "--format"))
        take_error_format(reader, word);
    else if (!strcmp(word, "-i"))
        reader->options.interactive = true;
    else if (!strcmp(word, "--no-warnings"))
        reader->options.no_warnings = true;
    else
        return false;
    return true;
}

static void take_last(Reader *reader, const char *word) {
    Options *options = &reader->options;
    if (!strcmp(word, "-e"))
        take_action(reader, ACTION_RUN_TEXT, word);
    else if (!strcmp(word, "-p"))
        take_action(reader, ACTION_PRINT, word);
    else if (!strcmp(word, "-c"))
        take_action(reader, ACTION_CHECK, word);
    else if (!strcmp(word, "--help") || !strcmp(word, "-h"))
        options->action = ACTION_HELP;
    else if (!strcmp(word, "--version") || !strcmp(word, "-V"))
        options->action = ACTION_VERSION;
    else if (word[0] == '-' && word[1] != '\0')
        problem(reader, "there is no option %s", word);
    else {
        options->action = strcmp(word, "-") ? ACTION_RUN_FILE : ACTION_RUN_STDIN;
        options->source = word;
        script_arguments(reader);
    }
}

static void take_file(Reader *reader) {
    if (reader->next == reader->end) {
        problem(reader, "%s needs the path of a script", "run");
        return;
    }
    const char *word = *reader->next++;
    reader->options.action = strcmp(word, "-") ? ACTION_RUN_FILE : ACTION_RUN_STDIN;
    reader->options.source = word;
    script_arguments(reader);
}

static bool has_stdin(const Options *options) {
    for (int i = 0; i < options->argument_count; i++)
        if (!strcmp(options->arguments[i], "-"))
            return true;
    return false;
}

// conc fmt [-w | --check] FILE...
static void take_format(Reader *reader) {
    Options *options = &reader->options;
    options->action = ACTION_FORMAT;
    while (reader->next < reader->end) {
        const char *word = *reader->next;
        if (word[0] != '-' || !word[1])
            break;
        reader->next++;
        if (!strcmp(word, "--"))
            break;
        if (!strcmp(word, "-w"))
            options->rewrite = true;
        else if (!strcmp(word, "--check"))
            options->only_check = true;
        else {
            problem(reader, "fmt has no option %s", word);
            return;
        }
    }
    script_arguments(reader);
    if (!options->argument_count)
        problem(reader, "%s needs the path of a script", "fmt");
    else if (options->rewrite && options->only_check)
        problem(reader, "fmt takes -w or --check, not %s", "both");
    else if (options->rewrite && has_stdin(options))
        problem(reader, "fmt %s needs files, not standard input", "-w");
}

static bool doc_form_named(const char *word, DocForm *form) {
    static const char *const names[] = {[DOC_MARKDOWN] = "--markdown", [DOC_NAMES] = "--names"};
    for (DocForm i = DOC_MARKDOWN; i <= DOC_NAMES; i++)
        if (!strcmp(word, names[i])) {
            *form = i;
            return true;
        }
    return false;
}

// conc doc [--markdown | --names | NAME]
static void take_doc(Reader *reader) {
    Options *options = &reader->options;
    options->action = ACTION_DOC;
    while (reader->next < reader->end && options->action == ACTION_DOC) {
        const char *word = *reader->next++;
        if (doc_form_named(word, &options->doc_form))
            continue;
        if (word[0] == '-')
            problem(reader, "doc has no option %s", word);
        else if (options->source)
            problem(reader, "doc takes one name, not also '%s'", word);
        else
            options->source = word;
    }
    if (options->action == ACTION_DOC && options->source && options->doc_form != DOC_TEXT)
        problem(reader, "doc takes no name with %s", translate("--markdown or --names"));
}

// conc run [OPTION...] FILE [ARG...]: options of conc may follow.
static void take_run(Reader *reader) {
    while (reader->next < reader->end && reader->options.action != ACTION_USAGE) {
        const char *word = *reader->next++;
        if (take_setting(reader, word))
            continue;
        if (strcmp(word, "--"))
            take_last(reader, word);
        else
            take_file(reader);
        return;
    }
    if (reader->options.action != ACTION_USAGE)
        problem(reader, "%s needs the path of a script", "run");
}

static void take_test(Reader *reader) {
    reader->options.action = ACTION_TEST;
    script_arguments(reader);
}

// conc explain [NAME]
static void take_explain(Reader *reader) {
    reader->options.action = ACTION_EXPLAIN;
    if (reader->next < reader->end)
        reader->options.source = *reader->next++;
    if (reader->next < reader->end)
        problem(reader, "explain takes one name, not also %s", *reader->next);
}

// The words that stand where a script's name could: a script called `fmt` is run as `conc run fmt`.
static const struct Command {
    const char *name;
    void (*take)(Reader *reader);
} commands[] = {{"run", take_run},
                {"fmt", take_format},
                {"doc", take_doc},
                {"explain", take_explain},
                {"test", take_test}};

static const struct Command *command_named(const char *word) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(word, commands[i].name))
            return &commands[i];
    return NULL;
}

Options options_read(int argc, char **argv) {
    Reader reader = {.next = argv + 1, .end = argv + argc};
    reader.options.action = ACTION_REPL;
    while (reader.next < reader.end && reader.options.action != ACTION_USAGE) {
        const char *word = *reader.next++;
        if (take_setting(&reader, word))
            continue;
        const struct Command *command = command_named(word);
        if (command)
            command->take(&reader);
        else if (!strcmp(word, "--"))
            take_file(&reader);
        else
            take_last(&reader, word);
        break;
    }
    return reader.options;
}
