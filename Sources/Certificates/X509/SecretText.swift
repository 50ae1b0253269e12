/// Text that only its reader sees: printing, logging or dumping it shows that it is there, never what it says.
package struct SecretText: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// What is secret; every use of this property is a place to look at.
    package let revealed: String

    package init(_ text: String) { revealed = text }

    package var description: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretText: CustomDebugStringConvertible {
    package var debugDescription: String { description }
}
