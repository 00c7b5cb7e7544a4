#include "wire/line/influx.h"

#include "base/alloc.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>

static const struct influx_options usual = {.precision = INFLUX_NS, .now = 77};

// All lines as text: `1:name=value@us;` and for a refusal `1!status:byte;`.
static void show(const struct influx_options *options, const char *bytes, size_t n, size_t n_more,
                 struct text *out) {
    struct influx_reader reader;
    influx_init(&reader, options);
    size_t n_seen = n_more < n ? n_more : n;
    struct arena arena;
    arena_init(&arena, 1 << 24);
    for (;;) {
        struct influx_line line = {0};
        size_t n_used = 0;
        const maru_status st =
            influx_next(&reader, bytes, n_seen, n_seen == n, &arena, &line, &n_used);
        if (st == MARU_MORE && n_seen == n) {
            break;
        }
        if (st == MARU_MORE) {
            assert_int_equal(n_used, 0);
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            continue;
        }
        assert_int_equal(st, MARU_OK);
        if (line.status != MARU_OK) {
            assert_true(line.error.text[0] && line.error.row == line.line && line.n == 0);
            text_addf(out, "%u!%s:%u;", line.line, maru_status_name(line.status),
                      line.error.column);
        }
        for (uint32_t i = 0; i < line.n; i++) {
            const struct influx_sample *s = &line.sample[i];
            assert_int_equal(strlen(s->name), s->n_name);
            text_addf(out, "%u:%s=", line.line, s->name);
            if (s->sample.type == SAMPLE_TEXT) {
                text_addf(out, "'%.*s'", (int)s->sample.n_text, s->sample.value.text);
            } else if (s->sample.type == SAMPLE_DOUBLE) {
                text_add_double(out, s->sample.value.number);
            } else {
                text_addf(out, "%" PRId64 "%s", s->sample.value.integer,
                          s->sample.type == SAMPLE_BOOL ? "b" : "i");
            }
            text_addf(out, "@%" PRId64 ";", s->sample.at_us);
        }
        bytes += n_used;
        n -= n_used;
        n_seen -= n_used;
    }
    arena_fini(&arena);
}

struct influx_case {
    const char *input, *want;
};

