// maru fake PLANT: equipment to connect to, played by a twin of the plant.

#include "base/number.h"
#include "base/status.h"
#include "cli/fake/host_tables.h"
#include "cli/fake/play.h"
#include "cli/verb.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/stop.h"
#include "study/json_writer.h"
#include "study/words/numerals.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct fake_values {
    struct common common;
    const char *sparkplug, *ca_file, *host, *clock, *faults;
    const char *secs, *bind, *tables, *gateway, *truth;
    uint64_t seed, tools, flood, modbus, opcua;
    double speed, scale;
    maru_time begin, past, for_, period, heartbeat;
    bool list;
};

struct fake { // all that one call of the verb holds
    struct call *call;
    const struct fake_values *values;
    maru_plant *plant, *scaled;
    const maru_plant *played; // one of the two
    maru_model *model;
    struct life *life;
    struct stage stage;
    struct fault_table faults;
    struct disturb *disturb;
    struct acts acts;
    char secs_address[256];
    struct fake_secs_options secs;
    struct cast_options cast_options;
    struct cast *cast;
    FILE *truth;
};

// ---- what is asked for

static bool has_plant_clock(const struct fake_values *values) {
    return strcmp(values->clock, "plant") == 0;
}

static maru_status check_values(const struct fake *fake, maru_error *err) {
    const struct fake_values *values = fake->values;
    if (strcmp(values->clock, "wall") != 0 && strcmp(values->clock, "plant") != 0) {
        return fail(err, MARU_E_USAGE, "--clock: wall or plant is wanted");
    }
    if (values->speed > PLAY_MAX_SPEED) {
        return fail(err, MARU_E_USAGE,
                    "--speed: at most a million times as fast as the wall clock");
    }
    if (values->scale < 0.01 || values->scale > 100) {
        return fail(err, MARU_E_USAGE, "--scale: a factor from 0.01 to 100 is wanted");
    }
    if (values->period < 10000 || values->period > PLAY_MAX_PERIOD) {
        return fail(err, MARU_E_USAGE, "--period: a span from 0.01 s to 1 h is wanted");
    }
    if (values->past > PLAY_MAX_PAST ||
        (double)values->past * values->speed > (double)values->begin) {
        return fail(
            err, MARU_E_USAGE,
            "--past: at most a day, and no more than --begin: the plant has no earlier past");
    }
    if (values->past > 0 && !values->sparkplug && !values->list && !values->tables) {
        return fail(err, MARU_E_USAGE, "--past goes over Sparkplug B: give --sparkplug URL");
    }
    if (values->flood > 0 && !values->sparkplug) {
        return fail(err, MARU_E_USAGE, "--flood goes over Sparkplug B: give --sparkplug URL");
    }
    const bool is_asked = values->sparkplug || values->modbus > 0 || values->opcua > 0 ||
                          values->secs || values->tables;
    if (!values->list && !is_asked) {
        return fail(
            err, MARU_E_USAGE,
            "nothing to play on: give --sparkplug URL, or --list to see what would be played");
    }
    return MARU_OK;
}

// 5000: the first tool listens there; host:5000: tools connect to it.
static maru_status read_secs(struct fake *fake, maru_error *err) {
    const char *text = fake->values->secs;
    const char *colon = strrchr(text, ':'), *number = colon ? colon + 1 : text;
    const size_t n = colon ? (size_t)(colon - text) : 0;
    int64_t port = 0;
    if (!number_int64(number, strlen(number), &port) || port < 1 || port > 65535 ||
        n >= sizeof fake->secs_address || (colon && n == 0)) {
        return fail(
            err, MARU_E_USAGE,
            "--secs: a port that the first tool listens at, or HOST:PORT that tools connect "
            "to, is wanted");
    }
    memcpy(fake->secs_address, text, n);
    fake->secs =
        (struct fake_secs_options){.address = colon ? fake->secs_address : fake->values->bind,
                                   .port = (int)port,
                                   .is_active = colon != NULL};
    return MARU_OK;
}

