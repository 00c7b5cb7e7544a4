#include "target.h"

#include "base/text.h"
#include "pool/pool_policy.h"

#include <string.h>

// Rules of the scheduler: what is accepted is inside its bounds and reads back the same after our own writing of it; what is
// refused leaves everything as it was, with a place inside the file.

enum { MAX_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct pool_policy policy, again;
    maru_error err = {0};
    struct text once, twice;
    text_init(&once, MAX_BYTES);
    text_init(&twice, MAX_BYTES);
    if (pool_policy_read(&policy, (const char *)bytes, n, &err) == MARU_OK) {
        must((unsigned)policy.placement < PLACEMENT_RULES &&
             (unsigned)policy.backfill < BACKFILL_RULES);
        must((unsigned)policy.reclaim < RECLAIM_RULES &&
             (unsigned)policy.guarantee < GUARANTEE_RULES);
        must((unsigned)policy.shed < SHED_ORDERS && policy.memory_milli <= 1000);
        must(policy.half_life_us >= 0 && policy.longest_wait_us >= 0 && policy.grace_us >= 0 &&
             policy.protect_us >= 0);
        pool_policy_write(&once, &policy);
        must(pool_policy_read(&again, once.bytes, once.n_bytes, &err) == MARU_OK);
        pool_policy_write(&twice, &again);
        must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    } else {
        size_t n_line = 1;
        for (size_t i = 0; i < n; i++) {
            n_line += bytes[i] == '\n';
        }
        must(err.text[0] && err.row <= n_line && err.column <= n + 1);
    }
    text_fini(&once);
    text_fini(&twice);
    return 0;
}
