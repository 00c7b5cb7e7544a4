#include "sim/results_bytes.h"

#include "base/alloc.h"
#include "sim/trial.h"

// Results come back as they were written: the same figures, the same bytes when they are written again, and names from the model.

static struct text bytes_of(const maru_results *results) {
    struct text bytes;
    text_init(&bytes, RESULTS_MAX_BYTES);
    results_add(&bytes, results);
    assert_int_equal(bytes.status, MARU_OK);
    return bytes;
}

static maru_status read_back(const void *bytes, size_t n, const maru_model *model,
                             maru_results **out) {
    struct binary in = binary_of(bytes, n);
    maru_error err = {0};
    const maru_status st = results_read(&in, model, out, &err);
    if (st == MARU_OK && !binary_is_end(&in)) {
        maru_results_free(*out);
        return MARU_E_INPUT;
    }
    return st;
}

static void they_come_back(void **state) {
    (void)state;
    static const int days[] = {
        0, 3, 200}; // nothing is done, little, and more than the points of a series
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct trial t = trial_new(trial_full, NULL, 6);
        trial_run(t.sim, days[i] * MARU_DAY + 12345);
        maru_results *r = trial_results(t.sim), *back = NULL;
        struct text bytes = bytes_of(r);
        assert_int_equal(read_back(bytes.bytes, bytes.n_bytes, t.model, &back), MARU_OK);
        assert_string_equal(back->digest, r->digest);
        assert_string_equal(back->bottleneck_why, r->bottleneck_why);
        assert_true(back->n_group == r->n_group && back->n_class == r->n_class);
        for (uint32_t g = 0; g < r->n_group; g++) {
            assert_ptr_equal(back->group[g].name, r->group[g].name);
            assert_ptr_equal(back->group[g].area, r->group[g].area);
            assert_int_equal(back->group[g].n_tool, r->group[g].n_tool);
            assert_int_equal(back->group[g].is_delay, r->group[g].is_delay);
        }
        for (uint32_t q = 0; q < r->n_queue; q++) {
            assert_memory_equal(&back->queue[q], &r->queue[q], offsetof(maru_queue_result, n_pass));
        }
        struct text again = bytes_of(back);
        assert_int_equal(again.n_bytes, bytes.n_bytes);
        assert_memory_equal(again.bytes, bytes.bytes, bytes.n_bytes);
        maru_results_free(r);
        maru_results_free(back);
        text_fini(&bytes);
        text_fini(&again);
        trial_free(&t);
    }
}

// Every member is among the bytes: one that is another makes other bytes.
static void each_member_counts(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 6);
    trial_run(t.sim, 20 * MARU_DAY);
    maru_results *r = trial_results(t.sim);
    struct text own = bytes_of(r);
    maru_class_result *class_ = alloc_new(r->n_class, sizeof *class_);
    maru_group_result *group = alloc_new(r->n_group, sizeof *group);
    assert_true(class_ && group && r->n_queue > 0);
    memcpy(class_, r->class_, r->n_class * sizeof *class_);
    memcpy(group, r->group, r->n_group * sizeof *group);
    maru_results other = *r;
    other.class_ = class_;
    other.group = group;
    double *const figure[] = {&other.wip_mean,          &class_[0].cycle_mean_us,
                              &class_[0].cycle_sd_us,   &class_[0].flow_mean,
                              &class_[0].cycle_q_us[6], &class_[0].flow_q[0],
                              &class_[0].on_time,       &class_[0].tardiness_mean_us,
                              &group[0].productive,     &group[0].setup,
                              &group[0].standby,        &group[0].engineering,
                              &group[0].scheduled_down, &group[0].unscheduled_down,
                              &group[0].utilization,    &group[0].queue_mean,
                              &group[0].queue_max,      &group[0].wait_mean_us,
                              &other.flow_bin_width};
    for (size_t i = 0; i < sizeof figure / sizeof *figure; i++) {
        const double was = *figure[i];
        *figure[i] = -77.5;
        struct text bytes = bytes_of(&other);
        assert_true(bytes.n_bytes == own.n_bytes &&
                    memcmp(bytes.bytes, own.bytes, own.n_bytes) != 0);
        text_fini(&bytes);
        *figure[i] = was;
    }
    text_fini(&own);
    alloc_free(class_);
    alloc_free(group);
    maru_results_free(r);
    trial_free(&t);
}

static void what_is_cut_or_of_another_model_is_refused(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 6);
    trial_run(t.sim, 5 * MARU_DAY);
    maru_results *r = trial_results(t.sim), *back = NULL;
    struct text bytes = bytes_of(r);
    for (size_t n = 0; n < bytes.n_bytes; n += 1 + n / 64) {
        assert_int_equal(read_back(bytes.bytes, n, t.model, &back), MARU_E_INPUT);
    }
    for (size_t at = 0; at < bytes.n_bytes; at += 1 + at / 16) { // counts become huge, indices wild
        const char was = bytes.bytes[at];
        bytes.bytes[at] = (char)~was;
        if (read_back(bytes.bytes, bytes.n_bytes, t.model, &back) == MARU_OK) {
            maru_results_free(back);
        }
        bytes.bytes[at] = was;
    }
    maru_plant *plant = trial_fab(30, 1);
    maru_model *model = trial_model(plant, NULL);
    assert_int_equal(read_back(bytes.bytes, bytes.n_bytes, model, &back), MARU_E_INPUT);
    maru_model_free(model);
    maru_plant_free(plant);
    text_fini(&bytes);
    maru_results_free(r);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_back),
        cmocka_unit_test(each_member_counts),
        cmocka_unit_test(what_is_cut_or_of_another_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
