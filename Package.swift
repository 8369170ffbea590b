// swift-tools-version: 6.2
// The import table of CONTRIBUTING.md in executable form: a target may import exactly what it declares here
// (scripts/lint-imports checks that, because SwiftPM itself accepts undeclared transitive imports).

import PackageDescription

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: swift)
}

let package = Package(
  name: "strata",
  products: [
    .library(
      name: "Strata",
      targets: [
        "LinearAlgebra", "Stochastics", "HierarchicalGraphs", "GenerativeModels", "Identifiability",
        "MaskedAutoencoding", "Recovery", "Datasets", "Specifications", "Sweeps", "Experiments", "Reporting",
      ]),
    .executable(name: "strata", targets: ["strata"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // C libraries: no pkgConfig, the link lines are in the module maps (with pkgConfig, -lgslcblas comes along and
    // cblas_sgemm is bound to GSL's slow reference BLAS; scripts/check-blas guards this).
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "CGSL"),
    .systemLibrary(name: "CGraphviz"),
    .systemLibrary(name: "CHDF5"),
    .systemLibrary(name: "CZlib"),
    // Vector kernels with run-time dispatch: what Swift, which compiles for the oldest x86-64, cannot say.
    .target(name: "CProcessor"),
    .target(name: "CKernels", dependencies: ["CProcessor"]),
    .target(name: "CRandom", dependencies: ["CProcessor"]),
    .target(name: "CTraining", dependencies: ["CProcessor"]),

    library("LinearAlgebra", ["COpenBLAS", "CKernels", "CProcessor"]),
    library("Stochastics", ["CGSL", "CRandom"]),
    library("HierarchicalGraphs"),
    library("GenerativeModels", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs"]),
    library("Identifiability", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs", "GenerativeModels"]),
    library("MaskedAutoencoding", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs", "CTraining"]),
    library("Recovery", ["LinearAlgebra", "Stochastics"]),
    library("Datasets", ["LinearAlgebra", "CHDF5", "CZlib"]),
    library(
      "Specifications",
      [
        .product(name: "Yams", package: "Yams"), "CGraphviz", "LinearAlgebra", "Stochastics", "Datasets",
        "HierarchicalGraphs", "GenerativeModels",
        "MaskedAutoencoding", "Recovery",
      ]),
    library(
      "Sweeps",
      [
        "LinearAlgebra", "Stochastics", "HierarchicalGraphs", "GenerativeModels", "Identifiability",
        "MaskedAutoencoding", "Recovery", "Datasets", "Specifications", "Reporting",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    library(
      "Experiments",
      [
        "LinearAlgebra", "Stochastics", "HierarchicalGraphs", "GenerativeModels", "Identifiability",
        "MaskedAutoencoding", "Recovery", "Specifications", "Sweeps", "Reporting",
      ]),
    library("Reporting"),
    .executableTarget(
      name: "strata",
      dependencies: [
        "Experiments", "Sweeps", "Reporting", "Specifications", "HierarchicalGraphs", "GenerativeModels",
        "Stochastics", "LinearAlgebra", "Identifiability", "Recovery", "Datasets",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift),

    .target(name: "TestSupport", dependencies: [], path: "Tests/TestSupport", swiftSettings: swift),
    tests("LinearAlgebra", []),
    tests("Stochastics", []),
    tests("HierarchicalGraphs", ["Stochastics"]),
    tests("GenerativeModels", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs"]),
    tests("Identifiability", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs", "GenerativeModels"]),
    tests(
      "MaskedAutoencoding", ["LinearAlgebra", "Stochastics", "HierarchicalGraphs", "Datasets"],
      resources: [.copy("Fixtures")]),
    tests("Recovery", ["LinearAlgebra", "Stochastics"], resources: [.copy("Fixtures")]),
    tests("Datasets", ["LinearAlgebra"], resources: [.copy("Fixtures")]),
    tests(
      "Specifications",
      [
        "HierarchicalGraphs", "GenerativeModels", "Identifiability", "MaskedAutoencoding", "Stochastics",
        "LinearAlgebra", "Datasets",
      ]),
    tests(
      "Sweeps",
      [
        "Specifications", "HierarchicalGraphs", "GenerativeModels", "MaskedAutoencoding", "Stochastics", "Recovery",
        "Datasets", "LinearAlgebra", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests("Experiments", ["Specifications", "HierarchicalGraphs", "GenerativeModels", "Stochastics"]),
    tests("Reporting", []),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "TestSupport", "strata", "Datasets", "LinearAlgebra", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      resources: [.copy("Fixtures")], swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
