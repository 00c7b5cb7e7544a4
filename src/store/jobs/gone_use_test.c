#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/jobs/gone_use.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "pool/money/civil_date.h"
#include "store/kept_money.h"
#include "store/trial_place.h"
#include "store/vault.h"

// Laws: what was told of a tenant while it was there is told of it when it is gone, month by month, to the microsecond and the millionth;
// what runs when it goes has ended; once it is kept, again adds nothing; tenants of one name that follow each other add up, and the
// later one has nothing of the earlier; what is kept stays.

#define HOUR_US INT64_C(3600000000)
enum { N_JOB = 12, N_MONTH = 5, N_PROJECT = 3 };
static const int64_t first_month = 2026 * 12 + 5;

struct sums { // of a month
    int64_t ran_us[N_MONTH][N_PROJECT], credits[N_MONTH][N_PROJECT], krw[N_MONTH][N_PROJECT];
    int64_t n_attempt, n_open, n_cancelled;
};

struct counting {
    struct sums *sums;
    const char *tenant; // whose rows are counted
    uint32_t month;     // of charges
};

static int project_of(const char *name) {
    assert_true(name[0] == 'p' && name[1] >= '0' && name[1] < '0' + N_PROJECT);
    return name[1] - '0';
}

static int64_t start_of(uint32_t month) {
    return civil_month_start(first_month + month, CIVIL_SEOUL_MIN);
}

static maru_status see_use(void *context, const struct use_row *row, maru_error *err) {
    struct counting *c = context;
    const struct attempt_row *it = row->attempt;
    (void)err;
    c->sums->n_attempt++;
    c->sums->n_open += it->state != ATTEMPT_ENDED;
    c->sums->n_cancelled += strcmp(it->stop, "cancel") == 0;
    for (uint32_t m = 0; it->state == ATTEMPT_ENDED && m < N_MONTH; m++) {
        const int64_t from = it->started_us > start_of(m) ? it->started_us : start_of(m);
        const int64_t until = it->ended_us < start_of(m + 1) ? it->ended_us : start_of(m + 1);
        c->sums->ran_us[m][project_of(row->project)] += until > from ? until - from : 0;
    }
    return MARU_OK;
}

static maru_status see_gone(void *context, const char *tenant, const struct use_row *row,
                            maru_error *err) {
    struct counting *c = context;
    return strcmp(tenant, c->tenant) == 0 ? see_use(context, row, err) : MARU_OK;
}

static maru_status see_spent(void *context, const char *account, const struct money *money,
                             maru_error *err) {
    struct counting *c = context;
    (void)err;
    c->sums->credits[c->month][project_of(account)] += money->credits_micro;
    c->sums->krw[c->month][project_of(account)] += money->krw_milli;
    return MARU_OK;
}

static maru_status see_gone_spent(void *context, const char *tenant, const char *account,
                                  const struct money *money, maru_error *err) {
    struct counting *c = context;
    return strcmp(tenant, c->tenant) == 0 ? see_spent(context, account, money, err) : MARU_OK;
}

static struct sums told_of(struct trial_store *s, const char *name) {
    struct sums sums = {.n_open = 0};
    struct counting c = {.sums = &sums, .tenant = name};
    struct tenant *tenant = NULL;
    assert_int_equal(store_hold(s->store, name, &tenant, NULL), MARU_OK);
    assert_int_equal(tenant_each_use(tenant, 0, see_use, &c, NULL), MARU_OK);
    for (c.month = 0; c.month < N_MONTH; c.month++) {
        assert_int_equal(tenant_each_spent(tenant, start_of(c.month), start_of(c.month + 1),
                                           see_spent, &c, NULL),
                         MARU_OK);
    }
    store_release(s->store, tenant);
    return sums;
}

static struct sums told_of_gone(struct trial_store *s, const char *name) {
    struct sums sums = {.n_open = 0};
    struct counting c = {.sums = &sums, .tenant = name};
    assert_int_equal(tenant_each_gone_use(s->local, 0, see_gone, &c, NULL), MARU_OK);
    for (c.month = 0; c.month < N_MONTH; c.month++) {
        assert_int_equal(tenant_each_gone_spent(s->local, start_of(c.month), start_of(c.month + 1),
                                                see_gone_spent, &c, NULL),
                         MARU_OK);
    }
    return sums;
}

