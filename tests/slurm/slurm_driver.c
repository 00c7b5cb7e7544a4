#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "io/executor/slurm_executor.h"

// The Slurm executor as lines: what to do comes on stdin, what came of it goes out, so that a script may lead it and kill it.
//
//     slurm_driver STATE [KEY=VALUE]...    programs, conf, partition, mark: texts; timeout, settle, lost: seconds; bwrap=1
//     start ID TENANT PROJECT PARTS GPUS MEMORY_MIB LIMIT_S GRACE_S SIGNAL FOLDER COMMAND    the last a line of sh
//     array NAME FROM N TENANT PROJECT GPUS LIMIT_S GRACE_S FOLDER COMMAND    tasks NAME-I in FOLDER/NAME-I, I from FROM on
//     look ID | stop ID GRACE_S | forget ID | nodes | wait SECONDS

enum { MAX_FIELDS = 12, LINE_BYTES = 1 << 16 };

static const char *setting(int n, char *list[], const char *key) {
    for (int i = 0; i < n; i++) {
        const size_t n_key = strlen(key);
        if (strncmp(list[i], key, n_key) == 0 && list[i][n_key] == '=') {
            return list[i] + n_key + 1;
        }
    }
    return "";
}

static int64_t number(const char *text) {
    int64_t value = 0;
    return number_int64(text, strlen(text), &value) ? value : 0;
}

static int cut(char *line, char *field[], int n) {
    int i = 0;
    line[strcspn(line, "\n")] = '\0';
    n -= strncmp(line, "array ", 6) == 0; // its command is one word sooner
    while (i < n && *line != '\0') {
        field[i++] = line;
        line += strcspn(line, i < n ? " " : "");
        if (*line == ' ') {
            *line++ = '\0';
        }
    }
    return i;
}

static const char *said(maru_status st, const maru_error *err) {
    return st == MARU_OK ? "" : err->text;
}

static void start(struct executor *executor, char *field[]) {
    struct launch_part part[LAUNCH_MAX_PARTS] = {0};
    const size_t n_part = (size_t)number(field[4]);
    for (size_t i = 0; i < n_part && i < LAUNCH_MAX_PARTS; i++) {
        part[i] = (struct launch_part){.n_gpu = (uint8_t)number(field[5]), .gpu_milli = 1000};
    }
    const char *const argv[] = {"sh", "-c", field[11], NULL};
    const char *const env[] = {"GREETING=it's \"quoted\" $HOME", NULL};
    const struct launch launch = {.id = field[1],
                                  .tenant = field[2],
                                  .project = field[3],
                                  .name = "a job of a test | with a bar",
                                  .folder = field[10],
                                  .argv = argv,
                                  .env = env,
                                  .part = part,
                                  .gpu_type = "h100",
                                  .n_part = n_part,
                                  .cpu_milli = 1000,
                                  .memory_mib = (uint32_t)number(field[6]),
                                  .limit_us = number(field[7]) * 1000000,
                                  .grace_us = number(field[8]) * 1000000,
                                  .checkpoint_signal = (int)number(field[9]),
                                  .qos = ""};
    maru_error err = {0};
    const maru_status st = executor->kind->start(executor, &launch, &err);
    printf("start %s %s %s\n", field[1], maru_status_name(st), said(st, &err));
}

enum { MAX_TASKS = 1200, NAME_BYTES = 64, PATH_BYTES = 512 };
struct array_names {
    char id[MAX_TASKS][NAME_BYTES], folder[MAX_TASKS][PATH_BYTES], index[MAX_TASKS][NAME_BYTES];
    const char *env[MAX_TASKS][2];
    struct launch launch[MAX_TASKS];
};

static void see_start(void *context, size_t i, maru_status st, const maru_error *err) {
    const struct array_names *names = context;
    printf("start %s %s %s\n", names->id[i], maru_status_name(st), said(st, err));
}

