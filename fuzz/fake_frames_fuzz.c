#include "target.h"

#include "connect/fake/fake_frames.h"

// Messages of a connection; the first byte chooses the protocol. Properties: more bytes never change the length
// that fewer have told; the data of a message begin inside of it, where it has some.

enum { MAX_PREFIX_BYTES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const enum fake_framing framing = (enum fake_framing)(bytes[0] & 3);
    size_t at = 1;
    while (at < n) {
        const size_t all = fake_frame_bytes(framing, bytes + at, n - at);
        for (size_t k = 0; k < n - at && k < MAX_PREFIX_BYTES; k++) {
            const size_t told = fake_frame_bytes(framing, bytes + at, k);
            must(told == 0 || told == all);
        }
        if (all == 0 || all == SIZE_MAX || all > n - at) {
            break;
        }
        must(all >= 2 && all <= FAKE_MAX_FRAME_BYTES);
        size_t begin = 0;
        if (fake_frame_is_data(framing, bytes + at, all, &begin)) {
            must(begin > 0 && begin < all);
        }
        at += all;
    }
    return 0;
}
