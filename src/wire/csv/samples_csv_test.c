#include "wire/csv/samples_csv.h"

#include "base/alloc.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>

#define T0 INT64_C(1761890707000000) // 2025-10-31 15:05:07 in Seoul

static void show_layout(const struct samples_layout *l, struct text *out) {
    text_addf(out, "%c%c%c%s%s%s|", l->separator == '\t' ? 't' : l->separator, l->decimal,
              l->thousands ? l->thousands : '0', moment_form_name((enum moment_form)l->form),
              l->is_long ? " long" : "", l->is_ambiguous ? " ambiguous" : "");
    for (uint32_t i = 0; i < l->n_column && !l->is_long; i++) {
        if (l->column[i].kind != SAMPLES_NONE) {
            text_addf(out, "%s(%s)", l->column[i].name, l->column[i].unit);
        }
    }
    text_addz(out, "\n");
}

static void show_row(const struct samples_row *row, struct text *out) {
    for (uint32_t i = 0; i < row->n; i++) {
        const struct samples_value *v = &row->value[i];
        text_addf(out, "%s=", v->name);
        if (v->sample.type == SAMPLE_TEXT) {
            text_addf(out, "'%.*s'", (int)v->sample.n_text, v->sample.value.text);
        } else {
            text_add_double(out, sample_number(&v->sample));
        }
        text_addf(out, "%s@%" PRId64 ";", v->sample.type == SAMPLE_BOOL ? "b" : "",
                  (v->sample.at_us - T0) / 1000);
    }
    for (uint32_t i = 0; i < row->n_fault; i++) {
        assert_true(row->fault[i].why[0] != '\0');
        text_addf(out, "!%u:%u;", row->fault[i].line, row->fault[i].column);
    }
}

static void show(const char *bytes, size_t n, size_t n_more, struct text *out) {
    struct arena arena;
    arena_init(&arena, 1 << 26);
    struct samples_layout layout;
    maru_error err = {0};
    const maru_status guessed = samples_guess(bytes, n, MOMENT_SEOUL_MIN, &arena, &layout, &err);
    if (guessed != MARU_OK) {
        text_addf(out, "%s", maru_status_name(guessed));
        assert_true(err.text[0] != '\0');
        arena_fini(&arena);
        return;
    }
    show_layout(&layout, out);
    struct samples_reader reader;
    samples_init(&reader, &layout);
    size_t n_seen = n_more < n ? n_more : n;
    for (;;) {
        struct samples_row row;
        size_t n_used = 0;
        const maru_status st =
            samples_next(&reader, bytes, n_seen, n_seen == n, &arena, &row, &n_used, &err);
        if (st == MARU_MORE && n_seen < n) {
            assert_int_equal(n_used, 0);
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            continue;
        }
        if (st != MARU_OK) {
            text_addf(out, "%s", st == MARU_MORE ? "" : maru_status_name(st));
            break;
        }
        show_row(&row, out);
        bytes += n_used;
        n -= n_used;
        n_seen -= n_used;
    }
    arena_fini(&arena);
}

struct samples_case {
    const char *file, *want;
};

