/* lmcboard [KEY=VALUE...] -- COMMAND [ARG...]: run a command beside emulated LMCV4
 * boards (board.h) that it reaches through the real libusb: umockdev stands in for
 * the kernel's usbfs, each open descriptor claims for itself, and a descriptor that
 * closes loses its claims and transfers, as in the kernel. The status is the
 * command's. Keys:
 *
 *   log=FILE      what the board saw, board.log; of a second one FILE.2
 *   boards=N      1 or 2, on the bus paths 1-1 and 1-2
 *   memory=N ingest=N chunk=N input=N toggle=N steady=N drop=1     struct board
 *   fault=KIND:N  at the Nth transfer out: stall (it fails), timeout (it never
 *                 ends), mute (its reply never comes), short (its reply is cut),
 *                 gone (the board is unplugged)
 *   kill=N:SIG:WHO  before the Nth transfer out: kill the command (parent), its
 *                 child (child), or both
 */
#include <errno.h>
#include <glib-object.h>
#include <linux/usbdevice_fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <umockdev.h>
#include <unistd.h>

#include "tests/sim/board/board.h"

#define EP_OUT 0x02
#define EP_IN 0x88
#define BOARDS 2
#define CLIENTS 64
#define PATIENCE 40		/* ticks that a claim waits for a death to be seen */
#define TICK_MS 5

struct urb {			/* submitted, and not yet reaped */
	UMockdevIoctlClient *client;
	UMockdevIoctlData *data, *buffer;
	bool done;
};

struct usb {
	struct board b;
	char node[32];
	UMockdevIoctlBase *handler;
	UMockdevIoctlClient *owner;	/* of interface 0 */
	UMockdevIoctlClient *waiting;	/* for it */
	int patience;
	struct urb urb[16];
	size_t nurb;
	UMockdevIoctlClient *client[CLIENTS];	/* descriptors that are open */
	size_t nclient;
	bool gone, mute, cut;
	unsigned address;
};

static struct {
	UMockdevTestbed *bed;
	GMainLoop *loop;
	struct usb usb[BOARDS];
	unsigned boards, memory, ingest, chunk, toggle, input, steady, drop;
	const char *log;
	char fault[16];
	unsigned fault_at, kill_at, outs;
	int kill_sig;
	char kill_who[16];
	pid_t command;
	int status;
} sim = { .boards = 1, .ingest = 1, .chunk = 256, .log = "board.log" };

static _Noreturn void
die(const char *what, const char *why)
{
	(void)fprintf(stderr, "lmcboard: %s: %s\n", what, why);
	exit(99);
}

/* ---- descriptors: device, configuration, interface, bulk OUT 0x02, IN 0x88 ---- */

#define DESCRIPTORS "12010002FF00004088959998000000000001" \
	"0902200001010080320904000002FF000000" "07050202000200" "07058802000200"

static void
plug(struct usb *u, unsigned n)
{
	char text[1024];
	GError *e = NULL;

	u->address = n + 1;
	(void)snprintf(u->node, sizeof u->node, "/dev/bus/usb/001/%03u", u->address);
	u->handler = umockdev_ioctl_base_new();
	if (!umockdev_testbed_attach_ioctl(sim.bed, u->node, u->handler, &e))
		die(u->node, e->message);
	(void)snprintf(text, sizeof text,
		"P: /devices/pci0000:00/0000:00:14.0/usb1/1-%u\n"
		"N: bus/usb/001/%03u=" DESCRIPTORS "\n"
		"E: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\n"
		"E: BUSNUM=001\nE: DEVNUM=%03u\nE: DEVNAME=%s\n"
		"A: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=%u\\n\nA: speed=480\\n\n"
		"A: idVendor=9588\\n\nA: idProduct=9899\\n\n"
		"H: descriptors=" DESCRIPTORS "\n",
		n, u->address, u->address, u->node, u->address);
	if (!umockdev_testbed_add_from_string(sim.bed, text, &e))
		die(u->node, e->message);
}

/* ---- transfers ---- */

static struct usbdevfs_urb *
raw(const struct urb *t)
{
	return (struct usbdevfs_urb *)(void *)t->data->data;
}

static void
finish(struct urb *t, int status, int length)
{
	raw(t)->status = status;
	raw(t)->actual_length = length;
	t->done = true;
}

/* A reply that is there goes into the oldest transfer in that waits for one. */
static void
reply(struct usb *u)
{
	uint8_t r[BOARD_REPLY];
	size_t i;
	int n;

	if (u->mute)
		return;
	for (i = 0; i < u->nurb; i++) {
		struct urb *t = &u->urb[i];

		if (t->done || raw(t)->endpoint != EP_IN)
			continue;
		if (!board_in(&u->b, r))
			return;
		n = u->cut ? 4 : BOARD_REPLY;
		u->cut = false;
		if (n > raw(t)->buffer_length)
			n = raw(t)->buffer_length;
		memcpy(t->buffer->data, r, (size_t)n);
		finish(t, 0, n);
	}
}

