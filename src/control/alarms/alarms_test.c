#include "control/alarms/alarms.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/text.h"
#include "control/alarms/alarms_image.h"
#include "signal/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S_US INT64_C(1000000)

static void read_table(const char *rows, struct alarm_table *table) {
    struct text text;
    text_init(&text, 1 << 24);
    text_addf(&text, "alarm,condition,priority,on_delay,off_delay,dead_time,cause,operator,"
                     "escalate,ack\n");
    text_addz(&text, rows);
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    if (alarm_table_read("a.csv", text.bytes, text.n_bytes, faults, table, &err) != MARU_OK) {
        fail_msg("%u:%u %s", err.row, err.column, err.text);
    }
    maru_faults_free(faults);
    text_fini(&text);
}

// What was told, as text: `10 HOT normal>unacknowledged signal;`.
struct told {
    const struct alarm_table *table;
    struct text text;
};

static void tell(void *context, const struct alarm_change *c) {
    struct told *told = context;
    static const char *const news[N_ALARM_NEWS] = {"",       "escalated", "chatters",  "calm",
                                                   "stands", "flood",     "flood over"};
    static const char *const why[N_ALARM_WHY] = {"", " cause", " flood", " person", " time"};
    const bool is_operator = c->news == ALARM_FLOOD_BEGINS || c->news == ALARM_FLOOD_ENDS;
    const char *name =
        is_operator ? told->table->operator_[c->alarm] : told->table->alarm[c->alarm].name;
    text_addf(&told->text, "%d %s ", (int)(c->at_us / S_US), name);
    if (c->news == ALARM_MOVED) {
        text_addf(&told->text, "%s>%s%s;", alarm_state_name(c->from, false),
                  alarm_state_name(c->to, false), why[c->why]);
    } else {
        text_addf(&told->text, "%s %u/%u;", news[c->news], c->n, c->n_hidden);
    }
}

enum act { SEE, SEE_BAD, NOW, ACK, SHELVE, UNSHELVE, OUT, IN };

struct step {
    enum act act;
    int at_s;
    const char *name; // of the signal or alarm
    double value;     // SHELVE: until, s
};

struct scenario {
    const char *what, *rows, *want;
    struct step step[24];
};

static maru_status do_step(struct alarms *a, const struct step *s) {
    const maru_time at_us = s->at_s * S_US;
    const uint32_t alarm = s->name ? alarm_table_find(a->table, s->name) : 0;
    const uint32_t signal = s->name ? alarm_table_signal(a->table, s->name) : 0;
    switch (s->act) {
    case SEE:
        return alarms_sample(a, signal, at_us, s->value, QUALITY_GOOD, NULL);
    case SEE_BAD:
        return alarms_sample(a, signal, at_us, s->value, QUALITY_BAD, NULL);
    case NOW:
        return alarms_advance(a, at_us, NULL);
    case ACK:
        return alarms_ack(a, alarm, at_us, 7, 0, NULL);
    case SHELVE:
        return alarms_shelve(a, alarm, at_us, (maru_time)s->value * S_US, 7, 8, NULL);
    case UNSHELVE:
        return alarms_unshelve(a, alarm, at_us, 7, 8, NULL);
    case OUT:
    case IN:
        return alarms_set_service(a, alarm, s->act == IN, at_us, 7, 8, NULL);
    default:
        return MARU_E_USAGE;
    }
}

