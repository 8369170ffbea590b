// The passes of hidden_layer.c for one width of vectors; included once for each. Before: as for vector_math.h.

#include "vector_math.h"

#define ROWS strata_hidden_rows

ALWAYS double NAME(sum)(vector value) {
  double result = 0;
  UNROLL for (size_t l = 0; l < LANES; l++) result += value[l];
  return result;
}

/// Hidden values of `count` rows at `x`, `hidden` apart in `h`.
ALWAYS void NAME(hidden_values)(
    const strata_hidden_layer *layer, const double *parameters, const double *const *x, double *h, size_t count) {
  const size_t hidden = layer->hidden;
  const double *offsets = parameters + layer->inputs * hidden;
  for (size_t v = 0; v < hidden; v += LANES) {
    vector value[ROWS];
    UNROLL for (size_t r = 0; r < count; r++) value[r] = NAME(load)(offsets + v, LANES);
    for (size_t k = 0; k < layer->inputs; k++) {
      const vector weight = NAME(load)(parameters + k * hidden + v, LANES);
      UNROLL for (size_t r = 0; r < count; r++) value[r] = MULTIPLY_ADD(weight, (vector){0} + x[r][k], value[r]);
    }
    UNROLL for (size_t r = 0; r < count; r++) {
      // NaN stays NaN.
      const vector result = layer->is_rectified ? NAME(select)(value[r] <= 0.0, (vector){0}, value[r])
                                                : NAME(hyperbolic_tangent)(value[r]);
      NAME(store)(result, h + r * hidden + v, LANES);
    }
  }
}

/// Outputs of `count` rows from their hidden values; `outputs` apart in `result`.
ALWAYS void NAME(visible_values)(
    const strata_hidden_layer *layer, const double *parameters, const double *h, double *result, size_t count) {
  const size_t hidden = layer->hidden;
  const double *weights = parameters + (layer->inputs + 1) * hidden;
  const double *offsets = weights + layer->outputs * hidden;
  for (size_t j = 0; j < layer->outputs; j++) {
    vector value[ROWS] = {{0}};
    for (size_t v = 0; v < hidden; v += LANES) {
      const vector weight = NAME(load)(weights + j * hidden + v, LANES);
      UNROLL for (size_t r = 0; r < count; r++)
        value[r] = MULTIPLY_ADD(weight, NAME(load)(h + r * hidden + v, LANES), value[r]);
    }
    UNROLL for (size_t r = 0; r < count; r++) result[r * layer->outputs + j] = NAME(sum)(value[r]) + offsets[j];
  }
}

ALWAYS void NAME(output_rows)(
    const strata_hidden_layer *layer, const double *parameters, const double *x, double *result, double *scratch,
    size_t count) {
  const double *row[ROWS];
  UNROLL for (size_t r = 0; r < count; r++) row[r] = x + r * layer->inputs;
  NAME(hidden_values)(layer, parameters, row, scratch, count);
  NAME(visible_values)(layer, parameters, scratch, result, count);
}

TARGET static void NAME(outputs)(
    const strata_hidden_layer *layer, const double *parameters, const double *x, size_t rows, double *result,
    double *scratch) {
  const size_t inputs = layer->inputs, outputs = layer->outputs;
  size_t i = 0;
  for (; i + ROWS <= rows; i += ROWS)
    NAME(output_rows)(layer, parameters, x + i * inputs, result + i * outputs, scratch, ROWS);
  for (; i < rows; i++) NAME(output_rows)(layer, parameters, x + i * inputs, result + i * outputs, scratch, 1);
}

