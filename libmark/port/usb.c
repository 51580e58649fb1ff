#include "port/usb.h"

#ifdef HAVE_LIBUSB

#include <errno.h>
#include <fcntl.h>
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/access.h"

#define SLICE_US 20000		/* how long a stop may go unseen */
#define CANCEL_SLICES 50	/* to wait for a transfer that was cancelled */
#define TRANSFER_MAX 4096

struct mk_usb {
	char *name;
	int fd;
	libusb_context *ctx;		/* NULL: not begun */
	libusb_device_handle *handle;
	struct libusb_transfer *transfer;
	int lost;			/* a transfer never came back: this memory is its own */
	uint8_t buf[TRANSFER_MAX];
};

static int
usb_err(struct mk_err *e, int r, const char *name, const char *what)
{
	if (r == LIBUSB_ERROR_NO_MEM)
		return mk_err_nomem(e);
	if (r == LIBUSB_ERROR_NO_DEVICE)
		return mk_err(e, MK_EDEV, "%s: it was unplugged, or lost its power", name);
	return mk_err(e, MK_EDEV, "%s: %s: %s", name, what, libusb_strerror(r));
}

/* ---- what there is ---- */

static void
bus_path(libusb_device *dev, char *out)
{
	uint8_t port[8];
	int i, n = libusb_get_port_numbers(dev, port, sizeof port);
	int at = snprintf(out, MK_USB_PATH_MAX, "%d", libusb_get_bus_number(dev));

	for (i = 0; i < n && at < MK_USB_PATH_MAX - 5; i++)
		at += snprintf(out + at, (size_t)(MK_USB_PATH_MAX - at), "%c%d",
			i == 0 ? '-' : '.', port[i]);
}

static int
look(libusb_device *dev, uint16_t vid, uint16_t pid, mk_usb_each *each, void *arg,
	struct mk_err *e)
{
	struct libusb_device_descriptor d;
	struct mk_usb_found f;

	if (libusb_get_device_descriptor(dev, &d) != 0 || d.idVendor != vid || d.idProduct != pid)
		return 0;
	f.vid = vid;
	f.pid = pid;
	bus_path(dev, f.path);
	(void)snprintf(f.node, sizeof f.node, "/dev/bus/usb/%03d/%03d",
		libusb_get_bus_number(dev), libusb_get_device_address(dev));
	return each(arg, &f, e);
}

int
mk_usb_list(uint16_t vid, uint16_t pid, mk_usb_each *each, void *arg, struct mk_err *e)
{
	libusb_context *ctx;
	libusb_device **all;
	ssize_t i, n;
	int r = libusb_init(&ctx);

	if (r != 0)
		return usb_err(e, r, "usb", "libusb does not start");
	n = libusb_get_device_list(ctx, &all);
	if (n < 0) {
		libusb_exit(ctx);
		return usb_err(e, (int)n, "usb", "no list of devices");
	}
	for (i = 0, r = 0; r == 0 && i < n; i++)
		r = look(all[i], vid, pid, each, arg, e);
	libusb_free_device_list(all, 1);
	libusb_exit(ctx);
	return r;
}

/* ---- one device ---- */

int
mk_usb_open(struct mk_usb **out, const char *node, const char *name, struct mk_err *e)
{
	struct mk_usb *u = calloc(1, sizeof *u);
	char why[MK_ACCESS_MAX];

	if (u == NULL || (u->name = strdup(name)) == NULL) {
		free(u);
		return mk_err_nomem(e);
	}
	u->fd = open(node, O_RDWR | O_CLOEXEC);
	if (u->fd == -1) {
		if (errno == EACCES && !mk_access(node, why))
			mk_err(e, MK_EDEV, "%s: %s", name, why);
		else
			mk_err_sys(e, MK_EDEV, "%s: cannot open %s", name, node);
		mk_usb_close(u);
		return -1;
	}
	*out = u;
	return 0;
}

void
mk_usb_close(struct mk_usb *u)
{
	if (u == NULL)
		return;
	mk_usb_end(u);
	if (u->fd != -1)
		(void)close(u->fd);
	free(u->name);
	if (!u->lost)
		free(u);
}

