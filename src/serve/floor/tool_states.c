#include "serve/floor/tool_states.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/number.h"
#include "base/status.h"
#include "serve/floor/signal_names.h"

// Each sample of a signal that the table knows becomes an event of its tool's timeline, or a count. A tool that says every second
// what it said before changes nothing: such samples are passed over, and only the time of the newest is kept. Where a late sample
// says something else in between, the first that was passed over behind it is read from the store and put after all.
//
// A sample of bad quality says that the link to the tool is lost; the next good one, that it is back.

enum { EVENT_ARENA_BYTES = 8 << 20 };

static const maru_time minor_stop_us = INT64_C(300000000), startup_us = INT64_C(900000000);

// ---- new and free

// The number of what the tool makes, with its ideal time.
static uint32_t item_of(void *context, uint32_t product, uint32_t step) {
    const struct tool_state *tool = context;
    struct tool_states *s = tool->states;
    char item[2 * MAPPING_MAX_NAME_BYTES + 32];
    uint32_t number = 0;
    const uint32_t name = (uint32_t)(tool - s->tool);
    const char *of_product = s->words.name[product], *of_step = s->words.name[step];
    const int n = snprintf(item, sizeof item, "%u\n%.255s\n%.255s", name, of_product, of_step);
    if (s->items.n >= STATES_MAX_ITEMS ||
        names_add(&s->items, item, (size_t)n, &number, NULL) != MARU_OK) {
        return UINT32_MAX;
    }
    if (number >= s->cap_item) {
        const uint32_t cap = s->cap_item < 64 ? 64 : 2 * s->cap_item;
        maru_time *more = alloc_resize(s->ideal_us, cap, sizeof *more);
        if (!more) {
            return UINT32_MAX;
        }
        s->ideal_us = more;
        s->cap_item = cap;
    }
    s->ideal_us[number] = ideals_find(&s->ideals, of_product, of_step, s->mapping.tools.name[name]);
    return number;
}

static maru_status make_tools(struct tool_states *s, maru_error *err) {
    const uint32_t n = s->mapping.tools.n, n_key = s->mapping.keys.n;
    if (n > STATES_MAX_TOOLS) {
        return fail(err, MARU_E_LIMIT, "more than %d tools", STATES_MAX_TOOLS);
    }
    s->tool = alloc_new(n > 0 ? n : 1, sizeof *s->tool);
    s->signal = alloc_new(n_key + 1, sizeof *s->signal);
    s->source = alloc_new(n_key + 1, sizeof *s->source);
    if (!s->tool || !s->signal || !s->source) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        struct tool_state *tool = &s->tool[i];
        tool->touched_us = INT64_MAX;
        st = timeline_init(&tool->timeline, STATES_MAX_EVENTS, err);
        tool->states = s;
        st = st == MARU_OK
                 ? production_init(&tool->production, STATES_MAX_NOTES, item_of, tool, err)
                 : st;
        s->n_tool = i + 1;
    }
    return st;
}

static maru_status read_tables(struct tool_states *s, const struct text *equipment,
                               const struct text *ideals, maru_error *err) {
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = mapping_read("equipment.csv", equipment->bytes ? equipment->bytes : "",
                                  equipment->n_bytes, NULL, faults, &s->mapping, err);
    if (st == MARU_OK && ideals && ideals->n_bytes > 0) {
        st = ideals_read("ideals.csv", ideals->bytes, ideals->n_bytes, faults, &s->ideals, err);
    }
    maru_faults_free(faults);
    return st;
}

maru_status tool_states_new(const struct text *equipment, const struct text *ideals,
                            struct signals *signals, struct tool_states **out, maru_error *err) {
    struct tool_states *s = alloc_new(1, sizeof *s);
    uint32_t none = 0;
    if (!s) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    s->signals = signals;
    names_init(&s->words, STATES_MAX_NAMES_BYTES);
    names_init(&s->items, STATES_MAX_NAMES_BYTES);
    maru_status st = names_add(&s->words, "", 0, &none, err);
    st = st == MARU_OK ? read_tables(s, equipment, ideals, err) : st;
    st = st == MARU_OK ? make_tools(s, err) : st;
    if (st != MARU_OK) {
        tool_states_free(s);
        return st;
    }
    *out = s;
    return MARU_OK;
}

