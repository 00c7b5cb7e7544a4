// What fake equipment shows to the outside, whatever the protocol: devices, each with tags, and values of them.
#ifndef CONNECT_FAKE_PLAN_H
#define CONNECT_FAKE_PLAN_H

#include <math.h>

#include "signal/sample.h"

enum fake_role { // what a tag is for protocols that know such things
    FAKE_ROLE_NONE,
    FAKE_ROLE_STATE, // a word of FAKE_STATES
    FAKE_ROLE_LOT,   // lots inside, with a + between
    FAKE_ROLE_PRODUCT,
    FAKE_ROLE_STEP,
    FAKE_ROLE_RECIPE,
    FAKE_ROLE_ALARM, // the code of the alarm, 0: none
};

struct fake_tag {
    const char *name, *unit; // "Process/Vibration", "mm/s"
    uint8_t type;            // enum sample_type
    uint8_t role;            // enum fake_role
    double deadband;         // a smaller change is not told, where a protocol tells changes
};

struct fake_device {
    const char *node, *name; // Sparkplug's edge node; name "": the tags are the node's own
    const char *tool;        // in the plant: "Etch/3", "" where it is none
    uint32_t first_tag, n_tag;
};

struct fake_alarm {
    int code;
    uint8_t category; // of SEMI E5, ALCD
    char text[64];
};

struct fake_plan { // must outlive all that is opened on it
    const char *plant;
    const struct fake_device *device; // (n_device), those of a node together
    const struct fake_tag *tag;       // (n_tag), device by device
    const uint32_t *tag_device;       // (n_tag)
    const struct fake_alarm *alarm;   // (n_alarm)
    uint32_t n_device, n_tag, n_alarm;
};

struct fake_value {
    uint32_t tag;
    struct sample sample; // us since 1970
};

// Report by exception: is this value worth telling after the one that was told last?
struct fake_told {
    double number;
    maru_time at_us;
    bool has_value;
};
static inline bool fake_is_news(struct fake_told *told, const struct fake_tag *tag,
                                const struct sample *sample, maru_time heartbeat_us) {
    const double number = sample_number(sample);
    const double change = fabs(number - told->number);
    const bool is_news = !told->has_value || sample->type == SAMPLE_TEXT ||
                         sample->quality != QUALITY_GOOD || !(change < tag->deadband) ||
                         sample->at_us - told->at_us >= heartbeat_us;
    if (is_news) {
        *told = (struct fake_told){number, sample->at_us, true};
    }
    return is_news;
}

#endif
