#include "pool/round/round_check.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"

// No row of round_room.c is used here: sums are made over the tables for each site, quarter and group.

static maru_status check_amounts(const struct round *round, const struct round_award *award,
                                 uint32_t a, maru_error *err) {
    const struct round_application *it = &round->application[a];
    const bool has = award->site[a] != ROUND_NONE;
    int64_t sum = 0;
    if (has && (award->site[a] >= round->n_site || !round_may_stand(round, it, award->site[a]))) {
        return fail(err, MARU_E_RANGE, "%s stands where it may not", it->id);
    }
    if (has && !round_is_eligible(round, it)) {
        return fail(err, MARU_E_RANGE, "%s has too few points to get anything", it->id);
    }
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const struct round_line *line = &round->line[i];
        if (award->gpus[i] > (has ? line->gpus : 0)) {
            return fail(err, MARU_E_RANGE, "%s gets more than it asks for", it->id);
        }
        if (has && award->gpus[i] < line->least) {
            return fail(err, MARU_E_RANGE, "%s gets less than is useful", it->id);
        }
        sum += award->gpus[i];
    }
    return has && sum == 0 ? fail(err, MARU_E_RANGE, "%s is awarded nothing", it->id) : MARU_OK;
}

static maru_status check_place(const struct round *round, const struct round_award *award,
                               uint32_t site, uint32_t quarter, maru_error *err) {
    int64_t gpus[ROUND_MAX_TYPES] = {0};
    for (uint32_t i = 0; i < round->n_line; i++) {
        const struct round_line *line = &round->line[i];
        if (award->site[line->application] == site && line->from <= quarter &&
            quarter <= line->last) {
            gpus[line->type] += award->gpus[i];
        }
    }
    int64_t heat = 0;
    for (uint32_t t = 0; t < round->n_type; t++) {
        heat += gpus[t] * round->type[t].watts;
        if (gpus[t] > round->stock[round_stock_at(round, site, t, quarter)]) {
            return fail(err, MARU_E_RANGE, "more %s than there are at %s", round->type[t].name,
                        round->site[site].name);
        }
    }
    const size_t at = round_site_at(round, site, quarter);
    if (round->cooling_watts[at] != ROUND_NO_CAP && heat > round->cooling_watts[at]) {
        return fail(err, MARU_E_RANGE, "%s cannot be cooled", round->site[site].name);
    }
    if (round->cap_watts[at] != ROUND_NO_CAP &&
        heat * round->site[site].pue_milli > round->cap_watts[at] * ROUND_WHOLE) {
        return fail(err, MARU_E_RANGE, "%s draws more power than it has", round->site[site].name);
    }
    return MARU_OK;
}

// Shares of groups against ceilings and floors; what is short by the award's own word is allowed.
static maru_status check_group(const struct round_group *group, int64_t got, int64_t floor,
                               int64_t is_short, int64_t offered, maru_error *err) {
    if ((wide_i128)got * ROUND_WHOLE > (wide_i128)offered * group->ceiling_milli) {
        return fail(err, MARU_E_RANGE, "%s gets more than its ceiling", group->name);
    }
    if (got + is_short < floor) {
        return fail(err, MARU_E_RANGE, "%s gets less than its floor", group->name);
    }
    return MARU_OK;
}

static maru_status check_shares(const struct round *round, const struct round_award *award,
                                int64_t *institution, maru_error *err) {
    int64_t class_[ROUND_MAX_GROUPS] = {0}, region[ROUND_MAX_GROUPS] = {0}, worth = 0;
    const int64_t offered = round_offered(round);
    struct round_floors floors;
    round_floors(round, &floors);
    for (uint32_t a = 0; a < round->n_application; a++) {
        const int64_t got = round_got(round, award, a);
        class_[round->application[a].class_] += got;
        region[round->application[a].region] += got;
        institution[round->application[a].institution] += got;
        worth += round_got_worth(round, award, a);
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < round->n_class; i++) {
        st = check_group(&round->class_[i], class_[i], floors.class_[i], award->short_class[i],
                         offered, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < round->n_region; i++) {
        st = check_group(&round->region[i], region[i], floors.region[i], award->short_region[i],
                         offered, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < round->n_institution; i++) {
        if ((wide_i128)institution[i] * ROUND_WHOLE >
            (wide_i128)offered * round->rules.institution_milli) {
            st = fail(err, MARU_E_RANGE, "%s gets more than one institution may",
                      round->institution[i]);
        }
    }
    if (st == MARU_OK && (worth != award->worth || worth > award->bound)) {
        st = fail(err, MARU_E_RANGE, "an award that is not worth what it says");
    }
    return st;
}

maru_status round_check(const struct round *round, const struct round_award *award,
                        maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t a = 0; st == MARU_OK && a < round->n_application; a++) {
        st = check_amounts(round, award, a, err);
    }
    for (uint32_t s = 0; st == MARU_OK && s < round->n_site; s++) {
        for (uint32_t q = 0; st == MARU_OK && q < round->rules.n_quarter; q++) {
            st = check_place(round, award, s, q, err);
        }
    }
    if (st == MARU_OK) {
        int64_t *institution = alloc_new(round->n_institution + 1, sizeof *institution);
        st = institution ? check_shares(round, award, institution, err)
                         : fail(err, MARU_E_MEMORY, "no memory");
        alloc_free(institution);
    }
    return st;
}
