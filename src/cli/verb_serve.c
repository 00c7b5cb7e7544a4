// maru serve: the cloud, until Ctrl-C.

#include "base/status.h"
#include "base/text.h"
#include "cli/settings.h"
#include "cli/verb.h"
#include "io/clock.h"
#include "io/executor/slurm_executor.h"
#include "io/files.h"
#include "io/machine.h"
#include "io/notify.h"
#include "io/stop.h"
#include "io/workers.h"
#include "serve/http/server.h"
#include "serve/log.h"
#include "serve/rounds/round_watching.h"
#include "store/postgres.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct serve_values {
    struct common common;
    const char *config, *data, *store, *listen, *tls_cert, *tls_key, *page, *log_level, *folders,
        *jobs, *control_group, *executor, *slurm_conf, *slurm_programs, *slurm_partition,
        *slurm_mark, *slurm_accounts;
    uint64_t workers, training_memory, patience, quota, job_disk, keep_jobs, keep_samples,
        keep_minutes, keep_hours, watch_rounds;
    bool insecure, bare_jobs;
};

static maru_status read_pem(const char *path, struct text *out, maru_error *err) {
    enum { PEM_BYTES = 1 << 20 };
    text_init(out, PEM_BYTES);
    return path ? files_read(path, out, err) : MARU_OK;
}

// What goes to stderr: sentences where a person reads it, JSON lines for programs else.
static maru_status begin_log(const struct serve_values *values, bool is_person, maru_error *err) {
    enum log_level level = is_person ? LOG_WARN : LOG_INFO;
    if (values->log_level && !log_find_level(values->log_level, &level)) {
        return fail(err, MARU_E_USAGE, "--log-level off, error, warn, info or debug is wanted");
    }
    log_begin(level);
    return MARU_OK;
}

// The first token is a secret, and logs are kept and sent about: it stands in a file instead.
static void keep_token(const char *data, const char *secret) {
    struct text path;
    struct log_line line;
    maru_error err = {0};
    text_init(&path, 1 << 13);
    files_join(&path, data, "first-admin-token");
    if (path.status != MARU_OK || files_make_folder(data, &err) != MARU_OK ||
        files_replace(path.bytes, secret, strlen(secret), &err) != MARU_OK) {
        log_say(LOG_ERROR, "first token", "it cannot be kept: maru token new makes another");
    } else {
        log_open(&line, LOG_WARN, "first token");
        log_add_string(&line, "file", path.bytes);
        log_add_string(&line, "detail", "the first admin's token: remove the file when it is read");
        log_close(&line);
    }
    text_fini(&path);
}

// Say where it is, and once the first token.
static void say_ready(const struct call *call, const struct server *server,
                      const struct server_config *config, const char *data, const char *secret,
                      bool is_person) {
    char port[8], url[40], place[POSTGRES_MAX_URL_BYTES];
    struct log_line line;
    snprintf(port, sizeof port, "%u", server_port(server));
    if (postgres_is_url(config->data)) {
        postgres_show_url(config->data, place);
    } else {
        snprintf(place, sizeof place, "%s", config->data);
    }
    snprintf(url, sizeof url, "http%s://localhost:%s/", config->tls_cert ? "s" : "", port);
    if (is_person) {
        if (secret[0]) {
            verb_note(call, W_SERVE_TOKEN, (const char *const[]){secret, NULL});
        }
        verb_note(call, config->tls_cert ? W_SERVE_READY_TLS : W_SERVE_READY,
                  (const char *const[]){port, place, NULL});
        return;
    }
    if (secret[0]) {
        keep_token(data, secret);
    }
    log_open(&line, LOG_INFO, "start");
    log_add_string(&line, "url", url);
    log_add_string(&line, "listen", config->address);
    log_add_string(&line, "data", place);
    log_add_string(&line, "version", maru_version());
    log_close(&line);
}

// A store that does not answer is mended by a new start where it is a folder, but not where it is away.
static void serve_until_stopped(struct server *server, bool is_store_elsewhere) {
    const double watchdog_s = notify_watchdog_s();
    double last_s = 0;
    (void)notify_send("READY=1\nSTATUS=answers requests");
    while (!stop_asked()) {
        usleep(100000);
        const bool is_well = server_tend(server);
        if (watchdog_s > 0 && (is_well || is_store_elsewhere) &&
            clock_seconds() - last_s >= watchdog_s) {
            last_s = clock_seconds();
            (void)notify_send("WATCHDOG=1");
        }
    }
    (void)notify_send("STOPPING=1");
}

