#pragma once
#include <zlib.h>

// A macro in zlib.h; 16 above the largest window: gzip, with its checksum, and nothing else.
static inline int sluice_inflate_start(z_stream *stream) { return inflateInit2(stream, MAX_WBITS + 16); }
