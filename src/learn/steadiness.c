#include "learn/steadiness.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

// Sums from the left give the means and the scatter of both sides of every split in one pass. Columns are centered and scaled first, so
// that sums of squares lose nothing.

struct best {
    uint32_t at;
    double t;
};

static double square(double x) { return x * x; }

// The split with the largest |t| of n values in this order.
static struct best split(const double *x, const uint32_t *order, uint32_t n) {
    struct best best = {0, 0.0};
    double sum = 0, left = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += x[order[i]];
    }
    const double all = n; // the sum of squares is n: x is scaled
    for (uint32_t k = 1; k + STEADINESS_SIDE <= n; k++) {
        left += x[order[k - 1]];
        if (k < STEADINESS_SIDE) {
            continue;
        }
        const double a = left / k, b = (sum - left) / (n - k);
        const double within = all - k * square(a) - (n - k) * square(b);
        const double error =
            sqrt((within > 1e-12 ? within : 1e-12) / (n - 2.0) * (1.0 / k + 1.0 / (n - k)));
        const double t = (b - a) / error;
        best = fabs(t) > fabs(best.t) ? (struct best){k, t} : best;
    }
    return best;
}

struct column {
    double *x;       // (n) scaled values, those that are there
    uint32_t *where; // (n) their periods
    uint32_t n;
    double middle, scale;
};

static void scale(struct column *c) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        sum += c->x[i];
    }
    c->middle = c->n > 0 ? sum / c->n : 0.0;
    for (uint32_t i = 0; i < c->n; i++) {
        squares += square(c->x[i] - c->middle);
    }
    c->scale = c->n > 0 ? sqrt(squares / c->n) : 0.0;
    for (uint32_t i = 0; i < c->n && c->scale > 0.0; i++) {
        c->x[i] = (c->x[i] - c->middle) / c->scale;
    }
}

static bool is_judged(const struct column *c) {
    return c->n >= 2 * STEADINESS_SIDE + 2 && c->scale > 0.0;
}

// What the order of all periods is for those where this column has a value.
static uint32_t pick(const struct column *c, const uint32_t *rank_of, const uint32_t *order,
                     uint32_t n_period, uint32_t *out) {
    uint32_t n = 0;
    if (c->n == n_period) {
        for (uint32_t i = 0; i < n_period; i++) {
            out[i] = order[i];
        }
        return n_period;
    }
    for (uint32_t i = 0; i < n_period; i++) {
        const uint32_t rank = rank_of[order[i]];
        if (rank != UINT32_MAX) {
            out[n++] = rank;
        }
    }
    return n;
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t seed, uint64_t round) {
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    for (uint32_t i = n; i > 1; i--) {
        const struct random_block r = random_at(seed, round, i);
        const uint32_t k = (uint32_t)(((uint64_t)r.word[0] * i) >> 32);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

// One order of the periods, in all columns: the largest |t|.
static double look(const struct column *column, uint32_t n_column, uint32_t n_period,
                   const uint32_t *order, const uint32_t *rank, uint32_t *picked) {
    double largest = 0;
    for (uint32_t c = 0; c < n_column; c++) {
        if (is_judged(&column[c])) {
            const uint32_t n =
                pick(&column[c], rank + (size_t)c * n_period, order, n_period, picked);
            const double t = fabs(split(column[c].x, picked, n).t);
            largest = t > largest ? t : largest;
        }
    }
    return largest;
}

static void tell(const struct column *c, const uint32_t *straight, struct change *change) {
    *change = (struct change){
        .n = c->n, .before = (double)NAN, .after = (double)NAN, .t = (double)NAN, .p = (double)NAN};
    if (!is_judged(c)) {
        return;
    }
    const struct best best = split(c->x, straight, c->n);
    double sum[2] = {0, 0};
    for (uint32_t i = 0; i < c->n; i++) {
        sum[i >= best.at] += c->x[i];
    }
    change->at = c->where[best.at];
    change->before = c->middle + c->scale * sum[0] / best.at;
    change->after = c->middle + c->scale * sum[1] / (c->n - best.at);
    change->t = best.t;
}

struct room {
    struct column *column;
    double *x;
    uint32_t *where, *rank, *order, *straight, *picked;
};

static bool make_room(struct room *room, uint32_t n_column, uint32_t n_period) {
    const size_t cells = (size_t)n_column * n_period + 1, n = (size_t)n_period + 1;
    room->column = alloc_new((size_t)n_column + 1, sizeof *room->column);
    room->x = alloc_new(cells, sizeof *room->x);
    room->where = alloc_new(cells, sizeof *room->where);
    room->rank = alloc_new(cells, sizeof *room->rank);
    room->order = alloc_new(n, sizeof *room->order);
    room->straight = alloc_new(n, sizeof *room->straight);
    room->picked = alloc_new(n, sizeof *room->picked);
    return room->column && room->x && room->where && room->rank && room->order && room->straight &&
           room->picked;
}

static void free_room(struct room *room) {
    alloc_free(room->column);
    alloc_free(room->x);
    alloc_free(room->where);
    alloc_free(room->rank);
    alloc_free(room->order);
    alloc_free(room->straight);
    alloc_free(room->picked);
}

static void fill(struct room *room, const double *mean, uint32_t n_column, uint32_t n_period) {
    for (uint32_t c = 0; c < n_column; c++) {
        const size_t at = (size_t)c * n_period;
        struct column *column = &room->column[c];
        *column = (struct column){.x = room->x + at, .where = room->where + at};
        for (uint32_t i = 0; i < n_period; i++) {
            room->rank[at + i] = UINT32_MAX;
            if (isfinite(mean[at + i])) {
                room->rank[at + i] = column->n;
                column->x[column->n] = mean[at + i];
                column->where[column->n++] = i;
            }
        }
        scale(column);
    }
    for (uint32_t i = 0; i < n_period; i++) {
        room->straight[i] = i;
    }
}

maru_status steadiness_find(const double *mean, uint32_t n_column, uint32_t n_period,
                            uint32_t n_shuffle, uint64_t seed, struct change *change,
                            maru_error *err) {
    struct room room = {0};
    if (n_shuffle < 1 || n_shuffle > STEADINESS_MOST_SHUFFLES) {
        return fail(err, MARU_E_RANGE, "%d to %d shuffles, not %u", 1, STEADINESS_MOST_SHUFFLES,
                    n_shuffle);
    }
    if (!make_room(&room, n_column, n_period)) {
        free_room(&room);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    fill(&room, mean, n_column, n_period);
    for (uint32_t c = 0; c < n_column; c++) {
        tell(&room.column[c], room.straight, &change[c]);
        change[c].p =
            is_judged(&room.column[c]) ? 1.0 : (double)NAN; // the order as it was counts too
    }
    for (uint32_t round = 0; round < n_shuffle; round++) {
        shuffle(room.order, n_period, seed, round);
        const double largest =
            look(room.column, n_column, n_period, room.order, room.rank, room.picked);
        for (uint32_t c = 0; c < n_column; c++) {
            change[c].p += largest >= fabs(change[c].t) ? 1.0 : 0.0;
        }
    }
    for (uint32_t c = 0; c < n_column; c++) {
        change[c].p /= n_shuffle + 1.0;
    }
    free_room(&room);
    return MARU_OK;
}
