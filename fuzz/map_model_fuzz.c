#include "target.h"

#include "base/sealed.h"
#include "train/maps/map_model.h"

// Models of wafer maps as they are kept, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read has
// words for all its patterns, columns with names, and a fingerprint.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole;
    struct map_model map;
    text_init(&whole, 1 << 28);
    const size_t from = sealed_begin(&whole, "MARUMAPS", 1);
    text_add(&whole, (const char *)bytes, n);
    must(sealed_end(&whole, from, NULL) == MARU_OK);
    if (map_model_read(whole.bytes, whole.n_bytes, &map, NULL) == MARU_OK) {
        must(map.n_class >= 2 && map.n_class <= MAP_MAX_CLASSES);
        for (uint32_t k = 0; k < map.n_class; k++) {
            must(map.class[k].name[0] != 0);
        }
        for (int k = MAP_WAFER; k < N_MAP_COLUMN; k++) {
            must(map.column[k][0] != 0);
        }
        must(wafer_model_n_class(map.model) <= map.n_class);
        must(map.fingerprint[31] != 0 && map.fingerprint[32] == 0);
        map_model_fini(&map);
    }
    text_fini(&whole);
    return 0;
}
