// maru new fab FOLDER: a made-up fab of any size to start from.

#include "cli/verb.h"
#include "cli/written.h"
#include "plant/fab/fab.h"

#include <stddef.h>
#include <string.h>

struct new_values {
    struct common common;
    uint64_t tools, products, steps, seed;
    double load;
    bool force;
};

static int run_new(struct call *call) {
    const struct new_values *values = call->args.values;
    if (strcmp(call->args.word[0], "fab") != 0 || call->args.n_word < 2) {
        return verb_refuse_word(call, MARU_E_USAGE, W_NEW_WHAT, (const char *const[]){NULL});
    }
    const struct fab_spec spec = {.n_tool = (uint32_t)values->tools,
                                  .n_product = (uint32_t)values->products,
                                  .n_step = (uint32_t)values->steps,
                                  .seed = values->seed,
                                  .load = values->load};
    struct written written = {.folder = call->args.word[1]};
    maru_error err = {0};
    maru_status st = written_begin(&written, values->force, &err);
    if (st == MARU_OK) {
        st = fab_make(&spec, written_put, &written, &err);
    }
    return st == MARU_OK ? written_tell(&written, call) : verb_refuse(call, &err);
}

#define AT(member) offsetof(struct new_values, member)
static const struct option options[] = {
    {"tools", 0, OPTION_COUNT, AT(tools), "N", "100", W_HELP_TOOLS, FAB_MIN_TOOLS, FAB_MAX_TOOLS},
    {"products", 0, OPTION_COUNT, AT(products), "N", "2", W_HELP_PRODUCTS, 1, FAB_MAX_PRODUCTS},
    {"steps", 0, OPTION_COUNT, AT(steps), "N", "200", W_HELP_STEPS, FAB_MIN_STEPS, FAB_MAX_STEPS},
    {"seed", 's', OPTION_COUNT, AT(seed), "N", "1", W_HELP_FAB_SEED, 0, INT64_MAX},
    {"load", 0, OPTION_SHARE, AT(load), "SHARE", "0.9", W_HELP_LOAD, 0, 0},
    {"force", 'f', OPTION_FLAG, AT(force), NULL, NULL, W_HELP_FORCE, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru new fab --tools 500 --products 4 --steps 300 --seed 1 fab500", NULL};

const struct verb verb_new = {
    .name = "new",
    .synopsis = "fab FOLDER [--tools N] [--products N] [--steps N] [--seed N] [--load SHARE]",
    .purpose = W_NEW_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct new_values),
    .min_words = 1,
    .max_words = 2,
    .example = examples,
    .run = run_new};
