#include "target.h"

#include "base/sealed.h"
#include "learn/faults/fault_model.h"

#include <math.h>
#include <stdlib.h>

// Models of process faults from strangers, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read can
// be written; it answers any samples, with faults and columns that there are.

enum { MOST_COLUMN = 40, MOST_WINDOW = 100 };

static void check(const struct fault_model *model, const struct fault_answer *a) {
    must(a->is_ready || !a->is_alarm);
    must(a->n_cause <= DIAGNOSIS_MAX_CAUSES);
    for (uint32_t k = 0; k < a->n_cause; k++) {
        must(a->cause[k].column < model->n_column);
    }
    must(!a->has_name || a->name.fault < model->n_fault);
}

static void ask(const struct fault_model *model) {
    static const double value[] = {0, 1, NAN, -1e30, 1e300, INFINITY};
    double x[MOST_COLUMN];
    struct arena arena;
    struct fault_state state;
    arena_init(&arena, 1 << 26);
    if (fault_state_init(model, &arena, &state, NULL) == MARU_OK) {
        for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
            struct fault_answer answer;
            for (uint32_t c = 0; c < model->n_column; c++) {
                x[c] = c % 3 == 2 ? 0.5 : value[i];
            }
            fault_step(model, &state, x, &answer);
            check(model, &answer);
        }
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole, again;
    struct fault_model model;
    text_init(&whole, 1 << 28);
    const size_t from = sealed_begin(&whole, "MARUFALT", 1);
    text_add(&whole, (const char *)bytes, n);
    must(sealed_end(&whole, from, NULL) == MARU_OK);
    if (fault_model_read(whole.bytes, whole.n_bytes, &model, NULL) == MARU_OK) {
        text_init(&again, 1 << 28);
        must(fault_model_write(&model, &again, NULL) == MARU_OK);
        const bool is_small = model.n_column <= MOST_COLUMN &&
                              (model.n_window == 0 || model.window[0] <= MOST_WINDOW);
        if (is_small) {
            ask(&model);
        }
        text_fini(&again);
        fault_model_fini(&model);
    }
    text_fini(&whole);
    return 0;
}
