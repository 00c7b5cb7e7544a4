// A command of sacctmgr while it is written, as words. Pure.
#ifndef IO_EXECUTOR_SLURM_ORDER_H
#define IO_EXECUTOR_SLURM_ORDER_H

#include "io/executor/slurm_account_text.h"

enum { SLURM_ORDER_WORDS = 16, SLURM_ORDER_WORD_BYTES = 4096 };

struct slurm_order {
    char bytes[SLURM_ORDER_WORDS][SLURM_ORDER_WORD_BYTES];
    const char *word[SLURM_ORDER_WORDS + 1]; // the last NULL
    size_t n;
    bool is_whole; // all that was added had room
};
void slurm_order_begin(struct slurm_order *order, const char *verb, const char *what);
void slurm_order_add(struct slurm_order *order, const char *format, ...) MARU_PRINTF(2, 3);

// What a list of things (GrpTRES) has to become so that this limit holds, behind what is in `out` already.
//   in      list: as it is
void slurm_tres_add(char *out, size_t cap, const char *list, const struct executor_limit *limit);

// word: sacctmgr and its words, the last NULL. Not MARU_OK ends the plan with that.
typedef maru_status (*slurm_see_order)(void *context, const char *const word[], maru_error *err);

#endif
