#include "store/kept_money.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "store/vault.h"

// Charges stand in a table of their own, named by (job, attempt, beginning), so that the database refuses what would be billed twice.
// What is left is not kept: it follows from grants and the sums of charges between two moments at which a grant begins or ends
// (pool/money/credits.h).

// ---- grants, refunds, adjustments

static bool is_grant(const struct credit_row *row) {
    return row->kind == LEDGER_GRANT ||
           (row->kind == LEDGER_ADJUSTMENT && row->amount.credits_micro > 0);
}

static bool is_account(const char *account) {
    return account && strlen(account) < MONEY_MAX_ACCOUNT_BYTES &&
           text_is_utf8(account, strlen(account));
}

static maru_status check_credit(const struct credit_row *row, maru_error *err) {
    const int64_t amount = row->amount.credits_micro;
    const bool is_signed = row->kind == LEDGER_ADJUSTMENT;
    if ((row->kind != LEDGER_GRANT && row->kind != LEDGER_REFUND && !is_signed) || !row->id[0] ||
        !is_account(row->account)) {
        return fail(err, MARU_E_RANGE, "no such kind of entry, or no such account");
    }
    if (amount > CREDITS_MAX_AMOUNT || amount < (is_signed ? -CREDITS_MAX_AMOUNT : 0) ||
        row->amount.krw_milli > CREDITS_MAX_AMOUNT || row->amount.krw_milli < -CREDITS_MAX_AMOUNT) {
        return fail(err, MARU_E_RANGE, "an amount that an entry cannot have");
    }
    if (is_grant(row) && row->until_us <= row->at_us) {
        return fail(err, MARU_E_RANGE, "an entry that ends before it begins");
    }
    return strlen(row->note) < MONEY_MAX_NOTE_BYTES
               ? MARU_OK
               : fail(err, MARU_E_LIMIT, "a note has less than %d bytes", MONEY_MAX_NOTE_BYTES);
}

// MARU_MORE: there is no entry of this id.
static maru_status find_credit(struct database *database, const struct credit_row *row,
                               maru_error *err) {
    struct query query;
    bool is_there = false, is_same = false;
    query_open(&query, database,
               "SELECT kind, at_us, until_us, credits, krw, job, attempt FROM credit_entry"
               " WHERE id = ?");
    query_bind_text(&query, row->id);
    if (query_row(&query)) {
        is_there = true;
        is_same = query_integer(&query, 0) == (int64_t)row->kind &&
                  query_integer(&query, 1) == row->at_us &&
                  query_integer(&query, 2) == row->until_us &&
                  query_integer(&query, 3) == row->amount.credits_micro &&
                  query_integer(&query, 4) == row->amount.krw_milli &&
                  strcmp(query_text(&query, 5), row->job) == 0 &&
                  query_integer(&query, 6) == row->attempt;
    }
    const maru_status st = query_close(&query, err);
    if (st != MARU_OK || !is_there) {
        return st == MARU_OK ? MARU_MORE : st;
    }
    return is_same ? MARU_OK : fail(err, MARU_E_RANGE, "an entry of this name says something else");
}

// Of the charge that is given back: what is not given back yet.
static maru_status check_refund(struct database *database, const struct credit_row *row,
                                maru_error *err) {
    struct query query;
    int64_t left = -1;
    query_open(&query, database,
               "SELECT credits - coalesce((SELECT CAST(sum(credits) AS BIGINT) FROM credit_entry"
               " WHERE kind = ?4 AND job = ?1 AND attempt = ?2 AND at_us = ?3), 0)"
               " FROM credit_charge WHERE job = ?1 AND attempt = ?2 AND from_us = ?3");
    query_bind_text(&query, row->job);
    query_bind_integer(&query, row->attempt);
    query_bind_integer(&query, row->at_us);
    query_bind_integer(&query, LEDGER_REFUND);
    if (query_row(&query)) {
        left = query_integer(&query, 0);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK && left < 0) {
        return fail(err, MARU_E_RANGE, "no charge of this job begins at this time");
    }
    return st == MARU_OK && row->amount.credits_micro > left
               ? fail(err, MARU_E_RANGE, "more is given back than was charged")
               : st;
}

