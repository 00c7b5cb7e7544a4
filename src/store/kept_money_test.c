#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/kept_money.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/money/civil_date.h"
#include "store/trial_place.h"

// Laws: what is charged in pieces, over crashes and again, is what the whole costs; what the database settles is what the ledger in
// memory settles; nothing that is written changes.

static const int64_t hour_us = INT64_C(3600) * 1000000;

struct scene {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
    struct arena arena;
    struct prices prices;
};

static const struct price_line lines[] = {
    {"H100", 0, {2500000, 3500000}},
    {"h100", INT64_C(36000000000), {3000001, 4200001}},
    {"*", 0, {1000000, 1400000}},
};

static int open_scene(struct scene *s) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    if (store_open(s->place.text, &s->store, secret, &err) != MARU_OK ||
        store_hold(s->store, "local", &s->local, &err) != MARU_OK) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static int setup(void **state) {
    static struct scene scene;
    scene = (struct scene){0};
    arena_init(&scene.arena, 1 << 26);
    if (!trial_place_make(&scene.place) || open_scene(&scene) != 0 ||
        prices_make(lines, 3, &scene.arena, &scene.prices, NULL) != MARU_OK) {
        return -1;
    }
    *state = &scene;
    return 0;
}

static void close_scene(struct scene *s) {
    store_release(s->store, s->local);
    store_close(s->store);
}

static int teardown(void **state) {
    struct scene *s = *state;
    close_scene(s);
    trial_place_remove(&s->place);
    arena_fini(&s->arena);
    return 0;
}

// ---- prices

static void prices_come_back(void **state) {
    struct scene *s = *state;
    struct prices kept;
    const int64_t now = 5 * hour_us;
    assert_int_equal(store_add_prices(s->store, lines, 3, now, "kim", NULL), MARU_OK);
    assert_int_equal(store_add_prices(s->store, lines, 3, now, "kim", NULL), MARU_OK); // again
    assert_int_equal(store_load_prices(s->store, &s->arena, &kept, NULL), MARU_OK);
    assert_int_equal(kept.n, 3);
    assert_int_equal(kept.row[kept.first[prices_find(&kept, "H100")] + 1].an_hour.krw_milli,
                     4200001);
    const struct price_line other = {"H100", 0, {1, 1}}, past = {"b200", now - 1, {1, 1}},
                            future = {"b200", now, {1, 1}}, bad = {"", now, {1, 1}};
    assert_int_equal(store_add_prices(s->store, &other, 1, now, "kim", NULL), MARU_E_RANGE);
    assert_int_equal(store_add_prices(s->store, &past, 1, now, "kim", NULL), MARU_E_RANGE);
    assert_int_equal(store_add_prices(s->store, &bad, 1, now, "kim", NULL), MARU_E_INPUT);
    const struct price_line two[] = {future, past}; // all or none
    assert_int_equal(store_add_prices(s->store, two, 2, now, "kim", NULL), MARU_E_RANGE);
    assert_int_equal(store_load_prices(s->store, &s->arena, &kept, NULL), MARU_OK);
    assert_int_equal(kept.n, 3);
    assert_int_equal(store_add_prices(s->store, &future, 1, now, "kim", NULL), MARU_OK);
    assert_int_equal(store_remove_price(s->store, "B200", now, now, NULL),
                     MARU_E_USAGE); // it holds
    assert_int_equal(store_remove_price(s->store, "B200", now, now - 1, NULL), MARU_OK);
    assert_int_equal(store_remove_price(s->store, "B200", now, now - 1, NULL), MARU_E_USAGE);
}

// ---- entries

static struct credit_row grant_of(const char *id, int64_t amount, int64_t from, int64_t until) {
    return (struct credit_row){.id = id,
                               .kind = LEDGER_GRANT,
                               .account = "",
                               .at_us = from,
                               .until_us = until,
                               .amount = {amount, 0},
                               .job = "",
                               .note = "",
                               .by = "kim"};
}

static maru_status add(struct scene *s, struct credit_row row, bool *is_new) {
    return tenant_add_credit(s->local, &row, is_new, NULL);
}

