#include "CFuzzer.h"

#include <string.h>

// Weak: only `make fuzz` links the library, every other build of the package does without.
extern int LLVMFuzzerRunDriver(
    int *count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count)
) __attribute__((weak));

int apus_fuzz(const char *command_line, int (*run)(const uint8_t *bytes, size_t count)) {
    if (!LLVMFuzzerRunDriver) return -1;
    static char *words[64];
    int count = 0;
    // Never freed: the driver keeps the words as long as the process.
    char *rest = strdup(command_line);
    for (char *word; count < 63 && (word = strsep(&rest, "\n"));) words[count++] = word;
    char **arguments = words;
    return LLVMFuzzerRunDriver(&count, &arguments, run);
}
