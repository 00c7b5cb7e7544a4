#include "sim/follow/belief.h"

#include "sim/follow/present.h"
#include "sim/state_check.h"
#include "sim/trial.h"

// Floors told by hand: what follows is believed, what was missed is inferred, what cannot be is counted and
// believed all the same; and whatever is told, in any order, the belief stays one that a state can be made
// of.

// Tools: Press 0, 1; Oven 2, in batches of two or three lots; Test 3. Test sends lots back to step 0.
static const char small[] =
    "=== products.csv\nproduct,route\nA,a\nB,b\n"
    "=== routes.csv\nroute,tools,time,per,batch_min,batch_max,rework,rework_to,sampling,setup\n"
    "a,Press,20 min,,,,,,,s1\na,Oven,60 min,batch,50,75,,,,\na,Measure,5 min,,,,,,50 %,\n"
    "a,Test,10 min,,,,10 %,1,,\nb,Press,30 min,,,,,,,s2\nb,Test,10 min,,,,,,,\n"
    "=== tools.csv\ntools,count,load,unload\nPress,2,1 min,1 min\nOven,1,,\nMeasure,1,,\nTest,1,,\n"
    "=== setups.csv\nto,from,time\ns1,,10 min\ns2,,10 min\n"
    "=== calendars.csv\nname,kind,tools,every,duration\nf,failure,Press,exponential(50) h,2 h\n"
    "m,maintenance,Oven,1 day,1 h\n"
    "=== releases.csv\nstream,product,every,priority\na,A,1 h,10\nb,B,2 h,10\nhot,A,1 day,20\n";

enum { PRESS = 0, OVEN = 2, MEASURE = 3, TEST = 4, N_LOT = 16 };
enum { A_PRESS, A_OVEN, A_MEASURE, A_TEST, B_PRESS, B_TEST };

struct floor_by_hand {
    struct trial t;
    struct belief b;
};

static struct floor_by_hand begin(void) {
    struct floor_by_hand f = {.t = trial_new(small, NULL, 1)};
    assert_int_equal(belief_init(&f.b, f.t.model, N_LOT, NULL), MARU_OK);
    for (uint32_t i = 0; i < N_LOT; i++) {
        belief_clear_lot(&f.b, i, i);
    }
    return f;
}

