#include "pool/round/round_room.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"

// Rows stand in this order: GPUs (site, type, quarter), watts (site, quarter), heat (site, quarter), classes, regions,
// institutions.

// ---- rows

struct offsets {
    uint32_t power, cooling, class_, region, institution, end;
};

static struct offsets offsets_of(const struct round *round) {
    const uint32_t n_site_quarter = round->n_site * round->rules.n_quarter;
    struct offsets at = {.power = n_site_quarter * round->n_type};
    at.cooling = at.power + n_site_quarter;
    at.class_ = at.cooling + n_site_quarter;
    at.region = at.class_ + round->n_class;
    at.institution = at.region + round->n_region;
    at.end = at.institution + round->n_institution;
    return at;
}

uint32_t round_n_row(const struct round *round) { return offsets_of(round).end; }

struct round_row round_row_at(const struct round *round, uint32_t row) {
    const struct offsets at = offsets_of(round);
    const uint32_t n_quarter = round->rules.n_quarter;
    struct round_row out = {.group = ROUND_NONE};
    if (row >= at.class_) {
        out.kind = row >= at.institution ? ROW_INSTITUTION
                   : row >= at.region    ? ROW_REGION
                                         : ROW_CLASS;
        out.group = row - (row >= at.institution ? at.institution
                           : row >= at.region    ? at.region
                                                 : at.class_);
    } else if (row >= at.power) {
        out.kind = row >= at.cooling ? ROW_COOLING : ROW_POWER;
        row -= row >= at.cooling ? at.cooling : at.power;
        out.site = row / n_quarter;
        out.quarter = row % n_quarter;
    } else {
        out.kind = ROW_STOCK;
        out.quarter = row % n_quarter;
        out.type = row / n_quarter % round->n_type;
        out.site = row / n_quarter / round->n_type;
    }
    return out;
}

uint32_t round_uses(const struct round *round, const struct round_line *line, uint32_t site,
                    struct round_use use[ROUND_USES]) {
    const struct offsets at = offsets_of(round);
    const struct round_application *application = &round->application[line->application];
    const int64_t milliwatts = round_milliwatts(round, site, line->type, 1);
    const int64_t heat = (int64_t)round->type[line->type].watts * ROUND_WHOLE;
    const int64_t span = round_span(line);
    uint32_t n = 0;
    for (uint32_t q = line->from; q <= line->last; q++) {
        const uint32_t place = (uint32_t)round_site_at(round, site, q);
        use[n++] = (struct round_use){(uint32_t)round_stock_at(round, site, line->type, q), 1};
        use[n++] = (struct round_use){at.power + place, milliwatts};
        use[n++] = (struct round_use){at.cooling + place, heat};
    }
    use[n++] = (struct round_use){at.class_ + application->class_, span};
    use[n++] = (struct round_use){at.region + application->region, span};
    use[n++] = (struct round_use){at.institution + application->institution, span};
    return n;
}

static int64_t share_of(int64_t offered, uint32_t milli) {
    return milli >= ROUND_WHOLE ? ROUND_NO_CAP : wide_mul_div(offered, milli, ROUND_WHOLE);
}

void round_limits(const struct round *round, int64_t *limit) {
    const struct offsets at = offsets_of(round);
    const int64_t offered = round_offered(round);
    const uint32_t n_place = round->n_site * round->rules.n_quarter;
    for (uint32_t i = 0; i < at.power; i++) {
        limit[i] = round->stock[i];
    }
    for (uint32_t i = 0; i < n_place; i++) {
        const int64_t cap = round->cap_watts[i], cooling = round->cooling_watts[i];
        limit[at.power + i] = cap == ROUND_NO_CAP ? ROUND_NO_CAP : cap * ROUND_WHOLE;
        limit[at.cooling + i] = cooling == ROUND_NO_CAP ? ROUND_NO_CAP : cooling * ROUND_WHOLE;
    }
    for (uint32_t i = 0; i < round->n_class; i++) {
        limit[at.class_ + i] = share_of(offered, round->class_[i].ceiling_milli);
    }
    for (uint32_t i = 0; i < round->n_region; i++) {
        limit[at.region + i] = share_of(offered, round->region[i].ceiling_milli);
    }
    for (uint32_t i = 0; i < round->n_institution; i++) {
        limit[at.institution + i] = share_of(offered, round->rules.institution_milli);
    }
}

