#include "study/columns.h"

#include <math.h>
#include <string.h>

static const double us_per_day = 86400e6, us_per_hour = 3600e6;

double results_days(const maru_results *results) {
    return (double)(results->to_us - results->from_us) / us_per_day;
}

uint32_t regular_class(const maru_results *results) {
    uint32_t best = MARU_NONE;
    for (uint32_t i = 0; i < results->n_class; i++) {
        const maru_class_result *class_ = &results->class_[i];
        if (class_->product == MARU_NONE &&
            (best == MARU_NONE || class_->priority < results->class_[best].priority)) {
            best = i;
        }
    }
    return best;
}

// ---- classes: times only where lots were measured

static double measured(const maru_results *r, size_t i, double value) {
    return r->class_[i].n_measured > 0 ? value : NAN;
}

static double class_out(const maru_results *r, size_t i) { return (double)r->class_[i].n_out; }
static double class_measured(const maru_results *r, size_t i) {
    return (double)r->class_[i].n_measured;
}
static double class_cycle(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].cycle_mean_us / us_per_day);
}
static double class_sd(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].cycle_sd_us / us_per_day);
}
static double class_median(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].cycle_q_us[3] / us_per_day);
}
static double class_5(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].cycle_q_us[0] / us_per_day);
}
static double class_95(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].cycle_q_us[6] / us_per_day);
}
static double class_flow_mean(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].flow_mean);
}
static double class_flow(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].flow_q[3]);
}
static double class_flow_5(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].flow_q[0]);
}
static double class_flow_95(const maru_results *r, size_t i) {
    return measured(r, i, r->class_[i].flow_q[6]);
}
static double class_on_time(const maru_results *r, size_t i) {
    return r->class_[i].n_out > 0 ? r->class_[i].on_time : NAN;
}
static double class_tardiness(const maru_results *r, size_t i) {
    return isfinite(class_on_time(r, i)) ? r->class_[i].tardiness_mean_us / us_per_day : NAN;
}

const struct column class_columns[N_CLASS_COLUMN] = {
    [CLASS_OUT] = {"lots_out", W_LOTS_OUT, UNIT_COUNT, 1, class_out},
    [CLASS_MEASURED] = {"lots_measured", W_LOTS_MEASURED, UNIT_COUNT, 0, class_measured},
    [CLASS_CYCLE] = {"cycle_mean_days", W_CYCLE_MEAN, UNIT_DAYS, -1, class_cycle},
    [CLASS_SD] = {"cycle_sd_days", W_CYCLE_SD, UNIT_DAYS, -1, class_sd},
    [CLASS_MEDIAN] = {"cycle_median_days", W_CYCLE_MEDIAN, UNIT_DAYS, -1, class_median},
    [CLASS_5] = {"cycle_5_days", W_CYCLE_5, UNIT_DAYS, -1, class_5},
    [CLASS_95] = {"cycle_95_days", W_CYCLE_95, UNIT_DAYS, -1, class_95},
    [CLASS_FLOW_MEAN] = {"flow_mean", W_FLOW_MEAN, UNIT_FACTOR, -1, class_flow_mean},
    [CLASS_FLOW] = {"flow_median", W_FLOW_MEDIAN, UNIT_FACTOR, -1, class_flow},
    [CLASS_FLOW_5] = {"flow_5", W_FLOW_5, UNIT_FACTOR, -1, class_flow_5},
    [CLASS_FLOW_95] = {"flow_95", W_FLOW_95, UNIT_FACTOR, -1, class_flow_95},
    [CLASS_ON_TIME] = {"on_time", W_ON_TIME, UNIT_SHARE, 1, class_on_time},
    [CLASS_TARDINESS] = {"tardiness_mean_days", W_TARDINESS, UNIT_DAYS, -1, class_tardiness},
};

// ---- groups

