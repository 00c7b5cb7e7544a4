#include "small_plant.h"

#include <maru/sim.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Same input, same answer: one digest for the same plant, options and seed, however the run is cut,
// saved, loaded, forked or watched; another for another seed. On a plant that has a bit of
// everything.

enum { END_DAYS = 60, N_MOMENT = 40 };

static const char routes[] = "a,Clean,2 min,wafer,90 s,,,,,,,,,\n"
                             "a,Litho,\"uniform(20, 30) min\",,,,,s1,5,,,,,\n"
                             "a,Measure,\"lognormal(10, 4) min\",,,,,,,8 %,2,40 %,,\n"
                             "a,Furnace,4 h,batch,,75,150,,,,,,4 h,7\n"
                             "a,Litho,\"uniform(30, 40) min\",,,,,s2,,,,,,\n"
                             "a,Measure,\"triangular(3, 5, 12) min\",,,,,,,5 %,5,60 %,,\n"
                             "a,Implant,\"uniform(20, 28) min\",,,,,g1,,,,,,\n"
                             "a,Furnace,3 h,batch,,50,100,,,,,,,\n"
                             "a,Clean,100 s,wafer,80 s,,,,,,,,,\n"
                             "b,Litho,\"uniform(25, 35) min\",,,,,s3,3,,,,,\n"
                             "b,Clean,2 min,wafer,90 s,,,,,,,,1 h,3\n"
                             "b,Litho,\"uniform(20, 30) min\",,,,,s1,,,,,,\n"
                             "b,Measure,\"exponential(8) min\",,,,,,,10 %,3,50 %,,\n"
                             "b,Implant,\"uniform(20, 28) min\",,,,,g2,,,,,,\n"
                             "b,Furnace,5 h,batch,,75,150,,,,,,,\n"
                             "b,Implant,\"uniform(10, 14) min\",,,,,,,,,,,\n";

static const struct small_plant busy_plant = {
    .products = "A,a\nB,b\n",
    .routes = routes,
    .route_columns = "per,interval,batch_min,batch_max,setup,keep_tool_for,rework,rework_to,"
                     "sampling,queue_limit,queue_to",
    .tools = "Clean,3,X,1 min,1 min,yes,,,\n"
             "Litho,3,X,1 min,1 min,,\"priority desc, setup, cr\",setup,\n"
             "Measure,1,Y,1 min,1 min,,,,\n"
             "Furnace,5,Y,1 min,1 min,,\"priority desc, edd\",,\n"
             "Implant,2,X,1 min,1 min,,\"priority desc, setup, due - now\",,yes\n",
    .tool_columns = "location,load,unload,cascade,ranking,wake,min_run,reserve_hot",
    .setups = "s1,,10 min,\ns2,,15 min,\ns2,s1,5 min,\ns3,,8 min,\ng1,,40 min,5\ng2,,50 min,4\n",
    .calendars = "f1,failure,Litho,exponential(60) h,,exponential(3) h\n"
                 "f2,failure,Clean,exponential(90) h,,\"uniform(1, 5) h\"\n"
                 "f3,failure,Implant,exponential(80) h,,exponential(4) h\n"
                 "m1,maintenance,Furnace,7 day,3 day,\"uniform(4, 6) h\"\n"
                 "m2,maintenance,Litho,30 day,10 day,8 h\n"
                 "m3,maintenance,Implant,1500 wafers,700 wafers,2 h\n",
    .releases = "a,A,\"uniform(50, 70) min\",,,10,no,6 day\n"
                "b,B,exponential(80) min,1 h,,10,no,5 day\n"
                "hot,A,1 day,2 h,,20,yes,3 day\n",
    .release_columns = "priority,hot,due_after",
    .stock = "s1,A,4,,2 day,10\ns2,A,6,,3 day,10\ns3,B,3,,1 day,20\n",
    .moves = "X,Y,\"uniform(5, 10) min\"\nY,X,8 min\nX,X,\"uniform(1, 3) min\"\n",
};

// A generator of the test's own: the moments at which runs are cut.
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static maru_time random_moment(uint64_t *state) {
    return (maru_time)(next_random(state) % (uint64_t)(END_DAYS * MARU_DAY));
}

static int by_time(const void *a, const void *b) {
    const maru_time x = *(const maru_time *)a, y = *(const maru_time *)b;
    return (x > y) - (x < y);
}

