/// The factors and the place of one product C ← A·B.
///
/// Matrices are row-major with rows a stride apart. C overlaps neither A nor B.
package struct MatrixProduct<Scalar> {
  /// Rows of A and C.
  package var rows: Int
  /// Columns of B and C.
  package var columns: Int
  /// Columns of A, rows of B.
  package var depth: Int
  /// A, of shape (rows, depth); stored as (depth, rows) if ``transposesA``.
  package var a: UnsafePointer<Scalar>
  /// The stored row length of A.
  package var aStride: Int
  /// Whether A is the transpose of what is stored.
  package var transposesA: Bool
  /// B, of shape (depth, columns).
  package var b: UnsafePointer<Scalar>
  /// The stored row length of B.
  package var bStride: Int
  /// C, of shape (rows, columns).
  package var c: UnsafeMutablePointer<Scalar>
  /// The stored row length of C.
  package var cStride: Int

  /// A product of places.
  package init(
    rows: Int, columns: Int, depth: Int, a: UnsafePointer<Scalar>, aStride: Int, transposesA: Bool = false,
    b: UnsafePointer<Scalar>, bStride: Int, c: UnsafeMutablePointer<Scalar>, cStride: Int
  ) {
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    (self.a, self.aStride, self.transposesA) = (a, aStride, transposesA)
    (self.b, self.bStride) = (b, bStride)
    (self.c, self.cStride) = (c, cStride)
  }
  /// The columns of C that passes process: rounded up to whole vectors where its rows have room for them.
  var paddedColumns: Int { min(roundedUp(columns, to: 8), cStride) }
}
