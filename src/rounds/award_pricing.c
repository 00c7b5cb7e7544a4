#include "rounds/award_pricing.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Rows are limits that could be passed, and floors with their signs turned. Each is divided by what it allows, so that prices of all
// rows are of one size: what the whole row would bring. Additions and multiplications alone, in a fixed order: every machine finds
// the same prices.

struct entry { // what one GPU of a part takes of a row, as a share of it
    uint32_t row;
    double share;
};

struct pricing {
    const struct award_program *p;
    struct entry *entry;  // of all parts, in their order
    uint32_t *first;      // (n_z + 1) of a part
    uint32_t *number;     // (rows of the round, classes, regions) of the row here; ROUND_NONE: none
    double *price, *best; // (n_row) now, and those with the lowest bound
    double *excess, *heading; // (n_row) what is wanted above what is there; the same, remembered
    double *sign;             // (n_row) 1; of floors -1
    uint32_t *chosen;         // (n_application) the seat; ROUND_NONE: nothing
    uint32_t n_row, n_entry, first_floor;
    double
        doubt; // seats behind the best by less than this share of what they are worth are taken in part
};

// ---- the table

typedef void (*see_use)(struct pricing *g, uint32_t part, uint32_t row, double each, double whole);

// Every row that a part takes of, as numbers of the round, floors behind them.
static void each_use(struct pricing *g, const struct award_seat *seat, uint32_t line_number,
                     uint32_t part, see_use see) {
    const struct award_program *p = g->p;
    const struct round_line *line = &p->round->line[line_number];
    const struct round_application *it = &p->round->application[seat->application];
    const uint32_t n_limit = round_n_row(p->round);
    struct round_use use[ROUND_USES];
    const uint32_t n = round_uses(p->round, line, seat->site, use);
    for (uint32_t i = 0; i < n; i++) {
        if (p->limit[use[i].row] != ROUND_NO_CAP && p->limit[use[i].row] > 0) {
            see(g, part, use[i].row, (double)use[i].each, (double)p->limit[use[i].row]);
        }
    }
    if (p->floors.class_[it->class_] > 0) {
        see(g, part, n_limit + it->class_, -(double)round_span(line),
            (double)p->floors.class_[it->class_]);
    }
    if (p->floors.region[it->region] > 0) {
        see(g, part, n_limit + ROUND_MAX_GROUPS + it->region, -(double)round_span(line),
            (double)p->floors.region[it->region]);
    }
}

static void each_part(struct pricing *g, see_use see) {
    const struct award_program *p = g->p;
    uint32_t part = 0;
    for (uint32_t i = 0; i < p->n_seat; i++) {
        const struct round_application *it = &p->round->application[p->seat[i].application];
        for (uint32_t k = 0; k < it->n_line; k++, part++) {
            each_use(g, &p->seat[i], it->first_line + k, part, see);
        }
    }
}

static void count_use(struct pricing *g, uint32_t part, uint32_t row, double each, double whole) {
    (void)whole;
    g->price[row] += each < 0 ? -1 : each * g->p->most[part]; // all that could be wanted of it
    g->n_entry++;
}

static void add_use(struct pricing *g, uint32_t part, uint32_t row, double each, double whole) {
    if (g->number[row] != ROUND_NONE) {
        g->entry[g->n_entry++] = (struct entry){g->number[row], each / whole};
    }
    g->first[part + 1] = g->n_entry;
}

static void number_rows(struct pricing *g, uint32_t n_all) {
    const uint32_t n_limit = round_n_row(g->p->round);
    for (uint32_t i = 0; i < n_all; i++) {
        const bool is_floor = i >= n_limit;
        const bool is_row =
            is_floor ? g->price[i] < 0
                     : g->p->limit[i] != ROUND_NO_CAP && g->price[i] > (double)g->p->limit[i];
        g->number[i] = is_row ? g->n_row : ROUND_NONE;
        g->price[i] = 0;
        if (is_row) {
            g->sign[g->n_row++] = is_floor ? -1 : 1;
        }
    }
}

static maru_status make_table(struct pricing *g, maru_error *err) {
    const struct award_program *p = g->p;
    const uint32_t n_all = round_n_row(p->round) + 2 * ROUND_MAX_GROUPS;
    g->number = alloc_new(n_all, sizeof *g->number);
    g->price = alloc_new(n_all, sizeof *g->price);
    g->best = alloc_new(n_all, sizeof *g->best);
    g->excess = alloc_new(n_all, sizeof *g->excess);
    g->heading = alloc_new(n_all, sizeof *g->heading);
    g->sign = alloc_new(n_all, sizeof *g->sign);
    g->first = alloc_new((size_t)p->n_z + 2, sizeof *g->first);
    g->chosen = alloc_new((size_t)p->round->n_application + 1, sizeof *g->chosen);
    if (!g->number || !g->price || !g->best || !g->excess || !g->heading || !g->sign || !g->first ||
        !g->chosen) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    each_part(g, count_use);
    number_rows(g, n_all);
    g->entry = alloc_new((size_t)g->n_entry + 1, sizeof *g->entry);
    if (!g->entry) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    g->n_entry = 0;
    each_part(g, add_use);
    for (uint32_t i = 0; i < p->n_z; i++) { // parts that take of no row
        g->first[i + 1] = g->first[i + 1] < g->first[i] ? g->first[i] : g->first[i + 1];
    }
    return MARU_OK;
}

