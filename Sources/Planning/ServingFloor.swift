package import Model

/// What a backend's servers that take traffic must weigh together while a plan takes some of them out.
///
/// Fixed when the plan is made, from what was in service then; the applier holds it against what is in
/// service just before each step that takes weight away.
package struct ServingFloor: Hashable, Sendable, Codable {
    package let backend: BackendName
    /// In the unit of server weights.
    package let weight: Int

    package init(backend: BackendName, weight: Int) {
        self.backend = backend
        self.weight = weight
    }
}
