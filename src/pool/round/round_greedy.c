#include "pool/round/round_greedy.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"

// Floors first, then everybody in the order, then each that has a part gets more where there is more. Last, the best of those
// left out are tried in place of awards that are worth less: out with the least, in with it, the others filled up again; kept
// where the whole is worth more and no floor loses.

struct greedy {
    const struct round *round;
    struct round_room room;
    struct round_award *award;
    struct round_floors floors;
    int64_t class_[ROUND_MAX_GROUPS], region[ROUND_MAX_GROUPS]; // GPU quarters got
};

static void count(struct greedy *g, uint32_t a, int64_t sign) {
    const int64_t got = sign * round_got(g->round, g->award, a);
    g->class_[g->round->application[a].class_] += got;
    g->region[g->round->application[a].region] += got;
}

static bool give(struct greedy *g, uint32_t a) {
    if (!round_room_give_best(&g->room, g->award, a)) {
        return false;
    }
    count(g, a, 1);
    return true;
}

static void take_back(struct greedy *g, uint32_t a) {
    count(g, a, -1);
    round_room_take_back(&g->room, g->award, a);
}

static bool is_below_floor(const struct greedy *g, uint32_t a) {
    const struct round_application *it = &g->round->application[a];
    return g->class_[it->class_] < g->floors.class_[it->class_] ||
           g->region[it->region] < g->floors.region[it->region];
}

// Would its group fall below its floor without it?
static bool is_held_by_floor(const struct greedy *g, uint32_t a) {
    const struct round_application *it = &g->round->application[a];
    const int64_t got = round_got(g->round, g->award, a);
    return (g->floors.class_[it->class_] > 0 &&
            g->class_[it->class_] - got < g->floors.class_[it->class_]) ||
           (g->floors.region[it->region] > 0 &&
            g->region[it->region] - got < g->floors.region[it->region]);
}

static void deal_out(struct greedy *g, const uint32_t *order, uint32_t n) {
    for (int pass = g->floors.has_any ? 0 : 1; pass < 2; pass++) {
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t a = order[i];
            if (g->award->site[a] == ROUND_NONE &&
                round_is_eligible(g->round, &g->round->application[a]) &&
                (pass > 0 || is_below_floor(g, a))) {
                (void)give(g, a);
            }
        }
    }
}

static void fill_up(struct greedy *g, const uint32_t *order, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        count(g, order[i], -1);
        round_room_fill(&g->room, g->award, order[i]);
        count(g, order[i], 1);
    }
}

// ---- exchange

enum { MOST_OUT = 8 };

struct exchange { // what has been changed, to take it back
    uint32_t out[MOST_OUT], n_out;
    uint32_t site[MOST_OUT];
};

// Do both want something that is short? Those who share no row cannot help each other.
static bool can_help(const struct greedy *g, uint32_t wants, uint32_t gives) {
    const struct round_application *a = &g->round->application[wants];
    const struct round_application *b = &g->round->application[gives];
    for (uint32_t i = a->first_line; i < a->first_line + a->n_line; i++) {
        for (uint32_t k = b->first_line; k < b->first_line + b->n_line; k++) {
            const struct round_line *x = &g->round->line[i], *y = &g->round->line[k];
            if (x->from <= y->last && y->from <= x->last) {
                return true;
            }
        }
    }
    return a->class_ == b->class_ || a->region == b->region || a->institution == b->institution;
}

// Give back what the exchange took away, as far as it still fits.
static void return_rest(struct greedy *g, const struct exchange *x) {
    for (uint32_t i = 0; i < x->n_out; i++) {
        if (g->award->site[x->out[i]] == ROUND_NONE) {
            (void)give(g, x->out[i]);
        }
    }
}

static int64_t worth_of(const struct greedy *g, const struct exchange *x, uint32_t wants) {
    int64_t sum = round_got_worth(g->round, g->award, wants);
    for (uint32_t i = 0; i < x->n_out; i++) {
        sum += round_got_worth(g->round, g->award, x->out[i]);
    }
    return sum;
}

// Each as it was before: all go, then each takes back its amounts, which fitted.
static void undo(struct greedy *g, const struct exchange *x, uint32_t wants, const uint32_t *gpus) {
    take_back(g, wants);
    for (uint32_t i = 0; i < x->n_out; i++) {
        take_back(g, x->out[i]);
    }
    for (uint32_t i = 0; i < x->n_out; i++) {
        const struct round_application *it = &g->round->application[x->out[i]];
        g->award->site[x->out[i]] = x->site[i];
        for (uint32_t k = it->first_line; k < it->first_line + it->n_line; k++) {
            round_room_take(&g->room, &g->round->line[k], x->site[i], gpus[k]);
            g->award->gpus[k] = gpus[k];
        }
        count(g, x->out[i], 1);
    }
}

