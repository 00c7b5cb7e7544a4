#include "io/executor/slurm_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

// A text is read line by line, a line is cut at its first |, and what a column says is read strictly: a text that is cut short or
// has another form is an error, so that a command which broke off can never look like a job that is gone. The last column is a
// name that people choose, and may have | in it.

struct slurm_names {
    slurm_see_name see;
    void *context;
};
enum { SQUEUE_FIELDS = 11, SACCT_FIELDS = 11, SINFO_FIELDS = 6 };
#define SECOND_US INT64_C(1000000)

maru_status slurm_next_line(struct slurm_lines *lines, char *out, size_t cap, maru_error *err) {
    if (lines->at >= lines->n) {
        return MARU_MORE;
    }
    const char *from = lines->bytes + lines->at;
    const char *end = memchr(from, '\n', lines->n - lines->at);
    lines->row++;
    if (!end || memchr(from, '\0', (size_t)(end - from))) {
        return fail_at(err, MARU_E_INPUT, "", lines->row, 0, "Slurm's answer is cut short");
    }
    const size_t n = (size_t)(end - from);
    if (n >= cap) {
        return fail_at(err, MARU_E_LIMIT, "", lines->row, 0,
                       "a line of Slurm's answer is longer than %zu bytes", cap - 1);
    }
    memcpy(out, from, n);
    out[n] = '\0';
    lines->at += n + 1;
    return MARU_OK;
}

bool slurm_cut(char *line, char *field[], size_t n_field) {
    for (size_t i = 0; i < n_field; i++) {
        field[i] = line;
        if (i + 1 == n_field) {
            return true;
        }
        line = strchr(line, '|');
        if (!line) {
            return false;
        }
        *line++ = '\0';
    }
    return false;
}