static const struct samples_case cases[] = {
    // A plain export.
    {"time,temp,run\n2025-10-31 15:05:07,21.5,ON\n2025-10-31 15:05:08,,OFF\n",
     ",.0ymd|temp()run()\ntemp=21.5@0;run=1b@0;run=0b@1000;"},
    // Korean headers with units, a byte order mark, dates with 오후.
    {"\xEF\xBB\xBF\xEC\x9D\xBC\xEC\x8B\x9C,\xEC\x98\xA8\xEB\x8F\x84(\xE2\x84\x83),"
     "\xEC\x95\x95\xEB\xA0\xA5 [bar]\r\n"
     "2025-10-31 \xEC\x98\xA4\xED\x9B\x84 3:05:07,\"1,234.5\",2\r\n",
     ",.,ymd|\xEC\x98\xA8\xEB\x8F\x84(\xE2\x84\x83)\xEC\x95\x95\xEB\xA0\xA5(bar)\n"
     "\xEC\x98\xA8\xEB\x8F\x84=1234.5@0;\xEC\x95\x95\xEB\xA0\xA5=2@0;"},
    // Semicolons and decimal commas, thousands with points.
    {"Datum;a;b\n31.10.2025 15:05:07;1,5;1.234,25\n31.10.2025 15:05:08;2,5;7\n",
     ";,.dmy|a()b()\na=1.5@0;b=1234.25@0;a=2.5@1000;b=7@1000;"},
    // A title, merged cells, and a row of units.
    {"plant 3,,,\n,zone 1,,zone 2\ntime,a,b,a\n,(C),(bar),(C)\n2025-10-31 15:05:07,1,2,3\n",
     ",.0ymd|zone 1/a(C)zone 1/b(bar)zone 2/a(C)\nzone 1/a=1@0;zone 1/b=2@0;zone 2/a=3@0;"},
    // Two columns for one time; tabs.
    {"date\ttime\tv\n2025-10-31\t15:05:07\t1\n2025-10-31\t15:05:08\t2\n",
     "t.0ymd|v()\nv=1@0;v=2@1000;"},
    // Long.
    {"time,tag,value\n2025-10-31 15:05:07,p1,1.5\n2025-10-31 15:05:07,p2,ON\n2025-10-31 "
     "15:05:08,p1,x y\n",
     ",.0ymd long|\np1=1.5@0;p2=1b@0;p1='x y'@1000;"},
    {"2025-10-31 15:05:07,p1,1.5\n2025-10-31 15:05:07,p2,2\n2025-10-31 15:05:08,p1,3\n2025-10-31 "
     "15:05:08,p2,4\n2025-10-31 15:05:09,p2,5\n",
     ",.0ymd long|\np1=1.5@0;p2=2@0;p1=3@1000;p2=4@1000;p2=5@2000;"},
    // Excel's days, epochs.
    {"t,v\n45961.628553240742,1\n", ",.0excel|v()\nv=1@0;"},
    {"t,v\n1761890707000,1\n1761890708000,2\n", ",.0ms|v()\nv=1@0;v=2@1000;"},
    {"v,timestamp\n45000,1761890707\n", ",.0s|v()\nv=45000@0;"},
    // Without a header, and names that come twice.
    {"2025-10-31 15:05:07,1,2\n", ",.0ymd|column 2()column 3()\ncolumn 2=1@0;column 3=2@0;"},
    {"time,x,x,x\n2025-10-31 15:05:07,1,2,3\n", ",.0ymd|x()x#2()x#3()\nx=1@0;x#2=2@0;x#3=3@0;"},
    {"time,\"a\n(C)\"\n2025-10-31 15:05:07,1\n", ",.0ymd|a(C)\na=1@0;"},
    // What could be read in two ways is said.
    {"date,v\n3/4/2025,1\n", ",.0mdy ambiguous|v()\nv=1@-20876707000;"},
    {"date;v\n2025-10-31 15:05:07;1,234\n", ";.,ymd ambiguous|v()\nv=1234@0;"},
    {"date,v\n10/31/2025 3:05:07 PM,1\n3/4/2025,1\n", ",.0mdy|v()\nv=1@0;v=1@-20876707000;"},
    // Faults are told with row and column, and the rest is taken.
    {"time,a,b\n2025-10-31 15:05:07,1,2\nbroken,3,4\n2025-10-31 15:05:08,x,5\n2025-10-31 "
     "15:05:09,6,7,8\n"
     "2025-10-31 15:05:10,9,N/A\n\n2025-10-31 15:05:11,1\n",
     ",.0ymd|a()b()\na=1@0;b=2@0;!3:1;b=5@1000;!4:2;a=6@2000;b=7@2000;!5:4;a=9@3000;a=1@4000;"},
    {"time,a\n2025-10-31 15:05:07,1\n2025-10-31 15:05:08,12,34.5\n",
     ",.0ymd|a()\na=1@0;a=12@1000;!3:3;"},
    {"time,a\n2025-10-31 15:05:07,1\n2025-10-31 15:05:08,\"open\n", ",.0ymd|a()\na=1@0;input"},
    {"time,a\n2025-10-31 15:05:07,run\n2025-10-31 15:05:08,stop\n",
     ",.0ymd|a()\na='run'@0;a='stop'@1000;"},
    // No table.
    {"", "input"},
    {"a\nb\n", "input"},
    {"a,b\n1,2\n", "input"},
    {"time,a\xFF\n2025-10-31,1\n", "input"},
};

static void test_files_as_they_come(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t n_more = 0; n_more < 4; n_more++) { // at once, and in small pushes
            struct text out;
            text_init(&out, 1 << 20);
            text_addz(&out, "");
            show(cases[i].file, strlen(cases[i].file), n_more == 0 ? SIZE_MAX : n_more, &out);
            if (strcmp(out.bytes, cases[i].want) != 0) {
                fail_msg("row %zu by %zu: %s\nwant %s", i, n_more, out.bytes, cases[i].want);
            }
            text_fini(&out);
        }
    }
}

