#include "learn/measures/row_order.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

// Merging from the bottom up: runs of 1, 2, 4 ... rows, from one array into the other and back. A row of the left run goes first unless that of
// the right one is strictly less, which keeps equal keys in the order of rows. NaN counts as larger than all, and as equal to NaN.

static bool is_less(double a, double b) { return a < b || (isnan(b) && !isnan(a)); }

static void merge(const double *key, const uint32_t *from, uint32_t *to, uint32_t n_left,
                  uint32_t n) {
    uint32_t left = 0, right = n_left;
    for (uint32_t i = 0; i < n; i++) {
        const bool is_right =
            right < n && (left == n_left || is_less(key[from[right]], key[from[left]]));
        to[i] = is_right ? from[right++] : from[left++];
    }
}

void row_order(const double *key, uint32_t n, uint32_t *order, uint32_t *spare) {
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    uint32_t *from = order, *to = spare;
    for (uint64_t run = 1; run < n; run *= 2) {
        for (uint64_t at = 0; at < n; at += 2 * run) {
            const uint64_t left = n - at, both = left < 2 * run ? left : 2 * run;
            merge(key, from + at, to + at, (uint32_t)(run < both ? run : both), (uint32_t)both);
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) {
        memcpy(order, from, n * sizeof *order);
    }
}
