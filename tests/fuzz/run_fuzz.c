// SPDX-License-Identifier: MIT
//
// Fuzz target: whatever the script, running it ends in a status, never in a crash, and the interpreter
// looks at its poll word all the while. Each input gets a Vm of its own with little memory. A timer
// interrupts scripts that go on and on. Texts that reach for files or the terminal are passed over, as a
// fuzzer must not do such things. With CONC_FUZZ_SPAWN=1 only what starts processes is run, else all but that.
//
// With CONC_FUZZ_COUNTS=FILE it appends to FILE, now and then, what its inputs came to.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "native/install.h"
#include "native/stdlib.h"
#include "sched/thread.h"
#include "script_mutator.h"
#include "sync/registry.h"
#include "vm/vm.h"

enum {
    TURN_MICROSECONDS = 20000,
    TURNS = 150,   // then the process ends
    THREADS = 300, // as with more: a sanitizer has not the memory for what conc bears
    CHILDREN = 50,
    CHILD_SECONDS = 5,
    DEAF_TURNS = 500, // so long without a look at the poll word is a hang
    CANCEL_ROUNDS = 10,
    MEMORY = 64 << 20,
    COUNTS_EVERY = 500
};

static Vm *running;
static const char *running_text;
static int turns, deaf_turns;

// The rest of what CONC_FUZZ_COUNTS tells.
_Noreturn static void give_up(const char *why) {
    const char *path = getenv("CONC_FUZZ_COUNTS");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
    if (fd >= 0)
        dprintf(fd, "given up, as it %s:\n%s\n", why, running_text);
    _exit(0);
}

// A script that catches Interrupted again and again is ended with the process: the fuzzer's -fork=1
// goes on with the next.
static void on_alarm(int signal) {
    (void)signal;
    if (!running)
        return;
    bool deaf = load_relaxed(&running->thread->poll) & POLL_INTERRUPT;
    deaf_turns = deaf ? deaf_turns + 1 : 0;
    if (deaf_turns > DEAF_TURNS)
        abort();
    if (++turns > TURNS && !deaf)
        give_up("caught every Interrupted");
    if (running->world->thread_count > THREADS)
        give_up("started too many threads");
    thread_notify(running->thread, POLL_INTERRUPT);
}

// ---- Children ------------------------------------------------------------------------------------

static _Atomic unsigned *children; // of one input, grandchildren too; in shared memory

// In a child, which has no timer of its own.
static void in_child(void) {
    if (add_relaxed(children, 1) >= CHILDREN)
        _exit(0);
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS);
}

static void count_children(void) {
    if (!children) {
        children =
            mmap(NULL, sizeof *children, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pthread_atfork(NULL, NULL, in_child);
    }
    store_relaxed(children, 0);
}

// ---- What is run ---------------------------------------------------------------------------------

static bool has_one_of(const char *text, const char *const *words) {
    while (*words)
        if (strstr(text, *words++))
            return true;
    return false;
}

// Forking a process with a sanitizer is slow, so that processes have runs of their own. A detached one
// could go on for ever.
static bool out_of_bounds(const char *text) {
    static const char *const never[] = {"open", "input", "import", NULL},
                             *const starts[] = {"spawn", "Process", NULL},
                             *const outlives[] = {"detach", NULL};
    if (has_one_of(text, never))
        return true;
    if (!getenv("CONC_FUZZ_SPAWN"))
        return has_one_of(text, starts);
    return !has_one_of(text, starts) || has_one_of(text, outlives);
}

// ---- Counts --------------------------------------------------------------------------------------

static struct { unsigned inputs, run, compiled, done, failed, deadlocked, threads, tasks; } counts;

static void count(const Vm *vm, int status) {
    counts.run++;
    counts.compiled += vm->units != NULL;
    counts.done += status == STATUS_DONE;
    counts.failed += status == STATUS_ERROR;
    counts.deadlocked += status == STATUS_DEADLOCK;
    counts.threads += load_relaxed(&vm->world->shared);
    counts.tasks += vm->thread->has_tasks;
}

static void show_counts(void) {
    const char *path = getenv("CONC_FUZZ_COUNTS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fprintf(file,
            "%u inputs: run %u, compiled %u, done %u, failed %u, deadlocked %u, with threads %u, "
            "with tasks %u\n",
            counts.inputs, counts.run, counts.compiled, counts.done, counts.failed,
            counts.deadlocked, counts.threads, counts.tasks);
    fclose(file);
}

// ---- The target ----------------------------------------------------------------------------------

static void set_timer(int microseconds) {
    struct itimerval tick = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &tick, NULL);
}

static void run(const char *text, size_t size) {
    VmOptions options = {.memory_limit = MEMORY,
                         .install = natives_install,
                         .embedded_module = stdlib_text,
                         .stress = size % 8 == 0};
    Vm *vm = vm_new(&options);
    turns = deaf_turns = 0;
    running_text = text;
    running = vm;
    count_children();
    signal(SIGALRM, on_alarm);
    set_timer(TURN_MICROSECONDS);
    int status = vm_run_text(vm, "fuzz.conc", text, size);
    set_timer(0);
    running = NULL;
    // Each cancel ends one more sleep of a thread that catches Cancelled.
    for (int round = 0; vm->stuck && round < CANCEL_ROUNDS; round++)
        vm->stuck = !handles_end_all(vm->thread->main_fiber, 0.1);
    if (vm->stuck)
        give_up("threads were left that did not end");
    count(vm, status);
    vm_free(vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    if (strlen(text) == size && !out_of_bounds(text)) {
        script_harvest(text, size);
        run(text, size);
    }
    free(text);
    if (++counts.inputs % COUNTS_EVERY == 0)
        show_counts();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    return script_mutate((char *)data, size, capacity, seed, 95);
}
