/// A guardrail as its document says it: expressions still as text, with their places.
package struct DesiredPolicy: Hashable, Sendable {
    /// What becomes of a change that a policy does not allow.
    package enum Enforcement: String, Hashable, Sendable, Codable, CaseIterable {
        /// Noted, e.g. in the log and in JSON; nobody is bothered.
        case audit
        /// Shown; the change goes on.
        case warn
        /// The change is refused.
        case deny
        /// Refused, unless somebody acknowledged exactly this change.
        case override
    }

    /// One condition that a change must keep.
    package struct Validation: Hashable, Sendable {
        /// Must give true.
        package let expression: PlacedText
        /// What to say otherwise; empty when an expression says it.
        package let message: String
        /// Gives what to say otherwise.
        package let messageExpression: PlacedText?

        package init(expression: PlacedText, message: String, messageExpression: PlacedText?) {
            self.expression = expression
            self.message = message
            self.messageExpression = messageExpression
        }
    }

    /// Fleets that need not keep the policy until a time.
    package struct Exemption: Hashable, Sendable {
        /// Globs of fleet names.
        package let fleets: [String]
        /// RFC 3339; from then on the policy holds again.
        package let until: PlacedText
        package let reason: String

        package init(fleets: [String], until: PlacedText, reason: String) {
            self.fleets = fleets
            self.until = until
            self.reason = reason
        }
    }

    /// A change as a test describes it, and whether the policy must allow it.
    package struct Test: Hashable, Sendable {
        package let name: String
        /// What the expressions see, as far as the test says it.
        package let fixture: PlacedNode
        package let passes: Bool
        package let origin: Origin

        package init(name: String, fixture: PlacedNode, passes: Bool, origin: Origin) {
            self.name = name
            self.fixture = fixture
            self.passes = passes
            self.origin = origin
        }
    }

    package let name: String
    package let origin: Origin
    /// Why the policy exists, for people.
    package var summary = ""
    package var enforcement = Enforcement.deny
    /// A mapping from names to values.
    package var params: PlacedNode?
    package var validations: [Validation] = []
    package var exemptions: [Exemption] = []
    package var tests: [Test] = []

    package init(name: String, origin: Origin) {
        self.name = name
        self.origin = origin
    }
}
