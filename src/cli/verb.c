#include "cli/verb.h"

#include "maru/plant.h"
#include "study/json_writer.h"
#include "study/table.h"
#include "study/words/korean.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct verb *const verbs[] = {
    &verb_quality, &verb_train,   &verb_predict, &verb_models, &verb_bench,   &verb_check,
    &verb_sim,     &verb_compare, &verb_import,  &verb_new,    &verb_scene,   &verb_serve,
    &verb_tenant,  &verb_token,   &verb_audit,   &verb_alarms, &verb_backup,  &verb_restore,
    &verb_store,   &verb_fake,    &verb_job,     &verb_pool,   &verb_credits, &verb_round,
    &verb_help,    &verb_version};

const struct option verb_common[VERB_COMMON] = {
    {"json", 0, OPTION_FLAG, offsetof(struct common, json), NULL, NULL, W_HELP_JSON, 0, 0},
    {"lang", 0, OPTION_TEXT, offsetof(struct common, lang), "ko|en", NULL, W_HELP_LANG, 0, 0},
    {"quiet", 'q', OPTION_FLAG, offsetof(struct common, quiet), NULL, NULL, W_HELP_QUIET, 0, 0},
    {"help", 'h', OPTION_FLAG, offsetof(struct common, help), NULL, NULL, W_HELP_HELP, 0, 0},
};

const struct verb *verb_at(size_t i) {
    return i < sizeof verbs / sizeof verbs[0] ? verbs[i] : NULL;
}

const struct verb *verb_find(const char *name) {
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i]->name, name) == 0) {
            return verbs[i];
        }
    }
    return NULL;
}

enum { MESSAGE_BYTES = 1 << 14 };

int verb_exit(maru_status status) {
    switch (status) {
    case MARU_OK:
    case MARU_MORE:
        return EXIT_GOOD;
    case MARU_E_USAGE:
        return EXIT_USAGE;
    case MARU_E_INPUT:
    case MARU_E_RANGE:
    case MARU_E_IO:
        return EXIT_INPUT;
    case MARU_E_LIMIT:
    case MARU_E_MEMORY:
        return EXIT_CAP;
    case MARU_E_STOPPED:
        return EXIT_NO;
    }
    return EXIT_NO;
}

static void print_error_json(const maru_error *err) {
    struct text out;
    struct json json;
    text_init(&out, MESSAGE_BYTES);
    json_writer_init(&json, &out);
    json_open_object(&json, NULL);
    json_open_object(&json, "error");
    json_add_string(&json, "code", maru_status_name(err->code));
    json_add_string(&json, "file", err->file);
    json_add_count(&json, "row", err->row);
    json_add_count(&json, "column", err->column);
    json_add_string(&json, "text", err->text);
    json_close(&json);
    json_close(&json);
    fputs(out.bytes ? out.bytes : "", stdout);
    text_fini(&out);
}

int verb_refuse(const struct call *call, const maru_error *err) {
    if (call->json) {
        print_error_json(err);
        return verb_exit(err->code);
    }
    struct text out;
    text_init(&out, MESSAGE_BYTES);
    text_addf(&out, "maru%s%s: ", call->verb ? " " : "", call->verb ? call->verb->name : "");
    if (err->file[0]) {
        text_addf(&out, "%s:", err->file);
        if (err->row > 0) {
            text_addf(&out, "%u:", err->row);
        }
        if (err->column > 0) {
            text_addf(&out, "%u:", err->column);
        }
        text_addz(&out, " ");
    }
    sentence_add(&out, call->lang, err->text);
    text_addz(&out, "\n");
    if (err->code == MARU_E_USAGE && call->verb) {
        words_add(&out, call->lang, W_SEE_HELP, (const char *const[]){call->verb->name, NULL});
        text_addz(&out, "\n");
    }
    fputs(out.bytes ? out.bytes : "", stderr);
    text_fini(&out);
    return verb_exit(err->code);
}

int verb_refuse_word(const struct call *call, maru_status status, enum word id,
                     const char *const *arguments) {
    maru_error err = {.code = status};
    struct text out;
    text_init(&out, MESSAGE_BYTES);
    words_add(&out, call->lang, id, arguments);
    snprintf(err.text, sizeof err.text, "%s", out.bytes ? out.bytes : "");
    text_fini(&out);
    return verb_refuse(call, &err);
}