static void assert_sums(const struct sums *got, const struct sums *want) {
    assert_memory_equal(got->ran_us, want->ran_us, sizeof got->ran_us);
    assert_memory_equal(got->credits, want->credits, sizeof got->credits);
    assert_memory_equal(got->krw, want->krw, sizeof got->krw);
}

// ---- a tenant that has used the pool

static void change(struct trial_store *s, const char *tenant, const char *sql) {
    assert_true(trial_meddle(&s->place, tenant, sql));
}

// A charge for each hour of an attempt, of which now and then a part is given back.
static void charge(struct trial_store *s, const char *tenant, const char *job, int64_t from_us,
                   int64_t until_us) {
    char sql[600];
    for (int64_t at = from_us; at < until_us; at += 40 * HOUR_US) {
        const struct random_block drawn = random_at(7, 3, (uint64_t)at);
        const int64_t end = at + 40 * HOUR_US < until_us ? at + 40 * HOUR_US : until_us;
        snprintf(sql, sizeof sql,
                 "INSERT INTO credit_charge VALUES('%s', 1, %" PRId64 ", %" PRId64
                 ", 'p%c', %u, %u, 0)",
                 job, at, end, job[1], 1000 + drawn.word[0] % 1000, drawn.word[1] % 1000);
        change(s, tenant, sql);
        snprintf(sql, sizeof sql,
                 "INSERT INTO credit_entry VALUES('end:%s:1:%" PRId64 "', %d, 'p%c', %" PRId64
                 ", %" PRId64 ", %u, %u, '%s', 1, '', '', 0)",
                 job, at, LEDGER_REFUND, job[1], at, at, drawn.word[2] % 1000, drawn.word[3] % 9,
                 job);
        if (drawn.word[2] % 3 == 0) {
            change(s, tenant, sql);
        }
    }
}

