// maru pool replay | placement TRACE: policies and rules of placement tried on jobs as they once came; trace OUT.csv: such jobs made up.
//
// Exit status 0: done; 1: stopped; 3: a table is wrong, and what would be right was said.

#include "cli/pool/pool_verbs.h"

#include <stddef.h>
#include <string.h>

#include "pool/trace/generated_trace.h"

static const struct {
    const char *name;
    int (*run)(struct call *call);
} parts[] = {{"replay", pool_run_replay},
             {"placement", pool_run_placement},
             {"trace", pool_run_trace},
             {"drain", pool_run_drain},
             {"undrain", pool_run_drain}};

static int run_pool(struct call *call) {
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(call->args.word[0], parts[i].name) == 0) {
            return parts[i].run(call);
        }
    }
    return verb_refuse_word(call, MARU_E_USAGE, W_POOL_UNKNOWN,
                            (const char *const[]){call->args.word[0], call->verb->synopsis, NULL});
}

#define AT(member) offsetof(struct pool_values, member)
static const struct option options[] = {
    REMOTE_OPTIONS,
    {"reason", 0, OPTION_TEXT, AT(reason), "TEXT", NULL, W_HELP_POOL_REASON, 0, 0},
    {"now", 0, OPTION_FLAG, AT(now), NULL, NULL, W_HELP_POOL_NOW, 0, 0},
    {"policy", 'p', OPTION_LIST, AT(policy), "FILE.toml", NULL, W_HELP_POOL_POLICY, 0, 0},
    {"nodes", 0, OPTION_TEXT, AT(nodes), "FILE.csv", NULL, W_HELP_POOL_NODES, 0, 0},
    {"form", 0, OPTION_TEXT, AT(form), "FORM", NULL, W_HELP_POOL_FORM, 0, 0},
    {"accounts", 0, OPTION_TEXT, AT(accounts), "FILE.csv", NULL, W_HELP_POOL_ACCOUNTS, 0, 0},
    {"prices", 0, OPTION_TEXT, AT(prices), "FILE.csv", NULL, W_HELP_POOL_PRICES, 0, 0},
    {"inflate", 0, OPTION_REAL, AT(inflate), "X", "1", W_HELP_POOL_INFLATE, 0, 0},
    {"checkpoints", 0, OPTION_FLAG, AT(checkpoints), NULL, NULL, W_HELP_POOL_CHECKPOINTS, 0, 0},
    {"checkpoint-every", 0, OPTION_TEXT, AT(checkpoint_every), "TIME", NULL, W_HELP_POOL_EVERY, 0,
     0},
    {"events", 0, OPTION_TEXT, AT(events), "FILE.csv", NULL, W_HELP_POOL_EVENTS, 0, 0},
    {"failures", 0, OPTION_TEXT, AT(failures), "MTBF,REPAIR", NULL, W_HELP_POOL_FAILURES, 0, 0},
    {"seed", 's', OPTION_COUNT, AT(seed), "N", "1", W_HELP_POOL_SEED, 0, INT64_MAX},
    {"html", 0, OPTION_TEXT, AT(html), "FILE.html", NULL, W_HELP_POOL_HTML, 0, 0},
    {"csv", 0, OPTION_TEXT, AT(csv), "FILE.csv", NULL, W_HELP_POOL_CSV, 0, 0},
    {"share", 0, OPTION_REAL, AT(share), "X", "1", W_HELP_POOL_SHARE, 0, 0},
    {"seeds", 0, OPTION_COUNT, AT(seeds), "N", "10", W_HELP_POOL_SEEDS, 1, 1000},
    {"jobs", 0, OPTION_COUNT, AT(jobs), "N", "10000", W_HELP_POOL_JOBS, 1, TRACE_MAX_JOBS},
    {"tenants", 0, OPTION_COUNT, AT(tenants), "N", "50", W_HELP_POOL_TENANTS, 1,
     TRACE_MAX_ACCOUNTS},
    {"load", 0, OPTION_REAL, AT(load), "X", "0.9", W_HELP_POOL_LOAD, 0, 0},
    {"ties", 0, OPTION_TEXT, AT(ties), "random|lowest", "random", W_HELP_POOL_TIES, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru pool replay jobs.sacct --nodes nodes.csv --policy a.toml --policy b.toml --html o.html",
    "maru pool placement gpu_cluster_2023/openb_pod_list_default.csv --seeds 10",
    "maru pool trace made.csv --nodes nodes.csv --jobs 20000 --load 0.9",
    "maru pool drain node7 --reason 'a fan'", NULL};

const struct verb verb_pool = {.name = "pool",
                               .synopsis =
                                   "replay|placement TRACE, trace OUT.csv, drain|undrain NODE",
                               .purpose = W_POOL_PURPOSE,
                               .option = options,
                               .n_option = sizeof options / sizeof options[0],
                               .n_value_bytes = sizeof(struct pool_values),
                               .min_words = 2,
                               .max_words = 2,
                               .example = examples,
                               .run = run_pool};
