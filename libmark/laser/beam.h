/* The simulated beam: strokes to energy on the surface, energy to darkness.
 * Whole numbers only. Inside libmark/laser only. */
#ifndef MK_BEAM_H
#define MK_BEAM_H

#include <stdint.h>

#include "base/err.h"
#include "job/job.h"

#define MK_DARK_ONE 32768	/* darkness: 0 bare metal, this fully marked */

struct mk_beam {
	int w, h;		/* picture, pixels */
	int px;			/* pixels per mm */
	int beam_um;		/* diameter at 1/e² of the peak */
	int32_t cx, cy;		/* µm: the point at the picture's centre */
	uint32_t percent;	/* of each pen's power that arrives */
	uint32_t e0;		/* the surface's threshold, 0.1 % * us/mm; 0: 5000 */
	uint32_t burnt;		/* 1/256 E0: over it a mark fades, gone at twice; 0: never */
	size_t skip_from, skip_n;	/* strokes left out, counted cyclically from 0 */
};

/* Burn the job: dark gets w * h values, row by row from the top. The energy that
 * a stroke leaves per mm is power / speed, spread across the stroke by a Gaussian
 * of sigma = beam / 4; energies add. With the energy E per area, darkness is
 *     1 - exp(-(E / E0)²),  E0 = e0, 5000 being 0.5 % · s/mm²:
 * next to nothing below a threshold, saturated well above it. A pen of 40 % at
 * 1000 mm/s with lines every 0.05 mm gives E = 0.8, darkness 0.92.
 * before (may be NULL) is called before each op with its index. */
typedef void mk_beam_op(void *arg, size_t op);
int mk_beam_burn(const struct mk_job *job, const struct mk_beam *b, uint16_t *dark,
	mk_beam_op *before, void *arg, struct mk_err *e);

/* exp(-t) for t = q16 / 65536, scaled by 2^30; good to 2^-20. */
uint32_t mk_beam_exp(uint32_t q16);

/* The weights of a Gaussian of sigma = s8 / 256 pixels: k[0] at the centre, k[1]
 * beside it, … k[r]; k[0] + 2 (k[1] + … + k[r]) is 65536 exactly. Returns r, at
 * most max. */
int mk_beam_kernel(uint32_t s8, int max, uint32_t *k);

#endif
