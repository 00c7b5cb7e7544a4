#include "serve/http/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct kept_answer answer_of(size_t n_bytes) {
    struct kept_answer answer = {.n_bytes = n_bytes, .etag = "\"e\""};
    answer.response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    assert_non_null(answer.response);
    return answer;
}

static void keep(struct answers *answers, const char *key, size_t n_bytes) {
    const struct kept_answer answer = answer_of(n_bytes);
    struct kept_answer *kept = answers_keep(answers, key, &answer);
    assert_non_null(kept);
    assert_ptr_equal(kept->response, answer.response);
    answers_release(answers, kept);
}

static bool has(struct answers *answers, const char *key) {
    struct kept_answer *kept = answers_hold(answers, key);
    answers_release(answers, kept);
    return kept != NULL;
}

static void what_is_kept_is_found(void **state) {
    (void)state;
    struct answers *answers = NULL;
    assert_int_equal(answers_new(&answers, NULL), MARU_OK);
    keep(answers, "a run 0", 10);
    assert_true(has(answers, "a run 0"));
    assert_false(has(answers, "b run 0")); // the key is all there is
    assert_false(has(answers, "a run 0 gzip"));
    keep(answers, "a run 0", 20); // once more
    assert_true(has(answers, "a run 0"));
    keep(answers, "too large", ANSWERS_MAX_BYTES / 4 + 1);
    assert_false(has(answers, "too large"));
    answers_free(answers);
    answers_free(NULL);
}

static void what_is_held_stays(void **state) {
    (void)state;
    struct answers *answers = NULL;
    char key[ANSWERS_KEY_BYTES];
    assert_int_equal(answers_new(&answers, NULL), MARU_OK);
    const struct kept_answer first = answer_of(1), large = answer_of(ANSWERS_MAX_BYTES);
    struct kept_answer *held = answers_keep(answers, "first", &first);
    struct kept_answer *alone = answers_keep(answers, "large", &large);
    for (int i = 0; i < 2 * ANSWERS_MAX_KEPT; i++) {
        snprintf(key, sizeof key, "%d", i);
        keep(answers, key, 1);
    }
    assert_false(has(answers, "first"));
    assert_string_equal(held->etag, "\"e\""); // and can still be sent
    answers_release(answers, held);
    answers_release(answers, alone);
    answers_free(answers);
}

// Whatever is asked in whatever order: never more than the caps, and what was asked for last is there.
static void caps_hold(void **state) {
    (void)state;
    enum { N_KEY = 700, N_STEP = 20000 };
    static size_t size[N_KEY];
    struct answers *answers = NULL;
    char key[ANSWERS_KEY_BYTES];
    assert_int_equal(answers_new(&answers, NULL), MARU_OK);
    uint64_t luck = 1;
    for (int step = 0; step < N_STEP; step++) {
        luck = luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t i = (size_t)(luck >> 33) % N_KEY;
        snprintf(key, sizeof key, "key %zu", i);
        size[i] = (size_t)(luck >> 40) % (ANSWERS_MAX_BYTES / 100);
        keep(answers, key, size[i]);
        assert_true(has(answers, key));
    }
    size_t n = 0, n_bytes = 0;
    for (size_t i = 0; i < N_KEY; i++) {
        snprintf(key, sizeof key, "key %zu", i);
        if (has(answers, key)) {
            n++;
            n_bytes += size[i];
        }
    }
    assert_in_range(n, 50, ANSWERS_MAX_KEPT);
    assert_in_range(n_bytes, ANSWERS_MAX_BYTES / 2, ANSWERS_MAX_BYTES);
    answers_free(answers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_found),
        cmocka_unit_test(what_is_held_stays),
        cmocka_unit_test(caps_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
