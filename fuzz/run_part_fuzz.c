#include "target.h"

#include "base/sealed.h"
#include "plant/dialect/bundle.h"
#include "sim/trial_plants.h"
#include "study/run_parts.h"

#include <string.h>

// A part of replications from a job of somebody else's making. The first byte chooses: bytes as they are, or edits of the contents of a good
// part (place of three bytes, value), sealed again, since no fuzzer finds a digest. Properties: what is refused touches no run; what is
// taken is written again to the same bytes, and its figures can be asked for.

enum { N_RUN = 3, EDIT_BYTES = 4, MAX_BUNDLE_BYTES = 1 << 20, TAIL_BYTES = SEALED_TAIL_BYTES };

static const struct runs_plan plan = {.until_us = 2 * MARU_DAY, .n_thread = 1};
static struct run run[N_RUN];
static const struct run_work work = {.plan = &plan, .run = run, .n_run = N_RUN};
static const struct run_span span = {.first = 1, .n = 2};

// The contents of a good part.
static const struct text *good(void) {
    static struct text contents;
    if (contents.bytes) {
        return &contents;
    }
    struct arena arena;
    struct bundle bundle;
    maru_plant *plant = NULL;
    maru_model *model = NULL;
    maru_faults *faults = maru_faults_new();
    arena_init(&arena, MAX_BUNDLE_BYTES);
    must(bundle_read(trial_full, strlen(trial_full), &arena, &bundle, NULL) == MARU_OK);
    must(maru_plant_read(bundle.file, bundle.n_file, faults, &plant, NULL) == MARU_OK);
    must(maru_model_new(plant, NULL, &model, NULL) == MARU_OK);
    maru_faults_free(faults);
    arena_fini(&arena);
    for (size_t i = 0; i < N_RUN; i++) {
        run[i].model = model;
        run[i].seed = i + 1;
    }
    struct text part;
    text_init(&part, 1 << 26);
    text_init(&contents, 1 << 26);
    must(runs_do(&plan, run + span.first, span.n, NULL) == MARU_OK);
    must(run_part_add(&part, &work, span, NULL) == MARU_OK);
    text_add(&contents, part.bytes + SEALED_HEAD_BYTES,
             part.n_bytes - SEALED_HEAD_BYTES - TAIL_BYTES);
    text_fini(&part);
    runs_fini(run, N_RUN);
    return &contents;
}

static struct text edited(const uint8_t *bytes, size_t n) {
    struct text out;
    text_init(&out, 1 << 26);
    const size_t from = sealed_begin(&out, "MARURUNS", RUN_PART_VERSION);
    text_add(&out, good()->bytes, good()->n_bytes);
    for (size_t i = 0; i + EDIT_BYTES <= n; i += EDIT_BYTES) {
        const size_t place = (size_t)bytes[i] << 16 | (size_t)bytes[i + 1] << 8 | bytes[i + 2];
        out.bytes[SEALED_HEAD_BYTES + place % good()->n_bytes] = (char)bytes[i + 3];
    }
    must(sealed_end(&out, from, NULL) == MARU_OK);
    return out;
}

static void check_taken(const struct text *was) {
    struct text again;
    text_init(&again, 1 << 26);
    must(run_part_add(&again, &work, span, NULL) == MARU_OK);
    must(again.bytes && was->bytes && again.n_bytes == was->n_bytes);
    must(memcmp(again.bytes, was->bytes, was->n_bytes) == 0);
    for (size_t c = 0; c < N_FIGURE; c++) {
        (void)runs_interval(run, N_RUN, &figure_columns[c], 0);
    }
    text_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    (void)good();
    struct text file = edited(bytes + 1, n - 1);
    if (bytes[0] % 2 == 0) {
        text_clear(&file);
        text_add(&file, (const char *)bytes + 1, n - 1);
    }
    maru_error err = {0};
    const maru_status st =
        run_part_read(file.bytes ? file.bytes : "", file.n_bytes, &work, span, &err);
    if (st == MARU_OK) {
        check_taken(&file);
    } else {
        must(err.text[0] != '\0' && runs_with_results(run, N_RUN) == 0);
    }
    runs_fini(run, N_RUN);
    text_fini(&file);
    return 0;
}
