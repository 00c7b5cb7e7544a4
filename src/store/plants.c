#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/folder.h"
#include "store/tenant.h"

// Plants, their versions and tables. A table is kept once, compressed, under the BLAKE2b hash of its
// bytes; versions that share it share the row. What no version names any more is removed with the last
// of them.

const char *const tenant_migration[] = {
    "CREATE TABLE plant(id TEXT PRIMARY KEY, name TEXT NOT NULL, created_ms INTEGER NOT NULL)"
    "  STRICT;"
    "CREATE TABLE version(plant TEXT NOT NULL REFERENCES plant(id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, created_ms INTEGER NOT NULL, by TEXT NOT NULL,"
    "  sound INTEGER NOT NULL, faults INTEGER NOT NULL, warnings INTEGER NOT NULL,"
    "  notes INTEGER NOT NULL, size TEXT NOT NULL, checked BLOB NOT NULL,"
    "  PRIMARY KEY(plant, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE content(hash BLOB PRIMARY KEY, n_bytes INTEGER NOT NULL, packed BLOB NOT NULL)"
    "  STRICT;"
    "CREATE TABLE tables(plant TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,"
    "  hash BLOB NOT NULL REFERENCES content(hash), PRIMARY KEY(plant, version, name),"
    "  FOREIGN KEY(plant, version) REFERENCES version(plant, number) ON DELETE CASCADE)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE INDEX tables_by_hash ON tables(hash);"
    "CREATE TABLE run(id TEXT PRIMARY KEY, name TEXT NOT NULL, plant TEXT NOT NULL,"
    "  version INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL, state INTEGER NOT NULL,"
    "  progress REAL NOT NULL, created_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL,"
    "  ended_ms INTEGER NOT NULL, request TEXT NOT NULL, sentence_ko TEXT NOT NULL,"
    "  sentence_en TEXT NOT NULL, problem TEXT NOT NULL, result BLOB, report_ko BLOB,"
    "  report_en BLOB, FOREIGN KEY(plant, version) REFERENCES version(plant, number)"
    "  ON DELETE CASCADE) STRICT;"
    "CREATE INDEX run_of ON run(plant, id);"
    "CREATE INDEX run_open ON run(state) WHERE state < 2;"
    "CREATE TABLE audit(number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL,"
    "  action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)"
    "  STRICT;"
    "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN"
    "  SELECT raise(ABORT, 'the audit log is only appended to'); END;"
    "CREATE TRIGGER audit_is BEFORE UPDATE ON audit BEGIN"
    "  SELECT raise(ABORT, 'the audit log is only appended to'); END;",
    "CREATE TABLE twin(id TEXT PRIMARY KEY, name TEXT NOT NULL, plant TEXT NOT NULL,"
    "  version INTEGER NOT NULL, options TEXT NOT NULL, seed INTEGER NOT NULL,"
    "  origin TEXT NOT NULL, origin_us INTEGER NOT NULL, by TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL, speed REAL NOT NULL, playing INTEGER NOT NULL,"
    "  time_us INTEGER NOT NULL, end_us INTEGER NOT NULL, forecast TEXT NOT NULL,"
    "  FOREIGN KEY(plant, version) REFERENCES version(plant, number) ON DELETE CASCADE) STRICT;"
    "CREATE INDEX twin_of ON twin(plant, id);"
    "CREATE TABLE act(twin TEXT NOT NULL REFERENCES twin(id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, at_us INTEGER NOT NULL, tool INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL, for_us INTEGER NOT NULL, seed INTEGER NOT NULL, by TEXT NOT NULL,"
    "  PRIMARY KEY(twin, number)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE replay(key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, request BLOB NOT NULL,"
    "  epoch INTEGER NOT NULL, nonce TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,"
    "  status INTEGER NOT NULL, answer BLOB) STRICT;"
    "CREATE INDEX replay_by_age ON replay(at_ms);",
    "ALTER TABLE run ADD COLUMN figures TEXT NOT NULL DEFAULT '';",
    // state: NULL where a twin begins with the plant's stock
    ("ALTER TABLE twin ADD COLUMN begin_us INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE twin ADD COLUMN state BLOB;"),
    // signals/: a sample is in the log until it is in a block
    "CREATE TABLE signal(id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, asset TEXT NOT NULL,"
    "  name TEXT NOT NULL, unit TEXT NOT NULL, type INTEGER NOT NULL, created_ms INTEGER NOT NULL)"
    "  STRICT;"
    "CREATE INDEX signal_of ON signal(asset, name);"
    "CREATE TABLE sample_log(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE block_bytes(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE block(signal INTEGER NOT NULL, start_us INTEGER NOT NULL,"
    "  end_us INTEGER NOT NULL, content INTEGER NOT NULL, n INTEGER NOT NULL,"
    "  n_number INTEGER NOT NULL, first REAL, first_us INTEGER NOT NULL, last REAL,"
    "  last_us INTEGER NOT NULL, low REAL, low_us INTEGER NOT NULL, high REAL,"
    "  high_us INTEGER NOT NULL, total REAL, PRIMARY KEY(signal, start_us)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE level(signal INTEGER NOT NULL, step_us INTEGER NOT NULL,"
    "  start_us INTEGER NOT NULL, end_us INTEGER NOT NULL, bytes BLOB NOT NULL,"
    "  PRIMARY KEY(signal, step_us, start_us)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL,"
    "  source TEXT NOT NULL, name TEXT NOT NULL, lot TEXT NOT NULL, wafer TEXT NOT NULL,"
    "  recipe TEXT NOT NULL, step TEXT NOT NULL, detail TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX event_is ON event(source, at_us, kind, name, lot, wafer);"
    "CREATE INDEX event_at ON event(at_us, id);"
    "CREATE INDEX event_lot ON event(lot, at_us) WHERE lot <> '';"
    "CREATE TABLE connection(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    "  settings TEXT NOT NULL, is_on INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    "  by TEXT NOT NULL) STRICT;",
    "CREATE TABLE document(name TEXT NOT NULL, number INTEGER NOT NULL,"
    "  created_ms INTEGER NOT NULL, by TEXT NOT NULL, n_bytes INTEGER NOT NULL,"
    "  packed BLOB NOT NULL, PRIMARY KEY(name, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE engine(name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, n_bytes INTEGER NOT NULL,"
    "  packed BLOB NOT NULL) STRICT;",
    // Events come in the order of time, so that an index by time grows at its end; by source, a commit of a hundred tools would write
    // a hundred pages.
    "DROP INDEX event_is; DROP INDEX event_at;"
    "CREATE UNIQUE INDEX event_is ON event(at_us, source, kind, name, lot, wafer);",
    // follows: what a twin follows, as JSON; '' where it plays
    "ALTER TABLE twin ADD COLUMN follows TEXT NOT NULL DEFAULT '';",
    // A run is of a version of a plant, or of a model, which has no plant.
    "CREATE TABLE run_next(id TEXT PRIMARY KEY, name TEXT NOT NULL, plant TEXT, version INTEGER,"
    "  kind TEXT NOT NULL, by TEXT NOT NULL, state INTEGER NOT NULL, progress REAL NOT NULL,"
    "  created_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
    "  request TEXT NOT NULL, sentence_ko TEXT NOT NULL, sentence_en TEXT NOT NULL,"
    "  problem TEXT NOT NULL, result BLOB, report_ko BLOB, report_en BLOB,"
    "  figures TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',"
    "  FOREIGN KEY(plant, version) REFERENCES version(plant, number) ON DELETE CASCADE) STRICT;"
    "INSERT INTO run_next SELECT id, name, plant, version, kind, by, state, progress, created_ms,"
    "  started_ms, ended_ms, request, sentence_ko, sentence_en, problem, result, report_ko,"
    "  report_en, figures, '' FROM run;"
    "DROP TABLE run;"
    "ALTER TABLE run_next RENAME TO run;"
    "CREATE INDEX run_of ON run(plant, id);"
    "CREATE INDEX run_of_model ON run(model, id) WHERE model <> '';"
    "CREATE INDEX run_open ON run(state) WHERE state < 2;"
    "CREATE TABLE dataset(id TEXT PRIMARY KEY, name TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  by TEXT NOT NULL, n_bytes INTEGER NOT NULL, n_row INTEGER NOT NULL,"
    "  fingerprint TEXT NOT NULL UNIQUE, source TEXT NOT NULL, made_from TEXT NOT NULL,"
    "  packed BLOB NOT NULL) STRICT;"
    "CREATE TABLE model(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    "  created_ms INTEGER NOT NULL, by TEXT NOT NULL, feed TEXT NOT NULL, is_on INTEGER NOT NULL,"
    "  reason TEXT NOT NULL, since_ms INTEGER NOT NULL, set_by TEXT NOT NULL) STRICT;"
    "CREATE TABLE model_version(model TEXT NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, role INTEGER NOT NULL, goal TEXT NOT NULL, target TEXT NOT NULL,"
    "  unit TEXT NOT NULL, kind TEXT NOT NULL, fingerprint TEXT NOT NULL, data TEXT NOT NULL,"
    "  program TEXT NOT NULL, facts TEXT NOT NULL, created_ms INTEGER NOT NULL, by TEXT NOT NULL,"
    "  promoted_ms INTEGER NOT NULL, promoted_by TEXT NOT NULL, succeeded INTEGER NOT NULL,"
    "  dataset TEXT NOT NULL, run TEXT NOT NULL, n_bytes INTEGER NOT NULL, packed BLOB NOT NULL,"
    "  PRIMARY KEY(model, number)) STRICT, WITHOUT ROWID;",
    // Credits (kept_money.c): until_us above at_us is a grant, or an adjustment that is like one.
    "CREATE TABLE credit_entry(id TEXT PRIMARY KEY, kind INTEGER NOT NULL, account TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL, until_us INTEGER NOT NULL, credits INTEGER NOT NULL,"
    "  krw INTEGER NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL, note TEXT NOT NULL,"
    "  by TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX credit_entry_at ON credit_entry(at_us);"
    "CREATE TABLE credit_charge(job TEXT NOT NULL, attempt INTEGER NOT NULL,"
    "  from_us INTEGER NOT NULL, until_us INTEGER NOT NULL, account TEXT NOT NULL,"
    "  credits INTEGER NOT NULL, krw INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    "  PRIMARY KEY(job, attempt, from_us)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX credit_charge_at ON credit_charge(from_us, credits);"
    "CREATE TABLE budget(account TEXT NOT NULL, from_us INTEGER NOT NULL,"
    "  until_us INTEGER NOT NULL, amount INTEGER NOT NULL, by TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL, PRIMARY KEY(account, from_us)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE credit_warned(subject TEXT NOT NULL, level INTEGER NOT NULL,"
    "  at_us INTEGER NOT NULL, PRIMARY KEY(subject, level)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER credit_entry_stays BEFORE DELETE ON credit_entry BEGIN"
    "  SELECT raise(ABORT, 'the ledger is only appended to'); END;"
    "CREATE TRIGGER credit_entry_is BEFORE UPDATE ON credit_entry BEGIN"
    "  SELECT raise(ABORT, 'the ledger is only appended to'); END;"
    "CREATE TRIGGER credit_charge_stays BEFORE DELETE ON credit_charge BEGIN"
    "  SELECT raise(ABORT, 'the ledger is only appended to'); END;"
    "CREATE TRIGGER credit_charge_is BEFORE UPDATE ON credit_charge BEGIN"
    "  SELECT raise(ABORT, 'the ledger is only appended to'); END;",
    // jobs/: jobs on the pool of GPUs
    "CREATE TABLE job(id TEXT PRIMARY KEY, name TEXT NOT NULL, project TEXT NOT NULL,"
    "  by TEXT NOT NULL, batch TEXT NOT NULL, place INTEGER NOT NULL, request TEXT NOT NULL,"
    "  state INTEGER NOT NULL, is_cancelled INTEGER NOT NULL, reason TEXT NOT NULL,"
    "  what TEXT NOT NULL, exit_code INTEGER NOT NULL, n_attempt INTEGER NOT NULL,"
    "  created_us INTEGER NOT NULL, started_us INTEGER NOT NULL, ended_us INTEGER NOT NULL,"
    "  done_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX job_open ON job(state) WHERE state < 2;"
    "CREATE INDEX job_of ON job(batch, place);"
    "CREATE TABLE job_after(job TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,"
    "  after TEXT NOT NULL, needs_success INTEGER NOT NULL, PRIMARY KEY(job, after))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE attempt(job TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, state INTEGER NOT NULL, launch TEXT NOT NULL,"
    "  parts TEXT NOT NULL, stop TEXT NOT NULL, begun_us INTEGER NOT NULL,"
    "  started_us INTEGER NOT NULL, ended_us INTEGER NOT NULL, ended_as TEXT NOT NULL,"
    "  exit_code INTEGER NOT NULL, cpu_us INTEGER NOT NULL, memory_bytes INTEGER NOT NULL,"
    "  PRIMARY KEY(job, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX attempt_ended ON attempt(ended_us);",
    "ALTER TABLE attempt ADD COLUMN gpu_busy INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE attempt ADD COLUMN gpu_energy INTEGER NOT NULL DEFAULT -1;",
    // jobs/: what jobs used that are not kept any more, and (of the tenant that has the pool's documents) what the pool was
    "CREATE TABLE job_use(job TEXT NOT NULL, number INTEGER NOT NULL, project TEXT NOT NULL,"
    "  state INTEGER NOT NULL, created_us INTEGER NOT NULL, parts TEXT NOT NULL,"
    "  stop TEXT NOT NULL, begun_us INTEGER NOT NULL, started_us INTEGER NOT NULL,"
    "  ended_us INTEGER NOT NULL, ended_as TEXT NOT NULL, exit_code INTEGER NOT NULL,"
    "  cpu_us INTEGER NOT NULL, memory_bytes INTEGER NOT NULL, gpu_busy INTEGER NOT NULL,"
    "  gpu_energy INTEGER NOT NULL, PRIMARY KEY(job, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX job_use_ended ON job_use(ended_us);"
    "CREATE INDEX job_ended ON job(ended_us) WHERE state >= 2;"
    "CREATE INDEX job_after_of ON job_after(after);"
    "CREATE TRIGGER job_use_stays BEFORE DELETE ON job_use BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;"
    "CREATE TRIGGER job_use_is BEFORE UPDATE ON job_use BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;"
    "CREATE TABLE pool_past(account TEXT NOT NULL, type TEXT NOT NULL, at_us INTEGER NOT NULL,"
    "  n INTEGER NOT NULL, idle_mw INTEGER NOT NULL, busy_mw INTEGER NOT NULL,"
    "  PRIMARY KEY(account, type, at_us)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER pool_past_stays BEFORE DELETE ON pool_past BEGIN"
    "  SELECT raise(ABORT, 'what the pool was is only appended to'); END;"
    "CREATE TRIGGER pool_past_is BEFORE UPDATE ON pool_past BEGIN"
    "  SELECT raise(ABORT, 'what the pool was is only appended to'); END;",
    // jobs/gone_use.c: what tenants used that are gone
    "CREATE TABLE gone_use(tenant TEXT NOT NULL, job TEXT NOT NULL, number INTEGER NOT NULL,"
    "  project TEXT NOT NULL, state INTEGER NOT NULL, created_us INTEGER NOT NULL,"
    "  parts TEXT NOT NULL, stop TEXT NOT NULL, begun_us INTEGER NOT NULL,"
    "  started_us INTEGER NOT NULL, ended_us INTEGER NOT NULL, ended_as TEXT NOT NULL,"
    "  exit_code INTEGER NOT NULL, cpu_us INTEGER NOT NULL, memory_bytes INTEGER NOT NULL,"
    "  gpu_busy INTEGER NOT NULL, gpu_energy INTEGER NOT NULL,"
    "  PRIMARY KEY(tenant, job, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX gone_use_ended ON gone_use(ended_us);"
    "CREATE TABLE gone_spent(tenant TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,"
    "  account TEXT NOT NULL, day_us INTEGER NOT NULL, credits INTEGER NOT NULL,"
    "  krw INTEGER NOT NULL, PRIMARY KEY(tenant, job, attempt, account, day_us))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE INDEX gone_spent_day ON gone_spent(day_us);"
    "CREATE TRIGGER gone_use_stays BEFORE DELETE ON gone_use BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;"
    "CREATE TRIGGER gone_use_is BEFORE UPDATE ON gone_use BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;"
    "CREATE TRIGGER gone_spent_stays BEFORE DELETE ON gone_spent BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;"
    "CREATE TRIGGER gone_spent_is BEFORE UPDATE ON gone_spent BEGIN"
    "  SELECT raise(ABORT, 'what was used is only appended to'); END;",
};
const size_t tenant_n_migration = sizeof tenant_migration / sizeof tenant_migration[0];