static void test_numbers_in_all_ways_of_writing(void **state) {
    (void)state;
    static const struct {
        char decimal, thousands;
        bool is_good;
        const char *text;
        double want;
    } rows[] = {
        {'.', ',', true, "1,234,567.5", 1234567.5},
        {'.', ',', false, "12,34.5", 0},
        {'.', ',', false, "1234,567", 0},
        {'.', ',', false, ",123", 0},
        {'.', ',', true, "-1,234", -1234},
        {'.', 0, false, "1,234", 0},
        {',', '.', true, "1.234,5", 1234.5},
        {',', '.', true, "1,5", 1.5},
        {',', 0, false, "1.5", 0},
        {',', 0, false, "1,5,5", 0},
        {'.', ' ', true, "1 234.5", 1234.5},
        {'.', '\'', true, "1'234", 1234},
        {'.', 0, true, "1e-3", 0.001},
        {',', 0, true, "1,5e3", 1500},
        {'.', 0, false, "", 0},
        {'.', 0, false, "-", 0},
        {'.', 0, false, "0x10", 0},
        {'.', 0, false, "inf", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct samples_layout layout = {.decimal = rows[i].decimal,
                                              .thousands = rows[i].thousands};
        double got = 0;
        const bool is_good = samples_number(&layout, rows[i].text, strlen(rows[i].text), &got);
        if (is_good != rows[i].is_good || got != rows[i].want) {
            fail_msg("row %zu, %s: %g", i, rows[i].text, got);
        }
    }
}

static void test_memory_that_fails_is_told(void **state) {
    (void)state;
    static const char file[] = "time,a\n2025-10-31 15:05:07,1\n";
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct samples_layout layout = {.n_column = 99};
    alloc_fail_after(0);
    assert_int_equal(samples_guess(file, sizeof file - 1, 0, &arena, &layout, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(layout.n_column, 99);
    arena_fini(&arena);
    arena_init(&arena, 100);
    assert_int_equal(samples_guess(file, sizeof file - 1, 0, &arena, &layout, NULL), MARU_E_LIMIT);
    arena_fini(&arena);
}

// What somebody knows better than the guess: each hint changes what it is about, and what follows from it.
static void test_hints(void **state) {
    (void)state;
    static const char file[] = "time;day;a\n3/4/2025;5/6/2025;1,500\n3/5/2025;6/6/2025;2,500\n";
    const struct {
        struct samples_hints hints;
        const char *time;
        double value;
        bool is_ambiguous;
    } hinted[] = {
        {{.form = N_MOMENT_FORM}, "2025-03-04", 1500, true},
        {{.form = MOMENT_DMY}, "2025-04-03", 1500, true},
        {{.form = MOMENT_DMY, .decimal = ','}, "2025-04-03", 1.5, false},
        {{.form = MOMENT_MDY, .decimal = '.', .time_column = 2}, "2025-05-06", 1500, false},
    };
    for (size_t i = 0; i < sizeof hinted / sizeof *hinted; i++) {
        struct arena arena;
        struct samples_layout layout;
        struct samples_reader reader;
        struct samples_row row;
        maru_time want = 0;
        size_t n_used = 0;
        arena_init(&arena, 1 << 22);
        assert_int_equal(
            samples_guess_with(file, sizeof file - 1, &hinted[i].hints, &arena, &layout, NULL),
            MARU_OK);
        assert_int_equal(layout.is_ambiguous, hinted[i].is_ambiguous);
        samples_init(&reader, &layout);
        assert_int_equal(
            samples_next(&reader, file, sizeof file - 1, true, &arena, &row, &n_used, NULL),
            MARU_OK);
        assert_true(moment_read(hinted[i].time, 10, MOMENT_YMD, 0, &want));
        assert_int_equal(row.value[row.n - 1].sample.at_us, want);
        assert_true(row.value[row.n - 1].sample.value.number == hinted[i].value);
        arena_fini(&arena);
    }
    struct arena arena;
    struct samples_layout layout;
    const struct samples_hints other = {.form = N_MOMENT_FORM, .separator = '|'};
    arena_init(&arena, 1 << 22);
    assert_int_equal(samples_guess_with(file, sizeof file - 1, &other, &arena, &layout, NULL),
                     MARU_E_INPUT);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_as_they_come),
        cmocka_unit_test(test_numbers_in_all_ways_of_writing),
        cmocka_unit_test(test_memory_that_fails_is_told),
        cmocka_unit_test(test_hints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
