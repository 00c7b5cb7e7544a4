#include "control/assets/asset_proposal.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "plant/plant.h"
#include "signal/placing.h"

// Names are compared by what is left of them: letters in lower case and numbers without zeros before them, so that what people and
// machines put between them does not matter. A name that two tools would have means neither.

enum { KEY_BYTES = 300, NAME_BYTES = 300 }; // a name of a plant has at most 255

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What is compared of a name; 0: nothing, or too much.
static size_t make_key(const char *name, size_t n, char key[KEY_BYTES]) {
    size_t n_key = 0;
    bool is_in_number = false;
    for (size_t i = 0; i < n; i++) {
        const char c = name[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
        const bool is_zero = c == '0' && !is_in_number && i + 1 < n && is_digit(name[i + 1]);
        if (is_digit(c) && !is_zero && !is_in_number && n_key > 0 && is_digit(key[n_key - 1])) {
            if (n_key + 1 >= KEY_BYTES) {
                return 0;
            }
            key[n_key++] = '.'; // 1-12 is not 11-2
        }
        if ((is_letter || is_digit(c)) && !is_zero) {
            if (n_key + 1 >= KEY_BYTES) {
                return 0;
            }
            key[n_key++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        is_in_number = is_digit(c) && !is_zero;
    }
    return n_key;
}

// One more number beside a list of names.
static bool make_room(uint32_t **items, uint32_t n, uint32_t *cap) {
    if (n < *cap) {
        return true;
    }
    const uint32_t more = *cap < 64 ? 64 : 2 * *cap;
    uint32_t *grown = alloc_resize(*items, more, sizeof *grown);
    if (grown) {
        *items = grown;
        *cap = more;
    }
    return grown != NULL;
}

static maru_status add_key(struct asset_proposal *proposal, const char *name, uint32_t tool,
                           maru_error *err) {
    char key[KEY_BYTES];
    const size_t n = make_key(name, strlen(name), key);
    if (n == 0) {
        return MARU_OK;
    }
    const uint32_t known = name_list_find(&proposal->keys, key, n);
    if (known != NAME_NONE) {
        proposal->tool[known] = PLANT_NONE;
        return MARU_OK;
    }
    if (!make_room(&proposal->tool, proposal->keys.n, &proposal->cap_key)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const uint32_t at = name_list_add(&proposal->keys, key, n);
    if (at == NAME_NONE) {
        return arena_refusal(&proposal->arena, err);
    }
    proposal->tool[at] = tool;
    return MARU_OK;
}

static void name_tool(const maru_plant *plant, uint32_t tool, char separator,
                      char out[NAME_BYTES]) {
    const struct plant_group *group = &plant->group[plant->tool_group[tool]];
    snprintf(out, NAME_BYTES, "%.255s%c%u", group->name, separator, tool - group->first_tool + 1);
}

maru_status asset_proposal_init(struct asset_proposal *proposal, const maru_plant *plant,
                                maru_error *err) {
    maru_status st = MARU_OK;
    *proposal = (struct asset_proposal){.plant = plant};
    arena_init(&proposal->arena, PROPOSAL_MAX_BYTES);
    name_list_init(&proposal->keys, &proposal->arena);
    name_list_init(&proposal->places, &proposal->arena);
    for (uint32_t tool = 0; st == MARU_OK && tool < plant->n_tool; tool++) {
        char name[NAME_BYTES];
        name_tool(plant, tool, '/', name);
        st = add_key(proposal, name, tool, err);
    }
    return st;
}

void asset_proposal_fini(struct asset_proposal *proposal) {
    name_list_fini(&proposal->keys);
    name_list_fini(&proposal->places);
    arena_fini(&proposal->arena);
    alloc_free(proposal->tool);
    alloc_free(proposal->of_place);
    *proposal = (struct asset_proposal){0};
}

static maru_status add_place(struct asset_proposal *proposal, const char *source, size_t n,
                             uint32_t tool, maru_error *err) {
    if (name_list_find(&proposal->places, source, n) != NAME_NONE ||
        proposal->places.n >= PROPOSAL_MAX_SIGNALS || memchr(source, '*', n)) {
        return MARU_OK;
    }
    if (!make_room(&proposal->of_place, proposal->places.n, &proposal->cap_place)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const uint32_t at = name_list_add(&proposal->places, source, n);
    if (at == NAME_NONE) {
        return arena_refusal(&proposal->arena, err);
    }
    proposal->of_place[at] = tool;
    return MARU_OK;
}

maru_status asset_proposal_hear(struct asset_proposal *proposal, const char *source,
                                maru_error *err) {
    char key[KEY_BYTES];
    size_t from = 0;
    while (source[from]) { // the last level is the signal itself, the first the connection
        const size_t n = strcspn(source + from, "/");
        if (source[from + n] == '\0') {
            break;
        }
        const size_t n_key = make_key(source + from, n, key);
        const uint32_t known =
            n_key > 0 && from > 0 ? name_list_find(&proposal->keys, key, n_key) : NAME_NONE;
        if (known != NAME_NONE && proposal->tool[known] != PLANT_NONE) {
            return add_place(proposal, source, from + n, proposal->tool[known], err);
        }
        from += n + 1;
    }
    return MARU_OK;
}

// ---- the table

struct writing {
    struct text *out;
    struct names paths; // that are taken
};

// A level of a path out of a name.
static void make_level(const char *name, char out[NAME_BYTES]) {
    size_t n = 0;
    for (; *name && n + 1 < NAME_BYTES; name++) {
        out[n++] = (char)(strchr("/{}\n\r\t", *name) ? '-' : *name);
    }
    snprintf(out + n, NAME_BYTES - n, "%s", n == 0 ? "-" : "");
}

// The path of one more asset, unlike all others. False: it would be too long.
static bool make_path(struct writing *writing, const char *parent, const char *name,
                      char out[PLACING_MAX_NAME_BYTES]) {
    char level[NAME_BYTES];
    make_level(name, level);
    for (uint32_t k = 1; k < 1000; k++) {
        char again[16] = "";
        uint32_t number = 0;
        if (k > 1) {
            snprintf(again, sizeof again, " (%u)", k);
        }
        const int n = snprintf(out, PLACING_MAX_NAME_BYTES, "%s%s%s%s", parent,
                               parent[0] ? "/" : "", level, again);
        if (n < 0 || n >= PLACING_MAX_NAME_BYTES) {
            return false;
        }
        if (names_find(&writing->paths, out, (size_t)n) == UINT32_MAX) {
            return names_add(&writing->paths, out, (size_t)n, &number, NULL) == MARU_OK;
        }
    }
    return false;
}

struct line { // of the table; NULL: the cell is empty
    const char *path, *level, *name, *tool, *group, *signals;
};

static void write_line(struct text *out, const struct line *line) {
    const char *const cell[] = {line->path, line->level, line->name,
                                line->tool, line->group, line->signals};
    for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++) {
        text_addz(out, i > 0 ? "," : "");
        text_add_csv(out, cell[i] ? cell[i] : "");
    }
    text_addz(out, "\n");
}

static const char *name_unless_path(const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, name) == 0 ? NULL : name;
}

// The tool, and a row for each further place that its signals come from.
static void write_tool(const struct asset_proposal *proposal, struct writing *writing,
                       const char *parent, uint32_t tool, const uint32_t *first,
                       const uint32_t *next) {
    char name[NAME_BYTES], called[NAME_BYTES], path[PLACING_MAX_NAME_BYTES];
    char pattern[PLACING_MAX_NAME_BYTES + 8];
    name_tool(proposal->plant, tool, '/', name);
    name_tool(proposal->plant, tool, '-', called);
    if (!make_path(writing, parent, called, path)) {
        return;
    }
    struct line line = {.path = path, .level = "tool", .tool = name};
    uint32_t place = first[tool];
    do {
        line.signals = NULL;
        if (place != PLANT_NONE) {
            snprintf(pattern, sizeof pattern, "%.510s/**", proposal->places.name[place]);
            line.signals = strlen(pattern) < PLACING_MAX_NAME_BYTES ? pattern : NULL;
            place = next[place];
        }
        write_line(writing->out, &line);
        line.level = line.tool = NULL;
    } while (place != PLANT_NONE);
}

static void write_group(const struct asset_proposal *proposal, struct writing *writing,
                        const char *parent, uint32_t g, const uint32_t *first,
                        const uint32_t *next) {
    const struct plant_group *group = &proposal->plant->group[g];
    char path[PLACING_MAX_NAME_BYTES];
    if (group->is_delay || !make_path(writing, parent, group->name, path)) {
        return;
    }
    const struct line line = {.path = path,
                              .level = "work center",
                              .name = name_unless_path(path, group->name),
                              .group = group->name};
    write_line(writing->out, &line);
    for (uint32_t k = 0; k < group->n_tool; k++) {
        write_tool(proposal, writing, path, group->first_tool + k, first, next);
    }
}

static void write_area(const struct asset_proposal *proposal, struct writing *writing,
                       const char *site, uint32_t area, const uint32_t *first,
                       const uint32_t *next) {
    const maru_plant *plant = proposal->plant;
    char path[PLACING_MAX_NAME_BYTES];
    if (area == PLANT_NONE) {
        snprintf(path, sizeof path, "%s", site);
    } else if (make_path(writing, site, plant->area[area].name, path)) {
        const struct line line = {
            .path = path, .level = "area", .name = name_unless_path(path, plant->area[area].name)};
        write_line(writing->out, &line);
    } else {
        return;
    }
    for (uint32_t g = 0; g < plant->n_group; g++) {
        if (plant->group[g].area == area) {
            write_group(proposal, writing, path, g, first, next);
        }
    }
}

void asset_proposal_write(const struct asset_proposal *proposal, struct text *out) {
    const maru_plant *plant = proposal->plant;
    struct writing writing = {.out = out};
    char site[PLACING_MAX_NAME_BYTES];
    // the places of each tool as lists, in the order of hearing
    uint32_t *first = alloc_new((size_t)plant->n_tool + 1, sizeof *first);
    uint32_t *next = alloc_new((size_t)proposal->places.n + 1, sizeof *next);
    names_init(&writing.paths, PROPOSAL_MAX_BYTES);
    if (!first || !next) {
        out->status = MARU_E_MEMORY;
        goto done;
    }
    for (uint32_t i = 0; i < plant->n_tool; i++) {
        first[i] = PLANT_NONE;
    }
    for (uint32_t i = proposal->places.n; i-- > 0;) {
        next[i] = first[proposal->of_place[i]];
        first[proposal->of_place[i]] = i;
    }
    text_addz(out, "asset,level,name,tool,group,signals\n");
    if (make_path(&writing, "", plant->name[0] ? plant->name : "site", site)) {
        const struct line line = {
            .path = site, .level = "site", .name = name_unless_path(site, plant->name)};
        write_line(out, &line);
        for (uint32_t area = 0; area < plant->n_area; area++) {
            write_area(proposal, &writing, site, area, first, next);
        }
        write_area(proposal, &writing, site, PLANT_NONE, first, next);
    }
done:
    names_fini(&writing.paths);
    alloc_free(first);
    alloc_free(next);
}
