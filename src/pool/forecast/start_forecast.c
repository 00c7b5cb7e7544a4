#include "pool/forecast/start_forecast.h"

#include "base/status.h"
#include "pool/forecast/forecast_play.h"

// The first future may take an eighth of all that it may cost; the others are as many as the rest then pays for. A start that
// was not seen is later than all that were, so a band may have an end that is not known.

enum { FIRST_SHARE = 8, FEWER = 4 }; // of the futures that another ask is tried in
static const int64_t soon_us = 60000000;

static void insert(int64_t *start, uint32_t n, int64_t us) {
    for (; n > 0 && start[n - 1] > us; n--) {
        start[n] = start[n - 1];
    }
    start[n] = us;
}

// One more like n sorted ones lies between the a-th and the b-th of them with a chance of (b - a) / (n + 1): so the ranks are these of n + 1, and
// outwards where they are no whole numbers.
//   source  Hyndman and Fan, Sample quantiles in statistical packages, 1996: the sixth
static struct forecast_band band_of(const int64_t *start, uint32_t n) {
    const uint32_t low = (n + 1) / 10, high = n + 1 - low;
    return (struct forecast_band){start[low > 0 ? low - 1 : 0], start[n / 2],
                                  start[high <= n ? high - 1 : n - 1], n};
}

static maru_status play_one(const struct pool *pool, struct future_wish *wish, int64_t *start_us,
                            uint64_t *n_used, maru_error *err) {
    struct pool *copy = NULL;
    maru_status st = pool_copy(pool, &copy, err);
    if (st == MARU_OK) {
        st = future_play(copy, wish, start_us, n_used, err);
        pool_free(copy);
    }
    return st;
}

static maru_status play_all(const struct pool *pool, uint32_t job, const struct forecast_wish *wish,
                            struct forecast_band *out, maru_error *err) {
    int64_t start[FORECAST_MAX_FUTURES] = {0};
    const uint64_t first = wish->n_event / FIRST_SHARE;
    struct future_wish future = {.history = wish->history,
                                 .now_us = wish->now_us,
                                 .seed = wish->seed,
                                 .job = job,
                                 .n_most = first > 16 ? first : 16};
    uint64_t n_left = wish->n_event;
    uint32_t n = 0;
    for (; n < wish->n_future && (n == 0 || n_left >= future.n_most); n++) {
        int64_t start_us = INT64_MAX;
        uint64_t n_used = 0;
        future.future = n;
        const maru_status st = play_one(pool, &future, &start_us, &n_used, err);
        if (st != MARU_OK) {
            return st;
        }
        insert(start, n, start_us);
        n_left -= n_used < n_left ? n_used : n_left;
    }
    *out = band_of(start, n);
    return MARU_OK;
}

static maru_status check(const struct pool *pool, uint32_t job, const struct forecast_wish *wish,
                         struct pool_look *look, maru_error *err) {
    pool_look(pool, job, look);
    if (wish->n_future == 0 || wish->n_future > FORECAST_MAX_FUTURES || wish->n_event == 0) {
        return fail(err, MARU_E_RANGE, "1 to %d futures can be played", FORECAST_MAX_FUTURES);
    }
    return look->state == POOL_WAITING ? MARU_OK
                                       : fail(err, MARU_E_RANGE, "this job does not wait");
}

maru_status forecast_start(const struct pool *pool, uint32_t job, const struct forecast_wish *wish,
                           struct forecast_band *out, maru_error *err) {
    struct pool_look look;
    const maru_status st = check(pool, job, wish, &look, err);
    return st == MARU_OK ? play_all(pool, job, wish, out, err) : st;
}

// ---- what would help

static bool is_much_sooner(const struct forecast_wish *wish, const struct forecast_band *now,
                           const struct forecast_band *then) {
    if (then->p50_us == INT64_MAX) {
        return false;
    }
    const int64_t waits_us = now->p50_us == INT64_MAX ? INT64_MAX : now->p50_us - wish->now_us;
    const int64_t would_us = then->p50_us - wish->now_us;
    return waits_us > soon_us && would_us < waits_us / 2;
}

// The ask changed in one way, the try-th time; false: there is no other.
static bool change(struct pool_ask *ask, enum help_kind kind, uint32_t try) {
    switch (kind) {
    case HELP_GPUS:
        if (ask->n_part > 1) {
            ask->n_part /= 2;
            return try == 0;
        }
        ask->want.cpu_milli /= 2;
        ask->want.memory_mib /= 2;
        ask->want.n_gpu = (uint8_t)(ask->want.n_gpu / 2);
        return try == 0 && ask->want.n_gpu > 0;
    case HELP_TYPE:
        ask->want.types = try == 0 && ask->want.n_gpu > 0 && ask->want.types ? 0 : UINT32_MAX;
        return ask->want.types == 0;
    case HELP_TIME:
        ask->limit_us = ask->limit_us >> (try + 1);
        return try < 3 && ask->limit_us >= soon_us;
    case HELP_CAN_STOP:
        if (ask->can_stop) {
            return false;
        }
        ask->can_stop = true;
        return try == 0;
    case HELP_KINDS:
        break;
    }
    return false;
}

// When it would start, were this handed in in its place.
static maru_status try_ask(const struct pool *pool, uint32_t job, const struct forecast_wish *wish,
                           const struct pool_ask *ask, struct forecast_band *out, maru_error *err) {
    struct pool *copy = NULL;
    uint32_t number = 0;
    maru_error ignored;
    *out = (struct forecast_band){INT64_MAX, INT64_MAX, INT64_MAX, 0};
    maru_status st = pool_copy(pool, &copy, err);
    if (st != MARU_OK) {
        return st;
    }
    pool_end(copy, wish->now_us, job);
    st = pool_submit(copy, wish->now_us, ask, &number, &ignored);
    if (st == MARU_OK) {
        st = play_all(copy, number, wish, out, err);
    } else {
        st = st == MARU_E_RANGE ? MARU_OK : fail(err, st, "no memory to look ahead");
    }
    pool_free(copy);
    return st;
}

maru_status forecast_helps(const struct pool *pool, uint32_t job, const struct forecast_wish *wish,
                           const struct forecast_band *band, struct forecast_help *help,
                           uint32_t *n, maru_error *err) {
    struct pool_look look;
    maru_status st = check(pool, job, wish, &look, err);
    struct forecast_wish fewer = *wish;
    fewer.n_future = (wish->n_future + FEWER - 1) / FEWER;
    fewer.n_event = wish->n_event / FEWER + 1;
    uint32_t n_found = 0;
    for (int kind = 0; st == MARU_OK && kind < HELP_KINDS; kind++) {
        bool is_found = false;
        for (uint32_t try = 0; st == MARU_OK && !is_found; try++) {
            struct forecast_help *const it = &help[n_found];
            *it = (struct forecast_help){.kind = (enum help_kind)kind, .ask = *look.ask};
            if (!change(&it->ask, it->kind, try)) {
                break;
            }
            st = try_ask(pool, job, &fewer, &it->ask, &it->start, err);
            is_found = st == MARU_OK && is_much_sooner(wish, band, &it->start);
        }
        n_found += is_found;
    }
    *n = st == MARU_OK ? n_found : *n;
    return st;
}
