#include "learn/periods.h"

#include <math.h>

#include "base/distribution.h"
#include "signal/frame.h"

// A line through the rates, each weighted by its units. Units of one period are alike, so the rates scatter more than chance alone:
// the slope's error is that of the scatter around the line, and never less than that of chance.

#define US_PER_MIN INT64_C(60000000)
#define US_PER_HOUR (60 * US_PER_MIN)
#define US_PER_DAY (24 * US_PER_HOUR)

// ---- calendar

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// Month number since 1970-01 of a day since 1970-01-01, and the day it begins.
//   source  H. Hinnant: chrono-compatible low-level date algorithms (days from civil, and back)
static int64_t month_of(int64_t day, int64_t *begin) {
    const int64_t z = day + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153; // from March
    *begin = day - (of_year - (153 * month + 2) / 5);
    return 12 * (year + era * 400 - 1970) + month + 2;
}

static int64_t unit_of(enum period_unit unit, maru_time at_us, int32_t offset_min,
                       maru_time *from_us) {
    const int64_t local = at_us + offset_min * US_PER_MIN;
    const int64_t day = floor_div(local, US_PER_DAY);
    int64_t number = floor_div(local, US_PER_HOUR), begin_us = number * US_PER_HOUR;
    if (unit == PERIOD_DAY) {
        number = day;
        begin_us = day * US_PER_DAY;
    } else if (unit == PERIOD_WEEK) {
        number = floor_div(day + 3, 7); // 1970-01-01 was a Thursday
        begin_us = (7 * number - 3) * US_PER_DAY;
    } else if (unit == PERIOD_MONTH) {
        int64_t begin = 0;
        number = month_of(day, &begin);
        begin_us = begin * US_PER_DAY;
    }
    *from_us = begin_us - offset_min * US_PER_MIN;
    return number;
}

// ---- cutting

static maru_time time_at(const struct periods_input *in, uint32_t k, maru_time before) {
    const maru_time at_us = in->time[in->order[k]];
    return at_us == FRAME_NO_TIME || at_us < before ? before : at_us;
}

static maru_time first_time(const struct periods_input *in) {
    for (uint32_t k = 0; k < in->n_order; k++) {
        if (in->time[in->order[k]] != FRAME_NO_TIME) {
            return in->time[in->order[k]];
        }
    }
    return 0;
}

// How many periods there are of a unit; more than PERIODS_MOST count as PERIODS_MOST + 1. out: NULL: only count them.
static uint32_t cut_by(const struct periods_input *in, enum period_unit unit, struct period *out) {
    maru_time at_us = first_time(in), from_us = 0;
    int64_t last = 0;
    uint32_t n = 0;
    for (uint32_t k = 0; k < in->n_order && n <= PERIODS_MOST; k++) {
        at_us = time_at(in, k, at_us);
        const int64_t number = unit_of(unit, at_us, in->offset_min, &from_us);
        if (n == 0 || number != last) {
            if (out) {
                out[n] = (struct period){.from_us = from_us, .first = k};
            }
            n++;
            last = number;
        }
        if (out) {
            out[n - 1].n_row++;
        }
    }
    return n;
}

