#pragma once
// What Glibc's module map does not show to Swift; only Proxy/Loop imports it.
#include <stdint.h>

/// recv and send without libc's cancellation point, which costs two atomic operations a call as soon as the
/// process has a second thread. Bytes, or -errno; send never raises SIGPIPE.
#if defined(__x86_64__)
static inline long proxy_socket_call(long number, long descriptor, const void *bytes, long length, long flags) {
    register long r10 __asm__("r10") = flags;
    register long r8 __asm__("r8") = 0;
    register long r9 __asm__("r9") = 0;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(descriptor), "S"(bytes), "d"(length), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
static inline long proxy_receive(int descriptor, void *bytes, long length) {
    return proxy_socket_call(45, descriptor, bytes, length, 0);
}
static inline long proxy_send(int descriptor, const void *bytes, long length) {
    return proxy_socket_call(44, descriptor, bytes, length, 0x4000);
}
#else
long proxy_receive(int descriptor, void *bytes, long length);
long proxy_send(int descriptor, const void *bytes, long length);
#endif

/// Gives the calling thread a descriptor table of its own; 0 or -errno.
int proxy_unshare_descriptors(void);

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC; the descriptor or -errno.
int proxy_accept(int listener, void *address, uint32_t *length);

/// Binds the calling thread to one CPU; 0 or an errno.
int proxy_pin_thread(int cpu);

/// The CPUs the process may run on as a count, and the n-th of them (or -1).
int proxy_cpu_count(void);
int proxy_cpu(int index);

/// Blocks the signals in the list (ended by 0) for this and later threads; a signalfd for them or -errno.
int proxy_signal_descriptor(const int *signals);

/// The next signal waiting in a signalfd, or 0.
int proxy_next_signal(int descriptor);

/// fork, for processes that have no thread yet; 0 in the child, its id in the parent, or -errno.
int proxy_fork(void);

/// Sends bytes with at most 253 descriptors (SCM_RIGHTS); bytes sent or -errno.
long proxy_send_descriptors(int socket, const int *descriptors, int count, const void *bytes, long length);

/// Receives bytes and the descriptors that came with them, at most 253; bytes received or -errno.
long proxy_receive_descriptors(int socket, int *descriptors, int *count, void *bytes, long length);

/// A part of a buffer, from its first byte to behind its last.
struct proxy_stretch {
    long start;
    long end;
};

/// Sends parts of a buffer over a connected socket, each as a datagram of its own, at most 64 of them and without
/// waiting; how many were sent or, when not even the first, -errno.
int proxy_send_datagrams(int descriptor, const void *bytes, const struct proxy_stretch *stretches, int count);

/// One event of epoll in plain words.
struct proxy_event {
    uint64_t token;
    uint32_t flags;
};

/// epoll_ctl; operation 1 adds, 2 removes, 3 changes. 0 or -errno.
int proxy_epoll_control(int epoll, int operation, int descriptor, uint32_t flags, uint64_t token);

/// A new epoll descriptor or -errno.
int proxy_epoll_create(void);

/// epoll_wait for at most 256 events; how many were written, 0 after a signal.
int proxy_epoll_wait(int epoll, struct proxy_event *events, int timeout);

/// Allocates space in a file without making it longer; 0 or -errno.
int proxy_reserve(int descriptor, int64_t offset, int64_t length);

/// Returns free pages of the heap to the kernel.
void proxy_give_memory_back(void);

/// A non-blocking eventfd or -errno.
int proxy_eventfd(void);
