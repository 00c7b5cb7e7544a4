#include "wire/sparkplug/edge.h"

#include "base/alloc.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/payload_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const maru_time T0 = INT64_C(1700000000000000);

static void on_publish(void *of, const struct edge_message *m) {
    struct text *log = of;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct payload payload;
    assert_int_equal(payload_read(m->bytes, m->n, &arena, &payload, NULL), MARU_OK);
    text_addf(log, "<%s ", m->topic);
    payload_json(&payload, log);
    text_addz(log, ">");
    arena_fini(&arena);
}

static void on_command(void *of, uint32_t metric, const struct sample *sample) {
    text_addf(of, "[%u=", metric);
    text_add_double(of, sample_number(sample));
    text_addz(of, "]");
}

static void said(struct text *log, const char *want) {
    if (strcmp(log->bytes ? log->bytes : "", want) != 0) {
        fail_msg("said %s\nwant %s", log->bytes, want);
    }
    text_clear(log);
    text_addz(log, "");
}

static struct edge *make(struct text *log, const char *host, bool has_aliases) {
    const struct edge_options options = {"g", "n", host, has_aliases, 255};
    struct edge *edge = NULL;
    uint32_t id = 0;
    text_init(log, 1 << 20);
    assert_int_equal(
        edge_new(&options, (struct edge_sink){log, on_publish, on_command}, &edge, NULL), MARU_OK);
    assert_int_equal(edge_add_metric(edge, 0, "t", PAYLOAD_DOUBLE, &id, NULL), MARU_OK);
    assert_int_equal(edge_add_device(edge, "d", &id, NULL), MARU_OK);
    assert_int_equal(edge_add_metric(edge, 1, "word", PAYLOAD_STRING, &id, NULL), MARU_OK);
    return edge;
}

static void will(struct edge *edge, const char *want) {
    struct text topic, bytes, json;
    text_init(&topic, 1000);
    text_init(&bytes, 1000);
    text_init(&json, 1000);
    edge_will(edge, T0, &topic, &bytes);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct payload payload;
    assert_int_equal(payload_read(bytes.bytes, bytes.n_bytes, &arena, &payload, NULL), MARU_OK);
    payload_json(&payload, &json);
    assert_string_equal(topic.bytes, "spBv1.0/g/NDEATH/n");
    assert_string_equal(json.bytes, want);
    arena_fini(&arena);
    text_fini(&topic);
    text_fini(&bytes);
    text_fini(&json);
}

#define TIME "\"timestamp\":1700000000000"
#define SESSION(n) "{\"name\":\"bdSeq\"," TIME ",\"type\":\"Int64\",\"value\":" n "}"
#define NBIRTH(n, t)                                                                               \
    "<spBv1.0/g/NBIRTH/n {" TIME                                                                   \
    ",\"seq\":0,\"metrics\":[" SESSION(n) ",{\"name\":\"Node Control/Rebirth\"," TIME              \
                                          ",\"type\":\"Boolean\",\"value\":false}," t "]}>"