static const struct scenario scenarios[] = {
    {"comes, acknowledged, goes",
     "A,x > 10,,,,,,,,\n",
     "5 A normal>unacknowledged;7 A unacknowledged>acknowledged person;9 A acknowledged>normal;",
     {{SEE, 5, "x", 11}, {SEE, 6, "x", 12}, {ACK, 7, "A", 0}, {SEE, 9, "x", 10}}},
    {"goes before it is acknowledged, and comes again",
     "A,x > 10,,,,,,,,\n",
     "5 A normal>unacknowledged;9 A unacknowledged>returned;10 A returned>unacknowledged;"
     "11 A unacknowledged>returned;12 A returned>normal person;",
     {{SEE, 5, "x", 11},
      {SEE, 9, "x", 10},
      {SEE, 10, "x", 11},
      {SEE, 11, "x", 9},
      {ACK, 12, "A", 0}}},
    {"nobody need acknowledge",
     "A,x > 10,,,,,,,,no\n",
     "5 A normal>acknowledged;9 A acknowledged>normal;",
     {{SEE, 5, "x", 11}, {SEE, 9, "x", 10}}},
    {"a deadband holds it",
     "A,x > 10 deadband 2,,,,,,,,no\n",
     "5 A normal>acknowledged;8 A acknowledged>normal;",
     {{SEE, 5, "x", 11}, {SEE, 6, "x", 9}, {SEE, 7, "x", 8.5}, {SEE, 8, "x", 8}, {SEE, 9, "x", 9}}},
    {"outside, both ways",
     "A,x outside 0 to 10 deadband 1,,,,,,,,no\n",
     "1 A normal>acknowledged;3 A acknowledged>normal;4 A normal>acknowledged;6 A "
     "acknowledged>normal;",
     {{SEE, 1, "x", -1},
      {SEE, 2, "x", 0.5},
      {SEE, 3, "x", 1},
      {SEE, 4, "x", 11},
      {SEE, 5, "x", 9.5},
      {SEE, 6, "x", 9}}},
    {"an on-delay needs the condition all the while",
     "A,x > 10,,10 s,,,,,,no\n",
     "32 A normal>acknowledged;40 A acknowledged>normal;",
     {{SEE, 5, "x", 11},
      {SEE, 14, "x", 9},
      {SEE, 22, "x", 11},
      {NOW, 31, NULL, 0},
      {SEE, 40, "x", 9}}},
    {"an on-delay that ended between two samples",
     "A,x > 10,,10 s,,,,,,no\n",
     "15 A normal>acknowledged;30 A acknowledged>normal;",
     {{SEE, 5, "x", 11}, {SEE, 30, "x", 9}}},
    {"an off-delay",
     "A,x > 10,,,10 s,,,,,no\n",
     "5 A normal>acknowledged;25 A acknowledged>normal;",
     {{SEE, 5, "x", 11},
      {SEE, 6, "x", 9},
      {SEE, 10, "x", 11},
      {SEE, 15, "x", 9},
      {NOW, 24, NULL, 0},
      {NOW, 25, NULL, 0}}},
    {"a dead time after it went",
     "A,x > 10,,,,60 s,,,,no\n",
     "5 A normal>acknowledged;6 A acknowledged>normal;66 A normal>acknowledged;",
     {{SEE, 5, "x", 11},
      {SEE, 6, "x", 9},
      {SEE, 7, "x", 11},
      {SEE, 8, "x", 9},
      {SEE, 9, "x", 11},
      {NOW, 65, NULL, 0},
      {NOW, 70, NULL, 0}}},
    {"late samples do not flap it",
     "A,x > 10,,,,,,,,no\n",
     "5 A normal>acknowledged;",
     {{SEE, 5, "x", 11}, {SEE, 4, "x", 1}, {SEE, 3, "x", 12}, {SEE, 6, "x", 11}}},
    {"bad samples say nothing but that they are bad",
     "A,x > 10,,,,,,,,no\nB,x bad,,,,,,,,no\n",
     "5 A normal>acknowledged;6 B normal>acknowledged;7 B acknowledged>normal;",
     {{SEE, 5, "x", 11}, {SEE_BAD, 6, "x", 0}, {SEE, 7, "x", 11}}},
    {"silence",
     "A,x silent 10 s,,,,,,,,no\n",
     "10 A normal>acknowledged;12 A acknowledged>normal;31 A normal>acknowledged;40 A "
     "acknowledged>normal;",
     {{NOW, 11, NULL, 0},
      {SEE, 12, "x", 0},
      {SEE, 21, "x", 0},
      {NOW, 30, NULL, 0},
      {SEE, 40, "x", 0},
      {NOW, 41, NULL, 0}}},
    {"rises too fast",
     "A,x rises 5 per 10 s,,,,,,,,no\n",
     "4 A normal>acknowledged;22 A acknowledged>normal;",
     {{SEE, 0, "x", 0}, {SEE, 2, "x", 5}, {SEE, 4, "x", 6}, {SEE, 12, "x", 7}, {SEE, 22, "x", 11}}},
    {"and, not",
     "A,x > 10 and not y = 1,,,,,,,,no\n",
     "5 A normal>acknowledged;6 A acknowledged>normal;7 A normal>acknowledged;",
     {{SEE, 5, "x", 11}, {SEE, 6, "y", 1}, {SEE, 7, "y", 0}}},
    {"not is true from the start",
     "A,not x = 1,,2 s,,,,,,no\n",
     "2 A normal>acknowledged;3 A acknowledged>normal;",
     {{NOW, 2, NULL, 0}, {SEE, 3, "x", 1}}},
    {"shelved: not told, and told when the shelf runs out",
     "A,x > 10,,,,,,,,\n",
     "5 A normal>unacknowledged;6 A unacknowledged>shelved person;30 A shelved>unacknowledged "
     "time;",
     {{SEE, 5, "x", 11},
      {SHELVE, 6, "A", 30},
      {SEE, 7, "x", 9},
      {SEE, 8, "x", 11},
      {NOW, 29, NULL, 0},
      {NOW, 30, NULL, 0}}},
    {"shelved, and unshelved when it is gone",
     "A,x > 10,,,,,,,,\n",
     "5 A normal>unacknowledged;6 A unacknowledged>shelved person;9 A shelved>normal person;",
     {{SEE, 5, "x", 11},
      {SHELVE, 6, "A", 30},
      {SEE, 7, "x", 9},
      {UNSHELVE, 9, "A", 0},
      {NOW, 40, NULL, 0}}},
    {"out of service",
     "A,x > 10,,,,,,,,\n",
     "1 A normal>out of service person;9 A out of service>unacknowledged person;",
     {{OUT, 1, "A", 0}, {SEE, 5, "x", 11}, {IN, 9, "A", 0}}},
    {"what follows from a cause is suppressed",
     "P,p = 0,,,,,,,,no\nA,x > 10,,,,,P,,,\nB,y > 10,,,,,A,,,\n",
     "1 B normal>unacknowledged;2 B unacknowledged>suppressed cause;2 P normal>acknowledged;3 A "
     "normal>suppressed;"
     "4 B suppressed>normal;5 P acknowledged>normal;5 A suppressed>unacknowledged cause;",
     {{SEE, 1, "y", 11}, {SEE, 2, "p", 0}, {SEE, 3, "x", 11}, {SEE, 4, "y", 9}, {SEE, 5, "p", 1}}},
    {"a cause that is out of service hides nothing",
     "P,p = 0,,,,,,,,no\nA,x > 10,,,,,P,,,\n",
     "1 P normal>acknowledged;2 A normal>suppressed;3 P acknowledged>out of service person;"
     "3 A suppressed>unacknowledged cause;4 A unacknowledged>suppressed cause;4 P out of "
     "service>acknowledged person;",
     {{SEE, 1, "p", 0}, {SEE, 2, "x", 11}, {OUT, 3, "P", 0}, {IN, 4, "P", 0}}},
    {"escalates until it is acknowledged",
     "A,x > 10,,,,,,,10 s,\n",
     "5 A normal>unacknowledged;8 A unacknowledged>returned;15 A escalated 1/0;25 A escalated "
     "2/0;26 A returned>normal person;",
     {{SEE, 5, "x", 11},
      {SEE, 8, "x", 9},
      {NOW, 25, NULL, 0},
      {ACK, 26, "A", 0},
      {NOW, 99, NULL, 0}}},
    {"chatters",
     "A,x > 10,,,,,,,,no\n",
     "1 A normal>acknowledged;2 A acknowledged>normal;3 A normal>acknowledged;4 A "
     "acknowledged>normal;"
     "5 A normal>acknowledged;5 A chatters 3/0;6 A acknowledged>normal;65 A calm 3/0;",
     {{SEE, 1, "x", 11},
      {SEE, 2, "x", 9},
      {SEE, 3, "x", 11},
      {SEE, 4, "x", 9},
      {SEE, 5, "x", 11},
      {SEE, 6, "x", 9},
      {NOW, 64, NULL, 0},
      {NOW, 65, NULL, 0}}},
    {"stands for a day",
     "A,x > 10,,,,,,,,no\n",
     "5 A normal>acknowledged;86405 A stands 1/0;",
     {{SEE, 5, "x", 11}, {NOW, 99999, NULL, 0}}},
};

