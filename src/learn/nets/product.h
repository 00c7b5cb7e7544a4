// Products of matrices in single precision whose bits do not depend on the machine: every sum runs in the order of its terms.
#ifndef LEARN_NETS_PRODUCT_H
#define LEARN_NETS_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

enum { PRODUCT_LANES = 8 };

// a(i, k) stands at value[i * by_row + k * by_term], so that a matrix can be read as it lies or turned.
struct product_left {
    const float *value;
    size_t by_row, by_term;
};

// How many of each: c (n_row x n_column) = a (n_row x n_term) b (n_term x n_column).
struct product_size {
    size_t n_row, n_term, n_column; // n_column: a multiple of PRODUCT_LANES
};

// Add a b to c. b and c lie row by row; c overlaps neither. is_wide: this machine has wide instructions (forest_machine_is_wide), which
// change no bit.
//   cost    O(n_row n_term n_column): about 8 products a ns with wide instructions
void product_add(struct product_size size, struct product_left a, const float *b, float *c,
                 bool is_wide);

#endif
