// Usage of the pool as one page to read and print, in Korean and English.
#ifndef STUDY_USAGE_REPORT_H
#define STUDY_USAGE_REPORT_H

#include "pool/money/usage.h"
#include "study/words/words.h"

struct usage_page {
    const struct usage *usage;
    const struct accounts *accounts; // of its rows
    bool has_prices;
    bool (*sees)(void *context, uint32_t account); // may the reader see it?
    void *context;
    enum lang lang; // in which it opens
};
// Append the page. Errors stick in `out`.
void usage_report_add(struct text *out, const struct usage_page *page);

#endif