// The plant as its tools really are: slower or faster than the tables say.
static maru_status scale_plant(struct fake *fake, maru_error *err) {
    char percent[40];
    fake->played = fake->plant;
    if (fake->values->scale == 1) {
        return MARU_OK;
    }
    snprintf(percent, sizeof percent, "%lld.%03lld", (long long)(fake->values->scale * 100),
             llround(fake->values->scale * 100000) % 1000);
    const maru_change change = {"process:*", percent};
    const maru_status st = maru_plant_change(fake->plant, &change, 1, &fake->scaled, err);
    fake->played = st == MARU_OK ? fake->scaled : fake->plant;
    return st;
}

static uint32_t flood_tags(uint64_t rate) { // 100 rounds a second, or one tag
    const uint64_t n = (rate + 99) / 100;
    return (uint32_t)(n < STAGE_MAX_FLOOD ? n : STAGE_MAX_FLOOD);
}

static maru_status prepare(struct fake *fake, maru_error *err) {
    const struct fake_values *values = fake->values;
    maru_status st = check_values(fake, err);
    st = st == MARU_OK && values->secs ? read_secs(fake, err) : st;
    st = st == MARU_OK ? scale_plant(fake, err) : st;
    st = st == MARU_OK ? stage_init(&fake->stage, fake->played, (uint32_t)values->tools,
                                    flood_tags(values->flood), err)
                       : st;
    return st;
}

