#include "learn/drift/many_tests.h"

#include <math.h>
#include <stdbool.h>

#include "base/status.h"
#include "learn/measures/row_order.h"

// Both go along the sorted p-values: Holm from the smallest up, with a running maximum; Benjamini and Hochberg from the largest down, with a
// running minimum.

static maru_status sorted(const double *p, uint32_t n, struct arena *arena, uint32_t **order,
                          uint32_t *n_test, maru_error *err) {
    uint32_t *spare = arena_take(arena, n, sizeof *spare);
    *order = arena_take(arena, n, sizeof **order);
    if (!*order || !spare) {
        return arena_refusal(arena, err);
    }
    *n_test = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (p[i] < 0.0 || p[i] > 1.0) {
            return fail(err, MARU_E_RANGE, "row %u has no probability", i + 1);
        }
        *n_test += isnan(p[i]) ? 0 : 1;
    }
    row_order(p, n, *order, spare); // NaN comes last
    return MARU_OK;
}

static void keep_missing(const double *p, uint32_t n, const uint32_t *order, uint32_t n_test,
                         double *adjusted) {
    for (uint32_t i = n_test; i < n; i++) {
        adjusted[order[i]] = p[order[i]];
    }
}

maru_status many_tests_holm(const double *p, uint32_t n, struct arena *arena, double *adjusted,
                            maru_error *err) {
    uint32_t *order = NULL, n_test = 0;
    const maru_status st = sorted(p, n, arena, &order, &n_test, err);
    if (st != MARU_OK) {
        return st;
    }
    double most = 0;
    for (uint32_t i = 0; i < n_test; i++) {
        most = fmin(fmax(most, p[order[i]] * (n_test - i)), 1.0);
        adjusted[order[i]] = most;
    }
    keep_missing(p, n, order, n_test, adjusted);
    return MARU_OK;
}

maru_status many_tests_bh(const double *p, uint32_t n, struct arena *arena, double *adjusted,
                          maru_error *err) {
    uint32_t *order = NULL, n_test = 0;
    const maru_status st = sorted(p, n, arena, &order, &n_test, err);
    if (st != MARU_OK) {
        return st;
    }
    double least = 1;
    for (uint32_t i = n_test; i > 0; i--) {
        least = fmin(least, p[order[i - 1]] * n_test / i);
        adjusted[order[i - 1]] = least;
    }
    keep_missing(p, n, order, n_test, adjusted);
    return MARU_OK;
}
