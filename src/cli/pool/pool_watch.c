#include "cli/pool/pool_watch.h"

#include "base/status.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/stop.h"
#include "study/words/numerals.h"

void pool_watch_open(struct pool_watch *watch, const struct call *call) {
    *watch = (struct pool_watch){.call = call, .begin_s = clock_seconds()};
    stop_listen();
    progress_open(&watch->progress, !call->quiet && !call->json);
}

bool pool_watch_go_on(void *context, double share) {
    struct pool_watch *const watch = context;
    struct text words;
    text_init(&words, 1 << 10);
    words_add(&words, watch->call->lang, W_REPLAY_PROGRESS,
              (const char *const[]){numeral(100 * share, 0).text,
                                    numeral(clock_seconds() - watch->begin_s, 0).text, NULL});
    progress_draw(&watch->progress, share, words.bytes ? words.bytes : "");
    text_fini(&words);
    return !stop_asked();
}

void pool_watch_close(struct pool_watch *watch) { progress_close(&watch->progress); }

void pool_say(void *context, enum word id, const char *const *arguments) {
    const struct pool_saying *const saying = context;
    struct text one;
    text_init(&one, 1 << 16);
    words_add(&one, saying->call->lang, id, arguments);
    for (size_t i = 0; i < one.n_bytes; i++) {
        const unsigned char c = (unsigned char)one.bytes[i];
        one.bytes[i] = (char)(c < 0x20 || c == 0x7F ? '?' : c);
    }
    text_add(saying->out, one.bytes, one.n_bytes);
    text_addz(saying->out, "\n");
    text_fini(&one);
}

maru_status pool_write(const char *path, const struct text *text, maru_error *err) {
    if (text->status != MARU_OK) {
        return fail(err, text->status, "no memory");
    }
    return path ? files_replace(path, text->bytes, text->n_bytes, err) : MARU_OK;
}
