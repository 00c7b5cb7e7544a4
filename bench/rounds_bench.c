#include "stopwatch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "pool/round/round_check.h"
#include "rounds/award_solving.h"
#include "study/rounds/round_examples.h"

// A national round, as it stands, and one of 10 000 generated proposals for 70 000 GPUs at three sites under power: read, awarded,
// checked. Beside the time, how far the award may be from the best one.

static const char *const large[ROUND_FILES] = {
    [ROUND_FILE_RULES] = "title = \"large\"\nseed = 1\nfirst_quarter = \"2026Q2\"\n"
                         "last_quarter = \"2027Q1\"\nweight_impact = 40\nweight_ecosystem = 30\n"
                         "weight_readiness = 30\nleast_points = 50\ninstitution_percent = 5\n"
                         "site_bonus = 1\n",
    [ROUND_FILE_TYPES] = "type,watts\nH200,1300\nB200,1800\n",
    [ROUND_FILE_SITES] = "site,pue,quarter,power_mw\nnorth,1.3,,40\nnorth,,2026Q4,60\n"
                         "west,1.25,,30\nsouth,1.35,,30\n",
    [ROUND_FILE_SUPPLY] = "site,type,quarter,gpus\nnorth,H200,2026Q2,18000\n"
                          "north,B200,2026Q4,14000\nwest,H200,2026Q2,9000\n"
                          "west,B200,2026Q2,10000\nsouth,H200,2026Q2,9000\n"
                          "south,B200,2026Q4,10000\n",
    [ROUND_FILE_CLASSES] = "class,bonus,floor_percent,ceiling_percent\nacademia,0,40,65\n"
                           "industry,0,20,45\ninstitute,0,7,20\n",
};

static void award(const char *name, void *context, struct text file[ROUND_FILES]) {
    struct round_bytes bytes[ROUND_FILES];
    struct round_tables tables;
    struct round_award out;
    maru_faults *faults = maru_faults_new();
    (void)context;
    for (int i = 0; i < ROUND_FILES; i++) {
        bytes[i] = (struct round_bytes){file[i].bytes, file[i].n_bytes};
    }
    const double begin = bench_cpu_s();
    if (round_tables_read(bytes, faults, &tables, NULL) != MARU_OK ||
        round_award_init(&tables.round, &out, NULL) != MARU_OK ||
        award_solve(&tables.round, NULL, NULL, &out, NULL, NULL) != MARU_OK ||
        round_check(&tables.round, &out, NULL) != MARU_OK) {
        fprintf(stderr, "%s: no award\n", name);
        exit(1);
    }
    const double seconds = bench_cpu_s() - begin;
    const double gap = (double)(out.bound - out.worth) / (double)out.worth;
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, out.gpus, tables.round.n_line * sizeof *out.gpus);
    printf("{\"case\": \"%s\", \"proposals\": %u, \"cpu_s\": %.2f, \"gap_percent\": %.4f, "
           "\"proven\": %s, \"award\": \"%016llx\"}\n",
           name, tables.round.n_application, seconds, 100 * gap, out.is_exact ? "true" : "false",
           (unsigned long long)digest.lane[0]);
    round_award_fini(&out);
    round_tables_fini(&tables);
    maru_faults_free(faults);
}

static void run(const char *name, void *context) {
    struct text file[ROUND_FILES];
    const bool is_large = context != NULL;
    for (int i = 0; i < ROUND_FILES; i++) {
        text_init(&file[i], 64 << 20);
        text_addz(&file[i], is_large && large[i] ? large[i] : "");
    }
    if (is_large) {
        const struct round_generated what = {1, 10000, 266768, 4000, "2026Q2", "2027Q1"};
        round_generate(&what, &file[ROUND_FILE_APPLICATIONS], &file[ROUND_FILE_SCORES]);
    } else if (round_example("national_2026", file, NULL) != MARU_OK) {
        exit(1);
    }
    award(name, context, file);
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&file[i]);
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "rounds/national_2026", run, NULL);
    bench_case(&bench, "rounds/10000_proposals", run, &bench);
    return 0;
}
