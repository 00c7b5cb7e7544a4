#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/floor/models/model_keeping.h"
#include "serve/floor/models/model_watch.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "learn/living/trial_living.h"
#include "store/trial_place.h"
#include "study/json_writer.h"

// Laws, on a real store and a floor that is made up: each window has one prediction and counts once, however often it is made; it does not
// matter whether a truth comes before or after its window, and of two the first counts; a kill changes nothing; what leaves its limits is
// switched off, goes on predicting, and is switched on by people alone.

#define S INT64_C(1000000)
#define NOW (INT64_C(1700000000) * S)
#define STEP_US (60 * S)

enum { N_TRAIN = 300 };

static const char table[] = "window,tool,signals,by,features\n"
                            "other,**,x,60 s,mean\n"
                            "step,**,a b c d,60 s,mean\n";
static const char feed[] =
    "{\"window\":\"step\",\"truth\":{\"event\":\"measured\",\"value\":\"nm\",\"within_h\":24}}";

struct scene {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
    struct signals *signals;
    struct window_table table;
    struct news news;
    struct model_watch *watch;
    char model[STORE_ID_BYTES];
    struct trial_world world;
    uint64_t n_window;
};

static void must(maru_status st, const maru_error *err) {
    if (st != MARU_OK) {
        fail_msg("%s", err->text);
    }
}

static void renew(struct scene *s) {
    const struct model_watch_asked asked = {s->local, s->signals, &s->news, &s->table};
    maru_error err = {0};
    must(model_watch_new(&asked, s->watch, &s->watch, &err), &err);
}

static void add_version(struct scene *s, const char *name, bool is_first) {
    struct text bytes;
    struct trial_world world = s->world;
    char id[2][STORE_ID_BYTES] = {"", ""};
    int64_t number = 0;
    maru_error err = {0};
    trial_living_bytes(&world, N_TRAIN, &bytes);
    const struct new_version version = {.row = {.goal = "number",
                                                .target = "nm",
                                                .unit = "",
                                                .kind = "linear",
                                                .program = "0",
                                                .fingerprint = "ab",
                                                .data = "cd",
                                                .facts = "{}",
                                                .by = "kim",
                                                .dataset = "",
                                                .run = "",
                                                .n_bytes = (int64_t)bytes.n_bytes},
                                        .bytes = bytes.bytes,
                                        .may_lead = true};
    const struct model_row row = {.name = name, .by = "kim", .feed = feed};
    if (is_first) {
        must(tenant_add_model(s->local, &row, NULL, &version, id, &err), &err);
        memcpy(s->model, id[0], sizeof s->model);
    } else {
        must(tenant_add_model_version(s->local, s->model, &version, &number, &err), &err);
    }
    text_fini(&bytes);
}

static void open_scene(struct scene *s, uint64_t seed) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    *s = (struct scene){.world = {.seed = seed, .goal = MODEL_NUMBER}};
    assert_true(trial_place_make(&s->place));
    must(store_open(s->place.text, &s->store, secret, &err), &err);
    must(store_hold(s->store, "local", &s->local, &err), &err);
    must(tenant_open_signals(s->store, s->local, &s->signals, &err), &err);
    maru_faults *faults = maru_faults_new();
    must(window_table_read("w.csv", table, sizeof table - 1, faults, &s->table, &err), &err);
    maru_faults_free(faults);
    news_init(&s->news);
    add_version(s, "film", true);
    renew(s);
    assert_int_equal(s->watch->n, 1);
    assert_string_equal(s->watch->model[0].problem, "");
    assert_int_equal(s->watch->model[0].row, 1);
}

static void close_scene(struct scene *s) {
    model_watch_free(s->watch);
    news_fini(&s->news);
    window_table_fini(&s->table);
    store_release(s->store, s->local);
    store_close(s->store);
    trial_place_remove(&s->place);
}

// ---- windows and truths

struct made { // a window of the world
    struct trial_living_row row;
    char lot[16];
    maru_time at_us;
};

