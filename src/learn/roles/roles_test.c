#include "learn/roles/roles.h"

#include "base/csv.h"
#include "base/random.h"
#include "learn/roles/role_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 2000 };

// A press shop of 2000 rows, one bad unit in 20. Columns are made by what they are to be taken for.
static uint64_t drawn;
static uint32_t below(uint32_t n) { return random_at(5, 1, drawn++).word[0] % n; }

static void name_column(struct frame *frame, uint32_t i, const char *name, enum frame_kind kind) {
    assert_int_equal(frame_make_column(frame, i, kind, NULL), MARU_OK);
    frame->column[i].name = name;
}

static void put_word(struct frame *frame, uint32_t i, uint32_t row, const char *word) {
    uint32_t number = 0;
    struct frame_column *column = &frame->column[i];
    assert_int_equal(names_add(&column->words, word, strlen(word), &number, NULL), MARU_OK);
    column->n_missing -= column->word[row] == FRAME_NO_WORD ? 1U : 0U;
    column->word[row] = number;
}

static void put_number(struct frame *frame, uint32_t i, uint32_t row, double x) {
    struct frame_column *column = &frame->column[i];
    column->n_missing -= isnan(column->number[row]) ? 1U : 0U;
    column->number[row] = x;
}

enum {
    NUMBER_ROW,
    SERIAL,
    MADE,
    TYPED,
    LOT,
    PRESS,
    HEAT,
    SPEED,
    KIND,
    REPAIR,
    ACTION,
    FORCE,
    BLANK,
    SAME,
    VERDICT,
    N_COLUMN
};
static const char *const column_names[N_COLUMN] = {
    "번호",     "바코드",     "생산일시",    "입력일시", "로트번호", "호기", "온도", "speed",
    "불량유형", "재작업시간", "state after", "누설량",   "empty",    "공장", "판정"};

static void make_shop(struct frame *frame) {
    static const uint8_t kind[N_COLUMN] = {FRAME_NUMBER, FRAME_TEXT,   FRAME_TIME,   FRAME_TIME,
                                           FRAME_TEXT,   FRAME_WORD,   FRAME_NUMBER, FRAME_NUMBER,
                                           FRAME_WORD,   FRAME_NUMBER, FRAME_WORD,   FRAME_NUMBER,
                                           FRAME_EMPTY,  FRAME_WORD,   FRAME_WORD};
    char text[32];
    assert_int_equal(frame_init(frame, ROWS, N_COLUMN, 1 << 26, NULL), MARU_OK);
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        name_column(frame, i, column_names[i], (enum frame_kind)kind[i]);
    }
    drawn = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        const bool is_bad = below(20) == 0;
        put_number(frame, NUMBER_ROW, row, row + 1);
        snprintf(text, sizeof text, "A%07u", row * 7919 % 1000003);
        put_word(frame, SERIAL, row, text);
        frame->column[MADE].time[row] = (maru_time)row * 60000000;
        frame->column[TYPED].time[row] = (maru_time)row * 60000000 + 5;
        snprintf(text, sizeof text, "L%04u", row / 25);
        put_word(frame, LOT, row, text);
        snprintf(text, sizeof text, "%u호기", 1 + below(4));
        put_word(frame, PRESS, row, text);
        put_number(frame, HEAT, row, 80 + below(100) / 10.0 + (is_bad ? 4 : 0));
        put_number(frame, SPEED, row, 10 + below(7));
        put_word(frame, KIND, row, is_bad ? (below(2) ? "찍힘" : "긁힘") : "-");
        if (is_bad || below(200) == 0) {
            put_number(frame, REPAIR, row, 5 + below(10));
        }
        put_word(frame, ACTION, row, is_bad ? "held" : "sent");
        put_number(frame, FORCE, row, is_bad ? 2 + below(10) : below(20) / 20.0);
        put_word(frame, SAME, row, "안산");
        put_word(frame, VERDICT, row, is_bad ? "NG" : "OK");
    }
}

