// SPDX-License-Identifier: MIT
//
// Fuzz target: whatever the script, running it ends in a status, never in a crash. Each input gets a
// Vm of its own with little memory. A timer interrupts scripts that go on and on; texts that reach for
// processes, files, the terminal or long sleeps are passed over, as a fuzzer must not do such things.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "native/install.h"
#include "native/stdlib.h"
#include "sched/thread.h"
#include "vm/vm.h"

enum { TURN_MICROSECONDS = 20000, TURNS = 50, MEMORY = 64 << 20 };

static Vm *running;
static int turns;

// A script that catches Interrupted again and again is ended with the process: the fuzzer's -fork=1
// goes on with the next.
static void on_alarm(int signal) {
    (void)signal;
    if (++turns > TURNS)
        _exit(0);
    if (running)
        thread_notify(running->thread, POLL_INTERRUPT);
}

static bool out_of_bounds(const char *text) {
    static const char *const words[] = {"spawn", "Process", "open",   "input", "exit",
                                        "sleep", "import",  "detach", "kill",  "timeout"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    if (strlen(text) == size && !out_of_bounds(text)) {
        VmOptions options = {.memory_limit = MEMORY,
                             .install = natives_install,
                             .embedded_module = stdlib_text,
                             .stress = size % 8 == 0};
        struct itimerval tick = {{0, TURN_MICROSECONDS}, {0, TURN_MICROSECONDS}},
                         none = {{0, 0}, {0, 0}};
        running = vm_new(&options);
        turns = 0;
        signal(SIGALRM, on_alarm);
        setitimer(ITIMER_REAL, &tick, NULL);
        vm_run_text(running, "fuzz.conc", text, size);
        setitimer(ITIMER_REAL, &none, NULL);
        Vm *vm = running;
        running = NULL;
        vm_free(vm);
    }
    free(text);
    return 0;
}
