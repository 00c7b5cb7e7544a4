#include "sim/follow/validity.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Claims wait in a list with their values behind each other in one pool; judging goes through the
// list once and packs both. A lot's time of leaving is known to the minute, a count exactly.

#define LOT_TOLERANCE_US ((double)MARU_MINUTE)
#define COUNT_TOLERANCE 0.5
#define LOWEST 0.1
#define HIGHEST 0.9

// ---- one claim

// The p-quantile of n sorted values, such that a value of the same kind falls below it with chance p
// (Hyndman and Fan's sixth definition).
static double quantile(const double *sorted, size_t n, double p) {
    const double at = p * ((double)n + 1) - 1;
    if (at <= 0) {
        return sorted[0];
    }
    const size_t low = (size_t)at;
    if (low + 1 >= n) {
        return sorted[n - 1];
    }
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

// The part of the span from a to b that lies between low and high, of its length.
static double share_between(double a, double b, double low, double high) {
    const double from = a > low ? a : low, to = b < high ? b : high;
    return to > from ? (to - from) / (b - a) : 0;
}

void score_add(struct score *score, const double *sorted, size_t n, double truth,
               double tolerance) {
    const double low = quantile(sorted, n, LOWEST), high = quantile(sorted, n, HIGHEST);
    const bool is_inside = truth >= low - tolerance && truth <= high + tolerance;
    if (n >= VALIDITY_LEAST_CERTAIN && sorted[n - 1] - sorted[0] <= 2 * tolerance) {
        score->n_certain++;
        score->n_certain_right += is_inside;
        return;
    }
    size_t n_below = 0, n_equal = 0;
    for (size_t i = 0; i < n; i++) {
        n_below += sorted[i] < truth - tolerance;
        n_equal += sorted[i] >= truth - tolerance && sorted[i] <= truth + tolerance;
    }
    const double a = (double)n_below / ((double)n + 1);
    const double b = (double)(n_below + n_equal + 1) / ((double)n + 1);
    score->n++;
    score->n_raw += is_inside;
    score->width += high - low;
    score->inside += share_between(a, b, LOWEST, HIGHEST);
    score->below += share_between(a, b, 0, LOWEST);
    score->above += share_between(a, b, HIGHEST, 1);
    for (int k = 0; k < VALIDITY_N_BIN; k++) {
        score->rank[k] +=
            share_between(a, b, (double)k / VALIDITY_N_BIN, (k + 1.0) / VALIDITY_N_BIN);
    }
}

// ---- claims

struct open_claim {
    struct claim claim;
    size_t first, n; // of its values
};

struct validity {
    struct open_claim *open;
    double *value;
    size_t n_open, n_open_room, n_value, n_value_room;
    struct validity_result result;
};

maru_status validity_new(struct validity **out, maru_error *err) {
    struct validity *v = alloc_new(1, sizeof *v);
    if (!v) {
        return fail(err, MARU_E_MEMORY, "no memory for claims");
    }
    *out = v;
    return MARU_OK;
}

void validity_free(struct validity *v) {
    if (v) {
        alloc_free(v->open);
        alloc_free(v->value);
        alloc_free(v);
    }
}

static bool make_room(struct validity *v, size_t n) {
    if (v->n_open == v->n_open_room) {
        const size_t room = v->n_open_room ? 2 * v->n_open_room : 64;
        struct open_claim *open = alloc_resize(v->open, room, sizeof *open);
        if (!open) {
            return false;
        }
        v->open = open;
        v->n_open_room = room;
    }
    if (v->n_value_room - v->n_value < n) {
        const size_t room = 2 * (v->n_value_room + n);
        double *value = alloc_resize(v->value, room, sizeof *value);
        if (!value) {
            return false;
        }
        v->value = value;
        v->n_value_room = room;
    }
    return true;
}

maru_status validity_claim(struct validity *v, const struct claim *claim, const double *sorted,
                           size_t n, maru_error *err) {
    if (n < 1 || n > VALIDITY_MAX_VALUES || claim->to_us <= claim->from_us) {
        return fail(err, MARU_E_RANGE, "a claim is of 1 to %d futures, some time ahead",
                    VALIDITY_MAX_VALUES);
    }
    if (v->n_open == VALIDITY_MAX_CLAIMS) {
        return fail(err, MARU_E_LIMIT, "%d claims wait to be judged", VALIDITY_MAX_CLAIMS);
    }
    if (!make_room(v, n)) {
        return fail(err, MARU_E_MEMORY, "no memory for claims");
    }
    v->open[v->n_open++] = (struct open_claim){*claim, v->n_value, n};
    memcpy(v->value + v->n_value, sorted, n * sizeof *sorted);
    v->n_value += n;
    return MARU_OK;
}

// Lots done in a span, of one product or of all.
static double count_done(const struct belief *b, const struct claim *claim) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        const struct belief_lot *l = &b->lot[i];
        const bool is_in = l->place == PLACE_GONE && !(l->flags & BELIEF_SCRAPPED) &&
                           l->since_us > claim->from_us && l->since_us <= claim->to_us;
        n += is_in &&
             (claim->kind == CLAIM_ALL || b->model->class_product[l->class_] == claim->product);
    }
    return (double)n;
}

