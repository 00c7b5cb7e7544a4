#include "wire/sparkplug/host.h"

#include "base/alloc.h"
#include "base/random.h"
#include "wire/sparkplug/edge.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/payload_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

static const maru_time T0 = INT64_C(1700000000000000);
static const maru_time second = 1000000;

enum { MOST_LOG = 1 << 22, MOST_MAIL = 600 };

// Everything that a host says, one line each, and what it publishes.
struct log {
    struct text text;
    uint32_t n_sample, n_bad, n_asked;
    uint64_t n_missing;
    double last;
    char place[100], unit[100]; // of the last sample
};

static void log_sample(void *of, const struct host_sample *s) {
    struct log *log = of;
    assert_int_equal(strlen(s->name), s->n_name);
    text_addf(&log->text, "%s=", s->name);
    assert_true(s->n_place < s->n_name && s->name[s->n_place] == '/');
    snprintf(log->place, sizeof log->place, "%.*s", (int)s->n_place, s->name);
    snprintf(log->unit, sizeof log->unit, "%s", s->unit);
    if (s->sample.type == SAMPLE_TEXT) {
        text_add(&log->text, s->sample.value.text, s->sample.n_text);
    } else {
        text_add_double(&log->text, sample_number(&s->sample));
    }
    const bool is_bad = (s->sample.quality & 0xC0) == QUALITY_BAD;
    text_addf(&log->text, "%s%s%s@%" PRId64 ";", is_bad ? " bad" : "",
              s->is_historical ? " late" : "", s->is_transient ? " transient" : "",
              (s->sample.at_us - T0) / 1000);
    log->n_sample++;
    log->n_bad += is_bad;
    log->last = sample_number(&s->sample);
}

static void log_event(void *of, const struct host_event *e) {
    struct log *log = of;
    text_addf(&log->text, "[%s %s", host_event_name(e->kind), e->name);
    if (e->cause != HOST_NO_CAUSE) {
        text_addf(&log->text, ": %s", host_cause_name(e->cause));
    }
    if (e->n_missing > 0 || e->n_dropped > 0) {
        text_addf(&log->text, " %u/%u", e->n_missing, e->n_dropped);
    }
    text_addf(&log->text, "%s%s]", e->text[0] ? " - " : "", e->text);
    log->n_missing += e->n_missing;
    log->n_asked += e->kind == HOST_REBIRTH_ASKED;
}

static void log_publish(void *of, const struct host_message *m) {
    struct log *log = of;
    text_addf(&log->text, "<%s %u%s ", m->topic, m->qos, m->is_retained ? "r" : "");
    if (strstr(m->topic, "STATE")) {
        text_add(&log->text, m->bytes, m->n);
    } else {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct payload payload;
        assert_int_equal(payload_read(m->bytes, m->n, &arena, &payload, NULL), MARU_OK);
        payload_json(&payload, &log->text);
        arena_fini(&arena);
    }
    text_addz(&log->text, ">");
}

// A host and what it said.
struct stage {
    struct host *host;
    struct log log;
};

static void begin(struct stage *stage, maru_time reorder_us, size_t max_bytes) {
    *stage = (struct stage){0};
    text_init(&stage->log.text, MOST_LOG);
    struct host_options options = host_usual("maru", 77);
    options.reorder_us = reorder_us;
    options.max_bytes = max_bytes;
    const struct host_sink sink = {&stage->log, log_sample, log_event, log_publish};
    assert_int_equal(host_new(&options, sink, &stage->host, NULL), MARU_OK);
}

static void end(struct stage *stage) {
    host_free(stage->host);
    text_fini(&stage->log.text);
}

// What was said since the last look must be this.
static void said(struct stage *stage, const char *want) {
    const char *got = stage->log.text.bytes ? stage->log.text.bytes : "";
    if (strcmp(got, want) != 0) {
        fail_msg("said %s\nwant %s", got, want);
    }
    text_clear(&stage->log.text);
    text_addz(&stage->log.text, "");
}

static void hush(struct stage *stage) {
    text_clear(&stage->log.text);
    text_addz(&stage->log.text, "");
}

