#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/compute/old_jobs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/files.h"
#include "io/untrusted_tree.h"
#include "store/jobs/kept_jobs.h"
#include "store/trial_place.h"

// Laws: by a clock that is given, a job goes once so many days are over since its end, and not before; its folder goes with it, what was sent
// with the last of its batch; what was used stays. What runs, and what is waited for, stays. A folder without a job goes after a day.

#define DAY_US (INT64_C(86400) * 1000000)
enum { END_US = 5000 };

struct scene {
    struct trial_store in;
    char folder[64];
    int64_t now_us; // of the folders, which the system has made
};

static int setup(void **state) {
    static struct scene scene;
    scene = (struct scene){.folder = "/tmp/maru_old_jobs_XXXXXX",
                           .now_us = time(NULL) * INT64_C(1000000)};
    *state = &scene;
    return mkdtemp(scene.folder) && trial_store_open(&scene.in) ? 0 : -1;
}

static int teardown(void **state) {
    struct scene *s = *state;
    trial_store_close(&s->in);
    return tree_remove(s->folder, NULL) == MARU_OK ? 0 : -1;
}

static void path_of(const struct scene *s, const char *below, const char *id, char out[256]) {
    snprintf(out, 256, "%s/local/%s%s", s->folder, below, id);
}

static void make_folder(const struct scene *s, const char *below, const char *id) {
    char path[256], file[300];
    path_of(s, below, id, path);
    assert_int_equal(files_make_folder(path, NULL), MARU_OK);
    snprintf(file, sizeof file, "%s/out", path);
    assert_int_equal(files_replace(file, "hello", 5, NULL), MARU_OK);
}

static bool has_folder(const struct scene *s, const char *below, const char *id) {
    char path[256];
    struct stat its;
    path_of(s, below, id, path);
    return stat(path, &its) == 0;
}

static maru_status count(void *context, const struct job_row *row, maru_error *err) {
    (void)row;
    (void)err;
    ++*(int *)context;
    return MARU_OK;
}

static bool has_job(const struct scene *s, const char *id) {
    int n = 0;
    (void)!tenant_see_one_job(s->in.local, id, count, &n, NULL);
    return n == 1;
}

static maru_status count_use(void *context, const struct use_row *row, maru_error *err) {
    (void)row;
    (void)err;
    ++*(int *)context;
    return MARU_OK;
}

static void add(struct scene *s, size_t n, char (*id)[STORE_ID_BYTES],
                const struct job_after *after) {
    const struct new_job job = {.name = "train",
                                .project = "vision",
                                .by = "kim",
                                .request = "{}",
                                .after = after,
                                .n_after = after != NULL};
    for (size_t i = 0; i < n; i++) {
        store_make_id(id[i]);
    }
    assert_int_equal(tenant_add_jobs(s->in.local, &job, n, id, NULL), MARU_OK);
    for (size_t i = 0; i < n; i++) {
        make_folder(s, "", id[i]);
    }
    make_folder(s, "in/", id[0]);
}

static void end(struct scene *s, const char *id, int64_t at_us) {
    const struct attempt_row row = {.launch = "x-1", .parts = "[]"};
    const struct attempt_end how = {.end = "exit",
                                    .started_us = 1000,
                                    .ended_us = at_us,
                                    .next = JOB_DONE,
                                    .reason = "",
                                    .what = ""};
    int64_t number = 0;
    assert_int_equal(tenant_begin_attempt(s->in.local, id, &row, &number, NULL), MARU_OK);
    assert_int_equal(tenant_end_attempt(s->in.local, id, number, &how, NULL, NULL, NULL), MARU_OK);
}

static uint64_t turn(const struct scene *s, int64_t now_us, int64_t days) {
    const struct old_jobs_asked asked = {
        .store = s->in.store, .folder = s->folder, .now_us = now_us, .days = days};
    return old_jobs_turn(&asked);
}

