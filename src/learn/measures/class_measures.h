// How good answers among several classes, or several labels at once, are.
#ifndef LEARN_CLASS_MEASURES_H
#define LEARN_CLASS_MEASURES_H

#include <stdint.h>

#include "maru/status.h"

enum { CONFUSION_MAX_CLASSES = 1000 };

// How often each class was answered where each was true.
struct confusion {
    uint64_t *n; // (n_class x n_class) row: true class, column: answer
    uint32_t n_class;
};

// Count answers into `c->n`, the caller's, which is set to 0 first.
//   in      truth, answer (n_row) below n_class; count (n_row) or NULL for once each
//   errors  MARU_E_RANGE: a class out of range; MARU_E_LIMIT: above CONFUSION_MAX_CLASSES; *c is then half counted
MARU_MUST_USE maru_status confusion_count(struct confusion *c, const uint32_t *truth,
                                          const uint32_t *answer, uint32_t n_row,
                                          const uint32_t *count, maru_error *err);

struct class_measure {
    uint64_t n_true, n_answered, n_right;
    double precision, recall, f1; // NaN where there is nothing to take a share of
};
struct class_measure confusion_class(const struct confusion *c, uint32_t of);

double confusion_accuracy(const struct confusion *c); // NaN without rows

// Mean F1 of the classes that are true or answered at least once, each the same weight; a class that is missed altogether has F1 0.
double confusion_macro_f1(const struct confusion *c);

// Mean recall of the classes that are true at least once.
double confusion_balanced_accuracy(const struct confusion *c);

// Share of rows whose labels are all right, for rows that may have several at once.
//   in      truth, answer (n_row x n_label), 0 or 1, row by row; count (n_row) or NULL
double measure_exact_match(const uint8_t *truth, const uint8_t *answer, uint32_t n_row,
                           uint32_t n_label, const uint32_t *count);

#endif
