#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 8192 };

int main(int argc, char **argv) {
    (void)argc;
    long count = atol(argv[1]), n = atol(argv[2]), sum = 0;
    char *held = malloc((size_t)count * BYTES);
    memset(held, 1, (size_t)count * BYTES);
    for (long i = 0; i < n; i++) {
        int fd[2];
        long x;
        if (pipe(fd))
            return 1;
        pid_t child = fork();
        if (child == 0) {
            x = i * 3 + 1;
            _exit(write(fd[1], &x, sizeof x) != sizeof x);
        }
        close(fd[1]);
        if (read(fd[0], &x, sizeof x) != sizeof x)
            return 1;
        close(fd[0]);
        waitpid(child, NULL, 0);
        sum += x;
    }
    printf("%ld %ld\n", sum, count);
    return 0;
}