// Where jobs run, as the options say.
static maru_status read_executor(const struct serve_values *values, struct slurm_settings *out,
                                 bool *is_slurm, maru_error *err) {
    static const char *const modes[] = {"set", "plan", "off"};
    *is_slurm = strcmp(values->executor, "slurm") == 0;
    if (!*is_slurm && strcmp(values->executor, "local") != 0) {
        return fail(err, MARU_E_USAGE, "--executor local or slurm is wanted");
    }
    *out = (struct slurm_settings){.mark = values->slurm_mark,
                                   .programs = values->slurm_programs,
                                   .conf = values->slurm_conf,
                                   .partition = values->slurm_partition};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(values->slurm_accounts, modes[i]) == 0) {
            out->accounts = (enum slurm_accounts_mode)i;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_USAGE, "--slurm-accounts set, plan or off is wanted");
}

static int run_serve(struct call *call) {
    const struct serve_values *values = call->args.values;
    struct settings settings;
    struct text cert, key, jobs;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    struct server *server = NULL;
    const bool is_person = isatty(STDERR_FILENO) != 0;
    umask(077); // what is kept here is nobody else's
    maru_status st = settings_apply(&settings, call, &err);
    st = st == MARU_OK ? begin_log(values, is_person, &err) : st;
    const bool is_logging = st == MARU_OK; // from here on all that is said is lines of JSON
    const maru_status st_cert = read_pem(values->tls_cert, &cert, st == MARU_OK ? &err : NULL);
    st = st == MARU_OK ? st_cert : st;
    const maru_status st_key = read_pem(values->tls_key, &key, st == MARU_OK ? &err : NULL);
    st = st == MARU_OK ? st_key : st;
    struct slurm_settings slurm = {0};
    bool is_slurm = false;
    st = st == MARU_OK ? read_executor(values, &slurm, &is_slurm, &err) : st;
    text_init(&jobs, 1 << 13);
    files_join(&jobs, values->data, "jobs");
    const struct server_config config = {
        .jobs = values->jobs ? values->jobs : jobs.bytes,
        .may_run_bare = values->bare_jobs,
        .job_disk_mib = values->job_disk,
        .control_group = values->control_group,
        .keep_jobs_days = values->keep_jobs,
        .watch_minutes = (uint32_t)values->watch_rounds,
        .slurm = is_slurm ? &slurm : NULL,
        .data = values->store ? values->store : values->data,
        .address = values->listen,
        .tls_cert = cert.bytes,
        .tls_key = key.bytes,
        .is_insecure = values->insecure,
        .page = values->page,
        .patience_s = (double)values->patience,
        .quota_mib = values->quota,
        .folders = values->folders,
        .retention = {(double)values->keep_samples, (double)values->keep_minutes,
                      (double)values->keep_hours},
        .room = {.n_worker = values->workers > 0 ? (size_t)values->workers : workers_cores(),
                 .training_bytes = values->training_memory > 0 ? values->training_memory << 20
                                                               : machine_memory_bytes() / 2}};
    stop_listen();
    st = st == MARU_OK ? server_start(&config, &server, secret, &err) : st;
    if (st == MARU_OK) {
        say_ready(call, server, &config, values->data, secret, is_person);
        serve_until_stopped(server, postgres_is_url(config.data));
        if (is_person) {
            verb_note(call, W_SERVE_STOPPING, (const char *const[]){NULL});
        }
        server_stop(server);
        log_say(LOG_INFO, "stop", "what runs goes on at the next start");
    }
    text_fini(&cert);
    text_fini(&key);
    text_fini(&jobs);
    settings_fini(&settings);
    if (st != MARU_OK && !is_person && is_logging) {
        log_say(LOG_ERROR, "start failed", err.text);
        return verb_exit(st);
    }
    return st == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}