static void a_shop(void **state) {
    static const struct {
        uint32_t column;
        enum role role;
        enum role_reason reason;
    } want[] = {
        {NUMBER_ROW, ROLE_IDENTIFIER, REASON_COUNTS_ROWS},
        {SERIAL, ROLE_IDENTIFIER, REASON_ALL_DIFFERENT},
        {MADE, ROLE_TIME, REASON_VALUES},
        {TYPED, ROLE_TIME, REASON_VALUES},
        {LOT, ROLE_LOT, REASON_NAME},
        {PRESS, ROLE_TOOL, REASON_NAME},
        {HEAT, ROLE_INPUT, REASON_NONE},
        {SPEED, ROLE_INPUT, REASON_NONE},
        {KIND, ROLE_LEAK, REASON_SAME_WHEN_GOOD},
        {REPAIR, ROLE_LEAK, REASON_FILLED_WHEN_BAD},
        {ACTION, ROLE_LEAK, REASON_SAME_WHEN_GOOD},
        {FORCE, ROLE_LEAK, REASON_SAYS_IT_ALL},
        {BLANK, ROLE_EMPTY, REASON_NO_VALUE},
        {SAME, ROLE_CONSTANT, REASON_ONE_VALUE},
        {VERDICT, ROLE_TARGET, REASON_NAME_AND_VALUES},
    };
    struct frame frame;
    struct roles roles;
    (void)state;
    make_shop(&frame);
    assert_int_equal(roles_find(&frame, NULL, &roles, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct column_role *got = &roles.column[want[i].column];
        if (got->role != want[i].role || got->reason != want[i].reason) {
            fail_msg("%s: %s since %s, want %s", column_names[want[i].column],
                     column_role_name((enum role)got->role, false),
                     role_reason_text((enum role_reason)got->reason, false),
                     column_role_name(want[i].role, false));
        }
    }
    assert_int_equal(roles.target.form, TARGET_WORD);
    assert_false(roles.target.is_guessed);
    assert_int_equal(roles.time_column, MADE);
    assert_int_equal(roles.lot_column, LOT);
    assert_int_equal(roles.n_bad + roles.n_good, ROWS);
    assert_true(roles.n_bad > 60 && roles.n_bad < 140);
    roles_fini(&roles);
    frame_fini(&frame);
}

static void somebody_knows_better(void **state) {
    const struct role_hint hint[] = {{"누설량", ROLE_INPUT}, {"온도", ROLE_REMARK}};
    struct roles_hints hints = {.target = "불량유형",
                                .bad = "찍힘",
                                .lower = (double)NAN,
                                .upper = (double)NAN,
                                .hint = hint,
                                .n_hint = 2};
    struct frame frame;
    struct roles roles;
    maru_error err;
    (void)state;
    make_shop(&frame);
    assert_int_equal(roles_find(&frame, &hints, &roles, NULL), MARU_OK);
    assert_int_equal(roles.target.column, KIND);
    assert_int_equal(roles.column[FORCE].role, ROLE_INPUT);
    assert_int_equal(roles.column[HEAT].role, ROLE_REMARK);
    assert_true(roles.n_bad > 20 && roles.n_bad < 80);
    roles_fini(&roles);
    hints.bad = "없는 값";
    assert_int_equal(roles_find(&frame, &hints, &roles, &err), MARU_E_INPUT);
    hints.target = "없는 열";
    assert_int_equal(roles_find(&frame, &hints, &roles, &err), MARU_E_INPUT);
    frame_fini(&frame);
}

static double verdict_of(const char *name, const double *value, uint32_t n,
                         const struct roles_hints *hints, uint8_t *form, bool *is_guessed) {
    struct frame frame;
    struct roles roles;
    double sum = 0;
    assert_int_equal(frame_init(&frame, n, 1, 1 << 20, NULL), MARU_OK);
    name_column(&frame, 0, name, FRAME_NUMBER);
    for (uint32_t i = 0; i < n; i++) {
        put_number(&frame, 0, i, value[i]);
    }
    assert_int_equal(roles_find(&frame, hints, &roles, NULL), MARU_OK);
    for (uint32_t i = 0; i < n; i++) {
        sum += isnan(roles.bad[i]) ? 0.0 : roles.bad[i];
    }
    *form = roles.target.form;
    *is_guessed = roles.target.is_guessed;
    roles_fini(&roles);
    frame_fini(&frame);
    return sum;
}

static void numbers_as_verdicts(void **state) {
    static const struct {
        const char *name;
        double value[6];
        uint8_t form;
        bool is_guessed;
        double n_bad;
    } cases[] = {
        {"불량여부", {0, 0, 1, 0, 0, 1}, TARGET_FLAG, false, 2},
        {"Pass", {1, 1, 1, 0, 1, 1}, TARGET_FLAG, false, 1},
        {"label", {-1, -1, 1, -1, -1, -1}, TARGET_FLAG, true, 1},
        {"Machine failure", {0, 0, 0, 0, 1, 0}, TARGET_FLAG, false, 1},
        {"수율(%)", {97, 98, 99, 95, 96, 97}, TARGET_NUMBER, false, 582},
        {"온도", {1, 2, 3, 4, 5, 6}, TARGET_NONE, false, 0},
        {"pos_y", {1, 2, 3, 4, 5, 6}, TARGET_NONE, false, 0},
    };
    const struct roles_hints limits = {.target = "두께", .lower = 2, .upper = 4};
    const double thick[] = {1, 2, 3, 4, 5, 6};
    uint8_t form = 0;
    bool is_guessed = false;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double n_bad = verdict_of(cases[i].name, cases[i].value, 6, NULL, &form, &is_guessed);
        if (n_bad != cases[i].n_bad || form != cases[i].form || is_guessed != cases[i].is_guessed) {
            fail_msg("%s: form %u, %g bad%s", cases[i].name, form, n_bad,
                     is_guessed ? ", guessed" : "");
        }
    }
    assert_true(verdict_of("두께", thick, 6, &limits, &form, &is_guessed) == 3);
    assert_int_equal(form, TARGET_LIMITS);
}

