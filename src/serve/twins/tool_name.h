// Names of tools in the API: "GROUP/1" is the first tool of a tool group.
#ifndef SERVE_TOOL_NAME_H
#define SERVE_TOOL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/plant.h"

enum { TOOL_NAME_BYTES = 300 };

void tool_name_write(const maru_plant *plant, uint32_t tool, char out[TOOL_NAME_BYTES]);
bool tool_name_read(const maru_plant *plant, const char *text, uint32_t *tool);
// The same where group and number stand apart.
bool tool_name_find(const maru_plant *plant, const char *group, size_t n_group, const char *number,
                    uint32_t *tool);

#endif