static double group_tools(const maru_results *r, size_t i) { return r->group[i].n_tool; }
static double group_utilization(const maru_results *r, size_t i) { return r->group[i].utilization; }
static double group_productive(const maru_results *r, size_t i) { return r->group[i].productive; }
static double group_setup(const maru_results *r, size_t i) { return r->group[i].setup; }
static double group_standby(const maru_results *r, size_t i) { return r->group[i].standby; }
static double group_engineering(const maru_results *r, size_t i) { return r->group[i].engineering; }
static double group_scheduled(const maru_results *r, size_t i) {
    return r->group[i].scheduled_down;
}
static double group_unscheduled(const maru_results *r, size_t i) {
    return r->group[i].unscheduled_down;
}
static double group_queue(const maru_results *r, size_t i) { return r->group[i].queue_mean; }
static double group_queue_max(const maru_results *r, size_t i) { return r->group[i].queue_max; }
static double group_wait(const maru_results *r, size_t i) {
    return r->group[i].wait_mean_us / us_per_hour;
}
static double group_jobs(const maru_results *r, size_t i) { return (double)r->group[i].n_job; }
static double group_lots(const maru_results *r, size_t i) { return (double)r->group[i].n_lot; }
static double group_setups(const maru_results *r, size_t i) { return (double)r->group[i].n_setup; }

const struct column group_columns[N_GROUP_COLUMN] = {
    [GROUP_TOOLS] = {"tools", W_TOOLS, UNIT_COUNT, 0, group_tools},
    [GROUP_UTILIZATION] = {"utilization", W_UTILIZATION, UNIT_SHARE, 0, group_utilization},
    [GROUP_PRODUCTIVE] = {"productive", W_PRODUCTIVE, UNIT_SHARE, 0, group_productive},
    [GROUP_SETUP] = {"setup", W_SETUP, UNIT_SHARE, -1, group_setup},
    [GROUP_STANDBY] = {"standby", W_STANDBY, UNIT_SHARE, 0, group_standby},
    [GROUP_ENGINEERING] = {"engineering", W_ENGINEERING, UNIT_SHARE, 0, group_engineering},
    [GROUP_SCHEDULED] = {"scheduled_down", W_SCHEDULED_DOWN, UNIT_SHARE, -1, group_scheduled},
    [GROUP_UNSCHEDULED] = {"unscheduled_down", W_UNSCHEDULED_DOWN, UNIT_SHARE, -1,
                           group_unscheduled},
    [GROUP_QUEUE] = {"queue_mean_lots", W_QUEUE_MEAN, UNIT_LOTS, -1, group_queue},
    [GROUP_QUEUE_MAX] = {"queue_max_lots", W_QUEUE_MAX, UNIT_COUNT, -1, group_queue_max},
    [GROUP_WAIT] = {"wait_mean_h", W_WAIT_MEAN, UNIT_HOURS, -1, group_wait},
    [GROUP_JOBS] = {"jobs", W_JOBS, UNIT_COUNT, 0, group_jobs},
    [GROUP_LOTS] = {"lots", W_LOTS, UNIT_COUNT, 0, group_lots},
    [GROUP_SETUPS] = {"setups", W_SETUPS, UNIT_COUNT, 0, group_setups},
};

// ---- queue-time limits

static double limit_pass(const maru_results *r, size_t i) { return (double)r->queue[i].n_pass; }
static double limit_late(const maru_results *r, size_t i) { return (double)r->queue[i].n_late; }
static double limit_share(const maru_results *r, size_t i) {
    const maru_queue_result *queue = &r->queue[i];
    return queue->n_pass > 0 ? (double)queue->n_late / (double)queue->n_pass : NAN;
}
static double limit_late_by(const maru_results *r, size_t i) {
    return r->queue[i].n_late > 0 ? r->queue[i].late_mean_us / us_per_hour : NAN;
}
static double limit_slack(const maru_results *r, size_t i) {
    return r->queue[i].n_pass > r->queue[i].n_late ? r->queue[i].slack_mean_us / us_per_hour : NAN;
}

const struct column limit_columns[N_LIMIT_COLUMN] = {
    [LIMIT_PASS] = {"passed", W_PASSED, UNIT_COUNT, 0, limit_pass},
    [LIMIT_LATE] = {"late", W_LATE, UNIT_COUNT, -1, limit_late},
    [LIMIT_SHARE] = {"late_share", W_LATE_SHARE, UNIT_SHARE, -1, limit_share},
    [LIMIT_LATE_BY] = {"late_mean_h", W_LATE_BY, UNIT_HOURS, -1, limit_late_by},
    [LIMIT_SLACK] = {"slack_mean_h", W_SLACK, UNIT_HOURS, 0, limit_slack},
};

// ---- the run as a whole

static double of_regular(const maru_results *r, double (*of)(const maru_results *, size_t)) {
    const uint32_t i = regular_class(r);
    return i == MARU_NONE ? NAN : of(r, i);
}

