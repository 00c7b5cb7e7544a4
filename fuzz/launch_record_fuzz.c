#include "target.h"

#include "base/sealed.h"
#include "io/executor/launch_record.h"

#include <string.h>

// What a crash, or somebody, left of a launch's record. The first byte chooses: bytes as they are, the contents of a sealed record, or those of a
// word to stop. Properties: texts end and are UTF-8, numbers are what the kinds allow, and what is taken is written again to the same bytes.

static struct text sealed(const char *name, const uint8_t *bytes, size_t n) {
    struct text out;
    text_init(&out, LAUNCH_RECORD_BYTES);
    const size_t from = sealed_begin(&out, name, LAUNCH_RECORD_VERSION);
    text_add(&out, (const char *)bytes, n);
    (void)!sealed_end(&out, from, NULL);
    return out;
}

static void check_look(const struct launch_look *look, const struct text *was) {
    must(look->state <= LAUNCH_UNKNOWN && look->end <= END_FAILED);
    must(memchr(look->what, 0, sizeof look->what) && memchr(look->node, 0, sizeof look->node));
    must(text_is_utf8(look->what, strlen(look->what)) &&
         text_is_utf8(look->node, strlen(look->node)));
    must(look->gpu_busy_milli <= 1000 && look->gpu_energy_mj >= 0);
    struct text again;
    struct launch_look back;
    text_init(&again, LAUNCH_RECORD_BYTES);
    must(launch_record_pack(&again, look, NULL) == MARU_OK);
    must(again.bytes && was->bytes && again.n_bytes == was->n_bytes);
    must(memcmp(again.bytes, was->bytes, was->n_bytes) == 0);
    must(launch_record_unpack(again.bytes, again.n_bytes, &back, NULL) == MARU_OK);
    must(back.exit_code == look->exit_code && back.ended_us == look->ended_us);
    text_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const bool is_stop = bytes[0] % 3 == 2;
    struct text file = sealed(is_stop ? "MARUSTOP" : "MARULOOK", bytes + 1, n - 1);
    if (bytes[0] % 3 == 0) {
        text_clear(&file);
        text_add(&file, (const char *)bytes + 1, n - 1);
    }
    struct launch_look look;
    maru_error err = {0};
    int64_t grace_us = -1;
    const char *its = file.bytes ? file.bytes : "";
    if (is_stop) {
        const maru_status st = launch_stop_unpack(its, file.n_bytes, &grace_us, &err);
        must(st == MARU_OK ? grace_us >= 0 : err.text[0] != '\0');
    } else if (launch_record_unpack(its, file.n_bytes, &look, &err) == MARU_OK) {
        check_look(&look, &file);
    } else {
        must(err.text[0] != '\0');
    }
    text_fini(&file);
    return 0;
}
