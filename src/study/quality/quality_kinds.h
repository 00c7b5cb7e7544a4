// Which kinds of defects there are, and how many of each: what Pareto's chart shows. From columns that count kinds, from words of the
// verdict, or from a column of kinds that is filled in for bad units.
#ifndef STUDY_QUALITY_KINDS_H
#define STUDY_QUALITY_KINDS_H

#include "study/quality/quality.h"

enum { QUALITY_MOST_KINDS = 100 };

// Find them; none where nothing says kinds, or there is one alone.
//   out     q->kind (n_kind), most frequent first; q->n_of_kinds: bad ones with a kind
//   memory  in the arena
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status quality_kinds_find(struct quality *q, maru_error *err);

#endif
