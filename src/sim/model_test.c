#include "sim/model.h"

#include "base/alloc.h"
#include "plant/dialect/timespec.h"
#include "sim/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Samplers against closed forms, setup times case by case, flow factors of the pilot run, and that
// the fingerprint of a model tells plants apart.

enum { N_DRAW = 200000 };

// ---- samplers

static const maru_time observed[] = {10, 20, 20, 90};

// Mean and standard deviation in us, the support, and the fourth central moment over the squared
// variance, which says how far a sample's variance may be off.
static const struct {
    const char *name;
    struct dist dist;
    double mean, sd, lowest, highest, kurtosis;
} samplers[] = {
    {"none", {.kind = DIST_NONE}, 0, 0, 0, 0, 0},
    {"constant", {.kind = DIST_CONSTANT, .a = 777}, 777, 0, 777, 777, 0},
    {"uniform", {.kind = DIST_UNIFORM, .a = 1000, .b = 4000}, 2500, 866.03, 1000, 4000, 1.8},
    {"exponential", {.kind = DIST_EXPONENTIAL, .a = 50000}, 50000, 50000, 0, INFINITY, 9},
    {"lognormal", {.kind = DIST_LOGNORMAL, .a = 60000, .b = 24000}, 60000, 24000, 0, INFINITY, 6.0},
    {"lognormal without spread", {.kind = DIST_LOGNORMAL, .a = 60000}, 60000, 1, 59999, 60000, 0},
    {"triangular",
     {.kind = DIST_TRIANGULAR, .a = 1000, .b = 2000, .c = 6000},
     3000,
     1080.12,
     1000,
     6000,
     2.4},
    {"triangular without a rise",
     {.kind = DIST_TRIANGULAR, .a = 1000, .b = 1000, .c = 4000},
     2000,
     707.11,
     1000,
     4000,
     2.4},
    {"triangular point", {.kind = DIST_TRIANGULAR, .a = 50, .b = 50, .c = 50}, 50, 0, 50, 50, 0},
    {"empirical",
     {.kind = DIST_EMPIRICAL, .n_value = 4, .value = observed},
     35,
     32.016,
     10,
     90,
     2.2},
};

static void draws_have_their_moments(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samplers / sizeof samplers[0]; i++) {
        double sum = 0, squares = 0;
        uint64_t counter = 0;
        for (int k = 0; k < N_DRAW; k++) {
            const struct random_block r = random_at(4, i, counter++);
            const double x =
                (double)dist_draw(&samplers[i].dist, (uint64_t)r.word[0] << 32 | r.word[1]);
            if (x < samplers[i].lowest || x > samplers[i].highest) {
                fail_msg("%s: %g is outside %g to %g", samplers[i].name, x, samplers[i].lowest,
                         samplers[i].highest);
            }
            sum += x - samplers[i].mean;
            squares += (x - samplers[i].mean) * (x - samplers[i].mean);
        }
        // five standard errors, and 1 us for what is cut off behind the point
        const double sd = samplers[i].sd, n = N_DRAW;
        const double off = fabs(sum / n);
        if (off > 5 * sd / sqrt(n) + 1) {
            fail_msg("%s: mean is off by %g us, sd %g", samplers[i].name, off, sd);
        }
        const double variance = squares / n;
        if (fabs(variance - sd * sd) > 5 * sd * sd * sqrt(samplers[i].kurtosis / n) + 2 * sd + 1) {
            fail_msg("%s: variance %g, want %g", samplers[i].name, variance, sd * sd);
        }
        assert_true(fabs(dist_mean(&samplers[i].dist) - samplers[i].mean) <= 1e-9 * (sd + 1));
    }
}

// The extreme random numbers with the widest spans that tables may hold: still a span of time that
// can be added to a moment.
static void the_widest_draws_stay_in_range(void **state) {
    (void)state;
    static const uint64_t bits[] = {
        0, 1, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX >> 1, UINT64_MAX << 32};
    static const maru_time spans[] = {0, 1, MARU_HOUR, 12 * MARU_DAY, TIMESPEC_MAX_US};
    for (int kind = DIST_NONE; kind < DIST_EMPIRICAL; kind++) {
        for (size_t i = 0; i < (size_t)5 * 5 * 7; i++) {
            struct dist dist = {.kind = (enum dist_kind)kind,
                                .a = spans[i % 5],
                                .b = spans[i / 5 % 5],
                                .c = TIMESPEC_MAX_US};
            if (kind != DIST_LOGNORMAL && dist.b < dist.a) {
                continue;
            }
            const maru_time x = dist_draw(&dist, bits[i / 25]);
            if (x < 0 || x > INT64_MAX / 32) {
                fail_msg("kind %d of %lld, %lld us draws %lld us", kind, (long long)dist.a,
                         (long long)dist.b, (long long)x);
            }
        }
    }
}

// ---- setups

