import Glibc
import Stochastics

/// The triangular law on (−√6, √6): mean 0, variance 1.
struct Triangular: NoiseLaw {
  func quantile(_ p: Double) -> Double {
    let side = p < 0.5 ? (2 * p).squareRoot() - 1 : 1 - (2 - 2 * p).squareRoot()
    return side * 6.0.squareRoot()
  }
}

func sine(_ x: Double) -> Double { sin(x) }
