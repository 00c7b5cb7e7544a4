#include "real_signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Both sets are text: numbers between blanks, a line a moment. d00.dat of the TEP lies the other way round and is left out.

enum { MAX_VALUES = 4 << 20 };

static char *slurp(const char *name) {
    char path[4096];
    const char *data = getenv("MARU_DATA");
    snprintf(path, sizeof path, "%s/%s", data ? data : "../shared/data", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    char *text = malloc(64 << 20);
    const size_t n = text ? fread(text, 1, (64 << 20) - 1, file) : 0;
    fclose(file);
    if (text) {
        text[n] = '\0';
    }
    return text;
}

// Append the rows of a file to `value` (row by row).
static bool add_rows(const char *name, double *value, size_t *n_value) {
    char *text = slurp(name);
    if (!text) {
        return false;
    }
    char *at = text, *end = NULL;
    for (double x = strtod(at, &end); end != at && *n_value < MAX_VALUES; x = strtod(at, &end)) {
        value[(*n_value)++] = x;
        at = end;
    }
    free(text);
    return true;
}

bool real_signals_read(const char *set, struct real_signals *out) {
    const bool is_tep = strcmp(set, "tep") == 0;
    *out = (struct real_signals){.n_signal = is_tep ? 52 : 26,
                                 .step_us = is_tep ? 180000000 : 1000000};
    double *row = malloc(MAX_VALUES * sizeof *row);
    size_t n_value = 0;
    bool is_there = row != NULL;
    for (int fault = 0; is_there && is_tep && fault <= 21; fault++) {
        char name[64];
        for (int is_test = fault == 0; is_test < 2; is_test++) {
            snprintf(name, sizeof name, "tep/d%02d%s.dat", fault, is_test ? "_te" : "");
            is_there = add_rows(name, row, &n_value) || (is_test && fault > 14);
        }
    }
    if (is_there && !is_tep) {
        is_there = add_rows("cmapss/train_FD001.txt", row, &n_value) &&
                   add_rows("cmapss/train_FD003.txt", row, &n_value);
    }
    out->n_time = n_value / out->n_signal;
    out->value = is_there ? malloc((n_value + 1) * sizeof *row) : NULL;
    for (size_t i = 0; out->value && i < out->n_time; i++) {
        for (size_t k = 0; k < out->n_signal; k++) {
            out->value[k * out->n_time + i] = row[i * out->n_signal + k];
        }
    }
    free(row);
    return out->value != NULL;
}

void real_signals_free(struct real_signals *signals) {
    free(signals->value);
    *signals = (struct real_signals){0};
}

struct sample real_sample(const struct real_signals *signals, size_t signal, size_t i) {
    return (struct sample){
        .at_us = 1700000000000000 + (int64_t)i * signals->step_us,
        .type = SAMPLE_DOUBLE,
        .quality = QUALITY_GOOD,
        .value.number =
            signals->value[signal % signals->n_signal * signals->n_time + i % signals->n_time]};
}
