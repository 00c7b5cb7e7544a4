#include "serve/twins/tool_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plant/plant.h"

void tool_name_write(const maru_plant *plant, uint32_t tool, char out[TOOL_NAME_BYTES]) {
    if (tool < plant->n_tool) {
        const struct plant_group *group = &plant->group[plant->tool_group[tool]];
        snprintf(out, TOOL_NAME_BYTES, "%.270s/%u", group->name, tool - group->first_tool + 1);
    } else {
        snprintf(out, TOOL_NAME_BYTES, "%u", tool);
    }
}

bool tool_name_find(const maru_plant *plant, const char *group, size_t n_group, const char *number,
                    uint32_t *tool) {
    char *end = NULL;
    const unsigned long k = strtoul(number, &end, 10);
    if (*end || end == number || number[0] < '0' || number[0] > '9') {
        return false;
    }
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *its = &plant->group[g];
        if (strncmp(its->name, group, n_group) == 0 && its->name[n_group] == '\0' && k >= 1 &&
            k <= its->n_tool) {
            *tool = its->first_tool + (uint32_t)k - 1;
            return true;
        }
    }
    return false;
}

bool tool_name_read(const maru_plant *plant, const char *text, uint32_t *tool) {
    const char *slash = strrchr(text, '/'); // a name may have some itself
    return slash && tool_name_find(plant, text, (size_t)(slash - text), slash + 1, tool);
}
