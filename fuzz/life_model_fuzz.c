#include "target.h"

#include "base/sealed.h"
#include "learn/history/life_model.h"

#include <math.h>
#include <string.h>

// Models of remaining life, and nets, from strangers. The first byte chooses: bytes as they come, or bytes that get an honest digest first, since no
// fuzzer finds one. Properties: what is taken is written the same again, and a unit whose rows are anything at all gets an answer between 0
// and the cap, with its interval around it.

enum { N_ROW = 5, MAX_COLUMNS = 2000 };

static const float odd[] = {0, 1, -1, NAN, INFINITY, -INFINITY, 1e30F, -1e-30F};

static void check_answers(const struct life_model *model) {
    const struct life_parts *parts = life_model_parts(model);
    struct life_unit *unit = NULL;
    if (life_unit_new(model, &unit, NULL) != MARU_OK) {
        return;
    }
    static float x[MAX_COLUMNS];
    for (uint32_t row = 0; row < N_ROW; row++) {
        for (uint32_t k = 0; k < parts->scale->n_column; k++) {
            x[k] = odd[(row * 3 + k) % (sizeof odd / sizeof *odd)];
        }
        must(life_unit_add(unit, x, row, NULL) == MARU_OK);
        struct life_answer a;
        must(life_unit_answer(unit, &a, NULL) == MARU_OK);
        must(0 <= a.low && a.low <= a.remaining && a.remaining <= a.high && a.high <= parts->cap);
    }
    must(life_unit_add(unit, x, 0, NULL) == MARU_E_RANGE);
    life_unit_free(unit);
}

static void check_model(const struct text *bytes) {
    struct life_model *model = NULL;
    maru_error err = {0};
    const maru_status st = life_model_read(bytes->bytes, bytes->n_bytes, &model, &err);
    must((st == MARU_OK) == (model != NULL) && (st == MARU_OK || err.text[0]));
    if (model) {
        struct text again;
        text_init(&again, LIFE_MAX_BYTES);
        must(life_model_write(life_model_parts(model), &again, NULL) == MARU_OK);
        must(again.n_bytes == bytes->n_bytes &&
             memcmp(again.bytes, bytes->bytes, again.n_bytes) == 0);
        text_fini(&again);
        check_answers(model);
    }
    life_model_free(model);
}

static void check_net(const struct text *bytes) {
    struct net *net = NULL;
    maru_error err = {0};
    const maru_status st = net_read(bytes->bytes, bytes->n_bytes, &net, &err);
    must((st == MARU_OK) == (net != NULL) && (st == MARU_OK || err.text[0]));
    if (net) {
        struct text again;
        text_init(&again, LIFE_MAX_BYTES);
        must(net_write(net, &again, NULL) == MARU_OK);
        must(again.n_bytes == bytes->n_bytes &&
             memcmp(again.bytes, bytes->bytes, again.n_bytes) == 0);
        text_fini(&again);
    }
    net_free(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct text all;
    text_init(&all, LIFE_MAX_BYTES);
    text_add(&all, (const char *)bytes + 1, n - 1);
    must(bytes[0] % 2 == 0 || sealed_end(&all, 0, NULL) == MARU_OK);
    if (all.n_bytes > 0) {
        check_model(&all);
        check_net(&all);
    }
    text_fini(&all);
    return 0;
}