static maru_status charge(struct scene *s, const char *job, const char *account, int64_t started,
                          int64_t until, int64_t *credits) {
    const struct price_gpus gpus = {prices_find(&s->prices, "h100"), 3500};
    const struct price_use use = {&gpus, 1, 0, 0};
    const struct charge_asked asked = {job, account, 1, started, until, &s->prices, &use};
    struct database *database = &s->local->database;
    struct money money = {0};
    database_enter(database);
    maru_status st = database_begin(database, NULL);
    st = st == MARU_OK ? money_charge(database, &asked, &money, NULL) : st;
    st = database_leave(database, st, NULL);
    if (st == MARU_OK && credits) {
        *credits = money.credits_micro;
    }
    return st;
}

static int64_t whole(struct scene *s, int64_t started, int64_t until) {
    const struct price_gpus gpus = {prices_find(&s->prices, "h100"), 3500};
    const struct price_use use = {&gpus, 1, 0, 0};
    const struct price_span span = {started, started, until};
    struct money money;
    assert_int_equal(prices_charge(&s->prices, &use, &span, &money, NULL), MARU_OK);
    return money.credits_micro;
}

static int64_t spent(struct scene *s, const char *account, int64_t from, int64_t until) {
    int64_t credits = -1;
    database_enter(&s->local->database);
    maru_status st = money_spent(&s->local->database, account, from, until, &credits, NULL);
    st = database_leave(&s->local->database, st, NULL);
    assert_int_equal(st, MARU_OK);
    return credits;
}

static struct credit_state settled(struct scene *s, int64_t at) {
    struct kept_grants grants;
    maru_error err = {0};
    database_enter(&s->local->database);
    maru_status st = money_settle(&s->local->database, at, &grants, &err);
    st = database_leave(&s->local->database, st, NULL);
    if (st != MARU_OK) {
        fail_msg("%s", err.text);
    }
    const struct credit_state out = grants.state;
    kept_grants_fini(&grants);
    return out;
}

// The same entries in a ledger in memory.
struct copying {
    struct ledger *ledger;
    uint64_t n_entry, n_job;
    char job[64][STORE_ID_BYTES];
};

static uint64_t job_number(struct copying *copying, const char *job) {
    uint64_t i = 0;
    while (i < copying->n_job && strcmp(copying->job[i], job) != 0) {
        i++;
    }
    if (i == copying->n_job) {
        snprintf(copying->job[copying->n_job++], STORE_ID_BYTES, "%s", job);
    }
    return i;
}

static maru_status copy_entry(void *context, const struct credit_row *row, maru_error *err) {
    struct copying *copying = context;
    struct ledger_entry entry = {.kind = row->kind,
                                 .key = copying->n_entry++,
                                 .attempt = row->attempt,
                                 .at_us = row->at_us,
                                 .until_us = row->until_us,
                                 .amount = row->amount};
    entry.job = row->kind == LEDGER_REFUND ? job_number(copying, row->job) : 0;
    entry.key = row->kind == LEDGER_CHARGE ? job_number(copying, row->job) : entry.key;
    if (row->kind == LEDGER_REFUND) {
        return MARU_OK; // its charge comes behind it: below
    }
    return ledger_add(copying->ledger, &entry, NULL, err);
}

static maru_status copy_refund(void *context, const struct credit_row *row, maru_error *err) {
    struct copying *copying = context;
    const struct ledger_entry entry = {.kind = LEDGER_REFUND,
                                       .key = copying->n_entry++,
                                       .job = job_number(copying, row->job),
                                       .attempt = row->attempt,
                                       .at_us = row->at_us,
                                       .amount = row->amount};
    return row->kind == LEDGER_REFUND ? ledger_add(copying->ledger, &entry, NULL, err) : MARU_OK;
}

