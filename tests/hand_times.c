#include "small_plant.h"

#include <maru/sim.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// Plants so small that every time in them was worked out by hand: orders of dispatching, batches,
// cascades, setups, minimum runs, queue-time limits, transport, maintenance, reservations, kept
// tools. Times are h:mm[:ss]; "2@1:20" is product (or lot, tool, step) 2 at 1:20.

// ---- batches ----

// 3 to 4 lots at once, an hour and a minute each to load and unload. Lots at 0:00, 0:10, 0:20; then
// one every 10 min from 0:30 to 1:10, of which the batch at 1:22 takes four; the fifth waits for
// two more, which come at 1:50 and 2:00, and the tool until 2:24.
static void test_batch(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,60 min,batch,75,100\n",
        .route_columns = "per,batch_min,batch_max",
        .tools = "Q,1,1 min,1 min\n",
        .tool_columns = "load,unload",
        .releases = "one,r,10 min,,8\ntwo,r,10 min,110 min,2\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_START, LABEL_LOT,
                     "0@0:20 1@0:20 2@0:20 3@1:22 4@1:22 5@1:22 6@1:22 7@2:24 8@2:24 9@2:24");
    small_run_expect(&run, MARU_EV_END, LABEL_LOT,
                     "0@1:22 1@1:22 2@1:22 3@2:24 4@2:24 5@2:24 6@2:24 7@3:26 8@3:26 9@3:26");
    const maru_group_result *q = small_run_group(&run, "Q");
    assert_int_equal(q->n_job, 3);
    assert_int_equal(q->n_lot, 10);
    assert_true(fabs(q->productive - 186.0 / 1440.0) < 1e-12);
    small_run_free(&run);
}

// batch_start=full waits for the maximum.
static void test_batch_full(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,60 min,batch,50,100\n",
        .route_columns = "per,batch_min,batch_max",
        .tools = "Q,2\n",
        .releases = "one,r,10 min,,7\n",
    };
    struct small_run run = small_run_hours(&plant, "batch_start=full", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_LOT, "0@0:30 1@0:30 2@0:30 3@0:30");
    assert_int_equal(run.results->wip_now, 3);
    small_run_free(&run);
}

// Lots of other routes, or other steps of the same, do not go together; the batch with the best lot
// goes first.
static void test_batch_kinds(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "A,a\nB,b\nC,c\n",
        .routes = "a,Q,60 min,batch,50,75\n"
                  "b,Q,60 min,batch,50,75\n"
                  "c,other,1 min,,,\n"
                  "c,Q,30 min,batch,25,25\n",
        .route_columns = "per,batch_min,batch_max",
        .tools = "Q,1\nother,1\n",
        .releases = "c,C,1 h,,1,10\n" // keeps Q from 0:01 to 0:31
                    "a1,A,1 h,5 min,1,10\n"
                    "b1,B,1 h,10 min,1,10\n"
                    "b2,B,1 h,15 min,1,10\n"
                    "a2,A,1 h,40 min,1,20\n"
                    "b3,B,1 h,45 min,1,30\n"
                    "b4,B,1 h,46 min,1,10\n",
        .release_columns = "priority",
    };
    struct small_run run = small_run_hours(&plant, "rule=priority desc, fifo", 24);
    // 0:31 only B has two; then B again, whose b3 has the highest priority, then A
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT,
                     "2@0:00 2@0:01 1@0:31 1@0:31 1@1:31 1@1:31 0@2:31 0@2:31");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=plain:fifo", 24); // a1 came before b3
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT,
                     "2@0:00 2@0:01 1@0:31 1@0:31 0@1:31 0@1:31 1@2:31 1@2:31");
    small_run_free(&run);
}

// ---- cascades ----

// Wafers of p = 4 min every c = 3 min, load and unload 1 min: the first lot takes 1 + 4 + 24 * 3 +
// 1 = 78 min; two lots are inside at once, and the next ends 75 min later. A lot that comes to an
// empty tool at 6:00 takes 78 min again.
static void test_cascade_of_wafers(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,4 min,wafer,3 min\n",
        .route_columns = "per,interval",
        .tools = "Q,1,yes,1 min,1 min\n",
        .tool_columns = "cascade,load,unload",
        .releases = "all,r,1 min,,3\nlate,r,1 h,6 h,1\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_END, LABEL_LOT, "0@1:18 1@2:33 2@3:48 3@7:18");
    small_run_expect(&run, MARU_EV_START, LABEL_LOT, "0@0:00 1@0:01 2@1:18 3@6:00");
    small_run_free(&run);
}