void tool_states_free(struct tool_states *s) {
    if (!s) {
        return;
    }
    for (uint32_t i = 0; i < s->n_tool; i++) {
        timeline_fini(&s->tool[i].timeline);
        production_fini(&s->tool[i].production);
    }
    mapping_fini(&s->mapping);
    ideals_fini(&s->ideals);
    names_fini(&s->words);
    names_fini(&s->items);
    alloc_free(s->ideal_us);
    alloc_free(s->tool);
    alloc_free(s->signal);
    alloc_free(s->source);
    alloc_free(s);
}

static uint32_t word_of(struct tool_states *s, const char *bytes, size_t n) {
    uint32_t word = 0;
    return names_add(&s->words, bytes, n, &word, NULL) == MARU_OK ? word : 0;
}

// ---- which signal is meant

// equipment and signal are any two parts of a name at a slash.
static uint32_t find_key(const struct mapping *mapping, const char *name) {
    char equipment[SIGNAL_NAME_BYTES];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(equipment, sizeof equipment, "%.*s", (int)(slash - name), name);
        const uint32_t key = mapping_find(mapping, equipment, slash + 1);
        if (key != NAME_NONE) {
            return key;
        }
    }
    return NAME_NONE;
}

uint32_t tool_states_key(struct tool_states *s, const struct signal_row *row) {
    struct signal_names names = {0};
    uint32_t key = NAME_NONE;
    signal_names_of(row, &names);
    for (int i = 0; key == NAME_NONE && i < N_SIGNAL_NAME; i++) {
        key = find_key(&s->mapping, names.name[i]);
    }
    if (key != NAME_NONE) {
        s->signal[key] = row->id;
        s->source[key] = word_of(s, row->source, strlen(row->source));
    }
    return key;
}

// ---- states

static void put(struct tool_states *s, struct tool_state *tool, const struct timeline_event *event,
                uint32_t key) {
    if (timeline_put(&tool->timeline, event, NULL) != MARU_OK) {
        s->n_refused++;
        return;
    }
    tool->touched_us = event->at_us < tool->touched_us ? event->at_us : tool->touched_us;
    if (!tool->has_last || event->at_us >= tool->last.at_us) {
        tool->last = *event;
        tool->last_key = key;
        tool->has_last = true;
        tool->heard_us = event->at_us > tool->heard_us ? event->at_us : tool->heard_us;
    }
}

static bool says_the_same(const struct timeline_event *a, const struct timeline_event *b) {
    return a->kind == b->kind && a->substate == b->substate && a->subject == b->subject &&
           a->reason == b->reason;
}

struct first {
    struct tool_states *states;
    struct tool_state *tool;
};

static maru_status put_first(void *context, const struct sample *sample, size_t n,
                             maru_error *err) {
    const struct first *first = context;
    struct timeline_event event;
    if (n == 0) {
        return MARU_OK;
    }
    const struct mapping_rule *rule =
        mapping_match(&first->states->mapping, first->tool->last_key, sample);
    if (rule && mapping_event(rule, sample, 0, &event)) {
        put(first->states, first->tool, &event, first->tool->last_key);
    }
    return fail(err, MARU_E_STOPPED, "enough");
}

// Something late has been put: what was passed over behind it counts again.
static void put_passed_over(struct tool_states *s, struct tool_state *tool, maru_time at_us) {
    struct first first = {s, tool};
    const int64_t signal = tool->last_key < s->mapping.keys.n ? s->signal[tool->last_key] : 0;
    if (s->signals && signal > 0) {
        (void)!signals_read(s->signals, signal, at_us + 1, tool->heard_us + 1, put_first, &first,
                            NULL);
    }
}

