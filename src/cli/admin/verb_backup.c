// maru backup: a copy of everything, beside the running server; maru restore: the way back.

#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/owner.h"
#include "store/backup.h"
#include "store/postgres.h"

#include <stdio.h>
#include <unistd.h>

struct backup_values {
    struct desk_values desk;
    const char *out;
};

static int tell(const struct call *call, enum word sentence, const struct backup_told *told) {
    char n_tenant[24], n_bytes[24];
    struct text out;
    text_init(&out, 1 << 14);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        json_add_string(&json, "path", told->path);
        json_add_count(&json, "tenants", told->n_tenant);
        json_add_count(&json, "bytes", told->n_bytes);
        json_close(&json);
    } else {
        snprintf(n_tenant, sizeof n_tenant, "%zu", told->n_tenant);
        snprintf(n_bytes, sizeof n_bytes, "%llu", (unsigned long long)told->n_bytes);
        verb_note(call, sentence, (const char *const[]){told->path, n_tenant, n_bytes, NULL});
        text_addf(&out, "%s\n", told->path);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static maru_status refuse_postgres(const char *place, maru_error *err) {
    return postgres_is_url(place)
               ? fail(err, MARU_E_INPUT,
                      "the store is in PostgreSQL: pg_dump and pg_restore are the tools for its "
                      "backups")
               : MARU_OK;
}

// A backup into the data folder belongs to whom the folder belongs to; one elsewhere to who asked.
static int run_backup(struct call *call) {
    const struct backup_values *values = call->args.values;
    struct desk desk;
    struct backup_told told;
    maru_error err = {0};
    int status = desk_settle(&desk, call);
    if (status == EXIT_GOOD) {
        const char *place = desk_place(&values->desk);
        struct store *store = NULL;
        maru_status st = refuse_postgres(place, &err);
        st = st == MARU_OK && !values->out ? owner_become(place, &err) : st;
        st = st == MARU_OK ? store_visit(place, &store, &err) : st; // is it one?
        store_close(store);
        st = st == MARU_OK ? backup_write(place, values->out, &told, &err) : st;
        status = st == MARU_OK ? tell(call, W_BACKUP_MADE, &told) : desk_refuse(call, &err);
    }
    desk_close(&desk);
    return status;
}

static int run_restore(struct call *call) {
    const struct desk_values *values = call->args.values;
    struct backup_told told;
    maru_error err = {0};
    if (!args_given(&call->args, "data")) { // never where a server may stand by mistake
        fail(&err, MARU_E_USAGE, "--data FOLDER is wanted: where to restore");
        return verb_refuse(call, &err);
    }
    maru_status st = refuse_postgres(values->data, &err);
    st = st == MARU_OK ? backup_restore(call->args.word[0], values->data, &told, &err) : st;
    return st == MARU_OK ? tell(call, W_BACKUP_RESTORED, &told) : desk_refuse(call, &err);
}

static const struct option backup_options[] = {
    {"out", 'o', OPTION_TEXT, offsetof(struct backup_values, out), "PATH", NULL, W_HELP_BACKUP_OUT,
     0, 0},
    DESK_OPTIONS,
};
static const struct option restore_options[] = {
    {"data", 0, OPTION_TEXT, offsetof(struct desk_values, data), "FOLDER", NULL,
     W_HELP_RESTORE_DATA, 0, 0},
};
static const char *const backup_examples[] = {
    "maru backup", "maru backup --data /var/lib/maru -o /mnt/backup/maru-monday.tar.zst", NULL};
static const char *const restore_examples[] = {
    "maru restore /mnt/backup/maru-monday.tar.zst --data /var/lib/maru-restored", NULL};

const struct verb verb_backup = {.name = "backup",
                                 .synopsis = "[-o FILE.tar.zst | -o FOLDER] [--data FOLDER]",
                                 .purpose = W_BACKUP_PURPOSE,
                                 .option = backup_options,
                                 .n_option = sizeof backup_options / sizeof backup_options[0],
                                 .n_value_bytes = sizeof(struct backup_values),
                                 .min_words = 0,
                                 .max_words = 0,
                                 .example = backup_examples,
                                 .run = run_backup};

const struct verb verb_restore = {.name = "restore",
                                  .synopsis = "BACKUP --data FOLDER",
                                  .purpose = W_RESTORE_PURPOSE,
                                  .option = restore_options,
                                  .n_option = sizeof restore_options / sizeof restore_options[0],
                                  .n_value_bytes = sizeof(struct desk_values),
                                  .min_words = 1,
                                  .max_words = 1,
                                  .example = restore_examples,
                                  .run = run_restore};
