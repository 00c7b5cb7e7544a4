// The figures of a round that are told everywhere: by class, by region, by quarter and site.
#ifndef STUDY_ROUND_FIGURES_H
#define STUDY_ROUND_FIGURES_H

#include "study/rounds/round_asking.h"

struct round_share { // of a class or a region
    uint32_t n, n_awarded;
    int64_t asked, awarded; // GPU quarters
};
struct round_moment {                   // a quarter at a site
    int64_t arrived, runnable, awarded; // GPUs
    int64_t used_watts, cap_watts;      // at the meter; ROUND_NO_CAP: none
};
struct round_figures {
    uint32_t n_awarded;
    uint64_t gpus_asked, gpus_awarded; // the most of each application in any quarter, added up
    int64_t offered, awarded;          // GPU quarters
    struct round_share class_[ROUND_MAX_GROUPS], region[ROUND_MAX_GROUPS];
    struct round_moment moment[ROUND_MAX_SITES * ROUND_MAX_QUARTERS]; // (n_site, n_quarter)
};

void round_figures(const struct round *round, const struct round_award *award,
                   struct round_figures *out);

// The sentences that lead: how many get how much, how good it is, what decided ties, which floors are short. Told one by one.
typedef void (*round_say)(void *context, enum word id, const char *const *arguments);
void round_lead(const struct round_answer *answer, const struct round_figures *figures,
                round_say say, void *context);

// Rows that are most in the way, first the one that is in the way of most.
//   out     row (at most n); returns how many
uint32_t round_most_in_way(const struct round_answer *answer, uint32_t *row, uint32_t n);

// The whole as JSON.
void round_json(struct text *out, struct round_answer *answer);

#endif
