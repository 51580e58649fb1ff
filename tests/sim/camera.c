/* camera ADDRESS SERIAL PICTURE: a GigE Vision camera on the loopback that sees the file
 * PICTURE, which may be a link that is turned to another part's; it is looked at for
 * every frame. The camera is pulled out when standard input ends, or when the link
 * leads to "unplug". It prints "ready" when it is there. Exposure dims: 10000 us show
 * the picture as it is. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_ARAVIS
#include <arv.h>

#include "base/io.h"
#include "image/image.h"

static void
show(ArvBuffer *b, void *arg, guint32 exposure, guint32 gain, ArvPixelFormat format)
{
	const char *picture = arg;
	char to[16] = "";
	size_t n = 0;
	/* the size that is told here is 0 */
	unsigned char *p = (unsigned char *)(guintptr)arv_buffer_get_data(b, &n);
	int w = arv_buffer_get_image_width(b), h = arv_buffer_get_image_height(b), x, y;
	struct mk_image im;
	struct mk_err e;

	(void)gain;
	(void)format;
	if (readlink(picture, to, sizeof to - 1) > 0 && strcmp(to, "unplug") == 0)
		_exit(0);
	if (mk_png_read(picture, &im, &e) == -1) {
		fprintf(stderr, "camera: %s\n", e.msg);
		_exit(1);
	}
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			int ix = x + (im.w - w) / 2, iy = y + (im.h - h) / 2;
			unsigned c = ix < 0 || iy < 0 || ix >= im.w || iy >= im.h ? 190
				: im.px[iy * im.w + ix];

			c = c * exposure / 10000;
			p[y * w + x] = (unsigned char)(c > 255 ? 255 : c);
		}
	mk_image_clear(&im);
}

/* In a network namespace of one's own the loopback is down at first. */
static void
loopback(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (ioctl(fd, SIOCGIFFLAGS, &r) == 0 && (r.ifr_flags & IFF_UP) == 0) {
		r.ifr_flags |= IFF_UP;
		(void)ioctl(fd, SIOCSIFFLAGS, &r);
	}
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	ArvGvFakeCamera *cam;
	char c;

	if (argc != 4)
		return 2;
	loopback();
	cam = arv_gv_fake_camera_new(argv[1], argv[2]);
	if (!arv_gv_fake_camera_is_running(cam)) {
		fprintf(stderr, "camera: cannot be had at %s\n", argv[1]);
		return 1;
	}
	arv_fake_camera_set_fill_pattern(arv_gv_fake_camera_get_fake_camera(cam), show, argv[3]);
	printf("ready\n");
	fflush(stdout);
	while (mk_io_read(STDIN_FILENO, &c, 1) > 0)
		;
	g_object_unref(cam);
	return 0;
}
#else
int
main(void)
{
	printf("none\n");
	return 0;
}
#endif