enum { HASH_BYTES = 32, PACK_LEVEL = 3 };

static const char no_version[] = "there is no such plant, or no such version of it";

// ---- compressed bytes (also of runs)

maru_status tenant_pack(struct packed *out, const void *bytes, size_t n, maru_error *err) {
    const size_t bound = ZSTD_compressBound(n);
    *out = (struct packed){.bytes = alloc_new(bound, 1)};
    if (!out->bytes) {
        return fail(err, MARU_E_MEMORY, "no memory for %zu bytes", bound);
    }
    out->n_bytes = ZSTD_compress(out->bytes, bound, n > 0 ? bytes : "", n, PACK_LEVEL);
    return ZSTD_isError(out->n_bytes) ? fail(err, MARU_E_MEMORY, "no memory to compress") : MARU_OK;
}

maru_status tenant_unpack(struct text *out, const void *packed, size_t n, maru_error *err) {
    const unsigned long long size = ZSTD_getFrameContentSize(packed, n);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
        return fail(err, MARU_E_IO, "a kept file is damaged: restore the last backup");
    }
    if (size > out->max_bytes) {
        return fail(err, MARU_E_LIMIT, "a kept file has %llu bytes, at most %zu are possible", size,
                    out->max_bytes);
    }
    char *bytes = alloc_new((size_t)size + 1, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "no memory for %llu bytes", size);
    }
    maru_status st = MARU_OK;
    if (ZSTD_decompress(bytes, (size_t)size, packed, n) != (size_t)size) {
        st = fail(err, MARU_E_IO, "a kept file is damaged: restore the last backup");
    } else {
        text_add(out, bytes, (size_t)size);
        st = out->status;
    }
    alloc_free(bytes);
    return st;
}

