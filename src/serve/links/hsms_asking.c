#include "serve/links/hsms_asking.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/api/fields.h"
#include "study/json_writer.h"
#include "wire/secs/gem_ask.h"
#include "wire/secs/item.h"
#include "wire/secs/item_text.h"

// Each way of asking is a row: its message and how its body is made. Values of JSON become items of the kind that fits: a text A, a
// whole number U4, I4 or I8, another number F8; {"item": "<U2 3>"} says the kind itself.

enum {
    MAX_NAMES = 1000,
    MAX_BODY_BYTES = 8 << 20,
    MAX_TEXT = 4000,
    MAX_RECIPE_BYTES = 4 << 20,
    MAX_BASE64_BYTES = 6 << 20
};

struct asking {
    const struct profile *profile;
    const json_t *body;
    struct text out; // the message's body
    bool has_body;
};

typedef maru_status (*make_body)(struct asking *asking, maru_error *err);

// ---- values

static void put_number(struct text *out, const json_t *value) {
    if (!json_is_integer(value)) {
        secs_put_double(out, SECS_F8, json_number_value(value));
        return;
    }
    const int64_t number = json_integer_value(value);
    const bool is_u4 = number >= 0 && number <= UINT32_MAX;
    secs_put_integer(out,
                     is_u4                               ? SECS_U4
                     : number >= INT32_MIN && number < 0 ? SECS_I4
                                                         : SECS_I8,
                     number);
}

static maru_status put_value(struct text *out, const json_t *value, maru_error *err) {
    const char *item = json_string_value(json_object_get(value, "item"));
    if (json_is_string(value)) {
        secs_put_ascii(out, json_string_value(value));
    } else if (json_is_boolean(value)) {
        secs_put_boolean(out, json_is_true(value));
    } else if (json_is_number(value)) {
        put_number(out, value);
    } else if (item && json_object_size(value) == 1) {
        maru_error why = {0};
        return secs_read_text(item, strlen(item), out, &why) == MARU_OK
                   ? MARU_OK
                   : field_wrong(err, "/values", why.text);
    } else {
        return field_wrong(err, "/values",
                           "texts, numbers, true and false are wanted, or {\"item\": \"<U2 3>\"}");
    }
    return MARU_OK;
}

struct named {
    struct gem_named_value *value;
    struct text *item; // (n)
    uint32_t n;
};

static void named_fini(struct named *named) {
    for (uint32_t i = 0; named->item && i < named->n; i++) {
        text_fini(&named->item[i]);
    }
    alloc_free(named->item);
    alloc_free(named->value);
}

// The members of `values`.
static maru_status read_named(const json_t *body, struct named *out, maru_error *err) {
    json_t *values = json_object_get(body, "values");
    const char *key = NULL;
    json_t *value = NULL;
    maru_status st = MARU_OK;
    if (values && (!json_is_object(values) || json_object_size(values) > MAX_NAMES)) {
        return field_wrong(err, "/values", "an object of at most 1000 members is wanted");
    }
    out->value = alloc_new(json_object_size(values) + 1, sizeof *out->value);
    out->item = alloc_new(json_object_size(values) + 1, sizeof *out->item);
    if (!out->value || !out->item) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    json_object_foreach(values, key, value) {
        struct text *item = &out->item[out->n];
        text_init(item, MAX_BODY_BYTES);
        st = st == MARU_OK ? put_value(item, value, err) : st;
        out->value[out->n++] =
            (struct gem_named_value){key, (const uint8_t *)item->bytes, (uint32_t)item->n_bytes};
    }
    return st;
}

// The texts of `ids`.
static maru_status read_ids(const json_t *body, const char ***out, uint32_t *n, maru_error *err) {
    json_t *ids = json_object_get(body, "ids");
    const size_t n_id = json_array_size(ids);
    if (ids && (!json_is_array(ids) || n_id > MAX_NAMES)) {
        return field_wrong(err, "/ids", "a list of at most 1000 ids is wanted");
    }
    *out = alloc_new(n_id + 1, sizeof **out);
    if (!*out) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (size_t i = 0; i < n_id; i++) {
        (*out)[i] = json_string_value(json_array_get(ids, i));
        if (!(*out)[i]) {
            return field_wrong(err, "/ids", "ids are wanted as texts");
        }
    }
    *n = (uint32_t)n_id;
    return MARU_OK;
}

static maru_status read_name(const json_t *body, const char **out, maru_error *err) {
    *out = "";
    const maru_status st = field_text(body, "name", 255, out, err);
    return st == MARU_OK && (*out)[0] == '\0' ? field_wrong(err, "/name", "a name is wanted") : st;
}

// ---- bodies

