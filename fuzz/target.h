// What every fuzz target defines: run the parser over n bytes, assert a property, return 0.
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n); // the name is libFuzzer's

#endif
