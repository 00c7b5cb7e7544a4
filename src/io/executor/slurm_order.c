#include "io/executor/slurm_order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// sacctmgr asks nothing and says nothing but faults: --immediate, --quiet.

enum { GPU_NAME_BYTES = 80 };

void slurm_order_add(struct slurm_order *order, const char *format, ...) {
    if (order->n == SLURM_ORDER_WORDS) {
        order->is_whole = false;
        return;
    }
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(order->bytes[order->n], SLURM_ORDER_WORD_BYTES, format, list);
    va_end(list);
    order->is_whole = order->is_whole && n >= 0 && n < SLURM_ORDER_WORD_BYTES;
    order->word[order->n] = order->bytes[order->n];
    order->word[++order->n] = NULL;
}

void slurm_order_begin(struct slurm_order *order, const char *verb, const char *what) {
    order->n = 0;
    order->is_whole = true;
    slurm_order_add(order, "sacctmgr");
    slurm_order_add(order, "--immediate");
    slurm_order_add(order, "--quiet");
    slurm_order_add(order, "%s", verb);
    slurm_order_add(order, "%s", what);
}

void slurm_tres_add(char *out, size_t cap, const char *list, const struct executor_limit *limit) {
    char name[GPU_NAME_BYTES];
    const size_t n = strlen(out);
    snprintf(name, sizeof name, "gres/gpu%s%.64s", limit->gpu_type[0] ? ":" : "", limit->gpu_type);
    const int64_t wanted = limit->n_gpu == UINT32_MAX ? -1 : (int64_t)limit->n_gpu;
    if (slurm_tres_of(list, name) != wanted) {
        snprintf(out + n, cap - n, "%s%s=%" PRId64, n > 0 ? "," : "", name, wanted);
    }
}
