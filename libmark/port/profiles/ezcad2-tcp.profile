# EZCAD2 with a TCP text: the marker is the client. In EZCAD2 give the text object
# "TCP/IP", with this computer's address and the port below (anybody who reaches that
# port gets the next text: keep it behind a firewall); at each mark EZCAD2 asks for
# the text, and marks it as soon as it has it. So the answer is the trigger: it is given
# once. EZCAD2 reads nothing back and says nothing when it has marked: mark_ack is
# "sent", and only a camera (mk-verify) tells what is on the part.

kind      marker
port      listen:0.0.0.0:11000
frame     "{body}" "{body}"
gap       30
field     text "{hri}" max=255

without   select set readback ready done

state trigger
	await   "TCP:Give me string{any}"
	send    "{text}"
	within  3600000
