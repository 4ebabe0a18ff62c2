// SPDX-License-Identifier: MIT
//
// A stand-in for criterion with the same spelling, for builds in which criterion does not run (the
// thread sanitizer). Tests run one after another in one process; the first failed assertion
// ends it. Options of a test (.timeout and the like) are passed over. An argument that is not an
// option runs only the tests whose "suite/name" contains it.
#ifndef CONC_TESTS_CRITERION_H
#define CONC_TESTS_CRITERION_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct StandInTest {
    struct StandInTest *next;
    const char *name;
    void (*run)(void);
} StandInTest;

static StandInTest *stand_in_tests, **stand_in_last = &stand_in_tests;

#define Test(suite, test, ...)                                                                     \
    static void suite##_##test##_run(void);                                                        \
    __attribute__((constructor)) static void suite##_##test##_add(void) {                          \
        static StandInTest self = {NULL, #suite "/" #test, suite##_##test##_run};                  \
        *stand_in_last = &self;                                                                    \
        stand_in_last = &self.next;                                                                \
    }                                                                                              \
    static void suite##_##test##_run(void)

#define stand_in_check(condition, text)                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, text);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
#define cr_assert(condition, ...)        stand_in_check(condition, #condition)
#define cr_assert_not(condition, ...)    stand_in_check(!(condition), "not " #condition)
#define cr_assert_eq(a, b, ...)          stand_in_check((a) == (b), #a " == " #b)
#define cr_assert_neq(a, b, ...)         stand_in_check((a) != (b), #a " != " #b)
#define cr_assert_lt(a, b, ...)          stand_in_check((a) < (b), #a " < " #b)
#define cr_assert_leq(a, b, ...)         stand_in_check((a) <= (b), #a " <= " #b)
#define cr_assert_gt(a, b, ...)          stand_in_check((a) > (b), #a " > " #b)
#define cr_assert_geq(a, b, ...)         stand_in_check((a) >= (b), #a " >= " #b)
#define cr_assert_null(a, ...)           stand_in_check((a) == NULL, #a " is NULL")
#define cr_assert_not_null(a, ...)       stand_in_check((a) != NULL, #a " is not NULL")
#define cr_assert_str_eq(a, b, ...)      stand_in_check(strcmp((a), (b)) == 0, #a " == " #b)
#define cr_assert_str_neq(a, b, ...)     stand_in_check(strcmp((a), (b)) != 0, #a " != " #b)
#define cr_assert_float_eq(a, b, e, ...) stand_in_check(fabs((a) - (b)) <= (e), #a " == " #b)
#define cr_assert_fail(...)              stand_in_check(false, "fail")
#define cr_assert_arr_eq(a, b, n, ...)   stand_in_check(memcmp((a), (b), (n)) == 0, #a " == " #b)
#define cr_expect                        cr_assert
#define cr_expect_not                    cr_assert_not
#define cr_expect_eq                     cr_assert_eq
#define cr_expect_neq                    cr_assert_neq
#define cr_expect_lt                     cr_assert_lt
#define cr_expect_leq                    cr_assert_leq
#define cr_expect_gt                     cr_assert_gt
#define cr_expect_geq                    cr_assert_geq
#define cr_expect_null                   cr_assert_null
#define cr_expect_not_null               cr_assert_not_null
#define cr_expect_str_eq                 cr_assert_str_eq
#define cr_expect_str_neq                cr_assert_str_neq
#define cr_expect_float_eq               cr_assert_float_eq
#define cr_expect_arr_eq                 cr_assert_arr_eq
#define cr_log_info(...)                 ((void)0)

int main(int argc, char **argv) {
    const char *only = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
    int count = 0;
    for (StandInTest *test = stand_in_tests; test; test = test->next) {
        if (!strstr(test->name, only))
            continue;
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        test->run();
        clock_gettime(CLOCK_MONOTONIC, &end);
        fprintf(stderr, "%s (%.2f s)\n", test->name,
                (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
        count++;
    }
    fprintf(stderr, "%d tests have passed\n", count);
    return count > 0 ? 0 : 1;
}

#endif
