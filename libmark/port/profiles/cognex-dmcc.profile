# Cognex DataMan by DMCC: TCP port 23, or a serial line. The read string ends with CR LF
# (the factory's setting); for no read, set the no-read string to NOREAD.
kind    reader
serial  baud=115200
frame   "||>{body}\r\n" "{body}\r\n"

state read
	send    "TRIGGER ON"
	expect  none NOREAD
	expect  skip "||{any}:{any}[0]"
	expect  err  "||{any}:{any}[{status:0-9}]"
	expect  ok   {code}
	timeout 3000

state stop
	send    "TRIGGER OFF"
