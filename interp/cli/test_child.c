// SPDX-License-Identifier: MIT
//
// The child leads a process group of its own, so that its parent can end it with all that it has started,
// and dies with its parent.
#include "cli/test_child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/vm_options.h"
#include "process/signals.h"
#include "vm/test.h"

static void stand_alone(const TestChild *child) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent)
        _exit(STATUS_ERROR); // it has died before
}

// A test has no standard input: which of several would read it?
static void redirect(const TestChild *child) {
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(child->output, STDOUT_FILENO);
    dup2(child->output, STDERR_FILENO);
    close(nothing);
    close(child->output);
}

static uint32_t run(Vm *vm, const TestChild *child) {
    const TestFile *file = child->file;
    switch (vm_run_test(vm, file->name, file->text, file->size, child->number)) {
    case TEST_PASSED: return VERDICT_PASSED;
    case TEST_FAILED: return VERDICT_FAILED;
    case TEST_BROKEN: return VERDICT_BROKEN;
    }
    return VERDICT_NONE;
}

// Signals wait until there is somebody whom they can reach.
_Noreturn void test_child_run(const TestChild *child) {
    stand_alone(child);
    redirect(child);
    VmOptions options = command_vm_options();
    options.memory_limit = child->memory_limit;
    options.report = child->report;
    Vm *vm = vm_new(&options);
    vm->colour = child->colour;
    signals_install(vm->world);
    sigprocmask(SIG_SETMASK, &child->signals, NULL);
    store_seq(child->verdict, run(vm, child));
    _exit(STATUS_DONE);
}