static void as_the_ledger_in_memory(void **state) {
    struct scene *s = *state;
    static struct copying copying;
    char job[STORE_ID_BYTES];
    uint64_t bits = 1;
    copying = (struct copying){0};
    assert_int_equal(add(s, grant_of("a", 60000000, 0, 9 * hour_us), NULL), MARU_OK);
    assert_int_equal(add(s, grant_of("b", 90000000, 3 * hour_us, CREDITS_NEVER), NULL), MARU_OK);
    assert_int_equal(add(s, grant_of("c", 5000000, 4 * hour_us + 7, 6 * hour_us + 1), NULL),
                     MARU_OK);
    struct credit_row taken = grant_of("d", -7000000, 5 * hour_us, 0);
    taken.kind = LEDGER_ADJUSTMENT;
    assert_int_equal(add(s, taken, NULL), MARU_OK);
    for (int i = 0; i < 12; i++) {
        const int64_t started = i * hour_us / 2;
        int64_t until = started, sum = 0, credits = 0;
        snprintf(job, sizeof job, "job%d", i);
        for (int piece = 0; piece < 5; piece++) {
            bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407;
            until += (int64_t)(bits >> 32) % hour_us;
            assert_int_equal(
                charge(s, job, i % 2 ? "vision" : "vision/x", started, until, &credits), MARU_OK);
            sum += credits;
            assert_int_equal(charge(s, job, "vision", started, until, &credits), MARU_OK);
            assert_int_equal(credits, 0);
        }
        assert_int_equal(sum, whole(s, started, until));
    }
    struct credit_row back = grant_of("e", 1, 0, 0);
    back.kind = LEDGER_REFUND;
    back.job = "job0";
    back.attempt = 1;
    assert_int_equal(add(s, back, NULL), MARU_OK);
    const uint32_t parent = 0;
    assert_int_equal(ledger_new(&parent, 1, &copying.ledger, NULL), MARU_OK);
    assert_int_equal(tenant_each_credit(s->local, INT64_MIN, INT64_MAX, copy_entry, &copying, NULL),
                     MARU_OK);
    assert_int_equal(
        tenant_each_credit(s->local, INT64_MIN, INT64_MAX, copy_refund, &copying, NULL), MARU_OK);
    const struct credit_book book = ledger_book(copying.ledger);
    assert_true(book.n_grant == 3 && book.n_spend > 60);
    for (int64_t at = -1; at < 14 * hour_us; at += hour_us / 3) {
        const struct credit_state kept = settled(s, at);
        struct credit_state now;
        assert_int_equal(credits_settle(&book, at, NULL, &now, NULL), MARU_OK);
        assert_memory_equal(&now, &kept, sizeof now);
        assert_int_equal(spent(s, "", 0, at + 1), ledger_spent(copying.ledger, 0, 0, at + 1));
    }
    ledger_free(copying.ledger);
}