static const char setup_plant[] =
    "=== routes.csv\nroute,tools,time,setup,setup_time,setup_when\n"
    "A,T,1 min,red,,\nA,T,1 min,blue,,\nA,T,1 min,,,\nA,T,1 min,red,9 min,\n"
    "A,T,1 min,red,,always\nA,T,1 min,bare,,\nA,T,1 min,green,\"uniform(2, 4) min\",\n"
    "=== tools.csv\ntools,count\nT,1\n"
    "=== setups.csv\nto,from,time,min_run\nred,,10 min,\nred,blue,3 min,\nblue,red,7 min,\n"
    "bare,,0,\ngreen,,1 min,\n"
    "=== releases.csv\nstream,product,every\nA,A,30 min\n";

static uint32_t setup_named(const maru_plant *plant, const char *name) {
    for (uint32_t i = 0; name && i < plant->n_setup; i++) {
        if (strcmp(plant->setup[i].name, name) == 0) {
            return i;
        }
    }
    return SIM_NONE;
}

static const struct {
    uint32_t step;
    const char *from;        // NULL: none yet
    int ranked_min, minutes; // by the table of changes alone, and with routes
} setup_cases[] = {
    {0, NULL, 10, 10},  {0, "blue", 3, 3}, {0, "green", 10, 10}, {0, "red", 0, 0},
    {1, "red", 7, 7},   {1, NULL, 0, 0},   {1, "green", 0, 0},   {2, "red", 0, 0},
    {2, NULL, 0, 0},    {3, "blue", 0, 9}, {3, NULL, 0, 9},      {3, "red", 0, 0},
    {4, "red", 10, 10}, {4, "blue", 3, 3}, {5, "red", 0, 0},     {6, "red", 0, 3},
    {6, "green", 0, 0},
};

static void setup_times(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(setup_plant);
    maru_model *model = trial_model(plant, NULL);
    for (size_t i = 0; i < sizeof setup_cases / sizeof setup_cases[0]; i++) {
        const uint32_t from = setup_named(plant, setup_cases[i].from);
        for (int routes_too = 0; routes_too < 2; routes_too++) {
            const maru_time want =
                MARU_MINUTE * (routes_too ? setup_cases[i].minutes : setup_cases[i].ranked_min);
            const maru_time us = model_setup_us(model, setup_cases[i].step, from, routes_too);
            if (us != want) {
                fail_msg("row %zu, routes %d: %lld us, want %lld", i, routes_too, (long long)us,
                         (long long)want);
            }
        }
    }
    maru_model_free(model);
    maru_plant_free(plant);
}

// ---- the pilot run

// No step is faster than its own processing, by more than a sample's chance; none waits for ever.
static void flow_factors_of_the_pilot(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, "queue_rule=qts; qts_pilot_days=60");
    assert_non_null(model->flow_factor);
    bool some_wait = false;
    for (uint32_t s = 0; s < model->n_step; s++) {
        const double factor = model->flow_factor[s];
        if (!isfinite(factor) || factor < 0.97 || factor > 100) {
            fail_msg("step %u: flow factor %g", s, factor);
        }
        some_wait = some_wait || factor > 1.5;
    }
    assert_true(some_wait);
    maru_model *same = trial_model(plant, "queue_rule=qts; qts_pilot_days=60");
    for (uint32_t s = 0; s < model->n_step; s++) {
        assert_true(model->flow_factor[s] == same->flow_factor[s]);
    }
    maru_model_free(same);
    maru_model_free(model);
    model = trial_model(plant, NULL);
    assert_null(model->flow_factor);
    maru_model_free(model);
    maru_plant_free(plant);
}

// ---- what tells models apart

static uint64_t fingerprint_of(const char *tables) {
    maru_plant *plant = trial_plant(tables);
    maru_model *model = trial_model(plant, NULL);
    const uint64_t fingerprint = model->fingerprint;
    maru_model_free(model);
    maru_plant_free(plant);
    return fingerprint;
}

