import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct GradientTests {
  static let shapes: [AutoencoderArchitecture] = [Activation.gelu, .leakyReLU(slope: 0.1), .tanh].flatMap {
    activation in
    [
      AutoencoderArchitecture(
        observedDimension: 3, representationWidth: 1, hiddenWidth: 5, hiddenLayers: 1, activation: activation),
      AutoencoderArchitecture(
        observedDimension: 8, representationWidth: 2, hiddenWidth: 8, hiddenLayers: 2, activation: activation),
      AutoencoderArchitecture(
        observedDimension: 5, representationWidth: 9, hiddenWidth: 11, hiddenLayers: 3, activation: activation),
      AutoencoderArchitecture(
        observedDimension: 4, representationWidth: 2, hiddenWidth: 6, hiddenLayers: 0, activation: activation),
    ]
  }

  /// Parameters of unit order, values, and masks of which row 0 is all visible and row 1 all masked.
  static func problem(_ architecture: AutoencoderArchitecture, rows: Int) -> (
    [[Double]], Matrix<Double>, Matrix<Double>
  ) {
    let key = RandomKey(seed: 7)
    let parameters = architecture.parameterShapes.map { name, shape in
      Distribution.gaussian.samples(shape.reduce(1, *), key: key.child(name))
        .map { Double($0) / Double(shape[0]).squareRoot() }
    }
    let d = architecture.observedDimension
    let observed = Matrix(
      rows: rows, columns: d, storage: Distribution.gaussian.samples(rows * d, key: key.child("x")).map(Double.init))
    var stream = RandomStream(key.child("m"))
    var mask = Matrix<Double>(rows: rows, columns: d)
    for row in 1..<rows {
      for column in 0..<d { mask[row, column] = row == 1 || stream.uniform() < 0.5 ? 1 : 0 }
    }
    return (parameters, observed, mask)
  }

  @Test("Every parameter's gradient equals the central difference of the loss", arguments: shapes)
  func gradients(_ architecture: AutoencoderArchitecture) {
    // Passes in double precision take every row alone.
    let (parameters, observed, mask) = Self.problem(architecture, rows: 7)
    let computed = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    #expect(computed.paddingMagnitude == 0)
    let largest = computed.gradients.joined().map(abs).max()!
    #expect(largest > 0.01)
    let h = 1e-5
    for (tensor, gradients) in computed.gradients.enumerated() {
      for (index, gradient) in gradients.enumerated() {
        func loss(_ change: Double) -> Double {
          var changed = parameters
          changed[tensor][index] += change
          return architecture.lossGradient(parameters: changed, observed: observed, mask: mask).loss
        }
        let difference = (loss(h) - loss(-h)) / (2 * h)
        // Truncation h² f‴ and rounding 1e-16/h are both near 1e-10.
        #expect(
          abs(gradient - difference) < 1e-7 * max(1, largest),
          "\(architecture.parameterShapes[tensor].name)[\(index)]: \(gradient), by differences \(difference)")
      }
    }
  }

  @Test("In single precision loss and gradients agree with double precision", arguments: shapes)
  func singlePrecision(_ architecture: AutoencoderArchitecture) {
    // 27 rows: a panel of 24 rows and a rest in products, three blocks of eight and three single rows in sums.
    let (parameters, observed, mask) = Self.problem(architecture, rows: 27)
    let wide = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    let narrow = architecture.lossGradient(
      parameters: parameters.map { $0.map(Float.init) }, observed: observed.float, mask: mask.float)
    let largest = wide.gradients.joined().map(abs).max()!
    #expect(abs(wide.loss - narrow.loss) < 2e-6 * wide.loss)
    for (w, n) in zip(wide.gradients.joined(), narrow.gradients.joined()) {
      #expect(abs(w - Double(n)) < 1e-5 * largest)
    }
  }

  @Test("The loss is the mean squared error of masked entries alone, by an independent forward pass", arguments: shapes)
  func loss(_ architecture: AutoencoderArchitecture) {
    let (parameters, observed, mask) = Self.problem(architecture, rows: 6)
    let computed = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    let reference = Self.referenceLoss(architecture, parameters, observed, mask)
    #expect(abs(computed.loss - reference) < 1e-12 * reference)
  }

  @Test("Columns masked together may share a flag: loss and gradients stay", arguments: shapes)
  func sharedFlags(_ architecture: AutoencoderArchitecture) {
    let (parameters, observed, given) = Self.problem(architecture, rows: 9)
    var mask = given
    let d = architecture.observedDimension
    // Columns of a group need not be neighbours, nor numbered from 0.
    let groups = (0..<d).map { 7 - $0 % 3 }
    for row in 0..<9 {
      for column in 3..<max(3, d) { mask[row, column] = mask[row, column % 3] }
    }
    let expected = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    let computed = architecture.lossGradient(
      parameters: parameters, observed: observed, mask: mask, maskGroups: groups)
    #expect(abs(computed.loss - expected.loss) < 1e-12 * expected.loss)
    #expect(computed.paddingMagnitude == 0)
    for (one, other) in zip(computed.gradients.joined(), expected.gradients.joined()) {
      #expect(abs(one - other) < 1e-12)
    }
  }

  @Test("A batch without masked entries has loss 0 and gradient 0", arguments: shapes)
  func nothingMasked(_ architecture: AutoencoderArchitecture) {
    let (parameters, observed, _) = Self.problem(architecture, rows: 5)
    let mask = Matrix<Double>(rows: 5, columns: architecture.observedDimension)
    let computed = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    #expect(computed.loss == 0)
    #expect(computed.gradients.joined().allSatisfy { $0 == 0 })
  }

  /// The definition, sample by sample with plain arrays.
  static func referenceLoss(
    _ architecture: AutoencoderArchitecture, _ parameters: [[Double]], _ observed: Matrix<Double>,
    _ mask: Matrix<Double>
  ) -> Double {
    func apply(_ input: [Double], _ layer: Int, isHidden: Bool) -> [Double] {
      let (weight, bias) = (parameters[2 * layer], parameters[2 * layer + 1])
      return bias.indices.map { j in
        let x = bias[j] + input.indices.reduce(0) { $0 + input[$1] * weight[$1 * bias.count + j] }
        return isHidden ? ActivationTests.reference(architecture.activation, x).value : x
      }
    }
    let layers = architecture.hiddenLayers + 1
    var (sum, count) = (0.0, 0.0)
    for row in 0..<observed.rows {
      let (x, m) = (observed.row(row), mask.row(row))
      var values = zip(x, m).map { $0 * (1 - $1) } + m
      for layer in 0..<layers { values = apply(values, layer, isHidden: layer + 1 < layers) }
      values += m
      for layer in 0..<layers { values = apply(values, layers + layer, isHidden: layer + 1 < layers) }
      for j in x.indices where m[j] == 1 {
        sum += (values[j] - x[j]) * (values[j] - x[j])
        count += 1
      }
    }
    return sum / count
  }
}
