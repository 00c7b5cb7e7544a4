// Room for several equal parts at once, in as few islands as can be.
#ifndef POOL_GANG_H
#define POOL_GANG_H

#include "pool/placement/scoring.h"

struct gang_room; // scratch, sized from the cluster

MARU_MUST_USE maru_status gang_room_new(const struct cluster *cluster, struct gang_room **out,
                                        maru_error *err);
void gang_room_free(struct gang_room *room);

struct pool_part part_on(uint32_t node, const struct want *want, uint16_t gpus);

// How many such parts a node has room for now, at most `most`.
uint32_t parts_that_fit(const struct node_free *free, const struct want *want, uint32_t most);

// As placement_find, for any number of parts above 0.
bool gang_find(struct gang_room *room, const struct scoring *scoring, const struct space *space,
               const struct placement_ask *ask, struct pool_part *part);

#endif