// One metric of a message that is built by hand.
struct part {
    const char *name; // NULL: by alias alone
    int alias;        // -1: none
    uint32_t type;    // 0: left out
    double value;
    int age_ms; // taken so long before its message
};

// A message: `seq` -1 leaves it out; its time is `ms` behind T0.
static void put(struct stage *stage, const char *topic, int seq, int ms, const struct part *part,
                uint32_t n, maru_time now) {
    struct payload_metric metric[8] = {{0}};
    assert_true(n <= 8);
    for (uint32_t i = 0; i < n; i++) {
        metric[i].has = 1U << PAYLOAD_METRIC_TIMESTAMP;
        metric[i].timestamp_ms = (uint64_t)(T0 / 1000 + ms - part[i].age_ms);
        if (part[i].name) {
            metric[i].has |= 1U << PAYLOAD_METRIC_NAME;
            metric[i].name = (struct payload_text){part[i].name, (uint32_t)strlen(part[i].name)};
        }
        if (part[i].alias >= 0) {
            metric[i].has |= 1U << PAYLOAD_METRIC_ALIAS;
            metric[i].alias = (uint64_t)part[i].alias;
        }
        if (part[i].type) {
            metric[i].has |= 1U << PAYLOAD_METRIC_TYPE;
            metric[i].type = part[i].type;
        }
        if (part[i].type == PAYLOAD_INT64) {
            metric[i].value =
                (struct payload_value){.kind = PAYLOAD_HAS_LONG, .number = (uint64_t)part[i].value};
        } else if (part[i].type == PAYLOAD_BOOLEAN) {
            metric[i].value =
                (struct payload_value){.kind = PAYLOAD_HAS_FLAG, .number = (uint64_t)part[i].value};
        } else {
            metric[i].value =
                (struct payload_value){.kind = PAYLOAD_HAS_DOUBLE, .real = part[i].value};
        }
    }
    struct payload payload = {.has = 1U << PAYLOAD_TIMESTAMP,
                              .timestamp_ms = (uint64_t)(T0 / 1000 + ms),
                              .metrics = {n, metric}};
    if (seq >= 0) {
        payload.has |= 1U << PAYLOAD_SEQ;
        payload.seq = (uint64_t)seq;
    }
    struct text bytes;
    text_init(&bytes, 1 << 20);
    payload_write(&payload, &bytes);
    (void)host_message_in(stage->host, topic, bytes.bytes, bytes.n_bytes, now, NULL);
    text_fini(&bytes);
}

static void born(struct stage *stage, int session, int seq, int ms) {
    const struct part parts[] = {{"bdSeq", -1, PAYLOAD_INT64, session},
                                 {"Node Control/Rebirth", -1, PAYLOAD_BOOLEAN, 0},
                                 {"t", 1, PAYLOAD_DOUBLE, 20}};
    put(stage, "spBv1.0/g/NBIRTH/n", seq, ms, parts, 3, T0 + (maru_time)ms * 1000);
}

static void data(struct stage *stage, int seq, int ms, double value) {
    put(stage, "spBv1.0/g/NDATA/n", seq, ms, &(struct part){NULL, 1, 0, value}, 1,
        T0 + (maru_time)ms * 1000);
}

static void death(struct stage *stage, int session, int ms) {
    put(stage, "spBv1.0/g/NDEATH/n", -1, ms, &(struct part){"bdSeq", -1, PAYLOAD_INT64, session}, 1,
        T0 + (maru_time)ms * 1000);
}

// ---- sessions

