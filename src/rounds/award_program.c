#include "rounds/award_program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Numbers are scaled so that GLPK's tolerances mean the same in every row: each row by its largest entry, the objective by the
// greatest common divisor of all worths. What comes back is rounded, and given again through the integer arithmetic of
// round_room.c, so that an award keeps the rules exactly whatever a tolerance has let through.

enum { LOT_BITS = 20 };

struct triples { // entries of the matrix
    int *row, *column;
    double *value;
    int n, cap;
};

static bool add(struct triples *t, int row, int column, double value) {
    if (t->n + 1 >= t->cap) {
        const int cap = t->cap > 0 ? 2 * t->cap : 1 << 14;
        int *const rows = alloc_resize(t->row, (size_t)cap, sizeof *rows);
        t->row = rows ? rows : t->row;
        int *const columns = alloc_resize(t->column, (size_t)cap, sizeof *columns);
        t->column = columns ? columns : t->column;
        double *const values = alloc_resize(t->value, (size_t)cap, sizeof *values);
        t->value = values ? values : t->value;
        if (!rows || !columns || !values) {
            return false;
        }
        t->cap = cap;
    }
    t->n++; // GLPK counts from 1
    t->row[t->n] = row;
    t->column[t->n] = column;
    t->value[t->n] = value;
    return true;
}

// ---- seats

static const struct round_application *of_seat(const struct award_program *p,
                                               const struct award_seat *seat) {
    return &p->round->application[seat->application];
}

// Would it fit alone? Then the most that each of its lines could get.
static bool fits_alone(struct round_room *room, const struct round_application *it, uint32_t site,
                       uint32_t *most) {
    const struct round *round = room->round;
    uint32_t n_taken = 0;
    bool fits = true;
    int64_t sum = 0;
    for (uint32_t i = 0; fits && i < it->n_line; i++) {
        const struct round_line *line = &round->line[it->first_line + i];
        fits = round_room_most(room, line, site) >= line->least;
        if (fits) {
            round_room_take(room, line, site, line->least);
            n_taken++;
        }
    }
    for (uint32_t i = 0; fits && i < it->n_line; i++) {
        const struct round_line *line = &round->line[it->first_line + i];
        const int64_t more = round_room_most(room, line, site);
        most[i] = more < line->gpus - line->least ? line->least + (uint32_t)more : line->gpus;
        sum += most[i];
    }
    for (uint32_t i = 0; i < n_taken; i++) {
        const struct round_line *line = &round->line[it->first_line + i];
        round_room_take(room, line, site, -(int64_t)line->least);
    }
    return fits && sum > 0;
}

static int64_t divisor(int64_t a, int64_t b) {
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

maru_status award_program_seats(struct award_program *p, const struct round *round,
                                const int64_t *limit, const uint32_t *order, uint32_t n,
                                maru_error *err) {
    *p = (struct award_program){.round = round, .limit = limit};
    const size_t n_seat = (size_t)n * round->n_site;
    size_t n_part = 0;
    for (uint32_t i = 0; i < n; i++) {
        n_part += (size_t)round->application[order[i]].n_line * round->n_site;
    }
    struct round_room room;
    maru_status st = round_room_init(&room, round, limit, err);
    p->seat = alloc_new(n_seat + 1, sizeof *p->seat);
    p->z = alloc_new(n_part + 1, sizeof *p->z);
    p->most = alloc_new(n_part + 1, sizeof *p->most);
    if (st == MARU_OK && (!p->seat || !p->z || !p->most)) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    int64_t unit = 0;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        const struct round_application *it = &round->application[order[i]];
        for (uint32_t s = 0; round_is_eligible(round, it) && s < round->n_site; s++) {
            if (round_may_stand(round, it, s) && fits_alone(&room, it, s, p->most + p->n_z)) {
                const int64_t worth = round_worth(round, it, s);
                p->seat[p->n_seat++] =
                    (struct award_seat){.application = order[i], .site = s, .worth = worth};
                p->n_z += it->n_line;
                unit = divisor(worth, unit);
            }
        }
    }
    p->worth_unit = unit > 0 ? (double)unit : 1;
    round_floors(round, &p->floors);
    round_room_fini(&room);
    return st;
}

void award_program_fini(struct award_program *p) {
    if (p->prob) {
        glp_delete_prob(p->prob);
    }
    alloc_free(p->seat);
    alloc_free(p->z);
    alloc_free(p->most);
    *p = (struct award_program){0};
}

