#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute.h"
#include "serve/compute/wait_words.h"
#include "serve/http/request.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

// The pool as it is now. Whose a job of another tenant is, and which, only the operator of this server sees: others see that it is there.

enum { MAX_QUEUE = 500 };

struct telling_pool {
    struct json *json;
    const char *tenant; // who asks
    bool is_operator;   // of the server
    uint32_t n_node, n_up, n_gpu, n_gpu_busy;
};

static bool may_see(const struct telling_pool *telling, const char *tenant) {
    return telling->is_operator || strcmp(tenant, telling->tenant) == 0;
}

bool request_is_operator(const struct request *request) {
    return strcmp(request->who.tenant, "local") == 0 && request->who.role >= ROLE_OPERATOR;
}

maru_status compute_require(struct request *request, maru_error *err) {
    return request->server->compute
               ? MARU_OK
               : request_refuse(request, 501, err, "this server runs no jobs: %s",
                                request->server->no_compute);
}

static void add_gpu(struct telling_pool *telling, const struct compute_gpu *gpu) {
    struct json *json = telling->json;
    json_open_object(json, NULL);
    json_add_number(json, "used", (double)gpu->milli * 1e-3);
    if (gpu->milli > 0 && may_see(telling, gpu->tenant)) {
        json_add_string(json, "tenant", gpu->tenant);
        json_add_string(json, "job", gpu->job);
    }
    json_close(json);
    telling->n_gpu_busy += gpu->milli > 0;
}

static void add_node(void *context, const struct compute_node *node) {
    static const char *const states[] = {"up", "drained", "down"};
    struct telling_pool *telling = context;
    struct json *json = telling->json;
    json_open_object(json, NULL);
    json_add_string(json, "name", node->name);
    json_add_string(json, "type", node->type);
    json_add_string(json, "state", states[node->state]);
    if (node->reason[0]) {
        json_add_string(json, "reason", node->reason);
    }
    json_add_bool(json, "ordered", node->is_ordered);
    json_add_number(json, "cpus", (double)node->cpu_milli * 1e-3);
    json_add_number(json, "cpus_free", (double)node->cpu_free_milli * 1e-3);
    json_add_integer(json, "memory_mib", node->memory_mib);
    json_add_integer(json, "memory_free_mib", node->memory_free_mib);
    json_open_list(json, "gpus");
    for (uint32_t g = 0; g < node->n_gpu; g++) {
        add_gpu(telling, &node->gpu[g]);
    }
    json_close(json);
    json_close(json);
    telling->n_node++;
    telling->n_up += node->state == NODE_UP;
    telling->n_gpu += node->n_gpu;
}

// GPUs by the names of their types; `none` stands for a type of which nothing is said.
static void add_gpus(struct json *json, const char *key, const uint32_t *n, uint32_t none,
                     const struct cluster *cluster) {
    if (!n) {
        return;
    }
    json_open_object(json, key);
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        if (n[t] != none) {
            json_add_count(json, cluster->type[t].name, n[t]);
        }
    }
    json_close(json);
}

static void add_account(void *context, const struct compute_account *told,
                        const struct cluster *cluster) {
    struct telling_pool *telling = context;
    struct json *json = telling->json;
    char tenant[STORE_TENANT_BYTES];
    snprintf(tenant, sizeof tenant, "%.*s", (int)strcspn(told->name, "/"), told->name);
    if (told->depth > 0 && !may_see(telling, tenant)) {
        return;
    }
    uint64_t milli = 0;
    for (uint32_t t = 0; t < cluster->n_type; t++) {
        milli += told->look.milli[t];
    }
    json_open_object(json, NULL);
    json_add_string(json, "name", told->name);
    json_add_integer(json, "depth", told->depth);
    json_add_integer(json, "waiting", told->look.n_waiting);
    json_add_integer(json, "running", told->look.n_running);
    json_add_number(json, "gpus", (double)milli * 1e-3);
    json_add_number(json, "share", told->look.share);
    json_add_number(json, "remembered", told->look.remembered);
    json_add_number(json, "weight", (double)told->account->weight * 1e-3);
    json_add_bool(json, "held", told->look.is_held);
    add_gpus(json, "guarantee", told->account->guarantee, 0, cluster);
    add_gpus(json, "limit", told->account->limit, ACCOUNTS_NO_LIMIT, cluster);
    json_close(json);
}

static void add_problem(struct json *json, const char *about, const char *sentence) {
    struct text korean;
    text_init(&korean, 1 << 12);
    korean_add(&korean, sentence);
    json_open_object(json, NULL);
    json_add_string(json, "about", about);
    json_open_object(json, "sentence");
    json_add_string(json, "en", sentence);
    json_add_string(json, "ko", korean.bytes ? korean.bytes : sentence);
    json_close(json);
    json_close(json);
    text_fini(&korean);
}