static struct made next_window(struct scene *s) {
    struct made made = {.row = trial_next(&s->world)};
    snprintf(made.lot, sizeof made.lot, "L%llu", (unsigned long long)++s->n_window);
    made.at_us = NOW + (maru_time)s->n_window * STEP_US;
    return made;
}

static void see(struct scene *s, const struct made *made) {
    const char *const text[N_SPAN_TEXT] = {made->lot, "", "R", "S"};
    const struct window_place place = {.row = 1, .tool = made->row.cell[4].word};
    struct window_span span = {
        .from_us = made->at_us - STEP_US, .until_us = made->at_us, .text = window_span_join(text)};
    double value[4];
    maru_error err = {0};
    for (int i = 0; i < 4; i++) {
        value[i] = made->row.cell[i].number;
    }
    must(model_watch_see(s->watch, &place, &span, value, &err), &err);
    must(news_flush(&s->news, s->signals, &err), &err);
    must(model_watch_flush(s->watch, &err), &err);
    alloc_free(span.text);
}

static void measure(struct scene *s, const struct made *made, maru_time after_us, double wrong) {
    char detail[64];
    uint64_t ticket = 0;
    maru_error err = {0};
    snprintf(detail, sizeof detail, "{\"values\":{\"nm\":%.17g}}", made->row.truth + wrong);
    const struct event event = {.at_us = made->at_us + after_us,
                                .kind = EVENT_MEASUREMENT,
                                .source = "cd-1",
                                .name = "measured",
                                .lot = made->lot,
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail};
    must(signals_add_events(s->signals, &event, 1, &ticket, &err), &err);
    must(signals_commit(s->signals, ticket, &err), &err);
}

static void hear(struct scene *s) {
    maru_error err = {0};
    must(model_watch_hear(s->watch, &err), &err);
    must(news_flush(&s->news, s->signals, &err), &err);
    must(model_watch_flush(s->watch, &err), &err);
}

struct counting {
    uint64_t n;
    char last[4096];
};

static maru_status count_event(void *context, int64_t id, const struct event *event,
                               maru_error *err) {
    struct counting *counting = context;
    (void)id;
    (void)err;
    if (counting->n++ == 0) { // newest first
        snprintf(counting->last, sizeof counting->last, "%s", event->detail);
    }
    return MARU_OK;
}

static struct counting events_of(struct scene *s, const char *kind) {
    const struct event_filter filter = {.from_us = SIGNALS_FROM_US,
                                        .to_us = SIGNALS_TO_US,
                                        .before_us = INT64_MAX,
                                        .limit = 100000,
                                        .kind = kind,
                                        .source = "",
                                        .lot = ""};
    struct counting counting = {0};
    maru_error err = {0};
    must(signals_each_event(s->signals, &filter, count_event, &counting, &err), &err);
    return counting;
}

static void save(const struct scene *s, struct text *out) {
    text_init(out, TENANT_MAX_ENGINE_BYTES);
    model_keeping_save(s->watch, out);
    assert_int_equal(out->status, MARU_OK);
}

static void kill_and_load(struct scene *s, const struct text *kept) {
    model_watch_free(s->watch);
    s->watch = NULL;
    renew(s);
    model_keeping_load(s->watch, kept);
}

static struct model_live *model_of(struct scene *s) { return &s->watch->model[0]; }

static struct living_state state_of(struct scene *s) {
    return living_state_of(model_of(s)->side[SIDE_CHAMPION].living);
}

static void same_bytes(const struct text *a, const struct text *b) {
    assert_int_equal(a->n_bytes, b->n_bytes);
    assert_memory_equal(a->bytes, b->bytes, a->n_bytes);
}

static void save_living(struct scene *s, struct text *out) {
    text_init(out, LIVING_MAX_STATE_BYTES);
    assert_int_equal(living_write(model_of(s)->side[SIDE_CHAMPION].living, out, NULL), MARU_OK);
}

