#include "pool/money/usage.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/civil_date.h"
#include "pool/money/index_order.h"

// Each row is cut at the months; what a piece comes to is cut down to whole units once and added to its account and to all above it,
// so that the cells of a parent are the sums of its children's. For guarantees that stood free the rows are gone through in the order
// of time, with how much of each type an account and those below it hold.

const char *const usage_end_names[USAGE_ENDS] = {"runs",    "done",    "failed",    "cancelled",
                                                 "timeout", "stopped", "no-credits"};

struct tallying {
    const struct usage_asked *asked;
    struct usage usage;
    int64_t from_us, until_us; // of the report, what has not come left out
    bool is_too_much;
};

static void add_to(struct tallying *t, int64_t *sum, int64_t value) {
    t->is_too_much = __builtin_add_overflow(*sum, value, sum) || t->is_too_much;
}

static int64_t month_start(const struct tallying *t, uint32_t i) {
    return civil_month_start(t->usage.first_month + i, t->usage.offset_min);
}

// The month of the report in which a moment lies; n_month: in none.
static uint32_t month_of(const struct tallying *t, int64_t at_us) {
    if (at_us < t->from_us || at_us > t->until_us) {
        return t->usage.n_month;
    }
    const int64_t i = civil_month(at_us, t->usage.offset_min) - t->usage.first_month;
    return i < t->usage.n_month ? (uint32_t)i : t->usage.n_month;
}

// ---- rows

static void add_cell(struct tallying *t, struct usage_cell *to, const struct usage_cell *piece) {
    add_to(t, &to->used_ms, piece->used_ms);
    add_to(t, &to->idle_ms, piece->idle_ms);
    add_to(t, &to->unknown_ms, piece->unknown_ms);
    add_to(t, &to->waited_us, piece->waited_us);
    add_to(t, &to->energy_j, piece->energy_j);
    add_to(t, &to->measured_j, piece->measured_j);
    add_to(t, &to->charged.credits_micro, piece->charged.credits_micro);
    add_to(t, &to->charged.krw_milli, piece->charged.krw_milli);
    to->n_run += piece->n_run;
    for (int i = 0; i < USAGE_ENDS; i++) {
        to->n_end[i] += piece->n_end[i];
    }
}

static void add_up(struct tallying *t, uint32_t account, uint32_t month,
                   const struct usage_cell *piece) {
    const struct account *row = t->asked->accounts->row;
    for (;; account = row[account].parent) {
        add_cell(t, &t->usage.cell[(size_t)account * t->usage.n_month + month], piece);
        if (account == 0) {
            return;
        }
    }
}

static maru_status charge_piece(const struct tallying *t, const struct usage_row *row, int64_t from,
                                int64_t until, struct money *out, maru_error *err) {
    const bool has_gpu = row->type != CLUSTER_NO_TYPE;
    const struct price_gpus gpus = {has_gpu ? t->asked->resource[row->type] : PRICE_OTHER,
                                    row->gpu_milli};
    const struct price_use use = {&gpus, has_gpu, row->cpu_milli, row->memory_mib};
    const struct price_span span = {row->from_us, from, until};
    return prices_charge(t->asked->prices, &use, &span, out, err);
}

static maru_status tally_piece(struct tallying *t, const struct usage_row *row, uint32_t month,
                               int64_t from, int64_t until, maru_error *err) {
    struct usage_cell piece = {0};
    if (row->type != CLUSTER_NO_TYPE) {
        const bool is_known = row->busy_milli != USAGE_BUSY_UNKNOWN;
        const wide_u128 milli_us = (wide_u128)row->gpu_milli * (uint64_t)(until - from);
        piece.used_ms = (int64_t)(milli_us / 1000000);
        piece.unknown_ms = is_known ? 0 : piece.used_ms;
        piece.idle_ms = is_known ? wide_mul_div(piece.used_ms, 1000 - row->busy_milli, 1000) : 0;
        if (t->asked->power) {
            const bool is_own = row->power.busy_mw > 0;
            piece.energy_j = owned_energy_j(is_own ? &row->power : &t->asked->power[row->type],
                                            row->gpu_milli, row->busy_milli, until - from);
            piece.measured_j = is_own && row->is_measured ? piece.energy_j : 0;
        }
    }
    const maru_status st =
        t->asked->prices ? charge_piece(t, row, from, until, &piece.charged, err) : MARU_OK;
    if (st == MARU_OK) {
        add_up(t, row->account, month, &piece);
    }
    return st;
}