static void scenarios_go_as_written(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        const struct scenario *s = &scenarios[i];
        struct alarm_table table;
        struct alarms a;
        read_table(s->rows, &table);
        struct told told = {.table = &table};
        text_init(&told.text, 1 << 20);
        const struct alarms_options options = alarms_usual();
        assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
        alarms_listen(&a, tell, &told);
        for (size_t k = 0; k < 24 && (s->step[k].at_s > 0 || s->step[k].name); k++) {
            assert_int_equal(do_step(&a, &s->step[k]), MARU_OK);
            maru_error err = {0};
            if (alarms_check(&a, &err) != MARU_OK) {
                fail_msg("%s, step %zu: %s", s->what, k, err.text);
            }
        }
        if (strcmp(told.text.bytes, s->want) != 0) {
            fail_msg("%s:\n%s\n%s", s->what, told.text.bytes, s->want);
        }
        text_fini(&told.text);
        alarms_fini(&a);
        alarm_table_fini(&table);
    }
}

static void floods_begin_and_end(void **state) {
    (void)state;
    struct text rows;
    text_init(&rows, 1 << 16);
    for (int i = 0; i < 17; i++) {
        text_addf(&rows, "A%d,x%d > 0,%s,,,,,ops,,no\n", i, i, i < 12 ? "high" : "low");
    }
    struct alarm_table table;
    read_table(rows.bytes, &table);
    struct told told = {.table = &table};
    text_init(&told.text, 1 << 20);
    struct alarms_options options = alarms_usual();
    options.flood_hides = ALARM_LOW;
    struct alarms a;
    assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
    alarms_listen(&a, tell, &told);
    for (int i = 0; i < 17; i++) {
        const struct step step = {SEE, 30 * i, table.signal[i], 1};
        if (i == 10) { // ten alarms are no flood yet
            assert_null(strstr(told.text.bytes, "flood"));
        }
        assert_int_equal(do_step(&a, &step), MARU_OK);
    }
    assert_non_null(strstr(told.text.bytes, "300 ops flood 11/0;"));
    assert_int_equal(alarms_count(&a, ALARM_ACKED), 12);
    assert_int_equal(alarms_count(&a, ALARM_SUPPRESSED), 5);
    text_clear(&told.text);
    assert_int_equal(alarms_advance(&a, 809 * S_US, NULL), MARU_OK);
    assert_int_equal(told.text.n_bytes, 0);
    // The fifth last came at 210 s: at 810 s fewer than five are left in the window.
    assert_int_equal(alarms_advance(&a, 810 * S_US, NULL), MARU_OK);
    assert_non_null(strstr(told.text.bytes, "810 ops flood over 12/5;"));
    assert_non_null(strstr(told.text.bytes, "810 A12 suppressed>acknowledged flood;"));
    assert_int_equal(alarms_count(&a, ALARM_SUPPRESSED), 0);
    assert_int_equal(alarms_check(&a, NULL), MARU_OK);
    text_fini(&told.text);
    text_fini(&rows);
    alarms_fini(&a);
    alarm_table_fini(&table);
}

