// What learn/anomaly says of a row, as sentences in English or Korean.
#ifndef STUDY_ODD_WORDS_H
#define STUDY_ODD_WORDS_H

#include "learn/anomaly/anomaly.h"
#include "study/words/words.h"

struct odd_row {
    const struct anomaly *anomaly;
    const struct anomaly_verdict *verdict;
    const struct anomaly_cause *cause; // (n_cause) of anomaly_explain
    uint32_t n_cause;
    const char *const *name; // (n_column) of the columns
    double alpha;            // share of good rows that may be called odd, such as 0.01
};

// Append a sentence that says whether the row is odd, and, where it is, one for each cause; each on its own line.
void odd_words_add(struct text *out, enum lang lang, const struct odd_row *row);

#endif