// ---- columns

static int add_column(glp_prob *prob, double upper, bool is_integer) {
    const int column = glp_add_cols(prob, 1);
    glp_set_col_bnds(prob, column, GLP_DB, 0, upper);
    if (is_integer) {
        glp_set_col_kind(prob, column, GLP_IV);
    }
    return column;
}

static void add_columns(struct award_program *p, bool has_whole_gpus) {
    uint32_t part = 0;
    for (uint32_t i = 0; i < p->n_seat; i++) {
        struct award_seat *seat = &p->seat[i];
        const struct round_application *it = of_seat(p, seat);
        seat->y = add_column(p->prob, 1, true);
        for (uint32_t k = 0; k < it->n_line; k++, part++) {
            const uint32_t least = p->round->line[it->first_line + k].least;
            const uint32_t more = p->most[part] - least;
            p->z[part] = more == 0 ? 0 : add_column(p->prob, more, has_whole_gpus);
        }
    }
    p->first_short = glp_get_num_cols(p->prob) + 1;
    for (uint32_t i = 0; i < ROUND_MAX_GROUPS; i++) {
        const int64_t floors[] = {p->floors.class_[i], p->floors.region[i]};
        for (int k = 0; k < 2; k++) {
            if (floors[k] > 0) {
                (void)add_column(p->prob, (double)floors[k], false);
                p->n_short++;
            }
        }
    }
}

// ---- rows

// See each line of each seat: one pass counts what rows could take, one writes entries.
typedef bool (*see_part)(void *context, const struct award_seat *seat, uint32_t part,
                         const struct round_line *line);

static bool each_part(const struct award_program *p, see_part see, void *context) {
    uint32_t part = 0;
    for (uint32_t i = 0; i < p->n_seat; i++) {
        const struct round_application *it = of_seat(p, &p->seat[i]);
        for (uint32_t k = 0; k < it->n_line; k++, part++) {
            if (!see(context, &p->seat[i], part, &p->round->line[it->first_line + k])) {
                return false;
            }
        }
    }
    return true;
}

struct rows {
    struct award_program *p;
    struct triples *t;
    double *wanted, *largest; // (round_n_row)
    int *number;              // (round_n_row) of the program's row, 0: it cannot be passed
};

static bool count_part(void *context, const struct award_seat *seat, uint32_t part,
                       const struct round_line *line) {
    struct rows *r = context;
    struct round_use use[ROUND_USES];
    const uint32_t n = round_uses(r->p->round, line, seat->site, use);
    for (uint32_t i = 0; i < n; i++) {
        const double each = (double)use[i].each;
        r->wanted[use[i].row] += each * r->p->most[part];
        r->largest[use[i].row] = each > r->largest[use[i].row] ? each : r->largest[use[i].row];
    }
    return true;
}

static bool write_part(void *context, const struct award_seat *seat, uint32_t part,
                       const struct round_line *line) {
    struct rows *r = context;
    struct round_use use[ROUND_USES];
    const uint32_t n = round_uses(r->p->round, line, seat->site, use);
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < n; i++) {
        const int row = r->number[use[i].row];
        const double each = (double)use[i].each / r->largest[use[i].row];
        if (row > 0 && line->least > 0) {
            is_good = add(r->t, row, seat->y, each * line->least);
        }
        if (row > 0 && r->p->z[part] > 0) {
            is_good = is_good && add(r->t, row, r->p->z[part], each);
        }
    }
    return is_good;
}

static bool add_limits(struct award_program *p, struct triples *t) {
    const size_t n = (size_t)round_n_row(p->round) + 1;
    struct rows r = {.p = p,
                     .t = t,
                     .wanted = alloc_new(n, sizeof *r.wanted),
                     .largest = alloc_new(n, sizeof *r.largest),
                     .number = alloc_new(n, sizeof *r.number)};
    bool is_good = r.wanted && r.largest && r.number && each_part(p, count_part, &r);
    for (size_t i = 0; is_good && i + 1 < n; i++) {
        if (p->limit[i] != ROUND_NO_CAP && r.wanted[i] > (double)p->limit[i]) {
            r.number[i] = glp_add_rows(p->prob, 1);
            glp_set_row_bnds(p->prob, r.number[i], GLP_UP, 0, (double)p->limit[i] / r.largest[i]);
        }
    }
    is_good = is_good && each_part(p, write_part, &r);
    alloc_free(r.wanted);
    alloc_free(r.largest);
    alloc_free(r.number);
    return is_good;
}

