#include "connect/sparkplug_node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/tenant.h"
#include "store/trial_place.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/payload_value.h"

// Laws: each signal that is wanted is one metric, and no two metrics of a device have one name, whatever signals are called; what a birth
// tells is the newest that is stored.

static const maru_time T0 = INT64_C(1700000000000000);

struct stage {
    struct trial_place where;
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
    struct sparkplug_node node;
    struct text said;
    uint32_t n_metric, n_device;
};

// "device|metric unit=value;" of each metric of a birth.
static void on_publish(void *of, const struct edge_message *message) {
    struct stage *stage = of;
    struct arena arena;
    struct payload payload;
    arena_init(&arena, 1 << 20);
    assert_int_equal(payload_read(message->bytes, message->n, &arena, &payload, NULL), MARU_OK);
    const char *device = strstr(message->topic, "/DBIRTH/n/");
    const struct payload_metric *metric = payload.metrics.item;
    stage->n_device += device != NULL;
    for (uint32_t i = 0; i < payload.metrics.n; i++) {
        if (payload_text_is(metric[i].name, "bdSeq") ||
            payload_text_is(metric[i].name, "Node Control/Rebirth")) {
            continue;
        }
        const struct payload_text unit = payload_unit(metric[i].properties);
        text_addf(&stage->said, "%s|%.*s %.*s=", device ? device + 10 : "", (int)metric[i].name.n,
                  metric[i].name.bytes, (int)unit.n, unit.bytes);
        payload_value_json(metric[i].type, metric[i].is_null, &metric[i].value, &stage->said);
        text_addz(&stage->said, ";");
        stage->n_metric++;
    }
    arena_fini(&arena);
}

static void on_command(void *of, uint32_t metric, const struct sample *sample) {
    (void)of;
    (void)metric;
    (void)sample;
}

static void begin(struct stage *stage, const char *const *asset, size_t n_asset,
                  const char *const *prefix, size_t n_prefix) {
    char secret[STORE_SECRET_BYTES];
    const struct edge_options options = {.group = "g", .node = "n", .primary_host = ""};
    *stage = (struct stage){.n_metric = 0};
    text_init(&stage->said, 1 << 22);
    assert_true(trial_place_make(&stage->where));
    assert_int_equal(store_open(stage->where.text, &stage->store, secret, NULL), MARU_OK);
    assert_int_equal(store_hold(stage->store, "local", &stage->tenant, NULL), MARU_OK);
    assert_int_equal(tenant_open_signals(stage->store, stage->tenant, &stage->signals, NULL),
                     MARU_OK);
    stage->node = (struct sparkplug_node){.signals = stage->signals,
                                          .own = "mes",
                                          .asset = asset,
                                          .prefix = prefix,
                                          .n_asset = n_asset,
                                          .n_prefix = n_prefix};
    const struct edge_sink sink = {stage, on_publish, on_command};
    assert_int_equal(sparkplug_node_init(&stage->node, &options, sink, NULL), MARU_OK);
}

static void end(struct stage *stage) {
    sparkplug_node_fini(&stage->node);
    text_fini(&stage->said);
    store_release(stage->store, stage->tenant);
    store_close(stage->store);
    trial_place_remove(&stage->where);
}

static int64_t declare(struct stage *stage, const char *source, const char *asset, const char *name,
                       enum sample_type type) {
    const struct signal_row row = {
        .source = source, .asset = asset, .name = name, .unit = "bar", .type = type};
    int64_t id = 0;
    assert_int_equal(signals_declare(stage->signals, &row, 1, &id, NULL), MARU_OK);
    return id;
}

static void keep(struct stage *stage, int64_t id, const struct sample *sample) {
    const struct batch_sample one = {.signal = id, .sample = *sample};
    assert_int_equal(signals_write(stage->signals, &one, 1, NULL), MARU_OK);
}

static void be_born(struct stage *stage, const char *want) {
    text_clear(&stage->said);
    text_addz(&stage->said, "");
    stage->n_metric = stage->n_device = 0;
    assert_int_equal(sparkplug_node_learn(&stage->node, NULL), MARU_OK);
    assert_int_equal(sparkplug_node_refresh(&stage->node, NULL), MARU_OK);
    edge_connected(stage->node.edge, T0);
    const char *said = stage->said.bytes ? stage->said.bytes : "";
    if (want && strcmp(said, want) != 0) {
        fail_msg("said %s\nwant %s", said, want);
    }
}

static const struct sample number = {T0, SAMPLE_DOUBLE, QUALITY_GOOD, 0, {.number = 1.5}};
static const struct sample word = {T0 + 1, SAMPLE_TEXT, QUALITY_GOOD, 3, {.text = "RUN"}};

