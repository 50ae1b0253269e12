/// What a value may look like: the half of a schema that JSON Schema can say.
indirect enum Shape: Hashable, Sendable {
    /// Any scalar, read as text; the pattern is a regular expression, empty for any text.
    case text(pattern: String)
    case boolean
    case integer(ClosedRange<Int>)
    case choice([String])
    case constant(String)
    case list(of: Shape)
    /// Keys of the writer's choice.
    case dictionary(of: Shape)
    /// One of the objects under `$defs`.
    case named(String)
    case object([Property])
    case anyOf([Shape])

    /// One key of an object.
    struct Property: Hashable, Sendable {
        let key: String
        let summary: String
        let shape: Shape
        let isRequired: Bool
    }
}