// Whole lots of p = 30 min every c = 20 min: 32 min for the first, the next 20 min later each, as
// long as the next is loaded in time. The third is taken at 0:32 when the first leaves, is loaded
// at 0:33 and finds place 1, held until 0:41 by the second, taken: it ends at 0:41 + 30 + 1.
static void test_cascade_of_lots(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,30 min,lot,20 min\n",
        .route_columns = "per,interval",
        .tools = "Q,1,yes,1 min,1 min\n",
        .tool_columns = "cascade,load,unload",
        .releases = "all,r,1 min,,4\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_END, LABEL_LOT, "0@0:32 1@0:52 2@1:12 3@1:32");
    const maru_group_result *q = small_run_group(&run, "Q");
    assert_true(fabs(q->productive - 92.0 / 1440) < 1e-12);
    small_run_free(&run);
}

// Without a cascade the same lots follow one another.
static void test_no_cascade(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,4 min,wafer\n",
        .route_columns = "per",
        .tools = "Q,1,1 min,2 min\n",
        .tool_columns = "load,unload",
        .releases = "all,r,1 min,,2,10\n",
        .release_columns = "wafers",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_END, LABEL_LOT, "0@0:43 1@1:26");
    small_run_free(&run);
}

// ---- setups ----

// To s1 10 min from any setup; to s2 30 min from s1, 20 min from s3; to s3 nothing is said: 0.
// Product A needs s1, B s2, C s3, N none (the tool keeps its setup), X s2 with 7 min of its own, Y
// s1 always.
static const struct small_plant setup_plant = {
    .products = "A,a\nB,b\nC,c\nN,n\nX,x\nY,y\n",
    .routes = "a,Q,5 min,s1,,\n"
              "b,Q,5 min,s2,,\n"
              "c,Q,5 min,s3,,\n"
              "n,Q,5 min,,,\n"
              "x,Q,5 min,s2,7 min,\n"
              "y,Q,5 min,s1,4 min,always\n",
    .route_columns = "setup,setup_time,setup_when",
    .tools = "Q,1\n",
    .setups = "s1,,10 min,\n"
              "s2,s1,30 min,\n"
              "s2,s3,20 min,\n",
    .releases = "1,A,1 h,0 min,1\n"   // 10 + 5
                "2,N,1 h,1 min,1\n"   // 5
                "3,A,1 h,2 min,1\n"   // 5: still s1
                "4,B,1 h,3 min,1\n"   // 30 + 5
                "5,C,1 h,4 min,1\n"   // 0 + 5
                "6,B,1 h,5 min,1\n"   // 20 + 5
                "7,A,1 h,6 min,1\n"   // 10 + 5
                "8,X,1 h,7 min,1\n"   // 7 + 5, not 30
                "9,X,1 h,8 min,1\n"   // 5
                "10,Y,1 h,9 min,1\n"  // 4 + 5
                "11,Y,1 h,10 min,1\n" // 4 + 5
                "12,A,1 h,11 min,1\n" // 5
};

static void test_setups(void **state) {
    (void)state;
    struct small_run run = small_run_hours(&setup_plant, "rule=plain:fifo", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT,
                     "0@0:00 3@0:15 0@0:20 1@0:25 2@1:00 1@1:05 0@1:30 4@1:45 4@1:57 5@2:02 5@2:11 "
                     "0@2:20");
    const maru_group_result *q = small_run_group(&run, "Q");
    const double setup = (10 + 30 + 0 + 20 + 10 + 7 + 4 + 4) / 1440.0, work = 60 / 1440.0;
    assert_int_equal(q->n_setup, 8);
    assert_true(fabs(q->setup - setup) < 1e-12);
    assert_true(fabs(q->productive - work) < 1e-12);
    small_run_free(&run);
}

