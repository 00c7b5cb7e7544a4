#include "target.h"

#include <string.h>

#include "pool/money/sacct_runs.h"

// What sacct has printed, by anybody. Properties: what is refused has a sentence and a row of the text; runs end as was asked and not
// before they begin; and a side agrees with itself but for launches that it has twice.

static maru_status see(void *context, const struct agreement_difference *difference,
                       maru_error *err) {
    (void)context;
    (void)err;
    must(difference->kind == AGREEMENT_TWICE);
    return MARU_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const struct sacct_asked asked = {"maru", 540, INT64_C(1000000000), INT64_C(2000000000000000)};
    struct sacct_runs runs;
    struct agreement_told told;
    maru_error err = {0};
    const maru_status st = sacct_runs_read((const char *)bytes, n, &asked, &runs, &err);
    must((st == MARU_OK) == (err.code == MARU_OK) && (st == MARU_OK || err.text[0] != '\0'));
    for (uint32_t i = 0; i < runs.n; i++) {
        const struct agreement_row *row = &runs.row[i];
        must(row->from_us <= row->until_us && row->until_us < asked.until_us);
        must(row->until_us >= runs.first_us && row->until_us <= runs.last_us);
        must(row->job < runs.launch.n && runs.launch.name[row->job][0] != '\0');
    }
    const struct agreement_sides sides = {runs.row, runs.row, runs.n, runs.n};
    must(agreement_check(&sides, see, NULL, &told, &err) == MARU_OK);
    must(told.maru_gpu_s == told.sacct_gpu_s);
    sacct_runs_fini(&runs);
    return 0;
}
