#include "stopwatch.h"

#include "real_signals.h"
#include "signal/block.h"

#include <stdio.h>
#include <stdlib.h>

// Blocks of real measurements: bytes a sample, times and qualities included, and what writing and reading cost.

enum { BLOCK_SAMPLES = 1000 };

struct blocks {
    struct sample *sample; // (n), signal after signal
    size_t n, n_block;
    uint8_t *bytes;
    size_t *end; // (n_block) of each block in `bytes`
    size_t *n_sample;
};

static void write_all(struct blocks *blocks) {
    size_t at = 0, first = 0;
    for (size_t i = 0; i < blocks->n_block; i++) {
        at += block_write(blocks->bytes + at, blocks->sample + first, blocks->n_sample[i]);
        blocks->end[i] = at;
        first += blocks->n_sample[i];
    }
}

static double read_all(const struct blocks *blocks) {
    static struct sample sample[BLOCK_MAX_SAMPLES];
    double sum = 0;
    for (size_t i = 0; i < blocks->n_block; i++) {
        const size_t begin = i > 0 ? blocks->end[i - 1] : 0;
        size_t n = 0;
        if (block_read(blocks->bytes + begin, blocks->end[i] - begin, sample, &n, NULL) !=
            MARU_OK) {
            abort();
        }
        sum += sample[n - 1].value.number;
    }
    return sum;
}

static void time_blocks(const char *name, void *set) {
    struct real_signals real;
    if (!real_signals_read(set, &real)) {
        bench_skip(name, "no data: set MARU_DATA");
        return;
    }
    struct blocks blocks = {.n = real.n_signal * real.n_time};
    blocks.sample = malloc(blocks.n * sizeof *blocks.sample);
    const size_t n_block = real.n_signal * (real.n_time / BLOCK_SAMPLES + 1);
    blocks.end = calloc(n_block, sizeof *blocks.end);
    blocks.n_sample = calloc(n_block, sizeof *blocks.n_sample);
    if (!blocks.sample || !blocks.end || !blocks.n_sample) {
        abort();
    }
    for (size_t k = 0; k < real.n_signal; k++) {
        for (size_t i = 0; i < real.n_time; i++) {
            blocks.sample[k * real.n_time + i] = real_sample(&real, k, i);
            blocks.n_block += i % BLOCK_SAMPLES == 0;
            blocks.n_sample[blocks.n_block - 1]++;
        }
    }
    blocks.bytes = malloc(block_bound(blocks.sample, blocks.n) + n_block * 4096);
    if (!blocks.bytes) {
        abort();
    }
    double write_s[N_REPEAT], read_s[N_REPEAT], sum = 0;
    write_all(&blocks);
    for (int i = 0; i < N_REPEAT; i++) {
        const double begin = bench_cpu_s();
        write_all(&blocks);
        const double middle = bench_cpu_s();
        sum += read_all(&blocks);
        write_s[i] = middle - begin;
        read_s[i] = bench_cpu_s() - middle;
    }
    char extra[128];
    const double bytes = (double)blocks.end[blocks.n_block - 1] / (double)blocks.n;
    snprintf(extra, sizeof extra, "\"bytes_a_sample\":%.3f,\"is_nan\":%d", bytes, sum != sum);
    char line[64];
    snprintf(line, sizeof line, "%s_write", name);
    bench_line(line, "sample", (double)blocks.n, bench_median(write_s), extra);
    snprintf(line, sizeof line, "%s_read", name);
    bench_line(line, "sample", (double)blocks.n, bench_median(read_s), extra);
    free(blocks.sample);
    free(blocks.end);
    free(blocks.n_sample);
    free(blocks.bytes);
    real_signals_free(&real);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static char tep[] = "tep", cmapss[] = "cmapss";
    bench_case(&bench, "block_tep", time_blocks, tep);
    bench_case(&bench, "block_cmapss", time_blocks, cmapss);
    return bench.is_bad;
}
