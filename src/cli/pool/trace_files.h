// The files that maru pool replay and placement read.
#ifndef CLI_TRACE_FILES_H
#define CLI_TRACE_FILES_H

#include "cli/pool/pool_verbs.h"
#include "study/replay/replay_study.h"

struct trace_files {
    struct text nodes_path, jobs_path;
    struct text nodes, jobs, prices, accounts, events;
    struct replay_sources sources; // of these texts
};

// Read the trace of the call, a file or a folder of the 2023 data, its nodes, and what else the options name.
//   memory  trace_files_close
//   out     the exit status; EXIT_GOOD, or what was wrong is said
int trace_files_open(struct trace_files *files, const struct call *call);
void trace_files_close(struct trace_files *files);

// Say what is wrong with a table, all of it; gives the exit status.
int trace_files_refuse(const struct call *call, const struct sheet_faults *faults,
                       const maru_error *err);

#endif