static void start_array(struct executor *executor, char *field[]) {
    static struct array_names names;
    const struct launch_part part = {.n_gpu = (uint8_t)number(field[6]), .gpu_milli = 1000};
    const char *const argv[] = {"sh", "-c", field[10], NULL};
    const size_t from = (size_t)number(field[2]), n = (size_t)number(field[3]);
    for (size_t i = 0; i < n && i < MAX_TASKS; i++) {
        snprintf(names.id[i], NAME_BYTES, "%.40s-%zu", field[1], from + i);
        snprintf(names.folder[i], PATH_BYTES, "%.400s/%.60s", field[9], names.id[i]);
        snprintf(names.index[i], NAME_BYTES, "MARU_ARRAY_INDEX=%zu", from + i);
        names.env[i][0] = names.index[i];
        names.launch[i] = (struct launch){.id = names.id[i],
                                          .array = field[1],
                                          .place = (uint32_t)(from + i),
                                          .tenant = field[4],
                                          .project = field[5],
                                          .name = "an array",
                                          .folder = names.folder[i],
                                          .argv = argv,
                                          .env = names.env[i],
                                          .part = &part,
                                          .gpu_type = "h100",
                                          .n_part = 1,
                                          .cpu_milli = 1000,
                                          .memory_mib = 64,
                                          .limit_us = number(field[7]) * 1000000,
                                          .grace_us = number(field[8]) * 1000000,
                                          .qos = ""};
    }
    executor_start_all(executor, names.launch, n, see_start, &names);
}

static void look(struct executor *executor, const char *id) {
    static const char *const states[] = {"absent", "waiting", "running", "ended", "unknown"};
    static const char *const ends[] = {"exit",    "signal", "limit",  "memory",
                                       "stopped", "node",   "failed", "taken"};
    struct launch_look out = {0};
    maru_error err = {0};
    const maru_status st = executor->kind->look(executor, id, &out, &err);
    if (st != MARU_OK) {
        printf("look %s %s %s\n", id, maru_status_name(st), err.text);
        return;
    }
    printf("look %s ok %s %s %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
           " [%s] [%s] %s\n",
           id, states[out.state], out.state == LAUNCH_ENDED ? ends[out.end] : "-", out.exit_code,
           out.submitted_us, out.started_us, out.ended_us, out.cpu_us, out.max_memory_bytes,
           out.node, out.reason, out.what);
}

static maru_status see(void *context, const struct executor_node *node, maru_error *err) {
    (void)context;
    (void)err;
    printf("node %s %s %u %u %u %s [%s]\n", node->name, node->gpu_type, node->n_gpu,
           node->cpu_milli, node->memory_mib, node->is_up ? "up" : "down", node->reason);
    return MARU_OK;
}

static void obey(struct executor *executor, char *field[], int n) {
    maru_error err = {0};
    maru_status st = MARU_E_USAGE;
    if (strcmp(field[0], "start") == 0 && n == MAX_FIELDS) {
        start(executor, field);
        return;
    }
    if (strcmp(field[0], "array") == 0 && n == 11) {
        start_array(executor, field);
        return;
    }
    if (strcmp(field[0], "look") == 0 && n == 2) {
        look(executor, field[1]);
        return;
    }
    if (strcmp(field[0], "stop") == 0 && n == 3) {
        st = executor->kind->stop(executor, field[1], number(field[2]) * 1000000, &err);
    } else if (strcmp(field[0], "forget") == 0 && n == 2) {
        st = executor->kind->forget(executor, field[1], &err);
    } else if (strcmp(field[0], "nodes") == 0) {
        st = executor->kind->each_node(executor, see, NULL, &err);
    } else if (strcmp(field[0], "wait") == 0 && n == 2) {
        st = executor->kind->wait(executor, number(field[1]) * 1000000, &err);
    }
    printf("%s %s %s %s\n", field[0], n > 1 ? field[1] : "-", maru_status_name(st), said(st, &err));
}

int main(int n, char *argv[]) {
    if (n < 2) {
        fputs("slurm_driver STATE [KEY=VALUE]...\n", stderr);
        return 2;
    }
    const struct slurm_settings settings = {
        .state = argv[1],
        .mark = setting(n, argv, "mark"),
        .programs = setting(n, argv, "programs"),
        .conf = setting(n, argv, "conf"),
        .partition = setting(n, argv, "partition"),
        .is_bare = setting(n, argv, "bwrap")[0] == '\0',
        .log_bytes = 4096,
        .timeout_us = number(setting(n, argv, "timeout")) * 1000000,
        .settle_us = number(setting(n, argv, "settle")) * 1000000,
        .lost_us = number(setting(n, argv, "lost")) * 1000000,
        .fresh_us = 300000,
    };
    struct executor *executor = NULL;
    maru_error err = {0};
    if (slurm_open(&settings, &executor, &err) != MARU_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    char line[LINE_BYTES], *field[MAX_FIELDS];
    while (fgets(line, sizeof line, stdin)) {
        const int n_field = cut(line, field, MAX_FIELDS);
        if (n_field > 0) {
            obey(executor, field, n_field);
        }
        puts(".");
        fflush(stdout);
    }
    executor->kind->close(executor);
    return 0;
}
