// SPDX-License-Identifier: MIT
//
// Vm: putting the layers together, and the life of a script from text to exit status.
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/list.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/handlers.h"
#include "process/spawn.h"
#include "sync/registry.h"
#include "vm/call.h"
#include "vm/load.h"
#include "vm/prelude.h"
#include "vm/run.h"
#include "vm/trace.h"

static void vm_trace(void *context, Tracer *tracer) {
    Vm *vm = context;
    trace_value(tracer, slot_get(&vm->modules));
    trace_value(tracer, slot_get(&vm->session));
    units_trace(vm, tracer);
}

bool vm_colour_wanted(void) {
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no && *no) || !term || strcmp(term, "dumb") == 0)
        return false;
    return isatty(STDERR_FILENO);
}

static void name_builtins(Vm *vm) {
    Runtime *runtime = vm->runtime;
    vm->builtin_names = os_calloc(runtime->builtin_count + 1, sizeof *vm->builtin_names);
    for (uint32_t i = 0; i < runtime->builtin_count; i++) {
        const Str *name = runtime->builtin_names[i];
        vm->builtin_names[i] = (CodeName){str_data(name), (uint32_t)name->size};
    }
}

static int asked_status(World *world) { return load_relaxed(&world->vm->exit_status); }

static void after_fork(World *world) {
    Vm *vm = world->vm;
    store_relaxed(&vm->exit_status, -1);
    store_relaxed(&vm->failed, false);
    store_relaxed(&vm->deadlocked, false);
    watchdog_init(&vm->watchdog, vm);
}

static Str *function_name(Closure *closure) { return closure->proto->name; }

static void set_hooks(Vm *vm) {
    Runtime *runtime = vm->runtime;
    runtime->call = vm_call;
    runtime->call_method = vm_call_method;
    runtime->prepare_call = vm_prepare_call;
    runtime->call_prepared = vm_call_prepared;
    runtime->poll = poll_answer;
    runtime->where = trace_where;
    runtime->place = trace_place;
    runtime->capture_trace = trace_capture;
    runtime->hint = trace_hint;
    runtime->note = trace_note;
    runtime->trace_text = trace_text;
    runtime->trace_from_text = trace_from_text;
    runtime->report = error_report;
    runtime->place_of = trace_place_of;
    runtime->function_name = function_name;
    runtime->takes_argument = call_takes_argument;
    runtime->asked_status = asked_status;
    runtime->after_fork = after_fork;
    heap_register_kind(vm->heap, KIND_TRACE, &trace_kind);
    heap_add_roots(vm->heap, vm_trace, vm);
}

Vm *vm_new(const VmOptions *options) {
    Vm *vm = os_calloc(1, sizeof *vm);
    vm->options = *options;
    store_relaxed(&vm->exit_status, -1);
    pthread_mutex_init(&vm->mutex, NULL);
    watchdog_init(&vm->watchdog, vm);
    warnings_init(&vm->warnings);
    HeapOptions heap_options = {.memory_limit = options->memory_limit, .stress = options->stress};
    vm->heap = heap_new(&heap_options);
    vm->world = world_new(vm->heap, &run_hooks);
    vm->world->vm = vm;
    vm->thread = thread_attach_new(vm->world);
    vm->world->main_thread = vm->thread;
    vm->runtime = runtime_new(vm->world, vm->thread->heap);
    sync_init(vm->runtime);
    vm->colour = vm_colour_wanted();
    set_hooks(vm);
    slot_set(&vm->modules, value_from_ref(map_new(vm->thread->heap)));
    slot_set(&vm->session, VALUE_NIL);
    if (options->install)
        options->install(vm->thread->main_fiber);
    name_builtins(vm);
    return vm;
}

void vm_free(Vm *vm) {
    watchdog_end(&vm->watchdog);
    handlers_free(vm->world);
    processes_free(vm->world);
    thread_pool_free(vm->world);
    sync_free(vm->runtime);
    thread_detach_free(vm->thread);
    world_free(vm->world);
    heap_free(vm->heap);
    runtime_free(vm->runtime);
    while (vm->units) {
        Unit *unit = vm->units;
        vm->units = unit->next;
        unit_free(unit);
    }
    free(vm->builtin_names);
    pthread_mutex_destroy(&vm->mutex);
    warnings_free(&vm->warnings);
    free(vm);
}

UnitOptions vm_unit_options(Vm *vm) {
    static const CodeName known[] = {{"args", 4}};
    return (UnitOptions){.builtins = vm->builtin_names,
                         .builtin_count = vm->runtime->builtin_count,
                         .known = known,
                         .known_count = 1,
                         .colour = vm->colour};
}

