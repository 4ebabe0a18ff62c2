// SPDX-License-Identifier: MIT
//
// The plan: files are looked for, read, checked once, and their tests listed from the tree.
#include "cli/test_plan.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "cli/failure.h"
#include "cli/vm_options.h"
#include "syntax/parse.h"
#include "vm/vm.h"

// ---- Files ------------------------------------------------------------------------------------

typedef struct Search {
    TestPlan *plan;
    bool named; // on the command line itself, not found in a folder
} Search;

static void *add_item(void *items, size_t *count, size_t size) {
    if ((*count & (*count - 1)) == 0) // the room doubles at each power of two
        items = os_realloc(items, (*count ? 2 * *count : 1) * size);
    memset((char *)items + *count * size, 0, size);
    ++*count;
    return items;
}

static TestFile *add_file(TestPlan *plan, const char *name) {
    plan->files = add_item(plan->files, &plan->file_count, sizeof *plan->files);
    TestFile *file = &plan->files[plan->file_count - 1];
    file->name = strdup(name);
    return file;
}

static void file_is_broken(TestPlan *plan, TestFile *file, const char *why) {
    if (why)
        command_failed(file->name, why);
    file->broken = true;
    plan->broken_count++;
}

static bool is_known(const TestPlan *plan, const struct stat *attributes) {
    for (size_t i = 0; i < plan->file_count; i++)
        if (plan->files[i].text && plan->files[i].device == attributes->st_dev &&
            plan->files[i].inode == attributes->st_ino)
            return true;
    return false;
}

static TestFile *read_stdin(TestPlan *plan) {
    TestFile *file = add_file(plan, "<stdin>");
    if (!vm_read_fd(STDIN_FILENO, &file->text, &file->size))
        file_is_broken(plan, file, strerror(errno));
    return file;
}

// NULL: it is in the plan already.
static TestFile *read_file(TestPlan *plan, const char *path) {
    struct stat attributes;
    bool there = stat(path, &attributes) == 0;
    if (there && is_known(plan, &attributes))
        return NULL;
    TestFile *file = add_file(plan, path);
    if (!there || !vm_read_file(path, &file->text, &file->size)) {
        file_is_broken(plan, file, strerror(errno));
        return file;
    }
    file->device = attributes.st_dev;
    file->inode = attributes.st_ino;
    return file;
}

// ---- Tests of a file --------------------------------------------------------------------------

static bool contains(const Bytes *name, const char *part) {
    return memmem(name->data, name->length, part, strlen(part)) != NULL;
}

static bool is_wanted(const TestOptions *options, const Bytes *name) {
    for (int i = 0; i < options->filter_count; i++)
        if (contains(name, options->filters[i]))
            return true;
    return options->filter_count == 0;
}

// On one line, as a name is shown in reports.
static char *shown_name(const Bytes *name) {
    Text text = {0};
    for (uint32_t i = 0; i < name->length; i++) {
        unsigned char c = (unsigned char)name->data[i];
        if (c == '\n')
            text_string(&text, "\\n");
        else if (c == '\t')
            text_string(&text, "\\t");
        else if (c < 0x20 || c == 0x7f)
            text_format(&text, "\\x%02x", c);
        else
            text_char(&text, (char)c);
    }
    char *shown = strdup(text_data(&text));
    text_free(&text);
    return shown;
}

static void add_case(TestPlan *plan, const Source *source, const Stmt *stmt, uint32_t number) {
    plan->cases = add_item(plan->cases, &plan->case_count, sizeof *plan->cases);
    TestCase *test = &plan->cases[plan->case_count - 1];
    test->file = plan->file_count - 1;
    test->number = number;
    test->line = source_line_of(source, stmt->at.start);
    test->name = shown_name(&stmt->test.name);
}