static void people_are_refused_with_a_reason(void **state) {
    (void)state;
    struct alarm_table table;
    struct alarms a;
    read_table("A,x > 10,,,,,,,,\n", &table);
    const struct alarms_options options = alarms_usual();
    assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
    maru_error err;
    assert_int_equal(alarms_ack(&a, 0, 0, 1, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_ack(&a, 1, 0, 1, 0, &err), MARU_E_RANGE);
    assert_int_equal(alarms_ack(&a, 0, INT64_MAX, 1, 0, &err), MARU_E_RANGE);
    assert_int_equal(alarms_shelve(&a, 0, 100, 100, 1, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_shelve(&a, 0, 100, (maru_time)8 * 3600 * S_US + 101, 1, 0, &err),
                     MARU_E_USAGE);
    assert_int_equal(alarms_unshelve(&a, 0, 100, 1, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_set_service(&a, 0, true, 100, 1, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_set_service(&a, 0, false, 100, 1, 0, &err), MARU_OK);
    assert_int_equal(alarms_shelve(&a, 0, 100, 200, 1, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_sample(&a, 1, 0, 0, 0, &err), MARU_E_RANGE);
    assert_int_equal(alarms_sample(&a, 0, INT64_MIN, 0, 0, &err), MARU_E_RANGE);
    assert_int_equal(alarms_advance(&a, INT64_MAX, &err), MARU_E_RANGE);
    alarms_fini(&a);
    struct alarms_options odd = options;
    odd.flood_begins = ALARMS_MAX_FLOOD + 1;
    assert_int_equal(alarms_init(&a, &table, &odd, 0, &err), MARU_E_USAGE);
    odd = options;
    odd.standing_us = -1;
    assert_int_equal(alarms_init(&a, &table, &odd, 0, &err), MARU_E_USAGE);
    assert_int_equal(alarms_init(&a, &table, &options, INT64_MAX, &err), MARU_E_RANGE);
    alloc_fail_after(0);
    assert_int_equal(alarms_init(&a, &table, &options, 0, &err), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    alarm_table_fini(&table);
}

// ---- laws

static const char wild_rows[] = "A,x > 10 deadband 3,high,2 s,1 s,5 s,,ops,20 s,\n"
                                "B,x < 5 or y > 10,low,,,,A,ops,,\n"
                                "C,y outside 5 to 12 and not z bad,low,1 s,,,B,ops,10 s,no\n"
                                "D,z silent 8 s,medium,,2 s,,A,night,,\n"
                                "E,z changes 6 per 5 s,critical,,,,,night,30 s,\n"
                                "F,not x = 7,low,3 s,3 s,,D,ops,5 s,\n";

// One random act; the same for the same seed and number.
static void random_act(struct alarms *a, uint64_t seed, uint64_t k) {
    const struct random_block r = random_at(seed, 5, k);
    const maru_time at_us = (maru_time)k * S_US / 2 - (r.word[1] % 8 == 0 ? 3 * S_US : 0);
    const uint32_t alarm = r.word[2] % a->n_alarm;
    maru_status st = MARU_OK;
    switch (r.word[0] % 16) {
    case 0:
        st = alarms_ack(a, alarm, at_us, 1, 0, NULL);
        break;
    case 1:
        st = alarms_shelve(a, alarm, at_us, at_us + (maru_time)(r.word[3] % 20) * S_US, 1, 0, NULL);
        break;
    case 2:
        st = alarms_unshelve(a, alarm, at_us, 1, 0, NULL);
        break;
    case 3:
        st = alarms_set_service(a, alarm, r.word[3] % 4 != 0, at_us, 1, 0, NULL);
        break;
    case 4:
    case 5:
        st = alarms_advance(a, at_us, NULL);
        break;
    default:
        st = alarms_sample(a, r.word[2] % a->n_signal, at_us, r.word[3] % 16,
                           r.word[1] % 32 == 1 ? QUALITY_BAD : QUALITY_GOOD, NULL);
    }
    assert_true(st == MARU_OK || st == MARU_E_USAGE);
}

struct chain { // what must hold of changes alone
    uint8_t state[8];
    uint32_t n_came, n_change;
};

static void follow(void *context, const struct alarm_change *c) {
    struct chain *chain = context;
    chain->n_change++;
    if (c->news == ALARM_MOVED) {
        assert_int_equal(c->from, chain->state[c->alarm]); // no move is missing
        assert_true(c->to < N_ALARM_STATE);
        // What is shelved or out of service leaves it by a person or by time alone, never by a sample.
        if (c->from == ALARM_SHELVED || c->from == ALARM_OUT_OF_SERVICE) {
            assert_true(c->why == ALARM_BY_PERSON || c->why == ALARM_BY_TIME);
        }
        chain->state[c->alarm] = c->to;
        chain->n_came += c->to == ALARM_UNACKED;
    } else if (c->news == ALARM_ESCALATED) {
        assert_true(chain->state[c->alarm] == ALARM_UNACKED ||
                    chain->state[c->alarm] == ALARM_RETURNED);
    } else if (c->news == ALARM_STANDS) {
        assert_true(chain->state[c->alarm] == ALARM_UNACKED ||
                    chain->state[c->alarm] == ALARM_ACKED);
    }
}

static void wild_days_stay_whole(void **state) {
    (void)state;
    struct alarm_table table;
    read_table(wild_rows, &table);
    struct alarms_options options = alarms_usual();
    options.flood_begins = 4;
    options.flood_ends = 2;
    options.flood_hides = ALARM_LOW;
    options.flood_window_us = 20 * S_US;
    options.standing_us = 15 * S_US;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct alarms a;
        struct chain chain = {0};
        assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
        alarms_listen(&a, follow, &chain);
        for (uint64_t k = 0; k < 500; k++) {
            random_act(&a, seed, k);
            maru_error err = {0};
            if (alarms_check(&a, &err) != MARU_OK) {
                fail_msg("seed %d, act %d: %s", (int)seed, (int)k, err.text);
            }
        }
        for (uint32_t i = 0; i < a.n_alarm; i++) {
            assert_int_equal(chain.state[i], a.shown[i]);
        }
        assert_true(chain.n_came > 0 && chain.n_change > 50);
        alarms_fini(&a);
    }
    alarm_table_fini(&table);
}

// Law: the same history gives the same changes, through saving and loading at any moment.
static void replay_through_an_image_is_the_same(void **state) {
    (void)state;
    struct alarm_table table;
    read_table(wild_rows, &table);
    const struct alarms_options options = alarms_usual();
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct alarms whole, cut;
        struct told told[2] = {{.table = &table}, {.table = &table}};
        text_init(&told[0].text, 1 << 22);
        text_init(&told[1].text, 1 << 22);
        assert_int_equal(alarms_init(&whole, &table, &options, 0, NULL), MARU_OK);
        assert_int_equal(alarms_init(&cut, &table, &options, 0, NULL), MARU_OK);
        for (uint64_t k = 0; k < 400; k++) {
            alarms_listen(&whole, tell, &told[0]);
            alarms_listen(&cut, tell, &told[1]);
            random_act(&whole, seed, k);
            random_act(&cut, seed, k);
            if (k % 37 == seed % 37) {
                const size_t n = alarms_image_bytes(&cut);
                unsigned char *image = malloc(n), *again = malloc(n);
                assert_true(image && again);
                alarms_save(&cut, image);
                alarms_fini(&cut);
                assert_int_equal(alarms_load(&cut, &table, &options, image, n, NULL), MARU_OK);
                alarms_save(&cut, again);
                assert_memory_equal(image, again, n);
                free(image);
                free(again);
            }
        }
        assert_string_equal(told[0].text.bytes, told[1].text.bytes);
        assert_true(told[0].text.n_bytes > 1000);
        text_fini(&told[0].text);
        text_fini(&told[1].text);
        alarms_fini(&whole);
        alarms_fini(&cut);
    }
    alarm_table_fini(&table);
}

// Law: samples that are heard late, but in their order, give an alarm the same life.
static void hearing_late_changes_nothing(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("A,x > 8 deadband 3,,3 s,2 s,9 s,,,20 s,\n", &table);
    const struct alarms_options options = alarms_usual();
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct told told[2] = {{.table = &table}, {.table = &table}};
        for (int is_late = 0; is_late < 2; is_late++) {
            struct alarms a;
            text_init(&told[is_late].text, 1 << 20);
            assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
            alarms_listen(&a, tell, &told[is_late]);
            for (uint64_t k = 0; k < 300; k++) {
                const struct random_block r = random_at(seed, 6, k);
                const maru_time at_us = (maru_time)k * S_US + r.word[1] % 1000000;
                if (!is_late) {
                    assert_int_equal(alarms_advance(&a, at_us - 1, NULL), MARU_OK);
                }
                assert_int_equal(alarms_sample(&a, 0, at_us, r.word[0] % 12, QUALITY_GOOD, NULL),
                                 MARU_OK);
            }
            assert_int_equal(alarms_advance(&a, 400 * S_US, NULL), MARU_OK);
            alarms_fini(&a);
        }
        // Escalations may be told behind a move that is later: compare the moves.
        struct text moves[2];
        for (int i = 0; i < 2; i++) {
            text_init(&moves[i], 1 << 20);
            for (const char *c = told[i].text.bytes; *c;) {
                const char *end = strchr(c, ';') + 1;
                if (memchr(c, '>', (size_t)(end - c))) {
                    text_add(&moves[i], c, (size_t)(end - c));
                }
                c = end;
            }
        }
        assert_string_equal(moves[0].bytes, moves[1].bytes);
        assert_true(moves[0].n_bytes > 100);
        for (int i = 0; i < 2; i++) {
            text_fini(&moves[i]);
            text_fini(&told[i].text);
        }
    }
    alarm_table_fini(&table);
}

// The same life, worked out second by second without timers: hysteresis, delays and dead time.
static void the_life_is_that_of_a_plain_count(void **state) {
    (void)state;
    struct alarm_table table;
    read_table("A,x > 8 deadband 3,,3 s,2 s,9 s,,,,no\n", &table);
    const struct alarms_options options = alarms_usual();
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct alarms a;
        assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
        bool holds = false, active = false;
        int since = 0, went = -1000;
        for (int t = 0; t < 400; t++) {
            const uint32_t value = random_at(seed, 6, (uint64_t)t / 2).word[0] % 12;
            assert_int_equal(alarms_sample(&a, 0, t * S_US, value, QUALITY_GOOD, NULL), MARU_OK);
            assert_int_equal(alarms_advance(&a, t * S_US, NULL), MARU_OK);
            for (int step = 0; step < 2; step++) { // what held until now, then what is new
                if (holds && !active && t - since >= 3 && t - went >= 9) {
                    active = true;
                } else if (!holds && active && t - since >= 2) {
                    active = false;
                    went = t;
                }
                const bool now = holds ? value > 5 : value > 8;
                since = now != holds ? t : since;
                holds = now;
            }
            if (active != (a.shown[0] == ALARM_ACKED)) {
                fail_msg("seed %d at %d s: %d", (int)seed, t, a.shown[0]);
            }
        }
        assert_true(a.n_came[0] > 3);
        alarms_fini(&a);
    }
    alarm_table_fini(&table);
}

static void images_are_looked_through(void **state) {
    (void)state;
    struct alarm_table table, other;
    read_table(wild_rows, &table);
    read_table("A,x > 10,,,,,,,,\n", &other);
    const struct alarms_options options = alarms_usual();
    struct alarms a, back;
    assert_int_equal(alarms_init(&a, &table, &options, 0, NULL), MARU_OK);
    for (uint64_t k = 0; k < 200; k++) {
        random_act(&a, 3, k);
    }
    const size_t n = alarms_image_bytes(&a);
    unsigned char *image = malloc(n);
    assert_non_null(image);
    alarms_save(&a, image);
    maru_error err = {0};
    assert_int_equal(alarms_load(&back, &other, &options, image, n, &err), MARU_E_INPUT);
    for (size_t i = 0; i < n; i++) { // any byte that is off
        image[i] ^= 1;
        assert_int_equal(alarms_load(&back, &table, &options, image, n, &err), MARU_E_INPUT);
        image[i] ^= 1;
        assert_int_equal(alarms_load(&back, &table, &options, image, i, &err), MARU_E_INPUT);
    }
    assert_int_equal(alarms_load(&back, &table, &options, image, n, &err), MARU_OK);
    alarms_fini(&back);
    alloc_fail_after(0);
    assert_int_equal(alarms_load(&back, &table, &options, image, n, &err), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    free(image);
    alarms_fini(&a);
    alarm_table_fini(&table);
    alarm_table_fini(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_go_as_written),
        cmocka_unit_test(floods_begin_and_end),
        cmocka_unit_test(people_are_refused_with_a_reason),
        cmocka_unit_test(wild_days_stay_whole),
        cmocka_unit_test(replay_through_an_image_is_the_same),
        cmocka_unit_test(hearing_late_changes_nothing),
        cmocka_unit_test(the_life_is_that_of_a_plain_count),
        cmocka_unit_test(images_are_looked_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
