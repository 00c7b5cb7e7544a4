#include "plant/flow.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plant/dialect/bundle.h"

// Expected values against figures worked out by hand, and against the definition of the passes.

static maru_plant *read_text(const char *text) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, 1 << 20);
    assert_int_equal(bundle_read(text, strlen(text), &arena, &bundle, NULL), MARU_OK);
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (maru_plant_read(bundle.file, bundle.n_file, NULL, &plant, &err) != MARU_OK) {
        fail_msg("%s:%u: %s", err.file, err.row, err.text);
    }
    arena_fini(&arena);
    return plant;
}

#define assert_near(got, want) assert_true(fabs((got) - (want)) <= 1e-9 * fabs(want) + 1e-12)

static void has_means(void **state) {
    (void)state;
    const maru_time values[] = {1, 2, 6};
    const struct {
        struct dist dist;
        double want;
    } c[] = {
        {{.kind = DIST_NONE}, 0},
        {{.kind = DIST_CONSTANT, .a = 5}, 5},
        {{.kind = DIST_UNIFORM, .a = 5, .b = 8}, 6.5},
        {{.kind = DIST_EXPONENTIAL, .a = 9}, 9},
        {{.kind = DIST_LOGNORMAL, .a = 9, .b = 4}, 9},
        {{.kind = DIST_TRIANGULAR, .a = 1, .b = 2, .c = 6}, 3},
        {{.kind = DIST_EMPIRICAL, .n_value = 3, .value = values}, 3},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        assert_near(dist_mean(&c[i].dist), c[i].want);
    }
}

static const char line[] = "=== routes.csv\n"
                           "route,tools,time,per,interval,batch_min,batch_max,setup,setup_time,"
                           "setup_when,rework,rework_to,"
                           "sampling\n"
                           "A,plain,10 min,lot,,,,,,,,,\n"
                           "A,plain,2 min,wafer,,,,,,,,,0.5\n"
                           "A,casc,20 min,lot,15 min,,,,,,,,\n"
                           "A,casc,2 min,wafer,1 min,,,,,,,,\n"
                           "A,oven,60 min,batch,,50,100,,,,,,\n"
                           "A,test,3 min,lot,,,,red,5 min,always,0.5,4,0.4\n"
                           "A,wait,1 h,lot,,,,,,,,,\n"
                           "=== tools.csv\n"
                           "tools,count,area,location,kind,load,unload,cascade\n"
                           "plain,2,one,Fab,,1 min,1 min,\n"
                           "casc,2,one,Fab,,1 min,1 min,yes\n"
                           "oven,1,two,Fab,,1 min,1 min,\n"
                           "test,1,two,Fab,,,,\n"
                           "wait,50,two,Out,delay,,,\n"
                           "=== calendars.csv\n"
                           "name,kind,area,tools,every,first,duration\n"
                           "b,failure,one,,exponential(90) h,,exponential(10) h\n"
                           "m,maintenance,,casc,100 h,,5 h\n"
                           "w,maintenance,,oven,1000 wafers,,2 h\n"
                           "=== releases.csv\n"
                           "stream,product,every,count\n"
                           "s,A,2 h,\n"
                           "few,A,1 min,365\n"
                           "=== moves.csv\n"
                           "from,to,time\n"
                           "Fab,Fab,6 min\n"
                           "Fab,Out,2 min\n";

static const double min_us = 60e6;

static void follows_the_table_of_times(void **state) {
    (void)state;
    maru_plant *p = read_text(line);
    const double process[] = {12, 52, 22, 2 + 2 + 24, 62, 3, 60};
    const double occupancy[] = {12, 52, 15, 25, 62.0 / 4, 3, 60};
    for (uint32_t i = 0; i < 7; i++) {
        assert_near(p->step[i].process_us, process[i] * min_us);
        assert_near(flow_occupancy_us(p, &p->step[i], 25), occupancy[i] * min_us);
    }
    assert_near(p->step[6].remaining_us, 60 * min_us);
    assert_near(p->step[5].remaining_us, (0.4 * 3 + 60) * min_us);
    assert_near(p->step[4].remaining_us, (62 + 0.4 * 3 + 60) * min_us);
    assert_near(p->step[1].remaining_us, (0.5 * 52 + 22 + 28 + 62 + 0.4 * 3 + 60) * min_us);
    maru_plant_free(p);
}

