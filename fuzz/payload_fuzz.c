#include "target.h"

#include "base/arena.h"
#include "base/text.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/payload_value.h"

#include <string.h>

// Any bytes as a payload of Sparkplug B. Properties: what is read and written again reads the same (its
// JSON is the same, and so are its bytes when they are written once more); each value of each metric
// becomes a sample or is refused, never both.

enum { MAX_ARENA_BYTES = 1 << 26, MAX_TEXT_BYTES = 1 << 26 };

static void check_samples(const struct payload *payload, struct arena *arena) {
    const struct payload_metric *metric = payload->metrics.item;
    for (uint32_t i = 0; i < payload->metrics.n; i++) {
        struct sample sample = {.type = N_SAMPLE_TYPE};
        maru_error err = {0};
        const maru_status st = payload_sample(metric[i].type, metric[i].is_null, &metric[i].value,
                                              arena, &sample, &err);
        must((st == MARU_OK) == (sample.type < N_SAMPLE_TYPE));
        must(st == MARU_OK || err.text[0] != '\0');
        must(st != MARU_OK || sample.type != SAMPLE_TEXT || sample.n_text == 0 ||
             text_is_utf8(sample.value.text, sample.n_text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct text json, other, once, twice;
    struct text *all[] = {&json, &other, &once, &twice};
    for (size_t i = 0; i < 4; i++) {
        text_init(all[i], MAX_TEXT_BYTES);
    }
    struct payload payload, again;
    maru_error err = {0};
    const maru_status st = payload_read(bytes, n, &arena, &payload, &err);
    if (st == MARU_OK) {
        payload_json(&payload, &json);
        payload_write(&payload, &once);
        must(once.status == MARU_OK);
        must(payload_read(once.bytes ? once.bytes : "", once.n_bytes, &arena, &again, &err) ==
             MARU_OK);
        payload_json(&again, &other);
        payload_write(&again, &twice);
        must(json.n_bytes == other.n_bytes && json.status == other.status);
        must(json.n_bytes == 0 || memcmp(json.bytes, other.bytes, json.n_bytes) == 0);
        must(once.n_bytes == twice.n_bytes);
        must(once.n_bytes == 0 || memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
        check_samples(&payload, &arena);
    } else {
        must(err.text[0] != '\0' && err.column <= n + 1);
    }
    for (size_t i = 0; i < 4; i++) {
        text_fini(all[i]);
    }
    arena_fini(&arena);
    return 0;
}
