/* CRC-32 of IEEE 802.3 (polynomial 0x04C11DB7, reflected, as in zip and PNG):
 * the CRC of "123456789" is cbf43926. */
#ifndef MK_CRC_H
#define MK_CRC_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of the n bytes at p that follow bytes whose CRC is crc (0 at first). */
uint32_t mk_crc32(uint32_t crc, const void *p, size_t n);

#endif
