// Options of the twin: the rule, and every assumption that the tables of a plant leave open.
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdint.h>

#include "maru/sim.h"
#include "sim/rule/rule.h"

enum { OPTIONS_MAX_GROUP_RULE = 512, OPTIONS_NAME_BYTES = 64 };

// X(field, name, first choice = default, choices, meaning). A choice's number is its place in the
// list.
#define OPTION_CHOICES(X)                                                                          \
    X(queue_rule, "queue_rule", "none", "none | qtcr | qts",                                       \
      "urgency of open queue-time limits, after setup")                                            \
    X(tool_choice, "tool_choice", "longest_idle", "longest_idle | first | last_used | random",     \
      "which of several free tools takes a lot")                                                   \
    X(cascade_choice, "cascade_choice", "as_asked",                                                \
      "as_asked | as_free | empty_first | busy_first | in_place",                                  \
      "order of free tools that cascade: by when they last asked for a lot, by when they got "     \
      "room, empty or busy ones "                                                                  \
      "first, or without losing their turn while they have room")                                  \
    X(rank_setup, "rank_setup", "table", "table | all",                                            \
      "setup times that count in the ranking: of the table of changes only, or of routes too")     \
    X(wake_setup, "wake_setup", "all", "all | table",                                              \
      "setup times that count when one of several free tools is woken")                            \
    X(min_run, "min_run", "hold", "hold | hot_breaks | soft | off",                                \
      "a minimum run: tool waits for its setup, hot lots may break it, others may when none "      \
      "waits, or no runs")                                                                         \
    X(min_run_count, "min_run_count", "finished", "finished | started",                            \
      "lots count towards a minimum run when they leave the tool, or when they are taken")         \
    X(min_run_pick, "min_run_pick", "same_first", "same_first | rank",                             \
      "tools with minimum runs: lots of the present setup first, or plain ranking")                \
    X(cascade_entry, "cascade_entry", "early", "early | when_free",                                \
      "a cascading tool takes the next lot as soon as it holds only one, or when its first place " \
      "is free")                                                                                   \
    X(cascade_setup, "cascade_setup", "overlap", "overlap | empty",                                \
      "a cascading tool changes its setup beside the lot inside, or only when empty")              \
    X(pm_first, "pm_first", "stagger", "stagger | together",                                       \
      "first maintenance of tool k of N at first * k / N, or all at first")                        \
    X(pm_repeat, "pm_repeat", "start", "start | end",                                              \
      "calendar maintenance repeats from due date to due date, or from its end")                   \
    X(pm_in_failure, "failure_in_pm", "defer", "defer | skip | overlap",                           \
      "a failure that falls into maintenance")                                                     \
    X(failure_job, "failure_job", "after", "after | resume",                                       \
      "a failure begins after the job in the tool, or stops it and it resumes after the repair")   \
    X(batch_start, "batch_start", "min", "min | full",                                             \
      "a batch starts at its minimum or waits for its maximum")                                    \
    X(queue_time_at, "queue_time_at", "taken", "taken | processing",                               \
      "a queue-time limit ends when the tool takes the lot, or after its setup and load")          \
    X(reserve, "reserve", "flag", "flag | off | priority",                                         \
      "which lots reserve tools: those flagged hot, none, or those of reserve_priority and above")

#define OPTION_NUMBERS(X)                                                                          \
    X(reserve_priority, "reserve_priority", 30, -1000000, 1000000,                                 \
      "with reserve=priority: the lowest such priority")                                           \
    X(min_run_patience, "min_run_patience", 168, 1, 1000000,                                       \
      "hours that an empty tool waits for its minimum run before it takes another setup")          \
    X(max_lot, "max_lot", 200000, 16, 4000000,                                                     \
      "lots on the floor at once; beyond it the run stops")                                        \
    X(qts_pilot_days, "qts_pilot_days", 200, 1, 3650,                                              \
      "queue_rule=qts: days of the pilot run that measures flow factors")                          \
    X(load_percent, "load", 100, 1, 1000,                                                          \
      "releases in percent of the plant's own rate; due dates keep their allowance")

struct maru_options {
#define X(field, name, first, choices, meaning) uint8_t field;
    OPTION_CHOICES(X)
#undef X
#define X(field, name, first, lowest, highest, meaning) int64_t field;
    OPTION_NUMBERS(X)
#undef X
    char rule[RULE_MAX_TEXT]; // empty: the plant's own
    uint32_t n_group_rule;
    struct {
        char group[OPTIONS_NAME_BYTES];
        char rule[RULE_MAX_TEXT / 4];
    } group_rule[OPTIONS_MAX_GROUP_RULE];
};

enum option_queue_rule { QUEUE_RULE_NONE, QUEUE_RULE_QTCR, QUEUE_RULE_QTS };
enum option_tool_choice { TOOL_LONGEST_IDLE, TOOL_FIRST, TOOL_LAST_USED, TOOL_RANDOM };
enum option_cascade_choice {
    CASCADE_AS_ASKED,
    CASCADE_AS_FREE,
    CASCADE_EMPTY_FIRST,
    CASCADE_BUSY_FIRST,
    CASCADE_IN_PLACE
};
enum option_rank_setup { RANK_SETUP_TABLE, RANK_SETUP_ALL };
enum option_wake_setup { WAKE_SETUP_ALL, WAKE_SETUP_TABLE };
enum option_min_run { MIN_RUN_HOLD, MIN_RUN_HOT_BREAKS, MIN_RUN_SOFT, MIN_RUN_OFF };
enum option_min_run_count { MIN_RUN_COUNT_FINISHED, MIN_RUN_COUNT_STARTED };
enum option_min_run_pick { MIN_RUN_PICK_SAME_FIRST, MIN_RUN_PICK_RANK };
enum option_cascade_entry { CASCADE_ENTRY_EARLY, CASCADE_ENTRY_WHEN_FREE };
enum option_cascade_setup { CASCADE_SETUP_OVERLAP, CASCADE_SETUP_EMPTY };
enum option_pm_first { PM_FIRST_STAGGER, PM_FIRST_TOGETHER };
enum option_pm_repeat { PM_REPEAT_START, PM_REPEAT_END };
enum option_failure_in_pm { FAILURE_IN_PM_DEFER, FAILURE_IN_PM_SKIP, FAILURE_IN_PM_OVERLAP };
enum option_failure_job { FAILURE_JOB_AFTER, FAILURE_JOB_RESUME };
enum option_batch_start { BATCH_START_MIN, BATCH_START_FULL };
enum option_queue_time_at { QUEUE_TIME_TAKEN, QUEUE_TIME_PROCESSING };
enum option_reserve { RESERVE_FLAG, RESERVE_OFF, RESERVE_PRIORITY };

#endif
