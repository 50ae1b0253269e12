// What the control plane asks of the terminal and the file system that Swift sees only through pointers.
#ifndef CTERMINAL_H
#define CTERMINAL_H

/// Columns of the terminal behind the descriptor; 0 when it is none, 80 when it does not tell.
int apus_terminal_columns(int descriptor);

/// Takes the lock of an open file without waiting: 0, or an errno, `EWOULDBLOCK` when somebody holds it.
///
/// The kernel releases it with the descriptor, so also when the process is killed.
int apus_lock(int descriptor);

/// Waits until what was written to the open file, or the entries of the open folder, is on the disk: 0, or an errno.
int apus_sync(int descriptor);

/// Gives the open file, whose name ends in `.new`, the name without that ending: 0, or an errno.
///
/// What had that name is replaced in one step; by descriptor, so that Swift hands over no pointers.
int apus_replace(int descriptor);

/// What tells that a file is still the one that was read.
struct apus_stamp {
    /// Nanoseconds since 1970; -1 when the file cannot be looked at.
    long long modified;
    long long size;
    unsigned long long number;
};

/// Looks at the open file.
struct apus_stamp apus_stamp(int descriptor);

#endif
