// Words of replays of traces and of comparisons of placement: name, English, Korean. As in words_list.h.
#ifndef STUDY_REPLAY_WORDS_LIST_H
#define STUDY_REPLAY_WORDS_LIST_H

// clang-format off
#define REPLAY_WORDS(X) \
    X(POOL_PURPOSE, "try policies and placement on traces of jobs, make a trace", "작업 기록으로 정책과 배치 규칙을 미리 시험하거나 기록을 만듭니다") \
    X(POOL_UNKNOWN, "'{1}' is nothing that maru pool does: {2}", "maru pool에 '{1}'[은/는] 없습니다: {2}") \
    X(HELP_POOL_POLICY, "a policy that is tried (often, at most 4)", "시험할 정책 파일(여러 번 쓸 수 있고 4개까지)") \
    X(HELP_POOL_NODES, "the nodes as a table (those beside the trace)", "노드 표(기본: 기록 옆에 있는 것)") \
    X(HELP_POOL_FORM, "what the trace has to be: openb, sacct, plain", "기록의 형식을 정합니다: openb, sacct, plain") \
    X(HELP_POOL_INFLATE, "jobs come so many times as fast", "작업이 이 배수만큼 빨리 옵니다") \
    X(HELP_POOL_PRICES, "prices as a table: what the GPUs cost", "가격 표. GPU 비용을 셉니다") \
    X(HELP_POOL_ACCOUNTS, "accounts as a table: weights, guarantees, limits", "계정 표: 가중치, 보장량, 한도") \
    X(HELP_POOL_CHECKPOINTS, "a job that is stopped goes on from where it was", "멈춘 작업이 하던 곳부터 이어서 합니다") \
    X(HELP_POOL_EVENTS, "failures, drains and reservations of nodes as a table", "노드 고장, 비움, 예약 표") \
    X(HELP_POOL_FAILURES, "nodes fail by chance: mtbf=150d,repair=12h", "노드가 무작위로 고장 납니다: mtbf=150d,repair=12h") \
    X(HELP_POOL_EVERY, "how often running jobs make a checkpoint; sets --checkpoints", "실행 중인 작업의 체크포인트 간격(--checkpoints 포함)") \
    X(HELP_POOL_SEED, "of what is drawn", "난수 시드") \
    X(HELP_POOL_HTML, "a report of one page", "한 쪽짜리 보고서") \
    X(HELP_POOL_CSV, "the figures as a table", "수치를 표로 저장합니다") \
    X(HELP_POOL_SHARE, "how many GPUs are asked for, of those that there are", "있는 GPU의 몇 배를 요청하는지") \
    X(HELP_POOL_SEEDS, "how often it is drawn", "추첨 횟수") \
    X(HELP_POOL_TIES, "nodes that a rule finds alike: random or lowest", "규칙이 똑같다고 보는 노드 가운데: random 또는 lowest") \
    X(HELP_POOL_JOBS, "of a trace that is made: how many", "만들 기록의 작업 수") \
    X(HELP_POOL_TENANTS, "of a trace that is made: of how many tenants", "만들 기록의 테넌트 수") \
    X(HELP_POOL_LOAD, "of a trace that is made: GPU time asked for, of what there is", "만들 기록이 요청하는 GPU 시간(있는 것 대비)") \
    X(TRACE_MADE, "{1}: {2} jobs of {3} tenants in {4} days, made up.", "{1}: 테넌트 {3}곳의 작업 {2}개, {4}일치를 지어냈습니다.") \
    X(REPLAY_NO_NODES, "no nodes: give them with --nodes FILE.csv", "노드가 없습니다: --nodes 파일.csv로 주십시오") \
    X(REPLAY_PROGRESS, "{1} %, {2} s", "{1} %, {2}초") \
    X(REPLAY_TITLE, "Policies tried on a trace", "기록으로 시험한 정책") \
    X(REPLAY_FACTS, "{1} jobs of {2} tenants, {3} nodes with {4} GPUs, {5} days", "작업 {1}개, 테넌트 {2}곳, 노드 {3}대(GPU {4}장), {5}일") \
    X(REPLAY_INFLATED, "Jobs come {1} times as fast as they did.", "작업이 실제보다 {1}배 빨리 옵니다.") \
    X(REPLAY_PASSED, "Passed over: {1} that nobody knows how long they ran, {2} that could never run on these nodes.", "뺀 작업: 얼마나 걸렸는지 모르는 것 {1}개, 이 노드에서 실행할 수 없는 것 {2}개.") \
    X(REPLAY_OUTAGES, "Failures of nodes: {1}; drained: {2}; reservations: {3}.", "노드 고장 {1}번, 비움 {2}번, 예약 {3}건.") \
    X(REPLAY_OUTAGE_COST, "Under {1} {2} runs are lost with their node and {3} GPU-hours done again; the mean wait changes by {4} h (95 %: {5} to {6} h) against the same without outages.", "{1} 정책에서는 노드와 함께 실행 {2}번을 잃어 GPU {3}시간의 일을 다시 하고, 평균 대기는 고장과 예약이 없을 때보다 {4}시간 달라집니다(95 %: {5} ~ {6}시간).") \
    X(REPLAY_LEFT, "{1}: {2} jobs never began.", "{1}: 끝까지 시작하지 못한 작업이 {2}개입니다.") \
    X(REPLAY_ALONE, "Under {1} a job waits {2} h on average; one in twenty waits longer than {3} h.", "{1} 정책에서 작업은 평균 {2}시간 기다립니다. 스물에 하나는 {3}시간보다 오래 기다립니다.") \
    X(REPLAY_SHORTER, "Under {1} instead of {2} a job waits {3} h less on average (95 %: {4} to {5} h less).", "{2} 대신 {1} 정책이면 작업이 평균 {3}시간 덜 기다립니다(95 %: {4} ~ {5}시간).") \
    X(REPLAY_LONGER, "Under {1} instead of {2} a job waits {3} h longer on average (95 %: {4} to {5} h longer).", "{2} 대신 {1} 정책이면 작업이 평균 {3}시간 더 기다립니다(95 %: {4} ~ {5}시간).") \
    X(REPLAY_UNSURE, "Whether jobs wait longer or shorter under {1} than under {2} is not sure: {3} h on average (95 %: {4} to {5} h).", "{2} 대신 {1} 정책이면 더 기다리는지 덜 기다리는지는 확실하지 않습니다: 평균 {3}시간(95 %: {4} ~ {5}시간).") \
    X(REPLAY_SAME, "Under {1} every job begins as it does under {2}.", "{1} 정책에서도 모든 작업이 {2} 정책에서와 똑같이 시작합니다.") \
    X(REPLAY_SOONER, "{1} of {2} jobs begin sooner, {3} later.", "작업 {2}개 가운데 {1}개는 더 일찍, {3}개는 더 늦게 시작합니다.") \
    X(REPLAY_POLICY, "policy", "정책") \
    X(REPLAY_TENANT, "tenant", "테넌트") \
    X(REPLAY_SIZE, "GPUs of a job", "작업의 GPU") \
    X(REPLAY_SIZE_CPU, "none", "없음") \
    X(REPLAY_JOBS, "jobs", "작업") \
    X(REPLAY_MEAN, "mean wait, h", "평균 대기(시간)") \
    X(REPLAY_P50, "half wait less, h", "절반이 이보다 짧음(시간)") \
    X(REPLAY_P95, "95 % wait less, h", "95 %가 이보다 짧음(시간)") \
    X(REPLAY_P99, "99 % wait less, h", "99 %가 이보다 짧음(시간)") \
    X(REPLAY_USED, "GPUs in use", "GPU 사용률") \
    X(REPLAY_FREE, "GPUs free while jobs wait", "대기 중 남은 GPU") \
    X(REPLAY_JAIN, "fairness (Jain)", "공정성(Jain)") \
    X(REPLAY_STOPPED, "stopped for others", "다른 작업에 밀려 멈춤") \
    X(REPLAY_BACKFILLED, "backfilled", "끼워 넣은 작업") \
    X(REPLAY_LOST, "runs lost with a node", "노드와 함께 잃은 실행") \
    X(REPLAY_LOST_HOURS, "GPU-hours lost so", "그렇게 잃은 GPU 시간") \
    X(REPLAY_OUT, "GPUs out of service", "쓸 수 없는 GPU") \
    X(REPLAY_MWH, "energy, MWh", "에너지(MWh)") \
    X(REPLAY_COST, "GPU cost, KRW", "GPU 비용(원)") \
    X(REPLAY_GPU_HOURS, "GPU-hours", "GPU 시간") \
    X(REPLAY_DOMINANT, "dominant share", "주 자원 몫") \
    X(REPLAY_PROGRESSED, "running, of its time here", "있던 시간 중 실행") \
    X(REPLAY_BY_TENANT, "By tenant", "테넌트별") \
    X(REPLAY_BY_SIZE, "By size", "크기별") \
    X(REPLAY_ALL, "Policies side by side", "정책 비교") \
    X(REPLAY_RULES, "How the policies differ", "정책의 차이") \
    X(REPLAY_RULES_SAME, "They do not differ.", "차이가 없습니다.") \
    X(REPLAY_RULE, "rule", "규칙") \
    X(REPLAY_DIFFERENCES, "Wait against the first policy, h", "첫 정책과의 대기 차이(시간)") \
    X(REPLAY_DIFFERENCES_NOTE, "Job by job on the same trace, mean and 95 % interval: stretches of the trace drawn again, since jobs that come together wait together.", "같은 기록에서 작업마다 비교한 평균과 95 % 구간입니다. 함께 온 작업은 함께 기다리므로 기록의 구간 단위로 다시 뽑습니다.") \
    X(REPLAY_KPI_NOTE, "Large: {1}. Small: {2}.", "큰 글자: {1}, 작은 글자: {2}.") \
    X(REPLAY_CHART_OUT, "grey: out of service", "회색: 쓸 수 없음") \
    X(REPLAY_CHART_BUSY, "GPUs in use", "쓰고 있는 GPU") \
    X(REPLAY_CHART_WAITING, "Jobs that wait", "기다리는 작업") \
    X(REPLAY_CHART_WAITS, "Share of jobs that wait longer", "이보다 오래 기다리는 작업의 비율") \
    X(REPLAY_CHART_WAITS_X, "hours (each step ten times as long)", "시간(한 칸에 10배)") \
    X(REPLAY_CHART_SIZES, "Mean wait by GPUs of a job", "작업의 GPU 수에 따른 평균 대기") \
    X(REPLAY_DAYS, "days", "일") \
    X(REPLAY_HOURS, "hours", "시간") \
    X(REPLAY_GPUS, "GPUs", "GPU") \
    X(REPLAY_PERCENT, "percent", "퍼센트") \
    X(REPLAY_TERM_WAIT, "Wait: from when a job came to its first start. A job runs as long as it did in the trace.", "대기: 작업이 온 때부터 처음 시작할 때까지입니다. 작업은 기록에서 걸린 만큼 걸립니다.") \
    X(REPLAY_TERM_LIMIT, "Where the trace has no limit a job asks for the next usual one above its time (1, 4, 12 h, 1, 3, 7, 30, 90, 365 days).", "기록에 제한 시간이 없으면 걸린 시간보다 큰 흔한 값(1, 4, 12시간, 1, 3, 7, 30, 90, 365일)을 제한 시간으로 씁니다.") \
    X(REPLAY_TERM_FREE, "GPUs free while jobs wait: the mean over the time in which at least one job waited.", "대기 중 남은 GPU: 작업이 하나라도 기다린 시간 동안의 평균입니다.") \
    X(REPLAY_TERM_JAIN, "Fairness (Jain, 1984): of each tenant's GPU time here, waiting or running, the part that ran; 1 where all tenants fare alike.", "공정성(Jain, 1984): 테넌트마다 GPU 작업이 기다리거나 실행된 시간 가운데 실행된 비율을 봅니다. 모든 테넌트가 같으면 1입니다.") \
    X(REPLAY_TERM_ENERGY, "Energy: nodes and GPUs idle all the time, and what busy GPUs draw more, times the PUE: an upper bound, since a GPU that is given out need not be busy.", "에너지: 노드와 GPU의 유휴 전력에 쓰는 GPU가 더 쓰는 전력을 더하고 PUE를 곱했습니다. 할당된 GPU가 늘 바쁘지는 않으므로 상한입니다.") \
    X(REPLAY_TERM_OUTAGE, "A node that fails stops what runs there at once: a job that makes checkpoints goes on from the last one, any other begins again. Outages come at the same moments under every policy. Out of service: GPUs of failed nodes, and those of drained ones that nobody holds.", "고장 난 노드의 작업은 바로 멈춥니다. 체크포인트가 있으면 마지막 것부터, 없으면 처음부터 다시 합니다. 고장은 모든 정책에서 같은 때에 옵니다. 쓸 수 없는 GPU는 고장 난 노드의 것과 비운 노드에서 아무도 쓰지 않는 것입니다.") \
    X(REPLAY_TERM_PEOPLE, "People do not answer: who waits longer would send less, which no replay knows.", "사람의 반응은 들어 있지 않습니다: 오래 기다리면 덜 보내겠지만 재현은 그것을 모릅니다.") \
    X(RULES_TITLE, "Rules of placement on a trace", "기록으로 비교한 배치 규칙") \
    X(RULES_LEAD, "Tasks of the trace are drawn and placed until they ask for {1} % of {2} GPUs: {3} leaves {4} of them idle, {5} leaves {6}, {7} leaves {8} (mean of {9} draws).", "기록에서 뽑은 작업을 GPU {2}장의 {1} %를 요청할 때까지 배치하면 노는 GPU는 {3} {4}장, {5} {6}장, {7} {8}장입니다({9}번 평균).") \
    X(RULES_FEWER, "That is {1} fewer under {2} than under {3}, the best of the others (95 %: {4} to {5}).", "{2} 규칙은 나머지 가운데 가장 나은 {3}보다 {1}장 적게 놀립니다(95 %: {4} ~ {5}장).") \
    X(RULES_MORE, "{3}, the best of the others, leaves {1} fewer than {2} (95 %: {4} to {5}).", "나머지 가운데 가장 나은 {3}[이/가] {2}보다 {1}장 적게 놀립니다(95 %: {4} ~ {5}장).") \
    X(RULES_EVEN, "Which of {2} and {3}, the best of the others, leaves fewer is not sure: {1} ({4} to {5}).", "{2}[과/와] 나머지 가운데 가장 나은 {3} 중 어느 쪽이 적게 놀리는지는 확실하지 않습니다: {1}({4} ~ {5}).") \
    X(RULES_RULE, "rule", "규칙") \
    X(RULES_IDLE, "GPUs idle", "노는 GPU") \
    X(RULES_SHARE, "of all", "전체 대비") \
    X(RULES_DOUBT, "± 95 %", "± 95 %") \
    X(RULES_MORE_THAN, "more than fgd, ± 95 %", "fgd보다, ± 95 %") \
    X(RULES_LOST, "tasks that found no room", "자리가 없던 작업") \
    X(RULES_FRAGMENTED, "of no use to a usual task", "보통 작업이 쓸 수 없는 것") \
    X(RULES_CHART, "GPUs idle at the end", "마지막에 노는 GPU") \
    X(RULES_CURVE, "GPUs idle as more are asked for", "요청이 늘 때 노는 GPU") \
    X(RULES_CURVE_X, "percent of the GPUs asked for", "요청한 GPU(전체 대비 %)") \
    X(RULES_FLOOR, "not asked for", "요청되지 않음") \
    X(RULES_TABLE, "All rules", "모든 규칙") \
    X(RULES_TERM_DRAW, "Tasks are drawn with replacement and none ends; one that finds no room is lost. All rules face the same tasks of a draw (Weng et al., USENIX ATC 2023, section 6).", "작업은 되풀이해 뽑고 끝나지 않습니다. 자리가 없는 작업은 버립니다. 같은 추첨에서는 모든 규칙이 같은 작업을 받습니다(Weng 외, USENIX ATC 2023, 6절).") \
    X(RULES_TERM_TIES, "Nodes that a rule finds alike: {1}. That matters about as much as the rule where tasks only share GPUs.", "규칙이 똑같다고 보는 노드 가운데 고르는 법: {1}. 작업이 GPU를 나눠 쓰기만 할 때는 규칙만큼 중요합니다.") \
    X(RULES_TERM_SUPPLY, "fgd-supply is fgd with scarce types of GPU weighed by who can use no other; the same where no task asks for a type.", "fgd-supply는 다른 종류를 쓸 수 없는 작업이 있는 희소한 GPU를 그만큼 무겁게 보는 fgd입니다. 종류를 정한 작업이 없으면 fgd와 같습니다.") \
    X(RULES_FOOT, "Made by maru pool placement; the same trace and seeds give the same page.", "maru pool placement로 만들었습니다. 같은 기록과 시드면 같은 쪽이 나옵니다.") \
    X(REPLAY_FOOT, "Made by maru pool replay; the same trace and policies give the same page.", "maru pool replay로 만들었습니다. 같은 기록과 정책이면 같은 쪽이 나옵니다.")
// clang-format on

#endif