// Of those at the end of `order`, which are worth least, take away until `wants` fits.
static bool exchange_for(struct greedy *g, const uint32_t *order, uint32_t n, uint32_t wants,
                         uint32_t *gpus) {
    struct exchange x = {.n_out = 0};
    int64_t before = 0;
    bool is_in = false;
    for (uint32_t i = n; i > 0 && !is_in && x.n_out < MOST_OUT; i--) {
        const uint32_t a = order[i - 1];
        if (a == wants) {
            break;
        }
        if (g->award->site[a] == ROUND_NONE || is_held_by_floor(g, a) || !can_help(g, wants, a)) {
            continue;
        }
        const struct round_application *it = &g->round->application[a];
        before += round_got_worth(g->round, g->award, a);
        x.site[x.n_out] = g->award->site[a];
        x.out[x.n_out++] = a;
        memcpy(gpus + it->first_line, g->award->gpus + it->first_line, it->n_line * sizeof *gpus);
        take_back(g, a);
        is_in = give(g, wants);
    }
    return_rest(g, &x);
    if (is_in && worth_of(g, &x, wants) > before) {
        return true;
    }
    undo(g, &x, wants, gpus);
    return false;
}

static void exchange_all(struct greedy *g, const uint32_t *order, uint32_t n, uint32_t *gpus) {
    uint32_t n_tried = 0;
    for (uint32_t i = 0; i < n && n_tried < ROUND_EXCHANGES; i++) {
        if (g->award->site[order[i]] == ROUND_NONE &&
            round_is_eligible(g->round, &g->round->application[order[i]])) {
            n_tried++;
            if (!give(g, order[i])) {
                (void)exchange_for(g, order, n, order[i], gpus);
            }
        }
    }
}

maru_status round_greedy(const struct round *round, const int64_t *limit, const uint32_t *order,
                         uint32_t n, struct round_award *award, maru_error *err) {
    struct greedy g = {.round = round, .award = award};
    uint32_t *gpus = alloc_new(round->n_line + 1, sizeof *gpus);
    if (!gpus) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = round_room_init(&g.room, round, limit, err);
    if (st == MARU_OK) {
        round_floors(round, &g.floors);
        deal_out(&g, order, n);
        fill_up(&g, order, n);
        exchange_all(&g, order, n, gpus);
        fill_up(&g, order, n);
        award->worth = 0;
        for (uint32_t a = 0; a < round->n_application; a++) {
            award->worth += round_got_worth(round, award, a);
        }
        (void)round_count_short(round, &g.floors, award);
    }
    round_room_fini(&g.room);
    alloc_free(gpus);
    return st;
}

// ---- equal applications

// What an application asks for and by which right, as a number: equal ones have the same.
static struct round_key claim_of(const struct round *round, const struct round_application *it) {
    struct digest digest;
    digest_init(&digest);
    digest_i64(&digest, it->points_milli);
    digest_u64(&digest, it->class_);
    digest_u64(&digest, it->region);
    digest_u64(&digest, it->site);
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const struct round_line *line = &round->line[i];
        digest_u64(&digest, line->type);
        digest_u64(&digest, line->from);
        digest_u64(&digest, line->last);
        digest_u64(&digest, line->gpus);
        digest_u64(&digest, line->least);
    }
    return (struct round_key){(int64_t)digest.lane[0], digest.lane[1]};
}

struct dealing {
    const struct round *round;
    struct round_award *award;
    struct round_award before;
    struct round_key *claim, *key;
    uint32_t *order, *rank;
    int64_t *left; // of each row of limits; those of institutions alone are kept
};

static void move_award(struct dealing *d, uint32_t from, uint32_t to) {
    const struct round_application *source = &d->round->application[from];
    const struct round_application *goal = &d->round->application[to];
    d->award->site[to] = d->before.site[from];
    memcpy(d->award->gpus + goal->first_line, d->before.gpus + source->first_line,
           goal->n_line * sizeof *d->award->gpus);
}