static void twice_is_once(void **state) {
    struct scene *s = *state;
    bool is_new = false;
    const struct credit_row grant = grant_of("g", 100, 0, hour_us);
    struct credit_row other = grant;
    other.amount.credits_micro++;
    assert_int_equal(add(s, grant, &is_new), MARU_OK);
    assert_true(is_new);
    assert_int_equal(add(s, grant, &is_new), MARU_OK);
    assert_false(is_new);
    assert_int_equal(add(s, other, &is_new), MARU_E_RANGE);
    assert_int_equal(charge(s, "j", "p", 0, hour_us, NULL), MARU_OK);
    struct credit_row back = {.id = "r",
                              .kind = LEDGER_REFUND,
                              .account = "p",
                              .at_us = 0,
                              .amount = {5000000, 0},
                              .job = "j",
                              .attempt = 1,
                              .note = "",
                              .by = "kim"};
    assert_int_equal(add(s, back, &is_new), MARU_OK);
    assert_int_equal(add(s, back, &is_new), MARU_OK);
    assert_false(is_new);
    assert_int_equal(spent(s, "p", 0, hour_us), 8750000 - 5000000);
    back.id = "r2";
    assert_int_equal(add(s, back, &is_new), MARU_E_RANGE); // more than is left of it
    back.at_us = 1;
    assert_int_equal(add(s, back, &is_new), MARU_E_RANGE); // no charge begins there
    const struct credit_row bad[] = {
        {.id = "",
         .kind = LEDGER_GRANT,
         .account = "",
         .until_us = 1,
         .job = "",
         .note = "",
         .by = ""},
        {.id = "x",
         .kind = LEDGER_CHARGE,
         .account = "",
         .until_us = 1,
         .job = "",
         .note = "",
         .by = ""},
        {.id = "x",
         .kind = LEDGER_GRANT,
         .account = "",
         .until_us = 0,
         .job = "",
         .note = "",
         .by = ""},
        {.id = "x",
         .kind = LEDGER_GRANT,
         .account = "\xff",
         .until_us = 1,
         .job = "",
         .note = "",
         .by = ""},
        {.id = "x",
         .kind = LEDGER_GRANT,
         .account = "",
         .until_us = 1,
         .amount = {-1, 0},
         .job = "",
         .note = "",
         .by = ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(add(s, bad[i], NULL), MARU_E_RANGE);
    }
}

// A transaction of the caller's that is undone takes its charges along.
static void undone_with_its_attempt(void **state) {
    struct scene *s = *state;
    const struct price_gpus gpus = {PRICE_TYPES, 1000};
    const struct price_use use = {&gpus, 1, 0, 0};
    const struct charge_asked asked = {"j", "", 1, 0, hour_us, &s->prices, &use};
    struct money money = {0};
    struct database *database = &s->local->database;
    database_enter(database);
    assert_int_equal(database_begin(database, NULL), MARU_OK);
    assert_int_equal(money_charge(database, &asked, &money, NULL), MARU_OK);
    assert_int_equal(money.credits_micro, 2500000);
    assert_int_equal(database_leave(database, MARU_E_STOPPED, NULL), MARU_E_STOPPED);
    assert_int_equal(spent(s, "", 0, hour_us), 0);
    int64_t credits = 0;
    assert_int_equal(charge(s, "j", "", 0, hour_us, &credits), MARU_OK);
    assert_int_equal(credits, 8750000);
    assert_int_equal(charge(s, "k", "", -1, hour_us, &credits), MARU_E_INPUT); // before all prices
    assert_int_equal(charge(s, "", "", 0, hour_us, &credits), MARU_E_RANGE);
    assert_int_equal(spent(s, "", -1, hour_us), 8750000);
}

// ---- budgets

static maru_status count_budget(void *context, const struct budget_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context += row->amount_micro;
    return MARU_OK;
}

struct sums {
    size_t n;
    char name[4][32];
    int64_t credits[4];
};

static maru_status see_spent(void *context, const char *account, const struct money *money,
                             maru_error *err) {
    struct sums *sums = context;
    (void)err;
    snprintf(sums->name[sums->n], sizeof sums->name[0], "%s", account);
    sums->credits[sums->n++] = money->credits_micro;
    return MARU_OK;
}

// What stands in the ledger of a month is what ran in it: a charge is cut where a month begins, and so told for one month alone.
static void by_month(void **state) {
    struct scene *s = *state;
    const int64_t month_us = civil_month_start(1970 * 12 + 1, CIVIL_SEOUL_MIN);
    const int64_t from = month_us - hour_us, until = month_us + 2 * hour_us;
    struct sums january = {0}, february = {0};
    int64_t credits = 0;
    assert_int_equal(charge(s, "job1", "vision", from, until, &credits), MARU_OK);
    assert_int_equal(charge(s, "job2", "speech", from, month_us, NULL), MARU_OK);
    assert_int_equal(tenant_each_spent(s->local, 0, month_us, see_spent, &january, NULL), MARU_OK);
    assert_int_equal(tenant_each_spent(s->local, month_us, INT64_MAX, see_spent, &february, NULL),
                     MARU_OK);
    assert_int_equal(january.n, 2);
    assert_string_equal(january.name[0], "speech");
    assert_int_equal(january.credits[0], whole(s, from, month_us));
    assert_int_equal(january.credits[1], whole(s, from, month_us));
    assert_int_equal(february.n, 1);
    assert_string_equal(february.name[0], "vision");
    assert_int_equal(january.credits[1] + february.credits[0], credits);
    assert_int_equal(credits, whole(s, from, until));
    struct credit_row back = grant_of("e", 5, month_us, 0);
    back.kind = LEDGER_REFUND;
    back.account = "vision";
    back.job = "job1";
    back.attempt = 1;
    assert_int_equal(add(s, back, NULL), MARU_OK);
    struct sums after = {0};
    assert_int_equal(tenant_each_spent(s->local, month_us, INT64_MAX, see_spent, &after, NULL),
                     MARU_OK);
    assert_int_equal(after.credits[0], february.credits[0] - 5);
}

static void budgets(void **state) {
    struct scene *s = *state;
    struct budget_row row = {.account = "a",
                             .from_us = hour_us,
                             .until_us = 2 * hour_us,
                             .amount_micro = 100,
                             .by = "kim"};
    int64_t sum = 0;
    assert_int_equal(tenant_set_budget(s->local, &row, NULL), MARU_OK);
    row.amount_micro = 70;
    assert_int_equal(tenant_set_budget(s->local, &row, NULL), MARU_OK);
    row.account = "a/b";
    row.amount_micro = 5;
    assert_int_equal(tenant_set_budget(s->local, &row, NULL), MARU_OK);
    assert_int_equal(tenant_each_budget(s->local, count_budget, &sum, NULL), MARU_OK);
    assert_int_equal(sum, 75);
    row.until_us = hour_us;
    assert_int_equal(tenant_set_budget(s->local, &row, NULL), MARU_E_RANGE);
    assert_int_equal(tenant_remove_budget(s->local, "a/b", hour_us, "kim", NULL), MARU_OK);
    assert_int_equal(tenant_remove_budget(s->local, "a/b", hour_us, "kim", NULL), MARU_E_USAGE);
    // Charges are cut where the budget begins and ends.
    static const char *const accounts[] = {"a", "a/b", "ab", "a0", "a/b/c"};
    for (int i = 0; i < 5; i++) {
        char job[8];
        snprintf(job, sizeof job, "j%d", i);
        assert_int_equal(charge(s, job, accounts[i], 0, 3 * hour_us, NULL), MARU_OK);
    }
    const int64_t one = whole(s, 0, hour_us);
    assert_int_equal(spent(s, "a", hour_us, 2 * hour_us), 3 * one);
    assert_int_equal(spent(s, "a/b", hour_us, 2 * hour_us), 2 * one);
    assert_int_equal(spent(s, "", 0, 3 * hour_us), 15 * one);
    assert_int_equal(spent(s, "b", 0, 3 * hour_us), 0);
}

static void warned_once(void **state) {
    struct scene *s = *state;
    struct database *database = &s->local->database;
    for (int i = 0; i < 3; i++) {
        bool is_first = false;
        database_enter(database);
        maru_status st = database_begin(database, NULL);
        st =
            st == MARU_OK ? money_warn(database, "grants", i == 2 ? 2 : 1, 5, &is_first, NULL) : st;
        assert_int_equal(database_leave(database, st, NULL), MARU_OK);
        assert_int_equal(is_first, i != 1);
    }
}

static void nothing_changes(void **state) {
    struct scene *s = *state;
    assert_int_equal(add(s, grant_of("g", 100, 0, hour_us), NULL), MARU_OK);
    assert_int_equal(charge(s, "j", "", 0, hour_us, NULL), MARU_OK);
    assert_false(trial_meddle(&s->place, "local", "UPDATE credit_charge SET credits = 0"));
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM credit_charge"));
    assert_false(trial_meddle(&s->place, "local", "UPDATE credit_entry SET credits = 0"));
    assert_false(trial_meddle(&s->place, "local", "DELETE FROM credit_entry"));
    assert_int_equal(settled(s, hour_us - 1).balance_micro, 100 - 8750000);
}

// ---- killed

enum { KILLS = 5, JOBS = 4 };

// Charges jobs in small steps until it is killed, and says each step that is acknowledged.
static void charge_until_killed(struct scene *s, int pipe_end, int64_t step_us) {
    for (int64_t until = step_us;; until += step_us) {
        for (int i = 0; i < JOBS; i++) {
            char job[8];
            snprintf(job, sizeof job, "j%d", i);
            if (charge(s, job, "p", i, i + until, NULL) != MARU_OK ||
                write(pipe_end, &until, sizeof until) != sizeof until) {
                _exit(1);
            }
        }
    }
}

static void killed_while_it_charges(void **state) {
    struct scene *s = *state;
    int64_t acknowledged = 0;
    for (int round = 0; round < KILLS; round++) {
        int ends[2];
        close_scene(s);
        assert_int_equal(pipe(ends), 0);
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(ends[0]);
            if (open_scene(s) != 0) {
                _exit(1);
            }
            charge_until_killed(s, ends[1], 1234567 + round);
        }
        close(ends[1]);
        int64_t told = 0;
        for (int i = 0; i < 40 + 7 * round; i++) {
            assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
        }
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        close(ends[0]);
        acknowledged = told > acknowledged ? told : acknowledged;
        assert_int_equal(open_scene(s), 0);
    }
    for (int i = 0; i < JOBS; i++) {
        char job[8];
        int64_t until = 0, rest = 0;
        snprintf(job, sizeof job, "j%d", i);
        database_enter(&s->local->database);
        maru_status st = money_charged_until(&s->local->database, job, 1, i, &until, NULL);
        assert_int_equal(database_leave(&s->local->database, st, NULL), MARU_OK);
        assert_true(until >= i + acknowledged - 1300000); // the last told may be of another job
        assert_int_equal(charge(s, job, "p", i, i + hour_us, &rest), MARU_OK);
        assert_true(rest > 0);
    }
    int64_t want = 0;
    for (int i = 0; i < JOBS; i++) {
        want += whole(s, i, i + hour_us);
    }
    assert_int_equal(spent(s, "p", 0, 2 * hour_us), want);
}

