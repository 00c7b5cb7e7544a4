// Every event of a run, streamed to a file: CSV, or fixed binary records, either of them
// zstd-compressed.
//
// The name says the form: FILE.csv, FILE.bin, FILE.csv.zst, FILE.zst (binary). Layout of the
// records: docs/OUTPUT.md.
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "maru/plant.h"
#include "maru/sim.h"
#include "maru/status.h"

struct trace;

enum { TRACE_RECORD_BYTES = 32, TRACE_VERSION = 1 };

// Open the file and write the header.
//   memory  trace_close frees it; the plant must live until then
//   errors  MARU_E_USAGE (a name of another form), MARU_E_IO, MARU_E_MEMORY
MARU_MUST_USE maru_status trace_open(const char *path, const maru_plant *plant, struct trace **out,
                                     maru_error *err);

// One event: a maru_trace. What cannot be written is told by trace_close.
void trace_event(void *trace, const maru_event *event);

// Write what is left and close. Accepts NULL.
//   errors  MARU_E_IO: the first write that failed
MARU_MUST_USE maru_status trace_close(struct trace *trace, maru_error *err);

#endif
