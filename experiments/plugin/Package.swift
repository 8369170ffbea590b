// swift-tools-version: 6.2
// A program of one's own around Strata: a package that depends on it by path (or by its URL, outside this repository).

import PackageDescription

let package = Package(
  name: "plugin-sweep",
  dependencies: [.package(name: "strata", path: "../..")],
  targets: [
    .executableTarget(
      name: "plugin-sweep", dependencies: [.product(name: "Strata", package: "strata")], path: "Sources/PluginSweep")
  ],
  swiftLanguageModes: [.v6]
)