static maru_status check_grants(struct database *database, maru_error *err) {
    int64_t n = 0;
    const maru_status st = store_count(
        database, "SELECT count(*) FROM credit_entry WHERE until_us > at_us", NULL, &n, err);
    return st == MARU_OK && n >= CREDITS_MAX_GRANTS
               ? fail(err, MARU_E_LIMIT, "more than %d grants of credits", CREDITS_MAX_GRANTS)
               : st;
}

static maru_status insert_credit(struct database *database, const struct credit_row *row,
                                 maru_error *err) {
    struct query query;
    query_open(&query, database,
               "INSERT INTO credit_entry VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, row->id);
    query_bind_integer(&query, row->kind);
    query_bind_text(&query, row->account);
    query_bind_integer(&query, row->at_us);
    query_bind_integer(&query, is_grant(row) ? row->until_us : row->at_us);
    query_bind_integer(&query, row->amount.credits_micro);
    query_bind_integer(&query, row->amount.krw_milli);
    query_bind_text(&query, row->job);
    query_bind_integer(&query, row->attempt);
    query_bind_text(&query, row->note);
    query_bind_text(&query, row->by);
    query_bind_integer(&query, clock_unix_ms());
    query_row(&query);
    return query_close(&query, err);
}

static maru_status append_credit(struct database *database, const struct credit_row *row,
                                 bool *is_new, maru_error *err) {
    char detail[96];
    struct credit_row kept = *row; // only grants have a time behind which they are gone
    kept.until_us = is_grant(row) ? row->until_us : row->at_us;
    maru_status st = find_credit(database, &kept, err);
    *is_new = st == MARU_MORE;
    if (st != MARU_MORE) {
        return st;
    }
    st = row->kind == LEDGER_REFUND ? check_refund(database, row, err)
         : is_grant(row)            ? check_grants(database, err)
                                    : MARU_OK;
    st = st == MARU_OK ? insert_credit(database, row, err) : st;
    snprintf(detail, sizeof detail, "%s %lld", ledger_kind_names[row->kind],
             (long long)row->amount.credits_micro);
    return st == MARU_OK ? audit_append(database, row->by, "change credits", row->id, detail, err)
                         : st;
}

maru_status tenant_add_credit(struct tenant *tenant, const struct credit_row *row, bool *is_new,
                              maru_error *err) {
    struct database *database = &tenant->database;
    bool is_added = false;
    maru_status st = check_credit(row, err);
    if (st != MARU_OK) {
        return st;
    }
    database_enter(database);
    st = database_begin(database, err);
    st = st == MARU_OK ? append_credit(database, row, &is_added, err) : st;
    st = database_leave(database, st, err);
    if (st == MARU_OK && is_new) {
        *is_new = is_added;
    }
    return st;
}

struct credit_telling {
    tenant_see_credit see;
    void *context;
};

static maru_status tell_credit(void *context, const struct query *query, maru_error *err) {
    const struct credit_telling *to = context;
    const struct credit_row row = {.id = query_text(query, 0),
                                   .kind = (enum ledger_kind)query_integer(query, 1),
                                   .account = query_text(query, 2),
                                   .at_us = query_integer(query, 3),
                                   .until_us = query_integer(query, 4),
                                   .amount = {query_integer(query, 5), query_integer(query, 6)},
                                   .job = query_text(query, 7),
                                   .attempt = (uint32_t)query_integer(query, 8),
                                   .note = query_text(query, 9),
                                   .by = query_text(query, 10),
                                   .created_ms = query_integer(query, 11)};
    return to->see(to->context, &row, err);
}

maru_status tenant_each_grant(struct tenant *tenant, tenant_see_credit see, void *context,
                              maru_error *err) {
    struct credit_telling to = {see, context};
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT * FROM credit_entry WHERE until_us > at_us ORDER BY id");
    return query_tell(&query, NULL, tell_credit, &to, err);
}

maru_status tenant_each_credit(struct tenant *tenant, int64_t from_us, int64_t until_us,
                               tenant_see_credit see, void *context, maru_error *err) {
    struct credit_telling to = {see, context};
    struct query query;
    database_enter(&tenant->database);
    maru_status st = database_begin_reading(&tenant->database, err);
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "SELECT * FROM credit_entry WHERE at_us >= ? AND at_us < ? ORDER BY at_us, id");
        query_bind_integer(&query, from_us);
        query_bind_integer(&query, until_us);
        st = query_each(&query, NULL, tell_credit, &to, err);
    }
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "SELECT '', CAST(?3 AS BIGINT), account, from_us, until_us, credits, krw, job,"
                   " attempt, '', '', created_ms FROM credit_charge WHERE from_us >= ?1"
                   " AND from_us < ?2 ORDER BY from_us, job, attempt");
        query_bind_integer(&query, from_us);
        query_bind_integer(&query, until_us);
        query_bind_integer(&query, LEDGER_CHARGE);
        st = query_each(&query, NULL, tell_credit, &to, err);
    }
    return database_leave(&tenant->database, st, err);
}

