#include "serve/http/header_list.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

// A member is cut at its comma, its parameters at semicolons; only q counts. What cannot be read is not there: a client that
// writes nonsense gets what one gets who writes nothing.

enum { THOUSAND = 1000 };

static size_t blanks(const char *at) { return strspn(at, " \t"); }

// "0", "0.25", "1.000" as thousandths; -1 for anything else.
static int read_quality(const char *at, size_t n) {
    if (n == 0 || n > 5 || (at[0] != '0' && at[0] != '1') || (n > 1 && at[1] != '.')) {
        return -1;
    }
    int value = (at[0] - '0') * THOUSAND;
    int place = THOUSAND / 10;
    for (size_t i = 2; i < n; i++, place /= 10) {
        if (at[i] < '0' || at[i] > '9') {
            return -1;
        }
        value += (at[i] - '0') * place;
    }
    return value <= THOUSAND ? value : -1;
}

// Of the parameters of a member, which begin behind its name.
static int quality_of(const char *at, const char *end) {
    int quality = THOUSAND;
    while (at < end) {
        at += *at == ';';
        at += blanks(at);
        size_t n = 0;
        while (at + n < end && at[n] != ';') {
            n++;
        }
        size_t n_value = n;
        while (n_value > 0 && (at[n_value - 1] == ' ' || at[n_value - 1] == '\t')) {
            n_value--;
        }
        if (n_value >= 2 && (at[0] == 'q' || at[0] == 'Q') && at[1] == '=') {
            quality = read_quality(at + 2, n_value - 2);
        }
        if (n == 0 && at < end && *at != ';') {
            break;
        }
        at += n;
    }
    return quality;
}

struct found {
    int quality;  // -1: it is not there
    size_t place; // of the best, from 0
};

static struct found find(const char *list, const char *name) {
    const size_t n_name = strlen(name);
    struct found best = {.quality = -1};
    size_t place = 0;
    for (const char *at = list; *at; place++) {
        at += blanks(at);
        const char *end = at + strcspn(at, ",");
        const size_t n = strcspn(at, ",; \t");
        if (n >= n_name && strncasecmp(at, name, n_name) == 0 &&
            (n == n_name || at[n_name] == '-')) {
            const char *behind = at + n + blanks(at + n);
            const int quality = quality_of(behind < end ? behind : end, end);
            best = quality > best.quality ? (struct found){quality, place} : best;
        }
        at = *end ? end + 1 : end;
    }
    return best;
}

double header_list_quality(const char *list, const char *name) {
    const struct found found = find(list, name);
    return found.quality < 0 ? -1 : (double)found.quality / THOUSAND;
}

bool header_list_prefers(const char *list, const char *name, const char *other) {
    const struct found a = find(list, name), b = find(list, other);
    return a.quality > 0 &&
           (a.quality > b.quality || (a.quality == b.quality && a.place < b.place));
}

bool header_list_has_tag(const char *list, const char *tag) {
    const size_t n_tag = strlen(tag);
    const char *at = list + blanks(list);
    if (n_tag == 0) {
        return false;
    }
    if (*at == '*') {
        return at[1 + blanks(at + 1)] == '\0';
    }
    while (*at) {
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        const char *close = *at == '"' ? strchr(at + 1, '"') : NULL; // a comma may stand inside
        if (!close) {
            return false;
        }
        const size_t n = (size_t)(close - at) + 1;
        if (n == n_tag && memcmp(at, tag, n) == 0) {
            return true;
        }
        at = close + 1 + blanks(close + 1);
        if (*at != ',') {
            return false;
        }
        at += 1 + blanks(at + 1);
    }
    return false;
}
