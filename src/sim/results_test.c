#include "sim/state.h"

#include "base/alloc.h"
#include "sim/trial.h"

#include <math.h>
#include <stdlib.h>

// Figures against laws that hold on every run, and quantiles against the lots of the trace.

enum { DAYS = 80, N_LOT = 100000 };

static const double quantile[MARU_N_QUANTILE] = MARU_QUANTILES;

static bool is_near(double a, double b) { return fabs(a - b) <= 1e-9 * (1 + fabs(b)); }

static struct trial run_of(const char *tables, const char *settings, maru_time warm_up) {
    struct trial t = trial_new(tables, settings, 6);
    trial_run(t.sim, warm_up);
    maru_sim_reset_statistics(t.sim);
    trial_run(t.sim, DAYS * MARU_DAY);
    return t;
}

// ---- laws

static void shares_of_time_add_up(void **state) {
    (void)state;
    static const char *const settings[] = {NULL, "failure_in_pm=overlap; failure_job=after",
                                           "cascade_entry=when_free; pm_repeat=end"};
    for (size_t i = 0; i < 3; i++) {
        struct trial t = run_of(trial_full, settings[i], 20 * MARU_DAY + 12345);
        maru_results *r = trial_results(t.sim);
        for (uint32_t g = 0; g < r->n_group; g++) {
            const maru_group_result *it = &r->group[g];
            const double share[] = {it->productive,  it->setup,          it->standby,
                                    it->engineering, it->scheduled_down, it->unscheduled_down};
            double sum = 0;
            for (size_t k = 0; k < 6; k++) {
                assert_true(share[k] >= 0 && share[k] <= 1);
                sum += share[k];
            }
            assert_true(is_near(sum, 1));
            assert_true(it->utilization >= 0 && it->utilization <= 1 + 1e-12);
            assert_true(it->queue_mean <= it->queue_max);
        }
        maru_results_free(r);
        trial_free(&t);
    }
}

// How long the lots that wait for a group have done so, in sum; us.
static double waited(const struct maru_sim *sim, uint32_t group) {
    const struct group *g = &sim->s.group[group];
    double sum = 0;
    for (uint32_t e = 0; e < g->n_waiting; e++) {
        sum += (double)(maru_sim_now(sim) - sim->s.pool[g->list + g->list_from + e].arrived);
    }
    return sum;
}

// The integral of a queue's length is the waits of the lots that were taken, but for what those had
// waited before the measured time, and with what those have that still wait.
static void littles_law_for_queues_and_plant(void **state) {
    (void)state;
    enum { MAX_GROUP = 16 };
    double before[MAX_GROUP] = {0};
    struct trial t = trial_new(trial_full, NULL, 6);
    assert_true(t.model->n_group <= MAX_GROUP);
    trial_run(t.sim, 9 * MARU_DAY + 777);
    for (uint32_t g = 0; g < t.model->n_group; g++) {
        before[g] = waited(t.sim, g);
    }
    maru_sim_reset_statistics(t.sim);
    trial_run(t.sim, DAYS * MARU_DAY);
    maru_results *r = trial_results(t.sim);
    const double span = (double)(r->to_us - r->from_us);
    for (uint32_t g = 0; g < r->n_group; g++) {
        const maru_group_result *it = &r->group[g];
        const double taken = it->n_lot > 0 ? it->wait_mean_us * (double)it->n_lot : 0;
        assert_true(is_near(it->queue_mean * span, taken - before[g] + waited(t.sim, g)));
    }
    double wip = 0, released = 0, done = 0;
    for (uint32_t i = 0; i < r->n_point; i++) {
        const maru_time begin = r->from_us + i * r->point_us;
        const maru_time end = begin + r->point_us < r->to_us ? begin + r->point_us : r->to_us;
        wip += r->wip[i] * (double)(end - begin);
        released += r->released[i];
        done += r->done[i];
    }
    assert_true(is_near(wip / span, r->wip_mean));
    assert_true(released == (double)r->n_released && done == (double)r->n_out);
    for (uint32_t g = 0; g < r->n_group; g++) {
        double waiting = 0;
        for (uint32_t i = 0; i < r->n_point; i++) {
            const maru_time begin = r->from_us + i * r->point_us;
            const maru_time end = begin + r->point_us < r->to_us ? begin + r->point_us : r->to_us;
            waiting += r->queue_length[(size_t)g * r->n_point + i] * (double)(end - begin);
        }
        // series of queues are kept as floats
        assert_true(fabs(waiting / span - r->group[g].queue_mean) <=
                    1e-6 * (1 + r->group[g].queue_mean));
    }
    maru_results_free(r);
    trial_free(&t);
}

