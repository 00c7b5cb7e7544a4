#include "study/quality/quality_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "study/quality/quality_bins.h"
#include "study/quality/quality_json.h"
#include "study/quality/quality_page.h"

// One file, asked with hints and without: what is asked for is what is done, what says nothing is refused, and the same bytes give the
// same answer.

enum { CAP = 1 << 26, N_ROW = 400 };

// "temp" above 60 makes every second unit bad; "mode" is written for bad units alone.
static void write_file(struct text *out) {
    text_init(out, 1 << 20);
    text_addz(out, "title;;;;\nday;temp;speed;mode;result\n");
    for (uint32_t i = 0; i < N_ROW; i++) {
        const uint32_t temp = i * 37 % 100;
        const bool is_bad = temp > 60 && i % 2 == 0;
        text_addf(out, "2025-01-%02u;%u;%u,5;%s;%s\n", 1 + i / 20, temp, i * i % 17,
                  is_bad ? "dent" : "", is_bad ? "NG" : "OK");
    }
    text_addz(out, "total;;;;400\n");
}

static maru_status ask(const struct text *file, const char *const (*given)[2], size_t n,
                       struct quality_answer *answer, maru_error *err) {
    struct quality_hints hints;
    quality_hints_init(&hints);
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = quality_hints_take(&hints, given[i][0], given[i][1], err);
    }
    st = st == MARU_OK ? quality_ask(file->bytes, file->n_bytes, &hints, CAP, answer, err) : st;
    quality_hints_fini(&hints);
    return st;
}

static uint32_t column(const struct quality_answer *answer, const char *name) {
    const uint32_t i = frame_find(&answer->file.frame, name);
    assert_true(i < answer->file.frame.n_column);
    return i;
}

static void guesses_are_right_here(void **state) {
    (void)state;
    struct text file;
    struct quality_answer answer = {0};
    maru_error err = {0};
    write_file(&file);
    assert_int_equal(ask(&file, NULL, 0, &answer, &err), MARU_OK);
    assert_int_equal(answer.file.frame.n_row, N_ROW);
    assert_int_equal(answer.file.charset, CHARSET_UTF8);
    assert_int_equal(answer.file.reading.n_left_out[SHEET_TITLE], 1);
    assert_int_equal(answer.file.reading.n_left_out[SHEET_TOTAL], 1);
    assert_int_equal(answer.quality.roles.column[column(&answer, "mode")].role, ROLE_LEAK);
    assert_int_equal(answer.quality.roles.target.column, column(&answer, "result"));
    assert_true(answer.quality.causes.n_cause > 0);
    assert_int_equal(answer.quality.causes.cause[0].column, column(&answer, "temp"));
    quality_answer_fini(&answer);
    text_fini(&file);
}

static void hints_are_followed(void **state) {
    (void)state;
    struct text file;
    struct quality_answer answer = {0};
    maru_error err = {0};
    write_file(&file);
    static const char *const given[][2] = {{"kind", "temp=none"},      {"kind", "speed=word"},
                                           {"leave-out", "day"},       {"keep-totals", "true"},
                                           {"cause", "mode"},          {"first-line", "3"},
                                           {"separator", "semicolon"}, {"decimal", ","}};
    assert_int_equal(ask(&file, given, sizeof given / sizeof given[0], &answer, &err), MARU_OK);
    const struct frame *frame = &answer.file.frame;
    if (!frame->column) {
        fail_msg("a table without columns");
        return;
    }
    assert_int_equal(frame->n_row, N_ROW + 1);
    assert_int_equal(frame->column[column(&answer, "temp")].kind, FRAME_EMPTY);
    assert_int_equal(frame->column[column(&answer, "speed")].kind, FRAME_WORD);
    assert_int_equal(answer.quality.roles.column[column(&answer, "mode")].role, ROLE_INPUT);
    assert_int_equal(answer.quality.roles.time_column, UINT32_MAX);
    quality_answer_fini(&answer);
    text_fini(&file);
}

// Limits of the target make the verdict.
static void limits_of_the_target_are_the_verdict(void **state) {
    (void)state;
    struct text file;
    struct quality_answer answer = {0};
    maru_error err = {0};
    write_file(&file);
    static const char *const given[][2] = {{"target", "temp"}, {"limits", "temp=10..89"}};
    assert_int_equal(ask(&file, given, 2, &answer, &err), MARU_OK);
    assert_int_equal(answer.quality.roles.target.form, TARGET_LIMITS);
    assert_int_equal(answer.quality.roles.n_bad, N_ROW / 5); // 0 to 9 and 90 to 99 of each hundred
    quality_answer_fini(&answer);
    text_fini(&file);
}

