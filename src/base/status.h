// Filling a maru_error: one call at the place where a fault is found.
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "maru/status.h"

// Write `code` and a sentence into `err` (may be NULL) and return `code`, so that a caller can say
// `return fail(err, MARU_E_RANGE, "load is %g, must be above 0", load);`. Clears file, row and
// column.
maru_status fail(maru_error *err, maru_status code, const char *format, ...) MARU_PRINTF(3, 4);

// The same with the place in the input.
maru_status fail_at(maru_error *err, maru_status code, const char *file, uint32_t row,
                    uint32_t column, const char *format, ...) MARU_PRINTF(6, 7);

#ifdef __clang_analyzer__ // which does not look into other files: what is refused is not MARU_OK
#define fail(err, code, ...) ((void)(fail)(err, code, __VA_ARGS__), (code))
#endif

#endif