// One cell of trial_full and another value for it: the run is another one.
static const char *const changes[][2] = {
    {"a,Clean,2 min", "a,Clean,3 min"},
    {"wafer,90 s,,,,,,,,,,\na,Litho", "wafer,80 s,,,,,,,,,,\na,Litho"},
    {"batch,,75,150,,,,,,,4 h", "batch,,75,125,,,,,,,4 h"},
    {"batch,,50,100", "batch,,75,100"},
    {"4 h,7", "5 h,7"},
    {"4 h,7", "4 h,9"},
    {",8 %,2,", ",9 %,2,"},
    {",5 %,5,60 %", ",5 %,2,60 %"},
    {",5 %,5,60 %", ",5 %,5,61 %"},
    {",s1,,5,", ",s1,,,"},
    {"m1,\"uniform(1, 3) min\"", "m1,\"uniform(1, 4) min\""},
    {"Clean,3,X", "Clean,4,X"},
    {"Clean,3,X", "Clean,3,Y"},
    {"Clean,3,X,1 min,1 min", "Clean,3,X,2 min,1 min"},
    {"Clean,3,X,1 min,1 min,yes", "Clean,3,X,1 min,1 min,no"},
    {"setup, cr\",setup", "setup, cr\",any"},
    {"setup, cr", "setup, edd"},
    {"Litho,3,X,1 min,1 min,,\"priority desc, setup, cr\",setup,,yes",
     "Litho,3,X,1 min,1 min,,\"priority desc, setup, cr\",setup,,no"},
    {"due - now\",,yes", "due - now\",,no"},
    {"s1,,10 min", "s1,,11 min"},
    {"s2,s1,5 min", "s2,s3,5 min"},
    {"g1,,40 min,5", "g1,,40 min,6"},
    {"exponential(60) h", "exponential(61) h"},
    {"exponential(3) h", "exponential(4) h"},
    {"f1,failure,Litho,exponential(60) h,,", "f1,failure,Litho,exponential(60) h,1 h,"},
    {"f2,failure,Clean", "f2,failure,Measure"},
    {"m1,maintenance,Furnace,7 day,3 day", "m1,maintenance,Furnace,7 day,4 day"},
    {"m3,maintenance,Implant,1500 wafers,700 wafers", "m3,maintenance,Implant,1500 min,700 min"},
    {"m3,maintenance,Implant,1500 wafers,700 wafers",
     "m3,maintenance,Implant,1500 wafers,800 wafers"},
    {"b,B,exponential(80) min,1 h,", "b,B,exponential(80) min,2 h,"},
    {"b,B,exponential(80) min,1 h,,", "b,B,exponential(80) min,1 h,50,"},
    {"hot,A,1 day,2 h,,20", "hot,A,1 day,2 h,,21"},
    {"hot,A,1 day,2 h,,20,yes", "hot,A,1 day,2 h,,20,no"},
    {"10,no,6 day,2", "10,no,7 day,2"},
    {"10,no,6 day,2", "10,no,6 day,3"},
    {"hot,A,1 day", "hot,B,1 day"},
    {"s1,A,4,,2 day", "s1,A,5,,2 day"},
    {"s1,A,4,,2 day", "s1,A,4,,3 day"},
    {"s2,A,6,-1 day", "s2,A,6,-2 day"},
    {"uniform(5, 10) min", "uniform(5, 11) min"},
    {"Y,X,8 min", "Y,X,9 min"},
};

static void the_fingerprint_tells_plants_apart(void **state) {
    (void)state;
    static char text[2 * sizeof trial_full];
    const uint64_t own = fingerprint_of(trial_full);
    assert_true(own == fingerprint_of(trial_full));
    unsigned n_same = 0;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *const at = strstr(trial_full, changes[i][0]);
        if (!at) {
            fail_msg("row %zu: '%s' is not in the plant", i, changes[i][0]);
            return;
        }
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - trial_full), trial_full, changes[i][1],
                 at + strlen(changes[i][0]));
        if (fingerprint_of(text) == own) {
            print_error("row %zu: '%s' is as good as '%s'\n", i, changes[i][1], changes[i][0]);
            n_same++;
        }
    }
    assert_int_equal(n_same, 0);
}

// ---- refusals

static void too_many_downtimes_are_refused(void **state) {
    (void)state;
    static char text[8192];
    size_t n = (size_t)snprintf(
        text, sizeof text, "%s=== calendars.csv\nname,kind,tools,every,duration\n", trial_line);
    for (int i = 0; i < 33; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "f%d,failure,Press,900 day,1 h\n", i);
    }
    maru_plant *plant = trial_plant(text);
    maru_model *model = NULL;
    maru_error err = {0};
    assert_int_equal(maru_model_new(plant, NULL, &model, &err), MARU_E_LIMIT);
    assert_null(model);
    assert_non_null(strstr(err.text, "Press"));
    maru_plant_free(plant);
}

static void the_kth_allocation_fails(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_options *options = trial_options("queue_rule=qts; qts_pilot_days=1");
    maru_status status = MARU_E_MEMORY;
    uint64_t k = 0;
    for (; status != MARU_OK; k++) {
        maru_model *model = NULL;
        maru_error err = {0};
        alloc_fail_after(k);
        status = maru_model_new(plant, options, &model, &err);
        alloc_fail_after(UINT64_MAX);
        assert_true((status == MARU_OK) == (model != NULL));
        assert_true(status == MARU_OK || (status == MARU_E_MEMORY && err.text[0]));
        maru_model_free(model);
    }
    assert_true(k > 3); // model, options of the pilot, the pilot, its state
    alloc_fail_after(0);
    assert_null(maru_options_new());
    alloc_fail_after(UINT64_MAX);
    maru_options_free(options);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_have_their_moments),
        cmocka_unit_test(the_widest_draws_stay_in_range),
        cmocka_unit_test(setup_times),
        cmocka_unit_test(flow_factors_of_the_pilot),
        cmocka_unit_test(the_fingerprint_tells_plants_apart),
        cmocka_unit_test(too_many_downtimes_are_refused),
        cmocka_unit_test(the_kth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