static maru_status tally_row(struct tallying *t, const struct usage_row *row, maru_error *err) {
    int64_t from = row->from_us > t->from_us ? row->from_us : t->from_us;
    const int64_t until = row->until_us < t->until_us ? row->until_us : t->until_us;
    const uint32_t begins = month_of(t, row->from_us);
    const uint32_t ends = row->end != USAGE_RUNS ? month_of(t, row->until_us) : t->usage.n_month;
    maru_status st = MARU_OK;
    if (begins < t->usage.n_month) {
        add_up(t, row->account, begins,
               &(struct usage_cell){.waited_us = row->waited_us, .n_run = 1});
    }
    if (ends < t->usage.n_month) {
        struct usage_cell end = {0};
        end.n_end[row->end] = 1;
        add_up(t, row->account, ends, &end);
    }
    while (st == MARU_OK && from < until) {
        const uint32_t month = month_of(t, from);
        const int64_t next = month_start(t, month + 1), end = next < until ? next : until;
        st = tally_piece(t, row, month, from, end, err);
        from = end;
    }
    return st;
}

static maru_status check_row(const struct usage_asked *asked, uint32_t i, maru_error *err) {
    const struct usage_row *row = &asked->row[i];
    const bool is_good = row->account < asked->accounts->n && row->end < USAGE_ENDS &&
                         (row->type == CLUSTER_NO_TYPE || row->type < asked->n_type) &&
                         (row->busy_milli <= 1000 || row->busy_milli == USAGE_BUSY_UNKNOWN) &&
                         row->gpu_milli <= USAGE_MAX_GPU_MILLI && row->waited_us >= 0 &&
                         row->from_us >= -CIVIL_MAX_US && row->until_us >= row->from_us;
    return is_good ? MARU_OK
                   : fail_at(err, MARU_E_RANGE, "", i + 1, 0,
                             "usage of no account or type, or with times out of order");
}

// ---- guarantees

struct sweeping {
    struct tallying *tally;
    uint32_t *place;   // (n_account) 1 + place of those that have a guarantee, 0: none
    uint64_t *held;    // (n_place x n_type) thousandths
    uint64_t *has;     // the same, of the guarantee
    int64_t *since_us; // the same
    wide_u128 *unused; // (n_place x n_month) thousandths x us
    wide_u128 *guaranteed;
    uint32_t *event; // (n_event) 2 x row, and 1 more for its end; behind them changes of guarantees
    uint32_t n_place, n_event;
};

static const struct usage_guarantee *change_of(const struct tallying *t, uint32_t event) {
    return event < 2 * t->asked->n_row ? NULL : &t->asked->guarantee[event - 2 * t->asked->n_row];
}

static int64_t time_of(const struct tallying *t, uint32_t event) {
    const struct usage_guarantee *change = change_of(t, event);
    const struct usage_row *row = change ? NULL : &t->asked->row[event / 2];
    const int64_t at = change ? change->at_us : event % 2 ? row->until_us : row->from_us;
    return at < t->from_us ? t->from_us : at > t->until_us ? t->until_us : at;
}

// Changes before the report in their own order, too.
static bool is_sooner(const void *context, uint32_t a, uint32_t b) {
    const struct usage_guarantee *one = change_of(context, a), *other = change_of(context, b);
    const int64_t x = one && other ? one->at_us : time_of(context, a),
                  y = one && other ? other->at_us : time_of(context, b);
    return x != y ? x < y : a < b;
}

// What was guaranteed, and what stood free of it, since it was last looked at.
static void go_on(struct sweeping *s, uint32_t account, uint32_t type, int64_t now_us) {
    const struct tallying *t = s->tally;
    const uint32_t place = s->place[account] - 1;
    const size_t at = (size_t)place * t->asked->n_type + type;
    const uint64_t has = s->has[at], unused = has > s->held[at] ? has - s->held[at] : 0;
    int64_t from = s->since_us[at];
    while (has > 0 && from < now_us) {
        const uint32_t month = month_of(t, from);
        const int64_t next = month_start(t, month + 1), end = next < now_us ? next : now_us;
        const size_t cell = (size_t)place * t->usage.n_month + month;
        s->guaranteed[cell] += (wide_u128)has * (uint64_t)(end - from);
        s->unused[cell] += (wide_u128)unused * (uint64_t)(end - from);
        from = end;
    }
    s->since_us[at] = now_us;
}