// ---- laws

static void a_window_counts_once(void **state) {
    (void)state;
    struct scene s;
    struct text first, again;
    open_scene(&s, 1);
    for (int i = 0; i < 30; i++) {
        struct made made = next_window(&s);
        see(&s, &made);
        save(&s, &first);
        made.row.cell[0].number += 1; // late samples
        see(&s, &made);
        save(&s, &again);
        same_bytes(&first, &again);
        text_fini(&first);
        text_fini(&again);
    }
    const struct counting said = events_of(&s, EVENT_PREDICTION);
    assert_int_equal(said.n, 30);
    assert_non_null(strstr(said.last, s.model));
    assert_non_null(strstr(said.last, "\"version\":1"));
    assert_non_null(strstr(said.last, "\"is_used\":true"));
    assert_int_equal(model_of(&s)->n_predicted, 30);
    assert_int_equal(state_of(&s).inputs.n, 30);
    assert_true(signals_find(s.signals, "maru/A/film.prediction", 22) > 0);
    assert_true(signals_find(s.signals, "maru/A/film.prediction.high", 27) > 0);
    assert_true(signals_find(s.signals, "maru/models/film.drift", 22) > 0);
    close_scene(&s);
}

// Truths before, behind, twice and told again: the same is learned. Only the order in which windows are learned from is the same here.
static void truths_come_when_they_like(void **state) {
    (void)state;
    struct text bytes[2];
    for (int k = 0; k < 2; k++) {
        struct scene s;
        open_scene(&s, 2);
        for (int i = 0; i < 40; i++) {
            const struct made made = next_window(&s);
            if (k == 0) {
                measure(&s, &made, 10 * S, 0);
                measure(&s, &made, 20 * S, 50); // a later one
                hear(&s);
                see(&s, &made);
            } else {
                see(&s, &made);
                measure(&s, &made, -5 * S, 70); // before its window has ended
                hear(&s);
                measure(&s, &made, 10 * S, 0);
                hear(&s);
                measure(&s, &made, 20 * S, 50);
                hear(&s);
                measure(&s, &made, 10 * S, i % 3); // told again
                hear(&s);
            }
        }
        assert_int_equal(model_of(&s)->n_truth, 40);
        assert_int_equal(state_of(&s).errors.n, 40);
        assert_int_equal(state_of(&s).n_interval, 40);
        save_living(&s, &bytes[k]);
        struct made none = next_window(&s);
        see(&s, &none);
        measure(&s, &none, INT64_C(25) * 3600 * S, 0); // too late
        hear(&s);
        assert_int_equal(model_of(&s)->n_truth, 40);
        close_scene(&s);
    }
    same_bytes(&bytes[0], &bytes[1]);
    text_fini(&bytes[0]);
    text_fini(&bytes[1]);
}

// Killed after any window and begun again from what was kept some windows before, those made again since: as if nothing had happened.
static void a_kill_changes_nothing(void **state) {
    (void)state;
    enum { N = 60, KEPT = 35, KILLED = 41 };
    struct text one, two, kept;
    struct made made[N];
    struct scene s;
    open_scene(&s, 3);
    for (int i = 0; i < N; i++) {
        made[i] = next_window(&s);
        see(&s, &made[i]);
        measure(&s, &made[i], 10 * S, 0);
        hear(&s);
    }
    save_living(&s, &one);
    const uint64_t n_one = events_of(&s, EVENT_PREDICTION).n;
    close_scene(&s);
    open_scene(&s, 3);
    for (int i = 0; i < N; i++) {
        made[i] = next_window(&s);
        see(&s, &made[i]);
        measure(&s, &made[i], 10 * S, 0);
        hear(&s);
        if (i == KEPT) {
            save(&s, &kept);
        }
        if (i == KILLED) {
            kill_and_load(&s, &kept);
            assert_int_equal(model_of(&s)->n_predicted, KEPT + 1);
            for (int again = KEPT - 5; again <= KILLED; again++) {
                see(&s, &made[again]);
                hear(&s);
            }
        }
    }
    save_living(&s, &two);
    same_bytes(&one, &two);
    assert_int_equal(model_of(&s)->n_predicted, N);
    assert_int_equal(model_of(&s)->n_truth, N);
    assert_int_equal(events_of(&s, EVENT_PREDICTION).n, n_one);
    assert_int_equal(state_of(&s).inputs.n, N);
    assert_int_equal(state_of(&s).errors.n, N);
    text_fini(&kept);
    text_fini(&one);
    text_fini(&two);
    close_scene(&s);
}

