/// What an expression may name: variables with their types, and the fields of structures.
package struct CELEnvironment: Sendable {
    /// The offset from UTC in seconds of a time zone at a time (seconds since 1970); nil when unknown.
    package typealias TimeZones = @Sendable (_ name: String, _ seconds: Int64) -> Int?

    /// By name, which may be qualified (`a.b`).
    package var variables: [String: CELType] = [:]
    /// Fields by the structure's name.
    package var structures: [String: [String: CELType]] = [:]
    package var limits = CELLimits()
    /// Without it only offsets such as `+02:00` and `UTC` are known.
    package var timeZones: TimeZones?

    package init() {}

    /// Whether any variable has a qualified name, so that selections must be looked up as names first.
    var hasQualifiedNames: Bool { variables.keys.contains { $0.utf8.contains(UInt8(ascii: ".")) } }
}
