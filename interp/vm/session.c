// SPDX-License-Identifier: MIT
//
// Sessions. The module's table of slots never moves, as compiled code points into it: it is made as large
// as a module may get, and the system gives memory for what is used.
#include "vm/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/list.h"
#include "object/str.h"
#include "vm/load.h"
#include "vm/prelude.h"
#include "vm/run.h"

Session session_new(Vm *vm) {
    Fiber *fiber = vm->thread->main_fiber;
    Str *name = str_intern_c(vm->runtime, fiber->heap, "<main>");
    ModuleObject *module = module_new(fiber->heap, name, MODULE_MAX_SLOTS);
    slot_set(&vm->session, value_from_ref(module));
    vm_set_arguments(vm, fiber, module);
    return (Session){vm, fiber, module};
}

void session_name(Session *session, const char *path) {
    session->module->path = str_from_utf8_lossy(session->fiber->heap, path, strlen(path));
}

void session_set(Session *session, const char *name, Value v) {
    Str *interned = str_intern_c(session->vm->runtime, session->fiber->heap, name);
    module_set(session->module, interned, v);
}

static SessionStatus compile(Session *session, const char *name, const char *text, size_t size,
                             Unit **unit, Text *diagnostics) {
    const ModuleObject *module = session->module;
    CodeName *known = os_calloc(module->count + 1, sizeof *known);
    for (uint32_t i = 0; i < module->count; i++)
        known[i] = (CodeName){str_data(module->names[i]), (uint32_t)module->names[i]->size};
    UnitOptions options = vm_unit_options(session->vm);
    options.known = known;
    options.known_constant = module->constant;
    options.known_count = module->count;
    options.redeclare = options.give_last = true;
    options.json = session->vm->options.json;
    UnitStatus status = unit_compile(name, text, size, &options, unit, diagnostics);
    free(known);
    return status == UNIT_OK           ? SESSION_DONE
           : status == UNIT_INCOMPLETE ? SESSION_INCOMPLETE
                                       : SESSION_REFUSED;
}

SessionStatus session_check(Session *session, const char *text, size_t size, Text *diagnostics) {
    Unit *unit;
    SessionStatus status = compile(session, "<input>", text, size, &unit, diagnostics);
    if (status == SESSION_DONE)
        unit_free(unit);
    return status;
}

// Runs the main fiber, whose start is set. Its value, or UNDEF with its error.
static Value run(Session *session) {
    Fiber *fiber = session->fiber;
    fiber->ended = false;
    fiber->result = VALUE_NIL;
    thread_run_until_ended(session->vm->thread, fiber);
    return fiber->error == VALUE_UNDEF ? fiber->result : VALUE_UNDEF;
}

SessionStatus session_run(Session *session, const char *name, const char *text, size_t size,
                          Value *result, Text *diagnostics) {
    Unit *unit;
    SessionStatus status = compile(session, name, text, size, &unit, diagnostics);
    if (status != SESSION_DONE)
        return status;
    Fiber *fiber = session->fiber;
    if (!prelude_ensure(session->vm, fiber, unit)) {
        unit_free(unit);
        return SESSION_ERROR;
    }
    fiber->start[0] = value_from_ref(unit_load(session->vm, fiber, unit, session->module));
    fiber->start[1] = VALUE_NIL;
    *result = run(session);
    return *result == VALUE_UNDEF ? SESSION_ERROR : SESSION_DONE;
}

Value session_call(Session *session, const NativeSpec *spec, Value argument) {
    Fiber *fiber = session->fiber;
    List *arguments = list_new(fiber->heap, 1);
    if (argument != VALUE_UNDEF)
        list_append(fiber, arguments, argument);
    fiber->start[0] = value_from_ref(native_new(session->vm->runtime, fiber->heap, spec, NULL));
    fiber->start[1] = value_from_ref(arguments);
    return run(session);
}

bool session_is_over(const Session *session) {
    return load_relaxed(&session->vm->exit_status) >= 0 || session->vm->world->terminated;
}

void session_write(Session *session, int fd, Text *text) {
    writer_put(session->vm->world->writer, fd, text_data(text), text->length);
    text_free(text);
}

int session_end(Session *session, bool wait) {
    session->fiber->ended = false;
    return run_end(session->vm, session->fiber, wait);
}
