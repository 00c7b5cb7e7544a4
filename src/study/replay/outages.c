#include "study/replay/outages.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "study/replay/outages_inside.h"

// Times between failures, and of repairs, are exponential: -mean ln U. Counter 2k of a node's stream is the time to its k-th failure,
// 2k + 1 that of its repair, so that nobody else's failures move them.
//
// source: what real nodes do is close to it at best (Schroeder, Gibson, DSN 2006: the hazard falls with the time since the last
// failure, Weibull with a shape of 0.7 to 0.8)

enum { TEXT_BYTES = 64 << 20, KEY_BYTES = 16 };

void outages_init(struct outages *outages) {
    *outages = (struct outages){0};
    arena_init(&outages->text, TEXT_BYTES);
}

void outages_free(struct outages *outages) {
    alloc_free(outages->row);
    alloc_free(outages->hold);
    alloc_free(outages->node);
    arena_fini(&outages->text);
    *outages = (struct outages){0};
}

// Room for one more of `n` rows of `size` bytes.
static maru_status grow(void **rows, uint32_t n, uint32_t *cap, size_t size, maru_error *err) {
    if (n < *cap) {
        return MARU_OK;
    }
    const uint32_t more = *cap + *cap / 2 + 64;
    void *const to = alloc_resize(*rows, more, size);
    if (!to) {
        return fail(err, MARU_E_MEMORY, "no memory for the events of a replay");
    }
    *rows = to;
    *cap = more;
    return MARU_OK;
}

maru_status outages_add(struct outages *outages, struct outage outage, maru_error *err) {
    if (outages->n == OUTAGES_MAX) {
        return fail(err, MARU_E_LIMIT, "a replay has at most %d outages of nodes", OUTAGES_MAX);
    }
    void *rows = outages->row;
    const maru_status st = grow(&rows, outages->n, &outages->cap, sizeof *outages->row, err);
    outages->row = rows;
    if (st == MARU_OK) {
        outages->row[outages->n++] = outage;
    }
    return st;
}

maru_status outages_add_hold(struct outages *outages, struct hold hold, maru_error *err) {
    if (outages->n_hold == OUTAGES_MAX_HOLDS) {
        return fail(err, MARU_E_LIMIT, "at most %d reservations are possible", OUTAGES_MAX_HOLDS);
    }
    void *rows = outages->hold;
    const maru_status st =
        grow(&rows, outages->n_hold, &outages->cap_hold, sizeof *outages->hold, err);
    outages->hold = rows;
    if (st == MARU_OK) {
        outages->hold[outages->n_hold++] = hold;
    }
    return st;
}

maru_status outages_add_held(struct outages *outages, uint32_t node, maru_error *err) {
    if (outages->n_node == OUTAGES_MAX_HELD) {
        return fail(err, MARU_E_LIMIT, "reservations have at most %d nodes together",
                    OUTAGES_MAX_HELD);
    }
    void *rows = outages->node;
    const maru_status st =
        grow(&rows, outages->n_node, &outages->cap_node, sizeof *outages->node, err);
    outages->node = rows;
    if (st == MARU_OK) {
        outages->node[outages->n_node++] = node;
    }
    return st;
}

// ---- failures by chance

maru_status failures_read(struct failures *failures, const char *text, maru_error *err) {
    struct failures made = {.seed = failures->seed};
    while (*text) {
        const size_t n = strcspn(text, ",");
        const char *const sign = memchr(text, '=', n);
        const size_t n_key = sign ? (size_t)(sign - text) : 0;
        int64_t *to = NULL;
        if (n_key == 4 && strncmp(text, "mtbf", n_key) == 0) {
            to = &made.mtbf_us;
        } else if (n_key == 6 && strncmp(text, "repair", n_key) == 0) {
            to = &made.repair_us;
        }
        if (!to || *to > 0 || !pool_span_read(sign + 1, n - n_key - 1, to) || *to <= 0) {
            break;
        }
        text += n;
        text += *text == ',' && text[1] != '\0';
    }
    if (*text || made.mtbf_us <= 0 || made.repair_us <= 0) {
        return fail(err, MARU_E_INPUT,
                    "failures are said as mtbf=150d,repair=12h: how long a node is up, and under "
                    "repair, on average");
    }
    *failures = made;
    return MARU_OK;
}

// An exponential time, 1 us at least.
static int64_t draw_us(const struct failures *failures, uint32_t node, uint64_t k,
                       int64_t mean_us) {
    const struct random_block random = random_at(failures->seed, node, k);
    const double u = random_open((uint64_t)random.word[0] << 32 | random.word[1]);
    const double us = -(double)mean_us * exact_ln(u);
    return us < 1 ? 1 : (int64_t)us; // 100 years times 44 at most
}

maru_status outages_draw(struct outages *outages, const struct failures *failures,
                         const struct cluster *cluster, int64_t from_us, int64_t until_us,
                         maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t node = 0; st == MARU_OK && node < cluster->n_node; node++) {
        int64_t at = from_us;
        for (uint64_t k = 0; st == MARU_OK; k++) {
            const int64_t up_us = draw_us(failures, node, 2 * k, failures->mtbf_us);
            const int64_t repair_us = draw_us(failures, node, 2 * k + 1, failures->repair_us);
            if (until_us <= at || up_us >= until_us - at) {
                break;
            }
            at += up_us;
            const int64_t end_us = repair_us < INT64_MAX - at ? at + repair_us : INT64_MAX;
            st = outages_add(outages, (struct outage){at, end_us, node, OUTAGE_DOWN}, err);
            at = end_us;
        }
    }
    return st;
}

// ---- reservations

bool hold_is_for(const struct hold *hold, const char *account) {
    const size_t n = strlen(hold->account);
    return strncmp(hold->account, account, n) == 0 && (account[n] == '\0' || account[n] == '/');
}

// Parts of this want that a node has room for when it is empty.
static uint32_t room_of(const struct cluster_node *node, const struct want *want) {
    uint64_t n = UINT32_MAX;
    if (want->n_gpu > 0 && want->gpu_milli > 0) {
        n = want->gpu_milli == GPU_WHOLE
                ? node->n_gpu / want->n_gpu
                : (uint64_t)node->n_gpu * (GPU_WHOLE / (uint32_t)want->gpu_milli);
    }
    if (want->cpu_milli > 0 && node->cpu_milli / want->cpu_milli < n) {
        n = node->cpu_milli / want->cpu_milli;
    }
    if (want->memory_mib > 0 && node->memory_mib / want->memory_mib < n) {
        n = node->memory_mib / want->memory_mib;
    }
    return (uint32_t)n;
}

bool hold_has_room(const struct outages *outages, const struct hold *hold,
                   const struct cluster *cluster, const struct want *want, uint32_t n_part) {
    uint64_t room[CLUSTER_MAX_TYPES] = {0};
    for (uint32_t i = 0; i < hold->n; i++) {
        const uint32_t at = outages->node[hold->first + i];
        if (space_could(cluster, at, want)) {
            const uint8_t type = want->n_gpu > 0 ? cluster->node[at].type : 0;
            room[type] += room_of(&cluster->node[at], want);
            if (room[type] >= n_part) {
                return true;
            }
        }
    }
    return false;
}
