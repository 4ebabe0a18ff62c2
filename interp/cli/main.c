// SPDX-License-Identifier: MIT
//
// The command `conc`.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/translate.h"
#include "cli/doc.h"
#include "cli/explain.h"
#include "cli/failure.h"
#include "cli/fmt.h"
#include "cli/options.h"
#include "cli/test.h"
#include "cli/vm_options.h"
#include "process/signals.h"
#include "repl/repl.h"
#include "vm/vm.h"

static const char help_text[] = MESSAGE_LINES(
    "conc: a small language for processes, threads, tasks, locks and queues\n"
    "\n"
    "    conc                    try things at a prompt (from a pipe: run the script that comes)\n"
    "    conc FILE [ARG...]      run a script (also: conc run FILE); its `args` are the ARGs\n"
    "    conc -                  run the script that stands on standard input\n"
    "    conc -e TEXT [ARG...]   run a text\n"
    "    conc -p EXPRESSION      print the value of an expression\n"
    "    conc -c FILE...         only check the syntax and the names; warns as well\n"
    "    conc fmt FILE...        print scripts in the one style; with -w write them back, with "
    "--check\n"
    "                            only name those that would change (status 1)\n"
    "    conc doc [NAME]         what there is, or all of one name: conc doc queue, conc doc "
    "str.split\n"
    "    conc test PATH...       run the `test \"name\" { ... }` blocks of scripts, or of all in a "
    "folder\n"
    "    conc explain [NAME]     tell more on an error, with a wrong and a right program\n"
    "    conc --version          print the version\n"
    "    conc --help             print this\n"
    "\n"
    "Before the script:\n"
    "    -i                      go on at a prompt after the script, with its names\n"
    "    --timeout SECONDS       end a run that takes longer (status 124)\n"
    "    --max-memory SIZE       MemoryError beyond SIZE (64M, 2G)\n"
    "    --format json|text      how errors are shown: as JSON, one object a line, or as text\n"
    "    --no-warnings           print errors only\n"
    "\n"
    "For conc test, in any order with the paths:\n"
    "    --filter TEXT           only tests whose name contains TEXT; may be given again\n"
    "    --jobs N, -j N          so many at a time (default: the number of CPUs)\n"
    "    --repeat N              each test N times\n"
    "    --shuffle [SEED]        in another order, which the seed gives again\n"
    "    --timeout SECONDS       a test that takes longer fails (default: 60)\n"
    "    --tap, --junit FILE     results as TAP; and as XML for build servers, into FILE\n"
    "    --verbose, -v           name the tests that passed, too, and show what they printed\n"
    "\n"
    "Exit status: 0 done; 1 an error was not caught, or a test failed; 2 the script could not be "
    "run;\n"
    "3 deadlock; 124 --timeout; 130 interrupted; exit(n) gives n.\n");

static Vm *new_vm(const Options *options) {
    VmOptions how = command_vm_options();
    how.memory_limit = options->memory_limit;
    how.timeout = options->timeout;
    how.json = options->json;
    how.no_warnings = options->no_warnings;
    how.argument_count = options->argument_count;
    how.arguments = options->arguments;
    return vm_new(&how);
}

typedef int Run(Vm *vm, const char *name, const char *text, size_t size);

static int with_vm(const Options *options, Run *run, const char *name, const char *text,
                   size_t size) {
    Vm *vm = new_vm(options);
    signals_install(vm->world);
    int status = run(vm, name, text, size);
    signals_remove();
    vm_end_process(vm, status);
    return status;
}

static int print_text(Vm *vm, const char *name, const char *text, size_t size) {
    (void)name;
    return vm_print_expression(vm, text, size);
}

static int run_stdin(const Options *options, Run *run) {
    char *text;
    size_t size;
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "%s",
                translate("conc: reading a script from the terminal; Ctrl-D ends it\n"));
    if (!vm_read_fd(STDIN_FILENO, &text, &size))
        return command_failed("<stdin>", strerror(errno));
    int status = with_vm(options, run, "<stdin>", text, size);
    free(text);
    return status;
}

static int run_path(const Options *options, Run *run, const char *path) {
    char *text;
    size_t size;
    if (!strcmp(path, "-"))
        return run_stdin(options, run);
    if (!vm_read_file(path, &text, &size))
        return command_failed(path, strerror(errno));
    int status = with_vm(options, run, path, text, size);
    free(text);
    return status;
}

static int run_file(const Options *options, Run *run) {
    return run_path(options, run, options->source);
}

// conc -c FILE...
static int check_files(const Options *options) {
    int worst = run_file(options, vm_check_text);
    for (int i = 0; i < options->argument_count; i++) {
        int status = run_path(options, vm_check_text, options->arguments[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

static int show_doc(const Options *options) {
    Vm *vm = new_vm(options);
    int status = doc_run(options, vm);
    vm_end_process(vm, status);
    return status;
}

static void print_help(void) {
    char line[200];
    const char *rest = help_text, *shown;
    while ((shown = translate_line(&rest, line, sizeof line)))
        printf("%s\n", shown);
}

static int start_repl(const Options *options) {
    if (!options->interactive && !isatty(STDIN_FILENO))
        return run_stdin(options, vm_run_text);
    return with_vm(options, repl_run, NULL, NULL, 0);
}

int main(int argc, char **argv) {
    translate_choose();
    Options options = options_read(argc, argv);
    Run *run = options.interactive ? repl_run : vm_run_text;
    switch (options.action) {
    case ACTION_HELP: print_help(); return command_printed(STATUS_DONE);
    case ACTION_VERSION: printf("conc %s\n", CONC_VERSION); return command_printed(STATUS_DONE);
    case ACTION_USAGE:
        fprintf(stderr, translate("conc: %s (conc --help tells more)\n"), options.problem);
        return STATUS_USAGE;
    case ACTION_RUN_TEXT:
        return with_vm(&options, run, "<string>", options.source, strlen(options.source));
    case ACTION_PRINT:
        return with_vm(&options, print_text, "<string>", options.source, strlen(options.source));
    case ACTION_RUN_STDIN: return run_stdin(&options, vm_run_text);
    case ACTION_REPL: return start_repl(&options);
    case ACTION_RUN_FILE: return run_file(&options, run);
    case ACTION_CHECK: return check_files(&options);
    case ACTION_DOC: return show_doc(&options);
    case ACTION_FORMAT: return fmt_run(&options);
    case ACTION_TEST: return test_command(&options);
    case ACTION_EXPLAIN: return explain_run(options.source);
    }
    return STATUS_USAGE;
}
