#include "serve/api/asked_asset.h"

#include <stdio.h>
#include <string.h>

#include "serve/floor/floors.h"

// A tool is an asset by the tenant's table alone; one that no asset is stands nowhere.

bool asked_is_within(const char *asset, const char *wanted) {
    const size_t n = strlen(wanted);
    return n == 0 || (strncmp(asset, wanted, n) == 0 && (asset[n] == '\0' || asset[n] == '/'));
}

bool asked_asset(const struct request *request, char path[PLACING_MAX_NAME_BYTES]) {
    const char *tool = request_query(request, "tool");
    snprintf(path, PLACING_MAX_NAME_BYTES, "%s", request_query(request, "asset"));
    if (tool[0] == '\0') {
        return true;
    }
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    const struct asset *asset =
        floor && floor->assets ? asset_table_find_tool(floor->assets, tool) : NULL;
    const bool is_there = asset && asked_is_within(asset->path, path);
    if (is_there) {
        snprintf(path, PLACING_MAX_NAME_BYTES, "%s", asset->path);
    }
    floors_leave(request->server->floors, floor);
    return is_there;
}
