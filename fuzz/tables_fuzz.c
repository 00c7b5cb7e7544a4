#include "target.h"

#include "plant_property.h"

// A bundle of maru CSV tables.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    plant_property((const char *)bytes, n);
    return 0;
}