static void after_their_days(void **state) {
    struct scene *s = *state;
    char id[4][STORE_ID_BYTES], waiting[1][STORE_ID_BYTES];
    int n_use = 0;
    add(s, 4, id, NULL);
    end(s, id[0], END_US);
    end(s, id[1], END_US + 1);
    end(s, id[2], END_US); // another waits for it; the last one runs
    const struct job_after after = {.id = id[2]};
    add(s, 1, waiting, &after);
    assert_int_equal(turn(s, END_US + 400 * DAY_US, 0), 0); // never
    assert_int_equal(turn(s, END_US + 90 * DAY_US, 90), 0);
    assert_int_equal(turn(s, END_US + 90 * DAY_US + 1, 90), 1);
    assert_false(has_job(s, id[0]) || has_folder(s, "", id[0]));
    assert_true(has_job(s, id[1]) && has_folder(s, "", id[1]));
    assert_true(has_folder(s, "in/", id[0])); // others of the batch are there
    assert_int_equal(turn(s, END_US + 91 * DAY_US, 90), 1);
    assert_false(has_job(s, id[1]) || has_folder(s, "", id[1]));
    assert_true(has_job(s, id[2]) && has_folder(s, "", id[2]));
    assert_true(has_job(s, id[3]) && has_folder(s, "", id[3]));
    assert_int_equal(tenant_close_job(s->in.local, waiting[0], JOB_CANCELLED, "", "", NULL),
                     MARU_OK);
    end(s, id[3], END_US);
    assert_int_equal(turn(s, END_US + 91 * DAY_US, 90), 2);
    assert_false(has_folder(s, "", id[2]) || has_folder(s, "in/", id[0]));
    assert_int_equal(tenant_each_use(s->in.local, 0, count_use, &n_use, NULL), MARU_OK);
    assert_int_equal(n_use, 4); // what they used stays
    assert_int_equal(turn(s, END_US + 91 * DAY_US, 90), 0);
}

static void more_than_a_portion(void **state) {
    struct scene *s = *state;
    enum { N = 60 };
    static char id[N][STORE_ID_BYTES];
    add(s, N, id, NULL);
    for (int i = 0; i < N - 1; i++) {
        assert_int_equal(tenant_close_job(s->in.local, id[i], JOB_CANCELLED, "", "", NULL),
                         MARU_OK);
    }
    assert_int_equal(turn(s, s->now_us + 2 * DAY_US, 1), N - 1);
    assert_true(has_job(s, id[N - 1]) && has_folder(s, "", id[N - 1]));
    assert_false(has_folder(s, "", id[0]));
}

static void folders_without_a_job(void **state) {
    struct scene *s = *state;
    char id[1][STORE_ID_BYTES], gone[STORE_ID_BYTES];
    add(s, 1, id, NULL);
    store_make_id(gone);
    make_folder(s, "", gone);
    make_folder(s, "in/", gone);
    make_folder(s, "", "keep-this"); // none of ours
    assert_int_equal(turn(s, s->now_us + DAY_US / 2, 90), 0);
    assert_true(has_folder(s, "", gone) && has_folder(s, "in/", gone));
    assert_int_equal(turn(s, s->now_us + 2 * DAY_US, 90), 0);
    assert_false(has_folder(s, "", gone) || has_folder(s, "in/", gone));
    assert_true(has_folder(s, "", id[0]) && has_folder(s, "in/", id[0]));
    assert_true(has_folder(s, "", "keep-this"));
}

static void the_thread(void **state) {
    struct scene *s = *state;
    struct old_jobs *old = NULL;
    assert_int_equal(old_jobs_start(s->in.store, s->folder, 90, &old, NULL), MARU_OK);
    old_jobs_stop(old);
    old_jobs_stop(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_their_days, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_a_portion, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_without_a_job, setup, teardown),
        cmocka_unit_test_setup_teardown(the_thread, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
