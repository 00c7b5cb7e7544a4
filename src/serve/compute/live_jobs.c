#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/compute/compute_inside.h"

// Jobs that have not ended, each in memory of its own so that it stays where it is, sorted by id: ids begin with the time, so that new ones
// mostly go to the end. Readers of other threads hold the lock; it is taken here for each change.

static int compare(const struct live_job *job, const char *tenant, const char *id) {
    const int order = strcmp(job->id, id);
    return order ? order : strcmp(job->tenant, tenant);
}

// The place of the first that is not before it.
static size_t place_of(const struct compute *compute, const char *tenant, const char *id) {
    size_t low = 0, high = compute->n_job;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(compute->job[middle], tenant, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct live_job *live_find(const struct compute *compute, const char *tenant, const char *id) {
    const size_t at = place_of(compute, tenant, id);
    return at < compute->n_job && compare(compute->job[at], tenant, id) == 0 ? compute->job[at]
                                                                             : NULL;
}

static bool make_room(struct compute *compute) {
    enum { FIRST = 64 };
    if (compute->n_job < compute->cap_job) {
        return true;
    }
    const size_t cap = compute->cap_job ? compute->cap_job * 2 : FIRST;
    struct live_job **larger = alloc_resize(compute->job, cap, sizeof(struct live_job *));
    if (!larger) {
        return false;
    }
    compute->job = larger;
    compute->cap_job = cap;
    return true;
}

maru_status live_add(struct compute *compute, const struct live_job *job, struct live_job **out,
                     maru_error *err) {
    struct live_job *made = alloc_new(1, sizeof *made);
    struct pool_part *part = alloc_new(job->ask.n_part, sizeof *part);
    pthread_mutex_lock(&compute->lock);
    const bool has_room = made && part && make_room(compute);
    if (has_room) {
        const size_t at = place_of(compute, job->tenant, job->id);
        *made = *job;
        made->part = part;
        made->number = POOL_NO_JOB;
        memmove(compute->job + at + 1, compute->job + at,
                (compute->n_job - at) * sizeof compute->job[0]);
        compute->job[at] = made;
        compute->n_job++;
    }
    pthread_mutex_unlock(&compute->lock);
    if (!has_room) {
        alloc_free(made);
        alloc_free(part);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *out = made;
    return MARU_OK;
}

void live_remove(struct compute *compute, struct live_job *job) {
    pthread_mutex_lock(&compute->lock);
    const size_t at = place_of(compute, job->tenant, job->id);
    if (job->number < compute->n_by_number && compute->by_number[job->number] == job) {
        compute->by_number[job->number] = NULL;
    }
    memmove(compute->job + at, compute->job + at + 1,
            (compute->n_job - at - 1) * sizeof compute->job[0]);
    compute->n_job--;
    pthread_mutex_unlock(&compute->lock);
    alloc_free(job->part);
    alloc_free(job);
}

maru_status live_set_number(struct compute *compute, struct live_job *job, uint32_t number,
                            maru_error *err) {
    if (number >= compute->n_by_number) {
        const size_t n = (size_t)number * 2 + 64;
        struct live_job **larger = alloc_resize(compute->by_number, n, sizeof(struct live_job *));
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        memset(larger + compute->n_by_number, 0,
               (n - compute->n_by_number) * sizeof(struct live_job *));
        compute->by_number = larger;
        compute->n_by_number = n;
    }
    compute->by_number[number] = job;
    job->number = number;
    return MARU_OK;
}
