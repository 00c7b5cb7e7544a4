#include "connect/last_words.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Some hundred signals at a time: their names and ids while the database is held, then their newest samples.

enum { AT_ONCE = 256 };

struct page {
    char prefix[SIGNALS_MAX_NAME_BYTES + 1]; // "connection/"
    size_t n_prefix, n;                      // n: those with this prefix
    int64_t last_id, id[AT_ONCE];
    size_t n_row;
    char name[AT_ONCE][SIGNALS_MAX_NAME_BYTES];
    struct last_sample last[AT_ONCE];
};

static maru_status see_row(void *context, const struct signal_row *row, maru_error *err) {
    struct page *page = context;
    (void)err;
    page->last_id = row->id;
    page->n_row++;
    if (strncmp(row->source, page->prefix, page->n_prefix) == 0) {
        page->id[page->n] = row->id;
        snprintf(page->name[page->n++], SIGNALS_MAX_NAME_BYTES, "%s", row->source + page->n_prefix);
    }
    return MARU_OK;
}

static bool tell_page(const struct page *page, maru_time now_us, last_words_see see, void *of) {
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < page->n; i++) {
        const maru_time at_us = page->last[i].sample.at_us;
        if (at_us != 0) {
            goes_on =
                see(of, page->name[i], strlen(page->name[i]), at_us < now_us ? at_us : now_us);
        }
    }
    return goes_on;
}

maru_status last_words(struct signals *signals, const char *connection, maru_time now_us,
                       last_words_see see, void *of, maru_error *err) {
    struct page *page = alloc_new(1, sizeof *page);
    if (!page) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(page->prefix, sizeof page->prefix, "%s/", connection);
    page->n_prefix = strlen(page->prefix);
    maru_status st = MARU_OK;
    bool goes_on = true;
    do {
        page->n = page->n_row = 0;
        st = signals_each(signals, page->last_id, AT_ONCE, see_row, page, err);
        st = st == MARU_OK ? signals_last(signals, page->id, page->n, page->last, err) : st;
        goes_on = st == MARU_OK && tell_page(page, now_us, see, of);
    } while (goes_on && page->n_row == AT_ONCE);
    alloc_free(page);
    return st;
}
