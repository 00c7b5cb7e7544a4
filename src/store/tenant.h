// What one tenant keeps. A struct tenant comes from store_hold. What changes something takes the name
// of who does it and is in the audit log.
#ifndef STORE_TENANT_H
#define STORE_TENANT_H

#include "store/database.h"
#include "store/signals/signals.h"
#include "store/store.h"

struct tenant {
    char name[STORE_TENANT_BYTES];
    struct database database;
    struct signals *signals; // NULL: nobody has asked for them yet
    uint32_t n_holder;
    _Atomic uint32_t n_stream; // event streams that are followed
    bool is_going;             // it is being removed: nobody new may hold it
    struct tenant *next;
};

// Its signals, opened when they are first asked for, and then until the tenant is closed.
//   errors  as signals_open
MARU_MUST_USE maru_status tenant_open_signals(struct store *store, struct tenant *tenant,
                                              struct signals **out, maru_error *err);

// Bytes of its file that are in use; what is deleted makes room again.
MARU_MUST_USE maru_status tenant_count_bytes(struct tenant *tenant, int64_t *n_bytes,
                                             maru_error *err);

// Bytes as they are kept: zstd.
//   memory  the caller frees packed.bytes with alloc_free, also after an error
struct packed {
    void *bytes;
    size_t n_bytes;
};
MARU_MUST_USE maru_status tenant_pack(struct packed *out, const void *bytes, size_t n,
                                      maru_error *err);
// Append what was packed to `out`, whose cap is the limit.
//   errors  MARU_E_IO: it is damaged; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_unpack(struct text *out, const void *packed, size_t n,
                                        maru_error *err);
// The same of the first column of a row (query_see); `out` is a struct text. Nothing where it is empty.
MARU_MUST_USE maru_status tenant_unpack_row(void *out, const struct query *query, maru_error *err);

// ---- plants (plants.c)

enum { TENANT_MAX_PLANTS = 10000, TENANT_MAX_VERSIONS = 100000 };

struct version_facts { // what a check has found, kept beside the tables
    bool is_sound;
    uint32_t n_fault, n_warning, n_note;
    const char *size;  // JSON object, "" while there are faults
    const char *check; // JSON of the whole check
};

struct version_row {
    const char *plant, *name, *by;
    int64_t number, created_ms;
    struct version_facts facts; // without `check`, which is ""
};
typedef maru_status (*tenant_see_version)(void *context, const struct version_row *row,
                                          maru_error *err);

struct plant_row {
    const char *id, *name;
    int64_t created_ms, n_version;
    struct version_row latest;
};
typedef maru_status (*tenant_see_plant)(void *context, const struct plant_row *row,
                                        maru_error *err);

typedef maru_status (*tenant_see_table)(void *context, const char *name, int64_t n_bytes,
                                        maru_error *err);

// Keep the tables as the first version of a new plant (plant[0] is '\0', and gets its id), or as
// the next version of a plant.
//   in      *number: of a plant that is there, the version that must be its newest, 0: whichever it is
//   out     *number of the version
//   errors  MARU_E_USAGE: there is no such plant; MARU_E_RANGE: another version is the newest; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_version(struct tenant *tenant, char plant[STORE_ID_BYTES],
                                             const char *name, const char *by,
                                             const maru_file *file, size_t n_file,
                                             const struct version_facts *facts, int64_t *number,
                                             maru_error *err);

// One version; number 0 is the newest.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_version(struct tenant *tenant, const char *plant,
                                                 int64_t number, tenant_see_version see,
                                                 void *context, maru_error *err);
MARU_MUST_USE maru_status tenant_each_version(struct tenant *tenant, const char *plant,
                                              const struct page *page, tenant_see_version see,
                                              void *context, maru_error *err);
MARU_MUST_USE maru_status tenant_see_one_plant(struct tenant *tenant, const char *plant,
                                               tenant_see_plant see, void *context,
                                               maru_error *err);
MARU_MUST_USE maru_status tenant_each_plant(struct tenant *tenant, const struct page *page,
                                            tenant_see_plant see, void *context, maru_error *err);

