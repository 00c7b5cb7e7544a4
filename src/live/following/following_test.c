#include "live/following/following.h"

#include "base/status.h"
#include "plant/plant.h"
#include "sim/follow/floor_trial.h"
#include "study/json_writer.h"

// A floor that is another twin tells its events as a store has them; the twin that follows is where it is.

#define WINDOW MARU_HOUR
#define ZERO_US INT64_C(1700000000000000)
enum { SEED = 7 };

struct said { // an event and its texts
    struct event event;
    char tool[80], detail[400];
};

static void say(const struct floor *f, size_t i, struct said *out) {
    static const char *const name[N_TOLD] = {
        [TOLD_RELEASED] = "released", [TOLD_ENDED] = "finished",    [TOLD_REWORK] = "rework",
        [TOLD_SKIPPED] = "skipped",   [TOLD_FINISHED] = "done",     [TOLD_SENT] = "sent",
        [TOLD_ARRIVED] = "arrived",   [TOLD_STARTED] = "started",   [TOLD_UP] = "productive",
        [TOLD_SETUP] = "setup",       [TOLD_DOWN] = "failed",       [TOLD_MAINTENANCE] = "pm",
        [TOLD_FREED] = "freed",       [TOLD_SCRAPPED] = "scrapped", [TOLD_HELD] = "held"};
    const struct floor_word *word = &f->word[i];
    const struct told *told = &word->told;
    const bool is_of_lot = told_is_of_lot(told->kind);
    const maru_plant *plant = f->plant;
    struct text detail;
    text_init(&detail, sizeof out->detail);
    text_addf(&detail, "{\"n\":%zu", i + 1);
    if (told->step != MARU_NONE) {
        const struct plant_route *route = &plant->route[plant->step[told->step].route];
        text_addf(&detail, ",\"route\":\"%s\",\"step\":%u", route->name,
                  (unsigned)(told->step - route->first_step + 1));
    }
    if (told->product != MARU_NONE) {
        text_addf(&detail, ",\"product\":\"%s\"", plant->product[told->product].name);
    }
    if (!is_of_lot) {
        text_addf(&detail, ",\"state\":\"%s\"", name[told->kind]);
    }
    text_addf(&detail, ",\"wafers\":%u}", (unsigned)told->wafers);
    assert_int_equal(detail.status, MARU_OK);
    snprintf(out->detail, sizeof out->detail, "%s", detail.bytes);
    text_fini(&detail);
    snprintf(out->tool, sizeof out->tool, "MES");
    if (told->tool != MARU_NONE) {
        const struct plant_group *group = &plant->group[plant->tool_group[told->tool]];
        snprintf(out->tool, sizeof out->tool, "line/%s-%u", group->name,
                 (unsigned)(told->tool - group->first_tool + 1));
    }
    out->event = (struct event){.at_us = ZERO_US + told->at_us,
                                .kind = is_of_lot ? EVENT_LOT : EVENT_STATE,
                                .source = out->tool,
                                .name = is_of_lot ? name[told->kind] : "state",
                                .lot = word->lot,
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = out->detail};
}

static struct following_plan plan_of(const maru_model *model) {
    return (struct following_plan){.model = model,
                                   .window_us = WINDOW,
                                   .zero_us = ZERO_US,
                                   .speed = 1,
                                   .is_by_wall = true,
                                   .every_us = MARU_DAY,
                                   .span_us = MARU_DAY};
}

