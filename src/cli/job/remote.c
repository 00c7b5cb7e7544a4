#include "cli/job/remote.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/percent.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/stop.h"

// libcurl, one connection that is used again. A server that is being started anew is waited for; a request that may have been done is
// asked again only with a key, which lets the server see that it is the same.

enum { TRY_FOR_S = 30, PAUSE_MS = 500, CONNECT_S = 10, TRANSFER_S = 600 };
enum { TYPE_BYTES = 160, FORM_BYTES = 512 << 20 };

struct remote {
    const struct call *call;
    CURL *curl;
    char url[1024];
    char header[3][512]; // Authorization, Accept-Language, Idempotency-Key
    int64_t n_whole;
    struct text *answer;
};

static const char *first_of(const char *given, const char *variable, const char *standard) {
    const char *value = given ? given : getenv(variable);
    return value && value[0] ? value : standard;
}

maru_status remote_open(const struct call *call, struct remote **out, maru_error *err) {
    const struct remote_values *values = call->args.values;
    const char *url = first_of(values->url, "MARU_URL", "http://127.0.0.1:7070");
    const char *token = first_of(values->token, "MARU_TOKEN", "");
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        return fail(err, MARU_E_USAGE, "'%.100s': a URL such as http://127.0.0.1:7070 is wanted",
                    url);
    }
    struct remote *remote = alloc_new(1, sizeof *remote);
    if (!remote || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        !(remote->curl = curl_easy_init())) {
        alloc_free(remote);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    remote->call = call;
    snprintf(remote->url, sizeof remote->url, "%s", url);
    for (size_t n = strlen(remote->url); n > 0 && remote->url[n - 1] == '/'; n--) {
        remote->url[n - 1] = '\0';
    }
    if (token[0]) {
        snprintf(remote->header[0], sizeof remote->header[0], "Authorization: Bearer %s", token);
    }
    snprintf(remote->header[1], sizeof remote->header[1], "Accept-Language: %s",
             call->lang == LANG_KO ? "ko" : "en");
    *out = remote;
    return MARU_OK;
}

void remote_close(struct remote *remote) {
    if (remote) {
        curl_easy_cleanup(remote->curl);
        alloc_free(remote);
        curl_global_cleanup();
    }
}

int64_t remote_whole_bytes(const struct remote *remote) { return remote->n_whole; }

void remote_add_part(struct text *out, const char *part) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    for (const char *at = part; *at; at++) {
        if (strchr(plain, *at)) {
            text_add(out, at, 1);
        } else {
            text_addf(out, "%%%02X", (unsigned)(unsigned char)*at);
        }
    }
}

void remote_make_key(char key[REMOTE_KEY_BYTES]) {
    unsigned char bytes[16] = {0};
    (void)!getrandom(bytes, sizeof bytes, 0);
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(key + 2 * i, 3, "%02x", bytes[i]);
    }
}

// ---- one exchange

static size_t take_bytes(char *bytes, size_t size, size_t n, void *context) {
    struct remote *remote = context;
    text_add(remote->answer, bytes, size * n);
    return remote->answer->status == MARU_OK ? size * n : 0;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *context) {
    static const char name[] = "maru-whole-bytes:";
    struct remote *remote = context;
    const size_t n_name = sizeof name - 1;
    if (size * n > n_name && strncasecmp(bytes, name, n_name) == 0) {
        size_t from = n_name, to = size * n;
        while (from < to && bytes[from] == ' ') {
            from++;
        }
        while (to > from && (bytes[to - 1] == '\r' || bytes[to - 1] == '\n')) {
            to--;
        }
        (void)number_int64(bytes + from, to - from, &remote->n_whole);
    }
    return size * n;
}

// A form, with a boundary that follows from the key: each time the same bytes are sent, or the server takes it for another request.
static void make_form(struct text *out, const struct remote_ask *ask, char type[TYPE_BYTES]) {
    const char *key = ask->key && ask->key[0] ? ask->key : "0";
    snprintf(type, TYPE_BYTES, "Content-Type: multipart/form-data; boundary=maru-%s-maru", key);
    text_addf(out, "--maru-%s-maru\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n%s", key,
              ask->json);
    for (size_t i = 0; i < ask->n_file; i++) {
        text_addf(out,
                  "\r\n--maru-%s-maru\r\nContent-Disposition: form-data; name=\"files\"; "
                  "filename=\"",
                  key);
        for (const char *at = ask->file[i].name; *at; at++) { // as browsers write it
            text_addz(out, *at == '"' ? "%22" : "");
            text_add(out, at, *at != '"');
        }
        text_addz(out, "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        text_add(out, ask->file[i].bytes, ask->file[i].n);
    }
    text_addf(out, "\r\n--maru-%s-maru--\r\n", key);
}

static CURLcode exchange(struct remote *remote, const struct remote_ask *ask, long *status) {
    CURL *curl = remote->curl;
    struct curl_slist *headers = NULL;
    struct text form;
    char url[4096], type[TYPE_BYTES];
    text_init(&form, FORM_BYTES);
    snprintf(url, sizeof url, "%s%s", remote->url, ask->path);
    curl_easy_reset(curl);
    for (size_t i = 0; i < sizeof remote->header / sizeof remote->header[0]; i++) {
        headers = remote->header[i][0] ? curl_slist_append(headers, remote->header[i]) : headers;
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TRANSFER_S);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, remote);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, remote);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    if (strcmp(ask->method, "POST") == 0 && ask->n_file > 0) {
        make_form(&form, ask, type);
        headers = curl_slist_append(headers, type);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.bytes);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)form.n_bytes);
    } else if (strcmp(ask->method, "POST") == 0) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->json ? ask->json : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)(ask->json ? strlen(ask->json) : 0));
    } else {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    text_clear(remote->answer);
    remote->n_whole = -1;
    const CURLcode code = form.status == MARU_OK ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    *status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    text_fini(&form);
    return code;
}