// The JSON of its check. errors as above.
MARU_MUST_USE maru_status tenant_get_check(struct tenant *tenant, const char *plant, int64_t number,
                                           struct text *out, maru_error *err);

// Names and sizes of the tables, by name.
MARU_MUST_USE maru_status tenant_each_table(struct tenant *tenant, const char *plant,
                                            int64_t number, tenant_see_table see, void *context,
                                            maru_error *err);

// The tables of a version, or with `name` the one of it.
//   memory  tables_fini frees, also after an error
//   errors  MARU_E_USAGE: there is none; MARU_E_IO: it is damaged
struct tables {
    maru_file *file; // (n)
    size_t n, cap;
};
MARU_MUST_USE maru_status tenant_get_tables(struct tenant *tenant, const char *plant,
                                            int64_t number, const char *name, struct tables *out,
                                            maru_error *err);
void tables_fini(struct tables *tables);
// Add a table: a copy of the name, and `bytes` (from alloc_new), which are taken over, also after an
// error.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status tables_add(struct tables *tables, const char *name, char *bytes, size_t n,
                                     maru_error *err);

//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_rename_plant(struct tenant *tenant, const char *plant,
                                              const char *name, const char *by, maru_error *err);

// Remove a plant, its versions, tables and runs.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_delete_plant(struct tenant *tenant, const char *plant,
                                              const char *by, maru_error *err);

// ---- runs (asked.c)

enum run_state { RUN_WAITING, RUN_RUNNING, RUN_DONE, RUN_CANCELLED, RUN_FAILED };
const char *run_state_name(enum run_state state);

struct run_row {
    const char *id, *name, *plant, *plant_name, *kind, *by;
    int64_t version;
    enum run_state state;
    double progress;
    int64_t created_ms, started_ms, ended_ms; // 0: not yet
    const char *model;                        // that is trained; then there is no plant. "": none
    const char *request;                      // JSON
    const char *sentence_ko, *sentence_en;    // "": none
    const char *problem;                      // JSON, "": none
    const char *figures;                      // JSON, "": none
};
typedef maru_status (*tenant_see_run)(void *context, const struct run_row *row, maru_error *err);

struct run_end { // what came of a run
    enum run_state state;
    double progress;
    const char *sentence_ko, *sentence_en, *problem;   // "": none
    const char *figures;                               // the same
    const struct text *result, *report_ko, *report_en; // NULL: none
    const struct new_version *version;                 // of the run's model; NULL: none
};

// Keep what was asked, waiting: of `row` name, plant and version, or model, kind, by and request are looked at.
//   out     id
//   errors  MARU_E_USAGE: there is no such version, no such model
MARU_MUST_USE maru_status tenant_add_run(struct tenant *tenant, const struct run_row *row,
                                         char id[STORE_ID_BYTES], maru_error *err);
