// The accounts of a replay: those of a table, and who the trace has beside them.
#ifndef STUDY_REPLAY_ACCOUNTS_H
#define STUDY_REPLAY_ACCOUNTS_H

#include "study/replay/replay_study.h"

// Set study->accounts and account_row. A name of the trace is a tenant, or tenant/project as in the table; leases are those that hold
// when the last job comes.
//   errors  as accounts_table_read, accounts_table_at
MARU_MUST_USE maru_status replay_accounts(struct replay_study *study,
                                          const struct replay_table *table,
                                          struct sheet_faults *faults, maru_error *err);

#endif