static void test_a_birth_says_what_still_holds(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 0, 0, 0);
    death(&s, 0, 5000);
    hush(&s);
    const struct part parts[] = {{"bdSeq", -1, PAYLOAD_INT64, 1},
                                 {"t", 1, PAYLOAD_DOUBLE, 20, .age_ms = 9000},
                                 {"new", 2, PAYLOAD_DOUBLE, 3}};
    put(&s, "spBv1.0/g/NBIRTH/n", 0, 9000, parts, 3, T0 + 9 * second);
    said(&s, "[node born g/n]g/n/t=20@0;g/n/t=20@9000;g/n/new=3@9000;");
    put(&s, "spBv1.0/g/NDATA/n", 1, 9500, &(struct part){NULL, 1, 0, 21, .age_ms = 100}, 1,
        T0 + 10 * second);
    said(&s, "g/n/t=21@9400;"); // what is told as news is told once
    put(&s, "spBv1.0/g/NDATA/n", 2, 9600, &(struct part){NULL, 1, 0, 23, .age_ms = 610}, 1,
        T0 + 10 * second);
    said(&s, "g/n/t=23@8990;g/n/t=23@9000;"); // the birth did not know of it yet
    put(&s, "spBv1.0/g/NDATA/n", 3, 9700, &(struct part){NULL, 1, 0, 22, .age_ms = 720}, 1,
        T0 + 10 * second);
    said(&s, "g/n/t=22@8980;");
    end(&s);
}

static void test_state_of_the_host(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    struct text topic, will;
    text_init(&topic, 1000);
    text_init(&will, 1000);
    host_will(s.host, T0, &topic, &will);
    assert_string_equal(topic.bytes, "spBv1.0/STATE/maru");
    assert_string_equal(will.bytes, "{\"online\":false,\"timestamp\":1700000000000}");
    host_connected(s.host, T0 + 5 * second);
    said(&s, "<spBv1.0/STATE/maru 1r {\"online\":true,\"timestamp\":1700000000000}>");
    // An old will of ours comes late: we are alive, and say so. Another host's is none of ours.
    (void)host_message_in(s.host, "spBv1.0/STATE/maru", will.bytes, will.n_bytes, T0, NULL);
    said(&s, "<spBv1.0/STATE/maru 1r {\"online\":true,\"timestamp\":1700000000000}>");
    (void)host_message_in(s.host, "spBv1.0/STATE/other", will.bytes, will.n_bytes, T0, NULL);
    said(&s, "");
    host_stop(s.host, T0 + 9 * second);
    said(&s, "<spBv1.0/STATE/maru 1r {\"online\":false,\"timestamp\":1700000009000}>");
    text_fini(&topic);
    text_fini(&will);
    end(&s);
}

static void test_birth_data_death(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 3, 0, 0);
    said(&s, "[node born g/n]g/n/t=20@0;");
    data(&s, 1, 100, 21);
    said(&s, "g/n/t=21@100;");
    put(&s, "spBv1.0/g/DBIRTH/n/d", 2, 200, (struct part[]){{"p", 2, PAYLOAD_DOUBLE, 1}}, 1, T0);
    said(&s, "[device born g/n/d]g/n/d/p=1@200;");
    put(&s, "spBv1.0/g/DDATA/n/d", 3, 300, (struct part[]){{NULL, 2, 0, 2}}, 1, T0);
    said(&s, "g/n/d/p=2@300;");
    put(&s, "spBv1.0/g/DDEATH/n/d", 4, 400, NULL, 0, T0 + 400000);
    said(&s, "g/n/d/p=2 bad@400;[device died g/n/d]");
    death(&s, 2, 450); // of the session before, late
    said(&s, "[old node death g/n]");
    data(&s, 5, 500, 22);
    said(&s, "g/n/t=22@500;");
    death(&s, 3, 600);
    said(&s, "g/n/t=22 bad@600;[node died g/n]");
    death(&s, 3, 700);
    said(&s, "[old node death g/n]");
    born(&s, 4, 0, 800);
    said(&s, "[node born g/n]g/n/t=20@800;");
    const struct host_counts counts = host_count(s.host);
    assert_int_equal(counts.n_node, 1);
    assert_int_equal(counts.n_online, 1);
    assert_int_equal(counts.n_device_online, 0);
    end(&s);
}