// An application stands at one site; z of a line only where y says yes.
static bool add_links(struct award_program *p, struct triples *t) {
    bool is_good = true;
    uint32_t part = 0;
    for (uint32_t i = 0, row = 0; is_good && i < p->n_seat; i++) {
        const struct award_seat *seat = &p->seat[i];
        const struct round_application *it = of_seat(p, seat);
        const bool is_first = i == 0 || p->seat[i - 1].application != seat->application;
        const bool is_last = i + 1 == p->n_seat || p->seat[i + 1].application != seat->application;
        if (is_first && !is_last) {
            row = (uint32_t)glp_add_rows(p->prob, 1);
            glp_set_row_bnds(p->prob, (int)row, GLP_UP, 0, 1);
        }
        if (!is_first || !is_last) {
            is_good = add(t, (int)row, seat->y, 1);
        }
        for (uint32_t k = 0; is_good && k < it->n_line; k++, part++) {
            if (p->z[part] > 0) {
                const uint32_t least = p->round->line[it->first_line + k].least;
                const int link = glp_add_rows(p->prob, 1);
                glp_set_row_bnds(p->prob, link, GLP_UP, 0, 0);
                is_good = add(t, link, p->z[part], 1) &&
                          add(t, link, seat->y, -(double)(p->most[part] - least));
            }
        }
    }
    return is_good;
}

struct floor_rows {
    struct award_program *p;
    struct triples *t;
    int class_[ROUND_MAX_GROUPS], region[ROUND_MAX_GROUPS];
};

static bool write_floor(void *context, const struct award_seat *seat, uint32_t part,
                        const struct round_line *line) {
    struct floor_rows *f = context;
    const struct round_application *it = of_seat(f->p, seat);
    const int row[] = {f->class_[it->class_], f->region[it->region]};
    bool is_good = true;
    for (int i = 0; is_good && i < 2; i++) {
        if (row[i] > 0 && line->least > 0) {
            is_good = add(f->t, row[i], seat->y, (double)line->least * round_span(line));
        }
        if (row[i] > 0 && f->p->z[part] > 0) {
            is_good = is_good && add(f->t, row[i], f->p->z[part], round_span(line));
        }
    }
    return is_good;
}

static bool add_floors(struct award_program *p, struct triples *t) {
    struct floor_rows f = {.p = p, .t = t};
    int column = p->first_short;
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < ROUND_MAX_GROUPS; i++) {
        const int64_t floors[] = {p->floors.class_[i], p->floors.region[i]};
        for (int k = 0; is_good && k < 2; k++) {
            if (floors[k] > 0) {
                const int row = glp_add_rows(p->prob, 1);
                glp_set_row_bnds(p->prob, row, GLP_LO, (double)floors[k], 0);
                (k == 0 ? f.class_ : f.region)[i] = row;
                is_good = add(t, row, column++, 1);
            }
        }
    }
    return is_good && each_part(p, write_floor, &f);
}

// GLPK wants one entry a place: those of the same row and column, as of a seat whose lines take of one row, become one.
static int by_place(const void *a, const void *b) {
    const int *x = a, *y = b;
    return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0]) : (x[1] > y[1]) - (x[1] < y[1]);
}

static bool load(struct award_program *p, struct triples *t) {
    int(*place)[3] = alloc_new((size_t)t->n + 1, sizeof *place);
    double *value = alloc_new((size_t)t->n + 2, sizeof *value);
    if (!place || !value) {
        alloc_free(place);
        alloc_free(value);
        return false;
    }
    for (int i = 0; i < t->n; i++) {
        place[i][0] = t->row[i + 1];
        place[i][1] = t->column[i + 1];
        place[i][2] = i + 1;
    }
    qsort(place, (size_t)t->n, sizeof *place, by_place);
    int n = 0;
    for (int i = 0; i < t->n; i++) {
        const bool is_new =
            i == 0 || place[i][0] != place[i - 1][0] || place[i][1] != place[i - 1][1];
        n += is_new;
        value[n] = (is_new ? 0 : value[n]) + t->value[place[i][2]];
        if (is_new) {
            place[n - 1][0] = place[i][0];
            place[n - 1][1] = place[i][1];
        }
    }
    for (int i = 1; i <= n; i++) {
        t->row[i] = place[i - 1][0];
        t->column[i] = place[i - 1][1];
    }
    glp_load_matrix(p->prob, n, t->row, t->column, value);
    alloc_free(place);
    alloc_free(value);
    return true;
}