MARU_MUST_USE maru_status tenant_begin_run(struct tenant *tenant, const char *id, maru_error *err);
// A version that has come of it is kept in the same transaction. One that was removed meanwhile is no error, and leaves none.
//   errors  MARU_E_LIMIT: its model has too many versions
MARU_MUST_USE maru_status tenant_end_run(struct tenant *tenant, const char *id,
                                         const struct run_end *end, maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_run(struct tenant *tenant, const char *id,
                                             tenant_see_run see, void *context, maru_error *err);
struct run_filter {
    const char *plant, *kind, *state; // "": any
    const char *model;                // "" or NULL: any
};
MARU_MUST_USE maru_status tenant_each_run(struct tenant *tenant, const struct run_filter *filter,
                                          const struct page *page, tenant_see_run see,
                                          void *context, maru_error *err);
// Those that wait or were running when the server ended, oldest first: they are to be done again.
MARU_MUST_USE maru_status tenant_each_open_run(struct tenant *tenant, tenant_see_run see,
                                               void *context, maru_error *err);

enum run_output { RUN_RESULT, RUN_REPORT_KO, RUN_REPORT_EN };
//   errors  MARU_E_USAGE: there is no such run; MARU_E_RANGE: it has no such output (yet)
MARU_MUST_USE maru_status tenant_has_output(struct tenant *tenant, const char *id,
                                            enum run_output output, maru_error *err);
// errors as above. An output that is there never changes.
MARU_MUST_USE maru_status tenant_get_output(struct tenant *tenant, const char *id,
                                            enum run_output output, struct text *out,
                                            maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_rename_run(struct tenant *tenant, const char *id, const char *name,
                                            const char *by, maru_error *err);
MARU_MUST_USE maru_status tenant_delete_run(struct tenant *tenant, const char *id, const char *by,
                                            maru_error *err);

// ---- twins (kept_twins.c)

enum { TENANT_MAX_TWINS = 100 };

struct twin_row {
    const char *id, *name, *plant, *by;
    int64_t version, created_ms;
    const char *options; // JSON object
    uint64_t seed;
    const char *origin; // twin that it was forked from, "": none
    int64_t origin_us;
    // the saved state that it begins with, NULL: the plant's stock at time 0; only tenant_add_twin reads it
    const void *state;
    size_t n_state;
    int64_t begin_us; // time of that state
    // where it is
    double speed;
    bool is_playing;
    int64_t time_us, end_us;
    const char *forecast; // run of its last one, "": none
    const char *follows;  // what it follows, JSON; "" (or NULL to tenant_add_twin): it plays
};
typedef maru_status (*tenant_see_twin)(void *context, const struct twin_row *row, maru_error *err);

enum kept_act { KEPT_STOP, KEPT_MEND, KEPT_RESEED };
struct act_row { // what was done to it, in the order in which it was done
    enum kept_act kind;
    uint32_t tool;
    int64_t at_us, for_us; // for_us 0: until it is mended
    uint64_t seed;
    const char *by;
};
typedef maru_status (*tenant_see_act)(void *context, const struct act_row *row, maru_error *err);

// Keep a new one: id and created_ms of `row` are not looked at; with an origin it gets the beginning of
// that, and what was done to that up to origin_us; of an origin that follows a floor, the state of `row`.
//   out     id
//   errors  MARU_E_USAGE: no such version or origin; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_twin(struct tenant *tenant, const struct twin_row *row,
                                          char id[STORE_ID_BYTES], maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_twin(struct tenant *tenant, const char *id,
                                              tenant_see_twin see, void *context, maru_error *err);
MARU_MUST_USE maru_status tenant_each_twin(struct tenant *tenant, const char *plant,
                                           const struct page *page, tenant_see_twin see,
                                           void *context, maru_error *err);
// Append the saved state that it begins with; nothing where it has none.
//   errors  MARU_E_USAGE: there is no such twin; MARU_E_LIMIT, MARU_E_MEMORY; MARU_E_IO: it is damaged
MARU_MUST_USE maru_status tenant_get_state(struct tenant *tenant, const char *id, struct text *out,
                                           maru_error *err);
MARU_MUST_USE maru_status tenant_each_act(struct tenant *tenant, const char *twin,
                                          tenant_see_act see, void *context, maru_error *err);
// Where it is: speed, is_playing, time_us and end_us of `row`, which id names. `action`: what the audit
// log says of it, NULL: nothing.
MARU_MUST_USE maru_status tenant_set_twin(struct tenant *tenant, const struct twin_row *row,
                                          const char *action, const char *by, maru_error *err);
MARU_MUST_USE maru_status tenant_set_forecast(struct tenant *tenant, const char *twin,
                                              const char *run, maru_error *err);
MARU_MUST_USE maru_status tenant_add_act(struct tenant *tenant, const char *twin,
                                         const struct act_row *act, maru_error *err);
MARU_MUST_USE maru_status tenant_delete_twin(struct tenant *tenant, const char *id, const char *by,
                                             maru_error *err);
// The engine (below) under which a twin that follows a floor keeps what it believes; it goes with the twin.
void twin_engine_name(const char *id, char out[STORE_ID_BYTES + 8]);

// ---- connections (kept_connections.c)

enum { TENANT_MAX_CONNECTIONS = 1000 };

struct connection_row {
    const char *id, *name, *kind, *by;
    const char *settings; // JSON object
    bool is_on;
    int64_t created_ms;
};
typedef maru_status (*tenant_see_connection)(void *context, const struct connection_row *row,
                                             maru_error *err);

// Keep a new one: id and created_ms of `row` are not looked at.
//   errors  MARU_E_RANGE: the name is taken; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_connection(struct tenant *tenant,
                                                const struct connection_row *row,
                                                char id[STORE_ID_BYTES], maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_connection(struct tenant *tenant, const char *id,
                                                    tenant_see_connection see, void *context,
                                                    maru_error *err);
MARU_MUST_USE maru_status tenant_each_connection(struct tenant *tenant, const struct page *page,
                                                 tenant_see_connection see, void *context,
                                                 maru_error *err);
// Change name, settings and is_on; `by` of `row` does it. errors as both above.
MARU_MUST_USE maru_status tenant_set_connection(struct tenant *tenant,
                                                const struct connection_row *row, maru_error *err);
MARU_MUST_USE maru_status tenant_delete_connection(struct tenant *tenant, const char *id,
                                                   const char *by, maru_error *err);

// ---- documents and engines (kept_documents.c)

enum {
    TENANT_MAX_DOCUMENT_NAME_BYTES = 64,
    TENANT_MAX_DOCUMENT_BYTES = 64 << 20,
    TENANT_MAX_DOCUMENTS = 1000, // by name
    TENANT_MAX_DOCUMENT_VERSIONS = 100000,
    TENANT_MAX_ENGINE_BYTES = 256 << 20,
};

// A document is a text with a name, such as the table of alarms; each change of it is a version of its own.
struct document_row {
    const char *name, *by;
    int64_t number, created_ms, n_bytes;
};
typedef maru_status (*tenant_see_document)(void *context, const struct document_row *row,
                                           maru_error *err);

// Keep a text as the next version of a document: name, by and n_bytes of `row` are looked at.
//   in      *number: the version that must be its newest, 0: whichever it is
//   out     *number of the version
//   errors  MARU_E_RANGE: another version is the newest; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_document(struct tenant *tenant, const struct document_row *row,
                                              const char *bytes, int64_t *number, maru_error *err);

// Append the text of a version; number 0 is the newest. `see`, which may be NULL, is told of it.
//   errors  MARU_E_USAGE: there is none; MARU_E_LIMIT, MARU_E_MEMORY; MARU_E_IO: it is damaged
MARU_MUST_USE maru_status tenant_get_document(struct tenant *tenant, const char *name,
                                              int64_t number, struct text *out,
                                              tenant_see_document see, void *context,
                                              maru_error *err);

// The newest version of each, by name.
MARU_MUST_USE maru_status tenant_each_document(struct tenant *tenant, tenant_see_document see,
                                               void *context, maru_error *err);
// The versions of one, newest first.
MARU_MUST_USE maru_status tenant_each_document_version(struct tenant *tenant, const char *name,
                                                       const struct page *page,
                                                       tenant_see_document see, void *context,
                                                       maru_error *err);

// The state of an engine that runs on what arrives, so that it goes on where it was. Where somebody has done something to it,
// the audit log says so in the same transaction; action NULL: nobody has.
struct engine_act {
    const char *who, *action, *subject, *detail;
};
MARU_MUST_USE maru_status tenant_keep_engine(struct tenant *tenant, const char *name,
                                             const void *bytes, size_t n,
                                             const struct engine_act *act, maru_error *err);
// Append it.
//   errors  MARU_E_USAGE: there is none; as tenant_unpack
MARU_MUST_USE maru_status tenant_get_engine(struct tenant *tenant, const char *name,
                                            struct text *out, maru_error *err);

// ---- datasets: spreadsheets that are kept (kept_datasets.c)

enum {
    TENANT_MAX_DATASETS = 1000,
    TENANT_MAX_DATASET_BYTES = 128 << 20,
    DATASET_FINGERPRINT_BYTES = 65,
};

struct dataset_row {
    const char *id, *name, *by;
    int64_t created_ms, n_bytes, n_row; // n_row 0: nobody has counted them
    const char *fingerprint;            // hex, of the bytes
    const char *source;                 // "upload", "windows"
    const char *made_from;              // JSON object of what it was made from, "": it came
};
typedef maru_status (*tenant_see_dataset)(void *context, const struct dataset_row *row,
                                          maru_error *err);

// Keep a spreadsheet: name, by, n_bytes, n_row, source and made_from of `row` are looked at. The same bytes are the same dataset.
//   out     id; *is_new, false: these bytes were there, and stay as they are
//   errors  MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_dataset(struct tenant *tenant, const struct dataset_row *row,
                                             const char *bytes, char id[STORE_ID_BYTES],
                                             bool *is_new, maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_dataset(struct tenant *tenant, const char *id,
                                                 tenant_see_dataset see, void *context,
                                                 maru_error *err);
// Newest first.
MARU_MUST_USE maru_status tenant_each_dataset(struct tenant *tenant, const struct page *page,
                                              tenant_see_dataset see, void *context,
                                              maru_error *err);
// Append its bytes.
//   errors  MARU_E_USAGE: there is none; as tenant_unpack
MARU_MUST_USE maru_status tenant_get_dataset(struct tenant *tenant, const char *id,
                                             struct text *out, maru_error *err);
// Models that were trained from it stay.
MARU_MUST_USE maru_status tenant_delete_dataset(struct tenant *tenant, const char *id,
                                                const char *by, maru_error *err);

// ---- models and their versions (kept_models.c)

enum {
    TENANT_MAX_MODELS = 1000,
    TENANT_MAX_MODEL_VERSIONS = 1000,
    TENANT_MAX_MODEL_BYTES = 256 << 20, // of one version
};

// The champion answers and is used, the challenger answers in its shadow; a model has at most one of each.
enum model_role { AS_CHAMPION, AS_CHALLENGER, AS_CANDIDATE, AS_RETIRED, N_MODEL_ROLE };
const char *model_role_name(enum model_role role);

struct model_row {
    const char *id, *name, *by;
    int64_t created_ms;
    // of the champion, else of its newest version; "": it has none
    const char *goal, *target, *unit, *facts;
    const char *feed;             // JSON {"window","truth"?}: rows of the floor; "": none
    int64_t champion, challenger; // versions; 0: none
    // is the champion used?
    bool is_on;
    const char *reason, *set_by; // "", "person", "inputs", "errors"
    int64_t since_ms;
    const char *training; // a run of it that is open, "": none
};
typedef maru_status (*tenant_see_model)(void *context, const struct model_row *row,
                                        maru_error *err);

struct model_version_row {
    const char *model;
    int64_t number;
    enum model_role role;
    const char *goal, *target, *unit, *kind, *program;
    const char *fingerprint, *data;  // hex: of its bytes, of the table that it learned from
    const char *facts;               // JSON object: what its card says first
    const char *by, *promoted_by;    // promoted_by "": nobody
    const char *dataset, *run;       // "": none
    int64_t created_ms, promoted_ms; // promoted_ms 0: never
    int64_t n_bytes;
};
typedef maru_status (*tenant_see_model_version)(void *context, const struct model_version_row *row,
                                                maru_error *err);

struct new_version {
    struct model_version_row row; // goal to data, facts, by, dataset, run and n_bytes are looked at
    const char *bytes;            // (row.n_bytes)
    bool may_lead;                // where it is the first one, it is the champion
};

// Keep a new model: name, by and feed of `row` are looked at; with its first training, or its first version, or neither.
//   out     id; id of the run where there is one
//   errors  MARU_E_RANGE: the name is taken; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_model(struct tenant *tenant, const struct model_row *row,
                                           const struct run_row *run,
                                           const struct new_version *version,
                                           char id[2][STORE_ID_BYTES], maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_model(struct tenant *tenant, const char *id,
                                               tenant_see_model see, void *context,
                                               maru_error *err);
MARU_MUST_USE maru_status tenant_each_model(struct tenant *tenant, const struct page *page,
                                            tenant_see_model see, void *context, maru_error *err);
// Change name and feed; `by` of `row` does it.
//   errors  as tenant_add_model; MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_change_model(struct tenant *tenant, const struct model_row *row,
                                              maru_error *err);
