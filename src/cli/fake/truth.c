#include "cli/fake/truth.h"

#include "base/alloc.h"
#include "base/status.h"
#include "plant/plant.h"

// {"n":17,"plant_us":864000000000,"at_us":...,"wip":{"Litho":4},"faults":[{"row":2,"target":"Litho/1","fault":"failure",
// "from_us":...}]}. A fault is told with its own beginning, not with that of the line that it is first in; it is over
// with the first line that has it no more.

enum { LINE_BYTES = 1 << 24 };

static void add_lots(const struct truth *truth, const uint32_t *count, struct text *line) {
    for (uint32_t g = 0; g < truth->plant->n_group; g++) {
        text_addz(line, g > 0 ? "," : "");
        text_add_json(line, truth->plant->group[g].name);
        text_addf(line, ":%u", count[g]);
    }
}

static void add_fault(const struct truth *truth, uint32_t i, struct text *line) {
    const struct fault_row *row = &truth->faults->row[i];
    struct text target;
    text_init(&target, FAULT_MAX_BYTES);
    fault_target_write(row, truth->plant, &target);
    text_addf(line, "{\"row\":%u,\"target\":", i + 1);
    text_add_json(line, target.bytes ? target.bytes : "");
    const int64_t from_us = truth->begin_us + row->at_us;
    text_addf(line, ",\"fault\":\"%s\",\"from_us\":%lld}", fault_word(row->kind),
              (long long)from_us);
    text_fini(&target);
}

static void add_faults(const struct truth *truth, struct text *line) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < truth->faults->n_row; i++) {
        const struct fault_row *row = &truth->faults->row[i];
        if (row->at_us <= truth->since_us && truth->since_us < row->until_us) {
            text_addz(line, n++ > 0 ? "," : "");
            add_fault(truth, i, line);
        }
    }
}

maru_status truth_write(const struct truth *truth, FILE *file, maru_error *err) {
    const maru_time now = life_now(truth->life);
    uint32_t *count = alloc_new((size_t)truth->plant->n_group + 1, sizeof *count);
    struct text line;
    text_init(&line, LINE_BYTES);
    maru_status st =
        count ? life_count_lots(truth->life, count, err) : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK && count) {
        text_addf(&line, "{\"n\":%llu,\"plant_us\":%lld,\"at_us\":%lld,\"wip\":{",
                  (unsigned long long)truth->n_event, (long long)now, (long long)truth->at_us);
        add_lots(truth, count, &line);
        text_addz(&line, "},\"faults\":[");
        add_faults(truth, &line);
        text_addz(&line, "]}\n");
        const bool is_whole = line.status == MARU_OK &&
                              fwrite(line.bytes, 1, line.n_bytes, file) == line.n_bytes &&
                              fflush(file) == 0;
        st = is_whole ? MARU_OK : fail(err, MARU_E_IO, "--truth: the file cannot be written");
    }
    text_fini(&line);
    alloc_free(count);
    return st;
}
