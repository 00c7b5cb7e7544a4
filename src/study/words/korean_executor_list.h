// Sentences of what runs jobs, as korean_list.h has them.
#ifndef STUDY_KOREAN_EXECUTOR_LIST_H
#define STUDY_KOREAN_EXECUTOR_LIST_H

// clang-format off
#define KOREAN_EXECUTOR(X) \
    X("words and variables of a job are UTF-8, below {1} bytes each", "작업의 명령과 변수는 각각 {1}바이트보다 짧은 UTF-8이어야 합니다") \
    X("command, variables and files have more than {1} bytes", "명령, 변수, 파일 이름을 합해 {1}바이트를 넘습니다") \
    X("a command has at most {1} words, a job {2} variables", "명령은 단어 {1}개, 작업은 변수 {2}개까지입니다") \
    X("NAME=VALUE is asked, not {1}", "NAME=VALUE 꼴이어야 합니다: {1}") \
    X("a job reads at most {1} files", "작업이 읽는 파일은 {1}개까지입니다") \
    X("not a name and an absolute path: {1}, {2}", "이름과 절대 경로가 아닙니다: {1}, {2}") \
    X("a job has 1 to {1} parts", "작업의 부분은 1개에서 {1}개까지입니다") \
    X("a part has 0 to {1} GPUs, each whole or a share of it", "한 부분의 GPU는 0개에서 {1}개까지이며, 각각 전부이거나 일부입니다") \
    X("a job has a limit of time above 0, and a grace not below 0", "작업의 시간 한도는 0보다 크고, 유예 시간은 0 이상이어야 합니다") \
    X("the id of a launch has 1 to {1} of a to z, 0 to 9 and -", "실행 번호는 a-z, 0-9, - 로 1자에서 {1}자까지입니다") \
    X("this is no id of a launch", "실행 번호가 아닙니다") \
    X("there is no command", "명령이 없습니다") \
    X("the folder of a job is an absolute path", "작업 폴더는 절대 경로여야 합니다") \
    X("what is kept of a launch was cut short or changed", "실행의 기록이 잘렸거나 바뀌었습니다") \
    X("what is kept of a launch is no such thing", "실행의 기록이 아닙니다") \
    X("a word to stop was cut short or changed", "멈추라는 기록이 잘렸거나 바뀌었습니다") \
    X("the command and its files are too long to be kept", "명령과 파일 이름이 너무 길어 기록할 수 없습니다") \
    X("what a launch is to do was cut short or changed", "할 일의 기록이 잘렸거나 바뀌었습니다") \
    X("what a launch is to do is no such thing", "할 일의 기록이 아닙니다") \
    X("cannot lock {1}: {2}", "{1}[을/를] 잠글 수 없습니다: {2}") \
    X("cannot look at {1}: {2}", "{1}[을/를] 볼 수 없습니다: {2}") \
    X("cannot make a pipe for {1}: {2}", "{1}[을/를] 위한 파이프를 만들 수 없습니다: {2}") \
    X("cannot start {1}: {2}", "{1}[을/를] 시작할 수 없습니다: {2}") \
    X("cannot watch {1}: {2}", "{1}[을/를] 지켜볼 수 없습니다: {2}") \
    X("the process that tends a job does not answer", "작업을 돌보는 프로세스가 대답하지 않습니다") \
    X("the process that tends a job did not start", "작업을 돌보는 프로세스가 시작되지 않았습니다") \
    X("launch {1} is being started by another process", "다른 프로세스가 실행 {1}[을/를] 시작하고 있습니다") \
    X("the folder of the job is not there: {1}", "작업 폴더가 없습니다: {1}") \
    X("a file of the job cannot be read: {1}", "작업의 파일을 읽을 수 없습니다: {1}") \
    X("launch {1} still runs", "실행 {1}[은/는] 아직 돌고 있습니다") \
    X("jobs cannot be put into groups below {1} from where this process stands", "이 프로세스가 있는 곳에서는 {1} 아래의 그룹에 작업을 넣을 수 없습니다") \
    X("the job's control group cannot be joined", "작업의 컨트롤 그룹에 들어갈 수 없습니다") \
    X("jobs are shown at most {1} folders", "작업에 보여 줄 폴더는 {1}개까지입니다") \
    X("a folder shown to jobs is an absolute path, not {1}", "작업에 보여 줄 폴더는 절대 경로여야 합니다: {1}") \
    X("the folder of launches is an absolute path", "실행 기록의 폴더는 절대 경로여야 합니다") \
    X("a job cannot be begun: {1}", "작업을 시작할 수 없습니다: {1}") \
    X("jobs cannot be isolated here: {1}. Install bubblewrap and allow user namespaces (in a container: without its seccomp and AppArmor profiles), or let jobs run bare: maru serve --bare-jobs", "여기서는 작업을 격리할 수 없습니다: {1}. bubblewrap을 설치하고 사용자 네임스페이스를 허용하십시오(컨테이너 안에서는 seccomp와 AppArmor 프로파일 없이). 아니면 격리 없이 실행하십시오: maru serve --bare-jobs") \
    X("bubblewrap (bwrap) does not start", "bubblewrap(bwrap)이 시작되지 않습니다") \
    X("this machine has no GPU {1}", "이 컴퓨터에는 {1}번 GPU가 없습니다") \
    X("a part says which GPUs it has: as many as it asks for", "각 부분은 요청한 수만큼의 GPU가 어느 것인지 밝혀야 합니다") \
    X("GPU {1} told of Xid {2}", "{1}번 GPU가 Xid {2}[을/를] 알렸습니다") \
    X("GPU {1} has memory that cannot be mended", "{1}번 GPU의 메모리를 고칠 수 없습니다") \
    X("GPU {1} has {2} memory errors that were not corrected", "{1}번 GPU에 고쳐지지 않은 메모리 오류가 {2}개 있습니다") \
    X("GPU {1} has to be reset to mend its memory", "{1}번 GPU는 메모리를 고치려면 재설정해야 합니다") \
    X("GPU {1} is silent: its driver hangs", "{1}번 GPU가 응답하지 않습니다: 드라이버가 멈춰 있습니다") \
    X("the driver of the GPUs hangs", "GPU 드라이버가 멈춰 있습니다") \
    X("no memory for GPUs", "GPU에 쓸 메모리가 없습니다") \
    X("no thread can be started for GPUs", "GPU를 살필 스레드를 시작할 수 없습니다") \
    X("GPU {1} does not answer", "{1}번 GPU가 대답하지 않습니다") \
    X("it put more on the disk than a job may", "작업이 디스크에 쓸 수 있는 것보다 많이 썼습니다") \
    X("it had more processes than a job may have", "작업이 가질 수 있는 것보다 프로세스가 많았습니다") \
    X("{1} is no folder of control groups (version 2) that may be written", "{1}[은/는] 쓸 수 있는 컨트롤 그룹(버전 2) 폴더가 아닙니다") \
    X("its limits cannot be set", "작업의 한도를 정할 수 없습니다") \
    X("these are no results of this model", "이 모델의 결과가 아닙니다") \
    X("this is no part of the work", "이 일의 조각이 아닙니다") \
    X("this is a part of other work", "다른 일의 조각입니다") \
    X("this is another part of the work", "이 일의 다른 조각입니다") \
    X("a part of the work was cut short or changed", "일의 조각이 잘렸거나 바뀌었습니다") \
    X("no memory for a part of the work", "일의 조각을 담을 메모리가 없습니다")
// clang-format on

#endif
