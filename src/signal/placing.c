#include "signal/placing.h"

#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"
#include "base/text.h"

// A pattern is met level by level, so no star ever looks beyond its level, and `**`, of which there is at most one, takes what is left
// between the levels before and behind it: there is nothing to try twice but stars within one level, which is the usual search with
// one way back.
//
// Rules lie in chains by what stands before their first star (all of it, where there is none). A name is asked for at each length
// that some rule begins with; so thousands of rules that name their signals cost one look each, and only those that begin as the
// name does are met in full. A chain is in the order of the rules.

#define NONE UINT32_MAX

struct rule {
    const char *pattern, *asset, *name, *unit;
    uint32_t n_pattern;
    uint32_t next; // of the same beginning, NONE
    bool has_star;
};

struct chain {
    uint32_t first, last;
};

struct placing {
    struct arena arena;
    struct names begins;
    struct chain *chain; // (begins.n, cap_chain)
    struct rule *rule;   // (n, cap)
    uint32_t n, cap, cap_chain, n_star_rule;
    bool has_length[PLACING_MAX_NAME_BYTES]; // of a beginning
};

struct star { // what it stands for
    const char *bytes;
    size_t n;
};
struct stars {
    struct star star[PLACING_MAX_STARS];
    uint32_t n;
};

// ---- meeting

// One level. A star takes as little as it can.
static bool meet_level(const char *p, size_t n_p, const char *t, size_t n_t, struct stars *stars) {
    size_t i = 0, k = 0, back_i = SIZE_MAX, back_k = 0;
    uint32_t back_star = 0;
    while (k < n_t || i < n_p) {
        if (i < n_p && p[i] == '*') {
            back_star = stars->n;
            stars->star[stars->n++] = (struct star){t + k, 0};
            back_i = ++i;
            back_k = k;
        } else if (i < n_p && k < n_t && p[i] == t[k]) {
            i++;
            k++;
        } else if (back_i != SIZE_MAX && back_k < n_t) {
            stars->n = back_star + 1;
            stars->star[back_star].n = ++back_k - (size_t)(stars->star[back_star].bytes - t);
            i = back_i;
            k = back_k;
        } else {
            return false;
        }
    }
    return true;
}

static size_t level_bytes(const char *bytes, size_t n) {
    const char *slash = n > 0 ? memchr(bytes, '/', n) : NULL;
    return slash ? (size_t)(slash - bytes) : n;
}

// As many levels of one as of the other.
static bool meet_levels(const char *p, size_t n_p, const char *t, size_t n_t, struct stars *stars) {
    for (;;) {
        const size_t a = level_bytes(p, n_p), b = level_bytes(t, n_t);
        if (!meet_level(p, a, t, b, stars) || (a == n_p) != (b == n_t)) {
            return false;
        }
        if (a == n_p) {
            return true;
        }
        p += a + 1;
        t += b + 1;
        n_p -= a + 1;
        n_t -= b + 1;
    }
}

static size_t count_slashes(const char *bytes, size_t n) {
    size_t n_slash = 0;
    for (size_t i = 0; i < n; i++) {
        n_slash += bytes[i] == '/';
    }
    return n_slash;
}

// How many bytes the first n_slash levels have, with their slashes; SIZE_MAX: there are not as many.
static size_t bytes_before(const char *bytes, size_t n, size_t n_slash) {
    size_t i = 0;
    while (n_slash > 0 && i < n) {
        n_slash -= bytes[i++] == '/';
    }
    return n_slash == 0 ? i : SIZE_MAX;
}

// `**` with what stands before it (with its slash) and behind it (the same).
static bool meet_deep(const char *p, size_t n_p, size_t deep, const char *t, size_t n_t,
                      struct stars *stars) {
    const char *tail = p + deep + 2;
    const size_t n_tail = n_p - deep - 2;
    const size_t n_behind = count_slashes(tail, n_tail), n_before = count_slashes(p, deep);
    const size_t n_slash = count_slashes(t, n_t);
    if (n_slash < n_before + n_behind) {
        return false;
    }
    const size_t from = bytes_before(t, n_t, n_before);
    size_t to = n_t;
    if (n_behind > 0) {
        to = bytes_before(t, n_t, n_slash - n_behind + 1) - 1;
    }
    if (to <= from || (deep > 0 && !meet_levels(p, deep - 1, t, from - 1, stars))) {
        return false;
    }
    stars->star[stars->n++] = (struct star){t + from, to - from};
    return n_behind == 0 || meet_levels(tail + 1, n_tail - 1, t + to + 1, n_t - to - 1, stars);
}

static bool meet(const char *p, size_t n_p, const char *t, size_t n_t, struct stars *stars) {
    const char *deep = strstr(p, "**");
    stars->n = 0;
    return deep ? meet_deep(p, n_p, (size_t)(deep - p), t, n_t, stars)
                : meet_levels(p, n_p, t, n_t, stars);
}

bool placing_meets(const char *pattern, const char *source, size_t n) {
    struct stars stars;
    return !placing_pattern_fault(pattern) && meet(pattern, strlen(pattern), source, n, &stars);
}

