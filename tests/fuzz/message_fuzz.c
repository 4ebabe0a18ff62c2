// SPDX-License-Identifier: MIT
//
// Fuzz target: whatever the bytes that a child sends, reading them gives a value or says no. A value
// can be printed and sent again, and what is read then writes the same bytes.
//
// An input is what stands behind a message's header, and now and then the whole message. One Vm, whose
// script has made some classes, serves many inputs: so leaks can only be told at the end (-detect_leaks=0).
#include <stdlib.h>
#include <string.h>

#include "native/install.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/root.h"
#include "process/message.h"
#include "sched/thread.h"
#include "vm/vm.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

enum { INPUTS_EACH_VM = 2000, MEMORY = 256 << 20, TAG_LIMIT = 200 };

static const char script[] = "class Point { fn init() { self.x = 1 } }\n"
                             "class Key { fn init() { self.n = 0 }\n"
                             "    fn hash() { return self.n }\n"
                             "    fn eq(other) { return self.n == other.n } }\n"
                             "class Odd { fn hash() { throw ValueError('no') }\n"
                             "    fn str() { return [self][0].x } }\n"
                             "class Own extends Error { }\n";

static Vm *vm;
static Fiber *fiber;

static void check(bool condition) {
    if (!condition)
        abort();
}

// ---- The Vm --------------------------------------------------------------------------------------

static void root_classes(void) {
    Runtime *runtime = vm->runtime;
    for (size_t i = 0; i < runtime->class_count; i++)
        root_push(fiber, value_from_ref(runtime->classes[i]));
}

static void end_vm(void) { vm_free(vm); }

static void renew_vm(void) {
    if (vm)
        end_vm();
    else
        atexit(end_vm);
    VmOptions options = {.memory_limit = MEMORY, .install = natives_install};
    vm = vm_new(&options);
    fiber = vm->thread->main_fiber;
    check(vm_run_text(vm, "fuzz.conc", script, sizeof script - 1) == STATUS_DONE);
    root_classes();
}

// ---- Reading and writing -------------------------------------------------------------------------

static void forget_error(void) {
    if (fiber->error != VALUE_UNDEF)
        error_take(fiber);
}

static Value read_message(const char *data, size_t size) {
    MessageKind kind;
    Value v = VALUE_UNDEF;
    MessageStatus status = message_read(fiber, data, size, &kind, &v);
    check((status == MESSAGE_THREW) == (fiber->error != VALUE_UNDEF));
    forget_error();
    return status == MESSAGE_OK ? v : VALUE_UNDEF;
}

static void write_twice(Value v) {
    Text first = {0}, second = {0};
    if (message_write(fiber, MESSAGE_RESULT, v, UINT32_MAX, &first)) {
        Value again = read_message(first.data, first.length);
        if (again != VALUE_UNDEF) {
            check(message_write(fiber, MESSAGE_RESULT, again, UINT32_MAX, &second));
            check(first.length == second.length && !memcmp(first.data, second.data, first.length));
        }
    }
    forget_error();
    text_free(&first);
    text_free(&second);
}

static void print(Value v) {
    Text out = {0};
    (void)value_repr(fiber, v, &out);
    forget_error();
    text_free(&out);
}

static void read_and_use(const char *data, size_t size) {
    uint32_t mark = root_mark(fiber);
    Value v = read_message(data, size);
    if (v != VALUE_UNDEF) {
        root_push(fiber, v);
        write_twice(v);
        print(v);
    }
    root_release(fiber, mark);
    thread_safepoint(vm->thread);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned inputs;
    if (inputs++ % INPUTS_EACH_VM == 0)
        renew_vm();
    Text message = {0};
    char header[MESSAGE_HEADER] = {'C', 'O', 'N', 'C', 1, MESSAGE_RESULT};
    for (int i = 0; i < 8; i++)
        header[8 + i] = (char)((uint64_t)size >> (8 * i));
    text_append(&message, header, sizeof header);
    text_append(&message, (const char *)data, size);
    check(message_size(message.data, message.length) == message.length);
    read_and_use(message.data, message.length);
    text_free(&message);
    (void)message_size((const char *)data, size);
    read_and_use((const char *)data, size);
    return 0;
}

// ---- Mutations -----------------------------------------------------------------------------------

static uint64_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % limit;
}

static void put_number(Text *out, uint64_t n) {
    for (; n >= 128; n >>= 7)
        text_char(out, (char)(n | 128));
    text_char(out, (char)n);
}

static void put_text(Text *out) {
    static const char *const texts[] = {
        "",        "x",     "n",
        "message", "cause", "trace",
        "a:b",     "-ff",   "a text that is long enough to be shared, \xE5\x87\xBD"};
    const char *text = texts[random_below(sizeof texts / sizeof *texts)];
    put_number(out, strlen(text));
    text_string(out, text);
}

static void put_class(Text *out) {
    const Runtime *runtime = vm->runtime;
    size_t count = runtime->class_count, last = count < 8 ? count : 8;
    size_t at =
        random_below(4) ? count - 1 - random_below((uint32_t)last) : random_below((uint32_t)count);
    put_number(out, runtime->classes[at]->id);
}

static void put_value(Text *out, int depth);

static void put_values(Text *out, uint32_t count, int depth) {
    while (count--)
        put_value(out, depth + 1);
}

static void put_instance(Text *out, int depth) {
    uint32_t layout = random_below(3), count = random_below(4);
    put_number(out, layout);
    if (random_below(3)) { // where it is a new one
        put_class(out);
        put_number(out, count);
        for (uint32_t i = 0; i < count; i++)
            put_text(out);
    }
    put_values(out, count, depth);
}

// A value much as a child writes it; its numbers of layouts and of what was seen are guesses.
static void put_value(Text *out, int depth) {
    static const char tags[] = "ntfuiIdsSblmeroocT==";
    char tag = tags[random_below(depth > 6 ? 8 : sizeof tags - 1)];
    uint32_t count = random_below(4);
    text_char(out, tag);
    switch (tag) {
    case 'i': put_number(out, (uint64_t)random_state >> random_below(64)); break;
    case 'd': text_append(out, (const char *)&random_state, sizeof random_state); break;
    case 'I':
    case 's':
    case 'S':
    case 'b':
    case 'T': put_text(out); break;
    case 'l':
        put_number(out, count);
        put_values(out, count, depth);
        break;
    case 'm':
        put_values(out, 2 * count, depth);
        text_char(out, '.');
        break;
    case 'e':
        put_values(out, count, depth);
        text_char(out, '.');
        break;
    case 'r':
        for (int i = 0; i < 3; i++)
            text_char(out, 'i'), put_number(out, random_below(20));
        break;
    case 'o': put_instance(out, depth); break;
    case 'c': put_class(out); break;
    case '=': put_number(out, random_below(6)); break;
    default: break;
    }
}

// Half of the changes put a made value somewhere in place of some bytes.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    random_state = seed;
    if (!vm || random_below(2))
        return LLVMFuzzerMutate(data, size, capacity);
    Text made = {0};
    put_value(&made, 0);
    size_t at = random_below((uint32_t)size + 1), gone = random_below((uint32_t)(size - at) + 1);
    if (random_below(4) == 0)
        at = 0, gone = size;
    if (size - gone + made.length <= capacity) {
        memmove(data + at + made.length, data + at + gone, size - at - gone);
        memcpy(data + at, made.data, made.length);
        size = size - gone + made.length;
    }
    text_free(&made);
    return size;
}
