#include "target.h"

#include "serve/http/header_list.h"

#include <stdlib.h>
#include <string.h>

// Any list has a quality from 0 to 1 or none, the same with an empty member before it; a tag that is put behind a good list
// is found.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const char tag[] = "\"0123456789abcdef\"";
    char *list = malloc(n + sizeof tag + 4);
    if (!list) {
        return 0;
    }
    list[0] = ',';
    for (size_t i = 0; i < n; i++) {
        list[i + 1] = bytes[i] != 0 ? (char)bytes[i] : ' ';
    }
    list[n + 1] = '\0';
    const double quality = header_list_quality(list + 1, "gzip");
    must(quality == -1 || (quality >= 0 && quality <= 1));
    must(header_list_quality(list, "gzip") == quality);
    const bool has = header_list_has_tag(list + 1, tag);
    must(!has || strchr(list, '*') || strstr(list, tag));
    if (header_list_has_tag(list + 1, "\"x\"") && !strchr(list, '*')) {
        must(strstr(list, "\"x\"") != NULL);
    }
    memcpy(list, tag, sizeof tag - 1); // the tag is first, whatever follows
    list[sizeof tag - 1] = ',';
    list[sizeof tag] = '\0';
    must(header_list_has_tag(list, tag));
    free(list);
    return 0;
}
