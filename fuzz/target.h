// What every fuzz target defines: run the parser over n bytes, assert a property with must(), return 0.
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n); // the name is libFuzzer's

static inline void must(bool is_true) {
    if (!is_true) {
        abort();
    }
}

#endif