// Days without a time of day are no hours.
static bool has_hours(const struct periods_input *in) {
    maru_time from_us = 0, day_us = 0;
    for (uint32_t k = 0; k < in->n_order; k++) {
        const maru_time at_us = in->time[in->order[k]];
        if (at_us != FRAME_NO_TIME) {
            unit_of(PERIOD_HOUR, at_us, in->offset_min, &from_us);
            unit_of(PERIOD_DAY, at_us, in->offset_min, &day_us);
            if (from_us != day_us) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t cut_rows(const struct periods_input *in, struct period *out) {
    enum { FEWEST = 20 }; // rows of a period
    const uint32_t most = in->n_order / FEWEST;
    const uint32_t n = most < 1 ? 1 : most < PERIODS_USUAL ? most : PERIODS_USUAL;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t first = (uint32_t)((uint64_t)in->n_order * i / n);
        const uint32_t next = (uint32_t)((uint64_t)in->n_order * (i + 1) / n);
        const maru_time at_us =
            in->time && first < in->n_order ? in->time[in->order[first]] : FRAME_NO_TIME;
        out[i] = (struct period){
            .from_us = at_us == FRAME_NO_TIME ? 0 : at_us, .first = first, .n_row = next - first};
    }
    return n;
}

static void add_up(const struct periods_input *in, struct period *period) {
    for (uint32_t k = period->first; k < period->first + period->n_row; k++) {
        const uint32_t row = in->order[k];
        const double weight = in->weight ? in->weight[row] : 1.0;
        if (!isnan(in->bad[row])) {
            period->n += weight;
            period->bad += weight * in->bad[row];
        }
    }
}

maru_status periods_cut(const struct periods_input *in, struct arena *arena, struct periods *out,
                        maru_error *err) {
    struct period *period = arena_take(arena, PERIODS_MOST + 1, sizeof *period);
    uint8_t unit = PERIOD_ROWS;
    uint32_t n = 0;
    if (!period) {
        return arena_refusal(arena, err);
    }
    const uint8_t least = in->time && has_hours(in) ? PERIOD_HOUR : PERIOD_DAY;
    for (uint8_t u = least; in->time && unit == PERIOD_ROWS && u < N_PERIOD_UNIT; u++) {
        n = cut_by(in, (enum period_unit)u, NULL);
        unit = n >= PERIODS_LEAST && n <= PERIODS_MOST ? u : unit;
    }
    n = unit == PERIOD_ROWS ? cut_rows(in, period) : cut_by(in, (enum period_unit)unit, period);
    for (uint32_t i = 0; i < n; i++) {
        add_up(in, &period[i]);
    }
    *out = (struct periods){unit, n, period};
    return MARU_OK;
}

// ---- the trend

struct sums {
    double w, x, y, xx, xy, yy;
    uint32_t n;
};

static struct sums sum_up(const struct periods *periods) {
    struct sums s = {0};
    for (uint32_t i = 0; i < periods->n; i++) {
        const struct period *p = &periods->period[i];
        if (p->n > 0.0) {
            const double x = i, y = p->bad / p->n;
            s.w += p->n;
            s.x += p->n * x;
            s.y += p->n * y;
            s.xx += p->n * x * x;
            s.xy += p->n * x * y;
            s.yy += p->n * y * y;
            s.n++;
        }
    }
    return s;
}

// Two-sided, of Student's t.
static double p_of(double t, double df) { return beta_below(df / (df + t * t), df / 2.0, 0.5); }

// Shares of the first and the last third of the units, whole periods.
static void find_thirds(const struct periods *periods, double all, double level,
                        struct trend *out) {
    double n[2] = {0, 0}, bad[2] = {0, 0};
    for (uint32_t i = 0; i < periods->n && n[0] < all / 3.0; i++) {
        n[0] += periods->period[i].n;
        bad[0] += periods->period[i].bad;
    }
    for (uint32_t i = periods->n; i-- > 0 && n[1] < all / 3.0;) {
        n[1] += periods->period[i].n;
        bad[1] += periods->period[i].bad;
    }
    out->early = share_of((uint64_t)llround(bad[0]), (uint64_t)llround(n[0]), level);
    out->late = share_of((uint64_t)llround(bad[1]), (uint64_t)llround(n[1]), level);
}

struct trend periods_trend(const struct periods *periods, bool is_share, double level) {
    const struct sums s = sum_up(periods);
    struct trend out = {.n = s.n,
                        .mean = s.w > 0.0 ? s.y / s.w : (double)NAN,
                        .first = (double)NAN,
                        .last = (double)NAN,
                        .t = (double)NAN,
                        .df = (double)s.n - 2.0,
                        .p = (double)NAN,
                        .dispersion = (double)NAN};
    const double sxx = s.xx - s.x * s.x / s.w, sxy = s.xy - s.x * s.y / s.w;
    if (is_share && s.w > 0.0) {
        find_thirds(periods, s.w, level, &out);
    }
    if (s.n < 4 || !(sxx > 0.0)) {
        return out;
    }
    const double slope = sxy / sxx, mean_x = s.x / s.w;
    const double rest = s.yy - s.y * s.y / s.w - slope * sxy;
    const double scatter = rest > 0.0 ? rest / out.df : 0.0;
    const double chance = is_share ? out.mean * (1.0 - out.mean) : 0.0;
    if (chance > 0.0) {
        out.dispersion = scatter > chance ? scatter / chance : 1.0;
    }
    const double variance = scatter > chance ? scatter : chance;
    out.first = out.mean + slope * (0.0 - mean_x);
    out.last = out.mean + slope * ((double)periods->n - 1.0 - mean_x);
    if (variance > 0.0) {
        out.t = slope / sqrt(variance / sxx);
        out.p = p_of(out.t, out.df);
    }
    return out;
}
