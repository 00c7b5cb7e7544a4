#include "serve/links/sample_json.h"

void sample_add_value(struct text *out, const struct sample *sample) {
    switch ((enum sample_type)sample->type) {
    case SAMPLE_DOUBLE:
        text_add_double(out, sample->value.number);
        break;
    case SAMPLE_INTEGER:
        text_addf(out, "%lld", (long long)sample->value.integer);
        break;
    case SAMPLE_BOOL:
        text_addz(out, sample->value.integer ? "true" : "false");
        break;
    case SAMPLE_TEXT: {
        struct text text;
        text_init(&text, SAMPLE_MAX_TEXT_BYTES + 1);
        text_add(&text, sample->value.text, sample->n_text);
        text_add_json(out, text.bytes ? text.bytes : "");
        text_fini(&text);
        break;
    }
    case N_SAMPLE_TYPE:
    default:
        text_addz(out, "null");
    }
}

void sample_add_json(struct text *out, const struct sample *sample) {
    text_addz(out, "[");
    text_add_fixed(out, (double)sample->at_us * 1e-6, 6);
    text_addz(out, ",");
    sample_add_value(out, sample);
    text_addf(out, ",%u]", sample->quality);
}