maru_status award_program_build(struct award_program *p, bool has_whole_gpus, maru_error *err) {
    struct triples t = {0};
    p->prob = glp_create_prob();
    glp_set_obj_dir(p->prob, GLP_MAX);
    add_columns(p, has_whole_gpus);
    const bool is_good = add(&t, 0, 0, 0) && (t.n = 0, add_links(p, &t)) && add_limits(p, &t) &&
                         add_floors(p, &t) && load(p, &t);
    alloc_free(t.row);
    alloc_free(t.column);
    alloc_free(t.value);
    return is_good ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

// ---- goals

struct aiming {
    struct award_program *p;
    enum award_goal goal;
    double largest;
};

static bool aim_part(void *context, const struct award_seat *seat, uint32_t part,
                     const struct round_line *line) {
    struct aiming *aim = context;
    const double worth = (double)(seat->worth * round_span(line)) / aim->p->worth_unit;
    glp_set_obj_coef(aim->p->prob, seat->y,
                     glp_get_obj_coef(aim->p->prob, seat->y) + worth * line->least);
    if (aim->p->z[part] > 0) {
        glp_set_obj_coef(aim->p->prob, aim->p->z[part], worth);
    }
    aim->largest = worth > aim->largest ? worth : aim->largest;
    return true;
}

void award_program_aim(struct award_program *p, enum award_goal goal) {
    struct aiming aim = {p, goal, 0};
    const int n = glp_get_num_cols(p->prob);
    for (int i = 1; i <= n; i++) {
        glp_set_obj_coef(p->prob, i, 0);
    }
    if (goal == GOAL_WORTH || goal == GOAL_WORTH_AND_FLOORS) {
        (void)each_part(p, aim_part, &aim);
    }
    for (uint32_t i = 0; goal == GOAL_LOT && i < p->n_seat; i++) {
        const uint64_t lot = round_lot(p->round, of_seat(p, &p->seat[i]));
        glp_set_obj_coef(p->prob, p->seat[i].y,
                         (double)((UINT64_MAX - lot) >> (64 - LOT_BITS)) + 1);
    }
    for (int i = 0; goal != GOAL_WORTH && goal != GOAL_LOT && i < p->n_short; i++) {
        glp_set_obj_coef(p->prob, p->first_short + i,
                         goal == GOAL_FLOORS ? -1 : -100 * aim.largest);
    }
}

void award_program_keep_floors(struct award_program *p, int64_t most_short) {
    int column[2 * ROUND_MAX_GROUPS + 1];
    double one[2 * ROUND_MAX_GROUPS + 1];
    for (int i = 1; i <= p->n_short; i++) {
        column[i] = p->first_short + i - 1;
        one[i] = 1;
    }
    const int row = glp_add_rows(p->prob, 1);
    glp_set_row_bnds(p->prob, row, GLP_UP, 0, (double)most_short);
    glp_set_mat_row(p->prob, row, p->n_short, column, one);
}

void award_program_keep_worth(struct award_program *p, int64_t worth) {
    const int n = glp_get_num_cols(p->prob);
    int *column = alloc_new((size_t)n + 1, sizeof *column);
    double *value = alloc_new((size_t)n + 1, sizeof *value);
    int k = 0;
    for (int i = 1; column && value && i <= n; i++) {
        if (glp_get_obj_coef(p->prob, i) > 0) {
            column[++k] = i;
            value[k] = glp_get_obj_coef(p->prob, i);
        }
    }
    if (k > 0) { // without memory any tie is as good
        const int row = glp_add_rows(p->prob, 1);
        glp_set_row_bnds(p->prob, row, GLP_LO, (double)worth / p->worth_unit - 0.25, 0);
        glp_set_mat_row(p->prob, row, k, column, value);
    }
    alloc_free(column);
    alloc_free(value);
}

// ---- awards

void award_program_columns(const struct award_program *p, const struct round_award *award,
                           double *column) {
    uint32_t part = 0;
    memset(column, 0, ((size_t)glp_get_num_cols(p->prob) + 1) * sizeof *column);
    for (uint32_t i = 0; i < p->n_seat; i++) {
        const struct award_seat *seat = &p->seat[i];
        const struct round_application *it = of_seat(p, seat);
        const bool is_in = award->site[seat->application] == seat->site;
        column[seat->y] = is_in ? 1 : 0;
        for (uint32_t k = 0; k < it->n_line; k++, part++) {
            const uint32_t line = it->first_line + k;
            if (p->z[part] > 0 && is_in) {
                column[p->z[part]] = (double)(award->gpus[line] - p->round->line[line].least);
            }
        }
    }
    int at = p->first_short;
    for (uint32_t i = 0; i < ROUND_MAX_GROUPS; i++) {
        if (p->floors.class_[i] > 0) {
            column[at++] = (double)award->short_class[i];
        }
        if (p->floors.region[i] > 0) {
            column[at++] = (double)award->short_region[i];
        }
    }
}

// Give a seat what its columns say, as far as there is room.
static void give_seat(const struct award_program *p, struct round_room *room,
                      struct round_award *award, uint32_t seat_number, uint32_t part,
                      const double *column) {
    const struct award_seat *seat = &p->seat[seat_number];
    const struct round_application *it = of_seat(p, seat);
    const uint32_t a = seat->application;
    award->site[a] = seat->site;
    for (uint32_t k = 0; k < it->n_line; k++) {
        const struct round_line *line = &p->round->line[it->first_line + k];
        const int z = p->z[part + k];
        const double more = z > 0 ? column[z] : 0;
        const int64_t wanted = (int64_t)line->least + (int64_t)floor(more + 1e-6);
        const int64_t most = round_room_most(room, line, seat->site);
        if (most < line->least) {
            round_room_take_back(room, award, a);
            return;
        }
        const int64_t gpus = wanted < most ? wanted : most;
        round_room_take(room, line, seat->site, gpus);
        award->gpus[it->first_line + k] = (uint32_t)gpus;
    }
    if (round_got(p->round, award, a) == 0) {
        round_room_take_back(room, award, a);
    }
}

// Seats that have something, the surest first.
static uint32_t order_seats(const struct award_program *p, const double *column,
                            struct round_key *key, uint32_t *seat) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_seat; i++) {
        const double y = column[p->seat[i].y];
        key[i] = (struct round_key){y > 1 - 1e-6 ? -1000000 : -(int64_t)(1e6 * y), i};
        if (y > 1e-6) {
            seat[n++] = i;
        }
    }
    return n;
}