static void draw_moments(uint64_t seed, maru_time *moment) {
    for (int i = 0; i < N_MOMENT; i++) {
        moment[i] = random_moment(&seed);
    }
    qsort(moment, N_MOMENT, sizeof *moment, by_time);
}

static void run_to(maru_sim *sim, maru_time until) {
    maru_error err = {0};
    if (maru_sim_run(sim, until, &err) != MARU_OK) {
        fail_msg("the run stops: %s", err.text);
    }
}

static void digest_of(const maru_sim *sim, char out[33]) {
    maru_results *results = NULL;
    assert_int_equal(maru_sim_results(sim, &results, NULL), MARU_OK);
    memcpy(out, results->digest, 33);
    assert_int_equal(strlen(out), 32);
    maru_results_free(results);
}

static void require_digest(const maru_sim *sim, const char *want, const char *what) {
    char digest[33];
    digest_of(sim, digest);
    if (strcmp(digest, want) != 0) {
        fail_msg("%s: digest %s, want %s", what, digest, want);
    }
}

// The whole run in one go; the statistics start anew on day 20.
static void reference(const maru_model *model, uint64_t seed, char digest[33]) {
    maru_sim *sim = NULL;
    assert_int_equal(maru_sim_new(model, seed, &sim, NULL), MARU_OK);
    run_to(sim, 20 * MARU_DAY);
    maru_sim_reset_statistics(sim);
    run_to(sim, END_DAYS * MARU_DAY);
    digest_of(sim, digest);
    maru_sim_free(sim);
}

static maru_sim *copy_by_saving(const maru_model *model, const maru_sim *sim) {
    const size_t n = maru_sim_bytes(sim);
    unsigned char *bytes = malloc(n), *again = malloc(n);
    assert_non_null(bytes);
    assert_non_null(again);
    maru_sim_save(sim, bytes);
    maru_sim *copy = NULL;
    maru_error err = {0};
    if (maru_sim_load(model, bytes, n, &copy, &err) != MARU_OK) {
        fail_msg("a saved state is refused: %s", err.text);
    }
    assert_true(maru_sim_now(copy) == maru_sim_now(sim));
    assert_int_equal(maru_sim_bytes(copy), n); // save then load then save changes nothing
    maru_sim_save(copy, again);
    assert_memory_equal(bytes, again, n);
    free(bytes);
    free(again);
    return copy;
}

static maru_sim *copy_by_forking(const maru_model *model, const maru_sim *sim) {
    maru_sim *copy = NULL;
    assert_int_equal(maru_sim_new(model, 999, &copy, NULL), MARU_OK);
    assert_int_equal(maru_sim_fork(sim, copy, NULL), MARU_OK);
    assert_true(maru_sim_now(copy) == maru_sim_now(sim));
    return copy;
}

enum how { HOW_CUT, HOW_SAVE, HOW_FORK };

// The same run cut at random moments, and at each of them replaced by a copy of itself.
static void run_in_pieces(const maru_model *model, uint64_t seed, enum how how, char digest[33]) {
    maru_time moment[N_MOMENT];
    draw_moments(seed * 77 + 5, moment);
    maru_sim *sim = NULL;
    assert_int_equal(maru_sim_new(model, seed, &sim, NULL), MARU_OK);
    bool is_warm = false;
    for (int i = 0; i <= N_MOMENT; i++) {
        const maru_time until = i < N_MOMENT ? moment[i] : END_DAYS * MARU_DAY;
        if (!is_warm && until > 20 * MARU_DAY) {
            run_to(sim, 20 * MARU_DAY);
            maru_sim_reset_statistics(sim);
            is_warm = true;
        }
        run_to(sim, until);
        maru_sim *copy = how == HOW_SAVE   ? copy_by_saving(model, sim)
                         : how == HOW_FORK ? copy_by_forking(model, sim)
                                           : NULL;
        if (copy) {
            char before[33];
            digest_of(sim, before);
            require_digest(copy, before, "a copy at once");
            maru_sim_free(sim);
            sim = copy;
        }
    }
    digest_of(sim, digest);
    maru_sim_free(sim);
}

static const char *const variants[] = {
    "", "rule=fifo", "rule=priority desc, winq, due - now; queue_rule=qtcr",
    "rule=cr; tool_choice=random; batch_start=full", "queue_rule=qts; qts_pilot_days=20; load=80"};