// The file has been checked: it parses. How many tests it has.
static uint32_t list_tests(TestPlan *plan, const TestFile *file, const TestOptions *options) {
    Arena arena = {0};
    Diagnostics errors = {.arena = &arena};
    Source *source = source_new(file->name, file->text, file->size);
    Module *module;
    uint32_t count = 0;
    if (parse_source(source, PARSE_MODULE, &arena, &errors, &module) == PARSE_OK)
        for (uint32_t i = 0; i < module->body.count; i++) {
            const Stmt *stmt = module->body.items[i];
            if (stmt->kind != STMT_TEST)
                continue;
            if (is_wanted(options, &stmt->test.name))
                add_case(plan, source, stmt, count);
            count++;
        }
    source_free(source);
    arena_free(&arena);
    return count;
}

static void take_file(Search *search, TestFile *file, const TestOptions *options, Vm *vm) {
    if (!file || file->broken)
        return;
    if (vm_check_text(vm, file->name, file->text, file->size) != STATUS_DONE) {
        file_is_broken(search->plan, file, NULL);
        return;
    }
    size_t before = search->plan->case_count;
    uint32_t count = list_tests(search->plan, file, options);
    search->plan->tested_count += search->plan->case_count > before;
    search->plan->found += count;
    if (count > 0 || !search->named)
        return;
    command_failed(file->name, "no tests (one is written `test \"name\" { ... }`)");
    search->plan->said_none = true;
}

// ---- Folders ----------------------------------------------------------------------------------

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_script(const FTSENT *entry) {
    size_t size = strlen(entry->fts_name);
    return entry->fts_info == FTS_F && entry->fts_name[0] != '_' && size > 5 &&
           !strcmp(entry->fts_name + size - 5, ".conc");
}

static bool is_hidden(const FTSENT *entry) {
    return entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';
}

// Scripts that have a leading underscore are for others to import.
static void take_folder(Search *search, const char *path, const TestOptions *options, Vm *vm) {
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    FTSENT *entry;
    while (walk && (entry = fts_read(walk))) {
        if (is_hidden(entry))
            fts_set(walk, entry, FTS_SKIP);
        else if (is_script(entry))
            take_file(search, read_file(search->plan, entry->fts_path), options, vm);
        else if (entry->fts_info == FTS_DNR)
            file_is_broken(search->plan, add_file(search->plan, entry->fts_path),
                           strerror(entry->fts_errno));
    }
    if (walk)
        fts_close(walk);
}

// ---- The order --------------------------------------------------------------------------------

// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same order everywhere.
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void shuffle(TestPlan *plan, uint64_t seed) {
    for (size_t left = plan->case_count; left > 1; left--) {
        size_t other = (size_t)(next_random(&seed) % left);
        TestCase last = plan->cases[left - 1];
        plan->cases[left - 1] = plan->cases[other];
        plan->cases[other] = last;
    }
}

void test_plan_make(TestPlan *plan, const TestOptions *options) {
    VmOptions how = command_vm_options();
    Vm *vm = vm_new(&how); // for the check only: tests have their own
    *plan = (TestPlan){0};
    for (int i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        struct stat attributes;
        Search search = {.plan = plan, .named = true};
        if (!strcmp(path, "-")) {
            take_file(&search, read_stdin(plan), options, vm);
        } else if (stat(path, &attributes) == 0 && S_ISDIR(attributes.st_mode)) {
            search.named = false;
            take_folder(&search, path, options, vm);
        } else {
            take_file(&search, read_file(plan, path), options, vm);
        }
    }
    vm_free(vm);
    if (options->shuffle)
        shuffle(plan, options->seed);
}

void test_plan_free(TestPlan *plan) {
    for (size_t i = 0; i < plan->file_count; i++) {
        free(plan->files[i].name);
        free(plan->files[i].text);
    }
    for (size_t i = 0; i < plan->case_count; i++) {
        free(plan->cases[i].name);
        text_free(&plan->cases[i].result.why);
        text_free(&plan->cases[i].result.output);
    }
    free(plan->files);
    free(plan->cases);
}
