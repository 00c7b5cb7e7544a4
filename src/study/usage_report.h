// Usage of the pool as one page to read and print, in Korean and English.
#ifndef STUDY_USAGE_REPORT_H
#define STUDY_USAGE_REPORT_H

#include "pool/money/usage.h"
#include "study/words/words.h"

struct usage_page {
    const struct usage *usage;
    const struct accounts *accounts; // of its rows
    const struct money *charged;     // (n_account x n_month) that stands in the ledger
    bool has_prices;
    const struct owned_bill *owned;     // (n_month) what the pool cost its owner; NULL: not told
    const struct owned_bill *owned_all; // all months together
    bool (*sees)(void *context, uint32_t account); // may the reader see it?
    void *context;
    enum lang lang; // in which it opens
};
// Append the page. Errors stick in `out`.
void usage_report_add(struct text *out, const struct usage_page *page);

#endif