static void test_births_data_and_rebirth(void **state) {
    (void)state;
    struct text log;
    struct edge *edge = make(&log, "", false);
    will(edge, "{" TIME ",\"metrics\":[" SESSION("255") "]}");
    edge_connected(edge, T0);
    said(&log,
         NBIRTH("255",
                "{\"name\":\"t\"," TIME
                ",\"type\":\"Double\",\"value\":null}") "<spBv1.0/g/DBIRTH/n/d {" TIME
                                                        ",\"seq\":1,\"metrics\":[{\"name\":"
                                                        "\"word\"," TIME
                                                        ",\"type\":\"String\",\"value\":null}]}>");
    const struct edge_value values[] = {
        {0, {T0 + 1000, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 1.5}}},
        {1, {T0 + 2000, SAMPLE_TEXT, QUALITY_BAD, 2, {.text = "ab"}}}};
    bool is_sent = false;
    assert_int_equal(edge_data(edge, values, 2, false, T0, &is_sent, NULL), MARU_OK);
    assert_true(is_sent);
    said(&log,
         "<spBv1.0/g/NDATA/n {" TIME ",\"seq\":2,\"metrics\":[{\"name\":\"t\",\"timestamp\":"
         "1700000000001,\"type\":\"Double\",\"value\":1.5}]}>"
         "<spBv1.0/g/DDATA/n/d {" TIME ",\"seq\":3,\"metrics\":[{\"name\":\"word\",\"timestamp\":"
         "1700000000002,\"type\":\"String\",\"properties\":{\"Quality\":0},\"value\":\"ab\"}]}>");
    // A rebirth: the same session, the values as they are now.
    struct payload_metric metric = {.has = 1U << PAYLOAD_METRIC_NAME | 1U << PAYLOAD_METRIC_TYPE,
                                    .name = {"Node Control/Rebirth", 20},
                                    .type = PAYLOAD_BOOLEAN,
                                    .value = {.kind = PAYLOAD_HAS_FLAG, .number = 1}};
    const struct payload command = {.metrics = {1, &metric}};
    struct text bytes;
    text_init(&bytes, 1000);
    payload_write(&command, &bytes);
    assert_int_equal(
        edge_message_in(edge, "spBv1.0/g/NCMD/other", bytes.bytes, bytes.n_bytes, T0, NULL),
        MARU_OK);
    said(&log, "");
    assert_int_equal(
        edge_message_in(edge, "spBv1.0/g/NCMD/n", bytes.bytes, bytes.n_bytes, T0, NULL), MARU_OK);
    text_fini(&bytes);
    said(&log, NBIRTH("255", "{\"name\":\"t\",\"timestamp\":1700000000001,\"type\":\"Double\","
                             "\"value\":1.5}") "<spBv1.0/g/DBIRTH/n/d {" TIME
                                               ",\"seq\":1,\"metrics\":[{\"name\":\"word\","
                                               "\"timestamp\":1700000000002,\"type\":\"String\","
                                               "\"properties\":{\"Quality\":0},"
                                               "\"value\":\"ab\"}]}>");
    edge_set_device(edge, 1, false, T0);
    said(&log, "<spBv1.0/g/DDEATH/n/d {" TIME ",\"seq\":2,\"metrics\":[]}>");
    assert_int_equal(edge_data(edge, &values[1], 1, false, T0, &is_sent, NULL), MARU_OK);
    assert_false(is_sent);
    edge_stop(edge, T0);
    said(&log, "<spBv1.0/g/NDEATH/n {" TIME ",\"metrics\":[" SESSION("255") "]}>");
    edge_disconnected(edge);
    will(edge, "{" TIME ",\"metrics\":[" SESSION("0") "]}"); // 255 is followed by 0
    edge_free(edge);
    text_fini(&log);
}

static void state_in(struct edge *edge, const char *text) {
    assert_int_equal(edge_message_in(edge, "spBv1.0/STATE/h", text, strlen(text), T0, NULL),
                     MARU_OK);
}

static void test_births_wait_for_the_primary_host(void **state) {
    (void)state;
    struct text log;
    struct edge *edge = make(&log, "h", true);
    will(edge, "{" TIME ",\"metrics\":[" SESSION("255") "]}");
    edge_connected(edge, T0);
    text_addz(&log, "");
    said(&log, "");
    state_in(edge, "{\"online\":false,\"timestamp\":5}");
    assert_false(edge_is_online(edge));
    state_in(edge, "{\"online\":true,\"timestamp\":9}");
    assert_true(edge_is_online(edge));
    text_clear(&log);
    state_in(edge, "{\"online\":false,\"timestamp\":8}"); // an old will
    assert_true(edge_is_online(edge));
    state_in(edge, "{\"online\":false,\"timestamp\":9}");
    assert_false(edge_is_online(edge));
    const struct edge_value value = {0, {T0, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 2}}};
    bool is_sent = true;
    assert_int_equal(edge_data(edge, &value, 1, false, T0, &is_sent, NULL), MARU_OK);
    assert_false(is_sent); // the caller keeps it
    state_in(edge, "{\"online\":true,\"timestamp\":10}");
    text_clear(&log);
    assert_int_equal(edge_data(edge, &value, 1, true, T0, &is_sent, NULL), MARU_OK);
    said(&log, "<spBv1.0/g/NDATA/n {" TIME ",\"seq\":2,\"metrics\":[{\"alias\":1," TIME
               ",\"type\":\"Double\",\"is_historical\":true,\"value\":2}]}>");
    edge_free(edge);
    text_fini(&log);
}