static maru_status see_use(void *context, const struct model_row *row, maru_error *err) {
    (void)err;
    snprintf(context, 32, "%d %s %s", row->is_on, row->reason, row->set_by);
    return MARU_OK;
}

static void expect_use(struct scene *s, const char *want) {
    char told[32] = "";
    maru_error err = {0};
    must(tenant_see_one_model(s->local, s->model, see_use, told, &err), &err);
    assert_string_equal(told, want);
}

static void switch_on(struct scene *s) {
    const struct model_row row = {
        .id = s->model, .is_on = true, .reason = "person", .set_by = "lee"};
    maru_error err = {0};
    must(tenant_use_model(s->local, &row, &err), &err);
    renew(s);
}

// Inputs drift, or truths: it is switched off, once, with an event, and goes on predicting; a person switches it on again.
static void what_leaves_its_limits_is_switched_off(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct scene s;
        open_scene(&s, 4);
        s.world.shift = k == 0 ? 3 : 0;
        s.world.bias = k == 0 ? 0 : 6;
        int i = 0;
        for (; i < 400 && model_of(&s)->is_on; i++) {
            const struct made made = next_window(&s);
            see(&s, &made);
            if (k == 1) {
                measure(&s, &made, 10 * S, 0);
                hear(&s);
            }
        }
        assert_in_range(i, k == 0 ? 100 : 3, k == 0 ? 399 : 40);
        expect_use(&s, k == 0 ? "0 inputs maru" : "0 errors maru");
        struct counting off = events_of(&s, EVENT_MODEL);
        assert_int_equal(off.n, 1);
        assert_non_null(
            strstr(off.last, k == 0 ? "\"reason\":\"inputs\"" : "\"reason\":\"errors\""));
        assert_non_null(strstr(off.last, k == 0 ? "a.mean" : "training"));
        for (int more = 0; more < 30; more++) {
            const struct made made = next_window(&s);
            see(&s, &made);
        }
        const struct counting said = events_of(&s, EVENT_PREDICTION);
        assert_int_equal(said.n, i + 30);
        assert_non_null(strstr(said.last, "\"is_used\":false"));
        assert_int_equal(events_of(&s, EVENT_MODEL).n, 1);
        renew(&s);
        assert_false(model_of(&s)->is_on);
        switch_on(&s);
        assert_true(model_of(&s)->is_on);
        const struct made made = next_window(&s);
        see(&s, &made);
        expect_use(&s, "1 person lee");
        close_scene(&s);
    }
}