static void test_any_cut_gives_the_same(void **state) {
    (void)state;
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        struct small_run run = small_run_new(&busy_plant, variants[v], 1, false);
        for (uint64_t seed = 1; seed <= 3; seed++) {
            char whole[33], again[33], cut[33], saved[33], forked[33];
            reference(run.model, seed, whole);
            reference(run.model, seed, again);
            run_in_pieces(run.model, seed, HOW_CUT, cut);
            run_in_pieces(run.model, seed, HOW_SAVE, saved);
            run_in_pieces(run.model, seed, HOW_FORK, forked);
            assert_string_equal(again, whole);
            assert_string_equal(cut, whole);
            assert_string_equal(saved, whole);
            assert_string_equal(forked, whole);
        }
        small_run_free(&run);
    }
}

static void test_seeds_and_options_differ(void **state) {
    (void)state;
    char seen[16][33];
    size_t n = 0;
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        struct small_run run = small_run_new(&busy_plant, variants[v], 1, false);
        for (uint64_t seed = 1; seed <= 3; seed++) {
            reference(run.model, seed, seen[n]);
            for (size_t i = 0; i < n; i++) {
                assert_string_not_equal(seen[i], seen[n]);
            }
            n++;
        }
        small_run_free(&run);
    }
}

// Watching changes nothing, and the laws hold on this plant at every moment looked at.
static void test_watched_run(void **state) {
    (void)state;
    char want[33];
    maru_time moment[N_MOMENT];
    struct small_run run = small_run_new(&busy_plant, NULL, 4, false);
    reference(run.model, 4, want);
    draw_moments(1234567, moment);
    bool is_warm = false;
    for (int i = 0; i < N_MOMENT; i++) {
        if (!is_warm && moment[i] >= 20 * MARU_DAY) {
            small_run_until(&run, 20 * MARU_DAY);
            small_run_reset(&run);
            small_run_until(&run, 20 * MARU_DAY); // an empty span
            is_warm = true;
        }
        small_run_until(&run, moment[i]);
    }
    small_run_until(&run, END_DAYS * MARU_DAY);
    assert_string_equal(run.results->digest, want);
    assert_true(run.results->n_out > 1000);
    assert_true(run.journal.n_late_queue > 10);
    assert_true(run.journal.n_setup > 100);
    small_run_free(&run);
}

// A fork does not touch what it was made of; with another seed its future is another one.
static void test_fork_is_apart(void **state) {
    (void)state;
    struct small_run run = small_run_new(&busy_plant, NULL, 1, false);
    char want[33], same[33], other[33];
    maru_sim *whole = NULL;
    assert_int_equal(maru_sim_new(run.model, 1, &whole, NULL), MARU_OK);
    run_to(whole, 40 * MARU_DAY);
    digest_of(whole, want);
    run_to(run.sim, 30 * MARU_DAY);
    maru_sim *fork = copy_by_forking(run.model, run.sim);
    run_to(fork, 40 * MARU_DAY);
    digest_of(fork, same);
    assert_string_equal(same, want);
    assert_int_equal(maru_sim_fork(run.sim, fork, NULL), MARU_OK); // a fork can be used again
    maru_sim_reseed(fork, 2);
    run_to(fork, 40 * MARU_DAY);
    digest_of(fork, other);
    assert_string_not_equal(other, want);
    maru_sim_free(fork);
    assert_true(maru_sim_now(run.sim) == 30 * MARU_DAY);
    run_to(run.sim, 40 * MARU_DAY);
    require_digest(run.sim, want, "after its fork has run");
    maru_sim_free(whole);
    small_run_free(&run);
}

