#include "study/run_parts.h"

#include "base/alloc.h"
#include "sim/trial.h"

// Parts of any cut, made in any order, put together give the runs of one machine; other parts are refused.

enum { N = 11 };

struct scene {
    maru_plant *plant;
    maru_model *model, *other;
    struct runs_plan plan;
    struct run run[N];
    struct run_work work;
};

// Seeds from 5 on; models in turn, as a comparison has them.
static void set_up(struct scene *s, bool has_two) {
    *s = (struct scene){.plant = trial_plant(trial_full)};
    s->model = trial_model(s->plant, NULL);
    s->other = trial_model(s->plant, "rule=fifo; max_lot=20");
    s->plan = (struct runs_plan){.warmup_us = MARU_DAY, .until_us = 6 * MARU_DAY, .n_thread = 1};
    for (size_t i = 0; i < N; i++) {
        s->run[i].model = has_two && i % 2 ? s->other : s->model;
        s->run[i].seed = 5 + (has_two ? i / 2 : i);
    }
    s->work = (struct run_work){.plan = &s->plan, .run = s->run, .n_run = N};
}

static void tear_down(struct scene *s) {
    runs_fini(s->run, N);
    maru_model_free(s->model);
    maru_model_free(s->other);
    maru_plant_free(s->plant);
}

static struct text part_of(const struct scene *s, struct run_span span) {
    struct text bytes;
    text_init(&bytes, 1 << 26);
    assert_int_equal(run_part_add(&bytes, &s->work, span, NULL), MARU_OK);
    return bytes;
}

static void assert_same(const struct run *a, const struct run *b) {
    assert_int_equal(a->status, b->status);
    assert_string_equal(a->err.text, b->err.text);
    assert_true(a->now_us == b->now_us && a->is_warm == b->is_warm);
    assert_int_equal(a->results != NULL, b->results != NULL);
    if (a->results) {
        assert_string_equal(a->results->digest, b->results->digest);
    }
}

static void any_cut_gives_the_whole(void **state) {
    (void)state;
    struct scene whole;
    set_up(&whole, true);
    assert_int_equal(runs_do(&whole.plan, whole.run, N, NULL), MARU_OK);
    size_t n_limit = 0;
    for (size_t i = 0; i < N; i++) {
        n_limit += whole.run[i].status == MARU_E_LIMIT;
    }
    assert_true(n_limit > 0 && n_limit < N); // those that reach a limit are told as well
    for (size_t n_part = 1; n_part <= N + 2; n_part += n_part < 3 ? 1 : 4) {
        struct scene merged;
        set_up(&merged, true);
        for (size_t k = n_part; k-- > 0;) {
            struct scene there; // where the part is done
            set_up(&there, true);
            const struct run_span span = run_part_span(N, n_part, k);
            assert_int_equal(runs_do(&there.plan, there.run + span.first, span.n, NULL), MARU_OK);
            struct text bytes = part_of(&there, span);
            tear_down(&there);
            maru_error err = {0};
            if (run_part_read(bytes.bytes, bytes.n_bytes, &merged.work, span, &err) != MARU_OK) {
                fail_msg("part %zu of %zu: %s", k, n_part, err.text);
            }
            text_fini(&bytes);
        }
        for (size_t i = 0; i < N; i++) {
            assert_same(&merged.run[i], &whole.run[i]);
        }
        assert_true(runs_share(&merged.plan, merged.run, N) ==
                    runs_share(&whole.plan, whole.run, N));
        tear_down(&merged);
    }
    tear_down(&whole);
}

static void each_run_is_in_one_part(void **state) {
    (void)state;
    for (size_t n_run = 1; n_run < 40; n_run++) {
        for (size_t n_part = 1; n_part < 50; n_part++) {
            size_t next = 0;
            for (size_t k = 0; k < n_part; k++) {
                const struct run_span span = run_part_span(n_run, n_part, k);
                assert_int_equal(span.first, next);
                assert_true(span.n == n_run / n_part || span.n == n_run / n_part + 1);
                next += span.n;
            }
            assert_int_equal(next, n_run);
        }
    }
}

static void refused(const struct scene *s, const struct text *bytes, struct run_span span) {
    assert_int_equal(run_part_read(bytes->bytes, bytes->n_bytes, &s->work, span, NULL),
                     MARU_E_INPUT);
    for (size_t i = 0; i < N; i++) {
        assert_null(s->run[i].results);
    }
}

static void other_parts_are_refused(void **state) {
    (void)state;
    struct scene there, here;
    set_up(&there, false);
    set_up(&here, false);
    const struct run_span span = {.first = 2, .n = 2};
    assert_int_equal(runs_do(&there.plan, there.run + span.first, span.n, NULL), MARU_OK);
    struct text bytes = part_of(&there, span), cut = bytes;
    refused(&here, &bytes, (struct run_span){.first = 3, .n = 2});
    refused(&here, &bytes, (struct run_span){.first = 2, .n = 3});
    here.run[9].seed = 1; // other luck
    refused(&here, &bytes, span);
    here.run[9].seed = there.run[9].seed;
    here.plan.until_us++;
    refused(&here, &bytes, span);
    here.plan.until_us--;
    here.run[0].model = here.other;
    refused(&here, &bytes, span);
    here.run[0].model = here.model;
    for (cut.n_bytes = 0; cut.n_bytes < bytes.n_bytes; cut.n_bytes += 1 + cut.n_bytes / 32) {
        refused(&here, &cut, span);
    }
    for (size_t at = 0; at < bytes.n_bytes; at += 1 + at / 32) {
        bytes.bytes[at] = (char)(bytes.bytes[at] ^ 4);
        refused(&here, &bytes, span);
        bytes.bytes[at] = (char)(bytes.bytes[at] ^ 4);
    }
    assert_int_equal(run_part_read(bytes.bytes, bytes.n_bytes, &here.work, span, NULL), MARU_OK);
    text_fini(&bytes);
    there.run[2].status = MARU_E_STOPPED; // half of a run is no part
    text_init(&cut, 1 << 26);
    assert_int_equal(run_part_add(&cut, &there.work, span, NULL), MARU_E_STOPPED);
    text_fini(&cut);
    tear_down(&there);
    tear_down(&here);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_gives_the_whole),
        cmocka_unit_test(each_run_is_in_one_part),
        cmocka_unit_test(other_parts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