// Read the table of faults; each thing that is wrong with it is said on stderr. Gives an exit status.
static int read_faults(struct fake *fake) {
    maru_error err = {0};
    struct text bytes;
    text_init(&bytes, FAULT_MAX_BYTES + 1);
    maru_faults *found = maru_faults_new();
    maru_status st = found ? files_read(fake->values->faults, &bytes, &err)
                           : fail(&err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? fault_table_read(fake->values->faults, bytes.bytes ? bytes.bytes : "",
                                          bytes.n_bytes, fake->played, found, &fake->faults, &err)
                       : st;
    const int status = st == MARU_OK        ? EXIT_GOOD
                       : st == MARU_E_INPUT ? verb_refuse_faults(fake->call, found, &err)
                                            : verb_refuse(fake->call, &err);
    maru_faults_free(found);
    text_fini(&bytes);
    return status;
}

static maru_status open_life(struct fake *fake, maru_error *err) {
    const struct fake_values *values = fake->values;
    const uint32_t n_tool = maru_plant_sizes(fake->played).n_tool;
    maru_status st = maru_model_new(fake->played, NULL, &fake->model, err);
    st = st == MARU_OK ? disturb_new(&fake->faults, values->seed, n_tool, &fake->disturb, err) : st;
    st = st == MARU_OK ? disturb_acts(&fake->faults, fake->played, values->begin, values->speed,
                                      &fake->acts, err)
                       : st;
    const struct life_options life = {.model = fake->model,
                                      .seed = values->seed,
                                      .begin_us = values->begin -
                                                  (maru_time)((double)values->past * values->speed),
                                      .acts = &fake->acts};
    return st == MARU_OK ? life_new(&life, &fake->life, err) : st;
}

static maru_status open_all(struct fake *fake, maru_error *err) {
    const struct fake_values *values = fake->values;
    const maru_status st = open_life(fake, err);
    fake->cast_options = (struct cast_options){.stage = &fake->stage,
                                               .faults = &fake->faults,
                                               .wall_us = clock_unix_us(),
                                               .bind = values->bind,
                                               .modbus = (int)values->modbus,
                                               .opcua = (int)values->opcua,
                                               .gateway = values->gateway,
                                               .secs = values->secs ? &fake->secs : NULL,
                                               .sparkplug = values->sparkplug,
                                               .ca_file = values->ca_file,
                                               .host = values->host,
                                               .has_past = values->past > 0};
    return st == MARU_OK ? cast_open(&fake->cast_options, &fake->cast, err) : st;
}

static int write_tables(struct fake *fake, bool is_quiet) {
    struct fake_secs_options secs = fake->secs;
    secs.port = secs.port > 0 ? secs.port : HOST_TABLES_SECS_PORT;
    secs.address = secs.address ? secs.address : fake->values->bind;
    struct written written = {.folder = fake->values->tables};
    maru_error err = {0};
    const struct host_tables_options options = {
        .plan = &fake->stage.plan,
        .plant = fake->plant,
        .secs = &secs,
        .speed = has_plant_clock(fake->values) ? 1 : fake->values->speed};
    const maru_status st = host_tables_write(&options, &written, &err);
    return st != MARU_OK ? verb_refuse(fake->call, &err)
           : is_quiet    ? EXIT_GOOD
                         : written_tell(&written, fake->call);
}

// ---- what would be played

static void list_as_json(const struct fake *fake, struct text *out) {
    const struct fake_plan *plan = &fake->stage.plan;
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "plant", plan->plant);
    json_open_list(&json, "devices");
    for (uint32_t i = 0; i < plan->n_device; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "node", plan->device[i].node);
        json_add_string(&json, "device", plan->device[i].name);
        json_add_string(&json, "tool", plan->device[i].tool);
        json_add_count(&json, "tags", plan->device[i].n_tag);
        json_close(&json);
    }
    json_close(&json);
    json_open_list(&json, "tags");
    for (uint32_t i = 0; i < (fake->stage.n_tool > 0 ? N_LIFE_TAG : 0); i++) {
        const struct fake_tag *tag = &plan->tag[i];
        json_open_object(&json, NULL);
        json_add_string(&json, "name", tag->name);
        json_add_string(&json, "type", sample_type_name((enum sample_type)tag->type));
        json_add_string(&json, "unit", tag->unit);
        json_add_number(&json, "deadband", tag->deadband);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static void list_tags(const struct fake *fake, const struct fake_device *device, struct text *out) {
    const struct call *call = fake->call;
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FAKE_TAG));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FAKE_TYPE));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_UNIT));
    for (uint32_t i = 0; i < device->n_tag; i++) {
        const struct fake_tag *tag = &fake->stage.plan.tag[device->first_tag + i];
        table_add(&table, STYLE_PLAIN, tag->name);
        table_add(&table, STYLE_DIM, sample_type_name((enum sample_type)tag->type));
        table_add(&table, STYLE_PLAIN, tag->unit);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

static void list_as_text(const struct fake *fake, struct text *out) {
    const struct call *call = fake->call;
    const struct fake_plan *plan = &fake->stage.plan;
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FAKE_NODE));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FAKE_DEVICE));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FAKE_TOOL));
    for (uint32_t i = 0; i < plan->n_device; i++) {
        table_add(&table, STYLE_PLAIN, plan->device[i].node);
        table_add(&table, STYLE_PLAIN, plan->device[i].name);
        table_add(&table, STYLE_DIM, plan->device[i].tool);
    }
    words_add(out, call->lang, W_FAKE_PLAYS,
              (const char *const[]){numeral_count(fake->stage.n_tool).text, plan->plant, NULL});
    text_addz(out, "\n\n");
    (void)table_print(&table, call->look, out);
    table_fini(&table);
    text_addz(out, "\n");
    if (fake->stage.n_tool > 0) {
        list_tags(fake, &plan->device[0], out);
        text_addz(out, "\n");
    }
    list_tags(fake, &plan->device[fake->stage.n_tool], out);
}