maru_status tenant_unpack_row(void *out, const struct query *query, maru_error *err) {
    size_t n = 0;
    const void *packed = query_bytes(query, 0, &n);
    return n > 0 ? tenant_unpack(out, packed, n, err) : MARU_OK;
}

// ---- adding

static maru_status add_content(struct database *database, const maru_file *file,
                               const unsigned char *hash, maru_error *err) {
    struct query query;
    query_open(&query, database, "SELECT 1 FROM content WHERE hash = ?");
    query_bind_bytes(&query, hash, HASH_BYTES);
    const bool is_there = query_row(&query);
    maru_status st = query_close(&query, err);
    if (st != MARU_OK || is_there) {
        return st;
    }
    struct packed packed;
    st = tenant_pack(&packed, file->bytes, file->n_bytes, err);
    if (st == MARU_OK) {
        query_open(&query, database, "INSERT INTO content VALUES(?, ?, ?)");
        query_bind_bytes(&query, hash, HASH_BYTES);
        query_bind_integer(&query, (int64_t)file->n_bytes);
        query_bind_bytes(&query, packed.bytes, packed.n_bytes);
        query_row(&query);
        st = query_close(&query, err);
    }
    alloc_free(packed.bytes);
    return st;
}

static maru_status add_table(struct database *database, const char *plant, int64_t number,
                             const maru_file *file, maru_error *err) {
    unsigned char hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, file->bytes, file->n_bytes, NULL, 0);
    const maru_status st = add_content(database, file, hash, err);
    if (st != MARU_OK) {
        return st;
    }
    struct query query;
    query_open(&query, database, "INSERT INTO tables VALUES(?, ?, ?, ?)");
    query_bind_text(&query, plant);
    query_bind_integer(&query, number);
    query_bind_text(&query, file->name);
    query_bind_bytes(&query, hash, sizeof hash);
    query_row(&query);
    return query_close(&query, err);
}