// ---- charges

struct charged_telling {
    tenant_see_charged see;
    void *context;
};

maru_status money_charged_until(struct database *database, const char *job, uint32_t attempt,
                                int64_t started_us, int64_t *until_us, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "SELECT max(until_us) FROM credit_charge WHERE job = ? AND attempt = ?");
    query_bind_text(&query, job);
    query_bind_integer(&query, attempt);
    int64_t until = started_us;
    if (query_row(&query) && query_value(&query, 0).kind == VALUE_INTEGER) {
        until = query_integer(&query, 0);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK) {
        *until_us = until;
    }
    return st;
}

// The next moment behind at_us at which a month, a grant or a budget begins or ends, at most `most`.
static maru_status next_cut(struct database *database, int64_t at_us, int64_t most, int64_t *out,
                            maru_error *err) {
    struct query query;
    query_open(&query, database,
               "SELECT min(at) FROM (SELECT at_us AS at FROM credit_entry WHERE until_us > at_us"
               " UNION ALL SELECT until_us FROM credit_entry WHERE until_us > at_us"
               " UNION ALL SELECT from_us FROM budget UNION ALL SELECT until_us FROM budget) AS cut"
               " WHERE at > ?");
    query_bind_integer(&query, at_us);
    const int64_t month_us =
        civil_month_start(civil_month(at_us, CIVIL_SEOUL_MIN) + 1, CIVIL_SEOUL_MIN);
    most = month_us < most ? month_us : most;
    *out = most;
    if (query_row(&query) && query_value(&query, 0).kind == VALUE_INTEGER &&
        query_integer(&query, 0) < most) {
        *out = query_integer(&query, 0);
    }
    return query_close(&query, err);
}

