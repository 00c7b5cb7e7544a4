// What the verbs of an administrator share: the data folder that they work on.
#ifndef CLI_ADMIN_DESK_H
#define CLI_ADMIN_DESK_H

#include "cli/settings.h"
#include "cli/verb.h"
#include "store/tenant.h"
#include "study/json_writer.h"

struct desk_values { // first in the values of each of these verbs
    struct common common;
    const char *data, *store, *config;
};

#define DESK_OPTIONS                                                                                \
    {                                                                                               \
        "data",   0,           OPTION_TEXT, offsetof(struct desk_values, data),                     \
        "FOLDER", "maru-data", W_HELP_DATA, 0,                                                      \
        0},                                                                                         \
        {"store", 0, OPTION_TEXT, offsetof(struct desk_values, store), "PLACE", NULL, W_HELP_STORE, \
         0,       0},                                                                               \
    {                                                                                               \
        "config", 'c', OPTION_TEXT, offsetof(struct desk_values, config), "FILE.toml", NULL,        \
            W_HELP_CONFIG, 0, 0                                                                     \
    }

struct desk {
    struct settings settings;
    struct store *store;
    char who[STORE_NAME_BYTES]; // for the audit log
};

// Read the settings; gives EXIT_GOOD, or the exit status of a refusal. desk_close in any case.
int desk_settle(struct desk *desk, struct call *call);
// The same, then open the store as its owner.
int desk_open(struct desk *desk, struct call *call);
void desk_close(struct desk *desk);

// Where the store is: that of --store, or the data folder.
const char *desk_place(const struct desk_values *values);

// Say an error of the store: what it names is input here, not usage.
int desk_refuse(const struct call *call, maru_error *err);

// An entry in the audit log of a tenant.
MARU_MUST_USE maru_status desk_audit(const struct desk *desk, const char *tenant,
                                     const char *action, const char *subject, const char *detail,
                                     maru_error *err);

// One of the words that stand behind the verb: its place in `words` (ends with NULL); -1: none of them.
int desk_word(const struct call *call, const char *const *words);

// A verb's second level of words is wrong; gives EXIT_USAGE.
int desk_refuse_word(const struct call *call);

void desk_add_time(struct json *json, const char *key, int64_t unix_ms);

// See rows page by page until there are no more. `next` fetches one page behind `after` and leaves there
// what names its last row; it counts the rows.
enum { DESK_PAGE = 200, DESK_AFTER_BYTES = 64 };
struct desk_walk {
    struct desk *desk;
    const char *tenant;
    char after[DESK_AFTER_BYTES];
    size_t n; // rows of this page
    uint64_t left;
    struct json *json;   // or
    struct table *table; // one of both, or
    void *context;       // what else `next` fills
};
typedef maru_status (*desk_next)(struct desk_walk *walk, const struct page *page, maru_error *err);
MARU_MUST_USE maru_status desk_walk_on(struct desk_walk *walk, desk_next next, maru_error *err);

#endif
