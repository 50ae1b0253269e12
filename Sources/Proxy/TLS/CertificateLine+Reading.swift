extension CertificateLine {
    /// Reads `FILE [\[OPTION …\]] [[!]NAME …]`; nil for a line that says nothing.
    ///
    /// - Throws: What is wrong with it, in HAProxy's words.
    static func read(_ text: Substring, number: Int) throws(TLSContext.Mistake) -> CertificateLine?
    {
        let text = text.drop { $0 == " " || $0 == "\t" }
        guard let first = text.first, first != "#", first != "\r" else { return nil }
        var words = Self.words(of: text)
        guard let name = words.first else { return nil }
        words.removeFirst()
        var line = CertificateLine(certificate: name, number: number)
        if words.first == "[" {
            guard let end = words.firstIndex(of: "]") else {
                throw TLSContext.Mistake("unterminated argument list, missing ']'")
            }
            line.options = Array(words[1..<end])
            words.removeSubrange(...end)
        }
        guard !words.contains("["), !words.contains("]") else {
            throw TLSContext.Mistake("too many brackets")
        }
        line.filters = words
        return line
    }

    /// Words between blanks, brackets as words of their own; a `#` behind a blank ends the line.
    private static func words(of text: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        func isBlank(_ character: Character) -> Bool {
            character == " " || character == "\t" || character == "\r" || character == "\n"
                || character == "\r\n"
        }
        for character in text {
            if character == "#", word.isEmpty { break }
            guard isBlank(character) || character == "[" || character == "]" else {
                word.append(character)
                continue
            }
            if !word.isEmpty { words.append(word) }
            word = ""
            if !isBlank(character) { words.append(String(character)) }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}

extension CertificateLine {
    /// The order in which `show ssl crt-list` writes options (`dump_crtlist_sslconf`, HAProxy 3.0).
    private static let ranks = [
        "alpn", "verify", "ca-file", "crl-file", "ciphers", "ciphersuites", "curves", "ecdhe",
        "ssl-min-ver", "ssl-max-ver", "ocsp-update",
    ]

    /// The options as `show ssl crt-list` writes them.
    var orderedOptions: [String] {
        var pairs: [(rank: Int, words: [String])] = []
        var rest = options[...]
        while let keyword = rest.popFirst() {
            let rank = Self.ranks.firstIndex(of: keyword)
            let value = rank == nil && keyword != "sigalgs" ? nil : rest.popFirst()
            pairs.append((rank ?? Self.ranks.count, [keyword] + (value.map { [$0] } ?? [])))
        }
        return pairs.sorted { $0.rank < $1.rank }.flatMap(\.words)
    }

    /// The same but for its number.
    func says(the other: CertificateLine) -> Bool {
        certificate == other.certificate && options == other.options && filters == other.filters
    }
}
