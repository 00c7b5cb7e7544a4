#include "target.h"

#include "serve/asking.h"

#include <stdlib.h>
#include <string.h>

// The body of POST /v1/runs: an enquiry with all numbers in their ranges, or a refusal that says where.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct asking asking;
    maru_error err = {0};
    if (asking_read(&asking, (const char *)bytes, n, &err) == MARU_OK) {
        const struct enquiry *e = &asking.enquiry;
        require(asking.plant != NULL && strlen(asking.plant) <= 32);
        require(e->n_rep >= 1 && e->n_rep <= RUNS_MAX && e->warmup_us >= 0 && e->until_us >= 0);
        require(e->n_setting <= ENQUIRY_MAX_SETTINGS && e->n_variant <= COMPARISON_MAX_VARIANTS);
        require(e->n_variant != 1 && (e->n_variant == 0 || e->n_rep >= 2));
        for (size_t i = 0; i < e->n_setting; i++) {
            require(e->setting[i].name && e->setting[i].value);
        }
    } else {
        require(err.file[0] == '/' && err.text[0] != '\0');
    }
    asking_fini(&asking);
    return 0;
}
