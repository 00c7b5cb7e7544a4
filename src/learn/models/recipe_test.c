#include "learn/models/recipe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 40 };

static void put_word(struct frame_column *column, uint32_t row, const char *word) {
    assert_int_equal(names_add(&column->words, word, strlen(word), &column->word[row], NULL),
                     MARU_OK);
}

// Columns: a number, a word of three, a number that never moves, a word of which one is rare, an empty one.
static void make_frame(struct frame *frame) {
    assert_int_equal(frame_init(frame, N, 5, 1 << 20, NULL), MARU_OK);
    static const struct {
        const char *name, *unit;
        enum frame_kind kind;
    } columns[] = {{"온도", "°C", FRAME_NUMBER},
                   {"tool", "", FRAME_WORD},
                   {"same", "", FRAME_NUMBER},
                   {"shift", "", FRAME_WORD},
                   {"nothing", "", FRAME_EMPTY}};
    for (uint32_t c = 0; c < 5; c++) {
        frame->column[c].name = columns[c].name;
        frame->column[c].unit = columns[c].unit;
        assert_int_equal(frame_make_column(frame, c, columns[c].kind, NULL), MARU_OK);
    }
    static const char *const tools[] = {"A", "B", "C"};
    for (uint32_t i = 0; i < N; i++) {
        frame->column[0].number[i] = i == 7 ? (double)NAN : i;
        put_word(&frame->column[1], i, tools[i % 3]);
        frame->column[2].number[i] = 5;
        put_word(&frame->column[3], i, i == 3 ? "night" : "day");
    }
}

static uint32_t all_rows[N], all_columns[5];

static struct recipe make(const struct frame *frame, struct arena *arena) {
    for (uint32_t i = 0; i < N; i++) {
        all_rows[i] = i;
    }
    for (uint32_t c = 0; c < 5; c++) {
        all_columns[c] = c;
    }
    const struct recipe_input input = {frame, all_columns, all_rows, 5, N};
    struct recipe recipe;
    assert_int_equal(recipe_make(&input, arena, &recipe, NULL), MARU_OK);
    return recipe;
}

static void columns_become_features(void **state) {
    (void)state;
    struct frame frame = {0};
    struct arena arena;
    make_frame(&frame);
    arena_init(&arena, 1 << 20);
    const struct recipe recipe = make(&frame, &arena);
    static const char *const names[] = {"온도 [°C]", "tool = A", "tool = B", "tool = C",
                                        "shift = day"};
    assert_int_equal(recipe.n_feature, 5);
    for (uint32_t f = 0; f < recipe.n_feature; f++) {
        struct text text;
        text_init(&text, 1000);
        recipe_name_feature(&recipe, f, &text);
        assert_string_equal(text.bytes, names[f]);
        text_fini(&text);
    }
    float x[N][5];
    struct recipe_fit fit;
    assert_int_equal(recipe_apply(&recipe, &frame, NULL, N, &x[0][0], &fit, NULL), MARU_OK);
    assert_int_equal(fit.n_found, 3);
    assert_null(fit.missing);
    for (uint32_t i = 0; i < N; i++) {
        assert_true(i == 7 ? isnan(x[i][0]) : x[i][0] == (float)i);
        for (uint32_t w = 0; w < 3; w++) {
            assert_true(x[i][1 + w] == (i % 3 == w ? 1.0F : 0.0F));
        }
        assert_true(x[i][4] == (i == 3 ? 0.0F : 1.0F));
    }
    frame_fini(&frame);
    arena_fini(&arena);
}

// A recipe that was written and read makes the same numbers of the same table, and each prefix of its bytes is refused.
static void bytes_come_back(void **state) {
    (void)state;
    struct frame frame = {0};
    struct arena arena;
    struct text out, again;
    make_frame(&frame);
    arena_init(&arena, 1 << 20);
    text_init(&out, 1 << 20);
    text_init(&again, 1 << 20);
    const struct recipe recipe = make(&frame, &arena);
    recipe_write(&recipe, &out);
    for (size_t n = 0; n <= out.n_bytes; n++) {
        struct arena room;
        struct recipe read;
        arena_init(&room, 1 << 20);
        struct binary in = binary_of(out.bytes, n);
        const maru_status st = recipe_read(&in, &room, &read, NULL);
        assert_int_equal(st, n == out.n_bytes ? MARU_OK : MARU_E_INPUT);
        if (st == MARU_OK) {
            float a[N][5], b[N][5];
            struct recipe_fit fit;
            assert_int_equal(recipe_apply(&recipe, &frame, NULL, N, &a[0][0], &fit, NULL), MARU_OK);
            assert_int_equal(recipe_apply(&read, &frame, NULL, N, &b[0][0], &fit, NULL), MARU_OK);
            for (uint32_t i = 0; i < N * 5; i++) {
                assert_true((&a[0][0])[i] == (&b[0][0])[i] || isnan((&a[0][0])[i]));
            }
            recipe_write(&read, &again);
            assert_int_equal(again.n_bytes, out.n_bytes);
            assert_memory_equal(again.bytes, out.bytes, out.n_bytes);
        }
        arena_fini(&room);
    }
    text_fini(&again);
    text_fini(&out);
    frame_fini(&frame);
    arena_fini(&arena);
}