// Is it used: is_on, reason and set_by of `row`, which id names. Nothing is written where it is so already.
MARU_MUST_USE maru_status tenant_use_model(struct tenant *tenant, const struct model_row *row,
                                           maru_error *err);
// Versions and runs go with it.
MARU_MUST_USE maru_status tenant_delete_model(struct tenant *tenant, const char *id, const char *by,
                                              maru_error *err);

// Keep a version of a model that is there.
//   errors  MARU_E_USAGE: there is no such model; MARU_E_LIMIT
MARU_MUST_USE maru_status tenant_add_model_version(struct tenant *tenant, const char *model,
                                                   const struct new_version *version,
                                                   int64_t *number, maru_error *err);
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_see_one_model_version(struct tenant *tenant, const char *model,
                                                       int64_t number, tenant_see_model_version see,
                                                       void *context, maru_error *err);
// All of a model, newest first.
MARU_MUST_USE maru_status tenant_each_model_version(struct tenant *tenant, const char *model,
                                                    tenant_see_model_version see, void *context,
                                                    maru_error *err);
// Append the bytes of a version.
//   errors  MARU_E_USAGE: there is none; as tenant_unpack
MARU_MUST_USE maru_status tenant_get_model_version(struct tenant *tenant, const char *model,
                                                   int64_t number, struct text *out,
                                                   maru_error *err);
