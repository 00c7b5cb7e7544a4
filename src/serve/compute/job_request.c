#include "serve/compute/job_request.h"

#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/api/fields.h"

// What was sent is kept as it is, and read again when the job is tried, so one reader serves both.

static const char *const known[] = {"name",
                                    "project",
                                    "command",
                                    "script",
                                    "env",
                                    "files",
                                    "array",
                                    "after",
                                    "gpus",
                                    "gpu_type",
                                    "gpu_memory_mib",
                                    "gpu_share",
                                    "nodes",
                                    "cpus",
                                    "memory_mib",
                                    "time_s",
                                    "grace_s",
                                    "checkpoint_signal",
                                    "checkpoints",
                                    "can_stop",
                                    "network",
                                    "priority",
                                    "retries",
                                    "reservation",
                                    NULL};

#define SECOND_US INT64_C(1000000)
enum { LONGEST_S = 3650 * 86400, STANDARD_S = 3600 };

// ---- what is to be done

static maru_status read_command(struct job_request *out, maru_error *err) {
    const json_t *list = json_object_get(out->json, "command");
    if (!list) {
        return MARU_OK;
    }
    const size_t n = json_array_size(list);
    if (n < 1 || n > JOB_MAX_WORDS) {
        return field_wrong(err, "/command", "a list of 1 to 1000 texts is wanted");
    }
    out->command = alloc_new(n + 1, sizeof *out->command);
    if (!out->command) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *word = json_array_get(list, i);
        if (!json_is_string(word) || strlen(json_string_value(word)) != json_string_length(word)) {
            return field_wrong(err, "/command", "each word of the command is a text");
        }
        out->command[i] = json_string_value(word);
    }
    out->n_command = n;
    return out->command[0][0] ? MARU_OK
                              : field_wrong(err, "/command", "its first word is the program");
}

static maru_status read_script(struct job_request *out, maru_error *err) {
    out->script = "";
    const maru_status st = field_text(out->json, "script", JOB_MAX_SCRIPT_BYTES, &out->script, err);
    if (st == MARU_OK && (out->script[0] != '\0') == (out->n_command > 0)) {
        return field_wrong(err, "/command", "a command or a script is wanted, one of both");
    }
    if (st == MARU_OK && out->script[0] && strncmp(out->script, "#!", 2) != 0) {
        return field_wrong(err, "/script", "its first line says who reads it, such as #!/bin/bash");
    }
    return st;
}

static bool is_env_name(const char *name) {
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
    const size_t n = strlen(name);
    return n > 0 && n <= 100 && strchr(LETTERS, name[0]) && strspn(name, LETTERS "0123456789") == n;
#undef LETTERS
}

static maru_status read_env(struct job_request *out, maru_error *err) {
    json_t *env = json_object_get(out->json, "env");
    const char *name;
    json_t *value;
    const size_t n = json_object_size(env);
    if (env && (!json_is_object(env) || n > JOB_MAX_ENV)) {
        return field_wrong(err, "/env", "an object of at most 200 texts is wanted");
    }
    out->env = alloc_new(n + 1, sizeof *out->env);
    if (!out->env) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    json_object_foreach(env, name, value) {
        if (!is_env_name(name) || !json_is_string(value) ||
            strlen(json_string_value(value)) != json_string_length(value)) {
            return field_wrong(err, "/env", "names of letters, digits and _, with texts");
        }
        const size_t n_bytes = strlen(name) + json_string_length(value) + 2;
        char *line = alloc_new(n_bytes, 1);
        if (!line) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        snprintf(line, n_bytes, "%s=%s", name, json_string_value(value));
        out->env[out->n_env++] = line;
    }
    return MARU_OK;
}

static maru_status read_after(struct job_request *out, maru_error *err) {
    const json_t *list = json_object_get(out->json, "after");
    if (list && (!json_is_array(list) || json_array_size(list) > JOBS_MAX_AFTER)) {
        return field_wrong(err, "/after", "a list of at most 100 jobs is wanted");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *id = json_string_value(json_object_get(one, "job"));
        const char *needs = json_string_value(json_object_get(one, "needs"));
        const bool is_end = needs && strcmp(needs, "end") == 0;
        if (!id || !store_is_id(id) || (needs && !is_end && strcmp(needs, "success") != 0)) {
            return field_wrong(err, "/after",
                               "each is {\"job\": ID, \"needs\": \"success\" or \"end\"}");
        }
        out->after[out->n_after++] = (struct job_after){.id = id, .needs_success = !is_end};
    }
    return MARU_OK;
}

// ---- what it needs

static maru_status read_share(struct job_request *out, maru_error *err) {
    double share = 1;
    out->needs.gpu_milli = GPU_WHOLE;
    const maru_status st = field_number(out->json, "gpu_share", 0.001, 1, &share, err);
    if (st == MARU_OK && share < 1) {
        if (out->needs.n_gpu != 1) {
            return field_wrong(err, "/gpu_share", "a share is of one GPU: gpus has to be 1");
        }
        out->needs.gpu_milli = llround(share * GPU_WHOLE);
    }
    return st;
}

