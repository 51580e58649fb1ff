# The strokes of hatched symbols (horizontal or vertical lines) in records' jobs as grey
# pictures, 40 pixels to the mm and no help from the tools:
#   awk -v line=UM -f raster.awk < record > picture.pgm
#   awk -v line=UM -v to=PREFIX -f raster.awk < records      PREFIX1.pgm, PREFIX2.pgm …
BEGIN { FS = "\t"; if (!scale) scale = 0.04; if (!pad) pad = 2000 }
function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }
function see(x, y) { x0 = min(x0, x); x1 = max(x1, x); y0 = min(y0, y); y1 = max(y1, y) }
{
	x0 = y0 = 1e9; x1 = y1 = -1e9
	n = m = x = y = 0
	for (i = 1; i <= NF; i++)
		if ($i ~ /^job:/)
			n = split($i, op, " ")
	if (n == 0)
		next
	for (i = 4; i <= n; i++) {
		kind = substr(op[i], 1, 1)
		split(substr(op[i], 2), at, ",")
		if (kind == "L") {
			see(x, y); see(at[1], at[2])
			ax[++m] = min(x, at[1]); bx[m] = max(x, at[1])
			ay[m] = min(y, at[2]); by[m] = max(y, at[2])
		}
		if (kind == "M" || kind == "L") {
			x = at[1]; y = at[2]
		}
	}
	w = int((x1 - x0 + 2 * pad) * scale)
	h = int((y1 - y0 + 2 * pad) * scale)
	split("", dark)
	# a beam is a little wider than its line
	r = line * 0.6
	for (k = 1; k <= m; k++)
		for (j = int((y1 + pad - by[k] - r) * scale + 0.5); j < (y1 + pad - ay[k] + r) * scale - 0.5; j++)
			for (i = int((ax[k] - r - x0 + pad) * scale + 0.5); i < (bx[k] + r - x0 + pad) * scale - 0.5; i++)
				dark[j * w + i] = 1
	file = to ? to NR ".pgm" : "/dev/stdout"
	printf "P5\n%d %d\n255\n", w, h > file
	for (j = 0; j < h; j++) {
		s = ""
		for (i = 0; i < w; i++)
			s = s ((j * w + i) in dark ? "\001" : "\177")
		printf "%s", s > file
	}
	close(file)
}
