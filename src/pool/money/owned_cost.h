// What GPUs of one's own cost: what was paid for them over the years of their use, people, space and power. So that what is not
// rented does not seem to cost nothing.
#ifndef POOL_OWNED_COST_H
#define POOL_OWNED_COST_H

#include <stddef.h>

#include "base/text.h"
#include "pool/cluster.h"

// The greatest of each sum of money here, in won.
#define OWNED_MAX_KRW INT64_C(1000000000000000)

struct owned_cost {
    int64_t years;       // over which what was paid is spread; 1 to 50
    int64_t capital_krw; // for what belongs to no type: network, storage, building
    int64_t people_krw;  // a year, each of these
    int64_t space_krw, other_krw;
    int64_t power_krw_per_mwh; // 1000 times the price of a kWh
    int64_t co2_g_per_kwh;     // 0: not known
    struct {
        char name[64];
        int64_t capital_krw; // of one GPU with its share of the node
    } type[CLUSTER_MAX_TYPES];
    uint32_t n_type;
};

// Read settings: years, capital_krw, people_krw, space_krw, other_krw, power_krw_per_mwh, co2_g_per_kwh, and gpu-TYPE, what one
// GPU of the type was bought for, with its share of the node. All are whole numbers; years is required.
//   errors  MARU_E_INPUT with row and column; MARU_E_LIMIT
MARU_MUST_USE maru_status owned_cost_read(const char *bytes, size_t n, struct owned_cost *out,
                                          maru_error *err);
void owned_cost_write(struct text *out, const struct owned_cost *cost);

// What one GPU of a type draws at the meter: with its share of the node, and of cooling and losses (PUE). Milliwatts, the mean over the
// GPUs of the type.
struct owned_power {
    uint64_t idle_mw, busy_mw;
};
//   out     power (n_type of the cluster)
void owned_power_of(const struct cluster *cluster, struct owned_power *power);

// Joules that GPUs of a type draw: held ones at their use (busy_milli of the way from idle to busy), free ones idle.
int64_t owned_energy_j(const struct owned_power *power, uint64_t gpu_milli, uint32_t busy_milli,
                       int64_t us);
// Grams of CO2 equivalent, and thousandths of a won.
int64_t owned_co2_g(const struct owned_cost *cost, int64_t energy_j);
int64_t owned_power_krw_milli(const struct owned_cost *cost, int64_t energy_j);

// What a cluster cost in a time in which so much of it was used.
struct owned_use {
    int64_t from_us, until_us;
    const int64_t *used_ms; // (n_type) of one GPU
    int64_t energy_j;       // of what was used; what stood free is added here
};
struct owned_bill { // thousandths of a won
    int64_t capital, people, space, other, power, total;
    int64_t energy_j;
    int64_t owned_ms, used_ms;           // of one GPU
    int64_t an_hour_owned, an_hour_used; // of one GPU; an_hour_used 0: nothing was used
};
// What there was of each type, where the nodes are not known any more.
struct owned_fleet {
    const char *type;
    uint64_t n_gpu;
    struct owned_power power;
};
//   in      fleet (n_type), at most CLUSTER_MAX_TYPES
//   out     all, and type (n_type), may be NULL: each with its own capital, and its share of the rest by the number of GPUs
//   errors  MARU_E_RANGE: times out of order; MARU_E_LIMIT: more than 64 bits hold
MARU_MUST_USE maru_status owned_bill_of(const struct owned_cost *cost,
                                        const struct owned_fleet *fleet, uint32_t n_type,
                                        const struct owned_use *use, struct owned_bill *all,
                                        struct owned_bill *type, maru_error *err);
// The same of a cluster as it is.
MARU_MUST_USE maru_status owned_bill_make(const struct owned_cost *cost,
                                          const struct cluster *cluster,
                                          const struct owned_use *use, struct owned_bill *all,
                                          struct owned_bill *type, maru_error *err);

// Add the bill of another time: prices of an hour are those of both together.
void owned_bill_add(struct owned_bill *sum, const struct owned_bill *bill);

#endif
