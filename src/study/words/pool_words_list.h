// The words of the pool of GPUs, as words_list.h has them.
#ifndef STUDY_POOL_WORDS_LIST_H
#define STUDY_POOL_WORDS_LIST_H

// clang-format off
#define POOL_WORDS(X) \
    /* why a job waits: {1} jobs before it, {2} GPUs free, {3} missing */ \
    X(WAIT_NOT, "it can start now", "지금 시작할 수 있습니다") \
    X(WAIT_BEHIND, "what is free (GPUs: {2}) is kept for jobs before it ({1})", "비어 있는 자리(GPU {2}개)는 앞선 작업 {1}개의 몫입니다") \
    X(WAIT_FULL, "too few GPUs are free (missing: {3}, jobs before it: {1})", "GPU가 모자랍니다(부족 {3}개, 앞선 작업 {1}개)") \
    X(WAIT_FULL_ELSE, "too little CPU or memory is free (jobs before it: {1})", "CPU나 메모리가 모자랍니다(앞선 작업 {1}개)") \
    X(WAIT_SCATTERED, "{2} GPUs are free, but not together on one node", "GPU {2}개가 비어 있지만 한 노드에 모여 있지 않습니다") \
    X(WAIT_LIMIT, "its project or tenant has all that it may have", "이 프로젝트나 테넌트의 한도를 다 썼습니다") \
    X(WAIT_HELD, "its credits are used up", "크레딧을 다 썼습니다") \
    X(WAIT_RESERVED, "what is free is reserved for others", "남은 자리는 다른 예약 몫입니다") \
    X(WAIT_POWER, "the power cap of the site is reached", "전력 상한에 닿았습니다") \
    X(WAIT_NODES, "nodes that it could use are down or drained", "쓸 수 있는 노드가 꺼져 있거나 점검 중입니다") \
    X(WAIT_ELSEWHERE, "Slurm has it in its queue ({1})", "Slurm 대기열에 있습니다 ({1})") \
    X(WAIT_SLURM_FULL, "too little is free in Slurm ({1})", "Slurm에 빈 자리가 모자랍니다 ({1})") \
    X(WAIT_SLURM_BEHIND, "other jobs are before it in Slurm ({1})", "Slurm에서 다른 작업이 앞서 있습니다 ({1})") \
    X(WAIT_SLURM_LIMIT, "its project or tenant has all that it may have in Slurm ({1})", "이 프로젝트나 테넌트가 Slurm에서 한도를 다 썼습니다 ({1})") \
    X(WAIT_SLURM_QOS, "all that its guarantee, or jobs that may not be stopped, can have is in use ({1})", "보장분, 또는 멈출 수 없는 작업의 몫이 모두 쓰이고 있습니다 ({1})") \
    X(WAIT_SLURM_NODES, "nodes that it could use are down, drained or reserved in Slurm ({1})", "쓸 수 있는 노드가 Slurm에서 꺼졌거나 점검 중이거나 예약되어 있습니다 ({1})") \
    X(WAIT_SLURM_HELD, "somebody holds it back in Slurm ({1})", "누군가 Slurm에서 이 작업을 붙잡아 두었습니다 ({1})") \
    X(WAIT_SLURM_ASTRAY, "Slurm has lost its account, QOS or partition: the operator has to look ({1})", "Slurm에서 계정, QOS 또는 파티션이 사라졌습니다. 운영자가 확인해야 합니다 ({1})") \
    X(WAIT_STOPPING, "other jobs are being stopped for it", "이 작업을 위해 다른 작업을 멈추는 중입니다") \
    /* when a job starts: about {1}, 80 % from {2} to {3}, {4} jobs before it, the first of project {5} */ \
    X(START_NOW, "it starts within a minute", "1분 안에 시작합니다") \
    X(START_ABOUT, "it starts at about {1} (80 %: {2} to {3})", "{1}쯤 시작합니다(80 %: {2}~{3})") \
    X(START_BEHIND, "behind {4} jobs until about {1} (80 %: {2} to {3})", "작업 {4}개 뒤에서 {1}쯤까지 기다립니다(80 %: {2}~{3})") \
    X(START_BEHIND_PROJECT, "behind {4} jobs, the first of project {5}, until about {1} (80 %: {2} to {3})", "작업 {4}개(첫 작업은 프로젝트 {5}) 뒤에서 {1}쯤까지 기다립니다(80 %: {2}~{3})") \
    X(START_OPEN, "it starts at about {1}, hardly before {2}, and may well be much later", "{1}쯤 시작합니다. {2}보다 이르기는 어렵고 훨씬 늦을 수 있습니다") \
    X(START_UNKNOWN, "nobody can say yet when it starts: it did not in most of what was played forward", "언제 시작할지 아직 알 수 없습니다. 앞날을 그려 본 대부분에서 시작하지 못했습니다") \
    X(START_BLOCKED, "it waits until other jobs have ended, and stands in no queue before", "다른 작업이 끝나야 대기열에 들어갑니다") \
    X(START_BEGUN, "it has begun", "이미 시작했습니다") \
    X(START_ENDED, "it has ended", "이미 끝났습니다") \
    X(START_WITH_GPUS, "with {2} GPUs instead of {3} it would start at about {1}", "GPU를 {3}개 대신 {2}개로 하면 {1}쯤 시작합니다") \
    X(START_WITH_GPUS_NOW, "with {2} GPUs instead of {3} it would start now", "GPU를 {3}개 대신 {2}개로 하면 지금 시작합니다") \
    X(START_WITH_TYPE, "with any type of GPU it would start at about {1}", "GPU 종류를 가리지 않으면 {1}쯤 시작합니다") \
    X(START_WITH_TYPE_NOW, "with any type of GPU it would start now", "GPU 종류를 가리지 않으면 지금 시작합니다") \
    X(START_WITH_TIME, "with a limit of {2} instead of {3} it would start at about {1}", "시간 한도를 {3} 대신 {2}[으로/로] 하면 {1}쯤 시작합니다") \
    X(START_WITH_TIME_NOW, "with a limit of {2} instead of {3} it would start now", "시간 한도를 {3} 대신 {2}[으로/로] 하면 지금 시작합니다") \
    X(START_WITH_STOP, "if it may be stopped for others (--can-stop) it would start at about {1}", "다른 작업을 위해 멈춰도 된다고 하면(--can-stop) {1}쯤 시작합니다") \
    X(START_WITH_STOP_NOW, "if it may be stopped for others (--can-stop) it would start now", "다른 작업을 위해 멈춰도 된다고 하면(--can-stop) 지금 시작합니다") \
    /* maru job */ \
    X(JOB_PURPOSE, "hand work to the pool of a maru server, and see what comes of it", "maru 서버의 풀에 작업을 맡기고 결과를 봅니다") \
    X(REMOTE_WAITS, "{1} does not answer yet: trying again", "{1}[이/가] 아직 답하지 않아 다시 시도합니다") \
    X(JOB_SUBMITTED, "Job {1} is accepted. Its log: maru job logs -f {1}", "작업 {1}[을/를] 받았습니다. 로그 보기: maru job logs -f {1}") \
    X(JOB_SUBMITTED_MANY, "{2} jobs are accepted; the first is {1}. All of them: maru job list", "작업 {2}개를 받았습니다. 첫 작업은 {1}입니다. 목록 보기: maru job list") \
    X(JOB_CANCELLED, "Job {1} is being cancelled.", "작업 {1}[을/를] 취소합니다.") \
    X(JOB_RETRIED, "Job {1} waits to be tried again.", "작업 {1}[을/를] 다시 시도하려고 대기열에 넣었습니다.") \
    X(JOB_WAITS, "It waits: {1}.", "기다리는 까닭: {1}.") \
    X(JOB_FAILED, "It has failed ({1}, exit code {2}). {3}", "실패했습니다({1}, 종료 코드 {2}). {3}") \
    X(JOB_NONE, "There are no such jobs. Submit one: maru job submit -- COMMAND", "그런 작업이 없습니다. 작업 내기: maru job submit -- 명령") \
    X(JOB_TOP_CPUS, "This pool has no GPUs. {1} of {2} CPUs are in use", "이 풀에는 GPU가 없습니다. CPU {2}개 가운데 {1}개를 쓰고 있습니다") \
    X(JOB_TOP, "{1} of {2} GPUs are in use", "GPU {2}개 가운데 {1}개를 쓰고 있습니다") \
    X(JOB_STATE_WAITING, "waiting", "대기") \
    X(JOB_STATE_RUNNING, "running", "실행 중") \
    X(JOB_STATE_DONE, "done", "완료") \
    X(JOB_STATE_FAILED, "failed", "실패") \
    X(JOB_STATE_CANCELLED, "cancelled", "취소") \
    X(JOB_COLUMN_JOB, "job", "작업") \
    X(JOB_COLUMN_NAME, "name", "이름") \
    X(JOB_COLUMN_PROJECT, "project", "프로젝트") \
    X(JOB_COLUMN_STATE, "state", "상태") \
    X(JOB_COLUMN_WHY, "why", "까닭") \
    X(JOB_COLUMN_FILE, "file", "파일") \
    X(JOB_COLUMN_BYTES, "bytes", "바이트") \
    X(JOB_COLUMN_TRY, "try", "시도") \
    X(JOB_COLUMN_NODE, "node", "노드") \
    X(JOB_COLUMN_STARTED, "started", "시작") \
    X(JOB_COLUMN_ENDED, "ended", "끝") \
    X(JOB_COLUMN_END, "ended by", "끝난 방법") \
    X(JOB_COLUMN_PLANNED, "starts by", "늦어도 시작") \
    X(JOB_COLUMN_CPUS, "CPUs free", "남은 CPU") \
    X(JOB_COLUMN_MEMORY, "memory free", "남은 메모리") \
    X(HELP_JOBS, "folder of the pool's jobs (MARU_JOBS; jobs in the data folder)", "풀의 작업 폴더 (MARU_JOBS, 기본은 데이터 폴더 안의 jobs)") \
    X(HELP_BARE_JOBS, "run jobs without isolation where there can be none (MARU_BARE_JOBS)", "격리할 수 없는 컴퓨터에서는 격리 없이 작업을 실행 (MARU_BARE_JOBS)") \
    X(HELP_EXECUTOR, "where jobs run: local or slurm (MARU_EXECUTOR)", "작업이 실행되는 곳: local 또는 slurm (MARU_EXECUTOR)") \
    X(HELP_SLURM_CONF, "slurm.conf, where Slurm does not find it by itself (MARU_SLURM_CONF)", "slurm.conf 파일, Slurm이 스스로 찾지 못할 때 (MARU_SLURM_CONF)") \
    X(HELP_SLURM_PROGRAMS, "folder of Slurm's commands (MARU_SLURM_PROGRAMS)", "Slurm 명령이 있는 폴더 (MARU_SLURM_PROGRAMS)") \
    X(HELP_SLURM_PARTITION, "partition of its jobs; absent: Slurm's own choice (MARU_SLURM_PARTITION)", "작업을 보낼 파티션, 없으면 Slurm이 정함 (MARU_SLURM_PARTITION)") \
    X(HELP_SLURM_MARK, "what names of its jobs and accounts begin with (MARU_SLURM_MARK)", "작업과 계정 이름의 머리말 (MARU_SLURM_MARK)") \
    X(HELP_SLURM_ACCOUNTS, "accounts of tenants in Slurm: set, plan (only say) or off (MARU_SLURM_ACCOUNTS)", "Slurm의 테넌트 계정: set(설정), plan(계획만 표시), off(관여 안 함) (MARU_SLURM_ACCOUNTS)") \
    X(HELP_CONTROL_GROUP, "folder of control groups for jobs: auto, off or a path (MARU_CONTROL_GROUP)", "작업의 컨트롤 그룹 폴더: auto, off 또는 경로 (MARU_CONTROL_GROUP)") \
    X(HELP_KEEP_JOBS, "how long jobs are kept after their end; 0: for good (MARU_KEEP_JOBS)", "끝난 작업을 두는 날수. 0이면 무기한 (MARU_KEEP_JOBS)") \
    X(HELP_JOB_DISK, "MiB that one job may put into its folder (MARU_JOB_DISK)", "작업 하나가 자기 폴더에 쓸 수 있는 MiB (MARU_JOB_DISK)") \
    X(HELP_WATCH_ROUNDS, "minutes between two looks at leases of rounds, 0: none (MARU_WATCH_ROUNDS)", "배정 회차의 임대를 살펴보는 간격(분), 0이면 살펴보지 않음 (MARU_WATCH_ROUNDS)") \
    /* its options */ \
    X(HELP_URL, "the server (MARU_URL; http://127.0.0.1:7070)", "서버 주소 (MARU_URL, 기본 http://127.0.0.1:7070)") \
    X(HELP_REMOTE_TOKEN, "who asks (MARU_TOKEN)", "토큰 (MARU_TOKEN)") \
    X(HELP_GPUS, "GPUs of all its nodes together", "모든 노드를 합친 GPU 수") \
    X(HELP_GPU_TYPE, "a type of GPU, such as h100", "GPU 종류(예: h100)") \
    X(HELP_GPU_MEMORY, "memory of each GPU at least, such as 40G", "GPU마다 필요한 메모리(예: 40G)") \
    X(HELP_GPU_SHARE, "a share of one GPU, such as 0.5: counted and billed, but the card does not enforce it", "GPU 하나 가운데 쓸 몫(예: 0.5): 배정과 요금에는 반영되지만 카드가 강제하지는 않음") \
    X(HELP_NODES, "nodes, each with as many GPUs (as few as can be)", "노드 수. GPU를 똑같이 나눕니다(기본: 가장 적게)") \
    X(HELP_CPUS, "CPUs of each node", "노드마다 쓸 CPU 수") \
    X(HELP_MEMORY, "memory of each node, such as 8G", "노드마다 쓸 메모리(예: 8G)") \
    X(HELP_TIME, "it is ended after so long (1 h)", "이 시간이 지나면 끝냅니다(기본 1시간)") \
    X(HELP_PROJECT, "whose credits and share it uses", "크레딧과 몫을 쓸 프로젝트") \
    X(HELP_JOB_NAME, "what it is called", "작업 이름") \
    X(HELP_SCRIPT, "a script that begins with #!", "#!로 시작하는 스크립트 파일") \
    X(HELP_JOB_FILE, "a file that goes with it (often)", "함께 보낼 파일(여러 번 쓸 수 있음)") \
    X(HELP_ENV, "a variable for it (often)", "환경 변수(여러 번 쓸 수 있음)") \
    X(HELP_AFTER, "it waits for this job's success; JOB:end for its end", "이 작업이 성공한 뒤 시작. '작업:end'는 끝나기만 하면 시작") \
    X(HELP_ARRAY, "so many jobs, each with its MARU_ARRAY_INDEX", "작업 여러 개. MARU_ARRAY_INDEX로 구분") \
    X(HELP_PRIORITY, "among the jobs of its project, higher first", "프로젝트 안에서의 우선순위. 클수록 먼저") \
    X(HELP_RESERVATION, "nodes that are reserved for its project under this name", "프로젝트 앞으로 이 이름으로 예약된 노드에서 실행") \
    X(HELP_RETRIES, "how often it is tried again when it fails", "실패하면 다시 시도할 횟수") \
    X(HELP_NETWORK, "it may use the network", "네트워크를 쓸 수 있게 합니다") \
    X(HELP_CHECKPOINTS, "it goes on from where it was when it is stopped", "멈춰도 하던 곳부터 이어서 합니다(체크포인트)") \
    X(HELP_CAN_STOP, "it may be stopped for others, and starts again", "다른 작업을 위해 멈췄다가 처음부터 다시 해도 됩니다") \
    X(HELP_SIGNAL, "what tells it to write its checkpoint: TERM, INT, USR1, USR2, HUP", "체크포인트를 쓰라고 보낼 신호: TERM, INT, USR1, USR2, HUP") \
    X(HELP_GRACE, "between that signal and its end", "그 신호와 강제 종료 사이의 시간") \
    X(HELP_KEY, "submitting again with the same key gives the same job", "같은 키로 다시 내면 같은 작업이 됩니다") \
    X(HELP_FOLLOW, "go on until the job has ended", "작업이 끝날 때까지 이어서 봅니다") \
    X(HELP_STDERR, "its standard error alone", "표준 오류만 봅니다") \
    X(HELP_STATE, "open, waiting, running, done, failed or cancelled", "open, waiting, running, done, failed, cancelled 가운데 하나") \
    X(HELP_JOB_OUT, "where the file goes (standard output)", "파일을 저장할 곳(기본: 표준 출력)") \
    X(HELP_ONCE, "look once", "한 번만 봅니다") \
    X(HELP_WHOLE_ARRAY, "with all other jobs of its array", "같은 배열의 다른 작업도 모두") \
    X(JOB_CANCELLED_MANY, "{2} jobs are being cancelled; the first is {1}.", "작업 {2}개를 취소합니다. 첫 작업은 {1}입니다.") \
    /* maru pool drain */ \
    X(POOL_DRAINED, "Node {1} takes nothing new. Back: maru pool undrain {1}", "노드 {1}에서는 새 작업을 시작하지 않습니다. 되돌리기: maru pool undrain {1}") \
    X(POOL_UNDRAINED, "Node {1} works again.", "노드 {1}에서 다시 작업합니다.") \
    X(HELP_POOL_REASON, "of drain: why", "점검하는 까닭") \
    X(HELP_POOL_NOW, "of drain: what runs there goes on elsewhere", "점검할 노드에서 도는 작업을 다른 노드로 옮깁니다") \
    /* maru credits */ \
    X(CREDITS_PURPOSE, "credits of a tenant of a maru server; prices, grants and usage for its operator", "maru 서버의 테넌트가 가진 크레딧을 봅니다. 운영자는 가격, 지급, 사용 내역도 다룹니다") \
    X(CREDITS_STATE, "{1}: {2} credits left, {3} spent", "{1}: 남은 크레딧 {2}, 쓴 크레딧 {3}") \
    X(CREDITS_HELD, "Its credits are used up: nothing starts until there are more.", "크레딧을 다 써서 새 크레딧이 들어올 때까지 아무것도 시작하지 않습니다.") \
    X(CREDITS_EMPTY, "They are used up at {1} if all that runs now goes on.", "지금 도는 작업이 계속되면 {1}에 다 씁니다.") \
    X(CREDITS_AGREE, "{1} runs agree with sacct to the second, {2} do not; GPU seconds: {3} here, {4} there.", "{1}건은 sacct와 초까지 맞고 {2}건은 다릅니다. GPU 초: 여기 {3}, sacct {4}.") \
    X(CREDITS_NAME, "name", "이름") \
    X(CREDITS_KIND, "kind", "종류") \
    X(CREDITS_AMOUNT, "credits", "크레딧") \
    X(CREDITS_LEFT, "left", "남음") \
    X(CREDITS_SPENT, "spent", "씀") \
    X(CREDITS_FROM, "from", "시작") \
    X(CREDITS_UNTIL, "until", "끝") \
    X(HELP_CREDITS_FROM, "when it begins (now); of agree: runs that ended since", "시작하는 때(기본: 지금). agree에서는 이때부터 끝난 실행") \
    X(HELP_CREDITS_UNTIL, "when it ends (never); of agree: runs that ended before", "끝나는 때(기본: 없음). agree에서는 이때 전에 끝난 실행") \
    X(HELP_CREDITS_ID, "of a grant: the same id again changes nothing", "지급의 이름. 같은 이름으로 다시 해도 바뀌지 않습니다") \
    X(HELP_CREDITS_NOTE, "of a grant: what it is for", "무엇을 위한 지급인지") \
    X(HELP_CREDITS_MONTHS, "of usage: the last so many", "사용 내역의 달 수") \
    X(HELP_CREDITS_FORMAT, "of usage: a table, or a page to print", "사용 내역을 표나 인쇄할 쪽으로") \
    /* usage of the pool */ \
    X(USAGE_KIND, "Usage of the pool", "풀 사용 내역") \
    X(USAGE_ALL, "all accounts", "모든 계정") \
    X(USAGE_ACCOUNT, "account", "계정") \
    X(USAGE_USED, "GPU hours used", "쓴 GPU 시간") \
    X(USAGE_IDLE, "of these idle", "그중 논 시간") \
    X(USAGE_GUARANTEED, "guaranteed", "보장") \
    X(USAGE_UNUSED, "guaranteed and unused", "보장받고 쓰지 않음") \
    X(USAGE_WAITED, "hours waited", "기다린 시간") \
    X(USAGE_ENERGY, "energy, kWh", "에너지(kWh)") \
    X(USAGE_CREDITS, "credits charged", "청구한 크레딧") \
    X(USAGE_KRW, "KRW charged", "청구한 원") \
    X(USAGE_PRICED, "KRW by the prices", "가격표로 셈한 원") \
    X(USAGE_RUNS, "runs", "실행") \
    X(USAGE_SUCCESS, "done", "완료") \
    X(USAGE_FAILED, "failed", "실패") \
    X(USAGE_ALL_MONTHS, "All months together", "모든 달 합계") \
    X(USAGE_CHART, "GPU hours by month", "달마다 쓴 GPU 시간") \
    X(USAGE_KEY_USED, "used", "씀") \
    X(USAGE_KEY_UNUSED, "guaranteed and unused", "보장받고 쓰지 않음") \
    X(USAGE_MEASURED, "Of the energy {1} % is what the cards told; the rest follows from the data sheets of the GPUs.", "에너지의 {1}%는 GPU가 알려 준 값이고, 나머지는 GPU 규격서의 값으로 셈했습니다.") \
    X(USAGE_LEAD, "{1} GPU hours were used in {2} runs; {3} GPU hours were guaranteed and stood free.", "GPU를 {2}번의 실행에서 {1}시간 썼고, 보장받은 {3} GPU 시간은 비어 있었습니다.") \
    X(USAGE_NOTHING, "Nothing was used in this time.", "이 기간에는 쓴 것이 없습니다.") \
    X(USAGE_NOTE, "Guarantees and prices are those that held then; months of Korean time. What a tenant used counts for all accounts above it. How busy GPUs were is told where somebody measured it. What was charged is in the ledger; by the prices counts also what ran without being charged.", "보장과 가격은 그때의 것이고, 달은 한국 시각을 따릅니다. 하위 계정이 쓴 것은 상위 계정에도 들어갑니다. 논 시간은 측정된 것만 셉니다. 청구한 금액은 장부의 것이고, 가격표로 셈한 금액에는 청구하지 않은 실행도 들어갑니다.") \
    X(USAGE_MONTH, "month", "달") \
    X(OWNED_TITLE, "What the pool cost its owner, in won", "풀을 갖고 운영하는 데 든 비용(원)") \
    X(OWNED_NOTE, "Capital is spread evenly over the years of use. Energy is that of all GPUs, also of those that stood free. The month that runs is told up to now.", "구입비는 사용 연수에 고르게 나눕니다. 전력은 쉬고 있던 GPU의 것도 셉니다. 이번 달은 지금까지입니다.") \
    X(OWNED_CAPITAL, "capital", "구입비") \
    X(OWNED_PEOPLE, "people", "인건비") \
    X(OWNED_SPACE, "space", "공간") \
    X(OWNED_OTHER, "other", "기타") \
    X(OWNED_POWER, "power", "전기 요금") \
    X(OWNED_TOTAL, "all of it", "합계") \
    X(OWNED_HOURS, "GPU hours offered", "제공한 GPU 시간") \
    X(OWNED_AN_HOUR, "one GPU hour offered", "제공 GPU 1시간당") \
    X(OWNED_AN_HOUR_USED, "one GPU hour used", "사용 GPU 1시간당") \
    X(OWNED_TOLD, "The pool cost its owner {1} won: {2} won a GPU hour offered, {3} won a GPU hour used. Tenants were charged {4} won.", "풀에 든 비용은 {1}원으로, 제공한 GPU 1시간당 {2}원, 사용한 GPU 1시간당 {3}원입니다. 테넌트에 청구한 금액은 {4}원입니다.") \
    /* --on pool */ \
    X(HELP_ON, "by the cores of this machine, or by the pool of a server", "이 컴퓨터에서 하거나(here) 서버의 풀에서 합니다(pool)") \
    X(HELP_ATTACH, "go on with work that was handed to the pool before", "전에 풀에 맡긴 일을 이어서 받습니다") \
    X(HELP_PARTS, "jobs that share the work (one for each CPU of the pool)", "일을 나눌 작업 수 (기본: 풀의 CPU마다 하나)") \
    X(HELP_PART_TIME, "each of them is ended after so long (12 h)", "작업마다 이 시간이 지나면 끝냅니다(기본 12시간)") \
    X(HELP_PART_MEMORY, "memory of each of them, such as 2G (1G)", "작업마다 쓸 메모리(예: 2G, 기본 1G)") \
    X(POOL_SENT, "The pool has it as job {1}. Ctrl-C leaves it there.", "풀이 작업 {1}[으로/로] 받았습니다. Ctrl-C를 눌러도 작업은 풀에서 계속됩니다.") \
    X(POOL_LEFT, "{2} of {3} parts are fetched; the pool goes on. To go on here: the same command with --attach {1}. To end it: maru job cancel {1} --all", "조각 {3}개 가운데 {2}개를 받았고, 나머지는 풀에서 계속됩니다. 이어서 받기: 같은 명령에 --attach {1}. 그만두기: maru job cancel {1} --all") \
    X(POOL_PROGRESS, "{1} of {2} parts", "조각 {2}개 가운데 {1}개")
// clang-format on

#endif
