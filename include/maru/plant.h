// A factory as tables: read, checked, frozen.
#ifndef MARU_PLANT_H
#define MARU_PLANT_H

#include <stdbool.h>
#include <stddef.h>

#include "maru/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct maru_plant maru_plant;   // frozen: const for everybody, shared by all threads
typedef struct maru_faults maru_faults; // what a check has found

// One table in memory.
typedef struct maru_file {
    const char *name;  // without folder, such as "routes.csv"
    const void *bytes; // NULL: it is there, but was not read
    size_t n_bytes;
    const char *note; // to be said about it (as MARU_NOTE), NULL: nothing
} maru_file;

typedef enum maru_severity { MARU_NOTE, MARU_WARNING, MARU_FAULT } maru_severity;

typedef struct maru_fault {
    maru_severity severity;
    const char *file;   // "" where none is meant
    uint32_t row;       // 1-based line, 0 = the whole file
    uint32_t column;    // 1-based field, 0 = the whole row
    const char *header; // name of the column, "" where none
    const char *value;  // as found, shortened to 80 bytes
    const char *wrong;  // one sentence: what is wrong
    const char *right;  // what would be right
} maru_fault;

// A list of faults, kept up to a limit (docs/limits.md) and counted beyond it.
//   memory  the caller frees; NULL when there is none left
MARU_API maru_faults *maru_faults_new(void);
MARU_API void maru_faults_free(maru_faults *faults);
// How many were found, also those not kept.
MARU_API size_t maru_faults_count(const maru_faults *faults, maru_severity severity);
// How many are kept, and one of them in the order they were found: valid until faults are freed.
MARU_API size_t maru_faults_kept(const maru_faults *faults);
MARU_API const maru_fault *maru_faults_get(const maru_faults *faults, size_t index);

// Read, check and freeze a plant from its tables in memory; the dialect is told by the names of the
// files.
//   in      UTF-8 tables; nothing is kept of them. faults may be NULL
//   out     *out: the caller frees; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first;
//           MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_plant_read(const maru_file *files, size_t n_file,
                                                   maru_faults *faults, maru_plant **out,
                                                   maru_error *err);
MARU_API void maru_plant_free(maru_plant *plant);

// The same from a folder on disk. Tables in CP949 are converted to UTF-8 first.
//   errors  also MARU_E_IO
MARU_MUST_USE MARU_API maru_status maru_plant_open(const char *folder, maru_faults *faults,
                                                   maru_plant **out, maru_error *err);

// Write the plant as maru CSV tables: `put` is called once for each table, its bytes are valid
// during the call.
//   errors  what put returns, MARU_E_MEMORY
typedef maru_status (*maru_put_file)(void *context, const maru_file *file, maru_error *err);
MARU_MUST_USE MARU_API maru_status maru_plant_write(const maru_plant *plant, maru_put_file put,
                                                    void *context, maru_error *err);

// One thing that is to be otherwise: a what-if.
//
//     tools:GROUP        so many tools more or less, or so many: +1, -1, 5
//     downtime:GROUP     failures and maintenance take that percentage of their time: 50; * is all
//     failures:GROUP     failures come at that percentage of their rate: 120; * is all
//     process:GROUP      processing takes that percentage of its time: 105; * is all
//     repairs:GROUP      failures, not maintenance, take that percentage of their time: 80; * is all
//     releases:PRODUCT   it is released at that percentage of its rate: 110
//     priority:PRODUCT   of its lots, in stock and to come: 20
typedef struct maru_change {
    const char *name, *value; // "tools:Litho_FE_98", "+1"
} maru_change;

// Is it the name of a change, by its first word?
MARU_API bool maru_change_is_name(const char *name);

// A plant that differs from another in these. Tools that both have, and lots of the same release,
// meet the same luck in both.
//   memory  the caller frees; `plant` must outlive it
//   errors  MARU_E_USAGE: says which change and what would be right; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_plant_change(const maru_plant *plant,
                                                     const maru_change *change, size_t n,
                                                     maru_plant **out, maru_error *err);

// How large a plant is.
typedef struct maru_plant_size {
    uint32_t n_product, n_route, n_step, n_area, n_group, n_tool, n_setup, n_release, n_stock,
        n_calendar;
} maru_plant_size;
MARU_API maru_plant_size maru_plant_sizes(const maru_plant *plant);
MARU_API const char *maru_plant_name(const maru_plant *plant);

// Expected load of one tool group: what its releases ask of its tools, from first principles,
// without queues.
typedef struct maru_group_load {
    const char *group, *area;
    uint32_t n_tool;
    double visits_per_day; // lots
    double processing;     // share of the tools' time, 0 to ..., sampling and rework weighted
    double setup;          // what steps demand every time; the rest depends on dispatching
    double down;           // failures and maintenance
    double load; // (processing + setup) / (1 - down): above 1 the group cannot carry its releases
} maru_group_load;

// Fill load[0 .. n_group).
MARU_API void maru_plant_load(const maru_plant *plant, maru_group_load *load);

#ifdef __cplusplus
}
#endif

#endif
