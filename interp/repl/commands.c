// SPDX-License-Identifier: MIT
//
// The commands, one function each, and the table of them.
#include "repl/commands.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/os.h"
#include "base/spelling.h"
#include "base/translate.h"
#include "code/compile.h"
#include "native/topics.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "sync/overview.h"
#include "vm/help.h"
#include "vm/proto.h"

enum { HELP_WIDTH = 80 };

// ---- What runs ------------------------------------------------------------------------------------

static void show_running(Repl *repl, const char *argument) {
    (void)argument;
    Overview overview;
    Text text = {0};
    overview_take(repl->session.fiber, &overview);
    if (overview_others(&overview) == 0)
        text_string(&text, translate("nothing but the REPL runs\n"));
    else
        overview_print(&overview, &text);
    session_write(&repl->session, STDOUT_FILENO, &text);
    overview_free(&overview);
}

static void end_running(Repl *repl, const char *argument) {
    char *end;
    unsigned long long id = strtoull(argument, &end, 10);
    if (!isdigit((unsigned char)*argument) || *end) {
        repl_say(repl, ":kill takes the number that :ps shows: `:kill 3`");
        return;
    }
    if (id == 1) {
        repl_say(repl, "1 is the main thread, which runs this REPL: `:quit` ends it");
        return;
    }
    switch (overview_end(repl->session.fiber, id)) {
    case OVERVIEW_CANCELLED: repl_say(repl, "%llu is cancelled", id); break;
    case OVERVIEW_KILLED: repl_say(repl, "%llu was sent SIGKILL", id); break;
    case OVERVIEW_UNKNOWN:
        repl_say(repl, "nothing with the number %llu runs; :ps shows what does", id);
    }
}

// ---- Files ----------------------------------------------------------------------------------------

static void load(Repl *repl, const char *path) {
    char *text;
    size_t size;
    if (!vm_read_file(path, &text, &size)) {
        repl_say(repl, "%s: %s", path, translate(strerror(errno)));
        return;
    }
    char *kept = strdup(path);
    free(repl->loaded);
    repl->loaded = kept;
    repl_evaluate(repl, kept, text, size);
    free(text);
}

static void load_again(Repl *repl, const char *argument) {
    (void)argument;
    char *path = repl->loaded ? strdup(repl->loaded) : NULL;
    if (path)
        load(repl, path);
    else
        repl_say(repl, "nothing was loaded yet: `:load FILE`");
    free(path);
}

static bool write_file(const char *path, const Text *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    bool ok = os_write_all(fd, text_data(text), text->length);
    return close(fd) == 0 && ok;
}

// What may be typed twice here need not be a script: then that is said.
static void save(Repl *repl, const char *path) {
    Text all = {0}, errors = {0};
    for (size_t i = 0; i < repl->accepted_count; i++)
        text_append(&all, text_data(&repl->accepted[i].text), repl->accepted[i].text.length);
    if (!write_file(path, &all)) {
        repl_say(repl, "%s: %s", path, translate(strerror(errno)));
    } else if (vm_compiles(repl->session.vm, path, text_data(&all), all.length, &errors)) {
        repl_say(repl, "saved in %s", path);
    } else {
        repl_say(repl, "saved in %s; as a script it has errors:", path);
        session_write(&repl->session, STDERR_FILENO, &errors);
    }
    text_free(&errors);
    text_free(&all);
}

// ---- Looking at values ----------------------------------------------------------------------------

static double cpu_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void format_time(double seconds, char *out, size_t capacity) {
    if (seconds < 1e-3)
        snprintf(out, capacity, "%.1f us", seconds * 1e6);
    else if (seconds < 1)
        snprintf(out, capacity, "%.2f ms", seconds * 1e3);
    else
        snprintf(out, capacity, "%.3f s", seconds);
}

static void measure(Repl *repl, const char *text) {
    Value value;
    char wall[40], cpu[40];
    double cpu_before = cpu_seconds();
    uint64_t before = os_now();
    if (!repl_value(repl, text, strlen(text), &value))
        return;
    format_time((double)(os_now() - before) / 1e9, wall, sizeof wall);
    format_time(cpu_seconds() - cpu_before, cpu, sizeof cpu);
    repl_show(repl, value);
    repl_say(repl, "took %s (processor: %s)", wall, cpu);
}

static void show_type(Repl *repl, const char *text) {
    Value value;
    if (repl_value(repl, text, strlen(text), &value))
        repl_say(repl, "%s", value_type_name(repl->session.vm->runtime, value));
}

static const Closure *closure_of(Value v) {
    if (value_is_kind(v, KIND_BOUND))
        v = ((Bound *)value_to_ref(v))->function;
    if (value_is_kind(v, KIND_CLASS))
        v = ((Class *)value_to_ref(v))->init;
    return value_is_kind(v, KIND_CLOSURE) ? (Closure *)value_to_ref(v) : NULL;
}

static void disassemble(Repl *repl, const char *text) {
    Value value;
    Text listing = {0};
    if (!repl_value(repl, text, strlen(text), &value))
        return;
    const Closure *closure = closure_of(value);
    if (closure)
        code_disassemble(closure->proto->code, &listing);
    else
        text_format(&listing, translate("%s is not a function that is written in conc\n"), text);
    session_write(&repl->session, STDOUT_FILENO, &listing);
}

