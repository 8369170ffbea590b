// swift-tools-version: 6.2
// Benchmarks are a package of their own, so that the library never depends on what measures it.

import PackageDescription

let package = Package(
  name: "strata-bench",
  dependencies: [.package(name: "strata", path: "..")],
  targets: [
    .target(name: "CPeak"),
    .executableTarget(
      name: "StrataBench",
      dependencies: [.product(name: "Strata", package: "strata"), "CPeak"],
      swiftSettings: [
        .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