static maru_status read_gpus(struct job_request *out, maru_error *err) {
    const char *type = "";
    maru_status st = field_count(out->json, "gpus", 0, JOB_MAX_GPUS, &out->needs.n_gpu, err);
    st = st == MARU_OK ? field_text(out->json, "gpu_type", JOB_MAX_GPU_TYPE - 1, &type, err) : st;
    snprintf(out->needs.gpu_type, sizeof out->needs.gpu_type, "%s", type);
    if (st == MARU_OK) {
        st = field_count(out->json, "gpu_memory_mib", 0, 1 << 30, &out->needs.gpu_memory_mib, err);
    }
    st = st == MARU_OK ? field_count(out->json, "nodes", 1, POOL_MAX_PARTS, &out->needs.n_node, err)
                       : st;
    if (st == MARU_OK && out->needs.n_node > 0 && out->needs.n_gpu % out->needs.n_node != 0) {
        return field_wrong(err, "/nodes", "each node has as many GPUs: gpus is a multiple of it");
    }
    return st == MARU_OK ? read_share(out, err) : st;
}

static maru_status read_signal(struct job_request *out, maru_error *err) {
    static const struct {
        const char *name;
        int number;
    } signals[] = {
        {"TERM", SIGTERM}, {"INT", SIGINT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"HUP", SIGHUP}};
    const char *name = "TERM";
    const maru_status st = field_text(out->json, "checkpoint_signal", 8, &name, err);
    if (st != MARU_OK) {
        return st;
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (strcmp(name, signals[i].name) == 0) {
            out->checkpoint_signal = signals[i].number;
            return MARU_OK;
        }
    }
    return field_wrong(err, "/checkpoint_signal", "TERM, INT, USR1, USR2 or HUP is wanted");
}

static maru_status read_needs(struct job_request *out, maru_error *err) {
    double cpus = 0;
    int64_t limit_s = STANDARD_S, grace_s = 0;
    maru_status st = field_number(out->json, "cpus", 0, 100000, &cpus, err);
    st = st == MARU_OK
             ? field_count(out->json, "memory_mib", 0, 1 << 30, &out->needs.memory_mib, err)
             : st;
    st = st == MARU_OK ? field_count(out->json, "time_s", 1, LONGEST_S, &limit_s, err) : st;
    st = st == MARU_OK ? field_count(out->json, "grace_s", 0, 86400, &grace_s, err) : st;
    st = st == MARU_OK
             ? field_count(out->json, "priority", -1000000, 1000000, &out->needs.priority, err)
             : st;
    st = st == MARU_OK ? field_count(out->json, "retries", 0, 100, &out->retries, err) : st;
    st =
        st == MARU_OK ? field_count(out->json, "array", 1, JOBS_MAX_ARRAY, &out->n_array, err) : st;
    st = st == MARU_OK ? field_bool(out->json, "checkpoints", &out->needs.checkpoints, err) : st;
    out->needs.can_stop = out->needs.checkpoints;
    st = st == MARU_OK ? field_bool(out->json, "can_stop", &out->needs.can_stop, err) : st;
    st = st == MARU_OK ? field_bool(out->json, "network", &out->has_network, err) : st;
    out->needs.cpu_milli = llround(cpus * 1000);
    out->needs.limit_us = limit_s * SECOND_US;
    out->needs.grace_us = grace_s * SECOND_US;
    return st;
}

static maru_status read_reservation(struct job_request *out, maru_error *err) {
    const char *name = "";
    const maru_status st = field_text(out->json, "reservation", RESERVATION_MAX_NAME, &name, err);
    snprintf(out->needs.reservation, sizeof out->needs.reservation, "%s", name);
    return st;
}

