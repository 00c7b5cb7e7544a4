#include <string.h>
#include <strings.h>

#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// XML of a workbook, piece by piece through expat. A document type is refused, and with it all entities of its own. Names are told
// without what stands in front of their colon: which name space that is changes nothing here, and expat is quicker when it does not
// have to look.

enum { PIECE_BYTES = 1 << 16 };

static void stop(struct workbook_xml *xml, maru_status status) {
    if (status != MARU_OK && xml->status == MARU_OK) {
        xml->status = status;
        XML_StopParser(xml->parser, XML_FALSE);
    }
}

// Most names of a sheet are one letter.
static const char *local_name(const char *name) {
    const char *colon = name[0] == '\0' || name[1] == '\0' ? NULL : strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void keep_open(struct workbook_xml *xml, const char *name) {
    char *kept = xml->open[xml->depth - 1];
    const size_t n = strlen(name);
    kept[0] = '\0';
    if (n < WORKBOOK_NAME_BYTES) {
        memcpy(kept, name, n + 1);
    }
}

static void XMLCALL on_begin(void *context, const char *name, const char **attribute) {
    struct workbook_xml *xml = context;
    if (xml->status != MARU_OK) {
        return;
    }
    if (++xml->depth > WORKBOOK_MAX_DEPTH) {
        stop(xml, fail(xml->err, MARU_E_LIMIT, "the workbook is nested more than %d deep",
                       WORKBOOK_MAX_DEPTH));
        return;
    }
    if (xml->depth <= WORKBOOK_N_OPEN) {
        keep_open(xml, name);
    }
    stop(xml, xml->handler->begin(xml->handler->context, local_name(name), attribute));
}

static void XMLCALL on_end(void *context, const char *name) {
    struct workbook_xml *xml = context;
    if (xml->status == MARU_OK) {
        xml->depth--;
        stop(xml, xml->handler->end(xml->handler->context, local_name(name)));
    }
}

static void XMLCALL on_text(void *context, const char *bytes, int n) {
    struct workbook_xml *xml = context;
    if (xml->status == MARU_OK) {
        stop(xml, xml->handler->text(xml->handler->context, bytes, (size_t)n));
    }
}

static void XMLCALL on_doctype(void *context, const char *name, const char *system,
                               const char *public, int has_subset) {
    struct workbook_xml *xml = context;
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(xml, fail(xml->err, MARU_E_INPUT, "a workbook with a document type is not read"));
}

static void XMLCALL on_declaration(void *context, const char *version, const char *encoding,
                                   int standalone) {
    struct workbook_xml *xml = context;
    (void)version, (void)standalone;
    xml->is_utf8 = !encoding || strcasecmp(encoding, "utf-8") == 0;
}

const char *workbook_attribute(const char **attribute, const char *name) {
    for (; attribute[0]; attribute += 2) {
        if (strcmp(local_name(attribute[0]), name) == 0) {
            return attribute[1];
        }
    }
    return NULL;
}

maru_status workbook_xml_open(struct workbook_xml *xml, const struct workbook_handler *handler,
                              maru_error *err) {
    *xml = (struct workbook_xml){.handler = handler, .err = err, .is_utf8 = true};
    xml->parser = XML_ParserCreate(NULL);
    if (!xml->parser) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    XML_SetXmlDeclHandler(xml->parser, on_declaration);
    return MARU_OK;
}

void workbook_xml_close(struct workbook_xml *xml) {
    if (xml->parser) {
        XML_ParserFree(xml->parser);
    }
}

static maru_status say(struct workbook_xml *xml, enum XML_Status said) {
    if (xml->status != MARU_OK || said == XML_STATUS_OK) {
        return xml->status;
    }
    return XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY
               ? fail(xml->err, MARU_E_MEMORY, "no memory")
               : fail(xml->err, MARU_E_INPUT, "the workbook is damaged: its XML is wrong");
}

maru_status workbook_xml_add(struct workbook_xml *xml, const char *bytes, size_t n, bool is_end) {
    return say(xml, XML_Parse(xml->parser, bytes, (int)n, is_end));
}

static maru_status stream(struct workbook_job *job, struct archive *part,
                          struct workbook_xml *xml) {
    maru_status st = MARU_OK;
    size_t n = 1;
    while (st == MARU_OK && n > 0) {
        void *piece = XML_GetBuffer(xml->parser, PIECE_BYTES);
        if (!piece) {
            return fail(job->err, MARU_E_MEMORY, "no memory");
        }
        st = workbook_part_read(job, part, piece, PIECE_BYTES, &n, job->err);
        st = st == MARU_OK ? say(xml, XML_ParseBuffer(xml->parser, (int)n, n == 0)) : st;
    }
    return st;
}

maru_status workbook_read_part(struct workbook_job *job, const char *path,
                               const struct workbook_handler *handler, bool *is_there) {
    struct archive *part = NULL;
    struct workbook_xml xml = {0};
    maru_status st = workbook_part_open(job, path, &part);
    *is_there = part != NULL;
    if (part) {
        st = workbook_xml_open(&xml, handler, job->err);
        st = st == MARU_OK ? stream(job, part, &xml) : st;
        workbook_xml_close(&xml);
        workbook_part_close(part);
    }
    return st;
}