// With setup in the ranking: those whose setup is there or takes 0 first, in order of arrival.
static void test_least_setup_first(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "A,a\nB,b\n",
        .routes = "a,Q,60 min,s1\n"
                  "b,Q,60 min,s2\n",
        .route_columns = "setup",
        .tools = "Q,1\n",
        .setups = "s1,,10 min,\n"
                  "s2,,10 min,\n",
        .releases = "1,A,20 min,0 min,3\n"  // 0:00 0:20 0:40
                    "2,B,20 min,10 min,3\n" // 0:10 0:30 0:50
    };
    struct small_run run = small_run_hours(&plant, "rule=setup, fifo", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT,
                     "0@0:00 0@1:10 0@2:10 1@3:10 1@4:20 1@5:20");
    small_run_expect(&run, MARU_EV_SETUP, LABEL_TOOL, "0@0:00 0@3:10");
    small_run_free(&run);
}

// Ten lots that need s1 come every hour, one that needs s2 at 0:05. The run of s1 began at 0:00 and
// is 7 lots long, so s2 waits, beside an idle tool, until the seventh has ended at 6:10. Then s1
// again: no other lot can come for s2, so its run of 7 does not hold.
static void test_minimum_run(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "A,a\nB,b\n",
        .routes = "a,Q,10 min,s1\n"
                  "b,Q,10 min,s2\n",
        .route_columns = "setup",
        .tools = "Q,1,yes\n",
        .tool_columns = "min_run",
        .setups = "s1,,0 min,7\n"
                  "s2,,30 min,7\n",
        .releases = "1,A,60 min,0 min,10\n"
                    "2,B,1 h,5 min,1\n",
    };
    struct small_run run = small_run_hours(&plant, "rule=plain:fifo", 24);
    small_run_expect(
        &run, MARU_EV_START, LABEL_PRODUCT,
        "0@0:00 0@1:00 0@2:00 0@3:00 0@4:00 0@5:00 0@6:00 1@6:10 0@7:00 0@8:00 0@9:00");
    small_run_free(&run);
    run = small_run_hours(&plant, "rule=plain:fifo; min_run=off", 24);
    small_run_expect(
        &run, MARU_EV_START, LABEL_PRODUCT,
        "0@0:00 1@0:10 0@1:00 0@2:00 0@3:00 0@4:00 0@5:00 0@6:00 0@7:00 0@8:00 0@9:00");
    small_run_free(&run);
}

// Of two idle tools with different setups, wake=setup takes the one that is right.
static void test_wake_by_setup(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "A,a\nB,b\n",
        .routes = "a,Q,10 min,s1\n"
                  "b,Q,10 min,s2\n",
        .route_columns = "setup",
        .tools = "Q,2,setup\n",
        .tool_columns = "wake",
        .setups = "s1,,5 min,\n"
                  "s2,,5 min,\n",
        .releases = "1,A,1 h,0 min,1\n"  // one tool becomes s1 ...
                    "2,B,1 h,1 min,1\n"  // ... the other s2
                    "3,B,1 h,30 min,1\n" // the one that has been idle longer is the wrong one
                    "4,A,1 h,90 min,1\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_END, LABEL_PRODUCT, "0@0:15 1@0:16 1@0:40 0@1:40");
    assert_int_equal(small_run_group(&run, "Q")->n_setup, 2);
    small_run_free(&run);
}

// ---- queue-time limits ----

// A ends at 0:10, 0:20 ... 0:50; B takes an hour, so it starts at 0:10, 1:10 ... 4:10: waits of 0,
// 50, 100, 150, 200 min against a limit of 90 min.
static void test_queue_limit(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,10 min,90 min,2\n"
                  "r,B,60 min,,\n",
        .route_columns = "queue_limit,queue_to",
        .tools = "A,1\nB,1\n",
        .releases = "all,r,10 min,,5\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_LATE_QUEUE, LABEL_LOT, "2@2:10 3@3:10 4@4:10");
    assert_int_equal(run.results->n_queue, 1);
    const maru_queue_result *limit = &run.results->queue[0];
    assert_int_equal(limit->step, 0);
    assert_int_equal(limit->to_step, 1);
    assert_true(limit->limit_us == 90 * MARU_MINUTE);
    assert_int_equal(limit->n_pass, 5);
    assert_int_equal(limit->n_late, 3);
    assert_true(limit->late_mean_us == (double)(60 * MARU_MINUTE));
    assert_true(limit->slack_mean_us == (double)(65 * MARU_MINUTE));
    small_run_free(&run);
}