static uint64_t histogram_sum(const maru_results *r, uint32_t c) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < r->n_flow_bin; i++) {
        n += r->class_[c].flow_histogram[i];
    }
    return n;
}

static void quantiles_rise_and_histograms_count(void **state) {
    (void)state;
    struct trial t = run_of(trial_full, NULL, 10 * MARU_DAY);
    maru_results *r = trial_results(t.sim);
    uint32_t n_some = 0;
    for (uint32_t c = 0; c < r->n_class; c++) {
        const maru_class_result *it = &r->class_[c];
        assert_int_equal(histogram_sum(r, c), it->n_measured);
        assert_true(it->n_measured <= it->n_out);
        if (it->n_measured == 0) {
            assert_true(isnan(it->cycle_mean_us) && isnan(it->flow_q[0]));
            continue;
        }
        n_some++;
        for (int q = 1; q < MARU_N_QUANTILE; q++) {
            assert_true(it->flow_q[q] >= it->flow_q[q - 1]);
            assert_true(it->cycle_q_us[q] >= it->cycle_q_us[q - 1]);
        }
        assert_true(it->flow_mean > 0.5 && it->cycle_mean_us > 0);
        assert_true(it->on_time >= 0 && it->on_time <= 1);
    }
    assert_true(n_some > 3);
    maru_results_free(r);
    trial_free(&t);
}

static void pooled_classes_are_sums(void **state) {
    (void)state;
    struct trial t = run_of(trial_full, NULL, 10 * MARU_DAY);
    maru_results *r = trial_results(t.sim);
    uint64_t n_out = 0, n_pooled = 0;
    for (uint32_t c = 0; c < r->n_class; c++) {
        const maru_class_result *pool = &r->class_[c];
        if (pool->product != MARU_NONE) {
            n_out += pool->n_out;
            continue;
        }
        n_pooled += pool->n_out;
        uint64_t n = 0, n_measured = 0;
        double cycle = 0, flow = 0, tardy = 0, on_time = 0;
        for (uint32_t k = 0; k < r->n_class; k++) {
            const maru_class_result *one = &r->class_[k];
            if (one->product == MARU_NONE || one->priority != pool->priority || one->n_out == 0) {
                continue;
            }
            n += one->n_out;
            n_measured += one->n_measured;
            cycle += one->n_measured ? one->cycle_mean_us * (double)one->n_measured : 0;
            flow += one->n_measured ? one->flow_mean * (double)one->n_measured : 0;
            tardy += one->tardiness_mean_us * (double)one->n_out; // all have due dates here
            on_time += one->on_time * (double)one->n_out;
        }
        assert_int_equal(pool->n_out, n);
        assert_int_equal(pool->n_measured, n_measured);
        if (n_measured > 0) {
            assert_true(is_near(pool->cycle_mean_us, cycle / (double)n_measured));
            assert_true(is_near(pool->flow_mean, flow / (double)n_measured));
            assert_true(is_near(pool->tardiness_mean_us, tardy / (double)n));
            assert_true(is_near(pool->on_time, on_time / (double)n));
        }
    }
    assert_int_equal(n_out, r->n_out);
    assert_int_equal(n_pooled, r->n_out);
    maru_results_free(r);
    trial_free(&t);
}

