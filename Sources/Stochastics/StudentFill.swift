internal import Glibc

// Student-t numbers in bulk: Bailey, "Polar generation of random variates with the t-distribution", Mathematics of
// Computation 62 (1994), in its trigonometric form. With independent uniforms u and v,
//
//     t = √(ν (u^(−2/ν) − 1)) · cos 2πv
//
// has exactly the t law with ν degrees of freedom, for every real ν > 0: conditional on u the pair (cosine, sine) is
// uniform on a circle, and the radius has the law of the radius of a bivariate t. Unlike in Box–Muller, the sine is not
// independent of the cosine and is thrown away. Two uniforms a number, whatever they are: element t is a pure function of
// (key, t). The largest magnitude is √(ν (2^(66/ν) − 1)), the quantile at about 2⁻³³.

/// Fills `target` with elements `offset ..< offset + count` of the key's Student-t sequence, times `scale`.
func fillStudentT(
  _ target: UnsafeMutableBufferPointer<Float>, degreesOfFreedom nu: Double, scale: Double, key: RandomKey,
  offset: UInt64
) {
  var uniforms = [Double](repeating: 0, count: 2 * min(target.count, 512))
  let (exponent, factor) = (-2 / nu, nu * scale * scale)
  var done = 0
  while done < target.count {
    let length = min(uniforms.count / 2, target.count - done)
    uniforms.withUnsafeMutableBufferPointer { uniforms in
      fillUniform(.init(rebasing: uniforms[0..<2 * length]), key: key, offset: 2 &* (offset &+ UInt64(done)))
      for i in 0..<length {
        // expm1 keeps the digits of radii near zero, where u is near 1.
        let radius = (factor * expm1(exponent * log(uniforms[2 * i]))).squareRoot()
        target[done + i] = Float(radius * cos(2 * .pi * uniforms[2 * i + 1]))
      }
    }
    done += length
  }
}
