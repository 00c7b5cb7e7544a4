#include "target.h"

#include "signal/block.h"

#include <stdlib.h>

// Bytes as a block of samples. Property: what is read at all is written again as a block that reads back the same,
// bit for bit.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct sample sample[BLOCK_MAX_SAMPLES], again[BLOCK_MAX_SAMPLES];
    size_t n_sample = 0, n_again = 0;
    maru_error err;
    if (block_read(bytes, n, sample, &n_sample, &err) != MARU_OK) {
        return 0;
    }
    must(n_sample > 0 && n_sample == block_n_sample(bytes, n));
    const size_t bound = block_bound(sample, n_sample);
    uint8_t *out = malloc(bound);
    must(out != NULL);
    const size_t n_out = block_write(out, sample, n_sample);
    must(n_out <= bound);
    must(block_read(out, n_out, again, &n_again, &err) == MARU_OK && n_again == n_sample);
    for (size_t i = 0; i < n_sample; i++) {
        must(again[i].at_us == sample[i].at_us && again[i].quality == sample[i].quality &&
             sample_is_same_value(&again[i], &sample[i]));
    }
    free(out);
    return 0;
}
