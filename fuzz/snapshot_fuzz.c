#include "target.h"

#include "io/snapshot.h"

#include <stdlib.h>
#include <string.h>

// Bytes are a saved state or are refused with a sentence. What is taken lies inside the bytes, and
// any change of one byte of it is refused.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const void *state = NULL;
    size_t n_state = 0;
    maru_error err = {0};
    const maru_status st =
        snapshot_open("state", n > 0 ? bytes : (const uint8_t *)"", n, &state, &n_state, &err);
    if (st != MARU_OK) {
        require(st == MARU_E_INPUT && err.text[0] != '\0' && state == NULL);
        return 0;
    }
    require(n >= SNAPSHOT_HEADER_BYTES && n_state + SNAPSHOT_HEADER_BYTES == n &&
            state == bytes + SNAPSHOT_HEADER_BYTES);
    uint8_t *copy = malloc(SNAPSHOT_HEADER_BYTES + n_state);
    if (copy) {
        memcpy(copy, bytes, n);
        const size_t at = n_state > 0 ? SNAPSHOT_HEADER_BYTES + bytes[n - 1] % n_state : 20;
        copy[at] ^= 1;
        require(snapshot_open("state", copy, n, &state, &n_state, &err) == MARU_E_INPUT);
        free(copy);
    }
    return 0;
}
