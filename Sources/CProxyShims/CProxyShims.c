#define _GNU_SOURCE
#include "CProxyShims.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

int proxy_accept(int listener, void *address, uint32_t *length) {
    int descriptor = accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int proxy_pin_thread(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

int proxy_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
    return CPU_COUNT(&set);
}

int proxy_cpu(int index) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0) return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &set) && index-- == 0) return cpu;
    }
    return -1;
}

int proxy_signal_descriptor(const int *signals) {
    sigset_t set;
    sigemptyset(&set);
    for (; *signals; signals++) sigaddset(&set, *signals);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
    int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int proxy_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

int proxy_epoll_control(int epoll, int operation, int descriptor, uint32_t flags, uint64_t token) {
    struct epoll_event event = {.events = flags, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event) == 0 ? 0 : -errno;
}

int proxy_epoll_create(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int proxy_epoll_wait(int epoll, struct proxy_event *events, int timeout) {
    struct epoll_event raw[256];
    int count = epoll_wait(epoll, raw, 256, timeout);
    for (int index = 0; index < count; index++) {
        events[index].token = raw[index].data.u64;
        events[index].flags = raw[index].events;
    }
    return count > 0 ? count : 0;
}

int proxy_reserve(int descriptor, int64_t offset, int64_t length) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, length) == 0 ? 0 : -errno;
}

void proxy_give_memory_back(void) { malloc_trim(0); }

int proxy_eventfd(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int proxy_unshare_descriptors(void) {
    return unshare(CLONE_FILES) == 0 ? 0 : -errno;
}

#if !defined(__x86_64__)
long proxy_receive(int descriptor, void *bytes, long length) {
    long result = recv(descriptor, bytes, length, 0);
    return result >= 0 ? result : -errno;
}

long proxy_send(int descriptor, const void *bytes, long length) {
    long result = send(descriptor, bytes, length, MSG_NOSIGNAL);
    return result >= 0 ? result : -errno;
}
#endif

int proxy_fork(void) {
    int pid = fork();
    return pid >= 0 ? pid : -errno;
}

long proxy_send_descriptors(int socket, const int *descriptors, int count, const void *bytes, long length) {
    char space[CMSG_SPACE(253 * sizeof(int))];
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 253) return -EINVAL;
    if (count > 0) {
        memset(space, 0, sizeof(space));
        message.msg_control = space;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    long sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    return sent >= 0 ? sent : -errno;
}

int proxy_send_datagrams(int descriptor, const void *bytes, const struct proxy_stretch *stretches, int count) {
    struct mmsghdr messages[64];
    struct iovec parts[64];
    if (count > 64) count = 64;
    for (int i = 0; i < count; i++) {
        parts[i].iov_base = (char *)bytes + stretches[i].start;
        parts[i].iov_len = stretches[i].end - stretches[i].start;
        memset(&messages[i].msg_hdr, 0, sizeof(struct msghdr));
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(descriptor, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent >= 0 ? sent : -errno;
}

long proxy_receive_descriptors(int socket, int *descriptors, int *count, void *bytes, long length) {
    char space[CMSG_SPACE(253 * sizeof(int))];
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
    *count = 0;
    long received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (*count + found > 253) return -EMSGSIZE;
        memcpy(descriptors + *count, CMSG_DATA(header), found * sizeof(int));
        *count += found;
    }
    return received;
}