static void
forget(struct usb *u, size_t i)
{
	umockdev_ioctl_data_unref(u->urb[i].buffer);
	umockdev_ioctl_data_unref(u->urb[i].data);
	memmove(&u->urb[i], &u->urb[i + 1], (--u->nurb - i) * sizeof *u->urb);
}

static void
kill_them(void)
{
	char path[64];
	long child;
	FILE *f;

	if (strcmp(sim.kill_who, "parent") != 0) {
		(void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children",
			(long)sim.command, (long)sim.command);
		if ((f = fopen(path, "r")) != NULL) {
			if (fscanf(f, "%ld", &child) == 1)
				(void)kill((pid_t)child, sim.kill_sig);
			(void)fclose(f);
		}
	}
	if (strcmp(sim.kill_who, "child") != 0)
		(void)kill(sim.command, sim.kill_sig);
}

static bool
faulty(const char *kind)
{
	return sim.outs == sim.fault_at && strcmp(sim.fault, kind) == 0;
}

static void
unplug(struct usb *u)
{
	size_t i;

	u->gone = true;
	for (i = 0; i < u->nurb; i++)
		if (!u->urb[i].done)
			finish(&u->urb[i], -ESHUTDOWN, 0);
	/* what a board without a host does next is its own affair: it stops */
	u->b.executing = u->b.mo = false;
	u->b.port = 0;
}

/* All zero: umockdev read nothing, since who sends is dead. */
static bool
empty(const UMockdevIoctlData *d)
{
	int i = 0;

	while (i < d->data_len && d->data[i] == 0)
		i++;
	return i == d->data_len;
}

/* 0, or an errno that the submission fails with. */
static int
submit(struct usb *u, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
	struct urb *t;
	struct usbdevfs_urb *r;

	if (u->owner != client)
		return EBUSY;
	if (u->nurb == sizeof u->urb / sizeof *u->urb)
		return ENOMEM;
	t = &u->urb[u->nurb];
	memset(t, 0, sizeof *t);
	t->client = client;
	t->data = umockdev_ioctl_data_resolve(arg, 0, sizeof *r, NULL);
	if (t->data == NULL)
		return EFAULT;
	r = raw(t);
	t->buffer = umockdev_ioctl_data_resolve(t->data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer),
		(gsize)r->buffer_length, NULL);
	if (t->buffer == NULL)
		return EFAULT;
	u->nurb++;
	if (r->endpoint == EP_IN) {
		reply(u);
		return 0;
	}
	if (empty(t->buffer)) {
		forget(u, u->nurb - 1);
		return EFAULT;
	}
	sim.outs++;
	if (sim.outs == sim.kill_at)
		kill_them();
	if (faulty("gone"))
		unplug(u);
	else if (faulty("stall"))
		finish(t, -EPIPE, 0);
	else if (!faulty("timeout")) {
		u->mute = faulty("mute");
		u->cut = faulty("short");
		board_out(&u->b, t->buffer->data, (size_t)r->buffer_length);
		finish(t, 0, r->buffer_length);
		reply(u);
	}
	return 0;
}

static int
reap(struct usb *u, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *ptr;
	size_t i;

	for (i = 0; i < u->nurb; i++) {
		if (u->urb[i].client != client || !u->urb[i].done)
			continue;
		ptr = umockdev_ioctl_data_resolve(arg, 0, sizeof(gpointer), NULL);
		if (ptr == NULL)
			return EFAULT;
		umockdev_ioctl_data_set_ptr(ptr, 0, u->urb[i].data);
		umockdev_ioctl_data_unref(ptr);
		forget(u, i);
		return 0;
	}
	return u->gone ? ENODEV : EAGAIN;
}

static int
discard(struct usb *u, UMockdevIoctlData *arg)
{
	size_t i;

	for (i = 0; i < u->nurb; i++)
		if (u->urb[i].data->client_addr == *(gulong *)(void *)arg->data && !u->urb[i].done) {
			finish(&u->urb[i], -ENOENT, 0);
			return 0;
		}
	return EINVAL;
}

/* ---- the other requests ---- */

