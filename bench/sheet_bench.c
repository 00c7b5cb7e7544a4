#include "stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "wire/sheet/spreadsheet.h"

// A spreadsheet into a table: 100 000 rows of a time, a lot and 198 numbers, 166 MB; and 2 000 rows of 10 000 numbers.

struct shape {
    uint32_t n_row, n_column;
};

static void make(const struct shape *shape, struct text *out) {
    text_init(out, (size_t)1 << 30);
    text_addz(out, "time,lot");
    for (uint32_t k = 2; k < shape->n_column; k++) {
        text_addf(out, ",sensor %u (mm)", k);
    }
    for (uint32_t row = 0; row < shape->n_row; row++) {
        text_addf(out, "\n2025-10-%02u %02u:%02u:%02u,L%05u", row / 86400 % 28 + 1, row / 3600 % 24,
                  row / 60 % 60, row % 60, row / 25);
        for (uint32_t k = 2; k < shape->n_column; k += 4) {
            const struct random_block r = random_at(7, row, k);
            for (uint32_t i = 0; i < 4 && k + i < shape->n_column; i++) {
                text_addf(out, ",%u.%04u", r.word[i] % 200, r.word[i] / 200 % 10000);
            }
        }
    }
    text_addz(out, "\n");
}

static void run(const char *name, void *context) {
    const struct shape *shape = context;
    const struct sheet_hints hints = sheet_no_hints();
    struct text text;
    double seconds[N_REPEAT];
    make(shape, &text);
    for (int i = -1; i < N_REPEAT; i++) {
        struct frame frame = {0};
        struct sheet_reading reading = {0};
        const double start = bench_cpu_s();
        if (sheet_to_frame(text.bytes, text.n_bytes, &hints, (size_t)4 << 30, &frame, &reading,
                           NULL) != MARU_OK ||
            frame.n_row != shape->n_row || frame.n_column != shape->n_column) {
            exit(1);
        }
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        frame_fini(&frame);
        sheet_reading_fini(&reading);
    }
    char extra[96];
    const double median = bench_median(seconds);
    snprintf(extra, sizeof extra, "\"bytes\":%zu,\"megabytes_per_s\":%.1f", text.n_bytes,
             (double)text.n_bytes / median / 1e6);
    bench_line(name, "row", shape->n_row, median, extra);
    text_fini(&text);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static struct shape long_sheet = {100000, 200};
    static struct shape wide_sheet = {2000, 10000};
    bench_case(&bench, "sheet_long", run, &long_sheet);
    bench_case(&bench, "sheet_wide", run, &wide_sheet);
    return bench.is_bad ? 1 : 0;
}