// ---- choices

// What a GPU of a part is worth after what it pays.
static double left_of(const struct pricing *g, uint32_t part, double worth) {
    for (uint32_t i = g->first[part]; i < g->first[part + 1]; i++) {
        worth -= g->entry[i].share * g->price[g->entry[i].row];
    }
    return worth;
}

static double worth_of(const struct award_seat *seat, const struct round_line *line) {
    return (double)(seat->worth * round_span(line));
}

//   out     *whole: what the seat is worth before it pays
static double seat_left(const struct pricing *g, const struct award_seat *seat, uint32_t part,
                        double *whole) {
    const struct round_application *it = &g->p->round->application[seat->application];
    double sum = 0;
    *whole = 0;
    for (uint32_t k = 0; k < it->n_line; k++) {
        const struct round_line *line = &g->p->round->line[it->first_line + k];
        const double worth = worth_of(seat, line), each = left_of(g, part + k, worth);
        sum += each * (each > 0 ? g->p->most[part + k] : line->least);
        *whole += worth * g->p->most[part + k];
    }
    return sum;
}

// 1 where it is surely wanted, 0 where it is not; between them near the edge.
static double wanted(double left, double edge) {
    return left >= edge ? 1 : left <= -edge ? 0 : 0.5 + 0.5 * left / edge;
}

// A share of what the seat takes, added up as excess.
static void take(struct pricing *g, const struct award_seat *seat, uint32_t part, double share) {
    const struct round_application *it = &g->p->round->application[seat->application];
    for (uint32_t k = 0; k < it->n_line; k++) {
        const struct round_line *line = &g->p->round->line[it->first_line + k];
        const double worth = worth_of(seat, line);
        const double more = wanted(left_of(g, part + k, worth), g->doubt * worth);
        const double gpus = share * (line->least + more * (g->p->most[part + k] - line->least));
        for (uint32_t i = g->first[part + k]; i < g->first[part + k + 1]; i++) {
            g->excess[g->entry[i].row] += g->entry[i].share * gpus;
        }
    }
}

// An application and its seats.
struct chooser {
    uint32_t first, n, first_part, n_line; // of its seats, of their parts
    double left[ROUND_MAX_SITES];
    double best, second, whole; // of seats; nothing at all is left 0
    uint32_t seat;              // ROUND_NONE: nothing is best
};

static struct chooser chooser_at(const struct pricing *g, uint32_t first, uint32_t first_part) {
    const struct award_program *p = g->p;
    const uint32_t a = p->seat[first].application;
    struct chooser c = {.first = first,
                        .first_part = first_part,
                        .n_line = p->round->application[a].n_line,
                        .second = -HUGE_VAL,
                        .seat = ROUND_NONE};
    for (; first + c.n < p->n_seat && p->seat[first + c.n].application == a; c.n++) {
        double whole = 0;
        const double left =
            seat_left(g, &p->seat[first + c.n], first_part + c.n * c.n_line, &whole);
        c.left[c.n] = left;
        c.whole = whole > c.whole ? whole : c.whole;
        if (left > c.best) {
            c.second = c.best;
            c.best = left;
            c.seat = first + c.n;
        } else {
            c.second = left > c.second ? left : c.second;
        }
    }
    return c;
}

// What it takes: spread over all seats that are nearly the best, nothing at all being one of them.
static void take_near(struct pricing *g, const struct chooser *c) {
    const double edge = g->doubt * c->whole;
    double sum = c->best < edge ? 1 - c->best / edge : 0;
    for (uint32_t i = 0; i < c->n; i++) {
        const double behind = c->best - c->left[i];
        sum += behind < edge ? 1 - behind / edge : 0;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        const double behind = c->best - c->left[i];
        if (behind < edge) {
            take(g, &g->p->seat[c->first + i], c->first_part + i * c->n_line,
                 (1 - behind / edge) / sum);
        }
    }
}

// All choose; gives the bound.
//   out     margin (n_application) or NULL
static double choose(struct pricing *g, double *margin) {
    const struct award_program *p = g->p;
    double bound = 0;
    for (uint32_t r = 0; r < g->n_row; r++) {
        bound += g->sign[r] * g->price[r];
        g->excess[r] = -g->sign[r];
    }
    uint32_t part = 0;
    for (uint32_t i = 0; i < p->n_seat;) {
        const struct chooser c = chooser_at(g, i, part);
        const uint32_t a = p->seat[i].application;
        g->chosen[a] = c.seat;
        bound += c.best;
        take_near(g, &c);
        if (margin) {
            margin[a] = c.best - c.second;
        }
        i += c.n;
        part += c.n * c.n_line;
    }
    return bound;
}