static int list(const struct fake *fake) {
    struct text out;
    text_init(&out, 1 << 28);
    if (fake->call->json) {
        list_as_json(fake, &out);
    } else {
        list_as_text(fake, &out);
    }
    const int status = verb_print(fake->call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

// ---- playing

static void tell_counts(const struct fake *fake, const struct play_counts *counts,
                        const struct cast_look *look, struct text *out) {
    const struct fake_sparkplug_look *sent = &look->sparkplug;
    struct json json;
    if (!fake->call->json) {
        words_add(out, fake->call->lang, W_FAKE_END,
                  (const char *const[]){
                      numeral_count(sent->n_value).text, numeral_count(sent->n_message).text,
                      numeral_count(sent->n_historical).text,
                      numeral_count(sent->n_kept + sent->n_dropped).text,
                      numeral_count(counts->n_event).text, numeral(counts->seconds, 1).text, NULL});
        text_addz(out, "\n");
        return;
    }
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_number(&json, "seconds", counts->seconds);
    json_add_number(&json, "plant_seconds", (double)counts->plant_us / (double)MARU_SECOND);
    json_add_count(&json, "events", counts->n_event);
    json_add_count(&json, "changes", counts->n_change);
    json_add_count(&json, "measured", counts->n_measured);
    json_add_count(&json, "told", counts->n_told);
    cast_add_json(&json, look);
    json_open_object(&json, "flood");
    json_add_count(&json, "tags", fake->stage.n_flood);
    json_add_count(&json, "rounds", counts->n_flood_round);
    json_add_count(&json, "values", counts->n_flood_round * fake->stage.n_flood);
    json_close(&json);
    json_close(&json);
}

static int perform(struct fake *fake) {
    const struct fake_values *values = fake->values;
    maru_error err = {0};
    stop_listen();
    maru_status st = open_all(fake, &err);
    if (st == MARU_OK && values->truth) {
        fake->truth = fopen(values->truth, "w");
        st = fake->truth ? MARU_OK : fail(&err, MARU_E_IO, "--truth: the file cannot be written");
    }
    if (st != MARU_OK) {
        return verb_refuse(fake->call, &err);
    }
    verb_note(fake->call, W_FAKE_PLAYS,
              (const char *const[]){numeral_count(fake->stage.n_tool).text, fake->stage.plan.plant,
                                    NULL});
    const struct play_options options = {.life = fake->life,
                                         .plant = fake->played,
                                         .stage = &fake->stage,
                                         .speed = values->speed,
                                         .begin_us = values->begin,
                                         .past_us = values->past,
                                         .for_us = values->for_,
                                         .period_us = values->period,
                                         .heartbeat_us = values->heartbeat,
                                         .flood = values->flood,
                                         .has_plant_clock = has_plant_clock(values),
                                         .disturb = fake->faults.n_row > 0 ? fake->disturb : NULL,
                                         .faults = &fake->faults,
                                         .wall_us = fake->cast_options.wall_us,
                                         .cast = fake->cast,
                                         .truth = fake->truth};
    struct play_counts counts = {0};
    struct cast_look look = {0};
    st = play(fake->call, &options, &counts, &err);
    cast_close(fake->cast, &look);
    fake->cast = NULL;
    if (st != MARU_OK) {
        return verb_refuse(fake->call, &err);
    }
    struct text out;
    text_init(&out, 1 << 16);
    tell_counts(fake, &counts, &look, &out);
    const int status = fake->call->quiet && !fake->call->json
                           ? EXIT_GOOD
                           : verb_print(fake->call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static void fini(struct fake *fake) {
    if (fake->truth) {
        fclose(fake->truth);
    }
    cast_close(fake->cast, NULL);
    disturb_free(fake->disturb);
    acts_fini(&fake->acts);
    fault_table_fini(&fake->faults);
    life_free(fake->life);
    maru_model_free(fake->model);
    stage_fini(&fake->stage);
    maru_plant_free(fake->scaled);
    maru_plant_free(fake->plant);
}

static int run_fake(struct call *call) {
    struct fake fake = {.call = call, .values = call->args.values};
    int status = verb_open_plant(call, call->args.word[0], &fake.plant);
    if (status == EXIT_GOOD) {
        maru_error err = {0};
        status = prepare(&fake, &err) == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
    }
    if (status == EXIT_GOOD && fake.values->faults) {
        status = read_faults(&fake);
    }
    const bool plays = fake.values->sparkplug || fake.values->modbus > 0 ||
                       fake.values->opcua > 0 || fake.values->secs;
    if (status == EXIT_GOOD && fake.values->tables) {
        status = write_tables(&fake, plays || fake.values->list);
    }
    if (status == EXIT_GOOD && (plays || fake.values->list)) {
        status = fake.values->list ? list(&fake) : perform(&fake);
    }
    fini(&fake);
    return status;
}

#define AT(member) offsetof(struct fake_values, member)
static const struct option options[] = {
    {"sparkplug", 0, OPTION_TEXT, AT(sparkplug), "URL", NULL, W_HELP_FAKE_SPARKPLUG, 0, 0},
    {"ca-file", 0, OPTION_TEXT, AT(ca_file), "FILE", "", W_HELP_FAKE_CA, 0, 0},
    {"host", 0, OPTION_TEXT, AT(host), "ID", "", W_HELP_FAKE_HOST, 0, 0},
    {"modbus", 0, OPTION_COUNT, AT(modbus), "PORT", NULL, W_HELP_FAKE_MODBUS, 1, 65535},
    {"secs", 0, OPTION_TEXT, AT(secs), "PORT|HOST:PORT", NULL, W_HELP_FAKE_SECS, 0, 0},
    {"opcua", 0, OPTION_COUNT, AT(opcua), "PORT", NULL, W_HELP_FAKE_OPCUA, 1, 65535},
    {"gateway", 0, OPTION_TEXT, AT(gateway), "FOLDER", "gateway/opcua", W_HELP_FAKE_GATEWAY, 0, 0},
    {"bind", 0, OPTION_TEXT, AT(bind), "ADDRESS", "127.0.0.1", W_HELP_FAKE_BIND, 0, 0},
    {"tables", 0, OPTION_TEXT, AT(tables), "FOLDER", NULL, W_HELP_FAKE_TABLES, 0, 0},
    {"truth", 0, OPTION_TEXT, AT(truth), "FILE", NULL, W_HELP_FAKE_TRUTH, 0, 0},
    {"seed", 's', OPTION_COUNT, AT(seed), "N", "1", W_HELP_SEED, 0, INT64_MAX},
    {"speed", 0, OPTION_REAL, AT(speed), "X", "1", W_HELP_FAKE_SPEED, 0, 0},
    {"scale", 0, OPTION_REAL, AT(scale), "X", "1", W_HELP_FAKE_SCALE, 0, 0},
    {"tools", 0, OPTION_COUNT, AT(tools), "N", NULL, W_HELP_FAKE_TOOLS, 1, 1000000},
    {"begin", 0, OPTION_SPAN, AT(begin), "SPAN", "0", W_HELP_FAKE_BEGIN, 0, 0},
    {"past", 0, OPTION_SPAN, AT(past), "SPAN", "0", W_HELP_FAKE_PAST, 0, 0},
    {"for", 0, OPTION_SPAN, AT(for_), "SPAN", NULL, W_HELP_FAKE_FOR, 0, 0},
    {"period", 0, OPTION_SPAN, AT(period), "SPAN", "1 s", W_HELP_FAKE_PERIOD, 0, 0},
    {"heartbeat", 0, OPTION_SPAN, AT(heartbeat), "SPAN", "1 min", W_HELP_FAKE_HEARTBEAT, 0, 0},
    {"clock", 0, OPTION_TEXT, AT(clock), "wall|plant", "wall", W_HELP_FAKE_CLOCK, 0, 0},
    {"faults", 0, OPTION_TEXT, AT(faults), "FILE.csv", NULL, W_HELP_FAKE_FAULTS, 0, 0},
    {"flood", 0, OPTION_COUNT, AT(flood), "RATE", NULL, W_HELP_FAKE_FLOOD, 1, PLAY_MAX_FLOOD},
    {"list", 0, OPTION_FLAG, AT(list), NULL, NULL, W_HELP_FAKE_LIST, 0, 0},
};
#undef AT

static const char *const examples[] = {
    "maru fake examples/minifab --list",
    "maru fake examples/minifab --sparkplug mqtt://localhost --begin 10 --speed 60",
    "maru fake examples/minifab --modbus 1502 --secs 5000 --tables fake",
    "maru fake my-fab --sparkplug mqtt://localhost --seed 2 --scale 1.05",
    NULL,
};

const struct verb verb_fake = {.name = "fake",
                               .synopsis = "PLANT [--sparkplug URL] [--modbus PORT] [--secs PORT] "
                                           "[--opcua PORT] [--speed X] [--seed N] [--list] ...",
                               .purpose = W_FAKE_PURPOSE,
                               .option = options,
                               .n_option = sizeof options / sizeof options[0],
                               .n_value_bytes = sizeof(struct fake_values),
                               .min_words = 1,
                               .max_words = 1,
                               .example = examples,
                               .run = run_fake};
