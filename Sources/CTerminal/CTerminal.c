#include "CTerminal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int apus_terminal_columns(int descriptor) {
    if (!isatty(descriptor)) return 0;
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

int apus_lock(int descriptor) {
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

int apus_sync(int descriptor) {
    while (fsync(descriptor) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

int apus_replace(int descriptor) {
    static const char ending[] = ".new";
    char link[64], path[PATH_MAX], target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return errno;
    path[length] = 0;
    ssize_t kept = length - (ssize_t)(sizeof ending - 1);
    if (kept <= 0 || strcmp(path + kept, ending) != 0) return EINVAL;
    memcpy(target, path, (size_t)kept);
    target[kept] = 0;
    return rename(path, target) == 0 ? 0 : errno;
}

struct apus_stamp apus_stamp(int descriptor) {
    struct stat found;
    if (fstat(descriptor, &found) != 0) return (struct apus_stamp){-1, 0, 0};
    long long modified = (long long)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec;
    return (struct apus_stamp){modified, found.st_size, found.st_ino};
}