static double run_cycle(const maru_results *r, size_t i) {
    return (void)i, of_regular(r, class_cycle);
}
static double run_median(const maru_results *r, size_t i) {
    return (void)i, of_regular(r, class_median);
}
static double run_95(const maru_results *r, size_t i) { return (void)i, of_regular(r, class_95); }
static double run_flow(const maru_results *r, size_t i) {
    return (void)i, of_regular(r, class_flow);
}
static double run_on_time(const maru_results *r, size_t i) {
    return (void)i, of_regular(r, class_on_time);
}
static double run_tardiness(const maru_results *r, size_t i) {
    return (void)i, of_regular(r, class_tardiness);
}
static double run_wip(const maru_results *r, size_t i) { return (void)i, r->wip_mean; }
static double run_out(const maru_results *r, size_t i) {
    return (void)i, (double)r->n_out / results_days(r);
}

static double run_late(const maru_results *r, size_t i) {
    (void)i;
    double n_pass = 0, n_late = 0;
    for (uint32_t k = 0; k < r->n_queue; k++) {
        n_pass += (double)r->queue[k].n_pass;
        n_late += (double)r->queue[k].n_late;
    }
    return n_pass > 0 ? n_late / n_pass : NAN;
}

// Share of the time of all real tools.
static double run_setup(const maru_results *r, size_t i) {
    (void)i;
    double setup = 0, n_tool = 0;
    for (uint32_t k = 0; k < r->n_group; k++) {
        if (!r->group[k].is_delay) {
            setup += r->group[k].setup * r->group[k].n_tool;
            n_tool += r->group[k].n_tool;
        }
    }
    return n_tool > 0 ? setup / n_tool : NAN;
}

const struct column figure_columns[N_FIGURE] = {
    [FIGURE_CYCLE] = {"cycle-time", W_FIGURE_CYCLE, UNIT_DAYS, -1, run_cycle},
    [FIGURE_CYCLE_MEDIAN] = {"cycle-time-median", W_FIGURE_CYCLE_MEDIAN, UNIT_DAYS, -1, run_median},
    [FIGURE_CYCLE_95] = {"cycle-time-95", W_FIGURE_CYCLE_95, UNIT_DAYS, -1, run_95},
    [FIGURE_FLOW] = {"flow-factor", W_FIGURE_FLOW, UNIT_FACTOR, -1, run_flow},
    [FIGURE_WIP] = {"wip", W_FIGURE_WIP, UNIT_LOTS, -1, run_wip},
    [FIGURE_OUT] = {"throughput", W_FIGURE_OUT, UNIT_PER_DAY, 1, run_out},
    [FIGURE_ON_TIME] = {"on-time", W_FIGURE_ON_TIME, UNIT_SHARE, 1, run_on_time},
    [FIGURE_TARDINESS] = {"tardiness", W_FIGURE_TARDINESS, UNIT_DAYS, -1, run_tardiness},
    [FIGURE_LATE] = {"late-queue", W_FIGURE_LATE, UNIT_SHARE, -1, run_late},
    [FIGURE_SETUP] = {"setup", W_FIGURE_SETUP, UNIT_SHARE, -1, run_setup},
};

size_t figure_find(const char *key) {
    size_t i = 0;
    while (i < N_FIGURE && strcmp(figure_columns[i].key, key) != 0) {
        i++;
    }
    return i;
}

// ---- units

static const struct {
    double scale;
    int decimals;
    enum word name;
} units[] = {
    [UNIT_COUNT] = {1, 0, W_UNIT_COUNT},          [UNIT_LOTS] = {1, 1, W_UNIT_LOTS},
    [UNIT_PER_DAY] = {1, 2, W_UNIT_PER_DAY},      [UNIT_DAYS] = {1, 2, W_UNIT_DAYS},
    [UNIT_DAYS_AS_HOURS] = {24, 2, W_UNIT_HOURS}, [UNIT_HOURS] = {1, 2, W_UNIT_HOURS},
    [UNIT_SHARE] = {100, 1, W_UNIT_SHARE},        [UNIT_FACTOR] = {1, 2, W_UNIT_FACTOR},
};

double unit_scale(enum column_unit unit) { return units[unit].scale; }
int unit_decimals(enum column_unit unit) { return units[unit].decimals; }
enum word unit_word(enum column_unit unit) { return units[unit].name; }

struct numeral unit_text(enum column_unit unit, double value) {
    return numeral(value * units[unit].scale, units[unit].decimals);
}

struct numeral unit_interval(enum column_unit unit, struct interval interval) {
    return numeral_interval(interval, units[unit].scale, units[unit].decimals);
}
