// Overall equipment effectiveness of a shift, a day, a tool or a group, as SEMI E79 and as ISO 22400-2
// define it, and where the rest of the time went.
//
// Sums add up: those of shifts to a day, those of tools to a group. Figures are computed from sums.
// Time of which nobody knows is in no denominator; its share stands beside the figures.
#ifndef CONTROL_OEE_H
#define CONTROL_OEE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/equipment/oee_list.h"
#include "control/equipment/reliability.h"
#include "control/equipment/schedule.h"
#include "control/equipment/timeline.h"
#include "control/equipment/yield_log.h"

enum oee_loss {
#define X(name, is_big, english, korean) OEE_##name,
    OEE_LOSSES(X)
#undef X
        N_OEE_LOSS
};

struct oee_options {
    const maru_time *ideal_us; // us a unit (n_item), by the item of the counts; 0: not known
    uint32_t n_item;
    maru_time minor_stop_us; // standby below it is a minor stop, from it on waiting
    maru_time startup_us;    // scrap within this time after a stop is a start-up loss; 0: none is
    const struct shifts
        *shifts; // standby outside of them is off (schedule.h); NULL: all time is scheduled
};

struct oee_sums {
    maru_time span_us; // asked for
    maru_time substate_us[N_E10_SUBSTATE];
    double loss_us[N_OEE_LOSS];   // span_us = effective_us + the sum of these
    uint64_t n_loss[N_OEE_LOSS];  // how often; of SPEED 0, of STARTUP and DEFECT units
    uint64_t good, scrap, rework; // units
    uint64_t n_unpriced;          // of these, of an item whose ideal time is not known
    double ideal_us;              // theoretical time of all units
    double effective_us;          // of good units
    struct reliability_sums reliability;
};

struct oee {
    // SEMI E79: of all time that is known
    double availability; // uptime / total time
    double operational;  // productive / uptime
    double rate;         // theoretical time of all units / productive
    double performance;  // operational * rate
    double quality;      // theoretical time of good units / of all units
    double oee;          // theoretical time of good units / total time
    // ISO 22400-2: of planned busy time
    double iso_availability;  // APT / PBT
    double iso_effectiveness; // PRI * PQ / APT
    double iso_quality;       // GQ / PQ
    double iso_oee;           // their product
    double iso_nee;           // net equipment effectiveness: setup counts as busy
    // SEMI E10
    double uptime;            // operational uptime: uptime / operations time
    double utilization;       // operational: productive / operations time
    double total_utilization; // productive / total time
    double known;             // share of the time that is known
    maru_time busy_us;        // PBT of ISO 22400-2
    bool is_too_fast;         // more units than the ideal time allows: check the ideal times
};

// Add what a tool did in [from_us, to_us). Units count where they were finished.
//   errors  MARU_E_RANGE: older than what is kept of its states or counts; sums are as they were
MARU_MUST_USE maru_status oee_add(const struct timeline *timeline, const struct yield_log *log,
                                  const struct oee_options *options, maru_time from_us,
                                  maru_time to_us, struct oee_sums *sums, maru_error *err);

// Add sums to sums: shifts to a day, tools to a group.
void oee_join(struct oee_sums *sums, const struct oee_sums *more);

// The figures; NaN where there is nothing to divide by.
//   source  SEMI E79, SEMI E10, ISO 22400-2:2014
struct oee oee_of(const struct oee_sums *sums);

// The losses from the largest on; gives how many are above 0.
uint32_t oee_rank(const struct oee_sums *sums, enum oee_loss order[N_OEE_LOSS]);

// "breakdowns", "고장".
//   memory  static
const char *oee_loss_name(enum oee_loss loss, bool is_korean);
bool oee_loss_is_big(enum oee_loss loss); // one of the six big losses

// Time by substate and reason: what cost most, by name.
struct oee_reason {
    maru_time us;
    uint32_t n;      // intervals
    uint32_t reason; // the caller's code
    uint8_t substate;
};

// Add the intervals of [from_us, to_us) that are not productive to reason[0 .. *n), largest first. What
// finds no room among max_reasons (at least 1) is added to the last, which then has substate
// N_E10_SUBSTATE.
//   in      shifts: as in oee_options
void oee_reasons(const struct timeline *timeline, const struct shifts *shifts, maru_time from_us,
                 maru_time to_us, struct oee_reason *reason, uint32_t max_reasons, uint32_t *n);

#endif
