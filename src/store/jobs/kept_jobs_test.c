#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/jobs/kept_jobs.h"

#include <stdio.h>
#include <string.h>

#include "store/trial_place.h"

// Laws: a job has at most one attempt at a time, an attempt ends once and what goes with its end happens once, or not at all;
// what was cancelled is still cancelled after the store was opened again.

struct scene {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
};

static int open_store(struct scene *s) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    return store_open(s->place.text, &s->store, secret, &err) == MARU_OK &&
                   store_hold(s->store, "local", &s->local, &err) == MARU_OK
               ? 0
               : -1;
}

static void close_store(struct scene *s) {
    store_release(s->store, s->local);
    store_close(s->store);
}

static int setup(void **state) {
    static struct scene scene;
    scene = (struct scene){0};
    *state = &scene;
    return trial_place_make(&scene.place) ? open_store(&scene) : -1;
}

static int teardown(void **state) {
    struct scene *s = *state;
    close_store(s);
    trial_place_remove(&s->place);
    return 0;
}

static struct new_job plain(void) {
    return (struct new_job){
        .name = "train", .project = "vision", .by = "kim", .request = "{\"gpus\":1}"};
}

static void add(struct scene *s, const struct new_job *job, size_t n, char (*id)[STORE_ID_BYTES]) {
    maru_error err = {0};
    for (size_t i = 0; i < n; i++) {
        store_make_id(id[i]);
    }
    if (tenant_add_jobs(s->local, job, n, id, &err) != MARU_OK) {
        fail_msg("add: %s", err.text);
    }
}

static maru_status begin(struct scene *s, const char *id, int64_t *number) {
    const struct attempt_row row = {.launch = "x-1", .parts = "[]"};
    return tenant_begin_attempt(s->local, id, &row, number, NULL);
}

struct seen {
    size_t n;
    enum job_state state;
    int64_t n_attempt, done_us, place, started_us, ended_us;
    bool is_cancelled;
    char last[STORE_ID_BYTES];
};

static maru_status see_job(void *context, const struct job_row *row, maru_error *err) {
    struct seen *seen = context;
    (void)err;
    seen->n++;
    seen->state = row->state;
    seen->n_attempt = row->n_attempt;
    seen->done_us = row->done_us;
    seen->place = row->place;
    seen->is_cancelled = row->is_cancelled;
    seen->started_us = row->started_us;
    seen->ended_us = row->ended_us;
    snprintf(seen->last, sizeof seen->last, "%s", row->id);
    return MARU_OK;
}

static struct seen look(struct scene *s, const char *id) {
    struct seen seen = {0};
    assert_int_equal(tenant_see_one_job(s->local, id, see_job, &seen, NULL), MARU_OK);
    return seen;
}

static maru_status count_call(void *context, struct database *database, maru_error *err) {
    (void)database;
    (void)err;
    ++*(int *)context;
    return MARU_OK;
}

static maru_status refuse(void *context, struct database *database, maru_error *err) {
    (void)context;
    (void)database;
    (void)err;
    return MARU_E_IO;
}

static struct attempt_end ended(enum job_state next) {
    return (struct attempt_end){.end = "exit",
                                .started_us = 1000,
                                .ended_us = 5000,
                                .cpu_us = 7,
                                .memory_bytes = -1,
                                .next = next,
                                .reason = "",
                                .what = "",
                                .done_us = 3000};
}

