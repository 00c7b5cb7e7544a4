#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/jobs/pool_past.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "store/trial_place.h"

// Laws: what was kept last holds, whatever came before and however the clock went; what says nothing new adds nothing; a change does not
// touch what was before it.

enum { N_ACCOUNT = 4, N_TYPE = 3 };
static const char *const account_names[N_ACCOUNT] = {"", "acme", "acme/vision", "vision"};
static const char *const type_names[N_TYPE] = {"a100", "h100", "h200"};

struct held { // in force at a moment
    int64_t until_us, n[N_ACCOUNT][N_TYPE], idle_mw[N_ACCOUNT][N_TYPE], last_us;
    size_t n_row;
};

static maru_status see(void *context, const struct pool_past_row *row, maru_error *err) {
    struct held *held = context;
    (void)err;
    held->n_row++;
    assert_true(row->at_us >= held->last_us);
    held->last_us = row->at_us;
    for (int a = 0; a < N_ACCOUNT; a++) {
        for (int t = 0; t < N_TYPE; t++) {
            if (row->at_us <= held->until_us && strcmp(row->account, account_names[a]) == 0 &&
                strcmp(row->type, type_names[t]) == 0) {
                held->n[a][t] = row->n;
                held->idle_mw[a][t] = row->n ? row->idle_mw : 0;
            }
        }
    }
    return MARU_OK;
}

static struct held look(struct trial_store *s, int64_t until_us) {
    struct held held = {.until_us = until_us, .last_us = INT64_MIN};
    assert_int_equal(tenant_each_pool_past(s->local, see, &held, NULL), MARU_OK);
    return held;
}

static void assert_held(const struct held *held, const struct held *want) {
    assert_memory_equal(held->n, want->n, sizeof held->n);
    assert_memory_equal(held->idle_mw, want->idle_mw, sizeof held->idle_mw);
}

// Draw what there is next; gives the rows that say so.
static size_t draw(uint64_t turn, struct held *held, struct pool_past_row *row) {
    size_t n = 0;
    for (int a = 0; a < N_ACCOUNT; a++) {
        for (int t = 0; t < N_TYPE; t++) {
            const struct random_block drawn =
                random_at(4, turn, (uint64_t)a * N_TYPE + (uint64_t)t);
            const int64_t luck = (int64_t)(drawn.word[0] % 6);
            held->n[a][t] = luck < 3 ? held->n[a][t] : luck == 3 ? 0 : luck * 8;
            held->idle_mw[a][t] = held->n[a][t] ? 60000 + 1000 * (int64_t)(drawn.word[1] % 2) : 0;
            if (held->n[a][t] > 0 || luck == 0) { // one of 0 says the same as none
                row[n++] = (struct pool_past_row){.account = account_names[a],
                                                  .type = type_names[t],
                                                  .n = held->n[a][t],
                                                  .idle_mw = held->idle_mw[a][t]};
            }
        }
    }
    return n;
}

static void test_past(void **state) {
    struct trial_store *s = *state;
    struct held now = {.n_row = 0};
    struct pool_past_row row[N_ACCOUNT * N_TYPE];
    int64_t at_us = 1000;
    for (int i = 0; i < 60; i++) {
        const struct held before = look(s, at_us - 1);
        const size_t n = draw((uint64_t)i, &now, row);
        assert_int_equal(tenant_keep_pool_past(s->local, row, n, at_us, NULL), MARU_OK);
        const struct held kept = look(s, INT64_MAX), again_before = look(s, at_us - 1);
        assert_held(&kept, &now);
        assert_held(&again_before, &before);
        assert_int_equal(tenant_keep_pool_past(s->local, row, n, at_us + 500, NULL), MARU_OK);
        assert_int_equal(look(s, INT64_MAX).n_row, kept.n_row); // nothing new
        at_us += 1000;
    }
    const size_t n = draw(60, &now, row);
    assert_int_equal(tenant_keep_pool_past(s->local, row, n, 5, NULL), MARU_OK);
    const struct held kept = look(s, INT64_MAX);
    assert_held(&kept, &now); // though the clock went back
    assert_int_equal(tenant_keep_pool_past(s->local, NULL, 0, at_us, NULL), MARU_OK);
    const struct held none = look(s, INT64_MAX), empty = {.n_row = 0};
    assert_held(&none, &empty);
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM pool_past"));
    assert_false(trial_meddle(&s->place, "local", "UPDATE pool_past SET n = 0"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_past, trial_store_setup, trial_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