static void change_held(struct sweeping *s, uint32_t event) {
    const struct usage_row *row = &s->tally->asked->row[event / 2];
    const struct account *accounts = s->tally->asked->accounts->row;
    const int64_t now = time_of(s->tally, event);
    for (uint32_t account = row->account;; account = accounts[account].parent) {
        if (s->place[account]) {
            const size_t at = (size_t)(s->place[account] - 1) * s->tally->asked->n_type + row->type;
            go_on(s, account, row->type, now);
            s->held[at] += event % 2 ? 0 - row->gpu_milli : row->gpu_milli;
        }
        if (account == 0) {
            return;
        }
    }
}

static void change_guarantee(struct sweeping *s, const struct usage_guarantee *change,
                             int64_t now_us) {
    const size_t n_type = s->tally->asked->n_type;
    go_on(s, change->account, change->type, now_us);
    s->has[(s->place[change->account] - 1) * n_type + change->type] =
        (uint64_t)change->n * GPU_WHOLE;
}

static int64_t fit(struct tallying *t, wide_u128 value) {
    t->is_too_much = t->is_too_much || value > INT64_MAX;
    return (int64_t)value;
}

static void end_sweep(struct sweeping *s) {
    struct tallying *t = s->tally;
    for (uint32_t account = 0; account < t->usage.n_account; account++) {
        struct usage_cell *cell = &t->usage.cell[(size_t)account * t->usage.n_month];
        for (uint32_t type = 0; s->place[account] && type < t->asked->n_type; type++) {
            go_on(s, account, type, t->until_us);
        }
        for (uint32_t month = 0; s->place[account] && month < t->usage.n_month; month++) {
            const size_t at = (size_t)(s->place[account] - 1) * t->usage.n_month + month;
            cell[month].guaranteed_ms = fit(t, s->guaranteed[at] / 1000000);
            cell[month].unused_ms = fit(t, s->unused[at] / 1000000);
        }
    }
}

// Guarantees of the accounts hold from the beginning; those that are told, from their changes on.
static void begin_sweep(struct sweeping *s) {
    const struct usage_asked *asked = s->tally->asked;
    for (uint32_t i = 0; i < asked->n_row; i++) {
        if (asked->row[i].type != CLUSTER_NO_TYPE) {
            s->event[s->n_event++] = 2 * i;
            s->event[s->n_event++] = 2 * i + 1;
        }
    }
    for (uint32_t i = 0; asked->guarantee && i < asked->n_guarantee; i++) {
        s->event[s->n_event++] = 2 * asked->n_row + i;
    }
    for (size_t i = 0; i < (size_t)s->n_place * asked->n_type; i++) {
        s->since_us[i] = s->tally->from_us;
    }
    for (uint32_t i = 0; !asked->guarantee && i < asked->accounts->n; i++) {
        for (uint32_t type = 0; s->place[i] && type < asked->n_type; type++) {
            s->has[(size_t)(s->place[i] - 1) * asked->n_type + type] =
                (uint64_t)asked->accounts->row[i].guarantee[type] * GPU_WHOLE;
        }
    }
}

static void sweep(struct sweeping *s) {
    begin_sweep(s);
    index_order(s->event, s->n_event, is_sooner, s->tally);
    for (uint32_t i = 0; i < s->n_event; i++) {
        const struct usage_guarantee *change = change_of(s->tally, s->event[i]);
        if (change) {
            change_guarantee(s, change, time_of(s->tally, s->event[i]));
        } else {
            change_held(s, s->event[i]);
        }
    }
    end_sweep(s);
}

static void give_places(struct sweeping *s) {
    const struct usage_asked *asked = s->tally->asked;
    for (uint32_t i = 0; !asked->guarantee && i < asked->accounts->n; i++) {
        s->place[i] = asked->accounts->row[i].guarantee ? ++s->n_place : 0;
    }
    for (uint32_t i = 0; asked->guarantee && i < asked->n_guarantee; i++) {
        uint32_t *place = &s->place[asked->guarantee[i].account];
        *place = *place ? *place : ++s->n_place;
    }
}

