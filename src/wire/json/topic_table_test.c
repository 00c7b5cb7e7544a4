#include "wire/json/topic_table.h"

#include "base/alloc.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>

#define HEAD "topic,value,time,quality,name,type,time_format,default_quality\n"

// What a table makes of a message, as text: `name=value@us/quality;`, then `!` and what was refused.
static void show(const char *rows, const char *topic, const char *bytes, struct text *out) {
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct topic_table table;
    maru_error err = {0};
    if (topic_table_read(rows, strlen(rows), &arena, &table, &err) != MARU_OK) {
        fail_msg("%s: %u:%u %s", rows, err.row, err.column, err.text);
    }
    const struct table_message message = {topic, bytes, strlen(bytes), 77, 540};
    struct table_result result = {0};
    const maru_status st = topic_table_take(&table, &message, &arena, &result, &err);
    if (st != MARU_OK) {
        text_addf(out, "%s:%u", maru_status_name(st), err.column);
    }
    for (uint32_t i = 0; i < result.n; i++) {
        const struct sample *s = &result.sample[i].sample;
        assert_int_equal(strlen(result.sample[i].name), result.sample[i].n_name);
        text_addf(out, "%s=", result.sample[i].name);
        if (s->type == SAMPLE_TEXT) {
            text_addf(out, "'%.*s'", (int)s->n_text, s->n_text > 0 ? s->value.text : "");
        } else {
            text_add_double(out, sample_number(s));
            text_addz(out, s->type == SAMPLE_INTEGER ? "i" : s->type == SAMPLE_BOOL ? "b" : "");
        }
        text_addf(out, "@%" PRId64, s->at_us);
        if (s->quality != QUALITY_GOOD) {
            text_addf(out, "/%u", s->quality);
        }
        text_addz(out, ";");
    }
    if (result.n_refused > 0) {
        text_addf(out, "!%u", result.n_refused);
        assert_true(result.error.text[0] != '\0');
    }
    arena_fini(&arena);
}

struct table_case {
    const char *rows, *topic, *message, *want;
};

static const struct table_case cases[] = {
    {HEAD "line/+/temp,/v,/ts,,{2}/temperature,double,ms,\n", "line/3/temp",
     "{\"v\":21.5,\"ts\":1700000000123}", "3/temperature=21.5@1700000000123000;"},
    {HEAD "plc/#,/tags/*/value,/tags/*/time,/tags/*/q,{#}/{key},,iso,uncertain\n", "plc/a/b",
     "{\"tags\":{\"p\":{\"value\":1,\"time\":\"2023-11-14T22:13:20Z\",\"q\":192},"
     "\"r\":{\"value\":true,\"time\":\"2023-11-15 07:13:20\"}}}",
     "a/b/p=1@1700000000000000;a/b/r=1b@1700000000000000/64;"},
    {HEAD "t,,,,t,,,\n", "t", "21.5", "t=21.5@77;"},
    {HEAD "t,,,,t,text,,\n", "t", "RUN", "t='RUN'@77;"},
    {HEAD "t,,,,t,text,,\n", "t", "\"RUN\"", "t='RUN'@77;"},
    {HEAD "t,/*,,,{topic}/{key},,,\n", "t", "[1,\"a\",null,{\"b\":2}]",
     "t/0=1@77;t/1='a'@77;t/2=null@77/0;!1"},
    {HEAD "t,/*/*/v,/*/t,,{key},,,\n", "t",
     "{\"a\":{\"x\":{\"v\":1},\"y\":{\"v\":2},\"t\":5},\"b\":{\"x\":{\"v\":3},\"t\":6}}",
     "a/x=1@5000;a/y=2@5000;b/x=3@6000;"},
    {HEAD "t,/a/1/b,,,n,integer,,\n", "t", "{\"a\":[0,{\"b\":7}]}", "n=7i@77;"},
    {HEAD "t,/a~1b/~0,,,n,,,\n", "t", "{\"a/b\":{\"~\":1}}", "n=1@77;"},
    {HEAD "t,/v,/t,,n,,s,\n", "t", "{\"v\":\"3.5\",\"t\":1700000000.5}",
     "n='3.5'@1700000000500000;"},
    {HEAD "t,/v,,,n,double,,\n", "t", "{\"v\":\"3.5\"}", "n=3.5@77;"},
    {HEAD "t,/v,,/q,n,bool,,\n", "t", "{\"v\":1,\"q\":\"Bad\"}", "n=1b@77/0;"},
    {HEAD "t,/v,,,a,,,\nt,/v,,,b,,,bad\n+,/w,,,c,,,\n", "t", "{\"v\":1}", "a=1@77;b=1@77/0;"},
    {HEAD "t,/v,,,n,,,\n", "u", "not json", ""},
    {HEAD "t,/v,,,n,,,\n", "t", "{\"v\":1", "input:7"},
    {HEAD "t,/v,/t,,n,,ms,\n", "t", "{\"v\":1}", "!1"},
    {HEAD "t,/v,/t,,n,,iso,\n", "t", "{\"v\":1,\"t\":\"soon\"}", "!1"},
    {HEAD "t,/v,,,n,integer,,\n", "t", "{\"v\":1.5}", "!1"},
    {HEAD "t,/v,,,n,bool,,\n", "t", "{\"v\":2}", "!1"},
    {HEAD "t,/v,,/q,n,,,\n", "t", "{\"v\":1,\"q\":256}", "!1"},
    {HEAD "#,/v,,,n,,,\n", "$SYS/x", "{\"v\":1}", ""},
    {HEAD "a/#,/v,,,n{#},,,\n", "a", "{\"v\":1}", "n=1@77;"},
    {HEAD "+/+,/v,,,n,,,\n", "a", "{\"v\":1}", ""},
    {"name,value,topic\n{1},/v,+\n", "x", "{\"v\":1}", "x=1@77;"},
};