// So many bad ones of so many: the amount is no cause.
static void counts_of_lots(void **state) {
    static const char *const name[] = {"로트", "생산수량", "불량수량"};
    struct frame frame;
    struct roles roles;
    char text[16];
    (void)state;
    assert_int_equal(frame_init(&frame, 50, 3, 1 << 20, NULL), MARU_OK);
    name_column(&frame, 0, name[0], FRAME_TEXT);
    name_column(&frame, 1, name[1], FRAME_NUMBER);
    name_column(&frame, 2, name[2], FRAME_NUMBER);
    for (uint32_t i = 0; i < 50; i++) {
        snprintf(text, sizeof text, "L%u", i);
        put_word(&frame, 0, i, text);
        put_number(&frame, 1, i, 1000 + i);
        put_number(&frame, 2, i, i % 9);
    }
    assert_int_equal(roles_find(&frame, NULL, &roles, NULL), MARU_OK);
    assert_int_equal(roles.target.form, TARGET_COUNT);
    assert_int_equal(roles.target.column, 2);
    assert_int_equal(roles.column[1].role, ROLE_AMOUNT);
    assert_true(fabs(roles.bad[10] - 1.0 / 1010.0) < 1e-12 && roles.weight[10] == 1010);
    roles_fini(&roles);
    frame_fini(&frame);
}

