#include "small_plant.h"

#include <maru/sim.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Who goes first: each rule's order, worked out by hand on a few lots that wait for one tool. Times
// are h:mm; "2@1:20" is product (or lot, or step) 2 at 1:20.

// ---- one queue ----

// Product 5 keeps the tool until 1:40; meanwhile A to E (products 0 to 4) come at 0:10 ... 0:50.
//
//             A     B     C     D     E
//   priority  10    10    20    10    20
//   p         50    20    40    10    30     min at this step
//   rest      50    180   10    290   70     min at the next, where nobody waits
//   due       6:10  10:20 15:00 8:20  5:00
//   R = p+r   100   200   50    300   100
static const struct small_plant order_plant = {
    .products = "A,a\nB,b\nC,c\nD,d\nE,e\nfirst,f\n",
    .routes = "a,Q,50 min\na,rest,50 min\n"
              "b,Q,20 min\nb,rest,180 min\n"
              "c,Q,40 min\nc,rest,10 min\n"
              "d,Q,10 min\nd,rest,290 min\n"
              "e,Q,30 min\ne,rest,70 min\n"
              "f,Q,100 min\n",
    .tools = "Q,1\nrest,9\n",
    .releases = "first,first,1 h,0 min,1,10,\n"
                "a,A,1 h,10 min,1,10,360 min\n"
                "b,B,1 h,20 min,1,10,600 min\n"
                "c,C,1 h,30 min,1,20,870 min\n"
                "d,D,1 h,40 min,1,10,460 min\n"
                "e,E,1 h,50 min,1,20,250 min\n",
    .release_columns = "priority,due_after",
};

static const struct order {
    const char *rule, *want; // products in order
} orders[] = {
    {"plain:fifo", "ABCDE"},
    {"plain:spt", "DBECA"},
    {"plain:edd", "EADBC"},
    // (due - now) / R at 1:40: A 2.70, B 2.60, C 16, D 1.33, E 2.00; D, then E until 2:20, when A
    // has fallen to 2.30 and B to 2.40 only
    {"plain:cr", "DEABC"},
    {"(due - now) / remaining", "DEABC"},
    // due - allowance * rest / R, min: A 190, B 80, C 726, D 55.3, E 125
    {"plain:odd", "DBEAC"},
    {"plain:maxwork", "DBAEC"}, // A and E are equal: A came first
    {"plain:maxwork desc", "CAEBD"},
    {"plain:winq", "ABCDE"}, // nobody waits behind: equal
    {"plain:setup", "ABCDE"},
    {"fifo", "CEABD"}, // priority first
    {"spt", "ECDBA"},
    {"edd", "ECADB"},
    {"priority, fifo", "ABDCE"}, // lowest first
    {"priority desc, due - now", "ECADB"},
    {"wait", "EDCBA"},
    {"arrived desc", "EDCBA"},
    {"process desc", "ACEBD"},
    {"-remaining", "DBAEC"},
    {"due - now - 2 * remaining", "DEABC"}, // min at 1:40: A 70, B 120, C 700, D -200, E 0
    {"if(priority > 15, 0, 1), process desc", "CEABD"},
    {"step, wafers, released desc", "EDCBA"},
    {"queue_slack, -now * step, process", "DBECA"}, // no limits are open, now is the same for all
};

static void test_orders(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        char options[128];
        (void)snprintf(options, sizeof options, "rule=%s", orders[i].rule);
        struct small_run run = small_run_hours(&order_plant, options, 24);
        char order[16];
        size_t n = 0;
        for (size_t k = 0; k < run.journal.n_event; k++) {
            const maru_event *event = &run.journal.event[k];
            if (event->kind == MARU_EV_START && event->step % 2 == 0 && event->product < 5) {
                order[n++] = (char)('A' + event->product);
            }
        }
        order[n] = '\0';
        if (strcmp(order, orders[i].want) != 0) {
            fail_msg("row %zu: '%s' gives %s, want %s", i, orders[i].rule, order, orders[i].want);
        }
        small_run_free(&run);
    }
}

static void test_order_times(void **state) {
    (void)state;
    struct small_run run = small_run_hours(&order_plant, "rule=plain:spt", 24);
    assert_int_equal(run.results->n_out, 6);
    small_run_free(&run);
    run = small_run_hours(&order_plant, "rule=plain:cr", 24);
    // at Q and, at once behind it, at the rest
    small_run_expect(
        &run, MARU_EV_START, LABEL_PRODUCT,
        "5@0:00 3@1:40 4@1:50 3@1:50 0@2:20 4@2:20 1@3:10 0@3:10 2@3:30 1@3:30 2@4:10");
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT,
                     "5@1:40 4@3:30 0@4:00 2@4:20 1@6:30 3@6:40");
    small_run_free(&run);
}