// Let a version have a role. The champion before it retires, the challenger before it is a candidate again; a new champion is used.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status tenant_promote_model(struct tenant *tenant, const char *model,
                                               int64_t number, enum model_role role, const char *by,
                                               maru_error *err);
// The champion before this one is champion again.
//   errors  MARU_E_USAGE: there is no such model; MARU_E_RANGE: it has no champion, or none before it
MARU_MUST_USE maru_status tenant_roll_back_model(struct tenant *tenant, const char *model,
                                                 const char *by, maru_error *err);

// Parts of transactions of others: the caller has entered the database and begun.
struct packed_version {
    const struct new_version *version;
    struct packed packed;
};
//   memory  the caller frees out->packed.bytes, also after an error
MARU_MUST_USE maru_status model_version_pack(struct packed_version *out,
                                             const struct new_version *version, maru_error *err);
MARU_MUST_USE maru_status model_version_insert(struct database *database, const char *model,
                                               const struct packed_version *version,
                                               int64_t *number, maru_error *err);
MARU_MUST_USE maru_status run_insert(struct database *database, const char *id,
                                     const struct run_row *row, maru_error *err);

// ---- audit (audit.c)

struct audit_row {
    int64_t number, at_ms;
    const char *who, *action, *subject, *detail;
    const char *hash; // hex: of this entry and the hash before it
};
typedef maru_status (*tenant_see_audit)(void *context, const struct audit_row *row,
                                        maru_error *err);

