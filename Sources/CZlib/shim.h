// zlib, imported by the Swift target Datasets only.
#pragma once
#include <zlib.h>

// The initialisers are macros that pass the version of the header.
static inline int strata_deflate_init(z_stream *stream, int level, int strategy) {
  return deflateInit2(stream, level, Z_DEFLATED, 15, 9, strategy);
}
/// A raw stream without zlib's frame, as in zip files.
static inline int strata_inflate_raw_init(z_stream *stream) { return inflateInit2(stream, -15); }
