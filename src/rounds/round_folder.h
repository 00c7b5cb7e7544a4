// A round as a folder of files that people read: the tables (round_tables.h), and what was decided.
//
//   awards.csv    application, institution, class, region, site, type, from, until, asked, awarded, rank, points: a row a line
//   leases.csv    institution, application, site, type, gpus, from, last, credits
//   usage.csv     institution (or tenant), day, type, gpu_hours: brought by whoever measures
//   record.csv    number, time, what, subject, detail, hash: appended only; each hash covers its row and the hash before
#ifndef ROUNDS_ROUND_FOLDER_H
#define ROUNDS_ROUND_FOLDER_H

#include "base/text.h"
#include "pool/round/round_lease.h"
#include "rounds/round_tables.h"

enum { ROUNDS_MAX_FILE_BYTES = 64 << 20, ROUND_KEPT_FILES = ROUND_FILES + 5 };
extern const char *const round_kept_names[ROUND_KEPT_FILES]; // the tables, then those above

// Where the files of a round are: a folder, or memory, for whoever keeps all of them as one.
struct round_memory {
    struct text file[ROUND_KEPT_FILES];
    bool has[ROUND_KEPT_FILES];
};
struct round_place {
    const char *folder;
    struct round_memory *memory; // NULL: the folder
};
void round_memory_init(struct round_memory *memory);
void round_memory_fini(struct round_memory *memory);
// The file of a name, ROUND_KEPT_FILES: there is none.
uint32_t round_kept_find(const char *name);

// Read a file; `has` is false where there is no such one. CP949 and UTF-16 become UTF-8.
//   in      out: initialised, empty
//   errors  MARU_E_IO, MARU_E_INPUT, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status round_folder_file(const struct round_place *place, const char *name,
                                            struct text *out, bool *has, maru_error *err);
// The tables; `rules`: NULL, or the path of other rules than round.toml.
//   memory  round_tables_fini
//   errors  as of round_tables_read and round_folder_file
MARU_MUST_USE maru_status round_folder_read(const struct round_place *place, const char *rules,
                                            maru_faults *faults, struct round_tables *out,
                                            maru_error *err);
MARU_MUST_USE maru_status round_folder_write(const struct round_place *place, const char *name,
                                             const struct text *text, maru_error *err);

// ---- awards

void award_table_write(struct text *out, const struct round *round, const struct round_award *award,
                       const uint32_t *rank);
//   out     *award, of round_award_init: sites, GPUs and worth; bound is the same as worth
//   errors  MARU_E_INPUT: all is in the faults; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status award_table_read(const char *bytes, size_t n, const struct round *round,
                                           maru_faults *faults, struct round_award *award,
                                           maru_error *err);

// ---- leases and use

void lease_table_write(struct text *out, const struct round *round, const struct lease *lease,
                       uint32_t n);
struct lease_list {
    struct lease *lease; // (n), room for twice as many and 1
    struct lease_use *use;
    uint32_t n, n_use;
    int32_t first_day, last_day; // of the uses
};
//   memory  lease_list_fini, also after an error
//   errors  as above
MARU_MUST_USE maru_status lease_table_read(const char *bytes, size_t n, const struct round *round,
                                           maru_faults *faults, struct lease_list *list,
                                           maru_error *err);
MARU_MUST_USE maru_status usage_table_read(const char *bytes, size_t n, const struct round *round,
                                           maru_faults *faults, struct lease_list *list,
                                           maru_error *err);
void lease_list_fini(struct lease_list *list);

// 2026-03-31 as days since 1970-01-01, and back.
bool round_day_read(const char *bytes, size_t n, int32_t *day);
void round_day_write(struct text *out, int32_t day);

// ---- the record

//   in      record: what record.csv holds, to which the row is added; time: as it is to stand there
//   errors  MARU_E_INPUT: a row was changed, or taken out; nothing is added then
MARU_MUST_USE maru_status round_record_add(struct text *record, const char *time, const char *what,
                                           const char *subject, const char *detail,
                                           maru_error *err);
struct round_record_row {
    const char *time, *what, *subject, *detail; // until the next row
};
typedef maru_status (*round_record_see)(void *context, const struct round_record_row *row,
                                        maru_error *err);
// All rows in their order, each as soon as its hash is what it should be.
//   errors  as above; what `see` gives
MARU_MUST_USE maru_status round_record_each(const struct text *record, round_record_see see,
                                            void *context, maru_error *err);
// Is every hash what its row and the one before say? Does any row stand there with these three?
//   out     *has (NULL: not asked)
MARU_MUST_USE maru_status round_record_check(const struct text *record, const char *what,
                                             const char *subject, const char *detail, bool *has,
                                             maru_error *err);

#endif
