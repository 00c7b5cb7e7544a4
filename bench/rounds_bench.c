#include "stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/digest.h"
#include "base/random.h"
#include "pool/round/round_check.h"
#include "rounds/award_solving.h"
#include "study/rounds/round_examples.h"

// A national round, as it stands, and rounds of 10 000 generated proposals for 70 000 GPUs: read, awarded, checked. Beside the time, how
// far the award may be from the best one, and the most memory. Four of them are such as no reviewers would hand in: all points
// alike; everyone asks for everything; all or nothing in amounts up to half a site; 24 sites under tight power.

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

// ---- hard ones

enum { N_HARD = 10000, N_SITE = 24, HARD_INSTITUTIONS = 500, STREAM_HARD = 5 };
enum hardness { ALIKE = 1, EVERYTHING, ALL_OR_NOTHING, TIGHT_POWER };

static struct random_block drawn_of(enum hardness kind, uint32_t a, uint32_t k) {
    return random_at((uint64_t)kind, STREAM_HARD, ((uint64_t)k << 32) + a);
}

// From 1 to most, small ones more often.
static uint32_t uneven(uint32_t word, uint32_t most) {
    const double u = (word + 0.5) / 4294967296.0;
    const uint32_t n = (uint32_t)(most * u * u * u);
    return n > 0 ? n : 1;
}

static void add_lines(enum hardness kind, uint32_t a, struct text *out) {
    static const char *const type[] = {"H200", "B200"};
    const struct random_block drawn = drawn_of(kind, a, 1), more = drawn_of(kind, a, 2);
    const uint32_t n_line = kind == EVERYTHING || (kind == TIGHT_POWER && more.word[2] % 3 == 0);
    for (uint32_t k = 0; k <= n_line; k++) {
        const uint32_t from = kind == TIGHT_POWER ? drawn.word[k] % 4 : 0;
        const uint32_t last = kind == TIGHT_POWER ? from + more.word[k] % (4 - from) : 3;
        uint32_t gpus = 8 * uneven(drawn.word[2 + k], 16), least = gpus / 2;
        if (kind == EVERYTHING) {
            gpus = k == 0 ? 36000 : 34000;
            least = k == 0 ? 1 + drawn.word[2] % 400 : 0;
        } else if (kind == ALL_OR_NOTHING) {
            gpus = least = uneven(drawn.word[2], 9000);
        }
        if (k > 0) {
            text_addf(out, "P-%05u,,,,,,,,", a + 1);
        }
        text_addf(out, "%s,202%uQ%u,202%uQ%u,%u,%u\n", type[(drawn.word[3] + k) % 2],
                  6 + (from + 1) / 4, (from + 1) % 4 + 1, 6 + (last + 1) / 4, (last + 1) % 4 + 1,
                  gpus, least);
    }
}

static void add_hard(enum hardness kind, uint32_t a, struct text file[ROUND_FILES]) {
    static const char *const class_[] = {"academia", "industry", "institute"};
    const struct random_block own = drawn_of(kind, a, 0);
    struct text *out = &file[ROUND_FILE_APPLICATIONS];
    const uint32_t institution = own.word[0] % HARD_INSTITUTIONS;
    text_addf(out, "P-%05u,Institution %03u,%s,all,x,%u,3,,", a + 1, institution,
              class_[institution % 3], kind == ALIKE ? 3 : 1 + own.word[1] % 5);
    add_lines(kind, a, out);
    for (uint32_t k = 0; k < 2; k++) {
        text_addf(&file[ROUND_FILE_SCORES], "P-%05u,%s,R1,%u\n", a + 1,
                  k == 0 ? "impact" : "ecosystem", kind == ALIKE ? 70 : 50 + own.word[2 + k] % 50);
    }
}

static void add_sites(struct text file[ROUND_FILES]) {
    text_addz(&file[ROUND_FILE_SITES], "site,pue,quarter,power_mw,cooling_mw\n");
    text_addz(&file[ROUND_FILE_SUPPLY], "site,type,quarter,gpus\n");
    for (uint32_t i = 0; i < N_SITE; i++) { // a third to a half of what its GPUs would draw
        const struct random_block drawn = drawn_of(TIGHT_POWER, i, 3);
        const uint32_t pue = 110 + drawn.word[0] % 50, tenths = 12 + drawn.word[1] % 12;
        text_addf(&file[ROUND_FILE_SITES], "S%u,%u.%02u,,%u.%u,%s\nS%u,,2026Q4,%u.%u,\n", i,
                  pue / 100, pue % 100, tenths / 10, tenths % 10, i % 4 == 0 ? "1.1" : "", i,
                  tenths * 3 / 20, tenths * 3 / 2 % 10);
        text_addf(&file[ROUND_FILE_SUPPLY], "S%u,H200,2026Q2,1500\nS%u,B200,2026Q3,1400\n", i, i);
    }
}

