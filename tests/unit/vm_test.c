// SPDX-License-Identifier: MIT
//
// A Vm as a host holds it: one after another in one process, and nothing of it left behind.
#include <criterion/criterion.h>

#include <dirent.h>
#include <string.h>

#include "base/os.h"
#include "native/install.h"
#include "native/stdlib.h"
#include "vm/vm.h"

static int run(const char *text, double timeout) {
    VmOptions options = {
        .install = natives_install, .embedded_module = stdlib_text, .timeout = timeout};
    Vm *vm = vm_new(&options);
    int status = vm_run_text(vm, "test.conc", text, strlen(text));
    cr_assert(!vm->stuck);
    vm_free(vm);
    return status;
}

static int thread_count(void) {
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(tasks));)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

// A thread that has been joined may be listed for a moment longer.
static void expect_threads(int count) {
    for (uint64_t end = os_now() + 1000000000u; thread_count() != count && os_now() < end;)
        os_yield();
    cr_assert_eq(thread_count(), count);
}

Test(vm, several_one_after_another, .timeout = 60) {
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(run("let t = thread { return 6 * 7 }\nassert(t.join() == 42)", 0),
                     STATUS_DONE);
        cr_assert_eq(run("assert(1 + 1 == 3)", 0), STATUS_ERROR);
    }
}

// What would end by force a script that does not end after exit() goes with the Vm, not with the process.
Test(vm, nothing_waits_to_end_the_process_after_exit, .timeout = 60) {
    int before = thread_count();
    cr_assert_eq(run("exit(7)", 0), 7);
    expect_threads(before);
}

Test(vm, a_time_limit_that_was_kept_ends_with_the_vm, .timeout = 60) {
    int before = thread_count();
    cr_assert_eq(run("let x = 1", 3600), STATUS_DONE);
    expect_threads(before);
}

Test(vm, a_time_limit_ends_a_script, .timeout = 60) {
    int before = thread_count();
    cr_assert_eq(run("while true { }", 0.05), STATUS_TIMEOUT);
    expect_threads(before);
}
