// Small rounds for tests, by chance or by hand.
#ifndef POOL_TRIAL_ROUND_H
#define POOL_TRIAL_ROUND_H

#include <stdio.h>

#include "base/random.h"
#include "pool/round/round_room.h"

enum {
    TRIAL_APPLICATIONS = 40,
    TRIAL_LINES = 60,
    TRIAL_SITES = 2,
    TRIAL_TYPES = 2,
    TRIAL_QUARTERS = 3,
    TRIAL_GROUPS = 3,
};

struct trial_round {
    struct round round;
    struct round_type type[TRIAL_TYPES];
    struct round_site site[TRIAL_SITES];
    struct round_group class_[TRIAL_GROUPS], region[TRIAL_GROUPS];
    const char *institution[TRIAL_APPLICATIONS];
    struct round_application application[TRIAL_APPLICATIONS];
    struct round_line line[TRIAL_LINES];
    int64_t stock[TRIAL_SITES * TRIAL_TYPES * TRIAL_QUARTERS];
    int64_t cap[TRIAL_SITES * TRIAL_QUARTERS], cooling[TRIAL_SITES * TRIAL_QUARTERS];
    char id[TRIAL_APPLICATIONS][16];
    uint64_t at, seed; // of chance
};

static inline uint32_t trial_below(struct trial_round *trial, uint32_t n) {
    return random_at(trial->seed, 1, trial->at++).word[0] % n;
}

// Nothing but one site, one type, one quarter, `gpus` GPUs; no rule.
static inline void trial_begin(struct trial_round *trial, int64_t gpus) {
    *trial = (struct trial_round){.seed = 1};
    trial->type[0] = (struct round_type){"H200", 1000, 1000};
    trial->type[1] = (struct round_type){"B200", 1500, 2000};
    for (uint32_t i = 0; i < TRIAL_SITES; i++) {
        trial->site[i] = (struct round_site){i == 0 ? "Ulsan" : "Haenam", 1200};
    }
    for (uint32_t i = 0; i < TRIAL_GROUPS; i++) {
        static const char *const name[] = {"large", "SME", "start-up"};
        trial->class_[i] = (struct round_group){.name = name[i], .ceiling_milli = ROUND_WHOLE};
        trial->region[i] = (struct round_group){.name = name[i], .ceiling_milli = ROUND_WHOLE};
    }
    for (uint32_t i = 0; i < TRIAL_SITES * TRIAL_QUARTERS; i++) {
        trial->cap[i] = trial->cooling[i] = ROUND_NO_CAP;
    }
    trial->stock[0] = gpus;
    trial->round = (struct round){
        .rules = {.title = "trial",
                  .seed = 1,
                  .first_year = 2026,
                  .first_quarter = 1,
                  .n_quarter = 1,
                  .institution_milli = ROUND_WHOLE,
                  .nodes = 20000},
        .type = trial->type,
        .site = trial->site,
        .class_ = trial->class_,
        .region = trial->region,
        .institution = trial->institution,
        .application = trial->application,
        .line = trial->line,
        .stock = trial->stock,
        .cap_watts = trial->cap,
        .cooling_watts = trial->cooling,
        .n_type = 1,
        .n_site = 1,
        .n_class = TRIAL_GROUPS,
        .n_region = TRIAL_GROUPS,
    };
}

// One more application with one line over all quarters, of an institution of its own.
static inline struct round_application *trial_add(struct trial_round *trial, int64_t points,
                                                  uint32_t gpus, uint32_t least) {
    struct round *round = &trial->round;
    const uint32_t a = round->n_application++;
    snprintf(trial->id[a], sizeof trial->id[a], "A%u", a + 1);
    trial->institution[a] = trial->id[a];
    round->n_institution = round->n_application;
    trial->application[a] = (struct round_application){.id = trial->id[a],
                                                       .purpose = "",
                                                       .institution = a,
                                                       .site = ROUND_NONE,
                                                       .first_line = round->n_line,
                                                       .n_line = 1,
                                                       .points_milli = points};
    trial->line[round->n_line++] =
        (struct round_line){a, 0, 0, round->rules.n_quarter - 1, gpus, least};
    return &trial->application[a];
}

static inline void trial_more_lines(struct trial_round *trial, struct round_application *it) {
    struct round *round = &trial->round;
    const uint32_t n_quarter = round->rules.n_quarter;
    for (uint32_t i = 0; i < it->n_line; i++) {
        struct round_line *line = &trial->line[it->first_line + i];
        line->type = trial_below(trial, round->n_type);
        line->from = trial_below(trial, n_quarter);
        line->last = line->from + trial_below(trial, n_quarter - line->from);
        line->gpus = 1 + trial_below(trial, 4);
        line->least = trial_below(trial, line->gpus + 1);
    }
}

// By chance, with all rules now and then: n applications, some of two lines.
static inline void trial_any(struct trial_round *trial, uint64_t seed, uint32_t n) {
    trial_begin(trial, 0);
    trial->seed = seed;
    struct round *round = &trial->round;
    round->rules.seed = seed;
    round->n_site = 1 + trial_below(trial, TRIAL_SITES);
    round->n_type = 1 + trial_below(trial, TRIAL_TYPES);
    round->rules.n_quarter = 1 + trial_below(trial, TRIAL_QUARTERS);
    round->rules.institution_milli = trial_below(trial, 3) == 0 ? 400 : ROUND_WHOLE;
    round->rules.is_site_binding = trial_below(trial, 3) == 0;
    round->rules.site_bonus_milli = trial_below(trial, 2) * 500;
    round->rules.least_points_milli = 2000;
    for (uint32_t s = 0; s < round->n_site; s++) {
        for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
            for (uint32_t t = 0; t < round->n_type; t++) {
                const size_t at = round_stock_at(round, s, t, q);
                trial->stock[at] = (q > 0 ? trial->stock[at - 1] : 0) + trial_below(trial, 5);
            }
            trial->cap[round_site_at(round, s, q)] =
                trial_below(trial, 2) == 0 ? ROUND_NO_CAP : 1800 * (int64_t)trial_below(trial, 7);
            trial->cooling[round_site_at(round, s, q)] =
                trial_below(trial, 4) > 0 ? ROUND_NO_CAP : 1000 * (int64_t)trial_below(trial, 9);
        }
    }
    for (uint32_t i = 0; i < TRIAL_GROUPS; i++) {
        trial->class_[i].ceiling_milli = trial_below(trial, 3) == 0 ? 500 : ROUND_WHOLE;
        trial->class_[i].floor_milli = trial_below(trial, 3) == 0 ? 300 : 0;
        trial->region[i].floor_milli = trial_below(trial, 5) == 0 ? 200 : 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t n_line = 1 + (trial_below(trial, 4) == 0);
        struct round_application *it =
            trial_add(trial, 1000 + 500 * (int64_t)trial_below(trial, 18), 1, 1);
        it->class_ = trial_below(trial, TRIAL_GROUPS);
        it->region = trial_below(trial, TRIAL_GROUPS);
        it->institution = trial_below(trial, i + 1);
        it->site = trial_below(trial, 2) == 0 ? ROUND_NONE : trial_below(trial, round->n_site);
        if (n_line == 2) {
            trial->line[round->n_line++] = (struct round_line){i, 0, 0, 0, 1, 1};
        }
        it->n_line = n_line;
        trial_more_lines(trial, it);
    }
}

#endif