static maru_status insert_charge(struct database *database, const struct charge_asked *asked,
                                 const struct price_span *span, const struct money *money,
                                 maru_error *err) {
    struct query query;
    query_open(&query, database, "INSERT INTO credit_charge VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, asked->job);
    query_bind_integer(&query, asked->attempt);
    query_bind_integer(&query, span->from_us);
    query_bind_integer(&query, span->until_us);
    query_bind_text(&query, asked->account);
    query_bind_integer(&query, money->credits_micro);
    query_bind_integer(&query, money->krw_milli);
    query_bind_integer(&query, clock_unix_ms());
    query_row(&query);
    return query_close(&query, err);
}

maru_status money_charge(struct database *database, const struct charge_asked *asked,
                         struct money *charged, maru_error *err) {
    struct price_span span = {.started_us = asked->started_us};
    struct money sum = {0}, money;
    if (!asked->job[0] || !is_account(asked->account)) {
        return fail(err, MARU_E_RANGE, "no such kind of entry, or no such account");
    }
    maru_status st = money_charged_until(database, asked->job, asked->attempt, asked->started_us,
                                         &span.from_us, err);
    // Its start may have moved behind what was charged, which is given back at its end.
    span.from_us = span.from_us > asked->started_us ? span.from_us : asked->started_us;
    while (st == MARU_OK && span.from_us < asked->until_us) {
        st = next_cut(database, span.from_us, asked->until_us, &span.until_us, err);
        st = st == MARU_OK ? prices_charge(asked->prices, asked->use, &span, &money, err) : st;
        st = st == MARU_OK ? insert_charge(database, asked, &span, &money, err) : st;
        if (st == MARU_OK) {
            sum.credits_micro += money.credits_micro;
            sum.krw_milli += money.krw_milli;
            span.from_us = span.until_us;
        }
    }
    if (st == MARU_OK) {
        *charged = sum;
    }
    return st;
}

struct beyond { // a charge of which too much was charged
    struct price_span span;
    struct money money;
};

// The last one that reaches beyond the end, or begins before the start, and is not given back; MARU_MORE: there is none.
static maru_status find_beyond(struct database *database, const struct charge_asked *asked,
                               struct beyond *out, maru_error *err) {
    struct query query;
    bool is_there = false;
    query_open(&query, database,
               "SELECT from_us, until_us, credits, krw FROM credit_charge WHERE job = ?1"
               " AND attempt = ?2 AND (until_us > ?3 OR from_us < ?5)"
               " AND NOT EXISTS (SELECT 1 FROM credit_entry WHERE kind = ?4 AND job = ?1 AND "
               "credit_entry.attempt = ?2"
               " AND at_us = credit_charge.from_us) ORDER BY from_us DESC LIMIT 1");
    query_bind_text(&query, asked->job);
    query_bind_integer(&query, asked->attempt);
    query_bind_integer(&query, asked->until_us);
    query_bind_integer(&query, LEDGER_REFUND);
    query_bind_integer(&query, asked->started_us);
    if (query_row(&query)) {
        is_there = true;
        out->span = (struct price_span){asked->started_us, query_integer(&query, 0),
                                        query_integer(&query, 1)};
        out->money = (struct money){query_integer(&query, 2), query_integer(&query, 3)};
    }
    const maru_status st = query_close(&query, err);
    return st == MARU_OK && !is_there ? MARU_MORE : st;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static maru_status give_back(struct database *database, const struct charge_asked *asked,
                             struct beyond *beyond, maru_error *err) {
    char id[MONEY_MAX_NOTE_BYTES];
    struct money right = {0};
    maru_status st = MARU_OK;
    struct price_span span = beyond->span;
    span.from_us = span.from_us > asked->started_us ? span.from_us : asked->started_us;
    span.until_us = least(span.until_us, asked->until_us);
    if (span.from_us < span.until_us) {
        st = prices_charge(asked->prices, asked->use, &span, &right, err);
    }
    right.credits_micro = least(right.credits_micro, beyond->money.credits_micro);
    right.krw_milli = least(right.krw_milli, beyond->money.krw_milli);
    snprintf(id, sizeof id, "end:%.100s:%u:%lld", asked->job, asked->attempt,
             (long long)beyond->span.from_us);
    const struct credit_row row = {.id = id,
                                   .kind = LEDGER_REFUND,
                                   .account = asked->account,
                                   .at_us = beyond->span.from_us,
                                   .until_us = beyond->span.from_us,
                                   .amount = {beyond->money.credits_micro - right.credits_micro,
                                              beyond->money.krw_milli - right.krw_milli},
                                   .job = asked->job,
                                   .attempt = asked->attempt,
                                   .note = "",
                                   .by = ""};
    return st == MARU_OK ? insert_credit(database, &row, err) : st;
}

maru_status money_give_back(struct database *database, const struct charge_asked *asked,
                            maru_error *err) {
    struct beyond beyond;
    maru_status st;
    while ((st = find_beyond(database, asked, &beyond, err)) == MARU_OK) {
        st = give_back(database, asked, &beyond, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status tell_charged(void *context, const struct query *query, maru_error *err) {
    const struct charged_telling *to = context;
    const struct money money = {query_integer(query, 1), query_integer(query, 2)};
    return to->see(to->context, (uint32_t)query_integer(query, 0), &money, err);
}

maru_status tenant_each_charged(struct tenant *tenant, const char *job, tenant_see_charged see,
                                void *context, maru_error *err) {
    struct charged_telling to = {see, context};
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT attempt, CAST(sum(credits) AS BIGINT), CAST(sum(krw) AS BIGINT) FROM"
               " (SELECT attempt, credits, krw FROM credit_charge WHERE job = ?1 UNION ALL"
               " SELECT attempt, -credits, -krw FROM credit_entry WHERE job = ?1 AND kind = ?2)"
               " AS part GROUP BY attempt ORDER BY attempt");
    query_bind_text(&query, job);
    query_bind_integer(&query, LEDGER_REFUND);
    return query_tell(&query, NULL, tell_charged, &to, err);
}

struct spent_telling {
    tenant_see_spent see;
    void *context;
};

static maru_status tell_spent(void *context, const struct query *query, maru_error *err) {
    const struct spent_telling *to = context;
    const struct money money = {query_integer(query, 1), query_integer(query, 2)};
    return to->see(to->context, query_text(query, 0), &money, err);
}

maru_status tenant_each_spent(struct tenant *tenant, int64_t from_us, int64_t until_us,
                              tenant_see_spent see, void *context, maru_error *err) {
    struct spent_telling to = {see, context};
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT account, CAST(sum(credits) AS BIGINT), CAST(sum(krw) AS BIGINT) FROM"
               " (SELECT account, credits, krw FROM credit_charge WHERE from_us >= ?1"
               " AND from_us < ?2 UNION ALL"
               " SELECT account, -credits, -krw FROM credit_entry WHERE kind = ?3"
               " AND at_us >= ?1 AND at_us < ?2) AS part GROUP BY account ORDER BY account");
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, until_us);
    query_bind_integer(&query, LEDGER_REFUND);
    return query_tell(&query, NULL, tell_spent, &to, err);
}

// ---- how it stands

void kept_grants_fini(struct kept_grants *grants) {
    alloc_free(grants->grant);
    alloc_free(grants->left);
    *grants = (struct kept_grants){0};
}

static maru_status load_grant(void *context, const struct query *query, maru_error *err) {
    struct kept_grants *grants = context;
    if (grants->n == CREDITS_MAX_GRANTS) {
        return fail(err, MARU_E_LIMIT, "more than %d grants of credits", CREDITS_MAX_GRANTS);
    }
    grants->grant[grants->n] = (struct credit_grant){
        grants->n, query_integer(query, 0), query_integer(query, 1), query_integer(query, 2)};
    grants->n++;
    return MARU_OK;
}

static maru_status load_grants(struct database *database, struct kept_grants *grants,
                               maru_error *err) {
    struct query query;
    grants->grant = alloc_new(CREDITS_MAX_GRANTS, sizeof *grants->grant);
    grants->left = alloc_new(CREDITS_MAX_GRANTS, sizeof *grants->left);
    if (!grants->grant || !grants->left) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    query_open(&query, database,
               "SELECT credits, at_us, until_us FROM credit_entry WHERE until_us > at_us"
               " ORDER BY id");
    return query_each(&query, NULL, load_grant, grants, err);
}

// What was spent in [from, until): charges, less what was given back of them, and adjustments below 0.
static maru_status sum_spent(struct database *database, int64_t from_us, int64_t until_us,
                             int64_t *out, maru_error *err) {
    struct query query;
    query_open(&query, database,
               "SELECT coalesce((SELECT CAST(sum(credits) AS BIGINT) FROM credit_charge"
               " WHERE from_us >= ?1 AND from_us < ?2), 0) -"
               " coalesce((SELECT CAST(sum(credits) AS BIGINT) FROM credit_entry"
               " WHERE until_us = at_us AND at_us >= ?1 AND at_us < ?2), 0)");
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, until_us);
    if (query_row(&query)) {
        *out = query_integer(&query, 0);
    }
    return query_close(&query, err);
}

// One spending for all that is spent between two changes.
static maru_status load_spends(struct database *database, const struct kept_grants *grants,
                               int64_t at_us, struct credit_spend *spend, size_t *n,
                               maru_error *err) {
    const struct credit_book book = {grants->grant, NULL, grants->n, 0};
    const int64_t end = at_us == INT64_MAX ? at_us : at_us + 1;
    int64_t from = INT64_MIN;
    maru_status st = MARU_OK;
    for (*n = 0; st == MARU_OK && from < end; ++*n) {
        const int64_t change = credits_next_change(&book, from),
                      until = change < end ? change : end;
        spend[*n].at_us = from;
        st = sum_spent(database, from, until, &spend[*n].amount_micro, err);
        from = until;
    }
    return st;
}

maru_status money_settle(struct database *database, int64_t at_us, struct kept_grants *out,
                         maru_error *err) {
    struct kept_grants grants = {0};
    struct credit_spend *spend = alloc_new(2 * CREDITS_MAX_GRANTS + 1, sizeof *spend);
    size_t n_spend = 0;
    maru_status st =
        spend ? load_grants(database, &grants, err) : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? load_spends(database, &grants, at_us, spend, &n_spend, err) : st;
    if (st == MARU_OK) {
        const struct credit_book book = {grants.grant, spend, grants.n, n_spend};
        st = credits_settle(&book, at_us, grants.left, &grants.state, err);
    }
    alloc_free(spend);
    if (st == MARU_OK) {
        *out = grants;
    } else {
        kept_grants_fini(&grants);
    }
    return st;
}

maru_status money_spent(struct database *database, const char *account, int64_t from_us,
                        int64_t until_us, int64_t *credits_micro, maru_error *err) {
    struct query query;
    // Below "a" is what lies between "a/" and "a0", the byte behind '/'.
    query_open(&query, database,
               "SELECT coalesce((SELECT CAST(sum(credits) AS BIGINT) FROM credit_charge"
               " WHERE from_us >= ?1 AND from_us < ?2 AND (?3 = '' OR account = ?3 OR"
               " (account > ?3 || '/' AND account < ?3 || '0'))), 0) -"
               " coalesce((SELECT CAST(sum(credits) AS BIGINT) FROM credit_entry"
               " WHERE kind = ?4 AND at_us >= ?1 AND at_us < ?2 AND (?3 = '' OR account = ?3 OR"
               " (account > ?3 || '/' AND account < ?3 || '0'))), 0)");
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, until_us);
    query_bind_text(&query, account);
    query_bind_integer(&query, LEDGER_REFUND);
    int64_t sum = 0;
    if (query_row(&query)) {
        sum = query_integer(&query, 0);
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK) {
        *credits_micro = sum;
    }
    return st;
}

