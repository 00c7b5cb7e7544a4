// maru serve: the cloud, until Ctrl-C.

#include "base/text.h"
#include "cli/settings.h"
#include "cli/verb.h"
#include "io/files.h"
#include "io/stop.h"
#include "io/workers.h"
#include "serve/server.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct serve_values {
    struct common common;
    const char *config, *data, *listen, *tls_cert, *tls_key, *page;
    uint64_t workers;
    bool insecure;
};

static maru_status read_pem(const char *path, struct text *out, maru_error *err) {
    enum { PEM_BYTES = 1 << 20 };
    text_init(out, PEM_BYTES);
    return path ? files_read(path, out, err) : MARU_OK;
}

// Say where it is, and once the first token, to people; programs read JSON.
static void say_ready(const struct call *call, const struct server *server,
                      const struct server_config *config, const char *secret) {
    char port[8];
    snprintf(port, sizeof port, "%u", server_port(server));
    if (secret[0]) {
        verb_note(call, W_SERVE_TOKEN, (const char *const[]){secret, NULL});
    }
    verb_note(call, config->tls_cert ? W_SERVE_READY_TLS : W_SERVE_READY,
              (const char *const[]){port, config->data, NULL});
}

static int run_serve(struct call *call) {
    const struct serve_values *values = call->args.values;
    struct settings settings;
    struct text cert, key;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    struct server *server = NULL;
    maru_status st = settings_apply(&settings, call, &err);
    const maru_status st_cert = read_pem(values->tls_cert, &cert, st == MARU_OK ? &err : NULL);
    st = st == MARU_OK ? st_cert : st;
    const maru_status st_key = read_pem(values->tls_key, &key, st == MARU_OK ? &err : NULL);
    st = st == MARU_OK ? st_key : st;
    const struct server_config config = {.data = values->data,
                                         .address = values->listen,
                                         .tls_cert = cert.bytes,
                                         .tls_key = key.bytes,
                                         .is_insecure = values->insecure,
                                         .page = values->page,
                                         .n_worker = values->workers > 0 ? (size_t)values->workers
                                                                         : workers_cores()};
    stop_listen();
    st = st == MARU_OK ? server_start(&config, &server, secret, &err) : st;
    if (st == MARU_OK) {
        say_ready(call, server, &config, secret);
        while (!stop_asked()) {
            usleep(100000);
            server_tend(server);
        }
        verb_note(call, W_SERVE_STOPPING, (const char *const[]){NULL});
        server_stop(server);
    }
    text_fini(&cert);
    text_fini(&key);
    settings_fini(&settings);
    return st == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}

#define AT(member) offsetof(struct serve_values, member)
static const struct option options[] = {
    {"config", 'c', OPTION_TEXT, AT(config), "FILE.toml", NULL, W_HELP_CONFIG, 0, 0},
    {"data", 0, OPTION_TEXT, AT(data), "FOLDER", "maru-data", W_HELP_DATA, 0, 0},
    {"listen", 0, OPTION_TEXT, AT(listen), "ADDRESS", "127.0.0.1:7070", W_HELP_LISTEN, 0, 0},
    {"tls-cert", 0, OPTION_TEXT, AT(tls_cert), "FILE.pem", NULL, W_HELP_TLS_CERT, 0, 0},
    {"tls-key", 0, OPTION_TEXT, AT(tls_key), "FILE.pem", NULL, W_HELP_TLS_KEY, 0, 0},
    {"insecure", 0, OPTION_FLAG, AT(insecure), NULL, NULL, W_HELP_INSECURE, 0, 0},
    {"page", 0, OPTION_TEXT, AT(page), "FOLDER", NULL, W_HELP_PAGE, 0, 0},
    {"workers", 0, OPTION_COUNT, AT(workers), "N", NULL, W_HELP_WORKERS, 1, 64},
};
#undef AT
static const char *const examples[] = {
    "maru serve", "maru serve --config /etc/maru/maru.toml",
    "maru serve --data /var/lib/maru --listen 0.0.0.0:7070 --tls-cert c.pem "
    "--tls-key k.pem",
    NULL};

const struct verb verb_serve = {
    .name = "serve",
    .synopsis = "[--data FOLDER] [--listen ADDRESS] [--tls-cert FILE --tls-key FILE] ...",
    .purpose = W_SERVE_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct serve_values),
    .min_words = 0,
    .max_words = 0,
    .example = examples,
    .run = run_serve};
