// Nodes as a table: nodes.csv as people write it, or the node lists of Alibaba's cluster-trace-gpu-v2023 as they are.
//
//   columns  name, gpu_type, gpus, cpus, memory (GiB), island (rack, switch), site; count (so many nodes like this);
//            gpu_memory (GiB), gpu_watts, gpu_idle_watts of one GPU; idle_watts of the node without them; pue, site_kw;
//            openb: sn, cpu_milli, memory_mib, gpu, model
//   rows     of one type or site may leave out its figures where another row has them
#ifndef POOL_CLUSTER_TABLE_H
#define POOL_CLUSTER_TABLE_H

#include "pool/cluster.h"
#include "pool/trace/pool_sheet.h"

// What is known of a type of GPU where the table does not say it: of data sheets. "h100-80gb-hbm3", as drivers name it, is an H100; of what
// fits, the longest name.
//   out     NULL: nothing
const struct gpu_type *gpu_type_known(const char *name);

//   out     *out in the arena; *faults
//   errors  MARU_E_INPUT: the table is not one, or has faults (the first in err); MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status cluster_table_read(const char *bytes, size_t n, struct arena *arena,
                                             struct cluster *out, struct sheet_faults *faults,
                                             maru_error *err);

#endif