// ---- what can be wrong

static uint32_t count_stars(const char *pattern) {
    uint32_t n = 0;
    for (const char *at = pattern; *at; at++) {
        if (*at == '*') {
            n++;
            at += at[1] == '*';
        }
    }
    return n;
}

const char *placing_pattern_fault(const char *pattern) {
    const size_t n = strlen(pattern);
    if (n == 0 || n >= PLACING_MAX_NAME_BYTES || !text_is_utf8(pattern, n)) {
        return "a name of a signal has 1 to 511 bytes of UTF-8";
    }
    const char *deep = strstr(pattern, "**");
    if (deep && (deep[2] == '*' || strstr(deep + 2, "**"))) {
        return "** stands in a pattern once at most";
    }
    if (deep && ((deep > pattern && deep[-1] != '/') || (deep[2] != '\0' && deep[2] != '/'))) {
        return "** stands for whole levels, between slashes";
    }
    return count_stars(pattern) > PLACING_MAX_STARS ? "a pattern has at most 9 stars" : NULL;
}

const char *placing_fill_fault(const char *pattern, const char *text) {
    const uint32_t n_star = count_stars(pattern);
    if (strlen(text) >= PLACING_MAX_NAME_BYTES || !text_is_utf8(text, strlen(text))) {
        return "a text of at most 511 bytes of UTF-8 is wanted";
    }
    for (const char *at = strpbrk(text, "{}"); at; at = strpbrk(at + 3, "{}")) {
        if (at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}') {
            return "braces are for the number of a star, from 1 to 9";
        }
        if ((uint32_t)(at[1] - '0') > n_star) {
            return "the pattern has fewer stars than this number";
        }
    }
    return NULL;
}

const char *placing_path_fault(const char *path) {
    const size_t n = strlen(path);
    if (n == 0 || n >= PLACING_MAX_NAME_BYTES || !text_is_utf8(path, n)) {
        return "the path of an asset has 1 to 511 bytes of UTF-8";
    }
    if (path[0] == '/' || path[n - 1] == '/' || strstr(path, "//")) {
        return "a level of the path is empty";
    }
    return count_slashes(path, n) >= PLACING_MAX_LEVELS ? "a path has at most 16 levels" : NULL;
}

// ---- rules

maru_status placing_new(struct placing **out, maru_error *err) {
    struct placing *placing = alloc_new(1, sizeof *placing);
    if (!placing) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&placing->arena, PLACING_MAX_BYTES);
    names_init(&placing->begins, PLACING_MAX_BYTES);
    *out = placing;
    return MARU_OK;
}

void placing_free(struct placing *placing) {
    if (placing) {
        arena_fini(&placing->arena);
        names_fini(&placing->begins);
        alloc_free(placing->chain);
        alloc_free(placing->rule);
        alloc_free(placing);
    }
}

uint32_t placing_count(const struct placing *placing) { return placing->n; }

static maru_status look_at(const struct placing *placing, const struct placing_rule *rule,
                           maru_error *err) {
    const char *fault = placing_pattern_fault(rule->pattern);
    fault = fault ? fault : placing_fill_fault(rule->pattern, rule->asset);
    fault = fault ? fault : placing_fill_fault(rule->pattern, rule->name);
    fault = fault ? fault : placing_fill_fault(rule->pattern, rule->unit);
    fault = !fault && rule->asset[0] ? placing_path_fault(rule->asset) : fault;
    if (fault) {
        return fail(err, MARU_E_INPUT, "%s", fault);
    }
    if (placing->n >= PLACING_MAX_RULES ||
        (strchr(rule->pattern, '*') && placing->n_star_rule >= PLACING_MAX_PATTERNS)) {
        return fail(err, MARU_E_LIMIT, "more than %d rules, or %d patterns with stars",
                    PLACING_MAX_RULES, PLACING_MAX_PATTERNS);
    }
    return MARU_OK;
}

static bool make_room(struct placing *placing) {
    if (placing->n == placing->cap) {
        const uint32_t cap = placing->cap < 64 ? 64 : 2 * placing->cap;
        struct rule *rule = alloc_resize(placing->rule, cap, sizeof *rule);
        if (!rule) {
            return false;
        }
        placing->rule = rule;
        placing->cap = cap;
    }
    if (placing->begins.n == placing->cap_chain) { // room for one that may be new
        const uint32_t cap = placing->cap_chain < 64 ? 64 : 2 * placing->cap_chain;
        struct chain *chain = alloc_resize(placing->chain, cap, sizeof *chain);
        if (!chain) {
            return false;
        }
        placing->chain = chain;
        placing->cap_chain = cap;
    }
    return true;
}

