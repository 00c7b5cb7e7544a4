#include "serve/compute/wait_words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "study/words/korean.h"

// One sentence a reason, in the word list; {1} is how many jobs are before it, {2} GPUs that are free, {3} that are missing.

static const struct {
    const char *word;
    enum word sentence;
} reasons[WAIT_REASONS] = {
    [WAIT_NOT] = {"none", W_WAIT_NOT},
    [WAIT_BEHIND] = {"behind", W_WAIT_BEHIND},
    [WAIT_FULL] = {"full", W_WAIT_FULL},
    [WAIT_SCATTERED] = {"scattered", W_WAIT_SCATTERED},
    [WAIT_LIMIT] = {"limit", W_WAIT_LIMIT},
    [WAIT_HELD] = {"held", W_WAIT_HELD},
    [WAIT_RESERVED] = {"reserved", W_WAIT_RESERVED},
    [WAIT_POWER] = {"power", W_WAIT_POWER},
    [WAIT_NODES] = {"nodes", W_WAIT_NODES},
    [WAIT_STOPPING] = {"stopping", W_WAIT_STOPPING},
};

const char *wait_reason_word(enum wait_reason reason) { return reasons[reason].word; }

void wait_sentence(struct text *out, const struct pool_why *why, enum lang lang) {
    char ahead[16], n_free[16], missing[16];
    snprintf(ahead, sizeof ahead, "%u", why->n_ahead);
    snprintf(n_free, sizeof n_free, "%u", why->n_free);
    snprintf(missing, sizeof missing, "%u", why->n_missing);
    const bool has_gpus = why->reason == WAIT_FULL && why->n_missing == 0;
    words_add(out, lang, has_gpus ? W_WAIT_FULL_ELSE : reasons[why->reason].sentence,
              (const char *const[]){ahead, n_free, missing, NULL});
}

const char wait_elsewhere_word[] = "slurm";

// What Slurm's words begin with, the longer before the shorter.
static enum word slurm_word(const char *reason) {
    static const struct {
        const char *begin;
        enum word sentence;
    } words[] = {
        {"Resources", W_WAIT_SLURM_FULL},
        {"Priority", W_WAIT_SLURM_BEHIND},
        {"QOSNotAllowed", W_WAIT_SLURM_ASTRAY},
        {"QOS", W_WAIT_SLURM_QOS},
        {"Assoc", W_WAIT_SLURM_LIMIT},
        {"ReqNodeNotAvail", W_WAIT_SLURM_NODES},
        {"Reservation", W_WAIT_SLURM_NODES},
        {"PartitionDown", W_WAIT_SLURM_NODES},
        {"PartitionInactive", W_WAIT_SLURM_NODES},
        {"NodeDown", W_WAIT_SLURM_NODES},
        {"JobHeld", W_WAIT_SLURM_HELD},
        {"InvalidQOS", W_WAIT_SLURM_ASTRAY},
        {"InvalidAccount", W_WAIT_SLURM_ASTRAY},
        {"AccountNotAllowed", W_WAIT_SLURM_ASTRAY},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(reason, words[i].begin, strlen(words[i].begin)) == 0) {
            return words[i].sentence;
        }
    }
    return W_WAIT_ELSEWHERE;
}

void wait_elsewhere_sentence(struct text *out, const char *reason, enum lang lang) {
    words_add(out, lang, slurm_word(reason), (const char *const[]){reason[0] ? reason : "-", NULL});
}

const char wait_refused_word[] = "refused";

// ---- when it starts

enum { SOON_US = 60000000, CLOCK_BYTES = 24, SPAN_BYTES = 24 };

// "14:20", with its day where that is another one.
static void clock_words(int64_t us, int64_t now_us, char out[CLOCK_BYTES]) {
    const time_t at = (time_t)(us / 1000000), now = (time_t)(now_us / 1000000);
    struct tm then, today;
    out[0] = '\0';
    if (localtime_r(&at, &then) && localtime_r(&now, &today)) {
        const bool is_today = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
        if (strftime(out, CLOCK_BYTES, is_today ? "%H:%M" : "%Y-%m-%d %H:%M", &then) == 0) {
            out[0] = '\0';
        }
    }
}

