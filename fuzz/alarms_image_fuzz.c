#include "target.h"

#include "base/digest.h"
#include "control/alarms/alarms_image.h"

#include <stdlib.h>
#include <string.h>

// Saved alarms. The first byte says how many patches (place, two bytes; value, one) are made in a good
// image, whose sum is then made right; the rest is what happens to the alarms that are loaded from it.
// Properties: a state that is loaded is written back the same, and stays whole whatever happens; one
// that nothing was changed in is loaded.

static const char rows[] =
    "alarm,condition,priority,on_delay,off_delay,dead_time,cause,operator,escalate,ack\n"
    "A,x > 10 deadband 3,high,2 s,1 s,5 s,,ops,20 s,\n"
    "B,x < 5 or y > 10,low,,,,A,ops,,\n"
    "C,y outside 5 to 12 and not z bad,low,1 s,,,B,ops,10 s,no\n"
    "D,z silent 8 s,medium,,2 s,,A,night,,\n"
    "E,z changes 6 per 5 s,critical,,,,,night,30 s,\n";

enum { SUM_BYTES = 16, ACT_BYTES = 4 };

static void act(struct alarms *alarms, const uint8_t bytes[ACT_BYTES], maru_time at_us) {
    const uint32_t alarm = bytes[1] % alarms->n_alarm;
    maru_status st = MARU_OK;
    switch (bytes[0] % 8) {
    case 0:
        st = alarms_ack(alarms, alarm, at_us, 1, 0, NULL);
        break;
    case 1:
        st = alarms_shelve(alarms, alarm, at_us, at_us + (maru_time)bytes[2] * 100000, 1, 0, NULL);
        break;
    case 2:
        st = alarms_unshelve(alarms, alarm, at_us, 1, 0, NULL);
        break;
    case 3:
        st = alarms_set_service(alarms, alarm, bytes[2] % 2, at_us, 1, 0, NULL);
        break;
    case 4:
        st = alarms_advance(alarms, at_us, NULL);
        break;
    default:
        st = alarms_sample(alarms, bytes[1] % alarms->n_signal, at_us, bytes[2] % 16, bytes[3],
                           NULL);
    }
    must(st == MARU_OK || st == MARU_E_USAGE);
}

// Acts of the bytes from at_us on; the state must agree with itself behind each.
static void live(struct alarms *alarms, const uint8_t *bytes, size_t n, maru_time at_us) {
    for (; n >= ACT_BYTES; n -= ACT_BYTES, bytes += ACT_BYTES) {
        at_us += (maru_time)(bytes[3] % 16) * 300000;
        act(alarms, bytes, at_us);
        must(alarms_check(alarms, NULL) == MARU_OK);
    }
}

static void make_sum(unsigned char *image, size_t n) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, image, n - SUM_BYTES);
    memcpy(image + n - SUM_BYTES, digest.lane, SUM_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct alarm_table table;
    maru_faults *faults = maru_faults_new();
    must(faults &&
         alarm_table_read("a.csv", rows, sizeof rows - 1, faults, &table, NULL) == MARU_OK);
    maru_faults_free(faults);
    struct alarms_options options = alarms_usual();
    options.flood_begins = 3;
    options.flood_ends = 2;
    options.flood_hides = ALARM_LOW;
    struct alarms alarms, loaded;
    must(alarms_init(&alarms, &table, &options, 0, NULL) == MARU_OK);
    live(&alarms, bytes, n < 400 ? n : 400, 0);
    const size_t n_image = alarms_image_bytes(&alarms);
    unsigned char *image = malloc(n_image), *again = malloc(n_image);
    must(image && again);
    alarms_save(&alarms, image);
    const uint32_t n_patch = n > 0 ? bytes[0] % 4 : 0;
    for (uint32_t i = 0; i < n_patch && n >= 4 + 3 * (size_t)i; i++) {
        const size_t at =
            (size_t)(bytes[1 + 3 * i] << 8 | bytes[2 + 3 * i]) % (n_image - SUM_BYTES);
        image[at] = bytes[3 + 3 * i];
    }
    make_sum(image, n_image);
    const maru_status st = alarms_load(&loaded, &table, &options, image, n_image, NULL);
    must(st == MARU_OK || (st == MARU_E_INPUT && n_patch > 0));
    if (st == MARU_OK) {
        alarms_save(&loaded, again);
        must(memcmp(image, again, n_image) == 0);
        live(&loaded, bytes, n, 100000000);
        alarms_fini(&loaded);
    }
    free(image);
    free(again);
    alarms_fini(&alarms);
    alarm_table_fini(&table);
    return 0;
}
