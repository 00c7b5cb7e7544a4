// maru help [VERB | options]: what the command can do; maru version.

#include "cli/verb.h"
#include "maru/sim.h"
#include "study/json_writer.h"
#include "study/table.h"
#include "study/words/option_words.h"

#include <string.h>

struct help_values {
    struct common common;
};

static void add_title(struct text *out, struct look look, const char *title) {
    text_addz(out, "\n");
    table_styled(out, look, STYLE_STRONG, title);
    text_addz(out, "\n");
}

static void add_blanks(struct text *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        text_addz(out, " ");
    }
}

// "  name   meaning" with the meaning in column `at`; a long name gets a line of its own.
static void add_entry(struct text *out, const char *name, size_t at, const char *meaning) {
    text_addf(out, "  %s", name);
    const size_t width = 2 + table_width(name);
    if (width + 2 > at) {
        text_addz(out, "\n");
        add_blanks(out, at);
    } else {
        add_blanks(out, at - width);
    }
    text_addf(out, "%s\n", meaning);
}

static void add_option(struct text *out, const struct option *option, enum lang lang) {
    struct text name, meaning;
    text_init(&name, 256);
    text_init(&meaning, 2048);
    if (option->letter) {
        text_addf(&name, "-%c, ", option->letter);
    }
    text_addf(&name, "--%s%s%s", option->name, option->shape ? " " : "",
              option->shape ? option->shape : "");
    text_addz(&meaning, word(lang, option->meaning));
    if (option->standard) {
        text_addf(&meaning, " [%s]", option->standard);
    }
    add_entry(out, name.bytes ? name.bytes : "", 30, meaning.bytes ? meaning.bytes : "");
    text_fini(&name);
    text_fini(&meaning);
}

static void add_verbs(struct text *out, enum lang lang, struct look look) {
    text_addf(out, "maru %s: %s\n", maru_version(), word(lang, W_ABOUT));
    add_title(out, look, word(lang, W_USAGE));
    text_addz(out, "  maru VERB ...\n");
    add_title(out, look, word(lang, W_VERBS));
    for (size_t i = 0; verb_at(i); i++) {
        add_entry(out, verb_at(i)->name, 12, word(lang, verb_at(i)->purpose));
    }
    add_title(out, look, word(lang, W_COMMON_OPTIONS));
    for (size_t i = 0; i < VERB_COMMON; i++) {
        add_option(out, &verb_common[i], lang);
    }
    add_title(out, look, word(lang, W_BEGIN_WITH));
    text_addz(out,
              "  maru new fab --tools 100 --products 2 --steps 200 my-fab\n  maru check my-fab\n"
              "  maru sim my-fab --days 365 --reps 4 --report report.html\n");
    text_addf(out, "\n%s\n", word(lang, W_MORE_HELP));
}

void verb_add_help(struct text *out, const struct verb *verb, enum lang lang, struct look look) {
    if (!verb) {
        add_verbs(out, lang, look);
        return;
    }
    text_addf(out, "maru %s: %s\n", verb->name, word(lang, verb->purpose));
    add_title(out, look, word(lang, W_USAGE));
    text_addf(out, "  maru %s %s\n", verb->name, verb->synopsis);
    add_title(out, look, word(lang, W_OPTIONS));
    for (size_t i = 0; i < verb->n_option; i++) {
        add_option(out, &verb->option[i], lang);
    }
    for (size_t i = 0; i < VERB_COMMON; i++) {
        add_option(out, &verb_common[i], lang);
    }
    if (verb->example && verb->example[0]) {
        add_title(out, look, word(lang, W_EXAMPLES));
        for (size_t i = 0; verb->example[i]; i++) {
            text_addf(out, "  %s\n", verb->example[i]);
        }
    }
    text_addf(out, "\n%s\n", word(lang, W_EXIT_STATUS));
}

// The options of the model, from its own table.
static void add_model_options(struct text *out, enum lang lang, struct look look) {
    text_addf(out, "%s\n", word(lang, W_MODEL_OPTIONS));
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        text_addz(out, "\n  ");
        table_styled(out, look, STYLE_STRONG, option->name);
        text_addf(out, " = %s\n      %s\n      %s\n", option->value, option_choices(option, lang),
                  option_meaning(option, lang));
    }
}

static void add_json_option(struct json *json, const struct option *option) {
    json_open_object(json, NULL);
    json_add_string(json, "name", option->name);
    json_add_string(json, "value", option->shape);
    json_add_string(json, "default", option->standard);
    json_add_string(json, "meaning", word(LANG_EN, option->meaning));
    json_add_string(json, "meaning_ko", word(LANG_KO, option->meaning));
    json_close(json);
}

static void add_json(struct text *out) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "version", maru_version());
    json_open_list(&json, "verbs");
    for (size_t i = 0; verb_at(i); i++) {
        const struct verb *verb = verb_at(i);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", verb->name);
        json_add_string(&json, "synopsis", verb->synopsis);
        json_add_string(&json, "purpose", word(LANG_EN, verb->purpose));
        json_add_string(&json, "purpose_ko", word(LANG_KO, verb->purpose));
        json_open_list(&json, "options");
        for (size_t k = 0; k < verb->n_option; k++) {
            add_json_option(&json, &verb->option[k]);
        }
        json_close(&json);
        json_close(&json);
    }
    json_close(&json);
    json_open_list(&json, "model_options");
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", option->name);
        json_add_string(&json, "default", option->value);
        json_add_string(&json, "choices", option->choices);
        json_add_string(&json, "meaning", option->meaning);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static int run_help(struct call *call) {
    const char *topic = call->args.n_word > 0 ? call->args.word[0] : NULL;
    const struct verb *verb = topic ? verb_find(topic) : NULL;
    const bool is_options = topic && strcmp(topic, "options") == 0;
    if (topic && !verb && !is_options) {
        return verb_refuse_name(call, topic);
    }
    struct text out;
    text_init(&out, 1 << 20);
    if (call->json) {
        add_json(&out);
    } else if (is_options) {
        add_model_options(&out, call->lang, call->look);
    } else {
        verb_add_help(&out, verb, call->lang, call->look);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run_version(struct call *call) {
    struct text out;
    text_init(&out, 1 << 10);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        json_add_string(&json, "version", maru_version());
        json_close(&json);
    } else {
        text_addf(&out, "maru %s\n", maru_version());
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static const char *const help_examples[] = {"maru help sim", "maru help options", NULL};
static const char *const version_examples[] = {"maru version --json", NULL};

const struct verb verb_help = {.name = "help",
                               .synopsis = "[VERB | options]",
                               .purpose = W_HELP_PURPOSE,
                               .n_value_bytes = sizeof(struct help_values),
                               .max_words = 1,
                               .example = help_examples,
                               .run = run_help};

const struct verb verb_version = {.name = "version",
                                  .synopsis = "",
                                  .purpose = W_VERSION_PURPOSE,
                                  .n_value_bytes = sizeof(struct help_values),
                                  .example = version_examples,
                                  .run = run_version};