static void span_words(int64_t us, char out[SPAN_BYTES]) {
    const long long minutes = (us + 59999999) / 60000000;
    snprintf(out, SPAN_BYTES, minutes % 60 ? "%lld min" : "%lld h",
             minutes % 60 ? minutes : minutes / 60);
}

static enum word start_word(const struct compute_forecast *it) {
    const struct forecast_band *start = &it->start;
    if (!it->is_open) {
        return W_START_ENDED;
    }
    if (!it->is_foretold) {
        return it->phase == PHASE_BLOCKED  ? W_START_BLOCKED
               : it->phase == PHASE_QUEUED ? W_START_UNKNOWN
                                           : W_START_BEGUN;
    }
    if (start->p50_us == INT64_MAX) {
        return W_START_UNKNOWN;
    }
    if (start->p90_us == INT64_MAX) {
        return W_START_OPEN;
    }
    if (start->p90_us - it->at_us < SOON_US) {
        return W_START_NOW;
    }
    return it->why.reason == WAIT_NOT || it->why.n_ahead == 0 ? W_START_ABOUT
           : it->project[0]                                   ? W_START_BEHIND_PROJECT
                                                              : W_START_BEHIND;
}

void start_sentence(struct text *out, const struct compute_forecast *forecast, enum lang lang) {
    const struct forecast_band *start = &forecast->start;
    char middle[CLOCK_BYTES], from[CLOCK_BYTES], until[CLOCK_BYTES], ahead[16];
    if (forecast->is_open && forecast->is_scheduled_elsewhere && forecast->phase < PHASE_RUNNING) {
        wait_elsewhere_sentence(out, forecast->reason, lang);
        return;
    }
    if (forecast->is_open && forecast->refused[0]) {
        sentence_add(out, lang, forecast->refused);
        return;
    }
    clock_words(start->p50_us, forecast->at_us, middle);
    clock_words(start->p10_us, forecast->at_us, from);
    clock_words(start->p90_us, forecast->at_us, until);
    snprintf(ahead, sizeof ahead, "%u", forecast->why.n_ahead);
    words_add(out, lang, start_word(forecast),
              (const char *const[]){middle, from, until, ahead, forecast->project, NULL});
}

static uint64_t gpus_of(const struct pool_ask *ask) {
    return (uint64_t)ask->n_part * ask->want.n_gpu;
}

void help_sentence(struct text *out, const struct compute_forecast *forecast,
                   const struct forecast_help *help, enum lang lang) {
    static const enum word words[HELP_KINDS][2] = {
        [HELP_GPUS] = {W_START_WITH_GPUS, W_START_WITH_GPUS_NOW},
        [HELP_TYPE] = {W_START_WITH_TYPE, W_START_WITH_TYPE_NOW},
        [HELP_TIME] = {W_START_WITH_TIME, W_START_WITH_TIME_NOW},
        [HELP_CAN_STOP] = {W_START_WITH_STOP, W_START_WITH_STOP_NOW}};
    char at[CLOCK_BYTES], now[SPAN_BYTES], then[SPAN_BYTES];
    const bool is_soon = help->start.p50_us - forecast->at_us < SOON_US;
    clock_words(help->start.p50_us, forecast->at_us, at);
    if (help->kind == HELP_TIME) {
        span_words(help->ask.limit_us, then);
        span_words(forecast->ask.limit_us, now);
    } else {
        snprintf(then, sizeof then, "%llu", (unsigned long long)gpus_of(&help->ask));
        snprintf(now, sizeof now, "%llu", (unsigned long long)gpus_of(&forecast->ask));
    }
    words_add(out, lang, words[help->kind][is_soon], (const char *const[]){at, then, now, NULL});
}