static maru_status give_seats(const struct award_program *p, const double *column,
                              struct round_room *room, struct round_award *award, maru_error *err) {
    const size_t n_seat = (size_t)p->n_seat + 1;
    struct round_key *key = alloc_new(n_seat, sizeof *key);
    uint32_t *seat = alloc_new(n_seat, sizeof *seat), *part = alloc_new(n_seat, sizeof *part);
    maru_status st = key && seat && part ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        for (uint32_t i = 0; i < p->n_seat; i++) {
            part[i + 1] = part[i] + of_seat(p, &p->seat[i])->n_line;
        }
        const uint32_t n = order_seats(p, column, key, seat);
        st = round_sort(seat, n, key, err);
        for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
            if (award->site[p->seat[seat[i]].application] == ROUND_NONE) {
                give_seat(p, room, award, seat[i], part[seat[i]], column);
            }
        }
    }
    alloc_free(key);
    alloc_free(seat);
    alloc_free(part);
    return st;
}

maru_status award_program_award(const struct award_program *p, const double *column,
                                struct round_award *award, maru_error *err) {
    struct round_room room;
    maru_status st = round_room_init(&room, p->round, p->limit, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t a = 0; a < p->round->n_application; a++) {
        award->site[a] = ROUND_NONE;
    }
    memset(award->gpus, 0, p->round->n_line * sizeof *award->gpus);
    st = give_seats(p, column, &room, award, err);
    for (uint32_t i = 0; i < p->n_seat; i++) {
        const struct award_seat *seat = &p->seat[i];
        if (award->site[seat->application] == ROUND_NONE) {
            (void)round_room_give(&room, award, seat->application, seat->site);
        } else {
            round_room_fill(&room, award, seat->application);
        }
    }
    award->worth = 0;
    for (uint32_t a = 0; a < p->round->n_application; a++) {
        award->worth += round_got_worth(p->round, award, a);
    }
    (void)round_count_short(p->round, &p->floors, award);
    round_room_fini(&room);
    return st;
}
