// Why an application has got what it has, in words.
#ifndef STUDY_ROUND_SENTENCES_H
#define STUDY_ROUND_SENTENCES_H

#include "base/text.h"
#include "pool/round/round_why.h"
#include "study/words/words.h"

struct round_told { // what all sentences of a round are made from
    const struct round *round;
    const struct round_award *award;
    const uint32_t *n_tied; // (n_application), as of round_deal; NULL: none
};

// Append the sentences of one decision.
void round_sentence(struct text *out, enum lang lang, const struct round_told *told,
                    uint32_t application, const struct round_why *why);

// A limit in a few words, with the amount of it that lacks: "0.3 MW of power at Ulsan in 2026Q3".
void round_add_lack(struct text *out, enum lang lang, const struct round *round,
                    const struct round_lack *lack);

// The most GPUs that an application has, or asks for, in any quarter.
//   in      gpus: (n_line) of an award; NULL: what it asks for
uint32_t round_peak(const struct round *round, const uint32_t *gpus, uint32_t application);

#endif
