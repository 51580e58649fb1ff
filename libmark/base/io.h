/* Checked input and output: EINTR is retried, every short write is finished or
 * reported, nothing is taken for durable that was not synced. */
#ifndef MK_IO_H
#define MK_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

ssize_t mk_io_read(int fd, void *p, size_t n);	/* as read(2), without EINTR */

/* 0, or -1 with e (MK_EPIPE if the reader is gone); name is for the message. */
int mk_io_write(int fd, const void *p, size_t n, const char *name, struct mk_err *e);

/* The whole of a message through a stream socket; a peer that is gone is an error
 * (errno EPIPE), never a signal. Neither allocates: a signal handler may call them.
 * send gives 0 or -1; recv 1, 0 at the end of the stream, -1 (also when it ends inside). */
int mk_io_send(int fd, const void *p, size_t n);
int mk_io_recv(int fd, void *p, size_t n);

/* Append the whole of a file to b; more than max bytes is an error. */
int mk_io_slurp(const char *path, size_t max, struct mk_buf *b, struct mk_err *e);

/* Make path hold exactly these bytes, durably: a temporary file beside it,
 * fsync, rename, fsync of the folder. Readers see the old or the new whole. */
int mk_io_replace(const char *path, const void *p, size_t n, struct mk_err *e);

/* fsync the folder that path is in, so that its name is durable. */
int mk_io_syncdir(const char *path, struct mk_err *e);

/* Make the folder path and those above it. */
int mk_io_mkdirs(const char *path, struct mk_err *e);

#endif
