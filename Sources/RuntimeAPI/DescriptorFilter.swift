/// Which descriptors `show fd` lists (management.txt §9.3, HAProxy 3.0).
package struct DescriptorFilter: Hashable, Sendable {
    /// What a descriptor is, by the letter that names it.
    package enum Kind: Character, CaseIterable, Sendable {
        /// Wakes a thread.
        case pipe = "p"
        case listener = "l"
        /// To a client or a server.
        case connection = "c"
        case frontend = "f"
        case backend = "b"
    }

    /// What is listed; everything when nothing was said.
    package private(set) var kinds = Set(Kind.allCases)
    /// One descriptor alone.
    package private(set) var number: Int?
    private var selection = ""

    /// `-` takes what follows away from everything, `!` lists nothing but what follows.
    init(_ arguments: Arguments) throws(RuntimeSyntaxError) {
        for word in arguments.all {
            if let number = Int(word) {
                self.number = number
                continue
            }
            guard let sign = word.first, sign == "-" || sign == "!" else { throw Self.mistake }
            var named: Set<Kind> = []
            for letter in word.dropFirst() {
                guard let kind = Kind(rawValue: letter) else { throw Self.mistake }
                named.insert(kind)
                if kind == .connection { named.formUnion([.frontend, .backend]) }
            }
            selection = word
            kinds = sign == "-" ? Set(Kind.allCases).subtracting(named) : named
        }
    }

    private static var mistake: RuntimeSyntaxError { RuntimeSyntaxError(error: "Invalid FD type") }

    var words: [String] {
        (selection.isEmpty ? [] : [selection]) + (number.map { ["\($0)"] } ?? [])
    }
}
