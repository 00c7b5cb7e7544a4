#include "stopwatch.h"

#include "base/random.h"
#include "learn/causes/causes.h"

#include <stdio.h>
#include <stdlib.h>

// What goes with the defects among 100 000 rows and 200 columns (ten of them words), with 400 moved targets: few defects, many,
// and a yield in numbers.

enum { N_ROW = 100000, N_COLUMN = 200, N_WORDS = 10, N_LEVEL = 12 };

struct table {
    struct frame frame;
    double *target;
    uint32_t column[N_COLUMN];
};

static double draw_normal(uint64_t stream, uint64_t at) {
    const struct random_block r = random_at(9, stream, at);
    return exact_normal_quantile(random_open((uint64_t)r.word[0] << 32 | r.word[1]));
}

static void make_column(struct frame *frame, uint32_t c) {
    const bool is_word = c < N_WORDS;
    if (frame_make_column(frame, c, is_word ? FRAME_WORD : FRAME_NUMBER, NULL) != MARU_OK) {
        exit(1);
    }
    for (uint32_t k = 0; is_word && k < N_LEVEL; k++) {
        uint32_t number = 0;
        char name[16];
        const int n = snprintf(name, sizeof name, "tool %u", k);
        if (names_add(&frame->column[c].words, name, (size_t)n, &number, NULL) != MARU_OK) {
            exit(1);
        }
    }
    for (uint32_t i = 0; i < N_ROW; i++) {
        if (is_word) {
            frame->column[c].word[i] = random_at(9, c, i).word[0] % N_LEVEL;
        } else {
            frame->column[c].number[i] = draw_normal(c, i);
        }
    }
}

// rate: of defects; 0: a number.
static void make(struct table *table, double rate) {
    if (frame_init(&table->frame, N_ROW, N_COLUMN, SIZE_MAX / 2, NULL) != MARU_OK) {
        exit(1);
    }
    table->target = calloc(N_ROW, sizeof *table->target);
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        make_column(&table->frame, c);
        table->column[c] = c;
    }
    for (uint32_t i = 0; table->target && i < N_ROW; i++) {
        const double luck = draw_normal(1000, i), more = 0.1 * table->frame.column[50].number[i];
        const double value = luck + more;
        table->target[i] = rate > 0.0 ? value > exact_normal_quantile(1.0 - rate) : value;
    }
}

static void run(const char *name, void *context) {
    const double rate = *(const double *)context;
    struct table table;
    make(&table, rate);
    const struct causes_input input = {.frame = &table.frame,
                                       .target = table.target,
                                       .kind = rate > 0.0 ? CAUSES_BAD : CAUSES_HIGH,
                                       .column = table.column,
                                       .n_column = N_COLUMN,
                                       .n_shift = 400,
                                       .cap_bytes = SIZE_MAX / 2};
    double seconds[N_REPEAT];
    uint32_t n_found = 0;
    for (int i = 0; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        struct causes causes;
        if (!table.target || causes_find(&input, &causes, NULL) != MARU_OK) {
            exit(1);
        }
        n_found = causes.n_cause;
        causes_fini(&causes);
        seconds[i] = bench_cpu_s() - start;
    }
    char extra[96];
    snprintf(extra, sizeof extra, "\"columns\":%d,\"shifts\":400,\"found\":%u", N_COLUMN, n_found);
    bench_line(name, "row", (double)N_ROW, bench_median(seconds), extra);
    frame_fini(&table.frame);
    free(table.target);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static double rates[] = {0.02, 0.3, 0.0};
    static const char *const names[] = {"causes_rare", "causes_many", "causes_number"};
    for (int i = 0; i < 3; i++) {
        bench_case(&bench, names[i], run, &rates[i]);
    }
    return bench.is_bad ? 1 : 0;
}