// The first ones are the examples of InfluxDB's own description of the protocol.
static const struct influx_case cases[] = {
    {"myMeasurement,tag1=value1,tag2=value2 fieldKey=\"fieldValue\" 1556813561098000000",
     "1:myMeasurement/tag1=value1,tag2=value2/fieldKey='fieldValue'@1556813561098000;"},
    {"my\\ Measurement fieldKey=\"string value\"", "1:my Measurement/fieldKey='string value'@77;"},
    {"myMeasurement fieldKey=\"\\\"string\\\" within a string\"",
     "1:myMeasurement/fieldKey='\"string\" within a string'@77;"},
    {"myMeasurement,tag\\ Key1=tag\\ Value1,tag\\ Key2=tag\\ Value2 fieldKey=100",
     "1:myMeasurement/tag Key1=tag Value1,tag Key2=tag Value2/fieldKey=100@77;"},
    {"myMeasurement fieldKey=1.0", "1:myMeasurement/fieldKey=1@77;"},
    {"myMeasurementName fieldKey=-1.234456e+78", "1:myMeasurementName/fieldKey=-1.234456e78@77;"},
    {"m fieldKey=1i\nm fieldKey=12485903u\nm fieldKey=-12485903i",
     "1:m/fieldKey=1i@77;2:m/fieldKey=12485903i@77;3:m/fieldKey=-12485903i@77;"},
    {"m a=true,b=false,c=t,d=f,e=TRUE,f=FALSE",
     "1:m/a=1b@77;1:m/b=0b@77;1:m/c=1b@77;1:m/d=0b@77;1:m/e=1b@77;1:m/f=0b@77;"},
    {"# a comment\n\n  \nm a=1 5000\r\n#end", "4:m/a=1@5;"},
    {"m,b=2,a=1 x=1", "1:m/a=1,b=2/x=1@77;"},
    {"m s=\"two\nlines\" 1000\nm a=1", "1:m/s='two\nlines'@1;3:m/a=1@77;"},
    {"m s=\"a\\\\\",t=\"\\n\" -1", "1:m/s='a\\'@-1;1:m/t='\\n'@-1;"},
    {"m\\,x,k\\=y=v\\,z f\\ g=1", "1:m,x/k=y=v,z/f g=1@77;"},
    {"m a=18446744073709551615u,b=9223372036854775807u",
     "1:m/a=18446744073709552000@77;1:m/b=9223372036854775807i@77;"},
    {"\xEC\x98\xA8\xEB\x8F\x84 \xEA\xB0\x92=1", "1:\xEC\x98\xA8\xEB\x8F\x84/\xEA\xB0\x92=1@77;"},
    {"m a=1 \nm b=2", "1:m/a=1@77;2:m/b=2@77;"},
    // One bad line does not spoil the others.
    {"m a=1\nm\nm b=2", "1:m/a=1@77;2!input:2;3:m/b=2@77;"},
    {"m a=\"open\nm b=2\n", "1!input:5;2:m/b=2@77;"},
    {"m,x= a=1\n,x=1 a=1\nm,x a=1\nm,=1 a=1", "1!input:5;2!input:1;3!input:4;4!input:3;"},
    {"m a\nm =1\nm a=\nm a=x\nm a=1,\nm a=1,,b=2",
     "1!input:4;2!input:3;3!input:5;4!input:5;5!input:7;6!input:7;"},
    {"m a=1 x\nm a=1 1.5\nm a=1 +5\nm a=1 99999999999999999999",
     "1!input:7;2!input:7;3!input:7;4!input:7;"},
    {"m a=1,a=2\nm,x=1,x=2 a=1", "1!input:10;2!input:10;"},
    {"m a=NaN\nm a=inf\nm a=0x1\nm a=1f\nm a=1.5i\nm a=-1u",
     "1!input:5;2!input:5;3!input:5;4!input:5;5!input:5;6!input:5;"},
    {"m a=9223372036854775808i\nm a=18446744073709551617u",
     "1!input:5;2:m/a=18446744073709552000@77;"},
    {"m a=1\xFF\nm\tx=1 a=1\nm b=2", "1!input:0;2!input:0;3:m/b=2@77;"},
    {"m a=\"x\"y=1", "1!input:8;"},
};

static void test_lines_and_refusals(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t n_more = 0; n_more < 4; n_more++) { // at once, and in small pushes
            struct text out;
            text_init(&out, 1 << 16);
            text_addz(&out, "");
            show(&usual, cases[i].input, strlen(cases[i].input), n_more == 0 ? SIZE_MAX : n_more,
                 &out);
            if (strcmp(out.bytes ? out.bytes : "", cases[i].want) != 0) {
                fail_msg("row %zu by %zu, %s: %s, want %s", i, n_more, cases[i].input, out.bytes,
                         cases[i].want);
            }
            text_fini(&out);
        }
    }
}

static void test_each_prefix_of_a_line_asks_for_more(void **state) {
    (void)state;
    static const char line[] = "m,a=1 s=\"x\ny\\\"\",t=2i 1000\n";
    for (size_t k = 0; k < sizeof line - 1; k++) {
        struct influx_reader reader;
        influx_init(&reader, &usual);
        struct arena arena;
        arena_init(&arena, 1 << 16);
        struct influx_line got = {0};
        size_t n_used = 0;
        assert_int_equal(influx_next(&reader, line, k, false, &arena, &got, &n_used), MARU_MORE);
        assert_true(n_used == 0 && arena.used_bytes == 0);
        arena_fini(&arena);
    }
}