// ---- budgets

static maru_status upsert_budget(struct database *database, const struct budget_row *row,
                                 maru_error *err) {
    struct query query;
    query_open(&query, database,
               "INSERT INTO budget(account, from_us, until_us, amount, by, created_ms)"
               " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(account, from_us) DO UPDATE SET"
               " until_us = excluded.until_us, amount = excluded.amount, by = excluded.by,"
               " created_ms = excluded.created_ms");
    query_bind_text(&query, row->account);
    query_bind_integer(&query, row->from_us);
    query_bind_integer(&query, row->until_us);
    query_bind_integer(&query, row->amount_micro);
    query_bind_text(&query, row->by);
    query_bind_integer(&query, clock_unix_ms());
    query_row(&query);
    return query_close(&query, err);
}

maru_status tenant_set_budget(struct tenant *tenant, const struct budget_row *row,
                              maru_error *err) {
    struct database *database = &tenant->database;
    char detail[96];
    int64_t n = 0;
    if (!is_account(row->account) || row->until_us <= row->from_us || row->amount_micro < 0 ||
        row->amount_micro > CREDITS_MAX_AMOUNT) {
        return fail(err, MARU_E_RANGE,
                    "a budget is of an account, ends behind its beginning, and is not below 0");
    }
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? upsert_budget(database, row, err) : st;
    st = st == MARU_OK ? store_count(database, "SELECT count(*) FROM budget", NULL, &n, err) : st;
    if (st == MARU_OK && n > MONEY_MAX_BUDGETS) {
        st = fail(err, MARU_E_LIMIT, "more than %d budgets", MONEY_MAX_BUDGETS);
    }
    snprintf(detail, sizeof detail, "%lld", (long long)row->amount_micro);
    st = st == MARU_OK ? audit_append(database, row->by, "change budget", row->account, detail, err)
                       : st;
    return database_leave(database, st, err);
}

