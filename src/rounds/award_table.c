#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "pool/round/round_rules.h"
#include "rounds/round_folder.h"

// A row of awards.csv is a line of an application: read back, each row has to find its line, and its numbers have to be possible.
// Whether the whole keeps the rules is asked of round_check.c.

enum {
    AWARD_APPLICATION,
    AWARD_SITE,
    AWARD_TYPE,
    AWARD_FROM,
    AWARD_UNTIL,
    AWARD_GPUS,
    AWARD_INSTITUTION,
    AWARD_CLASS,
    AWARD_REGION,
    AWARD_ASKED,
    AWARD_RANK,
    AWARD_POINTS,
    AWARD_COLUMNS
};
static const struct grid_column award_columns[AWARD_COLUMNS] = {
    {"application", "신청", true},  {"site", "사이트", false}, {"type", "종류", true},
    {"from", "시작", true},         {"until", "끝", true},     {"awarded", "배정", true},
    {"institution", "기관", false}, {"class", "구분", false},  {"region", "지역", false},
    {"asked", "신청 GPU", false},   {"rank", "순위", false},   {"points", "점수", false}};

void award_table_write(struct text *out, const struct round *round, const struct round_award *award,
                       const uint32_t *rank) {
    text_addz(out, "application,institution,class,region,site,type,from,until,asked,awarded,rank,"
                   "points\n");
    for (uint32_t i = 0; i < round->n_line; i++) {
        const struct round_line *line = &round->line[i];
        const struct round_application *it = &round->application[line->application];
        const uint32_t site = award->site[line->application];
        const char *const cell[] = {it->id,
                                    round->institution[it->institution],
                                    round->class_[it->class_].name,
                                    round->region[it->region].name,
                                    site == ROUND_NONE ? "" : round->site[site].name,
                                    round->type[line->type].name};
        for (size_t k = 0; k < sizeof cell / sizeof cell[0]; k++) {
            text_add_csv(out, cell[k]);
            text_addz(out, ",");
        }
        round_quarter_write(out, &round->rules, line->from);
        text_addz(out, ",");
        round_quarter_write(out, &round->rules, line->last);
        text_addf(out, ",%u,%u,", line->gpus, award->gpus[i]);
        if (rank[line->application] > 0) {
            text_addf(out, "%u", rank[line->application]);
        }
        text_addz(out, ",");
        text_add_fixed(out, (double)it->points_milli / ROUND_WHOLE, 3);
        text_addz(out, "\n");
    }
}

struct award_reading {
    const struct round *round;
    struct round_award *award;
    struct names id, site; // in the order of the round
    bool *seen;            // (n_line)
};

static uint32_t quarter_of(const struct round *round, const struct csv_field *cell) {
    uint32_t quarter = 0;
    const struct round_rules *rules = &round->rules;
    const uint32_t first = 4 * rules->first_year + rules->first_quarter - 1;
    return round_quarter_read(cell->bytes, cell->n, &quarter) && quarter >= first ? quarter - first
                                                                                  : ROUND_NONE;
}

static uint32_t find_line(const struct award_reading *r, const struct grid_row *row, uint32_t a) {
    const struct round_application *it = &r->round->application[a];
    for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
        const struct round_line *line = &r->round->line[i];
        if (!r->seen[i] &&
            strcmp(r->round->type[line->type].name, row->cell[AWARD_TYPE].bytes) == 0 &&
            line->from == quarter_of(r->round, &row->cell[AWARD_FROM]) &&
            line->last == quarter_of(r->round, &row->cell[AWARD_UNTIL])) {
            return i;
        }
    }
    return ROUND_NONE;
}

static maru_status take_award(void *context, const struct grid_row *row, maru_error *err) {
    struct award_reading *r = context;
    const struct csv_field *id = &row->cell[AWARD_APPLICATION], *site = &row->cell[AWARD_SITE];
    const uint32_t a = names_find(&r->id, id->bytes, id->n);
    const uint32_t s = site->n > 0 ? names_find(&r->site, site->bytes, site->n) : ROUND_NONE;
    int64_t gpus = 0;
    (void)err;
    if (a == UINT32_MAX) {
        grid_fault(row, AWARD_APPLICATION, "a name of applications.csv", "there is no such name");
        return MARU_OK;
    }
    const uint32_t i = find_line(r, row, a);
    if (i == ROUND_NONE) {
        grid_fault(row, AWARD_TYPE, "type, from and until of a row of applications.csv",
                   "the application has no such row");
        return MARU_OK;
    }
    r->seen[i] = true;
    const struct round_line *line = &r->round->line[i];
    if (site->n > 0 && s == UINT32_MAX) {
        grid_fault(row, AWARD_SITE, "a name of sites.csv", "there is no such name");
    } else if (!number_int64(row->cell[AWARD_GPUS].bytes, row->cell[AWARD_GPUS].n, &gpus) ||
               gpus < 0 || gpus > line->gpus || (site->n == 0 && gpus > 0)) {
        grid_fault(row, AWARD_GPUS, "at most what is asked for; 0 without a site",
                   "this cannot be awarded");
    } else if (i > r->round->application[a].first_line && r->award->site[a] != s) {
        grid_fault(row, AWARD_SITE, "one site for all rows of an application",
                   "a row above says another one");
    } else {
        r->award->site[a] = s;
        r->award->gpus[i] = (uint32_t)gpus;
    }
    return MARU_OK;
}

static maru_status name_all(struct award_reading *r, maru_error *err) {
    maru_status st = MARU_OK;
    uint32_t number = 0;
    for (uint32_t a = 0; st == MARU_OK && a < r->round->n_application; a++) {
        const char *id = r->round->application[a].id;
        st = names_add(&r->id, id, strlen(id), &number, err);
    }
    for (uint32_t s = 0; st == MARU_OK && s < r->round->n_site; s++) {
        const char *name = r->round->site[s].name;
        st = names_add(&r->site, name, strlen(name), &number, err);
    }
    return st;
}

maru_status award_table_read(const char *bytes, size_t n, const struct round *round,
                             maru_faults *faults, struct round_award *award, maru_error *err) {
    const struct grid_form form = {"awards.csv", award_columns, AWARD_COLUMNS};
    struct award_reading r = {.round = round,
                              .award = award,
                              .seen = alloc_new((size_t)round->n_line + 1, sizeof *r.seen)};
    names_init(&r.id, ROUNDS_MAX_FILE_BYTES);
    names_init(&r.site, ROUNDS_MAX_FILE_BYTES);
    maru_status st = r.seen ? name_all(&r, err) : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_award, &r, err) : st;
    st = st == MARU_OK ? faults_status(faults, err) : st;
    award->worth = 0;
    for (uint32_t a = 0; st == MARU_OK && a < round->n_application; a++) {
        award->worth += round_got_worth(round, award, a);
    }
    award->bound = award->worth;
    names_fini(&r.id);
    names_fini(&r.site);
    alloc_free(r.seen);
    return st;
}
