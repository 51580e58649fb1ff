# Payloads for symbols: awk -v n=COUNT -f payloads.awk writes lines of
#   NUMBER TAB SYMBOL TAB SETTINGS TAB HEX TAB RECORD
# ("-" for no settings) for every kind of symbol in turn, each with other contents. HEX is what a reader
# must say, RECORD what mk-layout gets.
BEGIN {
	srand(4)
	ns = 0
	bytes = "10:1 12:3 14:6 16:10 18:16 20:20 22:28 24:34 26:42 32:60 36:84 40:112 44:142 " \
		"48:172 52:202 64:277 72:365 80:453 88:573 96:693 104:813 120:1047 132:1301 " \
		"8x18:3 8x32:8 12x26:14 12x36:20 16x36:30 16x48:47"
	k = split(bytes, size, " ")
	for (i = 1; i <= k; i++) {
		split(size[i], s, ":")
		symbol("datamatrix", "modules=" s[1], s[2])
	}
	symbol("datamatrix", "", 60); symbol("datamatrix-rect", "", 44)
	symbol("qr", "", 200); symbol("qr", "ecc=M", 60); symbol("qr", "ecc=Q", 60); symbol("qr", "ecc=H", 40)
	symbol("code128", "", 24); symbol("aztec", "", 80); symbol("pdf417", "", 80)
	symbol("code39", "", 12); symbol("code93", "", 12); symbol("itf", "", 14); symbol("ean13", "", 13)
	for (c = 0; c < 256; c++)
		ord[sprintf("%c", c)] = c
	for (i = 0; i < n; i++)
		payload(i + 1, i % ns, int(i / ns))
}
function symbol(t, s, c) { type[ns] = t; set[ns] = s; cap[ns++] = c }
function any(m) { return int(rand() * m) }
function pick(s) { return substr(s, any(length(s)) + 1, 1) }
function chars(k, from,  s) { for (s = ""; k > 0; k--) s = s pick(from); return s }
function check(s,  i, sum) {	# GS1 mod 10
	for (i = 1; i <= length(s); i++)
		sum += substr(s, length(s) + 1 - i, 1) * (i % 2 ? 3 : 1)
	return s (10 - sum % 10) % 10
}
function put(number, i, id, code, hex) {
	printf "%d\t%s\t%s\t%s\t%scode:%s\n", number, type[i], set[i] == "" ? "-" : set[i], hex, id == "" ? "" : "id:" id "\t", code
}
# Printable text s, in which | is GS, ^ is RS and ~ is EOT.
function text(number, i, id, s,  k, c, hex, code) {
	for (k = 1; k <= length(s); k++) {
		c = substr(s, k, 1)
		if (c == "|" || c == "^" || c == "~") {
			c = c == "|" ? "1d" : c == "^" ? "1e" : "04"
			hex = hex c
			code = code "\\x" c
		} else {
			hex = hex sprintf("%02x", ord[c])
			code = code (c == "\\" ? "\\\\" : c)
		}
	}
	put(number, i, id, code, hex)
}
function spelt(c) {
	if (c == 9) return "\\t"
	if (c == 10) return "\\n"
	if (c == 13) return "\\r"
	if (c == 92) return "\\\\"
	return c < 32 || c > 126 ? sprintf("\\x%02x", c) : sprintf("%c", c)
}
# Any bytes; what might be UTF-8 by chance is avoided, since it has another spelling.
function binary(number, i, k,  c, was, hex, code) {
	for (was = 0; k > 0; k--) {
		c = was >= 192 ? any(128) : any(256)
		hex = hex sprintf("%02x", c)
		code = code spelt(c)
		was = c
	}
	put(number, i, "", code, hex)
}
function gs1(number, i, kind,  gtin, a, b, c) {
	gtin = check("0" chars(12, digit))
	a = chars(1 + any(12), alnum); b = chars(1 + any(10), alnum82); c = chars(6, digit)
	if (kind == 0) text(number, i, "(01)" gtin "(21)" a, "01" gtin "21" a)
	else if (kind == 1) text(number, i, "(01)" gtin "(10)" a "(21)7", "01" gtin "10" a "|217")
	else if (kind == 2) text(number, i, "(01)" gtin "(17)261130(10)" a "(21)" b, "01" gtin "1726113010" a "|21" b)
	else if (kind == 3) text(number, i, "(01)" gtin "(235)" a "(10)" b, "01" gtin "235" a "|10" b)
	else text(number, i, "(00)" check(chars(17, digit)) "(400)" a "(3103)" c, "00" check(chars(17, digit)) "400" a "|3103" c)
}
function payload(number, i, round,  k, t, s) {
	digit = "0123456789"
	alnum = digit "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alnum82 = alnum "abcdefghijklmnopqrstuvwxyz!\"&'()*+,-./:;<=>?_"
	ascii = alnum82 " #$@[]`{}%"
	t = type[i]
	k = 1 + any(cap[i])
	if (t == "code39" || t == "code93") text(number, i, "", chars(k, alnum "-. $/+%"))
	else if (t == "itf") {
		# readers take no shorter ones: they would find them anywhere
		s = chars(2 * int((k + 1) / 2), digit)
		text(number, i, "", length(s) < 6 ? s "1379" : s)
	} else if (t == "ean13") {
		# with a 0 in front it is a UPC-A, told without it
		s = chars(12, digit)
		sub(/^0/, "9", s)
		text(number, i, "", check(s))
	}
	else if (cap[i] > 50 && round % 4 == 0) gs1(number, i, (number + round) % 5)
	else if (t == "code128") {
		if (round % 2) gs1(number, i, 3 * (round % 4 == 3))
		else text(number, i, "", chars(k, ascii))
	} else if (cap[i] > 50 && round % 4 == 1)
		text(number, i, "", "[)>^06|P" chars(8, alnum) "|12V" chars(9, digit) "|1T" chars(1 + any(9), alnum) "^~")
	else if (round % 4 == 2) text(number, i, "", chars(round % 8 == 2 ? k : cap[i], round % 8 == 2 ? ascii : digit))
	else binary(number, i, round % 8 == 3 ? cap[i] : k)
}
