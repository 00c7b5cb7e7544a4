// digests DAYS CUTS PLANT...: for each plant one line, its name and the digest of a run of so many
// days; the run is made in one piece and again through saving and loading at so many random
// moments, and both must agree. Built by tests/compilers.sh with several compilers.

#include <maru/plant.h>
#include <maru/sim.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(maru_status status, const char *what, const maru_error *err) {
    if (status != MARU_OK) {
        fprintf(stderr, "%s: %s\n", what, err->text);
        exit(1);
    }
}

static void digest_of(const maru_sim *sim, char digest[33]) {
    maru_error err = {0};
    maru_results *results = NULL;
    require(maru_sim_results(sim, &results, &err), "results", &err);
    memcpy(digest, results->digest, 33);
    maru_results_free(results);
}

// The same twin out of its saved state.
static maru_sim *reborn(const maru_model *model, maru_sim *sim) {
    maru_error err = {0};
    const size_t n = maru_sim_bytes(sim);
    void *bytes = malloc(n);
    if (!bytes) {
        exit(1);
    }
    maru_sim_save(sim, bytes);
    maru_sim_free(sim);
    sim = NULL;
    require(maru_sim_load(model, bytes, n, &sim, &err), "load", &err);
    free(bytes);
    return sim;
}

// In pieces that end at random moments: `left` of them, of even length in the mean.
static void run_in_pieces(const maru_model *model, maru_time end, uint64_t left, char digest[33]) {
    maru_error err = {0};
    maru_sim *sim = NULL;
    require(maru_sim_new(model, 1, &sim, &err), "twin", &err);
    uint64_t random = 88172645463325252;
    for (; left > 0; left--) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const maru_time now = maru_sim_now(sim);
        const uint64_t span = 2 * (uint64_t)(end - now) / (left + 1) + 1;
        const maru_time next = now + (maru_time)(random % span);
        require(maru_sim_run(sim, next < end ? next : end, &err), "run", &err);
        sim = reborn(model, sim);
    }
    require(maru_sim_run(sim, end, &err), "run", &err);
    digest_of(sim, digest);
    maru_sim_free(sim);
}

static int print_digest(const char *folder, maru_time end, uint64_t n_cut) {
    maru_error err = {0};
    maru_plant *plant = NULL;
    maru_model *model = NULL;
    maru_sim *sim = NULL;
    char whole[33], pieces[33];
    maru_faults *faults = maru_faults_new();
    require(maru_plant_open(folder, faults, &plant, &err), folder, &err);
    require(maru_model_new(plant, NULL, &model, &err), "model", &err);
    require(maru_sim_new(model, 1, &sim, &err), "twin", &err);
    require(maru_sim_run(sim, end, &err), "run", &err);
    digest_of(sim, whole);
    run_in_pieces(model, end, n_cut, pieces);
    printf("%s %s\n", maru_plant_name(plant), whole);
    if (strcmp(whole, pieces) != 0) {
        printf("%s in %" PRIu64 " pieces: %s\n", maru_plant_name(plant), n_cut + 1, pieces);
    }
    maru_sim_free(sim);
    maru_model_free(model);
    maru_plant_free(plant);
    maru_faults_free(faults);
    return strcmp(whole, pieces) != 0;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "digests DAYS CUTS PLANT...\n");
        return 2;
    }
    const maru_time end = strtoll(argv[1], NULL, 10) * MARU_DAY;
    const uint64_t n_cut = strtoull(argv[2], NULL, 10);
    int is_wrong = 0;
    for (int i = 3; i < argc; i++) {
        is_wrong |= print_digest(argv[i], end, n_cut);
    }
    return is_wrong;
}
