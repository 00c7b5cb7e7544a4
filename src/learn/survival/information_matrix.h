// Symmetric matrices of information, and what they leave unknown.
#ifndef LEARN_INFORMATION_MATRIX_H
#define LEARN_INFORMATION_MATRIX_H

#include <stdint.h>

// Cholesky's factor in place, in the lower triangle. A column that the ones before it say already (its pivot below 1e-10 of its diagonal,
// or its diagonal not above 0) takes no part: its row and column become 0.
//   in      a (n x n), row by row; the upper triangle is not read
//   out     the number of columns that take part
uint32_t information_factor(double *a, uint32_t n);

// Solve factor * factor' x = x in place; x is 0 for columns that take no part.
void information_solve(const double *factor, uint32_t n, double *x);

#endif