// A challenger answers in the shadow, is compared, and takes along what it has seen where it becomes champion.
static void a_challenger_answers_in_the_shadow(void **state) {
    (void)state;
    struct scene s;
    struct text live;
    struct json json;
    maru_error err = {0};
    open_scene(&s, 5);
    s.world.bias = 0.5; // of another world than the first version's
    add_version(&s, "", false);
    must(tenant_promote_model(s.local, s.model, 2, AS_CHALLENGER, "kim", &err), &err);
    renew(&s);
    for (int i = 0; i < 60; i++) {
        const struct made made = next_window(&s);
        see(&s, &made);
        measure(&s, &made, 10 * S, 0);
        hear(&s);
    }
    const struct counting said = events_of(&s, EVENT_PREDICTION);
    assert_non_null(strstr(said.last, "\"challenger\":{\"version\":2"));
    assert_int_equal(model_of(&s)->rivals.n, 60);
    assert_int_equal(model_of(&s)->rivals.n_alike, 60); // the same weights
    text_init(&live, 1 << 16);
    json_writer_init(&json, &live);
    json_open_object(&json, NULL);
    model_watch_tell(s.watch, s.model, "live", &json);
    model_watch_tell(s.watch, "nobody", "none", &json);
    json_close(&json);
    json_t *told = json_loads(live.bytes, 0, NULL), *of = json_object_get(told, "live");
    assert_int_equal(json_integer_value(json_object_get(of, "predicted")), 60);
    assert_int_equal(json_integer_value(json_object_get(of, "truths")), 60);
    assert_true(json_is_null(json_object_get(told, "none")));
    assert_true(json_is_null(json_object_get(json_object_get(of, "challenger"), "better")));
    json_decref(told);
    text_fini(&live);
    must(tenant_promote_model(s.local, s.model, 2, AS_CHAMPION, "kim", &err), &err);
    renew(&s);
    assert_int_equal(model_of(&s)->side[SIDE_CHAMPION].version, 2);
    assert_null(model_of(&s)->side[SIDE_CHALLENGER].living);
    assert_int_equal(state_of(&s).errors.n, 60);
    assert_int_equal(model_of(&s)->rivals.n, 0);
    must(tenant_roll_back_model(s.local, s.model, "kim", &err), &err);
    renew(&s);
    assert_int_equal(model_of(&s)->side[SIDE_CHAMPION].version, 1);
    assert_int_equal(state_of(&s).errors.n, 0);
    close_scene(&s);
}

// Damaged bytes, those of other models, a version that is no model, no table: nothing breaks.
static void hard_cases(void **state) {
    (void)state;
    struct scene s;
    struct text kept;
    maru_error err = {0};
    open_scene(&s, 6);
    for (int i = 0; i < 20; i++) {
        const struct made made = next_window(&s);
        see(&s, &made);
    }
    save(&s, &kept);
    for (size_t n = 0; n < kept.n_bytes; n += 1 + kept.n_bytes / 200) {
        struct text cut = {.bytes = kept.bytes, .n_bytes = n};
        model_keeping_load(s.watch, &cut);
        kept.bytes[n] = (char)(kept.bytes[n] ^ 0x20);
        model_keeping_load(s.watch, &kept);
        kept.bytes[n] = (char)(kept.bytes[n] ^ 0x20);
    }
    kill_and_load(&s, &kept);
    assert_int_equal(model_of(&s)->n_predicted, 20);
    text_fini(&kept);
    const struct new_version bad = {.row = {.goal = "",
                                            .target = "",
                                            .unit = "",
                                            .kind = "",
                                            .program = "",
                                            .fingerprint = "",
                                            .data = "",
                                            .facts = "{}",
                                            .by = "kim",
                                            .dataset = "",
                                            .run = "",
                                            .n_bytes = 3},
                                    .bytes = "odd"};
    int64_t number = 0;
    must(tenant_add_model_version(s.local, s.model, &bad, &number, &err), &err);
    must(tenant_promote_model(s.local, s.model, number, AS_CHAMPION, "kim", &err), &err);
    renew(&s);
    assert_string_not_equal(model_of(&s)->problem, "");
    const struct made made = next_window(&s);
    see(&s, &made);
    assert_int_equal(events_of(&s, EVENT_PREDICTION).n, 20);
    must(tenant_delete_model(s.local, s.model, "kim", &err), &err);
    renew(&s);
    assert_int_equal(s.watch->n, 0);
    see(&s, &made);
    hear(&s);
    close_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_counts_once),
        cmocka_unit_test(truths_come_when_they_like),
        cmocka_unit_test(a_kill_changes_nothing),
        cmocka_unit_test(what_leaves_its_limits_is_switched_off),
        cmocka_unit_test(a_challenger_answers_in_the_shadow),
        cmocka_unit_test(hard_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