// The detail of a problem may begin with its pointer, which an error tells by itself.
static const char *without_pointer(const char *detail, const char *pointer) {
    const size_t n = strlen(pointer);
    const bool begins =
        n > 0 && strncmp(detail, pointer, n) == 0 && strncmp(detail + n, ": ", 2) == 0;
    return begins ? detail + n + 2 : detail;
}

// What a refusal says, in the language that was asked for.
static maru_status refusal(const struct text *answer, long status, maru_error *err) {
    const maru_status st = status == 404   ? MARU_E_USAGE
                           : status == 409 ? MARU_E_RANGE
                           : status == 422 ? MARU_E_LIMIT
                           : status < 500  ? MARU_E_INPUT
                                           : MARU_E_IO;
    json_t *problem = json_loadb(answer->bytes ? answer->bytes : "", answer->n_bytes, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *pointer = json_string_value(json_object_get(problem, "pointer"));
    if (detail) {
        pointer = pointer ? pointer : "";
        (void)fail_at(err, st, pointer, 0, 0, "%s", without_pointer(detail, pointer));
    } else {
        (void)fail(err, st, "the server answers with status %d", (int)status);
    }
    json_decref(problem);
    return st;
}

maru_status remote_do(struct remote *remote, const struct remote_ask *ask, struct text *answer,
                      maru_error *err) {
    const bool may_repeat = strcmp(ask->method, "GET") == 0 || (ask->key && ask->key[0]);
    const double began_s = clock_seconds();
    bool has_said = false;
    long status = 0;
    CURLcode code = CURLE_OK;
    remote->answer = answer;
    remote->header[2][0] = '\0';
    if (ask->key && ask->key[0]) {
        snprintf(remote->header[2], sizeof remote->header[2], "Idempotency-Key: %s", ask->key);
    }
    for (;;) {
        code = exchange(remote, ask, &status);
        const bool is_away = code != CURLE_OK || status == 503;
        if (!is_away || !may_repeat || stop_asked() || clock_seconds() - began_s > TRY_FOR_S) {
            break;
        }
        if (!has_said) {
            has_said = true;
            verb_note(remote->call, W_REMOTE_WAITS, (const char *const[]){remote->url, NULL});
        }
        usleep(PAUSE_MS * 1000);
    }
    if (code != CURLE_OK) {
        return answer->status != MARU_OK
                   ? fail(err, MARU_E_LIMIT, "the answer is longer than %d bytes",
                          REMOTE_MAX_ANSWER_BYTES)
                   : fail(err, MARU_E_IO, "%s does not answer: %s", remote->url,
                          curl_easy_strerror(code));
    }
    return status >= 200 && status < 300 ? MARU_OK : refusal(answer, status, err);
}

maru_status remote_get(struct remote *remote, const char *path, struct text *answer,
                       maru_error *err) {
    const struct remote_ask ask = {.method = "GET", .path = path};
    return remote_do(remote, &ask, answer, err);
}

// ---- verbs

int remote_run_verb(struct call *call, const struct remote_verb *verb, size_t n) {
    size_t i = 0;
    while (i < n && strcmp(verb[i].name, call->args.word[0]) != 0) {
        i++;
    }
    if (i == n) {
        const char *near = args_nearest(call->args.word[0], &verb[0].name, n, sizeof verb[0]);
        return verb_refuse_word(call, MARU_E_USAGE, near ? W_NO_VERB_NEAR : W_NO_VERB,
                                (const char *const[]){call->args.word[0], near, NULL});
    }
    const size_t n_word = call->args.n_word - 1;
    if (n_word < verb[i].min_words || n_word > verb[i].max_words) {
        return verb_refuse_word(
            call, MARU_E_USAGE, n_word < verb[i].min_words ? W_TOO_FEW : W_TOO_MANY,
            (const char *const[]){call->verb->name, call->verb->synopsis, NULL});
    }
    struct remote *remote = NULL;
    maru_error err = {0};
    stop_listen();
    const int status = remote_open(call, &remote, &err) == MARU_OK ? verb[i].run(call, remote)
                                                                   : verb_refuse(call, &err);
    remote_close(remote);
    return status;
}