// The rule of one group leaves the other groups alone.
static void test_rule_of_a_group(void **state) {
    (void)state;
    struct small_run run = small_run_hours(&order_plant, "rule:Q=plain:spt", 24);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT,
                     "5@1:40 2@3:30 4@3:50 0@5:00 1@5:10 3@6:40");
    small_run_free(&run);
}

static uint32_t last_come(const maru_view *view, const maru_candidate *candidate, uint32_t n) {
    assert_true(view->now_us >= candidate[n - 1].arrived_us && n > 0);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(candidate[i].remaining_us >= candidate[i].process_us);
        assert_true(candidate[i].wafers == 25 && candidate[i].queue_end_us == INT64_MAX);
        assert_true(i == 0 || candidate[i].arrived_us >= candidate[i - 1].arrived_us);
    }
    return n - 1;
}

// Nobody before 5:00, then the first.
static uint32_t late_riser(const maru_view *view, const maru_candidate *candidate, uint32_t n) {
    return candidate[0].step % 2 == 0 && view->now_us < 5 * MARU_HOUR ? n : 0;
}

static void test_rule_in_c(void **state) {
    (void)state;
    const struct small_plant pair = {
        .routes = "r,Q,30 min\n", .tools = "Q,1\n", .releases = "all,r,11 min,,6\n"};
    struct small_run run = small_run_new(&pair, NULL, 1, true);
    maru_model_set_choose(run.model, last_come);
    small_run_until(&run, 24 * MARU_HOUR);
    small_run_expect(&run, MARU_EV_START, LABEL_LOT, "0@0:00 2@0:30 5@1:00 4@1:30 3@2:00 1@2:30");
    small_run_free(&run);
    run = small_run_new(&order_plant, NULL, 1, true); // of different priorities: still by arrival
    maru_model_set_choose(run.model, last_come);
    small_run_until(&run, 24 * MARU_HOUR);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT,
                     "5@1:40 2@3:10 4@3:20 0@5:00 1@6:20 3@7:10");
    small_run_free(&run);
    run = small_run_new(&pair, NULL, 1, true);
    maru_model_set_choose(run.model, late_riser);
    small_run_until(&run, 24 * MARU_HOUR);
    assert_int_equal(run.results->n_out,
                     0); // nothing happens at 5:00 that would make the tool ask again
    assert_int_equal(run.results->wip_now, 6);
    small_run_free(&run);
}

// A long queue behind product A, none behind B: with winq B goes first though A came first.
static void test_winq(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "A,a\nB,b\nfirst,f\n",
        .routes = "a,Q,10 min\na,long,5 h\n"
                  "b,Q,10 min\nb,short,5 h\n"
                  "f,Q,60 min\n",
        .tools = "Q,1\nlong,1\nshort,1\n",
        .releases = "first,first,1 h,,1\n"
                    "a,A,1 h,10 min,1\n"
                    "b,B,1 h,20 min,1\n",
        .stock = "s1,A,2,,,\n"
                 "s2,A,2,,,\n"
                 "s3,A,2,,,\n",
    };
    struct small_run run = small_run_hours(&plant, "rule=plain:winq", 3);
    small_run_expect(&run, MARU_EV_START, LABEL_STEP, "1@0:00 4@0:00 2@1:00 0@1:10 3@1:10");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=winq > 8 h, fifo", 3); // 10 h wait behind A
    small_run_expect(&run, MARU_EV_START, LABEL_STEP, "1@0:00 4@0:00 2@1:00 0@1:10 3@1:10");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=winq > 12 h, fifo", 3);
    small_run_expect(&run, MARU_EV_START, LABEL_STEP, "1@0:00 4@0:00 0@1:00 2@1:10 3@1:20");
    small_run_free(&run);
}

// ---- queue-time limits ----

// Q is taken until 3:00. Waiting: N without a limit (0:10), then P whose limit of 10 h opened at
// 0:20 when its step A ended, W = 100 min at Q; then R with 4 h from 0:30, W = 10 + 80 min to its
// exit step. At 3:00: P (620 - 180) / 100 = 4.4, R (270 - 180) / 90 = 1: R, P, N. A third, L, whose
// limit of 30 min from 0:40 is over by 110 min, W = 20 min, comes first of all.
static void test_qtcr(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "N,n\nP,p\nR,r\nL,l\nfirst,f\n",
        .routes = "n,Q,10 min,,\n"
                  "p,A,10 min,10 h,2\np,Q,100 min,,\n"
                  "r,B,20 min,4 h,3\nr,Q,10 min,,\nr,C,80 min,,\n"
                  "l,D,30 min,30 min,2\nl,Q,20 min,,\n"
                  "f,Q,180 min,,\n",
        .route_columns = "queue_limit,queue_to",
        .tools = "Q,1\nA,1\nB,1\nC,1\nD,1\n",
        .releases = "first,first,1 h,,1\n"
                    "n,N,1 h,10 min,1\n"
                    "p,P,1 h,10 min,1\n"
                    "r,R,1 h,10 min,1\n"
                    "l,L,1 h,10 min,1\n",
    };
    struct small_run run = small_run_hours(&plant, "rule=plain:fifo; queue_rule=qtcr", 24);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "4@3:00 3@3:20 2@4:50 1@5:10 0@5:20");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=plain:qtcr", 24);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "4@3:00 3@3:20 2@4:50 1@5:10 0@5:20");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=plain:fifo", 24);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "4@3:00 0@3:10 1@4:50 3@5:20 2@6:20");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=queue_slack", 24); // L -110, R 90, P 440, N none
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "4@3:00 3@3:20 2@4:50 1@5:10 0@5:20");
    small_run_free(&run);
}

