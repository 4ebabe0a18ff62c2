// SPDX-License-Identifier: MIT
//
// conc fmt. A file that is written back is replaced as a whole: the new text goes into a file beside it, which
// then takes its name. So whoever reads it meanwhile sees the old text or the new one, and an interrupted run
// leaves the old one. A file that would not change is not touched.
#include "cli/fmt.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "cli/failure.h"
#include "layout/layout.h"
#include "syntax/diagnostic_json.h"
#include "vm/vm.h"

// ---- Writing back -----------------------------------------------------------------------------

// Gives the file at `path` what belongs to the script beside its text. Who may not give files away keeps them.
static bool take_attributes(int fd, const struct stat *script) {
    if (fchown(fd, script->st_uid, script->st_gid) != 0 && errno != EPERM)
        return false;
    return fchmod(fd, script->st_mode & 07777) == 0;
}

static bool fill(int fd, const struct stat *script, const Text *text) {
    bool ok = os_write_all(fd, text_data(text), text->length) && take_attributes(fd, script) &&
              fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

// False with errno; then the file is as it was. The path is one of realpath's.
static bool replace(const char *path, const Text *text) {
    char beside[PATH_MAX + 16];
    struct stat script;
    if (stat(path, &script) != 0 || access(path, W_OK) != 0)
        return false;
    int folder = (int)(strrchr(path, '/') - path);
    snprintf(beside, sizeof beside, "%.*s/.fmt-XXXXXX", folder, path);
    int fd = mkstemp(beside);
    if (fd < 0)
        return false;
    if (fill(fd, &script, text) && rename(beside, path) == 0)
        return true;
    int error = errno;
    unlink(beside);
    errno = error;
    return false;
}

// A link stays a link: what it leads to is replaced.
static int write_back(const char *path, const Text *text) {
    struct stat script;
    if (stat(path, &script) == 0 && !S_ISREG(script.st_mode))
        return command_failed(path, "not a regular file");
    char *real = realpath(path, NULL);
    bool ok = real && replace(real, text);
    int error = errno;
    free(real);
    return ok ? STATUS_DONE : command_failed(path, strerror(error));
}

// ---- One script -------------------------------------------------------------------------------

static int give_out(const Options *options, const Source *source, const char *path,
                    const Text *result) {
    bool same = result->length == source->length &&
                !memcmp(text_data(result), source->bytes, source->length);
    if (options->only_check) {
        if (!same)
            printf("%s\n", source->name);
        return same ? STATUS_DONE : STATUS_ERROR;
    }
    if (options->rewrite)
        return same ? STATUS_DONE : write_back(path, result);
    fwrite(text_data(result), 1, result->length, stdout);
    return STATUS_DONE;
}

static int show_errors(const Options *options, const Source *source, Diagnostics *errors) {
    Text text = {0};
    if (options->json)
        diagnostics_json(&text, source, errors);
    else
        diagnostics_render(&text, source, errors, vm_colour_wanted());
    os_write_all(STDERR_FILENO, text_data(&text), text.length);
    text_free(&text);
    return STATUS_USAGE;
}

static int format(const Options *options, const Source *source, const char *path) {
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Text result = {0};
    int status = STATUS_USAGE;
    switch (layout_source(source, &errors, &result)) {
    case LAYOUT_DONE: status = give_out(options, source, path, &result); break;
    case LAYOUT_ERRORS: status = show_errors(options, source, &errors); break;
    case LAYOUT_TOO_LARGE:
        status = command_failed(source->name, "the result would be larger than a script may be");
        break;
    case LAYOUT_DIFFERS:
        status =
            command_failed(source->name, "internal error: the result would mean something else; "
                                         "nothing was changed");
        break;
    }
    text_free(&result);
    arena_free(&arena);
    return status;
}

static int format_file(const Options *options, const char *path) {
    bool is_stdin = !strcmp(path, "-");
    const char *name = is_stdin ? "<stdin>" : path;
    char *text;
    size_t size;
    if (is_stdin ? !vm_read_fd(STDIN_FILENO, &text, &size) : !vm_read_file(path, &text, &size))
        return command_failed(name, strerror(errno));
    Source *source = source_new(name, text, size);
    free(text);
    int status = format(options, source, path);
    source_free(source);
    return status;
}

int fmt_run(const Options *options) {
    int worst = STATUS_DONE;
    for (int i = 0; i < options->argument_count; i++) {
        int status = format_file(options, options->arguments[i]);
        worst = status > worst ? status : worst;
    }
    return command_printed(worst);
}