static void test_precisions(void **state) {
    (void)state;
    static const struct {
        uint8_t precision;
        const char *input, *want;
    } rows[] = {
        {INFLUX_NS, "m a=1 1999", "1:m/a=1@1;"},
        {INFLUX_NS, "m a=1 -1", "1:m/a=1@-1;"},
        {INFLUX_US, "m a=1 5", "1:m/a=1@5;"},
        {INFLUX_MS, "m a=1 5", "1:m/a=1@5000;"},
        {INFLUX_S, "m a=1 -5", "1:m/a=1@-5000000;"},
        {INFLUX_S, "m a=1 1700000000000000000", "1!input:7;"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct influx_options options = {.precision = rows[i].precision};
        struct text out;
        text_init(&out, 1000);
        show(&options, rows[i].input, strlen(rows[i].input), SIZE_MAX, &out);
        assert_string_equal(out.bytes, rows[i].want);
        text_fini(&out);
    }
}

static void test_names_by_template(void **state) {
    (void)state;
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"{field}", "1:a=1@77;"},
        {"{tag:site}.{measurement}.{field}", "1:S.m.a=1@77;"},
        {"{tag:site}/{measurement}/{tags}/{field}", "1:S/m/unit=3/a=1@77;"},
        {"{tag:none}/{field}", "1!input:0;"},
        {"plain/{tags}/{tag:site}/{tag:unit}/{field}", "1:plain/S/3/a=1@77;"},
    };
    static const char line[] = "m,site=S,unit=3 a=1";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct influx_options options = {.now = 77, .name = rows[i].name};
        assert_int_equal(influx_check_name(rows[i].name, NULL), MARU_OK);
        struct text out;
        text_init(&out, 1000);
        show(&options, line, sizeof line - 1, SIZE_MAX, &out);
        if (strcmp(out.bytes, rows[i].want) != 0) {
            fail_msg("row %zu: %s, want %s", i, out.bytes, rows[i].want);
        }
        text_fini(&out);
    }
    static const char *const bad[] = {"x", "{measurement}", "{what}{field}", "{field",
                                      "{tag:}{field}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(influx_check_name(bad[i], NULL), MARU_E_USAGE);
    }
}

static void test_limits(void **state) {
    (void)state;
    struct text line, out;
    text_init(&line, 1 << 22);
    text_init(&out, 1 << 22);
    text_addz(&line, "m a=\"");
    for (size_t i = 0; i < INFLUX_MAX_LINE_BYTES; i++) {
        text_addz(&line, "x");
    }
    text_addz(&line, "\"\nm b=1\n");
    show(&usual, line.bytes, line.n_bytes, 10000, &out);
    assert_string_equal(out.bytes, "1!limit:0;2:m/b=1@77;");
    text_clear(&line);
    text_clear(&out);
    text_addz(&line, "m ");
    for (size_t i = 0; i <= INFLUX_MAX_FIELDS; i++) {
        text_addf(&line, "%sf%zu=1", i > 0 ? "," : "", i);
    }
    text_addz(&line, "\nm");
    for (size_t i = 0; i <= INFLUX_MAX_TAGS; i++) {
        text_addf(&line, ",t%zu=1", i);
    }
    text_addz(&line, " a=1\n");
    for (size_t i = 0; i < INFLUX_MAX_NAME_BYTES; i++) {
        text_addz(&line, "m");
    }
    text_addz(&line, " a=1\nm b=1");
    show(&usual, line.bytes, line.n_bytes, SIZE_MAX, &out);
    assert_non_null(strstr(out.bytes, "1!limit:"));
    assert_non_null(strstr(out.bytes, "2!limit:"));
    assert_non_null(strstr(out.bytes, "3!limit:0;4:m/b=1@77;"));
    text_fini(&line);
    text_fini(&out);
    for (int is_heap = 0; is_heap < 2; is_heap++) { // a full arena is the caller's matter
        struct influx_reader reader;
        influx_init(&reader, &usual);
        struct arena arena;
        arena_init(&arena, is_heap ? 1 << 16 : 16);
        struct influx_line got = {0};
        size_t n_used = 0;
        alloc_fail_after(is_heap ? 0 : UINT64_MAX);
        assert_int_equal(influx_next(&reader, "m a=1\n", 6, true, &arena, &got, &n_used),
                         is_heap ? MARU_E_MEMORY : MARU_E_LIMIT);
        alloc_fail_after(UINT64_MAX);
        assert_true(n_used == 0 && reader.line == 1);
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_refusals),
        cmocka_unit_test(test_each_prefix_of_a_line_asks_for_more),
        cmocka_unit_test(test_precisions),
        cmocka_unit_test(test_names_by_template),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