static int
control(UMockdevIoctlData *arg, long *n)
{
	UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_ctrltransfer), NULL);
	struct usbdevfs_ctrltransfer *c;
	UMockdevIoctlData *to;

	if (d == NULL)
		return EFAULT;
	c = (struct usbdevfs_ctrltransfer *)(void *)d->data;
	if (c->bRequestType != 0x80 || c->bRequest != 8 || c->wLength < 1)	/* GET_CONFIGURATION */
		return EPIPE;
	to = umockdev_ioctl_data_resolve(d, G_STRUCT_OFFSET(struct usbdevfs_ctrltransfer, data), 1, NULL);
	if (to == NULL)
		return EFAULT;
	to->data[0] = 1;
	*n = 1;
	return 0;
}

static int
connectinfo(const struct usb *u, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_connectinfo), NULL);

	if (d == NULL)
		return EFAULT;
	((struct usbdevfs_connectinfo *)(void *)d->data)->devnum = u->address;
	return 0;
}

static int
capabilities(UMockdevIoctlData *arg)
{
	UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof(guint32), NULL);

	if (d == NULL)
		return EFAULT;
	*(guint32 *)(void *)d->data = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
		USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
	return 0;
}

static int
claim(struct usb *u, UMockdevIoctlClient *client)
{
	if (u->owner != NULL && u->owner != client)
		return EBUSY;
	u->owner = client;
	return 0;
}

static int
request(struct usb *u, UMockdevIoctlClient *client, long *result)
{
	UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
	unsigned long req = umockdev_ioctl_client_get_request(client);

	if (req == USBDEVFS_REAPURB || req == USBDEVFS_REAPURBNDELAY)
		return reap(u, client, arg);
	if (u->gone)
		return ENODEV;
	switch (req) {
	case USBDEVFS_GET_CAPABILITIES: return capabilities(arg);
	case USBDEVFS_CONNECTINFO: return connectinfo(u, arg);
	case USBDEVFS_CONTROL: return control(arg, result);
	case USBDEVFS_CLAIMINTERFACE: return claim(u, client);
	case USBDEVFS_RELEASEINTERFACE:
		if (u->owner != client)
			return EINVAL;
		u->owner = NULL;
		return 0;
	case USBDEVFS_SUBMITURB: return submit(u, client, arg);
	case USBDEVFS_DISCARDURB: return discard(u, arg);
	case USBDEVFS_GETDRIVER: return ENODATA;
	case USBDEVFS_CLEAR_HALT: return 0;
	default: return ENOTTY;
	}
}

static gboolean
on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, struct usb *u)
{
	long result = 0;
	int err = request(u, client, &result);

	(void)base;
	if (err == EBUSY && u->waiting == NULL &&
	    umockdev_ioctl_client_get_request(client) == USBDEVFS_CLAIMINTERFACE) {
		u->waiting = client;
		u->patience = PATIENCE;
		return TRUE;
	}
	umockdev_ioctl_client_complete(client, err == 0 ? result : -1, err);
	return TRUE;
}

/* The transfers of a descriptor that is closed. */
static void
drop(struct usb *u, const UMockdevIoctlClient *c)
{
	size_t i;

	for (i = u->nurb; i > 0; i--)
		if (u->urb[i - 1].client == c)
			forget(u, i - 1);
}

static void
on_client(UMockdevIoctlBase *base, UMockdevIoctlClient *client, struct usb *u)
{
	(void)base;
	if (u->nclient == CLIENTS)
		die(u->node, "opened too often");
	u->client[u->nclient++] = g_object_ref(client);
}

/* A descriptor that was closed, maybe by the death of its last process, has no
 * claims and no transfers any more. */
static void
bury(struct usb *u)
{
	size_t k;

	for (k = 0; k < u->nclient; k++) {
		UMockdevIoctlClient *c = u->client[k];

		if (umockdev_ioctl_client_get_connected(c))
			continue;
		drop(u, c);
		if (u->owner == c)
			u->owner = NULL;
		u->client[k--] = u->client[--u->nclient];
		g_object_unref(c);
	}
}

