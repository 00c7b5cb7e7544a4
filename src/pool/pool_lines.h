// Lines in which jobs wait: one for each account and kind of ask, by priority and submission.
#ifndef POOL_POOL_LINES_H
#define POOL_POOL_LINES_H

#include "pool/pool_state.h"

// The line of an ask, made where there is none.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status lines_find(struct pool *pool, const struct pool_ask *ask, uint32_t *line,
                                     maru_error *err);
// Room for a line of each job that holds parts or a promise, and of one more: so that it can wait again whatever happens.
// False: there is no memory.
MARU_MUST_USE bool lines_reserve(struct pool *pool);
// One that was found and stays without jobs is given back.
void lines_drop(struct pool *pool, uint32_t line);

void lines_push(struct pool *pool, uint32_t job);   // job.line is set
void lines_remove(struct pool *pool, uint32_t job); // its line goes with its last

// Is a before b, of the same account?
bool lines_before(const struct pool *pool, uint32_t a, uint32_t b);
// The first job that waits in an account itself, or of those that could ever begin elsewhere than at home; NONE: none.
uint32_t lines_first(const struct pool *pool, uint32_t account, bool has_place);

// A kind has no room: it is closed until it may have.
void lines_close(struct pool *pool, uint32_t kind);
void lines_open_all(struct pool *pool);
// Around each change of what is free on a node.
void lines_before_change(struct pool *pool, uint32_t node);
void lines_after_change(struct pool *pool, uint32_t node);

#endif