static void test_ends_once(void **state) {
    struct scene *s = *state;
    const struct new_job job = plain();
    char id[1][STORE_ID_BYTES];
    int64_t number = 0, other = 0;
    int n_call = 0;
    add(s, &job, 1, id);
    assert_int_equal(begin(s, id[0], &number), MARU_OK);
    assert_int_equal(number, 1);
    assert_int_equal(begin(s, id[0], &other), MARU_E_USAGE); // it runs already
    const struct attempt_end good = ended(JOB_DONE), again = ended(JOB_WAITING);
    // what goes with the end fails: nothing has ended
    assert_int_equal(tenant_end_attempt(s->local, id[0], 1, &good, refuse, NULL, NULL), MARU_E_IO);
    assert_int_equal(look(s, id[0]).state, JOB_RUNNING);
    assert_int_equal(tenant_end_attempt(s->local, id[0], 1, &again, count_call, &n_call, NULL),
                     MARU_OK);
    assert_int_equal(look(s, id[0]).state, JOB_WAITING);
    assert_int_equal(begin(s, id[0], &number), MARU_OK);
    assert_int_equal(number, 2);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tenant_end_attempt(s->local, id[0], 2, &good, count_call, &n_call, NULL),
                         MARU_OK);
    }
    assert_int_equal(n_call, 2);
    const struct seen seen = look(s, id[0]);
    assert_int_equal(seen.state, JOB_DONE);
    assert_int_equal(seen.n_attempt, 2);
    assert_int_equal(seen.done_us, 3000);
    assert_int_equal(seen.started_us, 1000);
    assert_int_equal(seen.ended_us, 5000);
    assert_int_equal(tenant_end_attempt(s->local, id[0], 3, &good, NULL, NULL, NULL), MARU_E_USAGE);
}

static void test_array_and_lists(void **state) {
    struct scene *s = *state;
    const struct new_job job = plain();
    char id[20][STORE_ID_BYTES];
    struct seen open = {0}, of_batch = {0}, of_nobody = {0};
    add(s, &job, 20, id);
    assert_int_equal(tenant_each_open_job(s->local, see_job, &open, NULL), MARU_OK);
    assert_int_equal(open.n, 20);
    assert_int_equal(open.place, 19); // in their order
    const struct page page = {.limit = 15, .after = ""};
    const struct job_filter batch = {.project = "vision", .batch = id[0], .state = "open"};
    assert_int_equal(tenant_each_job(s->local, &batch, &page, see_job, &of_batch, NULL), MARU_OK);
    assert_int_equal(of_batch.n, 15);
    const struct page rest = {.limit = 15, .after = of_batch.last};
    assert_int_equal(tenant_each_job(s->local, &batch, &rest, see_job, &of_batch, NULL), MARU_OK);
    assert_int_equal(of_batch.n, 20);
    const struct job_filter nobody = {.project = "", .batch = "", .state = "nonsense"};
    assert_int_equal(tenant_each_job(s->local, &nobody, &page, see_job, &of_nobody, NULL), MARU_OK);
    assert_int_equal(of_nobody.n, 0);
    assert_int_equal(tenant_add_jobs(s->local, &job, 0, id, NULL), MARU_E_LIMIT);
    assert_int_equal(tenant_add_jobs(s->local, &job, JOBS_MAX_ARRAY + 1, id, NULL), MARU_E_LIMIT);
}

static void test_after(void **state) {
    struct scene *s = *state;
    struct new_job job = plain();
    char first[2][STORE_ID_BYTES], id[1][STORE_ID_BYTES];
    struct job_waits waits = {0};
    add(s, &job, 2, first);
    const struct job_after after[] = {{first[0], true}, {first[1], false}, {first[0], true}};
    job.after = after;
    job.n_after = 3;
    add(s, &job, 1, id);
    assert_int_equal(tenant_count_after(s->local, id[0], &waits, NULL), MARU_OK);
    assert_int_equal(waits.n_open, 2);
    assert_int_equal(tenant_close_job(s->local, first[1], JOB_FAILED, "exit", "", NULL), MARU_OK);
    assert_int_equal(tenant_count_after(s->local, id[0], &waits, NULL), MARU_OK);
    assert_int_equal(waits.n_open, 1);
    assert_int_equal(waits.n_failed, 0); // its end is enough
    assert_int_equal(tenant_close_job(s->local, first[0], JOB_CANCELLED, "", "", NULL), MARU_OK);
    assert_int_equal(tenant_close_job(s->local, first[0], JOB_DONE, "", "", NULL), MARU_E_USAGE);
    assert_int_equal(tenant_count_after(s->local, id[0], &waits, NULL), MARU_OK);
    assert_int_equal(waits.n_open, 0);
    assert_int_equal(waits.n_failed, 1);
    assert_int_equal(tenant_delete_job(s->local, first[0], "kim", NULL), MARU_OK);
    assert_int_equal(tenant_count_after(s->local, id[0], &waits, NULL), MARU_OK);
    assert_int_equal(waits.n_failed, 1); // who was removed has not succeeded
    const struct job_after nobody = {"00000000000000000000zz", true};
    job.after = &nobody;
    job.n_after = 1;
    assert_int_equal(tenant_add_jobs(s->local, &job, 1, id, NULL), MARU_E_USAGE);
}

