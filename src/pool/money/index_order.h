// Put row numbers in order.
#ifndef POOL_INDEX_ORDER_H
#define POOL_INDEX_ORDER_H

#include <stdbool.h>
#include <stdint.h>

// Does row a come before row b? Of two different rows one always does: else their order is not defined.
typedef bool (*index_before)(const void *context, uint32_t a, uint32_t b);

// Order index (n) in place.
//   cost    O(n log n)
void index_order(uint32_t *index, uint32_t n, index_before before, const void *context);

#endif
