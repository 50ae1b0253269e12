/// How much one revision may ask to be put together; beyond, it is refused.
///
/// Small files can multiply: every fleet with every document that selects it.
struct ResolutionLimits: Hashable, Sendable {
    var fleets = 500
    /// Backends, maps and lists of all fleets together.
    var memberships = 60_000
    /// Mistakes listed; the others are counted.
    var diagnostics = 1_000
    /// Mistakes for which the nearest word is sought.
    var hints = 50
}