static struct following *begin(const maru_model *model) {
    const struct following_plan plan = plan_of(model);
    struct following *f = NULL;
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    if (following_new(&plan, faults, &f, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    maru_faults_free(faults);
    return f;
}

static void take(struct following *f, const struct floor *floor, size_t i) {
    struct said said;
    say(floor, i, &said);
    assert_int_equal(following_take(f, (int64_t)i + 1, &said.event, said.event.at_us, NULL),
                     MARU_OK);
}

static void require_same_place(struct following *f, const struct floor *floor) {
    uint32_t have[64], want[64];
    belief_count_by_group(mirror_look(follower_mirror(following_follower(f))), have);
    floor_count(floor, want);
    for (uint32_t g = 0; g < floor->model->n_group; g++) {
        if (have[g] != want[g]) {
            fail_msg("group %u: %u lots, want %u", g, have[g], want[g]);
        }
    }
}

// Lots of each group as on the floor, whenever it stands still; kept and taken up again on the way.
static void it_is_where_the_floor_is(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct floor floor = floor_new(plant, NULL, "105", SEED);
    struct following *f = begin(model);
    size_t n = 0;
    for (int day = 1; day <= 20; day++) {
        floor_run(&floor, day * MARU_DAY);
        for (; n < floor.n; n++) {
            take(f, &floor, n);
        }
        require_same_place(f, &floor);
        if (day == 10) { // a restart
            const struct following_plan plan = plan_of(model);
            struct text image;
            struct following *again = NULL;
            text_init(&image, FOLLOWING_MAX_IMAGE_BYTES);
            following_save(f, &image);
            for (size_t k = 0; k < image.n_bytes; k += 1 + image.n_bytes / 499) {
                assert_int_equal(following_load(&plan, image.bytes, k, NULL, &again, NULL),
                                 MARU_E_INPUT);
            }
            assert_int_equal(following_load(&plan, image.bytes, image.n_bytes, NULL, &again, NULL),
                             MARU_OK);
            assert_int_equal(following_number(again), following_number(f));
            following_free(f);
            f = again;
            text_fini(&image);
        }
    }
    maru_sim *sim = NULL;
    assert_int_equal(following_present(f, -1, &sim, NULL), MARU_OK);
    assert_int_equal(maru_sim_lot_count(sim), maru_sim_lot_count(floor.sim));
    maru_sim_free(sim);
    assert_int_equal(following_present(f, 10 * MARU_DAY, &sim, NULL), MARU_E_RANGE);
    assert_int_equal(following_present(f, 21 * MARU_DAY, &sim, NULL), MARU_E_RANGE);
    const struct following_inside inside = following_inside(f);
    assert_int_equal(inside.counts->n_untied, 0);
    assert_true(inside.series->n_point > 19 * 24 - 2);
    struct text out;
    struct json json;
    text_init(&out, 1 << 24);
    json_writer_init(&json, &out);
    json_open_object(&json, NULL);
    following_add_json(&json, f, ZERO_US + 21 * MARU_DAY);
    following_add_history(&json, f);
    json_close(&json);
    assert_int_equal(out.status, MARU_OK);
    text_fini(&out);
    following_free(f);
    floor_free(&floor);
    maru_model_free(model);
    maru_plant_free(plant);
}

static struct event event_at(maru_time at_us, const char *name, const char *lot) {
    return (struct event){.at_us = at_us,
                          .kind = EVENT_LOT,
                          .source = "MES",
                          .name = name,
                          .lot = lot,
                          .wafer = "",
                          .recipe = "",
                          .step = "",
                          .detail = "{}"};
}

// One reason for one name is one entry however often; sixty-four are kept, and none is lost from the count.
static void what_cannot_be_tied_is_kept(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct following *f = begin(model);
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "strange %d", i % 70);
        const struct event event = event_at(ZERO_US + i, name, "a");
        assert_int_equal(following_take(f, i, &event, ZERO_US + i, NULL), MARU_OK);
    }
    const struct following_inside inside = following_inside(f);
    assert_int_equal(inside.counts->n_untied, 100);
    uint64_t times = 0;
    for (size_t i = 0; i < FOLLOWING_MAX_UNTIED; i++) {
        times += inside.untied[i].times;
        assert_true(inside.untied[i].turn > 100 - 70 && inside.untied[i].reason[0] != '\0');
    }
    assert_true(times >= 64 && times <= 94);
    following_free(f);
    maru_model_free(model);
    maru_plant_free(plant);
}