static void what_is_not_there_is_refused(void **state) {
    (void)state;
    struct text file;
    write_file(&file);
    static const char *const given[][2] = {{"kind", "nobody=word"}, {"target", "nobody"},
                                           {"cause", "nobody"},     {"limits", "nobody=1..2"},
                                           {"sheet", "one"},        {"limits", "temp=5..1"},
                                           {"bad", "nobody"}};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        struct quality_answer answer = {0};
        maru_error err = {0};
        if (ask(&file, &given[i], 1, &answer, &err) != MARU_E_INPUT || err.text[0] == '\0') {
            fail_msg("%s=%s: %s", given[i][0], given[i][1], err.text);
        }
        assert_int_equal(answer.file.frame.n_column, 0);
    }
    static const struct text nothing[] = {{.bytes = NULL}, {.bytes = "a", .n_bytes = 1}};
    for (size_t i = 0; i < 2; i++) {
        struct quality_answer answer = {0};
        assert_int_equal(ask(&nothing[i], NULL, 0, &answer, NULL), MARU_E_INPUT);
    }
    text_fini(&file);
}

static void write_all(const struct text *file, struct text out[2]) {
    struct quality_answer answer = {0};
    maru_error err = {0};
    text_init(&out[0], CAP);
    text_init(&out[1], CAP);
    assert_int_equal(ask(file, NULL, 0, &answer, &err), MARU_OK);
    quality_json(&out[0], &answer, "</script>\"\n");
    quality_page(&out[1], &answer.quality, &answer.told, "</script>\"\n", LANG_KO);
    quality_answer_fini(&answer);
}

static void the_same_bytes_give_the_same_answer(void **state) {
    (void)state;
    struct text file, first[2], again[2];
    write_file(&file);
    write_all(&file, first);
    write_all(&file, again);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(first[i].status, MARU_OK);
        assert_int_equal(first[i].n_bytes, again[i].n_bytes);
        assert_memory_equal(first[i].bytes, again[i].bytes, again[i].n_bytes);
        text_fini(&again[i]);
    }
    assert_null(strstr(first[1].bytes, "</script>\""));
    text_fini(&first[0]);
    text_fini(&first[1]);
    text_fini(&file);
}

// Law: each row with a value and a verdict is in one bin, each value in one bar, and bins stand side by side.
static void bins_and_bars_hold_every_row_once(void **state) {
    (void)state;
    struct text file;
    struct quality_answer answer = {0};
    struct quality_bin bin[QUALITY_BINS];
    struct quality_histogram histogram;
    maru_error err = {0};
    write_file(&file);
    assert_int_equal(ask(&file, NULL, 0, &answer, &err), MARU_OK);
    const uint32_t temp = column(&answer, "temp");
    const uint32_t n = quality_bins(&answer.quality, temp, bin);
    uint64_t rows = 0, bad = 0, values = 0;
    assert_int_equal(n, QUALITY_BINS);
    for (uint32_t i = 0; i < n; i++) {
        rows += bin[i].share.n;
        bad += bin[i].share.n_bad;
        assert_true(bin[i].low < bin[i].high && (i == 0 || bin[i].low == bin[i - 1].high));
    }
    assert_int_equal(rows, N_ROW);
    assert_int_equal(bad, answer.quality.roles.n_bad);
    assert_int_equal(bin[0].share.n_bad, 0);
    assert_true(quality_histogram(&answer.quality, temp, &histogram));
    for (uint32_t i = 0; i < QUALITY_BARS; i++) {
        values += histogram.count[i];
    }
    assert_int_equal(values, N_ROW);
    assert_true(histogram.from == 0 && histogram.width == 99.0 / QUALITY_BARS);
    quality_answer_fini(&answer);
    text_fini(&file);
}

// The same table says the same with other line breaks, and with its days written by the names of months.
static void line_breaks_and_names_of_months_change_nothing(void **state) {
    (void)state;
    static const char *const breaks[] = {"\n", "\r\n", "\r"};
    for (size_t k = 0; k < 6; k++) {
        struct text file;
        struct quality_answer answer = {0};
        maru_error err = {0};
        const char *end = breaks[k % 3];
        text_init(&file, 1 << 20);
        text_addf(&file, "day,temp,result%s", end);
        for (uint32_t i = 0; i < N_ROW; i++) {
            text_addf(&file, k < 3 ? "2025-01-%02u" : "%02u-Jan-2025", 1 + i / 20);
            text_addf(&file, ",%u,%s%s", i * 37 % 100, i * 37 % 100 > 60 ? "NG" : "OK", end);
        }
        if (ask(&file, NULL, 0, &answer, &err) != MARU_OK) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(answer.file.frame.n_row, N_ROW);
        const struct frame_column *day = &answer.file.frame.column[column(&answer, "day")];
        assert_int_equal(day->kind, FRAME_TIME);
        assert_int_equal(day->time[N_ROW - 1] - day->time[0],
                         (N_ROW / 20 - 1) * INT64_C(86400000000));
        quality_answer_fini(&answer);
        text_fini(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guesses_are_right_here),
        cmocka_unit_test(hints_are_followed),
        cmocka_unit_test(limits_of_the_target_are_the_verdict),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(the_same_bytes_give_the_same_answer),
        cmocka_unit_test(bins_and_bars_hold_every_row_once),
        cmocka_unit_test(line_breaks_and_names_of_months_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