static void test_commands(void **state) {
    (void)state;
    struct text log;
    struct edge *edge = make(&log, "", true);
    will(edge, "{" TIME ",\"metrics\":[" SESSION("255") "]}");
    edge_connected(edge, T0);
    text_clear(&log);
    static const uint64_t aliases[] = {1, 2, 3, 0};
    for (size_t i = 0; i < 4; i++) { // only the first is the node's own
        struct payload_metric metric = {.has = 1U << PAYLOAD_METRIC_ALIAS,
                                        .alias = aliases[i],
                                        .value = {.kind = PAYLOAD_HAS_DOUBLE, .real = 7}};
        const struct payload command = {.metrics = {1, &metric}};
        struct text bytes;
        text_init(&bytes, 1000);
        payload_write(&command, &bytes);
        assert_int_equal(
            edge_message_in(edge, "spBv1.0/g/NCMD/n", bytes.bytes, bytes.n_bytes, T0, NULL),
            MARU_OK);
        text_fini(&bytes);
    }
    said(&log, "[0=7]");
    assert_int_equal(edge_message_in(edge, "spBv1.0/g/NCMD/n", "\x08", 1, T0, NULL), MARU_E_INPUT);
    edge_free(edge);
    text_fini(&log);
}

static void test_what_cannot_be_is_refused(void **state) {
    (void)state;
    struct text log;
    struct edge *edge = make(&log, "", true);
    uint32_t id = 99;
    assert_int_equal(edge_add_device(edge, "a/b", &id, NULL), MARU_E_USAGE);
    assert_int_equal(edge_add_metric(edge, 5, "x", PAYLOAD_DOUBLE, &id, NULL), MARU_E_USAGE);
    assert_int_equal(edge_add_metric(edge, 0, "x", PAYLOAD_DATA_SET, &id, NULL), MARU_E_USAGE);
    assert_int_equal(edge_add_metric(edge, 0, "", PAYLOAD_DOUBLE, &id, NULL), MARU_E_USAGE);
    assert_int_equal(id, 99);
    bool is_sent = false;
    const struct edge_value wrong = {0, {T0, SAMPLE_TEXT, QUALITY_GOOD, 0, {.text = ""}}};
    assert_int_equal(edge_data(edge, &wrong, 1, false, T0, &is_sent, NULL), MARU_E_USAGE);
    const struct edge_value none = {7, {T0, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 0}}};
    assert_int_equal(edge_data(edge, &none, 1, false, T0, &is_sent, NULL), MARU_E_USAGE);
    edge_free(edge);
    text_fini(&log);
    const struct edge_options options = {"g", "n", "", false, 0};
    for (uint64_t k = 0; k < 6; k++) { // without memory there is no node, and nothing leaks
        edge = NULL;
        alloc_fail_after(k);
        const maru_status st = edge_new(&options, (struct edge_sink){0}, &edge, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, MARU_E_MEMORY);
        assert_null(edge);
    }
}

