#include "signal/sample.h"

#include <math.h>
#include <string.h>

// A sample is 32 bytes and holds no memory of its own: a text lies where its source has it, until the store has copied it.

const char *sample_type_name(enum sample_type type) {
    static const char *const name[N_SAMPLE_TYPE] = {"double", "integer", "bool", "text"};
    return type < N_SAMPLE_TYPE ? name[type] : "";
}

bool sample_is_same_value(const struct sample *a, const struct sample *b) {
    if (a->type != b->type) {
        return false;
    }
    switch ((enum sample_type)a->type) {
    case SAMPLE_TEXT:
        return a->n_text == b->n_text &&
               (a->n_text == 0 || memcmp(a->value.text, b->value.text, a->n_text) == 0);
    case SAMPLE_DOUBLE:
        return memcmp(&a->value.number, &b->value.number, sizeof a->value.number) == 0;
    case SAMPLE_INTEGER:
    case SAMPLE_BOOL:
    case N_SAMPLE_TYPE:
    default:
        return a->value.integer == b->value.integer;
    }
}

double sample_number(const struct sample *sample) {
    switch ((enum sample_type)sample->type) {
    case SAMPLE_DOUBLE:
        return sample->value.number;
    case SAMPLE_INTEGER:
    case SAMPLE_BOOL:
        return (double)sample->value.integer;
    case SAMPLE_TEXT:
    case N_SAMPLE_TYPE:
    default:
        return (double)NAN;
    }
}