// Whatever was told, a state can be made of it, and it runs.
static void end(struct floor_by_hand *f) {
    const struct present_plan plan = {&f->b, f->t.model, 3 * MARU_DAY, 1};
    maru_sim *sim = NULL;
    maru_error err = {0};
    assert_int_equal(present_new(&plan, &sim, &err), MARU_OK);
    if (state_check(sim, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(maru_sim_lot_count(sim), f->b.head->n_live);
    trial_run(sim, 5 * MARU_DAY);
    assert_int_equal(state_check(sim, NULL), MARU_OK);
    maru_sim_free(sim);
    belief_fini(&f->b);
    trial_free(&f->t);
}

static void tell(struct floor_by_hand *f, int minute, enum told_kind kind, uint32_t lot,
                 uint32_t tool, uint32_t step) {
    struct told told = told_new(kind, minute * MARU_MINUTE);
    told.lot = lot;
    told.tool = tool;
    told.step = step;
    told.product = kind == TOLD_RELEASED ? (step == B_PRESS ? 1 : 0) : MARU_NONE;
    assert_int_equal(told_check(f->t.model, &told, NULL), MARU_OK);
    belief_apply(&f->b, &told);
}

#define NO MARU_NONE

static void require_lot(const struct floor_by_hand *f, uint32_t lot, enum lot_believed place,
                        uint32_t step, uint32_t tool) {
    const struct belief_lot *l = &f->b.lot[lot];
    if (l->place != place || l->step != step || l->tool != tool) {
        fail_msg("lot %u: place %u step %u tool %u, want %u %u %u", lot, l->place, l->step, l->tool,
                 place, step, tool);
    }
}

static uint64_t n_discrepancy(const struct floor_by_hand *f) {
    uint64_t n = 0;
    for (uint32_t k = 0; k < N_DISCREPANCY; k++) {
        n += f->b.head->n_discrepancy[k];
    }
    return n;
}

static void a_lot_goes_its_way(void **state) {
    (void)state;
    struct floor_by_hand f = begin();
    tell(&f, 0, TOLD_RELEASED, 0, NO, A_PRESS);
    require_lot(&f, 0, PLACE_ON_WAY, A_PRESS, NO);
    tell(&f, 1, TOLD_ARRIVED, 0, NO, A_PRESS);
    tell(&f, 5, TOLD_SETUP, NO, PRESS, A_PRESS);
    tell(&f, 5, TOLD_STARTED, 0, PRESS, A_PRESS);
    require_lot(&f, 0, PLACE_TOOL, A_PRESS, PRESS);
    assert_int_equal(f.b.lot[0].setup_us, 10 * MARU_MINUTE);
    tell(&f, 38, TOLD_ENDED, 0, PRESS, A_PRESS); // 10 setup, 1 load, 21 process, 1 unload
    assert_true(f.b.pace[0].process.n == 1 && f.b.pace[0].process.sum > 1.0499 &&
                f.b.pace[0].process.sum < 1.0501);
    require_lot(&f, 0, PLACE_ON_WAY, A_OVEN, NO);
    tell(&f, 38, TOLD_ARRIVED, 0, NO, A_OVEN);
    tell(&f, 40, TOLD_STARTED, 0, OVEN, A_OVEN);
    tell(&f, 100, TOLD_ENDED, 0, OVEN, A_OVEN);
    tell(&f, 100, TOLD_SKIPPED, 0, NO, A_MEASURE);
    require_lot(&f, 0, PLACE_ON_WAY, A_TEST, NO);
    tell(&f, 101, TOLD_STARTED, 0, TEST, A_TEST);
    tell(&f, 111, TOLD_ENDED, 0, TEST, A_TEST);
    tell(&f, 111, TOLD_REWORK, 0, NO, A_PRESS); // it had left, and is back
    require_lot(&f, 0, PLACE_ON_WAY, A_PRESS, NO);
    tell(&f, 112, TOLD_HELD, 0, NO, NO);
    tell(&f, 232, TOLD_FREED, 0, NO, NO);
    assert_true(f.b.head->hold_us == 120.0 * (double)MARU_MINUTE);
    tell(&f, 240, TOLD_SCRAPPED, 0, NO, NO);
    assert_int_equal(f.b.lot[0].place, PLACE_GONE);
    assert_int_equal(f.b.head->n_live, 0);
    assert_int_equal(f.b.head->n_finished, 0);
    assert_int_equal(f.b.head->n_scrapped, 1);
    assert_int_equal(n_discrepancy(&f), 0);
    assert_int_equal(f.b.head->n_caught_up, 0);
    end(&f);
}

static void what_was_missed_is_inferred(void **state) {
    (void)state;
    struct floor_by_hand f = begin();
    tell(&f, 0, TOLD_STARTED, 0, PRESS, A_PRESS); // nobody said that it was released
    assert_int_equal(f.b.head->n_unannounced, 1);
    tell(&f, 30, TOLD_STARTED, 1, PRESS, B_PRESS); // so the first has left the tool
    require_lot(&f, 0, PLACE_ON_WAY, A_OVEN, NO);
    require_lot(&f, 1, PLACE_TOOL, B_PRESS, PRESS);
    assert_int_equal(f.b.tool[PRESS].setup, 1);
    assert_int_equal(f.b.head->n_caught_up, 1);
    tell(&f, 31, TOLD_ENDED, 0, PRESS, A_PRESS); // late news: it was not missed
    require_lot(&f, 0, PLACE_ON_WAY, A_OVEN, NO);
    assert_int_equal(f.b.head->n_caught_up, 0);
    tell(&f, 40, TOLD_STARTED, 0, TEST, A_TEST); // Oven was missed, Measure need not have been done
    assert_int_equal(f.b.head->n_caught_up, 1);
    assert_int_equal(f.b.head->n_step_missed, 1);
    tell(&f, 45, TOLD_DOWN, NO, PRESS, NO);
    assert_int_equal(f.b.tool[PRESS].state, TOOL_DOWN);
    tell(&f, 60, TOLD_ENDED, 1, PRESS, B_PRESS);
    tell(&f, 70, TOLD_STARTED, 2, PRESS, A_PRESS); // it must be up
    assert_int_equal(f.b.tool[PRESS].state, TOOL_UP);
    tell(&f, 80, TOLD_ENDED, 1, TEST, B_TEST); // its start was missed
    assert_int_equal(f.b.lot[1].place, PLACE_GONE);
    tell(&f, 90, TOLD_MAINTENANCE, NO, TEST, NO); // so nothing is in it any more
    assert_int_equal(f.b.lot[0].place, PLACE_GONE);
    assert_int_equal(n_discrepancy(&f), 0);
    end(&f);
}

// A lot starts as its tool comes up, and the tool says so behind it; one stop ends where another begins.
static void what_comes_in_another_order_was_not_missed(void **state) {
    (void)state;
    struct floor_by_hand f = begin();
    tell(&f, 0, TOLD_MAINTENANCE, NO, OVEN, NO);
    tell(&f, 60, TOLD_STARTED, 0, OVEN, A_OVEN);
    assert_int_equal(f.b.head->n_caught_up, 1);
    tell(&f, 60, TOLD_UP, NO, OVEN, NO);
    assert_int_equal(f.b.head->n_caught_up, 0);
    assert_int_equal(f.b.tool[OVEN].since_us, 60 * MARU_MINUTE);
    tell(&f, 130, TOLD_UP, NO, OVEN, NO); // once more: of a stop that nobody told of
    assert_int_equal(f.b.head->n_caught_up, 1);
    tell(&f, 140, TOLD_DOWN, NO, PRESS, NO);
    tell(&f, 150, TOLD_MAINTENANCE, NO, PRESS, NO);
    tell(&f, 160, TOLD_DOWN, NO, PRESS, NO);
    tell(&f, 170, TOLD_UP, NO, PRESS, NO);
    assert_int_equal(f.b.head->n_caught_up, 1);
    tell(&f, 180, TOLD_STARTED, 1, OVEN, A_OVEN); // so the first has left it
    tell(&f, 180, TOLD_ENDED, 0, OVEN, A_OVEN);
    assert_int_equal(f.b.head->n_caught_up, 1);
    tell(&f, 200, TOLD_DOWN, NO, OVEN, NO);
    tell(&f, 210, TOLD_STARTED, 2, OVEN,
         A_OVEN); // out comes the second, and the tool is up: unheard
    assert_int_equal(f.b.head->n_caught_up, 3);
    end(&f);
}

static void a_stop_puts_off_the_work_inside(void **state) {
    (void)state;
    struct floor_by_hand f = begin();
    tell(&f, 0, TOLD_STARTED, 0, PRESS, A_PRESS); // setup 10, load 1, process 20, unload 1
    tell(&f, 15, TOLD_DOWN, NO, PRESS, NO);
    tell(&f, 75, TOLD_UP, NO, PRESS, NO);
    tell(&f, 92, TOLD_ENDED, 0, PRESS, A_PRESS);
    assert_true(f.b.pace[0].process.n == 1 && f.b.pace[0].process.sum == 1);
    assert_true(f.b.pace[0].repair.n == 1 && f.b.pace[0].repair.sum == 0.5);
    end(&f);
}

static void batches_are_one_job(void **state) {
    (void)state;
    struct floor_by_hand f = begin();
    for (uint32_t lot = 0; lot < 4; lot++) {
        tell(&f, 10, TOLD_STARTED, lot, OVEN, A_OVEN); // the fourth does not fit
    }
    assert_int_equal(f.b.head->n_discrepancy[DISCREPANCY_CROWDED], 1);
    assert_int_equal(f.b.tool[OVEN].n_lot, 1);
    require_lot(&f, 3, PLACE_TOOL, A_OVEN, OVEN);
    require_lot(&f, 0, PLACE_ON_WAY, A_MEASURE, NO);
    end(&f);
}

static void what_cannot_be_is_counted_and_believed(void **state) {
    (void)state;
    static const struct {
        enum told_kind kind;
        uint32_t tool, step;
        enum discrepancy_kind want;
        enum lot_believed place;
        uint32_t in;
    } at[] = {
        // a lot in work at Oven is told to be
        {TOLD_ARRIVED, NO, B_PRESS, DISCREPANCY_ROUTE, PLACE_QUEUE, NO},
        {TOLD_STARTED, PRESS, A_PRESS, DISCREPANCY_BACKWARD, PLACE_TOOL, PRESS},
        {TOLD_ARRIVED, NO, A_OVEN, DISCREPANCY_BACKWARD, PLACE_QUEUE, NO},
        {TOLD_STARTED, PRESS, A_MEASURE, DISCREPANCY_GROUP, PLACE_TOOL, NO},
        {TOLD_ENDED, TEST, A_OVEN, DISCREPANCY_ELSEWHERE, PLACE_ON_WAY, NO},
    };
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct floor_by_hand f = begin();
        tell(&f, 0, TOLD_RELEASED, 0, NO, A_PRESS);
        tell(&f, 1, TOLD_ENDED, 0, PRESS, A_PRESS);
        tell(&f, 10, TOLD_STARTED, 0, OVEN, A_OVEN);
        tell(&f, 20, at[i].kind, 0, at[i].tool, at[i].step);
        if (n_discrepancy(&f) != 1 || f.b.head->n_discrepancy[at[i].want] != 1) {
            fail_msg("row %zu: %llu discrepancies", i, (unsigned long long)n_discrepancy(&f));
        }
        const struct discrepancy *first = &f.b.head->discrepancy[0];
        assert_int_equal(first->kind, at[i].want);
        require_lot(&f, 0, at[i].place, at[i].kind == TOLD_ENDED ? A_MEASURE : at[i].step,
                    at[i].in);
        end(&f);
    }
    struct floor_by_hand f = begin();
    tell(&f, 0, TOLD_STARTED, 0, PRESS, A_PRESS);
    tell(&f, 1, TOLD_STARTED, 0, PRESS + 1, A_PRESS);
    assert_int_equal(f.b.head->n_discrepancy[DISCREPANCY_TWICE], 1);
    assert_int_equal(f.b.tool[PRESS].n_lot, 0);
    tell(&f, 9, TOLD_FINISHED, 0, NO, NO);
    tell(&f, 10, TOLD_ARRIVED, 0, NO, A_TEST);
    assert_int_equal(f.b.head->n_discrepancy[DISCREPANCY_GONE], 1);
    assert_int_equal(f.b.head->n_live, 1);
    end(&f);
}

// Events of all kinds at random, as a broken or hostile teller sends them.
static void whatever_is_told_it_stays_a_floor(void **state) {
    (void)state;
    uint64_t counter = 0;
    for (int round = 0; round < 200; round++) {
        struct floor_by_hand f = begin();
        maru_time at = 0;
        for (int i = 0; i < 150; i++) {
            at += (maru_time)trial_random(11, &counter, 30) * MARU_MINUTE;
            const maru_time back = (maru_time)trial_random(11, &counter, 5) * MARU_MINUTE;
            struct told told = told_new((enum told_kind)trial_random(11, &counter, N_TOLD),
                                        at - (at > back ? back : 0));
            told.lot = (uint32_t)trial_random(11, &counter, N_LOT);
            told.tool = (uint32_t)trial_random(11, &counter, f.t.model->n_tool);
            told.step = (uint32_t)trial_random(11, &counter, f.t.model->n_step);
            told.product = (uint32_t)trial_random(11, &counter, 2);
            told.wafers = (uint32_t)trial_random(11, &counter, 3) * 25;
            told.priority = trial_random(11, &counter, 2) ? 20 : TOLD_NO_PRIORITY;
            if (trial_random(11, &counter, 4) == 0) {
                told.tool = MARU_NONE;
            }
            if (told_check(f.t.model, &told, NULL) == MARU_OK) {
                belief_apply(&f.b, &told);
            }
        }
        end(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lot_goes_its_way),
        cmocka_unit_test(what_was_missed_is_inferred),
        cmocka_unit_test(what_comes_in_another_order_was_not_missed),
        cmocka_unit_test(a_stop_puts_off_the_work_inside),
        cmocka_unit_test(batches_are_one_job),
        cmocka_unit_test(what_cannot_be_is_counted_and_believed),
        cmocka_unit_test(whatever_is_told_it_stays_a_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
