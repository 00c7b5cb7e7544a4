#include "serve/compute/wait_words.h"

#include <stdio.h>

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
    words_add(out, lang, reasons[why->reason].sentence,
              (const char *const[]){ahead, n_free, missing, NULL});
}

const char wait_elsewhere_word[] = "slurm";

void wait_elsewhere_sentence(struct text *out, const char *reason, enum lang lang) {
    words_add(out, lang, W_WAIT_ELSEWHERE, (const char *const[]){reason[0] ? reason : "-", NULL});
}
