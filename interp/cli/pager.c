// SPDX-License-Identifier: MIT
//
// The pager runs by the shell, as $PAGER may have options. It gets the options of less that git gives it: leave if
// all fits on one screen, let bold print through, leave the text on the screen.
#include "cli/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

static bool is_in_path(const char *program) {
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t size = strcspn(path, ":");
        Text file = {0};
        text_format(&file, "%.*s/%s", (int)size, path, program);
        bool found = access(text_data(&file), X_OK) == 0;
        text_free(&file);
        if (found)
            return true;
        path += size;
        path += *path == ':';
    }
    return false;
}

// NULL: none is wanted, or there is none.
static const char *pager_command(void) {
    if (!isatty(STDOUT_FILENO))
        return NULL;
    const char *pager = getenv("PAGER");
    if (!pager)
        return is_in_path("less") ? "less" : NULL;
    return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}

typedef void Handler(int);

// What a shell says of a command that it has not or cannot run.
static bool did_not_run(int status) {
    return status < 0 || (WIFEXITED(status) && WEXITSTATUS(status) >= 126);
}

// False: there is no such pager. One that is left early has been shown enough.
static bool page(const char *command, const Text *text) {
    setenv("LESS", "FRX", 0);
    fflush(stdout);
    FILE *pager = popen(command, "w");
    if (!pager)
        return false;
    // Ctrl-C is for the pager: if conc ended by it, the shell and the pager would share the terminal.
    Handler *interrupt = signal(SIGINT, SIG_IGN), *broken_pipe = signal(SIGPIPE, SIG_IGN);
    os_write_all(fileno(pager), text_data(text), text->length);
    int status = pclose(pager);
    signal(SIGINT, interrupt);
    signal(SIGPIPE, broken_pipe);
    return !did_not_run(status);
}

bool pager_show(const Text *text) {
    const char *command = pager_command();
    if (command && page(command, text))
        return true;
    return os_write_all(STDOUT_FILENO, text_data(text), text->length) || errno == EPIPE;
}

bool pager_bold_wanted(void) {
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
           !(no_colour && *no_colour);
}