static maru_status count_of(struct database *database, const char *sql, const char *text,
                            int64_t *n, maru_error *err) {
    struct query query;
    query_open(&query, database, sql);
    if (text) {
        query_bind_text(&query, text);
    }
    if (query_row(&query)) {
        *n = query_integer(&query, 0);
    }
    return query_close(&query, err);
}

static maru_status add_plant(struct database *database, const char *id, const char *name,
                             maru_error *err) {
    int64_t n = 0;
    maru_status st = count_of(database, "SELECT count(*) FROM plant", NULL, &n, err);
    if (st == MARU_OK && n >= TENANT_MAX_PLANTS) {
        st = fail(err, MARU_E_LIMIT, "there are %lld plants: remove some first", (long long)n);
    }
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, database, "INSERT INTO plant VALUES(?, ?, ?)");
        query_bind_text(&query, id);
        query_bind_text(&query, name);
        query_bind_integer(&query, clock_unix_ms());
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

// The number of the next version of a plant that is there. *number: the version that must be the newest, 0:
// whichever it is.
static maru_status next_number(struct database *database, const char *plant, int64_t *number,
                               maru_error *err) {
    int64_t n = 0;
    maru_status st = count_of(database, "SELECT count(*) FROM plant WHERE id = ?", plant, &n, err);
    if (st == MARU_OK && n == 0) {
        st = fail(err, MARU_E_USAGE, no_version);
    }
    if (st == MARU_OK) {
        st = count_of(database, "SELECT coalesce(max(number), 0) FROM version WHERE plant = ?",
                      plant, &n, err);
    }
    if (st == MARU_OK && n >= TENANT_MAX_VERSIONS) {
        st = fail(err, MARU_E_LIMIT, "this plant has %lld versions: start a new one", (long long)n);
    }
    if (st == MARU_OK && *number > 0 && *number != n) {
        st = fail(err, MARU_E_RANGE, "version %lld was edited, and the newest is %lld already",
                  (long long)*number, (long long)n);
    }
    *number = n + 1;
    return st;
}

