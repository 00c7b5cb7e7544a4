#include "target.h"

#include "signal/level.h"

#include <stdlib.h>
#include <string.h>

// Bytes as a downsampled block. Property: what is read at all is written again as one that reads back the same.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct bucket bucket[LEVEL_MAX_BUCKETS], again[LEVEL_MAX_BUCKETS];
    size_t n_bucket = 0, n_again = 0;
    if (level_read(bytes, n, bucket, &n_bucket, NULL) != MARU_OK) {
        return 0;
    }
    uint8_t *out = malloc(level_bound(n_bucket));
    must(out != NULL);
    const size_t n_out = level_write(out, bucket, n_bucket);
    must(n_out <= level_bound(n_bucket));
    must(level_read(out, n_out, again, &n_again, NULL) == MARU_OK && n_again == n_bucket);
    for (size_t i = 0; i < n_bucket; i++) {
        must(again[i].at_us == bucket[i].at_us && again[i].n == bucket[i].n &&
             again[i].n_number == bucket[i].n_number &&
             memcmp(&again[i].low, &bucket[i].low, 4 * sizeof(double)) == 0);
    }
    free(out);
    return 0;
}