// A metric's folders are no places, and its unit comes with its birth.
static void test_places_and_units(void **state) {
    (void)state;
    struct stage s;
    struct text bytes;
    const struct payload_text key = {"engUnit", 7};
    const struct payload_property value = {.has = 1U << 1,
                                           .type = PAYLOAD_STRING,
                                           .value = {.kind = PAYLOAD_HAS_TEXT, .text = {"rpm", 3}}};
    const struct payload_properties set = {.keys = {1, &key}, .values = {1, &value}};
    struct payload_metric metric = {.has = 1U << PAYLOAD_METRIC_NAME | 1U << PAYLOAD_METRIC_TYPE |
                                           1U << PAYLOAD_METRIC_PROPERTIES,
                                    .name = {"Motor/Drive/Speed", 17},
                                    .type = PAYLOAD_DOUBLE,
                                    .properties = &set,
                                    .value = {.kind = PAYLOAD_HAS_DOUBLE, .real = 3}};
    const struct payload payload = {.has = 1U << PAYLOAD_SEQ, .seq = 1, .metrics = {1, &metric}};
    begin(&s, 2 * second, 1 << 20);
    born(&s, 3, 0, 0);
    assert_string_equal(s.log.place, "g/n");
    assert_string_equal(s.log.unit, "");
    text_init(&bytes, 1 << 20);
    payload_write(&payload, &bytes);
    hush(&s);
    (void)host_message_in(s.host, "spBv1.0/g/DBIRTH/n/d", bytes.bytes, bytes.n_bytes, T0, NULL);
    said(&s, "[device born g/n/d]g/n/d/Motor/Drive/Speed=3@0;");
    assert_string_equal(s.log.place, "g/n/d");
    assert_string_equal(s.log.unit, "rpm");
    const struct part stranger = {"New/Tag", -1, PAYLOAD_DOUBLE, 5};
    put(&s, "spBv1.0/g/DDATA/n/d", 2, 300, &stranger, 1, T0);
    assert_string_equal(s.log.place, "g/n/d");
    death(&s, 3, 600);
    assert_int_equal(s.log.n_bad, 2);
    text_fini(&bytes);
    end(&s);
}

static void test_a_rebirth_keeps_what_it_tells_again(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    const struct part two[] = {{"a", 1, PAYLOAD_DOUBLE, 1}, {"b", 2, PAYLOAD_DOUBLE, 2}};
    put(&s, "spBv1.0/g/NBIRTH/n", 0, 0, two, 2, T0);
    put(&s, "spBv1.0/g/DBIRTH/n/d", 1, 0, two, 2, T0);
    put(&s, "spBv1.0/g/DBIRTH/n/e", 2, 0, two, 1, T0);
    hush(&s);
    put(&s, "spBv1.0/g/NBIRTH/n", 0, 10, two, 1, T0 + 10000); // b is gone
    said(&s, "g/n/b=2 bad@10;[node born g/n]g/n/a=1@10;");
    put(&s, "spBv1.0/g/DBIRTH/n/d", 1, 20, two, 2, T0 + 20000);
    said(&s, "[device born g/n/d]g/n/d/a=1@20;g/n/d/b=2@20;");
    assert_true(host_due(s.host) <= T0 + 10000 + 5 * second);
    host_tick(s.host, T0 + 5 * second + 10000); // device e did not come back
    said(&s, "g/n/e/a=1 bad@5010;[device died g/n/e]");
    assert_true(host_due(s.host) == INT64_MAX);
    end(&s);
}

// ---- order

static void test_order_is_mended_within_the_timeout(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 1, 253, 0);
    hush(&s);
    data(&s, 0, 130, 4); // 254 and 255 are missing
    data(&s, 255, 120, 3);
    said(&s, "");
    assert_true(host_due(s.host) == T0 + 120000 + 2 * second);
    data(&s, 254, 110, 2);
    said(&s, "g/n/t=2@110;g/n/t=3@120;g/n/t=4@130;");
    host_tick(s.host, T0 + 10 * second);
    said(&s, "");
    end(&s);
}

static const char rebirth[] =
    "<spBv1.0/g/NCMD/n 0 {\"timestamp\":%s,\"metrics\":[{\"name\":\"Node "
    "Control/Rebirth\",\"timestamp\":%s,\"type\":\"Boolean\",\"value\":true}]}>";

