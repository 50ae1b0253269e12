// What the control plane asks of the terminal and the file system that Swift sees only through pointers.
#ifndef CTERMINAL_H
#define CTERMINAL_H

/// Columns of the terminal behind the descriptor; 0 when it is none, 80 when it does not tell.
int apus_terminal_columns(int descriptor);

/// Takes the lock of an open file without waiting: 0, or an errno, `EWOULDBLOCK` when somebody holds it.
///
/// The kernel releases it with the descriptor, so also when the process is killed.
int apus_lock(int descriptor);

#endif
