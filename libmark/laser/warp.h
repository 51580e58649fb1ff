/* A mark as a camera sees it that looks at an angle, or at a part that lies turned.
 * Inside libmark/laser only. */
#ifndef MK_WARP_H
#define MK_WARP_H

#include <stdint.h>

/* From in to out, w * h values each: turned by turn, then tilted away at the top by
 * tilt (1/1000 degree), both around the middle, seen from three widths away. What was
 * outside is 0. Values lie linearly between their four neighbours. */
void mk_warp(const uint16_t *in, uint16_t *out, int w, int h, int32_t tilt, int32_t turn);

#endif
