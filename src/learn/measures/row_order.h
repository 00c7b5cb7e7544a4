// Rows in the order of a number.
#ifndef LEARN_ROW_ORDER_H
#define LEARN_ROW_ORDER_H

#include <stdint.h>

// Put the rows 0 .. n - 1 into the order of rising key; equal keys stay in the order of rows, and rows without a key (NaN) come last.
//   out     order (n); spare (n) is scratch
//   cost    O(n log n)
void row_order(const double *key, uint32_t n, uint32_t *order, uint32_t *spare);

#endif