void verb_note(const struct call *call, enum word id, const char *const *arguments) {
    if (call->quiet) {
        return;
    }
    struct text out;
    text_init(&out, MESSAGE_BYTES);
    words_add(&out, call->lang, id, arguments);
    text_addz(&out, "\n");
    fputs(out.bytes ? out.bytes : "", stderr);
    text_fini(&out);
}

int verb_print(const struct call *call, const struct text *text, int status) {
    if (text->status != MARU_OK) {
        return verb_refuse(call,
                           &(maru_error){.code = text->status, .text = "no memory for the output"});
    }
    const bool written =
        fwrite(text->bytes ? text->bytes : "", 1, text->n_bytes, stdout) == text->n_bytes;
    if (fflush(stdout) != 0 || !written) {
        fprintf(stderr, "maru: %s\n", word(call->lang, W_CANNOT_PRINT));
        return EXIT_INPUT;
    }
    return status;
}

int verb_refuse_name(const struct call *call, const char *name) {
    const char *names[24] = {NULL};
    size_t n = 0;
    for (const struct verb *verb = verb_at(0); verb && n < sizeof names / sizeof names[0];
         verb = verb_at(n)) {
        names[n++] = verb->name;
    }
    const char *near = args_nearest(name, names, n, sizeof names[0]);
    if (near) {
        return verb_refuse_word(call, MARU_E_USAGE, W_NO_VERB_NEAR,
                                (const char *const[]){name, near, NULL});
    }
    return verb_refuse_word(call, MARU_E_USAGE, W_NO_VERB, (const char *const[]){name, NULL});
}

int verb_open_plant(const struct call *call, const char *folder, maru_plant **plant) {
    maru_error err = {0};
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    const maru_status st = maru_plant_open(folder, faults, plant, &err);
    int status = EXIT_GOOD;
    if (st != MARU_OK) {
        status = verb_refuse(call, &err);
        const size_t n = maru_faults_count(faults, MARU_FAULT);
        if (n > 0 && !call->json) {
            char count[24];
            snprintf(count, sizeof count, "%zu", n);
            verb_note(call, W_SEE_CHECK, (const char *const[]){count, folder, NULL});
        }
    }
    maru_faults_free(faults);
    return status;
}

void verb_add_fault(struct text *out, const struct call *call, const maru_fault *fault) {
    static const enum table_style style[] = {STYLE_DIM, STYLE_WARN, STYLE_BAD};
    static const enum word name[] = {W_NOTE, W_WARNING, W_FAULT};
    text_addf(out, "%s%s", fault->file, fault->file[0] ? ":" : "");
    if (fault->row > 0) {
        text_addf(out, "%u:", fault->row);
    }
    if (fault->column > 0) {
        text_addf(out, "%u:", fault->column);
    }
    text_addz(out, fault->file[0] ? " " : "");
    table_styled(out, call->look, style[fault->severity], word(call->lang, name[fault->severity]));
    text_addz(out, ": ");
    if (fault->header[0]) {
        text_addf(out, "%s ", fault->header);
    }
    if (fault->value[0]) {
        text_addz(out, "'");
        table_add_safe(out, fault->value);
        text_addz(out, "' ");
    }
    sentence_add(out, call->lang, fault->wrong);
    if (fault->right[0]) {
        struct text right;
        text_init(&right, 1 << 13);
        sentence_add(&right, call->lang, fault->right);
        text_addz(out, " → ");
        table_styled(out, call->look, STYLE_GOOD, right.bytes ? right.bytes : fault->right);
        text_fini(&right);
    }
    text_addz(out, "\n");
}

int verb_refuse_faults(const struct call *call, const maru_faults *faults, const maru_error *err) {
    struct text out;
    text_init(&out, 1 << 20);
    for (size_t i = 0; !call->json && i < maru_faults_kept(faults); i++) {
        verb_add_fault(&out, call, maru_faults_get(faults, i));
    }
    if (out.n_bytes > 0) {
        fputs(out.bytes, stderr);
    }
    text_fini(&out);
    return call->json ? verb_refuse(call, err) : EXIT_INPUT;
}
