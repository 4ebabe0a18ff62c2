// SPDX-License-Identifier: MIT
//
// The arena: pieces are zeroed, aligned, apart from each other, and stay where they are.
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

Test(arena, pieces_are_zeroed_aligned_and_apart) {
    enum { COUNT = 800 };
    static char *pieces[COUNT];
    static size_t sizes[COUNT];
    Arena arena = {0};
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = i * 37 % 1500;
        pieces[i] = arena_alloc(&arena, sizes[i]);
        cr_assert_eq((uintptr_t)pieces[i] % 16, 0);
        for (size_t k = 0; k < sizes[i]; k++)
            cr_assert_eq(pieces[i][k], 0);
        memset(pieces[i], (int)(i % 251) + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            cr_assert_eq((unsigned char)pieces[i][k], i % 251 + 1);
    arena_free(&arena);
    cr_expect_null(arena.chunks);
    cr_expect_null(arena.next);
    cr_expect_eq(arena.total, 0);
}

Test(arena, a_piece_of_no_bytes_has_an_address) {
    Arena arena = {0};
    char *nothing = arena_alloc(&arena, 0);
    cr_assert_not_null(nothing);
    char *something = arena_alloc(&arena, 1);
    cr_assert_not_null(something);
    cr_expect_not_null(arena_alloc(&arena, 0));
    arena_free(&arena);
}

Test(arena, large_pieces_do_not_waste_the_current_chunk) {
    Arena arena = {0};
    char *first = arena_alloc(&arena, 16);
    char *large = arena_alloc(&arena, 10 << 20);
    memset(large, 1, 10 << 20);
    char *second = arena_alloc(&arena, 16);
    cr_expect_eq(second, first + 16);
    cr_expect_eq(first[0], 0);
    cr_expect_lt(arena.total, (size_t)11 << 20);
    arena_free(&arena);
}

// The first piece of all may be larger than a chunk.
Test(arena, starts_with_a_large_piece) {
    Arena arena = {0};
    char *large = arena_alloc(&arena, 100000);
    memset(large, 1, 100000);
    char *small = arena_alloc(&arena, 10);
    cr_expect_eq(small[0], 0);
    arena_free(&arena);
}

Test(arena, grows_in_few_steps) {
    Arena arena = {0};
    size_t steps = 0, total = 0;
    for (size_t i = 0; i < 100000; i++) {
        arena_alloc(&arena, 48);
        steps += arena.total != total;
        total = arena.total;
    }
    cr_expect_lt(steps, 20);
    cr_expect_lt(total, (size_t)100000 * 48 * 2);
    arena_free(&arena);
}

Test(arena, copies_end_with_nul) {
    Arena arena = {0};
    cr_expect_str_eq(arena_copy(&arena, "abc", 2), "ab");
    cr_expect_str_eq(arena_copy(&arena, NULL, 0), "");
    int *numbers = arena_array(&arena, int, 10);
    cr_expect_eq(numbers[9], 0);
    arena_free(&arena);
}

Test(arena, can_be_used_again) {
    Arena arena = {0};
    for (int turn = 0; turn < 3; turn++) {
        char *piece = arena_alloc(&arena, 5000);
        for (int i = 0; i < 5000; i++)
            cr_assert_eq(piece[i], 0);
        memset(piece, 1, 5000);
        arena_free(&arena);
    }
}