static void test_cancel_and_retry(void **state) {
    struct scene *s = *state;
    const struct new_job job = plain();
    char id[1][STORE_ID_BYTES];
    bool is_open = false;
    int64_t number = 0;
    add(s, &job, 1, id);
    assert_int_equal(tenant_retry_job(s->local, id[0], "kim", NULL), MARU_E_RANGE);
    assert_int_equal(tenant_delete_job(s->local, id[0], "kim", NULL), MARU_E_RANGE);
    assert_int_equal(begin(s, id[0], &number), MARU_OK);
    assert_int_equal(tenant_cancel_job(s->local, id[0], "kim", &is_open, NULL), MARU_OK);
    assert_true(is_open);
    close_store(s);
    assert_int_equal(open_store(s), 0);
    assert_true(look(s, id[0]).is_cancelled);
    const struct attempt_end end = ended(JOB_CANCELLED);
    assert_int_equal(tenant_end_attempt(s->local, id[0], number, &end, NULL, NULL, NULL), MARU_OK);
    assert_int_equal(tenant_cancel_job(s->local, id[0], "kim", &is_open, NULL), MARU_OK);
    assert_false(is_open);
    assert_int_equal(tenant_retry_job(s->local, id[0], "kim", NULL), MARU_OK);
    assert_false(look(s, id[0]).is_cancelled);
    assert_int_equal(begin(s, id[0], &number), MARU_OK);
    assert_int_equal(number, 2);
    assert_int_equal(tenant_cancel_job(s->local, "nobody", "kim", &is_open, NULL), MARU_E_USAGE);
}

static maru_status see_attempt(void *context, const struct attempt_row *row, maru_error *err) {
    (void)err;
    ++((int *)context)[row->state];
    return MARU_OK;
}

static void test_attempts(void **state) {
    struct scene *s = *state;
    const struct new_job job = plain();
    char id[3][STORE_ID_BYTES];
    int64_t number = 0;
    int n[3] = {0}, late[3] = {0};
    add(s, &job, 3, id);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(begin(s, id[i], &number), MARU_OK);
    }
    assert_int_equal(tenant_attempt_runs(s->local, id[1], 1, 2000, "[1]", NULL), MARU_OK);
    assert_int_equal(tenant_stop_attempt(s->local, id[1], 1, "reclaim", NULL), MARU_OK);
    const struct attempt_end end = ended(JOB_DONE);
    assert_int_equal(tenant_end_attempt(s->local, id[2], 1, &end, NULL, NULL, NULL), MARU_OK);
    assert_int_equal(tenant_attempt_runs(s->local, id[2], 1, 1000, "[]", NULL), MARU_OK);
    assert_int_equal(tenant_each_attempt(s->local, "", 0, see_attempt, n, NULL), MARU_OK);
    assert_int_equal(n[ATTEMPT_BEGUN], 1);
    assert_int_equal(n[ATTEMPT_RUNS], 1);
    assert_int_equal(n[ATTEMPT_ENDED], 1); // and what comes late does not open it again
    assert_int_equal(tenant_each_attempt(s->local, "", 6000, see_attempt, late, NULL), MARU_OK);
    assert_int_equal(late[ATTEMPT_ENDED], 0);
}

struct used {
    char text[4096];
    size_t n;
};

static maru_status see_use(void *context, const struct use_row *row, maru_error *err) {
    struct used *used = context;
    const struct attempt_row *a = row->attempt;
    (void)err;
    used->n += (size_t)snprintf(used->text + used->n, sizeof used->text - used->n,
                                "%s %lld %d %s %s %s %lld %lld %lld %s %lld %lld\n", a->job,
                                (long long)a->number, (int)a->state, row->project, a->parts,
                                a->stop, (long long)a->started_us, (long long)a->ended_us,
                                (long long)a->gpu_busy_milli, a->end, (long long)row->state,
                                (long long)row->job_created_us);
    return MARU_OK;
}

