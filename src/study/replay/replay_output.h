// What a replay of several policies says: sentences, tables for a terminal, JSON, CSV.
#ifndef STUDY_REPLAY_OUTPUT_H
#define STUDY_REPLAY_OUTPUT_H

#include "study/json_writer.h"
#include "study/replay/replay_study.h"
#include "study/table.h"
#include "study/words/words.h"

// Each sentence that leads, one after the other.
typedef void (*replay_say)(void *context, enum word id, const char *const *arguments);
void replay_lead(const struct replay_study *study, replay_say say, void *context);

// What a column of the table of policies shows, in order; NULL text behind the last. Columns that say nothing here (no prices, no
// watts, nothing stopped) are left out.
struct replay_column {
    enum word title;
    int decimals;
    bool is_percent, is_count;
    double (*of)(const struct replay *replay);
};
bool replay_column(const struct replay_study *study, uint32_t i, struct replay_column *out);
// The cell, as text for people.
struct replay_cell {
    char text[64];
};
struct replay_cell replay_cell(const struct replay_column *column, const struct replay *replay);

// Accounts by GPU-hours under the first policy, most first.
//   out     order (trace.account.n)
void replay_order_accounts(const struct replay_study *study, uint32_t *order);

//   errors  stick in `out`
void replay_add_tables(struct text *out, const struct replay_study *study, enum lang lang,
                       struct look look);
void replay_add_csv(struct text *out, const struct replay_study *study);
// The object of a result: trace, policies, difference; inside of what is open.
void replay_add_json(struct json *json, const struct replay_study *study);

// The keys of the policies that are not the same in all.
//   in      value (n_policy), a NULL behind the last
typedef void (*replay_see_rule)(void *context, const char *key, const char *const *value);
void replay_each_rule(const struct replay_study *study, replay_see_rule see, void *context);

#endif