static void said_with_rebirth(struct stage *stage, const char *before, const char *ms,
                              const char *behind) {
    char want[1000];
    int n = snprintf(want, sizeof want, "%s", before);
    n += snprintf(want + n, sizeof want - (size_t)n, rebirth, ms, ms);
    (void)snprintf(want + n, sizeof want - (size_t)n, "%s", behind);
    said(stage, want);
}

static void test_what_never_comes_is_a_gap(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 1, 0, 0);
    hush(&s);
    data(&s, 4, 100, 4);
    data(&s, 5, 200, 5);
    data(&s, 5, 200, 5);
    said(&s, "[duplicate g/n]");
    host_tick(s.host, T0 + 100000 + 2 * second);
    said_with_rebirth(&s, "[gap g/n: missing messages 3/0]g/n/t=4@100;g/n/t=5@200;",
                      "1700000002100", "[rebirth request g/n: missing messages]");
    data(&s, 2, 50, 2); // late after all, and once more
    said(&s, "[late g/n]g/n/t=2@50;");
    data(&s, 2, 50, 2);
    data(&s, 5, 200, 5);
    said(&s, "[duplicate g/n][duplicate g/n]");
    data(&s, 6, 300, 6);
    said(&s, "g/n/t=6@300;");
    data(&s, 9, 400, 9); // no second request so soon
    host_tick(s.host, T0 + 400000 + 2 * second);
    said(&s, "[gap g/n: missing messages 2/0]g/n/t=9@400;");
    end(&s);
}

static void test_without_a_timeout_a_gap_is_told_at_once(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 0, 1 << 20);
    born(&s, 1, 0, 0);
    hush(&s);
    data(&s, 2, 100, 2);
    said_with_rebirth(&s, "[gap g/n: missing messages 1/0]g/n/t=2@100;", "1700000000100",
                      "[rebirth request g/n: missing messages]");
    end(&s);
}

static void test_a_birth_that_was_overtaken(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    data(&s, 9, 10, 9);  // of the session before
    data(&s, 1, 110, 1); // of the one that begins
    said(&s, "");
    born(&s, 1, 0, 100);
    said(&s, "[gap g/n: unknown node 0/1][node born g/n]g/n/t=20@100;g/n/t=1@110;");
    end(&s);
}

static void test_rebirths_are_asked_for_ever_less_often(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    for (int i = 0; i < 4000; i++) { // data of an unknown node, every second, for more than an hour
        data(&s, i % 256, 1000 * i, i);
        host_tick(s.host, T0 + second * i);
    }
    // After 10, 20, 40, ... 640 s, and then every 640 s: 7 doublings take 1270 s.
    assert_true(s.log.n_asked >= 10 && s.log.n_asked <= 13);
    assert_int_equal(s.log.n_sample, 0);
    end(&s);
}

// ---- what is not known

static void test_unknown_metrics_and_devices(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 1, 0, 0);
    hush(&s);
    const struct part parts[] = {{NULL, 7, 0, 1}, {"new", -1, PAYLOAD_DOUBLE, 5}, {NULL, 1, 0, 6}};
    put(&s, "spBv1.0/g/NDATA/n", 1, 100, parts, 3, T0);
    said_with_rebirth(&s, "g/n/new=5@100;g/n/t=6@100;[gap g/n: unknown metric 0/2]",
                      "1700000000000", "[rebirth request g/n: unknown metric]");
    put(&s, "spBv1.0/g/DDATA/n/x", 2, 200, parts, 2, T0 + 30 * second);
    said_with_rebirth(&s, "[gap g/n: unknown device 0/2]", "1700000030000",
                      "[rebirth request g/n: unknown device]");
    end(&s);
}

