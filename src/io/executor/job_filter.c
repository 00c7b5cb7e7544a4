#include "io/executor/job_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

// The program: programs of another machine are ended, the second table of calls of x86-64 (x32) is refused, then number by number.
// No job has a capability, so most of these calls would fail anyhow; the list keeps the code of the kernel behind them out of reach.
// source: seccomp(2); Docker's default profile for the choice of calls.

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef THIS_MACHINE
enum { X32_BIT = 0x40000000 };

static const uint32_t refused[] = {
    SYS_acct,
    SYS_add_key,
    SYS_bpf,
    SYS_delete_module,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_fspick,
    SYS_init_module,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_lookup_dcookie,
    SYS_mount,
    SYS_move_mount,
    SYS_open_by_handle_at,
    SYS_open_tree,
    SYS_perf_event_open,
    SYS_pivot_root,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_setns,
    SYS_swapoff,
    SYS_swapon,
    SYS_umount2,
    SYS_userfaultfd,
};
enum { N_REFUSED = sizeof refused / sizeof *refused };

static void add(struct text *out, struct sock_filter step) {
    text_add(out, (const char *)&step, sizeof step);
}

static void load(struct text *out, size_t offset) {
    add(out, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct text *out, uint32_t what) {
    add(out, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

void job_filter_add(struct text *out) {
    load(out, offsetof(struct seccomp_data, arch));
    add(out, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0));
    answer(out, SECCOMP_RET_KILL_PROCESS);
    load(out, offsetof(struct seccomp_data, nr));
    add(out, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, N_REFUSED + 1, 0));
    for (uint8_t i = 0; i < N_REFUSED; i++) {
        const uint8_t to_refusal = (uint8_t)(N_REFUSED - i);
        add(out,
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], to_refusal, 0));
    }
    answer(out, SECCOMP_RET_ALLOW);
    answer(out, SECCOMP_RET_ERRNO | EPERM);
}
#else
void job_filter_add(struct text *out) { (void)out; }
#endif
