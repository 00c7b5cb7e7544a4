#include "base/arena.h"

#include "base/alloc.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_BLOCK = 3000 };

struct block {
    unsigned char *bytes;
    size_t n;
};

static size_t random_size(uint64_t i) {
    const struct random_block r = random_at(1, 2, i);
    switch (r.word[0] % 100) {
    case 0:
        return r.word[1] % 300000;
    case 1:
        return 0;
    default:
        return r.word[1] % 200;
    }
}

// The law of an arena: each block is zero when taken, aligned, and its own until the end.
static void blocks_are_zero_aligned_and_apart(void **state) {
    (void)state;
    static struct block block[N_BLOCK];
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < N_BLOCK; i++) {
        const size_t n = random_size(i);
        unsigned char *bytes = arena_take(&arena, n, 1);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(bytes[k], 0);
        }
        memset(bytes, (int)(i % 251) + 1, n);
        block[i] = (struct block){bytes, n};
    }
    size_t n_sum = 0;
    for (size_t i = 0; i < N_BLOCK; i++) {
        for (size_t k = 0; k < block[i].n; k++) {
            assert_int_equal(block[i].bytes[k], i % 251 + 1);
        }
        n_sum += block[i].n;
    }
    assert_in_range(arena.used_bytes, n_sum, n_sum + N_BLOCK * alignof(max_align_t));
    arena_fini(&arena);
}

static void the_cap_is_exact(void **state) {
    (void)state;
    for (size_t cap = 0; cap < 300; cap++) {
        struct arena arena;
        arena_init(&arena, cap);
        size_t n_taken = 0;
        while (arena_take(&arena, 1, 16)) {
            n_taken += 16;
        }
        assert_int_equal(n_taken, cap / 16 * 16);
        assert_int_equal(arena.used_bytes, n_taken);
        assert_true(arena.is_full);
        maru_error err;
        assert_int_equal(arena_refusal(&arena, &err), MARU_E_LIMIT);
        assert_int_equal(err.code, MARU_E_LIMIT);
        arena_fini(&arena);
    }
}

static void what_does_not_fit_is_refused_and_the_rest_goes_on(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_null(arena_take(&arena, SIZE_MAX, SIZE_MAX));
    assert_null(arena_take(&arena, SIZE_MAX / 2 + 1, 2));
    assert_null(arena_take(&arena, 1, SIZE_MAX));
    assert_null(arena_text(&arena, "", SIZE_MAX));
    assert_int_equal(arena_refusal(&arena, NULL), MARU_E_LIMIT);
    assert_null(arena_take(&arena, (1 << 20) + 1, 1));
    assert_non_null(arena_take(&arena, 1 << 20, 1));
    assert_null(arena_take(&arena, 0, 1));
    arena_fini(&arena);
}

// A large block in between does not end the chunk that the small ones share.
static void a_large_block_leaves_the_chunk_open(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const unsigned char *first = arena_take(&arena, 16, 1);
    const uint64_t before = alloc_count();
    assert_non_null(arena_take(&arena, 1 << 24, 1));
    const unsigned char *second = arena_take(&arena, 16, 1);
    assert_int_equal(alloc_count() - before, 1);
    assert_ptr_equal(second, first + 16);
    arena_fini(&arena);
}

static void many_small_blocks_need_few_chunks(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const uint64_t before = alloc_count();
    for (int i = 0; i < 1000000; i++) {
        assert_non_null(arena_take(&arena, 1, 16));
    }
    assert_in_range(alloc_count() - before, 1, 13); // 4 KiB doubling up to 8 MiB
    arena_fini(&arena);
}

static void text_is_copied_and_ended(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1000);
    char word[] = "route one";
    const char *copy = arena_text(&arena, word, 5);
    const char *empty = arena_text(&arena, NULL, 0);
    word[0] = 'x';
    assert_string_equal(copy, "route");
    assert_string_equal(empty, "");
    arena_fini(&arena);
}

static void an_empty_arena_can_be_given_back(void **state) {
    (void)state;
    struct arena zero = {0};
    arena_fini(&zero);
    arena_fini(NULL);
    assert_null(arena_take(&zero, 1, 1));
    arena_fini(&zero);
}

// Without memory: refused as such, what was taken stays, and the arena goes on when there is some
// again.
static void the_kth_allocation_fails(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 6; k++) {
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        alloc_fail_after(k);
        uint64_t n_taken = 0;
        char *last = NULL;
        for (char *next = arena_take(&arena, 40000, 1); next; next = arena_take(&arena, 40000, 1)) {
            memcpy(next, "kept", 5);
            last = next;
            n_taken++;
        }
        alloc_fail_after(UINT64_MAX);
        assert_true(n_taken >= k);
        maru_error err;
        assert_int_equal(arena_refusal(&arena, &err), MARU_E_MEMORY);
        assert_int_equal(arena.used_bytes, n_taken * 40000);
        assert_true(!last || strcmp(last, "kept") == 0);
        assert_non_null(arena_take(&arena, 40000, 1));
        arena_fini(&arena);
    }
    struct arena arena; // no header fits in front of this much
    arena_init(&arena, SIZE_MAX);
    assert_null(arena_take(&arena, SIZE_MAX - 15, 1));
    assert_int_equal(arena_refusal(&arena, NULL), MARU_E_MEMORY);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zero_aligned_and_apart),
        cmocka_unit_test(the_cap_is_exact),
        cmocka_unit_test(what_does_not_fit_is_refused_and_the_rest_goes_on),
        cmocka_unit_test(a_large_block_leaves_the_chunk_open),
        cmocka_unit_test(many_small_blocks_need_few_chunks),
        cmocka_unit_test(text_is_copied_and_ended),
        cmocka_unit_test(an_empty_arena_can_be_given_back),
        cmocka_unit_test(the_kth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