static void test_what_is_refused_is_told(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    assert_int_equal(host_message_in(s.host, "x", "", 0, T0, NULL), MARU_E_INPUT);
    said(&s, "[refused  - not a topic of Sparkplug B 3.0]");
    assert_int_equal(host_message_in(s.host, "spBv1.0/g/NDATA/n", "\x08", 1, T0, NULL),
                     MARU_E_INPUT);
    said(&s, "[refused  - the message ends inside a number]");
    put(&s, "spBv1.0/g/NBIRTH/n", -1, 0, NULL, 0, T0);
    put(&s, "spBv1.0/g/NDATA/n", 256, 0, NULL, 0, T0);
    said(&s, "[refused g/n - a message without a sequence number from 0 to 255]"
             "[refused g/n - a message without a sequence number from 0 to 255]");
    born(&s, 1, 0, 0);
    hush(&s);
    put(&s, "spBv1.0/g/NDATA/n", 1, 0, (struct part[]){{"t", -1, PAYLOAD_BOOLEAN, 1}}, 1, T0);
    said_with_rebirth(&s, "g/n/t=1@0;[gap g/n: unknown metric 0/1]", "1700000000000",
                      "[rebirth request g/n: unknown metric]");
    end(&s);
}

static void test_a_lost_connection_makes_all_bad(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 1, 0, 0);
    hush(&s);
    host_disconnected(s.host, T0 + second);
    said(&s, "g/n/t=20 bad@1000;[gap g/n: no connection]");
    host_disconnected(s.host, T0 + second);
    said(&s, "");
    born(&s, 1, 0, 2000);
    said(&s, "[node born g/n]g/n/t=20@2000;");
    end(&s);
}

// Who was online before and says nothing has told its birth while we were away.
static void test_silent_nodes_are_asked_when_the_connection_is_back(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    born(&s, 1, 0, 0);
    host_disconnected(s.host, T0 + second);
    host_connected(s.host, T0 + 2 * second);
    hush(&s);
    host_tick(s.host, T0 + 4 * second - 1);
    said(&s, "");
    assert_int_equal(host_due(s.host), T0 + 4 * second);
    host_tick(s.host, T0 + 4 * second);
    said_with_rebirth(&s, "", "1700000004000", "[rebirth request g/n: no connection]");
    host_tick(s.host, T0 + 100 * second);
    said(&s, "");
    born(&s, 1, 0, 200000);
    host_disconnected(s.host, T0 + 300 * second);
    host_connected(s.host, T0 + 301 * second);
    born(&s, 2, 0, 302000); // it is back by itself
    hush(&s);
    host_tick(s.host, T0 + 400 * second);
    said(&s, "");
    end(&s);
}

// ---- commands

static void test_commands_have_type_and_alias_of_the_birth(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 1 << 20);
    const struct sample five = {.type = SAMPLE_DOUBLE, .value.number = 5};
    const struct host_target to = {"g", "n", "", "t"};
    assert_int_equal(host_write(s.host, &to, &five, T0, NULL), MARU_E_INPUT);
    born(&s, 1, 0, 0);
    hush(&s);
    assert_int_equal(host_write(s.host, &to, &five, T0, NULL), MARU_OK);
    said(&s, "<spBv1.0/g/NCMD/n 0 {\"timestamp\":1700000000000,\"metrics\":[{\"alias\":1,"
             "\"timestamp\":1700000000000,\"type\":\"Double\",\"value\":5}]}>");
    const struct host_target other = {"g", "n", "", "u"};
    assert_int_equal(host_write(s.host, &other, &five, T0, NULL), MARU_E_INPUT);
    const struct sample word = {.type = SAMPLE_TEXT, .n_text = 1, .value.text = "x"};
    assert_int_equal(host_write(s.host, &to, &word, T0, NULL), MARU_E_USAGE);
    end(&s);
}

// ---- memory

static void test_strangers_cannot_fill_the_memory(void **state) {
    (void)state;
    struct stage s;
    begin(&s, 2 * second, 4 << 20);
    born(&s, 1, 0, 0);
    char topic[100];
    uint32_t n_refused = 0;
    for (int i = 0; i < 3 * HOST_MAX_NODES; i++) {
        (void)snprintf(topic, sizeof topic, "spBv1.0/g/NDATA/stranger%d", i);
        const uint32_t before = s.log.n_sample;
        put(&s, topic, 1, i, &(struct part){NULL, 1, 0, 1}, 1, T0 + i);
        n_refused += s.log.n_sample != before;
        hush(&s);
        assert_true(host_count(s.host).n_bytes <= 4 << 20);
    }
    assert_int_equal(n_refused, 0);
    data(&s, 1, 100, 21); // who was there before is not harmed
    said(&s, "g/n/t=21@100;");
    end(&s);
}