maru_status placing_add(struct placing *placing, const struct placing_rule *rule, maru_error *err) {
    maru_status st = look_at(placing, rule, err);
    if (st != MARU_OK) {
        return st;
    }
    struct arena *arena = &placing->arena;
    const struct rule made = {
        .pattern = arena_text(arena, rule->pattern, strlen(rule->pattern)),
        .asset = arena_text(arena, rule->asset, strlen(rule->asset)),
        .name = arena_text(arena, rule->name, strlen(rule->name)),
        .unit = arena_text(arena, rule->unit, strlen(rule->unit)),
        .n_pattern = (uint32_t)strlen(rule->pattern),
        .next = NONE,
        .has_star = strchr(rule->pattern, '*') != NULL,
    };
    if (!made.pattern || !made.asset || !made.name || !made.unit) {
        return arena_refusal(arena, err);
    }
    const size_t n_begin = strcspn(rule->pattern, "*");
    const uint32_t n_before = placing->begins.n;
    uint32_t begin = 0;
    if (!make_room(placing)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    st = names_add(&placing->begins, rule->pattern, n_begin, &begin, err);
    if (st != MARU_OK) {
        return st;
    }
    if (begin == n_before) {
        placing->chain[begin] = (struct chain){placing->n, placing->n};
        placing->has_length[n_begin] = true;
    } else {
        placing->rule[placing->chain[begin].last].next = placing->n;
        placing->chain[begin].last = placing->n;
    }
    placing->n_star_rule += made.has_star;
    placing->rule[placing->n++] = made;
    return MARU_OK;
}

// ---- applying

struct found { // the first rules that meet, NONE
    uint32_t place, unit;
};

static bool meets(const struct rule *rule, const char *source, size_t n, struct stars *stars) {
    return rule->has_star ? meet(rule->pattern, rule->n_pattern, source, n, stars)
                          : rule->n_pattern == n; // the beginning is all of it
}

static void follow_chain(const struct placing *placing, uint32_t at, const char *source, size_t n,
                         struct found *found) {
    struct stars stars;
    for (; at != NONE && (at < found->place || at < found->unit); at = placing->rule[at].next) {
        const struct rule *rule = &placing->rule[at];
        const bool is_place = (rule->asset[0] || rule->name[0]) && at < found->place;
        const bool is_unit = rule->unit[0] && at < found->unit;
        if ((is_place || is_unit) && meets(rule, source, n, &stars)) {
            found->place = is_place ? at : found->place;
            found->unit = is_unit ? at : found->unit;
        }
    }
}

static struct found find(const struct placing *placing, const char *source, size_t n) {
    struct found found = {NONE, NONE};
    for (size_t k = 0; k <= n && k < PLACING_MAX_NAME_BYTES; k++) {
        if (placing->has_length[k]) {
            const uint32_t begin = names_find(&placing->begins, source, k);
            if (begin != UINT32_MAX) {
                follow_chain(placing, placing->chain[begin].first, source, n, &found);
            }
        }
    }
    return found;
}

// Fill what the stars stand for into a text. False: it has no room, or is empty.
static bool fill(const char *text, const struct stars *stars, char out[PLACING_MAX_NAME_BYTES]) {
    size_t n = 0;
    while (*text) {
        const bool is_star = text[0] == '{';
        const struct star star =
            is_star ? stars->star[text[1] - '1'] : (struct star){text, strcspn(text, "{")};
        if (star.n >= PLACING_MAX_NAME_BYTES - n) {
            return false;
        }
        if (star.n > 0) {
            memcpy(out + n, star.bytes, star.n);
        }
        n += star.n;
        text += is_star ? 3 : star.n;
    }
    out[n] = '\0';
    return n > 0;
}

// What a `**` at the end of its pattern stands for; NULL: there is none.
static const struct star *rest_of(const struct rule *rule, const struct stars *stars) {
    const bool is_deep = rule->n_pattern >= 2 && rule->has_star &&
                         strcmp(rule->pattern + rule->n_pattern - 2, "**") == 0;
    return is_deep ? &stars->star[stars->n - 1] : NULL;
}

static void place(const struct rule *rule, const struct stars *stars, struct placed *placed,
                  struct placing_room *room) {
    struct placed made = *placed;
    const struct star *rest = rest_of(rule, stars);
    if (rule->asset[0]) {
        if (!fill(rule->asset, stars, room->asset) || placing_path_fault(room->asset)) {
            return; // a star that stands for nothing, or a path that would be too long
        }
        made.asset = room->asset;
        if (rest && rest->bytes && !rule->name[0] && rest->n < PLACING_MAX_NAME_BYTES) {
            memcpy(room->name, rest->bytes, rest->n);
            room->name[rest->n] = '\0';
            made.name = room->name;
        }
    }
    if (rule->name[0]) {
        if (!fill(rule->name, stars, room->name)) {
            return;
        }
        made.name = room->name;
    }
    *placed = made;
}

void placing_apply(const struct placing *placing, const char *source, size_t n,
                   struct placed *placed, struct placing_room *room) {
    struct stars stars = {.n = 0};
    if (!placing || placing->n == 0) {
        return;
    }
    const struct found found = find(placing, source, n);
    if (found.place != NONE && meets(&placing->rule[found.place], source, n, &stars)) {
        place(&placing->rule[found.place], &stars, placed, room);
    }
    if (found.unit != NONE && meets(&placing->rule[found.unit], source, n, &stars) &&
        fill(placing->rule[found.unit].unit, &stars, room->unit)) {
        placed->unit = room->unit;
    }
}