// A clock that is wrong does not carry the present away; a floor that goes on a year later does.
static void far_ahead_is_doubted(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct following_plan plan = plan_of(model);
    struct following *f = NULL;
    struct following_state look;
    plan.is_by_wall = false;
    assert_int_equal(following_new(&plan, NULL, &f, NULL), MARU_OK);
    const maru_time now = ZERO_US + 5 * MARU_DAY, year = now + 365 * MARU_DAY;
    struct event event = event_at(now, "done", "a");
    assert_int_equal(following_take(f, 1, &event, now, NULL), MARU_OK);
    event.at_us = year;
    assert_int_equal(following_take(f, 2, &event, now, NULL), MARU_OK);
    event.at_us = now + 1;
    assert_int_equal(following_take(f, 3, &event, now, NULL), MARU_OK);
    following_look(f, &look);
    assert_true(look.now_us == 5 * MARU_DAY + 1);
    assert_int_equal(following_inside(f).counts->n_ahead, 1);
    for (int i = 0; i < FOLLOWING_DOUBTED; i++) {
        event.at_us = year + i;
        assert_int_equal(following_take(f, 4 + i, &event, now, NULL), MARU_OK);
    }
    following_look(f, &look);
    assert_true(look.now_us == 370 * MARU_DAY + FOLLOWING_DOUBTED - 1);
    following_settle(f, now + 7); // time goes on without events
    following_look(f, &look);
    assert_true(look.now_us == 370 * MARU_DAY + FOLLOWING_DOUBTED - 1 + 7);
    following_free(f);
    plan.is_by_wall = true; // what is later than now is refused, however often
    assert_int_equal(following_new(&plan, NULL, &f, NULL), MARU_OK);
    for (int i = 0; i < 2 * FOLLOWING_DOUBTED; i++) {
        assert_int_equal(following_take(f, 1 + i, &event, now, NULL), MARU_OK);
    }
    following_look(f, &look);
    assert_true(look.heard_us == INT64_MIN);
    following_free(f);
    maru_model_free(model);
    maru_plant_free(plant);
}

// A floor of which nothing comes for long: the present waits for it after a while, and what then comes late of that
// time still counts.
static void a_silent_floor_is_waited_for(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct floor floor = floor_new(plant, NULL, "105", SEED);
    floor.is_numbered = true;
    floor_run(&floor, 2 * MARU_DAY);
    struct following *f = begin(model);
    struct following_state state_now;
    size_t i = 0;
    for (; i < floor.n && floor.word[i].told.at_us < MARU_DAY; i++) {
        take(f, &floor, i);
    }
    const maru_time last = floor.word[i - 1].told.at_us;
    for (maru_time after = 0; after <= 2 * MARU_HOUR; after += MARU_MINUTE) {
        following_settle(f, ZERO_US + last + after);
    }
    following_look(f, &state_now);
    assert_int_equal(state_now.now_us, last + 2 * MARU_HOUR);
    following_settle(f, ZERO_US + last + 30 * MARU_DAY);
    following_look(f, &state_now);
    assert_int_equal(state_now.now_us, last + FOLLOWING_MAX_SILENCE);
    for (; i < floor.n; i++) { // a month late, by the clock
        struct said said;
        say(&floor, i, &said);
        assert_int_equal(
            following_take(f, (int64_t)i + 1, &said.event, said.event.at_us + 30 * MARU_DAY, NULL),
            MARU_OK);
    }
    require_same_place(f, &floor);
    assert_int_equal(mirror_count(follower_mirror(following_follower(f))).n_ancient, 0);
    following_free(f);
    floor_free(&floor);
    maru_model_free(model);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_floor_is_waited_for),
        cmocka_unit_test(it_is_where_the_floor_is),
        cmocka_unit_test(what_cannot_be_tied_is_kept),
        cmocka_unit_test(far_ahead_is_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
