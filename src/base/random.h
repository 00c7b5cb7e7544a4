// Random numbers from (seed, stream, counter): the k-th block of a stream is a pure function, so
// two policies that ask for the same block face the same luck (common random numbers), in any
// order, on any number of threads.
//
// Philox2x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC'11,
// doi 10.1145/2063384.2063405): 128 random bits a block, half the instructions of Philox4x32-10 on
// 64-bit machines. Samplers use only + - * / and sqrt of IEEE doubles and integers, so that they
// give the same value on every machine; logarithm, exponential and normal quantile are our own
// (math below).
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/wide.h"

#include <stdint.h>

struct random_block {
    uint32_t word[4];
};

// The block at `counter` of `stream` under `seed`.
static inline struct random_block random_at(uint64_t seed, uint64_t stream, uint64_t counter) {
    uint64_t x0 = counter, x1 = stream, key = seed;
    for (int round = 0; round < 10; round++) {
        const wide_u128 product = (wide_u128)UINT64_C(0xD2B74407B1CE6E93) * x0;
        x0 = (uint64_t)(product >> 64) ^ key ^ x1;
        x1 = (uint64_t)product;
        key += UINT64_C(0x9E3779B97F4A7C15);
    }
    return (struct random_block){
        {(uint32_t)x0, (uint32_t)(x0 >> 32), (uint32_t)x1, (uint32_t)(x1 >> 32)}};
}

// A double in (0, 1) from 64 random bits: never 0, never 1, symmetric.
double random_open(uint64_t bits);

// Deterministic logarithm, exponential and inverse of the standard normal distribution (Wichura's
// AS 241, relative error below 1e-14); each within 4 ulp of the true value for ln and exp.
double exact_ln(double x);
double exact_exp(double x);
double exact_normal_quantile(double p);

#endif
