// All that is wrong with tables that somebody sent, as a problem.
#ifndef SERVE_TOLD_FAULTS_H
#define SERVE_TOLD_FAULTS_H

#include "plant/faults.h"
#include "serve/http/request.h"

// The answer: status 422, whose detail is the first of the faults, in err.
void told_faults_refuse(struct request *request, const maru_faults *faults, const maru_error *err);

#endif