static void judge(struct validity *v, const struct belief *b, const struct open_claim *open) {
    const struct claim *claim = &open->claim;
    struct score *score = &v->result.score[claim->kind];
    const double *value = v->value + open->first;
    if (claim->kind != CLAIM_LOT) {
        score_add(score, value, open->n, count_done(b, claim), COUNT_TOLERANCE);
        return;
    }
    const struct belief_lot *l = claim->lot < b->head->n_lot_room ? &b->lot[claim->lot] : NULL;
    if (!l || l->number != claim->number || l->place == PLACE_UNHEARD ||
        l->flags & BELIEF_SCRAPPED) {
        v->result.n_lost++;
        return;
    }
    const bool is_done = l->place == PLACE_GONE && l->since_us < claim->to_us;
    score_add(score, value, open->n, (double)(is_done ? l->since_us : claim->to_us),
              LOT_TOLERANCE_US);
}

void validity_judge(struct validity *v, const struct belief *b, maru_time known) {
    size_t n = 0, n_value = 0;
    for (size_t i = 0; i < v->n_open; i++) {
        struct open_claim open = v->open[i];
        if (open.claim.to_us <= known) {
            judge(v, b, &open);
            continue;
        }
        memmove(v->value + n_value, v->value + open.first, open.n * sizeof *v->value);
        open.first = n_value;
        n_value += open.n;
        v->open[n++] = open;
    }
    v->n_open = n;
    v->n_value = n_value;
}

struct validity_result validity_look(const struct validity *v) {
    struct validity_result result = v->result;
    result.n_open = v->n_open;
    return result;
}

void validity_forget(struct validity *v) {
    v->result.n_lost += v->n_open;
    v->n_open = v->n_value = 0;
}

// ---- as bytes

struct kept_head {
    uint64_t sizes, n_open, n_value;
    struct validity_result result;
};

static uint64_t sizes_of_kept(void) {
    return sizeof(struct kept_head) * 8191 + sizeof(struct open_claim);
}

void validity_save(const struct validity *v, struct text *out) {
    struct kept_head head;
    memset(&head, 0, sizeof head);
    head.sizes = sizes_of_kept();
    head.n_open = v->n_open;
    head.n_value = v->n_value;
    head.result = v->result;
    text_add(out, (const char *)&head, sizeof head);
    text_add(out, v->n_open > 0 ? (const char *)v->open : "", v->n_open * sizeof *v->open);
    text_add(out, v->n_value > 0 ? (const char *)v->value : "", v->n_value * sizeof *v->value);
}

static bool are_claims_good(const struct validity *v) {
    size_t first = 0;
    for (size_t i = 0; i < v->n_open; i++) {
        const struct open_claim *open = &v->open[i];
        if (open->first != first || open->n < 1 || open->n > VALIDITY_MAX_VALUES ||
            open->n > v->n_value - first || (uint32_t)open->claim.kind >= N_CLAIM) {
            return false;
        }
        first += open->n;
    }
    return first == v->n_value;
}

maru_status validity_load(const void *bytes, size_t n, struct validity **out, maru_error *err) {
    struct kept_head head;
    struct validity *v = NULL;
    static const char damaged[] = "what was kept of forecasts is of another program";
    if (n < sizeof head) {
        return fail(err, MARU_E_INPUT, damaged);
    }
    memcpy(&head, bytes, sizeof head);
    const size_t n_left = n - sizeof head;
    if (head.sizes != sizes_of_kept() || head.n_open > VALIDITY_MAX_CLAIMS ||
        head.n_value > head.n_open * VALIDITY_MAX_VALUES ||
        n_left != head.n_open * sizeof *v->open + head.n_value * sizeof *v->value) {
        return fail(err, MARU_E_INPUT, damaged);
    }
    const maru_status st = validity_new(&v, err);
    if (st != MARU_OK || !v) {
        return st;
    }
    v->open = alloc_new(head.n_open + 1, sizeof *v->open);
    v->value = alloc_new(head.n_value + 1, sizeof *v->value);
    if (!v->open || !v->value) {
        validity_free(v);
        return fail(err, MARU_E_MEMORY, "no memory for claims");
    }
    const char *at = (const char *)bytes + sizeof head;
    memcpy(v->open, at, head.n_open * sizeof *v->open);
    memcpy(v->value, at + head.n_open * sizeof *v->open, head.n_value * sizeof *v->value);
    v->n_open = head.n_open;
    v->n_open_room = head.n_open + 1;
    v->n_value = head.n_value;
    v->n_value_room = head.n_value + 1;
    v->result = head.result;
    if (!are_claims_good(v)) {
        validity_free(v);
        return fail(err, MARU_E_INPUT, damaged);
    }
    *out = v;
    return MARU_OK;
}