// A limit that is met to the microsecond is met.
static void test_queue_limit_met(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,10 min,50 min,2\n"
                  "r,B,60 min,,\n",
        .route_columns = "queue_limit,queue_to",
        .tools = "A,1\nB,1\n",
        .releases = "all,r,10 min,,2\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    assert_int_equal(run.results->queue[0].n_pass, 2);
    assert_int_equal(run.results->queue[0].n_late, 0);
    small_run_free(&run);
}

// ---- transport ----

// 7 min from X to Y, 3 min inside Y, nothing said from Y to X: 0. No way to the first step. A step
// that is sampled out is not gone to: the way is that from the last step done.
static void test_transport(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,10 min,\n" // X
                  "r,B,10 min,\n" // Y
                  "r,C,10 min,\n" // Y
                  "r,A,10 min,\n" // X
                  "r,C,10 min,0\n"
                  "r,B,10 min,\n", // Y
        .route_columns = "sampling",
        .tools = "A,1,X\nB,1,Y\nC,1,Y\n",
        .tool_columns = "location",
        .releases = "all,r,1 h,5 min,1\n",
        .moves = "X,Y,7 min\nY,Y,3 min\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_ARRIVE, LABEL_STEP, "0@0:05 1@0:22 2@0:35 3@0:45 5@1:02");
    small_run_expect(&run, MARU_EV_FINISH, LABEL_LOT, "0@1:12");
    small_run_free(&run);
}

// Rework sends the lot back by the same ways.
static void test_rework_path(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,10 min,,\n"
                  "r,B,10 min,,\n"
                  "r,C,10 min,50 %,2\n",
        .route_columns = "rework,rework_to",
        .tools = "A,1,X\nB,1,Y\nC,1,Z\n",
        .tool_columns = "location",
        .releases = "all,r,10 h,,50\n",
        .moves = "X,Y,1 min\nY,Z,2 min\nZ,Y,3 min\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 510);
    uint32_t n_back = 0;
    for (size_t i = 0; i < run.journal.n_event; i++) {
        n_back += run.journal.event[i].kind == MARU_EV_REWORK;
    }
    assert_true(n_back > 20 && n_back < 90); // 50 expected, +- 10 the standard deviation
    const double want_us = 50 * 33.0 * 60e6 + n_back * 25.0 * 60e6;
    assert_true(fabs(small_run_cycle_us(&run) * 50 - want_us) < 1.0);
    assert_int_equal(run.results->n_out, 50);
    small_run_free(&run);
}

// ---- maintenance and failures ----

// Four tools, first maintenance after 100 h: that of tool k at 25 k h; then every 60 h from due
// date to due date, 4 h long.
static void test_maintenance_by_calendar(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,1 min\n",
        .tools = "Q,4\n",
        .calendars = "m,maintenance,Q,60 h,100 h,4 h\n",
        .releases = "none,r,1 h,999 h,1\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 140);
    small_run_expect(&run, MARU_EV_MAINTENANCE, LABEL_TOOL,
                     "0@25:00 1@50:00 2@75:00 0@85:00 3@100:00 1@110:00 2@135:00");
    small_run_expect(&run, MARU_EV_UP, LABEL_TOOL,
                     "0@29:00 1@54:00 2@79:00 0@89:00 3@104:00 1@114:00 2@139:00");
    const double down = 7 * 4.0 / (4 * 140.0), share = small_run_group(&run, "Q")->scheduled_down;
    assert_true(fabs(share - down) < 1e-12);
    small_run_free(&run);
    run = small_run_hours(&plant, "pm_first=together; pm_repeat=end", 170);
    small_run_expect(&run, MARU_EV_MAINTENANCE, LABEL_TOOL,
                     "0@100:00 1@100:00 2@100:00 3@100:00 0@164:00 1@164:00 2@164:00 3@164:00");
    small_run_free(&run);
}

