#include "target.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "learn/living/trial_living.h"

// States of models at work from strangers, without the name and fingerprint in front and the digest behind, which no fuzzer finds; the first
// byte chooses the goal of the model. Properties: what is taken is written the same, goes on as one that was never away does, and what is
// refused leaves a model that has seen nothing.

enum { MOST_BYTES = 1 << 18, N_GO_ON = 45 };

static struct living_rows *living_of(uint8_t goal) {
    struct trial_world world = {.seed = 1, .goal = goal};
    const struct living_options options = living_options_usual();
    struct text bytes;
    struct living_rows *living = NULL;
    trial_living_bytes(&world, 200, &bytes);
    must(living_rows_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL) == MARU_OK);
    must(living_rows_bind(living, trial_columns, TRIAL_CELLS, NULL) == MARU_OK);
    text_fini(&bytes);
    return living;
}

static void frame(const struct living_rows *living, const uint8_t *bytes, size_t n,
                  struct text *out) {
    struct digest digest;
    text_clear(out);
    text_add(out, "MARULIVE", 8);
    binary_add_u32(out, 1);
    binary_add_string(out, living->model.fingerprint);
    text_add(out, (const char *)bytes, n);
    digest_init(&digest);
    digest_bytes(&digest, out->bytes, out->n_bytes);
    binary_add_u64(out, digest.lane[0]);
    binary_add_u64(out, digest.lane[1]);
}

static void written(const struct living_rows *living, struct text *out) {
    text_clear(out);
    must(living_rows_write(living, out, NULL) == MARU_OK);
}

static void step(struct living_rows *living, struct trial_world *world) {
    const struct trial_living_row row = trial_next(world);
    struct model_answer answer;
    bool is_judged = false;
    double error = 0;
    living_rows_answer(living, row.cell, row.cell[4].word, &answer);
    must(living_rows_count(living, &is_judged, NULL) == MARU_OK);
    struct living_truth truth = {answer.value, row.truth, answer.low, answer.high,
                                 row.cell[4].word};
    if (world->goal == MODEL_CLASS) {
        truth.value = living->room.probability[(uint32_t)row.truth];
        truth.truth = 1;
    }
    must(truth_watch_step(&living->truths, &truth, &error, NULL) == MARU_OK);
    must(!isnan(truth_watch_mean(&living->truths)));
    (void)living_rows_reason(living);
}

static void go_on(struct living_rows *a, struct living_rows *b, uint8_t goal, struct text *one,
                  struct text *two) {
    struct trial_world world = {.seed = 2, .goal = goal}, other = world;
    for (int i = 0; i < N_GO_ON; i++) {
        step(a, &world);
        step(b, &other);
    }
    written(a, one);
    written(b, two);
    must(one->n_bytes == two->n_bytes && memcmp(one->bytes, two->bytes, one->n_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct living_rows *a[N_MODEL_GOAL], *b[N_MODEL_GOAL];
    struct text whole, again;
    if (n == 0 || n > MOST_BYTES) {
        return 0;
    }
    const uint8_t goal = bytes[0] % N_MODEL_GOAL;
    if (!a[goal]) {
        a[goal] = living_of(goal);
        b[goal] = living_of(goal);
    }
    text_init(&whole, LIVING_MAX_STATE_BYTES);
    text_init(&again, LIVING_MAX_STATE_BYTES);
    frame(a[goal], bytes + 1, n - 1, &whole);
    const maru_status st = living_rows_read(a[goal], whole.bytes, whole.n_bytes, NULL);
    must(st == MARU_OK || st == MARU_E_INPUT);
    if (st == MARU_OK) {
        written(a[goal], &again);
        must(again.n_bytes == whole.n_bytes &&
             memcmp(again.bytes, whole.bytes, whole.n_bytes) == 0);
        must(living_rows_read(b[goal], again.bytes, again.n_bytes, NULL) == MARU_OK);
        go_on(a[goal], b[goal], goal, &whole, &again);
    } else {
        must(a[goal]->inputs.n_row == 0 && a[goal]->truths.n == 0);
    }
    text_fini(&whole);
    text_fini(&again);
    return 0;
}
