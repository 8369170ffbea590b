// swift-tools-version: 6.2
// Benchmarks are a package of their own, so that the library never depends on what measures it.

import PackageDescription

let package = Package(
  name: "strata-bench",
  dependencies: [.package(name: "strata", path: "..")],
  targets: [
    .executableTarget(
      name: "StrataBench",
      dependencies: [.product(name: "Strata", package: "strata")],
      swiftSettings: [
        .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
