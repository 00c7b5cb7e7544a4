#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// Reservations of a world: read with it, kept in its pool, found for its jobs. When one ends the world is made anew without it, so its jobs
// that still wait go on like others.

maru_status world_read_reservations(struct world *world, struct compute *compute, maru_error *err) {
    const maru_status st = pool_reservations_load(
        compute->store, &world->arena, &world->reservations, &world->reservations_told, err);
    if (st != MARU_OK) {
        return st;
    }
    world->calendar =
        arena_take(&world->arena, (size_t)world->reservations.n + 1, sizeof *world->calendar);
    if (!world->calendar) {
        return arena_refusal(&world->arena, err);
    }
    const int64_t ends_us = reservation_table_next_end(&world->reservations, clock_unix_us());
    world->next_us = ends_us < world->next_us ? ends_us : world->next_us;
    world_complain("reservations unread", &world->reservations_told,
                   compute->world ? &compute->world->reservations_told : NULL);
    return MARU_OK;
}

static int by_number(const void *a, const void *b) {
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

// Those of its nodes that are there, rising.
static uint32_t find_nodes(const struct world *world, const struct reservation *row,
                           uint32_t *node) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_node; i++) {
        const uint32_t found = world_find_node(world, row->node[i]);
        if (found < world->cluster.n_node) {
            node[n++] = found;
        }
    }
    qsort(node, n, sizeof *node, by_number);
    return n;
}

maru_status world_reserve(struct world *world, struct pool *pool, int64_t now_us, maru_error *err) {
    uint32_t *node = alloc_new(RESERVATION_MAX_NODES, sizeof *node);
    maru_status st = node ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t i = 0; st == MARU_OK && i < world->reservations.n; i++) {
        const struct reservation *row = &world->reservations.row[i];
        const uint32_t n = row->until_us > now_us ? find_nodes(world, row, node) : 0;
        if (n > 0) {
            st = pool_reserve(pool, row->from_us, row->until_us, node, n, &world->calendar[i], err);
        }
    }
    alloc_free(node);
    return st;
}

uint32_t world_calendar(const struct world *world, const struct live_job *job) {
    const struct reservation *row =
        job->needs.reservation[0]
            ? reservation_table_find(&world->reservations, job->needs.reservation)
            : NULL;
    return row && reservation_is_for(row, job->tenant, job->project)
               ? world->calendar[row - world->reservations.row]
               : 0;
}