// Append an entry to the log; the caller has entered the database and begun a transaction, so that
// the entry and what it tells of are kept or lost together.
MARU_MUST_USE maru_status audit_append(struct database *database, const char *who,
                                       const char *action, const char *subject, const char *detail,
                                       maru_error *err);
// The same alone.
MARU_MUST_USE maru_status tenant_audit(struct tenant *tenant, const char *who, const char *action,
                                       const char *subject, const char *detail, maru_error *err);
MARU_MUST_USE maru_status tenant_each_audit(struct tenant *tenant, const struct page *page,
                                            tenant_see_audit see, void *context, maru_error *err);
// Does every entry follow from the one before?
//   errors  MARU_E_INPUT: err->row is the number of the first that does not
MARU_MUST_USE maru_status tenant_verify_audit(struct tenant *tenant, uint64_t *n, maru_error *err);

// The hash of the newest entry, "" where there is none. wanted, which may be NULL: a hash that was
// written down earlier has to be that of one of the entries, else somebody has cut off the log's end.
//   errors  MARU_E_INPUT: it is not; err->row is the number of the newest entry
MARU_MUST_USE maru_status tenant_audit_head(struct tenant *tenant, const char *wanted,
                                            char head[STORE_HASH_BYTES], maru_error *err);

extern const char *const tenant_migration[];
extern const size_t tenant_n_migration;

#endif
