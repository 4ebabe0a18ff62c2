// SPDX-License-Identifier: MIT
//
// A test is the second thing that the main fiber runs: the script's top level comes first, so that all of
// its names are there. What the top level has started and what runs still belongs to the script; what the test
// starts has to have ended when its body ends.
#include "vm/test.h"

#include "base/translate.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/function.h"
#include "sync/leftover.h"
#include "sync/registry.h"
#include "syntax/diagnostic.h"
#include "vm/proto.h"
#include "vm/run.h"
#include "vm/trace.h"

static void give_out(Vm *vm, Text *text) {
    writer_put(vm->world->writer, vm_report_fd(vm), text_data(text), text->length);
    text_free(text);
}

static void say_exit(Vm *vm, int status, const char *what) {
    Text line = {0}, out = {0};
    text_format(&line, translate("exit(%d) ended %s"), status, translate(what));
    diagnostic_head(&out, text_data(&line), NULL, vm->colour);
    text_free(&line);
    give_out(vm, &out);
}

// What the main fiber is to run has ended: true if without an error. Else that is reported.
static bool run(Vm *vm, Fiber *fiber, const char *what) {
    thread_run_until_ended(vm->thread, fiber);
    int asked = load_relaxed(&vm->exit_status);
    Value error = fiber->error == VALUE_UNDEF ? VALUE_UNDEF : error_take(fiber);
    if (asked >= 0) {
        say_exit(vm, asked, what);
        return false;
    }
    if (error == VALUE_UNDEF)
        return true;
    error_report(fiber, error);
    if (load_relaxed(&vm->deadlocked))
        handles_report_unpicked(fiber); // they may be why nobody came any more
    return false;
}

static Proto *test_proto(const Unit *unit) {
    for (uint32_t i = 0; i < unit->proto_count; i++)
        if (unit->protos[i]->code == unit->code->test)
            return unit->protos[i];
    return NULL;
}

static void start_test(Fiber *fiber, const Unit *unit) {
    fiber->ended = false;
    fiber->result = VALUE_UNDEF;
    fiber->start[0] = value_from_ref(closure_new(fiber->heap, test_proto(unit), 0));
    fiber->start[1] = VALUE_NIL;
}

// True if nothing was left. The hint names the remedies, one for each kind of thing.
static bool left_nothing(Vm *vm, Fiber *fiber, const Leftovers *before) {
    Text list = {0}, out = {0};
    size_t count = leftovers_describe(fiber, before, END_GRACE, &list);
    if (count > 0) {
        diagnostic_head(&out, translate("the test has left something behind"), NULL, vm->colour);
        text_indent(&out, "  ", &list);
        diagnostic_hint(
            &out,
            translate("join, await or cancel what a test starts, close its pools and release its "
                      "locks"),
            vm->colour);
        give_out(vm, &out);
    }
    text_free(&list);
    return count == 0;
}

static TestVerdict run_test(Vm *vm, Fiber *fiber, const Unit *unit) {
    Leftovers before;
    leftovers_note(fiber, &before);
    start_test(fiber, unit);
    bool passed = run(vm, fiber, MESSAGE("the test")) && left_nothing(vm, fiber, &before);
    leftovers_free(fiber, &before);
    handles_report_unpicked(fiber);
    return passed && !load_relaxed(&vm->failed) ? TEST_PASSED : TEST_FAILED;
}

TestVerdict vm_run_test(Vm *vm, const char *name, const char *text, size_t size, uint32_t number) {
    UnitOptions options = vm_unit_options(vm);
    options.test = number + 1;
    Unit *unit = vm_compile(vm, name, text, size, &options);
    Fiber *fiber = vm->thread->main_fiber;
    if (!unit || !vm_load_main(vm, fiber, unit, name))
        return TEST_BROKEN;
    TestVerdict verdict = TEST_BROKEN;
    if (run(vm, fiber, MESSAGE("the script before its tests")))
        verdict = run_test(vm, fiber, unit);
    vm->stuck = !handles_end_all(fiber, END_GRACE);
    watchdog_end(&vm->watchdog);
    return verdict;
}
