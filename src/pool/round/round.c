#include "pool/round/round.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/status.h"

// What the tables of a round mean in numbers. Points are thousandths; what an award is worth is points times GPU quarters.

enum { LOT_STREAM = 0x4C4F54 }; // "LOT"

int64_t round_points(const struct round *round, const struct round_application *application,
                     uint32_t site) {
    return application->points_milli +
           (application->site == site ? (int64_t)round->rules.site_bonus_milli : 0);
}

int64_t round_worth(const struct round *round, const struct round_application *application,
                    uint32_t site) {
    const int64_t points = round_points(round, application, site);
    return points > 1 ? points : 1;
}

bool round_is_eligible(const struct round *round, const struct round_application *application) {
    return application->points_milli >= round->rules.least_points_milli;
}

bool round_may_stand(const struct round *round, const struct round_application *application,
                     uint32_t site) {
    return !round->rules.is_site_binding || application->site == ROUND_NONE ||
           application->site == site;
}

int64_t round_milliwatts(const struct round *round, uint32_t site, uint32_t type, int64_t gpus) {
    return gpus * round->type[type].watts * round->site[site].pue_milli;
}

// How many GPUs of `each` thousandths of a watt what is left can carry.
static int64_t carried(int64_t cap_watts, int64_t used_milli, int64_t each_milli) {
    if (cap_watts == ROUND_NO_CAP || each_milli == 0) {
        return INT64_MAX;
    }
    return (cap_watts * ROUND_WHOLE - used_milli) / each_milli;
}

int64_t round_runnable(const struct round *round, uint32_t site, uint32_t quarter,
                       int64_t *by_type) {
    const size_t at = round_site_at(round, site, quarter);
    int64_t sum = 0, meter_milli = 0, heat_milli = 0;
    uint32_t done = 0; // bit t: type t has been looked at
    for (uint32_t k = 0; k < round->n_type; k++) {
        uint32_t best = 0;
        while (done >> best & 1) {
            best++;
        }
        for (uint32_t t = best + 1; t < round->n_type; t++) {
            if ((done >> t & 1) == 0 && round->type[t].watts < round->type[best].watts) {
                best = t;
            }
        }
        done |= 1U << best;
        const int64_t meter = round_milliwatts(round, site, best, 1);
        const int64_t heat = (int64_t)round->type[best].watts * ROUND_WHOLE;
        int64_t n = round->stock[round_stock_at(round, site, best, quarter)];
        const int64_t by_power = carried(round->cap_watts[at], meter_milli, meter);
        const int64_t by_cooling = carried(round->cooling_watts[at], heat_milli, heat);
        n = n < by_power ? n : by_power;
        n = n < by_cooling ? n : by_cooling;
        meter_milli += n * meter;
        heat_milli += n * heat;
        sum += n;
        if (by_type) {
            by_type[best] = n;
        }
    }
    return sum;
}

int64_t round_offered(const struct round *round) {
    int64_t sum = 0;
    for (uint32_t s = 0; s < round->n_site; s++) {
        for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
            sum += round_runnable(round, s, q, NULL);
        }
    }
    return sum;
}

int64_t round_asked(const struct round *round, const struct round_application *application) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < application->n_line; i++) {
        const struct round_line *line = &round->line[application->first_line + i];
        sum += (int64_t)line->gpus * round_span(line);
    }
    return sum;
}

uint64_t round_lot(const struct round *round, const struct round_application *application) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, application->id, strlen(application->id));
    const struct random_block block =
        random_at(round->rules.seed ^ digest.lane[1], LOT_STREAM, digest.lane[0]);
    return (uint64_t)block.word[0] << 32 | block.word[1];
}

static bool is_before(const struct round_key *a, const struct round_key *b) {
    return a->first != b->first ? a->first < b->first : a->second < b->second;
}

maru_status round_sort(uint32_t *number, uint32_t n, const struct round_key *key, maru_error *err) {
    uint32_t *from = number, *to = alloc_new(n > 0 ? n : 1, sizeof *to), *spare = to;
    if (!to) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t width = 1; width<n; width = width> n / 2 ? n : 2 * width) {
        for (uint32_t at = 0; at < n;) {
            const uint32_t middle = width < n - at ? at + width : n;
            const uint32_t end = width < n - middle ? middle + width : n;
            uint32_t i = at, k = middle;
            for (; at < end; at++) {
                const bool takes_left =
                    i < middle && (k >= end || !is_before(&key[from[k]], &key[from[i]]));
                to[at] = takes_left ? from[i++] : from[k++];
            }
        }
        uint32_t *const swap = from;
        from = to;
        to = swap;
    }
    if (from != number) {
        memcpy(number, from, n * sizeof *number);
    }
    alloc_free(spare);
    return MARU_OK;
}

maru_status round_rank(const struct round *round, uint32_t *order, maru_error *err) {
    struct round_key *key =
        alloc_new(round->n_application > 0 ? round->n_application : 1, sizeof *key);
    if (!key) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t a = 0; a < round->n_application; a++) {
        order[a] = a;
        key[a] = (struct round_key){-round->application[a].points_milli,
                                    round_lot(round, &round->application[a])};
    }
    const maru_status st = round_sort(order, round->n_application, key, err);
    alloc_free(key);
    return st;
}