static void take_event(struct tool_states *s, struct tool_state *tool,
                       const struct timeline_event *event, uint32_t key) {
    if (tool->has_last && event->at_us >= tool->last.at_us && says_the_same(event, &tool->last)) {
        tool->heard_us = event->at_us > tool->heard_us ? event->at_us : tool->heard_us;
        return;
    }
    const bool is_late = tool->has_last && event->at_us < tool->heard_us;
    if (tool->has_last && tool->last.kind == TIMELINE_LOST && !is_late &&
        event->kind != TIMELINE_BACK && event->kind != TIMELINE_BACK_WHOLE &&
        event->kind != TIMELINE_LOST) {
        const struct timeline_event back = {.at_us = event->at_us, .kind = TIMELINE_BACK};
        put(s, tool, &back, key);
    }
    const uint32_t last_key = tool->last_key;
    if (event->kind == TIMELINE_SAY && s->signal[key] > 0) {
        timeline_take_back(&tool->timeline, event->at_us); // a signal has one value of a moment
    }
    put(s, tool, event, key);
    if (is_late) {
        const uint32_t now_key = tool->last_key;
        tool->last_key = last_key;
        put_passed_over(s, tool, event->at_us);
        tool->last_key = tool->last.at_us == event->at_us ? now_key : tool->last_key;
    }
}

// ---- what it makes, and of what

static uint32_t sample_word(struct tool_states *s, const struct sample *sample) {
    char digits[32];
    if (sample->type == SAMPLE_TEXT) {
        return word_of(s, sample->value.text, sample->n_text);
    }
    const double number = sample_number(sample);
    snprintf(digits, sizeof digits, "%lld", fabs(number) < 1e15 ? (long long)number : (long long)0);
    return word_of(s, digits, strlen(digits));
}

enum { NO_KIND = N_PRODUCTION_KIND };

static uint8_t kind_of(uint8_t meaning) {
    switch (meaning) {
    case MAPPING_PRODUCT:
        return PRODUCTION_PRODUCT;
    case MAPPING_STEP:
        return PRODUCTION_STEP;
    case MAPPING_GOOD:
        return PRODUCTION_GOOD;
    case MAPPING_SCRAP:
        return PRODUCTION_SCRAP;
    case MAPPING_REWORK:
        return PRODUCTION_REWORK;
    case MAPPING_GOOD_TOTAL:
        return PRODUCTION_GOOD_TOTAL;
    case MAPPING_SCRAP_TOTAL:
        return PRODUCTION_SCRAP_TOTAL;
    case MAPPING_REWORK_TOTAL:
        return PRODUCTION_REWORK_TOTAL;
    default:
        return NO_KIND;
    }
}

// The key of which the next note is to be put again, UINT32_MAX: none.
static uint32_t put_note(struct tool_states *s, const struct mapping_rule *rule,
                         const struct sample *sample) {
    struct production_note note = {
        .at_us = sample->at_us, .key = rule->key, .kind = kind_of(rule->meaning)};
    uint32_t again = UINT32_MAX;
    note.value = note.kind < PRODUCTION_WORDS ? sample_word(s, sample) : sample_number(sample);
    s->n_refused += production_put(&s->tool[rule->name].production, &note, &again, NULL) != MARU_OK;
    return again;
}

struct next_note {
    struct tool_states *states;
    uint32_t key;
};

static maru_status put_next(void *context, const struct sample *sample, size_t n, maru_error *err) {
    const struct next_note *next = context;
    for (size_t i = 0; i < n; i++) {
        const struct mapping_rule *rule =
            mapping_match(&next->states->mapping, next->key, &sample[i]);
        if (rule && sample[i].quality >= QUALITY_UNCERTAIN && kind_of(rule->meaning) != NO_KIND) {
            (void)put_note(next->states, rule, &sample[i]);
            return fail(err, MARU_E_STOPPED, "enough");
        }
    }
    return MARU_OK;
}

static void take_note(struct tool_states *s, const struct mapping_rule *rule,
                      const struct sample *sample) {
    struct next_note next = {s, put_note(s, rule, sample)};
    const int64_t signal = next.key < s->mapping.keys.n ? s->signal[next.key] : 0;
    if (s->signals && signal > 0) {
        const maru_time from_us = sample->at_us + (next.key <= rule->key);
        (void)!signals_read(s->signals, signal, from_us, SIGNALS_TO_US, put_next, &next, NULL);
    }
}