// ---- awards

maru_status round_award_init(const struct round *round, struct round_award *award,
                             maru_error *err) {
    *award = (struct round_award){0};
    award->site = alloc_new(round->n_application + 1, sizeof *award->site);
    award->gpus = alloc_new(round->n_line + 1, sizeof *award->gpus);
    if (!award->site || !award->gpus) {
        round_award_fini(award);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t a = 0; a < round->n_application; a++) {
        award->site[a] = ROUND_NONE;
    }
    return MARU_OK;
}

void round_award_fini(struct round_award *award) {
    alloc_free(award->site);
    alloc_free(award->gpus);
    *award = (struct round_award){0};
}

void round_award_copy(const struct round *round, const struct round_award *from,
                      struct round_award *to) {
    uint32_t *const site = to->site, *const gpus = to->gpus;
    memcpy(site, from->site, round->n_application * sizeof *site);
    memcpy(gpus, from->gpus, round->n_line * sizeof *gpus);
    *to = *from;
    to->site = site;
    to->gpus = gpus;
}

int64_t round_got(const struct round *round, const struct round_award *award,
                  uint32_t application) {
    const struct round_application *it = &round->application[application];
    int64_t sum = 0;
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        sum += (int64_t)award->gpus[i] * round_span(&round->line[i]);
    }
    return sum;
}

int64_t round_got_worth(const struct round *round, const struct round_award *award,
                        uint32_t application) {
    return award->site[application] == ROUND_NONE
               ? 0
               : round_got(round, award, application) *
                     round_worth(round, &round->application[application], award->site[application]);
}

void round_floors(const struct round *round, struct round_floors *out) {
    const int64_t offered = round_offered(round);
    *out = (struct round_floors){.has_any = false};
    for (uint32_t a = 0; a < round->n_application; a++) {
        const struct round_application *it = &round->application[a];
        if (round_is_eligible(round, it)) {
            out->class_[it->class_] += round_asked(round, it);
            out->region[it->region] += round_asked(round, it);
        }
    }
    for (uint32_t i = 0; i < ROUND_MAX_GROUPS; i++) {
        const int64_t class_ =
            i < round->n_class ? wide_mul_div(offered, round->class_[i].floor_milli, ROUND_WHOLE)
                               : 0;
        const int64_t region =
            i < round->n_region ? wide_mul_div(offered, round->region[i].floor_milli, ROUND_WHOLE)
                                : 0;
        out->class_[i] = out->class_[i] < class_ ? out->class_[i] : class_;
        out->region[i] = out->region[i] < region ? out->region[i] : region;
        out->has_any = out->has_any || out->class_[i] > 0 || out->region[i] > 0;
    }
}

int64_t round_count_short(const struct round *round, const struct round_floors *floors,
                          struct round_award *award) {
    int64_t sum = 0;
    memcpy(award->short_class, floors->class_, sizeof award->short_class);
    memcpy(award->short_region, floors->region, sizeof award->short_region);
    for (uint32_t a = 0; a < round->n_application; a++) {
        const int64_t got = round_got(round, award, a);
        award->short_class[round->application[a].class_] -= got;
        award->short_region[round->application[a].region] -= got;
    }
    for (uint32_t i = 0; i < ROUND_MAX_GROUPS; i++) {
        award->short_class[i] = award->short_class[i] > 0 ? award->short_class[i] : 0;
        award->short_region[i] = award->short_region[i] > 0 ? award->short_region[i] : 0;
        sum += award->short_class[i] + award->short_region[i];
    }
    return sum;
}

