#include "study/sets/sets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/files.h"

// Small sets of the same form: a map is empty, has a block in its center, or fails along its edge.

enum { SIDE = 16, RECORD_BYTES = 10 + SIDE * SIDE, SHORT_STEP = 40 };

static char folder[] = "/tmp/maru-set-wafer-XXXXXX";

static void path_of(const char *name, char out[128]) { snprintf(out, 128, "%s/%s", folder, name); }

static void write_maps(const char *name, uint32_t n_map, const uint8_t label[3], uint32_t seed) {
    char path[128];
    uint8_t *bytes = calloc(n_map, RECORD_BYTES);
    uint32_t word = seed;
    for (uint32_t i = 0; i < n_map; i++) {
        const uint32_t kind = i / SHORT_STEP % 3;
        uint8_t *at = bytes + (size_t)i * RECORD_BYTES;
        const uint8_t head[10] = {SIDE, 0, SIDE, 0, label[kind], 0, (uint8_t)i, (uint8_t)(i >> 8)};
        memcpy(at, head, sizeof head);
        for (uint32_t k = 0; k < SIDE * SIDE; k++) {
            const double y = (2.0 * floor((double)k / SIDE) + 1) / SIDE - 1;
            const double x = (2.0 * (k % SIDE) + 1) / SIDE - 1, r = sqrt(y * y + x * x);
            word = word * 1664525 + 1013904223;
            const int is_bad = (kind == 1 && r < 0.4) || (kind == 2 && r > 0.85) || word >> 24 < 8;
            at[10 + k] = (uint8_t)(r > 1 ? 0 : 1 + is_bad);
        }
    }
    path_of(name, path);
    assert_int_equal(files_replace(path, bytes, (size_t)n_map * RECORD_BYTES, NULL), MARU_OK);
    free(bytes);
}

static int make_folder(void **state) {
    (void)state;
    static const uint8_t one[3] = {0, 1, 4}, several[3] = {0, 1, 9};
    if (!mkdtemp(folder)) {
        return -1;
    }
    write_maps("wm811k_train.bin.gz", 240 * SHORT_STEP, one, 1);
    write_maps("wm811k_val.bin.gz", 30 * SHORT_STEP, one, 2);
    write_maps("mixedwm38_train.bin.gz", 240 * SHORT_STEP, several, 3);
    write_maps("mixedwm38_val.bin.gz", 30 * SHORT_STEP, several, 4);
    write_maps("mixedwm38_test.bin.gz", 15 * SHORT_STEP, several, 5);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"wm811k_train.bin.gz", "wm811k_val.bin.gz",
                                        "mixedwm38_train.bin.gz", "mixedwm38_val.bin.gz",
                                        "mixedwm38_test.bin.gz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        path_of(names[i], path);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static maru_status run_set(const char *name, const char *from, uint32_t n_thread,
                           struct set_result *result, maru_error *err) {
    const struct set_run run = {.name = name,
                                .folder = from,
                                .seed = 1,
                                .n_seed = 1,
                                .n_thread = n_thread,
                                .is_short = true};
    set_result_init(result);
    return set_find(name)->run(&run, result, err);
}

static const struct set_figure *figure_of(const struct set_result *result, const char *name) {
    for (uint32_t i = 0; i < result->n_figure; i++) {
        if (strcmp(result->figure[i].english, name) == 0) {
            return &result->figure[i];
        }
    }
    fail_msg("no figure %s", name);
    return NULL;
}

static uint32_t count_lines(const char *text, const char *begin) {
    uint32_t n = 0;
    for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at != NULL) {
        n += strncmp(at, begin, strlen(begin)) == 0;
    }
    return n;
}

static void single_patterns_are_measured(void **state) {
    (void)state;
    static struct set_result one, two;
    assert_int_equal(run_set("wm811k", folder, 1, &one, NULL), MARU_OK);
    assert_true(figure_of(&one, "accuracy")->value > 0.8);
    assert_true(figure_of(&one, "macro F1")->low <= figure_of(&one, "macro F1")->value);
    assert_true(figure_of(&one, "macro F1")->wanted == 0.89);
    assert_true(isnan(figure_of(&one, "F1 Scratch")->value)); // none is there, and none is answered
    assert_int_equal(count_lines(one.predictions.bytes, "val,"), 30);
    assert_int_equal(count_lines(one.predictions.bytes, "part,map,true,answer,p0,p1,p4"), 1);
    assert_int_equal(run_set("wm811k", folder, 2, &two, NULL), MARU_OK);
    assert_string_equal(one.predictions.bytes, two.predictions.bytes);
    assert_string_equal(one.details.bytes, two.details.bytes);
    set_result_fini(&one);
    set_result_fini(&two);
}

static void labels_of_several_patterns_are_measured(void **state) {
    (void)state;
    static struct set_result result;
    assert_int_equal(run_set("mixedwm38", folder, 2, &result, NULL), MARU_OK);
    assert_true(figure_of(&result, "exact match")->value > 0.8);
    // Center is in two of the three kinds (labels 1 and 9), Edge-Ring in one.
    assert_true(figure_of(&result, "F1 Center")->value >= figure_of(&result, "exact match")->value);
    assert_true(!isnan(figure_of(&result, "F1 Edge-Ring")->value));
    assert_int_equal(count_lines(result.predictions.bytes, "val,"), 30);
    assert_int_equal(count_lines(result.predictions.bytes, "test,"), 15);
    set_result_fini(&result);
}

static void files_that_are_missing_or_damaged_are_refused(void **state) {
    (void)state;
    static struct set_result result;
    maru_error err = {0};
    char path[128];
    assert_int_equal(run_set("wm811k", "/nowhere", 1, &result, &err), MARU_E_IO);
    assert_true(err.text[0] != '\0');
    set_result_fini(&result);
    path_of("mixedwm38_val.bin.gz", path);
    assert_int_equal(files_replace(path, "\x10\0\x10\0", 4, NULL), MARU_OK);
    assert_int_equal(run_set("mixedwm38", folder, 1, &result, &err), MARU_E_INPUT);
    set_result_fini(&result);
    assert_int_equal(files_replace(path, "", 0, NULL), MARU_OK);
    assert_int_equal(run_set("mixedwm38", folder, 1, &result, &err), MARU_E_INPUT);
    set_result_fini(&result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_patterns_are_measured),
        cmocka_unit_test(labels_of_several_patterns_are_measured),
        cmocka_unit_test(files_that_are_missing_or_damaged_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
