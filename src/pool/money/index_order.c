#include "pool/money/index_order.h"

// Heapsort: no memory, and no order of the input that makes it slow.

static void sink(uint32_t *heap, uint32_t at, uint32_t n, index_before before,
                 const void *context) {
    const uint32_t moved = heap[at];
    for (uint64_t child = 2 * (uint64_t)at + 1; child < n; child = 2 * (uint64_t)at + 1) {
        child += child + 1 < n && before(context, heap[child], heap[child + 1]);
        if (!before(context, moved, heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = (uint32_t)child;
    }
    heap[at] = moved;
}

void index_order(uint32_t *index, uint32_t n, index_before before, const void *context) {
    for (uint32_t i = n / 2; i > 0; i--) {
        sink(index, i - 1, n, before, context);
    }
    for (uint32_t i = n; i > 1; i--) {
        const uint32_t last = index[0];
        index[0] = index[i - 1];
        index[i - 1] = last;
        sink(index, 0, i - 1, before, context);
    }
}
