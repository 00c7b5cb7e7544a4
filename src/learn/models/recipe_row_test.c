#include "learn/models/recipe_row.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { N = 200, N_COLUMN = 4 };

static const char *const names[N_COLUMN] = {"온도", "tool", "lane", "pressure"};

static double chance(uint32_t row, uint32_t column) {
    const struct random_block block = random_at(1, column, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static void put_word(struct frame_column *column, uint32_t row, const char *word) {
    assert_int_equal(names_add(&column->words, word, strlen(word), &column->word[row], NULL),
                     MARU_OK);
}

// Numbers with gaps, words, words that are numbers.
static void make_frame(struct frame *frame, struct recipe_cell cell[N][N_COLUMN]) {
    static const char *const tools[] = {"A", "B", "C", "rare"}, *const lanes[] = {"1", "2", "30"};
    assert_int_equal(frame_init(frame, N, N_COLUMN, 1 << 20, NULL), MARU_OK);
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        frame->column[c].name = names[c];
        frame->column[c].unit = "";
        assert_int_equal(
            frame_make_column(frame, c, c == 1 || c == 2 ? FRAME_WORD : FRAME_NUMBER, NULL),
            MARU_OK);
    }
    for (uint32_t i = 0; i < N; i++) {
        const double one = chance(i, 0) < 0.1 ? (double)NAN : 100 * chance(i, 1);
        const char *tool = i == 3 ? tools[3] : tools[(uint32_t)(3 * chance(i, 2))];
        const char *lane = lanes[(uint32_t)(3 * chance(i, 3))];
        frame->column[0].number[i] = one;
        frame->column[3].number[i] = i == 5 ? (double)INFINITY : i;
        put_word(&frame->column[1], i, tool);
        put_word(&frame->column[2], i, lane);
        cell[i][0] = (struct recipe_cell){NULL, one};
        cell[i][1] = (struct recipe_cell){tool, 0};
        cell[i][2] = (struct recipe_cell){lane, 0};
        cell[i][3] = (struct recipe_cell){NULL, i == 5 ? (double)INFINITY : i};
    }
}

static struct recipe make(const struct frame *frame, struct arena *arena) {
    uint32_t row[N], column[N_COLUMN];
    for (uint32_t i = 0; i < N; i++) {
        row[i] = i;
    }
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        column[c] = c;
    }
    const struct recipe_input input = {frame, column, row, N_COLUMN, N};
    struct recipe recipe;
    assert_int_equal(recipe_make(&input, arena, &recipe, NULL), MARU_OK);
    return recipe;
}

// Row by row there come the same numbers as from the table, whatever the order of the cells.
static void rows_are_those_of_the_table(void **state) {
    (void)state;
    static struct recipe_cell cell[N][N_COLUMN];
    struct frame frame = {0};
    struct arena arena;
    struct recipe_row bound;
    struct recipe_fit fit;
    arena_init(&arena, 1 << 22);
    make_frame(&frame, cell);
    const struct recipe recipe = make(&frame, &arena);
    const size_t n_cell = (size_t)N * recipe.n_feature;
    float *x = arena_take(&arena, n_cell, sizeof *x),
          *one = arena_take(&arena, n_cell, sizeof *one);
    assert_int_equal(recipe_apply(&recipe, &frame, NULL, N, x, &fit, NULL), MARU_OK);
    static const char *const turned[] = {"pressure", "lane", "unknown", "tool", "온도"};
    assert_int_equal(recipe_row_bind(&recipe, turned, 5, &arena, &bound, NULL), MARU_OK);
    assert_int_equal(bound.n_found, N_COLUMN);
    uint64_t n_new = 0;
    for (uint32_t i = 0; i < N; i++) {
        const struct recipe_cell row[] = {cell[i][3], cell[i][2], {"?", 0}, cell[i][1], cell[i][0]};
        n_new += recipe_row_fill(&bound, row, one + (size_t)i * recipe.n_feature);
    }
    assert_int_equal(n_new, fit.n_new_word);
    assert_int_equal(n_new, 1);
    assert_memory_equal(one, x, n_cell * sizeof *x);
    frame_fini(&frame);
    arena_fini(&arena);
}

// What is missing is missing, however it is said; numbers stand for words and words for numbers.
static void cells_of_the_other_kind(void **state) {
    (void)state;
    static struct recipe_cell cell[N][N_COLUMN];
    struct frame frame = {0};
    struct arena arena;
    struct recipe_row bound;
    arena_init(&arena, 1 << 22);
    make_frame(&frame, cell);
    const struct recipe recipe = make(&frame, &arena);
    float x[32], y[32];
    assert_true(recipe.n_feature <= 32);
    assert_int_equal(recipe_row_bind(&recipe, names, N_COLUMN, &arena, &bound, NULL), MARU_OK);
    const struct recipe_cell usual[] = {{NULL, 12.5}, {"B", 0}, {"30", 0}, {NULL, 7}};
    const struct recipe_cell other[] = {{"12.5", 0}, {"B", 0}, {NULL, 30}, {"7", 0}};
    assert_int_equal(recipe_row_fill(&bound, usual, x), 0);
    assert_int_equal(recipe_row_fill(&bound, other, y), 0);
    assert_memory_equal(x, y, recipe.n_feature * sizeof *x);
    const struct recipe_cell none[] = {{"", 0}, {"", 0}, {NULL, (double)NAN}, {"much", 0}};
    assert_int_equal(recipe_row_fill(&bound, none, x), 0);
    for (uint32_t f = 0; f < recipe.n_feature; f++) {
        assert_true(isnan(x[f]));
    }
    static const char *const few[] = {"tool"}, *const strange[] = {"x", "y"};
    assert_int_equal(recipe_row_bind(&recipe, few, 1, &arena, &bound, NULL), MARU_OK);
    assert_int_equal(bound.n_found, 1);
    const struct recipe_cell new_word[] = {{"Z", 0}};
    assert_int_equal(recipe_row_fill(&bound, new_word, x), 1);
    assert_true(isnan(x[0]) && x[1] == 0);
    assert_int_equal(recipe_row_bind(&recipe, strange, 2, &arena, &bound, NULL), MARU_E_INPUT);
    assert_int_equal(recipe_row_bind(&recipe, NULL, 0, &arena, &bound, NULL), MARU_E_INPUT);
    frame_fini(&frame);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_table),
        cmocka_unit_test(cells_of_the_other_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
