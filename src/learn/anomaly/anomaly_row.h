// A row while it is judged: shared by those who fit and those who judge.
#ifndef LEARN_ANOMALY_ROW_H
#define LEARN_ANOMALY_ROW_H

#include "learn/anomaly/anomaly.h"

struct anomaly_row {
    double *w;      // (n_moving) standardised; what is out is where the rest expects it
    double *g;      // (n_moving) precision times w
    double *is_out; // (n_moving) 1: missing, or left out
    double *inner;  // (n_out)
    double *block;  // (n_out, n_out) factor of the precision of what is out
    uint32_t n_out;
};

// Standardise; false: no value is there.
//   in      work (anomaly_work)
bool anomaly_open_row(const struct anomaly *a, const double *row, double *work,
                      struct anomaly_row *out);

// The score of what is not out.
double anomaly_row_score(const struct anomaly *a, struct anomaly_row *r);

#endif