// A project is a folder's name for programs and people.
static bool is_project(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const size_t n = strlen(name);
    return n > 0 && strchr(letters, name[0]) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static maru_status read_names(struct job_request *out, maru_error *err) {
    out->name = out->n_command > 0 ? out->command[0] : "script";
    out->project = "default";
    maru_status st = field_text(out->json, "name", JOB_MAX_NAME, &out->name, err);
    st = st == MARU_OK ? field_text(out->json, "project", JOB_MAX_PROJECT, &out->project, err) : st;
    if (st == MARU_OK && !is_project(out->project)) {
        return field_wrong(err, "/project",
                           "lower case letters, digits and -, a letter or digit first");
    }
    return st;
}

maru_status job_request_read(struct job_request *request, const char *bytes, size_t n,
                             maru_error *err) {
    *request = (struct job_request){.n_array = 1};
    maru_status st = n <= JOBS_MAX_REQUEST_BYTES
                         ? fields_open(&request->json, bytes, n, known, err)
                         : fail(err, MARU_E_LIMIT, "a job is asked with at most %d bytes",
                                JOBS_MAX_REQUEST_BYTES);
    st = st == MARU_OK ? read_command(request, err) : st;
    st = st == MARU_OK ? read_script(request, err) : st;
    st = st == MARU_OK ? read_names(request, err) : st;
    st = st == MARU_OK ? read_env(request, err) : st;
    st = st == MARU_OK ? read_after(request, err) : st;
    st = st == MARU_OK ? read_gpus(request, err) : st;
    st = st == MARU_OK ? read_needs(request, err) : st;
    st = st == MARU_OK ? read_reservation(request, err) : st;
    return st == MARU_OK ? read_signal(request, err) : st;
}

void job_request_fini(struct job_request *request) {
    for (size_t i = 0; i < request->n_env; i++) {
        alloc_free(request->env[i]);
    }
    alloc_free(request->env);
    alloc_free(request->command);
    fields_close(request->json);
    *request = (struct job_request){0};
}

// ---- what it asks of a pool

// The types that it may have as a set, 0: any that there is.
static maru_status find_types(const struct job_needs *needs, const struct cluster *cluster,
                              uint32_t *types, maru_error *err) {
    *types = 0;
    if (needs->n_gpu == 0) {
        return MARU_OK;
    }
    if (cluster->n_gpu_all == 0) {
        return fail(err, MARU_E_RANGE, "this pool has no GPUs: ask for CPUs alone (gpus: 0)");
    }
    for (uint32_t i = 0; i < cluster->n_type; i++) {
        const bool is_named =
            !needs->gpu_type[0] || cluster_find_type(cluster, needs->gpu_type) == (uint8_t)i;
        if (is_named && cluster->type[i].memory_mib >= needs->gpu_memory_mib) {
            *types |= UINT32_C(1) << i;
        }
    }
    return *types ? MARU_OK
                  : fail(err, MARU_E_RANGE,
                         "this pool has no such GPU: '%.60s' with %lld MiB; its types are seen "
                         "with maru job top",
                         needs->gpu_type, (long long)needs->gpu_memory_mib);
}

static bool may_use(const struct cluster_node *node, uint32_t types) {
    return types == 0 || (node->type != CLUSTER_NO_TYPE && (types >> node->type & 1));
}

// The most GPUs that one node of these types has, at least 1: the table may name a type that no node has now.
static uint32_t largest_node(const struct cluster *cluster, uint32_t types) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        most = may_use(node, types) && node->n_gpu > most ? node->n_gpu : most;
    }
    return most;
}

// As few nodes as can be, each with as many GPUs.
static uint32_t split(int64_t n_gpu, uint32_t most) {
    int64_t n_node = n_gpu > most ? (n_gpu - 1) / most + 1 : 1;
    while (n_gpu % n_node != 0) {
        n_node++;
    }
    return (uint32_t)n_node;
}

// CPU and memory that go with the GPUs of a part: its share of the leanest node that would do.
static void fill_in(const struct job_needs *needs, const struct cluster *cluster,
                    struct want *want) {
    uint64_t cpu_milli = UINT32_MAX, memory_mib = UINT32_MAX;
    for (uint32_t i = 0; i < cluster->n_node; i++) {
        const struct cluster_node *node = &cluster->node[i];
        if (!may_use(node, want->types) || node->n_gpu < want->n_gpu || node->n_gpu == 0) {
            continue;
        }
        const uint64_t milli = (uint64_t)want->n_gpu * want->gpu_milli;
        const uint64_t cpu = node->cpu_milli * milli / ((uint64_t)node->n_gpu * GPU_WHOLE);
        const uint64_t mib = node->memory_mib * milli / ((uint64_t)node->n_gpu * GPU_WHOLE);
        cpu_milli = cpu < cpu_milli ? cpu : cpu_milli;
        memory_mib = mib < memory_mib ? mib : memory_mib;
    }
    const bool has_gpus = want->n_gpu > 0 && cpu_milli < UINT32_MAX;
    const uint32_t usual_cpu = has_gpus ? (uint32_t)cpu_milli : 1000;
    const uint32_t usual_mib = has_gpus ? (uint32_t)memory_mib : 1024;
    want->cpu_milli = needs->cpu_milli ? (uint32_t)needs->cpu_milli : usual_cpu;
    want->memory_mib = needs->memory_mib ? (uint32_t)needs->memory_mib : usual_mib;
}

maru_status job_needs_ask(const struct job_needs *needs, const struct cluster *cluster,
                          struct pool_ask *ask, maru_error *err) {
    struct pool_ask made = {.limit_us = needs->limit_us,
                            .grace_us = needs->grace_us,
                            .priority = (int32_t)needs->priority,
                            .can_stop = needs->can_stop,
                            .checkpoints = needs->checkpoints};
    const maru_status st = find_types(needs, cluster, &made.want.types, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t most = needs->n_gpu ? largest_node(cluster, made.want.types) : 1;
    made.n_part = needs->n_node  ? (uint32_t)needs->n_node
                  : needs->n_gpu ? split(needs->n_gpu, most)
                                 : 1;
    const int64_t n_of_part = needs->n_gpu / made.n_part;
    if (n_of_part > most && needs->n_gpu > 0) {
        return fail(err, MARU_E_RANGE, "a node has at most %u such GPUs: ask for more nodes", most);
    }
    made.want.n_gpu = (uint8_t)n_of_part;
    made.want.gpu_milli = (uint16_t)(needs->n_gpu ? needs->gpu_milli : 0);
    fill_in(needs, cluster, &made.want);
    *ask = made;
    return MARU_OK;
}
