#include "pool/money/owned_cost.h"

#include <string.h>

#include "base/status.h"
#include "base/toml.h"
#include "base/wide.h"

// A year has 365.25 days. What is paid once is spread evenly over the years; what is free draws its idle power all the same. By type,
// capital is each one's own, energy too; people, space and the rest are shared by the number of GPUs.

static const int64_t year_us = INT64_C(31557600) * 1000000;

// ---- settings

struct key {
    const char *name;
    size_t at; // in struct owned_cost
    int64_t low, high;
};
static const struct key keys[] = {
    {"years", offsetof(struct owned_cost, years), 1, 50},
    {"capital_krw", offsetof(struct owned_cost, capital_krw), 0, OWNED_MAX_KRW},
    {"people_krw", offsetof(struct owned_cost, people_krw), 0, OWNED_MAX_KRW},
    {"space_krw", offsetof(struct owned_cost, space_krw), 0, OWNED_MAX_KRW},
    {"other_krw", offsetof(struct owned_cost, other_krw), 0, OWNED_MAX_KRW},
    {"power_krw_per_mwh", offsetof(struct owned_cost, power_krw_per_mwh), 0, 1000000000},
    {"co2_g_per_kwh", offsetof(struct owned_cost, co2_g_per_kwh), 0, 10000},
};
enum { N_KEY = sizeof keys / sizeof *keys };

struct settings_reading {
    struct owned_cost cost;
    bool has[N_KEY];
};

static maru_status refuse(const struct toml_entry *entry, maru_error *err, const char *what) {
    return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column, "%s", what);
}

static maru_status read_type(struct owned_cost *cost, const struct toml_entry *entry,
                             maru_error *err) {
    const char *name = entry->key + strlen("gpu-");
    for (uint32_t i = 0; i < cost->n_type; i++) {
        if (strcmp(cost->type[i].name, name) == 0) {
            return refuse(entry, err, "this is set twice");
        }
    }
    if (cost->n_type == CLUSTER_MAX_TYPES) {
        return fail_at(err, MARU_E_LIMIT, "", entry->row, entry->column,
                       "more than %d types of GPU", CLUSTER_MAX_TYPES);
    }
    if (entry->integer < 0 || entry->integer > OWNED_MAX_KRW || !name[0]) {
        return refuse(entry, err, "not a sum of money in won, from 0 on");
    }
    memcpy(cost->type[cost->n_type].name, name, strlen(name) + 1);
    cost->type[cost->n_type++].capital_krw = entry->integer;
    return MARU_OK;
}

static maru_status see_entry(void *context, const struct toml_entry *entry, maru_error *err) {
    struct settings_reading *reading = context;
    int i = 0;
    if (entry->kind != TOML_INTEGER) {
        return refuse(entry, err, "a whole number is wanted");
    }
    if (strncmp(entry->key, "gpu-", 4) == 0) {
        return read_type(&reading->cost, entry, err);
    }
    while (i < N_KEY && strcmp(keys[i].name, entry->key) != 0) {
        i++;
    }
    if (i == N_KEY) {
        return refuse(entry, err,
                      "no such setting: years, capital_krw, people_krw, space_krw, other_krw,"
                      " power_krw_per_mwh, co2_g_per_kwh, gpu-TYPE");
    }
    if (reading->has[i]) {
        return refuse(entry, err, "this is set twice");
    }
    if (entry->integer < keys[i].low || entry->integer > keys[i].high) {
        return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                       "this is %lld, and has to be from %lld to %lld", (long long)entry->integer,
                       (long long)keys[i].low, (long long)keys[i].high);
    }
    memcpy((char *)&reading->cost + keys[i].at, &entry->integer, sizeof entry->integer);
    reading->has[i] = true;
    return MARU_OK;
}

maru_status owned_cost_read(const char *bytes, size_t n, struct owned_cost *out, maru_error *err) {
    struct settings_reading reading = {0};
    maru_status st = toml_read(bytes, n, see_entry, &reading, err);
    if (st == MARU_OK && !reading.has[0]) {
        st = fail(err, MARU_E_INPUT, "years is wanted: over how many years the cost is spread");
    }
    if (st == MARU_OK) {
        *out = reading.cost;
    }
    return st;
}

void owned_cost_write(struct text *out, const struct owned_cost *cost) {
    for (int i = 0; i < N_KEY; i++) {
        int64_t value;
        memcpy(&value, (const char *)cost + keys[i].at, sizeof value);
        text_addf(out, "%s = %lld\n", keys[i].name, (long long)value);
    }
    for (uint32_t i = 0; i < cost->n_type; i++) {
        text_addz(out, "gpu-");
        text_addf(out, "%s = %lld\n", cost->type[i].name, (long long)cost->type[i].capital_krw);
    }
}

// ---- power

