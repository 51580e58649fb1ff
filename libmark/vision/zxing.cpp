// The one file that knows zxing-cpp 1.4 (Debian 12), and the one of C++.
#define ZX_USE_UTF8
#include <BarcodeFormat.h>
#include <DecodeHints.h>
#include <ReadBarcode.h>

#include <cmath>
#include <cstring>
#include <utility>

extern "C" {
#include "vision/engine.h"
}
#include "vision/zxing.h"

using namespace ZXing;

static const struct {
	enum mk_kind kind;
	BarcodeFormat format;
} kinds[] = {
	{ MK_DATAMATRIX, BarcodeFormat::DataMatrix }, { MK_QR, BarcodeFormat::QRCode },
	{ MK_CODE128, BarcodeFormat::Code128 }, { MK_MICROQR, BarcodeFormat::MicroQRCode },
	{ MK_AZTEC, BarcodeFormat::Aztec }, { MK_PDF417, BarcodeFormat::PDF417 },
	{ MK_CODE39, BarcodeFormat::Code39 }, { MK_CODE93, BarcodeFormat::Code93 },
	{ MK_ITF, BarcodeFormat::ITF }, { MK_EAN13, BarcodeFormat::EAN13 },
};

static double
distance(const struct mk_point &a, const struct mk_point &b)
{
	return std::hypot(a.x - b.x, a.y - b.y);
}

// GS1 symbols say so by their identifier: ]d2 ]Q3 ]C1, and more modifiers with ECI.
static bool
is_gs1(const std::string &id)
{
	return id == "]d2" || id == "]d5" || id == "]Q3" || id == "]Q4" || id == "]C1";
}

static void
sizes(const Result &r, struct mk_code *c)
{
	const double w = (distance(c->corner[0], c->corner[1]) + distance(c->corner[2], c->corner[3])) / 2;
	const double h = (distance(c->corner[1], c->corner[2]) + distance(c->corner[3], c->corner[0])) / 2;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	const int words = static_cast<int>(r.rawBytes().size());	// 1.4 tells the size in no other way
#pragma GCC diagnostic pop

	if (c->kind == MK_DATAMATRIX)
		(void)mk_datamatrix_size(words, w, h, &c->rows, &c->cols);
	else if (c->kind == MK_QR)
		c->rows = c->cols = mk_qr_size(words, r.ecLevel().empty() ? 0 : r.ecLevel()[0]);
}

static void
take(const Result &r, struct mk_scan *out)
{
	const ByteArray &bytes = r.bytes();
	const Position at = r.position();
	struct mk_code *c;

	if (bytes.size() > MK_SCAN_DATA_MAX || (c = mk_scan_add(out)) == nullptr)
		return;
	for (const auto &k : kinds)
		if (k.format == r.format())
			c->kind = k.kind;
	for (int i = 0; i < 4; i++)
		c->corner[i] = { static_cast<double>(at[static_cast<size_t>(i)].x),
			static_cast<double>(at[static_cast<size_t>(i)].y) };
	c->mirrored = r.isMirrored();
	if (c->mirrored && c->kind == MK_DATAMATRIX)	// the corner of its L stays where it is
		std::swap(c->corner[0], c->corner[2]);
	else if (c->mirrored)
		std::swap(c->corner[1], c->corner[3]);
	c->fnc1 = is_gs1(r.symbologyIdentifier());
	c->n = bytes.size();
	if (c->n > 0)
		std::memcpy(c->data, bytes.data(), c->n);
	std::strcpy(c->engine, "zxing");
	sizes(r, c);
}

extern "C" int
mk_zxing_scan(const struct mk_image *im, const struct mk_scan_want *want, int ms,
	struct mk_scan *out, struct mk_err *e)
{
	const int before = out->codes;

	(void)ms;		// it has no limit of its own, and takes a few ms
	try {
		BarcodeFormats formats;
		DecodeHints hints;

		for (const auto &k : kinds)
			if (want->kinds == 0 || (want->kinds & k.kind) != 0)
				formats |= k.format;
		hints.setFormats(formats).setMaxNumberOfSymbols(MK_SCAN_CODES);
		if (!want->all && !want->expect)
			hints.setMaxNumberOfSymbols(1);
		const ImageView view(im->px, im->w, im->h, ImageFormat::Lum);
		for (const auto &r : ReadBarcodes(view, hints))
			if (r.isValid())
				take(r, out);
	} catch (const std::bad_alloc &) {
		return mk_err_nomem(e);
	} catch (...) {
		out->codes = before;	// it gave up on this picture
	}
	return out->codes > before;
}
