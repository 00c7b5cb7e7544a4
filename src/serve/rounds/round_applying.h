// The application of a tenant, on its way into the table of a round.
#ifndef SERVE_ROUNDS_ROUND_APPLYING_H
#define SERVE_ROUNDS_ROUND_APPLYING_H

#include "serve/rounds/kept_round.h"

enum { APPLYING_MAX_LINES = 64, APPLYING_MAX_TEXT = 1000 };

// Put the application of a tenant into applications.csv instead of the one that it has handed in before. Its id and its institution are
// the tenant's name.
//   in      body: {"title","purpose","region","class","priority","readiness","site","lines":[{"type","from","until","gpus","least"}]}
//   errors  MARU_E_INPUT: it makes no sense, in err or in the faults; the round is of no use then
MARU_MUST_USE maru_status round_applying_put(struct kept_round *round, const char *tenant,
                                             const struct text *body, maru_faults *faults,
                                             maru_error *err);

#endif
