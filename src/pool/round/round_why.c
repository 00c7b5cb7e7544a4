#include "pool/round/round_why.h"

#include "base/alloc.h"
#include "base/status.h"

// The room that is left is made anew from the award. A wish is put onto the rows it would use, and what a row lacks is the
// difference. Rows of one line in many quarters lack together; they are told one by one, and whoever tells people joins them.

enum { LACKS = sizeof((struct round_why *)0)->lack / sizeof(struct round_lack) };

static void note_users(struct round_reasons *r, uint32_t a) {
    const struct round_application *it = &r->round->application[a];
    struct round_use use[ROUND_USES];
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const uint32_t n = r->award->gpus[i] > 0
                               ? round_uses(r->round, &r->round->line[i], r->award->site[a], use)
                               : 0;
        for (uint32_t k = 0; k < n; k++) {
            uint32_t *lowest = &r->lowest[use[k].row];
            if (*lowest == ROUND_NONE || round_points(r->round, it, r->award->site[a]) <
                                             round_points(r->round, &r->round->application[*lowest],
                                                          r->award->site[*lowest])) {
                *lowest = a;
            }
        }
    }
}

static maru_status rank_all(struct round_reasons *r, maru_error *err) {
    const uint32_t n = r->round->n_application;
    uint32_t *order = alloc_new((size_t)n + 1, sizeof *order);
    const maru_status st =
        order ? round_rank(r->round, order, err) : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        if (round_is_eligible(r->round, &r->round->application[order[i]])) {
            r->rank[order[i]] = ++r->n_ranked;
        }
    }
    alloc_free(order);
    return st;
}

maru_status round_reasons_init(struct round_reasons *r, const struct round *round,
                               const struct round_award *award, maru_error *err) {
    const size_t n_row = (size_t)round_n_row(round) + 1;
    *r = (struct round_reasons){.round = round, .award = award};
    r->rank = alloc_new((size_t)round->n_application + 1, sizeof *r->rank);
    r->lowest = alloc_new(n_row, sizeof *r->lowest);
    r->need = alloc_new(n_row, sizeof *r->need);
    maru_status st = r->rank && r->lowest && r->need ? round_room_init(&r->room, round, NULL, err)
                                                     : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? round_room_init(&r->alone, round, NULL, err) : st;
    st = st == MARU_OK ? rank_all(r, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    for (size_t i = 0; i < n_row; i++) {
        r->lowest[i] = ROUND_NONE;
    }
    for (uint32_t a = 0; a < round->n_application; a++) {
        const struct round_application *it = &round->application[a];
        for (uint32_t i = it->first_line;
             award->site[a] != ROUND_NONE && i < it->first_line + it->n_line; i++) {
            round_room_take(&r->room, &round->line[i], award->site[a], award->gpus[i]);
        }
        if (award->site[a] != ROUND_NONE) {
            note_users(r, a);
        }
    }
    return MARU_OK;
}

void round_reasons_fini(struct round_reasons *r) {
    round_room_fini(&r->room);
    round_room_fini(&r->alone);
    alloc_free(r->rank);
    alloc_free(r->lowest);
    alloc_free(r->need);
    *r = (struct round_reasons){0};
}

// ---- what lacks

struct wish { // of GPUs on top, at a site
    uint32_t site, first, n_line;
    const uint32_t *gpus; // (n_line)
};

// Rows that lack something for a wish; the rows used are left at 0.
static uint32_t count_lacks(struct round_reasons *r, const struct round_room *room,
                            const struct wish *wish, struct round_lack *lack) {
    struct round_use use[ROUND_USES];
    uint32_t n_lack = 0;
    for (uint32_t k = 0; k < wish->n_line; k++) {
        const uint32_t n = round_uses(r->round, &r->round->line[wish->first + k], wish->site, use);
        for (uint32_t i = 0; i < n; i++) {
            r->need[use[i].row] += use[i].each * wish->gpus[k];
        }
    }
    for (uint32_t k = 0; k < wish->n_line; k++) {
        const uint32_t n = round_uses(r->round, &r->round->line[wish->first + k], wish->site, use);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t row = use[i].row;
            const int64_t left = room->left[row];
            if (left != ROUND_NO_CAP && r->need[row] > left && n_lack < LACKS) {
                lack[n_lack++] = (struct round_lack){row, r->need[row] - left};
            }
            r->need[row] = 0; // once a row, although lines share it
        }
    }
    return n_lack;
}

static uint32_t last_of(const struct round_reasons *r, const struct round_why *why) {
    uint32_t last = ROUND_NONE;
    for (uint32_t i = 0; i < why->n_lack; i++) {
        const uint32_t a = r->lowest[why->lack[i].row];
        if (a != ROUND_NONE &&
            (last == ROUND_NONE ||
             round_points(r->round, &r->round->application[a], r->award->site[a]) <
                 round_points(r->round, &r->round->application[last], r->award->site[last]))) {
            last = a;
        }
    }
    return last;
}

// More of the first line that has less than it asks for.
static void why_part(struct round_reasons *r, const struct round_application *it,
                     struct round_why *out) {
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const uint32_t more = r->round->line[i].gpus - r->award->gpus[i];
        if (more > 0) {
            const struct wish wish = {out->site, i, 1, &more};
            out->state = WHY_PART;
            out->more = more;
            out->n_lack = count_lacks(r, &r->room, &wish, out->lack);
            return;
        }
    }
}

// All least amounts (at least one GPU), at the site where the fewest rows are in the way.
static bool why_nothing(struct round_reasons *r, const struct round_room *room,
                        const struct round_application *it, struct round_why *out) {
    uint32_t *gpus = alloc_new(it->n_line, sizeof *gpus);
    if (!gpus) {
        return false;
    }
    uint32_t sum = 0;
    for (uint32_t k = 0; k < it->n_line; k++) {
        gpus[k] = r->round->line[it->first_line + k].least;
        sum += gpus[k];
    }
    gpus[0] += sum == 0;
    out->site = ROUND_NONE;
    out->more = sum == 0 ? 1 : sum;
    struct round_lack lack[LACKS];
    for (uint32_t s = 0; s < r->round->n_site; s++) {
        const struct wish wish = {s, it->first_line, it->n_line, gpus};
        if (round_may_stand(r->round, it, s)) {
            const uint32_t n = count_lacks(r, room, &wish, lack);
            if (out->site == ROUND_NONE || n < out->n_lack || (n == out->n_lack && s == it->site)) {
                out->site = s;
                out->n_lack = n;
                for (uint32_t i = 0; i < n; i++) {
                    out->lack[i] = lack[i];
                }
            }
        }
    }
    alloc_free(gpus);
    return out->n_lack > 0;
}

void round_why(struct round_reasons *r, uint32_t application, struct round_why *out) {
    const struct round_application *it = &r->round->application[application];
    *out = (struct round_why){.state = WHY_ALL,
                              .rank = r->rank[application],
                              .n_ranked = r->n_ranked,
                              .site = r->award->site[application],
                              .last = ROUND_NONE};
    if (r->award->site[application] != ROUND_NONE) {
        why_part(r, it, out);
    } else if (!round_is_eligible(r->round, it)) {
        out->state = WHY_POINTS;
    } else if (why_nothing(r, &r->alone, it, out)) {
        out->state = WHY_NEVER;
    } else {
        out->n_lack = 0;
        (void)why_nothing(r, &r->room, it, out);
        out->state = WHY_ROOM;
    }
    out->last = out->state == WHY_NEVER ? ROUND_NONE : last_of(r, out);
}
