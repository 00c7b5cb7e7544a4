#include "target.h"

#include <string.h>

#include "learn/wafer/wafer_map.h"

// Records of wafer maps, one behind the other.
//
// Properties: what is read says how long it was, and is asked for again with any byte less; its places are none but three kinds; its
// picture has no cell that is bad without a die.

enum { SIDE = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct wafer_map map;
    size_t n_used = 0;
    while (n > 0) {
        maru_error err = {0};
        const maru_status st = wafer_map_read(bytes, n, &map, &n_used, &err);
        if (st != MARU_OK) {
            must(st == MARU_MORE || err.text[0] != '\0');
            return 0;
        }
        must(n_used == WAFER_RECORD_HEAD_BYTES + (size_t)map.height * map.width && n_used <= n);
        struct wafer_map less;
        size_t n_less = 0;
        must(wafer_map_read(bytes, n_used - 1, &less, &n_less, NULL) == MARU_MORE);
        uint8_t cell[SIDE * SIDE * 2];
        wafer_picture(&map, SIDE, cell);
        for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
            must(cell[2 * i] == 0 || memchr(map.die, WAFER_BAD, (size_t)map.height * map.width));
        }
        bytes += n_used;
        n -= n_used;
    }
    return 0;
}
