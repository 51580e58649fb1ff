# A hand scanner, or any reader that sends a line by itself when it sees a code. Lines
# end with CR or CR LF; with LF, or without an end, 30 ms of silence end them.
kind    reader
serial  baud=9600
frame   "{body}\r"
skip    "\r\n"
gap     30

state read
	expect  none NOREAD
	expect  ok   "{code}\n"
	expect  ok   {code}
	timeout 30000