maru_status tenant_remove_budget(struct tenant *tenant, const char *account, int64_t from_us,
                                 const char *by, maru_error *err) {
    struct database *database = &tenant->database;
    struct query query;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        query_open(&query, database,
                   "DELETE FROM budget WHERE account = ? AND from_us = ? RETURNING account");
        query_bind_text(&query, account);
        query_bind_integer(&query, from_us);
        st = query_one(&query, "there is no such budget", err);
    }
    st = st == MARU_OK ? audit_append(database, by, "remove budget", account, "", err) : st;
    return database_leave(database, st, err);
}

struct budget_telling {
    tenant_see_budget see;
    void *context;
};

static maru_status tell_budget(void *context, const struct query *query, maru_error *err) {
    const struct budget_telling *to = context;
    const struct budget_row row = {.account = query_text(query, 0),
                                   .from_us = query_integer(query, 1),
                                   .until_us = query_integer(query, 2),
                                   .amount_micro = query_integer(query, 3),
                                   .by = query_text(query, 4),
                                   .created_ms = query_integer(query, 5)};
    return to->see(to->context, &row, err);
}

maru_status money_each_budget(struct database *database, tenant_see_budget see, void *context,
                              maru_error *err) {
    struct budget_telling to = {see, context};
    struct query query;
    query_open(&query, database,
               "SELECT account, from_us, until_us, amount, by, created_ms FROM budget"
               " ORDER BY account, from_us");
    return query_each(&query, NULL, tell_budget, &to, err);
}

maru_status tenant_each_budget(struct tenant *tenant, tenant_see_budget see, void *context,
                               maru_error *err) {
    database_enter(&tenant->database);
    maru_status st = database_begin_reading(&tenant->database, err);
    st = st == MARU_OK ? money_each_budget(&tenant->database, see, context, err) : st;
    return database_leave(&tenant->database, st, err);
}

maru_status money_warn(struct database *database, const char *subject, uint32_t level,
                       int64_t at_us, bool *is_first, maru_error *err) {
    struct query query;
    if (strlen(subject) >= MONEY_WARNED_BYTES) {
        return fail(err, MARU_E_LIMIT, "a warning is about at most %d bytes", MONEY_WARNED_BYTES);
    }
    query_open(&query, database,
               "INSERT INTO credit_warned(subject, level, at_us) VALUES(?, ?, ?)"
               " ON CONFLICT(subject, level) DO NOTHING RETURNING level");
    query_bind_text(&query, subject);
    query_bind_integer(&query, level);
    query_bind_integer(&query, at_us);
    const bool is_new = query_row(&query);
    while (query_row(&query)) {
    }
    const maru_status st = query_close(&query, err);
    if (st == MARU_OK) {
        *is_first = is_new;
    }
    return st;
}
