#include "target.h"

#include "base/text.h"
#include "wire/json/topic_table.h"

#include <stdlib.h>
#include <string.h>

// A table, a 0, a topic, a 0 and a message. Properties: a table that was read takes any message, or says
// why not; the first rows of it give no more samples than all, and all rows as many as all.

enum { MAX_ARENA_BYTES = 1 << 26, MAX_ROWS = 8 };

static void check_samples(const struct table_result *result) {
    must(result->n_refused == 0 || result->error.text[0] != '\0');
    for (uint32_t i = 0; i < result->n; i++) {
        const struct table_sample *s = &result->sample[i];
        must(s->n_name > 0 && strlen(s->name) == s->n_name && text_is_utf8(s->name, s->n_name));
        must(s->sample.type < N_SAMPLE_TYPE);
        must(s->sample.n_text == 0 || text_is_utf8(s->sample.value.text, s->sample.n_text));
    }
}

static uint32_t take(const struct topic_table *table, const struct table_message *message,
                     struct arena *arena, bool *is_good) {
    struct table_result result = {0};
    maru_error err = {0};
    const maru_status st = topic_table_take(table, message, arena, &result, &err);
    *is_good = st == MARU_OK;
    must(*is_good || err.text[0] != '\0');
    check_samples(&result);
    return result.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *copy = malloc(n + 1);
    must(copy != NULL);
    memcpy(copy, bytes, n);
    copy[n] = '\0';
    const size_t n_table = strlen(copy);
    const char *topic = n_table < n ? copy + n_table + 1 : "t";
    const size_t used = n_table + 1 + strlen(topic) + 1;
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct topic_table table;
    maru_error err = {0};
    const maru_status st = topic_table_read(copy, n_table, &arena, &table, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    if (st == MARU_OK && n_table < n) {
        const struct table_message message = {topic, used <= n ? copy + used : "",
                                              used <= n ? n - used : 0, 5, 540};
        bool is_good = false;
        const uint32_t n_all = take(&table, &message, &arena, &is_good);
        uint32_t n_sum = 0;
        const uint32_t n_row = table.n;
        for (uint32_t i = 1; is_good && i <= n_row && n_row <= MAX_ROWS; i++) {
            bool is_part_good = false;
            table.n = i; // the first rows alone give no more than all
            n_sum = take(&table, &message, &arena, &is_part_good);
            must(is_part_good && n_sum <= n_all);
        }
        must(!is_good || n_row == 0 || n_row > MAX_ROWS || n_sum == n_all);
    }
    arena_fini(&arena);
    free(copy);
    return 0;
}
