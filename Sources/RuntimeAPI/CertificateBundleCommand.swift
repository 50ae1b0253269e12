/// Commands about files of authorities (`ca-file`) or of revocation lists (`crl-file`).
package struct CertificateBundleCommand: Hashable, Sendable {
    /// Which of the two, as the commands spell it.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case authorities = "ca-file"
        case revocations = "crl-file"
    }

    /// What is to be done; `set` and `add` have a payload.
    package enum Action: String, Hashable, Sendable, CaseIterable {
        case new, set, add, commit, abort, show
        case delete = "del"
    }

    package let kind: Kind
    package let action: Action
    /// A path as the configuration spells it; of `show`, nil for all, `*PATH` for what a transaction has and
    /// `PATH:NUMBER` for one entry.
    package let name: String?

    package init(_ action: Action, _ kind: Kind, _ name: String?) {
        self.action = action
        self.kind = kind
        self.name = name
    }

    /// The words before escaping.
    var words: [String] { [action.rawValue, "ssl", kind.rawValue] + (name.map { [$0] } ?? []) }

    /// What a keyword stands for; nil when it is another command.
    static func parse(
        _ keyword: CommandKeyword,
        _ arguments: Arguments,
        hasPayload: Bool
    ) throws(RuntimeSyntaxError) -> CertificateBundleCommand? {
        let words = keyword.words
        guard words.count == 3, words[1] == "ssl", let kind = Kind(rawValue: String(words[2])),
            let action = Action(rawValue: String(words[0]))
        else { return nil }
        let needsPayload = action == .set || action == .add
        let isMissing = arguments[0].isEmpty || needsPayload && !hasPayload
        if isMissing, action != .show { throw RuntimeSyntaxError(error: complaint(action, kind)) }
        return CertificateBundleCommand(action, kind, arguments.optional(0))
    }

    /// In HAProxy's words, which name the other command where it does (3.0).
    private static func complaint(_ action: Action, _ kind: Kind) -> String {
        let short = kind == .authorities ? "CA" : "CRL"
        return switch action {
        case .set, .add: "'set ssl \(kind.rawValue)' expects a filename and \(short)s as a payload"
        case .commit: "'commit ssl ca-file' expects a filename"
        case .delete: "'del ssl \(kind.rawValue)' expects a \(short) file name"
        default: "'\(action.rawValue) ssl \(kind.rawValue)' expects a filename"
        }
    }
}
