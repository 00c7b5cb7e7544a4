// Tables that a host needs to make sense of what fake equipment tells: registers of Modbus, the kind of GEM tool and
// the list of tools, what tags mean, where signals stand, how long a unit takes at best, and what a run is judged by.
#ifndef CLI_FAKE_HOST_TABLES_H
#define CLI_FAKE_HOST_TABLES_H

#include "cli/written.h"
#include "connect/fake/fake_secs.h"
#include "maru/plant.h"

enum { HOST_TABLES_SECS_PORT = 5000 };

struct host_tables_options {
    const struct fake_plan *plan;
    const maru_plant *plant; // as its tables say, whatever the tools really do
    const struct fake_secs_options *secs;
    double speed; // of the plant's time, in which times are told: 60 tells an hour as a minute
};

// Write registers.csv, secs_tool.csv, secs_tools.csv, equipment.csv, ideals.csv, assets.csv and windows.csv.
//   errors  MARU_E_IO, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status host_tables_write(const struct host_tables_options *options,
                                            struct written *written, maru_error *err);

#endif
