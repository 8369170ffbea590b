// The kernel of dense.c for one width of vectors; included once for each.
//
// Before: LANES, the number of floats of a vector; MOST_ROWS, the height of the highest tile; TARGET, the instructions that may
// be used; MULTIPLY_ADD(a, b, c), fused where the target has it; NAME, of the function that comes out.
//
// A tile of R rows and V vectors of samples keeps R·V sums, V inputs and a weight in registers: 16 of them with AVX2, 32 with
// AVX-512. At least eight sums hide the latency of a fused product.

#define vector GLUE(NAME, vector)
#define integers GLUE(NAME, integers)
#define load GLUE(NAME, load)
#define store GLUE(NAME, store)
#define activated GLUE(NAME, activated)
#define tile GLUE(NAME, tile)
#define band GLUE(NAME, band)
#define bands GLUE(NAME, bands)
#define scaled_run GLUE(NAME, scaled)
#define UNROLL _Pragma("clang loop unroll(full)")
#define ALWAYS static inline __attribute__((always_inline)) TARGET

typedef float vector __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));

ALWAYS vector load(const float *source, size_t lanes) {
  vector result = {0};
  if (lanes == LANES) {
    memcpy(&result, source, sizeof result);
  } else {
    memcpy(&result, source, 4 * lanes);
  }
  return result;
}

ALWAYS void store(vector value, float *target, size_t lanes) {
  memcpy(target, &value, lanes == LANES ? sizeof value : 4 * lanes);
}

ALWAYS vector activated(vector a, strata_activation activation, float slope) {
  switch (activation) {
  case strata_activation_identity:
    return a;
  case strata_activation_leaky_relu: {
    // The larger one, as the slope is at most 1: a single instruction. NaN stays NaN, as both are.
    vector scaled = a * slope;
    integers larger = a > scaled;
    return (vector)(((integers)a & larger) | ((integers)scaled & ~larger));
  }
  case strata_activation_algebraic_sigmoid:
    return a / __builtin_elementwise_sqrt(a * a + 1.0f);
  }
}

/// Rows `row ..< row + rows` of `vectors` vectors of samples from `sample` on; the last vector has `lanes` of them. Like
/// these, `scaled`, whether the addend's rows have scales, is a constant where this is called.
ALWAYS void tile(
    const panel *p, size_t row, size_t rows, size_t sample, size_t vectors, size_t lanes,
    strata_activation activation, int scaled) {
#pragma STDC FP_CONTRACT OFF
  const strata_dense_layer *layer = p->layer;
  const size_t columns = layer->columns;
  const float *weights = layer->weights + row * columns;
  vector sums[MOST_ROWS][MOST_VECTORS];
  UNROLL for (size_t r = 0; r < rows; r++) {
    float bias = layer->biases ? layer->biases[row + r] : 0.0f;
    UNROLL for (size_t v = 0; v < vectors; v++) sums[r][v] = (vector){0} + bias;
  }
  const float *input = p->inputs + sample;
  for (size_t j = 0; j < columns; j++, input += p->input_stride) {
    vector x[MOST_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) x[v] = load(input + LANES * v, v + 1 == vectors ? lanes : LANES);
    UNROLL for (size_t r = 0; r < rows; r++) {
      vector w = (vector){0} + weights[r * columns + j];
      UNROLL for (size_t v = 0; v < vectors; v++) sums[r][v] = MULTIPLY_ADD(w, x[v], sums[r][v]);
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++) {
    const float factor = scaled ? p->factor * layer->scales[row + r] : p->factor;
    UNROLL for (size_t v = 0; v < vectors; v++) {
      const size_t used = v + 1 == vectors ? lanes : LANES;
      vector y = activated(sums[r][v], activation, layer->slope);
      if (p->addend) {
        vector addend = load(p->addend + (row + r) * p->addend_stride + sample + LANES * v, used);
        y = MULTIPLY_ADD((vector){0} + factor, addend, y);
      }
      store(y, p->outputs + (row + r) * p->output_stride + sample + LANES * v, used);
    }
  }
}

/// All samples of a few rows.
ALWAYS void band(
    const panel *p, size_t row, size_t rows, size_t vectors, size_t count, strata_activation activation,
    int scaled) {
  size_t sample = 0;
  for (; sample + LANES * vectors <= count; sample += LANES * vectors) tile(p, row, rows, sample, vectors, LANES, activation, scaled);
  for (; sample + LANES <= count; sample += LANES) tile(p, row, rows, sample, 1, LANES, activation, scaled);
  if (sample < count) tile(p, row, rows, sample, 1, count - sample, activation, scaled);
}

/// All rows, in bands of nearly equal height: seven are four and three, since a band of one row would wait for its loads.
ALWAYS void bands(const panel *p, size_t count, strata_activation activation, int scaled) {
  const size_t rows = p->layer->rows;
  size_t left = (rows + MOST_ROWS - 1) / MOST_ROWS;
  for (size_t row = 0; row < rows; left--) {
    const size_t height = (rows - row + left - 1) / left;
    switch (height) {
#if MOST_ROWS == 8
    case 8: band(p, row, 8, 2, count, activation, scaled); break;
    case 7: band(p, row, 7, 2, count, activation, scaled); break;
    case 6: band(p, row, 6, 3, count, activation, scaled); break;
    case 5: band(p, row, 5, 3, count, activation, scaled); break;
#else
    case 6: band(p, row, 6, 2, count, activation, scaled); break;
    case 5: band(p, row, 5, 2, count, activation, scaled); break;
#endif
    case 4: band(p, row, 4, MOST_ROWS == 8 ? 4 : 2, count, activation, scaled); break;
    case 3: band(p, row, 3, 4, count, activation, scaled); break;
    case 2: band(p, row, 2, 4, count, activation, scaled); break;
    default: band(p, row, 1, 4, count, activation, scaled); break;
    }
    row += height;
  }
}

/// A function of its own, which leaves those of other layers as they are.
TARGET static __attribute__((noinline)) void scaled_run(const panel *p, size_t count) {
  bands(p, count, p->layer->activation, 1);
}

TARGET static void NAME(const panel *p, size_t count) {
  if (p->addend && p->layer->scales) return scaled_run(p, count);
  switch (p->layer->activation) {
  case strata_activation_identity: return bands(p, count, strata_activation_identity, 0);
  case strata_activation_leaky_relu: return bands(p, count, strata_activation_leaky_relu, 0);
  case strata_activation_algebraic_sigmoid: return bands(p, count, strata_activation_algebraic_sigmoid, 0);
  }
}

#undef vector
#undef integers
#undef load
#undef store
#undef activated
#undef tile
#undef band
#undef bands
#undef scaled_run
#undef ALWAYS
#undef UNROLL
#undef LANES
#undef MOST_ROWS
#undef TARGET
#undef MULTIPLY_ADD
#undef NAME
