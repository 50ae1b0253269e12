/// Why a line cannot be split into words.
struct WordError: Error, Hashable {
    let reason: String
    /// Byte offset in the line, from 0.
    let position: Int
}

/// Splits one line into words: quotes, backslashes, comments and variables as in configuration.txt §2.2–2.3.
struct BootWords {
    private enum Quote { case none, weak, strong }

    private let line: ArraySlice<UInt8>
    private let environment: [String: String]
    private var index: Int
    private var words: [String] = []
    private var word: [UInt8] = []
    /// A word of quotes alone is an empty word, not no word.
    private var isInWord = false
    private var quote = Quote.none
    private var quoteStart = 0

    static func split(
        _ line: ArraySlice<UInt8>,
        environment: [String: String]
    ) throws(WordError) -> [String] {
        var splitter = BootWords(line: line, environment: environment, index: line.startIndex)
        try splitter.run()
        return splitter.words
    }

    private init(line: ArraySlice<UInt8>, environment: [String: String], index: Int) {
        self.line = line
        self.environment = environment
        self.index = index
    }

    private mutating func run() throws(WordError) {
        scan: while index < line.endIndex {
            let byte = line[index]
            switch (byte, quote) {
            case (UInt8(ascii: "'"), .strong), (UInt8(ascii: "\""), .weak):
                quote = .none
            case (_, .strong):
                append(byte)
            case (UInt8(ascii: "'"), .none), (UInt8(ascii: "\""), .none):
                quote = byte == UInt8(ascii: "'") ? .strong : .weak
                quoteStart = index
                isInWord = true
            case (UInt8(ascii: "\\"), _):
                try escape()
            case (UInt8(ascii: "$"), .weak):
                try variable()
                continue scan
            case (UInt8(ascii: "#"), .none):
                break scan
            case (UInt8(ascii: " "), .none), (UInt8(ascii: "\t"), .none), (13, .none):
                endWord()
            default:
                append(byte)
            }
            index += 1
        }
        guard quote == .none else { throw error("unmatched quote", at: quoteStart) }
        endWord()
    }

    private mutating func append(_ byte: UInt8) {
        word.append(byte)
        isInWord = true
    }

    private mutating func endWord() {
        guard isInWord else { return }
        words.append(String(decoding: word, as: UTF8.self))
        word = []
        isInWord = false
    }

    /// Leaves `index` on the last byte of the escape.
    private mutating func escape() throws(WordError) {
        let next = index + 1 < line.endIndex ? line[index + 1] : 0
        switch next {
        case UInt8(ascii: "n") where quote == .none: append(10)
        case UInt8(ascii: "r") where quote == .none: append(13)
        case UInt8(ascii: "t") where quote == .none: append(9)
        case UInt8(ascii: "x") where quote == .none:
            guard index + 3 < line.endIndex,
                let byte = UInt8(
                    String(decoding: line[index + 2...index + 3], as: UTF8.self),
                    radix: 16
                )
            else { throw error("truncated or invalid hexadecimal sequence", at: index) }
            append(byte)
            index += 2
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: " "),
            UInt8(ascii: "#"),
            UInt8(ascii: "$"):
            // Inside weak quotes only these three are escapes; the backslash stays before the others.
            if quote == .weak, next != UInt8(ascii: "\\"), next != UInt8(ascii: "\""),
                next != UInt8(ascii: "$")
            {
                append(UInt8(ascii: "\\"))
            }
            append(next)
        default:
            append(UInt8(ascii: "\\"))
            return
        }
        index += 1
    }

    /// `$NAME` or `${NAME}` or `${NAME-default}`; leaves `index` behind it.
    private mutating func variable() throws(WordError) {
        let start = index
        index += 1
        let isBraced = index < line.endIndex && line[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        let nameStart = index
        while index < line.endIndex, isNameByte(line[index]) { index += 1 }
        guard index > nameStart, !(48...57).contains(line[nameStart]) else {
            throw error("forbidden first char in environment variable name", at: nameStart)
        }
        let name = String(decoding: line[nameStart..<index], as: UTF8.self)
        var value = environment[name].map { Array($0.utf8) }
        if isBraced {
            guard let end = line[index...].firstIndex(of: UInt8(ascii: "}")) else {
                throw error("unmatched brace in environment variable name", at: start)
            }
            var rest = line[index..<end]
            if rest.starts(with: [91, 42, 93]) {
                // `${NAME[*]}` becomes as many words as the value has (2.4).
                rest = rest.dropFirst(3)
                value = value ?? (rest.isEmpty ? [] : Array(rest.dropFirst()))
                index = end + 1
                return spread(value ?? [])
            }
            guard rest.isEmpty || rest.first == UInt8(ascii: "-") else {
                throw error("unexpected character in environment variable name", at: index)
            }
            value = value ?? Array(rest.dropFirst())
            index = end + 1
        }
        word.append(contentsOf: value ?? [])
        isInWord = true
    }

    /// Appends the words of a value, the first to what stands before it.
    private mutating func spread(_ value: [UInt8]) {
        isInWord = true
        for (number, part) in value.split(separator: 32).enumerated() {
            if number > 0 { endWord() }
            word.append(contentsOf: part)
            isInWord = true
        }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private func error(_ reason: String, at index: Int) -> WordError {
        WordError(reason: reason, position: index - line.startIndex)
    }
}
