#include "target.h"

#include "plant_property.h"

// A bundle of AutoSched tables. A mutated name may lead to the other dialect: the property is the
// same.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    plant_property((const char *)bytes, n);
    return 0;
}
