#include "plant/dialect/timespec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIN INT64_C(60000000)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)

// Laws: what is written reads back as the same value; what is refused leaves the result alone and
// says why.

struct span_case {
    const char *text;
    maru_time want; // -1: refused
};

static const struct span_case spans[] = {
    {"12 min", 12 * MIN},
    {"12min", 12 * MIN},
    {"  1.5 H ", 90 * MIN},
    {"25.0665 min", 1503990000},
    {"30 초", 30000000},
    {"2시간", 2 * HOUR},
    {"1 week", 7 * DAY},
    {"0", 0},
    {"0.0", 0},
    {"0 min", 0},
    {"+3 us", 3},
    {"100 day", 100 * DAY},
    {"36525 day", TIMESPEC_MAX_US},
    {"36526 day", -1},
    {"12", -1},
    {"", -1},
    {"min", -1},
    {"-3 min", -1},
    {"12 mins ago", -1},
    {"1,5 h", -1},
    {"1e3 min", -1},
    {"1.2.3 min", -1},
    {"12 month", -1},
    {"99999999999999999999 us", -1},
    {"nan min", -1},
    {".", -1},
    {"- min", -1},
};

static void reads_spans(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        maru_time got = -1;
        struct complaint why = {NULL, NULL};
        const bool ok = span_read(spans[i].text, strlen(spans[i].text), &got, &why);
        if (got != spans[i].want || ok != (spans[i].want >= 0) ||
            (!ok && (!why.wrong || !why.right))) {
            fail_msg("'%s' gives %lld, want %lld", spans[i].text, (long long)got,
                     (long long)spans[i].want);
        }
    }
}

struct chance_case {
    const char *text;
    enum dist_kind kind; // DIST_NONE: refused
    maru_time a, b, c;
};

static const struct chance_case chances[] = {
    {"12 min", DIST_CONSTANT, 12 * MIN, 0, 0},
    {"constant(12) min", DIST_CONSTANT, 12 * MIN, 0, 0},
    {"Uniform( 10 , 14 ) min", DIST_UNIFORM, 10 * MIN, 14 * MIN, 0},
    {"uniform(30 min, 1 h)", DIST_UNIFORM, 30 * MIN, HOUR, 0},
    {"exponential(168 h)", DIST_EXPONENTIAL, 168 * HOUR, 0, 0},
    {"exponential(168)h", DIST_EXPONENTIAL, 168 * HOUR, 0, 0},
    {"lognormal(30, 5) min", DIST_LOGNORMAL, 30 * MIN, 5 * MIN, 0},
    {"triangular(8, 10, 15) min", DIST_TRIANGULAR, 8 * MIN, 10 * MIN, 15 * MIN},
    {"uniform(14, 10) min", DIST_NONE, 0, 0, 0},
    {"uniform(10) min", DIST_NONE, 0, 0, 0},
    {"uniform(10, 12, 14) min", DIST_NONE, 0, 0, 0},
    {"uniform(10, ) min", DIST_NONE, 0, 0, 0},
    {"uniform(-1, 2) min", DIST_NONE, 0, 0, 0},
    {"uniform(10, 14)", DIST_NONE, 0, 0, 0},
    {"uniform(10, 14 min", DIST_NONE, 0, 0, 0},
    {"uniform(10, 14) moons", DIST_NONE, 0, 0, 0},
    {"normal(10, 1) min", DIST_NONE, 0, 0, 0},
    {"triangular(8, 7, 15) min", DIST_NONE, 0, 0, 0},
    {"lognormal(0, 5) min", DIST_NONE, 0, 0, 0},
    {"empirical() min", DIST_NONE, 0, 0, 0},
    {"()", DIST_NONE, 0, 0, 0},
    {"(", DIST_NONE, 0, 0, 0},
    {"", DIST_NONE, 0, 0, 0},
};