// Maintenance waits for the job inside, and no other lot starts before it: due at 1:00, the lot
// inside ends at 1:30, the next one starts at 3:30.
static void test_maintenance_waits(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,90 min\n",
        .tools = "Q,1\n",
        .calendars = "m,maintenance,Q,1000 h,1 h,2 h\n",
        .releases = "all,r,10 min,,3\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_MAINTENANCE, LABEL_TOOL, "0@1:30");
    small_run_expect(&run, MARU_EV_START, LABEL_LOT, "0@0:00 1@3:30 2@5:00");
    small_run_free(&run);
}

// First after 50 wafers, then every 100, 30 min long; lots of 25 wafers of 10 min every 20 min:
// after lots 1, 5, 9.
static void test_maintenance_by_wafers(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,10 min\n",
        .tools = "Q,1\n",
        .calendars = "m,maintenance,Q,100 wafers,50 wafers,30 min\n",
        .releases = "all,r,20 min,,11\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_MAINTENANCE, LABEL_TOOL, "0@0:30 0@1:50 0@3:10");
    small_run_expect(
        &run, MARU_EV_START, LABEL_LOT,
        "0@0:00 1@0:20 2@1:00 3@1:10 4@1:20 5@1:40 6@2:20 7@2:30 8@2:40 9@3:00 10@3:40");
    small_run_free(&run);
}

// A failure at 1:00 for 2 h stops the lot inside: it ends at 3:20, not 1:20. The next failure comes
// 1 h after the repair.
static void test_failure_stops_work(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,80 min\n",
        .tools = "Q,1\n",
        .calendars = "f,failure,Q,1 h,1 h,2 h\n",
        .releases = "all,r,1 h,,2\n",
    };
    struct small_run run = small_run_hours(&plant, "failure_job=resume", 8);
    small_run_expect(&run, MARU_EV_FAIL, LABEL_TOOL, "0@1:00 0@4:00 0@7:00");
    small_run_expect(&run, MARU_EV_UP, LABEL_TOOL, "0@3:00 0@6:00");
    // the second works 40 min until 4:00 and 40 min from 6:00
    small_run_expect(&run, MARU_EV_END, LABEL_LOT, "0@3:20 1@6:40");
    const maru_group_result *q = small_run_group(&run, "Q");
    assert_true(fabs(q->unscheduled_down - 5.0 / 8.0) < 1e-12);
    assert_true(fabs(q->productive - 160.0 / 480.0) < 1e-12);
    small_run_free(&run);
}

// The same when a failure waits for the job in the tool.
static void test_failure_waits_for_job(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,80 min\n",
        .tools = "Q,1\n",
        .calendars = "f,failure,Q,1 h,90 min,2 h\n",
        .releases = "all,r,1 h,,2\n",
    };
    struct small_run run = small_run_hours(&plant, "failure_job=after", 8);
    // the first works until 1:20, the second until 2:40; the failure due at 1:30 begins then, the
    // next is due an hour after the repair and finds the tool idle
    small_run_expect(&run, MARU_EV_END, LABEL_LOT, "0@1:20 1@2:40");
    small_run_expect(&run, MARU_EV_FAIL, LABEL_TOOL, "0@2:40 0@5:40");
    small_run_expect(&run, MARU_EV_UP, LABEL_TOOL, "0@4:40 0@7:40");
    small_run_free(&run);
}

// ---- hot lots and kept tools ----

// Hot lot H starts at A at 0:10 and ends at 1:10; from then on the only tool B of its next step is
// held for it, also when it gets free at 0:30, though an ordinary lot waits.
static void test_reservation(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "H,h\nN,n\n",
        .routes = "h,A,60 min\nh,B,10 min\n"
                  "n,B,30 min\n",
        .tools = "A,1,no\nB,1,yes\n",
        .tool_columns = "reserve_hot",
        .releases = "n,N,5 min,,2,no,10\n"
                    "h,H,1 h,10 min,1,yes,20\n",
        .release_columns = "hot,priority",
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT, "1@0:00 0@0:10 0@1:10 1@1:20");
    small_run_free(&run);
    run = small_run_hours(&plant, "reserve=off", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT, "1@0:00 0@0:10 1@0:30 0@1:10");
    small_run_free(&run);
    run = small_run_hours(&plant, "reserve=priority; reserve_priority=20", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT, "1@0:00 0@0:10 0@1:10 1@1:20");
    small_run_free(&run);
    run = small_run_hours(&plant, "reserve=priority; reserve_priority=30", 24);
    small_run_expect(&run, MARU_EV_START, LABEL_PRODUCT, "1@0:00 0@0:10 1@0:30 0@1:10");
    small_run_free(&run);
}

