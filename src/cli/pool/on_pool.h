// Heavy work of a verb, done by the pool of a server instead of by this machine: `--on pool`.
//
// The verb is handed in as an array of jobs, each the same command with `--on part`, in a folder with its files; what each leaves in one
// file is fetched and given back. A part that is lost or spoilt is run again. The jobs belong to the server: when this command
// ends before them they go on, and --attach JOB takes them up.
#ifndef CLI_POOL_ON_POOL_H
#define CLI_POOL_ON_POOL_H

#include "cli/job/remote.h"
#include "cli/verb.h"

enum { WORK_MAX_PARTS = 1000, ON_POOL_USUAL_PARTS = 16, ON_POOL_USUAL_THREADS = 8 };

struct pool_values { // first in the values of each of these verbs
    struct remote_values remote;
    const char *on, *project, *part_memory, *attach;
    maru_time part_time;
    uint64_t parts;
};
#define ON_POOL_AT(member) offsetof(struct pool_values, member)
#define ON_POOL_OPTIONS                                                                            \
    {"on", 0, OPTION_TEXT, ON_POOL_AT(on), "here|pool", "here", W_HELP_ON, 0, 0},                  \
        {"attach", 0, OPTION_TEXT, ON_POOL_AT(attach), "JOB", NULL, W_HELP_ATTACH, 0, 0},          \
        {"project", 0, OPTION_TEXT, ON_POOL_AT(project), "PROJECT", NULL, W_HELP_PROJECT, 0, 0},   \
        {"part-time", 0, OPTION_TIME, ON_POOL_AT(part_time), "TIME", "12 h", W_HELP_PART_TIME,     \
         0,           0},                                                                          \
        {"part-memory",           0,      OPTION_TEXT,                                             \
         ON_POOL_AT(part_memory), "SIZE", NULL,                                                    \
         W_HELP_PART_MEMORY,      0,      0},                                                      \
        REMOTE_OPTIONS
#define ON_POOL_PARTS_OPTION                                                                       \
    { "parts", 0, OPTION_COUNT, ON_POOL_AT(parts), "N", NULL, W_HELP_PARTS, 1, WORK_MAX_PARTS }

enum on_where { ON_HERE, ON_POOL, ON_PART };
// Where the call is to be done.
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status on_where(const struct call *call, enum on_where *out, maru_error *err);

struct pool_work {
    const char *const *words; // behind the verb's name, ends with NULL
    const char *const *
        skip; // options that stay here, ends with NULL; those of the pool and of all verbs stay in any case
    const char *const *more;        // words behind the options, ends with NULL
    const struct remote_file *file; // (n_file) in the folder of each part
    size_t n_file;
    size_t n_most; // parts
    uint32_t
        n_thread; // of a part; 0: as a node of the pool has processors, ON_POOL_USUAL_THREADS at most
    const char *left;   // the file that each part leaves
    const char *digest; // of what the command does not say: tables, version
    // the number of parts is known, before the first is taken
    maru_status (*begin)(void *context, size_t n_part, maru_error *err);
    // what a part has left; MARU_E_INPUT: it is spoilt, and is run again
    maru_status (*take)(void *context, size_t part, const struct text *bytes, maru_error *err);
    void *context;
};

// Hand it in, or take it up again, and wait until all parts are taken.
//   errors  MARU_E_STOPPED: by Ctrl-C, the jobs go on; MARU_E_USAGE; MARU_E_IO: a part has failed for good, or nobody answers; those of take
MARU_MUST_USE maru_status on_pool(struct call *call, const struct pool_work *work, maru_error *err);

#endif