static void limits_of_queue_time(void **state) {
    (void)state;
    struct trial t = run_of(trial_full, NULL, 0);
    maru_results *r = trial_results(t.sim);
    assert_int_equal(r->n_queue, 2);
    for (uint32_t i = 0; i < r->n_queue; i++) {
        const maru_queue_result *it = &r->queue[i];
        assert_true(it->n_pass > 0 && it->n_late <= it->n_pass && it->step < it->to_step);
        assert_true(it->n_late == 0 ? isnan(it->late_mean_us) : it->late_mean_us > 0);
        assert_true(it->slack_mean_us >= 0 && it->slack_mean_us <= (double)it->limit_us);
    }
    maru_results_free(r);
    trial_free(&t);
}

// ---- quantiles against the trace

struct cycle_log {
    maru_time *released; // (N_LOT)
    double *cycle;       // us (n)
    size_t n;
};

static void write_log(void *context, const maru_event *event) {
    struct cycle_log *its = context;
    if (event->kind == MARU_EV_RELEASE) {
        assert_true(event->lot < N_LOT);
        its->released[event->lot] = event->time_us;
    } else if (event->kind == MARU_EV_FINISH) {
        its->cycle[its->n++] = (double)(event->time_us - its->released[event->lot]);
    }
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// A queue that is nearly always long, so that flow factors reach far and bins are merged; the
// quantiles are those of the lots, to the width of a bin.
static void quantiles_are_those_of_the_lots(void **state) {
    (void)state;
    static const struct {
        const char *every;
        int n_widened; // at least
    } rows[] = {{"30 min", 0},
                {"exponential(21.5) min", 0},
                {"exponential(19.5) min", 1},
                {"exponential(10) min", 4}};
    struct cycle_log its = {.released = calloc(N_LOT, sizeof(maru_time)),
                            .cycle = calloc(N_LOT, sizeof(double))};
    assert_true(its.released && its.cycle);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "=== routes.csv\nroute,tools,time\nA,Press,exponential(20) min\n"
                 "=== tools.csv\ntools,count\nPress,1\n"
                 "=== releases.csv\nstream,product,every\nA,A,%s\n",
                 rows[i].every);
        struct trial t = trial_new(text, NULL, 9);
        its.n = 0;
        maru_sim_set_trace(t.sim, write_log, &its);
        trial_run(t.sim, DAYS * MARU_DAY);
        maru_results *r = trial_results(t.sim);
        const maru_class_result *c = &r->class_[0];
        assert_int_equal(c->n_measured, its.n);
        assert_true(its.n > 1000);
        assert_true(r->flow_bin_width >= ldexp(1, rows[i].n_widened - 7));
        qsort(its.cycle, its.n, sizeof *its.cycle, ascending);
        double sum = 0, squares = 0;
        for (size_t k = 0; k < its.n; k++) {
            sum += its.cycle[k];
        }
        const double mean = sum / (double)its.n, raw = t.model->raw_us[0];
        for (size_t k = 0; k < its.n; k++) {
            squares += (its.cycle[k] - mean) * (its.cycle[k] - mean);
        }
        assert_true(is_near(c->cycle_mean_us, mean) && is_near(c->flow_mean, mean / raw));
        const double sd = sqrt(squares / (double)(its.n - 1));
        assert_true(fabs(c->cycle_sd_us - sd) <= 1e-6 * (sd + 1));
        for (int q = 0; q < MARU_N_QUANTILE; q++) {
            const double flow = its.cycle[(size_t)ceil(quantile[q] * (double)its.n) - 1] / raw;
            if (fabs(c->flow_q[q] - flow) > r->flow_bin_width ||
                fabs(c->cycle_q_us[q] / raw - flow) > r->flow_bin_width) {
                fail_msg("every %s, quantile %g: %g and %g, want %g", rows[i].every, quantile[q],
                         c->flow_q[q], c->cycle_q_us[q] / raw, flow);
            }
        }
        maru_results_free(r);
        trial_free(&t);
    }
    free(its.released);
    free(its.cycle);
}

// ---- by hand

