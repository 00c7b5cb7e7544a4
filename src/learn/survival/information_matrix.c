#include "learn/survival/information_matrix.h"

#include <math.h>
#include <stddef.h>

static double *row_of(double *a, uint32_t n, uint32_t i) { return a + (size_t)i * n; }

uint32_t information_factor(double *a, uint32_t n) {
    uint32_t n_part = 0;
    for (uint32_t i = 0; i < n; i++) {
        double *row = row_of(a, n, i);
        const double diagonal = row[i];
        for (uint32_t j = 0; j <= i; j++) {
            const double *other = row_of(a, n, j);
            double sum = row[j];
            for (uint32_t k = 0; k < j; k++) {
                sum -= row[k] * other[k];
            }
            if (j < i) {
                row[j] = other[j] > 0.0 ? sum / other[j] : 0.0;
            } else {
                row[i] = sum > 1e-10 * diagonal && diagonal > 0.0 ? sqrt(sum) : 0.0;
            }
        }
        n_part += row[i] > 0.0;
        for (uint32_t j = 0; j < i && !(row[i] > 0.0); j++) {
            row[j] = 0.0;
        }
    }
    return n_part;
}

void information_solve(const double *factor, uint32_t n, double *x) {
    for (uint32_t i = 0; i < n; i++) {
        const double *row = factor + (size_t)i * n;
        for (uint32_t k = 0; k < i; k++) {
            x[i] -= row[k] * x[k];
        }
        x[i] = row[i] > 0.0 ? x[i] / row[i] : 0.0;
    }
    for (uint32_t i = n; i > 0; i--) {
        const double pivot = factor[(size_t)(i - 1) * n + i - 1];
        for (uint32_t k = i; k < n; k++) {
            x[i - 1] -= factor[(size_t)k * n + i - 1] * x[k];
        }
        x[i - 1] = pivot > 0.0 ? x[i - 1] / pivot : 0.0;
    }
}
