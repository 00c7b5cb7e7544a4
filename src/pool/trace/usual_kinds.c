#include "pool/trace/usual_kinds.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A want is packed into bytes that are a name in a table of names; counts stand beside. Then the largest counts are chosen, the first of
// equals being the one that came first.

enum { PACKED_BYTES = 16 };

static void pack(const struct want *want, char *bytes) {
    const uint32_t word[4] = {want->types, want->cpu_milli, want->memory_mib,
                              (uint32_t)want->gpu_milli << 8 | want->n_gpu};
    memcpy(bytes, word, PACKED_BYTES);
}

static struct want unpack(const char *bytes) {
    uint32_t word[4];
    memcpy(word, bytes, PACKED_BYTES);
    return (struct want){.types = word[0],
                         .cpu_milli = word[1],
                         .memory_mib = word[2],
                         .gpu_milli = (uint16_t)(word[3] >> 8),
                         .n_gpu = (uint8_t)word[3]};
}

static maru_status count_kinds(const struct job_trace *trace, struct names *names, uint64_t **count,
                               maru_error *err) {
    uint32_t cap = 0;
    for (uint32_t i = 0; i < trace->n; i++) {
        char bytes[PACKED_BYTES];
        uint32_t number = 0;
        pack(&trace->job[i].want, bytes);
        const maru_status st = names_add(names, bytes, PACKED_BYTES, &number, err);
        if (st != MARU_OK) {
            return st;
        }
        if (number >= cap) {
            uint64_t *const more = alloc_resize(*count, cap * 2 + 256, sizeof *more);
            if (!more) {
                return fail(err, MARU_E_MEMORY, "no memory for %u kinds of jobs", number + 1);
            }
            memset(more + cap, 0, (cap + 256) * sizeof *more);
            cap = cap * 2 + 256;
            *count = more;
        }
        (*count)[number] += trace->job[i].n_part;
    }
    return MARU_OK;
}

maru_status usual_kinds(const struct job_trace *trace, struct want_kind *kind, uint32_t *n,
                        maru_error *err) {
    struct names names;
    uint64_t *count = NULL;
    uint64_t sum = 0;
    names_init(&names, TRACE_MAX_NAME_BYTES);
    const maru_status st = count_kinds(trace, &names, &count, err);
    if (st == MARU_OK) {
        uint32_t n_kind = 0;
        while (n_kind < PLACEMENT_MAX_KINDS && n_kind < names.n) {
            uint32_t best = 0;
            for (uint32_t i = 1; i < names.n; i++) {
                best = count[i] > count[best] ? i : best;
            }
            kind[n_kind++] = (struct want_kind){unpack(names.name[best]), (double)count[best]};
            sum += count[best];
            count[best] = 0;
        }
        for (uint32_t i = 0; i < n_kind; i++) {
            kind[i].share /= (double)sum;
        }
        *n = n_kind;
    }
    alloc_free(count);
    names_fini(&names);
    return st;
}
