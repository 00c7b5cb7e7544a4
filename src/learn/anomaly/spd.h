// Symmetric positive definite matrices: factor, solve, invert. Row-major (n, n); loops run along rows, so that compilers make vectors
// of them without changing the order of any sum.
#ifndef LEARN_SPD_H
#define LEARN_SPD_H

#include <stdbool.h>
#include <stddef.h>

// Cholesky: a = u' u in place, u upper; what stands below the diagonal is left alone and not read.
//   out     false: not positive definite; a is then unset
//   cost    n^3 / 3
//   source  G. H. Golub, C. F. Van Loan, Matrix Computations, section 4.2
bool spd_factor(double *a, size_t n);

// Solve u' u x = b in place.
void spd_solve(const double *u, size_t n, double *b);

// The natural logarithm of the determinant of u' u.
double spd_log_determinant(const double *u, size_t n);

// The inverse of u' u as a full matrix.
//   in      u of spd_factor, overwritten
//   out     inverse (n, n)
//   cost    2 n^3 / 3
void spd_invert(double *u, size_t n, double *inverse);

#endif