static void test_memory_that_fails_leaves_a_host_that_works(void **state) {
    (void)state;
    for (uint64_t k = 0; k < 40; k++) {
        struct stage s;
        begin(&s, 2 * second, 1 << 20);
        text_add(&s.log.text, "", 0);
        alloc_fail_after(k);
        born(&s, 1, 0, 0);
        data(&s, 2, 100, 22);
        data(&s, 1, 90, 21);
        alloc_fail_after(UINT64_MAX);
        host_tick(s.host, T0 + 20 * second);
        hush(&s);
        s.log.text.status = MARU_OK;
        born(&s, 1, 0, 30000);
        said(&s, "[node born g/n]g/n/t=20@30000;");
        end(&s);
    }
}

// ---- a law: what an edge node sends in any order is what the host gives in order

struct mail {
    char *topic[MOST_MAIL];
    char *bytes[MOST_MAIL];
    size_t n_bytes[MOST_MAIL];
    uint32_t n;
};

static void mail_publish(void *of, const struct edge_message *m) {
    struct mail *mail = of;
    assert_true(mail->n < MOST_MAIL);
    mail->topic[mail->n] = malloc(strlen(m->topic) + 1);
    mail->bytes[mail->n] = malloc(m->n + 1);
    assert_true(mail->topic[mail->n] && mail->bytes[mail->n]);
    memcpy(mail->topic[mail->n], m->topic, strlen(m->topic) + 1);
    memcpy(mail->bytes[mail->n], m->bytes, m->n);
    mail->n_bytes[mail->n++] = m->n;
}

static void mail_command(void *of, uint32_t metric, const struct sample *sample) {
    (void)of;
    (void)metric;
    (void)sample;
}

static void free_mail(struct mail *mail) {
    for (uint32_t i = 0; i < mail->n; i++) {
        free(mail->topic[i]);
        free(mail->bytes[i]);
    }
    *mail = (struct mail){0};
}

// 500 values of three metrics on the node and two devices.
static void send_values(struct mail *mail, bool has_aliases) {
    const struct edge_options options = {
        .group = "g", .node = "n", .primary_host = "", .has_aliases = has_aliases};
    const struct edge_sink sink = {mail, mail_publish, mail_command};
    struct edge *edge = NULL;
    assert_int_equal(edge_new(&options, sink, &edge, NULL), MARU_OK);
    uint32_t device = 0;
    uint32_t metric = 0;
    for (uint32_t i = 0; i < 3; i++) {
        const char name[2] = {(char)('a' + i), '\0'};
        if (i > 0) {
            assert_int_equal(edge_add_device(edge, name, &device, NULL), MARU_OK);
        }
        assert_int_equal(edge_add_metric(edge, device, "x", PAYLOAD_DOUBLE, &metric, NULL),
                         MARU_OK);
    }
    struct text topic, will;
    text_init(&topic, 1000);
    text_init(&will, 1000);
    edge_will(edge, T0, &topic, &will);
    edge_connected(edge, T0);
    for (uint32_t i = 0; i < 500; i++) {
        const struct edge_value value = {i % 3,
                                         {.at_us = T0 + (maru_time)1000 * (i + 1),
                                          .type = SAMPLE_DOUBLE,
                                          .quality = QUALITY_GOOD,
                                          .value.number = i}};
        bool is_sent = false;
        assert_int_equal(
            edge_data(edge, &value, 1, false, T0 + (maru_time)1000 * (i + 1), &is_sent, NULL),
            MARU_OK);
        assert_true(is_sent);
    }
    text_fini(&topic);
    text_fini(&will);
    edge_free(edge);
}