static void reads_chance(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof chances / sizeof *chances; i++) {
        const struct chance_case *c = &chances[i];
        struct chance got = {0};
        struct complaint why = {NULL, NULL};
        const bool ok = chance_read(c->text, strlen(c->text), &got, &why);
        const struct dist *d = &got.dist;
        if (ok != (c->kind != DIST_NONE) || d->kind != c->kind || d->a != c->a || d->b != c->b ||
            d->c != c->c || (!ok && (!why.wrong || !why.right))) {
            fail_msg("'%s' gives kind %d %lld %lld %lld", c->text, (int)d->kind, (long long)d->a,
                     (long long)d->b, (long long)d->c);
        }
    }
    struct chance file = {0};
    struct complaint why;
    assert_true(chance_read("empirical( my file.csv ) min", 28, &file, &why));
    assert_int_equal(file.n_file, 11);
    assert_memory_equal(file.file, "my file.csv", 11);
    assert_int_equal(file.unit_us, MIN);
}

static void reads_autosched_parts(void **state) {
    (void)state;
    struct dist d = {0};
    struct complaint why;
    maru_time mean = 0;
    assert_true(span_read_parts("501.33", 6, "min", 3, &mean, &why));
    assert_int_equal(mean, INT64_C(30079800000));
    assert_true(chance_from_parts("uniform", 7, mean, 1503990000, 2, &d, &why));
    assert_int_equal(d.a, INT64_C(28575810000));
    assert_int_equal(d.b, INT64_C(31583790000));
    assert_true(chance_from_parts("", 0, mean, 0, 1, &d, &why));
    assert_int_equal(d.kind, DIST_CONSTANT);
    assert_true(chance_from_parts("exponential", 11, mean, 0, 1, &d, &why));
    assert_int_equal(d.kind, DIST_EXPONENTIAL);
    assert_false(chance_from_parts("uniform", 7, 10, 11, 2, &d, &why));
    assert_false(chance_from_parts("uniform", 7, 10, 0, 1, &d, &why));
    assert_false(chance_from_parts("gamma", 5, 10, 0, 1, &d, &why));
    assert_false(span_read_parts("10", 2, "", 0, &mean, &why));
    assert_false(span_read_parts("10", 2, "hrs.", 4, &mean, &why));
    assert_false(span_read_parts("-10", 3, "min", 3, &mean, &why));
    assert_true(span_read_parts("0", 1, "", 0, &mean, &why));
}

struct date_case {
    const char *text;
    bool us_order;
    int64_t want_s; // INT64_MIN: refused
};

static const struct date_case dates[] = {
    {"1970-01-01 00:00:00", false, 0},
    {"2018-01-01 00:00:00", false, 1514764800},
    {"2018-01-01T00:00:00", false, 1514764800},
    {"2018-01-01", false, 1514764800},
    {"2018-1-1 0:00", false, 1514764800},
    {"2020-02-29 23:59:59", false, 1583020799},
    {"1969-12-31 23:59:59", false, -1},
    {"2019-02-29 00:00:00", false, INT64_MIN},
    {"2018-13-01", false, INT64_MIN},
    {"2018-01-01 24:00:00", false, INT64_MIN},
    {"2018-01-01 00:60", false, INT64_MIN},
    {"2018-01-01x00:00", false, INT64_MIN},
    {"2018-01-01 00:00:00 UTC", false, INT64_MIN},
    {"1799-12-31", false, INT64_MIN},
    {"18-01-01", false, INT64_MIN},
    {"", false, INT64_MIN},
    {"01/01/18 00:00:00", true, 1514764800},
    {"01/01/2018 00:00:00", true, 1514764800},
    {"02/29/20 23:59:59", true, 1583020799},
    {"01/01/70", true, 0},
    {"31/01/18 00:00:00", true, INT64_MIN},
    {"01/01/218 00:00:00", true, INT64_MIN},
    {"2018-01-01 00:00:00", true, INT64_MIN},
};

