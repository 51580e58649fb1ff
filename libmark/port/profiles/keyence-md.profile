# Keyence MD-X, MD-F and MD-U: the text of one block of a program that the marker
# holds. Copy it, and set the program, the block and the lengths to yours. The commands
# are those of the marker's communication manual; set "delimiter CR, no checksum" there,
# or write the checksum into frame as {body}{xor8}.

kind      marker
serial    baud=38400 bits=8 parity=none stop=1
frame     "{body}\r"
charset   "\x20-\x2b\x2d-\x7e"                # no comma: it parts the commands

field     program 0001
field     block   000
field     text    "{hri}" max=64

state select
	send    "WX,ProgramNo={program}"
	expect  ok  "WX,OK"
	expect  err "WX,NG{any}"
	retry   2

state set
	send    "WX,PRG={program},BLK={block},CharacterString={text}"
	expect  ok  "WX,OK"
	expect  err "WX,NG{any}"
	retry   2

state readback
	send    "RX,PRG={program},BLK={block},CharacterString"
	expect  ok  "RX,OK,{echo}"
	expect  err "RX,NG{any}"
	compare echo text
	retry   2

state ready
	send    "RX,Ready"
	expect  ok   "RX,OK,0"
	expect  err  "RX,OK,1"
	expect  busy "RX,OK,2"
	expect  err  "RX,NG{any}"
	retry   2
	within  30000

state trigger
	send    "WX,StartMarking"
	expect  ok  "WX,OK"
	expect  err "WX,NG{any}"
	timeout 5000

# 2 is busy: still marking
state done
	send    "RX,Ready"
	expect  ok   "RX,OK,0"
	expect  busy "RX,OK,2"
	expect  err  "RX,OK,1"
	expect  err  "RX,NG{any}"
	poll    100
	within  120000

# RX,MarkingResult answers in another form on each series: to hear it too, write a second
# "state done" for yours.
