#include "train/maps/map_training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { SIDE = 14, LOTS = 20, OF_LOT = 4, PASSES = 3, COLUMNS = 6 };

// Lots of wafers whose bad dies lie in the center, on a ring, or anywhere; each lot has some of each.
static const char *const patterns[] = {"none", "ring", "center"};

static double number(uint64_t seed, uint64_t at) {
    const struct random_block block = random_at(seed, 1, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static bool is_die(int x, int y, double *radius) {
    const double dx = x - (SIDE - 1) / 2.0, dy = y - (SIDE - 1) / 2.0;
    *radius = sqrt(dx * dx + dy * dy) / (SIDE / 2.0);
    return *radius <= 1;
}

static void put_word(struct frame_column *column, uint32_t row, const char *word) {
    assert_int_equal(names_add(&column->words, word, strlen(word), &column->word[row], NULL),
                     MARU_OK);
}

static void fill(struct frame *frame, uint64_t seed) {
    uint32_t row = 0;
    for (uint32_t map = 0; map < LOTS * OF_LOT; map++) {
        const uint32_t pattern = (uint32_t)(number(seed, map) * 3);
        for (int place = 0; place < SIDE * SIDE; place++) {
            double radius;
            if (is_die(place % SIDE, place / SIDE, &radius)) {
                const double risk = pattern == 1 && radius > 0.8   ? 0.8
                                    : pattern == 2 && radius < 0.4 ? 0.8
                                                                   : 0.05;
                const bool is_bad =
                    number(seed + 1, (uint64_t)map * SIDE * SIDE + (uint64_t)place) < risk;
                char lot[32];
                snprintf(lot, sizeof lot, "L%u", map / OF_LOT);
                put_word(&frame->column[0], row, lot);
                frame->column[1].number[row] = map % OF_LOT + 1;
                const int x = place % SIDE, y = place / SIDE;
                frame->column[2].number[row] = x;
                frame->column[3].number[row] = y;
                frame->column[4].number[row] = is_bad ? 5 : 1;
                put_word(&frame->column[5], row, patterns[pattern]);
                row++;
            }
        }
    }
    assert_int_equal(row, frame->n_row);
}

static void make_frame(struct frame *frame, uint64_t seed) {
    static const struct {
        const char *name;
        enum frame_kind kind;
    } columns[COLUMNS] = {{"Lot ID", FRAME_WORD},  {"Wafer", FRAME_NUMBER},
                          {"Die_X", FRAME_NUMBER}, {"Die_Y", FRAME_NUMBER},
                          {"빈", FRAME_NUMBER},    {"불량유형", FRAME_WORD}};
    uint32_t n = 0;
    for (int place = 0; place < SIDE * SIDE; place++) {
        double radius;
        n += is_die(place % SIDE, place / SIDE, &radius);
    }
    assert_int_equal(frame_init(frame, n * LOTS * OF_LOT, COLUMNS, 1 << 26, NULL), MARU_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        frame->column[c].name = columns[c].name;
        frame->column[c].unit = "";
        assert_int_equal(frame_make_column(frame, c, columns[c].kind, NULL), MARU_OK);
    }
    fill(frame, seed);
}

static struct map_training usual(const struct frame *frame) {
    struct map_training input = {.frame = frame,
                                 .seed = 1,
                                 .n_thread = 1,
                                 .n_pass = PASSES,
                                 .title = "maps.csv",
                                 .version = "test"};
    map_columns_find(frame, input.column);
    return input;
}

static void train(const struct map_training *input, struct text *bytes) {
    maru_error err = {0};
    text_init(bytes, MAP_MAX_BYTES);
    if (map_training_run(input, bytes, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

// Planted patterns are told apart on lots that the model has not seen; threads change no byte; what is read back is what was written, and
// no prefix nor changed byte is read.
static void planted_patterns_are_learnt(void **state) {
    (void)state;
    struct frame frame = {0};
    struct text bytes, again;
    struct map_model map, damaged;
    make_frame(&frame, 3);
    struct map_training input = usual(&frame);
    train(&input, &bytes);
    input.n_thread = 2;
    train(&input, &again);
    assert_int_equal(bytes.n_bytes, again.n_bytes);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
    assert_int_equal(map_model_read(bytes.bytes, bytes.n_bytes, &map, NULL), MARU_OK);
    assert_int_equal(map.n_class, 3);
    assert_string_equal(map.class[0].name, "center");
    assert_string_equal(map.column[MAP_BIN], "빈");
    assert_true(map.good_bin == 1);
    assert_int_equal(map.n_map, LOTS * OF_LOT);
    assert_int_equal(map.n_train + map.n_test, LOTS * OF_LOT);
    assert_int_equal(map.n_test % OF_LOT, 0); // whole lots
    assert_int_equal(map.split, CARD_SPLIT_GROUP);
    assert_true(map.macro_f1.low > 0.7);
    assert_int_equal(map.warnings >> CARD_WARN_NO_BETTER & 1, 0);
    for (size_t n = 0; n < bytes.n_bytes; n += 1 + n / 7) {
        assert_int_equal(map_model_read(bytes.bytes, n, &damaged, NULL), MARU_E_INPUT);
        bytes.bytes[n] ^= 4;
        assert_int_equal(map_model_read(bytes.bytes, bytes.n_bytes, &damaged, NULL), MARU_E_INPUT);
        bytes.bytes[n] ^= 4;
    }
    map_model_fini(&map);
    text_fini(&again);
    text_fini(&bytes);
    frame_fini(&frame);
}

static bool stop(void *context, double share, const char *what) {
    (void)context;
    (void)what;
    return share < 0.2;
}

// What cannot be learnt is refused, and says why; a training that is stopped stops.
static void what_cannot_be_learnt_is_refused(void **state) {
    (void)state;
    struct frame frame = {0};
    struct text bytes;
    maru_error err = {0};
    text_init(&bytes, MAP_MAX_BYTES);
    make_frame(&frame, 5);
    struct map_training input = usual(&frame);
    input.progress = stop;
    assert_int_equal(map_training_run(&input, &bytes, &err), MARU_E_STOPPED);
    input = usual(&frame);
    for (uint32_t i = 0; i < frame.n_row; i++) {
        frame.column[5].word[i] = frame.column[5].word[0];
    }
    assert_int_equal(map_training_run(&input, &bytes, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "patterns"));
    for (uint32_t i = 0; i < frame.n_row; i++) {
        frame.column[5].word[i] = FRAME_NO_WORD;
    }
    assert_int_equal(map_training_run(&input, &bytes, &err), MARU_E_INPUT);
    assert_int_equal(bytes.n_bytes, 0);
    text_fini(&bytes);
    frame_fini(&frame);
}

// Bins of 0 and 1 alone: what most dies have is good.
static void the_good_bin_is_the_common_one(void **state) {
    (void)state;
    struct frame frame = {0};
    make_frame(&frame, 5);
    assert_true(map_good_bin(&frame, 4) == 1);
    for (uint32_t i = 0; i < frame.n_row; i++) {
        frame.column[4].number[i] = frame.column[4].number[i] == 1 ? 0 : 1;
    }
    assert_true(map_good_bin(&frame, 4) == 0);
    frame_fini(&frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_patterns_are_learnt),
        cmocka_unit_test(what_cannot_be_learnt_is_refused),
        cmocka_unit_test(the_good_bin_is_the_common_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