static maru_status make_command(struct asking *a, maru_error *err) {
    struct named named = {0};
    const char *name = "";
    maru_status st = read_name(a->body, &name, err);
    st = st == MARU_OK ? read_named(a->body, &named, err) : st;
    if (st == MARU_OK) {
        gem_put_command(&a->out, a->profile, name, named.value, named.n);
    }
    named_fini(&named);
    return st;
}

static maru_status make_ids(struct asking *a, maru_error *err) {
    const char **id = NULL;
    uint32_t n = 0;
    const maru_status st = read_ids(a->body, &id, &n, err);
    if (st == MARU_OK) {
        gem_put_ids(&a->out, a->profile, id, n);
    }
    alloc_free(id);
    return st;
}

static maru_status make_constants(struct asking *a, maru_error *err) {
    struct named named = {0};
    maru_status st = read_named(a->body, &named, err);
    if (st == MARU_OK && named.n == 0) {
        st = field_wrong(err, "/values", "at least one constant is wanted");
    }
    if (st == MARU_OK) {
        gem_put_constants(&a->out, a->profile, named.value, named.n);
    }
    named_fini(&named);
    return st;
}

static maru_status make_nothing(struct asking *a, maru_error *err) {
    (void)err;
    a->has_body = false;
    return MARU_OK;
}

static maru_status make_recipe(struct asking *a, maru_error *err) {
    const char *name = "";
    const maru_status st = read_name(a->body, &name, err);
    if (st == MARU_OK) {
        secs_put_ascii(&a->out, name);
    }
    return st;
}

