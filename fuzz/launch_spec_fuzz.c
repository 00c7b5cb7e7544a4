#include "target.h"

#include "base/sealed.h"
#include "io/executor/launch_spec.h"

#include <string.h>

// What a launch is to do, from a disk that somebody else may have written. The first byte chooses: bytes as they are, or the contents of a
// sealed file, since no fuzzer finds a digest. Properties: what is taken can be started by a shepherd (its lists end with NULL, nothing in it is
// NULL), and is written again to the same bytes.

static struct text sealed(const uint8_t *bytes, size_t n) {
    struct text out;
    text_init(&out, LAUNCH_MAX_SPEC_BYTES);
    const size_t from = sealed_begin(&out, "MARUSPEC", LAUNCH_SPEC_VERSION);
    text_add(&out, (const char *)bytes, n);
    (void)!sealed_end(&out, from, NULL);
    return out;
}

static void check_list(const char *const *list, uint32_t n) {
    size_t n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) {
        must(list[i] != NULL);
        n_bytes += strlen(list[i]);
    }
    must(list[n] == NULL && n_bytes <= LAUNCH_MAX_SPEC_BYTES);
}

static void check(const struct launch_spec *spec, const struct text *was) {
    must(launch_id_is_good(spec->id) && spec->folder[0] == '/' && spec->n_argv > 0);
    must(spec->limit_us > 0 && spec->grace_us >= 0 && spec->checkpoint_signal >= 0);
    check_list((const char *const *)spec->argv, spec->n_argv);
    check_list((const char *const *)spec->env, spec->n_env);
    check_list((const char *const *)spec->device, spec->n_device);
    check_list((const char *const *)spec->shown, spec->n_shown);
    struct text again;
    text_init(&again, LAUNCH_MAX_SPEC_BYTES);
    must(launch_spec_write(spec, &again, NULL) == MARU_OK);
    must(again.bytes && was->bytes && again.n_bytes == was->n_bytes);
    must(memcmp(again.bytes, was->bytes, was->n_bytes) == 0);
    text_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct arena arena;
    struct launch_spec spec;
    struct text file = sealed(bytes + 1, n - 1);
    if (bytes[0] % 2 == 0) {
        text_clear(&file);
        text_add(&file, (const char *)bytes + 1, n - 1);
    }
    arena_init(&arena, LAUNCH_MAX_SPEC_BYTES);
    maru_error err = {0};
    const maru_status st =
        launch_spec_read(file.bytes ? file.bytes : "", file.n_bytes, &arena, &spec, &err);
    if (st == MARU_OK) {
        check(&spec, &file);
    } else {
        must(err.text[0] != '\0');
    }
    arena_fini(&arena);
    text_fini(&file);
    return 0;
}