static void take_lot(struct tool_states *s, const struct mapping_rule *rule,
                     const struct sample *sample) {
    struct tool_lot *lot = &s->tool[rule->name].lot;
    const uint32_t word = sample_word(s, sample);
    const bool is_end = rule->meaning == MAPPING_LOT_END;
    if (sample->at_us >= lot->at_us && (!is_end || lot->word == word)) {
        *lot = (struct tool_lot){sample->at_us, is_end ? 0 : word};
    }
}

// ---- what comes

static bool is_state(uint8_t meaning) {
    return meaning == MAPPING_STATE || meaning == MAPPING_BEGIN || meaning == MAPPING_END ||
           meaning == MAPPING_EPT;
}

static void lose(struct tool_states *s, uint32_t key, maru_time at_us) {
    const struct mapping_rule *rule = &s->mapping.rule[s->mapping.first_rule[key]];
    const struct timeline_event lost = {.at_us = at_us, .kind = TIMELINE_LOST};
    if (s->mapping.first_rule[key] < s->mapping.first_rule[key + 1] && is_state(rule->meaning)) {
        take_event(s, &s->tool[rule->name], &lost, key);
    }
}

void tool_states_sample(struct tool_states *s, uint32_t key, const struct sample *sample) {
    struct timeline_event event;
    if (sample->quality < QUALITY_UNCERTAIN) {
        lose(s, key, sample->at_us);
        return;
    }
    const struct mapping_rule *rule = mapping_match(&s->mapping, key, sample);
    if (!rule) {
        return;
    }
    const uint8_t meaning = rule->meaning;
    if (mapping_event(rule, sample, 0, &event)) {
        take_event(s, &s->tool[rule->name], &event, key);
    } else if (kind_of(meaning) != NO_KIND) {
        take_note(s, rule, sample);
    }
    if (meaning == MAPPING_LOT || meaning == MAPPING_LOT_BEGIN || meaning == MAPPING_LOT_END) {
        take_lot(s, rule, sample);
    }
}

static bool is_part_of(const char *source, const char *connection) {
    const size_t n = strlen(connection);
    return strncmp(source, connection, n) == 0 && (source[n] == '/' || source[n] == '\0');
}

// A gap in the data of a connection, or of a part of it: nobody knows what its tools did meanwhile.
static void take_gap(struct tool_states *s, const char *connection, maru_time from_us,
                     maru_time until_us) {
    const struct timeline_event lost = {.at_us = from_us, .kind = TIMELINE_LOST};
    const struct timeline_event back = {.at_us = until_us, .kind = TIMELINE_BACK};
    for (uint32_t key = 0; key < s->mapping.keys.n; key++) {
        const struct mapping_rule *rule = &s->mapping.rule[s->mapping.first_rule[key]];
        struct tool_state *tool = &s->tool[rule->name];
        const bool is_done = tool->has_last && tool->last.kind == TIMELINE_BACK &&
                             tool->last.at_us == until_us; // by another signal of the tool
        if (s->signal[key] > 0 && is_state(rule->meaning) && !is_done &&
            is_part_of(s->words.name[s->source[key]], connection)) {
            put(s, tool, &lost, key);
            put(s, tool, &back, key);
        }
    }
}

// What an event says: a member of its detail, or the lot that it is about.
static void say(const struct event *event, struct arena *arena, struct sample *out) {
    static const char *const member[] = {"value", "to", "state"};
    struct json_tree tree;
    out->value.text = event->lot;
    out->n_text = (uint32_t)strlen(event->lot);
    if (json_read(event->detail, strlen(event->detail), arena, &tree, NULL) != MARU_OK) {
        return;
    }
    for (size_t i = 0; i < sizeof member / sizeof member[0]; i++) {
        const uint32_t at = json_member(&tree, 0, member[i], strlen(member[i]));
        double number = 0;
        if (at == 0) {
            continue;
        }
        if (tree.node[at].kind == JSON_TEXT) {
            out->value.text = tree.node[at].text;
            out->n_text = tree.node[at].n_text;
        } else if (tree.node[at].kind == JSON_NUMBER &&
                   number_double(tree.node[at].text, tree.node[at].n_text, &number)) {
            out->type = SAMPLE_DOUBLE;
            out->value.number = number;
        }
        return;
    }
}

