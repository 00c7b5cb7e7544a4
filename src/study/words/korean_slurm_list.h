// Sentences of jobs on Slurm, as korean_list.h has them.
#ifndef STUDY_KOREAN_SLURM_LIST_H
#define STUDY_KOREAN_SLURM_LIST_H

// clang-format off
#define KOREAN_SLURM(X) \
    X("cannot run {1}: {2}", "{1}[을/를] 실행할 수 없습니다: {2}") \
    X("{1} does not answer in time", "{1}[이/가] 제때 답하지 않습니다") \
    X("{1} ended with {2}: {3}", "{1}[이/가] {2}[으로/로] 끝났습니다: {3}") \
    X("{1} says more than {2} bytes", "{1}의 답이 {2}바이트를 넘습니다") \
    X("another job of Slurm runs this launch", "이 실행은 Slurm의 다른 작업이 맡고 있습니다") \
    X("its folder cannot be entered or written on the node", "노드에서 작업 폴더에 들어가거나 쓸 수 없습니다") \
    X("there is no such program on the node", "노드에 그런 프로그램이 없습니다") \
    X("Slurm could not start it", "Slurm이 작업을 시작하지 못했습니다") \
    X("Slurm tells of more than {1} accounts", "Slurm이 알려 준 계정이 {1}개를 넘습니다") \
    X("no memory for Slurm's accounts", "Slurm 계정을 담을 메모리가 없습니다") \
    X("Slurm's answer has a line with another limit of an account", "Slurm의 답에 계정 한도의 형식이 다른 줄이 있습니다") \
    X("Slurm's answer has a line with another number of columns", "Slurm의 답에 열 수가 다른 줄이 있습니다") \
    X("Slurm does not answer", "Slurm이 답하지 않습니다") \
    X("an account has a name or limits that are too long for Slurm", "계정의 이름이나 한도가 Slurm에는 너무 깁니다") \
    X("Slurm's account {1} is somebody else's: its organization is {2}, not {3}", "Slurm 계정 {1}[은/는] 다른 사람의 것입니다: 조직이 {3} 아닌 {2}입니다") \
    X("Slurm's QOS {1} is somebody else's: its description is {2}, not {3}:{4}", "Slurm QOS {1}[은/는] 다른 사람의 것입니다: 설명이 {3}:{4} 아닌 {2}입니다") \
    X("Slurm takes nothing back for those inside their guarantee: PreemptType is not preempt/qos", "Slurm이 보장분을 위해 빌려 간 자리를 되찾지 않습니다: PreemptType이 preempt/qos가 아닙니다") \
    X("Slurm takes back without the checkpoint signal: SlurmctldParameters has no preempt_send_user_signal", "Slurm이 체크포인트 신호 없이 자리를 되찾습니다: SlurmctldParameters에 preempt_send_user_signal이 없습니다") \
    X("Slurm does not put those inside their guarantee first: PriorityWeightQOS is 0", "Slurm이 보장분 안의 작업을 먼저 놓지 않습니다: PriorityWeightQOS가 0입니다") \
    X("Slurm does not keep limits and guarantees: AccountingStorageEnforce has no limits", "Slurm이 한도와 보장을 지키지 않습니다: AccountingStorageEnforce에 limits가 없습니다") \
    X("Slurm does not say what its cluster is called", "Slurm이 클러스터 이름을 알려 주지 않습니다") \
    X("the user that this server runs as has no name: Slurm needs one", "이 서버를 실행하는 사용자에게 이름이 없습니다: Slurm에는 이름이 필요합니다") \
    X("what the job needs is not among the nodes that are known now", "작업에 필요한 것이 지금 알려진 노드에 없습니다") \
    X("--executor local or slurm is wanted", "--executor에는 local 또는 slurm을 씁니다") \
    X("--slurm-accounts set, plan or off is wanted", "--slurm-accounts에는 set, plan, off 중 하나를 씁니다") \
    X("not the id of a launch", "실행의 id가 아닙니다") \
    X("the path of the job's folder is too long", "작업 폴더의 경로가 너무 깁니다") \
    X("Slurm refuses the job", "Slurm이 작업을 거절합니다") \
    X("Slurm does not take jobs now", "Slurm이 지금은 작업을 받지 않습니다") \
    X("whether Slurm has taken the job is not known yet", "Slurm이 작업을 받았는지 아직 알 수 없습니다") \
    X("the job is on its way to Slurm", "작업을 Slurm으로 보내는 중입니다") \
    X("an array is named as a launch is", "배열의 이름은 실행의 id처럼 씁니다") \
    X("the job waits for others that are handed in", "먼저 보내는 다른 작업을 기다립니다") \
    X("the job has not ended", "작업이 아직 끝나지 않았습니다") \
    X("Slurm wants the absolute path of a folder for its state, a mark of letters a to z and digits, and names that are not too long", "Slurm을 쓰려면 상태를 둘 폴더의 절대 경로, 영문 소문자와 숫자로 된 표시, 너무 길지 않은 이름이 필요합니다") \
    X("Slurm's queue does not answer", "Slurm의 대기열이 답하지 않습니다") \
    X("Slurm's accounting does not answer", "Slurm의 회계가 답하지 않습니다") \
    X("{1}/{2} is damaged", "{1}/{2}[이/가] 손상되었습니다") \
    X("on Slurm all parts of a job have as many GPUs", "Slurm에서는 작업의 모든 부분이 같은 수의 GPU를 써야 합니다") \
    X("on Slurm a job has whole GPUs, no shares of one", "Slurm에서는 GPU를 나누어 쓸 수 없습니다") \
    X("the id of a launch has letters, digits and -", "실행의 id는 영문자, 숫자, -로 씁니다") \
    X("Slurm has no account for tenant {1}, project {2}: letters, digits and - are possible", "테넌트 {1}, 프로젝트 {2}의 Slurm 계정을 만들 수 없습니다: 영문자, 숫자, -만 쓸 수 있습니다") \
    X("not a type of GPU or a QOS of Slurm: {1}, {2}", "Slurm의 GPU 종류나 QOS가 아닙니다: {1}, {2}") \
    X("a job has a command and the absolute path of a folder", "작업에는 명령과 폴더의 절대 경로가 있어야 합니다") \
    X("the command line for Slurm is longer than {1} bytes", "Slurm에 줄 명령이 {1}바이트를 넘습니다") \
    X("the script of a job is too long", "작업의 스크립트가 너무 깁니다") \
    X("Slurm's answer is cut short", "Slurm의 답이 잘렸습니다") \
    X("a line of Slurm's answer is longer than {1} bytes", "Slurm의 답에 {1}바이트가 넘는 줄이 있습니다") \
    X("Slurm's answer has a line with another {1}", "Slurm의 답에 {1}[이/가] 다른 줄이 있습니다") \
    X("Slurm tells of more than {1} jobs", "Slurm이 작업 {1}개를 넘게 알려 줍니다") \
    X("number of columns", "열의 수") \
    X("number of a job", "작업 번호") \
    X("job than its step", "단계와 작업의 짝") \
    X("name of a node", "노드 이름") \
    X("size of a node", "노드 크기") \
    X("exit code", "종료 코드") \
    X("look at", "보기") \
    X("take away", "치우기") \
    X("look into", "들여다보기") \
    X("cannot {1} {2}: {3}", "{2}: {1} 실패: {3}")
// clang-format on

#endif