static void a_line_by_hand(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, NULL, 1);
    trial_run(t.sim, 10 * MARU_HOUR);
    maru_results *r = trial_results(t.sim);
    // every half hour from 0 on a lot: 20 minutes in the press, then 10 in the test
    assert_int_equal(r->n_released, 21);
    assert_int_equal(r->n_out, 20);
    assert_int_equal(r->wip_now, 1);
    assert_true(is_near(r->wip_mean, 1));
    assert_int_equal(r->n_group, 2);
    assert_true(is_near(r->group[0].productive, 2.0 / 3) && is_near(r->group[0].standby, 1.0 / 3));
    assert_true(is_near(r->group[1].productive, 1.0 / 3));
    assert_int_equal(r->bottleneck, 0);
    assert_non_null(strstr(r->bottleneck_why, "66.7 %"));
    assert_true(is_near(r->class_[0].cycle_mean_us, 30.0 * MARU_MINUTE));
    assert_true(r->class_[0].cycle_sd_us == 0 && is_near(r->class_[0].flow_mean, 1));
    assert_true(isnan(r->class_[0].on_time)); // no due dates
    assert_int_equal(r->n_point, 10);
    for (uint32_t i = 0; i < 10; i++) {
        assert_true(is_near(r->wip[i], 1));
        assert_true(r->released[i] == 2);
    }
    maru_results_free(r);
    trial_free(&t);
}

// Before anything has happened there are no means, and no division by nothing.
static void results_at_the_start(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 1);
    maru_results *r = trial_results(t.sim);
    assert_true(r->from_us == 0 && r->to_us == 0);
    assert_int_equal(r->n_point, 0);
    assert_true(isfinite(r->wip_mean) && r->wip_now == 3);
    for (uint32_t g = 0; g < r->n_group; g++) {
        assert_true(isfinite(r->group[g].utilization) && isnan(r->group[g].wait_mean_us));
    }
    maru_results_free(r);
    trial_free(&t);
}

// ---- digests and memory

static void the_digest_is_of_the_whole(void **state) {
    (void)state;
    struct trial t = run_of(trial_full, NULL, 0);
    char own[33];
    memcpy(own, trial_digest(t.sim), sizeof own);
    assert_int_equal(strlen(own), 32);
    assert_string_equal(trial_digest(t.sim), own);
    trial_run(t.sim, DAYS * MARU_DAY + 1);
    assert_string_not_equal(trial_digest(t.sim), own);
    struct trial other = trial_new(trial_full, NULL, 7); // another seed
    trial_run(other.sim, DAYS * MARU_DAY);
    assert_string_not_equal(trial_digest(other.sim), own);
    trial_free(&other);
    trial_free(&t);
}

static void the_kth_allocation_fails(void **state) {
    (void)state;
    struct trial t = run_of(trial_full, NULL, 0);
    char own[33];
    memcpy(own, trial_digest(t.sim), sizeof own);
    maru_status status = MARU_E_MEMORY;
    uint64_t k = 0;
    for (; status != MARU_OK; k++) {
        maru_results *r = NULL;
        maru_error err = {0};
        alloc_fail_after(k);
        status = maru_sim_results(t.sim, &r, &err);
        alloc_fail_after(UINT64_MAX);
        assert_true((status == MARU_OK) == (r != NULL));
        assert_true(status == MARU_OK || (status == MARU_E_MEMORY && err.text[0]));
        if (r) {
            assert_string_equal(r->digest, own);
        }
        maru_results_free(r);
    }
    assert_true(k > 1);
    maru_results_free(NULL);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_of_time_add_up),
        cmocka_unit_test(littles_law_for_queues_and_plant),
        cmocka_unit_test(quantiles_rise_and_histograms_count),
        cmocka_unit_test(pooled_classes_are_sums),
        cmocka_unit_test(limits_of_queue_time),
        cmocka_unit_test(quantiles_are_those_of_the_lots),
        cmocka_unit_test(a_line_by_hand),
        cmocka_unit_test(results_at_the_start),
        cmocka_unit_test(the_digest_is_of_the_whole),
        cmocka_unit_test(the_kth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
