/* The BJJCZ LMCV4 board ("JCZ", EZCAD2). Inside libmark/laser only. */
#ifndef MK_LMC_H
#define MK_LMC_H

#define MK_LMC_VID 0x9588
#define MK_LMC_PID 0x9899

#endif
