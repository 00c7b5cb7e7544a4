#include "target.h"

#include <math.h>
#include <string.h>

#include "base/sealed.h"
#include "learn/living/living_model.h"
#include "learn/living/trial_living.h"
#include "study/models/model_wish.h"

// States of models at work from strangers, without the name and fingerprint in front and the digest behind, which no fuzzer finds; the first
// byte chooses the model: one of each goal of rows, odd rows, remaining life, survival. Properties: what is taken is written the same, goes on
// as one that was never away does, and what is refused leaves a model that has seen nothing.

enum { MOST_BYTES = 1 << 18, N_GO_ON = 45, N_ROWS = 60, N_WORLD = N_MODEL_GOAL + 3 };

static const char *const wishes[][4][2] = {{{"goal", "odd"}},
                                           {{"goal", "life"}, {"unit", "pump"}, {"order", "cycle"}},
                                           {{"goal", "survival"}, {"order", "cycle"}}};

// Two numbers that wander, and the pump that they are of.
static void add_table(struct text *out) {
    text_addz(out, "pump,cycle [h],a.mean,b.mean\n");
    for (uint32_t i = 0; i < 6 * N_ROWS; i++) {
        const double a = trial_chance(3, i, 1), b = trial_chance(3, i, 2);
        text_addf(out, "P%u,%u,", i / N_ROWS, i % N_ROWS + 1);
        text_add_double(out, a + b + 0.02 * (i % N_ROWS));
        text_addz(out, ",");
        text_add_double(out, a - b);
        text_addz(out, "\n");
    }
}

static void train(uint8_t kind, struct text *out) {
    struct text table;
    struct model_wish wish;
    text_init(&table, 1 << 20);
    text_init(out, 1 << 26);
    add_table(&table);
    model_wish_init(&wish);
    for (size_t i = 0; i < 4 && wishes[kind][i][0]; i++) {
        must(model_wish_take(&wish, wishes[kind][i][0], wishes[kind][i][1], NULL) == MARU_OK);
    }
    const struct model_training training = {.wish = &wish,
                                            .bytes = table.bytes,
                                            .n_bytes = table.n_bytes,
                                            .title = "t",
                                            .version = "1",
                                            .n_thread = 1};
    must(model_train(&training, out, NULL) == MARU_OK);
    model_wish_fini(&wish);
    text_fini(&table);
}

static struct living *living_of(uint8_t which) {
    struct trial_world world = {.seed = 1, .goal = which};
    const struct living_options options = living_options_usual();
    struct text bytes;
    struct living *living = NULL;
    if (which < N_MODEL_GOAL) {
        trial_living_bytes(&world, 200, &bytes);
    } else {
        train((uint8_t)(which - N_MODEL_GOAL), &bytes);
    }
    must(living_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL) == MARU_OK);
    must(living_bind(living, trial_columns, TRIAL_CELLS, NULL) == MARU_OK);
    text_fini(&bytes);
    return living;
}

// A state as a living one writes it, with the bytes in the place of what it has seen.
static void frame(const struct living *living, const uint8_t *bytes, size_t n, struct text *out) {
    struct text own;
    text_init(&own, LIVING_MAX_STATE_BYTES);
    must(living_write(living, &own, NULL) == MARU_OK);
    struct binary in = binary_of(own.bytes + SEALED_HEAD_BYTES, own.n_bytes - SEALED_HEAD_BYTES);
    size_t n_fingerprint;
    must(binary_block(&in, &n_fingerprint) != NULL);
    text_clear(out);
    text_add(out, own.bytes, (size_t)((const char *)in.at - own.bytes));
    text_add(out, (const char *)bytes, n);
    must(sealed_end(out, 0, NULL) == MARU_OK);
    text_fini(&own);
}

static void written(const struct living *living, struct text *out) {
    text_clear(out);
    must(living_write(living, out, NULL) == MARU_OK);
}

static void step(struct living *living, struct trial_world *world, uint32_t i) {
    const struct trial_living_row row = trial_next(world);
    const struct living_window window = {row.cell, row.cell[4].word, (maru_time)i * 60000000, i};
    const struct living_end end = {row.cell[4].word, "", "", (maru_time)i * 60000000};
    struct living_said said;
    bool is_judged = false;
    double error = 0;
    must(living_answer(living, &window, &said, NULL) == MARU_OK);
    must(living_count(living, &is_judged, NULL) == MARU_OK);
    must(i % 17 != 9 || living_end(living, &end, NULL) == MARU_OK);
    struct living_truth truth = {said.value, row.truth, said.low, said.high, row.cell[4].word};
    if (said.n_class > 0) {
        truth.value = said.probability[(uint32_t)row.truth];
        truth.truth = 1;
    }
    if (!isnan(living_truth_of(living, "1"))) {
        must(living_learn(living, &truth, &error, NULL) == MARU_OK);
    }
    for (uint32_t u = 0; u < living_units(living); u++) {
        struct living_unit unit;
        living_unit_of(living, u, &unit);
        must(unit.name != NULL && unit.n_recent <= LIVING_MAX_TOLD_VALUES);
    }
    (void)living_state_of(living);
    (void)living_reason(living);
}

static void go_on(struct living *a, struct living *b, uint8_t which, struct text *one,
                  struct text *two) {
    const uint8_t goal = which < N_MODEL_GOAL ? which : (uint8_t)MODEL_NUMBER;
    struct trial_world world = {.seed = 2, .goal = goal}, other = world;
    for (uint32_t i = 0; i < N_GO_ON; i++) {
        step(a, &world, i);
        step(b, &other, i);
    }
    written(a, one);
    written(b, two);
    must(one->n_bytes == two->n_bytes && memcmp(one->bytes, two->bytes, one->n_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct living *a[N_WORLD], *b[N_WORLD];
    struct text whole, again;
    if (n == 0 || n > MOST_BYTES) {
        return 0;
    }
    const uint8_t which = bytes[0] % N_WORLD;
    if (!a[which]) {
        a[which] = living_of(which);
        b[which] = living_of(which);
    }
    text_init(&whole, LIVING_MAX_STATE_BYTES);
    text_init(&again, LIVING_MAX_STATE_BYTES);
    frame(a[which], bytes + 1, n - 1, &whole);
    const maru_status st = living_read(a[which], whole.bytes, whole.n_bytes, NULL);
    must(st == MARU_OK || st == MARU_E_INPUT);
    if (st == MARU_OK) {
        written(a[which], &again);
        must(again.n_bytes == whole.n_bytes &&
             memcmp(again.bytes, whole.bytes, whole.n_bytes) == 0);
        must(living_read(b[which], again.bytes, again.n_bytes, NULL) == MARU_OK);
        go_on(a[which], b[which], which, &whole, &again);
    } else {
        const struct living_state seen = living_state_of(a[which]);
        must(seen.inputs.n == 0 && seen.errors.n == 0 && living_units(a[which]) == 0);
    }
    text_fini(&whole);
    text_fini(&again);
    return 0;
}