// The span of a gap as connections tell it.
static bool read_gap(const struct event *event, struct arena *arena, maru_time span[2]) {
    static const char *const member[2] = {"from_us", "until_us"};
    struct json_tree tree;
    if (json_read(event->detail, strlen(event->detail), arena, &tree, NULL) != MARU_OK) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const uint32_t at = json_member(&tree, 0, member[i], strlen(member[i]));
        if (at == 0 || tree.node[at].kind != JSON_NUMBER ||
            !number_int64(tree.node[at].text, tree.node[at].n_text, &span[i])) {
            return false;
        }
    }
    return span[0] < span[1];
}

void tool_states_event(struct tool_states *s, const struct event *event) {
    struct arena arena;
    maru_time span[2];
    const uint32_t key = mapping_find(&s->mapping, event->source, event->name);
    arena_init(&arena, EVENT_ARENA_BYTES);
    if (strcmp(event->kind, EVENT_GAP) == 0 && read_gap(event, &arena, span)) {
        take_gap(s, event->source, span[0], span[1]);
    }
    if (key != NAME_NONE) {
        struct sample sample = {
            .at_us = event->at_us, .type = SAMPLE_TEXT, .quality = QUALITY_GOOD};
        say(event, &arena, &sample);
        tool_states_sample(s, key, &sample);
    }
    arena_fini(&arena);
}

// ---- telling

static void tell_interval(struct tool_states *s, uint32_t name, const struct timeline_interval *was,
                          const struct timeline_interval *is, bool is_newest, struct news *news) {
    struct text detail;
    const uint32_t lot = s->tool[name].lot.word;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{\"from\":");
    text_add_json(&detail, e10_substate_name(was->substate, false));
    text_addz(&detail, ",\"to\":");
    text_add_json(&detail, e10_substate_name(is->substate, false));
    text_addz(&detail, ",\"state\":");
    text_add_json(&detail, e10_state_name(e10_state_of(is->substate), false));
    text_addz(&detail, ",\"reason\":");
    text_add_json(&detail, is->reason > 0 ? s->mapping.reasons.name[is->reason - 1] : "");
    if (is_newest && lot > 0) { // not the event's own, by which it is known when told again
        text_addz(&detail, ",\"lot\":");
        text_add_json(&detail, s->words.name[lot]);
    }
    text_addz(&detail, "}");
    news_add(news, is->from_us, EVENT_STATE, s->mapping.tools.name[name], "", &detail);
    text_fini(&detail);
}

static void tell_tool(struct tool_states *s, uint32_t name, struct news *news) {
    struct tool_state *tool = &s->tool[name];
    const struct timeline *timeline = &tool->timeline;
    if (tool->touched_us == INT64_MAX || timeline->n == 0) {
        return;
    }
    struct timeline_interval was = timeline_at(timeline, tool->touched_us - 1), is;
    const maru_time end_us = timeline->point[timeline->n - 1].event.at_us + 1;
    struct timeline_walk walk = timeline_walk(timeline, tool->touched_us, end_us);
    for (int n = 0; n < STATES_MAX_TOLD && timeline_next(&walk, &is); n++) {
        if (is.from_us >= tool->touched_us &&
            (is.substate != was.substate || is.reason != was.reason)) {
            tell_interval(s, name, &was, &is, is.to_us >= end_us, news);
        }
        was = is;
    }
    tool->touched_us = INT64_MAX;
}

void tool_states_tell(struct tool_states *s, struct news *news) {
    for (uint32_t i = 0; i < s->n_tool; i++) {
        s->n_refused += production_count(&s->tool[i].production, NULL) != MARU_OK;
        tell_tool(s, i, news);
    }
}

void tool_states_hush(struct tool_states *s, maru_time from_us) {
    for (uint32_t i = 0; i < s->n_tool; i++) {
        struct tool_state *tool = &s->tool[i];
        tool->touched_us = from_us;
    }
}

struct oee_options tool_states_oee(const struct tool_states *s) {
    return (struct oee_options){.ideal_us = s->ideal_us,
                                .n_item = s->items.n,
                                .minor_stop_us = minor_stop_us,
                                .startup_us = startup_us};
}
