// Whether a twin matches its floor: what its futures claimed, against what happened afterwards.
//
// A claim is the values of n futures of one quantity. When the truth is known its rank among them
// should be any of the n + 1 with the same chance; so 80 % of the truths should lie in the middle
// 80 % of the ranks. A truth that equals some of the values has all their ranks by equal parts.
//   source  Czado, Gneiting, Held: Predictive model assessment for count data. Biometrics 65(4),
//           2009, doi 10.1111/j.1541-0420.2009.01191.x
#ifndef SIM_FOLLOW_VALIDITY_H
#define SIM_FOLLOW_VALIDITY_H

#include "base/text.h"
#include "sim/follow/belief.h"

enum {
    VALIDITY_N_BIN = 10,
    VALIDITY_LEAST_CERTAIN = 19, // futures that must agree: one more would differ once in 20 times
    VALIDITY_MAX_CLAIMS = 1 << 16,
    VALIDITY_MAX_VALUES = 1 << 10
};

struct score {
    uint64_t n;
    double inside;       // of n, in the middle 80 % of the ranks; by parts where values are equal
    double below, above; // of n, in the lowest and highest 10 %
    uint64_t n_raw;      // of n, between the 10 % and the 90 % quantile, both included
    double width;        // sum of the widths between these quantiles
    double rank[VALIDITY_N_BIN]; // of n, by rank: all the same where the twin is valid
    uint64_t n_certain,
        n_certain_right; // claims without any spread; of these, those that came true
};

// Judge one claim. Values that differ from the truth by at most `tolerance` equal it; where all values,
// VALIDITY_LEAST_CERTAIN or more, span no more than twice that, the claim is certain and only right or
// wrong.
//   in      sorted, rising (n), n > 0
void score_add(struct score *score, const double *sorted, size_t n, double truth, double tolerance);

enum claim_kind { CLAIM_LOT, CLAIM_PRODUCT, CLAIM_ALL, N_CLAIM };

struct validity;

//   memory  the caller frees
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status validity_new(struct validity **out, maru_error *err);
void validity_free(struct validity *validity); // accepts NULL

struct claim {
    enum claim_kind kind;
    uint32_t lot, number;     // of CLAIM_LOT: its place and number in the belief
    uint32_t product;         // of CLAIM_PRODUCT
    maru_time from_us, to_us; // of CLAIM_LOT: when it will be done, later ones as to_us; of the
                              // others: how many lots are done in between
};

// Keep a claim until its time has come.
//   in      sorted, rising (n), 1 to VALIDITY_MAX_VALUES
//   errors  MARU_E_RANGE; MARU_E_LIMIT: VALIDITY_MAX_CLAIMS are open; MARU_E_MEMORY
MARU_MUST_USE maru_status validity_claim(struct validity *validity, const struct claim *claim,
                                         const double *sorted, size_t n, maru_error *err);

// Judge all claims that end at or before `known_us`, up to when all is believed to have been told.
// The belief must remember lots that have left since the earliest of them began.
void validity_judge(struct validity *validity, const struct belief *belief, maru_time known_us);

struct validity_result {
    struct score score[N_CLAIM];
    size_t n_open;
    uint64_t n_lost; // claims about lots that were forgotten before
};
struct validity_result validity_look(const struct validity *validity);

// All of it as bytes, for the same program; errors stick in `out`.
void validity_save(const struct validity *validity, struct text *out);
//   errors  as validity_new; MARU_E_INPUT: of another program, or damaged
MARU_MUST_USE maru_status validity_load(const void *bytes, size_t n, struct validity **out,
                                        maru_error *err);

// Forget the claims that are open: what they name is no longer what it was. Lots among them are lost.
void validity_forget(struct validity *validity);

#endif
