#include "learn/measures/group_share.h"

#include <math.h>

#include "base/status.h"

static double mean_share(const void *data, const uint32_t *count) {
    const struct group_share_rows *r = data;
    double n[SHARES_MAX_GROUPS] = {0.0}, hit[SHARES_MAX_GROUPS] = {0.0};
    for (uint32_t i = 0; i < r->n_row; i++) {
        n[r->group[i]] += count ? count[i] : 1;
        hit[r->group[i]] += r->is_hit[i] ? (count ? count[i] : 1) : 0;
    }
    double sum = 0.0, n_group = 0.0;
    for (uint32_t k = 0; k < SHARES_MAX_GROUPS; k++) {
        sum += n[k] > 0.0 ? hit[k] / n[k] : 0.0;
        n_group += n[k] > 0.0 ? 1.0 : 0.0;
    }
    return n_group > 0.0 ? sum / n_group : (double)NAN;
}

maru_status group_share(const struct group_share_rows *rows, struct arena *arena,
                        struct bootstrap *out, maru_error *err) {
    for (uint32_t i = 0; i < rows->n_row; i++) {
        if (rows->group[i] >= SHARES_MAX_GROUPS) {
            return fail(err, MARU_E_RANGE, "row %u is in group %u, there are %u", i + 1,
                        rows->group[i], SHARES_MAX_GROUPS);
        }
    }
    if (rows->n_row == 0) {
        *out = (struct bootstrap){.value = (double)NAN, .low = (double)NAN, .high = (double)NAN};
        return MARU_OK;
    }
    const struct bootstrap_input input = {.measure = mean_share,
                                          .data = rows,
                                          .n_row = rows->n_row,
                                          .cluster = rows->cluster,
                                          .n_cluster = rows->n_cluster,
                                          .n_round = rows->n_round,
                                          .level = 0.95,
                                          .seed = rows->seed};
    return bootstrap_interval(&input, arena, out, err);
}
