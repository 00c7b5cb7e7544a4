#include "learn/anomaly/spd.h"

#include <math.h>

#include "base/random.h"

// The inverse goes by x = u^-1, also upper: row k of x is -(sum over m > k of u[k][m] row m of x) / u[k][k]. Then a^-1 = x x', whose row
// i, up to the diagonal, is the sum over m >= i of x[i][m] times column m of x. Columns of x stand as rows below the diagonal of u.

// y += factor x
static void add_row(double *y, const double *x, double factor, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] += factor * x[i];
    }
}

static void scale_row(double *y, double factor, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] *= factor;
    }
}

bool spd_factor(double *a, size_t n) {
    for (size_t k = 0; k < n; k++) {
        double *row = a + k * n;
        if (!(row[k] > 0.0) || !isfinite(row[k])) {
            return false;
        }
        scale_row(row + k, 1.0 / sqrt(row[k]), n - k);
        for (size_t i = k + 1; i < n; i++) {
            add_row(a + i * n + i, row + i, -row[i], n - i);
        }
    }
    return true;
}

void spd_solve(const double *u, size_t n, double *b) {
    for (size_t k = 0; k < n; k++) {
        b[k] /= u[k * n + k];
        add_row(b + k + 1, u + k * n + k + 1, -b[k], n - k - 1);
    }
    for (size_t k = n; k-- > 0;) {
        double sum = b[k];
        for (size_t i = k + 1; i < n; i++) {
            sum -= u[k * n + i] * b[i];
        }
        b[k] = sum / u[k * n + k];
    }
}

double spd_log_determinant(const double *u, size_t n) {
    double sum = 0.0;
    for (size_t k = 0; k < n; k++) {
        sum += 2.0 * exact_ln(u[k * n + k]);
    }
    return sum;
}

// u becomes its inverse; spare (n).
static void invert_upper(double *u, size_t n, double *spare) {
    for (size_t k = n; k-- > 0;) {
        double *row = u + k * n;
        const double factor = -1.0 / row[k];
        for (size_t i = k; i < n; i++) {
            spare[i] = row[i];
            row[i] = 0.0;
        }
        for (size_t m = k + 1; m < n; m++) {
            add_row(row + m, u + m * n + m, factor * spare[m], n - m);
        }
        row[k] = -factor;
    }
}

void spd_invert(double *u, size_t n, double *inverse) {
    invert_upper(u, n, inverse);
    // Below the diagonal of u comes its transpose, so that columns of x are rows there.
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            u[i * n + j] = u[j * n + i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        double *row = inverse + i * n;
        for (size_t j = 0; j <= i; j++) {
            row[j] = 0.0;
        }
        for (size_t m = i; m < n; m++) { // u[m][j] for j <= m is x[j][m]
            add_row(row, u + m * n, u[i * n + m], i + 1);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            inverse[j * n + i] = inverse[i * n + j];
        }
    }
}
