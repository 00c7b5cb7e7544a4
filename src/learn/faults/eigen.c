#include "learn/faults/eigen.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

// Jacobi's cyclic method: each pair (p, q) in turn is turned by the angle that makes matrix[p][q] zero. The
// sum of squares off the diagonal falls with each turn and, once small, to its square with each sweep. Only
// + - * / and sqrt in a fixed order, so that no library decides over the last bit.

enum { N_SWEEP = 60 };

struct turn {
    size_t p, q;
    double c, s;
};

// The rotation that takes matrix[p][q] to zero.
static struct turn turn_of(const double *matrix, size_t n, size_t p, size_t q) {
    const double apq = matrix[p * n + q];
    const double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * apq);
    const double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs(theta) + sqrt(theta * theta + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0);
    return (struct turn){p, q, c, t * c};
}

static void turn_rows(double *rows, size_t n, const struct turn *turn) {
    double *a = rows + turn->p * n;
    double *b = rows + turn->q * n;
    for (size_t i = 0; i < n; i++) {
        const double x = a[i];
        const double y = b[i];
        a[i] = turn->c * x - turn->s * y;
        b[i] = turn->s * x + turn->c * y;
    }
}

static void turn_matrix(double *matrix, size_t n, const struct turn *turn) {
    turn_rows(matrix, n, turn);
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        const double x = row[turn->p];
        const double y = row[turn->q];
        row[turn->p] = turn->c * x - turn->s * y;
        row[turn->q] = turn->s * x + turn->c * y;
    }
    matrix[turn->p * n + turn->q] = 0.0;
    matrix[turn->q * n + turn->p] = 0.0;
}

// One turn for each pair; says whether there was something left to turn.
static bool sweep(double *matrix, size_t n, double *vector) {
    bool has_turned = false;
    for (size_t p = 0; p + 1 < n; p++) {
        for (size_t q = p + 1; q < n; q++) {
            const double scale = fabs(matrix[p * n + p]) + fabs(matrix[q * n + q]);
            if (fabs(matrix[p * n + q]) <= 1e-17 * scale) {
                continue;
            }
            const struct turn turn = turn_of(matrix, n, p, q);
            turn_matrix(matrix, n, &turn);
            turn_rows(vector, n, &turn);
            has_turned = true;
        }
    }
    return has_turned;
}

static void swap_rows(double *vector, size_t n, size_t a, size_t b) {
    for (size_t i = 0; i < n; i++) {
        const double x = vector[a * n + i];
        vector[a * n + i] = vector[b * n + i];
        vector[b * n + i] = x;
    }
}

// Falling values, and each vector with its largest component positive.
static void put_in_order(size_t n, double *value, double *vector) {
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++) {
            best = value[i] > value[best] ? i : best;
        }
        if (best != k) {
            const double v = value[k];
            value[k] = value[best];
            value[best] = v;
            swap_rows(vector, n, k, best);
        }
        double *row = vector + k * n;
        size_t largest = 0;
        for (size_t i = 1; i < n; i++) {
            largest = fabs(row[i]) > fabs(row[largest]) ? i : largest;
        }
        const double sign = row[largest] < 0.0 ? -1.0 : 1.0;
        for (size_t i = 0; i < n; i++) {
            row[i] *= sign;
        }
    }
}

void eigen_symmetric(double *matrix, size_t n, double *value, double *vector) {
    memset(vector, 0, n * n * sizeof *vector);
    for (size_t i = 0; i < n; i++) {
        vector[i * n + i] = 1.0;
    }
    for (int i = 0; i < N_SWEEP && sweep(matrix, n, vector); i++) {
    }
    for (size_t i = 0; i < n; i++) {
        value[i] = matrix[i * n + i];
    }
    put_in_order(n, value, vector);
}
