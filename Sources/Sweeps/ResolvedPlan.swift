internal import FoundationEssentials
internal import GenerativeModels
internal import Glibc
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Specifications
internal import Stochastics

/// `plan.resolved.yaml`: what was really run. A plan file that can be run again, with the machine in a comment block: BLAS
/// results differ in bits with the library, its CPU kernel and its threads.
enum ResolvedPlan {
  static func text(_ plan: SweepPlan, cells: Int) throws(SpecificationError) -> String {
    let machine = """
      # Resolved by strata \(StrataVersion.current): every default spelled out; runs as it stands.
      # cells: \(cells)
      # BLAS: \(BLASRuntime.configuration), kernel \(BLASRuntime.coreName), 1 thread in each worker
      # GSL: \(Statistics.gslVersion)
      # CPU: \(cpu)
      # built with Swift \(StrataVersion.compiler)

      """
    return machine + (try body(plan))
  }

  /// The plan alone, without the comments about the machine.
  static func body(_ plan: SweepPlan) throws(SpecificationError) -> String {
    var lines = ["name: \(plan.name.jsonQuoted)", "graphs:"]
    for graph in plan.graphs {
      let text = try GraphFile.text(graph, format: .yaml).split(separator: "\n")
      for (index, line) in text.enumerated() { lines.append((index == 0 ? "  - " : "    ") + line) }
    }
    lines.append("mechanisms:")
    lines += plan.mechanisms.map { "  - \(ResolvedMechanism.text($0))" }
    lines.append("noise: \(ResolvedMechanism.text(plan.noise))")
    if !plan.interventions.isEmpty {
      lines.append("interventions: \(Environment(name: "", plan.interventions).text)")
    }
    if plan.environments != [nil] {
      lines.append("environments:")
      lines += plan.environments.map { environment in
        "  \((environment?.name ?? EnvironmentChoice.observational).jsonQuoted): \(environment?.text ?? "{}")"
      }
    }
    lines.append("mask: \(mask(plan.masking))")
    if !plan.maskRatios.isEmpty {
      lines.append("mask_ratios: \(plan.maskRatios)")
      lines.append("patch_sizes: \(plan.patchSizes)")
    }
    lines.append("widths: \(plan.widths)")
    lines.append("generator_seeds: \(plan.generatorSeeds)")
    lines.append("training_seeds: \(plan.trainingSeeds)")
    lines.append("model: \(model(plan.model))")
    let gain = plan.balancesMaskGain ? "balanced" : "\(plan.training.maskGain ?? 1)"
    lines += ["training:"] + training(plan.training, plan.data, maskGain: gain).map { "  " + $0 }
    lines += ["evaluation:"] + evaluation(plan.evaluation).map { "  " + $0 }
    if let interval = plan.checkpointInterval { lines.append("checkpoint_every: \(interval)") }
    lines.append("keep_models: \(plan.keepsModels)")
    let limits =
      (plan.limits.seconds.map { ["seconds: \($0)"] } ?? [])
      + (plan.limits.megabytes.map { ["memory_mb: \($0)"] } ?? [])
    if !limits.isEmpty { lines.append("limits: {\(limits.joined(separator: ", "))}") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mask(_ masking: MaskPlan) -> String {
    let law =
      switch masking.law {
      case .exactCount: "law: exact-count"
      case .bernoulli: "law: bernoulli"
      case .block: "law: block"
      case .fixed(let names): "fixed: [\(names.map(\.jsonQuoted).joined(separator: ", "))]"
      }
    let loss = masking.targets == .all ? "" : ", loss: \(masking.targets.rawValue)"
    return "{\(law), sharing: \(masking.sharing.rawValue)\(loss)}"
  }

  private static func model(_ model: ModelPlan) -> String {
    let activation =
      switch model.activation {
      case .gelu: "activation: gelu"
      case .tanh: "activation: tanh"
      case .leakyReLU(let slope): "activation: leaky-relu, slope: \(slope)"
      }
    return "{hidden_width: \(model.hiddenWidth), hidden_layers: \(model.hiddenLayers), \(activation)}"
  }

  private static func training(
    _ training: TrainingConfiguration, _ data: DataPlan, maskGain: String
  ) -> [String] {
    var lines = ["steps: \(training.steps)", "batch: \(training.batchSize)"]
    switch training.optimizer {
    case .adam: lines.append("optimizer: adam")
    case .adamW(let decay): lines += ["optimizer: adamw", "weight_decay: \(decay)"]
    }
    lines += ["learning_rate: \(training.learningRate)", "beta1: \(training.beta1)", "beta2: \(training.beta2)"]
    if case .fraction(let share) = training.schedule.warmUp { lines.append("warmup: \(share)") }
    switch training.schedule.decay {
    case .constant: lines.append("schedule: constant")
    case .cosine(let fraction):
      lines += ["schedule: cosine", "final_learning_rate: \(fraction * training.learningRate)"]
    case .linear(let fraction):
      lines += ["schedule: linear", "final_learning_rate: \(fraction * training.learningRate)"]
    }
    if let limit = training.gradientNormLimit { lines.append("clip: \(limit)") }
    lines.append("mask_gain: \(maskGain)")
    lines.append("standardize: \(training.standardizesInput)")
    switch data {
    case .fresh: lines.append("data: fresh")
    case .fixed(let samples): lines.append("data: {samples: \(samples)}")
    }
    return lines
  }

  private static func evaluation(_ plan: EvaluationPlan) -> [String] {
    [
      "modes: [\(plan.modes.map(\.rawValue).joined(separator: ", "))]",
      "targets: [\(plan.targets.map(\.rawValue).joined(separator: ", "))]",
      "metrics: [\(plan.metrics.map(\.rawValue).joined(separator: ", "))]",
      "estimators: [\(plan.estimators.map(\.rawValue).joined(separator: ", "))]",
      "masks: \(plan.masks)", "linear_masks: \(plan.linearMasks)", "rows: \(plan.rows)",
      "pooled_rows: \(plan.pooledRows)", "kernel_rows: \(plan.kernelRows)",
      "kernel_score_rows: \(plan.kernelScoreRows)",
      "permutations: \(plan.permutations)", "nodes: \(plan.recordsNodes)",
    ] + (plan.pairRows != EvaluationPlan.defaultPairRows ? ["pair_rows: \(plan.pairRows)"] : [])
      + (plan.landmarks != EvaluationPlan.defaultLandmarks ? ["landmarks: \(plan.landmarks)"] : [])
      + (plan.canonicalRidge != EvaluationPlan.defaultCanonicalRidge ? ["cca_ridge: \(plan.canonicalRidge)"] : [])
  }

  /// The processor's model, and as what kind it was used if not as the best that it is.
  static var cpu: String {
    ProcessorKind.inUse == .best ? cpuModel : "\(cpuModel) as \(ProcessorKind.inUse.rawValue)"
  }

  private static var cpuModel: String {
    guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return "unknown" }
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("model name") }
    guard let value = line?.split(separator: ":", maxSplits: 1).last else { return "unknown" }
    return String(value.drop { $0 == " " })
  }
}