static maru_status make_recipe_sent(struct asking *a, maru_error *err) {
    const char *name = "", *base64 = "";
    size_t n = 0;
    maru_status st = read_name(a->body, &name, err);
    st = st == MARU_OK ? field_text(a->body, "content", MAX_BASE64_BYTES, &base64, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    unsigned char *bytes = alloc_new(strlen(base64) + 1, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (sodium_base642bin(bytes, strlen(base64), base64, strlen(base64), NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        n == 0 || n > MAX_RECIPE_BYTES) {
        st = field_wrong(err, "/content", "a recipe of at most 4 MiB is wanted in base64");
    } else {
        gem_put_program(&a->out, name, bytes, (uint32_t)n);
    }
    alloc_free(bytes);
    return st;
}

static maru_status make_text(struct asking *a, maru_error *err) {
    const char *text = "";
    maru_status st = field_text(a->body, "text", MAX_TEXT, &text, err);
    st = st == MARU_OK && text[0] == '\0' ? field_wrong(err, "/text", "a text is wanted") : st;
    if (st == MARU_OK) {
        gem_put_terminal(&a->out, 0, text);
    }
    return st;
}

static const struct way {
    const char *name;
    uint8_t stream, function;
    make_body make;
} ways[] = {
    {"command", 2, 41, make_command},       {"variables", 1, 3, make_ids},
    {"constants", 2, 13, make_ids},         {"setConstants", 2, 15, make_constants},
    {"recipes", 7, 19, make_nothing},       {"recipe", 7, 5, make_recipe},
    {"sendRecipe", 7, 3, make_recipe_sent}, {"text", 10, 3, make_text},
};

static const struct way *find_way(const json_t *body) {
    const char *ask = json_string_value(json_object_get(body, "ask"));
    for (size_t i = 0; ask && i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(ways[i].name, ask) == 0) {
            return &ways[i];
        }
    }
    return NULL;
}

// ---- the answer

static const char *const outcomes[] = {
    [GEM_ANSWERED] = "answered",     [GEM_ABORTED] = "aborted", [GEM_NOT_REPLIED] = "not replied",
    [GEM_NOT_TAKEN] = "rejected",    [GEM_REFUSED] = "refused", [GEM_LOST] = "lost",
    [GEM_UNREADABLE] = "unreadable",
};

static void add_text_value(struct text *out, const struct secs_item *item) {
    struct text safe;
    text_init(&safe, MAX_BODY_BYTES);
    for (uint32_t i = 0; i < item->n; i++) { // ASCII, as E5 has it
        const char c = (char)item->bytes[i];
        text_add(&safe, c >= 0x20 && c < 0x7F ? &c : "?", 1);
    }
    text_add_json(out, safe.bytes ? safe.bytes : "");
    text_fini(&safe);
}

static void add_one(struct text *out, const struct secs_item *item, uint32_t k) {
    int64_t integer = 0;
    double number = NAN;
    if (item->kind == SECS_BOOLEAN) {
        text_addz(out, item->bytes[k] ? "true" : "false");
    } else if (secs_integer(item, k, &integer)) {
        text_addf(out, "%lld", (long long)integer);
    } else if (secs_number(item, k, &number) && isfinite(number)) {
        text_add_double(out, number);
    } else {
        text_addz(out, "null");
    }
}

// A list is a list, a text a text, one value itself, several a list of them. secs_decode has seen to the depth.
static void add_item(struct text *out, const struct secs_item *item) {
    struct {
        const struct secs_item *item;
        uint32_t next;
    } open[SECS_MAX_DEPTH + 1];
    size_t depth = 0;
    open[0].item = item;
    open[0].next = 0;
    for (;;) {
        const struct secs_item *at = open[depth].item;
        if (at->kind == SECS_L && open[depth].next < at->n) {
            text_addz(out, open[depth].next == 0 ? "[" : ",");
            const struct secs_item *child =
                open[depth].next == 0 ? at + 1 : open[depth + 1].item + open[depth + 1].item->span;
            open[depth].next++;
            depth++;
            open[depth].item = child;
            open[depth].next = 0;
            continue;
        }
        if (at->kind == SECS_L) {
            text_addz(out, at->n == 0 ? "[]" : "]");
        } else if (secs_is_text(at) || at->kind == SECS_A) {
            add_text_value(out, at);
        } else {
            text_addz(out, at->n == 1 ? "" : "[");
            for (uint32_t k = 0; k < at->n; k++) {
                text_addz(out, k > 0 ? "," : "");
                add_one(out, at, k);
            }
            text_addz(out, at->n == 1 ? "" : "]");
        }
        if (depth == 0) {
            return;
        }
        depth--;
    }
}

static void add_answer(struct text *out, const struct hsms_answer *answer) {
    struct arena arena;
    const struct secs_item *item = NULL;
    arena_init(&arena, MAX_BODY_BYTES);
    text_addf(out, "\"stream\":%u,\"function\":%u,\"outcome\":", answer->stream, answer->function);
    text_add_json(out, outcomes[answer->outcome]);
    if (answer->code >= 0) {
        text_addf(out, ",\"code\":%d", (int)answer->code);
    } else {
        text_addz(out, ",\"code\":null");
    }
    text_addz(out, ",\"text\":");
    text_add_json(out, answer->text);
    const bool is_item = answer->item.n_bytes > 0 &&
                         secs_decode((const uint8_t *)answer->item.bytes, answer->item.n_bytes,
                                     &arena, &item, NULL) == MARU_OK;
    text_addz(out, ",\"value\":");
    if (is_item && item) {
        struct text sml;
        text_init(&sml, MAX_BODY_BYTES);
        add_item(out, item);
        secs_print(item, true, &sml);
        text_addz(out, ",\"item\":");
        text_add_json(out, sml.bytes ? sml.bytes : "");
        text_fini(&sml);
    } else {
        text_addz(out, "null,\"item\":\"\"");
    }
    arena_fini(&arena);
}

// ----

static maru_status ask_tool(struct hsms_connection *hsms, const struct way *way, const char *tool,
                            const struct asking *asking, struct text *out, maru_error *err) {
    double wait_s = 10;
    struct hsms_answer answer;
    maru_status st = field_number(asking->body, "wait", 0.1, 20, &wait_s, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct hsms_request request = {.tool = tool,
                                         .stream = way->stream,
                                         .function = way->function,
                                         .body = asking->has_body ? &asking->out : NULL,
                                         .wait_ms = (int64_t)(wait_s * 1e3)};
    hsms_answer_init(&answer);
    st = hsms_ask(hsms, &request, &answer, err);
    if (st == MARU_OK) {
        add_answer(out, &answer);
    }
    hsms_answer_fini(&answer);
    return st;
}

maru_status hsms_asking(struct hsms_connection *hsms, const json_t *body, bool is_dry,
                        struct text *out, maru_error *err) {
    const struct way *way = find_way(body);
    struct asking asking = {.body = body, .has_body = true};
    const char *tool = "";
    maru_status st = field_text(body, "tool", HSMS_MAX_NAME_BYTES - 1, &tool, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!way) {
        return field_wrong(err, "/ask",
                           "one of command, variables, constants, setConstants, recipes, recipe, "
                           "sendRecipe, text is wanted");
    }
    asking.profile = hsms_profile_of(hsms, tool);
    if (!asking.profile) {
        return field_wrong(err, "/tool", "the name of a tool of this connection is wanted");
    }
    text_init(&asking.out, MAX_BODY_BYTES);
    st = way->make(&asking, err);
    if (st == MARU_OK && asking.out.status != MARU_OK) {
        st = fail(err, asking.out.status, "the message is too long");
    }
    st = st == MARU_OK && !is_dry ? ask_tool(hsms, way, tool, &asking, out, err) : st;
    text_fini(&asking.out);
    return st;
}
