// Tables that a host needs to read what fake equipment tells: registers of Modbus, the kind of GEM tool and the list
// of tools, and what tags mean.
#ifndef CLI_FAKE_HOST_TABLES_H
#define CLI_FAKE_HOST_TABLES_H

#include "cli/written.h"
#include "connect/fake/fake_secs.h"

enum { HOST_TABLES_SECS_PORT = 5000 };

// Write registers.csv, secs_tool.csv, secs_tools.csv and equipment.csv.
//   errors  MARU_E_IO, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status host_tables_write(const struct fake_plan *plan,
                                            const struct fake_secs_options *secs,
                                            struct written *written, maru_error *err);

#endif
