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
    X("the replay was stopped", "재현을 멈췄습니다") \
    X("the trace does not say when its jobs came: it can be inflated, not replayed", "작업이 언제 왔는지 없는 기록입니다: 채우기 실험은 할 수 있지만 재현할 수는 없습니다") \
    X("no job of the trace could run on these nodes", "이 노드에서 실행할 수 있는 작업이 기록에 하나도 없습니다")
// clang-format on

#endif