// A statement's text, if it has one of that name: `?select`.
static bool show_topic(Repl *repl, const char *name) {
    const Topic *topic = topic_find(name);
    Text text = {0};
    if (!topic)
        return false;
    text_format(&text, "%s\n", topic->form);
    help_lay_out(topic->doc, "    ", HELP_WIDTH, &text);
    session_write(&repl->session, STDOUT_FILENO, &text);
    return true;
}

static bool is_expression(Repl *repl, const char *text) {
    Text diagnostics = {0};
    bool ok = session_check(&repl->session, text, strlen(text), &diagnostics) == SESSION_DONE;
    text_free(&diagnostics);
    return ok;
}

// `lock` and `queue` are both, a statement and a value.
static void show_help(Repl *repl, const char *name) {
    Text call = {0};
    Value value;
    bool topic = show_topic(repl, name);
    if (!is_expression(repl, name)) {
        if (!topic)
            repl_say(repl, "there is nothing called %s", name);
        return;
    }
    text_format(&call, "help(%s)", name);
    repl_value(repl, text_data(&call), call.length, &value);
    text_free(&call);
}

// ---- The table ------------------------------------------------------------------------------------

static void quit(Repl *repl, const char *argument) {
    (void)argument;
    repl->over = true;
}

static void show_commands(Repl *repl, const char *argument);

const ReplCommand repl_commands[] = {
    {":ps", "", MESSAGE("what runs, what each waits for, and where"), show_running},
    {":kill", "ID", MESSAGE("cancel a thread, task or process; a process once more: SIGKILL"),
     end_running},
    {":load", "FILE", MESSAGE("run a script as if it were typed here"), load},
    {":reload", "", MESSAGE("the same with the file that was loaded last"), load_again},
    {":save", "FILE", MESSAGE("write what was typed and has run into a file"), save},
    {":time", "EXPR", MESSAGE("evaluate, and say how long it took"), measure},
    {":type", "EXPR", MESSAGE("the type of a value"), show_type},
    {":dis", "NAME", MESSAGE("the bytecode of a function"), disassemble},
    {":help", "", MESSAGE("this"), show_commands},
    {":quit", "", MESSAGE("end the REPL, as Ctrl-D does"), quit},
    {0},
};

static void show_commands(Repl *repl, const char *argument) {
    Text text = {0};
    (void)argument;
    text_string(
        &text,
        translate("Type statements or expressions; the value of an expression is printed, and is "
                  "`_` then.\n"
                  "`_err` is the last error. What is not complete goes on in the next line.\n\n"));
    for (const ReplCommand *c = repl_commands; c->name; c++)
        text_format(&text, "    %-8s%-6s  %s\n", c->name, c->argument, translate(c->help));
    text_string(&text, translate("    ?NAME           what a function is for: help(NAME)\n\n"
                                 "Tab completes; Ctrl-R searches what was typed before; Ctrl-C "
                                 "ends what runs, or leaves the line.\n"));
    session_write(&repl->session, STDOUT_FILENO, &text);
}

static void unknown(Repl *repl, const char *name, size_t size) {
    Spelling search;
    spelling_start(&search, name, size);
    for (const ReplCommand *c = repl_commands; c->name; c++)
        spelling_try(&search, c->name, strlen(c->name));
    if (search.nearest)
        repl_say(repl, "there is no command %.*s; did you mean %s?", (int)size, name,
                 search.nearest);
    else
        repl_say(repl, "there is no command %.*s; :help shows what there is", (int)size, name);
}

// Calls the command `name`, of `size` bytes, with what follows it.
static void dispatch(Repl *repl, const char *name, size_t size, const char *argument) {
    for (const ReplCommand *c = repl_commands; c->name; c++) {
        if (strlen(c->name) != size || memcmp(c->name, name, size) != 0)
            continue;
        if (*c->argument && !*argument)
            repl_say(repl, "%s needs an argument: `%s %s`", c->name, c->name, c->argument);
        else
            c->run(repl, argument);
        return;
    }
    unknown(repl, name, size);
}

// What people type who want to leave, unless they have called something so.
static bool says_goodbye(Repl *repl, const char *input) {
    bool quit = strcmp(input, "quit") == 0 || strcmp(input, "quit()") == 0;
    bool found = quit ? !is_expression(repl, "quit") : strcmp(input, "exit") == 0;
    if (found)
        repl_say(repl, "Ctrl-D, :quit and exit() end the prompt");
    return found;
}

bool command_run(Repl *repl, const char *input) {
    input += strspn(input, " ");
    if (says_goodbye(repl, input))
        return true;
    if (*input != ':' && *input != '?')
        return false;
    size_t size = *input == '?' ? 1 : strcspn(input, " \n");
    char *argument = strdup(input + size + strspn(input + size, " "));
    size_t length = strlen(argument);
    while (length > 0 && strchr(" \n", argument[length - 1]))
        argument[--length] = '\0';
    if (*input != '?')
        dispatch(repl, input, size, argument);
    else if (length > 0)
        show_help(repl, argument);
    else
        show_commands(repl, "");
    free(argument);
    return true;
}