// Step 1 and 4 of every lot go to the same tool, as do steps 4 and 6, whatever rework does in
// between: a chain. Four tools, busy, so that the wrong one is often free.
static void test_kept_tool(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,exponential(20) min,4,,\n"
                  "r,A,exponential(5) min,,,\n"
                  "r,A,exponential(5) min,,30 %,1\n"
                  "r,Q,exponential(20) min,6,,\n"
                  "r,A,exponential(5) min,,20 %,4\n"
                  "r,Q,exponential(20) min,,,\n",
        .route_columns = "keep_tool_for,rework,rework_to",
        .tools = "Q,4\nA,2\n",
        .releases = "all,r,exponential(24) min,,\n",
    };
    struct small_run run = small_run_hours(&plant, NULL, 2000);
    static uint32_t used[20000][6]; // tool by lot and step
    uint32_t n_checked = 0, n_tool[4] = {0};
    for (size_t i = 0; i < run.journal.n_event; i++) {
        const maru_event *event = &run.journal.event[i];
        if (event->kind != MARU_EV_START) {
            continue;
        }
        assert_true(event->lot < 20000 && event->step < 6);
        used[event->lot][event->step] = event->tool;
        if (event->step == 3 || event->step == 5) {
            assert_int_equal(event->tool, used[event->lot][event->step == 3 ? 0 : 3]);
            n_tool[event->tool]++;
            n_checked++;
        }
    }
    assert_true(n_checked > 8000);
    for (int i = 0; i < 4; i++) {
        assert_true(n_tool[i] > n_checked / 8);
    }
    small_run_free(&run);
}

// Two tools at once, and a lot waits for its own though the other is free.
static void test_kept_tool_is_waited_for(void **state) {
    (void)state;
    const struct small_plant plant = {
        .products = "K,k\nN,n\n",
        .routes = "k,Q,10 min,3\nk,A,10 min,\nk,Q,10 min,\n"
                  "n,Q,60 min,\n",
        .route_columns = "keep_tool_for",
        .tools = "Q,2\nA,1\n",
        .releases = "k,K,1 h,0 min,1\n"
                    "n1,N,1 h,1 min,1\n"   // the other tool until 1:01
                    "n2,N,1 h,12 min,1\n", // the lot's own tool, 0:12 to 1:12
    };
    struct small_run run = small_run_hours(&plant, NULL, 24);
    small_run_expect(&run, MARU_EV_START, LABEL_STEP, "0@0:00 3@0:01 1@0:10 3@0:12 2@1:12");
    small_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_batch_full),
        cmocka_unit_test(test_batch_kinds),
        cmocka_unit_test(test_cascade_of_wafers),
        cmocka_unit_test(test_cascade_of_lots),
        cmocka_unit_test(test_no_cascade),
        cmocka_unit_test(test_setups),
        cmocka_unit_test(test_least_setup_first),
        cmocka_unit_test(test_minimum_run),
        cmocka_unit_test(test_wake_by_setup),
        cmocka_unit_test(test_queue_limit),
        cmocka_unit_test(test_queue_limit_met),
        cmocka_unit_test(test_transport),
        cmocka_unit_test(test_rework_path),
        cmocka_unit_test(test_maintenance_by_calendar),
        cmocka_unit_test(test_maintenance_waits),
        cmocka_unit_test(test_maintenance_by_wafers),
        cmocka_unit_test(test_failure_stops_work),
        cmocka_unit_test(test_failure_waits_for_job),
        cmocka_unit_test(test_reservation),
        cmocka_unit_test(test_kept_tool),
        cmocka_unit_test(test_kept_tool_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