// Two that are late when Q gets free at 3:00: M by 10 min with 100 min to go, S by 50 min with 10
// min. Late, the work counts the other way: -10 * 100 comes before -50 * 10.
static void test_qtcr_when_late(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "S,s\nM,m\nfirst,f\n",
        .routes = "s,A,10 min,110 min,2\ns,Q,10 min,,\n"
                  "m,B,10 min,150 min,2\nm,Q,100 min,,\n"
                  "f,Q,180 min,,\n",
        .route_columns = "queue_limit,queue_to",
        .tools = "Q,1\nA,1\nB,1\n",
        .releases = "first,first,1 h,,1\n"
                    "s,S,1 h,10 min,1\n"
                    "m,M,1 h,10 min,1\n",
    };
    struct small_run run = small_run_hours(&plant, "rule=plain:qtcr", 24);
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "2@3:00 1@4:40 0@4:50");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=plain:fifo; queue_rule=qts",
                          24); // limits end at 2:10 and 2:50
    small_run_expect(&run, MARU_EV_FINISH, LABEL_PRODUCT, "2@3:00 0@3:10 1@4:50");
    small_run_free(&run);
}

// Two lots of P come every 10 h. In the pilot run of 30 days they wait 0 and 20 min at Q, whose p
// is 20 min, so FF p = 30; then 0 and 40 min at C, the exit step of p = 60, so (FF - 1) p = 20 and
// TT = 50. With a limit of 100 min from the end of A the latest start at Q is 100 * 30 / 50 - 20 =
// 40 min after it.
//
// At 960:00, after the pilot, Q is taken for an hour. P comes to it at 960:10, latest start 960:50,
// and S at 960:15, whose exit step Q is: latest start 960:45 with a limit of 30 min, 960:55 with 40
// min.
static const struct qts_case {
    const char *limit, *want; // starts at Q from 961:00 on
} qts_cases[] = {
    {"30 min", "1@961:00 0@961:05 0@961:25"},
    {"40 min", "0@961:00 0@961:20 1@961:40"},
};

static void test_qts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof qts_cases / sizeof qts_cases[0]; i++) {
        char routes[256];
        (void)snprintf(routes, sizeof routes,
                       "p,A,10 min,100 min,3\np,Q,20 min,,\np,C,60 min,,\n"
                       "f,Q,60 min,,\n"
                       "s,B,10 min,%s,2\ns,Q,5 min,,\n",
                       qts_cases[i].limit);
        const struct small_plant plant = {
            .products = "P,p\nS,s\nF,f\n",
            .routes = routes,
            .route_columns = "queue_limit,queue_to",
            .tools = "Q,1\nA,2\nB,1\nC,1\n",
            .releases = "p,P,10 h,,,2\n"
                        "f,F,1 h,960 h,1,1\n"
                        "s,S,1 h,57605 min,1,1\n",
            .release_columns = "lots",
        };
        struct small_run run =
            small_run_hours(&plant, "rule=plain:fifo; queue_rule=qts; qts_pilot_days=30", 962);
        char at_q[128] = "";
        for (size_t k = 0; k < run.journal.n_event; k++) {
            const maru_event *event = &run.journal.event[k];
            const bool is_q = event->step == 1 || event->step == 5;
            if (event->kind == MARU_EV_START && is_q && event->time_us >= 961 * MARU_HOUR) {
                const int minute = (int)(event->time_us / MARU_MINUTE % 60);
                const size_t n = strlen(at_q);
                (void)snprintf(at_q + n, sizeof at_q - n, "%s%u@961:%02d", n > 0 ? " " : "",
                               (unsigned)event->product, minute);
            }
        }
        assert_string_equal(at_q, qts_cases[i].want);
        small_run_free(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_order_times),
        cmocka_unit_test(test_rule_of_a_group),
        cmocka_unit_test(test_rule_in_c),
        cmocka_unit_test(test_winq),
        cmocka_unit_test(test_qtcr),
        cmocka_unit_test(test_qtcr_when_late),
        cmocka_unit_test(test_qts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
