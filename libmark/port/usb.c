#include "port/usb.h"

#ifdef HAVE_LIBUSB

#include <libusb.h>
#include <stdio.h>

static int
usb_err(struct mk_err *e, int r, const char *what)
{
	if (r == LIBUSB_ERROR_NO_MEM)
		return mk_err_nomem(e);
	return mk_err(e, MK_EDEV, "usb: %s: %s", what, libusb_strerror(r));
}

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
	f.bus = libusb_get_bus_number(dev);
	f.address = libusb_get_device_address(dev);
	bus_path(dev, f.path);
	(void)snprintf(f.node, sizeof f.node, "/dev/bus/usb/%03d/%03d", f.bus, f.address);
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
		return usb_err(e, r, "libusb does not start");
	n = libusb_get_device_list(ctx, &all);
	if (n < 0) {
		libusb_exit(ctx);
		return usb_err(e, (int)n, "no list of devices");
	}
	for (i = 0, r = 0; r == 0 && i < n; i++)
		r = look(all[i], vid, pid, each, arg, e);
	libusb_free_device_list(all, 1);
	libusb_exit(ctx);
	return r;
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

#endif