#define AT(member) offsetof(struct serve_values, member)
static const struct option options[] = {
    {"config", 'c', OPTION_TEXT, AT(config), "FILE.toml", NULL, W_HELP_CONFIG, 0, 0},
    {"data", 0, OPTION_TEXT, AT(data), "FOLDER", "maru-data", W_HELP_DATA, 0, 0},
    {"store", 0, OPTION_TEXT, AT(store), "PLACE", NULL, W_HELP_STORE, 0, 0},
    {"listen", 0, OPTION_TEXT, AT(listen), "ADDRESS", "127.0.0.1:7070", W_HELP_LISTEN, 0, 0},
    {"tls-cert", 0, OPTION_TEXT, AT(tls_cert), "FILE.pem", NULL, W_HELP_TLS_CERT, 0, 0},
    {"tls-key", 0, OPTION_TEXT, AT(tls_key), "FILE.pem", NULL, W_HELP_TLS_KEY, 0, 0},
    {"insecure", 0, OPTION_FLAG, AT(insecure), NULL, NULL, W_HELP_INSECURE, 0, 0},
    {"page", 0, OPTION_TEXT, AT(page), "FOLDER", NULL, W_HELP_PAGE, 0, 0},
    {"workers", 0, OPTION_COUNT, AT(workers), "N", NULL, W_HELP_WORKERS, 1, 64},
    {"training-memory", 0, OPTION_COUNT, AT(training_memory), "MIB", NULL, W_HELP_TRAINING_MEMORY,
     1, 1 << 30},
    {"log-level", 0, OPTION_TEXT, AT(log_level), "LEVEL", NULL, W_HELP_LOG_LEVEL, 0, 0},
    {"patience", 0, OPTION_COUNT, AT(patience), "SECONDS", "10", W_HELP_PATIENCE, 1, 3600},
    {"quota", 0, OPTION_COUNT, AT(quota), "MIB", "4096", W_HELP_QUOTA, 1, 1 << 30},
    {"keep-samples", 0, OPTION_COUNT, AT(keep_samples), "DAYS", NULL, W_HELP_KEEP_SAMPLES, 1,
     36500},
    {"keep-minutes", 0, OPTION_COUNT, AT(keep_minutes), "DAYS", NULL, W_HELP_KEEP_MINUTES, 1,
     36500},
    {"keep-hours", 0, OPTION_COUNT, AT(keep_hours), "DAYS", NULL, W_HELP_KEEP_HOURS, 1, 36500},
    {"jobs", 0, OPTION_TEXT, AT(jobs), "FOLDER", NULL, W_HELP_JOBS, 0, 0},
    {"bare-jobs", 0, OPTION_FLAG, AT(bare_jobs), NULL, NULL, W_HELP_BARE_JOBS, 0, 0},
    {"job-disk", 0, OPTION_COUNT, AT(job_disk), "MIB", NULL, W_HELP_JOB_DISK, 1, 1 << 30},
    {"control-group", 0, OPTION_TEXT, AT(control_group), "FOLDER", "auto", W_HELP_CONTROL_GROUP, 0,
     0},
    {"keep-jobs", 0, OPTION_COUNT, AT(keep_jobs), "DAYS", "90", W_HELP_KEEP_JOBS, 0, 36500},
    {"watch-rounds", 0, OPTION_COUNT, AT(watch_rounds), "MINUTES", "60", W_HELP_WATCH_ROUNDS, 0,
     WATCHING_MAX_MINUTES},
    {"executor", 0, OPTION_TEXT, AT(executor), "NAME", "local", W_HELP_EXECUTOR, 0, 0},
    {"slurm-conf", 0, OPTION_TEXT, AT(slurm_conf), "FILE", NULL, W_HELP_SLURM_CONF, 0, 0},
    {"slurm-programs", 0, OPTION_TEXT, AT(slurm_programs), "FOLDER", NULL, W_HELP_SLURM_PROGRAMS, 0,
     0},
    {"slurm-partition", 0, OPTION_TEXT, AT(slurm_partition), "NAME", NULL, W_HELP_SLURM_PARTITION,
     0, 0},
    {"slurm-mark", 0, OPTION_TEXT, AT(slurm_mark), "NAME", "maru", W_HELP_SLURM_MARK, 0, 0},
    {"slurm-accounts", 0, OPTION_TEXT, AT(slurm_accounts), "HOW", "set", W_HELP_SLURM_ACCOUNTS, 0,
     0},
    {"folders", 0, OPTION_TEXT, AT(folders), "FOLDER", NULL, W_HELP_FOLDERS, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru serve", "maru serve --config /etc/maru/maru.toml",
    ("maru serve --data /var/lib/maru --listen 0.0.0.0:7070 --tls-cert c.pem "
     "--tls-key k.pem"),
    "maru serve --store 'postgresql:///maru?host=/run/postgresql'", NULL};

const struct verb verb_serve = {
    .name = "serve",
    .synopsis =
        "[--data FOLDER] [--store PLACE] [--listen ADDRESS] [--tls-cert FILE --tls-key FILE] ...",
    .purpose = W_SERVE_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct serve_values),
    .min_words = 0,
    .max_words = 0,
    .example = examples,
    .run = run_serve};
