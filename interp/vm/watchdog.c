// SPDX-License-Identifier: MIT
//
// The watchdog sleeps on a futex until the earlier of its two times. Who changes a time changes the
// futex word after it, so that it is looked at again.
#include "vm/watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/os.h"
#include "base/service.h"
#include "base/translate.h"
#include "sync/registry.h"
#include "vm/vm.h"

// --- the pthread ---

static void ask(Watchdog *dog) {
    char text[160];
    store_relaxed(&dog->ask_at, UINT64_MAX);
    if (!script_end(dog->vm, STATUS_TIMEOUT, NULL))
        return;
    int length = snprintf(text, sizeof text, translate("conc: the script ran longer than %g s\n"),
                          dog->limit);
    os_write_all(STDERR_FILENO, text, (size_t)length);
}

static void force(const Watchdog *dog) {
    World *world = dog->vm->world;
    const ProcessHooks *processes = load_acquire(&world->runtime->registry->processes);
    if (processes)
        processes->terminate_all(world, SIGKILL);
    _exit(load_relaxed(&dog->vm->exit_status));
}

static void *watchdog_main(void *argument) {
    Watchdog *dog = argument;
    while (!load_seq(&dog->ending)) {
        uint32_t news = load_seq(&dog->news);
        uint64_t ask_at = load_seq(&dog->ask_at), force_at = load_seq(&dog->force_at);
        uint64_t now = os_now();
        if (now >= force_at)
            force(dog);
        else if (now >= ask_at)
            ask(dog);
        else if (!load_seq(&dog->ending))
            os_futex_wait(&dog->news, news, ask_at < force_at ? ask_at : force_at);
    }
    return NULL;
}

// --- for the others ---

void watchdog_init(Watchdog *dog, Vm *vm) {
    *dog = (Watchdog){.vm = vm};
    store_relaxed(&dog->ask_at, UINT64_MAX);
    store_relaxed(&dog->force_at, UINT64_MAX);
}

static void tell(Watchdog *dog) {
    add_seq(&dog->news, 1);
    os_futex_wake(&dog->news, 1);
}

// Without a pthread (the system has no more) the clock is not looked at. `runs` is set before, as the
// watchdog itself looks at it: its time may be over at once.
static void start(Watchdog *dog) {
    store_relaxed(&dog->ending, false);
    store_relaxed(&dog->runs, true);
    registry_share(dog->vm->world->runtime->registry);
    if (!service_start(&dog->pthread, watchdog_main, dog))
        store_relaxed(&dog->runs, false);
}

void watchdog_ask(Watchdog *dog, double seconds) {
    dog->limit = seconds;
    store_seq(&dog->ask_at, deadline_after(seconds));
    start(dog);
}

void watchdog_force(Watchdog *dog, double seconds) {
    store_seq(&dog->force_at, deadline_after(seconds));
    if (load_relaxed(&dog->runs))
        tell(dog);
    else
        start(dog);
}

void watchdog_end(Watchdog *dog) {
    store_seq(&dog->ask_at, UINT64_MAX);
    store_seq(&dog->force_at, UINT64_MAX);
    if (!load_relaxed(&dog->runs))
        return;
    store_seq(&dog->ending, true);
    tell(dog);
    pthread_join(dog->pthread, NULL);
    store_relaxed(&dog->runs, false);
}