static void give_back(struct scene *s, const char *job, const char *account, int64_t started_us,
                      int64_t ended_us) {
    const struct price_gpus gpus = {prices_find(&s->prices, "h100"), 3500};
    const struct price_use use = {&gpus, 1, 0, 0};
    const struct charge_asked asked = {job, account, 1, started_us, ended_us, &s->prices, &use};
    database_enter(&s->local->database);
    maru_status st = database_begin(&s->local->database, NULL);
    st = st == MARU_OK ? money_give_back(&s->local->database, &asked, NULL) : st;
    assert_int_equal(database_leave(&s->local->database, st, NULL), MARU_OK);
}

// An end that was known late: what was charged beyond it is given back, over pieces and once; then it has cost what it costs.
static void beyond_its_end(void **state) {
    struct scene *s = *state;
    struct credit_row cut = grant_of("g", 1000000000, 0, 3 * hour_us); // charges are cut there
    const int64_t started = hour_us + 7, ended = 2 * hour_us + 12345, until = 5 * hour_us + 1;
    assert_int_equal(add(s, cut, NULL), MARU_OK);
    for (int64_t at = started; at < until; at += hour_us / 3 + 1) {
        assert_int_equal(charge(s, "j", "a", started, at, NULL), MARU_OK);
    }
    assert_true(spent(s, "a", 0, INT64_MAX) > whole(s, started, ended));
    for (int i = 0; i < 3; i++) {
        give_back(s, "j", "a", started, ended);
        assert_int_equal(spent(s, "a", 0, INT64_MAX), whole(s, started, ended));
    }
}