static void counts_passes_and_moves(void **state) {
    (void)state;
    maru_plant *p = read_text(line);
    // After step 6, done by 0.4 of the lots, half of those go back to step 4: 1 / (1 - 0.2) passes
    // of 4 to 6.
    const double passes[] = {1, 1, 1, 1.25, 1.25, 1.25, 1};
    for (uint32_t i = 0; i < 7; i++) {
        assert_near(p->step[i].passes, passes[i]);
    }
    const double work = 12 + 0.5 * 52 + 22 + 1.25 * (28 + 62 + 0.4 * 3) + 60;
    // The first step is not moved to; all others come from Fab.
    const double moves = 6 * (0.5 + 1 + 1.25 * (1 + 1 + 0.4)) + 2;
    assert_near(p->product[0].raw_process_us, (work + moves) * min_us);
    maru_plant_free(p);
}

static void has_the_loads(void **state) {
    (void)state;
    maru_plant *p = read_text(line);
    maru_group_load load[5];
    maru_plant_load(p, load);
    const double lots = 12 + 1; // 365 lots of the short stream are one a day over a year
    const double day = 24 * 60;
    assert_near(load[0].visits_per_day, lots * 1.5);
    assert_near(load[0].processing, lots * (12 + 0.5 * 52) / (2 * day));
    assert_near(load[0].down, 0.1);
    assert_near(load[0].load, load[0].processing / 0.9);
    assert_near(load[1].processing, lots * (15 + 1.25 * 25) / (2 * day));
    assert_near(load[1].down, 0.1 + 0.05);
    assert_near(load[2].processing, lots * 1.25 * 62 / 4 / day);
    assert_near(load[2].down, lots * 25 * 1.25 / 1000 * 2 / 24);
    assert_near(load[3].setup, lots * 1.25 * 0.4 * 5 / day);
    assert_near(load[3].load, lots * 1.25 * 0.4 * 8 / day);
    assert_string_equal(load[4].area, "two");
    maru_plant_free(p);
}

// Passes of random routes with loops inside loops satisfy their definition: arrivals at a step are
// the lots that go on from the step before and those that come back.
static void passes_solve_their_equations(void **state) {
    (void)state;
    enum { N = 40 };
    uint32_t x = 12345;
    for (int round = 0; round < 50; round++) {
        char text[8192] =
            "=== tools.csv\ntools\nM\n=== releases.csv\nstream,product,every\ns,A,1 day\n"
            "=== routes.csv\nroute,tools,time,rework,rework_to\n";
        size_t n = strlen(text);
        uint32_t back_to[N] = {0};
        double share[N] = {0};
        for (uint32_t i = 0; i < N; i++) {
            x = x * 1664525 + 1013904223;
            if (i > 0 && x >> 30 == 0) {
                back_to[i] = 1 + (x >> 8) % i;
                share[i] = 0.25;
                n += (size_t)snprintf(text + n, sizeof text - n, "A,M,1 min,0.25,%u\n", back_to[i]);
            } else {
                n += (size_t)snprintf(text + n, sizeof text - n, "A,M,1 min,,\n");
            }
        }
        maru_plant *p = read_text(text);
        for (uint32_t j = 0; j < N; j++) {
            double arrivals = j == 0 ? 1 : p->step[j - 1].passes * (1 - share[j - 1]);
            for (uint32_t k = 0; k < N; k++) {
                arrivals += back_to[k] == j + 1 ? p->step[k].passes * share[k] : 0;
            }
            if (fabs(arrivals - p->step[j].passes) > 1e-9 * arrivals) {
                fail_msg("round %d step %u: %.12g passes, %.12g arrivals", round, j + 1,
                         p->step[j].passes, arrivals);
            }
        }
        maru_plant_free(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_means),
        cmocka_unit_test(follows_the_table_of_times),
        cmocka_unit_test(counts_passes_and_moves),
        cmocka_unit_test(has_the_loads),
        cmocka_unit_test(passes_solve_their_equations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