// What is counted or computed from the verdict is no cause: kinds of defects, good ones, the share in percent. A count that has nothing to do
// with it may be one. Whether bad ones, good ones or both are written, it is the same verdict.
static void counts_of_kinds(void **state) {
    enum { C_MADE, C_GOOD, C_BAD, C_SHARE, C_SCRATCH, C_DENT, C_STOPS, C_N };
    static const char *const name[C_N] = {"생산수량", "양품수량", "불량수량", "불량률",
                                          "스크래치", "찍힘",     "정지횟수"};
    (void)state;
    for (int without = 0; without < 3;
         without++) { // nothing, how many were made, how many were bad
        struct frame frame;
        struct roles roles;
        assert_int_equal(frame_init(&frame, 200, C_N, 1 << 20, NULL), MARU_OK);
        for (uint32_t c = 0; c < C_N; c++) {
            const bool is_out =
                without == 1 ? c == C_MADE : without == 2 && (c == C_BAD || c == C_SHARE);
            name_column(&frame, c, is_out ? "비중" : name[c], FRAME_NUMBER);
            for (uint32_t i = 0; i < 200; i++) {
                const uint32_t scratch = i * 7 % 5, dent = i * 11 % 4, bad = scratch + dent + i % 3;
                const double value[C_N] = {400 + i * 13 % 90,
                                           400 + i * 13 % 90 - bad,
                                           bad,
                                           100.0 * bad / (400 + i * 13 % 90),
                                           scratch,
                                           dent,
                                           i * 17 % 9};
                put_number(&frame, c, i, is_out ? i * 29 % 31 : value[c]);
            }
        }
        assert_int_equal(roles_find(&frame, NULL, &roles, NULL), MARU_OK);
        assert_int_equal(roles.target.form, TARGET_COUNT);
        assert_int_equal(roles.target.column, without == 2 ? C_GOOD : C_BAD);
        assert_true(roles.target.of_is_rest == (without == 1));
        assert_true(fabs(roles.bad[10] - (0.0 + 2.0 + 1.0) / (400 + 130 % 90)) < 1e-9);
        assert_true(fabs(roles.weight[10] - (400 + 130 % 90)) < 1e-9);
        assert_int_equal(roles.column[C_SCRATCH].reason, REASON_PART_OF);
        assert_int_equal(roles.column[C_DENT].reason, REASON_PART_OF);
        assert_int_equal(roles.column[C_STOPS].role, ROLE_INPUT);
        if (without == 0) {
            assert_int_equal(roles.column[C_GOOD].reason, REASON_COMPUTED);
            assert_int_equal(roles.column[C_SHARE].reason, REASON_COMPUTED);
        }
        roles_fini(&roles);
        frame_fini(&frame);
    }
}

static void words_of_names(void **state) {
    static const struct {
        const char *name;
        enum word_list list;
        bool has;
    } cases[] = {
        {"LotNo", WORDS_LOT, true},      {"LOT_ID", WORDS_LOT, true},
        {"lot", WORDS_LOT, true},        {"slot", WORDS_LOT, false},
        {"Plot size", WORDS_LOT, false}, {"원료로트번호", WORDS_LOT, true},
        {"MachineID", WORDS_TOOL, true}, {"EQP01", WORDS_TOOL, true},
        {"machined", WORDS_TOOL, false}, {"pos_y", WORDS_TARGET, true},
        {"Yaw", WORDS_TARGET, false},    {"NG여부", WORDS_BAD_NAME, true},
        {"long", WORDS_BAD_NAME, false}, {"두께 상한", WORDS_UPPER, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (words_in_name(cases[i].list, cases[i].name) != cases[i].has) {
            fail_msg("%s", cases[i].name);
        }
    }
    assert_true(words_is(WORDS_GOOD, " Ok ") && words_is(WORDS_BAD, "불합격"));
    assert_false(words_is(WORDS_GOOD, "") || words_is(WORDS_GOOD, "okay") ||
                 words_is(WORDS_BAD, "|"));
}

// One class alone, one row, no target.
static void what_says_nothing(void **state) {
    struct frame frame;
    struct roles roles;
    maru_error err;
    (void)state;
    assert_int_equal(frame_init(&frame, 3, 1, 1 << 20, NULL), MARU_OK);
    name_column(&frame, 0, "판정", FRAME_WORD);
    for (uint32_t i = 0; i < 3; i++) {
        put_word(&frame, 0, i, "OK");
    }
    const struct roles_hints hints = {.target = "판정", .lower = (double)NAN, .upper = (double)NAN};
    assert_int_equal(roles_find(&frame, &hints, &roles, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "none of 3 units is bad"));
    assert_int_equal(roles_find(&frame, NULL, &roles, NULL), MARU_OK);
    assert_int_equal(roles.target.form, TARGET_NONE);
    roles_fini(&roles);
    frame_fini(&frame);
    assert_int_equal(frame_init(&frame, 1, 0, 1 << 20, NULL), MARU_OK);
    assert_int_equal(roles_find(&frame, NULL, &roles, &err), MARU_E_INPUT);
    frame_fini(&frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shop),
        cmocka_unit_test(somebody_knows_better),
        cmocka_unit_test(numbers_as_verdicts),
        cmocka_unit_test(counts_of_lots),
        cmocka_unit_test(counts_of_kinds),
        cmocka_unit_test(words_of_names),
        cmocka_unit_test(what_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
