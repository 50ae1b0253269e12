// LLVM's libFuzzer as Swift can call it: its own entry takes pointers that it keeps and rewrites.
#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with its command line, one word a line: its status, or -1 when it is not linked in.
int apus_fuzz(const char *command_line, int (*run)(const uint8_t *bytes, size_t count));

#endif
