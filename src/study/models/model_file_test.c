#include "study/models/model_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "study/models/model_wish.h"
#include "study/quality/quality_file.h"

enum { ROWS = 300 };

static double number(uint32_t row, uint32_t column) {
    const struct random_block block = random_at(7, column, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

// Thickness follows temperature, the kind of defect follows pressure, the result follows temperature.
static void write_rows(struct text *out) {
    text_addz(out, "temperature,pressure,thickness,kind,result\n");
    for (uint32_t i = 0; i < ROWS; i++) {
        const double t = 180 + 20 * number(i, 1), p = number(i, 2);
        text_addf(out, "%.2f,%.3f,%.4f,%s,%s\n", t, p, 0.1 * t + 0.1 * number(i, 3),
                  p > 0.5 + 0.2 * (number(i, 6) - 0.5) ? "crack" : "void",
                  number(i, 4) < (t > 192 ? 0.6 : 0.05) ? "NG" : "OK");
    }
}

// Units of 20 to 40 cycles whose heat rises towards the end.
static void write_units(struct text *out) {
    text_addz(out, "engine,cycle,heat\n");
    for (uint32_t u = 0; u < 10; u++) {
        const uint32_t life = 20 + (uint32_t)(20 * number(u, 8));
        for (uint32_t i = 0; i < life; i++) {
            text_addf(out, "%u,%u,%.3f\n", u + 1, i + 1, 10.0 * i / life + number(u * 100 + i, 9));
        }
    }
}

// Loaded units die sooner; some are still running.
static void write_lives(struct text *out) {
    text_addz(out, "hours,failed,load,tool\n");
    for (uint32_t i = 0; i < 80; i++) {
        const double load = number(i, 11), life = 100 * (1.5 - load) * (0.5 + number(i, 12));
        text_addf(out, "%.1f,%s,%.3f,%s\n", life, number(i, 13) < 0.8 ? "yes" : "no", load,
                  i % 3 ? "A" : "B");
    }
}

// Runs of a process with two faults and normal ones; a fault moves one signal.
static void write_runs(struct text *out) {
    text_addz(out, "run,fault,heat,flow,level\n");
    for (uint32_t r = 0; r < 8; r++) {
        const uint32_t fault = r < 4 ? 0 : 1 + r % 2;
        for (uint32_t i = 0; i < 30; i++) {
            const uint32_t at = r * 100 + i;
            text_addf(out, "%u,%s,%.3f,%.3f,%.3f\n", r,
                      fault == 0   ? "OK"
                      : fault == 1 ? "leak"
                                   : "plug",
                      number(at, 21) + (fault == 1 ? 3 : 0), number(at, 22),
                      number(at, 23) + (fault == 2 ? 3 : 0));
        }
    }
}

struct asked {
    void (*write)(struct text *out);
    const char *goal;
    const char *wish[4][2];
    const char *goal_told;
};

static const struct asked cases[] = {
    {write_rows,
     "yes-no",
     {{"target", "result"}, {"leave_out", "kind"}, {"leave_out", "thickness"}},
     "yes-no"},
    {write_rows, "class", {{"target", "kind"}, {"leave_out", "result"}}, "class"},
    {write_rows, "number", {{"target", "thickness"}, {"leave_out", "result"}}, "number"},
    {write_units, "life", {{"unit", "engine"}, {"order", "cycle"}}, "life"},
    {write_lives,
     "survival",
     {{"order", "hours"}, {"target", "failed"}, {"bad", "yes"}},
     "survival"},
    {write_rows, "odd", {{"target", "result"}, {"leave_out", "kind"}}, "odd"},
    {write_runs, "faults", {{"target", "fault"}, {"unit", "run"}, {"normal", "OK"}}, "faults"},
};
enum { N_CASE = sizeof cases / sizeof *cases };

static bool never(void *context, double share, const char *what) {
    (void)share;
    (void)what;
    (*(int *)context)++;
    return false;
}

static maru_status train(const struct asked *asked, const struct text *table, int *n_look,
                         struct text *out, maru_error *err) {
    struct model_wish wish;
    model_wish_init(&wish);
    assert_int_equal(model_wish_take(&wish, "goal", asked->goal, err), MARU_OK);
    for (size_t i = 0; i < 4 && asked->wish[i][0]; i++) {
        assert_int_equal(model_wish_take(&wish, asked->wish[i][0], asked->wish[i][1], err),
                         MARU_OK);
    }
    const struct model_training training = {.wish = &wish,
                                            .bytes = table->bytes,
                                            .n_bytes = table->n_bytes,
                                            .title = "trial.csv",
                                            .version = "1",
                                            .n_thread = 1,
                                            .progress = n_look ? never : NULL,
                                            .context = n_look};
    const maru_status st = model_train(&training, out, err);
    model_wish_fini(&wish);
    return st;
}

static void open_table(const struct text *table, struct quality_file *out) {
    struct quality_hints hints;
    quality_hints_init(&hints);
    hints.sheet.allows_one_row = true;
    assert_int_equal(quality_file_open(table->bytes, table->n_bytes, &hints, 1 << 26, out, NULL),
                     MARU_OK);
    quality_hints_fini(&hints);
}

static uint32_t lines_of(const struct text *text) {
    uint32_t n = 0;
    for (size_t i = 0; i < text->n_bytes; i++) {
        n += text->bytes[i] == '\n';
    }
    return n;
}

// Its card in both languages and as JSON has its fingerprint and tells no empty name.
static void check_cards(const struct model_file *file) {
    const struct model_facts facts = model_file_facts(file);
    struct text out;
    text_init(&out, 1 << 22);
    for (int form = 0; form < 3; form++) {
        text_clear(&out);
        if (form < 2) {
            model_file_add_text(file, (enum lang)form, (struct look){0}, &out);
        } else {
            model_file_add_json(file, &out);
        }
        text_addz(&out, "");
        assert_int_equal(out.status, MARU_OK);
        assert_non_null(strstr(out.bytes, facts.fingerprint));
        assert_non_null(strstr(out.bytes, "trial.csv"));
    }
    text_fini(&out);
}

// All forms of an answer; a plain one has a line for each that was answered.
static void check_answers(const struct model_file *file, const struct frame *frame) {
    struct text out;
    struct model_said said;
    text_init(&out, 1 << 22);
    for (int form = PREDICTIONS_CSV; form <= PREDICTIONS_JSON; form++) {
        const struct model_question question = {frame, (enum predictions_form)form, form == 0,
                                                LANG_KO};
        text_clear(&out);
        assert_int_equal(model_file_predict(file, &question, &out, &said, NULL), MARU_OK);
        assert_true(said.n > 0 && said.n_lacking == 0 && !said.lacking[0]);
        if (form != PREDICTIONS_JSON) {
            assert_int_equal(lines_of(&out), said.n + (form == PREDICTIONS_CSV));
        }
    }
    text_fini(&out);
}

// Row by row says what the whole table said.
static void check_rows(const struct model_file *file, const struct frame *frame) {
    struct model_row_answer answer[ROWS];
    if (!model_file_fitted(file)) {
        return;
    }
    struct predictions made;
    assert_int_equal(model_file_answer(file, frame, answer, NULL), MARU_OK);
    assert_int_equal(predictions_make(model_file_fitted(file), frame, false, &made, NULL), MARU_OK);
    for (uint32_t i = 0; i < frame->n_row; i++) {
        assert_true(answer[i].value == made.answer[i].value);
        assert_int_equal(answer[i].is_alarm, made.answer[i].is_alarm);
        assert_int_equal(answer[i].outside[0] != 0, made.answer[i].n_outside > 0);
    }
    predictions_fini(&made);
}

static void every_goal_goes_through_one_door(void **state) {
    (void)state;
    for (size_t k = 0; k < N_CASE; k++) {
        struct text table, bytes, again;
        struct model_file *file = NULL;
        struct quality_file opened = {0};
        maru_error err = {0};
        text_init(&table, 1 << 20);
        text_init(&bytes, 1 << 26);
        text_init(&again, 1 << 26);
        cases[k].write(&table);
        const maru_status st = train(&cases[k], &table, NULL, &bytes, &err);
        if (st != MARU_OK) {
            fail_msg("%s: %s", cases[k].goal, err.text);
        }
        assert_int_equal(train(&cases[k], &table, NULL, &again, &err), MARU_OK);
        assert_int_equal(bytes.n_bytes, again.n_bytes);
        assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
        assert_int_equal(model_file_open(bytes.bytes, bytes.n_bytes, &file, &err), MARU_OK);
        const struct model_facts facts = model_file_facts(file);
        assert_string_equal(facts.goal, cases[k].goal_told);
        assert_int_equal(strlen(facts.fingerprint), 32);
        assert_string_equal(facts.title, "trial.csv");
        open_table(&table, &opened);
        check_cards(file);
        check_answers(file, &opened.frame);
        check_rows(file, &opened.frame);
        quality_file_close(&opened);
        model_file_close(file);
        text_fini(&again);
        text_fini(&bytes);
        text_fini(&table);
    }
}

static void training_stops_when_it_is_told_to(void **state) {
    (void)state;
    for (size_t k = 0; k < N_CASE; k++) {
        struct text table, bytes;
        int n_look = 0;
        text_init(&table, 1 << 20);
        text_init(&bytes, 1 << 26);
        cases[k].write(&table);
        assert_int_equal(train(&cases[k], &table, &n_look, &bytes, NULL), MARU_E_STOPPED);
        assert_int_equal(n_look, 1);
        assert_int_equal(bytes.n_bytes, 0);
        text_fini(&bytes);
        text_fini(&table);
    }
}

static void what_is_no_model_is_refused(void **state) {
    (void)state;
    static const char *const cases_of[] = {"", "M", "MARUMODL", "MARULTBL", "PK\003\004", "{}"};
    for (size_t i = 0; i < sizeof cases_of / sizeof *cases_of; i++) {
        struct model_file *file = NULL;
        maru_error err = {0};
        assert_int_equal(model_file_open(cases_of[i], strlen(cases_of[i]), &file, &err),
                         MARU_E_INPUT);
        assert_null(file);
        assert_true(err.text[0]);
    }
    model_file_close(NULL);
}

static void a_goal_that_is_none_is_refused(void **state) {
    (void)state;
    static const struct asked none = {write_rows, "fame", {{0}}, ""};
    struct text table, bytes;
    text_init(&table, 1 << 20);
    text_init(&bytes, 1 << 20);
    write_rows(&table);
    assert_int_equal(train(&none, &table, NULL, &bytes, NULL), MARU_E_USAGE);
    text_fini(&bytes);
    text_fini(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_goal_goes_through_one_door),
        cmocka_unit_test(training_stops_when_it_is_told_to),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(a_goal_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("model_file", tests, NULL, NULL);
}