// Put GPU quarters of members onto the rows of their institutions, or take them off; false: a row is passed.
static bool shift_rows(struct dealing *d, const struct round_award *award, const uint32_t *member,
                       uint32_t n, int64_t sign) {
    const uint32_t first = round_n_row(d->round) - d->round->n_institution;
    bool is_kept = true;
    for (uint32_t i = 0; i < n; i++) {
        int64_t *left = &d->left[first + d->round->application[member[i]].institution];
        if (*left != ROUND_NO_CAP) {
            *left -= sign * round_got(d->round, award, member[i]);
            is_kept = is_kept && *left >= 0;
        }
    }
    return is_kept;
}

// Members in the order of their lots get what there was in the order of its worth.
static maru_status deal_among(struct dealing *d, uint32_t *member, uint32_t n, uint32_t *n_tied,
                              maru_error *err) {
    const int64_t first = round_got(d->round, &d->before, member[0]);
    bool is_all_same = true;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t a = member[i];
        d->key[a] = (struct round_key){-round_got_worth(d->round, &d->before, a), i};
        d->rank[i] = a;
        is_all_same = is_all_same && round_got(d->round, &d->before, a) == first &&
                      d->before.site[a] == d->before.site[member[0]];
    }
    if (is_all_same) {
        return MARU_OK;
    }
    maru_status st = round_sort(d->rank, n, d->key, err);
    for (uint32_t i = 0; i < n; i++) {
        d->key[member[i]] =
            (struct round_key){0, round_lot(d->round, &d->round->application[member[i]])};
    }
    st = st == MARU_OK ? round_sort(member, n, d->key, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        move_award(d, d->rank[i], member[i]);
    }
    if (st != MARU_OK) {
        return st;
    }
    (void)shift_rows(d, &d->before, member, n, -1);
    if (!shift_rows(d, d->award, member, n,
                    1)) { // an institution would get too much: all stay as they are
        (void)shift_rows(d, d->award, member, n, -1);
        (void)shift_rows(d, &d->before, member, n, 1);
        for (uint32_t i = 0; i < n; i++) {
            move_award(d, member[i], member[i]);
        }
        return MARU_OK;
    }
    for (uint32_t i = 0; n_tied && i < n; i++) {
        n_tied[member[i]] = n;
    }
    return MARU_OK;
}

static maru_status deal_all(struct dealing *d, uint32_t *n_tied, maru_error *err) {
    const struct round *round = d->round;
    for (uint32_t a = 0; a < round->n_application; a++) {
        d->order[a] = a;
        d->claim[a] = claim_of(round, &round->application[a]);
    }
    round_limits(round, d->left);
    (void)shift_rows(d, &d->before, d->order, round->n_application, 1);
    maru_status st = round_sort(d->order, round->n_application, d->claim, err);
    for (uint32_t i = 0, end = 0; st == MARU_OK && i < round->n_application; i = end) {
        const struct round_key *claim = &d->claim[d->order[i]];
        for (end = i; end < round->n_application && d->claim[d->order[end]].first == claim->first &&
                      d->claim[d->order[end]].second == claim->second;
             end++) {
        }
        st = end - i > 1 ? deal_among(d, d->order + i, end - i, n_tied, err) : MARU_OK;
    }
    return st;
}

maru_status round_deal(const struct round *round, struct round_award *award, uint32_t *n_tied,
                       maru_error *err) {
    const size_t n = (size_t)round->n_application + 1;
    struct round_award after = {0};
    struct dealing d = {.round = round, .award = &after};
    maru_status st = round_award_init(round, &after, err);
    st = st == MARU_OK ? round_award_init(round, &d.before, err) : st;
    if (st == MARU_OK) {
        d.claim = alloc_new(n, sizeof *d.claim);
        d.key = alloc_new(n, sizeof *d.key);
        d.order = alloc_new(n, sizeof *d.order);
        d.rank = alloc_new(n, sizeof *d.rank);
        d.left = alloc_new((size_t)round_n_row(round) + 1, sizeof *d.left);
        st = d.claim && d.key && d.order && d.rank && d.left
                 ? MARU_OK
                 : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK) {
        round_award_copy(round, award, &d.before);
        round_award_copy(round, award, &after);
        st = deal_all(&d, n_tied, err);
    }
    if (st == MARU_OK) {
        round_award_copy(round, &after, award);
    }
    round_award_fini(&after);
    round_award_fini(&d.before);
    alloc_free(d.claim);
    alloc_free(d.key);
    alloc_free(d.order);
    alloc_free(d.rank);
    alloc_free(d.left);
    return st;
}