static bool is_word(const char *text, const char *const *list) {
    for (; *list; list++) {
        if (strcmp(text, *list) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_none(const char *text) {
    static const char *const none[] = {"",       "Unknown",       "None", "N/A",  "n/a",
                                       "(null)", "None assigned", "none", "NONE", NULL};
    return is_word(text, none);
}

// `digits` digits at *at, then `after` where that is not 0.
static bool take(const char **at, int digits, char after, int *out) {
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        value = value * 10 + (**at - '0');
    }
    *out = value;
    if (after != '\0') {
        if (**at != after) {
            return false;
        }
        (*at)++;
    }
    return true;
}

// Days since 1970 of a day of the Gregorian calendar; the year begins in March, so that a leap day is its last.
static int64_t days_of(int year, int month, int day) {
    const int y = year - (month <= 2), m = month + (month <= 2 ? 9 : -3);
    const int64_t in_year = (153 * m + 2) / 5 + day - 1;
    return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

bool slurm_read_time(const char *text, int64_t *us) {
    if (is_none(text)) {
        *us = 0;
        return true;
    }
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (!take(&text, 4, '-', &year) || !take(&text, 2, '-', &month) || !take(&text, 2, 'T', &day) ||
        !take(&text, 2, ':', &hour) || !take(&text, 2, ':', &minute) ||
        !take(&text, 2, '\0', &second) || *text != '\0') {
        return false;
    }
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 60) {
        return false;
    }
    *us =
        (days_of(year, month, day) * 86400 + hour * INT64_C(3600) + minute * INT64_C(60) + second) *
        SECOND_US;
    return true;
}

// Up to 9 digits.
static bool take_number(const char **at, int64_t *out) {
    const size_t n = strspn(*at, "0123456789");
    if (n == 0 || n > 9 || !number_int64(*at, n, out)) {
        return false;
    }
    *at += n;
    return true;
}

bool slurm_read_span(const char *text, int64_t *us) {
    *us = -1;
    if (text[0] == '\0') {
        return true;
    }
    int64_t days = 0, part[3] = {0}, fraction = 0;
    size_t n = 0;
    const char *dash = strchr(text, '-');
    if (dash && (!take_number(&text, &days) || *text++ != '-')) {
        return false;
    }
    for (;; text++) {
        if (n == 3 || !take_number(&text, &part[n++])) {
            return false;
        }
        if (*text != ':') {
            break;
        }
    }
    if (n < 2) {
        return false;
    }
    if (*text == '.') {
        const size_t digits = strlen(text + 1);
        if (digits == 0 || digits > 6 || strspn(text + 1, "0123456789") != digits ||
            !number_int64(text + 1, digits, &fraction)) {
            return false;
        }
        for (size_t i = digits; i < 6; i++) {
            fraction *= 10;
        }
        text += digits + 1;
    }
    if (*text != '\0') {
        return false;
    }
    const int64_t seconds =
        n == 3 ? part[0] * 3600 + part[1] * 60 + part[2] : part[0] * 60 + part[1];
    *us = (days * 86400 + seconds) * SECOND_US + fraction;
    return days < 1000000 && seconds >= 0;
}

bool slurm_read_size(const char *text, int64_t *n_bytes) {
    static const char units[] = "KMGTP";
    *n_bytes = -1;
    const size_t n = strlen(text);
    if (n == 0) {
        return true;
    }
    const char *unit = strchr(units, text[n - 1]);
    const int64_t scale = unit ? INT64_C(1) << (10 * (unit - units + 1)) : 1;
    int64_t value = 0;
    if (text[0] == '-' || text[0] == '+' || !number_scaled(text, unit ? n - 1 : n, scale, &value)) {
        return false;
    }
    *n_bytes = value;
    return true;
}

bool slurm_first_node(const char *list, char out[LAUNCH_MAX_NODE_BYTES]) {
    out[0] = '\0';
    if (is_none(list)) {
        return true;
    }
    size_t n = 0;
    bool is_inside = false; // the brackets: of their list the first number is taken
    const char *at = list;
    for (; *at != '\0' && (is_inside || *at != ','); at++) {
        if (*at == '[' && !is_inside) {
            is_inside = true;
            continue;
        }
        if (*at == ']' && is_inside) {
            is_inside = false;
            continue;
        }
        if (is_inside && (*at == '-' || *at == ',')) {
            at = strchr(at, ']');
            if (!at) {
                return false;
            }
            is_inside = false;
            continue;
        }
        if (n + 1 >= LAUNCH_MAX_NODE_BYTES) {
            return false;
        }
        out[n++] = *at;
    }
    out[n] = '\0';
    return !is_inside && n > 0;
}

// The numbers of one pair of brackets, from *at (behind the [) to its ]: each is a name.
static bool each_in_brackets(const char *prefix, size_t n_prefix, const char **at, size_t *left,
                             const struct slurm_names *names) {
    char name[LAUNCH_MAX_NODE_BYTES];
    while (**at != ']') {
        const size_t digits = strspn(*at, "0123456789");
        int64_t from = 0, to = 0;
        if (digits == 0 || digits > 9 || !number_int64(*at, digits, &from)) {
            return false;
        }
        *at += digits;
        to = from;
        if (**at == '-') {
            const size_t more = strspn(++*at, "0123456789");
            if (more == 0 || more > 9 || !number_int64(*at, more, &to) || to < from) {
                return false;
            }
            *at += more;
        }
        for (int64_t i = from; i <= to; i++) {
            const int n = snprintf(name, sizeof name, "%.*s%0*" PRId64, (int)n_prefix, prefix,
                                   (int)digits, i);
            if (n < 0 || (size_t)n >= sizeof name || (*left)-- == 0) {
                return false;
            }
            if (!names->see(names->context, name)) {
                return true;
            }
        }
        *at += **at == ',';
    }
    (*at)++;
    return true;
}

bool slurm_each_name(const char *list, size_t most, slurm_see_name see, void *context) {
    const struct slurm_names names = {see, context};
    for (const char *at = list; *at != '\0'; at += *at == ',') {
        const char *from = at;
        const size_t n = strcspn(at, "[,");
        at += n;
        if (*at == '[') {
            at++;
            if (!each_in_brackets(from, n, &at, &most, &names)) {
                return false;
            }
        } else {
            char name[LAUNCH_MAX_NODE_BYTES];
            if (n == 0 || n >= sizeof name || most-- == 0) {
                return false;
            }
            memcpy(name, from, n);
            name[n] = '\0';
            if (!see(context, name)) {
                return true;
            }
        }
        if (*at != ',' && *at != '\0') {
            return false;
        }
    }
    return true;
}

void slurm_read_gres(const char *text, char type[64], uint32_t *n_gpu) {
    type[0] = '\0';
    *n_gpu = 0;
    // Commas inside of (S:0,2) part sockets, not things.
    int depth = 0;
    const char *from = text;
    for (const char *at = text;; at++) {
        depth += *at == '(' ? 1 : *at == ')' && depth > 0 ? -1 : 0;
        if (*at != '\0' && (*at != ',' || depth > 0)) {
            continue;
        }
        const size_t n = strcspn(from, "(,");
        const size_t n_one = n < (size_t)(at - from) ? n : (size_t)(at - from);
        if (n_one > 4 && memcmp(from, "gpu:", 4) == 0) {
            const char *count = from + n_one;
            while (count > from && count[-1] != ':') {
                count--;
            }
            int64_t value = 0;
            const size_t n_type = count > from + 4 ? (size_t)(count - from) - 5 : 0;
            if (number_int64(count, (size_t)(from + n_one - count), &value) && value > 0 &&
                value <= UINT16_MAX && n_type < 64) {
                memcpy(type, from + 4, n_type);
                type[n_type] = '\0';
                *n_gpu = (uint32_t)value;
                return;
            }
        }
        if (*at == '\0') {
            return;
        }
        from = at + 1;
    }
}

bool slurm_read_number(const char *bytes, size_t n, uint64_t *number) {
    const char *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
    if (!end || end + 1 != bytes + n) {
        return false;
    }
    const char *cut = memchr(bytes, ';', (size_t)(end - bytes));
    const size_t digits = (size_t)((cut ? cut : end) - bytes);
    int64_t value = 0;
    if (digits == 0 || bytes[0] == '+' || bytes[0] == '-' || !number_int64(bytes, digits, &value) ||
        value < 1) {
        return false;
    }
    *number = (uint64_t)value;
    return true;
}

// States as squeue and sacct write them, whole; "CANCELLED by 64100" is cut at its blank before.
static bool read_state(char *text, enum slurm_state *out) {
    static const struct {
        const char *name;
        enum slurm_state state;
    } states[] = {
        {"PENDING", SLURM_WAITS},
        {"REQUEUED", SLURM_WAITS},
        {"REQUEUE_FED", SLURM_WAITS},
        {"REQUEUE_HOLD", SLURM_WAITS},
        {"SPECIAL_EXIT", SLURM_WAITS},
        {"RESV_DEL_HOLD", SLURM_WAITS},
        {"RUNNING", SLURM_RUNS},
        {"CONFIGURING", SLURM_RUNS},
        {"COMPLETING", SLURM_RUNS},
        {"SUSPENDED", SLURM_RUNS},
        {"STOPPED", SLURM_RUNS},
        {"SIGNALING", SLURM_RUNS},
        {"STAGE_OUT", SLURM_RUNS},
        {"RESIZING", SLURM_RUNS},
        {"EXPEDITING", SLURM_WAITS},
        {"POWER_UP_NODE", SLURM_RUNS},
        {"COMPLETED", SLURM_COMPLETED},
        {"FAILED", SLURM_FAILED},
        {"LAUNCH_FAILED", SLURM_FAILED},
        {"RECONFIG_FAIL", SLURM_FAILED},
        {"CANCELLED", SLURM_CANCELLED},
        {"REVOKED", SLURM_CANCELLED},
        {"TIMEOUT", SLURM_TIMED_OUT},
        {"DEADLINE", SLURM_TIMED_OUT},
        {"OUT_OF_MEMORY", SLURM_NO_MEMORY},
        {"NODE_FAIL", SLURM_NODE_GONE},
        {"BOOT_FAIL", SLURM_NODE_GONE},
        {"PREEMPTED", SLURM_TAKEN},
    };
    text[strcspn(text, " +")] = '\0';
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(text, states[i].name) == 0) {
            *out = states[i].state;
            return true;
        }
    }
    return false;
}