static void test_messages_by_tables(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        text_init(&out, 1 << 16);
        text_addz(&out, "");
        show(cases[i].rows, cases[i].topic, cases[i].message, &out);
        if (strcmp(out.bytes ? out.bytes : "", cases[i].want) != 0) {
            fail_msg("row %zu: %s, want %s", i, out.bytes, cases[i].want);
        }
        text_fini(&out);
    }
}

static void test_tables_refused(void **state) {
    (void)state;
    static const struct {
        const char *rows;
        uint32_t row, column;
    } bad[] = {
        {"", 0, 0},
        {"topic,value\n", 1, 0},
        {"topic,value,name,what\n", 1, 4},
        {"topic,value,name,name\n", 1, 4},
        {HEAD ",/v,,,n,,,\n", 2, 1},
        {HEAD "a+,/v,,,n,,,\n", 2, 1},
        {HEAD "#/a,/v,,,n,,,\n", 2, 1},
        {HEAD "t,v,,,n,,,\n", 2, 2},
        {HEAD "t,/~2,,,n,,,\n", 2, 2},
        {HEAD "t,/v,,,,,,\n", 2, 5},
        {HEAD "t,/v,,,{what},,,\n", 2, 5},
        {HEAD "t,/v,,,{0},,,\n", 2, 5},
        {HEAD "t,/v,,,n,float,,\n", 2, 6},
        {HEAD "t,/v,,,n,,minutes,\n", 2, 7},
        {HEAD "t,/v,,,n,,,fine\n", 2, 8},
        {HEAD "t,/a/*,/b/*,,n,,,\n", 2, 3},
        {HEAD "t,/a/*,/a/*/*,,n,,,\n", 2, 3},
        {HEAD "t,/v,,/*/q,n,,,\n", 2, 4},
        {HEAD "t,/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7,,,n,,,\n", 2, 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 24);
        struct topic_table table;
        maru_error err = {0};
        const maru_status st =
            topic_table_read(bad[i].rows, strlen(bad[i].rows), &arena, &table, &err);
        if ((st != MARU_E_INPUT && st != MARU_E_LIMIT) || err.row != bad[i].row ||
            err.column != bad[i].column || !err.text[0]) {
            fail_msg("row %zu: %s %u:%u %s", i, maru_status_name(st), err.row, err.column,
                     err.text);
        }
        arena_fini(&arena);
    }
}

static void test_memory_that_fails_is_told(void **state) {
    (void)state;
    static const char rows[] = HEAD "t,/*,,,{key},,,\n";
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct topic_table table;
    assert_int_equal(topic_table_read(rows, sizeof rows - 1, &arena, &table, NULL), MARU_OK);
    const struct table_message message = {"t", "[1,2,3]", 7, 0, 0};
    struct arena small;
    arena_init(&small, 500); // the tree fits, the samples do not
    struct table_result result = {.n = 99};
    assert_int_equal(topic_table_take(&table, &message, &small, &result, NULL), MARU_E_LIMIT);
    assert_int_equal(result.n, 99);
    arena_fini(&small);
    arena_init(&small, 1 << 20);
    alloc_fail_after(0);
    assert_int_equal(topic_table_take(&table, &message, &small, &result, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    arena_fini(&small);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_by_tables),
        cmocka_unit_test(test_tables_refused),
        cmocka_unit_test(test_memory_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