// ---- prices

static double squared(const struct pricing *g) {
    double sum = 0;
    for (uint32_t r = 0; r < g->n_row; r++) {
        const bool is_held = g->price[r] <= 0 && g->heading[r] < 0;
        sum += is_held ? 0 : g->heading[r] * g->heading[r];
    }
    return sum;
}

static int n_step_of(const struct pricing *g) {
    const uint32_t n = AWARD_PRICE_SEATS / (g->p->n_seat + 1);
    return n < AWARD_PRICE_STEPS        ? AWARD_PRICE_STEPS
           : n > AWARD_MOST_PRICE_STEPS ? AWARD_MOST_PRICE_STEPS
                                        : (int)n;
}

static maru_status follow(struct pricing *g, double target, const struct award_watch *watch,
                          maru_error *err) {
    enum { PATIENCE = 20 };
    static const double FIRST_DOUBT = 0.1, LEAST_DOUBT = 1e-4;
    double lowest = HUGE_VAL, step = 1;
    g->doubt = FIRST_DOUBT;
    int n_idle = 0;
    const int n_step = n_step_of(g);
    for (int n = 0; n < n_step; n++) {
        if (!award_goes_on(watch, (double)n / n_step)) {
            return fail(err, MARU_E_STOPPED, "the award was stopped before it was found");
        }
        const double bound = choose(g, NULL);
        if (bound < lowest) {
            n_idle = bound < lowest - 1e-6 * (lowest - target) ? 0 : n_idle + 1;
            lowest = bound;
            memcpy(g->best, g->price, g->n_row * sizeof *g->best);
        } else if (++n_idle >= PATIENCE) {
            n_idle = 0;
            step *= 0.7;
            g->doubt = g->doubt > LEAST_DOUBT ? 0.7 * g->doubt : g->doubt;
            memcpy(g->price, g->best, g->n_row * sizeof *g->best);
            memset(g->heading, 0, g->n_row * sizeof *g->heading);
            continue;
        }
        for (uint32_t r = 0; r < g->n_row; r++) {
            g->heading[r] = 0.4 * g->excess[r] + 0.6 * g->heading[r];
        }
        const double norm = squared(g);
        if (norm <= 0 || lowest <= target) {
            break;
        }
        const double length = step * (bound - target) / norm;
        for (uint32_t r = 0; r < g->n_row; r++) {
            const double to = g->price[r] + length * g->heading[r];
            g->price[r] = to > 0 ? to : 0;
        }
    }
    memcpy(g->price, g->best, g->n_row * sizeof *g->best);
    return MARU_OK;
}

// A GPU quarter that a floor lacks would have spared its price.
static double dearest_floor(const struct pricing *g) {
    const uint32_t n_limit = round_n_row(g->p->round);
    double most = 0;
    for (uint32_t i = 0; i < ROUND_MAX_GROUPS; i++) {
        const int64_t floor_[] = {g->p->floors.class_[i], g->p->floors.region[i]};
        for (uint32_t k = 0; k < 2; k++) {
            const uint32_t row = g->number[n_limit + k * ROUND_MAX_GROUPS + i];
            if (row != ROUND_NONE) {
                const double each = g->price[row] / (double)floor_[k];
                most = each > most ? each : most;
            }
        }
    }
    return most;
}

maru_status award_prices_find(const struct award_program *program, double target,
                              const struct award_watch *watch, struct award_prices *out,
                              maru_error *err) {
    struct pricing g = {.p = program};
    const size_t n = (size_t)program->round->n_application + 1;
    *out = (struct award_prices){.margin = alloc_new(n, sizeof *out->margin),
                                 .seat = alloc_new(n, sizeof *out->seat)};
    maru_status st =
        out->margin && out->seat ? make_table(&g, err) : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        for (size_t a = 0; a + 1 < n; a++) { // those without a seat have no choice
            g.chosen[a] = ROUND_NONE;
            out->margin[a] = HUGE_VAL;
        }
        st = follow(&g, target, watch, err);
        out->bound = choose(&g, out->margin);
        out->floor = dearest_floor(&g);
        memcpy(out->seat, g.chosen, (n - 1) * sizeof *out->seat);
    }
    alloc_free(g.entry);
    alloc_free(g.first);
    alloc_free(g.number);
    alloc_free(g.price);
    alloc_free(g.best);
    alloc_free(g.excess);
    alloc_free(g.heading);
    alloc_free(g.sign);
    alloc_free(g.chosen);
    return st;
}

void award_prices_fini(struct award_prices *prices) {
    alloc_free(prices->margin);
    alloc_free(prices->seat);
    *prices = (struct award_prices){0};
}
