#include "layout/cut.h"

#include <stdbool.h>
#include <string.h>

/* Maximum flow by levels (Dinic) over the modules with a frame of light ones
 * around them. A module is on the source's side if it should run along its column. */
struct net {
	int w, n;		/* modules of a framed row, of all */
	short *excess;		/* over 0: what the source still gives; below: the sink takes */
	short *level;		/* 0: not reached */
	unsigned char *cap[4];	/* to the right, left, below, above: residual capacity */
	unsigned char *next;	/* the way to try next */
	int *queue;
	int step[4];
};

static int
prepare(struct net *g, const struct mk_matrix *m, struct mk_buf *work, struct mk_err *e)
{
	size_t n = (size_t)(m->rows + 2) * (size_t)(m->cols + 2);
	char *p;
	int i;

	work->n = 0;
	if (mk_buf_grow(work, n * (2 * sizeof(short) + 5 + sizeof(int)), e) == -1)
		return -1;
	p = work->p;
	memset(p, 0, n * (2 * sizeof(short) + 5 + sizeof(int)));
	g->w = m->cols + 2;
	g->n = (int)n;
	g->queue = (int *)(void *)p;
	p += n * sizeof(int);
	g->excess = (short *)(void *)p;
	p += n * sizeof(short);
	g->level = (short *)(void *)p;
	p += n * sizeof(short);
	for (i = 0; i < 4; i++, p += n)
		g->cap[i] = (unsigned char *)p;
	g->next = (unsigned char *)p;
	g->step[0] = 1;
	g->step[1] = -1;
	g->step[2] = g->w;
	g->step[3] = -g->w;
	return 0;
}

static void
load(struct net *g, const struct mk_matrix *m)
{
	int r, c, k;

	for (r = 0; r < m->rows; r++) {
		const unsigned char *d = m->dark + r * m->cols;

		for (c = 0; c < m->cols; c++) {
			int v = (r + 1) * g->w + c + 1;
			bool to[4];

			if (!d[c])
				continue;
			to[0] = c + 1 < m->cols && d[c + 1];
			to[1] = c > 0 && d[c - 1];
			to[2] = r + 1 < m->rows && d[c + m->cols];
			to[3] = r > 0 && d[c - m->cols];
			for (k = 0; k < 4; k++)
				g->cap[k][v] = to[k];
			g->excess[v] = (short)(to[2] + to[3] - to[0] - to[1]);
		}
	}
}

/* Levels from all sources; whether a sink was reached. */
static bool
levels(struct net *g)
{
	int head = 0, tail = 0, v, k;
	bool sink = false;

	memset(g->level, 0, (size_t)g->n * sizeof *g->level);
	for (v = 0; v < g->n; v++)
		if (g->excess[v] > 0) {
			g->level[v] = 1;
			g->queue[tail++] = v;
		}
	while (head < tail) {
		v = g->queue[head++];
		if (g->excess[v] < 0)
			sink = true;
		for (k = 0; k < 4; k++) {
			int u = v + g->step[k];

			if (g->cap[k][v] > 0 && g->level[u] == 0) {
				g->level[u] = (short)(g->level[v] + 1);
				g->queue[tail++] = u;
			}
		}
	}
	return sink;
}

/* Bring one unit from v to a sink; queue, which is free now, holds the way back. */
static bool
push(struct net *g, int v)
{
	int depth = 0;

	for (;;) {
		int k;

		if (g->excess[v] < 0) {
			g->excess[v]++;
			while (depth > 0) {
				k = g->queue[--depth];
				g->cap[k ^ 1][v]++;
				v -= g->step[k];
				g->cap[k][v]--;
			}
			return true;
		}
		for (k = g->next[v]; k < 4; k++)
			if (g->cap[k][v] > 0 && g->level[v + g->step[k]] == g->level[v] + 1)
				break;
		g->next[v] = (unsigned char)k;
		if (k < 4) {
			g->queue[depth++] = k;
			v += g->step[k];
			continue;
		}
		if (depth == 0)
			return false;
		v -= g->step[g->queue[--depth]];
		g->next[v]++;
	}
}

int
mk_cut(const struct mk_matrix *m, struct mk_buf *out, struct mk_buf *work, struct mk_err *e)
{
	struct net g;
	unsigned char *to;
	int v, r, c;

	out->n = 0;
	if (mk_buf_grow(out, (size_t)m->rows * (size_t)m->cols, e) == -1 ||
	    prepare(&g, m, work, e) == -1)
		return -1;
	load(&g, m);
	while (levels(&g)) {
		memset(g.next, 0, (size_t)g.n);
		for (v = 0; v < g.n; v++)
			while (g.excess[v] > 0 && push(&g, v))
				g.excess[v]--;
	}
	to = (unsigned char *)out->p;
	for (r = 0; r < m->rows; r++)
		for (c = 0; c < m->cols; c++)
			*to++ = g.level[(r + 1) * g.w + c + 1] > 0;
	out->n = (size_t)m->rows * (size_t)m->cols;
	return 0;
}
