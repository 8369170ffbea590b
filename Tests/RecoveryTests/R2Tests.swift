import LinearAlgebra
import Recovery
import Testing

@Suite struct R2Tests {
  private func column(_ values: [Double]) -> Matrix<Double> { Matrix(rows: values.count, columns: 1, storage: values) }

  @Test("A hand-computed example: 1 − 1.5/29.1875")
  func handComputed() {
    // The example of scikit-learn's documentation of r2_score: 0.948608…
    let targets = column([3, -0.5, 2, 7])
    let predictions = column([2.5, 0, 2, 8])
    let value = R2.perColumn(predictions: predictions, targets: targets)[0]
    #expect(abs(value - (1 - 1.5 / 29.1875)) < 1e-15)
  }

  @Test("Predicting the test mean scores 0, predicting worse scores below 0, without a lower bound")
  func range() {
    let targets = column([1, 2, 3])
    #expect(R2.perColumn(predictions: column([2, 2, 2]), targets: targets) == [0])
    #expect(R2.perColumn(predictions: column([3, 2, 1]), targets: targets) == [-3])
    #expect(R2.perColumn(predictions: targets, targets: targets) == [1])
  }

  @Test("A constant target scores 1 if predicted exactly, 0 otherwise", arguments: [0.0, 0.1, -7, 1e30, 1e-30])
  func constantTarget(value: Double) {
    let targets = column([value, value, value])
    #expect(R2.perColumn(predictions: targets, targets: targets) == [1])
    #expect(R2.perColumn(predictions: column([value, value, value + 1]), targets: targets) == [value == 1e30 ? 1 : 0])
    // The mean of three tenths is not a tenth to the last bit: rounding is not an error.
    let mean = (value + value + value) / 3
    #expect(R2.perColumn(predictions: column([mean, mean, mean]), targets: targets) == [1])
  }

  @Test("Averaging over columns is not flattening: different column means do not count as explained")
  func notFlattened() {
    // Two columns of unit variance around 0 and 100, each predicted by its mean: nothing is explained.
    let targets = Matrix<Double>([[-1, 99], [1, 101], [-1, 101], [1, 99]])
    let predictions = Matrix<Double>([[0, 100], [0, 100], [0, 100], [0, 100]])
    let values = R2.perColumn(predictions: predictions, targets: targets)
    #expect(values == [0, 0])
    #expect(R2.groupMeans(values, groups: [0..<2]) == [0])
    let flattened = R2.perColumn(predictions: column(predictions.storage), targets: column(targets.storage))[0]
    #expect(flattened > 0.99)
  }

  @Test(
    "The scale of a column changes nothing, even where squares would over- or underflow", arguments: [1e-170, 1e170])
  func extremeScales(scale: Double) {
    let (targets, predictions) = (column([3, -0.5, 2, 7]), column([2.5, 0, 2, 8]))
    let value = R2.perColumn(predictions: scale * predictions, targets: scale * targets)[0]
    #expect(abs(value - (1 - 1.5 / 29.1875)) < 1e-12)
  }

  @Test("A NaN prediction scores NaN in its column and nowhere else")
  func nan() {
    let targets = Matrix<Double>([[1, 2], [3, 4], [5, 7]])
    var predictions = targets
    predictions[1, 0] = .nan
    let values = R2.perColumn(predictions: predictions, targets: targets)
    #expect(values[0].isNaN)
    #expect(values[1] == 1)
  }

  @Test("Group means are unweighted means of their columns")
  func groups() {
    #expect(R2.groupMeans([1, 0, 0.5, -1], groups: [0..<1, 1..<4]) == [1, -1.0 / 6])
    #expect(R2.groupMeans([1], groups: [0..<0])[0].isNaN)
  }
}
