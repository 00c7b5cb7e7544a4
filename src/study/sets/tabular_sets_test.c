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

#include "base/random.h"
#include "study/sets/set_table.h"

// SECOM, AI4I 2020 and steel plates on made-up files of their form, and the short form on the data itself, where it is (MARU_DATA).

static double drawn(uint64_t seed, uint64_t at) {
    const struct random_block block = random_at(seed, 3, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static FILE *opened(const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

static void remove_file(const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static double figure_of(const struct set_result *result, const char *name) {
    for (uint32_t i = 0; i < result->n_figure; i++) {
        if (strcmp(result->figure[i].english, name) == 0) {
            return result->figure[i].value;
        }
    }
    return (double)NAN;
}

static maru_status run_set(const char *name, const char *folder, struct set_result *result,
                           maru_error *err) {
    const struct set_run run = {
        .name = name, .folder = folder, .seed = 1, .n_seed = 1, .n_thread = 1, .is_short = true};
    set_result_init(result);
    return set_find(name)->run(&run, result, err);
}

static uint32_t n_line(const struct text *text) {
    uint32_t n = 0;
    for (size_t i = 0; i < text->n_bytes; i++) {
        n += text->bytes[i] == '\n';
    }
    return n;
}

// Machines fail where torque times speed is high, and only then.
static void write_ai4i(const char *folder, uint32_t n, const char *more) {
    FILE *file = opened(folder, "ai4i2020.csv");
    fputs("UDI,Product ID,Type,Air temperature [K],Process temperature [K],Rotational speed [rpm],"
          "Torque [Nm],Tool wear [min],Machine failure,TWF,HDF,PWF,OSF,RNF\n",
          file);
    for (uint32_t i = 0; i < n; i++) {
        const double speed = 1000 + 2000 * drawn(1, i), torque = 10 + 50 * drawn(2, i);
        const int fails = speed * torque > 130000;
        fprintf(file, "%u,X,%c,%.1f,%.1f,%.0f,%.2f,%.0f,%d,%d,0,0,0,0\n", i, "LMH"[i % 3],
                290 + 10 * drawn(3, i), 300 + 10 * drawn(4, i), speed, torque, 200 * drawn(5, i),
                fails, fails);
    }
    fputs(more, file);
    fclose(file);
}

static void what_decides_is_found(void **state) {
    const char *folder = *state;
    struct set_result result;
    maru_error err = {0};
    write_ai4i(folder, 1500, "");
    if (run_set("ai4i", folder, &result, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_true(figure_of(&result, "F1") > 0.95);
    assert_true(figure_of(&result, "F1") > figure_of(&result, "F1 without combinations"));
    assert_true(figure_of(&result, "found: rotational speed × torque") == 1);
    assert_int_equal(n_line(&result.predictions), 1501);
    set_result_fini(&result);
}

static void broken_files_are_refused(void **state) {
    const char *folder = *state;
    static const char *const sets[] = {"ai4i", "secom", "steel"};
    struct set_result result;
    maru_error err = {0};
    for (size_t i = 0; i < 3; i++) {
        remove_file(folder, "ai4i2020.csv");
        assert_int_equal(run_set(sets[i], folder, &result, &err), MARU_E_IO);
        assert_true(err.text[0] != 0);
        set_result_fini(&result);
    }
    write_ai4i(folder, 20, "1,2\n"); // a row that is cut off
    assert_int_equal(run_set("ai4i", folder, &result, &err), MARU_E_INPUT);
    set_result_fini(&result);
    write_ai4i(folder, 0, ""); // a header alone
    assert_int_not_equal(run_set("ai4i", folder, &result, &err), MARU_OK);
    set_result_fini(&result);
    fclose(opened(folder, "ai4i2020.csv"));
    assert_int_equal(run_set("ai4i", folder, &result, &err), MARU_E_INPUT);
    set_result_fini(&result);
}

// Columns that speak and others that do not; rows in order of time.
static void a_steady_column_is_used(void **state) {
    const char *folder = *state;
    enum { N_ROW = 500, N_COLUMN = 30 };
    FILE *values = opened(folder, "secom.data"), *labels = opened(folder, "secom_labels.data");
    for (uint64_t i = 0; i < N_ROW; i++) {
        for (uint64_t k = 0; k < N_COLUMN; k++) {
            if (drawn(7, i * N_COLUMN + k) < 0.05) {
                fputs("NaN ", values);
            } else {
                fprintf(values, "%.4f ", k == 1 ? 7.0 : drawn(8, i * N_COLUMN + k));
            }
        }
        fputs("1.0\n", values);
        const double p = drawn(8, i * N_COLUMN + 4);
        fprintf(labels, "%d \"19/07/2008 11:55:00\"\n", drawn(9, i) < p * p * p ? 1 : -1);
    }
    fclose(values);
    fclose(labels);
    struct set_result result;
    maru_error err = {0};
    if (run_set("secom", folder, &result, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_true(figure_of(&result, "AUC by time") > 0.75);
    assert_int_equal((int)figure_of(&result, "columns that vary"), N_COLUMN - 1);
    assert_int_equal((int)figure_of(&result, "of them drifted much"), 0);
    assert_int_equal(n_line(&result.predictions), N_ROW / 5 + 1);
    set_result_fini(&result);
    remove_file(folder, "secom.data");
    remove_file(folder, "secom_labels.data");
}

static void plates_are_told_apart(void **state) {
    const char *folder = *state;
    FILE *file = opened(folder, "steel_plates.csv");
    for (uint32_t k = 0; k < 34; k++) {
        fprintf(file, "%s%u%s", k < 27 ? "V" : "C", k, k == 33 ? "\n" : ",");
    }
    for (uint32_t i = 0; i < 280; i++) {
        for (uint32_t k = 0; k < 27; k++) {
            fprintf(file, "%.3f,", drawn(11, (uint64_t)i * 27 + k) + (k == 2 ? i % 7 : 0));
        }
        for (uint32_t c = 0; c < 7; c++) {
            fprintf(file, "%d%s", i % 7 == c, c == 6 ? "\n" : ",");
        }
    }
    fclose(file);
    struct set_result result;
    maru_error err = {0};
    if (run_set("steel", folder, &result, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_true(figure_of(&result, "macro F1") > 0.9);
    assert_int_equal(n_line(&result.predictions), 281);
    set_result_fini(&result);
    remove_file(folder, "steel_plates.csv");
}

static void the_short_form_on_the_data(void **state) {
    (void)state;
    const char *data = getenv("MARU_DATA");
    if (!data) {
        skip();
    }
    struct set_result result;
    maru_error err = {0};
    if (run_set("secom", data, &result, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    const double auc = figure_of(&result, "AUC by time");
    assert_true(auc > 0.3 && auc < 0.8); // more would be a leak
    set_result_fini(&result);
}

static int make_folder(void **state) {
    static char folder[64];
    snprintf(folder, sizeof folder, "/tmp/tabular_sets_XXXXXX");
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int drop_folder(void **state) {
    remove_file(*state, "ai4i2020.csv");
    return rmdir(*state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_decides_is_found),      cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(a_steady_column_is_used),    cmocka_unit_test(plates_are_told_apart),
        cmocka_unit_test(the_short_form_on_the_data),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
