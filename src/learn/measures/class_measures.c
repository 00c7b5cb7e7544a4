#include "learn/measures/class_measures.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/status.h"

static uint64_t *cell(const struct confusion *c, uint32_t truth, uint32_t answer) {
    return &c->n[(size_t)truth * c->n_class + answer];
}

static double share(uint64_t part, uint64_t all) {
    return all > 0 ? (double)part / (double)all : (double)NAN;
}

maru_status confusion_count(struct confusion *c, const uint32_t *truth, const uint32_t *answer,
                            uint32_t n_row, const uint32_t *count, maru_error *err) {
    if (c->n_class > CONFUSION_MAX_CLASSES) {
        return fail(err, MARU_E_LIMIT, "%u classes, at most %d", c->n_class, CONFUSION_MAX_CLASSES);
    }
    memset(c->n, 0, (size_t)c->n_class * c->n_class * sizeof *c->n);
    for (uint32_t i = 0; i < n_row; i++) {
        if (truth[i] >= c->n_class || answer[i] >= c->n_class) {
            return fail(err, MARU_E_RANGE, "row %u has class %u, there are %u", i + 1,
                        truth[i] >= c->n_class ? truth[i] : answer[i], c->n_class);
        }
        *cell(c, truth[i], answer[i]) += count ? count[i] : 1;
    }
    return MARU_OK;
}

struct class_measure confusion_class(const struct confusion *c, uint32_t of) {
    struct class_measure m = {.n_right = *cell(c, of, of)};
    for (uint32_t k = 0; k < c->n_class; k++) {
        m.n_true += *cell(c, of, k);
        m.n_answered += *cell(c, k, of);
    }
    m.precision = share(m.n_right, m.n_answered);
    m.recall = share(m.n_right, m.n_true);
    m.f1 = share(2 * m.n_right, m.n_true + m.n_answered);
    return m;
}

double confusion_accuracy(const struct confusion *c) {
    uint64_t right = 0, n = 0;
    for (uint32_t i = 0; i < c->n_class; i++) {
        const struct class_measure m = confusion_class(c, i);
        right += m.n_right;
        n += m.n_true;
    }
    return share(right, n);
}

double confusion_macro_f1(const struct confusion *c) {
    double sum = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_class; i++) {
        const struct class_measure m = confusion_class(c, i);
        if (m.n_true + m.n_answered > 0) {
            sum += m.f1;
            n++;
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

double confusion_balanced_accuracy(const struct confusion *c) {
    double sum = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_class; i++) {
        const struct class_measure m = confusion_class(c, i);
        if (m.n_true > 0) {
            sum += m.recall;
            n++;
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

double measure_exact_match(const uint8_t *truth, const uint8_t *answer, uint32_t n_row,
                           uint32_t n_label, const uint32_t *count) {
    uint64_t right = 0, n = 0;
    for (uint32_t i = 0; i < n_row; i++) {
        const uint64_t k = count ? count[i] : 1;
        const size_t at = (size_t)i * n_label;
        right += n_label == 0 || memcmp(truth + at, answer + at, n_label) == 0 ? k : 0;
        n += k;
    }
    return share(right, n);
}