// What was used is told in the same words after the jobs are gone, and nobody takes it away.
static void test_use_stays(void **state) {
    struct scene *s = *state;
    const struct new_job job = plain();
    const struct attempt_end again = ended(JOB_WAITING), good = ended(JOB_DONE);
    char id[3][STORE_ID_BYTES];
    struct used before = {.n = 0}, after = {.n = 0}, late = {.n = 0};
    struct seen left = {0};
    int64_t number = 0;
    add(s, &job, 3, id);
    assert_int_equal(begin(s, id[0], &number), MARU_OK);
    assert_int_equal(tenant_end_attempt(s->local, id[0], 1, &again, NULL, NULL, NULL), MARU_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(begin(s, id[i], &number), MARU_OK);
    }
    assert_int_equal(tenant_end_attempt(s->local, id[0], 2, &good, NULL, NULL, NULL), MARU_OK);
    assert_int_equal(tenant_end_attempt(s->local, id[2], 1, &good, NULL, NULL, NULL), MARU_OK);
    assert_int_equal(tenant_each_use(s->local, 0, see_use, &before, NULL), MARU_OK);
    assert_int_equal(tenant_delete_job(s->local, id[1], "kim", NULL), MARU_E_RANGE);
    assert_int_equal(tenant_delete_job(s->local, id[0], "kim", NULL), MARU_OK);
    assert_int_equal(tenant_delete_job(s->local, id[2], "kim", NULL), MARU_OK);
    assert_int_equal(tenant_each_use(s->local, 0, see_use, &after, NULL), MARU_OK);
    assert_string_equal(after.text, before.text);
    assert_int_equal(tenant_each_use(s->local, 5001, see_use, &late, NULL), MARU_OK);
    assert_non_null(strstr(late.text, id[1])); // it runs
    assert_null(strstr(late.text, id[0]));
    assert_int_equal(tenant_see_one_job(s->local, id[0], see_job, &left, NULL), MARU_E_USAGE);
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM job_use"));
    assert_false(trial_meddle(&s->place, "local", "UPDATE job_use SET ended_us = 0"));
}

// Those that ended before a moment, oldest first; one that an open job waits for is not among them.
static void test_old_jobs(void **state) {
    struct scene *s = *state;
    struct new_job job = plain();
    struct attempt_end good = ended(JOB_DONE);
    char id[4][STORE_ID_BYTES], next[1][STORE_ID_BYTES];
    int64_t number = 0;
    add(s, &job, 4, id);
    for (int i = 0; i < 4; i++) { // the last one does not end
        assert_int_equal(begin(s, id[i], &number), MARU_OK);
        good.ended_us = 5000 - i * 1000;
        if (i < 3) {
            assert_int_equal(tenant_end_attempt(s->local, id[i], 1, &good, NULL, NULL, NULL),
                             MARU_OK);
        }
    }
    const struct job_after after = {.id = id[2]};
    job.after = &after;
    job.n_after = 1;
    add(s, &job, 1, next);
    const struct {
        int64_t before_us, most;
        size_t n;
        const char *last;
    } cases[] = {{6000, 9, 2, id[0]}, {5000, 9, 1, id[1]}, {6000, 1, 1, id[1]}, {4000, 9, 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {0};
        assert_int_equal(
            tenant_each_old_job(s->local, cases[i].before_us, cases[i].most, see_job, &seen, NULL),
            MARU_OK);
        assert_int_equal(seen.n, cases[i].n);
        assert_string_equal(seen.last, cases[i].last);
    }
    assert_int_equal(tenant_close_job(s->local, next[0], JOB_CANCELLED, "", "", NULL), MARU_OK);
    struct seen seen = {0};
    assert_int_equal(tenant_each_old_job(s->local, 3001, 9, see_job, &seen, NULL), MARU_OK);
    assert_string_equal(seen.last, id[2]); // nobody waits for it any more
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ends_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_array_and_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cancel_and_retry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_attempts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_use_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_jobs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
