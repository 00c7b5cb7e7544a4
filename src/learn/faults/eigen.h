// Eigenvalues and eigenvectors of a symmetric matrix, to the same bits on every machine.
#ifndef LEARN_EIGEN_H
#define LEARN_EIGEN_H

#include <stddef.h>

// Decompose a symmetric matrix.
//   in      matrix (n, n), finite, overwritten
//   out     value (n), falling; vector (n, n): row k is the unit vector of value[k], its largest
//           component positive
//   cost    about 8 sweeps of 6 n^3 operations
//   source  C. G. J. Jacobi, 1846; G. H. Golub, C. F. Van Loan, Matrix Computations, section 8.5
void eigen_symmetric(double *matrix, size_t n, double *value, double *vector);

#endif
