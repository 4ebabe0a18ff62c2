// SPDX-License-Identifier: MIT
//
// The module time, and the waiting call `sleep`. Points in time are floats in seconds since 1970
// (UTC); the clocks ending in _ns give integers. A time taken apart is a list in the order of
// Python's struct_time: [year, month, day, hour, minute, second, weekday (Monday 0), day of the year,
// summer time].
#include <time.h>

#include "native/argument.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "sync/wait.h"

// --- clocks ---

static int64_t clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static Value seconds_of(clockid_t clock) {
    return value_from_double((double)clock_ns(clock) * 1e-9);
}

Value time_time(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return seconds_of(CLOCK_REALTIME);
}

static Value time_time_ns(Fiber *fiber, Value *args, int count) {
    (void)args, (void)count;
    return integer_from_int64(fiber->heap, clock_ns(CLOCK_REALTIME));
}

static Value time_monotonic(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return seconds_of(CLOCK_MONOTONIC);
}

static Value time_monotonic_ns(Fiber *fiber, Value *args, int count) {
    (void)args, (void)count;
    return integer_from_int64(fiber->heap, clock_ns(CLOCK_MONOTONIC));
}

static Value time_process_time(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static Value time_thread_time(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)args, (void)count;
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

// --- sleep ---

static Value start_sleep(Fiber *fiber, Value v) {
    double seconds;
    if (!number_take_double(fiber, v, &seconds))
        return VALUE_UNDEF;
    if (isnan(seconds))
        return throw_value(fiber, "Invalid value NaN (not a number)");
    if (seconds < 0)
        return throw_value(fiber, "sleep length must be non-negative");
    if (seconds == 0 && !wait_suspends(fiber))
        return VALUE_NIL; // nobody else could have a turn
    if (seconds == 0)
        park_yield(fiber);
    else
        park_arm_own(fiber, PARK_SLEEP, VALUE_NIL, deadline_after(seconds));
    return VALUE_PARKED;
}

Value time_sleep(Fiber *fiber, Value *args, int count) {
    (void)count;
    WakeReason reason = park_outcome(fiber);
    switch (reason) {
    case WAKE_NONE: return start_sleep(fiber, args[1]);
    case WAKE_TIMEOUT:
    case WAKE_RETRY:
    case WAKE_HANDED: return VALUE_NIL;
    default: return wait_throw(fiber, reason);
    }
}

// A sleep as a case of a select: it stands in no queue, its end is its time-out.
static WaitStep sleep_step(Fiber *fiber, Value *args, int count, Waiter *waiter, Value *result) {
    (void)count;
    double seconds;
    *result = VALUE_UNDEF;
    if (waiter)
        return WAIT_ENTERED;
    if (!number_take_double(fiber, args[1], &seconds))
        return WAIT_DONE;
    if (seconds < 0)
        throw_value(fiber, "sleep length must be non-negative");
    return seconds < 0 ? WAIT_DONE : WAIT_NOT_NOW;
}

static WaitStep sleep_finish(Fiber *fiber, Value *args, int count, Waiter *waiter,
                             WakeReason reason, Value *result) {
    (void)fiber, (void)args, (void)count, (void)waiter, (void)reason, (void)result;
    return WAIT_NOT_NOW; // nobody ends it
}

static Value sleep_late(Fiber *fiber, Value *args) {
    (void)fiber, (void)args;
    return VALUE_NIL;
}

const WaitOps time_sleep_wait = {.call = time_sleep,
                                 .kind = PARK_SLEEP,
                                 .timeout = 1,
                                 .step = sleep_step,
                                 .finish = sleep_finish,
                                 .late = sleep_late};

// --- the calendar ---

static Value take_apart(Fiber *fiber, Value v, struct tm *(*convert)(const time_t *, struct tm *)) {
    double seconds = (double)clock_ns(CLOCK_REALTIME) * 1e-9;
    struct tm t;
    if (argument_given(v) && !number_take_double(fiber, v, &seconds))
        return VALUE_UNDEF;
    time_t whole = (time_t)floor(seconds);
    if (!(fabs(seconds) < 1e15) || !convert(&whole, &t))
        return throw_error(fiber, ERROR_OverflowError,
                           "timestamp out of range for platform time_t");
    Value fields[] = {value_from_int(t.tm_year + 1900),
                      value_from_int(t.tm_mon + 1),
                      value_from_int(t.tm_mday),
                      value_from_int(t.tm_hour),
                      value_from_int(t.tm_min),
                      value_from_int(t.tm_sec),
                      value_from_int((t.tm_wday + 6) % 7),
                      value_from_int(t.tm_yday + 1),
                      value_from_int(t.tm_isdst)};
    return value_from_ref(list_from(fiber->heap, fields, 9));
}

static Value time_localtime(Fiber *fiber, Value *args, int count) {
    (void)count;
    return take_apart(fiber, args[1], localtime_r);
}

static Value time_gmtime(Fiber *fiber, Value *args, int count) {
    (void)count;
    return take_apart(fiber, args[1], gmtime_r);
}

// A list of time fields as C has them. False with TypeError or ValueError.
static bool put_together(Fiber *fiber, Value v, struct tm *out) {
    int64_t f[9];
    if (!value_is_list(v) || list_length(value_to_list(v)) != 9) {
        throw_type(fiber, "a list of 9 time fields is required, as localtime() gives it");
        return false;
    }
    for (size_t i = 0; i < 9; i++) {
        Value field = list_get(value_to_list(v), i);
        if (!argument_int64(fiber, field == VALUE_UNDEF ? VALUE_NIL : field, &f[i]))
            return false;
        if (f[i] < INT32_MIN / 2 || f[i] > INT32_MAX / 2) {
            throw_value(fiber, "time field out of range");
            return false;
        }
    }
    *out = (struct tm){.tm_year = (int)f[0] - 1900,
                       .tm_mon = (int)f[1] - 1,
                       .tm_mday = (int)f[2],
                       .tm_hour = (int)f[3],
                       .tm_min = (int)f[4],
                       .tm_sec = (int)f[5],
                       .tm_wday = (int)((f[6] + 1) % 7),
                       .tm_yday = (int)f[7] - 1,
                       .tm_isdst = (int)f[8]};
    return true;
}

static Value time_mktime(Fiber *fiber, Value *args, int count) {
    (void)count;
    struct tm t;
    if (!put_together(fiber, args[1], &t))
        return VALUE_UNDEF;
    return value_from_double((double)mktime(&t));
}

static bool fields_in_range(const struct tm *t) {
    return t->tm_mon >= 0 && t->tm_mon < 12 && t->tm_mday >= 1 && t->tm_mday <= 31 &&
           t->tm_hour >= 0 && t->tm_hour < 24 && t->tm_min >= 0 && t->tm_min < 60 &&
           t->tm_sec >= 0 && t->tm_sec <= 61 && t->tm_wday >= 0 && t->tm_wday < 7 &&
           t->tm_yday >= 0 && t->tm_yday < 366;
}

static Value time_strftime(Fiber *fiber, Value *args, int count) {
    (void)count;
    struct tm t;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "strftime() argument 1 must be str, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    Value fields = argument_given(args[2]) ? args[2] : take_apart(fiber, VALUE_NIL, localtime_r);
    if (!put_together(fiber, fields, &t))
        return VALUE_UNDEF;
    if (!fields_in_range(&t))
        return throw_value(fiber, "time field out of range");
    char text[4096];
    // An empty result and a failure look alike; a format with a space more cannot give nothing.
    Str *format =
        str_format(fiber->heap, "%s ", str_terminated(fiber->heap, value_to_str(args[1]))->own);
    if (format->size > sizeof text / 4)
        return throw_value(fiber, "the format is too long");
    size_t size = strftime(text, sizeof text, str_data(format), &t);
    return value_from_ref(str_from_utf8_lossy(fiber->heap, text, size ? size - 1 : 0));
}

const char time_doc[] = "Clocks and dates, as Python's time has them. Times are seconds.\n"
                        "    from time import monotonic\n"
                        "    let start = monotonic()\n"
                        "    print(\"${monotonic() - start:.1f} s\")";

const NativeSpec time_functions[] = {
    {"gmtime", time_gmtime, "seconds=nil", 0,
     "A point in time (seconds since 1970-01-01 00:00 UTC; now, if left out) taken apart, in UTC: "
     "[year, month, day, hour, minute, second, weekday (Monday is 0), day of the year, 0]. "
     "OverflowError if it is too far away.\n"
     "    gmtime(0)[0]   # 1970"},
    {"localtime", time_localtime, "seconds=nil", 0,
     "As gmtime(), in local time; the last field is 1 in summer time.\n"
     "    let hour = localtime()[3]"},
    {"mktime", time_mktime, "fields", 0,
     "The point in time, in seconds, of fields in local time, as localtime() gives them. TypeError "
     "for other lists.\n"
     "    mktime(localtime(60))   # 60.0"},
    {"monotonic", time_monotonic, "", 0,
     "Seconds of a clock that is never set back, as a float.\n"
     "    let start = monotonic()"},
    {"monotonic_ns", time_monotonic_ns, "", 0,
     "As monotonic(), in whole nanoseconds.\n"
     "    monotonic_ns()"},
    {"perf_counter", time_monotonic, "", 0,
     "Seconds of the clock for measuring, as a float.\n"
     "    let start = perf_counter()"},
    {"perf_counter_ns", time_monotonic_ns, "", 0,
     "As perf_counter(), in whole nanoseconds.\n"
     "    perf_counter_ns()"},
    {"process_time", time_process_time, "", 0,
     "Seconds that this process has computed, all its threads together.\n"
     "    process_time()"},
    {"sleep", time_sleep, "seconds", NATIVE_WAITS, TIME_SLEEP_DOC},
    {"strftime", time_strftime, "format, fields=nil", 0,
     "Fields (now, if left out) as text, by C's format letters. ValueError for impossible fields.\n"
     "    strftime(\"%Y-%m-%d\", gmtime(0))   # \"1970-01-01\""},
    {"thread_time", time_thread_time, "", 0,
     "Seconds that this thread has computed.\n"
     "    thread_time()"},
    {"time", time_time, "", 0, TIME_TIME_DOC},
    {"time_ns", time_time_ns, "", 0,
     "As time(), in whole nanoseconds.\n"
     "    time_ns()"},
    {NULL, NULL, NULL, 0, NULL}};
