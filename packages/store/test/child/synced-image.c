// Keeps, beside a database, what its disk would hold after a power cut: for each file whose name
// begins with SYNCED_OF, its content as of the last fsync, in the folder SYNCED_INTO. Whatever was
// written since is not there. Loaded before a process's own libraries.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(int fd) {
  const char *of = getenv("SYNCED_OF"), *into = getenv("SYNCED_INTO");
  char link[64], path[4096], draft[8192], image[8192], block[65536];
  if (of == NULL || into == NULL) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  if (strncmp(path, of, strlen(of)) != 0) return;
  const char *name = strrchr(path, '/') + 1;
  snprintf(image, sizeof image, "%s/%s", into, name);
  snprintf(draft, sizeof draft, "%s.draft", image);
  int out = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0) abort();
  off_t at = 0;
  for (;;) {
    ssize_t got = pread(fd, block, sizeof block, at);
    if (got < 0) abort();
    if (got == 0) break;
    if (write(out, block, got) != got) abort();
    at += got;
  }
  close(out);
  // A process that dies in between leaves the image of the sync before.
  if (rename(draft, image) != 0) abort();
}

static int synced(const char *name, int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = next(fd);
  if (result == 0) keep(fd);
  return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