// Another table: columns in another order, one that is gone, words that are new, tools as numbers.
static void other_tables_fit(void **state) {
    (void)state;
    struct frame frame = {0}, other = {0};
    struct arena arena;
    make_frame(&frame);
    arena_init(&arena, 1 << 20);
    const struct recipe recipe = make(&frame, &arena);
    assert_int_equal(frame_init(&other, 2, 2, 1 << 20, NULL), MARU_OK);
    other.column[0].name = "tool";
    other.column[1].name = "온도";
    assert_int_equal(frame_make_column(&other, 0, FRAME_WORD, NULL), MARU_OK);
    assert_int_equal(frame_make_column(&other, 1, FRAME_NUMBER, NULL), MARU_OK);
    put_word(&other.column[0], 0, "Z");
    put_word(&other.column[0], 1, "B");
    other.column[1].number[0] = 1e300; // no float
    other.column[1].number[1] = 3;
    float x[2][5];
    struct recipe_fit fit;
    assert_int_equal(recipe_apply(&recipe, &other, NULL, 2, &x[0][0], &fit, NULL), MARU_OK);
    assert_int_equal(fit.n_found, 2);
    assert_string_equal(fit.missing, "shift");
    assert_int_equal(fit.n_new_word, 1);
    assert_int_equal(fit.n_odd, 1);
    assert_true(isnan(x[0][0]) && x[0][1] == 0 && x[0][2] == 0 && x[0][3] == 0 && isnan(x[0][4]));
    assert_true(x[1][0] == 3 && x[1][2] == 1 && isnan(x[1][4]));
    other.column[0].kind = FRAME_TEXT; // words of two rows that differ are no fewer words
    float again[2][5];
    assert_int_equal(recipe_apply(&recipe, &other, NULL, 2, &again[0][0], &fit, NULL), MARU_OK);
    assert_int_equal(fit.n_found, 2);
    assert_memory_equal(again, x, sizeof x);
    other.column[0].name = "x";
    other.column[1].name = "y";
    maru_error err;
    assert_int_equal(recipe_apply(&recipe, &other, NULL, 2, &x[0][0], &fit, &err), MARU_E_INPUT);
    frame_fini(&other);
    frame_fini(&frame);
    arena_fini(&arena);
}

// Combinations stand behind the columns, in apply as in their names, and are written with them; what no recipe says is refused.
static void combinations_are_features(void **state) {
    (void)state;
    struct frame frame = {0};
    struct arena arena;
    struct text out, name;
    make_frame(&frame);
    for (uint32_t i = 0; i < N; i++) {
        frame.column[2].number[i] = i == 11 ? 0 : 2.0 + i % 2;
    }
    arena_init(&arena, 1 << 20);
    text_init(&out, 1 << 20);
    text_init(&name, 1000);
    const struct recipe simple = make(&frame, &arena);
    assert_int_equal(simple.n_feature, 6);
    static const struct combination of[] = {{COMBINATION_PRODUCT, 0, 4}, {COMBINATION_RATIO, 0, 4}};
    struct recipe combined, read;
    assert_int_equal(recipe_combine(&simple, of, 2, &arena, &combined, NULL), MARU_OK);
    recipe_write(&combined, &out);
    struct binary in = binary_of(out.bytes, out.n_bytes);
    assert_int_equal(recipe_read(&in, &arena, &read, NULL), MARU_OK);
    assert_int_equal(read.n_feature, 8);
    recipe_name_feature(&read, 7, &name);
    assert_string_equal(name.bytes, "온도 [°C] ÷ same");
    float x[N][8];
    struct recipe_fit fit;
    assert_int_equal(recipe_apply(&read, &frame, NULL, N, &x[0][0], &fit, NULL), MARU_OK);
    for (uint32_t i = 0; i < N; i++) {
        if (i == 7) {
            assert_true(isnan(x[i][6]) && isnan(x[i][7]));
        } else {
            assert_true(x[i][6] == x[i][0] * x[i][4]);
            assert_true(i == 11 ? isnan(x[i][7]) : x[i][7] == x[i][0] / x[i][4]);
        }
    }
    static const struct combination bad[] = {{COMBINATION_PRODUCT, 0, 1}, // a word
                                             {COMBINATION_PRODUCT, 0, 0},
                                             {COMBINATION_PRODUCT, 0, 6},
                                             {N_COMBINATION_KIND, 0, 4}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        struct recipe damaged = combined;
        damaged.combination = &bad[k];
        damaged.n_combination = 1;
        text_clear(&out);
        recipe_write(&damaged, &out);
        in = binary_of(out.bytes, out.n_bytes);
        assert_int_equal(recipe_read(&in, &arena, &read, NULL), MARU_E_INPUT);
    }
    text_fini(&name);
    text_fini(&out);
    frame_fini(&frame);
    arena_fini(&arena);
}

static void nothing_to_learn_is_refused(void **state) {
    (void)state;
    struct frame frame = {0};
    struct arena arena;
    make_frame(&frame);
    arena_init(&arena, 1 << 20);
    static const uint32_t dull[] = {2, 4};
    for (uint32_t i = 0; i < N; i++) {
        all_rows[i] = i;
    }
    const struct recipe_input input = {&frame, dull, all_rows, 2, N};
    struct recipe recipe;
    assert_int_equal(recipe_make(&input, &arena, &recipe, NULL), MARU_E_INPUT);
    frame_fini(&frame);
    arena_fini(&arena);
}

// Of two words that are all there was one became a feature: the other one is nothing new, and what is new cannot be told from it.
static void two_words_leave_nothing_new(void **state) {
    (void)state;
    const struct recipe_column two = {.n_word = 1}, three = {.n_word = 3};
    assert_false(recipe_is_new_word(&two, 0));
    assert_false(recipe_is_new_word(&two, 1));
    assert_false(recipe_is_new_word(&three, 2));
    assert_true(recipe_is_new_word(&three, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_become_features),   cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(other_tables_fit),          cmocka_unit_test(two_words_leave_nothing_new),
        cmocka_unit_test(combinations_are_features), cmocka_unit_test(nothing_to_learn_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
