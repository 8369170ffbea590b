/// The nonlinearity of the hidden layers; the representation and the output layer are linear.
public enum Activation: Hashable, Codable, Sendable {
  /// x · ½(1 + tanh(√(2/π)(x + 0.044715 x³))): the tanh form of the Gaussian error linear unit (Hendrycks & Gimpel 2016).
  case gelu
  /// x for x > 0, else `slope` · x; `slope` in [0, 1).
  case leakyReLU(slope: Float)
  /// tanh x.
  case tanh
}
