# Keyence SR series: LON starts reading, LOFF ends it. TCP port 9004, or a serial line.
# Its answer to a code is the code; to none, ERROR. If the reader appends its grade
# behind a colon, put "expect ok {code}:{grade:0-9.A-F}" before the last expect.
kind    reader
serial  baud=115200
frame   "{body}\r"

state read
	send    LON
	expect  none ERROR
	expect  err  ER,{any}
	expect  skip OK,LON
	expect  ok   {code}
	timeout 3000

state stop
	send    LOFF