/* How many processes below pid are mk-laser's, and alive. */
static unsigned
users(long pid)
{
	char path[64], comm[32] = "", state = 'Z';
	long child;
	unsigned n = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	if ((f = fopen(path, "r")) != NULL) {
		if (fscanf(f, "%*d (%31[^)]) %c", comm, &state) != 2)
			state = 'Z';
		(void)fclose(f);
	}
	if (state != 'Z' && state != 'X' && strncmp(comm, "mk-laser", 8) == 0)
		n++;
	(void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", pid, pid);
	if ((f = fopen(path, "r")) == NULL)
		return n;
	while (fscanf(f, "%ld", &child) == 1)
		n += users(child);
	(void)fclose(f);
	return n;
}

/* The kernel sees a death before anybody else does; here it may take a moment, and
 * one in the middle of a request is never seen. But if who asks is the last one
 * alive, the owner is dead. */
static void
wake(struct usb *u)
{
	UMockdevIoctlClient *c = u->waiting;
	int err;

	if (c == NULL)
		return;
	if (u->owner != NULL && users((long)getpid()) <= 1) {
		drop(u, u->owner);
		u->owner = NULL;
	}
	err = claim(u, c);
	if (err == EBUSY && u->patience-- > 0 && umockdev_ioctl_client_get_connected(c))
		return;
	u->waiting = NULL;
	umockdev_ioctl_client_complete(c, err == 0 ? 0 : -1, err);
}

/* ---- the command ---- */

/* The driver's child may outlive the command, and is ours then: the board is watched
 * to the end. */
static gboolean
on_tick(gpointer arg)
{
	unsigned i;
	int status;
	pid_t pid;

	(void)arg;
	for (i = 0; i < sim.boards; i++) {
		bury(&sim.usb[i]);
		wake(&sim.usb[i]);
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == sim.command)
			sim.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (pid == -1)
		g_main_loop_quit(sim.loop);
	return TRUE;
}

static void
start(char **argv)
{
	const char *preload = getenv("LD_PRELOAD");
	gchar *root = umockdev_testbed_get_root_dir(sim.bed);
	char both[512];

	(void)snprintf(both, sizeof both, "libumockdev-preload.so.0%s%s", preload == NULL ? "" : ":",
		preload == NULL ? "" : preload);
	sim.command = fork();
	if (sim.command == -1)
		die("fork", strerror(errno));
	if (sim.command == 0) {
		(void)setenv("UMOCKDEV_DIR", root, 1);
		(void)setenv("LD_PRELOAD", both, 1);
		(void)execvp(argv[0], argv);
		die(argv[0], strerror(errno));
	}
	g_free(root);
}

static void
setting(char *text)
{
	static const struct { const char *key; unsigned *to; } number[] = {
		{ "boards", &sim.boards }, { "memory", &sim.memory }, { "ingest", &sim.ingest },
		{ "chunk", &sim.chunk }, { "input", &sim.input }, { "toggle", &sim.toggle },
		{ "steady", &sim.steady }, { "drop", &sim.drop }
	};
	char *val = strchr(text, '=');
	size_t i;

	if (val == NULL)
		die(text, "a setting is KEY=VALUE");
	*val++ = '\0';
	for (i = 0; i < sizeof number / sizeof *number; i++)
		if (strcmp(text, number[i].key) == 0) {
			*number[i].to = (unsigned)strtoul(val, NULL, 0);
			return;
		}
	if (strcmp(text, "log") == 0)
		sim.log = val;
	else if (strcmp(text, "fault") == 0) {
		if (sscanf(val, "%15[a-z]:%u", sim.fault, &sim.fault_at) != 2)
			die(val, "not KIND:N");
	} else if (strcmp(text, "kill") == 0) {
		if (sscanf(val, "%u:%d:%15[a-z]", &sim.kill_at, &sim.kill_sig, sim.kill_who) != 3)
			die(val, "not N:SIG:WHO");
	} else
		die(text, "no such setting");
}

static void
begin(struct usb *u, unsigned n)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof path, n == 1 ? "%s" : "%s.%u", sim.log, n);
	f = fopen(path, "w");
	if (f == NULL)
		die(path, strerror(errno));
	board_init(&u->b, f);
	u->b.memory = sim.memory;
	u->b.ingest = sim.ingest;
	u->b.chunk = sim.chunk;
	u->b.input = (uint16_t)sim.input;
	u->b.toggle = sim.toggle;
	u->b.steady = (uint16_t)sim.steady, u->b.drop = sim.drop != 0;
	plug(u, n);
	g_signal_connect(u->handler, "handle-ioctl", G_CALLBACK(on_ioctl), u);
	g_signal_connect(u->handler, "client-connected", G_CALLBACK(on_client), u);
}

int
main(int argc, char **argv)
{
	unsigned i;
	int a;

	for (a = 1; a < argc && strcmp(argv[a], "--") != 0; a++)
		setting(argv[a]);
	if (a + 1 >= argc || sim.boards < 1 || sim.boards > BOARDS)
		die("usage", "lmcboard [KEY=VALUE...] -- COMMAND [ARG...]");
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	sim.bed = umockdev_testbed_new();
	sim.loop = g_main_loop_new(NULL, FALSE);
	for (i = 0; i < sim.boards; i++)
		begin(&sim.usb[i], i + 1);
	start(argv + a + 1);
	g_timeout_add(TICK_MS, on_tick, NULL);
	g_main_loop_run(sim.loop);
	for (i = 0; i < sim.boards; i++) {
		board_end(&sim.usb[i].b);
		(void)fclose(sim.usb[i].b.log);
	}
	g_object_unref(sim.bed);
	return sim.status;
}