void vm_set_arguments(Vm *vm, Fiber *fiber, ModuleObject *module) {
    List *list = list_new(fiber->heap, 0);
    for (int i = 0; i < vm->options.argument_count; i++) {
        const char *text = vm->options.arguments[i];
        Str *s = str_from_utf8_lossy(fiber->heap, text, strlen(text));
        list_append(fiber, list, value_from_ref(s));
    }
    module_set(module, str_intern_c(vm->runtime, fiber->heap, "args"), value_from_ref(list));
}

bool vm_read_fd(int fd, char **text, size_t *size) {
    size_t capacity = 1 << 16, length = 0;
    char *data = os_malloc(capacity);
    for (;;) {
        ssize_t got = read(fd, data + length, capacity - length - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(data);
            return false;
        }
        if (got == 0)
            break;
        length += (size_t)got;
        if (capacity - length < 2)
            data = os_realloc(data, capacity *= 2);
    }
    data[length] = '\0';
    *text = data;
    *size = length;
    return true;
}

bool vm_read_file(const char *path, char **text, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = vm_read_fd(fd, text, size);
    int error = errno;
    close(fd);
    errno = error;
    return ok;
}

// --- running ---

int vm_report_fd(const Vm *vm) { return vm->options.report ? vm->options.report : STDERR_FILENO; }

static void print_diagnostics(const Vm *vm, Text *diagnostics) {
    os_write_all(vm_report_fd(vm), text_data(diagnostics), diagnostics->length);
    text_free(diagnostics);
}

Unit *vm_compile(Vm *vm, const char *name, const char *text, size_t size,
                 const UnitOptions *options) {
    Text diagnostics = {0};
    Unit *unit = NULL;
    UnitOptions how = *options;
    how.json = vm->options.json;
    unit_compile(name, text, size, &how, &unit, &diagnostics);
    if (diagnostics.length)
        print_diagnostics(vm, &diagnostics);
    return unit;
}

bool vm_load_main(Vm *vm, Fiber *fiber, Unit *unit, const char *name) {
    if (!prelude_ensure(vm, fiber, unit)) {
        unit_free(unit);
        error_report(fiber, error_take(fiber));
        return false;
    }
    ModuleObject *module = module_new(fiber->heap, str_intern_c(vm->runtime, fiber->heap, "<main>"),
                                      unit->code->global_count + 1);
    module->path = str_from_utf8_lossy(fiber->heap, name, strlen(name));
    fiber->start[0] = value_from_ref(unit_load(vm, fiber, unit, module));
    fiber->start[1] = VALUE_NIL;
    vm_set_arguments(vm, fiber, module);
    return true;
}

int vm_run_text(Vm *vm, const char *name, const char *text, size_t size) {
    UnitOptions options = vm_unit_options(vm);
    Unit *unit = vm_compile(vm, name, text, size, &options);
    if (!unit)
        return STATUS_USAGE;
    Fiber *fiber = vm->thread->main_fiber;
    return vm_load_main(vm, fiber, unit, name) ? run_script(vm, fiber) : STATUS_ERROR;
}

bool vm_compiles(Vm *vm, const char *name, const char *text, size_t size, Text *diagnostics) {
    UnitOptions options = vm_unit_options(vm);
    options.json = vm->options.json;
    options.warnings = !vm->options.no_warnings;
    Unit *unit;
    if (unit_compile(name, text, size, &options, &unit, diagnostics) != UNIT_OK)
        return false;
    unit_free(unit);
    return true;
}

int vm_check_text(Vm *vm, const char *name, const char *text, size_t size) {
    Text diagnostics = {0};
    bool ok = vm_compiles(vm, name, text, size, &diagnostics);
    print_diagnostics(vm, &diagnostics);
    return ok ? STATUS_DONE : STATUS_USAGE;
}

static bool print_result(Fiber *fiber) {
    Text out = {0};
    bool ok = value_to_text(fiber, fiber->result, &out);
    text_char(&out, '\n');
    if (ok && !writer_put(fiber->world->writer, STDOUT_FILENO, text_data(&out), out.length) &&
        errno != EPIPE) {
        throw_errno(fiber, errno, NULL);
        ok = false;
    }
    text_free(&out);
    return ok;
}

int vm_print_expression(Vm *vm, const char *text, size_t size) {
    UnitOptions options = vm_unit_options(vm);
    options.mode = UNIT_EXPRESSION;
    options.give_last = true;
    Unit *unit = vm_compile(vm, "<string>", text, size, &options);
    if (!unit)
        return STATUS_USAGE;
    Fiber *fiber = vm->thread->main_fiber;
    if (!vm_load_main(vm, fiber, unit, "<string>"))
        return STATUS_ERROR;
    int status = run_script(vm, fiber);
    if (status == STATUS_DONE && !print_result(fiber)) {
        error_report(fiber, error_take(fiber));
        status = STATUS_ERROR;
    }
    return status;
}