// ---- room

maru_status round_room_init(struct round_room *room, const struct round *round,
                            const int64_t *limit, maru_error *err) {
    const uint32_t n = round_n_row(round);
    *room = (struct round_room){.round = round, .left = alloc_new(n + 1, sizeof *room->left)};
    if (!room->left) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (limit) {
        memcpy(room->left, limit, n * sizeof *limit);
    } else {
        round_limits(round, room->left);
    }
    return MARU_OK;
}

void round_room_fini(struct round_room *room) {
    alloc_free(room->left);
    *room = (struct round_room){0};
}

int64_t round_room_most(const struct round_room *room, const struct round_line *line,
                        uint32_t site) {
    struct round_use use[ROUND_USES];
    const uint32_t n = round_uses(room->round, line, site, use);
    int64_t most = ROUND_MAX_GPUS;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t left = room->left[use[i].row];
        if (left != ROUND_NO_CAP && use[i].each > 0) {
            const int64_t fits = left / use[i].each;
            most = fits < most ? fits : most;
        }
    }
    return most;
}

void round_room_take(struct round_room *room, const struct round_line *line, uint32_t site,
                     int64_t gpus) {
    struct round_use use[ROUND_USES];
    const uint32_t n = round_uses(room->round, line, site, use);
    for (uint32_t i = 0; i < n; i++) {
        if (room->left[use[i].row] != ROUND_NO_CAP) {
            room->left[use[i].row] -= gpus * use[i].each;
        }
    }
}

void round_room_take_back(struct round_room *room, struct round_award *award,
                          uint32_t application) {
    const struct round_application *it = &room->round->application[application];
    if (award->site[application] == ROUND_NONE) {
        return;
    }
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        round_room_take(room, &room->round->line[i], award->site[application],
                        -(int64_t)award->gpus[i]);
        award->gpus[i] = 0;
    }
    award->site[application] = ROUND_NONE;
}

void round_room_fill(struct round_room *room, struct round_award *award, uint32_t application) {
    const struct round_application *it = &room->round->application[application];
    const uint32_t site = award->site[application];
    if (site == ROUND_NONE) {
        return;
    }
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const struct round_line *line = &room->round->line[i];
        const int64_t wanted = (int64_t)line->gpus - award->gpus[i];
        const int64_t most = wanted > 0 ? round_room_most(room, line, site) : 0;
        const int64_t more = most < wanted ? most : wanted;
        if (more > 0) {
            round_room_take(room, line, site, more);
            award->gpus[i] += (uint32_t)more;
        }
    }
}

bool round_room_give(struct round_room *room, struct round_award *award, uint32_t application,
                     uint32_t site) {
    const struct round_application *it = &room->round->application[application];
    award->site[application] = site;
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const struct round_line *line = &room->round->line[i];
        if (round_room_most(room, line, site) < line->least) {
            round_room_take_back(room, award, application);
            return false;
        }
        round_room_take(room, line, site, line->least);
        award->gpus[i] = line->least;
    }
    round_room_fill(room, award, application);
    if (round_got(room->round, award, application) == 0) {
        round_room_take_back(room, award, application);
        return false;
    }
    return true;
}

bool round_room_give_best(struct round_room *room, struct round_award *award,
                          uint32_t application) {
    const struct round_application *it = &room->round->application[application];
    uint32_t best = ROUND_NONE;
    int64_t best_worth = 0;
    for (uint32_t s = 0; s < room->round->n_site; s++) {
        if (round_may_stand(room->round, it, s) && round_room_give(room, award, application, s)) {
            const int64_t worth = round_got_worth(room->round, award, application);
            if (worth > best_worth) {
                best = s;
                best_worth = worth;
            }
            round_room_take_back(room, award, application);
        }
    }
    return best != ROUND_NONE && round_room_give(room, award, application, best);
}
