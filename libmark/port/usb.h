/* USB devices. libusb is named in usb.c only; a build without it has these
 * functions, too, and each says so (MK_EUSAGE). */
#ifndef MK_USB_H
#define MK_USB_H

#include <stdint.h>

#include "base/err.h"

#define MK_USB_PATH_MAX 32
#define MK_USB_NODE_MAX 64

struct mk_usb_found {
	uint16_t vid, pid;
	char path[MK_USB_PATH_MAX];	/* "1-2.3": the bus, and the ports on the way to it */
	char node[MK_USB_NODE_MAX];	/* what to open */
	uint8_t bus, address;
};

/* Call each for every device of that vendor and product that is plugged in; it
 * returns 0 to go on. No device is opened or woken. */
typedef int mk_usb_each(void *arg, const struct mk_usb_found *f, struct mk_err *e);
int mk_usb_list(uint16_t vid, uint16_t pid, mk_usb_each *each, void *arg, struct mk_err *e);

#endif
