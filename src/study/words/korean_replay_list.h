// Sentences of replays of traces and of what is compared with them, as korean_list.h has them.
#ifndef STUDY_KOREAN_REPLAY_LIST_H
#define STUDY_KOREAN_REPLAY_LIST_H

// clang-format off
#define KOREAN_REPLAY(X) \
    X("no memory to play a trace", "기록을 재현할 메모리가 없습니다") \
    X("no memory to try a rule", "규칙을 비교할 메모리가 없습니다") \
    X("tasks are drawn 1 to {1} times", "추첨은 1번에서 {1}번까지 할 수 있습니다") \
    X("the comparison was stopped", "비교를 멈췄습니다") \
    X("jobs come up to {1} times as fast", "작업은 {1}배까지 빨리 오게 할 수 있습니다") \
    X("this is a trace of the form '{1}', not '{2}'", "이 기록의 형식은 '{2}'[이/가] 아니라 '{1}'입니다") \
    X("at most {1} policies are compared at a time", "정책은 한 번에 {1}개까지 비교합니다") \
    X("there is no policy to try", "시험할 정책이 없습니다") \
    X("no memory for the accounts of a replay", "재현에 쓸 계정을 담을 메모리가 없습니다") \
    X("'{1}' cannot be an account: tenant or tenant/project, each of at most {2} bytes", "'{1}'[은/는] 계정이 될 수 없습니다: 테넌트 또는 테넌트/프로젝트이고 각각 {2}바이트까지입니다") \
    X("the result is too large", "결과가 너무 큽니다") \
    X("no thread for replays", "재현할 스레드를 만들지 못했습니다") \
    X("{1} replays wait already: try again later", "재현 {1}개가 이미 기다립니다: 나중에 다시 하십시오") \
    X("there is no such replay, or it is not kept any more", "그런 재현이 없거나 더 이상 보관하지 않습니다") \
    X("own, plain or sacct is wanted", "own, plain, sacct 가운데 하나여야 합니다") \
    X("a trace as a text, where it is not the pool's own", "풀 자신의 기록이 아니면 기록을 글로 보내십시오") \
    X("a list of 1 to 4 policies is wanted", "정책 1~4개의 목록이 필요합니다") \
    X("each has a name and a text", "정책마다 이름과 글이 있어야 합니다") \
    X("no job has ended here yet: send a trace", "여기서 끝난 작업이 아직 없습니다: 기록을 보내십시오") \
    X("the format is json or html", "형식은 json 또는 html입니다") \
    X("the replay has not ended well: there is no report", "재현이 제대로 끝나지 않아 보고서가 없습니다") \
    X("so slowly jobs would come for more than 10000 years", "그렇게 느리면 작업이 10000년 넘게 옵니다") \
    X("the replay was stopped", "재현을 멈췄습니다") \
    X("the trace does not say when its jobs came: it can be inflated, not replayed", "작업이 언제 왔는지 없는 기록입니다: 채우기 실험은 할 수 있지만 재현할 수는 없습니다") \
    X("no job of the trace could run on these nodes", "이 노드에서 실행할 수 있는 작업이 기록에 하나도 없습니다")
// clang-format on

#endif
