#include "target.h"

#include "base/binary.h"
#include "base/digest.h"
#include "learn/history/life_table.h"

// Models of remaining life from strangers, without the name in front and the digest behind, which no fuzzer finds. Properties: what is read
// has columns with names, as many as its model looks at, and a fingerprint.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text whole;
    text_init(&whole, 1 << 28);
    text_add(&whole, "MARULTBL", 8);
    binary_add_u32(&whole, 1);
    text_add(&whole, (const char *)bytes, n);
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, whole.bytes, whole.n_bytes);
    binary_add_u64(&whole, digest.lane[0]);
    binary_add_u64(&whole, digest.lane[1]);
    struct life_table table;
    if (life_table_read(whole.bytes, whole.n_bytes, &table, NULL) == MARU_OK) {
        must(life_model_parts(table.model)->scale->n_column == table.n_column);
        for (uint32_t c = 0; c < table.n_column; c++) {
            must(table.column[c].name != NULL);
        }
        must(table.fingerprint[31] != 0 && table.fingerprint[32] == 0);
        life_table_fini(&table);
    }
    text_fini(&whole);
    return 0;
}