static maru_status add_facts(struct database *database, const char *plant, int64_t number,
                             const char *by, const struct version_facts *facts, maru_error *err) {
    struct packed packed;
    maru_status st = tenant_pack(&packed, facts->check, strlen(facts->check), err);
    if (st == MARU_OK) {
        struct query query;
        query_open(&query, database, "INSERT INTO version VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        query_bind_text(&query, plant);
        query_bind_integer(&query, number);
        query_bind_integer(&query, clock_unix_ms());
        query_bind_text(&query, by);
        query_bind_integer(&query, facts->is_sound);
        query_bind_integer(&query, facts->n_fault);
        query_bind_integer(&query, facts->n_warning);
        query_bind_integer(&query, facts->n_note);
        query_bind_text(&query, facts->size);
        query_bind_bytes(&query, packed.bytes, packed.n_bytes);
        query_row(&query);
        st = query_close(&query, err);
    }
    alloc_free(packed.bytes);
    return st;
}

maru_status tenant_add_version(struct tenant *tenant, char plant[STORE_ID_BYTES], const char *name,
                               const char *by, const maru_file *file, size_t n_file,
                               const struct version_facts *facts, int64_t *number,
                               maru_error *err) {
    struct database *database = &tenant->database;
    const bool is_new = plant[0] == '\0';
    char id[STORE_ID_BYTES], detail[48];
    int64_t n = is_new ? 1 : *number;
    if (is_new) {
        store_make_id(id);
    } else {
        memcpy(id, plant, sizeof id);
    }
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        st = is_new ? add_plant(database, id, name, err) : next_number(database, id, &n, err);
    }
    st = st == MARU_OK ? add_facts(database, id, n, by, facts, err) : st;
    for (size_t i = 0; st == MARU_OK && i < n_file; i++) {
        if (file[i].bytes) {
            st = add_table(database, id, n, &file[i], err);
        }
    }
    if (st == MARU_OK) {
        snprintf(detail, sizeof detail, "version %lld", (long long)n);
        st = audit_append(database, by, is_new ? "create plant" : "change plant", id, detail, err);
    }
    st = database_leave(database, st, err);
    if (st == MARU_OK) {
        memcpy(plant, id, sizeof id);
        *number = n;
    }
    return st;
}