// What is kept and does not hold, and what is promised and not there: for the operator to mend.
static void add_world(void *context, const struct compute_world *world) {
    const struct telling_pool *telling = context;
    struct json *json = telling->json;
    char sentence[200];
    json_open_object(json, "power");
    json_add_count(json, "watts", world->watts);
    json_add_count(json, "cap_watts", world->cap_watts);
    json_close(json);
    json_open_list(json, "problems");
    if (telling->is_operator && world->policy_fault->code != MARU_OK) {
        add_problem(json, "policy", world->policy_fault->text);
    }
    if (telling->is_operator && world->accounts_fault->code != MARU_OK) {
        add_problem(json, "accounts", world->accounts_fault->text);
    }
    for (int i = 0; telling->is_operator && i < TROUBLES; i++) {
        if (world->trouble[i][0]) {
            add_problem(json, compute_trouble_names[i], world->trouble[i]);
        }
    }
    for (uint32_t i = 0; telling->is_operator && i < world->n_lack; i++) {
        add_problem(json, compute_trouble_names[TROUBLE_GUARANTEES], world->lack[i]);
    }
    if (world->guarantees->is_cut) {
        const uint32_t t = world->guarantees->cut_type;
        snprintf(sentence, sizeof sentence,
                 "%u GPUs of type '%.60s' are guaranteed, the cluster has %u: guarantees are cut",
                 world->guarantees->promised, world->cluster->type[t].name,
                 world->cluster->n_gpu[t]);
        add_problem(json, "guarantees", sentence);
    }
    if (world->guarantees->unknown) {
        snprintf(sentence, sizeof sentence,
                 "GPUs of type '%.60s' are guaranteed, and no node has any",
                 world->guarantees->unknown);
        add_problem(json, "guarantees", sentence);
    }
    json_close(json);
}

maru_status api_get_pool(struct request *request, maru_error *err) {
    struct json json;
    struct telling_pool telling = {
        .json = &json, .tenant = request->who.tenant, .is_operator = request_is_operator(request)};
    const maru_status st = compute_require(request, err);
    if (st != MARU_OK) {
        return st;
    }
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "nodes");
    compute_each_node(request->server->compute, add_node, &telling);
    json_close(&json);
    json_open_list(&json, "accounts");
    compute_each_account(request->server->compute, add_account, &telling);
    json_close(&json);
    compute_look_world(request->server->compute, add_world, &telling);
    json_add_integer(&json, "gpus", telling.n_gpu);
    json_add_integer(&json, "gpus_busy", telling.n_gpu_busy);
    json_add_integer(&json, "nodes_up", telling.n_up);
    request_add_time(&json, "at", clock_unix_ms());
    json_close(&json);
    return MARU_OK;
}

static void add_queued(void *context, const struct compute_queued *queued) {
    struct telling_pool *telling = context;
    struct json *json = telling->json;
    struct text sentence;
    json_open_object(json, NULL);
    json_add_integer(json, "gpus", queued->n_gpu);
    request_add_time(json, "submitted", queued->submitted_us / 1000);
    if (may_see(telling, queued->tenant)) {
        json_add_string(json, "tenant", queued->tenant);
        json_add_string(json, "project", queued->project);
        json_add_string(json, "job", queued->job);
    }
    json_add_string(json, "reason",
                    queued->elsewhere ? wait_elsewhere_word : wait_reason_word(queued->why.reason));
    json_open_object(json, "sentence");
    for (int lang = 0; lang < N_LANG; lang++) {
        text_init(&sentence, 1024);
        if (queued->elsewhere) {
            wait_elsewhere_sentence(&sentence, queued->elsewhere, (enum lang)lang);
        } else {
            wait_sentence(&sentence, &queued->why, (enum lang)lang);
        }
        json_add_string(json, lang == LANG_KO ? "ko" : "en", sentence.bytes);
        text_fini(&sentence);
    }
    json_close(json);
    const int64_t planned_us = queued->elsewhere ? queued->expected_us : queued->why.planned_us;
    if (planned_us > 0 && planned_us < INT64_MAX) {
        request_add_time(json, "planned", planned_us / 1000);
    }
    json_close(json);
}

maru_status api_get_pool_queue(struct request *request, maru_error *err) {
    struct json json;
    struct telling_pool telling = {
        .json = &json, .tenant = request->who.tenant, .is_operator = request_is_operator(request)};
    const maru_status st = compute_require(request, err);
    if (st != MARU_OK) {
        return st;
    }
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    const uint32_t n =
        compute_each_queued(request->server->compute, MAX_QUEUE, add_queued, &telling);
    json_close(&json);
    json_add_integer(&json, "waiting", n);
    json_close(&json);
    return MARU_OK;
}