/// Adds the gradients of `count` rows; returns their squared error.
ALWAYS double NAME(gradient_rows)(
    const strata_hidden_layer *layer, const double *parameters, const double *x, const double *y, const size_t *order,
    double scale, double *gradients, double *scratch, size_t count) {
  const size_t hidden = layer->hidden, inputs = layer->inputs, outputs = layer->outputs;
  double *h = scratch, *delta = h + ROWS * hidden;
  const double *row[ROWS];
  UNROLL for (size_t r = 0; r < count; r++) row[r] = x + order[r] * inputs;
  NAME(hidden_values)(layer, parameters, row, h, count);
  NAME(visible_values)(layer, parameters, h, delta, count);
  const double *weights = parameters + (inputs + 1) * hidden;
  double *offset_gradients = gradients + inputs * hidden, *output_gradients = offset_gradients + hidden;
  double error = 0;
  UNROLL for (size_t r = 0; r < count; r++) {
    for (size_t j = 0; j < outputs; j++) {
      const double residual = delta[r * outputs + j] - y[order[r] * outputs + j];
      error += residual * residual;
      delta[r * outputs + j] = scale * residual;
      output_gradients[outputs * hidden + j] += scale * residual;
    }
  }
  for (size_t v = 0; v < hidden; v += LANES) {
    vector back[ROWS] = {{0}}, value[ROWS];
    UNROLL for (size_t r = 0; r < count; r++) value[r] = NAME(load)(h + r * hidden + v, LANES);
    for (size_t j = 0; j < outputs; j++) {
      const vector weight = NAME(load)(weights + j * hidden + v, LANES);
      vector sum = NAME(load)(output_gradients + j * hidden + v, LANES);
      UNROLL for (size_t r = 0; r < count; r++) {
        const vector d = (vector){0} + delta[r * outputs + j];
        back[r] = MULTIPLY_ADD(weight, d, back[r]);
        sum = MULTIPLY_ADD(value[r], d, sum);
      }
      NAME(store)(sum, output_gradients + j * hidden + v, LANES);
    }
    vector sum = NAME(load)(offset_gradients + v, LANES);
    UNROLL for (size_t r = 0; r < count; r++) {
      back[r] = layer->is_rectified ? NAME(select)(value[r] == 0.0, (vector){0}, back[r])
                                    : back[r] * (1.0 - value[r] * value[r]);
      sum += back[r];
    }
    NAME(store)(sum, offset_gradients + v, LANES);
    for (size_t k = 0; k < inputs; k++) {
      vector total = NAME(load)(gradients + k * hidden + v, LANES);
      UNROLL for (size_t r = 0; r < count; r++) total = MULTIPLY_ADD(back[r], (vector){0} + row[r][k], total);
      NAME(store)(total, gradients + k * hidden + v, LANES);
    }
  }
  return error;
}

TARGET static double NAME(gradients)(
    const strata_hidden_layer *layer, const double *parameters, const double *x, const double *y, const size_t *order,
    size_t count, double scale, double decay, double *gradients, double *scratch) {
  const size_t first = layer->inputs * layer->hidden, second = layer->outputs * layer->hidden;
  for (size_t i = 0; i < first; i++) gradients[i] = decay * parameters[i];
  for (size_t i = first; i < first + layer->hidden; i++) gradients[i] = 0;
  for (size_t i = first + layer->hidden; i < first + layer->hidden + second; i++) gradients[i] = decay * parameters[i];
  for (size_t j = 0; j < layer->outputs; j++) gradients[first + layer->hidden + second + j] = 0;
  double error = 0;
  size_t i = 0;
  for (; i + ROWS <= count; i += ROWS)
    error += NAME(gradient_rows)(layer, parameters, x, y, order + i, scale, gradients, scratch, ROWS);
  for (; i < count; i++) error += NAME(gradient_rows)(layer, parameters, x, y, order + i, scale, gradients, scratch, 1);
  return error;
}

ALWAYS void NAME(adam)(
    double *parameters, const double *gradients, double *first, double *second, double rate, size_t lanes) {
  const vector g = NAME(load)(gradients, lanes);
  const vector m = 0.9 * NAME(load)(first, lanes) + (1 - 0.9) * g;
  const vector v = 0.999 * NAME(load)(second, lanes) + (1 - 0.999) * g * g;
  NAME(store)(m, first, lanes);
  NAME(store)(v, second, lanes);
  NAME(store)(
      NAME(load)(parameters, lanes) - rate * m / (__builtin_elementwise_sqrt(v) + 1e-8), parameters, lanes);
}

TARGET static void NAME(adam_step)(
    const strata_hidden_layer *layer, double *parameters, const double *gradients, double *first, double *second,
    double rate) {
  const size_t count = (layer->inputs + 1 + layer->outputs) * layer->hidden + layer->outputs;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    NAME(adam)(parameters + i, gradients + i, first + i, second + i, rate, LANES);
  if (i < count) NAME(adam)(parameters + i, gradients + i, first + i, second + i, rate, count - i);
}

#undef ROWS
#include "vector_math_end.h"