// Slurm moves the start of a job whose node was away as it began: it has cost what it costs from there on, wherever charging was.
static void a_start_that_moves(void **state) {
    struct scene *s = *state;
    const int64_t started = hour_us + 7, charged = 2 * hour_us, ended = 3 * hour_us + 12345;
    const int64_t moved[] = {started, started + hour_us / 2, charged, charged + hour_us / 2, ended};
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        char job[8], account[8];
        snprintf(job, sizeof job, "j%zu", i);
        snprintf(account, sizeof account, "a%zu", i);
        for (int64_t at = started; at < charged; at += hour_us / 3 + 1) {
            assert_int_equal(charge(s, job, account, started, at, NULL), MARU_OK);
        }
        assert_int_equal(charge(s, job, account, started, charged, NULL), MARU_OK);
        assert_int_equal(charge(s, job, account, moved[i], ended, NULL), MARU_OK);
        give_back(s, job, account, moved[i], ended);
        assert_int_equal(spent(s, account, 0, INT64_MAX), whole(s, moved[i], ended));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(prices_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(as_the_ledger_in_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(twice_is_once, setup, teardown),
        cmocka_unit_test_setup_teardown(undone_with_its_attempt, setup, teardown),
        cmocka_unit_test_setup_teardown(beyond_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_start_that_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(by_month, setup, teardown),
        cmocka_unit_test_setup_teardown(budgets, setup, teardown),
        cmocka_unit_test_setup_teardown(warned_once, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(killed_while_it_charges, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
