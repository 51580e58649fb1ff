/* The simulator's own random numbers, in whole numbers only, so that a seed gives
 * the same picture with any compiler and C library. SplitMix64 (Steele, Lea,
 * Flood 2014). */
#ifndef MK_RNG_H
#define MK_RNG_H

#include <stdint.h>

struct mk_rng {
	uint64_t s;
};

static inline uint64_t
mk_rng_next(struct mk_rng *r)
{
	uint64_t z = r->s += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* A stream of its own for each purpose. */
static inline struct mk_rng
mk_rng_of(uint64_t seed, uint64_t purpose)
{
	struct mk_rng r = { seed };

	r.s = mk_rng_next(&r) ^ (purpose * 0xd6e8feb86659fd93u);
	return r;
}

/* 0..n-1; n is small against 2^32, so that the bias does not matter. */
static inline uint32_t
mk_rng_below(struct mk_rng *r, uint32_t n)
{
	return (uint32_t)(((mk_rng_next(r) >> 32) * n) >> 32);
}

/* Nearly normal with a mean of 0: the sum of eight uniform bytes. */
#define MK_RNG_SIGMA 209	/* sqrt(8 * (256² - 1) / 12) */
static inline int32_t
mk_rng_normal(struct mk_rng *r)
{
	uint64_t z = mk_rng_next(r);

	/* pairs of bytes, then of 16-bit sums, then of 32-bit sums */
	z = (z & 0x00ff00ff00ff00ffu) + ((z >> 8) & 0x00ff00ff00ff00ffu);
	z = (z & 0x0000ffff0000ffffu) + ((z >> 16) & 0x0000ffff0000ffffu);
	return (int32_t)(uint32_t)((z & 0xffffffffu) + (z >> 32)) - 1020;
}

#endif