static void cut_to(const char *text, char *out, size_t cap) {
    const size_t n = strnlen(text, cap - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

static maru_status refuse(uint32_t row, const char *what, maru_error *err) {
    return fail_at(err, MARU_E_INPUT, "", row, 0, "Slurm's answer has a line with another %s",
                   what);
}

maru_status slurm_jobs_add(struct slurm_jobs *jobs, const struct slurm_job *job, maru_error *err) {
    if (jobs->n == jobs->cap) {
        if (jobs->n >= SLURM_MAX_ROWS) {
            return fail(err, MARU_E_LIMIT, "Slurm tells of more than %d jobs", SLURM_MAX_ROWS);
        }
        const size_t cap = jobs->cap > 0 ? jobs->cap * 2 : 64;
        struct slurm_job *grown = alloc_resize(jobs->row, cap, sizeof *grown);
        if (!grown) {
            return fail(err, MARU_E_MEMORY, "no memory for Slurm's jobs");
        }
        jobs->row = grown;
        jobs->cap = cap;
    }
    jobs->row[jobs->n++] = *job;
    return MARU_OK;
}

void slurm_jobs_fini(struct slurm_jobs *jobs) {
    alloc_free(jobs->row);
    *jobs = (struct slurm_jobs){0};
}

void slurm_write_which(struct slurm_which which, char *out, size_t cap) {
    if (which.task == SLURM_NO_TASK) {
        snprintf(out, cap, "%" PRIu64, which.number);
    } else {
        snprintf(out, cap, "%" PRIu64 "_%" PRId32, which.number, which.task);
    }
}

static bool read_job_number(const char *text, size_t n, uint64_t *out) {
    int64_t value = 0;
    if (n == 0 || text[0] == '+' || text[0] == '-' || !number_int64(text, n, &value) || value < 1) {
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

static bool take_task(const char **at, int32_t *out) {
    int64_t value = 0;
    if (!take_number(at, &value)) {
        return false;
    }
    *out = (int32_t)value; // of up to 9 digits
    return true;
}

// squeue: the number of the job or of its array, and the task's own, which a job without has not.
static bool read_queued(const char *number, const char *task, struct slurm_job *job) {
    job->which.task = SLURM_NO_TASK;
    const char *end = task;
    const bool is_good = is_none(task) || (take_task(&end, &job->which.task) && *end == '\0');
    job->last_task = job->which.task;
    return is_good && read_job_number(number, strlen(number), &job->which.number);
}

// Of a job that waits Slurm tells when it may start, of one that runs when it has to end: neither has happened.
static void keep_what_was(struct slurm_job *job) {
    if (job->state == SLURM_WAITS) {
        job->expected_us = job->started_us;
    }
    if (job->state == SLURM_WAITS || job->node[0] == '\0') {
        job->started_us = 0;
    }
    if (job->state == SLURM_WAITS || job->state == SLURM_RUNS) {
        job->ended_us = 0;
    }
}

static maru_status read_squeue_line(char *line, uint32_t row, struct slurm_job *job,
                                    maru_error *err) {
    char *field[SQUEUE_FIELDS];
    if (!slurm_cut(line, field, SQUEUE_FIELDS)) {
        return refuse(row, "number of columns", err);
    }
    *job = (struct slurm_job){.cpu_us = -1, .max_memory_bytes = -1};
    if (!read_queued(field[0], field[1], job)) {
        return refuse(row, "number of a job", err);
    }
    if (!read_state(field[2], &job->state)) {
        return refuse(row, "state", err);
    }
    if (!slurm_read_time(field[3], &job->submitted_us) ||
        !slurm_read_time(field[4], &job->started_us) ||
        !slurm_read_time(field[5], &job->ended_us)) {
        return refuse(row, "time", err);
    }
    if (!slurm_first_node(field[6], job->node)) {
        return refuse(row, "node", err);
    }
    if (strlen(field[7]) < sizeof job->nodes && !is_none(field[7])) {
        cut_to(field[7], job->nodes, sizeof job->nodes);
    }
    if (!is_none(field[8])) {
        cut_to(field[8], job->reason, sizeof job->reason);
    }
    if (!is_none(field[9])) {
        cut_to(field[9], job->qos, sizeof job->qos);
    }
    cut_to(field[10], job->name, sizeof job->name);
    keep_what_was(job);
    return MARU_OK;
}

maru_status slurm_read_squeue(const char *bytes, size_t n, struct slurm_jobs *out,
                              maru_error *err) {
    char line[SLURM_MAX_LINE_BYTES];
    struct slurm_lines lines = {.bytes = bytes, .n = n};
    for (;;) {
        maru_status st = slurm_next_line(&lines, line, sizeof line, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
        struct slurm_job job;
        st = read_squeue_line(line, lines.row, &job, err);
        st = st == MARU_OK ? slurm_jobs_add(out, &job, err) : st;
        if (st != MARU_OK) {
            return st;
        }
    }
}

// "CODE:SIGNAL".
static bool read_exit(const char *text, int *code, int *signal) {
    int64_t c = 0, s = 0;
    const char *at = text;
    if (!take_number(&at, &c) || *at++ != ':' || !take_number(&at, &s) || *at != '\0' || c > 255 ||
        s > 127) {
        return false;
    }
    *code = (int)c;
    *signal = (int)s;
    return true;
}

// What a job or a step of it used; steps count in their job.
static maru_status read_use(char *const field[], uint32_t row, int64_t *cpu_us, int64_t *memory,
                            maru_error *err) {
    return slurm_read_span(field[7], cpu_us) && slurm_read_size(field[8], memory)
               ? MARU_OK
               : refuse(row, "use", err);
}

// sacct: "12", "12_3" or "12_[...]", and the number under which Slurm keeps it. Parts of a job of several kinds (12+1) have their own.
static bool read_accounted(const char *id, const char *raw, struct slurm_job *job) {
    const char *cut = strchr(id, '_');
    uint64_t kept = 0;
    job->which.task = job->last_task = SLURM_NO_TASK;
    if (!read_job_number(raw, strlen(raw), &kept)) {
        return false;
    }
    job->which.number = kept;
    if (!cut) {
        return read_job_number(id, strcspn(id, "+"), &kept);
    }
    const char *at = cut + 1;
    if (!read_job_number(id, (size_t)(cut - id), &job->which.number)) {
        return false;
    }
    job->is_head = kept == job->which.number;
    job->is_rest = *at == '[';
    const bool is_good = job->is_rest || (take_task(&at, &job->which.task) && *at == '\0');
    job->last_task = job->which.task;
    return is_good;
}

static maru_status read_sacct_job(char *const field[], uint32_t row, struct slurm_job *job,
                                  maru_error *err) {
    *job = (struct slurm_job){.cpu_us = -1, .max_memory_bytes = -1};
    if (!read_accounted(field[0], field[1], job)) {
        return refuse(row, "number of a job", err);
    }
    if (!read_state(field[2], &job->state)) {
        return refuse(row, "state", err);
    }
    if (!read_exit(field[3], &job->exit_code, &job->exit_signal)) {
        return refuse(row, "exit code", err);
    }
    if (!slurm_read_time(field[4], &job->submitted_us) ||
        !slurm_read_time(field[5], &job->started_us) ||
        !slurm_read_time(field[6], &job->ended_us)) {
        return refuse(row, "time", err);
    }
    if (!slurm_first_node(field[9], job->node)) {
        return refuse(row, "node", err);
    }
    cut_to(field[10], job->name, sizeof job->name);
    if (job->state != SLURM_WAITS && job->ended_us == 0) {
        job->state =
            SLURM_RUNS; // accounting has not been told of its end yet, and the state is not its last
    }
    keep_what_was(job);
    return read_use(field, row, &job->cpu_us, &job->max_memory_bytes, err);
}

// A row for each range of "3-9,11]"; one without tasks where there is none. What has another form ends the list: of those tasks
// nothing is known then.
static maru_status add_rest(struct slurm_jobs *out, struct slurm_job *job, const char *list,
                            maru_error *err) {
    maru_status st = MARU_OK;
    size_t n = 0;
    while (st == MARU_OK && take_task(&list, &job->which.task)) {
        job->last_task = job->which.task;
        if (*list == '-') {
            list++;
            if (!take_task(&list, &job->last_task)) {
                break;
            }
        }
        if (*list == '\0' || !strchr(",]%", *list)) {
            break;
        }
        st = slurm_jobs_add(out, job, err);
        n++;
        list += *list == ',';
    }
    job->which.task = job->last_task = SLURM_NO_TASK;
    return st == MARU_OK && n == 0 ? slurm_jobs_add(out, job, err) : st;
}

static maru_status read_sacct_line(char *line, uint32_t row, struct slurm_jobs *out,
                                   maru_error *err) {
    char *field[SACCT_FIELDS];
    if (!slurm_cut(line, field, SACCT_FIELDS)) {
        return refuse(row, "number of columns", err);
    }
    if (!strchr(field[0], '.')) {
        struct slurm_job job;
        const maru_status st = read_sacct_job(field, row, &job, err);
        return st != MARU_OK ? st
               : job.is_rest ? add_rest(out, &job, strchr(field[0], '[') + 1, err)
                             : slurm_jobs_add(out, &job, err);
    }
    if (out->n == 0) {
        return refuse(row, "job than its step", err);
    }
    int64_t cpu_us = -1, memory = -1;
    const maru_status st = read_use(field, row, &cpu_us, &memory, err);
    struct slurm_job *job = &out->row[out->n - 1]; // its TotalCPU has that of its steps already
    if (st == MARU_OK && memory > job->max_memory_bytes) {
        job->max_memory_bytes = memory;
    }
    return st;
}

maru_status slurm_read_sacct(const char *bytes, size_t n, struct slurm_jobs *out, maru_error *err) {
    char line[SLURM_MAX_LINE_BYTES];
    struct slurm_lines lines = {.bytes = bytes, .n = n};
    for (;;) {
        maru_status st = slurm_next_line(&lines, line, sizeof line, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
        st = read_sacct_line(line, lines.row, out, err);
        if (st != MARU_OK) {
            return st;
        }
    }
}

// sinfo's states carry marks: * does not answer, ~ powered down, $ maintenance, - planned, and others.
static bool node_is_up(char *state) {
    static const char *const up[] = {"idle",    "mixed",    "allocated", "alloc", "completing",
                                     "planned", "reserved", "mix",       NULL};
    const size_t n = strcspn(state, "*~#!%$@^-+");
    const bool is_marked = strpbrk(state, "*~!%$") != NULL;
    char word[32];
    if (n >= sizeof word) {
        return false;
    }
    memcpy(word, state, n);
    word[n] = '\0';
    return !is_marked && is_word(word, up);
}

static maru_status read_sinfo_line(char *line, uint32_t row, struct executor_node *node,
                                   maru_error *err) {
    char *field[SINFO_FIELDS];
    if (!slurm_cut(line, field, SINFO_FIELDS)) {
        return refuse(row, "number of columns", err);
    }
    *node = (struct executor_node){0};
    int64_t cpus = 0, memory = 0;
    const size_t n_memory = strcspn(field[3], "+");
    if (field[0][0] == '\0' || strlen(field[0]) >= sizeof node->name) {
        return refuse(row, "name of a node", err);
    }
    if (!number_int64(field[2], strcspn(field[2], "+"), &cpus) || cpus < 0 || cpus > 1000000 ||
        !number_int64(field[3], n_memory, &memory) || memory < 0 || memory > UINT32_MAX) {
        return refuse(row, "size of a node", err);
    }
    cut_to(field[0], node->name, sizeof node->name);
    node->cpu_milli = (uint32_t)cpus * 1000;
    node->memory_mib = (uint32_t)memory;
    slurm_read_gres(field[4], node->gpu_type, &node->n_gpu);
    node->is_up = node_is_up(field[1]);
    if (!node->is_up) {
        const bool has_reason = !is_none(field[5]);
        const size_t n = strnlen(field[1], 30);
        memcpy(node->reason, field[1], n);
        if (has_reason) {
            memcpy(node->reason + n, ": ", 2);
            cut_to(field[5], node->reason + n + 2, sizeof node->reason - n - 2);
        }
    }
    return MARU_OK;
}

maru_status slurm_read_sinfo(const char *bytes, size_t n, executor_see_node see, void *context,
                             maru_error *err) {
    char line[SLURM_MAX_LINE_BYTES];
    struct slurm_lines lines = {.bytes = bytes, .n = n};
    char last[LAUNCH_MAX_NODE_BYTES] = ""; // they come in the order of their names
    for (;;) {
        maru_status st = slurm_next_line(&lines, line, sizeof line, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
        struct executor_node node;
        st = read_sinfo_line(line, lines.row, &node, err);
        if (st == MARU_OK && strcmp(node.name, last) != 0) {
            memcpy(last, node.name, sizeof last);
            st = see(context, &node, err);
        }
        if (st != MARU_OK) {
            return st;
        }
    }
}
