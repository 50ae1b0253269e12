/// One word of an expression and where it begins.
struct CELToken: Hashable, Sendable {
    /// What the word is.
    enum Kind: Hashable, Sendable {
        case identifier(String)
        /// In backticks: a field whose name is no identifier.
        case quotedIdentifier(String)
        /// The magnitude only; the parser joins a sign to it.
        case integer(UInt64)
        case unsigned(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        /// An operator, a bracket or punctuation.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Scalars before it.
    let offset: Int

    /// How a message names it.
    var shown: String {
        switch kind {
        case .identifier(let text), .quotedIdentifier(let text), .symbol(let text): "'\(text)'"
        case .integer(let number), .unsigned(let number): "'\(number)'"
        case .double(let number): "'\(number)'"
        case .string: "a string"
        case .bytes: "bytes"
        case .end: "the end of the expression"
        }
    }
}
