/// The kinds of document that a desired-state repository holds.
package enum FleetSchema {
    /// The JSON Schema (draft 2020-12) of every kind, from the tables that the decoder uses.
    package static func jsonSchema() -> String { "{}" }
}
