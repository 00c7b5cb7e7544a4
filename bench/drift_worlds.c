// drift_worlds [WORLDS [ROWS [ends | intervals]]]: how often a model at work is wrong about itself, in worlds whose truth is known (learn/living/trial_worlds.h), as a table.
//
// A model is learned from some rows of a world, and lives in it. Where nothing drifts: in which share of worlds its inputs switched it off within
// ROWS rows, and its errors. Where a column moves: in which share it is found within two fifths of ROWS, and after how many rows, in the median. Then,
// for a number, how often intervals of 80 % hold, and in which share of worlds that is outside of 75 to 85 %, for both tools alone, too.
// The seeds are the same each time, and so is the table.

#include <stdio.h>

#include "learn/living/trial_worlds.h"

static const char *const names[N_WORLD_SCENE] = {"no drift",
                                                 "2 products by name",
                                                 "2 products",
                                                 "2 products, mixed in training",
                                                 "3 products by name, mixed in training",
                                                 "1 sd",
                                                 "2 sd",
                                                 "1 sd in 1000 rows",
                                                 "1 sd, 2 products by name",
                                                 "2 sd, 2 products by name",
                                                 "2 sd, 2 products"};
static const uint32_t sizes[] = {100, 400, 2000};
static const double alikes[] = {0, 0.8, 0.9, 0.95};
enum { N_SIZE = sizeof sizes / sizeof *sizes, N_ALIKE = sizeof alikes / sizeof *alikes };

static int by_row(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void tell_ends(struct world_input *in, uint32_t n_world) {
    uint32_t *at = calloc(n_world + 1, sizeof *at), n_off = 0, n_wrong = 0;
    world_need(at != NULL);
    for (uint32_t w = 0; w < n_world; w++) {
        in->seed = w + 1;
        const struct world_life life = world_live(in);
        n_off += life.is_off;
        n_wrong += life.is_wrong;
        at[w] = life.is_off ? life.at : in->n_row;
    }
    qsort(at, n_world, sizeof *at, by_row);
    printf(" %.1f |", 100.0 * n_off / n_world);
    if (!in->scene->is_drift) {
        printf(" %.1f |", 100.0 * n_wrong / n_world);
    } else if (2 * n_off > n_world) {
        printf(" %u |", at[n_world / 2]);
    } else {
        printf(" - |");
    }
    free(at);
}

static bool is_off(double share) { return !(share >= 0.75 && share <= 0.85); }

static void tell_intervals(struct world_input *in, uint32_t n_world) {
    uint32_t n_off = 0, n_tool_off = 0;
    double mean = 0;
    for (uint32_t w = 0; w < n_world; w++) {
        in->seed = w + 1;
        const struct world_life life = world_live(in);
        const double all = (double)(life.held[0] + life.held[1]) / (life.n[0] + life.n[1]);
        mean += all / n_world;
        n_off += is_off(all);
        n_tool_off +=
            is_off((double)life.held[0] / life.n[0]) || is_off((double)life.held[1] / life.n[1]);
    }
    printf(" %.1f | %.1f | %.1f |", 100.0 * mean, 100.0 * n_off / n_world,
           100.0 * n_tool_off / n_world);
}

static void tell(uint32_t scene, bool is_number, uint32_t n_world, uint32_t n_row) {
    for (uint32_t i = 0; i < N_SIZE * N_ALIKE; i++) {
        struct world_input in = {.scene = &world_scenes[scene],
                                 .n_train = sizes[i / N_ALIKE],
                                 .alike = alikes[i % N_ALIKE],
                                 .goal = is_number ? MODEL_NUMBER : MODEL_YES_NO};
        in.n_row = in.scene->is_drift ? n_row / 5 * 2 : n_row;
        printf("| %s | %u | %g |", names[scene], in.n_train, in.alike);
        if (is_number) {
            tell_intervals(&in, n_world);
        } else {
            tell_ends(&in, n_world);
        }
        printf("\n");
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    const uint32_t n_world = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100;
    const uint32_t n_row = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 10000;
    world_need(n_world > 0 && n_row >= 5);
    const bool has_ends = argc <= 3 || argv[3][0] == 'e', has_rest = argc <= 3 || !has_ends;
    if (has_ends) {
        printf("| world | rows of training | r | ended, %% | by errors, %%; rows until found |\n");
    }
    for (uint32_t k = 0; has_ends && k < N_WORLD_SCENE; k++) {
        tell(k, false, n_world, n_row);
    }
    if (has_rest) {
        printf("| world | rows of training | r | held, %% | worlds off, %% | tools off, %% |\n");
    }
    for (uint32_t k = 0; has_rest && k < N_CALM_WORLD; k++) {
        tell(k, true, n_world, n_row);
    }
    return 0;
}