// ---- reading

#define VERSION_COLUMNS                                                                            \
    "p.id, p.name, v.by, v.number, v.created_ms, v.sound, v.faults, v.warnings, v.notes, v.size"

static struct version_row read_version(const struct query *query) {
    return (struct version_row){.plant = query_text(query, 0),
                                .name = query_text(query, 1),
                                .by = query_text(query, 2),
                                .number = query_integer(query, 3),
                                .created_ms = query_integer(query, 4),
                                .facts = {.is_sound = query_integer(query, 5) != 0,
                                          .n_fault = (uint32_t)query_integer(query, 6),
                                          .n_warning = (uint32_t)query_integer(query, 7),
                                          .n_note = (uint32_t)query_integer(query, 8),
                                          .size = query_text(query, 9),
                                          .check = ""}};
}

static struct plant_row read_plant(const struct query *query) {
    return (struct plant_row){.id = query_text(query, 0),
                              .name = query_text(query, 1),
                              .created_ms = query_integer(query, 10),
                              .n_version = query_integer(query, 11),
                              .latest = read_version(query)};
}

struct telling {
    tenant_see_version see_version;
    tenant_see_plant see_plant;
    tenant_see_table see_table;
    void *context;
};

static maru_status tell_version(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct version_row row = read_version(query);
    return to->see_version(to->context, &row, err);
}

static maru_status tell_plant(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    const struct plant_row row = read_plant(query);
    return to->see_plant(to->context, &row, err);
}

static maru_status tell_table(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    return to->see_table(to->context, query_text(query, 0), query_integer(query, 1), err);
}

