/* USB devices. libusb is named in usb.c only; a build without it has these
 * functions, too, and each says so (MK_EUSAGE).
 *
 * The kernel's claim of an interface belongs to an open descriptor and ends with
 * its last close, so two processes share a device like this: each opens it for
 * itself, one claims it (mk_usb_begin), and when that one is dead the other claims
 * it. Nothing of libusb is alive between mk_usb_end and mk_usb_begin, so that a
 * process may fork there. */
#ifndef MK_USB_H
#define MK_USB_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MK_USB_PATH_MAX 32
#define MK_USB_NODE_MAX 64

struct mk_usb_found {
	uint16_t vid, pid;
	char path[MK_USB_PATH_MAX];	/* "1-2.3": the bus, and the ports on the way to it */
	char node[MK_USB_NODE_MAX];	/* what to open */
};

/* Call each for every device of that vendor and product that is plugged in; it
 * returns 0 to go on. No device is opened or woken. With libusb before 1.0.27, a
 * process that began a device finds none any more. */
typedef int mk_usb_each(void *arg, const struct mk_usb_found *f, struct mk_err *e);
int mk_usb_list(uint16_t vid, uint16_t pid, mk_usb_each *each, void *arg, struct mk_err *e);

struct mk_usb;

/* Open the node; nothing is claimed. name is for messages (copied). */
int mk_usb_open(struct mk_usb **u, const char *node, const char *name, struct mk_err *e);
void mk_usb_close(struct mk_usb *u);	/* ends it first; NULL is allowed */
int mk_usb_fd(const struct mk_usb *u);	/* of the node, for flock(2) */

/* Claim interface 0 (MK_EDEV if another descriptor has it), let it go. */
int mk_usb_begin(struct mk_usb *u, struct mk_err *e);
void mk_usb_end(struct mk_usb *u);

/* One bulk transfer, with a time-out of ms milliseconds. Once *stop (may be NULL,
 * a signal handler sets it) is not 0, it is cancelled. 1: done; 0: cancelled; -1,
 * MK_EDEV: failed, cut short, or timed out: what the device took is not known.
 * mk_usb_in: *got (may be NULL) says how much came; fewer than min bytes is a
 * failure. */
int mk_usb_out(struct mk_usb *u, uint8_t endpoint, const void *p, size_t n, unsigned ms,
	const volatile sig_atomic_t *stop, struct mk_err *e);
int mk_usb_in(struct mk_usb *u, uint8_t endpoint, void *p, size_t n, size_t min, size_t *got,
	unsigned ms, const volatile sig_atomic_t *stop, struct mk_err *e);

#endif
