// Sentences of replays of traces and of what is compared with them, as korean_list.h has them.
#ifndef STUDY_KOREAN_REPLAY_LIST_H
#define STUDY_KOREAN_REPLAY_LIST_H

// clang-format off
#define KOREAN_REPLAY(X) \
    X("no memory to play a trace", "기록을 재현할 메모리가 없습니다") \
    X("no memory for the events of a replay", "재현에 쓸 사건을 담을 메모리가 없습니다") \
    X("a replay has at most {1} outages of nodes", "재현에는 노드 고장과 비움을 {1}건까지 넣을 수 있습니다") \
    X("reservations have at most {1} nodes together", "예약의 노드는 모두 합해 {1}대까지입니다") \
    X("a table of events names at most {1} nodes", "사건 표에는 노드 이름을 {1}개까지 쓸 수 있습니다") \
    X("a table of events has at most {1} rows", "사건 표는 {1}줄까지입니다") \
    X("a table of events has the columns time, kind, node, and count, gpu_type, site, until, account, notice where they are wanted", "사건 표에는 시각, 종류, 노드 열이 있고 필요하면 수, GPU종류, 사이트, 끝, 계정, 예고 열을 둡니다") \
    X("too many rows that count nodes, of so many nodes", "노드가 이렇게 많은데 대수로 고르는 줄이 너무 많습니다") \
    X("failures are said as mtbf=150d,repair=12h: how long a node is up, and under repair, on average", "고장은 mtbf=150d,repair=12h처럼 씁니다: 노드가 평균 얼마나 오래 돌고 고치는 데 얼마나 걸리는지") \
    X("--checkpoint-every has to be a time: 30m, 1h", "--checkpoint-every는 시간이어야 합니다: 30m, 1h") \
    X("'{1}' is no kind of event: down, up, drain, undrain, reserve, release", "'{1}'[은/는] 사건의 종류가 아닙니다: 고장, 복구, 비움, 비움해제, 예약, 예약해제") \
    X("an event has a time", "사건에는 시각이 있어야 합니다") \
    X("'{1}' is a moment: it has no end", "'{1}'[은/는] 한 시점이라 끝이 없습니다") \
    X("it ends before it begins", "시작하기 전에 끝납니다") \
    X("'{1}' is no node of the table of nodes", "'{1}'[은/는] 노드 표에 없습니다") \
    X("an event names its nodes, or says how many, of which type or site", "사건에는 노드 이름을 쓰거나, 몇 대인지 어느 GPU 종류나 사이트인지를 씁니다") \
    X("'{1}' is no site of the nodes", "'{1}'[은/는] 노드의 사이트가 아닙니다") \
    X("a reservation is for an account: tenant or tenant/project", "예약에는 계정이 있어야 합니다: 테넌트 또는 테넌트/프로젝트") \
    X("only a reservation is for an account", "계정은 예약에만 씁니다") \
    X("only {1} nodes are there for that", "거기에 맞는 노드는 {1}대뿐입니다") \
    X("node '{1}' is not {2} then", "노드 '{1}'[은/는] 그때 {2} 상태가 아닙니다") \
    X("node '{1}' is {2} already", "노드 '{1}'[은/는] 이미 {2} 상태입니다") \
    X("a time is wanted: 30m, 1h", "시간이 필요합니다: 30m, 1h") \
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