static void deliver(struct stage *s, const struct mail *mail, uint32_t i, maru_time now) {
    assert_int_equal(
        host_message_in(s->host, mail->topic[i], mail->bytes[i], mail->n_bytes[i], now, NULL),
        MARU_OK);
}

static void test_any_order_within_the_window_gives_the_same(void **state) {
    (void)state;
    for (int has_aliases = 0; has_aliases < 2; has_aliases++) {
        struct mail mail = {0};
        send_values(&mail, has_aliases);
        assert_int_equal(mail.n, 503);
        struct stage straight, mixed;
        begin(&straight, 2 * second, 1 << 20);
        begin(&mixed, 2 * second, 1 << 20);
        for (uint32_t i = 0; i < mail.n; i++) {
            deliver(&straight, &mail, i, T0);
        }
        assert_int_equal(straight.log.n_sample, 3 + 500);
        uint64_t random = 0;
        uint32_t order[MOST_MAIL];
        for (uint32_t i = 0; i < mail.n; i++) {
            order[i] = i;
        }
        for (uint32_t i = 0; i + 1 < mail.n; i++) { // each comes at most 20 places early or late
            const uint32_t k = i + random_at(5, 1, random++).word[0] % 20;
            if (k < mail.n && k / 20 == i / 20) {
                const uint32_t kept = order[i];
                order[i] = order[k];
                order[k] = kept;
            }
        }
        for (uint32_t i = 0; i < mail.n; i++) {
            deliver(&mixed, &mail, order[i], T0);
        }
        assert_int_equal(mixed.log.n_missing, 0);
        assert_string_equal(mixed.log.text.bytes, straight.log.text.bytes);
        end(&straight);
        end(&mixed);
        free_mail(&mail);
    }
}

// Lost messages: what is missing by the host's count is what was lost, and the rest is all there.
static void test_every_loss_is_counted(void **state) {
    (void)state;
    uint64_t random = 0;
    for (int round = 0; round < 20; round++) {
        struct mail mail = {0};
        send_values(&mail, true);
        struct stage s;
        begin(&s, 2 * second, 1 << 20);
        uint64_t n_lost = 0;
        for (uint32_t i = 0; i < mail.n; i++) {
            if (i >= 3 && i + 1 < mail.n && random_at(6, 1, random++).word[0] % 10 == 0) {
                n_lost++;
                continue;
            }
            const maru_time now = T0 + (maru_time)i * second;
            host_tick(s.host, now);
            deliver(&s, &mail, i, now);
        }
        host_tick(s.host, T0 + 1000 * second);
        assert_true(n_lost > 20);
        assert_int_equal(s.log.n_missing, n_lost);
        assert_int_equal(s.log.n_sample, 503 - n_lost);
        assert_true(s.log.last == 499);
        end(&s);
        free_mail(&mail);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_of_the_host),
        cmocka_unit_test(test_a_birth_says_what_still_holds),
        cmocka_unit_test(test_places_and_units),
        cmocka_unit_test(test_birth_data_death),
        cmocka_unit_test(test_a_rebirth_keeps_what_it_tells_again),
        cmocka_unit_test(test_order_is_mended_within_the_timeout),
        cmocka_unit_test(test_what_never_comes_is_a_gap),
        cmocka_unit_test(test_without_a_timeout_a_gap_is_told_at_once),
        cmocka_unit_test(test_a_birth_that_was_overtaken),
        cmocka_unit_test(test_rebirths_are_asked_for_ever_less_often),
        cmocka_unit_test(test_unknown_metrics_and_devices),
        cmocka_unit_test(test_what_is_refused_is_told),
        cmocka_unit_test(test_a_lost_connection_makes_all_bad),
        cmocka_unit_test(test_silent_nodes_are_asked_when_the_connection_is_back),
        cmocka_unit_test(test_commands_have_type_and_alias_of_the_birth),
        cmocka_unit_test(test_strangers_cannot_fill_the_memory),
        cmocka_unit_test(test_memory_that_fails_leaves_a_host_that_works),
        cmocka_unit_test(test_any_order_within_the_window_gives_the_same),
        cmocka_unit_test(test_every_loss_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
