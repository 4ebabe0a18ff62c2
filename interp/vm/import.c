// SPDX-License-Identifier: MIT
//
// Importing. Vm.modules maps a module's key, its bare name or the real path of its file, to the module. It
// is entered before its text runs: a circle of imports ends at a module that has run half, as in Python,
// instead of going round. A module whose text fails is taken out again, so that the next import tries anew.
#include "vm/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/translate.h"
#include "object/error.h"
#include "object/map.h"
#include "object/str.h"
#include "vm/call.h"
#include "vm/hint.h"
#include "vm/load.h"
#include "vm/prelude.h"
#include "vm/vm.h"

static bool is_path(const Str *name) {
    return strchr(str_data(name), '/') ||
           (name->size > 5 && strcmp(str_data(name) + name->size - 5, ".conc") == 0);
}

// The path of a file that is named beside the importing file.
static void path_beside(const Str *importer, const char *name, Text *out) {
    const char *slash = importer ? strrchr(str_data(importer), '/') : NULL;
    if (name[0] != '/' && slash)
        text_append(out, str_data(importer), (size_t)(slash - str_data(importer)) + 1);
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    text_string(out, name);
}

static Str *module_name_of(Fiber *fiber, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *start = slash ? slash + 1 : path;
    size_t size = strlen(start);
    if (size > 5 && strcmp(start + size - 5, ".conc") == 0)
        size -= 5;
    return str_intern(fiber_runtime(fiber), fiber->heap, start, size);
}

static Value broken_import(Fiber *fiber, const char *path, Text *diagnostics) {
    // The diagnostics have their own places; the error tells which import met them.
    size_t size = diagnostics->length;
    while (size > 0 && diagnostics->data[size - 1] == '\n')
        size--;
    throw_error(fiber, ERROR_ImportError, "%s has errors:\n%.*s\nimported here:", path, (int)size,
                text_data(diagnostics));
    text_free(diagnostics);
    return VALUE_UNDEF;
}

// Compiles the text of a module, and makes the module: *main runs it. NULL with the error.
static ModuleObject *load_module(Fiber *fiber, Str *path, const char *text, size_t size,
                                 bool embedded, Closure **main) {
    Vm *vm = fiber_vm(fiber);
    Text diagnostics = {0};
    Unit *unit;
    UnitOptions options = vm_unit_options(vm);
    if (unit_compile(str_data(path), text, size, &options, &unit, &diagnostics) != UNIT_OK) {
        broken_import(fiber, str_data(path), &diagnostics);
        return NULL;
    }
    unit->embedded = embedded;
    if (!prelude_ensure(vm, fiber, unit)) {
        unit_free(unit);
        return NULL;
    }
    ModuleObject *module = module_new(fiber->heap, module_name_of(fiber, str_data(path)),
                                      unit->code->global_count + 1);
    module->path = path;
    *main = unit_load(vm, fiber, unit, module);
    vm_set_arguments(vm, fiber, module);
    return module;
}

// Runs the text of a module, which is registered under `key` before that.
static Value run_module(Fiber *fiber, Str *key, Str *path, const char *text, size_t size,
                        bool embedded) {
    Closure *main;
    ModuleObject *module = load_module(fiber, path, text, size, embedded, &main);
    if (!module)
        return VALUE_UNDEF;
    Map *modules = value_to_map(slot_get(&fiber_vm(fiber)->modules));
    Value v = value_from_ref(module);
    if (!map_set_str(fiber, modules, key, v))
        return VALUE_UNDEF;
    if (vm_call(fiber, value_from_ref(main), NULL, 0) != VALUE_UNDEF)
        return v;
    Value error = error_take(fiber), ignored; // a module whose top level failed is not kept
    map_delete(fiber, modules, value_from_ref(key), &ignored);
    return throw_instance(fiber, error);
}

static Value import_file(Fiber *fiber, Str *name) {
    const Frame *frame = &fiber->frames[fiber->frame_count - 1];
    Text beside = {0};
    path_beside(frame->closure->proto->module->path, str_data(name), &beside);
    char *real = realpath(text_data(&beside), NULL);
    Str *path = str_from_text(fiber->heap, &beside);
    text_free(&beside);
    if (!real) {
        throw_error(fiber, ERROR_ImportError, "cannot import '%s': %s", str_data(path),
                    translate(strerror(errno)));
        return error_hint(fiber, "a path is looked up beside the file that imports it");
    }
    Str *key = str_from_c(fiber->heap, real);
    free(real);
    Value known = map_get_str(value_to_map(slot_get(&fiber_vm(fiber)->modules)), key);
    if (known != VALUE_UNDEF)
        return known;
    char *text;
    size_t size;
    if (!vm_read_file(str_data(path), &text, &size))
        return throw_error(fiber, ERROR_ImportError, "cannot import '%s': %s", str_data(path),
                           translate(strerror(errno)));
    Value v = run_module(fiber, key, path, text, size, false);
    free(text);
    return v;
}

static const char *embedded_text(Vm *vm, const char *name, size_t *size) {
    return vm->options.embedded_module ? vm->options.embedded_module(name, size) : NULL;
}

static Str *embedded_path(Fiber *fiber, const char *name) {
    return str_format(fiber->heap, "<%s>", name);
}

Value import_embedded(Fiber *fiber, const char *name) {
    size_t size;
    const char *text = embedded_text(fiber_vm(fiber), name, &size);
    if (!text)
        return throw_error(fiber, ERROR_ImportError, "no module named '%s'", name);
    Closure *main;
    ModuleObject *module = load_module(fiber, embedded_path(fiber, name), text, size, true, &main);
    if (!module || vm_call(fiber, value_from_ref(main), NULL, 0) == VALUE_UNDEF)
        return VALUE_UNDEF;
    return value_from_ref(module);
}

Value import_module(Fiber *fiber, Str *name) {
    if (is_path(name))
        return import_file(fiber, name);
    Vm *vm = fiber_vm(fiber);
    Value known = map_get_str(value_to_map(slot_get(&vm->modules)), name);
    if (known != VALUE_UNDEF)
        return known;
    size_t size;
    const char *text = embedded_text(vm, str_data(name), &size);
    if (!text) {
        throw_error(fiber, ERROR_ImportError, "no module named '%s'", str_data(name));
        hint_module(fiber, name);
        return VALUE_UNDEF;
    }
    return run_module(fiber, name, embedded_path(fiber, str_data(name)), text, size, true);
}

Value import_name(Fiber *fiber, Value v, const Str *name) {
    const ModuleObject *module = (ModuleObject *)value_to_ref(v);
    Value found = module_get(module, name);
    if (found != VALUE_UNDEF)
        return found;
    throw_error(fiber, ERROR_ImportError, "cannot import name '%s' from '%s'", str_data(name),
                str_data(module->name));
    hint_import(fiber, module, name);
    return VALUE_UNDEF;
}