// What jobs did over the months, some of them deleted since, and one that runs.
static void fill(struct trial_store *s, const char *tenant, uint64_t seed) {
    char sql[900], job[STORE_ID_BYTES];
    for (uint32_t i = 0; i < N_JOB; i++) {
        const struct random_block drawn = random_at(seed, 1, i);
        const int64_t from =
            start_of(0) + (int64_t)(drawn.word[0] % 3000) * HOUR_US + drawn.word[1];
        const int64_t until = from + (int64_t)(drawn.word[2] % 200) * HOUR_US + drawn.word[3];
        const bool is_deleted = i % 3 == 0;
        snprintf(job, sizeof job, "j%u-%" PRIu64 "-%u", i % N_PROJECT, seed, i);
        snprintf(sql, sizeof sql,
                 is_deleted ? "INSERT INTO job_use VALUES('%s', 1, 'p%u', 2, %" PRId64
                              ", '[]', '', %" PRId64 ", %" PRId64 ", %" PRId64
                              ", 'exit', 0, -1, -1, -1, -1)"
                            : "INSERT INTO job VALUES('%s', 'n', 'p%u', 'kim', '', 0, '{}', 2, 0,"
                              " '', '', 0, 1, %" PRId64 ", %" PRId64 ", %" PRId64 ", 0 * %" PRId64
                              ")",
                 job, i % N_PROJECT, from, from, from, until);
        change(s, tenant, sql);
        snprintf(sql, sizeof sql,
                 "INSERT INTO attempt VALUES('%s', 1, 2, 'x', '[]', '', %" PRId64 ", %" PRId64
                 ", %" PRId64 ", 'exit', 0, -1, -1, -1, -1)",
                 job, from, from, until);
        if (!is_deleted) {
            change(s, tenant, sql);
        }
        charge(s, tenant, job, from, until);
    }
    snprintf(sql, sizeof sql,
             "INSERT INTO job VALUES('r0-%" PRIu64 "', 'n', 'p0', 'kim', '', 0, '{}', 1, 0, '', '',"
             " 0, 1, 1, 1, 0, 0)",
             seed);
    change(s, tenant, sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO attempt VALUES('r0-%" PRIu64
             "', 1, 1, 'x', '[]', '', 1, %lld, 0, '', 0, -1, -1, -1, -1)",
             seed, (long long)start_of(N_MONTH)); // begun behind the months that are looked at
    change(s, tenant, sql);
}

static void add_tenant(struct trial_store *s, const char *name, uint64_t seed) {
    struct tenant *tenant = NULL;
    assert_int_equal(store_add_tenant(s->store, name, NULL), MARU_OK);
    assert_int_equal(store_hold(s->store, name, &tenant, NULL), MARU_OK);
    store_release(s->store, tenant);
    fill(s, name, seed);
}

static void remove_tenant(struct trial_store *s, const char *name) {
    struct text removed;
    maru_error err = {0};
    text_init(&removed, 1 << 12);
    if (store_delete_tenant(s->store, name, &removed, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    text_fini(&removed);
}

// ---- tests

static void test_what_was_told_is_told(void **state) {
    struct trial_store *s = *state;
    add_tenant(s, "acme", 1);
    add_tenant(s, "other", 2);
    const struct sums before = told_of(s, "acme"), others = told_of(s, "other");
    assert_int_equal(before.n_attempt, N_JOB + 1);
    assert_int_equal(before.n_open, 1);
    assert_true(before.credits[1][0] > 0 && before.krw[2][1] > 0 && before.ran_us[3][2] > 0);
    remove_tenant(s, "acme");
    const struct sums after = told_of_gone(s, "acme"), still = told_of(s, "other"),
                      none = told_of_gone(s, "other");
    assert_sums(&after, &before);
    assert_int_equal(after.n_attempt, before.n_attempt);
    assert_int_equal(after.n_open, 0);
    assert_int_equal(after.n_cancelled, 1);
    assert_sums(&still, &others);
    assert_int_equal(none.n_attempt, 0);
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM gone_use"));
    assert_false(trial_meddle(&s->place, "local", "UPDATE gone_use SET ended_us = 0"));
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM gone_spent"));
    assert_false(trial_meddle(&s->place, "local", "UPDATE gone_spent SET krw = 0"));
}

// A kill between what is kept and the end of the data: it is carried out again.
static void test_once(void **state) {
    struct trial_store *s = *state;
    bool is_lost = true;
    add_tenant(s, "acme", 1);
    const struct sums before = told_of(s, "acme");
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&s->store->lock);
        assert_int_equal(gone_use_keep(s->store, "acme", &is_lost, NULL), MARU_OK);
        pthread_mutex_unlock(&s->store->lock);
        assert_false(is_lost);
    }
    remove_tenant(s, "acme");
    const struct sums after = told_of_gone(s, "acme");
    assert_sums(&after, &before);
    assert_int_equal(after.n_attempt, before.n_attempt);
}

static void test_the_same_name_again(void **state) {
    struct trial_store *s = *state;
    struct sums both = {.n_open = 0};
    for (uint64_t seed = 1; seed <= 2; seed++) {
        add_tenant(s, "acme", seed);
        const struct sums its = told_of(s, "acme"); // of its own alone
        assert_int_equal(its.n_attempt, N_JOB + 1);
        for (int m = 0; m < N_MONTH; m++) {
            for (int p = 0; p < N_PROJECT; p++) {
                both.ran_us[m][p] += its.ran_us[m][p];
                both.credits[m][p] += its.credits[m][p];
                both.krw[m][p] += its.krw[m][p];
            }
        }
        remove_tenant(s, "acme");
    }
    const struct sums after = told_of_gone(s, "acme");
    assert_sums(&after, &both);
    assert_int_equal(after.n_attempt, 2 * (N_JOB + 1));
}

// A tenant that nobody has ever opened has no data; one whose database is damaged goes all the same, and that is said.
static void test_nothing_and_damage(void **state) {
    struct trial_store *s = *state;
    struct text removed;
    assert_int_equal(store_add_tenant(s->store, "empty", NULL), MARU_OK);
    remove_tenant(s, "empty");
    if (s->place.name[0]) { // in PostgreSQL there is no file to damage
        return;
    }
    char path[128];
    assert_int_equal(store_add_tenant(s->store, "hurt", NULL), MARU_OK);
    snprintf(path, sizeof path, "%s/tenants/hurt.db", s->place.folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 5000; i++) {
        fputs("no database ", file);
    }
    fclose(file);
    text_init(&removed, 1 << 12);
    assert_int_equal(store_delete_tenant(s->store, "hurt", &removed, NULL), MARU_OK);
    assert_non_null(strstr(removed.bytes, "whose database is damaged"));
    text_fini(&removed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_was_told_is_told, trial_store_setup,
                                        trial_store_teardown),
        cmocka_unit_test_setup_teardown(test_once, trial_store_setup, trial_store_teardown),
        cmocka_unit_test_setup_teardown(test_the_same_name_again, trial_store_setup,
                                        trial_store_teardown),
        cmocka_unit_test_setup_teardown(test_nothing_and_damage, trial_store_setup,
                                        trial_store_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