// What is not a state of this model is refused: cut short, changed anywhere, or of other options.
static void test_bad_states_are_refused(void **state) {
    (void)state;
    struct small_run run = small_run_new(&busy_plant, NULL, 1, false);
    struct small_run other = small_run_new(&busy_plant, "rule=fifo", 1, false);
    run_to(run.sim, 3 * MARU_DAY);
    const size_t n = maru_sim_bytes(run.sim);
    unsigned char *bytes = malloc(n);
    assert_non_null(bytes);
    maru_sim_save(run.sim, bytes);
    maru_sim *out = NULL;
    maru_error err = {0};
    assert_int_equal(maru_sim_load(other.model, bytes, n, &out, &err), MARU_E_INPUT);
    assert_true(err.text[0] != '\0');
    uint64_t random = 99;
    for (int i = 0; i < 200; i++) {
        const size_t at = (size_t)(next_random(&random) % n);
        const unsigned char change = (unsigned char)(1u << (next_random(&random) % 8));
        bytes[at] ^= change;
        if (maru_sim_load(run.model, bytes, n, &out, NULL) != MARU_E_INPUT) {
            fail_msg("byte %zu of %zu changed, and the state is taken", at, n);
        }
        bytes[at] ^= change;
        unsigned char *part = malloc(at > 0 ? at : 1); // its exact size, for sanitizers
        assert_non_null(part);
        memcpy(part, bytes, at);
        assert_int_equal(maru_sim_load(run.model, part, at, &out, NULL), MARU_E_INPUT);
        free(part);
    }
    assert_null(out);
    assert_int_equal(maru_sim_load(run.model, bytes, n, &out, NULL), MARU_OK);
    maru_sim_free(out);
    free(bytes);
    small_run_free(&run);
    small_run_free(&other);
}

// Under another rule the same lot meets the same luck: process times of lots that no failure met,
// and which lots are sampled and sent back.
static void test_common_random_numbers(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,A,exponential(40) min,,,\n"
                  "r,B,exponential(40) min,,,50 %\n"
                  "r,C,exponential(30) min,20 %,1,\n",
        .route_columns = "rework,rework_to,sampling",
        .tools = "A,1\nB,1\nC,1\n",
        .releases = "1,r,exponential(2) h,,,10\n2,r,exponential(4) h,,,20\n",
        .release_columns = "priority",
    };
    enum { N_LOT = 300, N_STEP = 3 };
    static maru_time spent[2][N_LOT][N_STEP]; // summed over visits
    static maru_time started[N_LOT][N_STEP];
    static uint32_t n_visit[2][N_LOT];
    memset(spent, 0, sizeof spent);
    memset(n_visit, 0, sizeof n_visit);
    for (int k = 0; k < 2; k++) {
        struct small_run run =
            small_run_new(&plant, k ? "rule=priority, spt, winq" : NULL, 7, true);
        small_run_until(&run, 3000 * MARU_HOUR);
        for (size_t i = 0; i < run.journal.n_event; i++) {
            const maru_event *event = &run.journal.event[i];
            if (event->lot >= N_LOT || event->step >= N_STEP) {
                continue;
            }
            if (event->kind == MARU_EV_START) {
                started[event->lot][event->step] = event->time_us;
                n_visit[k][event->lot]++;
            } else if (event->kind == MARU_EV_END) {
                spent[k][event->lot][event->step] +=
                    event->time_us - started[event->lot][event->step];
            }
        }
        small_run_free(&run);
    }
    assert_memory_equal(n_visit[0], n_visit[1], sizeof n_visit[0]);
    assert_memory_equal(spent[0], spent[1], sizeof spent[0]);
}

// Too many lots: the run stops before the release that would be one too many, and can be looked at.
static void test_lot_limit(void **state) {
    (void)state;
    const struct small_plant plant = {
        .routes = "r,Q,10 h\n",
        .tools = "Q,1\n",
        .releases = "all,r,1 h,,\n",
    };
    struct small_run run = small_run_new(&plant, "max_lot=20", 1, false);
    maru_error err = {0};
    assert_int_equal(maru_sim_run(run.sim, 1000 * MARU_HOUR, &err), MARU_E_LIMIT);
    assert_true(err.text[0] != '\0');
    maru_results *results = NULL;
    assert_int_equal(maru_sim_results(run.sim, &results, NULL), MARU_OK);
    assert_int_equal(results->wip_now, 20); // at 0:00 ... 21:00 come 22; two are done by 20:00
    assert_true(maru_sim_now(run.sim) <= 22 * MARU_HOUR);
    maru_results_free(results);
    assert_int_equal(maru_sim_run(run.sim, 1000 * MARU_HOUR, NULL), MARU_E_LIMIT); // still
    small_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_cut_gives_the_same),
        cmocka_unit_test(test_seeds_and_options_differ),
        cmocka_unit_test(test_watched_run),
        cmocka_unit_test(test_fork_is_apart),
        cmocka_unit_test(test_bad_states_are_refused),
        cmocka_unit_test(test_common_random_numbers),
        cmocka_unit_test(test_lot_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
