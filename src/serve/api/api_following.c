#include "serve/api/listing.h"
#include "serve/http/request.h"

#include "base/status.h"
#include "io/clock.h"
#include "serve/http/problem.h"
#include "serve/twins/live_twin.h"
#include "serve/twins/twins.h"
#include "study/words/korean.h"

// How a twin follows its floor: what was heard, what did not fit, and how well its forecasts held. And the
// streams of all twins, which are the same whether a twin plays or follows.

static void add_sentence(struct json *json, const char *key, const char *english) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, english);
    json_open_object(json, key);
    json_add_string(json, "ko", korean.bytes ? korean.bytes : "");
    json_add_string(json, "en", english);
    json_close(json);
    text_fini(&korean);
}

static void tell(struct request *request, const struct twin *twin) {
    static const char *const name[] = {"reading", "following", "failed"};
    enum live_twin_stage stage;
    maru_error problem;
    struct json json;
    struct text follows;
    text_init(&follows, 1 << 16);
    follows_write(live_twin_follows(twin->live), &follows);
    struct following *following = live_twin_enter(twin->live, &stage, &problem);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "twin", twin->id);
    json_add_string(&json, "state", name[stage]);
    if (problem.text[0]) {
        problem_add_kept(&json, "problem", "The twin failed", 422, &problem);
    }
    if (live_twin_table_problem(twin->live)[0]) {
        add_sentence(&json, "table_problem", live_twin_table_problem(twin->live));
    }
    json_add_raw(&json, "follows", follows.bytes ? follows.bytes : "{}");
    if (following) {
        following_add_json(&json, following, clock_unix_us());
    }
    json_close(&json);
    live_twin_leave(twin->live);
    text_fini(&follows);
}

maru_status api_get_following(struct request *request, maru_error *err) {
    struct twin *twin = NULL;
    maru_status st =
        twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    if (st == MARU_OK && !twin->live) {
        st = request_refuse(request, 409, err, "this twin plays by itself, and follows no floor");
    } else if (st == MARU_OK) {
        tell(request, twin);
    }
    twins_release(request->server->twins, twin);
    return st;
}

maru_status api_tell_floor_history(struct request *request, struct live_twin *live) {
    enum live_twin_stage stage;
    maru_error problem;
    struct json json;
    struct following *following = live_twin_enter(live, &stage, &problem);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    if (following) {
        following_add_history(&json, following);
    }
    json_close(&json);
    live_twin_leave(live);
    return MARU_OK;
}

// ---- the stream

maru_status api_follow_twin(struct request *request, maru_error *err) {
    struct twin *twin = NULL;
    const maru_status st =
        twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    return st == MARU_OK ? floor_stream_follow(request, twin, err) : st;
}