int
mk_usb_fd(const struct mk_usb *u)
{
	return u->fd;
}

/* A context that looks for no devices, and so starts no thread. */
static int
quiet_context(libusb_context **ctx)
{
#if LIBUSB_API_VERSION >= 0x0100010A
	const struct libusb_init_option quiet[] = { { .option = LIBUSB_OPTION_NO_DEVICE_DISCOVERY } };

	return libusb_init_context(ctx, quiet, 1);
#else
	int r = libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY);

	return r == 0 ? libusb_init(ctx) : r;
#endif
}

int
mk_usb_begin(struct mk_usb *u, struct mk_err *e)
{
	int r;

	if (u->ctx != NULL)
		return 0;
	if ((r = quiet_context(&u->ctx)) != 0) {
		u->ctx = NULL;
		return usb_err(e, r, u->name, "libusb does not start");
	}
	if ((r = libusb_wrap_sys_device(u->ctx, u->fd, &u->handle)) != 0)
		u->handle = NULL;
	else
		r = libusb_claim_interface(u->handle, 0);
	if (r == 0 && (u->transfer = libusb_alloc_transfer(0)) == NULL)
		r = LIBUSB_ERROR_NO_MEM;
	if (r == 0)
		return 0;
	if (r == LIBUSB_ERROR_BUSY)
		mk_err(e, MK_EDEV, "%s: another program holds the board: end that one first", u->name);
	else
		usb_err(e, r, u->name, "cannot claim the board");
	mk_usb_end(u);
	return -1;
}

void
mk_usb_end(struct mk_usb *u)
{
	if (u->ctx == NULL)
		return;
	libusb_free_transfer(u->transfer);
	if (u->handle != NULL) {
		(void)libusb_release_interface(u->handle, 0);
		libusb_close(u->handle);
	}
	libusb_exit(u->ctx);
	u->transfer = NULL;
	u->handle = NULL;
	u->ctx = NULL;
}

/* ---- transfers ---- */

static void LIBUSB_CALL
done(struct libusb_transfer *t)
{
	*(int *)t->user_data = 1;
}

/* Wait for the transfer's end. 1 it ended; 0 it ended, and was cancelled; -1 it
 * cannot be got hold of any more. */
static int
await(struct mk_usb *u, const int *completed, const volatile sig_atomic_t *stop)
{
	struct timeval slice;
	int cancelled = 0, slices = 0, r;

	while (!*completed) {
		if (!cancelled && stop != NULL && *stop != 0) {
			(void)libusb_cancel_transfer(u->transfer);
			cancelled = 1;
		}
		slice = (struct timeval){ 0, SLICE_US };
		/* libusb does not write through it */
		r = libusb_handle_events_timeout_completed(u->ctx, &slice, (int *)(uintptr_t)completed);
		if (r != 0 && r != LIBUSB_ERROR_INTERRUPTED && !cancelled) {
			(void)libusb_cancel_transfer(u->transfer);
			cancelled = 2;
		}
		if (cancelled && ++slices > CANCEL_SLICES)
			return -1;
	}
	return cancelled == 1 ? 0 : 1;
}

static int
outcome(const struct mk_usb *u, const char *what, unsigned ms, struct mk_err *e)
{
	switch (u->transfer->status) {
	case LIBUSB_TRANSFER_TIMED_OUT:
		return mk_err(e, MK_EDEV, "%s: %s: no answer within %u ms", u->name, what, ms);
	case LIBUSB_TRANSFER_STALL:
		return mk_err(e, MK_EDEV, "%s: %s: the board refused the transfer (stall)",
			u->name, what);
	case LIBUSB_TRANSFER_NO_DEVICE:
		return usb_err(e, LIBUSB_ERROR_NO_DEVICE, u->name, what);
	default:
		return mk_err(e, MK_EDEV, "%s: %s: the transfer failed: look at the cable",
			u->name, what);
	}
}