maru_status tenant_see_one_version(struct tenant *tenant, const char *plant, int64_t number,
                                   tenant_see_version see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " VERSION_COLUMNS " FROM version v JOIN plant p ON p.id = v.plant"
               " WHERE p.id = ?1 AND v.number = CASE ?2 WHEN 0 THEN"
               " (SELECT max(number) FROM version WHERE plant = ?1) ELSE ?2 END");
    query_bind_text(&query, plant);
    query_bind_integer(&query, number);
    struct telling to = {.see_version = see, .context = context};
    return query_tell(&query, no_version, tell_version, &to, err);
}

maru_status tenant_each_version(struct tenant *tenant, const char *plant, const struct page *page,
                                tenant_see_version see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               "SELECT " VERSION_COLUMNS " FROM version v JOIN plant p ON p.id = v.plant"
               " WHERE p.id = ?1 AND v.number < ?2 ORDER BY v.number DESC LIMIT ?3");
    query_bind_text(&query, plant);
    query_bind_integer(&query, store_before(page));
    query_bind_integer(&query, page->limit);
    struct telling to = {.see_version = see, .context = context};
    return query_tell(&query, page->after[0] == '\0' ? no_version : NULL, tell_version, &to, err);
}

#define PLANT_QUERY                                                                                \
    "SELECT " VERSION_COLUMNS ", p.created_ms, v.number FROM plant p JOIN version v"               \
    " ON v.plant = p.id AND v.number = (SELECT max(number) FROM version WHERE plant = p.id)"

maru_status tenant_see_one_plant(struct tenant *tenant, const char *plant, tenant_see_plant see,
                                 void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database, PLANT_QUERY " WHERE p.id = ?");
    query_bind_text(&query, plant);
    struct telling to = {.see_plant = see, .context = context};
    return query_tell(&query, no_version, tell_plant, &to, err);
}

maru_status tenant_each_plant(struct tenant *tenant, const struct page *page, tenant_see_plant see,
                              void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    query_open(&query, &tenant->database,
               PLANT_QUERY " WHERE ?1 = '' OR p.id < ?1 ORDER BY p.id DESC LIMIT ?2");
    query_bind_text(&query, page->after);
    query_bind_integer(&query, page->limit);
    struct telling to = {.see_plant = see, .context = context};
    return query_tell(&query, NULL, tell_plant, &to, err);
}

// The number of a version that is there; 0 asks for the newest. The database is entered.
static maru_status resolve(struct database *database, const char *plant, int64_t *number,
                           maru_error *err) {
    struct query query;
    bool is_there = false;
    query_open(&query, database,
               "SELECT number FROM version WHERE plant = ?1 AND (?2 = 0 OR number = ?2)"
               " ORDER BY number DESC LIMIT 1");
    query_bind_text(&query, plant);
    query_bind_integer(&query, *number);
    if (query_row(&query)) {
        *number = query_integer(&query, 0);
        is_there = true;
    }
    const maru_status st = query_close(&query, err);
    return st == MARU_OK && !is_there ? fail(err, MARU_E_USAGE, no_version) : st;
}

maru_status tenant_get_check(struct tenant *tenant, const char *plant, int64_t number,
                             struct text *out, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    maru_status st = resolve(&tenant->database, plant, &number, err);
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "SELECT checked FROM version WHERE plant = ? AND number = ?");
        query_bind_text(&query, plant);
        query_bind_integer(&query, number);
        st = query_each(&query, NULL, tenant_unpack_row, out, err);
    }
    return database_leave(&tenant->database, st, err);
}

maru_status tenant_each_table(struct tenant *tenant, const char *plant, int64_t number,
                              tenant_see_table see, void *context, maru_error *err) {
    struct query query;
    database_enter(&tenant->database);
    maru_status st = resolve(&tenant->database, plant, &number, err);
    if (st == MARU_OK) {
        query_open(&query, &tenant->database,
                   "SELECT t.name, c.n_bytes FROM tables t JOIN content c USING(hash)"
                   " WHERE t.plant = ? AND t.version = ? ORDER BY t.name");
        query_bind_text(&query, plant);
        query_bind_integer(&query, number);
        struct telling to = {.see_table = see, .context = context};
        st = query_each(&query, NULL, tell_table, &to, err);
    }
    return database_leave(&tenant->database, st, err);
}

