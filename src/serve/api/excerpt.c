#include "serve/api/excerpt.h"

#include <stdbool.h>
#include <string.h>

// The JSON is what json_writer.c has written, so it is known to be sound: counting brackets outside of texts
// is enough, and no number is read and written anew. 100 replications of a year are 3 to 7 MB, of which a
// chart shows a few.

// Behind the text that begins here.
static const char *end_of_text(const char *at) {
    for (at++; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1] != '\0';
    }
    return *at ? at + 1 : at;
}

// Behind the value that begins here: at the comma or bracket that follows it.
static const char *end_of_value(const char *at) {
    for (int depth = 0; *at;) {
        if (*at == '"') {
            at = end_of_text(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        if ((depth == 0 && *at == ',') || ((*at == '}' || *at == ']') && --depth < 0)) {
            return at;
        }
        at++;
    }
    return at;
}

static const char *skip_blanks(const char *at) { return at + strspn(at, " \t\r\n"); }

// The list of the key, in the outermost object; NULL: there is none.
static const char *find_list(const char *json, const char *key) {
    const size_t n = strlen(key);
    const char *at = skip_blanks(json);
    at += *at == '{';
    for (at = skip_blanks(at); *at == '"'; at = skip_blanks(at)) {
        const char *value = skip_blanks(end_of_text(at));
        value = skip_blanks(value + (*value == ':'));
        if (strncmp(at + 1, key, n) == 0 && at[1 + n] == '"') {
            return *value == '[' ? value : NULL;
        }
        at = end_of_value(value);
        at += *at == ',';
    }
    return NULL;
}

void excerpt_add(struct text *out, const char *json, size_t most) {
    const char *list = most > 0 ? find_list(json, "replications") : NULL;
    const char *cut = list ? list + 1 : NULL;
    for (size_t i = 0; cut && i < most; i++) {
        cut = end_of_value(cut + (i > 0));
        if (*cut != ',') {
            cut = NULL; // there are no more than that
        }
    }
    if (!cut) {
        text_addz(out, json);
        return;
    }
    text_add(out, json, (size_t)(cut - json));
    while (*cut == ',') {
        cut = end_of_value(cut + 1);
    }
    text_addz(out, cut); // the bracket of the list, and what follows
}
