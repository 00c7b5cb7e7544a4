#include "wire/sparkplug/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_topics_read_and_write(void **state) {
    (void)state;
    static const char *const good[] = {
        "spBv1.0/plant 1/NBIRTH/edge",
        "spBv1.0/g/NDATA/n",
        "spBv1.0/g/NDEATH/n",
        "spBv1.0/g/NCMD/n",
        "spBv1.0/g/DBIRTH/n/d",
        "spBv1.0/g/DDATA/n/d",
        "spBv1.0/g/DDEATH/n/d",
        "spBv1.0/g/DCMD/n/d",
        "spBv1.0/STATE/host.1",
        "spBv1.0/\xEA\xB3\xB5\xEC\x9E\xA5/NDATA/\xEB\x9D\xBC\xEC\x9D\xB8",
        "spBv1.0/STATE/NDATA/n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct topic topic;
        maru_error err = {0};
        if (topic_read(good[i], strlen(good[i]), &topic, &err) != MARU_OK) {
            fail_msg("%s: %s", good[i], err.text);
        }
        struct text out;
        text_init(&out, 1000);
        topic_write(&topic, &out);
        assert_string_equal(out.bytes, good[i]);
        text_fini(&out);
    }
}

static void test_topics_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "spBv1.0",
        "spBv1.0/g",
        "spBv1.0/g/NDATA",
        "spBv1.0/g/NDATA/n/d",
        "spBv1.0/g/DDATA/n",
        "spBv1.0/g/DDATA/n/d/e",
        "spBv1.0/g/ndata/n",
        "spAv1.0/g/NDATA/n",
        "STATE/host",
        "spBv1.0//NDATA/n",
        "spBv1.0/g/NDATA/",
        "spBv1.0/g+/NDATA/n",
        "spBv1.0/g/NDATA/n#",
        "spBv1.0/g/NDATA/a\nb",
        "spBv1.0/g/NDATA/\xFF",
        "spBv1.0/STATE/",
        "/spBv1.0/g/NDATA/n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct topic topic;
        maru_error err = {0};
        if (topic_read(bad[i], strlen(bad[i]), &topic, &err) != MARU_E_INPUT || !err.text[0]) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    char text[TOPIC_MAX_NAME_BYTES + 40] = "spBv1.0/STATE/";
    const size_t n = strlen(text);
    memset(text + n, 'x', TOPIC_MAX_NAME_BYTES + 1);
    struct topic topic;
    assert_int_equal(topic_read(text, n + TOPIC_MAX_NAME_BYTES, &topic, NULL), MARU_OK);
    assert_int_equal(topic_read(text, n + TOPIC_MAX_NAME_BYTES + 1, &topic, NULL), MARU_E_LIMIT);
}

static void test_states(void **state) {
    (void)state;
    static const struct {
        const char *text;
        maru_status want;
        bool is_online;
        uint64_t ms;
    } cases[] = {
        {"{\"online\":true,\"timestamp\":1700000000000}", MARU_OK, true, 1700000000000},
        {"{ \"timestamp\" : 5, \"online\" : false, \"more\": [1] }", MARU_OK, false, 5},
        {"ONLINE", MARU_E_INPUT, false, 0},
        {"", MARU_E_INPUT, false, 0},
        {"{\"online\":true}", MARU_E_INPUT, false, 0},
        {"{\"online\":1,\"timestamp\":5}", MARU_E_INPUT, false, 0},
        {"{\"online\":true,\"timestamp\":\"5\"}", MARU_E_INPUT, false, 0},
        {"{\"online\":true,\"timestamp\":-5}", MARU_E_INPUT, false, 0},
        {"{\"online\":true,\"timestamp\":1.5}", MARU_E_INPUT, false, 0},
        {"[true,5]", MARU_E_INPUT, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct topic_state got = {0};
        maru_error err = {0};
        const maru_status st = topic_state_read(cases[i].text, strlen(cases[i].text), &got, &err);
        if (st != cases[i].want || got.is_online != cases[i].is_online ||
            got.timestamp_ms != cases[i].ms) {
            fail_msg("row %zu: %s %s", i, maru_status_name(st), err.text);
        }
    }
    struct text out;
    text_init(&out, 100);
    topic_state_write(&(struct topic_state){true, 1700000000000}, &out);
    assert_string_equal(out.bytes, cases[0].text);
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics_read_and_write),
        cmocka_unit_test(test_topics_refused),
        cmocka_unit_test(test_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