void owned_power_of(const struct cluster *cluster, struct owned_power *power) {
    wide_u128 idle[CLUSTER_MAX_TYPES] = {0}, busy[CLUSTER_MAX_TYPES] = {0};
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        if (node->type == CLUSTER_NO_TYPE) {
            continue;
        }
        const struct gpu_type *type = &cluster->type[node->type];
        const uint64_t pue = cluster->site[node->site].pue_milli;
        idle[node->type] += ((wide_u128)type->idle_watts * node->n_gpu + node->idle_watts) * pue;
        busy[node->type] += ((wide_u128)type->busy_watts * node->n_gpu + node->idle_watts) * pue;
    }
    for (uint32_t i = 0; i < cluster->n_type; i++) { // W x PUE in thousandths is mW
        const uint32_t n = cluster->n_gpu[i];
        power[i].idle_mw = n ? (uint64_t)(idle[i] / n) : 0;
        power[i].busy_mw = n ? (uint64_t)(busy[i] / n) : 0;
    }
}

static int64_t clip(wide_u128 value) { return value > INT64_MAX ? INT64_MAX : (int64_t)value; }

int64_t owned_energy_j(const struct owned_power *power, uint64_t gpu_milli, uint32_t busy_milli,
                       int64_t us) {
    const uint64_t busy = busy_milli < 1000 ? busy_milli : 1000;
    // uW of all: at most 2^22 W x 1e6 x 1e9 GPUs fit beside 2^63 us
    const wide_u128 uw =
        (wide_u128)power->idle_mw * (1000 - busy) + (wide_u128)power->busy_mw * busy;
    return us > 0 ? clip(uw * gpu_milli / 1000 * (uint64_t)us / UINT64_C(1000000000000)) : 0;
}

int64_t owned_co2_g(const struct owned_cost *cost, int64_t energy_j) {
    return clip((wide_u128)(uint64_t)energy_j * (uint64_t)cost->co2_g_per_kwh / 3600000);
}

int64_t owned_power_krw_milli(const struct owned_cost *cost, int64_t energy_j) {
    return clip((wide_u128)(uint64_t)energy_j * (uint64_t)cost->power_krw_per_mwh / 3600000);
}

// ---- the bill

struct billing {
    const struct owned_cost *cost;
    const struct owned_fleet *fleet; // (n_type)
    uint64_t n_gpu_all;
    const struct owned_use *use;
    int64_t us;
    bool is_too_much;
};

static int64_t fit(struct billing *b, wide_u128 value) {
    b->is_too_much = b->is_too_much || value > INT64_MAX / 16;
    return clip(value);
}

