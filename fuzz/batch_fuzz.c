#include "target.h"

#include "signal/batch.h"

// Bytes as batches of the store's log. Property: what is read at all is written again as a batch that reads back the same.

enum { MAX_SAMPLES = 4096, MAX_BYTES = 1 << 26 };

static size_t read_some(const void *bytes, size_t n, struct batch_sample *sample) {
    struct batch_reader reader = {.from = {bytes, (const uint8_t *)bytes + n}};
    size_t n_sample = 0;
    while (n_sample < MAX_SAMPLES && batch_next(&reader, &sample[n_sample], NULL) == MARU_OK) {
        n_sample++;
    }
    return n_sample;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct batch_sample sample[MAX_SAMPLES], again[MAX_SAMPLES];
    const size_t n_sample = read_some(bytes, n, sample);
    struct text out;
    text_init(&out, MAX_BYTES);
    batch_write(&out, sample, n_sample);
    must(out.status == MARU_OK);
    must(read_some(out.bytes, out.n_bytes, again) == n_sample);
    for (size_t i = 0; i < n_sample; i++) {
        const struct sample *a = &sample[i].sample, *b = &again[i].sample;
        must(sample[i].signal == again[i].signal && a->at_us == b->at_us &&
             a->quality == b->quality && sample_is_same_value(a, b));
    }
    text_fini(&out);
    return 0;
}
