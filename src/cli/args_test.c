#include "cli/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct values {
    bool flag;
    const char *text;
    uint64_t count;
    maru_time span, time;
    double share, real;
    struct option_list list;
};

#define AT(member) offsetof(struct values, member)
static const struct option options[] = {
    {"flag", 'f', OPTION_FLAG, AT(flag), NULL, NULL, W_HELP_JSON, 0, 0},
    {"text", 't', OPTION_TEXT, AT(text), "TEXT", "standard", W_HELP_JSON, 0, 0},
    {"count", 0, OPTION_COUNT, AT(count), "N", "3", W_HELP_JSON, 1, 10},
    {"span", 0, OPTION_SPAN, AT(span), "SPAN", NULL, W_HELP_JSON, 0, 0},
    {"time", 0, OPTION_TIME, AT(time), "TIME", NULL, W_HELP_JSON, 0, 0},
    {"share", 0, OPTION_SHARE, AT(share), "SHARE", NULL, W_HELP_JSON, 0, 0},
    {"real", 0, OPTION_REAL, AT(real), "X", NULL, W_HELP_JSON, 0, 0},
    {"list", 0, OPTION_LIST, AT(list), "TEXT", NULL, W_HELP_JSON, 0, 0},
};
#undef AT

enum { MAX_ARGUMENTS = 12 };

static maru_status read(struct args *args, struct values *values, const char *const *line,
                        maru_error *err) {
    char *argv[MAX_ARGUMENTS];
    char bytes[1 << 10];
    size_t n_byte = 0;
    int argc = 0;
    while (line[argc]) {
        argv[argc] = bytes + n_byte;
        const size_t n = strlen(line[argc]) + 1;
        memcpy(argv[argc], line[argc], n);
        n_byte += n;
        argc++;
    }
    *values = (struct values){0};
    *args = (struct args){
        .option = options, .n_option = sizeof options / sizeof options[0], .values = values};
    return args_read(args, LANG_EN, argc, argv, err);
}

static void good_lines_are_read(void **state) {
    (void)state;
    struct args args;
    struct values values;
    maru_error err = {0};
    assert_int_equal(read(&args, &values, (const char *const[]){NULL}, &err), MARU_OK);
    assert_string_equal(values.text, "standard");
    assert_int_equal(values.count, 3);
    assert_false(args_given(&args, "count"));

    const char *const line[] = {"one", "--flag",     "--count=7", "--span", "12h", "--share",
                                "1 %", "--real=2.5", "--",        "--two",  NULL};
    assert_int_equal(read(&args, &values, line, &err), MARU_OK);
    assert_true(values.flag);
    assert_int_equal(values.count, 7);
    assert_int_equal(values.span, INT64_C(12) * 3600 * 1000000);
    assert_true(values.share == 0.01);
    assert_true(values.real == 2.5);
    assert_int_equal(args.n_word, 2);
    assert_true(args_given(&args, "count"));
    assert_false(args_given(&args, "list"));

    const char *const lists[] = {"--list", "a=b", "--list=c", "-t", "x", NULL};
    assert_int_equal(read(&args, &values, lists, &err), MARU_OK);
    assert_int_equal(values.list.n, 2);
}

static void bad_lines_are_refused_with_a_sentence(void **state) {
    (void)state;
    static const struct {
        const char *line[4];
        const char *said;
    } cases[] = {
        {{"--cuont", "3"}, "did you mean --count?"},
        {{"--nothing-like-it"}, "no option --nothing-like-it"},
        {{"--count", "11"}, "1 … 10"},
        {{"--count", "0"}, "1 … 10"},
        {{"--count", "3x"}, "whole number"},
        {{"--count", "-1"}, "whole number"},
        {{"--count", ""}, "whole number"},
        {{"--count"}, "wants a value"},
        {{"--count", "--flag"}, "wants a value"},
        {{"--flag=yes"}, "takes no value"},
        {{"--span", "12 parsecs"}, "a span"},
        {{"--span", "-3"}, "a span"},
        {{"--span", "1e3"}, "a span"},
        {{"--time", "60"}, "a time"},
        {{"--time", "1:2:3:4"}, "a time"},
        {{"--time", "-1h"}, "a time"},
        {{"--share", "0"}, "a share"},
        {{"--share", "100%"}, "a share"},
        {{"--real", "nan"}, "above 0"},
        {{"-x"}, "no option -x"},
        {{"-tf", "x"}, "no option -tf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct args args;
        struct values values;
        maru_error err = {0};
        if (read(&args, &values, cases[i].line, &err) != MARU_E_USAGE ||
            !strstr(err.text, cases[i].said)) {
            fail_msg("%s %s: said '%s', wanted '%s'", cases[i].line[0],
                     cases[i].line[1] ? cases[i].line[1] : "", err.text, cases[i].said);
        }
    }
}

// A job's time is what people write in sbatch, in shells and here; a plain number means something else to each of them.
static void times_are_said_in_full(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t s;
    } cases[] = {{"2h", 7200},        {"90m", 5400},         {"30 min", 1800}, {"1d", 86400},
                 {"12:30:00", 45000}, {"1-01:00:00", 90000}, {"10s", 10}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct args args;
        struct values values;
        maru_error err = {0};
        const char *const line[] = {"--time", cases[i].text, NULL};
        assert_int_equal(read(&args, &values, line, &err), MARU_OK);
        assert_int_equal(values.time, cases[i].s * 1000000);
    }
}

static void spans_have_units(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"1", 86400},   {"1d", 86400},        {"1 day", 86400}, {"2 days", 172800},
                 {"0.5", 43200}, {"12h", 43200},       {"90 min", 5400}, {"45s", 45},
                 {"1w", 604800}, {"2 weeks", 1209600}, {"1y", 31536000}, {"0", 0},
                 {"1.5 h", 5400}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        maru_time out = -1;
        assert_true(args_span(cases[i].text, &out));
        assert_int_equal(out, cases[i].seconds * 1000000);
    }
    maru_time out = 0;
    assert_false(args_span("", &out));
    assert_false(args_span("d", &out));
    assert_false(args_span("1 fortnight", &out));
    assert_false(args_span("99999999999999999999", &out));
}

static void near_names_are_found(void **state) {
    (void)state;
    static const char *const names[] = {"check", "sim", "compare", "import"};
    assert_string_equal(args_nearest("simm", names, 4, sizeof names[0]), "sim");
    assert_string_equal(args_nearest("chekc", names, 4, sizeof names[0]), "check");
    assert_string_equal(args_nearest("comp", names, 4, sizeof names[0]), "compare");
    assert_null(args_nearest("zebra", names, 4, sizeof names[0]));
    assert_null(args_nearest("", names, 4, sizeof names[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines_are_read),
        cmocka_unit_test(bad_lines_are_refused_with_a_sentence),
        cmocka_unit_test(times_are_said_in_full),
        cmocka_unit_test(spans_have_units),
        cmocka_unit_test(near_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
