#include "hidden_layer.h"

// Rows that are worked on together: every weight is read once for so many.
enum { strata_hidden_rows = 4 };

#define KERNEL "hidden_layer_kernel.h"
#include "vector_widths.h"

#define CHOOSE(pass, ...)                                                                                              \
  if (layer->is_portable) return portable_##pass(__VA_ARGS__);                                                         \
  DISPATCH(pass, __VA_ARGS__)

size_t strata_hidden_scratch(const strata_hidden_layer *layer) {
  return strata_hidden_rows * (layer->hidden + layer->outputs);
}

void strata_hidden_outputs(
    const strata_hidden_layer *layer, const double *parameters, const double *x, size_t rows, double *result,
    double *scratch) {
  CHOOSE(outputs, layer, parameters, x, rows, result, scratch);
}

double strata_hidden_gradients(
    const strata_hidden_layer *layer, const double *parameters, const double *x, const double *y, const size_t *order,
    size_t count, double scale, double decay, double *gradients, double *scratch) {
  CHOOSE(gradients, layer, parameters, x, y, order, count, scale, decay, gradients, scratch);
}

void strata_hidden_adam(
    const strata_hidden_layer *layer, double *parameters, const double *gradients, double *first, double *second,
    double rate) {
  CHOOSE(adam_step, layer, parameters, gradients, first, second, rate);
}