static void reads_dates(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        const struct date_case *c = &dates[i];
        maru_time got = INT64_MIN;
        struct complaint why = {NULL, NULL};
        const bool ok =
            (c->us_order ? date_read_us_order : date_read)(c->text, strlen(c->text), &got, &why);
        const maru_time want = c->want_s == INT64_MIN ? INT64_MIN : c->want_s * 1000000;
        if (ok != (c->want_s != INT64_MIN) || got != want) {
            fail_msg("'%s' gives %lld", c->text, (long long)got);
        }
    }
}

struct share_case {
    const char *text;
    bool is_percent;
    double want; // < 0: refused
};

static const struct share_case shares[] = {
    {"0.018", false, 0.018}, {"1.8 %", false, 0.018}, {"1.8%", false, 0.018}, {"1.8", true, 0.018},
    {"100", true, 1},        {"1", false, 1},         {"0", false, 0},        {"18", false, -1},
    {"101 %", false, -1},    {"-0.1", false, -1},     {"half", false, -1},    {"", false, -1},
    {"%", false, -1},        {"1e1", true, -1},       {"1 2", false, -1},     {"nan", false, -1},
};

static void reads_shares(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double got = -1;
        struct complaint why = {NULL, NULL};
        share_read(shares[i].text, strlen(shares[i].text), shares[i].is_percent, &got, &why);
        if (got != shares[i].want) {
            fail_msg("'%s' gives %.17g", shares[i].text, got);
        }
    }
}

// A small generator, so that the cases are the same every time.
static uint64_t next_random(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void writes_what_it_reads(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252;
    struct text text;
    text_init(&text, 1 << 10);
    for (int i = 0; i < 20000; i++) {
        const maru_time unit[] = {1, 1000, 1000000, MIN, HOUR, DAY, 60000};
        maru_time v[3];
        for (int k = 0; k < 3; k++) {
            const maru_time n = (maru_time)(next_random(&seed) % 100000);
            v[k] = n * unit[next_random(&seed) % 7] % TIMESPEC_MAX_US;
        }
        const maru_time low = v[0] < v[1] ? v[0] : v[1];
        const maru_time high = v[0] < v[1] ? v[1] : v[0];
        const struct dist d = {.kind = DIST_UNIFORM, .a = low, .b = high};
        struct chance back = {0};
        struct complaint why;
        text_clear(&text);
        chance_write(&text, &d);
        assert_true(chance_read(text.bytes, text.n_bytes, &back, &why));
        assert_int_equal(back.dist.kind, d.kind);
        assert_int_equal(back.dist.a, d.a);
        assert_int_equal(back.dist.b, d.b);

        maru_time span = 0;
        text_clear(&text);
        span_write(&text, -v[2]);
        assert_true(offset_read(text.bytes, text.n_bytes, &span, &why));
        assert_int_equal(span, -v[2]);

        maru_time date = 0;
        text_clear(&text);
        date_write(&text, v[2] - v[1]);
        assert_true(date_read(text.bytes, text.n_bytes, &date, &why));
        assert_int_equal(date, v[2] - v[1]);
    }
    text_fini(&text);
}

struct written_case {
    maru_time span;
    const char *want;
};

static const struct written_case written[] = {
    {0, "0 day"},
    {12 * MIN, "12 min"},
    {90 * MIN, "90 min"},
    {DAY, "1 day"},
    {1503990000, "1503.99 s"},
    {500000, "0.5 s"},
    {1, "1 us"},
    {INT64_C(3101400000), "51.69 min"},
    {-3 * DAY, "-3 day"},
};

static void writes_the_shortest(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        struct text text;
        text_init(&text, 100);
        span_write(&text, written[i].span);
        assert_string_equal(text.bytes, written[i].want);
        text_fini(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_spans),           cmocka_unit_test(reads_chance),
        cmocka_unit_test(reads_autosched_parts), cmocka_unit_test(reads_dates),
        cmocka_unit_test(reads_shares),          cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(writes_the_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
