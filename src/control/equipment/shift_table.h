// The shifts of a factory as people write them: shifts, breaks and holidays in one table.
#ifndef CONTROL_SHIFT_TABLE_H
#define CONTROL_SHIFT_TABLE_H

#include <stddef.h>

#include "base/text.h"
#include "control/equipment/shifts.h"
#include "plant/faults.h"

// Read a table in CSV: name, kind (nothing or shift, break, holiday), days (`mon-fri`, `sat sun`; nothing: every day), begin and end
// (`06:00`; an end not after its begin is the next day's), date of a holiday (`2026-05-04` or `2026-05-04..2026-05-06`), zone (once;
// nothing: Asia/Seoul); 이름, 구분, 요일, 시작, 끝, 날짜, 시간대. The first shift begins the production day. All that is wrong is said
// in faults.
//   in      UTF-8
//   out     *out, set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status shift_table_read(const char *file, const char *bytes, size_t n,
                                           maru_faults *faults, struct shifts *out,
                                           maru_error *err);

// Write it as a table that reads back the same.
void shift_table_write(const struct shifts *shifts, struct text *out);

#endif
