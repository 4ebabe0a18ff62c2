// SPDX-License-Identifier: MIT
//
// The report of a failed assert. It is put together before the error is thrown, as the printed forms may run
// script code that throws by itself.
#include "vm/assertion.h"

#include "base/translate.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "vm/call.h"
#include "vm/difference.h"
#include "vm/trace.h"
#include "vm/unit.h"

enum { COLUMNS = 200, LONG_COLUMNS = 60 }; // of a value; from where on a difference is worth a line

typedef struct Report {
    Text source, values, difference;
} Report;

static void report_free(Report *report) {
    text_free(&report->source);
    text_free(&report->values);
    text_free(&report->difference);
}

static void source_of(Fiber *fiber, Text *out) {
    const Proto *proto = fiber->frames[fiber->frame_count - 1].closure->proto;
    unit_argument(proto->unit, proto->code, (uint32_t)(fiber->pc - 1 - proto->words), out);
    difference_fit(out, 0, COLUMNS);
}

static bool show_values(Fiber *fiber, const Value *values, uint32_t count, Report *report) {
    static const char *const names[2][2] = {{MESSAGE("the value is "), ""},
                                            {MESSAGE("left is "), MESSAGE(", right is ")}};
    for (uint32_t i = 0; i < count; i++) {
        text_string(&report->values, translate(names[count == 2][i]));
        if (!difference_show(fiber, values[i], COLUMNS, &report->values))
            return false;
    }
    return true;
}

static bool is_long(const Text *values) { return values->length > 2 * LONG_COLUMNS; }

static bool make_report(Fiber *fiber, const Value *values, uint32_t count, bool equal,
                        Report *report) {
    source_of(fiber, &report->source);
    if (!show_values(fiber, values, count, report))
        return false;
    if (!equal || count < 2 || !is_long(&report->values))
        return true;
    return difference_describe(fiber, values[0], values[1], &report->difference);
}

// Without a message the values are part of it, as whoever catches the error wants to see them, too.
static void throw_facts(Fiber *fiber, const Report *report) {
    if (report->values.length == 0)
        throw_error(fiber, ERROR_AssertionError, "assertion failed");
    else
        throw_error(fiber, ERROR_AssertionError, "assert(%s): %s", text_data(&report->source),
                    text_data(&report->values));
}

static void throw_message(Fiber *fiber, Value message) {
    Class *c = fiber_runtime(fiber)->errors[ERROR_AssertionError];
    throw_instance(fiber, value_from_ref(error_new(fiber, c, message)));
}

static void add_hint(Fiber *fiber, const Text *values, const Text *difference) {
    Text hint = {0};
    if (values)
        text_append(&hint, text_data(values), values->length);
    if (hint.length > 0 && difference->length > 0)
        text_string(&hint, translate("; "));
    text_append(&hint, text_data(difference), difference->length);
    if (hint.length > 0)
        trace_hint(fiber, str_from_text(fiber->heap, &hint));
    text_free(&hint);
}

void assertion_throw(Fiber *fiber, Value *row, uint32_t count, bool equal) {
    Report report = {0};
    Value message = row[0] == VALUE_UNDEF ? row[0] : value_to_str_value(fiber, row[0]);
    bool given = row[0] != VALUE_UNDEF;
    if (given && message == VALUE_UNDEF)
        return;
    row[0] = given ? message : VALUE_NIL; // keeps it alive
    if (make_report(fiber, row + 1, count, equal, &report)) {
        if (given)
            throw_message(fiber, message);
        else
            throw_facts(fiber, &report);
        add_hint(fiber, given ? &report.values : NULL, &report.difference);
    }
    report_free(&report);
}
