#include "connect/fake/fake_secs_table.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"

// Ids: a tag k is the status variable 1001 + k, its clock 1 and its control state 2; events 101 and 102 are lots,
// 111 and on states; an alarm has the code of the tag. Variables stand in the order of their rows.

enum {
    FIXED_VARIABLES = 2,
    FIRST_TAG = 1001,
    LOT_STARTED = 101,
    LOT_FINISHED = 102,
    FIRST_STATE = 111
};

static const struct {
    const char *word, *name, *means; // word: what the tag says
} states[] = {
    {"productive", "Productive", "productive"},
    {"standby", "Standby", "standby"},
    {"setup", "Setup", "scheduled down"},
    {"engineering", "Engineering", "engineering"},
    {"maintenance", "Maintenance", "scheduled down"},
    {"failed", "Failed", "unscheduled down"},
    {"non-scheduled", "NonScheduled", "nonscheduled"},
};
enum { N_STATE = sizeof states / sizeof states[0] };

uint32_t fake_secs_variable(uint32_t tag) { return FIXED_VARIABLES + tag; }

uint32_t fake_secs_state_event(const struct profile *profile, const struct sample *state) {
    for (uint32_t i = 0; i < N_STATE; i++) {
        if (strlen(states[i].word) == state->n_text &&
            memcmp(states[i].word, state->value.text, state->n_text) == 0) {
            char id[16];
            snprintf(id, sizeof id, "%u", FIRST_STATE + i);
            return profile_event_at(profile, id);
        }
    }
    return PROFILE_NONE;
}

void fake_secs_put_value(struct text *out, const struct sample *sample) {
    switch ((enum sample_type)sample->type) {
    case SAMPLE_DOUBLE:
        secs_put_double(out, SECS_F8, sample->value.number);
        break;
    case SAMPLE_INTEGER:
        secs_put_integer(out, SECS_I8, sample->value.integer);
        break;
    case SAMPLE_BOOL:
        secs_put_boolean(out, sample->value.integer != 0);
        break;
    case SAMPLE_TEXT:
    case N_SAMPLE_TYPE:
        secs_put_bytes(out, SECS_A, sample->value.text, sample->n_text);
        break;
    }
}

// ---- the table

static const struct fake_device *first_tool(const struct fake_plan *plan) {
    for (uint32_t i = 0; i < plan->n_device; i++) {
        if (plan->device[i].tool[0] != '\0') {
            return &plan->device[i];
        }
    }
    return NULL;
}

static const char *meaning_of(uint8_t role) {
    return role == FAKE_ROLE_LOT      ? "lot"
           : role == FAKE_ROLE_STEP   ? "step"
           : role == FAKE_ROLE_RECIPE ? "recipe"
                                      : "";
}

static const char *item_of(uint8_t type) {
    return type == SAMPLE_DOUBLE ? "<F8 0>" : type == SAMPLE_INTEGER ? "<I8 0>" : "<A>";
}

static void add_variables(const struct fake_plan *plan, const struct fake_device *tool,
                          struct text *out) {
    for (uint32_t i = 0; i < tool->n_tag; i++) {
        const struct fake_tag *tag = &plan->tag[tool->first_tag + i];
        text_addf(out, "variable,%u,", FIRST_TAG + i);
        text_add_csv(out, tag->name);
        text_addz(out, ",SV,");
        text_add_csv(out, tag->unit);
        text_addf(out, ",,%s,%s,,\n", meaning_of(tag->role), item_of(tag->type));
    }
}

// The ids of tags that are measured, or of those that are not.
static void add_ids(const struct fake_plan *plan, const struct fake_device *tool, bool is_measured,
                    struct text *out) {
    bool has_one = false;
    for (uint32_t i = 0; i < tool->n_tag; i++) {
        if ((plan->tag[tool->first_tag + i].type == SAMPLE_DOUBLE) == is_measured) {
            text_addf(out, "%s%u", has_one ? " " : "", FIRST_TAG + i);
            has_one = true;
        }
    }
}

static void add_reports(const struct fake_plan *plan, const struct fake_device *tool,
                        struct text *out) {
    text_addz(out, "report,10,job,,,1 ");
    add_ids(plan, tool, false, out);
    text_addz(out, ",,,,\nreport,11,process,,,");
    add_ids(plan, tool, true, out);
    text_addz(out, ",,,,\n");
    text_addf(out,
              "event,%d,LotStarted,,,10,lot start,,,\nevent,%d,LotFinished,,,10 11,lot end,,,\n",
              LOT_STARTED, LOT_FINISHED);
    for (uint32_t i = 0; i < N_STATE; i++) {
        text_addf(out, "event,%u,%s,,,10,%s,,,\n", FIRST_STATE + i, states[i].name,
                  states[i].means);
    }
}

maru_status fake_secs_write_profile(const struct fake_plan *plan, struct text *out,
                                    maru_error *err) {
    const struct fake_device *tool = first_tool(plan);
    text_addz(out,
              "row,id,name,kind,unit,list,means,value,low,high\n"
              "setting,,model,,,,,MARU-FAKE,,\nsetting,,version,,,,,1,,\n"
              "variable,1,Clock,SV,,,clock,,,\nvariable,2,ControlState,SV,,,control state,,,\n");
    if (tool) {
        add_variables(plan, tool, out);
        add_reports(plan, tool, out);
        for (uint32_t i = 0; i < plan->n_alarm; i++) {
            text_addf(out, "alarm,%d,", plan->alarm[i].code);
            text_add_csv(out, plan->alarm[i].text);
            text_addf(out, ",%u,,,,,,\n", plan->alarm[i].category);
        }
        text_addz(out, "trace,1,,,,");
        add_ids(plan, tool, true, out);
        text_addz(out, ",,1,1,1000000\n");
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory");
}

maru_status fake_secs_write_tools(const struct fake_plan *plan,
                                  const struct fake_secs_options *options, struct text *out,
                                  maru_error *err) {
    uint32_t n = 0;
    text_addz(out, "tool,address,port,device,profile\n");
    for (uint32_t i = 0; i < plan->n_device; i++) {
        if (plan->device[i].tool[0] == '\0') {
            continue;
        }
        n++;
        text_add_csv(out, plan->device[i].name);
        if (options->is_active) {
            text_addf(out, ",,,%u,\n", n);
        } else {
            text_addf(out, ",%s,%u,%u,\n", options->address, (unsigned)options->port + n - 1, n);
        }
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory");
}