// The part in this time of what a year costs.
static int64_t of_years(struct billing *b, wide_u128 krw, int64_t years) {
    return fit(b, krw * 1000 * (uint64_t)b->us / ((wide_u128)(uint64_t)year_us * (uint64_t)years));
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_alike(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static int64_t capital_of(const struct owned_cost *cost, const char *type) {
    for (uint32_t i = 0; i < cost->n_type; i++) {
        if (is_alike(cost->type[i].name, type)) {
            return cost->type[i].capital_krw;
        }
    }
    return 0;
}

// What a type costs of its own: capital, and what its free GPUs draw.
static void bill_type(struct billing *b, uint32_t i, struct owned_bill *out) {
    const struct owned_power *power = &b->fleet[i].power;
    const uint64_t n = b->fleet[i].n_gpu;
    const int64_t used = b->use->used_ms[i];
    out->capital =
        of_years(b, (wide_u128)n * (uint64_t)capital_of(b->cost, b->fleet[i].type), b->cost->years);
    out->owned_ms = fit(b, (wide_u128)n * (uint64_t)(b->us / 1000));
    out->used_ms = used;
    if (out->owned_ms > used) {
        const wide_u128 mj = (wide_u128)power->idle_mw * (uint64_t)(out->owned_ms - used) / 1000;
        out->energy_j = fit(b, mj / 1000);
    }
}

static void price_hours(struct owned_bill *bill) {
    bill->an_hour_owned =
        bill->owned_ms > 0
            ? clip((wide_u128)(uint64_t)bill->total * 3600000 / (uint64_t)bill->owned_ms)
            : 0;
    bill->an_hour_used =
        bill->used_ms > 0
            ? clip((wide_u128)(uint64_t)bill->total * 3600000 / (uint64_t)bill->used_ms)
            : 0;
}

static void sum_up(struct owned_bill *bill) {
    bill->total = bill->capital + bill->people + bill->space + bill->other + bill->power;
    price_hours(bill);
}

// The share of a type of what belongs to none, by the number of its GPUs; what was used draws as its use.
static void share_out(const struct billing *b, const struct owned_bill *all, uint32_t i,
                      int64_t shared_capital, struct owned_bill *out) {
    const int64_t n = (int64_t)b->fleet[i].n_gpu, all_n = (int64_t)b->n_gpu_all;
    const int64_t used = all->used_ms;
    if (all_n > 0) {
        out->capital += wide_mul_div(shared_capital, n, all_n);
        out->people = wide_mul_div(all->people, n, all_n);
        out->space = wide_mul_div(all->space, n, all_n);
        out->other = wide_mul_div(all->other, n, all_n);
    }
    out->energy_j += used > 0 ? wide_mul_div(b->use->energy_j, out->used_ms, used) : 0;
    out->power = owned_power_krw_milli(b->cost, out->energy_j);
    sum_up(out);
}

enum { MOST_GPUS = 1000000000 };

static maru_status check_use(const struct owned_fleet *fleet, uint32_t n_type,
                             const struct owned_use *use, maru_error *err) {
    bool is_good = use->until_us > use->from_us && use->from_us >= 0 && use->energy_j >= 0 &&
                   use->energy_j <= INT64_MAX / 16 && n_type <= CLUSTER_MAX_TYPES;
    for (uint32_t i = 0; is_good && i < n_type; i++) {
        is_good = use->used_ms[i] >= 0 && use->used_ms[i] <= INT64_MAX / 64 &&
                  fleet[i].n_gpu <= MOST_GPUS && fleet[i].power.idle_mw <= UINT32_MAX;
    }
    return is_good ? MARU_OK
                   : fail(err, MARU_E_RANGE, "times or amounts of use that are out of order");
}

maru_status owned_bill_of(const struct owned_cost *cost, const struct owned_fleet *fleet,
                          uint32_t n_type, const struct owned_use *use, struct owned_bill *all,
                          struct owned_bill *type, maru_error *err) {
    struct billing b = {
        .cost = cost, .fleet = fleet, .use = use, .us = use->until_us - use->from_us};
    struct owned_bill each[CLUSTER_MAX_TYPES] = {0}, sum = {0};
    const maru_status st = check_use(fleet, n_type, use, err);
    if (st != MARU_OK) {
        return st;
    }
    const int64_t shared = of_years(&b, (wide_u128)(uint64_t)cost->capital_krw, cost->years);
    sum.capital = shared;
    sum.people = of_years(&b, (wide_u128)(uint64_t)cost->people_krw, 1);
    sum.space = of_years(&b, (wide_u128)(uint64_t)cost->space_krw, 1);
    sum.other = of_years(&b, (wide_u128)(uint64_t)cost->other_krw, 1);
    sum.energy_j = use->energy_j;
    for (uint32_t i = 0; i < n_type; i++) {
        bill_type(&b, i, &each[i]);
        b.n_gpu_all += fleet[i].n_gpu;
        sum.capital = fit(&b, (wide_u128)(uint64_t)sum.capital + (uint64_t)each[i].capital);
        sum.energy_j = fit(&b, (wide_u128)(uint64_t)sum.energy_j + (uint64_t)each[i].energy_j);
        sum.owned_ms = fit(&b, (wide_u128)(uint64_t)sum.owned_ms + (uint64_t)each[i].owned_ms);
        sum.used_ms += each[i].used_ms;
    }
    sum.power = fit(&b, (wide_u128)(uint64_t)owned_power_krw_milli(cost, sum.energy_j));
    if (b.is_too_much) {
        return fail(err, MARU_E_LIMIT, "a bill that is larger than can be counted");
    }
    sum_up(&sum);
    for (uint32_t i = 0; type && i < n_type; i++) {
        share_out(&b, &sum, i, shared, &each[i]);
        type[i] = each[i];
    }
    *all = sum;
    return MARU_OK;
}

maru_status owned_bill_make(const struct owned_cost *cost, const struct cluster *cluster,
                            const struct owned_use *use, struct owned_bill *all,
                            struct owned_bill *type, maru_error *err) {
    struct owned_power power[CLUSTER_MAX_TYPES];
    struct owned_fleet fleet[CLUSTER_MAX_TYPES];
    owned_power_of(cluster, power);
    for (uint32_t i = 0; i < cluster->n_type; i++) {
        fleet[i] = (struct owned_fleet){cluster->type[i].name, cluster->n_gpu[i], power[i]};
    }
    return owned_bill_of(cost, fleet, cluster->n_type, use, all, type, err);
}

static void add(int64_t *sum, int64_t value) {
    if (__builtin_add_overflow(*sum, value, sum)) {
        *sum = INT64_MAX;
    }
}

void owned_bill_add(struct owned_bill *sum, const struct owned_bill *bill) {
    add(&sum->capital, bill->capital);
    add(&sum->people, bill->people);
    add(&sum->space, bill->space);
    add(&sum->other, bill->other);
    add(&sum->power, bill->power);
    add(&sum->total, bill->total);
    add(&sum->energy_j, bill->energy_j);
    add(&sum->owned_ms, bill->owned_ms);
    add(&sum->used_ms, bill->used_ms);
    price_hours(sum);
}