static int
transfer(struct mk_usb *u, uint8_t endpoint, size_t n, unsigned ms,
	const volatile sig_atomic_t *stop, const char *what, struct mk_err *e)
{
	int completed = 0, r;

	if (u->ctx == NULL || n > sizeof u->buf)
		return mk_err(e, MK_EBUG, "%s: %s: not begun, or too long", u->name, what);
	libusb_fill_bulk_transfer(u->transfer, u->handle, endpoint, u->buf, (int)n, done,
		&completed, ms);
	if ((r = libusb_submit_transfer(u->transfer)) != 0)
		return usb_err(e, r, u->name, what);
	r = await(u, &completed, stop);
	if (r == -1) {
		u->lost = 1;
		u->transfer = NULL;
		u->handle = NULL;
		u->ctx = NULL;
		return mk_err(e, MK_EDEV, "%s: %s: the transfer cannot be ended", u->name, what);
	}
	if (u->transfer->status == LIBUSB_TRANSFER_COMPLETED)
		return 1;
	return r == 0 ? 0 : outcome(u, what, ms, e);
}

int
mk_usb_out(struct mk_usb *u, uint8_t endpoint, const void *p, size_t n, unsigned ms,
	const volatile sig_atomic_t *stop, struct mk_err *e)
{
	int r;

	memcpy(u->buf, p, n > sizeof u->buf ? 0 : n);
	r = transfer(u, endpoint, n, ms, stop, "sending", e);
	if (r == 1 && (size_t)u->transfer->actual_length != n)
		return mk_err(e, MK_EDEV, "%s: sending: %d of %zu bytes went out", u->name,
			u->transfer->actual_length, n);
	return r;
}

int
mk_usb_in(struct mk_usb *u, uint8_t endpoint, void *p, size_t n, size_t min, size_t *got,
	unsigned ms, const volatile sig_atomic_t *stop, struct mk_err *e)
{
	int r = transfer(u, endpoint, n, ms, stop, "reading", e);
	size_t k;

	if (r != 1)
		return r;
	k = (size_t)u->transfer->actual_length;
	if (k < min)
		return mk_err(e, MK_EDEV, "%s: reading: an answer of %zu bytes, not %zu",
			u->name, k, min);
	memcpy(p, u->buf, k);
	if (got != NULL)
		*got = k;
	return 1;
}

#else

static int
left_out(struct mk_err *e)
{
	return mk_err(e, MK_EUSAGE, "usb: this build has no libusb, so it drives no USB board: "
		"install libusb-1.0-0-dev, then configure and make again");
}

int
mk_usb_list(uint16_t vid, uint16_t pid, mk_usb_each *each, void *arg, struct mk_err *e)
{
	(void)vid;
	(void)pid;
	(void)each;
	(void)arg;
	return left_out(e);
}

int
mk_usb_open(struct mk_usb **u, const char *node, const char *name, struct mk_err *e)
{
	(void)u;
	(void)node;
	(void)name;
	return left_out(e);
}

void
mk_usb_close(struct mk_usb *u)
{
	(void)u;
}

int
mk_usb_fd(const struct mk_usb *u)
{
	(void)u;
	return -1;
}

int
mk_usb_begin(struct mk_usb *u, struct mk_err *e)
{
	(void)u;
	return left_out(e);
}

void
mk_usb_end(struct mk_usb *u)
{
	(void)u;
}

int
mk_usb_out(struct mk_usb *u, uint8_t endpoint, const void *p, size_t n, unsigned ms,
	const volatile sig_atomic_t *stop, struct mk_err *e)
{
	(void)u;
	(void)endpoint;
	(void)p;
	(void)n;
	(void)ms;
	(void)stop;
	return left_out(e);
}

int
mk_usb_in(struct mk_usb *u, uint8_t endpoint, void *p, size_t n, size_t min, size_t *got,
	unsigned ms, const volatile sig_atomic_t *stop, struct mk_err *e)
{
	(void)u;
	(void)endpoint;
	(void)p;
	(void)n;
	(void)min;
	(void)got;
	(void)ms;
	(void)stop;
	return left_out(e);
}

#endif
