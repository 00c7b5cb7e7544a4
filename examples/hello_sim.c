// Thirty days of a plant: open it, run it, print mean WIP and cycle time.
//   build  cc hello_sim.c $(pkg-config --cflags --libs maru)
//   run    ./a.out examples/minifab
#include <stdio.h>

#include "maru/plant.h"
#include "maru/sim.h"

int main(int argc, char **argv) {
    maru_error err = {0};
    maru_plant *plant = NULL;
    maru_model *model = NULL;
    maru_sim *sim = NULL;
    maru_results *results = NULL;
    maru_faults *faults = maru_faults_new();
    maru_status st = maru_plant_open(argc > 1 ? argv[1] : "examples/minifab", faults, &plant, &err);
    if (st == MARU_OK) {
        st = maru_model_new(plant, NULL, &model, &err);
    }
    if (st == MARU_OK) {
        st = maru_sim_new(model, 1, &sim, &err);
    }
    if (st == MARU_OK) {
        st = maru_sim_run(sim, 30 * MARU_DAY, &err);
    }
    if (st == MARU_OK) {
        st = maru_sim_results(sim, &results, &err);
    }
    if (st == MARU_OK) {
        printf("%s, 30 days: mean WIP %.2f lots, %llu lots done\n", maru_plant_name(plant),
               results->wip_mean, (unsigned long long)results->n_out);
        for (uint32_t i = 0; i < results->n_class; i++) {
            const maru_class_result *lots = &results->class_[i];
            if (lots->product == MARU_NONE) { // all products of a priority
                printf("priority %d: cycle time %.2f h\n", lots->priority,
                       lots->cycle_mean_us / (double)MARU_HOUR);
            }
        }
    } else {
        fprintf(stderr, "%s:%u:%u: %s\n", err.file, err.row, err.column, err.text);
    }
    maru_results_free(results);
    maru_sim_free(sim);
    maru_model_free(model);
    maru_plant_free(plant);
    maru_faults_free(faults);
    return st == MARU_OK ? 0 : 1;
}
