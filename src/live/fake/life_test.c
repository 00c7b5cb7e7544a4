#include "live/fake/life.h"

#include "live/fake/life_inside.h"
#include "plant/plant.h"
#include "sim/trial.h"

// What is told of a life is what the twin does: the same states at every moment, every lot in and out, the same
// in whatever pieces it is run.

struct heard { // what a sink got, as a digest and as counts
    const maru_plant *plant;
    uint64_t digest, n_change;
    uint64_t n[N_LIFE_EVENT_KIND];
    maru_time last_us;
    int64_t state[64]; // by tool, as told by the tag
    int64_t lots[64];
    int n_alarm[64]; // set and not cleared
    uint64_t n_announced, n_interlock, n_warned;
    bool has_product[64];
    uint64_t n_counted;
};

static void mix(struct heard *heard, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        heard->digest =
            (heard->digest ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
}

static void hear_change(void *of, uint32_t tool, enum life_tag tag, const struct sample *sample) {
    struct heard *heard = of;
    assert_true(sample->at_us >= heard->last_us);
    heard->last_us = sample->at_us;
    heard->n_change++;
    mix(heard, &tool, sizeof tool);
    mix(heard, &tag, sizeof tag);
    mix(heard, &sample->at_us, sizeof sample->at_us);
    if (tag == LIFE_TAG_PRODUCT) {
        heard->has_product[tool] = sample->n_text > 0;
    } else if (tag == LIFE_TAG_GOOD && sample->value.integer > 0) {
        assert_true(heard->has_product[tool]); // whoever counts knows of what
        heard->n_counted++;
    }
    if (sample->type == SAMPLE_TEXT) {
        assert_true(strlen(sample->value.text) == sample->n_text);
        mix(heard, sample->value.text, sample->n_text);
        return;
    }
    mix(heard, &sample->value.integer, sizeof sample->value.integer);
    if (tag == LIFE_TAG_STATE_CODE) {
        heard->state[tool] = sample->value.integer;
    } else if (tag == LIFE_TAG_N_LOT) {
        heard->lots[tool] = sample->value.integer;
    }
}

static void hear_event(void *of, const struct life_event *event) {
    struct heard *heard = of;
    assert_true(event->at_us >= heard->last_us);
    heard->last_us = event->at_us;
    heard->n[event->kind]++;
    mix(heard, &event->kind, sizeof event->kind);
    mix(heard, &event->at_us, sizeof event->at_us);
    mix(heard, event->lot ? event->lot : "-", event->lot ? strlen(event->lot) : 1);
    mix(heard, &event->scrap, sizeof event->scrap);
    if (event->kind == LIFE_ALARM_SET) {
        heard->n_alarm[event->tool]++;
        heard->n_interlock += event->code == ALARM_INTERLOCK;
        heard->n_announced += event->code >= ALARM_FAILURE && event->code < ALARM_INTERLOCK;
        heard->n_warned += event->code < ALARM_FAILURE;
    } else if (event->kind == LIFE_ALARM_CLEARED) {
        heard->n_alarm[event->tool]--;
    }
}

static struct life *life_of(const struct trial *t, maru_time begin_us, const struct acts *acts) {
    struct life *life = NULL;
    const struct life_options options = {
        .model = t->model, .seed = 5, .begin_us = begin_us, .acts = acts};
    assert_int_equal(life_new(&options, &life, NULL), MARU_OK);
    return life;
}

static void require_states(const struct life *life, const maru_sim *sim,
                           const struct heard *heard) {
    maru_tool_now tool[64];
    assert_true(maru_sim_tool_count(sim) <= 64);
    maru_sim_look_at_tools(sim, tool);
    for (uint32_t i = 0; i < maru_sim_tool_count(sim); i++) {
        if (tool[i].state != life_tool_state(life, i) ||
            heard->state[i] != (int64_t)tool[i].state) {
            fail_msg("tool %u at %lld us: state %d, told %d", i, (long long)maru_sim_now(sim),
                     (int)tool[i].state, (int)heard->state[i]);
        }
        assert_int_equal(heard->n_alarm[i] > 0,
                         tool[i].state == MARU_TOOL_UNSCHEDULED_DOWN || life->tool[i].alarm != 0);
    }
}

// Against a twin that is run beside it, at moments that no event chose.
static void states_are_those_of_the_twin(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    maru_sim *twin = NULL;
    assert_int_equal(maru_sim_new(t.model, 5, &twin, NULL), MARU_OK);
    struct life *life = life_of(&t, 0, NULL);
    struct heard heard = {0};
    const struct life_sink sink = {&heard, hear_change, hear_event};
    assert_int_equal(life_tell(life, &sink, NULL), MARU_OK);
    for (maru_time at = 0; at < 60 * MARU_DAY; at += 1234567891) {
        assert_int_equal(life_run(life, at, &sink, NULL), MARU_OK);
        assert_int_equal(maru_sim_run(twin, at, NULL), MARU_OK);
        require_states(life, twin, &heard);
    }
    maru_results *results = NULL;
    assert_int_equal(maru_sim_results(twin, &results, NULL), MARU_OK);
    assert_int_equal(heard.n[LIFE_LOT_DONE], results->n_out);
    assert_int_equal(heard.n[LIFE_LOT_RELEASED],
                     results->n_out + maru_sim_lot_count(twin)); // in = out + on the floor
    assert_int_equal(life_done_count(life), results->n_out);
    int64_t in_tools = 0, told = 0;
    maru_lot_now lot[20000];
    assert_true(maru_sim_lot_count(twin) <= 20000);
    maru_sim_look_at_lots(twin, lot);
    for (uint32_t i = 0; i < maru_sim_lot_count(twin); i++) {
        in_tools += lot[i].where == MARU_LOT_IN_TOOL;
    }
    for (size_t i = 0; i < 64; i++) {
        told += heard.lots[i];
    }
    assert_int_equal(told, in_tools);
    assert_true(heard.n[LIFE_LOT_STARTED] > heard.n[LIFE_LOT_DONE]);
    assert_true(heard.n_counted > 100);
    // 70 % of the failures are announced: within 5 standard deviations.
    const double n = (double)(heard.n_announced + heard.n_interlock);
    assert_true(n > 50);
    assert_true(((double)heard.n_announced / n - 0.7) * ((double)heard.n_announced / n - 0.7) <
                25 * 0.21 / n);
    assert_true(heard.n_warned > 0);
    maru_results_free(results);
    life_free(life);
    maru_sim_free(twin);
    trial_free(&t);
}

static uint64_t digest_in_pieces(const struct trial *t, maru_time begin_us, maru_time end_us,
                                 maru_time piece_us, double *measured) {
    struct life *life = life_of(t, begin_us, NULL);
    struct heard heard = {0};
    const struct life_sink sink = {&heard, hear_change, hear_event};
    assert_int_equal(life_tell(life, &sink, NULL), MARU_OK);
    maru_time at = begin_us;
    while (at < end_us) {
        at = piece_us < end_us - at ? at + piece_us : end_us;
        assert_int_equal(life_run(life, at, &sink, NULL), MARU_OK);
    }
    double value[N_FAKE_VARIABLE];
    *measured = 0;
    for (uint32_t tool = 0; tool < maru_sim_tool_count(life->now.sim); tool++) {
        life_measure(life, tool, value);
        for (int v = 0; v < N_FAKE_VARIABLE; v++) {
            *measured += value[v];
        }
    }
    assert_int_equal(life_event_count(life) > 0, 1);
    life_free(life);
    return heard.digest;
}

static void pieces_do_not_matter(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    for (maru_time begin = 0; begin <= 10 * MARU_DAY; begin += 10 * MARU_DAY) {
        double measured[3];
        const maru_time end = begin + 12 * MARU_DAY;
        const uint64_t whole = digest_in_pieces(&t, begin, end, MARU_DAY * 100, &measured[0]);
        assert_true(digest_in_pieces(&t, begin, end, 11 * MARU_MINUTE, &measured[1]) == whole);
        assert_true(digest_in_pieces(&t, begin, end, 777777777, &measured[2]) == whole);
        assert_true(measured[0] == measured[1] && measured[1] == measured[2]);
    }
    trial_free(&t);
}

static void a_tool_that_is_stopped_says_so(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct acts acts = {0};
    assert_int_equal(acts_stop(&acts, 0, MARU_HOUR, 3 * MARU_HOUR, NULL), MARU_OK);
    struct life *life = life_of(&t, 0, &acts);
    acts_fini(&acts);
    assert_int_equal(life_run(life, MARU_HOUR - 1, NULL, NULL), MARU_OK);
    assert_true(life_tool_state(life, 0) != MARU_TOOL_UNSCHEDULED_DOWN);
    for (maru_time at = MARU_HOUR; at < 4 * MARU_HOUR; at += 17 * MARU_MINUTE) {
        assert_int_equal(life_run(life, at, NULL, NULL), MARU_OK);
        assert_true(life_tool_state(life, 0) == MARU_TOOL_UNSCHEDULED_DOWN);
        assert_true(life->tool[0].alarm >= ALARM_FAILURE);
    }
    assert_int_equal(life_run(life, 4 * MARU_HOUR, NULL, NULL), MARU_OK);
    assert_int_equal(life->tool[0].alarm, 0);
    life_free(life);
    trial_free(&t);
}

// A sensor that announces a failure rises above what it shows without one.
static void failures_can_be_seen_coming(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct life *life = life_of(&t, 0, NULL);
    uint32_t n_seen = 0;
    for (maru_time at = 0; at < 60 * MARU_DAY; at += 5 * MARU_MINUTE) {
        assert_int_equal(life_run(life, at, NULL, NULL), MARU_OK);
        for (uint32_t i = 0; i < maru_sim_tool_count(life->now.sim); i++) {
            const struct life_tool *tool = &life->tool[i];
            assert_true(!tool->has_trouble || tool->trouble.fail_us > at);
            if (!tool->has_trouble || tool->mode != PROCESS_RUN ||
                process_rise(&tool->trouble, at) < 0.6) {
                continue;
            }
            double value[N_FAKE_VARIABLE];
            life_measure(life, i, value);
            const enum fake_variable v = tool->trouble.variable;
            const double plain = process_value(&tool->process, v, NULL, at);
            const double more = value[v] - plain;
            assert_true(more * fake_variable_kinds[v].by_failure > 0);
            n_seen++;
        }
    }
    assert_true(n_seen > 20);
    life_free(life);
    trial_free(&t);
}

static void words(void **state) {
    (void)state;
    char text[LIFE_MAX_TEXT_BYTES];
    life_alarm_text(ALARM_WARNING + FAKE_FLOW, text);
    assert_string_equal(text, "Flow low");
    life_alarm_text(ALARM_FAILURE + FAKE_VIBRATION, text);
    assert_string_equal(text, "Vibration high-high");
    life_alarm_text(ALARM_INTERLOCK, text);
    assert_string_equal(text, "Interlock");
    for (int code = -1; code < 400; code++) {
        life_alarm_text(code, text);
        const bool is_one = (code >= ALARM_WARNING && code < ALARM_WARNING + N_FAKE_VARIABLE) ||
                            (code >= ALARM_FAILURE && code < ALARM_FAILURE + N_FAKE_VARIABLE) ||
                            code == ALARM_INTERLOCK;
        assert_int_equal(text[0] != '\0', is_one);
    }
    assert_string_equal(life_tag_kind((enum life_tag)(LIFE_TAG_PROCESS + FAKE_POWER))->name,
                        "Process/Power");
    assert_string_equal(life_event_name(LIFE_LOT_DONE), "lot_done");
    assert_string_equal(life_event_name(LIFE_ALARM_CLEARED), "alarm_cleared");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_those_of_the_twin),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(a_tool_that_is_stopped_says_so),
        cmocka_unit_test(failures_can_be_seen_coming),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