maru_status tables_add(struct tables *tables, const char *name, char *bytes, size_t n,
                       maru_error *err) {
    const size_t n_name = strlen(name) + 1;
    char *own_name = alloc_new(n_name, 1);
    if (tables->n == tables->cap) {
        const size_t cap = tables->cap ? 2 * tables->cap : 16;
        maru_file *larger = alloc_resize(tables->file, cap, sizeof *larger);
        tables->file = larger ? larger : tables->file;
        tables->cap = larger ? cap : tables->cap;
    }
    if (!own_name || tables->n == tables->cap) {
        alloc_free(own_name);
        alloc_free(bytes);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(own_name, name, n_name);
    tables->file[tables->n++] = (maru_file){.name = own_name, .bytes = bytes, .n_bytes = n};
    return MARU_OK;
}

static maru_status keep_table(struct tables *out, const struct query *query, maru_error *err) {
    struct text bytes;
    size_t n = 0;
    const void *packed = query_bytes(query, 1, &n);
    text_init(&bytes, FOLDER_MAX_FILE_BYTES);
    maru_status st = tenant_unpack(&bytes, packed, n, err);
    if (st == MARU_OK && !bytes.bytes) { // an empty table is one too
        bytes.bytes = alloc_new(1, 1);
        st = bytes.bytes ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        text_fini(&bytes);
        return st;
    }
    return tables_add(out, query_text(query, 0), bytes.bytes, bytes.n_bytes, err);
}

maru_status tenant_get_tables(struct tenant *tenant, const char *plant, int64_t number,
                              const char *name, struct tables *out, maru_error *err) {
    *out = (struct tables){0};
    struct query query;
    database_enter(&tenant->database);
    maru_status st = resolve(&tenant->database, plant, &number, err);
    if (st == MARU_OK) {
        query_open(
            &query, &tenant->database,
            "SELECT t.name, c.packed FROM tables t JOIN content c USING(hash)"
            " WHERE t.plant = ?1 AND t.version = ?2 AND (CAST(?3 AS TEXT) IS NULL OR t.name = ?3)"
            " ORDER BY t.name");
        query_bind_text(&query, plant);
        query_bind_integer(&query, number);
        query_bind_text(&query, name);
        while (st == MARU_OK && query_row(&query)) {
            st = keep_table(out, &query, err);
        }
        const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
        st = st == MARU_OK ? closed : st;
    }
    if (st == MARU_OK && name && out->n == 0) {
        st = fail(err, MARU_E_USAGE, "this version has no table %.80s", name);
    }
    return database_leave(&tenant->database, st, err);
}

void tables_fini(struct tables *tables) {
    for (size_t i = 0; i < tables->n; i++) {
        union {
            const void *kept;
            void *owned;
        } name = {.kept = tables->file[i].name}, bytes = {.kept = tables->file[i].bytes};
        alloc_free(name.owned);
        alloc_free(bytes.owned);
    }
    alloc_free(tables->file);
    *tables = (struct tables){0};
}

maru_status tenant_rename_plant(struct tenant *tenant, const char *plant, const char *name,
                                const char *by, maru_error *err) {
    struct database *database = &tenant->database;
    const char *const text[] = {name, plant, NULL};
    int64_t n = 0;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        st = count_of(database, "SELECT count(*) FROM plant WHERE id = ?", plant, &n, err);
    }
    if (st == MARU_OK && n == 0) {
        st = fail(err, MARU_E_USAGE, "there is no such plant");
    }
    st = st == MARU_OK ? query_do(database, "UPDATE plant SET name = ? WHERE id = ?", text, err)
                       : st;
    st = st == MARU_OK ? audit_append(database, by, "rename plant", plant, name, err) : st;
    return database_leave(database, st, err);
}

maru_status tenant_delete_plant(struct tenant *tenant, const char *plant, const char *by,
                                maru_error *err) {
    struct database *database = &tenant->database;
    const char *const text[] = {plant, NULL}, *const none[] = {NULL};
    int64_t n = 0;
    database_enter(database);
    maru_status st = database_begin(database, err);
    if (st == MARU_OK) {
        st = count_of(database, "SELECT count(*) FROM plant WHERE id = ?", plant, &n, err);
    }
    if (st == MARU_OK && n == 0) {
        st = fail(err, MARU_E_USAGE, "there is no such plant");
    }
    st = st == MARU_OK ? query_do(database, "DELETE FROM plant WHERE id = ?", text, err) : st;
    if (st == MARU_OK) {
        st = query_do(database, "DELETE FROM content WHERE hash NOT IN (SELECT hash FROM tables)",
                      none, err);
    }
    st = st == MARU_OK ? audit_append(database, by, "delete plant", plant, "", err) : st;
    return database_leave(database, st, err);
}