static void births_tell_what_is_wanted(void **state) {
    static const char *const asset[] = {"ulsan/press"}, *const prefix[] = {"oven/"};
    struct stage stage;
    (void)state;
    begin(&stage, asset, 1, prefix, 1);
    const int64_t force = declare(&stage, "c/1", "ulsan/press", "force", SAMPLE_DOUBLE);
    declare(&stage, "c/2", "ulsan/press/motor", "n", SAMPLE_INTEGER);
    declare(&stage, "c/3", "ulsan/presses", "other", SAMPLE_DOUBLE);
    declare(&stage, "oven/t", "", "t", SAMPLE_DOUBLE);
    declare(&stage, "mes/sent until", "ulsan/press", "sent until", SAMPLE_INTEGER);
    keep(&stage, force, &number);
    be_born(&stage, "|t bar=null;ulsan:press|force bar=1.5;ulsan:press:motor|n bar=null;");
    assert_null(sparkplug_node_find(&stage.node, 3));
    assert_null(sparkplug_node_find(&stage.node, 5));
    assert_null(sparkplug_node_find(&stage.node, 1000000));
    assert_non_null(sparkplug_node_find(&stage.node, force));
    end(&stage);
}

static void a_value_of_another_type_widens_its_metric(void **state) {
    static const char *const all[] = {""};
    const struct sample integer = {T0, SAMPLE_INTEGER, QUALITY_GOOD, 0, {.integer = 7}};
    struct stage stage;
    struct arena arena;
    struct edge_value value;
    (void)state;
    begin(&stage, all, 1, NULL, 0);
    arena_init(&arena, 1 << 20);
    const int64_t n = declare(&stage, "c/n", "a", "n", SAMPLE_INTEGER);
    be_born(&stage, "a|n bar=null;");
    stage.node.needs_birth = false;
    assert_true(sparkplug_node_fit(&stage.node, n, &integer, &arena, &value));
    assert_false(sparkplug_node_fit(&stage.node, n, &number, &arena, &value));
    assert_true(stage.node.needs_birth);
    assert_true(sparkplug_node_fit(&stage.node, n, &integer, &arena, &value));
    assert_true(value.sample.type == SAMPLE_DOUBLE && value.sample.value.number == 7);
    assert_false(sparkplug_node_fit(&stage.node, n, &word, &arena, &value));
    assert_true(sparkplug_node_fit(&stage.node, n, &number, &arena, &value));
    assert_true(value.sample.type == SAMPLE_TEXT && value.sample.n_text == 3);
    assert_memory_equal(value.sample.value.text, "1.5", 3);
    keep(&stage, n, &word);
    be_born(&stage, "a|n bar=\"RUN\";");
    arena_fini(&arena);
    end(&stage);
}

static void no_two_metrics_have_one_name(void **state) {
    static const char *const all[] = {""};
    static const struct {
        const char *source, *asset, *name;
    } odd[] = {{"c/1", "a/b", "t"}, {"d/1", "a/b", "t"},   {"c/2", "a:b", "t"},
               {"c/3", "a+b", "t"}, {"c/4", "", "bdSeq"},  {"c/5", "", "Node Control/Rebirth"},
               {"c/6", "", "t"},    {"c/7", "", "t (d/1)"}};
    char deep[400];
    struct stage stage;
    (void)state;
    begin(&stage, all, 1, NULL, 0);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        declare(&stage, odd[i].source, odd[i].asset, odd[i].name, SAMPLE_DOUBLE);
    }
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    declare(&stage, "c/8", deep, "t",
            SAMPLE_DOUBLE); // no name of a device: its path stands before it
    be_born(&stage, NULL);
    assert_int_equal(stage.n_metric, 9);
    assert_int_equal(stage.n_device, 2);
    assert_non_null(
        strstr(stage.said.bytes, "a:b|t bar=null;a:b|t (d/1) bar=null;a:b|t (c/2) bar"));
    assert_non_null(strstr(stage.said.bytes, "|bdSeq (c/4) bar"));
    assert_non_null(strstr(stage.said.bytes, "a_b|t bar"));
    assert_non_null(strstr(stage.said.bytes, "xxx/t bar"));
    end(&stage);
}

static void people_may_say_it_otherwise(void **state) {
    static const char *const asset[] = {"ulsan"};
    static const struct placing_rule rule = {"c/*", "ulsan/tool {1}", "force", "kN"};
    struct placing *placing = NULL;
    struct stage stage;
    (void)state;
    begin(&stage, asset, 1, NULL, 0);
    declare(&stage, "c/1", "a", "t", SAMPLE_DOUBLE);
    be_born(&stage, "");
    assert_int_equal(placing_new(&placing, NULL), MARU_OK);
    assert_int_equal(placing_add(placing, &rule, NULL), MARU_OK);
    signals_place(stage.signals, placing);
    be_born(&stage, "ulsan:tool 1|force kN=null;");
    signals_place(stage.signals, NULL);
    be_born(&stage, "");
    assert_int_equal(stage.n_device, 0);
    end(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(births_tell_what_is_wanted),
        cmocka_unit_test(a_value_of_another_type_widens_its_metric),
        cmocka_unit_test(no_two_metrics_have_one_name),
        cmocka_unit_test(people_may_say_it_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