static maru_status tally_guarantees(struct tallying *t, maru_error *err) {
    struct sweeping s = {.tally = t};
    maru_status st = MARU_OK;
    s.place = alloc_new(t->usage.n_account, sizeof *s.place);
    if (s.place) {
        give_places(&s);
    }
    if (s.place && (s.n_place == 0 || t->until_us <= t->from_us)) {
        alloc_free(s.place);
        return MARU_OK;
    }
    const size_t n_type = t->asked->n_type, n = s.n_place * n_type + 1,
                 n_cell = (size_t)s.n_place * t->usage.n_month + 1;
    s.held = alloc_new(n, sizeof *s.held);
    s.has = alloc_new(n, sizeof *s.has);
    s.since_us = alloc_new(n, sizeof *s.since_us);
    s.unused = alloc_new(n_cell, sizeof *s.unused);
    s.guaranteed = alloc_new(n_cell, sizeof *s.guaranteed);
    s.event = alloc_new(2 * (size_t)t->asked->n_row + t->asked->n_guarantee + 1, sizeof *s.event);
    if (s.place && s.held && s.has && s.since_us && s.unused && s.guaranteed && s.event) {
        sweep(&s);
    } else {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    alloc_free(s.place);
    alloc_free(s.held);
    alloc_free(s.has);
    alloc_free(s.since_us);
    alloc_free(s.unused);
    alloc_free(s.guaranteed);
    alloc_free(s.event);
    return st;
}

// ---- all of it

static maru_status check_asked(const struct usage_asked *asked, maru_error *err) {
    const uint32_t n_account = asked->accounts->n;
    if (asked->n_row > USAGE_MAX_ROWS || asked->n_guarantee > USAGE_MAX_GUARANTEES ||
        (uint64_t)n_account * asked->n_month > USAGE_MAX_CELLS) {
        return fail(err, MARU_E_LIMIT, "more than %d rows of usage, or %d accounts x months",
                    USAGE_MAX_ROWS, USAGE_MAX_CELLS);
    }
    if (n_account == 0 || asked->n_month == 0 || asked->first_month < INT64_C(1900) * 12 ||
        asked->first_month > INT64_C(2199) * 12) {
        return fail(err, MARU_E_RANGE, "no accounts, no months, or none that a calendar here has");
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < asked->n_row; i++) {
        st = check_row(asked, i, err);
    }
    for (uint32_t i = 0; st == MARU_OK && asked->guarantee && i < asked->n_guarantee; i++) {
        if (asked->guarantee[i].account >= n_account || asked->guarantee[i].type >= asked->n_type) {
            st = fail_at(err, MARU_E_RANGE, "", i + 1, 0,
                         "usage of no account or type, or with times out of order");
        }
    }
    return st;
}

maru_status usage_make(const struct usage_asked *asked, struct usage *out, maru_error *err) {
    struct tallying t = {.asked = asked};
    maru_status st = check_asked(asked, err);
    if (st != MARU_OK) {
        return st;
    }
    t.usage = (struct usage){NULL, asked->accounts->n, asked->n_month, asked->first_month,
                             asked->offset_min};
    t.usage.cell = alloc_new((size_t)t.usage.n_account * t.usage.n_month, sizeof *t.usage.cell);
    if (!t.usage.cell) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    t.from_us = month_start(&t, 0);
    t.until_us = month_start(&t, asked->n_month);
    t.until_us = asked->now_us < t.until_us ? asked->now_us : t.until_us;
    for (uint32_t i = 0; st == MARU_OK && i < asked->n_row; i++) {
        st = tally_row(&t, &asked->row[i], err);
    }
    st = st == MARU_OK ? tally_guarantees(&t, err) : st;
    if (st == MARU_OK && t.is_too_much) {
        st = fail(err, MARU_E_LIMIT, "more usage than can be counted");
    }
    if (st == MARU_OK) {
        *out = t.usage;
    } else {
        usage_fini(&t.usage);
    }
    return st;
}

void usage_fini(struct usage *usage) {
    alloc_free(usage->cell);
    *usage = (struct usage){0};
}

struct usage_cell usage_total(const struct usage *usage, uint32_t account) {
    struct tallying t = {
        0}; // sums of what fitted one by one: beyond 64 bits they would be 292 million years of a GPU
    struct usage_cell sum = {0};
    for (uint32_t month = 0; month < usage->n_month; month++) {
        const struct usage_cell *cell = &usage->cell[(size_t)account * usage->n_month + month];
        add_cell(&t, &sum, cell);
        add_to(&t, &sum.guaranteed_ms, cell->guaranteed_ms);
        add_to(&t, &sum.unused_ms, cell->unused_ms);
    }
    return sum;
}
