#include "live/futures.h"

#include <math.h>
#include <stdatomic.h>

#include "plant/plant.h"
#include "sim/trial.h"
#include "study/json_writer.h"

// Futures say the same on any number of threads, they say what comes true, and never more than they know.

static struct moment at(const struct trial *t, maru_time time) {
    struct moment moment = {0};
    const struct acts none = {0};
    assert_int_equal(maru_sim_copy(t->sim, &moment.sim, NULL), MARU_OK);
    assert_int_equal(moment_go(&moment, &none, time, NULL), MARU_OK);
    return moment;
}

static void require_bands(const struct futures *f, const double *band) {
    for (size_t i = 0; i < f->n_point; i++) {
        for (size_t b = 1; b < FUTURES_N_BAND; b++) {
            assert_true(band[b * f->n_point + i] >= band[(b - 1) * f->n_point + i]);
        }
    }
}

static void they_do_not_depend_on_threads(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct moment now = at(&t, 20 * MARU_DAY);
    const struct acts none = {0};
    struct text json[2];
    for (size_t i = 0; i < 2; i++) {
        const struct futures_plan plan = {.now = &now,
                                          .acts = &none,
                                          .seed = 1,
                                          .n_rep = 40,
                                          .n_thread = i == 0 ? 1 : 4,
                                          .span_us = MARU_DAY};
        struct futures f;
        struct json writer;
        assert_int_equal(futures_run(&plan, &f, NULL), MARU_OK);
        assert_int_equal(f.n_point, 25);
        require_bands(&f, f.wip);
        require_bands(&f, f.out);
        assert_true(f.wip[0] == maru_sim_lot_count(now.sim)); // all begin in the same present
        assert_true(f.wip[4 * f.n_point] == maru_sim_lot_count(now.sim));
        assert_true(f.out[2 * f.n_point + 24] > 0);
        text_init(&json[i], 1 << 24);
        json_writer_init(&writer, &json[i]);
        json_open_object(&writer, NULL);
        futures_add_json(&writer, &f);
        json_close(&writer);
        assert_int_equal(json[i].status, MARU_OK);
        futures_fini(&f);
    }
    assert_string_equal(json[0].bytes, json[1].bytes);
    assert_non_null(strstr(json[0].bytes, "\"sentence\""));
    text_fini(&json[0]);
    text_fini(&json[1]);
    moment_fini(&now);
    trial_free(&t);
}

struct truth { // what happened to each lot afterwards
    double done[20000];
};

static void hear(void *context, const maru_event *event) {
    struct truth *truth = context;
    if (event->kind == MARU_EV_FINISH && event->lot < 20000) {
        truth->done[event->lot] = (double)event->time_us;
    }
}

// Over many presents, about 80 % of the lots are done between their 10 % and 90 % times.
static void what_they_say_comes_true(void **state) {
    (void)state;
    static struct truth truth;
    struct trial t = trial_new(trial_full, NULL, 5);
    const struct acts none = {0};
    size_t n = 0, n_inside = 0, n_early = 0;
    for (int day = 20; day < 80; day += 4) {
        struct moment now = at(&t, day * MARU_DAY);
        const struct futures_plan plan = {.now = &now,
                                          .acts = &none,
                                          .seed = 1,
                                          .n_rep = 60,
                                          .n_thread = 2,
                                          .span_us = 4 * MARU_DAY};
        struct futures f;
        assert_int_equal(futures_run(&plan, &f, NULL), MARU_OK);
        maru_sim_set_trace(now.sim, hear, &truth);
        trial_run(now.sim, (day + 30) * MARU_DAY);
        for (uint32_t i = 0; i < f.n_lot; i++) {
            const struct futures_lot *lot = &f.lot[i];
            if (!lot->is_extrapolated && truth.done[lot->lot] > 0) {
                n++;
                n_inside +=
                    truth.done[lot->lot] >= lot->p10_us && truth.done[lot->lot] <= lot->p90_us;
                n_early += truth.done[lot->lot] < lot->p50_us;
            }
        }
        futures_fini(&f);
        moment_fini(&now);
    }
    assert_true(n > 200);
    const double inside = (double)n_inside / (double)n, early = (double)n_early / (double)n;
    if (inside < 0.68 || inside > 0.92 || early < 0.3 || early > 0.7) {
        fail_msg("%zu lots: %.2f inside 10 to 90 %%, %.2f before the median", n, inside, early);
    }
    trial_free(&t);
}

static void a_broken_tool_is_the_next_bottleneck(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct moment now = at(&t, 20 * MARU_DAY);
    struct acts acts = {0};
    uint32_t tool = 0, furnace = 0; // all of Furnace
    const maru_plant *plant = t.plant;
    while (strcmp(plant->group[furnace].name, "Furnace") != 0) {
        furnace++;
    }
    for (; tool < plant->n_tool; tool++) {
        if (plant->tool_group[tool] == furnace) {
            maru_sim_stop_tool(now.sim, tool);
            assert_int_equal(acts_mend(&acts, tool, 30 * MARU_DAY, NULL), MARU_OK);
        }
    }
    const struct futures_plan plan = {
        .now = &now, .acts = &acts, .seed = 1, .n_rep = 20, .n_thread = 2, .span_us = 3 * MARU_DAY};
    struct futures f;
    assert_int_equal(futures_run(&plan, &f, NULL), MARU_OK);
    assert_true(f.n_bottleneck > 0);
    assert_int_equal(f.bottleneck[0].group, furnace);
    assert_true(f.bottleneck[0].chance > 0.9);
    futures_fini(&f);
    acts_fini(&acts);
    moment_fini(&now);
    trial_free(&t);
}

static bool always(void *watcher) {
    (void)watcher;
    return true;
}

static void what_makes_no_sense_is_refused(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct moment now = at(&t, MARU_DAY);
    const struct acts none = {0};
    struct futures_plan plan = {
        .now = &now, .acts = &none, .n_rep = 0, .n_thread = 1, .span_us = MARU_DAY};
    struct futures f;
    assert_int_equal(futures_run(&plan, &f, NULL), MARU_E_RANGE);
    futures_fini(&f);
    plan.n_rep = 5;
    plan.span_us = MARU_SECOND;
    assert_int_equal(futures_run(&plan, &f, NULL), MARU_E_RANGE);
    futures_fini(&f);
    plan.span_us = MARU_DAY;
    plan.is_stopped = always;
    assert_int_equal(futures_run(&plan, &f, NULL), MARU_E_STOPPED);
    futures_fini(&f);
    moment_fini(&now);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_do_not_depend_on_threads),
        cmocka_unit_test(what_they_say_comes_true),
        cmocka_unit_test(a_broken_tool_is_the_next_bottleneck),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