static void test_what_a_node_has_may_change(void **state) {
    (void)state;
    struct text log;
    uint32_t id = 9;
    bool is_sent = true;
    struct edge *edge = make(&log, "", true);
    edge_rebirth(edge, T0); // not online
    said(&log, "");
    edge_connected(edge, T0);
    const struct edge_value value = {0, {T0, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 1.5}}};
    assert_int_equal(edge_data(edge, &value, 1, false, T0, &is_sent, NULL), MARU_OK);
    const struct edge_value newer = {0, {T0, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 7.25}}};
    text_clear(&log);
    assert_int_equal(edge_keep(edge, &newer, 1, NULL), MARU_OK);
    assert_int_equal(log.n_bytes, 0);
    edge_rebirth(edge, T0);
    assert_non_null(strstr(log.bytes, "\"value\":7.25"));
    assert_int_equal(edge_set_type(edge, 0, PAYLOAD_STRING, NULL), MARU_OK);
    assert_int_equal(edge_keep(edge, &newer, 1, NULL), MARU_E_USAGE);
    assert_int_equal(edge_set_type(edge, 0, PAYLOAD_FILE, NULL), MARU_E_USAGE);
    text_clear(&log);
    edge_rebirth(edge, T0);
    assert_non_null(strstr(log.bytes, "\"name\":\"t\",\"alias\":1," TIME
                                      ",\"type\":\"String\",\"value\":null"));
    edge_clear(edge);
    assert_int_equal(edge_add_metric(edge, 1, "x", PAYLOAD_DOUBLE, &id, NULL), MARU_E_USAGE);
    assert_int_equal(edge_add_device(edge, "e", &id, NULL), MARU_OK);
    assert_int_equal(id, 1);
    assert_int_equal(edge_add_metric(edge, 1, "x", PAYLOAD_DOUBLE, &id, NULL), MARU_OK);
    assert_int_equal(id, 0);
    text_clear(&log);
    edge_rebirth(edge, T0);
    said(&log, "<spBv1.0/g/NBIRTH/n {" TIME ",\"seq\":0,\"metrics\":[" SESSION(
                   "255") ",{\"name\":\"Node Control/Rebirth\"," TIME
                          ",\"type\":\"Boolean\",\"value\":false}]}>"
                          "<spBv1.0/g/DBIRTH/n/e {" TIME
                          ",\"seq\":1,\"metrics\":[{\"name\":\"x\",\"alias\":1," TIME
                          ",\"type\":\"Double\",\"value\":null}]}>");
    edge_free(edge);
    text_fini(&log);
}

static void test_births_tell_units(void **state) {
    (void)state;
    struct text log;
    struct edge *edge = make(&log, "", false);
    char unit[PAYLOAD_MAX_UNIT_BYTES + 2];
    memset(unit, 'x', sizeof unit - 1);
    unit[sizeof unit - 1] = '\0';
    assert_int_equal(edge_set_unit(edge, 0, unit, NULL), MARU_E_USAGE);
    assert_int_equal(edge_set_unit(edge, 2, "bar", NULL), MARU_E_USAGE);
    assert_int_equal(edge_set_unit(edge, 0, "\xff", NULL), MARU_E_USAGE);
    assert_int_equal(edge_set_unit(edge, 0, "K", NULL), MARU_OK);
    assert_int_equal(edge_set_unit(edge, 0, "bar", NULL), MARU_OK);
    edge_connected(edge, T0);
    assert_non_null(strstr(log.bytes, "\"properties\":{\"engUnit\":\"bar\"}"));
    assert_null(strstr(strstr(log.bytes, "DBIRTH"), "properties"));
    assert_int_equal(edge_set_unit(edge, 0, "", NULL), MARU_OK);
    text_clear(&log);
    edge_connected(edge, T0);
    assert_null(strstr(log.bytes, "properties"));
    edge_free(edge);
    text_fini(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_births_tell_units),
        cmocka_unit_test(test_what_a_node_has_may_change),
        cmocka_unit_test(test_births_data_and_rebirth),
        cmocka_unit_test(test_births_wait_for_the_primary_host),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