static void make_hard(enum hardness kind, struct text file[ROUND_FILES]) {
    text_addz(&file[ROUND_FILE_RULES], large[ROUND_FILE_RULES]);
    text_addz(&file[ROUND_FILE_TYPES], large[ROUND_FILE_TYPES]);
    text_addz(&file[ROUND_FILE_CLASSES], large[ROUND_FILE_CLASSES]);
    if (kind == TIGHT_POWER) {
        add_sites(file);
    } else {
        text_addz(&file[ROUND_FILE_SITES], large[ROUND_FILE_SITES]);
        text_addz(&file[ROUND_FILE_SUPPLY], large[ROUND_FILE_SUPPLY]);
    }
    text_addz(&file[ROUND_FILE_APPLICATIONS],
              "application,institution,class,region,purpose,readiness,"
              "priority,site,type,from,until,gpus,least\n");
    text_addz(&file[ROUND_FILE_SCORES], "application,criterion,reviewer,points\n");
    for (uint32_t a = 0; a < N_HARD; a++) {
        add_hard(kind, a, file);
    }
}

// ---- cases

static void award(const char *name, struct text file[ROUND_FILES]) {
    struct round_bytes bytes[ROUND_FILES];
    struct round_tables tables;
    struct round_award out;
    maru_faults *faults = maru_faults_new();
    for (int i = 0; i < ROUND_FILES; i++) {
        bytes[i] = (struct round_bytes){file[i].bytes, file[i].n_bytes};
    }
    const double begin = bench_cpu_s();
    if (round_tables_read(bytes, faults, &tables, NULL) != MARU_OK ||
        round_award_init(&tables.round, &out, NULL) != MARU_OK ||
        award_solve(&tables.round, NULL, NULL, &out, NULL, NULL) != MARU_OK ||
        round_check(&tables.round, &out, NULL) != MARU_OK) {
        const maru_fault *fault = maru_faults_kept(faults) > 0 ? maru_faults_get(faults, 0) : NULL;
        fprintf(stderr, "%s: no award: %s %u %s\n", name, fault ? fault->file : "",
                fault ? fault->row : 0, fault ? fault->wrong : "");
        exit(1);
    }
    const double seconds = bench_cpu_s() - begin;
    const double gap = (double)(out.bound - out.worth) / (double)out.worth;
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, out.gpus, tables.round.n_line * sizeof *out.gpus);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"case\": \"%s\", \"proposals\": %u, \"cpu_s\": %.2f, \"gap_percent\": %.4f, "
           "\"proven\": %s, \"peak_mib\": %ld, \"award\": \"%016llx\"}\n",
           name, tables.round.n_application, seconds, 100 * gap, out.is_exact ? "true" : "false",
           usage.ru_maxrss / 1024, (unsigned long long)digest.lane[0]);
    round_award_fini(&out);
    round_tables_fini(&tables);
    maru_faults_free(faults);
}

enum { NATIONAL = -1, LARGE = 0 }; // else a hardness
struct wanted {
    const char *name;
    int kind;
};
static struct wanted wanted[] = {{"rounds/national_2026", NATIONAL},
                                 {"rounds/10000_proposals", LARGE},
                                 {"rounds/10000_alike", ALIKE},
                                 {"rounds/10000_everything", EVERYTHING},
                                 {"rounds/10000_all_or_nothing", ALL_OR_NOTHING},
                                 {"rounds/10000_tight_power", TIGHT_POWER}};

static void run(const char *name, void *context) {
    struct text file[ROUND_FILES];
    const struct wanted *its = context;
    for (int i = 0; i < ROUND_FILES; i++) {
        text_init(&file[i], 64 << 20);
        text_addz(&file[i], its->kind == LARGE && large[i] ? large[i] : "");
    }
    if (its->kind == LARGE) {
        const struct round_generated what = {1, 10000, 266768, 4000, "2026Q2", "2027Q1"};
        round_generate(&what, &file[ROUND_FILE_APPLICATIONS], &file[ROUND_FILE_SCORES]);
    } else if (its->kind != NATIONAL) {
        make_hard((enum hardness)its->kind, file);
    } else if (round_example("national_2026", file, NULL) != MARU_OK) {
        exit(1);
    }
    award(name, file);
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&file[i]);
    }
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bench_case(&bench, wanted[i].name, run, &wanted[i]);
    }
    return 0;
}
