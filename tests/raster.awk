# The strokes of a hatched symbol (horizontal or vertical lines) in one record's
# job as a grey picture (PGM), 40 pixels to the mm and no help from the tools:
#   awk -v line=UM -f raster.awk < record > picture.pgm
BEGIN { FS = "\t"; scale = 0.04; pad = 2000; big = 1e9; x0 = y0 = big; x1 = y1 = -big }
function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }
function see(x, y) { x0 = min(x0, x); x1 = max(x1, x); y0 = min(y0, y); y1 = max(y1, y) }
{
	for (i = 1; i <= NF; i++)
		if ($i ~ /^job:/)
			n = split($i, op, " ")
	for (i = 4; i <= n; i++) {
		kind = substr(op[i], 1, 1)
		split(substr(op[i], 2), to, ",")
		if (kind == "L") {
			see(x, y); see(to[1], to[2])
			ax[++m] = min(x, to[1]); bx[m] = max(x, to[1])
			ay[m] = min(y, to[2]); by[m] = max(y, to[2])
		}
		if (kind == "M" || kind == "L") {
			x = to[1]; y = to[2]
		}
	}
	w = int((x1 - x0 + 2 * pad) * scale)
	h = int((y1 - y0 + 2 * pad) * scale)
	# a beam is a little wider than its line
	r = line * 0.6
	for (k = 1; k <= m; k++)
		for (j = int((y1 + pad - by[k] - r) * scale + 0.5); j < (y1 + pad - ay[k] + r) * scale - 0.5; j++)
			for (i = int((ax[k] - r - x0 + pad) * scale + 0.5); i < (bx[k] + r - x0 + pad) * scale - 0.5; i++)
				dark[j * w + i] = 1
	printf "P5\n%d %d\n255\n", w, h
	for (j = 0; j < h; j++) {
		s = ""
		for (i = 0; i < w; i++)
			s = s ((j * w + i) in dark ? "\001" : "\177")
		printf "%s", s
	}
}
