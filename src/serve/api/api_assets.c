#include "serve/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "control/assets/asset_proposal.h"
#include "control/assets/asset_tree.h"
#include "io/clock.h"
#include "serve/api/upload.h"
#include "serve/floor/floors.h"
#include "study/json_writer.h"

// The tree of assets as it is now: what the table describes first, in its order, then what signals make up. The floor is held while it is
// read and told, so that table and states are of one moment.

enum { AT_ONCE = 1000 };

static double to_s(maru_time us) { return (double)us * 1e-6; }

// ---- all signals, page by page

struct visiting {
    maru_status (*see)(void *of, const struct signal_row *row, maru_error *err);
    void *of;
    int64_t last;
    size_t n;
};

static maru_status visit_one(void *context, const struct signal_row *row, maru_error *err) {
    struct visiting *visiting = context;
    visiting->last = row->id;
    visiting->n++;
    return visiting->see(visiting->of, row, err);
}

static maru_status visit_all(struct signals *signals, struct visiting *visiting, maru_error *err) {
    maru_status st = MARU_OK;
    do {
        visiting->n = 0;
        st = signals_each(signals, visiting->last, AT_ONCE, visit_one, visiting, err);
    } while (st == MARU_OK && visiting->n == AT_ONCE);
    return st;
}

// ---- the tree

struct telling {
    struct json json;
    const struct floor *floor; // NULL: there is none
    const struct asset_tree *tree;
    maru_time now_us;
};

static maru_status count_signal(void *of, const struct signal_row *row, maru_error *err) {
    return asset_tree_count(of, row->asset, err);
}

static void add_state(struct telling *telling, const char *tool) {
    const struct tool_states *tools = telling->floor ? telling->floor->tools : NULL;
    const uint32_t i =
        tools && tool[0] ? name_list_find(&tools->mapping.tools, tool, strlen(tool)) : NAME_NONE;
    struct json *json = &telling->json;
    if (i == NAME_NONE) {
        json_add_string(json, "state", NULL);
        return;
    }
    const struct timeline *timeline = &tools->tool[i].timeline;
    const struct timeline_interval at = timeline_at(timeline, telling->now_us);
    const enum e10_state state = e10_state_of(at.substate);
    json_open_object(json, "state");
    json_add_string(json, "state", e10_state_name(state, false));
    json_add_string(json, "state_ko", e10_state_name(state, true));
    json_add_string(json, "substate", e10_substate_name(at.substate, false));
    json_add_string(json, "substate_ko", e10_substate_name(at.substate, true));
    if (timeline_since(timeline) <= at.from_us) {
        json_add_number(json, "since", to_s(at.from_us));
    } else {
        json_add_string(json, "since", NULL);
    }
    json_close(json);
}

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

static void add_asset(struct telling *telling, uint32_t at) {
    static const struct asset unsaid = {.name = "", .korean = "", .tool = "", .group = ""};
    const struct tree_asset *one = &telling->tree->asset[at];
    const struct asset *asset = one->asset ? one->asset : &unsaid;
    const enum asset_level level = (enum asset_level)asset->level;
    const char *slash = strrchr(one->path, '/');
    const char *name = asset->name[0] ? asset->name : slash ? slash + 1 : one->path;
    struct json *json = &telling->json;
    json_open_object(json, NULL);
    json_add_string(json, "path", one->path);
    json_add_string(json, "parent",
                    one->parent == TREE_NONE ? NULL : telling->tree->asset[one->parent].path);
    json_add_string(json, "level", or_null(asset_level_name(level, false)));
    json_add_string(json, "level_ko", or_null(asset_level_name(level, true)));
    json_add_string(json, "name", name);
    json_add_string(json, "name_ko", asset->korean[0] ? asset->korean : name);
    json_add_string(json, "tool", or_null(asset->tool));
    json_add_string(json, "group", or_null(asset->group));
    json_add_count(json, "signals", one->n_own);
    json_add_count(json, "all", one->n_all);
    add_state(telling, asset->tool);
    json_close(json);
}

static void tell(struct request *request, const struct floor *floor, const struct asset_tree *tree,
                 int64_t depth) {
    struct telling telling = {.floor = floor, .tree = tree, .now_us = clock_unix_us()};
    const char *under = request_query(request, "under");
    struct json *json = &telling.json;
    uint32_t at = asset_tree_next(tree, TREE_NONE), end = TREE_NONE;
    if (under[0]) {
        at = asset_tree_find(tree, under);
        end = asset_tree_skip(tree, at);
    }
    const int64_t deepest = depth + (at == TREE_NONE ? 0 : tree->asset[at].depth);
    json_writer_init(json, &request->out);
    json_open_object(json, NULL);
    if (floor && floor->assets) {
        json_add_integer(json, "version", floor->assets_version);
    } else {
        json_add_string(json, "version", NULL);
    }
    json_add_count(json, "nowhere", tree->n_nowhere);
    json_open_list(json, "items");
    while (at != end && at != TREE_NONE) {
        add_asset(&telling, at);
        at =
            tree->asset[at].depth < deepest ? asset_tree_next(tree, at) : asset_tree_skip(tree, at);
    }
    json_close(json);
    json_close(json);
}

maru_status api_list_assets(struct request *request, maru_error *err) {
    const char *text = request_query(request, "depth");
    int64_t depth = PLACING_MAX_LEVELS;
    if (text[0] &&
        (!number_int64(text, strlen(text), &depth) || depth < 0 || depth > PLACING_MAX_LEVELS)) {
        return fail(err, MARU_E_INPUT, "depth is wanted from 0 to %d", PLACING_MAX_LEVELS);
    }
    struct signals *signals = NULL;
    struct asset_tree tree;
    maru_status st = tenant_open_signals(request->server->store, request->tenant, &signals, err);
    if (st != MARU_OK) {
        return st;
    }
    asset_tree_init(&tree);
    struct visiting visiting = {.see = count_signal, .of = &tree};
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    st = floor && floor->assets ? asset_tree_take(&tree, floor->assets, err) : MARU_OK;
    st = st == MARU_OK ? visit_all(signals, &visiting, err) : st;
    if (st == MARU_OK) {
        asset_tree_add_up(&tree);
        tell(request, floor, &tree, depth);
    }
    floors_leave(request->server->floors, floor);
    asset_tree_fini(&tree);
    return st;
}

// ---- a table to start from

static maru_status hear_signal(void *of, const struct signal_row *row, maru_error *err) {
    return asset_proposal_hear(of, row->source, err);
}

maru_status api_propose_assets(struct request *request, maru_error *err) {
    const char *id = request_query(request, "plant");
    struct signals *signals = NULL;
    struct asset_proposal proposal = {.plant = NULL};
    struct visiting visiting = {.see = hear_signal, .of = &proposal};
    maru_plant *plant = NULL;
    if (id[0] == '\0') {
        return fail(err, MARU_E_INPUT, "plant is wanted as the id of a plant");
    }
    maru_status st = upload_open_plant(request->tenant, id, 0, &plant, err);
    if (st == MARU_E_INPUT) {
        return request_refuse(request, 409, err,
                              "this plant has faults, so its tools are not known: mend them first");
    }
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    st = st == MARU_OK ? asset_proposal_init(&proposal, plant, err) : st;
    st = st == MARU_OK ? visit_all(signals, &visiting, err) : st;
    if (st == MARU_OK) {
        asset_proposal_write(&proposal, &request->out);
        request->type = "text/csv; charset=utf-8";
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"assets.csv\"");
        st = request->out.status;
    }
    asset_proposal_fini(&proposal);
    maru_plant_free(plant);
    return st;
}
