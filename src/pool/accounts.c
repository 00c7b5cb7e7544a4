#include "pool/accounts.h"

#include <string.h>

#include "base/status.h"

// Rows are checked one after the other: a parent stands before its children, so one pass from the last row to the first
// adds up what children are promised, and each sum is compared with what their parent, or the cluster, has.

static maru_status refuse_account(maru_error *err, uint32_t i, const struct account *row,
                                  const char *what) {
    return fail_at(err, MARU_E_INPUT, "", i + 1, 0, "'%s': %s", row[i].name ? row[i].name : "",
                   what);
}

static maru_status check_row(const struct account *row, uint32_t i, uint8_t *depth,
                             maru_error *err) {
    if (!row[i].name || !row[i].name[0]) {
        return refuse_account(err, i, row, "it has no name");
    }
    if (row[i].parent >= i && i > 0) {
        return refuse_account(err, i, row, "its parent has to stand in a row before its own");
    }
    if (i == 0 && row[i].parent != 0) {
        return refuse_account(err, i, row, "the first row is all accounts and has no parent");
    }
    if (row[i].weight == 0) {
        return refuse_account(err, i, row, "its weight is 0; a weight is above 0");
    }
    if (row[i].job_max_us < 0) {
        return refuse_account(err, i, row, "its longest job is below 0");
    }
    depth[i] = i ? (uint8_t)(depth[row[i].parent] + 1) : 0;
    return depth[i] < ACCOUNTS_MAX_DEPTH
               ? MARU_OK
               : fail_at(err, MARU_E_LIMIT, "", i + 1, 0,
                         "account '%s' is %d levels deep; at most %d are possible", row[i].name,
                         depth[i] + 1, ACCOUNTS_MAX_DEPTH);
}

// What children are guaranteed of a type, added up at their nearest ancestor that has a guarantee, is no more than its own.
static maru_status check_guarantees(const struct account *row, uint32_t n, uint32_t type,
                                    uint32_t n_gpu, uint64_t *sum, maru_error *err) {
    memset(sum, 0, n * sizeof *sum);
    for (uint32_t i = n; i-- > 0;) {
        uint64_t promised = sum[i];
        if (row[i].guarantee) {
            if (sum[i] > row[i].guarantee[type]) {
                return refuse_account(err, i, row,
                                      "accounts below it are guaranteed more than it is");
            }
            promised = row[i].guarantee[type];
        }
        if (i == 0 && promised > n_gpu) {
            return fail_at(err, MARU_E_INPUT, "", 1, 0,
                           "%llu GPUs of one type are guaranteed, the cluster has %u",
                           (unsigned long long)promised, n_gpu);
        }
        if (i > 0) {
            sum[row[i].parent] += promised;
        }
    }
    return MARU_OK;
}

static maru_status check_all(const struct account *row, uint32_t n, const struct cluster *cluster,
                             struct arena *arena, maru_error *err) {
    uint8_t *depth = arena_take(arena, n, sizeof *depth);
    uint64_t *sum = arena_take(arena, n, sizeof *sum);
    maru_status st = depth && sum ? MARU_OK : arena_refusal(arena, err);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = check_row(row, i, depth, err);
    }
    for (uint32_t t = 0; st == MARU_OK && t < cluster->n_type; t++) {
        st = check_guarantees(row, n, t, cluster->n_gpu[t], sum, err);
    }
    return st;
}

// A copy of n counts; NULL stays NULL. False: there is no memory.
static bool keep_counts(struct arena *arena, const uint32_t **counts, uint32_t n) {
    if (!*counts) {
        return true;
    }
    uint32_t *copy = arena_take(arena, (size_t)n + 1, sizeof *copy);
    if (copy) {
        memcpy(copy, *counts, n * sizeof *copy);
    }
    *counts = copy;
    return copy != NULL;
}

maru_status accounts_make(const struct account *row, uint32_t n, const struct cluster *cluster,
                          struct arena *arena, struct accounts *out, maru_error *err) {
    if (n == 0) {
        return fail(err, MARU_E_INPUT, "there is no account; the first row stands for all of them");
    }
    if (n > ACCOUNTS_MAX) {
        return fail(err, MARU_E_LIMIT, "%u accounts; at most %d are possible", n, ACCOUNTS_MAX);
    }
    maru_status st = check_all(row, n, cluster, arena, err);
    struct account *copy = st == MARU_OK ? arena_take(arena, n, sizeof *copy) : NULL;
    if (st == MARU_OK && !copy) {
        st = arena_refusal(arena, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        copy[i] = row[i];
        copy[i].name = arena_text(arena, row[i].name, strlen(row[i].name));
        if (!copy[i].name || !keep_counts(arena, &copy[i].guarantee, cluster->n_type) ||
            !keep_counts(arena, &copy[i].limit, cluster->n_type)) {
            st = arena_refusal(arena, err);
        }
    }
    if (st == MARU_OK) {
        *out = (struct accounts){.row = copy, .n = n};
    }
    return st;
}
