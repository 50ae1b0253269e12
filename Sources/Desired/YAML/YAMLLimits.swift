/// How much one YAML file may cost; beyond, it is refused.
struct YAMLLimits: Hashable, Sendable {
    /// In bytes.
    var fileSize = 1 << 20
    /// Collections inside collections. libyaml's scanner is quadratic in the depth of `[` and `{`.
    var depth = 100
    /// In bytes, of one scalar.
    var scalarSize = 64 * 1024
    /// Nodes that all aliases of a file stand for together.
    var aliasedNodes = 100_000
    /// Mistakes reported for one file.
    var diagnostics = 100
}
